//! What reading a payment costs, beside the bare events of the XML reader below it.
//!
//! Both run over the same bytes in turns, so that both meet the same machine: ours reads, checks
//! against the schema and maps to terms, down to minor units; theirs only finds where elements
//! begin and end. Times are of the processor: others may use the machine too.
//!
//! `cargo bench -p gcfn-iso20022`
#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]

use gcfn_iso20022::{Document, read};
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use std::hint::black_box;
use std::time::Instant;

const MESSAGE: &str = include_str!("../tests/golden/pacs.008.001.08.xml");
/// So many that a part takes a second or so: the kernel may count a processor's time in ticks.
const ROUNDS: usize = 100_000;
const PAIRS: usize = 9;

fn main() {
    let lines: String = MESSAGE.lines().map(str::trim).collect();
    compare("as it is written, with line breaks", MESSAGE);
    compare("the same without line breaks", &lines);
}

/// Runs both in turns and prints both rates and their ratio.
fn compare(name: &str, message: &str) {
    let bytes = message.as_bytes();
    let (mut our_nanos, mut their_nanos, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (our, their) = (time(|| ours(bytes)), time(|| theirs(bytes)));
        our_nanos.push(our);
        their_nanos.push(their);
        ratios.push(their * 100 / our.max(1));
    }
    ratios.sort_unstable();
    let (our, their) = (median(&mut our_nanos), median(&mut their_nanos));
    let rate = |nanos: u128| ROUNDS as u128 * 1_000_000_000 / nanos.max(1);
    let ratio = |hundredths: u128| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    println!("pacs.008 {name}: {} bytes, {PAIRS} pairs in turns", bytes.len());
    println!("  read, check, map  {:>8} messages/s", rate(our));
    println!("  bare events       {:>8} messages/s", rate(their));
    println!("  ratio of the pairs, median {}", ratio(ratios[PAIRS / 2]));
    println!("  ratio of the pairs   {} to {}", ratio(ratios[0]), ratio(ratios[PAIRS - 1]));
}

/// Messages to terms.
fn ours(bytes: &[u8]) -> usize {
    let message = read(black_box(bytes)).expect("the golden file is a message");
    match message.document {
        Document::CustomerCreditTransfer(message) => message.transfers.len(),
        _ => 0,
    }
}

/// Every event, as the reader gives it out when it is asked for nothing more.
fn theirs(bytes: &[u8]) -> usize {
    let mut reader = Reader::from_reader(black_box(bytes));
    let mut events = 0;
    loop {
        match reader.read_event().expect("the golden file is XML") {
            Event::Eof => return events,
            event => {
                black_box(&event);
                events += 1;
            }
        }
    }
}

/// Nanoseconds that the rounds take on a processor, as Linux tells; elsewhere, how long they run.
fn time(run: impl Fn() -> usize) -> u128 {
    let since = Instant::now();
    let before = on_core(since);
    for _ in 0..ROUNDS {
        black_box(run());
    }
    on_core(since) - before
}

fn on_core(since: Instant) -> u128 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|spent| spent.split_whitespace().next()?.parse().ok());
    spent.unwrap_or_else(|| since.elapsed().as_nanos())
}

fn median(nanos: &mut [u128]) -> u128 {
    nanos.sort_unstable();
    nanos[nanos.len() / 2]
}
