//! A seeded flow of limit orders, market orders and cancellations.

use gcfn_market::{Band, Book, BookTerms, Order, SelfTrade, Side, Tape, Ticket, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId};

const LEVELS: u64 = 235;
const MID: u64 = 5_000;

pub(crate) enum Operation {
    Place(Order),
    /// Of the order that was placed as this one, counted from zero.
    Cancel(usize, OrderId),
}

/// A book, and the ticket of every order in the order of their arrival: what whoever asks a book
/// keeps beside the order.
pub(crate) struct Asker {
    book: Book,
    tape: Tape,
    tickets: Vec<Option<Ticket>>,
}

impl Asker {
    pub(crate) fn new() -> Asker {
        Asker { book: Book::new(terms()), tape: Tape::new(), tickets: Vec::new() }
    }

    /// Carries it out and returns how much was traded.
    pub(crate) fn run(&mut self, operation: &Operation) -> u64 {
        self.tape.clear();
        match operation {
            Operation::Place(order) => {
                let placed = self.book.place(*order, Band::NONE, &mut self.tape);
                let placed = placed.unwrap_or_default();
                self.tickets.push(placed.ticket);
                placed.filled
            }
            Operation::Cancel(number, id) => {
                let ticket = self.tickets[*number].expect("it came to rest");
                self.book.cancel(*id, ticket, &mut self.tape).expect("it rests");
                0
            }
        }
    }
}

/// Six of a hundred operations are market orders; the others hold the book at a number of
/// resting orders. Endless.
pub(crate) struct Flow {
    asker: Asker,
    random: Random,
    resting_max: u32,
    /// The orders that came to rest, as they are cancelled.
    resting: Vec<(usize, OrderId)>,
}

impl Flow {
    /// From an empty book up to `resting_max` orders, and on.
    pub(crate) fn new(resting_max: u32) -> Flow {
        Flow { asker: Asker::new(), random: Random(1), resting_max, resting: Vec::new() }
    }

    /// The operations until the book holds as many orders as it will.
    pub(crate) fn filling(&mut self) -> Vec<Operation> {
        let mut operations = Vec::new();
        while self.asker.book.len() < self.resting_max {
            operations.extend(self.next());
        }
        operations
    }
}

impl Iterator for Flow {
    type Item = Operation;

    fn next(&mut self) -> Option<Operation> {
        let market = self.random.below(100) < 6;
        while !market && self.resting_max <= self.asker.book.len() {
            let count = self.resting.len() as u64;
            let index = usize::try_from(self.random.below(count)).expect("an index");
            let (number, id) = self.resting.swap_remove(index);
            let ticket = self.asker.tickets[number].expect("it came to rest");
            if self.asker.book.order(id, ticket).is_some() {
                let cancel = Operation::Cancel(number, id);
                self.asker.run(&cancel);
                return Some(cancel);
            }
        }
        let random = &mut self.random;
        let order = if market { market_order(random) } else { limit_order(random) };
        let place = Operation::Place(order);
        self.asker.run(&place);
        if self.asker.tickets.last().is_some_and(Option::is_some) {
            self.resting.push((self.asker.tickets.len() - 1, order.id));
        }
        Some(place)
    }
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
        display: None,
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

pub(crate) fn terms() -> BookTerms {
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
