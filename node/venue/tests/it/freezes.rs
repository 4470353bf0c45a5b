//! Freezing parties and coupons, pledging coupons: what each overlay of 2.3 blocks.

use crate::world::{World, cents, party, terms, voucher};
use gcfn_ledger::{Account, Holder, SerialRange, UserBucket};
use gcfn_market::Side;
use gcfn_model::{BatchId, Currency, Digest, Pool, RedemptionId, SeriesId, TradeId, WithdrawalId};
use gcfn_venue::{
    BatchTerms, CouponFreezeTerms, Done, Event, FreezeReason, MoneyAct, MoneyEvent, Outcome,
    PartyKind, PledgeTerms, RedemptionTerms, Rejection, ReserveMode, Role, Verb,
};

fn market() -> (World, SeriesId, TradeId) {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 10_000_00);
    }
    world.order("ann", Side::Buy, series, 10, Some(95_00)).expect("covered");
    let trade = world.venue.trades().next().expect("one").id;
    (world, series, trade)
}

fn restricted(world: &World, who: &str) -> u64 {
    world.balance(Account::User(party(who), UserBucket::Restricted))
}

fn with(world: &World, series: SeriesId, holder: Holder) -> u64 {
    world.venue.books().title.quantity(series, holder)
}

fn freeze_coupons(series: SeriesId, first: u64, end: u64) -> MoneyAct {
    let (range, reason) = (SerialRange { first, end }, FreezeReason::Court);
    MoneyAct::FreezeCoupons(CouponFreezeTerms { series, range, reason })
}

fn number(outcome: Outcome) -> u64 {
    match outcome.expect("possible") {
        Done::Numbered { number } => number,
        other => panic!("{other:?} has no number"),
    }
}

fn frozen(world: &mut World, series: SeriesId, first: u64, end: u64) -> u64 {
    number(world.ask("olga", Role::Operator, Verb::Money(freeze_coupons(series, first, end))))
}

fn pledged(world: &mut World, series: SeriesId, quantity: u64) -> u64 {
    let terms = PledgeTerms { pledgee: party("ben"), series, quantity };
    number(world.user("ann", Verb::Money(MoneyAct::Pledge(terms))))
}

#[test]
fn a_party_is_free_when_the_last_reason_is_gone() {
    let (mut world, ..) = market();
    let ann = party("ann");
    let before = world.available("ann");
    let directive = FreezeReason::Directive(Digest([9; 32]));
    for reason in [FreezeReason::Sanctions, directive] {
        world.operator(Verb::Freeze { party: ann, reason });
    }
    let again = Verb::Freeze { party: ann, reason: directive };
    assert_eq!(world.ask("olga", Role::Operator, again), Err(Rejection::Frozen));
    assert_eq!(world.venue.freezes(ann).count(), 2);
    let lift = |world: &mut World, reason| {
        world.ask("olga", Role::Operator, Verb::Unfreeze { party: ann, reason })?;
        world.ask("oscar", Role::Operator, Verb::Unfreeze { party: ann, reason })
    };
    assert_eq!(lift(&mut world, FreezeReason::Court), Err(Rejection::NotFrozen));
    lift(&mut world, directive).expect("one of two");
    assert_eq!((world.available("ann"), restricted(&world, "ann")), (0, before));
    lift(&mut world, FreezeReason::Sanctions).expect("the last");
    assert_eq!((world.available("ann"), restricted(&world, "ann")), (before, 0));
}

/// A hit does not only mark: what the party has in the book and under way is stopped, and
/// nothing of it trades from then on.
#[test]
fn d_22_a_sanction_hit_blocks_the_trade() {
    let (mut world, series, _) = market();
    world.order("ann", Side::Sell, series, 2, Some(94_00)).expect("she holds ten");
    world.operator(Verb::Freeze { party: party("ann"), reason: FreezeReason::Sanctions });
    world.order("ben", Side::Buy, series, 1, Some(94_50)).expect("rests");
    assert_eq!(world.coupons("ben", series), 0, "her offer is gone");
    assert_eq!(with(&world, series, Holder::OrderLock(party("ann"))), 0);
    let gift = Verb::Gift { to: party("ben"), series, quantity: 1 };
    assert_eq!(world.user("ann", gift), Err(Rejection::Frozen));
    let gift = Verb::Gift { to: party("ann"), series, quantity: 1 };
    assert_eq!(world.user("ben", gift), Err(Rejection::Frozen));
}

#[test]
fn a_freeze_releases_redemption_locks_and_stops_withdrawals_that_have_not_left() {
    let (mut world, series, _) = market();
    let redemption = RedemptionId::derive(&[b"r"]);
    let merchant = party("brand");
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant,
        series,
        serial: None,
        amount: None,
    });
    world.user("ann", lock).expect("hers");
    let sent = WithdrawalId::derive(&[b"sent"]);
    world.user("ann", Verb::Withdraw { withdrawal: sent, amount: cents(10_00) }).expect("covered");
    world.freeze("ann");
    assert_eq!(world.coupons("ann", series), 10);
    let confirm = Verb::ConfirmRedemption { redemption, detail: None };
    let confirmed = world.ask("brand", Role::Issuer, confirm);
    assert_eq!(confirmed, Err(Rejection::UnknownRedemption));
    let state = world.venue.withdrawal(sent).expect("the bank has it").state;
    assert_eq!(state, gcfn_venue::WithdrawalState::Instructed);
    let cash = restricted(&world, "ann");
    world.deposit("ann", Pool::UserCustody, 5_00);
    assert_eq!(restricted(&world, "ann"), cash + 5_00, "what comes in stays");
}

#[test]
fn coupons_are_frozen_by_serial_and_set_free_by_two_persons() {
    let (mut world, series, _) = market();
    world.order("ann", Side::Sell, series, 4, Some(94_00)).expect("rests");
    let freeze = frozen(&mut world, series, 2, 5);
    assert_eq!(with(&world, series, Holder::OrderLock(party("ann"))), 0, "cancelled first");
    assert_eq!(with(&world, series, Holder::Frozen(party("ann"))), 3);
    assert_eq!(world.coupons("ann", series), 7);
    let twice = Verb::Money(freeze_coupons(series, 4, 6));
    assert_eq!(world.ask("olga", Role::Operator, twice), Err(Rejection::CouponsFrozen));
    let inventory = Verb::Money(freeze_coupons(series, 8, 12));
    assert_eq!(world.ask("olga", Role::Operator, inventory), Err(Rejection::CouponsElsewhere));
    let beyond = Verb::Money(freeze_coupons(series, 8, 101));
    assert_eq!(world.ask("olga", Role::Operator, beyond), Err(Rejection::SerialRange));
    world.two(MoneyAct::UnfreezeCoupons { freeze }).expect("two persons");
    assert_eq!(world.coupons("ann", series), 10);
    let again = world.two(MoneyAct::UnfreezeCoupons { freeze });
    assert_eq!(again, Err(Rejection::UnknownCouponFreeze));
}

#[test]
fn a_pledge_is_released_by_the_pledgee_and_outlives_a_freeze() {
    let (mut world, series, _) = market();
    let pledge = pledged(&mut world, series, 4);
    let (held, bound) = (Holder::Frozen(party("ann")), Holder::Pledged(party("ann")));
    assert_eq!(with(&world, series, bound), 4);
    let release = Verb::Money(MoneyAct::ReleasePledge { pledge });
    assert_eq!(world.user("ann", release.clone()), Err(Rejection::NotYours));
    let freeze = frozen(&mut world, series, 0, 10);
    assert_eq!((with(&world, series, held), with(&world, series, bound)), (10, 0));
    world.two(MoneyAct::UnfreezeCoupons { freeze }).expect("two persons");
    assert_eq!((world.coupons("ann", series), with(&world, series, bound)), (6, 4));
    let freeze = frozen(&mut world, series, 0, 2);
    world.user("ben", release.clone()).expect("his");
    assert_eq!(with(&world, series, held), 2, "what is frozen stays so");
    world.two(MoneyAct::UnfreezeCoupons { freeze }).expect("two persons");
    assert_eq!(world.coupons("ann", series), 10);
    assert_eq!(world.user("ben", release), Err(Rejection::UnknownPledge));
}

#[test]
fn a_pledge_needs_two_free_parties_and_whole_coupons() {
    let (mut world, series, _) = market();
    let ask = |world: &mut World, to: &str, quantity| {
        let terms = PledgeTerms { pledgee: party(to), series, quantity };
        world.user("ann", Verb::Money(MoneyAct::Pledge(terms)))
    };
    assert_eq!(ask(&mut world, "eve", 1), Err(Rejection::UnknownParty));
    assert_eq!(ask(&mut world, "ann", 1), Err(Rejection::ToOneself));
    assert_eq!(ask(&mut world, "ben", 0), Err(Rejection::QuantityZero));
    assert_eq!(ask(&mut world, "ben", 11), Err(Rejection::InsufficientCoupons));
    world.freeze("ben");
    assert_eq!(ask(&mut world, "ben", 1), Err(Rejection::Frozen));
}

/// Overlay by action: all ten coupons of ann are under the overlay.
#[test]
fn an_overlay_blocks_what_2_3_says() {
    type Overlay = fn(&mut World, SeriesId);
    let overlays: [(&str, Overlay, Rejection); 4] = [
        (
            "order_hold",
            |world, series| {
                world.order("ann", Side::Sell, series, 10, Some(94_00)).expect("rests");
            },
            Rejection::CouponsLocked,
        ),
        (
            "frozen",
            |world, series| {
                frozen(world, series, 0, 10);
            },
            Rejection::CouponsFrozen,
        ),
        (
            "pledged",
            |world, series| {
                pledged(world, series, 10);
            },
            Rejection::CouponsPledged,
        ),
        ("party frozen", |world, _| world.freeze("ann"), Rejection::Frozen),
    ];
    for (name, overlay, why_no_refund) in overlays {
        let (mut world, series, trade) = market();
        overlay(&mut world, series);
        let blocked = match name {
            "party frozen" => Rejection::Frozen,
            _ => Rejection::InsufficientCoupons,
        };
        let (redemption, merchant) = (RedemptionId::derive(&[b"r"]), party("brand"));
        let terms = PledgeTerms { pledgee: party("ben"), series, quantity: 1 };
        let actions = [
            Verb::Gift { to: party("ben"), series, quantity: 1 },
            Verb::LockRedemption(RedemptionTerms {
                redemption,
                merchant,
                series,
                serial: None,
                amount: None,
            }),
            Verb::Money(MoneyAct::Pledge(terms)),
        ];
        for action in actions {
            assert_eq!(world.user("ann", action.clone()), Err(blocked), "{name}: {action:?}");
        }
        let sell = world.order("ann", Side::Sell, series, 1, Some(94_50));
        assert_eq!(sell, Err(blocked), "{name}: sell");
        let refund = world.user("ann", Verb::Refund { trade });
        assert_eq!(refund, Err(why_no_refund), "{name}: refund");
    }
}

#[test]
fn a_redemption_lock_blocks_its_coupon_and_no_other() {
    let (mut world, series, trade) = market();
    let (redemption, merchant) = (RedemptionId::derive(&[b"r"]), party("brand"));
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant,
        series,
        serial: None,
        amount: None,
    });
    world.user("ann", lock).expect("hers");
    let refund = world.user("ann", Verb::Refund { trade });
    assert_eq!(refund, Err(Rejection::CouponsLocked));
    let gift = Verb::Gift { to: party("ben"), series, quantity: 10 };
    assert_eq!(world.user("ann", gift), Err(Rejection::InsufficientCoupons));
    let gift = Verb::Gift { to: party("ben"), series, quantity: 9 };
    world.user("ann", gift).expect("the others are free");
    // A freeze ends the lock.
    frozen(&mut world, series, 0, 1);
    assert!(world.venue.redemption(redemption).is_none());
}

#[test]
fn frozen_coupons_end_when_they_are_unfrozen_and_pledged_ones_in_time() {
    let (mut world, series, _) = market();
    pledged(&mut world, series, 2);
    let freeze = frozen(&mut world, series, 4, 7);
    for day in 1000..1008 {
        world.until(day, 19);
        world.until(day, 21);
        world.until(day + 1, 9);
    }
    let debt = Account::Obligation(party("brand"), BatchId::derive(&[b"b1"]));
    assert_eq!(with(&world, series, Holder::Frozen(party("ann"))), 3);
    assert_eq!(with(&world, series, Holder::Pledged(party("ann"))), 0);
    assert_eq!(world.venue.pledges().count(), 0, "it secures nothing any more");
    assert_eq!(world.balance(debt), 300_00, "owed while they are frozen");
    world.two(MoneyAct::UnfreezeCoupons { freeze }).expect("two persons");
    assert_eq!(with(&world, series, Holder::Frozen(party("ann"))), 0);
    assert_eq!(world.balance(debt), 0);
    assert_eq!(with(&world, series, Holder::Expired), 100);
}

#[test]
fn a_pledge_lasts_as_long_as_any_of_its_coupons_though_they_are_frozen() {
    let (mut world, series, _) = market();
    let pledge = pledged(&mut world, series, 2);
    let freeze = frozen(&mut world, series, 1, 2);
    for day in 1000..1008 {
        world.until(day, 19);
        world.until(day, 21);
        world.until(day + 1, 9);
    }
    assert_eq!(with(&world, series, Holder::Pledged(party("ann"))), 0);
    assert!(world.venue.find_pledge(pledge).is_some(), "the frozen one has not ended");
    world.two(MoneyAct::UnfreezeCoupons { freeze }).expect("two persons");
    assert!(world.venue.find_pledge(pledge).is_none());
    assert!(world.told().any(|event| *event == MoneyEvent::PledgeReleased { number: pledge }));
}

#[test]
fn a_recall_ends_the_pledges_of_its_coupons() {
    let (mut world, series, _) = market();
    pledged(&mut world, series, 2);
    for day in 1000..1001 {
        world.until(day, 19);
        world.until(day, 21);
        world.until(day + 1, 9);
    }
    world.deposit("brand", Pool::IssuerEscrow, 10_000_00);
    world.two(Verb::RecallBatch { batch: BatchId::derive(&[b"b1"]) }).expect("funded");
    assert_eq!(world.venue.pledges().count(), 0);
}

#[test]
fn what_a_merchant_has_confirmed_is_paid_though_the_holder_is_frozen_meanwhile() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::Proceeds;
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let batch = BatchTerms { reserve: ReserveMode::Proceeds, ..voucher() };
    let series = world.issued("brand", "b1", batch);
    world.register("cafe", PartyKind::Merchant);
    world.issuer("brand", Verb::AuthoriseMerchant { merchant: party("cafe") }).expect("hers");
    world.buyer("ann", series, 2);
    let waits = redeemed_at_cafe(&mut world, series, 60_00);
    assert_eq!(waits, Ok(Done::Waiting { value: cents(60_00) }));
    world.freeze("ann");
    // The goods are handed out: the claim is the merchant's now, and the coupon is used up.
    world.deposit("brand", Pool::IssuerEscrow, 100_00);
    let redeemed = world.events.iter().any(|event| matches!(event, Event::Redeemed { .. }));
    assert!(redeemed, "the issuer's money pays what has waited for it");
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    assert_eq!(world.balance(Account::Merchant(party("cafe"))), 0, "and it has left for its bank");
    // What is left of the coupon is the frozen holder's, and stands still with the rest.
    assert_eq!(world.coupons("ann", series), 2);
    assert_eq!(redeemed_at_cafe(&mut world, series, 40_00), Err(Rejection::Frozen));
}

fn redeemed_at_cafe(world: &mut World, series: SeriesId, minor: u64) -> Outcome {
    let redemption = RedemptionId::derive(&[b"r", &minor.to_be_bytes()]);
    let (merchant, serial, amount) = (party("cafe"), None, Some(cents(minor)));
    let lock =
        Verb::LockRedemption(RedemptionTerms { redemption, merchant, series, serial, amount });
    world.user("ann", lock)?;
    world.user("cafe", Verb::ConfirmRedemption { redemption, detail: None })
}
