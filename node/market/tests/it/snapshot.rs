//! A book as bytes: stable for ever, the same for the same orders, refused when it is no book.

use expect_test::expect;
use gcfn_market::{
    Band, Book, BookTerms, Order, Phase, Resting, SelfTrade, Side, Tape, TimeInForce,
};
use gcfn_model::{Amount, OrderId, PartyId};

#[test]
fn the_bytes_of_a_book_are_stable() {
    let mut book = Book::new(terms());
    rest(&mut book, resting(1, Side::Buy, 94));
    rest(&mut book, resting(2, Side::Sell, 96));
    let hex = bytes(&book).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    expect!["0101640a0002000201010101010101010101010101010101aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa00055e000502020202020202020202020202020202aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0105600005"].assert_eq(&hex);
}

#[test]
fn a_book_has_the_bytes_of_its_orders_not_of_its_past() {
    let [a, b, c] = [(1, 95), (2, 95), (3, 94)].map(|(id, price)| resting(id, Side::Buy, price));
    let mut straight = Book::new(terms());
    for order in [a, b, c] {
        rest(&mut straight, order);
    }
    straight.cancel(a.id, &mut Tape::new()).unwrap();
    rest(&mut straight, a);

    let mut winding = Book::new(terms());
    for order in [c, a, b] {
        rest(&mut winding, order);
    }
    winding.cancel(a.id, &mut Tape::new()).unwrap();
    rest(&mut winding, a);
    assert_eq!(bytes(&straight), bytes(&winding));
}

#[test]
fn bytes_that_are_no_book_are_refused() {
    let buy = |id, price| resting(id, Side::Buy, price);
    let sell = |id, price| resting(id, Side::Sell, price);
    let read_in = |phase: Phase, orders: &[Resting]| {
        let bytes = postcard::to_allocvec(&(terms(), 7u64, phase, orders)).unwrap();
        postcard::from_bytes::<Book>(&bytes).is_ok()
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

fn rest(book: &mut Book, resting: Resting) {
    let Resting { id, owner, side, quantity, price, display, .. } = resting;
    let time_in_force = TimeInForce::PostOnly;
    let order = Order { id, owner, side, quantity, price, time_in_force, display };
    assert_eq!(book.place(order, Band::NONE, &mut Tape::new()).unwrap().resting, quantity);
}

fn bytes(book: &Book) -> Vec<u8> {
    postcard::to_allocvec(book).unwrap()
}

fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).unwrap()
}
