//! The end of coupons: what holds them past it, and what they are worth then (P-13, C-34).

use crate::world::{World, cents, party, terms, voucher};
use gcfn_ledger::{Account, FeeKind, Holder, IssuerBucket};
use gcfn_model::{BasisPoints, BatchId, Currency, Pool, RedemptionId, SeriesId};
use gcfn_venue::{
    BatchState, BatchTerms, Done, Event, IssuingEvent, MaturityAction, RedemptionTerms, Rejection,
    ReserveMode, Verb,
};

fn b1() -> BatchId {
    BatchId::derive(&[b"b1"])
}

fn sold(terms: BatchTerms) -> (World, SeriesId) {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 10);
    for day in 1000..1007 {
        world.settle(day);
    }
    (world, series)
}

/// Brings the time to just before the coupons end.
fn last_minutes(world: &mut World) {
    world.until(1007, 23);
    world.at += 58 * 60_000_000;
}

fn lock(world: &mut World, series: SeriesId) -> RedemptionId {
    let redemption = RedemptionId::derive(&[b"late"]);
    let merchant = party("brand");
    let verb = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant,
        series,
        serial: None,
        amount: None,
    });
    world.user("ann", verb).expect("still valid");
    redemption
}

fn shared(world: &World) -> Vec<(u64, u64)> {
    let shares = world.events.iter().filter_map(|event| match event {
        Event::Issuing(IssuingEvent::BreakageDistributed {
            issuer_share, platform_share, ..
        }) => Some((issuer_share.minor(), platform_share.minor())),
        _ => None,
    });
    shares.collect()
}

#[test]
fn a_lock_taken_in_time_is_confirmed_though_the_coupons_have_expired() {
    let (mut world, series) = sold(voucher());
    last_minutes(&mut world);
    let redemption = lock(&mut world, series);
    world.until(1008, 0);
    assert_eq!(world.coupons("ann", series), 0);
    assert_eq!(world.batch("b1").state, BatchState::Expired);
    let confirm = Verb::ConfirmRedemption { redemption, detail: None };
    assert_eq!(world.issuer("brand", confirm), Ok(Done::Accepted));
    let title = &world.venue.books().title;
    assert_eq!(title.quantity(series, Holder::Redeemed), 1);
    assert_eq!(title.quantity(series, Holder::Expired), 99);
    let late = world.redeem("ann", series, "brand", None);
    assert_eq!(late, Err(Rejection::Expired), "no lock is taken late");
    world.until(1008, 3);
    assert_eq!(world.batch("b1").state, BatchState::Closed);
}

#[test]
fn a_lock_that_lapses_after_the_end_ends_its_coupon() {
    let (mut world, series) = sold(voucher());
    last_minutes(&mut world);
    lock(&mut world, series);
    world.until(1008, 0);
    let locked = Holder::RedeemLock(party("ann"));
    assert_eq!(world.venue.books().title.quantity(series, locked), 1);
    world.until(1008, 1);
    let title = &world.venue.books().title;
    assert_eq!((title.quantity(series, locked), title.quantity(series, Holder::Expired)), (0, 100));
    assert_eq!(world.balance(Account::Obligation(party("brand"), b1())), 0);
    assert_eq!(world.batch("b1").expired, cents(1_000_00));
    world.until(1008, 3);
    assert_eq!(world.batch("b1").state, BatchState::Closed);
}

#[test]
fn d_02_breakage_is_shared_once_for_every_coupon() {
    let terms = BatchTerms { breakage_at: crate::world::instant(1008, 0), ..voucher() };
    let (mut world, series) = sold(terms);
    last_minutes(&mut world);
    lock(&mut world, series);
    world.until(1008, 0);
    assert_eq!(world.batch("b1").state, BatchState::Expired, "a coupon is still locked");
    let reserve = Account::Reserve(party("brand"), b1());
    // Of 1,459.00 a tenth stands behind the locked coupon.
    assert_eq!(world.balance(reserve), 145_90);
    world.until(1008, 1);
    assert_eq!(shared(&world), [(1_313_10 - 90_00, 90_00), (145_90 - 10_00, 10_00)]);
    assert_eq!(world.batch("b1").state, BatchState::Closed);
    for day in 1008..1012 {
        world.until(day, 3);
    }
    assert_eq!(shared(&world).len(), 2);
}

#[test]
fn p_13b_a_share_that_nothing_covers_is_owed() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::None;
    region.reserve_ratio = BasisPoints(0);
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let terms = BatchTerms { reserve: ReserveMode::None, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 10);
    world.settle(1000);
    let free = world.balance(Account::Issuer(party("brand"), IssuerBucket::Free));
    let withdrawal = gcfn_model::WithdrawalId::derive(&[b"w"]);
    let pay_out = Verb::PayOutProceeds { withdrawal, amount: cents(free - 30_00) };
    world.issuer("brand", pay_out).expect("free");
    world.until(1008, 3);
    let owed = Account::Receivable(Pool::SettlementHub, party("brand"));
    assert_eq!(world.balance(owed), 70_00);
    assert_eq!(world.balance(Account::Fee(FeeKind::Breakage)), 70_00, "30.00 are on their way");
    world.settle(1008);
    assert_eq!(world.earned(), 100_00 + 120_00 + 4_75 + 95, "with listing and sale");
}

#[test]
fn a_batch_may_pay_its_holders_at_maturity() {
    let cash = BatchTerms { maturity: MaturityAction::Cash, ..voucher() };
    let (mut world, series) = sold(cash);
    world.redeem("ann", series, "brand", Some(30_00)).expect("funded");
    let before = world.available("ann");
    world.until(1008, 3);
    assert_eq!(world.batch("b1").state, BatchState::Closed);
    assert_eq!(world.venue.books().title.quantity(series, Holder::Expired), 100);
    assert!(shared(&world).is_empty(), "there is no breakage");
    world.settle(1008);
    assert_eq!(world.available("ann") - before, 970_00);
    let issuer = world.venue.issuer(party("brand")).expect("known");
    assert_eq!(issuer.record.expired.minor(), 0);
}

#[test]
fn a_batch_may_refund_the_issue_price_at_maturity() {
    let refund = BatchTerms { maturity: MaturityAction::Refund, ..voucher() };
    let (mut world, _) = sold(refund);
    let before = world.available("ann");
    world.settle(1007);
    world.settle(1008);
    assert_eq!(world.available("ann") - before, 950_00);
}

#[test]
fn matured_holders_keep_their_coupons_until_the_issuer_has_the_money() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::Proceeds;
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let reserve = ReserveMode::Proceeds;
    let [expires_at, breakage_at] = [0, 2].map(|hour| crate::world::instant(1007, hour));
    let maturity = MaturityAction::Cash;
    let terms = BatchTerms { reserve, maturity, expires_at, breakage_at, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 10);
    for day in 1000..1006 {
        world.settle(day);
    }
    world.until(1007, 1);
    assert_eq!(world.coupons("ann", series), 10, "949.05 do not pay 1,000.00");
    let call = world.venue.funding_call(party("brand")).expect("called");
    assert_eq!(call.matured, [b1()]);
    let redeem = world.redeem("ann", series, "brand", None);
    assert_eq!(redeem, Err(Rejection::Expired));
    world.until(1008, 18);
    assert!(world.venue.default_of(party("brand")).is_some());
    assert_eq!(world.coupons("ann", series), 10);
    let before = world.available("ann");
    world.deposit("brand", Pool::IssuerEscrow, 50_95);
    assert_eq!(world.coupons("ann", series), 0, "a deposit pays them all the same");
    assert_eq!(world.batch("b1").state, BatchState::Closed);
    world.settle(1009);
    assert_eq!(world.available("ann") - before, 1_000_00);
}
