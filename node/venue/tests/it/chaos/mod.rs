//! Whatever a log says: nothing panics, the laws hold after every command, a refusal leaves no
//! trace, and the same log leads to the same state.
//!
//! A failure names its seed. Add it to [`REGRESSIONS`], or replay it with `GCFN_FUZZ_SEED`; let
//! new seeds be tried for longer with `GCFN_FUZZ_SECONDS`. See `docs/guides/testing.md`.

pub(crate) mod crowd;
pub(crate) mod drawn;
pub(crate) mod fees;
pub(crate) mod known;
pub(crate) mod laws;
pub(crate) mod run;
pub(crate) mod tally;

use drawn::Chaos;
use run::Run;
use tally::Tally;

/// How many commands are drawn from one seed.
const COMMANDS: u32 = 80;

/// How many seeds are tried every time.
const SEEDS: u64 = 16;

/// How many are tried at most until every verb was carried out: which ones a seed carries out
/// changes with the commands that there are.
const SEEDS_MAX: u64 = 192;

/// Seeds that have found a defect once.
const REGRESSIONS: [u64; 1] = [20_030];

/// Lets one seed's commands happen and replays them; says what was carried out.
fn survive(seed: u64) -> Tally {
    let mut run = Run::new(Chaos::of_seed(seed), seed);
    for _ in 0..COMMANDS {
        run.step();
    }
    run.replay();
    run.tally
}

/// Says which seed it is that fails.
fn named(seed: u64) -> Tally {
    let survived = std::panic::catch_unwind(|| survive(seed));
    survived.unwrap_or_else(|_| panic!("seed {seed} fails, see above"))
}

fn number_in(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn seeds_that_have_found_a_defect_find_none() {
    REGRESSIONS.into_iter().chain(number_in("GCFN_FUZZ_SEED")).for_each(|seed| drop(named(seed)));
}

#[test]
#[expect(clippy::print_stdout, reason = "shown with --nocapture, and where the test fails")]
fn nothing_that_a_log_can_say_breaks_a_venue() {
    let kinds = run::every_kind();
    let never = |tally: &Tally| -> Vec<&str> {
        let names = kinds.iter().map(|(kind, _)| kind.name);
        names.filter(|name| tally.done(name) == 0).collect()
    };
    let mut tally = Tally::default();
    for seed in 0..SEEDS_MAX {
        if seed < SEEDS || !never(&tally).is_empty() {
            tally.add(&named(seed));
        }
    }
    println!("{tally}");
    let (asked, done) = tally.all();
    assert!(asked < 3 * done, "chaos must not be refused at the door: {done} of {asked}");
    assert_eq!(never(&tally), [""; 0], "never carried out");
    let Some(seconds) = number_in("GCFN_FUZZ_SECONDS") else { return };
    let (begun, long) = (std::time::Instant::now(), std::time::Duration::from_secs(seconds));
    let first = number_in("GCFN_FUZZ_FROM").unwrap_or(SEEDS);
    (first..).take_while(|_| begun.elapsed() < long).for_each(|seed| drop(named(seed)));
}

/// Lets the commands that bytes say happen, and replays them: what a fuzzer calls.
pub(crate) fn survive_bytes(bytes: &[u8]) {
    let mut run = Run::new(Chaos::of_bytes(bytes), u64::from(bytes.first().copied().unwrap_or(0)));
    while !run.is_spent() {
        run.step();
    }
    run.replay();
}

#[test]
fn nothing_that_a_fuzzer_can_say_breaks_a_venue() {
    let byte = |n: u32| (n.pow(2) % 251).to_le_bytes()[0];
    for length in [0, 1, 64, 6_000] {
        let bytes: Vec<u8> = (0..length).map(byte).collect();
        survive_bytes(&bytes);
    }
}
