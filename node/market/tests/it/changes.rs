//! What a book writes down, and what one makes of it who sees nothing else.

use gcfn_market::{
    Band, Book, BookTerms, BookView, Gap, LevelChange, Order, SelfTrade, Side, Tape, TimeInForce,
};
use gcfn_model::{Amount, OrderId, PartyId};

#[test]
fn calls_append_to_the_tape_and_each_shows_a_level_on_its_own() {
    let (mut book, mut tape) = (book(), Tape::new());
    rest(&mut book, 1, &mut tape);
    rest(&mut book, 2, &mut tape);
    let level = |quantity, orders| LevelChange { side: Side::Buy, price: at(95), quantity, orders };
    assert_eq!(tape.levels, [level(5, 1), level(10, 2)]);

    book.cancel_all(&mut tape);
    assert_eq!(tape.levels, [level(5, 1), level(10, 2), level(0, 0)]);
    tape.clear();
    assert_eq!(tape.levels, []);
}

#[test]
fn a_view_passes_over_what_its_depth_has_seen_and_refuses_a_gap() {
    let (mut book, mut tape) = (book(), Tape::new());
    rest(&mut book, 1, &mut tape);
    let mut view = BookView::from(book.depth(usize::MAX));
    assert_eq!(view.apply(1, &tape.levels), Ok(()));

    tape.clear();
    rest(&mut book, 2, &mut tape);
    assert_eq!(view.apply(3, &tape.levels), Err(Gap { expected: 2, found: 3 }));
    assert_eq!(view.sequence(), 1);
    assert_eq!(view.apply(2, &tape.levels), Ok(()));
    assert_eq!(view.depth(usize::MAX), book.depth(usize::MAX));
}

fn rest(book: &mut Book, id: u8, tape: &mut Tape) {
    let order = Order {
        id: OrderId::from_bytes([id; 16]),
        owner: PartyId::from_bytes([id; 16]),
        side: Side::Buy,
        quantity: 5,
        price: at(95),
        time_in_force: TimeInForce::GoodTillCancelled,
        display: None,
    };
    assert_eq!(book.place(order, Band::NONE, tape).unwrap().resting, 5);
}

fn book() -> Book {
    Book::new(BookTerms {
        tick: at(1),
        lot: 1,
        price_max: at(100),
        orders_max: 10,
        self_trade: SelfTrade::CancelIncoming,
    })
}

fn at(minor: u64) -> Amount {
    Amount::from_minor(minor).unwrap()
}
