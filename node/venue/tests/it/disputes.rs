//! Disputes: who may do what in which state, in which time, and what a decision does (P-12, C-54).

use crate::world::{DAY, World, cents, instant, party, terms};
use gcfn_ledger::{Account, Holder, SerialRange, UserBucket};
use gcfn_market::Side;
use gcfn_model::{
    Currency, Digest, DisputeId, Millis, Pool, RedemptionId, SeriesId, TradeId, WithdrawalId,
};
use gcfn_venue::{
    ArbitrationDecision, Command, CouponFreezeTerms, DisputeKind, DisputeOutcome, DisputeState,
    DisputeStep, DisputeTerms, EVIDENCE_MAX, FreezeReason, MoneyAct, MoneyEvent, Outcome,
    PartyKind, PledgeTerms, RedemptionTerms, Rejection, Role, Terms, TradeState, Verb,
};

const DISPUTE: DisputeId = DisputeId::from_bytes([1; 16]);

/// Ann has sold ben four coupons for 94.00 each; it has settled on day 1001.
fn resold() -> (World, SeriesId, TradeId) {
    resold_in(terms("sg", "sg", Currency::Sgd))
}

fn resold_in(terms: Terms) -> (World, SeriesId, TradeId) {
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 1_000_00);
    }
    world.order("ann", Side::Buy, series, 4, Some(95_00)).expect("covered");
    world.order("ann", Side::Sell, series, 4, Some(94_00)).expect("hers");
    world.order("ben", Side::Buy, series, 4, Some(94_00)).expect("covered");
    settle(&mut world, 1000);
    let trade = world.venue.trades().find(|trade| !trade.primary()).expect("the resale").id;
    (world, series, trade)
}

fn settle(world: &mut World, day: u64) {
    world.until(day, 19);
    world.until(day, 21);
    world.until(day + 1, 9);
}

fn open(world: &mut World, who: &str, trade: TradeId, kind: DisputeKind) -> Outcome {
    let terms = DisputeTerms { dispute: DISPUTE, trade, kind, evidence: Digest([2; 32]) };
    world.user(who, Verb::Money(MoneyAct::OpenDispute(terms)))
}

fn staff(world: &mut World, who: &str, act: MoneyAct) -> Outcome {
    world.ask(who, Role::Operator, Verb::Money(act))
}

fn decision(refund: bool) -> MoneyAct {
    let reasons = Digest([3; 32]);
    MoneyAct::DecideDispute(ArbitrationDecision { dispute: DISPUTE, refund, reasons })
}

/// A refund request about `trade` that waits for its decision, handled by hana.
fn arbitration(world: &mut World, trade: TradeId) {
    open(world, "ben", trade, DisputeKind::RefundRequest).expect("the buyer's");
    staff(world, "hana", MoneyAct::TakeUpDispute { dispute: DISPUTE }).expect("submitted");
    staff(world, "hana", MoneyAct::ArbitrateDispute { dispute: DISPUTE }).expect("heard");
}

fn state(world: &World) -> DisputeState {
    world.venue.dispute(DISPUTE).expect("opened").state
}

#[test]
fn neither_side_fills_the_places_for_evidence_of_the_other() {
    let (mut world, _, trade) = resold();
    open(&mut world, "ben", trade, DisputeKind::RefundRequest).expect("the buyer's");
    let mut show = |who: &str| {
        let evidence = Digest([9; 32]);
        world.user(who, MoneyAct::AddEvidence { dispute: DISPUTE, evidence }.into())
    };
    for _ in 1..EVIDENCE_MAX {
        show("ben").expect("he began with one");
    }
    assert_eq!(show("ben"), Err(Rejection::EvidenceFull));
    for _ in 0..EVIDENCE_MAX {
        show("ann").expect("hers are not taken");
    }
    assert_eq!(show("ann"), Err(Rejection::EvidenceFull));
}

#[test]
fn an_arbitrated_refund_undoes_the_trade_and_keeps_the_fees() {
    let (mut world, series, trade) = resold();
    let (ann, ben) = (world.available("ann"), world.available("ben"));
    arbitration(&mut world, trade);
    world.two(decision(true)).expect("two impartial persons");
    assert_eq!(state(&world), DisputeState::Resolved(DisputeOutcome::Refunded));
    assert_eq!(world.available("ben"), ben + 376_00, "the price, without his fee");
    assert_eq!(world.available("ann"), ann - 376_00);
    assert_eq!((world.coupons("ann", series), world.coupons("ben", series)), (4, 0));
    let lots: Vec<_> =
        world.venue.books().title.lots(series, Holder::Party(party("ann"))).collect();
    assert!(lots.iter().all(|lot| lot.resales == 1), "the resale stays counted");
    assert_eq!(world.venue.trade(trade).expect("kept").state, TradeState::Reversed);
    let again = open(&mut world, "ben", trade, DisputeKind::RefundRequest);
    assert_eq!(again, Err(Rejection::DisputeExists), "the id is taken");
}

#[test]
fn a_seller_whose_money_is_gone_pays_out_of_what_is_frozen_or_owes_it() {
    let (mut world, _, trade) = resold();
    let everything = cents(world.available("ann") - 100_00);
    let withdrawal = WithdrawalId::derive(&[b"w"]);
    world.user("ann", Verb::Withdraw { withdrawal, amount: everything }).expect("covered");
    world.freeze("ann");
    let ben = world.available("ben");
    arbitration(&mut world, trade);
    world.two(decision(true)).expect("two impartial persons");
    let restricted = Account::User(party("ann"), UserBucket::Restricted);
    let owed = Account::Receivable(Pool::UserCustody, party("ann"));
    assert_eq!((world.balance(restricted), world.balance(owed)), (0, 276_00));
    assert_eq!(world.available("ben"), ben + 376_00);
    world.deposit("ann", Pool::UserCustody, 300_00);
    assert_eq!(world.balance(owed), 276_00, "frozen money repays nothing");
    let (who, reason) = (party("ann"), FreezeReason::Compliance);
    for staff in ["olga", "oscar"] {
        let lift = Verb::Unfreeze { party: who, reason };
        world.ask(staff, Role::Operator, lift).expect("two persons");
    }
    assert_eq!((world.available("ann"), world.balance(owed)), (24_00, 0));
}

#[test]
fn a_denied_refund_leaves_the_trade_as_it_is() {
    let (mut world, series, trade) = resold();
    arbitration(&mut world, trade);
    world.two(decision(false)).expect("two impartial persons");
    assert_eq!(state(&world), DisputeState::Resolved(DisputeOutcome::Denied));
    assert_eq!(world.coupons("ben", series), 4);
    assert_eq!(world.two(decision(true)), Err(Rejection::DisputeState));
}

#[test]
fn who_has_handled_a_dispute_does_not_decide_it() {
    let (mut world, _, trade) = resold();
    arbitration(&mut world, trade);
    assert_eq!(staff(&mut world, "hana", decision(true)), Err(Rejection::NotImpartial));
    staff(&mut world, "olga", decision(true)).expect("proposed");
    assert_eq!(staff(&mut world, "hana", decision(true)), Err(Rejection::NotImpartial));
    assert_eq!(staff(&mut world, "ben", decision(true)), Err(Rejection::NotImpartial));
    staff(&mut world, "oscar", decision(true)).expect("a second impartial person");
}

#[test]
fn every_step_follows_its_state_and_no_other() {
    let (mut world, _, trade) = resold();
    let take_up = || MoneyAct::TakeUpDispute { dispute: DISPUTE };
    let arbitrate = || MoneyAct::ArbitrateDispute { dispute: DISPUTE };
    let show = |world: &mut World, who: &str| {
        let evidence = Digest([4; 32]);
        world.user(who, Verb::Money(MoneyAct::AddEvidence { dispute: DISPUTE, evidence }))
    };
    let refuse = Err(Rejection::DisputeState);
    assert_eq!(staff(&mut world, "hana", take_up()), Err(Rejection::UnknownDispute));
    open(&mut world, "ben", trade, DisputeKind::BuyerComplaint).expect("the buyer's");
    assert_eq!(staff(&mut world, "hana", arbitrate()), refuse);
    assert_eq!(staff(&mut world, "olga", decision(true)), refuse);
    show(&mut world, "ann").expect("the seller answers");
    assert_eq!(show(&mut world, "brand"), Err(Rejection::NotYours));

    staff(&mut world, "hana", take_up()).expect("submitted");
    assert_eq!(staff(&mut world, "hana", take_up()), refuse);
    assert_eq!(staff(&mut world, "olga", decision(true)), refuse);
    show(&mut world, "ben").expect("evidence is collected");

    staff(&mut world, "hana", arbitrate()).expect("heard");
    assert_eq!(staff(&mut world, "hana", take_up()), refuse);
    assert_eq!(staff(&mut world, "hana", arbitrate()), refuse);
    assert_eq!(show(&mut world, "ben"), refuse);

    world.two(decision(false)).expect("decided");
    let withdraw = Verb::Money(MoneyAct::WithdrawDispute { dispute: DISPUTE });
    assert_eq!(world.user("ben", withdraw), refuse);
}

#[test]
fn a_dispute_is_opened_by_its_side_of_a_recent_trade_and_given_up_by_its_opener() {
    let (mut world, _, trade) = resold();
    let by = |world: &mut World, who: &str, kind| open(world, who, trade, kind);
    assert_eq!(by(&mut world, "brand", DisputeKind::BuyerComplaint), Err(Rejection::NotYours));
    assert_eq!(by(&mut world, "ann", DisputeKind::RefundRequest), Err(Rejection::DisputeKind));
    assert_eq!(by(&mut world, "ben", DisputeKind::SellerComplaint), Err(Rejection::DisputeKind));
    by(&mut world, "ann", DisputeKind::SellerComplaint).expect("hers");
    let withdraw = Verb::Money(MoneyAct::WithdrawDispute { dispute: DISPUTE });
    assert_eq!(world.user("ben", withdraw.clone()), Err(Rejection::NotYours));
    world.user("ann", withdraw).expect("hers");
    assert_eq!(state(&world), DisputeState::Resolved(DisputeOutcome::Withdrawn));
    let made = world.venue.trade(trade).expect("it is remembered").at.micros();
    let window = world.venue.terms().money.disputes.open_within.0 * 1000;
    let (dispute, evidence) = (DisputeId::derive(&[b"late"]), Digest([2; 32]));
    let terms = DisputeTerms { dispute, trade, kind: DisputeKind::BuyerComplaint, evidence };
    let complain = Verb::Money(MoneyAct::OpenDispute(terms));
    world.at = made + window - 1000;
    world.user("ben", complain).expect("on the last day");
}

#[test]
fn a_dispute_comes_too_late_though_the_trade_may_still_be_handed_back() {
    let usual = terms("sg", "sg", Currency::Sgd);
    let mut world = World::of(Terms { refund_window: Millis(60 * 86_400_000), ..usual });
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 1);
    let trade = world.venue.trades().next().expect("hers").id;
    world.settle(1000);
    world.at = instant(1030, 10).micros();
    let late = open(&mut world, "ann", trade, DisputeKind::RefundRequest);
    assert_eq!(late, Err(Rejection::DisputeTooLate));
}

#[test]
fn a_trade_is_forgotten_with_its_disputes_when_nothing_can_come_of_it() {
    let (mut world, _, trade) = resold();
    arbitration(&mut world, trade);
    world.two(decision(false)).expect("two impartial persons");
    let ends = world.venue.trade(trade).expect("made").at.micros() + 30 * DAY;
    world.at = ends - 4000;
    world.must(Command::Tick);
    assert_eq!(world.venue.trades().count(), 2, "they may still be disputed");
    world.at = ends + 1000;
    world.must(Command::Tick);
    assert_eq!((world.venue.trades().count(), world.venue.disputes().count()), (0, 0));
    let told = world.told().filter_map(|event| match event {
        MoneyEvent::DisputeForgotten { dispute, record, parties } => {
            Some((*dispute, record.state, *parties))
        }
        _ => None,
    });
    let denied = DisputeState::Resolved(DisputeOutcome::Denied);
    let once = [(DISPUTE, denied, [party("ben"), party("ann")])];
    assert_eq!(told.collect::<Vec<_>>(), once, "the journal has it");
    let refund = world.user("ben", Verb::Refund { trade });
    assert_eq!(refund, Err(Rejection::UnknownTrade));
    let again = open(&mut world, "ben", trade, DisputeKind::RefundRequest);
    assert_eq!(again, Err(Rejection::UnknownTrade));
}

#[test]
fn a_trade_is_remembered_while_its_dispute_is_open() {
    let (mut world, _, trade) = resold();
    let at = world.venue.trade(trade).expect("made").at.micros();
    world.at = at + 29 * DAY;
    open(&mut world, "ben", trade, DisputeKind::RefundRequest).expect("in time");
    world.at = at + 40 * DAY;
    world.must(Command::Tick);
    assert_eq!(world.venue.trades().map(|trade| trade.id).collect::<Vec<_>>(), [trade]);
    world.two(decision(false)).expect("it has escalated");
    assert_eq!((world.venue.trades().count(), world.venue.disputes().count()), (0, 0));
}

#[test]
fn a_trade_is_remembered_until_its_money_has_moved() {
    let mut world = World::of(terms("sg", "cn", Currency::Sgd));
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 1);
    world.at = instant(1060, 9).micros();
    world.must(Command::Tick);
    assert_eq!(world.venue.trades().count(), 1, "its house has not answered");
}

#[test]
fn a_dispute_that_takes_too_long_escalates_by_itself() {
    let (mut world, _, trade) = resold();
    open(&mut world, "ben", trade, DisputeKind::RefundRequest).expect("the buyer's");
    let overdue = |world: &World| -> Vec<DisputeStep> {
        let step = |event: &MoneyEvent| match event {
            MoneyEvent::DisputeOverdue { step, .. } => Some(*step),
            _ => None,
        };
        world.told().filter_map(step).collect()
    };
    world.until(1002, 8);
    assert_eq!(overdue(&world), []);
    world.until(1002, 10);
    assert_eq!(overdue(&world), [DisputeStep::Answer], "24 hours");
    world.until(1003, 10);
    assert_eq!(state(&world), DisputeState::Escalated, "48 hours");
    let take_up = MoneyAct::TakeUpDispute { dispute: DISPUTE };
    assert_eq!(staff(&mut world, "hana", take_up), Err(Rejection::DisputeState));
    world.until(1004, 10);
    let all = [DisputeStep::Answer, DisputeStep::Escalate, DisputeStep::Resolve];
    assert_eq!(overdue(&world), all, "72 hours, each once");
    world.two(decision(true)).expect("it can still be decided");
    world.until(1005, 10);
    assert_eq!(overdue(&world).len(), 3);
}

#[test]
fn the_times_of_a_forgotten_dispute_are_not_those_of_the_next_by_its_id() {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.refund_window = Millis(3_600_000);
    terms.money.disputes.open_within = Millis(25 * 3_600_000);
    let (mut world, series, trade) = resold_in(terms);
    open(&mut world, "ben", trade, DisputeKind::RefundRequest).expect("in time");
    world.until(1001, 11);
    let withdraw = MoneyAct::WithdrawDispute { dispute: DISPUTE };
    world.user("ben", Verb::Money(withdraw)).expect("his");
    assert_eq!(world.venue.dispute(DISPUTE), None, "forgotten with its trade");

    world.order("ben", Side::Sell, series, 1, Some(90_00)).expect("his");
    world.order("ann", Side::Buy, series, 1, Some(90_00)).expect("covered");
    let next = world.venue.trades().last().expect("made").id;
    world.until(1002, 11);
    open(&mut world, "ann", next, DisputeKind::RefundRequest).expect("in time");
    world.until(1003, 10);
    assert_eq!(state(&world), DisputeState::Submitted, "48 hours of the first are over");
    world.until(1004, 12);
    assert_eq!(state(&world), DisputeState::Escalated);
}

#[test]
fn an_answered_dispute_is_not_overdue() {
    let (mut world, _, trade) = resold();
    arbitration(&mut world, trade);
    world.two(decision(false)).expect("at once");
    world.until(1005, 10);
    let overdue = |event: &MoneyEvent| matches!(event, MoneyEvent::DisputeOverdue { .. });
    assert!(!world.told().any(overdue));
}

#[test]
fn an_unsettled_trade_is_not_undone() {
    let (mut world, series, _) = resold();
    world.order("ben", Side::Sell, series, 1, Some(93_00)).expect("his");
    world.order("ann", Side::Buy, series, 1, Some(93_00)).expect("covered");
    let unsettled = |trade: &&gcfn_venue::Trade| trade.state == TradeState::Matched;
    let trade = world.venue.trades().find(unsettled).expect("today's").id;
    open(&mut world, "ann", trade, DisputeKind::RefundRequest).expect("the buyer's");
    for act in [
        MoneyAct::TakeUpDispute { dispute: DISPUTE },
        MoneyAct::ArbitrateDispute { dispute: DISPUTE },
    ] {
        staff(&mut world, "hana", act).expect("the next step");
    }
    assert_eq!(world.two(decision(true)), Err(Rejection::InSettlement));
}

/// Redeemed, expired, frozen, pledged, offered and resold coupons refuse, each for its reason.
#[test]
fn d_27_a_refund_looks_where_every_coupon_is() {
    type Use = fn(&mut World, SeriesId);
    let uses: [(Use, Rejection); 6] = [
        (
            |world, series| {
                let (redemption, merchant) = (RedemptionId::derive(&[b"r"]), party("brand"));
                let (serial, amount) = (None, None);
                let lock = Verb::LockRedemption(RedemptionTerms {
                    redemption,
                    merchant,
                    series,
                    serial,
                    amount,
                });
                world.user("ben", lock).expect("his");
                let confirm = Verb::ConfirmRedemption { redemption, detail: None };
                world.ask("brand", Role::Issuer, confirm).expect("the issuer itself");
            },
            Rejection::CouponsRedeemed,
        ),
        (
            |world, series| {
                let (range, reason) = (SerialRange { first: 0, end: 1 }, FreezeReason::Court);
                let terms = CouponFreezeTerms { series, range, reason };
                staff(world, "olga", MoneyAct::FreezeCoupons(terms)).expect("his");
            },
            Rejection::CouponsFrozen,
        ),
        (
            |world, series| {
                let terms = PledgeTerms { pledgee: party("ann"), series, quantity: 1 };
                world.user("ben", Verb::Money(MoneyAct::Pledge(terms))).expect("his");
            },
            Rejection::CouponsPledged,
        ),
        (
            |world, series| {
                world.order("ben", Side::Sell, series, 1, Some(99_00)).expect("rests");
            },
            Rejection::CouponsLocked,
        ),
        (
            |world, series| {
                let gift = Verb::Gift { to: party("ann"), series, quantity: 1 };
                world.user("ben", gift).expect("his");
            },
            Rejection::CouponsResold,
        ),
        (|world, _| world.until(1008, 1), Rejection::Expired),
    ];
    for (spend, why) in uses {
        let (mut world, series, trade) = resold();
        arbitration(&mut world, trade);
        spend(&mut world, series);
        let (before, events) = (world.venue.state_root(), world.events.len());
        assert_eq!(world.two(decision(true)), Err(why));
        assert_eq!((world.venue.state_root(), world.events.len()), (before, events));
    }
}

#[test]
fn a_primary_purchase_is_undone_by_arbitration_after_its_window() {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let refund_window = gcfn_model::Millis(3_600_000);
    let voucher = gcfn_venue::BatchTerms { refund_window, ..crate::world::voucher() };
    let series = world.issued("brand", "b1", voucher);
    world.register("ben", PartyKind::User);
    world.deposit("ben", Pool::UserCustody, 1_000_00);
    world.order("ben", Side::Buy, series, 4, Some(95_00)).expect("covered");
    let trade = world.venue.trades().next().expect("one").id;
    settle(&mut world, 1000);
    let late = world.user("ben", Verb::Refund { trade });
    assert_eq!(late, Err(Rejection::NotRefundable));
    arbitration(&mut world, trade);
    world.two(decision(true)).expect("two impartial persons");
    settle(&mut world, 1001);
    assert_eq!((world.available("ben"), world.coupons("ben", series)), (1_000_00, 0));
}
