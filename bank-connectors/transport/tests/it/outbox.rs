//! Crashes, banks that are down, payees that cannot be paid.

use crate::world::{Bank, Down, IBAN, Machine, World, at, order, party, pay_in, statements};
use core::pin::pin;
use core::task::Poll;
use gcfn_banking::{
    Creditor, Desk, Errand, PaymentState, ReasonCode, StatusReport, TransactionStatus,
};
use gcfn_model::{Currency, Millis, Uetr};
use gcfn_store::Direction;
use gcfn_transport::{Channel, Departure, Leaving, Message, Order, TellError};
use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// One entry with a payment to a party between two pay-ins.
fn entry() -> [Order; 3] {
    [pay_in(1), order(2, Creditor::Party(party(7))), pay_in(3)]
}

async fn still_due(_: Order) -> Result<bool, TellError> {
    Ok(false)
}

/// A machine that is lost once the bank has the payment.
async fn not_of_sent(departures: Vec<Departure>) -> Result<(), TellError> {
    let sent = departures.iter().any(|departure| matches!(departure, Departure::Sent(_)));
    if sent { Err("no leader".into()) } else { Ok(()) }
}

fn uetrs(orders: &[Order]) -> Vec<Uetr> {
    orders.iter().map(Order::uetr).collect()
}

/// Runs `future` for so many steps, then kills it.
async fn kill_after<F: Future>(steps: usize, future: F) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), steps);
    poll_fn(|cx| {
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Pending if left == 0 => Poll::Ready(None),
            polled => polled.map(Some),
        }
    })
    .await
}

/// Kills delivery at one step after the other, lets the payee move, and starts the node again.
#[tokio::test]
async fn a_kill_at_any_step_loses_nothing_and_changes_nothing() {
    for steps in 1.. {
        let (mut world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
        let mut outbox = world.outbox(bank.clone()).await;
        let orders = entry();
        let delivery = machine.deliver(&mut outbox, 5, &orders);
        let survived = kill_after(steps, delivery).await.is_some();
        drop(outbox);
        world.restarted().await;

        let cursor = world.cursor().await;
        if cursor == 5 {
            assert_eq!(bank.asked(), uetrs(&entry()), "the cursor is not ahead of the bank");
            assert_eq!(machine.told_after().len(), 3, "nor of the machine");
        } else {
            assert_eq!(cursor, 0);
        }
        world.know("iban", "GB33BUKB20201555555555").await;
        let mut outbox = world.outbox(bank.clone()).await;
        machine.deliver(&mut outbox, 5, &entry()).await.unwrap();

        let mut copies = BTreeMap::<Uetr, Vec<Message>>::new();
        for message in bank.got() {
            copies.entry(message.uetr.unwrap()).or_default().push(message);
        }
        assert_eq!(copies.len(), 3);
        for (uetr, copies) in copies {
            assert!(copies.windows(2).all(|pair| pair[0] == pair[1]), "{uetr} was altered");
            assert_eq!(world.store.archive().trace(uetr).await.unwrap().len(), 1);
            let told = machine.told();
            let first = |what| told.iter().position(|departure| *departure == what).unwrap();
            assert!(first(Departure::Signed(uetr)) < first(Departure::Sent(uetr)), "{uetr}");
        }
        assert_eq!(world.cursor().await, 5);
        if survived {
            assert!(5 < steps, "steps are fine enough to kill between them");
            return;
        }
    }
}

/// A wire that is cut when the message is on it.
struct CutWire;

impl Channel for CutWire {
    type Fault = std::convert::Infallible;

    async fn send(&self, _message: &Message) -> Result<(), Self::Fault> {
        pending().await
    }

    fn may_have_arrived(fault: &Self::Fault) -> bool {
        match *fault {}
    }
}

#[tokio::test]
async fn killed_before_the_archive_it_begins_anew() {
    let (mut world, machine) = (World::new().await, Machine::default());
    let mut outbox = world.outbox(Bank::default()).await;
    world.store.close().await;
    assert!(machine.deliver(&mut outbox, 1, &[pay_in(1)]).await.is_err());

    world.restarted().await;
    let bank = Bank::default();
    let mut outbox = world.outbox(bank.clone()).await;
    machine.deliver(&mut outbox, 1, &[pay_in(1)]).await.unwrap();
    assert_eq!(bank.asked(), [pay_in(1).uetr()]);
}

#[tokio::test]
async fn killed_after_the_archive_it_sends_what_is_archived() {
    let (mut world, machine) = (World::new().await, Machine::default());
    let order = order(2, Creditor::Party(party(7)));
    let mut outbox = world.outbox(CutWire).await;
    let orders = [order];
    let mut delivery = Box::pin(machine.deliver(&mut outbox, 1, &orders));
    let archived = 'archived: {
        // Steps are as many as the store takes, which has a disk to wait for.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            assert!(kill_after(1, delivery.as_mut()).await.is_none(), "the wire is cut");
            let kept = world.store.archive().trace(order.uetr()).await.unwrap();
            if let [kept] = kept.as_slice() {
                break 'archived kept.digest;
            }
        }
        panic!("it was sent and is not archived")
    };
    drop(delivery);
    assert_eq!(machine.told_after(), []);
    world.restarted().await;
    assert_eq!(world.cursor().await, 0);

    world.know("name", "Wang Moved").await;
    let bank = Bank::default();
    let mut outbox = world.outbox(bank.clone()).await;
    machine.deliver(&mut outbox, 1, &[order]).await.unwrap();
    let kept = world.store.archive().fetch(Direction::Sent, "BANKCNSH", archived).await.unwrap();
    assert_eq!(bank.got()[0].bytes, kept.unwrap().reveal());
}

#[tokio::test]
async fn the_machine_knows_that_a_payment_is_signed_before_the_bank_has_it() {
    let (mut world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let mut outbox = world.outbox(bank.clone()).await;
    let told = outbox
        .deliver(1, &entry().map(Into::into), still_due, async |_| Err("no leader".into()))
        .await;
    assert!(told.unwrap_err().may_pass());
    assert_eq!(bank.asked(), [], "what it was not told of does not leave");
    let [first, second, third] = entry().map(|order| order.uetr());
    for order in entry() {
        assert_eq!(world.store.archive().trace(order.uetr()).await.unwrap().len(), 1);
    }
    world.restarted().await;
    let mut outbox = world.outbox(bank.clone()).await;
    machine.deliver(&mut outbox, 1, &entry()).await.unwrap();
    let signed = [first, second, third].map(Departure::Signed);
    let sent = [first, second, third].map(Departure::Sent);
    assert_eq!(machine.told(), [signed, sent].concat(), "all of an entry in one round");
}

/// A machine that tries to cancel a payment at one moment of its way to the bank, and asks it back
/// where it may not be cancelled any more.
struct Meddler {
    desk: Mutex<Desk<()>>,
    payment: Uetr,
    /// Before how many more moments it is tried.
    left: AtomicUsize,
    cancelled: AtomicBool,
}

impl Meddler {
    fn new(order: &Order, moment: usize) -> Meddler {
        let mut desk = Desk::new();
        desk.instruct(order.at, order.instruction).expect("a new payment");
        let (payment, left, cancelled) = (order.uetr(), moment.into(), false.into());
        Meddler { desk: Mutex::new(desk), payment, left, cancelled }
    }

    fn moment(&self) {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        if left == 1 {
            let mut desk = self.desk.lock().unwrap();
            let cancelled = desk.cancel(at(2), self.payment).is_ok();
            self.cancelled.store(cancelled, Ordering::Relaxed);
            if !cancelled {
                desk.recall(at(2), self.payment, ReasonCode::DUPLICATE).expect("it is asked back");
            }
        }
    }

    /// Whether it was late: the payment was at its end before the moment came.
    fn was_never(&self) -> bool {
        self.left.load(Ordering::Relaxed) != 0
    }

    async fn is_over(&self, order: Order) -> Result<bool, TellError> {
        self.moment();
        let is_over = self.desk.lock().unwrap().is_over(order.uetr());
        self.moment();
        Ok(is_over)
    }

    async fn hear(&self, departures: Vec<Departure>) -> Result<(), TellError> {
        self.moment();
        for departure in departures {
            let mut desk = self.desk.lock().unwrap();
            let told = match departure {
                Departure::Signed(uetr) => desk.signed(at(1), uetr),
                Departure::Sent(uetr) => desk.sent(at(1), uetr),
                other => panic!("{other:?}"),
            };
            // What was cancelled first is not signed, and the machine says so.
            assert_eq!(told.is_err(), self.cancelled.load(Ordering::Relaxed), "{departure:?}");
        }
        self.moment();
        Ok(())
    }
}

/// A bank's way, with a moment before the bank has the message and one after.
struct Watched(Arc<Meddler>, Bank);

impl Channel for Watched {
    type Fault = Down;

    async fn send(&self, message: &Message) -> Result<(), Down> {
        self.0.moment();
        self.1.send(message).await?;
        self.0.moment();
        Ok(())
    }

    fn may_have_arrived(_: &Down) -> bool {
        false
    }
}

#[tokio::test]
async fn whenever_a_payment_is_cancelled_the_bank_does_not_have_it_or_is_asked_for_it_back() {
    let (mut cancelled, mut asked_back) = (0, 0);
    for moment in 1.. {
        let (world, bank, payment) = (World::new().await, Bank::default(), pay_in(1));
        let machine = Arc::new(Meddler::new(&payment, moment));
        let mut outbox = world.outbox(Watched(machine.clone(), bank.clone())).await;
        let (ask, tell) = (|order| machine.is_over(order), |told| machine.hear(told));
        outbox.deliver(1, &[payment.into()], ask, tell).await.unwrap();
        if machine.was_never() {
            break;
        }
        let desk = machine.desk.lock().unwrap();
        let known = desk.payment(payment.uetr()).expect("it is remembered");
        if machine.cancelled.load(Ordering::Relaxed) {
            assert_eq!((known.state, bank.asked()), (PaymentState::Cancelled, vec![]), "{moment}");
            cancelled += 1;
        } else {
            assert_eq!((known.state, bank.asked().len()), (PaymentState::Sent, 1), "{moment}");
            assert!(known.recall.is_some());
            asked_back += 1;
        }
    }
    assert!(2 < cancelled && 2 < asked_back, "{cancelled} and {asked_back} moments");
}

#[tokio::test]
async fn killed_after_the_bank_has_it_it_sends_the_same_again() {
    let (mut world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let mut outbox = world.outbox(bank.clone()).await;
    let told = outbox.deliver(1, &[pay_in(1).into()], still_due, not_of_sent).await;
    assert!(told.unwrap_err().may_pass());

    world.restarted().await;
    assert_eq!(world.cursor().await, 0);
    let mut outbox = world.outbox(bank.clone()).await;
    machine.deliver(&mut outbox, 1, &[pay_in(1)]).await.unwrap();
    let [first, second] = bank.got().try_into().unwrap();
    assert_eq!(first, second);
    assert_eq!(world.cursor().await, 1);
}

/// Deliveries run as tasks, which move between threads.
fn sendable<F: Future + Send>(delivery: F) -> F {
    delivery
}

#[tokio::test]
async fn a_bank_that_comes_up_gets_everything_in_order() {
    let (world, bank, machine) = (World::new().await, Bank::down_for(10), Machine::default());
    let mut outbox = world.outbox(bank.clone()).await;
    let progress = outbox.progress();
    let orders = entry();
    let delivered = sendable(machine.deliver(&mut outbox, 1, &orders));
    let mut attempts = Vec::new();
    let mut watched = progress.clone();
    let watching = async {
        while watched.changed().await.is_ok() {
            let now = *watched.borrow_and_update();
            if now.attempts != 0 {
                assert_eq!((now.position, now.oldest), (0, Some(at(1))));
                assert_eq!(now.age(at(31)), Millis(30_000));
                attempts.push(now.attempts);
            }
            if now.position == 1 {
                break;
            }
        }
    };
    let (delivered, ()) = tokio::join!(delivered, watching);
    delivered.unwrap();
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let doubling = [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
    let waited = bank.pauses();
    for (waited, pause) in waited.iter().zip(doubling) {
        assert!((pause..pause + 50).contains(waited), "{waited} ms in place of {pause} ms");
    }
    assert_eq!(bank.asked(), uetrs(&entry()));
    assert_eq!(progress.borrow().oldest, None);
}

#[tokio::test]
async fn what_is_not_of_this_node_and_bank_is_passed_over() {
    let (world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let mut outbox = world.outbox(bank.clone()).await;
    let (mut foreign, mut dollars) = (pay_in(1), pay_in(2));
    foreign.instruction.debtor.node = "cn-bjs".parse().unwrap();
    dollars.instruction.currency = Currency::Usd;
    machine.deliver(&mut outbox, 7, &[foreign, dollars]).await.unwrap();
    assert_eq!((bank.asked(), machine.told()), (vec![], vec![]));
    assert_eq!(world.cursor().await, 0, "nothing is written for every idle entry");
    machine.deliver(&mut outbox, 1_007, &[] as &[Order]).await.unwrap();
    assert_eq!(world.cursor().await, 1_007);

    machine.deliver(&mut outbox, 1_007, &[pay_in(3)]).await.unwrap();
    assert_eq!(bank.asked(), [], "an entry behind the cursor is done with");
}

#[tokio::test]
async fn a_payee_without_an_account_is_rejected_for_good() {
    let (mut world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let unpayable = order(2, Creditor::Party(party(8)));
    let mut outbox = world.outbox(bank.clone()).await;
    // The machine hears it, but the node is killed before the cursor moves.
    let told =
        outbox.deliver(1, &[unpayable.into()], still_due, async |_| Err("killed".into())).await;
    assert!(told.is_err());

    world.restarted().await;
    for (field, value) in [("name", "Wang Late"), ("iban", IBAN)] {
        world.store.vault().put(party(8), field, value.as_bytes()).await.unwrap();
    }
    let mut outbox = world.outbox(bank.clone()).await;
    machine.deliver(&mut outbox, 1, &[unpayable, pay_in(3)]).await.unwrap();
    let rejected = StatusReport {
        uetr: unpayable.uetr(),
        status: TransactionStatus::Rejected,
        reason: Some("BE22".parse().unwrap()),
    };
    let sent = Departure::Sent(pay_in(3).uetr());
    let signed = Departure::Signed(pay_in(3).uetr());
    assert_eq!(machine.told(), [Departure::Rejected(rejected), signed, sent]);
    assert_eq!(bank.asked(), [pay_in(3).uetr()], "the others are not held up");
}

#[tokio::test]
async fn a_payee_is_rejected_for_what_is_missing() {
    let world = World::new().await;
    let mut outbox = world.outbox(Bank::default()).await;
    let long = "1".repeat(35);
    let fields = [("name", ""), ("name", "Wang"), ("iban", &long), ("iban", IBAN), ("bic", "X")];
    let mut reasons = Vec::new();
    for (seed, (field, value)) in (1..).zip(fields) {
        world.know(field, value).await;
        let machine = Machine::default();
        let order = order(seed, Creditor::Party(party(7)));
        machine.deliver(&mut outbox, u64::from(seed), &[order]).await.unwrap();
        reasons.push(match machine.told_after().as_slice() {
            [Departure::Rejected(report)] => report.reason.unwrap().to_string(),
            told => format!("{told:?}"),
        });
    }
    let sent = |seed| {
        let order = order(seed, Creditor::Party(party(7)));
        format!("{:?}", [Departure::Sent(order.uetr())])
    };
    assert_eq!(reasons, ["BE22".to_owned(), sent(2), "AC03".to_owned(), sent(4), "RC04".into()]);
}

#[tokio::test]
async fn a_question_for_statements_leaves_after_the_payments_and_is_in_the_archive() {
    let (mut world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let asked = statements(1);
    let due = [Leaving::from(pay_in(1)), asked.into()];
    let mut outbox = world.outbox(bank.clone()).await;
    // The machine is lost before the cursor moves: the same leaves again.
    let told = outbox.deliver(1, &due, still_due, not_of_sent).await;
    assert!(told.is_err());
    world.restarted().await;
    let mut outbox = world.outbox(bank.clone()).await;
    machine.deliver(&mut outbox, 1, &due).await.unwrap();
    machine.deliver(&mut outbox, 2, &[statements(2)]).await.unwrap();
    let ids: Vec<String> = bank.got().iter().map(|message| message.id.to_string()).collect();
    let payment = pay_in(1).instruction.id.to_string();
    assert_eq!(ids, [&payment, &payment, "CN-SHA-UC-CNY-S1", "CN-SHA-UC-CNY-S2"]);
    let sent = Departure::Sent(pay_in(1).uetr());
    assert_eq!(machine.told_after(), [sent], "a question tells the machine nothing");

    let archive = world.store.archive();
    let kept = archive.named(Direction::Sent, "BANKCNSH", "CN-SHA-UC-CNY-S1").await.unwrap();
    let [kept] = kept.try_into().unwrap();
    assert_eq!((kept.label.kind.as_str(), kept.label.uetr), ("camt.060.001.05", None));
    assert!(kept.label.signature.is_some(), "as it was signed");
}

#[tokio::test]
async fn what_goes_again_is_what_went_at_first() {
    let (world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let mut outbox = world.outbox(bank.clone()).await;
    let payment = order(1, Creditor::Party(party(7)));
    machine.deliver(&mut outbox, 1, &[payment]).await.unwrap();
    // The payee moves: what the bank may have already stays what it was.
    world.know("iban", "GB33BUKB20201555555555").await;
    let ask = Order { at: at(3_600), errand: Some(Errand::Ask { number: 1 }), ..payment };
    let again = Order { at: at(3_601), errand: Some(Errand::Resend { number: 1 }), ..payment };
    machine.deliver(&mut outbox, 2, &[ask]).await.unwrap();
    machine.deliver(&mut outbox, 3, &[again]).await.unwrap();
    let [first, question, second] = bank.got().try_into().unwrap();
    assert_eq!(first, second);
    assert_ne!(first.id, question.id);
    let sent = Departure::Sent(payment.uetr());
    let signed = Departure::Signed(payment.uetr());
    let nothing = "a question tells the machine nothing";
    assert_eq!(machine.told(), [signed, sent, sent], "{nothing}");
}

#[tokio::test]
async fn a_payment_that_was_cancelled_before_does_not_leave() {
    let (world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let mut outbox = world.outbox(bank.clone()).await;
    let [first, cancelled, last] = entry();
    machine.cancel(cancelled.uetr(), 0);
    machine.deliver(&mut outbox, 1, &entry()).await.unwrap();
    assert_eq!(bank.asked(), [first.uetr(), last.uetr()], "the others are not held up");
    let sent = [first, last].map(|order| Departure::Sent(order.uetr()));
    assert_eq!(machine.told_after(), sent, "it knows what it has cancelled");
    assert_eq!(world.cursor().await, 1);
    assert_eq!(world.store.archive().trace(cancelled.uetr()).await.unwrap(), []);

    let again = Order { errand: Some(Errand::Resend { number: 1 }), ..cancelled };
    let ask = Order { errand: Some(Errand::Ask { number: 2 }), ..cancelled };
    machine.deliver(&mut outbox, 2, &[again, ask]).await.unwrap();
    let [_, _, question] = bank.got().try_into().unwrap();
    let kept = world.store.archive().trace(cancelled.uetr()).await.unwrap();
    let kinds: Vec<_> = kept.iter().map(|kept| &kept.label.kind[..8]).collect();
    assert_eq!(
        (question.uetr, kinds),
        (Some(cancelled.uetr()), vec!["pacs.028"]),
        "it does no harm"
    );
}

/// A bank that is down for one payment.
struct DownFor(Uetr, Bank);

impl Channel for DownFor {
    type Fault = Down;

    async fn send(&self, message: &Message) -> Result<(), Down> {
        if message.uetr == Some(self.0) { Err(Down) } else { self.1.send(message).await }
    }

    fn may_have_arrived(_: &Down) -> bool {
        false
    }
}

#[tokio::test]
async fn a_payment_that_is_cancelled_while_the_bank_is_down_does_not_leave() {
    let (world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let cancelled = pay_in(1).uetr();
    let mut outbox = world.outbox(DownFor(cancelled, bank.clone())).await;
    // It stands when it is made ready and tried first, and not any more when it would be tried
    // again.
    machine.cancel(cancelled, 2);
    machine.deliver(&mut outbox, 1, &[pay_in(1), pay_in(2)]).await.unwrap();
    assert_eq!(bank.asked(), [pay_in(2).uetr()]);
    assert_eq!(machine.told_after(), [Departure::Sent(pay_in(2).uetr())]);
    assert_eq!(world.cursor().await, 1);
}

#[tokio::test]
async fn nothing_leaves_while_the_machine_does_not_say_whether_it_is_over() {
    let (world, bank, machine) = (World::new().await, Bank::default(), Machine::default());
    let mut outbox = world.outbox(bank.clone()).await;
    let no_answer = async |_: Order| Err(TellError::from("no leader"));
    let delivered = outbox.deliver(1, &[pay_in(1).into()], no_answer, async |_| Ok(())).await;
    assert!(delivered.unwrap_err().may_pass());
    assert_eq!((bank.asked(), world.cursor().await), (vec![], 0));
    machine.deliver(&mut outbox, 1, &[pay_in(1)]).await.unwrap();
    assert_eq!(bank.asked(), [pay_in(1).uetr()]);
}
