//! A refusal says why and leaves no trace.

use crate::chaos::drawn::Chaos;
use crate::world::{World, cents, party};
use gcfn_ledger::{Account, UserBucket};
use gcfn_market::Side;
use gcfn_model::{CommandId, Pool, RedemptionId};
use gcfn_venue::{
    Actor, ClearingAct, Command, Done, FreezeReason, MoneyAct, PartyKind, RedemptionTerms,
    Rejection, Request, Role, Verb,
};

fn market() -> (World, gcfn_model::SeriesId) {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 100_00);
    (world, series)
}

/// Asks, and checks that the books have not changed.
fn refused(world: &mut World, who: &str, role: Role, verb: Verb) -> Rejection {
    let before = world.venue.state_root();
    let events = world.events.len();
    let refusal = world.ask(who, role, verb).expect_err("it must be refused");
    assert_eq!(world.venue.state_root(), before);
    assert_eq!(world.events.len(), events);
    refusal
}

#[test]
fn an_order_without_funds() {
    let (mut world, series) = market();
    let outcome = world.order("ann", Side::Buy, series, 2, Some(95_00));
    assert_eq!(outcome, Err(Rejection::InsufficientFunds));
    assert_eq!(world.available("ann"), 100_00);
}

#[test]
fn a_frozen_user_can_neither_trade_nor_withdraw_nor_be_paid_out() {
    let (mut world, series) = market();
    world.order("ann", Side::Buy, series, 1, Some(90_00)).expect("rests");
    world.freeze("ann");
    assert_eq!(world.venue.orders().filter(|o| o.party == party("ann")).count(), 0);
    let restricted = Account::User(party("ann"), UserBucket::Restricted);
    assert_eq!(world.balance(restricted), 100_00);
    let order = world.order("ann", Side::Buy, series, 1, Some(95_00));
    assert_eq!(order, Err(Rejection::Frozen));
    world.deposit("ann", Pool::UserCustody, 50_00);
    assert_eq!(world.balance(restricted), 150_00);
    for who in ["olga", "oscar"] {
        let unfreeze = Verb::Unfreeze { party: party("ann"), reason: FreezeReason::Compliance };
        world.ask(who, Role::Operator, unfreeze).expect("two persons lift a freeze");
    }
    assert_eq!(world.available("ann"), 150_00);
}

#[test]
fn the_same_key_with_other_content() {
    let (mut world, series) = market();
    let actor = Actor { party: party("ann"), role: Role::User };
    let id = CommandId::derive(&[b"key"]);
    let gift = |quantity| Verb::Gift { to: party("brand"), series, quantity };
    let first = Request { id, actor, verb: gift(1) };
    let outcome = world.apply(&Command::Request(first.clone()));
    assert_eq!(outcome, Err(Rejection::InsufficientCoupons));
    assert_eq!(world.apply(&Command::Request(first)), outcome, "refusals are remembered");
    let other = Request { id, actor, verb: gift(2) };
    assert_eq!(world.apply(&Command::Request(other)), Err(Rejection::IdempotencyConflict));
}

#[test]
fn nobody_redeems_without_both_holder_and_merchant() {
    let (mut world, series) = market();
    world.deposit("ann", Pool::UserCustody, 100_00);
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("covered");
    world.register("cafe", PartyKind::Merchant);
    let redemption = RedemptionId::derive(&[b"r"]);
    let lock = |merchant: &str| {
        Verb::LockRedemption(RedemptionTerms {
            redemption,
            merchant: party(merchant),
            series,
            serial: None,
            amount: None,
        })
    };
    let refusal = refused(&mut world, "ann", Role::User, lock("cafe"));
    assert_eq!(refusal, Rejection::MerchantNotAuthorised);
    world.user("ann", lock("brand")).expect("the issuer itself");
    let confirm = Verb::ConfirmRedemption { redemption, detail: None };
    let refusal = refused(&mut world, "cafe", Role::User, confirm);
    assert_eq!(refusal, Rejection::NotYours);
}

#[test]
fn one_person_cannot_approve_twice_and_roles_are_kept_apart() {
    let (mut world, series) = market();
    let freeze = Verb::Freeze { party: party("ann"), reason: FreezeReason::Risk };
    assert_eq!(refused(&mut world, "ann", Role::User, freeze), Rejection::NotPermitted);
    let gift = Verb::Gift { to: party("ann"), series, quantity: 1 };
    assert_eq!(refused(&mut world, "sup", Role::Regulator, gift), Rejection::NotPermitted);
    let batch = gcfn_model::BatchId::derive(&[b"b2"]);
    let (_, b1) = world.venue.batches().next().expect("one");
    let terms = b1.terms;
    let draft = Verb::DraftBatch { batch, terms };
    world.ask("brand", Role::Issuer, draft).expect("within quota");
    world.ask("brand", Role::Issuer, Verb::SubmitBatch { batch }).expect("drafted");
    world.operator(Verb::ApproveBatch { batch });
    let again = refused(&mut world, "olga", Role::Operator, Verb::ApproveBatch { batch });
    assert_eq!(again, Rejection::SecondPerson);
}

#[test]
fn money_that_names_nobody_waits_in_suspense() {
    let (mut world, _) = market();
    let account = world.venue.terms().account(Pool::UserCustody);
    let credit = gcfn_banking::Side::Credit;
    let entry = world.entry(account, credit, cents(7_00), None, Some(party("nobody")));
    world.must(Command::BankBooked(entry));
    assert_eq!(world.balance(Account::Suspense(Pool::UserCustody)), 7_00);
    let again = world.apply(&Command::BankBooked(entry)).expect("a repeat is no error");
    assert_eq!(again, gcfn_venue::Done::Repeated);
    assert_eq!(world.balance(Account::Suspense(Pool::UserCustody)), 7_00);
}

/// What somebody may ask for is done by somebody: no verb is permitted and then forgotten.
#[test]
fn every_verb_is_somebodys_and_has_its_place() {
    let mut chaos = Chaos::of_bytes(&[]);
    let mut verbs: Vec<Verb> =
        chaos.every_variant::<Verb>().into_iter().map(|(_, verb)| verb).collect();
    verbs.extend(chaos.every_variant::<MoneyAct>().into_iter().map(|(_, act)| act.into()));
    let acts = chaos.every_variant::<ClearingAct>().into_iter();
    verbs.extend(acts.map(|(_, act)| Verb::Clearing(act)));
    let roles = [Role::User, Role::Issuer, Role::Operator, Role::Bank, Role::Regulator];
    let mut world = World::new();
    for verb in verbs {
        let served = roles.into_iter().any(|role| {
            let outcome = match world.ask("olga", role, verb.clone()) {
                Ok(Done::Proposed { .. }) => world.ask("oscar", role, verb.clone()),
                outcome => outcome,
            };
            outcome != Err(Rejection::NotPermitted)
        });
        assert!(served, "nobody may ask for {verb:?}");
    }
}
