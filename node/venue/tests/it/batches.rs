//! What a batch may promise, and every step from draft to close (2.1).

use crate::world::{World, cents, instant, party, terms, voucher};
use gcfn_ledger::{Account, FeeKind, Holder, IssuerBucket};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{Amount, BasisPoints, BatchId, Currency, Digest, Millis, OrderId, Pool};
use gcfn_venue::{
    BatchRefusal, BatchState, BatchTerms, DivisibleFor, Event, IssuingTerms, MaturityAction,
    OrderTerms, PartyKind, Rejection, ReserveMode, Role, Severity, SuspensionReason, TermsField,
    Track, TradingTerms, Verb,
};

const DAY: u64 = 86_400_000;

fn b1() -> BatchId {
    BatchId::derive(&[b"b1"])
}

/// A world whose region asks compliance of every batch, with an admitted issuer.
fn screened() -> World {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.issuing = IssuingTerms { screening: true, ..IssuingTerms::of(Currency::Sgd) };
    let mut world = World::of(terms);
    world.admitted("brand", 5_000_00);
    world
}

/// A batch that stands at `state`, brought there by the steps that lead there.
fn standing_at(state: BatchState) -> World {
    use BatchState::{
        Approved, Closed, Draft, Expired, Funded, Listed, Precheck, Recalled, Registered, Rejected,
        Review, Suspended, Withdrawn,
    };
    let mut world = screened();
    let batch = b1();
    world.issuer("brand", Verb::DraftBatch { batch, terms: voucher() }).expect("sound terms");
    let way: &[BatchState] = match state {
        Draft => &[],
        Withdrawn => &[Withdrawn],
        Precheck => &[Precheck],
        Review => &[Precheck, Review],
        Rejected => &[Precheck, Rejected],
        Approved => &[Precheck, Review, Approved],
        Funded => &[Precheck, Review, Approved, Funded],
        Registered => &[Precheck, Review, Approved, Funded, Registered],
        Listed => &[Precheck, Review, Approved, Funded, Registered, Listed],
        Suspended => &[Precheck, Review, Approved, Funded, Registered, Listed, Suspended],
        Recalled => &[Precheck, Review, Approved, Funded, Registered, Recalled],
        Expired | Closed => &[Precheck, Review, Approved, Funded, Registered, Listed, state],
    };
    for step in way {
        take_step(&mut world, *step);
    }
    assert_eq!(world.batch("b1").state, state);
    world
}

fn take_step(world: &mut World, to: BatchState) {
    let batch = b1();
    let mut issuer = |verb| world.issuer("brand", verb).expect("the next step");
    match to {
        BatchState::Withdrawn => drop(issuer(Verb::WithdrawBatch { batch })),
        BatchState::Precheck => drop(issuer(Verb::SubmitBatch { batch })),
        BatchState::Review => drop(world.operator(Verb::ScreenBatch { batch, clear: true })),
        BatchState::Rejected => drop(world.operator(Verb::ScreenBatch { batch, clear: false })),
        BatchState::Approved => {
            for who in ["olga", "oscar"] {
                world.ask(who, Role::Operator, Verb::ApproveBatch { batch }).expect("a reviewer");
            }
        }
        BatchState::Funded => drop(issuer(Verb::FundBatch { batch })),
        BatchState::Registered => drop(world.operator(Verb::MintBatch { batch })),
        BatchState::Listed => drop(issuer(Verb::ListBatch { batch })),
        BatchState::Suspended => {
            let reason = SuspensionReason::Risk;
            drop(world.operator(Verb::SuspendBatch { batch, reason }));
        }
        BatchState::Recalled => drop(world.two(Verb::RecallBatch { batch }).expect("funded")),
        BatchState::Expired => world.until(1008, 1),
        BatchState::Closed => world.until(1008, 3),
        BatchState::Draft => {}
    }
}

/// Every step, who takes it, and the states that it may be taken in.
fn steps() -> Vec<(Role, Verb, Vec<BatchState>)> {
    use BatchState::{Approved, Draft, Funded, Listed, Precheck, Registered, Review, Suspended};
    let (batch, issuer, operator) = (b1(), Role::Issuer, Role::Operator);
    let reason = SuspensionReason::Risk;
    let no = BatchRefusal::TermsUnclear;
    let live = vec![Registered, Listed, Suspended];
    vec![
        (issuer, Verb::AmendBatch { batch, terms: voucher() }, vec![Draft]),
        (issuer, Verb::SubmitBatch { batch }, vec![Draft]),
        (issuer, Verb::WithdrawBatch { batch }, vec![Draft, Precheck, Review, Approved, Funded]),
        (operator, Verb::ScreenBatch { batch, clear: true }, vec![Precheck]),
        (operator, Verb::RejectBatch { batch, reason: no }, vec![Review]),
        (operator, Verb::ApproveBatch { batch }, vec![Review]),
        (issuer, Verb::FundBatch { batch }, vec![Approved]),
        (operator, Verb::MintBatch { batch }, vec![Funded]),
        (issuer, Verb::ListBatch { batch }, vec![Registered]),
        (operator, Verb::SuspendBatch { batch, reason }, vec![Listed]),
        (operator, Verb::ResumeBatch { batch }, vec![Suspended]),
        (issuer, Verb::DelistBatch { batch }, vec![Listed]),
        (operator, Verb::RecallBatch { batch }, live.clone()),
        (issuer, Verb::TopUpReserve { batch, amount: cents(1) }, live),
    ]
}

#[test]
fn every_step_is_taken_in_its_states_and_refused_in_all_others() {
    for state in BatchState::ALL {
        for (role, verb, allowed) in steps() {
            let mut world = standing_at(state);
            let before = world.venue.state_root();
            let who = if role == Role::Issuer { "brand" } else { "olga" };
            let outcome = world.ask(who, role, verb.clone());
            match allowed.contains(&state) {
                true => drop(outcome.unwrap_or_else(|no| panic!("{verb:?} at {state:?}: {no}"))),
                false => {
                    assert_eq!(outcome, Err(Rejection::BatchState), "{verb:?} at {state:?}");
                    assert_eq!(world.venue.state_root(), before);
                    assert_eq!(world.batch("b1").state, state);
                }
            }
        }
    }
}

#[test]
fn nothing_leads_out_of_a_final_state() {
    for state in BatchState::ALL {
        let leads = BatchState::ALL.into_iter().filter(|next| state.leads_to(*next)).count();
        assert_eq!(leads == 0, state.is_final(), "{state:?}");
    }
}

/// Drafts `voucher()` with a change and says what is wrong with it.
fn drafted(change: impl FnOnce(&mut BatchTerms)) -> Result<(), Rejection> {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let mut terms = voucher();
    change(&mut terms);
    world.issuer("brand", Verb::DraftBatch { batch: b1(), terms }).map(drop)
}

#[test]
fn terms_stay_within_what_the_region_allows() {
    let wrong = |field| Err(Rejection::BatchTerms(field));
    assert_eq!(drafted(|t| t.face = Amount::ZERO), wrong(TermsField::Face));
    assert_eq!(drafted(|t| t.quantity = 0), wrong(TermsField::Quantity));
    assert_eq!(drafted(|t| t.issue_price = cents(100_01)), wrong(TermsField::IssuePrice));
    assert_eq!(drafted(|t| t.expires_at = instant(999, 0)), wrong(TermsField::ExpiresAt));
    assert_eq!(drafted(|t| t.starts_at = instant(1008, 0)), wrong(TermsField::StartsAt));
    assert_eq!(drafted(|t| t.lists_from = instant(1009, 0)), wrong(TermsField::StartsAt));
    assert_eq!(drafted(|t| t.divisible_for = DivisibleFor::Sale), wrong(TermsField::DivisibleFor));
    assert_eq!(drafted(|t| t.resales_max = 4), wrong(TermsField::ResalesMax));
    assert_eq!(drafted(|t| t.refund_window = Millis(8 * DAY)), wrong(TermsField::RefundWindow));
    assert_eq!(drafted(|t| t.reserve = ReserveMode::Proceeds), wrong(TermsField::Reserve));
    assert_eq!(drafted(|t| t.issue_price = cents(100_00)), Ok(()));
}

#[test]
fn a_region_bounds_how_coupons_split_and_what_unused_ones_bring() {
    let drafted = |divisible_for, maturity, terms: BatchTerms| {
        let mut region = crate::world::terms("sg", "sg", Currency::Sgd);
        region.issuing = IssuingTerms { divisible_for, maturity, ..region.issuing };
        let mut world = World::of(region);
        world.admitted("brand", 2_000_00);
        world.issuer("brand", Verb::DraftBatch { batch: b1(), terms }).map(drop)
    };
    let (never, sale) = (DivisibleFor::None, DivisibleFor::Sale);
    let wrong = |field| Err(Rejection::BatchTerms(field));
    let split = |divisible_for| BatchTerms { divisible_for, ..voucher() };
    let breakage = MaturityAction::Breakage;
    assert_eq!(drafted(never, breakage, voucher()), wrong(TermsField::DivisibleFor));
    assert_eq!(drafted(never, breakage, split(never)), Ok(()));
    assert_eq!(drafted(sale, breakage, split(sale)), Ok(()));
    let (split, refund) = (DivisibleFor::Redeem, MaturityAction::Refund);
    let ending = |maturity, track| BatchTerms { maturity, track, ..voucher() };
    let (utility, other) = (Track::Utility, Track::Securities);
    let least = ending(breakage, utility);
    assert_eq!(drafted(split, refund, least), wrong(TermsField::Maturity));
    assert_eq!(drafted(split, refund, ending(refund, utility)), Ok(()));
    assert_eq!(drafted(split, refund, ending(MaturityAction::Cash, utility)), Ok(()));
    assert_eq!(drafted(split, refund, ending(breakage, other)), Ok(()));
}

#[test]
fn a_validity_begins_no_earlier_than_its_draft() {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let terms = voucher();
    assert!(terms.starts_at < instant(1000, 0));
    world.issuer("brand", Verb::DraftBatch { batch: b1(), terms }).expect("within its quota");
    assert_eq!(world.batch("b1").terms.starts_at.micros(), world.at);
    let terms = BatchTerms { starts_at: instant(1002, 0), ..voucher() };
    world.issuer("brand", Verb::AmendBatch { batch: b1(), terms }).expect("still a draft");
    assert_eq!(world.batch("b1").terms.starts_at, instant(1002, 0));
}

#[test]
fn a_voucher_that_says_nothing_is_as_its_region_has_it() {
    let mut region = crate::world::terms("sg", "sg", Currency::Sgd);
    region.issuing.divisible_for = DivisibleFor::None;
    region.issuing.maturity = MaturityAction::Refund;
    let ends = (instant(1008, 0), instant(1008, 2));
    let terms = region.voucher((cents(100_00), 1), cents(95_00), ends);
    assert_eq!(terms.divisible_for, DivisibleFor::None);
    assert_eq!(terms.maturity, MaturityAction::Refund);
}

#[test]
fn amounts_of_a_region_s_terms_are_whole_units_of_its_currency() {
    let yen = |units| Amount::from_minor(units).expect("small");
    let (trading, issuing) = (TradingTerms::of(Currency::Jpy), IssuingTerms::of(Currency::Jpy));
    assert_eq!(trading.offers.block_min, yen(50_000));
    assert_eq!(trading.maker.deposit, yen(10_000));
    assert_eq!(issuing.approval[0].up_to, yen(1_000));
    assert_eq!(IssuingTerms::of(Currency::Cny).approval[0].up_to, yen(100_000));
}

#[test]
fn d_28_the_limit_of_365_days_is_for_the_utility_track_alone() {
    let until = |day| {
        move |t: &mut BatchTerms| {
            t.expires_at = instant(day, 0);
            t.breakage_at = instant(day, 2);
        }
    };
    let too_long = Err(Rejection::BatchTerms(TermsField::Validity));
    assert_eq!(drafted(until(1365)), Ok(()));
    assert_eq!(drafted(until(1366)), too_long);
    let securities = |t: &mut BatchTerms| {
        until(3000)(t);
        t.track = Track::Securities;
    };
    assert_eq!(drafted(securities), Ok(()));
    let above_face = |t: &mut BatchTerms| {
        t.track = Track::Securities;
        t.issue_price = cents(110_00);
    };
    assert_eq!(drafted(above_face), Ok(()), "A-30 is for the utility track as well");
}

#[test]
fn a_draft_is_amended_until_it_is_submitted_and_its_quota_follows() {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let batch = b1();
    world.issuer("brand", Verb::DraftBatch { batch, terms: voucher() }).expect("sound");
    let used = |world: &World| world.venue.issuer(party("brand")).expect("known").used.minor();
    assert_eq!(used(&world), 10_000_00);
    let terms = BatchTerms { quantity: 50, ..voucher() };
    world.issuer("brand", Verb::AmendBatch { batch, terms }).expect("a draft");
    assert_eq!((used(&world), world.batch("b1").terms.quantity), (5_000_00, 50));
    let terms = BatchTerms { quantity: 1_000_000, ..voucher() };
    let above = world.issuer("brand", Verb::AmendBatch { batch, terms });
    assert_eq!((above, used(&world)), (Err(Rejection::QuotaExceeded), 5_000_00));
    world.issuer("brand", Verb::WithdrawBatch { batch }).expect("a draft");
    assert_eq!(used(&world), 0, "withdrawn, it is released");
}

#[test]
fn what_is_withdrawn_before_its_mint_gives_quota_and_reserve_back() {
    for state in [BatchState::Approved, BatchState::Funded] {
        let mut world = standing_at(state);
        let deposit = Account::Issuer(party("brand"), IssuerBucket::Deposit);
        world.issuer("brand", Verb::WithdrawBatch { batch: b1() }).expect("not minted");
        let brand = world.venue.issuer(party("brand")).expect("known");
        assert_eq!((brand.used, brand.quota), (Amount::ZERO, cents(1_005_000_00)), "{state:?}");
        assert_eq!(world.balance(deposit), 5_000_00, "{state:?}");
        assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 0);
        let minted = world.ask("olga", Role::Operator, Verb::MintBatch { batch: b1() });
        assert_eq!(minted, Err(Rejection::BatchState), "withdrawn is final");
    }
}

#[test]
fn what_a_withdrawn_batch_had_set_aside_stays_frozen_with_its_defaulted_issuer() {
    let mut world = standing_at(BatchState::Funded);
    let (issuer, severity) = (party("brand"), Severity::Critical);
    let of = |bucket| Account::Issuer(issuer, bucket);
    world.two(Verb::DeclareDefault { issuer, severity }).expect("two persons");
    world.issuer("brand", Verb::WithdrawBatch { batch: b1() }).expect("not minted");
    assert_eq!(world.balance(of(IssuerBucket::Restricted)), 5_000_00);
    world.two(Verb::CloseDefault { issuer }).expect("nothing waits");
    assert_eq!(world.balance(of(IssuerBucket::Deposit)), 5_000_00, "as it was before");
}

#[test]
fn a_frozen_issuer_moves_no_reserve_by_giving_a_batch_up() {
    let mut world = standing_at(BatchState::Funded);
    world.freeze("brand");
    let withdraw = Verb::WithdrawBatch { batch: b1() };
    assert_eq!(world.issuer("brand", withdraw), Err(Rejection::Frozen));
}

#[test]
fn what_is_rejected_gives_its_quota_back_and_says_why() {
    let mut world = standing_at(BatchState::Review);
    let reason = BatchRefusal::DocumentsMissing;
    world.operator(Verb::RejectBatch { batch: b1(), reason });
    assert_eq!(world.batch("b1").rejected, Some(reason));
    assert_eq!(world.venue.issuer(party("brand")).expect("known").used, Amount::ZERO);
}

#[test]
fn a_precheck_rejects_what_its_issuer_or_region_does_not_carry() {
    let submitted = |issuing: IssuingTerms, terms: BatchTerms, suspended: bool| {
        let mut region = crate::world::terms("sg", "sg", Currency::Sgd);
        region.issuing = issuing;
        let mut world = World::of(region);
        world.admitted("brand", 5_000_00);
        world.issuer("brand", Verb::DraftBatch { batch: b1(), terms }).expect("sound");
        if suspended {
            world.operator(Verb::SuspendIssuer { issuer: party("brand") });
        }
        world.issuer("brand", Verb::SubmitBatch { batch: b1() }).expect("a draft");
        (world.batch("b1").state, world.batch("b1").rejected)
    };
    let rejected = |reason| (BatchState::Rejected, Some(reason));
    let default = IssuingTerms::of(Currency::Sgd);
    assert_eq!(submitted(default, voucher(), false), (BatchState::Review, None));
    assert_eq!(submitted(default, voucher(), true), rejected(BatchRefusal::IssuerStanding));
    let strict = IssuingTerms { kyc_to_issue: 2, ..default };
    assert_eq!(submitted(strict, voucher(), false), rejected(BatchRefusal::IssuerIdentity));
    let prepaid = IssuingTerms { prepaid_only: true, ..default };
    assert_eq!(submitted(prepaid, voucher(), false), (BatchState::Review, None));
    let cash = BatchTerms { maturity: MaturityAction::Cash, ..voucher() };
    assert_eq!(submitted(prepaid, cash, false), rejected(BatchRefusal::NotPrepaid));
}

/// How many persons sign a batch of `quantity` before it is approved.
fn signatures(quantity: u64) -> usize {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let quota = Amount::from_minor(1_000_000_000_000).expect("in range");
    world.two(Verb::GrantQuota { issuer: party("brand"), quota }).expect("admitted");
    let batch = b1();
    let terms = BatchTerms { quantity, ..voucher() };
    world.issuer("brand", Verb::DraftBatch { batch, terms }).expect("within quota");
    world.issuer("brand", Verb::SubmitBatch { batch }).expect("a draft");
    let mut signed = 0;
    while world.batch("b1").state == BatchState::Review {
        signed += 1;
        let who = format!("reviewer {signed}");
        world.ask(&who, Role::Operator, Verb::ApproveBatch { batch }).expect("a reviewer");
    }
    signed
}

#[test]
fn the_larger_a_batch_the_more_persons_approve_it() {
    assert_eq!(signatures(10), 1, "1,000.00 of face");
    assert_eq!(signatures(11), 2, "above it");
    assert_eq!(signatures(10_000_000), 2, "10^9 of face");
    assert_eq!(signatures(10_000_001), 3, "above it");
}

#[test]
fn who_submits_a_batch_does_not_approve_it() {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let batch = b1();
    world.issuer("brand", Verb::DraftBatch { batch, terms: voucher() }).expect("sound");
    world.operator(Verb::SubmitBatch { batch });
    let own = world.ask("olga", Role::Operator, Verb::ApproveBatch { batch });
    assert_eq!(own, Err(Rejection::SecondPerson));
}

#[test]
fn a_suspended_batch_holds_nothing_and_trades_nothing_but_is_redeemed() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 2);
    let before = world.available("ann");
    world.order("ann", Side::Buy, series, 3, Some(90_00)).expect("rests");
    world.order("ann", Side::Sell, series, 1, Some(99_00)).expect("rests");
    let reason = SuspensionReason::Directive(Digest([1; 32]));
    world.operator(Verb::SuspendBatch { batch: b1(), reason });
    assert_eq!(world.venue.orders().count(), 0);
    assert_eq!((world.available("ann"), world.coupons("ann", series)), (before, 2));
    let order = world.order("ann", Side::Buy, series, 1, Some(95_00));
    assert_eq!(order, Err(Rejection::SeriesNotListed));
    world.settle(1000);
    world.redeem("ann", series, "brand", None).expect("a holder's right");
    world.operator(Verb::ResumeBatch { batch: b1() });
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("on offer again");
    assert_eq!(world.coupons("ann", series), 2);
}

#[test]
fn a_frozen_issuer_takes_its_batches_off_the_market() {
    let mut world = World::new();
    world.listed("brand", "b1");
    world.operator(Verb::Freeze {
        party: party("brand"),
        reason: gcfn_venue::FreezeReason::Compliance,
    });
    let batch = world.batch("b1");
    assert_eq!(batch.state, BatchState::Suspended);
    assert_eq!(batch.suspended, Some(SuspensionReason::Issuer));
    let early = world.ask("olga", Role::Operator, Verb::ResumeBatch { batch: b1() });
    assert_eq!(early, Err(Rejection::Frozen), "its cause is not gone");
    world
        .two(Verb::Unfreeze { party: party("brand"), reason: gcfn_venue::FreezeReason::Compliance })
        .expect("frozen");
    world.operator(Verb::ResumeBatch { batch: b1() });
    assert_eq!(world.batch("b1").state, BatchState::Listed);
}

#[test]
fn a_batch_is_delisted_while_nothing_is_held_and_listed_again_without_a_fee() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 2);
    world.order("ann", Side::Sell, series, 1, Some(99_00)).expect("rests");
    let delist = Verb::DelistBatch { batch: b1() };
    let held = world.issuer("brand", delist.clone());
    assert_eq!(held, Err(Rejection::HoldsOpen));
    let order = world.venue.orders().find(|open| !open.primary()).expect("ann's").id;
    world.user("ann", Verb::CancelOrder { order }).expect("hers");
    world.issuer("brand", delist).expect("nothing is held");
    assert_eq!(world.batch("b1").state, BatchState::Registered);
    assert_eq!(world.venue.books().title.quantity(series, Holder::Inventory), 98);
    world.issuer("brand", Verb::ListBatch { batch: b1() }).expect("listed again");
    world.settle(1000);
    assert_eq!(world.balance(Account::Fee(FeeKind::Issue)), 120_00, "1.2 % once");
    let announced = |e: &&Event| {
        matches!(e, Event::Submitted(gcfn_venue::FederationRequest::ListSeries { .. }))
    };
    assert_eq!(world.events.iter().filter(announced).count(), 1);
}

#[test]
fn nothing_is_listed_or_redeemed_before_its_time() {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let terms =
        BatchTerms { lists_from: instant(1001, 0), starts_at: instant(1002, 0), ..voucher() };
    let batch = b1();
    world.issuer("brand", Verb::DraftBatch { batch, terms }).expect("sound");
    world.issuer("brand", Verb::SubmitBatch { batch }).expect("a draft");
    take_step(&mut world, BatchState::Approved);
    take_step(&mut world, BatchState::Funded);
    take_step(&mut world, BatchState::Registered);
    let early = world.issuer("brand", Verb::ListBatch { batch });
    assert_eq!(early, Err(Rejection::TooEarly));
    world.settle(1000);
    world.issuer("brand", Verb::ListBatch { batch }).expect("its day");
    let series = world.batch("b1").series;
    world.buyer("ann", series, 1);
    let early = world.redeem("ann", series, "brand", None);
    assert_eq!(early, Err(Rejection::NotValidYet));
    world.settle(1001);
    world.redeem("ann", series, "brand", None).expect("valid");
}

#[test]
fn a_batch_closes_with_its_last_coupon_and_frees_reserve_and_quota() {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let series = world.issued("brand", "b1", BatchTerms { quantity: 11, ..voucher() });
    world.buyer("ann", series, 11);
    world.settle(1000);
    for _ in 0..11 {
        assert_eq!(world.batch("b1").state, BatchState::Listed);
        world.redeem("ann", series, "brand", None).expect("funded");
    }
    assert_eq!(world.batch("b1").state, BatchState::Closed);
    assert_eq!(world.venue.issuer(party("brand")).expect("known").used, Amount::ZERO);
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 0);
}

#[test]
fn a_batch_that_was_never_listed_expires_too() {
    let mut world = standing_at(BatchState::Registered);
    world.until(1008, 3);
    assert_eq!(world.batch("b1").state, BatchState::Closed);
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 0);
}

#[test]
fn a_listing_fee_that_nothing_covers_is_owed_and_the_first_proceeds_repay_it() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::None;
    region.reserve_ratio = BasisPoints(0);
    let mut world = World::of(region);
    world.admitted("brand", 20_00);
    let series =
        world.issued("brand", "b1", BatchTerms { reserve: ReserveMode::None, ..voucher() });
    let owed = Account::Receivable(Pool::SettlementHub, party("brand"));
    // 1.2 % of 10,000.00 is 120.00; the deposit has 20.00.
    assert_eq!(world.balance(owed), 100_00);
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 10_000_00);
    world.order("ann", Side::Buy, series, 2, None).expect("on offer");
    world.settle(1000);
    let free = Account::Issuer(party("brand"), IssuerBucket::Free);
    assert_eq!(world.balance(free), 189_81 - 100_00, "190.00 less 0.1 %, less the debt");
    world.settle(1001);
    assert_eq!(world.balance(owed), 0);
    assert_eq!(world.earned(), 120_00 + 95 + 19, "with the fees of the sale");
}

#[test]
fn resales_and_refunds_go_by_the_batch_within_the_region() {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    let terms = BatchTerms { resales_max: 0, refund_window: Millis(3_600_000), ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 2);
    let resale = world.order("ann", Side::Sell, series, 1, Some(99_00));
    assert_eq!(resale, Err(Rejection::ResaleLimit));
    let trade = world.venue.trades().next().expect("ann's").id;
    world.until(1000, 11);
    let late = world.user("ann", Verb::Refund { trade });
    assert_eq!(late, Err(Rejection::NotRefundable));
}

#[test]
fn the_first_buyer_keeps_the_right_to_a_refund_while_a_batch_is_suspended() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 2);
    world.operator(Verb::SuspendBatch { batch: b1(), reason: SuspensionReason::Risk });
    let trade = world.venue.trades().next().expect("ann's").id;
    world.user("ann", Verb::Refund { trade }).expect("in the window");
    assert_eq!(world.coupons("ann", series), 0);
    assert_eq!(world.venue.issuer(party("brand")).expect("known").record.sold, Amount::ZERO);
}

#[test]
fn nobody_takes_the_id_of_an_offer_before_it_is_made() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 1);
    let second = BatchId::derive(&[b"b2"]);
    let order = OrderId::derive(&[b"primary", second.as_bytes(), &0u32.to_be_bytes()]);
    let terms = OrderTerms {
        order,
        series,
        side: Side::Buy,
        quantity: 1,
        limit: Some(cents(90_00)),
        time_in_force: TimeInForce::GoodTillCancelled,
        display: None,
        not_before: None,
        expires_at: None,
    };
    world.user("ann", Verb::PlaceOrder(terms)).expect("rests");
    world.issued("brand", "b2", BatchTerms { quantity: 11, ..voucher() });
    assert_eq!(world.venue.order(order).expect("hers").party, party("ann"));
    world.user("ann", Verb::CancelOrder { order }).expect("hers");
    assert_eq!(world.venue.orders().filter(|open| open.primary()).count(), 2);
}
