//! What a local believes of the house that clears between its own pools.

use crate::world::{World, cents, date, instant, terms};
use gcfn_clearing::{PayIn, net};
use gcfn_market::Side;
use gcfn_model::{
    Amount, Currency, CycleId, InstructionId, NodeId, Pool, Position, SettlementAccount,
};
use gcfn_venue::{ClearingNotice, Command, Dispatch, Event, Outcome, PartyKind, Rejection};

fn node(name: &str) -> NodeId {
    name.parse().expect("a name")
}

/// A local whose users have traded for a day, and what its custody account owes for it.
fn after_the_cut_off() -> (World, PayIn) {
    let mut world = World::of(terms("cn-sha", "cn", Currency::Cny));
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 1_000_00);
    world.order("ann", Side::Buy, series, 10, Some(95_00)).expect("funded");
    world.until(1000, 19);
    let bundle = world.events.iter().find_map(|event| match event {
        Event::Sent { body: Dispatch::Affirm(bundle), .. } => Some(bundle.clone()),
        _ => None,
    });
    let account = world.venue.terms().account(Pool::UserCustody);
    let positions = net(&bundle.expect("one").obligations);
    let short = positions[&(Currency::Cny, account)];
    assert_eq!(short, Position::ZERO.minus(cents(954_75)));
    let pay_in = PayIn {
        instruction: InstructionId::derive(&[b"i"]),
        account,
        currency: Currency::Cny,
        amount: cents(954_75),
        due: instant(1001, 15),
    };
    (world, pay_in)
}

fn call(world: &mut World, pay_in: PayIn, pay_to: (&str, Pool), day: u64) -> Outcome {
    let (house, cycle) = ("cn".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let pay_to = SettlementAccount { node: node(pay_to.0), pool: pay_to.1 };
    let value_date = date(day);
    let notice = ClearingNotice::PayInCalled { house, cycle, value_date, pay_to, pay_in };
    let body = Dispatch::Clearing(notice);
    world.apply(&Command::Dispatch { from: node("cn"), body })
}

fn instructed(world: &World) -> Vec<Amount> {
    let payments = world.events.iter().filter_map(|event| match event {
        Event::Instructed(payment) => Some(payment.amount),
        _ => None,
    });
    payments.collect()
}

#[test]
fn a_call_is_met_only_towards_the_house_and_up_to_what_is_owed_there() {
    let (mut world, due) = after_the_cut_off();
    let house = ("cn", Pool::ClearingHouse);
    let elsewhere = SettlementAccount { node: node("de"), ..due.account };
    let from = |pool| SettlementAccount { pool, ..due.account };
    let wrong = [
        (due, ("cn", Pool::UserCustody), 1001),
        (due, ("de", Pool::ClearingHouse), 1001),
        (due, house, 1002),
        (PayIn { amount: cents(954_76), ..due }, house, 1001),
        (PayIn { currency: Currency::Eur, ..due }, house, 1001),
        (PayIn { account: from(Pool::IssuerEscrow), ..due }, house, 1001),
        (PayIn { account: from(Pool::GuaranteeFund), ..due }, house, 1001),
    ];
    for (pay_in, pay_to, day) in wrong {
        assert_eq!(call(&mut world, pay_in, pay_to, day), Err(Rejection::NotPermitted));
    }
    for account in [elsewhere, from(Pool::ClearingHouse)] {
        let outcome = call(&mut world, PayIn { account, ..due }, house, 1001);
        assert_eq!(outcome, Err(Rejection::ForeignAccount));
    }
    assert!(instructed(&world).is_empty());

    call(&mut world, due, house, 1001).expect("what is owed");
    call(&mut world, due, house, 1001).expect("a repeat");
    assert_eq!(instructed(&world), [due.amount]);
    let again = PayIn { instruction: InstructionId::derive(&[b"j"]), ..due };
    assert_eq!(call(&mut world, again, house, 1001), Err(Rejection::NotPermitted));
    assert_eq!(instructed(&world), [due.amount], "once for a value date");
}
