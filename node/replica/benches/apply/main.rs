//! Commands a second of one trading node's machine on one core, with everything on: ledger, fees,
//! title, limits, events, a salted leaf for every event, epochs closed once a second.
//!
//! `cargo bench -p gcfn-replica` prints the rate and the slowest commands at the usual size, then
//! the time per command as accounts, books and resting orders grow, and how long a snapshot keeps
//! commands waiting. With the name of a part (`rate`, `accounts`, `books`, `resting`) it prints
//! that part only.

mod world;

use crate::world::{Size, World};
use gcfn_model::Machine;
use gcfn_replica::Command;
use std::time::{Duration, Instant};

/// Rates are those of the median part: other work on the machine slows some of them.
const PARTS: usize = 40;
/// About as many commands are in an epoch of one second.
const EPOCH: usize = 300_000;

fn main() {
    let usual = Size { accounts: 10_000, books: 100, resting: 10_000 };
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    if wanted("rate") {
        rate(usual);
    }
    let powers = [1_000, 10_000, 100_000, 1_000_000];
    if wanted("accounts") {
        growth("accounts", powers.map(|accounts| Size { accounts, ..usual }));
    }
    if wanted("books") {
        growth("books", [100, 1_000, 10_000].map(|books| Size { books, ..usual }));
    }
    if wanted("resting") {
        growth("resting orders", powers.map(|resting| Size { resting, ..usual }));
    }
}

/// What a stream of commands took.
#[derive(Debug, Default)]
struct Run {
    took: Vec<Duration>,
    refused: usize,
    events: usize,
}

impl Run {
    fn add(&mut self, world: &mut World, command: &Command) {
        let (mut events, at) = (Vec::new(), world.next_instant());
        let start = Instant::now();
        let outcome = world.replica.apply(at, command, &mut events);
        self.took.push(start.elapsed());
        self.refused += usize::from(world::is_refused(&outcome));
        self.events += events.len();
    }

    /// Nanoseconds per command in the median part.
    fn each(&self) -> u128 {
        let len = self.took.len().div_ceil(PARTS).max(1);
        let mut parts: Vec<u128> = self
            .took
            .chunks(len)
            .map(|part| part.iter().map(Duration::as_nanos).sum::<u128>() / part.len() as u128)
            .collect();
        parts.sort_unstable();
        parts[parts.len() / 2]
    }

    /// The time that so many commands of a thousand do not exceed.
    fn at(&self, per_mille: usize) -> Duration {
        let mut took = self.took.clone();
        took.sort_unstable();
        took[(took.len() - 1) * per_mille / 1000]
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn rate(size: Size) {
    const COMMANDS: usize = 600_000;
    let mut world = World::new(size);
    let commands = world.clone().stream(COMMANDS);
    let mut run = Run::default();
    for (count, command) in commands.iter().enumerate() {
        run.add(&mut world, command);
        if count % EPOCH == EPOCH - 1 {
            let start = Instant::now();
            world.close_epoch();
            println!("an epoch of {EPOCH} commands is closed in {:?}", start.elapsed());
        }
    }
    let (each, refused, events) = (run.each(), run.refused, run.events);
    println!(
        "{size:?}: {} commands/s, {each} ns each; {COMMANDS} commands, {refused} refused, \
         {events} events",
        1_000_000_000 / each
    );
    println!(
        "p50 {:?}, p99 {:?}, p99.9 {:?}, max {:?}",
        run.at(500),
        run.at(990),
        run.at(999),
        run.at(1000)
    );
}

#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn growth<const N: usize>(what: &str, sizes: [Size; N]) {
    const COMMANDS: usize = 100_000;
    println!("{what}:");
    for size in sizes {
        let mut world = World::new(size);
        let mut commands = world.clone().stream(2 * COMMANDS);
        let after = commands.split_off(COMMANDS);
        let mut run = Run::default();
        commands.iter().for_each(|command| run.add(&mut world, command));
        let (each, refused, p999) = (run.each(), run.refused, run.at(999));
        println!("  {size:?}: {each} ns a command, p99.9 {p999:?}, {refused} refused");
        snapshot(&mut world, &after);
    }
}

/// How long a snapshot keeps commands waiting: what freezing takes, and the slowest commands while
/// the frozen state lives. Beside it, what serializing the live state would take.
#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn snapshot(world: &mut World, after: &[Command]) {
    let begin = Instant::now();
    let frozen = world.replica.freeze();
    let froze = begin.elapsed();
    let mut run = Run::default();
    after.iter().for_each(|command| run.add(world, command));
    let begin = Instant::now();
    let bytes = postcard::to_allocvec(&frozen).expect("plain data").len();
    let (each, p999, max) = (run.each(), run.at(999), run.at(1000));
    println!(
        "    snapshot of {bytes} bytes: frozen in {froze:?}, then {each} ns a command, \
         p99.9 {p999:?}, max {max:?}; serialized in {:?}",
        begin.elapsed()
    );
}
