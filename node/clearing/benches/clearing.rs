//! How long it takes to net a million and ten million obligations, and to work out the payments
//! under each of a house's terms.
//!
//! `cargo bench -p gcfn-clearing`

#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]

use gcfn_clearing::{Netting, Obligation, net, payments};
use gcfn_model::{Amount, Currency, NodeId, Pool, SettlementAccount};
use std::hint::black_box;
use std::time::Instant;

const MEMBERS: usize = 1_000;
const ROUNDS: usize = 5;

fn main() {
    let mut random = Random(1);
    let cells = MEMBERS * POOLS.len() * Currency::ALL.len();
    println!(
        "medians of {ROUNDS}: {MEMBERS} members with {cells} accounts in {} currencies",
        Currency::ALL.len()
    );
    for count in [1_000_000, 10_000_000] {
        let obligations = random.obligations(count);
        let multilateral = median(|| net(&obligations).len());
        println!("{count:>9} obligations: positions in {multilateral}");
        if count == 1_000_000 {
            for netting in [Netting::Multilateral, Netting::Bilateral, Netting::Gross] {
                let taken = median(|| payments(&obligations, netting).len());
                println!("{count:>9} obligations: {netting} payments in {taken}");
            }
        }
    }
}

/// Milliseconds that `work` takes in the middle one of some rounds: by the clock, and of a processor,
/// which is what it would take with nothing beside it.
fn median<T>(mut work: impl FnMut() -> T) -> String {
    let mut taken: Vec<(u128, u128)> = (0..ROUNDS)
        .map(|_| {
            let (start, on_processor) = (Instant::now(), on_processor());
            black_box(work());
            let busy = self::on_processor().saturating_sub(on_processor) / 1_000_000;
            (busy, start.elapsed().as_millis())
        })
        .collect();
    taken.sort_unstable();
    let (busy, clock) = taken[ROUNDS / 2];
    format!("{busy} ms of a processor, {clock} ms by the clock")
}

/// How long this thread has run, in nanoseconds; Linux tells.
fn on_processor() -> u128 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|time| time.parse().ok()).unwrap_or_default()
}

const POOLS: [Pool; 3] = [Pool::UserCustody, Pool::IssuerEscrow, Pool::SettlementHub];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn obligations(&mut self, count: usize) -> Vec<Obligation> {
        let node = |index| format!("n{index}").parse::<NodeId>().expect("a name");
        let nodes: Vec<NodeId> = (0..MEMBERS).map(node).collect();
        let account = |random: &mut Random| SettlementAccount {
            node: nodes[random.below(MEMBERS)],
            pool: POOLS[random.below(POOLS.len())],
        };
        (0..count)
            .map(|_| Obligation {
                payer: account(self),
                payee: account(self),
                currency: Currency::ALL[self.below(Currency::ALL.len())],
                amount: Amount::from_minor(1 + self.below(1_000_000) as u64).expect("in range"),
            })
            .collect()
    }
}
