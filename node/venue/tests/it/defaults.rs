//! Issuers that do not perform: what each severity does, and what their holders get (RSK-22,
//! P-15).

use crate::world::{World, cents, party, terms, voucher};
use gcfn_ledger::{Account, Holder, IssuerBucket};
use gcfn_market::Side;
use gcfn_model::{BasisPoints, BatchId, Currency, Pool, SeriesId};
use gcfn_venue::{
    BatchState, BatchTerms, CreditRules, Event, Grade, IssuerStatus, IssuingTerms, PartyKind,
    Rejection, ReserveMode, Role, Severity, Verb,
};

fn b1() -> BatchId {
    BatchId::derive(&[b"b1"])
}

fn of_brand(bucket: IssuerBucket) -> Account {
    Account::Issuer(party("brand"), bucket)
}

fn declare(severity: Severity) -> Verb {
    Verb::DeclareDefault { issuer: party("brand"), severity }
}

/// Ten coupons with ann, settled; 1,370.00 of deposit left.
fn issued() -> (World, SeriesId) {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 10);
    world.settle(1000);
    (world, series)
}

fn status(world: &World) -> IssuerStatus {
    world.venue.issuer(party("brand")).expect("known").status
}

#[test]
fn a_minor_default_takes_a_grade_and_half_the_quota() {
    let (mut world, _) = issued();
    let alone = world.operator(declare(Severity::Minor));
    assert!(matches!(alone, gcfn_venue::Done::Proposed { .. }), "two persons must");
    assert_eq!(status(&world), IssuerStatus::Active);
    world.ask("oscar", Role::Operator, declare(Severity::Minor)).expect("the second");
    assert_eq!(status(&world), IssuerStatus::QuotaCut);
    let issuer = world.venue.issuer(party("brand")).expect("known");
    assert_eq!(issuer.grade, Grade::Bb);
    assert_eq!(issuer.quota, cents(1_370_00 / 2), "of BB nothing, of the deposit half");
    assert_eq!(world.batch("b1").state, BatchState::Listed, "what is on offer stays");
    world.issuer("brand", Verb::DelistBatch { batch: b1() }).expect("nothing is held");
    world.issuer("brand", Verb::ListBatch { batch: b1() }).expect("and may be offered");
    let out = world.issuer("brand", Verb::WithdrawDeposit { amount: cents(1) });
    assert_eq!(out, Err(Rejection::DefaultOpen), "but the deposit stays");
    world.order("ann", Side::Buy, world.batch("b1").series, 1, None).expect("it trades");
}

#[test]
fn a_default_is_raised_but_not_lowered_and_closed_by_two() {
    let (mut world, _) = issued();
    world.two(declare(Severity::Major)).expect("admitted");
    assert_eq!(status(&world), IssuerStatus::Suspended);
    assert_eq!(world.batch("b1").state, BatchState::Suspended);
    for severity in [Severity::Minor, Severity::Major] {
        let lower = world.ask("olga", Role::Operator, declare(severity));
        assert_eq!(lower, Err(Rejection::DefaultOpen));
    }
    let reinstate = Verb::ReinstateIssuer { issuer: party("brand") };
    let early = world.ask("olga", Role::Operator, reinstate.clone());
    assert_eq!(early, Err(Rejection::DefaultOpen));
    let close = Verb::CloseDefault { issuer: party("brand") };
    world.two(close.clone()).expect("open");
    assert_eq!(world.ask("olga", Role::Operator, close), Err(Rejection::NoDefault));
    assert_eq!(status(&world), IssuerStatus::Suspended);
    world.two(reinstate).expect("nothing is in the way");
    assert_eq!(status(&world), IssuerStatus::Active);
    world.operator(Verb::ResumeBatch { batch: b1() });
    let issuer = world.venue.issuer(party("brand")).expect("known");
    assert_eq!((issuer.grade, issuer.quota_cut), (Grade::Bbb, false));
}

#[test]
fn a_critical_default_freezes_the_issuers_money_and_marks_its_coupons() {
    let (mut world, series) = issued();
    world.two(declare(Severity::Critical)).expect("admitted");
    assert_eq!(status(&world), IssuerStatus::Frozen);
    assert_eq!(world.balance(of_brand(IssuerBucket::Restricted)), 1_370_05);
    assert_eq!(world.balance(of_brand(IssuerBucket::Deposit)), 0);
    assert_eq!(world.balance(of_brand(IssuerBucket::Free)), 0);
    assert!(world.batch("b1").risk_marked);
    let marked = |e: &&Event| matches!(e, Event::CouponsMarked { marked: true, .. });
    assert_eq!(world.events.iter().filter(marked).count(), 1, "holders are told");
    let out = world.issuer("brand", Verb::WithdrawDeposit { amount: cents(1) });
    assert_eq!(out, Err(Rejection::DefaultOpen));
    world.redeem("ann", series, "brand", None).expect("the reserve is for that");
    world.two(Verb::CloseDefault { issuer: party("brand") }).expect("open");
    assert_eq!(world.balance(of_brand(IssuerBucket::Deposit)), 1_370_00);
    assert_eq!(world.balance(of_brand(IssuerBucket::Free)), 5);
    assert!(!world.batch("b1").risk_marked);
    assert_eq!(status(&world), IssuerStatus::Suspended);
}

#[test]
fn what_a_critical_default_froze_is_again_what_it_was_when_it_is_closed() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::None;
    region.issuing =
        IssuingTerms { risk_ratio: BasisPoints(500), ..IssuingTerms::of(Currency::Sgd) };
    let mut world = World::of(region);
    world.admitted("brand", 130_00);
    let terms = BatchTerms { reserve: ReserveMode::None, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 10);
    world.settle(1000);
    let [free, deposit, risk] = [IssuerBucket::Free, IssuerBucket::Deposit, IssuerBucket::Risk];
    let of = |world: &World| [free, deposit, risk].map(|bucket| world.balance(of_brand(bucket)));
    assert_eq!(of(&world), [901_60, 10_00, 47_45]);
    world.two(declare(Severity::Critical)).expect("admitted");
    assert_eq!(of(&world), [0, 0, 0]);
    for _ in 0..9 {
        world.redeem("ann", series, "brand", Some(100_00)).expect("out of what is frozen");
    }
    world.redeem("ann", series, "brand", Some(5_00)).expect("out of what is frozen");
    world.two(Verb::CloseDefault { issuer: party("brand") }).expect("open");
    assert_eq!(of(&world), [0, 6_60, 47_45], "paid in the order of P-09b");
}

/// A region whose grades below A set nothing aside, so that a batch can be short in a default.
fn without_reserve() -> (World, SeriesId) {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::Proceeds;
    let half = BasisPoints(5_000);
    region.credit = CreditRules {
        reserve_ratio: [half, half, half, half, BasisPoints::ONE],
        ..CreditRules::standard(Currency::Sgd)
    };
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let terms = BatchTerms { reserve: ReserveMode::Proceeds, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 6);
    world.buyer("ben", series, 4);
    world.settle(1000);
    (world, series)
}

#[test]
fn a_reserve_goes_by_the_issuers_grade() {
    let (mut world, _) = without_reserve();
    // 474.53 of 949.05; a default makes the issuer a BB, whose reserve is all of it.
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 474_53);
    assert_eq!(world.balance(of_brand(IssuerBucket::Free)), 474_52);
    world.two(declare(Severity::Minor)).expect("admitted");
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 949_05);
    assert_eq!(world.balance(of_brand(IssuerBucket::Free)), 0);
}

#[test]
fn p_15b_a_major_default_lets_the_fund_fill_the_reserves() {
    let (mut world, _) = without_reserve();
    world.issuer("brand", pay_out(474_52)).expect("free");
    world.register("sponsor", PartyKind::User);
    world.deposit("sponsor", Pool::GuaranteeFund, 1_000_00);
    world.two(declare(Severity::Major)).expect("admitted");
    assert!(world.batch("b1").reserve_low);
    world.settle(1001);
    assert_eq!(world.venue.fund_available(), cents(1_000_00 - 474_52));
    assert_eq!(world.venue.receivable(party("brand"), Pool::GuaranteeFund), cents(474_52));
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 949_05);
    assert!(!world.batch("b1").reserve_low);
}

fn pay_out(amount: u64) -> Verb {
    let withdrawal = gcfn_model::WithdrawalId::derive(&[b"w"]);
    Verb::PayOutProceeds { withdrawal, amount: cents(amount) }
}

#[test]
fn p_15d_holders_share_the_reserve_by_what_is_left_of_their_coupons() {
    let (mut world, series) = without_reserve();
    world.issuer("brand", pay_out(474_52)).expect("free");
    let compensate = Verb::CompensateHolders { batch: b1() };
    let early = world.ask("olga", Role::Operator, compensate.clone());
    assert_eq!(early, Err(Rejection::NoDefault));
    world.two(declare(Severity::Major)).expect("admitted");
    let early = world.ask("olga", Role::Operator, compensate.clone());
    assert_eq!(early, Err(Rejection::DefaultNotCritical));
    world.two(declare(Severity::Critical)).expect("worse");
    let (ann, ben) = (world.available("ann"), world.available("ben"));
    world.two(compensate).expect("critical");
    assert_eq!(world.batch("b1").state, BatchState::Recalled);
    let title = &world.venue.books().title;
    assert_eq!(title.quantity(series, Holder::Recalled), 100);
    assert_eq!(world.balance(Account::Obligation(party("brand"), b1())), 0);
    world.settle(1001);
    // 474.53 for 600.00 and 400.00 of face, rounded down; the cent is the issuer's.
    assert_eq!(world.available("ann") - ann, 284_71);
    assert_eq!(world.available("ben") - ben, 189_81);
    assert_eq!(world.balance(of_brand(IssuerBucket::Restricted)), 1);
}

#[test]
fn nobody_defaults_who_is_not_an_issuer() {
    let mut world = World::new();
    world.register("brand", PartyKind::Issuer);
    let unknown = world.ask("olga", Role::Operator, declare(Severity::Minor));
    assert_eq!(unknown, Err(Rejection::UnknownIssuer));
    world.issuer("brand", Verb::ApplyAsIssuer).expect("new");
    let pending = world.ask("olga", Role::Operator, declare(Severity::Minor));
    assert_eq!(pending, Err(Rejection::IssuerState));
}
