//! Legs and title moves a second on one core, with a state root every ten thousand of them.
//!
//! `cargo run -p gcfn-ledger --release --example throughput`

use gcfn_ledger::{Account, Books, Entry, FeeKind, Holder, Posting, Terms, UserBucket};
use gcfn_model::{Amount, Currency, PartyId, Pool, SeriesId};
use std::time::Instant;

const USERS: u64 = 100_000;
const ENTRIES: u64 = 500_000;
const LEGS_PER_ENTRY: u64 = 4;
const MOVES: u64 = 500_000;
const ROOT_EVERY: u64 = 10_000;

fn main() {
    let mut books = Books::default();
    money(&mut books);
    title(&mut books);
}

/// Settles trades between two users: pay-in, proceeds, fee and bank leg.
fn money(books: &mut Books) {
    let million = amount(1_000_000_000);
    for user in 0..USERS {
        let deposit = Entry::new(Posting::UserDeposit, Currency::Usd).with(
            Account::Bank(Pool::UserCustody),
            committed(user),
            million,
        );
        books.money.post(&deposit).expect("a deposit");
    }
    let entries: Vec<Entry> = (0..ENTRIES).map(trade).collect();

    let start = Instant::now();
    for (count, entry) in (1..).zip(&entries) {
        books.money.post(entry).expect("every user has enough");
        root_sometimes(books, count);
    }
    report("legs", ENTRIES * LEGS_PER_ENTRY, start);
}

/// Sells one coupon after the other to scattered users, then on to others.
fn title(books: &mut Books) {
    let series = SeriesId::derive(&[b"s"]);
    let terms = Terms { face: amount(100), quantity: 1_000_000, home: None };
    books.title.register(series, terms).expect("a new series");

    let start = Instant::now();
    for count in 1..=MOVES {
        let (from, to) = match count % 2 {
            1 => (Holder::Inventory, Holder::Party(party(scattered(count)))),
            _ => {
                (Holder::Party(party(scattered(count - 1))), Holder::Party(party(scattered(count))))
            }
        };
        books.title.transfer(series, from, to, 1).expect("held");
        root_sometimes(books, count);
    }
    report("moves", MOVES, start);
}

fn trade(count: u64) -> Entry {
    let (buyer, seller) = (scattered(count), scattered(count + 1));
    let (clearing, fees) = (Account::Clearing, Account::Fee(FeeKind::Trade));
    Entry::new(Posting::SecondaryPayIn, Currency::Usd)
        .with(committed(buyer), clearing, amount(5))
        .with(committed(buyer), committed(seller), amount(500))
        .with(clearing, fees, amount(5))
        .with_transit(Pool::UserCustody, Pool::SettlementHub, amount(5))
}

fn root_sometimes(books: &mut Books, count: u64) {
    if count.is_multiple_of(ROOT_EVERY) {
        books.state_root();
    }
}

fn scattered(count: u64) -> u64 {
    count.wrapping_mul(0x9e37_79b9_7f4a_7c15) % USERS
}

fn party(number: u64) -> PartyId {
    PartyId::from_bytes(u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes())
}

fn committed(user: u64) -> Account {
    Account::User(party(user), UserBucket::Commit)
}

fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("within range")
}

#[expect(clippy::print_stdout, reason = "the figures are what the example is for")]
fn report(what: &str, count: u64, start: Instant) {
    let rate = u128::from(count) * 1_000_000_000 / start.elapsed().as_nanos().max(1);
    println!("{rate} {what}/s");
}
