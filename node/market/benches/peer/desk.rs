//! The book with what a venue does around it, and nothing else of a venue.
//!
//! Money is held for every order to buy and coupons are locked for every order to sell; a trade
//! commits the money and moves the coupons; what is cancelled sets both free. Everything that
//! happens is told as an event with its values: orders, trades, entries, lots and levels. Parties,
//! limits, fees, identity of commands, encoding and hashes are left out: those belong to the
//! machine of a node, which has a bench of its own.

use crate::flow::{self, Operation};
use gcfn_ledger::{Account, Books, Entry, Holder, Lot, Posting, Terms, UserBucket};
use gcfn_market::{Band, Book, Fill, LevelChange, Order, Side, Tape, Ticket};
use gcfn_model::{Amount, Currency, OrderId, PartyId, Pool, SeriesId};

const SERIES: SeriesId = SeriesId::from_bytes([7; 16]);
/// Buyers, and as many sellers: nobody meets an order of its own, as in the peer nobody can.
const PARTIES: u64 = 5_000;
const COUPONS_EACH: u64 = 20_000;
const MONEY_EACH: u64 = 1_000_000_000_000;

/// What is told.
#[derive(Debug)]
#[expect(dead_code, reason = "events are made to be read by others")]
pub(crate) enum Event {
    Accepted(Order),
    Posted(Entry),
    TitleMoved { from: Holder, to: Holder, lots: Vec<Lot> },
    Traded(Fill),
    Cancelled { order: OrderId, quantity: u64 },
    BookMoved { sequence: u64, levels: Vec<LevelChange> },
}

pub(crate) struct Desk {
    book: Book,
    books: Books,
    tape: Tape,
    /// Of every order, in the order of their arrival.
    tickets: Vec<Option<Ticket>>,
    /// Of the operation that was carried out last.
    events: Vec<Event>,
}

/// The same operations, with owners who have money and coupons.
pub(crate) fn by_members(operations: &[Operation]) -> Vec<Operation> {
    let by_member = |operation: &Operation| match operation {
        Operation::Cancel(number, id) => Operation::Cancel(*number, *id),
        Operation::Place(order) => {
            let drawn = order.owner.as_bytes().first_chunk().expect("sixteen bytes");
            let number = u64::from_be_bytes(*drawn) % PARTIES;
            Operation::Place(Order { owner: party(order.side, number), ..*order })
        }
    };
    operations.iter().map(by_member).collect()
}

fn party(side: Side, number: u64) -> PartyId {
    let group: &[u8] = if side == Side::Buy { b"buyer" } else { b"seller" };
    PartyId::derive(&[group, &number.to_be_bytes()])
}

fn user(party: PartyId, bucket: UserBucket) -> Account {
    Account::User(party, bucket)
}

fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("an amount")
}

fn cost(price: Amount, quantity: u64) -> Amount {
    price.checked_mul(quantity).expect("an amount")
}

impl Desk {
    /// An empty book, buyers with money and sellers with coupons.
    pub(crate) fn open() -> Desk {
        let mut books = Books::default();
        let face = flow::terms().price_max;
        let terms = Terms { face, quantity: PARTIES * COUPONS_EACH, home: None };
        books.title.register(SERIES, terms).expect("a new series");
        for number in 0..PARTIES {
            let buyer = user(party(Side::Buy, number), UserBucket::Available);
            let deposit = Entry::new(Posting::UserDeposit, Currency::Eur);
            let bank = Account::Bank(Pool::UserCustody);
            let deposit = deposit.with(bank, buyer, amount(MONEY_EACH));
            books.money.post(&deposit).expect("a deposit");
            let seller = Holder::Party(party(Side::Sell, number));
            let given = books.title.transfer(SERIES, Holder::Inventory, seller, COUPONS_EACH);
            given.expect("in the inventory");
        }
        let (book, tape) = (Book::new(flow::terms()), Tape::new());
        Desk { book, books, tape, tickets: Vec::new(), events: Vec::new() }
    }

    /// Carries an operation out and returns how much was traded, and how much was told of it.
    pub(crate) fn run(&mut self, operation: &Operation) -> (u64, usize) {
        self.tape.clear();
        self.events.clear();
        let traded = match operation {
            Operation::Place(order) => self.place(*order),
            Operation::Cancel(number, id) => {
                self.cancel(*id, self.tickets[*number].expect("it came to rest"));
                0
            }
        };
        let (sequence, levels) = (self.book.sequence(), self.tape.levels.clone());
        self.events.push(Event::BookMoved { sequence, levels });
        (traded, self.events.len())
    }

    fn place(&mut self, order: Order) -> u64 {
        let placed = self.book.place(order, Band::NONE, &mut self.tape);
        let placed = placed.expect("the flow has been through a book");
        self.tickets.push(placed.ticket);
        self.events.push(Event::Accepted(order));
        self.set_aside(&order);
        let fills = core::mem::take(&mut self.tape.fills);
        for fill in &fills {
            self.trade(&order, fill);
        }
        self.tape.fills = fills;
        if placed.cancelled != 0 {
            self.release(order.side, (order.owner, order.price), placed.cancelled);
            let (order, quantity) = (order.id, placed.cancelled);
            self.events.push(Event::Cancelled { order, quantity });
        }
        placed.filled
    }

    fn cancel(&mut self, order: OrderId, ticket: Ticket) {
        let rested = self.book.cancel(order, ticket, &mut self.tape).expect("the order rests");
        self.release(rested.side, (rested.owner, rested.price), rested.quantity);
        self.events.push(Event::Cancelled { order, quantity: rested.quantity });
    }

    fn set_aside(&mut self, order: &Order) {
        let (party, quantity) = (order.owner, order.quantity);
        if order.side == Side::Sell {
            let lots = self.books.title.offer(SERIES, party, quantity, u8::MAX);
            let (from, to) = (Holder::Party(party), Holder::OrderLock(party));
            return self.moved((from, to), lots.expect("enough coupons"));
        }
        let (free, held) = (user(party, UserBucket::Available), user(party, UserBucket::Hold));
        let entry = Entry::new(Posting::PrimaryHold, Currency::Eur);
        self.post(entry.with(free, held, cost(order.price, quantity)));
    }

    fn release(&mut self, side: Side, (party, price): (PartyId, Amount), quantity: u64) {
        if side == Side::Sell {
            let (from, to) = (Holder::OrderLock(party), Holder::Party(party));
            let lots = self.books.title.transfer(SERIES, from, to, quantity);
            return self.moved((from, to), lots.expect("they were locked"));
        }
        let (free, held) = (user(party, UserBucket::Available), user(party, UserBucket::Hold));
        let entry = Entry::new(Posting::HoldRelease, Currency::Eur);
        self.post(entry.with(held, free, cost(price, quantity)));
    }

    /// A buyer that rested trades at the price of its own order; one that came may have held more.
    fn trade(&mut self, taker: &Order, fill: &Fill) {
        let (buyer, seller, limit) = match taker.side {
            Side::Buy => (fill.taker_owner, fill.maker_owner, taker.price),
            Side::Sell => (fill.maker_owner, fill.taker_owner, fill.price),
        };
        let (pays, held) = (cost(fill.price, fill.quantity), cost(limit, fill.quantity));
        let (from, to) = (Holder::OrderLock(seller), Holder::Party(buyer));
        let lots = self.books.title.resell(SERIES, from, to, fill.quantity);
        self.moved((from, to), lots.expect("they were locked"));
        let hold = user(buyer, UserBucket::Hold);
        let entry = Entry::new(Posting::SecondaryMatch, Currency::Eur);
        let entry = entry.with(hold, user(buyer, UserBucket::Commit), pays);
        let over = held.saturating_sub(pays);
        self.post(entry.with(hold, user(buyer, UserBucket::Available), over));
        self.events.push(Event::Traded(*fill));
    }

    fn post(&mut self, entry: Entry) {
        self.books.money.post(&entry).expect("enough money");
        self.events.push(Event::Posted(entry));
    }

    fn moved(&mut self, (from, to): (Holder, Holder), lots: Vec<Lot>) {
        self.events.push(Event::TitleMoved { from, to, lots });
    }

    /// That everything held is for what rests, and that nothing was lost.
    pub(crate) fn check(&self) {
        let held: i128 = self.sum(UserBucket::Hold);
        let resting = |side| self.book.orders().filter(move |order| order.side == side);
        let bids =
            resting(Side::Buy).map(|order| i128::from(cost(order.price, order.quantity).minor()));
        assert_eq!(held, bids.sum(), "money is held for what rests");
        let locked = self.books.title.holders(SERIES);
        let locked = locked.filter(|(holder, _)| matches!(holder, Holder::OrderLock(_)));
        let locked: u64 = locked.map(|(_, quantity)| quantity).sum();
        assert_eq!(locked, resting(Side::Sell).map(|order| order.quantity).sum());
        assert!(self.books.title.is_conserved(SERIES), "no coupon is lost");
    }

    fn sum(&self, bucket: UserBucket) -> i128 {
        let of_bucket = |account: Account| matches!(account, Account::User(_, of) if of == bucket);
        let balances = self.books.money.balances();
        balances.filter(|(_, account, _)| of_bucket(*account)).map(|(.., b)| b.minor()).sum()
    }
}
