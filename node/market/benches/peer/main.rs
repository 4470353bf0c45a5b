//! What a book costs, beside `rust-order-book`: the fastest of the public books that were found
//! to execute the same volume.
//!
//! Three figures: the rates of both books on one flow, run in turns so that both meet the same
//! machine; the rate of our book with holds and events around it, against the peer's book without
//! any; and the time of one of our operations as the book grows. Times are of the processor: others
//! may use the machine too.
//!
//! `cargo bench -p gcfn-market` prints all of them; with the name of a part (`alone`, `holds`,
//! `growth`) it prints that part only.
#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]

mod desk;
mod flow;
mod theirs;

use desk::Desk;
use flow::{Asker, Flow, Operation};
use rust_order_book::OrderBookBuilder;
use std::time::Instant;
use theirs::Asked;

const OPERATIONS: usize = 1_000_000;
const RESTING: u32 = 10_000;
const PAIRS: usize = 9;
const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
const ROUNDS: usize = 5;

fn main() {
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    if wanted("alone") || wanted("holds") {
        beside_the_peer(wanted);
    }
    if wanted("growth") {
        as_the_book_grows();
    }
}

/// The rates of both books, from empty to [`RESTING`] orders and on.
fn beside_the_peer(wanted: impl Fn(&str) -> bool) {
    let ours: Vec<Operation> = Flow::new(RESTING).take(OPERATIONS).collect();
    let theirs = Asked::all(&ours);
    println!("{OPERATIONS} operations around {RESTING} resting orders, {PAIRS} pairs in turns");
    if wanted("alone") {
        println!("a book alone");
        compare("gcfn-market", || run_ours(&mut Asker::new(), &ours), || run_theirs(&theirs));
    }
    if wanted("holds") {
        let by_members = desk::by_members(&ours);
        drop(ours);
        println!("our book with holds of money and coupons and with events, theirs alone");
        compare("gcfn", || run_desk(&by_members), || run_theirs(&theirs));
    }
}

/// Runs both in turns and prints both rates and their ratio.
fn compare(name: &str, ours: impl Fn() -> (u128, u64), theirs: impl Fn() -> (u128, u64)) {
    let (mut our_nanos, mut their_nanos, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (our, our_volume) = ours();
        let (their, their_volume) = theirs();
        assert_eq!(our_volume, their_volume, "both books execute the same volume");
        our_nanos.push(our);
        their_nanos.push(their);
        ratios.push(their * 100 / our);
    }
    ratios.sort_unstable();
    let (our, their) = (median(&mut our_nanos), median(&mut their_nanos));
    let rate = |nanos| OPERATIONS as u128 * 1_000_000_000 / nanos;
    let ratio = |hundredths| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    println!("  {name:<15} {:>9} ops/s", rate(our));
    println!("  rust-order-book {:>9} ops/s", rate(their));
    println!("  ratio of the medians {}", ratio(their * 100 / our));
    println!("  ratio of the pairs   {} to {}", ratio(ratios[0]), ratio(ratios[PAIRS - 1]));
}

/// The time of an operation in books of different sizes, each full when the clock starts.
fn as_the_book_grows() {
    let flows = SIZES.map(|resting| {
        let mut flow = Flow::new(resting);
        (flow.filling(), flow.take(OPERATIONS).collect::<Vec<_>>())
    });
    let mut nanos = SIZES.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((filling, operations), nanos) in flows.iter().zip(&mut nanos) {
            let mut asker = Asker::new();
            run_ours(&mut asker, filling);
            nanos.push(run_ours(&mut asker, operations).0);
        }
    }
    println!("time of an operation as the book grows, {ROUNDS} rounds in turns");
    let medians = nanos.map(|mut nanos| median(&mut nanos));
    for (resting, nanos) in SIZES.iter().zip(medians) {
        let (nanos, times) = (nanos / OPERATIONS as u128, nanos * 100 / medians[0]);
        println!("  {resting:>7} resting: {nanos:>4} ns, {}.{:02}", times / 100, times % 100);
    }
}

/// How long this thread has been on a processor, as Linux tells; elsewhere, how long it has run.
fn on_core(since: Instant) -> u128 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|spent| spent.split_whitespace().next()?.parse().ok());
    spent.unwrap_or_else(|| since.elapsed().as_nanos())
}

/// Nanoseconds that the operations take.
fn time<T>(operations: impl FnOnce() -> T) -> (u128, T) {
    let since = Instant::now();
    let before = on_core(since);
    let done = operations();
    (on_core(since) - before, done)
}

/// Nanoseconds, and the volume executed.
fn run_ours(asker: &mut Asker, operations: &[Operation]) -> (u128, u64) {
    time(|| operations.iter().map(|operation| asker.run(operation)).sum())
}

/// The same with holds and events, on books that are checked afterwards.
fn run_desk(operations: &[Operation]) -> (u128, u64) {
    let mut desk = Desk::open();
    let (nanos, (volume, told)) = time(|| {
        let done = operations.iter().map(|operation| desk.run(operation));
        done.fold((0, 0), |(volume, told), (traded, events)| (volume + traded, told + events))
    });
    desk.check();
    assert!(operations.len() < told, "every operation is told of");
    (nanos, volume)
}

fn run_theirs(operations: &[Asked]) -> (u128, u64) {
    let mut book = OrderBookBuilder::new("series").build();
    time(|| operations.iter().map(|operation| operation.run(&mut book)).sum())
}

fn median(nanos: &mut [u128]) -> u128 {
    nanos.sort_unstable();
    nanos[nanos.len() / 2]
}
