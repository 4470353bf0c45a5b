//! What a book costs, beside `rust-order-book`: the fastest of the public books that were found
//! to execute the same volume.
//!
//! Two figures: the rates of both books on one flow, run in turns so that both meet the same
//! machine; and the time of one of our operations as the book grows.
//!
//! `cargo bench -p gcfn-market`
#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]

mod flow;
mod theirs;

use flow::{Desk, Flow, Operation};
use rust_order_book::OrderBookBuilder;
use std::time::Instant;
use theirs::Asked;

const OPERATIONS: usize = 1_000_000;
const RESTING: u32 = 10_000;
const PAIRS: usize = 9;
const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
const ROUNDS: usize = 5;

fn main() {
    beside_the_peer();
    as_the_book_grows();
}

/// The rates of both books, from empty to [`RESTING`] orders and on.
fn beside_the_peer() {
    let ours: Vec<Operation> = Flow::new(RESTING).take(OPERATIONS).collect();
    let theirs = Asked::all(&ours);
    let (mut our_nanos, mut their_nanos, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (our, our_volume) = run_ours(&mut Desk::new(), &ours);
        let (their, their_volume) = run_theirs(&theirs);
        assert_eq!(our_volume, their_volume, "both books execute the same volume");
        our_nanos.push(our);
        their_nanos.push(their);
        ratios.push(their * 100 / our);
    }
    ratios.sort_unstable();
    let (our, their) = (median(&mut our_nanos), median(&mut their_nanos));
    let rate = |nanos| OPERATIONS as u128 * 1_000_000_000 / nanos;
    let ratio = |hundredths| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    println!("{OPERATIONS} operations around {RESTING} resting orders, {PAIRS} pairs in turns");
    println!("  gcfn-market     {:>9} ops/s", rate(our));
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
            let mut desk = Desk::new();
            run_ours(&mut desk, filling);
            nanos.push(run_ours(&mut desk, operations).0);
        }
    }
    println!("time of an operation as the book grows, {ROUNDS} rounds in turns");
    let medians = nanos.map(|mut nanos| median(&mut nanos));
    for (resting, nanos) in SIZES.iter().zip(medians) {
        let (nanos, times) = (nanos / OPERATIONS as u128, nanos * 100 / medians[0]);
        println!("  {resting:>7} resting: {nanos:>4} ns, {}.{:02}", times / 100, times % 100);
    }
}

/// Nanoseconds, and the volume executed.
fn run_ours(desk: &mut Desk, operations: &[Operation]) -> (u128, u64) {
    let start = Instant::now();
    let volume = operations.iter().map(|operation| desk.run(operation)).sum();
    (start.elapsed().as_nanos(), volume)
}

fn run_theirs(operations: &[Asked]) -> (u128, u64) {
    let mut book = OrderBookBuilder::new("series").build();
    let start = Instant::now();
    let volume = operations.iter().map(|operation| operation.run(&mut book)).sum();
    (start.elapsed().as_nanos(), volume)
}

fn median(nanos: &mut [u128]) -> u128 {
    nanos.sort_unstable();
    nanos[nanos.len() / 2]
}
