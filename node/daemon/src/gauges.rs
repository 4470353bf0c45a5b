//! Figures about money that an operator must see: what waits for a bank, and what names nobody.

use crate::bank_desk::BankDesk;
use anyhow::Result;
use gcfn_api::gateway::BankDoor;
use gcfn_api_wire::bank::BankQueue;
use gcfn_api_wire::term::CurrencyCode;
use gcfn_cell::{Cell, Clock};
use gcfn_clearing::{House, Phase};
use gcfn_council::Council;
use gcfn_ledger::{Account, Ledger};
use gcfn_model::{Currency, Millis, Pool, Timestamp};
use gcfn_replica::Replica;
use gcfn_telemetry::Gauge;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

const BEAT: Duration = Duration::from_secs(1);
/// A bank that has not answered for this long is asked by a person (T-16).
pub(crate) const OVERDUE: Millis = Millis(3_600_000);

/// Keeps the gauges of a trading node for ever. A payment without an answer is logged once when
/// it becomes overdue: nothing is assumed paid, and nothing is assumed failed.
///
/// # Errors
/// Never: it works for ever.
pub(crate) async fn keep(cell: Cell<Replica>, clock: Arc<dyn Clock>) -> Result<()> {
    let (mut overdue_told, mut returned_told) = (0, 0);
    let (mut unexplained, mut house) = (Unexplained::default(), OfHouse::default());
    loop {
        let now = clock.now();
        let (currency, pending, overdue, returned) = cell.read(|replica| {
            let venue = replica.venue();
            let (houses, age) = (|| venue.house().into_iter(), venue.terms().money.alarm_after);
            let breaks = venue.desk().breaks().chain(houses().flat_map(|of| of.desk().breaks()));
            let breaks = breaks.map(|found| (found.currency, found.is_overdue(now, age)));
            let items = venue.suspense().map(|item| (item.currency, item.is_overdue(now, age)));
            let of_house = houses().flat_map(House::suspense);
            let of_house = of_house.map(|item| (item.currency, item.is_overdue(now, age)));
            unexplained.show(count(breaks), count(items.chain(of_house)));
            show_suspense(&venue.books().money);
            houses().for_each(|of| house.show(of, now));
            let pending = venue.desk().payments().filter(|p| p.state.is_open()).count();
            let overdue = venue.desk().overdue(now, OVERDUE).count();
            let returned = venue.returned_pay_ins().count();
            (venue.terms().currency.code(), pending, overdue, returned)
        });
        show(currency, (pending, overdue));
        alarm(&mut overdue_told, overdue, "payments wait for a bank's answer for over an hour");
        alarm(&mut returned_told, returned, "what this node had paid in has come back");
        tokio::time::sleep(BEAT).await;
    }
}

/// The same of the root, for the federation's house and its bank.
///
/// # Errors
/// Never: it works for ever.
pub(crate) async fn keep_of_federation(cell: Cell<Council>, clock: Arc<dyn Clock>) -> Result<()> {
    let (mut overdue_told, mut unexplained) = (0, Unexplained::default());
    let mut house = OfHouse::default();
    loop {
        let now = clock.now();
        let counts = cell.read(|council| {
            let (of, age) = (council.house(), council.house().alarm_after());
            let breaks = of.desk().breaks();
            let breaks = breaks.map(|found| (found.currency, found.is_overdue(now, age)));
            let items = of.suspense().map(|item| (item.currency, item.is_overdue(now, age)));
            unexplained.show(count(breaks), count(items));
            show_suspense(&council.books().money);
            house.show(of, now);
            let desk = of.desk();
            let mut counts: BTreeMap<Currency, (usize, usize)> = BTreeMap::new();
            for payment in desk.payments().filter(|payment| payment.state.is_open()) {
                counts.entry(payment.instruction.currency).or_default().0 += 1;
            }
            for payment in desk.overdue(now, OVERDUE) {
                counts.entry(payment.instruction.currency).or_default().1 += 1;
            }
            counts
        });
        for currency in Currency::ALL {
            show(currency.code(), counts.get(&currency).copied().unwrap_or_default());
        }
        let overdue = counts.values().map(|(_, overdue)| overdue).sum();
        alarm(&mut overdue_told, overdue, "payments wait for a bank's answer for over an hour");
        tokio::time::sleep(BEAT).await;
    }
}

/// Keeps the gauges of what waits for each bank for ever. That a bank takes nothing is logged when it
/// has lasted too long, and when it is over.
///
/// # Errors
/// Never: it works for ever.
pub(crate) async fn keep_queues(desk: BankDesk) -> Result<()> {
    let mut down: BTreeSet<CurrencyCode> = BTreeSet::new();
    loop {
        for queue in desk.queues() {
            let BankQueue { bank, currency, waiting, attempts, age_seconds, is_late, .. } = queue;
            let figure = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            let label = [currency.0.code()];
            Gauge::BankQueue.set(&label, figure(waiting));
            Gauge::BankQueueAge.set(&label, figure(age_seconds));
            Gauge::BankQueueAttempts.set(&label, attempts.into());
            Gauge::BankDown.set(&label, is_late.into());
            if is_late && down.insert(currency) {
                tracing::error!(bank, waiting, attempts, age_seconds, "a bank takes nothing");
            }
            if !is_late && down.remove(&currency) {
                tracing::info!(bank, waiting, "the bank takes messages again");
            }
        }
        tokio::time::sleep(BEAT).await;
    }
}

/// How many of something there are in each currency, and how many of them are too old.
type Counts = BTreeMap<Currency, (usize, usize)>;

fn count(found: impl Iterator<Item = (Currency, bool)>) -> Counts {
    let mut counts = Counts::new();
    for (currency, is_overdue) in found {
        let (all, overdue) = counts.entry(currency).or_default();
        *all = all.saturating_add(1);
        *overdue = overdue.saturating_add(usize::from(is_overdue));
    }
    counts
}

/// What nobody has explained, as it stood when it was shown last: how much of it was too old.
#[derive(Default)]
struct Unexplained {
    breaks: usize,
    items: usize,
}

impl Unexplained {
    /// Shows how many differences and items there are, at the node and at its house, and logs it
    /// once when one has become too old.
    fn show(&mut self, breaks: Counts, items: Counts) {
        let show = |counts: Counts, [all, overdue]: [Gauge; 2]| {
            let figure = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            for currency in Currency::ALL {
                let (every, old) = counts.get(&currency).copied().unwrap_or_default();
                all.set(&[currency.code()], figure(every));
                overdue.set(&[currency.code()], figure(old));
            }
            counts.values().map(|(_, overdue)| overdue).sum()
        };
        let overdue = show(breaks, [Gauge::BankBreaks, Gauge::BankBreaksOverdue]);
        alarm(&mut self.breaks, overdue, "differences from a bank's books have stood for too long");
        let overdue = show(items, [Gauge::SuspenseItems, Gauge::SuspenseOverdue]);
        alarm(&mut self.items, overdue, "money has waited in suspense for too long");
    }
}

/// Shows what the books have in suspense.
fn show_suspense(money: &Ledger) {
    for currency in Currency::ALL {
        let balance = |pool| money.balance(Account::Suspense(pool), currency).minor();
        let balance: i128 = Pool::ALL.into_iter().map(balance).sum();
        let figure = i64::try_from(balance).unwrap_or(i64::MAX);
        Gauge::SuspenseBalance.set(&[currency.code()], figure);
    }
}

/// How a clearing house stood when it was shown last.
#[derive(Default)]
struct OfHouse {
    late: usize,
    returned: usize,
}

impl OfHouse {
    /// Shows which cycles are late and what banks have taken back, and logs it once when there is
    /// more of it.
    fn show(&mut self, house: &House, now: Timestamp) {
        let late = show_unsettled(house, now);
        alarm(&mut self.late, late, "cycles owe somebody an hour past their deadline");
        let returned = house.claims().count();
        let figure = i64::try_from(returned).unwrap_or(i64::MAX);
        Gauge::PayInsReturned.set(&[house.id().as_str()], figure);
        alarm(&mut self.returned, returned, "banks have taken back what was paid in to the house");
    }
}

/// Says in the log that there are more than there were.
fn alarm(told: &mut usize, count: usize, what: &'static str) {
    if *told < count {
        tracing::error!(count, "{what}");
    }
    *told = count;
}

/// Shows how old the oldest unsettled cycle is, and which cycles are late: how many.
fn show_unsettled(house: &House, now: Timestamp) -> usize {
    let unsettled = house.cycles().filter(|cycle| cycle.phase < Phase::Settled);
    let oldest = unsettled.map(|cycle| cycle.schedule.value_date).min();
    let ended = oldest.and_then(|date| Timestamp::from_utc(date.plus_days(1), 0));
    let age = ended.map_or(0, |ended| now.since(ended).0 / 1_000);
    Gauge::UnsettledAge.set(&[house.id().as_str()], i64::try_from(age).unwrap_or(i64::MAX));
    let late = house.cycles().filter(|cycle| cycle.late_by(now).is_some()).count();
    Gauge::CyclesLate.set(&[house.id().as_str()], i64::try_from(late).unwrap_or(i64::MAX));
    late
}

fn show(currency: &str, (pending, overdue): (usize, usize)) {
    let figure = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Gauge::InstructionsPending.set(&[currency], figure(pending));
    Gauge::InstructionsOverdue.set(&[currency], figure(overdue));
}
