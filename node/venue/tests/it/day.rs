//! What a business day does to money and title, posting by posting.

use crate::world::{World, cents, date, instant, party, terms};
use gcfn_clearing::{Bundle, HouseRefusal, Phase, Schedule};
use gcfn_ledger::{Account, FeeKind, Holder, IssuerBucket, UserBucket};
use gcfn_market::Side;
use gcfn_model::{BatchId, BusinessDate, Currency, Pool, RedemptionId, WithdrawalId};
use gcfn_venue::{
    ClearingNotice, Command, Dispatch, Done, Event, IssuingEvent, PartyKind, RedemptionTerms,
    Rejection, Role, TradeState, TradingDay, Verb,
};

const DEPOSIT: u64 = 10_000_00;

/// A world with a listed series and two users with money.
fn market() -> (World, gcfn_model::SeriesId) {
    market_in(World::new())
}

fn market_in(mut world: World) -> (World, gcfn_model::SeriesId) {
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, DEPOSIT);
    }
    (world, series)
}

fn trades_of(outcome: Result<Done, gcfn_venue::Rejection>) -> Vec<gcfn_model::TradeId> {
    match outcome.expect("a fillable order") {
        Done::Order { trades, .. } => trades,
        other => panic!("{other:?} is not an order's answer"),
    }
}

#[test]
fn a_primary_purchase_moves_title_at_once_and_money_on_the_value_date() {
    let (mut world, series) = market();
    trades_of(world.order("ann", Side::Buy, series, 10, Some(95_00)));
    // 950.00 and 0.50 % fee are committed, the coupons are hers.
    assert_eq!(world.coupons("ann", series), 10);
    assert_eq!(world.available("ann"), DEPOSIT - 954_75);
    assert_eq!(world.balance(Account::User(party("ann"), UserBucket::Commit)), 954_75);
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    assert_eq!(world.balance(Account::User(party("ann"), UserBucket::Commit)), 0);
    assert_eq!(world.balance(Account::Bank(Pool::UserCustody)), 2 * DEPOSIT - 954_75);
    // 950.00 less 0.10 %: 949.05 for the issuer. Face is prefunded with 5.10 a coupon, so 94.90
    // of each sale stays in the reserve and the rest is free.
    let batch = BatchId::derive(&[b"b1"]);
    assert_eq!(world.balance(Account::Reserve(party("brand"), batch)), 510_00 + 949_00);
    assert_eq!(world.balance(Account::Issuer(party("brand"), IssuerBucket::Free)), 5);
    assert_eq!(world.balance(Account::Fee(FeeKind::Trade)), 4_75 + 95);
    let cycles: Vec<_> = world.venue.house().expect("a house").cycles().collect();
    assert_eq!(cycles[0].phase, Phase::PayOut);
    world.statements();
    let cycles: Vec<_> = world.venue.house().expect("a house").cycles().collect();
    assert_eq!(cycles[0].phase, Phase::Final);
}

#[test]
fn with_t_0_the_money_of_a_day_moves_on_it() {
    let (mut world, series) = market_in(World::same_day());
    let trades = trades_of(world.order("ann", Side::Buy, series, 10, Some(95_00)));
    world.until(1000, 18);
    assert_eq!(world.venue.trade(trades[0]).expect("kept").state, TradeState::InSettlement);
    world.until(1000, 19);
    assert_eq!(world.venue.trade(trades[0]).expect("kept").state, TradeState::Settled);
    assert_eq!(world.balance(Account::User(party("ann"), UserBucket::Commit)), 0);
    assert_eq!(world.balance(Account::Bank(Pool::UserCustody)), 2 * DEPOSIT - 954_75);
    world.statements();
    let cycles: Vec<_> = world.venue.house().expect("a house").cycles().collect();
    assert_eq!(cycles[0].phase, Phase::Final);
}

#[test]
fn a_day_of_t_0_that_misses_its_cycle_settles_with_the_next() {
    let (mut world, series) = market_in(World::same_day());
    let trades = trades_of(world.order("ann", Side::Buy, series, 10, Some(95_00)));
    // Nobody lets time pass until the cycle has closed.
    world.until(1000, 21);
    assert_ne!(world.venue.trade(trades[0]).expect("kept").state, TradeState::Reversed);
    world.until(1001, 18);
    world.until(1001, 19);
    assert_eq!(world.venue.trade(trades[0]).expect("kept").state, TradeState::Settled);
}

/// What a node has sent to the house that clears for it.
fn affirmed(world: &World) -> Vec<Bundle> {
    let sent = world.events.iter().filter_map(|event| match event {
        Event::Sent { body: Dispatch::Affirm(bundle), .. } => Some(bundle.clone()),
        _ => None,
    });
    sent.collect()
}

/// T+0 takes two: the house of a local that has it, and does not itself, settles with T+1.
#[test]
fn a_local_with_t_0_whose_house_has_none_settles_on_the_next_day() {
    let terms = terms("cn-sha", "cn", Currency::Cny);
    let (mut world, series) = market_in(World::of_days(terms, |day| Schedule {
        value_date: date(day),
        cut_off: instant(day, 19),
        pay_in_from: instant(day, 19),
        pay_in_by: instant(day, 20),
    }));
    let trades = trades_of(world.order("ann", Side::Buy, series, 10, Some(95_00)));
    world.until(1000, 18);
    let refuse = |world: &mut World, reason| {
        let bundle = affirmed(world).pop().expect("one").reference;
        let house = "cn".parse().expect("a name");
        let body = Dispatch::Clearing(ClearingNotice::Refused { house, bundle, reason });
        world.must(Command::Dispatch { from: "cn".parse().expect("a name"), body });
    };
    let same_day = affirmed(&world).pop().expect("one");
    assert_eq!(same_day.value_date, date(1000));
    refuse(&mut world, HouseRefusal::NoOpenCycle(date(1000)));
    let next = affirmed(&world).pop().expect("one");
    assert_eq!((next.value_date, &next.obligations), (date(1001), &same_day.obligations));
    assert_eq!(world.venue.trade(trades[0]).expect("kept").state, TradeState::InSettlement);

    // A house that says no for what the bundle is says so for every day: it waits.
    refuse(&mut world, HouseRefusal::Mismatch);
    assert_eq!(affirmed(&world).len(), 2);
    assert_eq!(world.venue.trade(trades[0]).expect("kept").state, TradeState::Matched);
    // Nor does it go on for ever with a house that opens no cycle at all.
    world.until(1001, 18);
    for _ in 0..20 {
        refuse(&mut world, HouseRefusal::NoOpenCycle(date(1001)));
    }
    let dates: Vec<BusinessDate> = affirmed(&world).iter().skip(2).map(|b| b.value_date).collect();
    assert_eq!(dates, (1001..1010).map(date).collect::<Vec<_>>());
    assert_eq!(world.venue.trade(trades[0]).expect("kept").state, TradeState::Matched);
}

#[test]
fn days_on_which_a_market_is_open_and_its_house_is_not_settle_together() {
    let (mut world, _) = market();
    let last = *world.venue.days().last().expect("days are open");
    let day = |ahead: i32, value_date: i32| TradingDay {
        date: last.date.plus_days(ahead),
        cut_off: instant(u64::try_from(last.date.days() + ahead).expect("after 1970"), 18),
        value_date: last.date.plus_days(value_date),
    };
    for ahead in 1..=3 {
        world.must(Command::OpenDay(day(ahead, 4)));
    }
    let earlier = world.apply(&Command::OpenDay(day(4, 3)));
    assert_eq!(earlier, Err(Rejection::TradingDay), "no day settles before the one before it");
}

#[test]
fn holders_trade_with_each_other_at_the_resting_price() {
    let (mut world, series) = market();
    trades_of(world.order("ann", Side::Buy, series, 10, Some(95_00)));
    world.order("ann", Side::Sell, series, 4, Some(94_00)).expect("she holds ten");
    let trades = trades_of(world.order("ben", Side::Buy, series, 6, None));
    assert_eq!(trades.len(), 2, "four from ann, two from the issuer");
    assert_eq!(world.coupons("ben", series), 6);
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    for trade in trades {
        assert_eq!(world.venue.trade(trade).expect("kept").state, TradeState::Settled);
    }
    // ann: 10 at 95.00 with 4.75 taker fee, sold 4 at 94.00 with 0.38 maker fee.
    assert_eq!(world.available("ann"), DEPOSIT - 954_75 + 376_00 - 38);
}

#[test]
fn a_cancelled_order_gives_everything_back() {
    let (mut world, series) = market();
    let placed = world.order("ann", Side::Buy, series, 10, Some(90_00)).expect("rests");
    assert!(matches!(placed, Done::Order { resting: 10, .. }));
    assert!(world.available("ann") < DEPOSIT);
    let order = world.venue.orders().find(|open| open.party == party("ann")).expect("open").id;
    world.user("ann", Verb::CancelOrder { order }).expect("hers");
    assert_eq!(world.available("ann"), DEPOSIT);
}

#[test]
fn redemption_takes_two_and_is_paid_by_the_reserve() {
    let (mut world, series) = market();
    world.register("cafe", PartyKind::Merchant);
    let merchant = party("cafe");
    world.ask("brand", Role::Issuer, Verb::AuthoriseMerchant { merchant }).expect("hers");
    trades_of(world.order("ann", Side::Buy, series, 2, Some(95_00)));
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    let redeem = |n: u8, amount| {
        Verb::LockRedemption(RedemptionTerms {
            redemption: RedemptionId::derive(&[&[n]]),
            merchant,
            series,
            serial: None,
            amount,
        })
    };
    world.user("ann", redeem(1, None)).expect("whole");
    let confirm =
        Verb::ConfirmRedemption { redemption: RedemptionId::derive(&[&[1]]), detail: None };
    world.user("cafe", confirm).expect("the merchant named");
    world.user("ann", redeem(2, Some(cents(30_00)))).expect("in part");
    let confirm =
        Verb::ConfirmRedemption { redemption: RedemptionId::derive(&[&[2]]), detail: None };
    world.user("cafe", confirm).expect("the merchant named");
    let title = &world.venue.books().title;
    assert_eq!(title.value(series, Holder::Party(party("ann"))), cents(70_00));
    world.until(1001, 19);
    world.until(1001, 21);
    world.until(1002, 9);
    // 130.00 less 0.10 % of each: paid to the merchant's bank once the hub had the money.
    assert_eq!(world.balance(Account::Merchant(merchant)), 0);
    assert_eq!(world.balance(Account::Fee(FeeKind::Redeem)), 10 + 3);
    let batch = BatchId::derive(&[b"b1"]);
    assert_eq!(world.balance(Account::Obligation(party("brand"), batch)), 70_00);
}

#[test]
fn a_redemption_lock_times_out() {
    let (mut world, series) = market();
    trades_of(world.order("ann", Side::Buy, series, 1, Some(95_00)));
    let redemption = RedemptionId::derive(&[&[1]]);
    let merchant = party("brand");
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant,
        series,
        serial: None,
        amount: None,
    });
    world.user("ann", lock).expect("the issuer redeems its own");
    assert_eq!(world.coupons("ann", series), 0);
    world.until(1000, 10);
    assert_eq!(world.coupons("ann", series), 1);
}

#[test]
fn a_purchase_is_refunded_before_and_after_it_settles() {
    let (mut world, series) = market();
    let first = trades_of(world.order("ann", Side::Buy, series, 3, Some(95_00)));
    world.user("ann", Verb::Refund { trade: first[0] }).expect("in the window");
    assert_eq!(world.available("ann"), DEPOSIT);
    let second = trades_of(world.order("ann", Side::Buy, series, 3, Some(95_00)));
    world.until(1000, 19);
    let early = world.user("ann", Verb::Refund { trade: second[0] });
    assert_eq!(early, Err(gcfn_venue::Rejection::InSettlement));
    world.until(1000, 21);
    world.until(1001, 9);
    world.user("ann", Verb::Refund { trade: second[0] }).expect("in the window");
    assert_eq!(world.coupons("ann", series), 0);
    world.until(1001, 19);
    world.until(1001, 21);
    world.until(1002, 9);
    assert_eq!(world.available("ann"), DEPOSIT);
    assert_eq!(world.balance(Account::Fee(FeeKind::Trade)), 0);
}

#[test]
fn a_purchase_is_handed_back_once() {
    let (mut world, series) = market();
    let trades = trades_of(world.order("ann", Side::Buy, series, 3, Some(95_00)));
    world.user("ann", Verb::Refund { trade: trades[0] }).expect("in the window");
    let again = world.user("ann", Verb::Refund { trade: trades[0] });
    assert_eq!(again, Err(gcfn_venue::Rejection::NotRefundable));
}

#[test]
fn a_redemption_that_is_given_up_leaves_the_right_to_a_refund() {
    let (mut world, series) = market();
    let trades = trades_of(world.order("ann", Side::Buy, series, 3, Some(95_00)));
    let (redemption, merchant) = (RedemptionId::derive(&[b"r"]), party("brand"));
    let lock = || {
        Verb::LockRedemption(RedemptionTerms {
            redemption,
            merchant,
            series,
            serial: None,
            amount: None,
        })
    };
    world.user("ann", lock()).expect("hers");
    let refund = || Verb::Refund { trade: trades[0] };
    assert_eq!(world.user("ann", refund()), Err(gcfn_venue::Rejection::CouponsLocked));
    world.user("ann", Verb::CancelRedemption { redemption }).expect("hers");
    world.user("ann", refund()).expect("nothing of it was used");
}

#[test]
fn what_is_used_in_part_is_not_handed_back() {
    let (mut world, series) = market();
    let trades = trades_of(world.order("ann", Side::Buy, series, 3, Some(95_00)));
    world.redeem("ann", series, "brand", Some(1)).expect("funded");
    let refund = world.user("ann", Verb::Refund { trade: trades[0] });
    assert_eq!(refund, Err(gcfn_venue::Rejection::NotRefundable));
}

#[test]
fn a_gift_moves_title_and_ends_the_right_to_a_refund() {
    let (mut world, series) = market();
    let trades = trades_of(world.order("ann", Side::Buy, series, 3, Some(95_00)));
    world.user("ann", Verb::Gift { to: party("ben"), series, quantity: 1 }).expect("hers");
    assert_eq!((world.coupons("ann", series), world.coupons("ben", series)), (2, 1));
    let refund = world.user("ann", Verb::Refund { trade: trades[0] });
    assert_eq!(refund, Err(gcfn_venue::Rejection::CouponsResold));
}

#[test]
fn a_withdrawal_is_paid_when_the_bank_has_booked_it() {
    let (mut world, _) = market();
    let withdrawal = WithdrawalId::derive(&[b"w"]);
    world.user("ann", Verb::Withdraw { withdrawal, amount: cents(1_000_00) }).expect("covered");
    assert_eq!(world.available("ann"), DEPOSIT - 1_000_00);
    let wdrl = Account::User(party("ann"), UserBucket::Withdrawal);
    assert_eq!(world.balance(wdrl), 999_00);
    world.bank_answers();
    assert_eq!(world.balance(wdrl), 0);
    assert_eq!(world.balance(Account::Bank(Pool::UserCustody)), 2 * DEPOSIT - 999_00);
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    assert_eq!(world.balance(Account::Fee(FeeKind::Withdrawal)), 1_00);
}

#[test]
fn expiry_cancels_the_debt_and_breakage_is_shared_once() {
    let (mut world, series) = market();
    trades_of(world.order("ann", Side::Buy, series, 10, Some(95_00)));
    for day in 1000..1008 {
        world.until(day, 19);
        world.until(day, 21);
        world.until(day + 1, 9);
    }
    assert!(instant(1008, 2) < instant(1008, 9));
    let batch = BatchId::derive(&[b"b1"]);
    assert_eq!(world.coupons("ann", series), 0);
    assert_eq!(world.balance(Account::Obligation(party("brand"), batch)), 0);
    assert_eq!(world.balance(Account::Reserve(party("brand"), batch)), 0);
    let shared = world
        .events
        .iter()
        .filter(|e| matches!(e, Event::Issuing(IssuingEvent::BreakageDistributed { .. })));
    assert_eq!(shared.count(), 1);
    world.until(1008, 19);
    world.until(1008, 21);
    world.until(1009, 9);
    // 10 % of the 1,000.00 that expired with her.
    assert_eq!(world.balance(Account::Fee(FeeKind::Breakage)), 100_00);
}

#[test]
fn the_same_log_gives_the_same_root_and_a_snapshot_changes_nothing() {
    let run = |snapshot: bool| {
        let (mut world, series) = market();
        trades_of(world.order("ann", Side::Buy, series, 10, Some(95_00)));
        if snapshot {
            let bytes = postcard::to_allocvec(&world.venue).expect("plain data");
            world.venue = postcard::from_bytes(&bytes).expect("its own bytes");
        }
        world.order("ann", Side::Sell, series, 4, Some(94_00)).expect("she holds ten");
        trades_of(world.order("ben", Side::Buy, series, 6, None));
        world.until(1000, 19);
        world.until(1001, 9);
        world.venue.state_root()
    };
    assert_eq!(run(false), run(false));
    assert_eq!(run(false), run(true));
}
