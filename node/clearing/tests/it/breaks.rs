//! What the bank says wrongly holds a cycle up until it is put right, and no longer.

use crate::world::{EUR, World, day, minor, owes};
use gcfn_banking::{
    BankEntry, BankReference, BankWord, Break, BreakReason, BreakResolution, DeskAct, DeskEvent,
    DeskRefusal, Errand, PaymentState, RecallAnswer, RecallOutcome, Remedy, Side, StatusReport,
    TransactionStatus,
};
use gcfn_clearing::{ClearingEvent, Phase};
use gcfn_model::{Digest, Uetr};

/// A cycle that has everything but the debit of its one payment, and that debit.
fn paid_in() -> (World, BankEntry) {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.until(9, 18);
    world.until(10, 8);
    world.pay_in("a");
    world.until(10, 14);
    let payment = world.events.iter().find_map(ClearingEvent::instructed).copied();
    let payment = payment.expect("the house pays b");
    let debit = BankEntry {
        account: world.house.account(),
        currency: EUR,
        amount: minor(100),
        side: Side::Debit,
        uetr: Some(payment.uetr()),
        bank_reference: BankReference::of("debit"),
        reference: None,
        booked_on: day(10),
    };
    world.booked.push(debit);
    (world, debit)
}

fn state(world: &mut World) {
    world.until(10, 20);
    let statement = world.statement(day(10), EUR);
    let result = world.house.reconcile(world.now, &statement, &world.ledger, &mut world.events);
    assert!(!result.expect("a new day").is_clean());
    assert_ne!(world.phase(), Phase::Final, "what does not tie is not final");
}

fn resolve(world: &mut World, remedy: Remedy) -> Result<(), DeskRefusal> {
    let found = world.house.desk().breaks().find(|found| found.what.entry().is_some());
    let id = found.expect("an entry differs").id;
    let (reason, evidence) = (BreakReason::NotificationWrong, Digest::ZERO);
    let wish = DeskAct::Resolve(BreakResolution { id, remedy, reason, evidence });
    world.house.act_at_bank(world.now, wish, &mut world.ledger, &mut world.events)
}

#[test]
fn a_payment_notified_with_a_wrong_amount_is_final_when_it_counts_as_stated() {
    let (mut world, debit) = paid_in();
    let wrong = BankEntry { amount: minor(99), ..debit };
    world.house.booked(world.now, &wrong, &mut world.ledger, &mut world.events);
    state(&mut world);
    assert_eq!(resolve(&mut world, Remedy::Explained), Err(DeskRefusal::RemedyDoesNotFit));
    resolve(&mut world, Remedy::AsStated).expect("it fits");
    assert_eq!((world.phase(), world.house.desk().breaks().count()), (Phase::Final, 0));
    world.leaves_no_residue();
}

#[test]
fn a_notification_that_comes_after_the_statement_makes_the_cycle_final() {
    let (mut world, debit) = paid_in();
    state(&mut world);
    let found = world.house.desk().breaks().next().expect("two").what;
    assert!(matches!(found, Break::BankOnly(_) | Break::LedgerDiffers { .. }));
    world.house.booked(world.now, &debit, &mut world.ledger, &mut world.events);
    assert_eq!((world.phase(), world.house.desk().breaks().count()), (Phase::Final, 0));
    world.leaves_no_residue();
}

/// The payments that the house has been asked to make, in order.
fn instructed(world: &World) -> Vec<Uetr> {
    let payments = world.events.iter().filter_map(ClearingEvent::instructed);
    payments.map(gcfn_banking::Instruction::uetr).collect()
}

#[test]
fn a_pay_out_that_may_be_made_already_is_not_made_again_and_what_is_about_to_leave_is_asked_back() {
    for signed in [false, true] {
        let mut world = World::new();
        world.agree(&[owes("a", "b", EUR, 100)]);
        world.until(9, 18);
        world.until(10, 8);
        world.pay_in("a");
        let refused = StatusReport {
            uetr: instructed(&world)[0],
            status: TransactionStatus::Rejected,
            reason: None,
        };
        world.house.status(world.now, refused, &mut world.events).expect("its own");
        world.until(11, 20);
        let [first, second] = instructed(&world)[..] else { panic!("it is tried again") };
        if signed {
            world.house.signed(world.now, second).expect("its own");
        }
        world.book((Side::Debit, EUR, minor(100)), Some(first), None);
        let asked_back = world.events.iter().any(|event| {
            let ClearingEvent::Bank(DeskEvent::Errand { payment, errand }) = event else {
                return false;
            };
            payment.uetr() == second && matches!(errand, Errand::Recall { .. })
        });
        assert_eq!(asked_back, signed);
        if signed {
            let (uetr, outcome, reason) = (second, RecallOutcome::Granted, None);
            let word = BankWord::Recall(RecallAnswer { uetr, outcome, reason });
            world.house.heard(world.now, &word, &mut world.events).expect("it was asked");
        }
        let state = world.house.desk().payment(second).map(|payment| payment.state);
        assert_eq!(state, Some(PaymentState::Cancelled));
        world.until(14, 20);
        assert_eq!(instructed(&world).len(), 2, "somebody must find out first");
    }
}
