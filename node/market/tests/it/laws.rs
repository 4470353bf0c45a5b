//! What holds after every request, for any stream of requests.

use crate::reference::Reference;
use crate::requests::{self, Request};
use gcfn_market::{
    Book, BookTerms, BookView, Phase, Placed, PriceLevel, Refusal, Resting, Side, Tape, Ticket,
};
use gcfn_model::{OrderId, PartyId};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_book_does_what_the_reference_does(
        terms in requests::terms(),
        requests in prop::collection::vec(requests::request(), 1..120),
    ) {
        let mut pair = Pair::new(terms);
        for request in requests {
            pair.apply(request);
            pair.check();
        }
        let all = pair.book.orders().collect::<Vec<_>>();
        prop_assert_eq!(pair.book.cancel_all(&mut pair.tape), all);
        prop_assert!(pair.book.is_empty());
    }
}

/// A book and its reference, asked the same, and one who only sees the changes.
struct Pair {
    book: Book,
    reference: Reference,
    view: BookView,
    tape: Tape,
    /// The last ticket of each order.
    tickets: BTreeMap<OrderId, Ticket>,
}

impl Pair {
    fn new(terms: BookTerms) -> Pair {
        let (phase, arrivals) = (Phase::Continuous, Vec::new());
        let (fills, withdrawn) = (Vec::new(), Vec::new());
        let book = Book::new(terms);
        Pair {
            view: BookView::from(book.depth(usize::MAX)),
            book,
            reference: Reference { terms, phase, arrivals, fills, withdrawn },
            tape: Tape::new(),
            tickets: BTreeMap::new(),
        }
    }

    /// The order as its sender names it; one that never rested, by the first ticket of any.
    fn named(&self, id: OrderId) -> (OrderId, Ticket) {
        let any = || postcard::from_bytes(&[0]).expect("a ticket");
        (id, self.tickets.get(&id).copied().unwrap_or_else(any))
    }

    fn apply(&mut self, request: Request) {
        let before = (self.reference.phase, self.reference.orders(), self.book.sequence());
        self.tape.clear();
        self.reference.fills.clear();
        self.reference.withdrawn.clear();
        self.ask(request);
        assert_eq!(self.tape.fills, self.reference.fills);
        assert_eq!(self.tape.withdrawn, self.reference.withdrawn);

        let changed = (before.0, &before.1) != (self.reference.phase, &self.reference.orders());
        assert_eq!(self.book.sequence(), before.2 + u64::from(changed));
        if changed {
            self.view.apply(self.book.sequence(), &self.tape.levels).unwrap();
        } else {
            assert_eq!(self.tape.levels, []);
        }
        let mut touched: Vec<_> = self.tape.levels.iter().map(|l| (l.side, l.price)).collect();
        touched.sort_unstable();
        assert!(touched.windows(2).all(|pair| pair[0] != pair[1]), "each level at most once");
    }

    /// Asks both and compares the answers.
    fn ask(&mut self, request: Request) {
        let named = match request {
            Request::Amend(id, ..) | Request::Cancel(id) | Request::Reduce(id, _) => self.named(id),
            Request::Place(ref order, _) => self.named(order.id),
            _ => self.named(OrderId::from_bytes([0; 16])),
        };
        let Pair { book, reference, tape, .. } = self;
        match request {
            // Ids are new to whoever asks the book.
            Request::Place(order, _) if reference.position(order.id).is_some() => {}
            Request::Place(order, band) => {
                let placed = book.place(order, band, tape);
                let expected = reference.place(order, band);
                self.adds_up((placed, expected), order.id, order.quantity);
            }
            Request::Amend(id, price, quantity, band) => {
                let placed = book.amend(named, (price, quantity), band, tape);
                let expected = reference.amend(id, price, quantity, band);
                self.adds_up((placed, expected), id, quantity);
            }
            Request::Cancel(id) => {
                assert_eq!(book.cancel(id, named.1, tape), reference.cancel(id));
            }
            Request::Reduce(id, quantity) => {
                assert_eq!(book.reduce(named, quantity, tape), reference.reduce(id, quantity));
            }
            Request::CancelOwner(owner) => self.cancel_owner(owner),
            Request::Phase(phase) => {
                let turned = book.set_phase(phase);
                assert_eq!(turned.is_err(), phase == Phase::Continuous && book.is_crossed());
                if turned.is_ok() {
                    reference.phase = phase;
                }
            }
            Request::Uncross(nearest) => {
                let indicated = book.indicative(nearest);
                let uncrossed = book.uncross(nearest, tape);
                assert_eq!(uncrossed, reference.uncross(nearest));
                if book.phase() == Phase::Auction {
                    assert_eq!(uncrossed, indicated);
                    assert!(!book.is_crossed());
                    let filled: u64 = tape.fills.iter().map(|fill| fill.quantity).sum();
                    assert_eq!(filled, uncrossed.map_or(0, |uncrossed| uncrossed.quantity));
                }
            }
            Request::Restart => {
                let bytes = encode(book);
                *book = postcard::from_bytes(&bytes).unwrap();
                assert_eq!(encode(book), bytes);
            }
        }
    }

    /// Placed as the reference has it, with a ticket if anything rests.
    fn adds_up(
        &mut self,
        (placed, expected): (Result<Placed, Refusal>, Result<Placed, Refusal>),
        id: OrderId,
        quantity: u64,
    ) {
        assert_eq!(placed.map(|placed| Placed { ticket: None, ..placed }), expected);
        let Ok(placed) = placed else { return };
        assert_eq!(placed.ticket.is_some(), placed.resting != 0);
        self.tickets.extend(placed.ticket.map(|ticket| (id, ticket)));
        assert_eq!(placed.filled, self.tape.fills.iter().map(|fill| fill.quantity).sum());
        assert_eq!(placed.filled + placed.resting + placed.cancelled, quantity);
        assert!(self.tape.fills.iter().all(|fill| fill.maker_owner != fill.taker_owner));
    }

    fn cancel_owner(&mut self, owner: PartyId) {
        let theirs = self.reference.orders().into_iter().filter(|o| o.owner == owner);
        let theirs: Vec<Resting> = theirs.collect();
        assert_eq!(self.book.cancel_owner(owner, &mut self.tape), theirs);
        self.reference.arrivals.retain(|o| o.owner != owner);
    }

    /// The whole book is the reference's; it is crossed only when it may be; every view of it
    /// agrees.
    fn check(&self) {
        let orders = self.reference.orders();
        assert!(self.book.orders().eq(orders.iter().copied()));
        assert_eq!(self.book.phase(), self.reference.phase);
        assert_eq!(self.book.len() as usize, orders.len());
        for order in &orders {
            assert_eq!(self.book.order(order.id, self.named(order.id).1), Some(*order));
        }

        let depth = self.book.depth(usize::MAX);
        assert_eq!(depth.bids, levels(&orders, Side::Buy));
        assert_eq!(depth.asks, levels(&orders, Side::Sell));
        assert_eq!(self.book.best_bid(), depth.bids.first().map(|level| level.price));
        assert_eq!(self.book.best_ask(), depth.asks.first().map(|level| level.price));
        assert_eq!(self.view.depth(usize::MAX), depth);
        assert_eq!(self.view.depth(2), self.book.depth(2));
        if self.book.phase() == Phase::Continuous {
            assert!(!self.book.is_crossed());
        }
    }
}

fn levels(orders: &[Resting], side: Side) -> Vec<PriceLevel> {
    let of_side: Vec<&Resting> = orders.iter().filter(|order| order.side == side).collect();
    let levels = of_side.chunk_by(|left, right| left.price == right.price);
    let level = |queue: &[&Resting]| PriceLevel {
        price: queue[0].price,
        quantity: queue.iter().map(|order| order.shown).sum(),
        orders: u32::try_from(queue.len()).unwrap(),
    };
    levels.map(level).collect()
}

fn encode(book: &Book) -> Vec<u8> {
    postcard::to_allocvec(book).unwrap()
}
