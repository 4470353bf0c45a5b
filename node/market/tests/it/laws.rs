//! What holds after every request, for any stream of requests.

use crate::reference::Reference;
use gcfn_market::{Book, BookTerms, Order, PriceLevel, Resting, SelfTrade, Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId};
use proptest::prelude::*;

/// One request. Numbers are small, so that streams meet themselves.
#[derive(Clone, Debug)]
enum Request {
    Place(Order),
    Cancel(OrderId),
    Reduce(OrderId, u64),
    CancelOwner(PartyId),
    /// The node stops and starts again from its snapshot.
    Restart,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn a_book_does_what_the_reference_does(
        terms in terms(),
        requests in prop::collection::vec(request(), 1..120),
    ) {
        let mut pair = Pair::new(terms);
        for request in requests {
            pair.apply(request);
            pair.check();
        }
        let all = pair.book.orders().copied().collect::<Vec<_>>();
        prop_assert_eq!(pair.book.cancel_all(), all);
        prop_assert!(pair.book.is_empty());
    }
}

/// A book and its reference, asked the same.
struct Pair {
    book: Book,
    reference: Reference,
}

impl Pair {
    fn new(terms: BookTerms) -> Pair {
        Pair { book: Book::new(terms), reference: Reference { terms, arrivals: Vec::new() } }
    }

    fn apply(&mut self, request: Request) {
        let before = (self.book.sequence(), self.reference.orders());
        match request {
            Request::Place(order) => self.place(order),
            Request::Cancel(id) => assert_eq!(self.book.cancel(id), self.reference.cancel(id)),
            Request::Reduce(id, quantity) => {
                assert_eq!(self.book.reduce(id, quantity), self.reference.reduce(id, quantity));
            }
            Request::CancelOwner(owner) => {
                let theirs = before.1.iter().copied().filter(|o| o.owner == owner);
                assert_eq!(self.book.cancel_owner(owner), theirs.collect::<Vec<_>>());
                self.reference.arrivals.retain(|o| o.owner != owner);
            }
            Request::Restart => {
                let bytes = encode(&self.book);
                self.book = postcard::from_bytes(&bytes).unwrap();
                assert_eq!(encode(&self.book), bytes);
            }
        }
        let changed = before.1 != self.reference.orders();
        assert_eq!(self.book.sequence(), before.0 + u64::from(changed));
    }

    fn place(&mut self, order: Order) {
        let mut fills = Vec::new();
        let placed = self.book.place(order, &mut fills);
        match self.reference.place(order) {
            Err(refusal) => {
                assert_eq!(placed, Err(refusal));
                assert_eq!(fills, []);
            }
            Ok((expected, expected_fills)) => {
                assert_eq!(expected.filled, fills.iter().map(|fill| fill.quantity).sum());
                assert_eq!(expected.filled + expected.resting + expected.cancelled, order.quantity);
                assert_eq!((placed, fills), (Ok(expected), expected_fills));
            }
        }
    }

    /// The whole book is the reference's; it is not crossed; every view of it agrees.
    fn check(&self) {
        let orders = self.reference.orders();
        assert!(self.book.orders().eq(&orders));
        assert_eq!(self.book.len() as usize, orders.len());
        for order in &orders {
            assert_eq!(self.book.order(order.id), Some(order));
        }

        let depth = self.book.depth(usize::MAX);
        assert_eq!(depth.bids, levels(&orders, Side::Buy));
        assert_eq!(depth.asks, levels(&orders, Side::Sell));
        assert_eq!(self.book.best_bid(), depth.bids.first().map(|level| level.price));
        assert_eq!(self.book.best_ask(), depth.asks.first().map(|level| level.price));
        if let (Some(bid), Some(ask)) = (self.book.best_bid(), self.book.best_ask()) {
            assert!(bid < ask);
        }
    }
}

fn levels(orders: &[Resting], side: Side) -> Vec<PriceLevel> {
    let of_side: Vec<&Resting> = orders.iter().filter(|order| order.side == side).collect();
    let levels = of_side.chunk_by(|left, right| left.price == right.price);
    let level = |queue: &[&Resting]| PriceLevel {
        price: queue[0].price,
        quantity: queue.iter().map(|order| order.quantity).sum(),
        orders: u32::try_from(queue.len()).unwrap(),
    };
    levels.map(level).collect()
}

fn encode(book: &Book) -> Vec<u8> {
    postcard::to_allocvec(book).unwrap()
}

fn terms() -> impl Strategy<Value = BookTerms> {
    let self_trade = prop_oneof![Just(SelfTrade::CancelIncoming), Just(SelfTrade::CancelResting)];
    (1..=2u64, 1..=2u64, 2..40u32, self_trade).prop_map(|(tick, lot, orders_max, self_trade)| {
        BookTerms { tick: amount(tick), lot, price_max: amount(20), orders_max, self_trade }
    })
}

fn request() -> impl Strategy<Value = Request> {
    let id = || (0..60u8).prop_map(|id| OrderId::from_bytes([id; 16]));
    let owner = || (0..6u8).prop_map(|owner| PartyId::from_bytes([owner; 16]));
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let time_in_force = prop_oneof![
        6 => Just(TimeInForce::GoodTillCancelled),
        1 => Just(TimeInForce::PostOnly),
        1 => Just(TimeInForce::ImmediateOrCancel),
        1 => Just(TimeInForce::FillOrKill),
    ];
    let order = (id(), owner(), side, 0..=12u64, 0..=22u64, time_in_force).prop_map(
        |(id, owner, side, quantity, price, time_in_force)| Order {
            id,
            owner,
            side,
            quantity,
            price: amount(price),
            time_in_force,
        },
    );
    prop_oneof![
        24 => order.prop_map(Request::Place),
        4 => id().prop_map(Request::Cancel),
        4 => (id(), 0..=12u64).prop_map(|(id, quantity)| Request::Reduce(id, quantity)),
        1 => owner().prop_map(Request::CancelOwner),
        1 => Just(Request::Restart),
    ]
}

fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).unwrap()
}
