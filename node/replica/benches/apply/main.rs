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

/// Rates are of processor time and of the median part: what else runs on the machine counts little.
/// Parts are long, for a processor that is not shared is accounted for by ticks of milliseconds.
const PARTS: usize = 10;
/// About as many commands are in an epoch of one second.
const EPOCH: usize = 300_000;

fn main() {
    let usual = Size { accounts: 10_000, books: 100, resting: 10_000 };
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    if wanted("memory") {
        memory(usual);
    }
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

    /// Applies `commands`; gives the nanoseconds of processor time per command in the median part.
    fn apply(&mut self, world: &mut World, commands: &[Command]) -> u64 {
        let len = commands.len().div_ceil(PARTS).max(1);
        let mut parts: Vec<u64> = Vec::new();
        for part in commands.chunks(len) {
            let before = processor_time();
            part.iter().for_each(|command| self.add(world, command));
            parts.push(processor_time().saturating_sub(before) / part.len() as u64);
        }
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

/// What the machine keeps in memory for one more account and for one more resting order. It comes
/// first: memory that was let go is not seen again.
#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn memory(usual: Size) {
    const MILLION: usize = 1_000_000;
    let mut kept = Vec::new();
    let mut grown = |size| {
        let before = resident();
        kept.push(World::new(size));
        resident() - before
    };
    let fewer = grown(usual);
    let accounts = grown(Size { accounts: MILLION, ..usual }) - fewer;
    let orders = grown(Size { resting: MILLION, ..usual }) - fewer;
    println!("{} bytes an account", accounts / (MILLION - usual.accounts));
    println!("{} bytes a resting order", orders / (MILLION - usual.resting));
}

#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn rate(size: Size) {
    const COMMANDS: usize = 600_000;
    let mut world = World::new(size);
    let commands = world.clone().stream(COMMANDS);
    let (mut run, mut each) = (Run::default(), 0);
    for epoch in commands.chunks(EPOCH) {
        each = run.apply(&mut world, epoch);
        let start = Instant::now();
        world.close_epoch();
        println!("an epoch of {EPOCH} commands is closed in {:?}", start.elapsed());
    }
    let (refused, events) = (run.refused, run.events);
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
        let each = run.apply(&mut world, &commands);
        let (refused, p999) = (run.refused, run.at(999));
        println!("  {size:?}: {each} ns a command, p99.9 {p999:?}, {refused} refused");
        snapshot(&mut world, &after);
    }
}

/// How long a snapshot keeps commands waiting: what freezing takes, and the slowest commands while
/// the frozen state lives. Beside it, what serializing the live state would take.
#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn snapshot(world: &mut World, after: &[Command]) {
    let mut froze: Vec<Duration> = (0..5).map(|_| freezing(world)).collect();
    froze.sort_unstable();
    let (frozen, froze) = (world.replica.freeze(), froze[2]);
    let mut run = Run::default();
    let each = run.apply(world, after);
    let begin = Instant::now();
    let bytes = postcard::to_allocvec(&frozen).expect("plain data").len();
    let (p999, max) = (run.at(999), run.at(1000));
    println!(
        "    snapshot of {bytes} bytes: frozen in {froze:?}, then {each} ns a command, \
         p99.9 {p999:?}, max {max:?}; serialized in {:?}",
        begin.elapsed()
    );
}

fn freezing(world: &World) -> Duration {
    let begin = Instant::now();
    let frozen = world.replica.freeze();
    let took = begin.elapsed();
    drop(frozen);
    took
}

/// Bytes of memory that this process has, as Linux tells.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|text| text.split(' ').nth(1)?.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// Nanoseconds that this thread has run, whatever else the machine does. Linux only; elsewhere it
/// is the time that has passed.
fn processor_time() -> u64 {
    let of_thread = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ran = of_thread.and_then(|text| text.split(' ').next()?.parse().ok());
    ran.unwrap_or_else(|| u64::try_from(began().elapsed().as_nanos()).unwrap_or(u64::MAX))
}

fn began() -> Instant {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    *BEGAN.get_or_init(Instant::now)
}
