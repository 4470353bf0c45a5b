//! How issuers are admitted, rated and stood down, and what of their money they may take.

use crate::world::{World, cents, party, terms, voucher};
use gcfn_banking::{StatusReport, TransactionStatus};
use gcfn_ledger::{Account, IssuerBucket};
use gcfn_model::{Amount, BasisPoints, BatchId, Currency, Pool, WithdrawalId};
use gcfn_venue::{
    BatchState, BatchTerms, Command, CreditRules, Event, Grade, IssuerRefusal, IssuerStatus,
    IssuingEvent, IssuingTerms, PartyKind, Provisional, Rejection, ReserveMode, Role, Score, Tier,
    Verb,
};

fn brand(world: &World) -> gcfn_venue::Issuer {
    world.venue.issuer(party("brand")).expect("known").clone()
}

fn approve(world: &mut World, who: &str, quota: u64) -> gcfn_venue::Outcome {
    let verb =
        Verb::ApproveIssuer { issuer: party("brand"), tier: Tier::Silver, quota: cents(quota) };
    world.ask(who, Role::Operator, verb)
}

fn applied() -> World {
    let mut world = World::new();
    world.register("brand", PartyKind::Issuer);
    world.issuer("brand", Verb::ApplyAsIssuer).expect("a new issuer");
    world
}

#[test]
fn standings_lead_where_the_table_says() {
    use IssuerStatus::{Active, Frozen, Pending, QuotaCut, Rejected, Suspended, Terminated};
    let table = [
        (Pending, vec![Active, Rejected]),
        (Active, vec![Suspended, QuotaCut, Frozen, Terminated]),
        (Suspended, vec![Active, Frozen, Terminated]),
        (QuotaCut, vec![Active, Suspended, Frozen, Terminated]),
        (Frozen, vec![Suspended]),
        (Terminated, vec![]),
        (Rejected, vec![Pending]),
    ];
    for (from, leads) in table {
        let all = IssuerStatus::ALL.into_iter();
        assert_eq!(all.filter(|next| from.leads_to(*next)).collect::<Vec<_>>(), leads, "{from:?}");
    }
}

#[test]
fn a_rejected_application_may_be_made_again() {
    let mut world = applied();
    let reason = IssuerRefusal::NotVerified;
    world.operator(Verb::RejectIssuer { issuer: party("brand"), reason });
    assert_eq!(brand(&world).refused, Some(reason));
    assert_eq!(approve(&mut world, "olga", 1), Err(Rejection::IssuerState));
    world.issuer("brand", Verb::ApplyAsIssuer).expect("again");
    let twice = world.issuer("brand", Verb::ApplyAsIssuer);
    assert_eq!(twice, Err(Rejection::IssuerExists));
    approve(&mut world, "olga", 1_000_00).expect("pending");
    assert_eq!(brand(&world).status, IssuerStatus::Active);
    let again =
        world.ask("olga", Role::Operator, Verb::RejectIssuer { issuer: party("brand"), reason });
    assert_eq!(again, Err(Rejection::IssuerState));
}

#[test]
fn the_larger_a_quota_the_more_persons_admit() {
    let mut world = applied();
    approve(&mut world, "olga", 10_000_000_01).expect("one of two");
    assert_eq!(brand(&world).status, IssuerStatus::Pending);
    let alone = approve(&mut world, "olga", 10_000_000_01);
    assert_eq!(alone, Err(Rejection::SecondPerson));
    approve(&mut world, "oscar", 10_000_000_02).expect("another quota begins the count anew");
    assert_eq!(brand(&world).status, IssuerStatus::Pending);
    approve(&mut world, "olga", 10_000_000_02).expect("two for this one");
    assert_eq!(brand(&world).status, IssuerStatus::Active);
}

#[test]
fn d_32_a_new_issuer_is_bbb_and_active_though_it_has_no_history() {
    let mut world = World::new();
    world.admitted("brand", 1);
    let issuer = brand(&world);
    assert_eq!((issuer.rating.grade, issuer.rating.score), (Grade::Bbb, Score::of(6_000)));
    assert!(issuer.rating.provisional && issuer.rating.may_issue());
    assert_eq!(issuer.status, IssuerStatus::Active);
}

/// A region where one redemption ends an issuer's probation.
fn strict() -> World {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.credit = CreditRules {
        provisional: Provisional { floor: Score::of(6_000), redemptions: 1, months: 6 },
        ..CreditRules::standard(Currency::Sgd)
    };
    World::of(region)
}

#[test]
fn a_27_a_computed_score_below_60_suspends_the_issuer_and_its_batches() {
    let mut world = strict();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 10);
    world.settle(1000);
    assert_eq!(brand(&world).status, IssuerStatus::Active, "provisional scores suspend nobody");
    // 0.35 x 10 % + 0.25 + 0 + 0.20 is 48.50.
    world.redeem("ann", series, "brand", None).expect("funded");
    let issuer = brand(&world);
    assert_eq!((issuer.rating.score, issuer.rating.grade), (Score::of(4_850), Grade::Bb));
    assert_eq!(issuer.status, IssuerStatus::Suspended);
    assert_eq!(world.batch("b1").state, BatchState::Suspended);
    let early = world.ask("olga", Role::Operator, Verb::ReinstateIssuer { issuer: party("brand") });
    assert_eq!(early, Err(Rejection::GradeTooLow));
    for _ in 1..10 {
        world.redeem("ann", series, "brand", None).expect("funded");
    }
    // 0.35 + 0.25 + 0 + 0.20 is 80.00.
    assert_eq!(brand(&world).rating.grade, Grade::Aa);
    world.two(Verb::ReinstateIssuer { issuer: party("brand") }).expect("good enough");
    assert_eq!(brand(&world).status, IssuerStatus::Active);
}

#[test]
fn an_issuer_is_rated_on_redemption_on_expiry_on_complaint_and_every_quarter() {
    let mut world = strict();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 2);
    world.settle(1000);
    world.redeem("ann", series, "brand", None).expect("funded");
    assert_eq!(brand(&world).rating.score, Score::of(6_250), "0.35 / 2 + 0.25 + 0.20");
    world.operator(Verb::RecordComplaint { issuer: party("brand") });
    assert_eq!(brand(&world).rating.score, Score::of(4_250), "one complaint on one redemption");
    world.until(1008, 3);
    let record = brand(&world).record;
    assert_eq!((record.sold, record.redeemed), (cents(200_00), cents(100_00)));
    assert_eq!((record.expired, record.complaints), (cents(100_00), 1));
    assert_eq!(brand(&world).rating.score, Score::of(3_000), "0.35 / 2 + 0.25 / 2");
    world.until(1095, 10);
    let graded = |e: &&Event| matches!(e, Event::Issuing(IssuingEvent::IssuerGraded { .. }));
    let told = world.events.iter().filter(graded).count();
    assert!(Score::of(3_000) < brand(&world).rating.score, "it has been longer in the market");
    assert_eq!(told, 4, "a redemption, a complaint, an expiry, a quarter");
}

#[test]
fn a_deposit_lifts_the_quota_and_is_taken_back_as_far_as_the_quota_allows() {
    let mut world = applied();
    approve(&mut world, "olga", 9_000_00).expect("pending");
    assert_eq!(brand(&world).quota, cents(9_000_00));
    world.deposit("brand", Pool::IssuerEscrow, 2_000_00);
    assert_eq!(brand(&world).quota, cents(11_000_00), "one for one");
    let draft = Verb::DraftBatch { batch: BatchId::derive(&[b"b1"]), terms: voucher() };
    world.issuer("brand", draft).expect("10,000.00 fit now");
    let take = |amount| Verb::WithdrawDeposit { amount: cents(amount) };
    assert_eq!(world.issuer("brand", take(1_000_01)), Err(Rejection::QuotaExceeded));
    assert_eq!(world.issuer("brand", take(2_000_01)), Err(Rejection::InsufficientFunds));
    world.issuer("brand", take(1_000_00)).expect("not needed");
    assert_eq!(brand(&world).quota, cents(10_000_00));
    let free = Account::Issuer(party("brand"), IssuerBucket::Free);
    assert_eq!(world.balance(free), 1_000_00);
}

/// An issuer with 1,000.00 of free money.
fn with_free_money() -> World {
    let mut world = World::new();
    world.admitted("brand", 1_000_00);
    world.issuer("brand", Verb::WithdrawDeposit { amount: cents(1_000_00) }).expect("not needed");
    world
}

fn pay_out(id: &[u8], amount: u64) -> Verb {
    Verb::PayOutProceeds { withdrawal: WithdrawalId::derive(&[id]), amount: cents(amount) }
}

#[test]
fn free_proceeds_are_paid_out_when_the_bank_has_booked_them() {
    let mut world = with_free_money();
    let too_much = world.issuer("brand", pay_out(b"w", 1_000_01));
    assert_eq!(too_much, Err(Rejection::InsufficientFunds));
    world.issuer("brand", pay_out(b"w", 900_00)).expect("covered");
    assert_eq!(world.issuer("brand", pay_out(b"w", 1)), Err(Rejection::WithdrawalExists));
    let leaving = Account::Issuer(party("brand"), IssuerBucket::Withdrawal);
    assert_eq!(world.balance(leaving), 900_00);
    world.bank_answers();
    assert_eq!(world.balance(leaving), 0);
    assert_eq!(world.balance(Account::Bank(Pool::IssuerEscrow)), 100_00);
}

#[test]
fn a_pay_out_that_comes_back_is_free_money_again() {
    let mut world = with_free_money();
    world.issuer("brand", pay_out(b"w", 900_00)).expect("covered");
    let payment = world.events.iter().find_map(|event| match event {
        Event::Instructed(payment) => Some(*payment),
        _ => None,
    });
    let payment = payment.expect("instructed");
    world.bank_answers();
    let (account, uetr) = (payment.debtor, Some(payment.uetr()));
    let back = world.entry(account, gcfn_banking::Side::Credit, payment.amount, uetr, None);
    world.must(Command::BankBooked(back));
    assert_eq!(world.balance(Account::Issuer(party("brand"), IssuerBucket::Free)), 1_000_00);
    assert_eq!(world.balance(Account::Bank(Pool::IssuerEscrow)), 1_000_00);
}

#[test]
fn a_pay_out_that_the_bank_refuses_is_free_money_again() {
    let mut world = with_free_money();
    world.issuer("brand", pay_out(b"w", 900_00)).expect("covered");
    let uetr = world.events.iter().find_map(|event| match event {
        Event::Instructed(payment) => Some(payment.uetr()),
        _ => None,
    });
    let uetr = uetr.expect("instructed");
    let (status, reason) = (TransactionStatus::Rejected, Some("AC04".parse().expect("a code")));
    world.must(Command::BankStatus(StatusReport { uetr, status, reason }));
    let free = Account::Issuer(party("brand"), IssuerBucket::Free);
    assert_eq!(world.balance(free), 1_000_00);
    assert_eq!(world.balance(Account::Issuer(party("brand"), IssuerBucket::Withdrawal)), 0);
}

#[test]
fn proceeds_feed_the_risk_reserve_and_the_guarantee_fund_by_their_ratios() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::None;
    region.issuing = IssuingTerms {
        risk_ratio: BasisPoints(500),
        fund_ratio: BasisPoints(200),
        ..IssuingTerms::of(Currency::Sgd)
    };
    let mut world = World::of(region);
    world.admitted("brand", 2_000_00);
    let terms = BatchTerms { reserve: ReserveMode::None, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 10);
    world.settle(1000);
    // 949.05 of proceeds: 5 % are 47.45, 2 % are 18.98.
    assert_eq!(world.balance(Account::Issuer(party("brand"), IssuerBucket::Risk)), 47_45);
    let free = Account::Issuer(party("brand"), IssuerBucket::Free);
    assert_eq!(world.balance(free), 949_05 - 47_45 - 18_98);
    world.settle(1001);
    assert_eq!(world.balance(Account::GuaranteeFund), 18_98);
    assert_eq!(world.venue.fund_available(), cents(18_98));
}

#[test]
fn an_issuer_with_batches_is_not_terminated_and_a_terminated_one_does_nothing() {
    let mut world = World::new();
    world.listed("brand", "b1");
    let issuer = party("brand");
    let terminate = Verb::TerminateIssuer { issuer };
    let busy = world.ask("olga", Role::Operator, terminate.clone());
    assert_eq!(busy, Err(Rejection::BatchesOpen));
    world.until(1008, 3);
    world.two(terminate).expect("nothing is outstanding");
    assert_eq!(brand(&world).status, IssuerStatus::Terminated);
    let draft = Verb::DraftBatch { batch: BatchId::derive(&[b"b2"]), terms: voucher() };
    assert_eq!(world.issuer("brand", draft), Err(Rejection::IssuerNotActive));
    let steps = [
        Verb::SuspendIssuer { issuer },
        Verb::ReinstateIssuer { issuer },
        Verb::TerminateIssuer { issuer },
        Verb::GrantQuota { issuer, quota: Amount::ZERO },
        Verb::RecordComplaint { issuer },
    ];
    for verb in steps {
        let refused = world.ask("olga", Role::Operator, verb.clone());
        assert_eq!(refused, Err(Rejection::IssuerState), "{verb:?}");
    }
}

#[test]
fn quota_follows_the_grade() {
    let mut world = strict();
    let series = world.listed("brand", "b1");
    let deposit = |world: &World| {
        cents(world.balance(Account::Issuer(party("brand"), IssuerBucket::Deposit)))
    };
    let granted = cents(1_000_000_00);
    let lifted = granted.checked_add(deposit(&world)).expect("in range");
    assert_eq!(brand(&world).quota, lifted);
    world.buyer("ann", series, 1);
    world.settle(1000);
    world.redeem("ann", series, "brand", None).expect("funded");
    assert_eq!(brand(&world).rating.grade, Grade::Aa);
    let lifted = cents(5_000_000_00).checked_add(deposit(&world)).expect("in range");
    assert_eq!(brand(&world).quota, lifted);
}
