//! Nanoseconds per operation on tables of a thousand to a million rows, bytes a row, and how
//! long it takes to freeze.
//!
//! `cargo bench -p gcfn-table`

#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]

use gcfn_table::{Freeze, Table};
use std::hint::black_box;
use std::time::{Duration, Instant};

const OPERATIONS: u32 = 1_000_000;
const ROUNDS: usize = 5;

/// As large as an account with its balance.
type Value = [u64; 4];

/// What one round found: nanoseconds an operation, then microseconds.
type Figures = [u128; 6];

fn main() {
    let million = 1_000_000;
    let before = resident();
    let table = filled(&Random(0).keys(million));
    let grown = resident().saturating_sub(before);
    println!("{} bytes a row of {} at a million rows", grown / million, size_of::<(u128, Value)>());
    drop(table);

    println!("medians of {ROUNDS}: ns to find, insert, change, remove and insert another;");
    println!("us to freeze, and then to change a row of every chunk");
    for rows in [1_000, 10_000, 100_000, 1_000_000] {
        let rounds: Vec<Figures> = (0..ROUNDS).map(|round| measure(rows, round as u64)).collect();
        let median = |of: usize| {
            let mut figures: Vec<u128> = rounds.iter().map(|figures| figures[of]).collect();
            figures.sort_unstable();
            figures[ROUNDS / 2]
        };
        let [find, insert, change, replace, freeze, copies] =
            [0, 1, 2, 3, 4, 5].map(|of| format!("{:>6}", median(of)));
        println!("{rows:>8} rows: {find} {insert} {change} {replace} ns, {freeze} {copies} us");
    }
}

fn measure(rows: usize, seed: u64) -> Figures {
    let mut random = Random(seed);
    let mut keys = random.keys(rows);
    let picks: Vec<usize> = (0..OPERATIONS).map(|_| random.below(rows)).collect();
    let fresh = random.keys(picks.len());

    let start = Instant::now();
    let mut table = filled(&keys);
    let insert = start.elapsed().as_nanos() / rows as u128;

    let find = each(|| {
        for &pick in &picks {
            black_box(table.find(keys[pick]));
        }
    });
    let change = each(|| {
        for &pick in &picks {
            table.find_mut(keys[pick]).expect("there")[0] += 1;
        }
    });
    let replace = each(|| {
        for (&pick, &key) in picks.iter().zip(&fresh) {
            table.remove(keys[pick]).expect("there");
            table.insert(key, [0; 4]).expect("a new key");
            keys[pick] = key;
        }
    });

    let start = Instant::now();
    let frozen = table.freeze();
    let freeze = start.elapsed().as_micros();
    let every: Vec<_> = table.iter().map(|(row, ..)| row).step_by(256).collect();
    let copies = time(|| every.iter().for_each(|&row| table.at_mut(row).expect("there")[0] += 1));
    drop(frozen);
    [find, insert, change, replace, freeze, copies.as_micros()]
}

fn filled(keys: &[u128]) -> Table<u128, Value> {
    let mut table = Table::new();
    for &key in keys {
        table.insert(key, [0; 4]).expect("a new key");
    }
    table
}

fn each(operations: impl FnOnce()) -> u128 {
    time(operations).as_nanos() / u128::from(OPERATIONS)
}

fn time(operations: impl FnOnce()) -> Duration {
    let start = Instant::now();
    operations();
    start.elapsed()
}

/// Bytes of memory that this process has, as Linux tells.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// SplitMix64: the same stream on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a usize")
    }

    fn keys(&mut self, count: usize) -> Vec<u128> {
        (0..count).map(|_| u128::from(self.next()) << 64 | u128::from(self.next())).collect()
    }
}
