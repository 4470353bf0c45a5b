//! Operations a second of one book on one core, on a seeded stream of limit orders, market
//! orders and cancellations around 10,000 resting orders.
//!
//! `cargo run -p gcfn-market --release --example throughput`

use gcfn_market::{Book, BookTerms, Fill, Order, SelfTrade, Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId};
use std::time::Instant;

const OPERATIONS: usize = 1_000_000;
const RESTING: u32 = 10_000;
const LEVELS: u64 = 235;
const MID: u64 = 5_000;
const ROUNDS: usize = 9;

enum Operation {
    Place(Order),
    Cancel(OrderId),
}

#[expect(clippy::print_stdout, reason = "the figures are what the example is for")]
fn main() {
    let stream = stream();
    let mut rates = [0; ROUNDS];
    for rate in &mut rates {
        let (mut book, mut fills, mut volume) = (Book::new(terms()), Vec::new(), 0);
        let start = Instant::now();
        for operation in &stream {
            fills.clear();
            volume += run(&mut book, operation, &mut fills);
        }
        let elapsed = start.elapsed();
        *rate = OPERATIONS as u128 * 1_000_000_000 / elapsed.as_nanos();
        println!("{rate} ops/s, volume {volume}, {} resting", book.len());
    }
    rates.sort_unstable();
    println!("median {} ops/s", rates[ROUNDS / 2]);
}

/// Carries out `operation` and returns how much was traded.
fn run(book: &mut Book, operation: &Operation, fills: &mut Vec<Fill>) -> u64 {
    match operation {
        Operation::Place(order) => book.place(*order, fills).map_or(0, |placed| placed.filled),
        Operation::Cancel(id) => {
            book.cancel(*id);
            0
        }
    }
}

/// Six of a hundred are market orders; the others hold the book at [`RESTING`] orders.
fn stream() -> Vec<Operation> {
    let (mut book, mut random) = (Book::new(terms()), Random(1));
    let (mut resting, mut fills) = (Vec::new(), Vec::new());
    let mut next = || {
        let market = random.below(100) < 6;
        while !market && RESTING <= book.len() {
            let index = usize::try_from(random.below(resting.len() as u64)).expect("an index");
            let id = resting.swap_remove(index);
            if book.cancel(id).is_some() {
                return Operation::Cancel(id);
            }
        }
        let order = if market { market_order(&mut random) } else { limit_order(&mut random) };
        if book.place(order, &mut fills).is_ok_and(|placed| 0 < placed.resting) {
            resting.push(order.id);
        }
        Operation::Place(order)
    };
    (0..OPERATIONS).map(|_| next()).collect()
}

/// An order up to [`LEVELS`] away from the middle; the nearest ones cross it.
fn limit_order(random: &mut Random) -> Order {
    let side = random.side();
    let distance = random.below(LEVELS);
    let price = match side {
        Side::Buy => MID + 2 - distance,
        Side::Sell => MID - 2 + distance,
    };
    Order {
        id: OrderId::from_bytes(random.bytes()),
        owner: PartyId::from_bytes(random.bytes()),
        side,
        quantity: 1 + random.below(100),
        price: Amount::from_minor(price).expect("a price"),
        time_in_force: TimeInForce::GoodTillCancelled,
    }
}

/// An order at any price, for somewhat more.
fn market_order(random: &mut Random) -> Order {
    let order = limit_order(random);
    let worst = match order.side {
        Side::Buy => 2 * MID,
        Side::Sell => 1,
    };
    Order {
        quantity: 3 * order.quantity,
        price: Amount::from_minor(worst).expect("a price"),
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..order
    }
}

fn terms() -> BookTerms {
    let (tick, price_max) = (Amount::from_minor(1), Amount::from_minor(2 * MID));
    BookTerms {
        tick: tick.expect("an amount"),
        lot: 1,
        price_max: price_max.expect("an amount"),
        orders_max: BookTerms::ORDERS_MAX,
        self_trade: SelfTrade::CancelIncoming,
    }
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

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 { Side::Buy } else { Side::Sell }
    }

    fn bytes(&mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes()
    }
}
