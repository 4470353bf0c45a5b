//! A pay-in that its bank gives back: the node pays it again, once, and when it has come back.

use crate::world::{World, cents, instant, terms};
use gcfn_banking::{
    Creditor, Instruction, PaymentState, Side as Booking, StatusReport, TransactionStatus,
};
use gcfn_clearing::{CallAgain, ClearingEvent, PayIn, Phase};
use gcfn_ledger::Account;
use gcfn_market::Side;
use gcfn_model::{Amount, Currency, CycleId, InstructionId, NodeId, Pool, SettlementAccount, Uetr};
use gcfn_venue::{
    ClearingNotice, Command, Dispatch, Event, Outcome, PartyKind, Purpose, Rejection,
};

const OWN: (Pool, Pool) = (Pool::UserCustody, Pool::ClearingHouse);
const BACK: (Pool, Pool) = (Pool::ClearingHouse, Pool::UserCustody);

fn node(name: &str) -> NodeId {
    name.parse().expect("a name")
}

/// The payments that the node has been told to make to a house, in order.
fn pay_ins(world: &World) -> Vec<Instruction<Purpose>> {
    let payments = world.events.iter().filter_map(|event| match event {
        Event::Instructed(payment) if matches!(payment.purpose, Purpose::PayIn { .. }) => {
            Some(*payment)
        }
        _ => None,
    });
    payments.collect()
}

/// The bank books one side of a payment of `minor` between two accounts of the node, or both.
fn book(world: &mut World, ways: &[(Pool, Booking)], amount: Amount, uetr: Uetr) {
    for (pool, side) in ways {
        let account = world.venue.terms().account(*pool);
        let entry = world.entry(account, *side, amount, Some(uetr), None);
        world.must(Command::BankBooked(entry));
    }
}

fn both((from, to): (Pool, Pool)) -> [(Pool, Booking); 2] {
    [(from, Booking::Debit), (to, Booking::Credit)]
}

/// A regional whose custody has paid its hub through the node's own house: the cycle has settled.
fn settled() -> (World, Instruction<Purpose>) {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 1_000_00);
    world.order("ann", Side::Buy, series, 10, Some(95_00)).expect("funded");
    world.until(1000, 19);
    world.until(1000, 21);
    world.at = instant(1001, 9).micros();
    world.must(Command::Tick);
    let payment = pay_ins(&world)[0];
    book(&mut world, &both(OWN), payment.amount, payment.uetr());
    let cycle = world.venue.house().expect("one").cycles().next().expect("one");
    assert_eq!(cycle.phase, Phase::Settled);
    (world, payment)
}

fn claims(world: &World) -> usize {
    world.venue.house().expect("one").claims().count()
}

#[test]
fn it_is_paid_again_once_whichever_side_of_the_return_is_booked_first() {
    for house_first in [true, false] {
        let (mut world, payment) = settled();
        let under_way = world.balance(Account::Transit(Pool::UserCustody));
        let mut sides = both(BACK);
        if !house_first {
            sides.reverse();
        }
        book(&mut world, &sides[..1], payment.amount, payment.uetr());
        assert_eq!(pay_ins(&world).len(), 1, "either side alone moves nothing");
        book(&mut world, &sides[1..], payment.amount, payment.uetr());
        let [_, again] = pay_ins(&world)[..] else { panic!("it is paid again") };
        assert_eq!((again.amount, again.debtor), (payment.amount, payment.debtor));
        assert_eq!(world.venue.returned_pay_ins().count(), 1);
        assert_eq!(claims(&world), 1);
        let told = |event: &&Event| matches!(event, Event::PayInReturned { .. });
        assert_eq!(world.events.iter().filter(told).count(), 1);

        book(&mut world, &both(OWN), again.amount, again.uetr());
        assert_eq!((world.venue.returned_pay_ins().count(), claims(&world)), (0, 0));
        assert_eq!(world.balance(Account::Transit(Pool::UserCustody)), under_way);
        world.at = instant(1003, 9).micros();
        world.must(Command::Tick);
        assert_eq!(pay_ins(&world).len(), 2, "once");
        assert_eq!(world.venue.imbalances(), []);
    }
}

#[test]
fn a_payment_that_the_bank_refuses_is_made_again_with_the_next_call_and_one_that_is_slow_is_not() {
    for refused in [true, false] {
        let (mut world, payment) = settled();
        book(&mut world, &both(BACK), payment.amount, payment.uetr());
        let first = pay_ins(&world)[1];
        world.must(Command::BankSent(first.uetr()));
        if refused {
            let report = StatusReport {
                uetr: first.uetr(),
                status: TransactionStatus::Rejected,
                reason: Some("AC04".parse().expect("a code")),
            };
            world.must(Command::BankStatus(report));
        }
        for day in 1002..1005 {
            world.at = instant(day, 15).micros();
            world.must(Command::Tick);
        }
        let made = if refused { 3 } else { 2 };
        assert_eq!(pay_ins(&world).len(), made, "never two at a time");
        let last = *pay_ins(&world).last().expect("one");
        book(&mut world, &both(OWN), last.amount, last.uetr());
        assert_eq!((world.venue.returned_pay_ins().count(), claims(&world)), (0, 0));
        assert_eq!(world.venue.imbalances(), []);
    }
}

#[test]
fn what_comes_back_in_part_is_taken_out_of_suspense_and_paid_again() {
    let (mut world, payment) = settled();
    let part = cents(100_00);
    book(&mut world, &both(BACK), part, payment.uetr());
    let again = *pay_ins(&world).last().expect("one");
    assert_eq!((pay_ins(&world).len(), again.amount), (2, part));
    assert_eq!(world.venue.suspense().count(), 0);
    book(&mut world, &both(OWN), part, again.uetr());
    assert_eq!((world.venue.returned_pay_ins().count(), claims(&world)), (0, 0));
    assert_eq!(world.venue.imbalances(), []);
}

#[test]
fn what_a_house_has_paid_out_and_its_bank_takes_back_is_paid_out_again() {
    let (mut world, _) = settled();
    let paid_out = world.events.iter().find_map(|event| match event {
        Event::Clearing(event @ ClearingEvent::PayOutInstructed { .. }) => {
            event.instructed().copied()
        }
        _ => None,
    });
    let payment = paid_out.expect("the hub is paid");
    let Creditor::Account(SettlementAccount { pool, .. }) = payment.creditor else { panic!() };
    let there = (Pool::ClearingHouse, pool);
    book(&mut world, &both(there), payment.amount, payment.uetr());
    let arrived = world.balance(Account::Transit(pool));
    book(&mut world, &both((pool, Pool::ClearingHouse)), payment.amount, payment.uetr());
    assert_eq!(world.venue.suspense().count(), 0, "both sides know what it is");
    assert_ne!(world.balance(Account::Transit(pool)), arrived);
    world.at = instant(1003, 9).micros();
    world.must(Command::Tick);
    let again = world
        .venue
        .house()
        .expect("one")
        .desk()
        .payments()
        .find(|known| known.state.is_open() && known.instruction.creditor == payment.creditor);
    let again = again.expect("it is owed still").instruction;
    book(&mut world, &both(there), again.amount, again.uetr());
    assert_eq!(world.balance(Account::Transit(pool)), arrived);
    assert_eq!(world.venue.imbalances(), []);
}

/// A local that has met a call of its house.
fn local() -> (World, Instruction<Purpose>) {
    let mut world = World::of(terms("cn-sha", "cn", Currency::Cny));
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 1_000_00);
    world.order("ann", Side::Buy, series, 10, Some(95_00)).expect("funded");
    world.until(1000, 19);
    let account = world.venue.terms().account(Pool::UserCustody);
    let (instruction, amount) = (InstructionId::derive(&[b"i"]), cents(954_75));
    let (currency, due) = (Currency::Cny, instant(1001, 15));
    let notice = ClearingNotice::PayInCalled {
        house: "cn".parse().expect("a name"),
        cycle: CycleId::derive(&[b"c"]),
        value_date: crate::world::date(1001),
        pay_to: SettlementAccount { node: node("cn"), pool: Pool::ClearingHouse },
        pay_in: PayIn { instruction, account, currency, amount, due },
    };
    world.must(Command::Dispatch { from: node("cn"), body: Dispatch::Clearing(notice) });
    let payment = pay_ins(&world)[0];
    book(&mut world, &[(Pool::UserCustody, Booking::Debit)], payment.amount, payment.uetr());
    (world, payment)
}

fn call_again(world: &mut World, payment: &Instruction<Purpose>, change: Changed) -> Outcome {
    let (house, pay_to) = match change {
        Changed::House => ("de", node("cn")),
        Changed::PayTo => ("cn", node("de")),
        _ => ("cn", node("cn")),
    };
    let other = SettlementAccount { pool: Pool::IssuerEscrow, ..payment.debtor };
    let more = payment.amount.checked_add(cents(1)).expect("in range");
    let (instruction, due) = (InstructionId::derive(&[b"again"]), instant(1003, 15));
    let call = PayIn {
        instruction,
        account: if change == Changed::Account { other } else { payment.debtor },
        currency: payment.currency,
        amount: if change == Changed::Amount { more } else { payment.amount },
        due,
    };
    let known = payment.uetr();
    let unknown = Uetr::derive(&[b"never"]);
    let again = CallAgain {
        payment: if change == Changed::Payment { unknown } else { known },
        first: if change == Changed::First { InstructionId::derive(&[b"2"]) } else { instruction },
        call,
        value_date: crate::world::date(1002),
    };
    let notice = ClearingNotice::PayInCalledAgain {
        house: house.parse().expect("a name"),
        cycle: CycleId::derive(&[b"c"]),
        pay_to: SettlementAccount { node: pay_to, pool: Pool::ClearingHouse },
        again,
    };
    let body = Dispatch::Clearing(notice);
    world.apply(&Command::Dispatch { from: node("cn"), body })
}

/// What is other than it should be in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Nothing,
    House,
    PayTo,
    Account,
    Amount,
    Payment,
    First,
}

#[test]
fn a_house_is_paid_again_what_it_was_paid_and_what_has_come_back_and_no_more() {
    let (mut world, payment) = local();
    for change in
        [Changed::House, Changed::PayTo, Changed::Account, Changed::Amount, Changed::Payment]
    {
        let refused = call_again(&mut world, &payment, change);
        assert_eq!(refused, Err(Rejection::NotPermitted), "{change:?}");
    }
    call_again(&mut world, &payment, Changed::Nothing).expect("it was paid");
    assert_eq!(pay_ins(&world).len(), 1, "nothing has come back yet");
    let refused = call_again(&mut world, &payment, Changed::First);
    assert_eq!(refused, Err(Rejection::NotPermitted), "all of it is called for already");

    book(&mut world, &[(Pool::UserCustody, Booking::Credit)], payment.amount, payment.uetr());
    assert_eq!(pay_ins(&world).len(), 2);
    call_again(&mut world, &payment, Changed::Nothing).expect("a repeat");
    assert_eq!(pay_ins(&world).len(), 2);
    let again = pay_ins(&world)[1];
    book(&mut world, &[(Pool::UserCustody, Booking::Debit)], again.amount, again.uetr());
    assert_eq!(world.venue.returned_pay_ins().count(), 0);
    let state = world.venue.desk().payment(payment.uetr()).map(|known| known.state);
    assert_eq!(state, Some(PaymentState::Returned));
}
