//! A book as bytes: stable for ever, goes on as it would have, refused when it is no book.

use expect_test::expect;
use gcfn_market::{
    Band, Book, BookTerms, Order, Phase, Resting, SelfTrade, Side, Tape, Ticket, TimeInForce,
};
use gcfn_model::{Amount, OrderId, PartyId};

#[test]
fn the_bytes_of_a_book_are_stable() {
    let mut book = Book::new(terms());
    rest(&mut book, resting(1, Side::Buy, 94));
    rest(&mut book, resting(2, Side::Sell, 96));
    let hex = bytes(&book).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    expect!["0101640a0002000201010101010101010101010101010101aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa00055e000502020202020202020202020202020202aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0105600005020001"].assert_eq(&hex);
}

#[test]
fn a_book_that_is_read_back_knows_its_tickets_and_gives_the_same_next() {
    let [a, b, c, d] =
        [(1, 95), (2, 95), (3, 94), (4, 96)].map(|(id, price)| resting(id, Side::Buy, price));
    let mut live = Book::new(terms());
    let [ticket_a, ticket_b, ticket_c] = [a, b, c].map(|order| rest(&mut live, order));
    live.cancel(b.id, ticket_b, &mut Tape::new()).unwrap();
    live.cancel(a.id, ticket_a, &mut Tape::new()).unwrap();

    let mut back: Book = postcard::from_bytes(&bytes(&live)).unwrap();
    assert_eq!(bytes(&back), bytes(&live));
    assert_eq!(back.order(c.id, ticket_c), Some(c));
    for order in [d, a, b] {
        assert_eq!(rest(&mut back, order), rest(&mut live, order));
        assert_eq!(bytes(&back), bytes(&live));
    }
}

#[test]
fn bytes_that_are_no_book_are_refused() {
    let buy = |id, price| resting(id, Side::Buy, price);
    let sell = |id, price| resting(id, Side::Sell, price);
    let read_with = |phase: Phase, orders: &[Resting], tickets: &[u32]| {
        let bytes = postcard::to_allocvec(&(terms(), 7u64, phase, orders, tickets)).unwrap();
        postcard::from_bytes::<Book>(&bytes).is_ok()
    };
    let read_in = |phase: Phase, orders: &[Resting]| {
        let tickets: Vec<u32> = (0..).take(orders.len()).collect();
        read_with(phase, orders, &tickets)
    };
    let read = |orders: &[Resting]| read_in(Phase::Continuous, orders);
    let iceberg = |display, shown| Resting { display: Some(display), shown, ..buy(1, 95) };
    assert!(read(&[buy(1, 95), buy(2, 94), sell(3, 96), sell(4, 97)]));
    assert!(!read(&[buy(1, 95), buy(1, 94)]), "twice the same id");
    assert!(!read(&[buy(1, 95), sell(2, 95)]), "crossed");
    assert!(!read(&[buy(1, 94), buy(2, 95)]), "not best first");
    assert!(!read(&[sell(2, 96), buy(1, 95)]), "not bids first");
    assert!(!read(&[buy(1, 101)]), "above the highest price");
    assert!(!read(&[Resting { quantity: 0, shown: 0, ..buy(1, 95) }]), "nothing rests");
    assert!(!read(&[Resting { shown: 4, ..buy(1, 95) }]), "hides without a display");
    assert!(read(&[iceberg(3, 2)]));
    assert!(!read(&[iceberg(3, 0)]), "shows nothing");
    assert!(!read(&[iceberg(3, 4)]), "shows more than its display");
    assert!(!read(&[iceberg(9, 6)]), "shows more than rests");
    assert!(!read(&[iceberg(0, 0)]), "no display");
    assert!(read_in(Phase::Auction, &[buy(1, 95), sell(2, 95)]), "an auction may be crossed");
    assert!(read_in(Phase::Halted, &[buy(1, 95), sell(2, 95)]), "an auction may be halted");
    let read_in_slots = |tickets: &[u32]| read_with(Phase::Continuous, &[buy(1, 95)], tickets);
    assert!(read_in_slots(&[2, 0, 1]));
    assert!(!read_in_slots(&[]), "an order without a slot");
    assert!(!read_in_slots(&[0, 0]), "a slot twice");
    assert!(!read_in_slots(&[0, 2]), "no such slot");
}

fn terms() -> BookTerms {
    BookTerms {
        tick: amount(1),
        lot: 1,
        price_max: amount(100),
        orders_max: 10,
        self_trade: SelfTrade::CancelIncoming,
    }
}

fn resting(id: u8, side: Side, price: u64) -> Resting {
    let (id, owner) = (OrderId::from_bytes([id; 16]), PartyId::from_bytes([0xaa; 16]));
    Resting { id, owner, side, quantity: 5, price: amount(price), display: None, shown: 5 }
}

fn rest(book: &mut Book, resting: Resting) -> Ticket {
    let Resting { id, owner, side, quantity, price, display, .. } = resting;
    let time_in_force = TimeInForce::PostOnly;
    let order = Order { id, owner, side, quantity, price, time_in_force, display };
    let placed = book.place(order, Band::NONE, &mut Tape::new()).unwrap();
    assert_eq!(placed.resting, quantity);
    placed.ticket.unwrap()
}

fn bytes(book: &Book) -> Vec<u8> {
    postcard::to_allocvec(book).unwrap()
}

fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).unwrap()
}
