//! Whatever issuers, holders, reviewers, the bank and time do in whatever order: the node goes
//! on, its books balance, and a refusal leaves no trace.

use crate::world::{World, cents, party, terms, voucher};
use gcfn_ledger::{Account, Holder};
use gcfn_market::Side;
use gcfn_model::{
    BasisPoints, BatchId, Currency, PartyId, Pool, RedemptionId, SeriesId, WithdrawalId,
};
use gcfn_venue::{
    BatchRefusal, BatchTerms, Command, CreditRules, DivisibleFor, IssuerRefusal, IssuingTerms,
    MaturityAction, PartyKind, Provisional, RecallBasis, RedemptionTerms, Rejection, ReserveMode,
    Role, Score, Severity, SuspensionReason, Verb,
};
use proptest::prelude::*;

const ISSUERS: [&str; 2] = ["brand", "rival"];
const USERS: [&str; 3] = ["ann", "ben", "cat"];
const BATCHES: u8 = 3;

/// One thing that somebody does: what, who or which, how much.
type Act = (u8, u8, u16);

fn batch(which: u8) -> BatchId {
    BatchId::derive(&[b"walk", &[which.rem_euclid(BATCHES)]])
}

fn region(mode: ReserveMode) -> gcfn_venue::Terms {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = mode;
    region.issuing = IssuingTerms {
        risk_ratio: BasisPoints(300),
        fund_ratio: BasisPoints(100),
        recall_basis: RecallBasis::IssuePrice,
        ..IssuingTerms::of(Currency::Sgd)
    };
    let half = BasisPoints(5_000);
    region.credit = CreditRules {
        provisional: Provisional { floor: Score::of(6_000), redemptions: 4, months: 6 },
        reserve_ratio: [half, half, half, half, BasisPoints::ONE],
        ..CreditRules::standard(Currency::Sgd)
    };
    region
}

fn begin(mode: ReserveMode) -> World {
    let mut world = World::of(region(mode));
    for issuer in ISSUERS {
        world.admitted(issuer, 500_00);
    }
    for user in USERS {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 5_000_00);
    }
    world
}

fn pick<T: Copy>(from: &[T], which: u16) -> T {
    from[usize::from(which) % from.len()]
}

fn terms_of(world: &World, amount: u16) -> BatchTerms {
    let actions = [MaturityAction::Breakage, MaturityAction::Cash, MaturityAction::Refund];
    BatchTerms {
        quantity: u64::from(amount % 12 + 1),
        issue_price: cents(u64::from(amount % 99 + 1) * 1_00),
        maturity: pick(&actions, amount),
        divisible_for: pick(&[DivisibleFor::Redeem, DivisibleFor::None], amount / 3),
        reserve: world.venue.terms().reserve_mode,
        ..voucher()
    }
}

fn series(world: &World, which: u8) -> SeriesId {
    let all: Vec<_> = world.venue.batches().map(|(_, batch)| batch.series).collect();
    match all.is_empty() {
        true => SeriesId::derive(&[b"none"]),
        false => all[usize::from(which) % all.len()],
    }
}

/// What staff and issuers ask for.
fn verb(world: &World, (what, which, amount): Act) -> (Role, Verb) {
    let (batch, issuer) = (batch(which), party(pick(&ISSUERS, u16::from(which))));
    let money = cents(u64::from(amount) * 10);
    let severity = pick(&[Severity::Minor, Severity::Major, Severity::Critical], amount);
    let (own, staff) = (Role::Issuer, Role::Operator);
    match what % 27 {
        0 => (own, Verb::DraftBatch { batch, terms: terms_of(world, amount) }),
        1 => (own, Verb::SubmitBatch { batch }),
        2 | 3 => (staff, Verb::ApproveBatch { batch }),
        4 => (own, Verb::FundBatch { batch }),
        5 => (staff, Verb::MintBatch { batch }),
        6 | 7 => (own, Verb::ListBatch { batch }),
        8 => (own, Verb::AmendBatch { batch, terms: terms_of(world, amount) }),
        9 => (own, Verb::WithdrawBatch { batch }),
        10 => (staff, Verb::RejectBatch { batch, reason: BatchRefusal::Compliance }),
        11 => (staff, Verb::SuspendBatch { batch, reason: SuspensionReason::Risk }),
        12 => (staff, Verb::ResumeBatch { batch }),
        13 => (own, Verb::DelistBatch { batch }),
        14 => (staff, Verb::RecallBatch { batch }),
        15 => (own, Verb::TopUpReserve { batch, amount: money }),
        16 => (staff, Verb::SuspendIssuer { issuer }),
        17 => (staff, Verb::ReinstateIssuer { issuer }),
        18 => (staff, Verb::TerminateIssuer { issuer }),
        19 => (staff, Verb::RecordComplaint { issuer }),
        20 => (own, Verb::WithdrawDeposit { amount: money }),
        21 => {
            let withdrawal = WithdrawalId::derive(&[&amount.to_be_bytes()]);
            (own, Verb::PayOutProceeds { withdrawal, amount: money })
        }
        22 => (staff, Verb::DeclareDefault { issuer, severity }),
        23 => (staff, Verb::CloseDefault { issuer }),
        24 => (staff, Verb::CompensateHolders { batch }),
        25 => (staff, Verb::GrantQuota { issuer, quota: cents(u64::from(amount) * 1_000) }),
        _ => (staff, Verb::RejectIssuer { issuer, reason: IssuerRefusal::Compliance }),
    }
}

/// Asks, and checks that a refusal leaves no trace.
#[expect(clippy::needless_pass_by_value, reason = "verbs are written in place")]
fn ask(world: &mut World, who: &str, role: Role, verb: Verb) {
    world.must(Command::Tick);
    let before = (world.venue.state_root(), world.events.len());
    if world.ask(who, role, verb.clone()).is_err() {
        let after = (world.venue.state_root(), world.events.len());
        assert_eq!(after, before, "{verb:?} was refused and left a trace");
    }
}

fn act(world: &mut World, act: Act) {
    let (what, which, amount) = act;
    let user = pick(&USERS, u16::from(which));
    let series = series(world, which);
    match what {
        0..=80 => {
            let (role, verb) = verb(world, act);
            let who = match role {
                Role::Issuer => pick(&ISSUERS, u16::from(which) % u16::from(BATCHES)),
                _ => pick(&["olga", "oscar"], amount),
            };
            ask(world, who, role, verb);
        }
        81..=139 => {
            let side = if amount.is_multiple_of(4) { Side::Sell } else { Side::Buy };
            let limit = amount.is_multiple_of(7).then_some(u64::from(amount % 99 + 1) * 1_00);
            drop(world.order(user, side, series, u64::from(amount % 13), limit));
        }
        140..=199 => redeem(world, user, series, amount),
        200..=206 => refund(world, user),
        207..=212 => {
            let to = party(pick(&USERS, amount));
            ask(world, user, Role::User, Verb::Gift { to, series, quantity: 1 });
        }
        213..=219 => {
            let who = party(pick(&["ann", "ben", "brand"], amount));
            ask(world, pick(&["olga", "oscar"], amount / 3), Role::Operator, freeze(world, who));
        }
        220..=229 => {
            let issuer = pick(&ISSUERS, u16::from(which));
            world.deposit(issuer, Pool::IssuerEscrow, u64::from(amount) + 1);
        }
        230..=233 => world.deposit(user, Pool::GuaranteeFund, u64::from(amount) + 1),
        234..=243 => world.bank_answers(),
        _ => {
            world.at += u64::from(amount % 20 + 1) * 3_600_000_000;
            world.must(Command::Tick);
            if !amount.is_multiple_of(5) {
                world.bank_answers();
            }
        }
    }
}

fn freeze(world: &World, party: PartyId) -> Verb {
    let reason = gcfn_venue::FreezeReason::Compliance;
    match world.venue.find_party(party).is_some_and(|known| known.frozen) {
        true => Verb::Unfreeze { party, reason },
        false => Verb::Freeze { party, reason },
    }
}

/// Locks, and confirms at once, later or never.
fn redeem(world: &mut World, user: &str, series: SeriesId, amount: u16) {
    let redemption = RedemptionId::derive(&[&(amount % 64).to_be_bytes()]);
    let issuer = world.venue.batches().find(|(_, batch)| batch.series == series);
    let merchant = issuer.map_or(party("brand"), |(_, batch)| batch.issuer);
    if !amount.is_multiple_of(4) {
        let part = amount.is_multiple_of(3).then(|| cents(u64::from(amount % 100) * 1_00));
        let lock = Verb::LockRedemption(RedemptionTerms {
            redemption,
            merchant,
            series,
            serial: None,
            amount: part,
        });
        ask(world, user, Role::User, lock);
    }
    if !amount.is_multiple_of(5) {
        let named = world.venue.redemption(redemption).map(|locked| locked.merchant);
        let who = if named == Some(party("rival")) { "rival" } else { "brand" };
        ask(world, who, Role::Issuer, Verb::ConfirmRedemption { redemption, detail: None });
    }
}

fn refund(world: &mut World, user: &str) {
    let bought = world.venue.trades().find(|trade| trade.buyer == party(user));
    if let Some(trade) = bought.map(|trade| trade.id) {
        ask(world, user, Role::User, Verb::Refund { trade });
    }
}

/// What holds of every issuer and batch at all times.
fn laws(world: &World) {
    let title = &world.venue.books().title;
    for (id, batch) in world.venue.batches() {
        let held = |holder: &Holder| {
            !holder.is_final() && !matches!(holder, Holder::Inventory | Holder::InventoryLock)
        };
        let holders = title.holders(batch.series).map(|(holder, _)| holder).filter(held);
        let value: u64 = holders.map(|holder| title.value(batch.series, holder).minor()).sum();
        let owed = world.balance(Account::Obligation(batch.issuer, *id));
        assert_eq!(owed, value, "what is owed is what holders have");
        if batch.state.is_final() {
            assert_eq!(value, 0, "a batch at its end has no holders");
            assert_eq!(world.balance(Account::Reserve(batch.issuer, *id)), 0);
        }
        assert!(batch.shared <= batch.expired);
    }
    for (id, issuer) in world.venue.issuers() {
        let own = world.venue.batches().filter(|(_, b)| b.issuer == *id && !b.state.is_final());
        let used = own.map(|(_, b)| b.terms.face.minor() * b.terms.quantity).sum::<u64>();
        assert_eq!(issuer.used.minor(), used, "quota is used by what is not at its end");
        if let Some(call) = world.venue.funding_call(*id) {
            for redemption in &call.redemptions {
                assert!(world.venue.redemption(*redemption).expect("it waits").waiting);
            }
        }
    }
    assert!(world.venue.fund_available().minor() <= world.balance(Account::GuaranteeFund));
}

fn walk(mode: ReserveMode, acts: &[Act]) {
    let mut world = begin(mode);
    for &next in acts {
        act(&mut world, next);
        laws(&world);
    }
    // In the end everything is settled or expired, and nobody's money is stuck on its way.
    for _ in 0..40 {
        world.at += 12 * 3_600_000_000;
        world.must(Command::Tick);
        world.bank_answers();
        laws(&world);
    }
    let unknown = world.venue.batches().all(|(_, batch)| !batch.state.is_live());
    assert!(unknown, "every batch has come to its end");
}

/// A batch on the market, so that short walks have something to walk on.
fn on_the_market() -> Vec<Act> {
    let mut acts = Vec::new();
    for which in 0..BATCHES {
        for (what, amount) in [(0, 98), (1, 0), (2, 0), (2, 1), (4, 0), (5, 0), (6, 0)] {
            acts.push((what, which, amount + u16::from(which)));
        }
    }
    acts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_balance_and_refusals_leave_no_trace(
        mode in prop::sample::select(vec![ReserveMode::Face, ReserveMode::Proceeds, ReserveMode::None]),
        acts in prop::collection::vec(any::<Act>(), 1..250),
    ) {
        let mut all = on_the_market();
        all.extend(acts);
        walk(mode, &all);
    }
}

#[test]
fn the_walk_begins_on_a_market() {
    let mut world = begin(ReserveMode::Proceeds);
    on_the_market().into_iter().for_each(|next| act(&mut world, next));
    let listed = |world: &World| {
        let all = world.venue.batches();
        all.filter(|(_, batch)| batch.state == gcfn_venue::BatchState::Listed).count()
    };
    assert_eq!(listed(&world), usize::from(BATCHES));
    let unknown = world.issuer("brand", Verb::SubmitBatch { batch: BatchId::derive(&[b"?"]) });
    assert_eq!(unknown, Err(Rejection::UnknownBatch));
}
