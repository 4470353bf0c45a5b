//! Title against the simplest thing that could be right: one record per coupon.

use crate::names::{minor, party, series};
use gcfn_ledger::{Books, Holder, Lot, SerialRange, Terms};
use gcfn_model::Amount;
use gcfn_table::Freeze;
use proptest::prelude::*;

const FACE: u64 = 100;
const COUPONS: u64 = 24;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Coupon {
    holder: Holder,
    resales: u8,
    left: Amount,
}

#[derive(Clone, Debug)]
enum Move {
    Transfer { from: Holder, to: Holder, quantity: u64 },
    Resell { from: Holder, to: Holder, quantity: u64 },
    Offer { seller: &'static str, quantity: u64 },
    Ranges { from: Holder, to: Holder, first: u64, end: u64 },
    All { from: Holder, to: Holder },
    Redeem { party: &'static str, serial: u64, amount: u64 },
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("alice"), Just("bob")]
}

fn holder() -> impl Strategy<Value = Holder> {
    prop_oneof![
        2 => Just(Holder::Inventory),
        6 => name().prop_map(|name| Holder::Party(party(name))),
        2 => name().prop_map(|name| Holder::OrderLock(party(name))),
        4 => name().prop_map(|name| Holder::RedeemLock(party(name))),
        1 => Just(Holder::Redeemed),
    ]
}

fn any_move() -> impl Strategy<Value = Move> {
    let way = || (holder(), holder(), 0u64..8);
    prop_oneof![
        way().prop_map(|(from, to, quantity)| Move::Transfer { from, to, quantity }),
        way().prop_map(|(from, to, quantity)| Move::Resell { from, to, quantity }),
        (name(), 0u64..8).prop_map(|(seller, quantity)| Move::Offer { seller, quantity }),
        (holder(), holder(), 0..COUPONS, 1u64..6).prop_map(|(from, to, first, count)| {
            Move::Ranges { from, to, first, end: first.saturating_add(count) }
        }),
        (holder(), holder()).prop_map(|(from, to)| Move::All { from, to }),
        (name(), 0..COUPONS, 0u64..120).prop_map(|(party, serial, amount)| Move::Redeem {
            party,
            serial,
            amount
        }),
    ]
}

/// Plays a move on the records; `None` when it is refused.
fn model(coupons: &mut [Coupon], step: &Move) -> Option<()> {
    let whole = |coupon: &Coupon| coupon.left == minor(FACE);
    match *step {
        Move::Transfer { from, to, quantity } => take(coupons, (from, to), quantity, 0, whole),
        Move::Resell { from, to, quantity } => take(coupons, (from, to), quantity, 1, whole),
        Move::Offer { seller, quantity } => {
            let way = (Holder::Party(party(seller)), Holder::OrderLock(party(seller)));
            take(coupons, way, quantity, 0, |coupon| whole(coupon) && coupon.resales < 3)
        }
        Move::Ranges { from, to, first, end } => {
            let range = usize::try_from(first).ok()?..usize::try_from(end).ok()?;
            let chosen = coupons.get_mut(range)?;
            let held = chosen.iter().all(|coupon| coupon.holder == from);
            if !held || !from.may_move_to(to) {
                return None;
            }
            chosen.iter_mut().for_each(|coupon| coupon.holder = to);
            Some(())
        }
        Move::All { from, to } => {
            let count = coupons.iter().filter(|coupon| coupon.holder == from).count();
            take(coupons, (from, to), u64::try_from(count).ok()?, 0, |_| true)
        }
        Move::Redeem { party: who, serial, amount } => {
            let coupon = coupons.get_mut(usize::try_from(serial).ok()?)?;
            if coupon.holder != Holder::RedeemLock(party(who)) || amount == 0 {
                return None;
            }
            let left = coupon.left.checked_sub(minor(amount))?;
            if left.is_zero() {
                coupon.holder = Holder::Redeemed;
            } else {
                coupon.left = left;
            }
            Some(())
        }
    }
}

fn take(
    coupons: &mut [Coupon],
    (from, to): (Holder, Holder),
    quantity: u64,
    resales: u8,
    allowed: impl Fn(&Coupon) -> bool,
) -> Option<()> {
    let wanted = usize::try_from(quantity).ok()?;
    let chosen = coupons.iter_mut().filter(|coupon| coupon.holder == from && allowed(coupon));
    let chosen: Vec<&mut Coupon> = chosen.take(wanted).collect();
    if chosen.len() < wanted || wanted == 0 || !from.may_move_to(to) {
        return None;
    }
    for coupon in chosen {
        coupon.holder = to;
        coupon.resales = coupon.resales.saturating_add(resales);
    }
    Some(())
}

fn apply(books: &mut Books, step: &Move) -> Option<()> {
    let (title, id) = (&mut books.title, series("s"));
    match *step {
        Move::Transfer { from, to, quantity } => title.transfer(id, from, to, quantity).map(drop),
        Move::Resell { from, to, quantity } => title.resell(id, from, to, quantity).map(drop),
        Move::Offer { seller, quantity } => title.offer(id, party(seller), quantity, 3).map(drop),
        Move::Ranges { from, to, first, end } => {
            title.transfer_ranges(id, from, to, &[SerialRange { first, end }]).map(drop)
        }
        Move::All { from, to } => title.transfer_all(id, from, to).map(drop),
        Move::Redeem { party: who, serial, amount } => {
            title.redeem(id, party(who), serial, minor(amount)).map(drop)
        }
    }
    .ok()
}

fn new_books() -> Books {
    let mut books = Books::default();
    let terms = Terms { face: minor(FACE), quantity: COUPONS, home: None };
    books.title.register(series("s"), terms).expect("a new series");
    books
}

/// The lots of `holder` as the records have them.
fn model_lots(coupons: &[Coupon], holder: Holder) -> Vec<Lot> {
    let mut lots: Vec<Lot> = Vec::new();
    for (serial, coupon) in (0u64..).zip(coupons).filter(|(_, coupon)| coupon.holder == holder) {
        let end = serial.saturating_add(1);
        let next = Lot {
            range: SerialRange { first: serial, end },
            resales: coupon.resales,
            left: coupon.left,
        };
        match lots.last_mut() {
            Some(lot)
                if lot.range.end == serial
                    && (lot.resales, lot.left) == (next.resales, next.left) =>
            {
                lot.range.end = end;
            }
            _ => lots.push(next),
        }
    }
    lots
}

proptest! {
    #[test]
    fn runs_are_records_told_shorter(steps in prop::collection::vec(any_move(), 0..60)) {
        let (mut books, id) = (new_books(), series("s"));
        let coupon = Coupon { holder: Holder::Inventory, resales: 0, left: minor(FACE) };
        let mut coupons = vec![coupon; 24];
        for step in &steps {
            prop_assert_eq!(apply(&mut books, step), model(&mut coupons, step), "{:?}", step);
            prop_assert!(books.title.is_conserved(id));
            prop_assert!(books.title.owners_are_found());
        }
        for (serial, coupon) in (0u64..).zip(&coupons) {
            let (holder, lot) = books.title.holder_of(id, serial).expect("within the series");
            prop_assert_eq!(&Coupon { holder, resales: lot.resales, left: lot.left }, coupon);
            let lots: Vec<Lot> = books.title.lots(id, holder).collect();
            prop_assert_eq!(lots, model_lots(&coupons, holder));
        }
        prop_assert_eq!(books.title.holder_of(id, COUPONS), None);
    }

    #[test]
    fn every_coupon_is_proven_and_no_other_holder_is(
        steps in prop::collection::vec(any_move(), 0..40),
        serial in 0..COUPONS,
    ) {
        let (mut books, id) = (new_books(), series("s"));
        for step in &steps {
            apply(&mut books, step);
        }
        let roots = books.roots();
        let proof = books.prove_coupon(id, serial).expect("within the series");
        prop_assert_eq!(roots.verify_coupon(id, serial, &proof), Ok(()));
        let stranger = Holder::Party(party("carol"));
        let mut forged = proof.clone();
        forged.holder = stranger;
        prop_assert!(roots.verify_coupon(id, serial, &forged).is_err());
        let mut forged = proof.clone();
        forged.lot.resales ^= 1;
        prop_assert!(roots.verify_coupon(id, serial, &forged).is_err());
        prop_assert!(roots.verify_coupon(id, proof.lot.range.end, &proof).is_err());
        prop_assert!(roots.verify_coupon(series("t"), serial, &proof).is_err());
    }

    #[test]
    fn frozen_title_stays_as_it_was(
        before in prop::collection::vec(any_move(), 0..40),
        after in prop::collection::vec(any_move(), 0..40),
    ) {
        let mut books = new_books();
        for step in &before {
            apply(&mut books, step);
        }
        let then = postcard::to_allocvec(&books).expect("books encode");
        let frozen = books.freeze();
        for step in &after {
            apply(&mut books, step);
        }
        prop_assert_eq!(postcard::to_allocvec(&frozen).expect("books encode"), then);
    }

    #[test]
    fn restored_books_go_on_as_the_others(
        before in prop::collection::vec(any_move(), 0..40),
        after in prop::collection::vec(any_move(), 0..40),
    ) {
        let mut books = new_books();
        for step in &before {
            apply(&mut books, step);
        }
        let snapshot = postcard::to_allocvec(&books).expect("books encode");
        let mut restored: Books = postcard::from_bytes(&snapshot).expect("books decode");
        prop_assert_eq!(restored.state_root(), books.clone().state_root());
        for step in &after {
            prop_assert_eq!(apply(&mut restored, step), apply(&mut books, step));
        }
        prop_assert_eq!(restored.state_root(), books.state_root());
        let again = postcard::to_allocvec(&restored).expect("books encode");
        prop_assert_eq!(again, postcard::to_allocvec(&books).expect("books encode"));
    }
}
