//! Nanoseconds per entry and per transfer of title, on books of a thousand to a million accounts
//! and of as many runs of coupons; bytes of each; how long it takes to freeze.
//!
//! `cargo bench -p gcfn-ledger`

#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]

use gcfn_ledger::{Account, Entry, Holder, Ledger, Posting, SerialRange, Terms, Title, UserBucket};
use gcfn_model::{Amount, Currency, PartyId, Pool, SeriesId};
use std::time::{Duration, Instant};

const OPERATIONS: u32 = 500_000;
const ROUNDS: usize = 5;
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const ONE: Amount = Amount::from_minor(1).expect("an amount");

fn main() {
    println!("medians of {ROUNDS}, ns: a hold (1 leg), a pay-in (2 legs)");
    for accounts in SIZES {
        let figures = medians(|seed| money(accounts, seed));
        println!("{accounts:>8} accounts: {figures:?}");
    }
    println!("medians of {ROUNDS}, ns: a coupon given to another holder, and then its resale");
    for runs in SIZES {
        let figures = medians(|seed| title(runs, seed));
        println!("{runs:>8} runs: {figures:?}");
    }
}

/// Every other hold is released: half of the money of every user is held.
fn money(accounts: usize, seed: u64) -> Vec<u128> {
    let mut random = Random(seed);
    let users = random.parties(accounts / 2);
    let mut ledger = opened(&users);
    let picks: Vec<PartyId> = (0..OPERATIONS).map(|_| users[random.below(users.len())]).collect();
    let user = |user, bucket| Account::User(user, bucket);
    let holds: Vec<Entry> = picks
        .iter()
        .map(|&party| {
            let (free, held) = (user(party, UserBucket::Available), user(party, UserBucket::Hold));
            Entry::new(Posting::PrimaryHold, Currency::Eur).with(free, held, ONE)
        })
        .collect();
    let pay_ins: Vec<Entry> = picks
        .iter()
        .map(|&party| {
            Entry::new(Posting::PrimaryPayIn, Currency::Eur)
                .with(user(party, UserBucket::Hold), Account::Clearing, ONE)
                .with_transit(Pool::UserCustody, Pool::SettlementHub, ONE)
        })
        .collect();
    vec![each(|| post(&mut ledger, &holds)), each(|| post(&mut ledger, &pay_ins))]
}

fn opened(users: &[PartyId]) -> Ledger {
    let mut ledger = Ledger::default();
    let bank = Account::Bank(Pool::UserCustody);
    let plenty = Amount::from_minor(1_000_000).expect("an amount");
    for &user in users {
        for bucket in [UserBucket::Available, UserBucket::Hold] {
            let deposit = Entry::new(Posting::UserDeposit, Currency::Eur);
            let deposit = deposit.with(bank, Account::User(user, bucket), plenty);
            ledger.post(&deposit).expect("a deposit");
        }
    }
    ledger
}

fn post(ledger: &mut Ledger, entries: &[Entry]) {
    for entry in entries {
        ledger.post(entry).expect("enough money");
    }
}

/// Holders with a coupon each, neighbours in one series, so that none join.
fn title(runs: usize, seed: u64) -> Vec<u128> {
    let mut random = Random(seed);
    let holders = random.parties(runs);
    let mut title = fragmented(&holders);
    let picks: Vec<u64> = (0..OPERATIONS).map(|_| random.below(runs) as u64).collect();
    let buyers = random.parties(picks.len());
    let gifts = each(|| {
        for (&serial, &buyer) in picks.iter().zip(&buyers) {
            let (from, _) = title.holder_of(series(), serial).expect("within the series");
            let range = [SerialRange { first: serial, end: serial + 1 }];
            let to = Holder::Party(buyer);
            title.transfer_ranges(series(), from, to, &range).expect("held");
        }
    });
    let resales = each(|| {
        for (&serial, &buyer) in picks.iter().rev().zip(&buyers) {
            let (from, _) = title.holder_of(series(), serial).expect("within the series");
            let Holder::Party(seller) = from else { panic!("all are held by parties") };
            if seller == buyer {
                continue;
            }
            let (lock, to) = (Holder::OrderLock(seller), Holder::Party(buyer));
            title.transfer(series(), from, lock, 1).expect("held");
            title.resell(series(), lock, to, 1).expect("offered");
        }
    });
    vec![gifts, resales]
}

fn fragmented(holders: &[PartyId]) -> Title {
    let mut title = Title::default();
    let terms = Terms { face: ONE, quantity: holders.len() as u64, home: None };
    title.register(series(), terms).expect("a new series");
    for &holder in holders {
        let to = Holder::Party(holder);
        title.transfer(series(), Holder::Inventory, to, 1).expect("in the inventory");
    }
    title
}

fn series() -> SeriesId {
    SeriesId::derive(&[b"bench"])
}

/// Of each figure the median of all rounds.
fn medians(round: impl Fn(u64) -> Vec<u128>) -> Vec<u128> {
    let rounds: Vec<Vec<u128>> = (0..ROUNDS).map(|seed| round(seed as u64)).collect();
    let median = |of: usize| {
        let mut figures: Vec<u128> = rounds.iter().map(|figures| figures[of]).collect();
        figures.sort_unstable();
        figures[ROUNDS / 2]
    };
    (0..rounds[0].len()).map(median).collect()
}

fn each(operations: impl FnOnce()) -> u128 {
    time(operations).as_nanos() / u128::from(OPERATIONS)
}

fn time(operations: impl FnOnce()) -> Duration {
    let start = Instant::now();
    operations();
    start.elapsed()
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

    fn parties(&mut self, count: usize) -> Vec<PartyId> {
        let mut id = || u128::from(self.next()) << 64 | u128::from(self.next());
        (0..count).map(|_| PartyId::from_bytes(id().to_be_bytes())).collect()
    }
}
