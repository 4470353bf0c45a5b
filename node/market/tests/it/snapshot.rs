//! A book as bytes: stable for ever, the same for the same orders, refused when it is no book.

use expect_test::expect;
use gcfn_market::{Book, BookTerms, Order, Resting, SelfTrade, Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId};

#[test]
fn the_bytes_of_a_book_are_stable() {
    let mut book = Book::new(terms());
    rest(&mut book, resting(1, Side::Buy, 94));
    rest(&mut book, resting(2, Side::Sell, 96));
    let hex = bytes(&book).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    expect!["0101640a00020201010101010101010101010101010101aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa00055e02020202020202020202020202020202aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa010560"].assert_eq(&hex);
}

#[test]
fn a_book_has_the_bytes_of_its_orders_not_of_its_past() {
    let [a, b, c] = [(1, 95), (2, 95), (3, 94)].map(|(id, price)| resting(id, Side::Buy, price));
    let mut straight = Book::new(terms());
    for order in [a, b, c] {
        rest(&mut straight, order);
    }
    straight.cancel(a.id).unwrap();
    rest(&mut straight, a);

    let mut winding = Book::new(terms());
    for order in [c, a, b] {
        rest(&mut winding, order);
    }
    winding.cancel(a.id).unwrap();
    rest(&mut winding, a);
    assert_eq!(bytes(&straight), bytes(&winding));
}

#[test]
fn bytes_that_are_no_book_are_refused() {
    let buy = |id, price| resting(id, Side::Buy, price);
    let sell = |id, price| resting(id, Side::Sell, price);
    let read = |orders: &[Resting]| {
        let bytes = postcard::to_allocvec(&(terms(), 7u64, orders)).unwrap();
        postcard::from_bytes::<Book>(&bytes).is_ok()
    };
    assert!(read(&[buy(1, 95), buy(2, 94), sell(3, 96), sell(4, 97)]));
    assert!(!read(&[buy(1, 95), buy(1, 94)]), "twice the same id");
    assert!(!read(&[buy(1, 95), sell(2, 95)]), "crossed");
    assert!(!read(&[buy(1, 94), buy(2, 95)]), "not best first");
    assert!(!read(&[sell(2, 96), buy(1, 95)]), "not bids first");
    assert!(!read(&[buy(1, 101)]), "above the highest price");
    assert!(!read(&[Resting { quantity: 0, ..buy(1, 95) }]), "nothing rests");
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
    Resting { id, owner, side, quantity: 5, price: amount(price) }
}

fn rest(book: &mut Book, resting: Resting) {
    let Resting { id, owner, side, quantity, price } = resting;
    let time_in_force = TimeInForce::PostOnly;
    let order = Order { id, owner, side, quantity, price, time_in_force };
    assert_eq!(book.place(order, &mut Vec::new()).unwrap().resting, quantity);
}

fn bytes(book: &Book) -> Vec<u8> {
    postcard::to_allocvec(book).unwrap()
}

fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).unwrap()
}
