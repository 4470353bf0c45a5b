//! Gifts (P-23).

use super::{market, place, range, refused, resale, user};
use crate::world::party;
use gcfn_market::Side;
use gcfn_model::RedemptionId;
use gcfn_venue::{
    CouponState, Done, PRESENTS_MAX, Present, RedemptionTerms, Rejection, Role, Units, Verb,
};

#[test]
fn a_gift_of_certain_coupons_moves_exactly_those() {
    let (mut world, series) = resale(10);
    let units = Units::Exactly(vec![range(2, 3), range(7, 9)]);
    let present = Present { to: user("ben"), series, units };
    let done = world.user("ann", Verb::GiveMany(vec![present])).expect("hers");
    assert_eq!(done, Done::Batch { outcomes: vec![Ok(Done::Accepted)] });
    let title = &world.venue.books().title;
    let lots: Vec<_> =
        title.lots(series, gcfn_ledger::Holder::Party(party("ben"))).map(|lot| lot.range).collect();
    assert_eq!(lots, [range(2, 3), range(7, 9)]);
}

#[test]
fn a_batch_of_gifts_answers_each() {
    let (mut world, series) = resale(3);
    let present =
        |to: &str, quantity| Present { to: user(to), series, units: Units::Any(quantity) };
    let presents = vec![
        present("ben", 2),
        present("cat", 2),
        present("ann", 1),
        present("nobody", 1),
        present("cat", 1),
    ];
    let done = world.user("ann", Verb::GiveMany(presents)).expect("a batch");
    let outcomes = vec![
        Ok(Done::Accepted),
        Err(Rejection::InsufficientCoupons),
        Err(Rejection::ToOneself),
        Err(Rejection::UnknownParty),
        Ok(Done::Accepted),
    ];
    assert_eq!(done, Done::Batch { outcomes });
    assert_eq!((world.coupons("ben", series), world.coupons("cat", series)), (2, 1));
}

#[test]
fn a_batch_of_gifts_has_one_to_a_hundred() {
    let (mut world, series) = resale(1);
    let present = Present { to: user("ben"), series, units: Units::Any(1) };
    for size in [0, PRESENTS_MAX + 1] {
        let verb = Verb::GiveMany(vec![present.clone(); size]);
        assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::BatchSize);
    }
}

#[test]
fn the_first_gift_puts_coupons_into_circulation_and_ends_the_right_to_a_refund() {
    let (mut world, series) = market();
    place(&mut world, "ann", super::limit("a", Side::Buy, series, 3, 95_00)).expect("covered");
    let purchase = world.venue.trades().next().expect("one").id;
    let gift = Verb::Gift { to: party("ben"), series, quantity: 1 };
    world.user("ann", gift).expect("hers");
    assert_eq!(world.venue.coupon_state(series, 0), Some(CouponState::InCirculation));
    let refund = Verb::Refund { trade: purchase };
    assert_eq!(refused(&mut world, "ann", Role::User, refund), Rejection::CouponsResold);
}

#[test]
fn a_used_coupon_may_be_given_by_its_serial_but_not_as_any() {
    let (mut world, series) = resale(1);
    let redemption = RedemptionId::derive(&[b"r"]);
    let (merchant, amount) = (party("brand"), Some(super::price(40_00)));
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant,
        series,
        serial: Some(0),
        amount,
    });
    world.user("ann", lock).expect("hers");
    let locked = Verb::GiveMany(vec![Present {
        to: user("ben"),
        series,
        units: Units::Exactly(vec![range(0, 1)]),
    }]);
    let done = world.user("ann", locked.clone()).expect("a batch");
    assert_eq!(done, Done::Batch { outcomes: vec![Err(Rejection::InsufficientCoupons)] });
    world
        .ask("brand", Role::Issuer, Verb::ConfirmRedemption { redemption, detail: None })
        .expect("its own");
    let any = Verb::Gift { to: party("ben"), series, quantity: 1 };
    assert_eq!(refused(&mut world, "ann", Role::User, any), Rejection::InsufficientCoupons);
    let done = world.user("ann", locked).expect("a batch");
    assert_eq!(done, Done::Batch { outcomes: vec![Ok(Done::Accepted)] });
    assert_eq!(world.coupons("ben", series), 1);
}
