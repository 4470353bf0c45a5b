//! What a local believes of the house that clears between its own pools.

use crate::chaos::drawn::Chaos;
use crate::world::{World, cents, date, instant, terms};
use gcfn_banking::{
    Creditor, DeskAct, Instruction, PaymentState, ReasonCode, Side as Booking, StatusReport,
    TransactionStatus,
};
use gcfn_clearing::{Bundle, ClearingEvent, HousePayment, Obligation, PayIn, net};
use gcfn_ledger::Account;
use gcfn_market::Side;
use gcfn_model::{
    Amount, Currency, CycleId, Digest, Hasher, InstructionId, NodeId, Pool, Position,
    SettlementAccount, Uetr,
};
use gcfn_venue::{
    ClearingNotice, Command, Dispatch, Event, Notice, Outcome, PartyKind, Purpose, Rejection, Role,
    Verb, hears, notices,
};
use std::collections::BTreeSet;

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

#[test]
fn what_the_house_settles_ahead_is_settled_here_and_called_for_all_the_same() {
    let (mut world, due) = after_the_cut_off();
    let bundle = world.events.iter().find_map(|event| match event {
        Event::Sent { body: Dispatch::Affirm(bundle), .. } => Some(bundle.reference),
        _ => None,
    });
    let (house, cycle) = ("cn".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let bundles = bundle.into_iter().collect();
    let ahead = ClearingNotice::SettledAhead { house, cycle, bundles };
    world.must(Command::Dispatch { from: node("cn"), body: Dispatch::Clearing(ahead) });
    let settled = |event: &Event| matches!(event, Event::TradeSettled { .. });
    assert_eq!(world.events.iter().filter(|event| settled(event)).count(), 1);

    call(&mut world, due, ("cn", Pool::ClearingHouse), 1001).expect("what is owed");
    assert_eq!(instructed(&world), [due.amount]);
}

/// What a local's custody account owes its hub on day 1001.
fn bundle_of(local: &str) -> Bundle {
    let account = |pool| SettlementAccount { node: node(local), pool };
    Bundle {
        reference: Hasher::new("bundle").part(local.as_bytes()).finish(),
        value_date: date(1001),
        obligations: vec![Obligation {
            payer: account(Pool::UserCustody),
            payee: account(Pool::SettlementHub),
            currency: Currency::Sgd,
            amount: cents(5_00),
        }],
        trades: 1,
        trades_root: Digest::ZERO,
    }
}

/// What the house has told each node of bundles, settled and failed.
fn told(world: &World) -> Vec<(NodeId, bool, Vec<Digest>)> {
    let notices = world.events.iter().filter_map(|event| match event {
        Event::Sent { to, body: Dispatch::Clearing(notice) } => Some((*to, notice.clone())),
        _ => None,
    });
    let of_bundles = notices.filter_map(|(to, notice)| match notice {
        ClearingNotice::Settled { bundles, .. } => Some((to, true, bundles)),
        ClearingNotice::Failed { bundles, .. } => Some((to, false, bundles)),
        _ => None,
    });
    of_bundles.collect()
}

#[test]
fn a_node_is_told_of_its_own_bundles_only() {
    let mut world = World::new();
    let locals = ["sg-1", "sg-2", "sg-3", "sg-4"];
    for local in locals {
        world.member(local, "sg");
        let body = Dispatch::Affirm(bundle_of(local));
        world.must(Command::Dispatch { from: node(local), body });
    }
    world.until(1000, 21);
    world.until(1001, 9);
    let called: Vec<PayIn> = world.events.iter().filter_map(called).collect();
    assert_eq!(called.len(), locals.len());
    let house = world.venue.terms().account(Pool::ClearingHouse);
    for call in
        called.iter().filter(|call| [node("sg-1"), node("sg-2")].contains(&call.account.node))
    {
        let uetr = Some(Uetr::derive(&[call.instruction.as_bytes()]));
        let credit = world.entry(house, Booking::Credit, call.amount, uetr, None);
        world.must(Command::BankBooked(credit));
    }
    world.until(1001, 15);
    let mut told = told(&world);
    told.sort_unstable();
    let paid = |local| ["sg-1", "sg-2"].contains(&local);
    let own = |local| (node(local), paid(local), vec![bundle_of(local).reference]);
    assert_eq!(told, locals.map(own));
}

/// A regional whose users have traded for a day, in the morning: its house has called it, it pays in,
/// and the bank has booked nothing yet.
fn called_by_its_own_house() -> (World, Instruction<Purpose>) {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 1_000_00);
    world.order("ann", Side::Buy, series, 10, Some(95_00)).expect("funded");
    world.until(1000, 19);
    world.until(1000, 21);
    world.at = instant(1001, 9).micros();
    world.must(Command::Tick);
    let pay_in = world.events.iter().find_map(|event| match event {
        Event::Instructed(payment) => Some(*payment),
        _ => None,
    });
    (world, pay_in.expect("the node pays in to its house"))
}

#[test]
fn what_a_bank_says_of_a_pay_in_to_the_own_house_is_about_the_payment_of_the_node() {
    let (mut world, pay_in) = called_by_its_own_house();
    let uetr = pay_in.uetr();
    let expected = world.venue.house().expect("one").desk().payment(uetr).map(|p| p.state);
    assert_eq!(expected, Some(PaymentState::Expected), "which waits for it");
    let state = |world: &World| world.venue.desk().payment(uetr).expect("its own").state;

    world.must(Command::BankSent(uetr));
    assert_eq!(state(&world), PaymentState::Sent);
    let recall = DeskAct::Recall { payment: uetr, reason: ReasonCode::DUPLICATE };
    let refused = world.ask("staff", Role::Operator, Verb::Bank(recall));
    assert_eq!(refused, Err(Rejection::CalledFor), "the house settles with it for good");
    let (status, reason) = (TransactionStatus::Rejected, Some(ReasonCode::INSUFFICIENT_FUNDS));
    world.must(Command::BankStatus(StatusReport { uetr, status, reason }));
    assert_eq!(state(&world), PaymentState::Rejected(reason));
}

/// The bank books both sides of a payment between two accounts of the node.
fn book(world: &mut World, (from, to): (Pool, Pool), amount: Amount, uetr: Uetr) {
    for (pool, side) in [(from, Booking::Debit), (to, Booking::Credit)] {
        let account = world.venue.terms().account(pool);
        let entry = world.entry(account, side, amount, Some(uetr), None);
        world.must(Command::BankBooked(entry));
    }
}

#[test]
fn a_pay_out_that_the_bank_of_the_house_refuses_is_not_waited_for() {
    let (mut world, call) = called_by_its_own_house();
    book(&mut world, (Pool::UserCustody, Pool::ClearingHouse), call.amount, call.uetr());
    world.at = instant(1001, 15).micros();
    world.must(Command::Tick);
    let pay_out = world.events.iter().find_map(|event| match event {
        Event::Clearing(event) => event.instructed().copied(),
        _ => None,
    });
    let pay_out = pay_out.expect("the house pays what it was paid");
    let state = |world: &World| world.venue.desk().payment(pay_out.uetr()).map(|p| p.state);
    assert_eq!(state(&world), Some(PaymentState::Expected));

    let (status, reason) = (TransactionStatus::Rejected, Some(ReasonCode::INCORRECT_ACCOUNT));
    world.must(Command::BankStatus(StatusReport { uetr: pay_out.uetr(), status, reason }));
    assert_eq!(state(&world), Some(PaymentState::Cancelled), "it comes under another id");
}

#[test]
fn whoever_is_told_of_what_a_house_did_hears_of_it_and_nobody_else() {
    let world = World::new();
    let house = world.venue.house().expect("one");
    let events = (0..64).flat_map(|seed| Chaos::of_seed(seed).every_variant::<ClearingEvent>());
    let events: Vec<ClearingEvent> = events.map(|(_, event)| event).collect();
    let told = |event| -> BTreeSet<NodeId> {
        notices(house, event).into_iter().map(|(node, _)| node).collect()
    };
    let everybody: BTreeSet<NodeId> = events.iter().flat_map(told).collect();
    for event in &events {
        let hearing = everybody.iter().copied().filter(|node| hears(event, *node));
        assert_eq!(hearing.collect::<BTreeSet<_>>(), told(event), "{event:?}");
    }
}

#[test]
fn only_the_house_that_pays_says_that_it_does_not() {
    let mut world = World::new();
    let (payment, notice) = dealer_is_paid(&mut world, 146_25);
    world.must(Command::Notice(notice));
    let state = |world: &World| world.venue.desk().payment(payment.uetr()).map(|p| p.state);
    for (house, then) in
        [("another", PaymentState::Expected), ("federation", PaymentState::Cancelled)]
    {
        let (house, payment) = (house.parse().expect("a name"), payment.uetr());
        let failed = ClearingNotice::PayOutFailed { house, payment };
        world.must(Command::Notice(Notice::Clearing(failed)));
        assert_eq!(state(&world), Some(then));
    }
}

fn called(event: &Event) -> Option<PayIn> {
    match event {
        Event::Sent {
            body: Dispatch::Clearing(ClearingNotice::PayInCalled { pay_in, .. }),
            ..
        } => Some(*pay_in),
        _ => None,
    }
}

/// Tells `sg` that a house pays its dealer `minor` of another currency.
fn dealer_is_paid(world: &mut World, minor: u64) -> (Instruction<HousePayment>, Notice) {
    let (house, cycle) = ("federation".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let account = world.venue.terms().account(Pool::Dealer);
    let value_date = date(1000);
    let payment = Instruction {
        id: InstructionId::derive(&[b"p"]),
        debtor: SettlementAccount { node: node("root"), pool: Pool::ClearingHouse },
        creditor: Creditor::Account(account),
        currency: Currency::Sgd,
        amount: cents(minor),
        value_date,
        purpose: HousePayment { value_date, account },
    };
    let notice = ClearingNotice::PayOutInstructed { house, cycle, payment };
    (payment, Notice::Clearing(notice))
}

#[test]
fn what_rounding_brings_a_dealer_is_its_result_and_no_position() {
    let mut world = World::new();
    let (payment, notice) = dealer_is_paid(&mut world, 146_25);
    let account = world.venue.terms().account(Pool::Dealer);
    let entry = world.entry(account, Booking::Credit, payment.amount, Some(payment.uetr()), None);
    let (bundle, currency, amount) = (Digest::ZERO, Currency::Sgd, cents(3));
    let kept = Notice::ResidueKept { bundle, currency, amount };
    for command in [Command::Notice(kept), Command::Notice(notice), Command::BankBooked(entry)] {
        world.must(command);
    }
    assert_eq!(world.balance(Account::Bank(Pool::Dealer)), 146_25);
    assert_eq!(world.balance(Account::FxPosition), 146_22);
    assert_eq!(world.balance(Account::FxResult), 3);
    let other = Notice::ResidueKept { bundle, currency: Currency::Hkd, amount: cents(2) };
    world.must(Command::Notice(other));
    let books = &world.venue.books().money;
    for currency in Currency::ALL {
        assert_eq!(books.trial_balance(currency), Position::ZERO, "{currency}");
    }
    let result = books.balance(Account::FxResult, Currency::Hkd);
    assert_eq!(result, Position::from_minor(2), "in the currency that was paid");
}

#[test]
fn a_dealer_is_paid_once_whether_its_bank_or_the_house_says_so_first() {
    for bank_is_first in [true, false] {
        let mut world = World::new();
        let (payment, notice) = dealer_is_paid(&mut world, 146_25);
        let account = world.venue.terms().account(Pool::Dealer);
        let uetr = Some(payment.uetr());
        let entry = world.entry(account, Booking::Credit, payment.amount, uetr, None);
        let mut said = [Command::Notice(notice), Command::BankBooked(entry)];
        if bank_is_first {
            said.reverse();
        }
        for command in said {
            world.must(command);
        }
        assert_eq!(world.balance(Account::Bank(Pool::Dealer)), 146_25);
        assert_eq!(world.balance(Account::FxPosition), 146_25);
        let open = world.venue.desk().payments().filter(|payment| payment.state.is_open());
        assert_eq!(open.count(), 0, "nothing is expected any more");
    }
}
