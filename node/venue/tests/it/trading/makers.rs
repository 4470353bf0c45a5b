//! Market makers: admission, standing, duties.

use super::{DEPOSIT, limit, market, order_id, pass, place, price, refused, settle, user};
use crate::world::{World, cents, instant, party};
use gcfn_ledger::{Account, FeeKind, UserBucket};
use gcfn_market::Side;
use gcfn_model::{BasisPoints, Millis, Pool, SeriesId, WithdrawalId};
use gcfn_venue::{
    Amendment, Done, DutyReport, Event, MakerStatus, Outcome, PartyClass, PartyKind, QuoteDuty,
    QuoteState, Rejection, Role, Verb,
};

const MAKER_DEPOSIT: u64 = 10_000_00;

/// A market and mia, who is identified well enough and has money and coupons.
fn applicant() -> (World, SeriesId) {
    let (mut world, series) = market();
    world.operator(Verb::Register { party: party("mia"), kind: PartyKind::User, kyc: 3 });
    world.deposit("mia", Pool::UserCustody, DEPOSIT);
    world.order("mia", Side::Buy, series, 50, Some(95_00)).expect("covered");
    settle(&mut world);
    (world, series)
}

fn admitted() -> (World, SeriesId) {
    let (mut world, series) = applicant();
    world.user("mia", Verb::ApplyAsMaker).expect("identified and covered");
    world.two(Verb::ApproveMaker { maker: user("mia") }).expect("two persons");
    (world, series)
}

/// Mia owes ten coupons a side, at most 3 % apart, within 30 seconds, 95 % of the time.
fn bound() -> (World, SeriesId) {
    let (mut world, series) = admitted();
    world.operator(Verb::SetDuty { maker: user("mia"), series, duty: None });
    (world, series)
}

fn deposited(world: &World) -> u64 {
    world.balance(Account::User(party("mia"), UserBucket::Deposit))
}

fn status(world: &World) -> MakerStatus {
    world.venue.market_maker(party("mia")).expect("known").status
}

fn state(world: &World, series: SeriesId) -> QuoteState {
    world.venue.market_maker(party("mia")).expect("known").series[&series].state
}

fn quote(world: &mut World, series: SeriesId) {
    place(world, "mia", limit("bid", Side::Buy, series, 10, 92_00)).expect("covered");
    place(world, "mia", limit("ask", Side::Sell, series, 10, 94_50)).expect("hers");
}

fn days(world: &World) -> Vec<DutyReport> {
    let of_day = |event: &Event| match event {
        Event::DutyOfDay(report) => Some(*report),
        _ => None,
    };
    world.events.iter().filter_map(of_day).collect()
}

#[test]
fn admission_takes_identity_and_a_deposit() {
    let (mut world, _) = applicant();
    assert_eq!(refused(&mut world, "ann", Role::User, Verb::ApplyAsMaker), Rejection::KycTooLow);
    let brand = Verb::AppointMaker { maker: user("brand") };
    assert_eq!(refused(&mut world, "olga", Role::Operator, brand), Rejection::PartyKind);
    let before = world.available("mia");
    world.user("mia", Verb::ApplyAsMaker).expect("identified and covered");
    world.operator(Verb::ApproveMaker { maker: user("mia") });
    assert!(!world.venue.is_market_maker(party("mia")), "one person admits nobody");
    assert_eq!(deposited(&world), 0);
    let approve = Verb::ApproveMaker { maker: user("mia") };
    assert_eq!(
        refused(&mut world, "olga", Role::Operator, approve.clone()),
        Rejection::SecondPerson
    );
    world.ask("oscar", Role::Operator, approve).expect("seconded");
    assert_eq!(
        (deposited(&world), world.available("mia")),
        (MAKER_DEPOSIT, before - MAKER_DEPOSIT)
    );
    assert!(world.venue.is_market_maker(party("mia")));
}

#[test]
fn a_market_maker_that_applies_again_hears_of_its_standing_and_not_of_its_money() {
    let (mut world, _) = admitted();
    let (withdrawal, amount) = (WithdrawalId::derive(&[b"w"]), cents(world.available("mia")));
    world.user("mia", Verb::Withdraw { withdrawal, amount }).expect("hers");
    assert_eq!(refused(&mut world, "mia", Role::User, Verb::ApplyAsMaker), Rejection::MakerState);
}

#[test]
fn an_applicant_without_the_deposit_is_refused() {
    let (mut world, _) = market();
    world.operator(Verb::Register { party: party("mia"), kind: PartyKind::User, kyc: 3 });
    let refusal = refused(&mut world, "mia", Role::User, Verb::ApplyAsMaker);
    assert_eq!(refusal, Rejection::InsufficientFunds);
}

/// What mia asks for herself, and staff for her: by two persons where it takes two.
fn asked(world: &mut World, role: Role, verb: Verb) -> Outcome {
    match role {
        Role::Operator => match world.ask("olga", role, verb.clone())? {
            Done::Proposed { .. } => world.ask("oscar", role, verb),
            done => Ok(done),
        },
        _ => world.ask("mia", role, verb),
    }
}

#[test]
fn a_market_maker_moves_only_along_its_states() {
    let maker = user("mia");
    let step = |n: usize| match n {
        0 => (Role::User, Verb::ApplyAsMaker),
        1 => (Role::Operator, Verb::ApproveMaker { maker }),
        2 => (Role::Operator, Verb::SuspendMaker { maker }),
        3 => (Role::Operator, Verb::ResumeMaker { maker }),
        _ => (Role::Operator, Verb::TerminateMaker { maker }),
    };
    let allowed = [
        (MakerStatus::Applied, vec![1, 4]),
        (MakerStatus::Active, vec![2, 4]),
        (MakerStatus::Suspended, vec![3, 4]),
        (MakerStatus::Terminated, vec![0]),
    ];
    let path = |status| match status {
        MakerStatus::Applied => vec![0],
        MakerStatus::Active => vec![0, 1],
        MakerStatus::Suspended => vec![0, 1, 2],
        MakerStatus::Terminated => vec![0, 1, 4],
    };
    for (from, may) in allowed {
        for next in 0..5 {
            let (mut world, _) = applicant();
            for past in path(from) {
                let (role, verb) = step(past);
                asked(&mut world, role, verb).expect("on the path");
            }
            assert_eq!(status(&world), from);
            let (role, verb) = step(next);
            let outcome = asked(&mut world, role, verb);
            match may.contains(&next) {
                true => assert_eq!(outcome, Ok(Done::Accepted), "{from:?} {next}"),
                false => assert_eq!(outcome, Err(Rejection::MakerState), "{from:?} {next}"),
            }
        }
    }
    let (mut world, _) = applicant();
    let verb = Verb::SuspendMaker { maker };
    assert_eq!(refused(&mut world, "olga", Role::Operator, verb), Rejection::UnknownMaker);
}

#[test]
fn who_leaves_has_the_deposit_back() {
    let (mut world, _) = admitted();
    let before = world.available("mia");
    world.user("mia", Verb::LeaveMaking).expect("its own wish");
    assert_eq!((deposited(&world), world.available("mia")), (0, before + MAKER_DEPOSIT));
    assert_eq!(status(&world), MakerStatus::Terminated);
    let again = refused(&mut world, "mia", Role::User, Verb::LeaveMaking);
    assert_eq!(again, Rejection::MakerState);
}

#[test]
fn a_penalty_takes_two_persons_and_settles_to_the_hub() {
    let (mut world, _) = admitted();
    let penalty = |minor| Verb::PenaliseMaker { maker: user("mia"), amount: price(minor) };
    let refusal = refused(&mut world, "olga", Role::Operator, penalty(MAKER_DEPOSIT + 1));
    assert_eq!(refusal, Rejection::InsufficientFunds);
    let refusal = refused(&mut world, "olga", Role::Operator, penalty(0));
    assert_eq!(refusal, Rejection::AmountZero);
    world.ask("olga", Role::Operator, penalty(500_00)).expect("proposed");
    assert_eq!(deposited(&world), MAKER_DEPOSIT);
    world.ask("oscar", Role::Operator, penalty(500_00)).expect("seconded");
    assert_eq!(deposited(&world), MAKER_DEPOSIT - 500_00);
    settle(&mut world);
    assert_eq!(world.balance(Account::Fee(FeeKind::Penalty)), 500_00);
    let before = world.available("mia");
    world.user("mia", Verb::LeaveMaking).expect("its own wish");
    assert_eq!(world.available("mia"), before + MAKER_DEPOSIT - 500_00);
}

#[test]
fn nobody_leaves_while_a_penalty_waits_for_its_second_person() {
    let (mut world, _) = admitted();
    let maker = user("mia");
    let penalty = Verb::PenaliseMaker { maker, amount: price(500_00) };
    let outcome = world.operator(penalty);
    let Done::Proposed { proposal } = outcome else { panic!("{outcome:?} of one person") };
    assert_eq!(refused(&mut world, "mia", Role::User, Verb::LeaveMaking), Rejection::UnderReview);
    let ended = refused(&mut world, "olga", Role::Operator, Verb::TerminateMaker { maker });
    assert_eq!(ended, Rejection::UnderReview, "one person would give the deposit back");
    assert_eq!(deposited(&world), MAKER_DEPOSIT);
    world.operator(Verb::DismissProposal { proposal });
    world.user("mia", Verb::LeaveMaking).expect("nothing waits");
    assert_eq!(deposited(&world), 0);
}

#[test]
fn a_system_account_makes_markets_without_a_deposit() {
    let (mut world, series) = applicant();
    world.operator(Verb::AppointMaker { maker: user("mia") });
    assert!(!world.venue.is_market_maker(party("mia")), "one person appoints nobody");
    world
        .ask("oscar", Role::Operator, Verb::AppointMaker { maker: user("mia") })
        .expect("seconded");
    assert_eq!(deposited(&world), 0);
    assert!(world.venue.market_maker(party("mia")).expect("known").own);
    world.operator(Verb::SetDuty { maker: user("mia"), series, duty: None });
    quote(&mut world, series);
    assert_eq!(state(&world, series), QuoteState::Complies);
}

#[test]
fn both_quotes_must_be_there_close_enough_and_deep_enough() {
    let (mut world, series) = bound();
    assert_eq!(state(&world, series), QuoteState::Lapsed);
    place(&mut world, "mia", limit("bid", Side::Buy, series, 10, 92_00)).expect("covered");
    assert_eq!(state(&world, series), QuoteState::Lapsed, "one side");
    place(&mut world, "mia", limit("ask", Side::Sell, series, 9, 94_50)).expect("hers");
    assert_eq!(state(&world, series), QuoteState::Lapsed, "nine are too few");
    place(&mut world, "mia", limit("ask2", Side::Sell, series, 1, 94_80)).expect("hers");
    assert_eq!(state(&world, series), QuoteState::Complies, "2.80 of 93.40 is within 3 %");
    let wider = Amendment { order: order_id("ask2"), price: Some(price(94_81)), quantity: None };
    world.user("mia", Verb::AmendOrder(wider)).expect("hers");
    assert_eq!(state(&world, series), QuoteState::Lapsed, "the tenth is too far away");
}

#[test]
fn d_19_a_spread_is_a_maximum() {
    let (mut world, series) = bound();
    place(&mut world, "mia", limit("bid", Side::Buy, series, 10, 94_00)).expect("covered");
    place(&mut world, "mia", limit("ask", Side::Sell, series, 10, 94_01)).expect("hers");
    assert_eq!(state(&world, series), QuoteState::Complies, "one cent is closer than asked");
}

#[test]
fn uptime_is_the_share_of_the_day_in_which_the_quotes_complied() {
    let (mut world, series) = bound();
    let began = world.at;
    pass(&mut world, 3_600);
    quote(&mut world, series);
    let complied = world.at;
    settle(&mut world);
    let report = days(&world)[0];
    assert_eq!((report.maker, report.series), (party("mia"), series));
    let cut_off = instant(1001, 18).micros();
    assert_eq!(report.tally.observed, cut_off - began);
    assert_eq!(report.tally.complied, cut_off - complied);
    assert_eq!(report.tally.lapses, 1);
    let share = (cut_off - complied) * 10_000 / (cut_off - began);
    assert_eq!(u64::from(report.uptime.0), share);
    assert!(!report.met(), "A-44: eight hours of nine are below 95 %");
}

#[test]
fn a_gap_no_longer_than_the_response_does_not_count() {
    let (mut world, series) = bound();
    quote(&mut world, series);
    pass(&mut world, 60);
    // The ask is taken, and renewed in time; taken again, and renewed too late.
    for (gap, name) in [(29, "x"), (31, "y")] {
        place(&mut world, "ann", limit("a", Side::Buy, series, 10, 94_50)).expect("covered");
        assert_eq!(state(&world, series), QuoteState::Lapsed);
        pass(&mut world, gap);
        place(&mut world, "mia", limit(name, Side::Sell, series, 10, 94_50)).expect("hers");
        assert_eq!(state(&world, series), QuoteState::Complies);
    }
    settle(&mut world);
    let report = days(&world)[0];
    assert_eq!(report.tally.lapses, 1);
    let missed = report.tally.observed - report.tally.complied;
    assert!((31_000_000..32_000_000).contains(&missed));
    assert!(report.met());
}

#[test]
fn time_in_which_nobody_can_quote_does_not_count() {
    let (mut world, series) = bound();
    let began = world.at;
    world.operator(Verb::HaltSeries { series });
    assert_eq!(state(&world, series), QuoteState::Unobserved);
    let halted = world.at;
    settle(&mut world);
    let report = days(&world)[0];
    assert_eq!(report.tally.observed, halted - began);
}

#[test]
fn a_suspended_maker_owes_nothing_and_a_lifted_duty_is_gone() {
    let (mut world, series) = bound();
    world.operator(Verb::SuspendMaker { maker: user("mia") });
    assert_eq!(state(&world, series), QuoteState::Unobserved);
    world.two(Verb::ResumeMaker { maker: user("mia") }).expect("two persons");
    assert_eq!(state(&world, series), QuoteState::Lapsed);
    let lift = Verb::LiftDuty { maker: user("mia"), series };
    world.operator(lift.clone());
    assert_eq!(refused(&mut world, "olga", Role::Operator, lift), Rejection::NoDuty);
}

#[test]
fn a_duty_asks_for_what_is_possible() {
    let (mut world, series) = admitted();
    let duty = QuoteDuty {
        max_spread: BasisPoints(100),
        min_depth: 0,
        uptime: BasisPoints(9_500),
        response: Millis(0),
    };
    for duty in [duty, QuoteDuty { min_depth: 1, uptime: BasisPoints(10_001), ..duty }] {
        let verb = Verb::SetDuty { maker: user("mia"), series, duty: Some(duty) };
        assert_eq!(refused(&mut world, "olga", Role::Operator, verb), Rejection::DutyOutOfRange);
    }
}

#[test]
fn a_month_is_reported_with_its_last_day() {
    let (mut world, series) = bound();
    quote(&mut world, series);
    // Days 1001 to 1003 are the last of September 1972; the coupons live until 1008.
    for _ in 1001..1004 {
        settle(&mut world);
    }
    let of_month = |event: &Event| match event {
        Event::DutyOfMonth(report) => Some(*report),
        _ => None,
    };
    let months: Vec<_> = world.events.iter().filter_map(of_month).collect();
    let days = days(&world);
    let last = months.first().expect("a month has ended");
    let of_it: Vec<_> = days.iter().filter(|day| day.date <= last.date).collect();
    let observed: u64 = of_it.iter().map(|day| day.tally.observed).sum();
    assert_eq!((months.len(), last.tally.observed), (1, observed));
}

#[test]
fn duties_end_with_the_coupons() {
    let (mut world, _) = bound();
    for _ in 1001..1009 {
        settle(&mut world);
    }
    assert!(world.venue.market_maker(party("mia")).expect("known").series.is_empty());
}

#[test]
fn an_admitted_market_maker_is_exempt_from_the_rules_on_frequency_as_long_as_it_is_one() {
    let (mut world, _) = admitted();
    let class = |world: &World| world.venue.find_party(party("mia")).expect("known").class;
    assert_eq!(class(&world), PartyClass::MarketMaker);
    world.operator(Verb::SuspendMaker { maker: user("mia") });
    assert_eq!(class(&world), PartyClass::Retail);
    world.two(Verb::ResumeMaker { maker: user("mia") }).expect("two persons");
    assert_eq!(class(&world), PartyClass::MarketMaker);
    world.user("mia", Verb::LeaveMaking).expect("admitted");
    assert_eq!(class(&world), PartyClass::Retail);
}
