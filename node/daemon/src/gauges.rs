//! Figures about money that an operator must see: what waits for a bank, and what names nobody.

use anyhow::Result;
use gcfn_cell::{Cell, Clock};
use gcfn_council::Council;
use gcfn_ledger::Account;
use gcfn_model::{Currency, Millis, Pool};
use gcfn_replica::Replica;
use gcfn_telemetry::Gauge;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const BEAT: Duration = Duration::from_secs(1);
/// A bank that has not answered for this long is asked by a person (T-16).
const OVERDUE: Millis = Millis(3_600_000);

/// Keeps the gauges of a trading node for ever. A payment without an answer is logged once when
/// it becomes overdue: nothing is assumed paid, and nothing is assumed failed.
///
/// # Errors
/// Never: it works for ever.
pub(crate) async fn keep(cell: Cell<Replica>, clock: Arc<dyn Clock>) -> Result<()> {
    let mut alarmed = 0;
    loop {
        let now = clock.now();
        let (currency, pending, overdue, suspense) = cell.read(|replica| {
            let venue = replica.venue();
            let pending = venue.desk().payments().filter(|p| p.state.is_open()).count();
            let overdue = venue.desk().overdue(now, OVERDUE).count();
            let currency = venue.terms().currency;
            let in_pool =
                |pool| venue.books().money.balance(Account::Suspense(pool), currency).minor();
            let suspense: i128 = Pool::ALL.into_iter().map(in_pool).sum();
            (currency.code(), pending, overdue, suspense)
        });
        show(currency, (pending, overdue));
        Gauge::SuspenseBalance.set(&[currency], i64::try_from(suspense).unwrap_or(i64::MAX));
        if alarmed < overdue {
            tracing::error!(overdue, "payments wait for a bank's answer for over an hour");
        }
        alarmed = overdue;
        tokio::time::sleep(BEAT).await;
    }
}

/// The same of the root, for the payments of the federation's house.
///
/// # Errors
/// Never: it works for ever.
pub(crate) async fn keep_of_federation(cell: Cell<Council>, clock: Arc<dyn Clock>) -> Result<()> {
    let mut alarmed = 0;
    loop {
        let now = clock.now();
        let counts = cell.read(|council| {
            let desk = council.house().desk();
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
        if alarmed < overdue {
            tracing::error!(overdue, "payments wait for a bank's answer for over an hour");
        }
        alarmed = overdue;
        tokio::time::sleep(BEAT).await;
    }
}

fn show(currency: &str, (pending, overdue): (usize, usize)) {
    let figure = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Gauge::InstructionsPending.set(&[currency], figure(pending));
    Gauge::InstructionsOverdue.set(&[currency], figure(overdue));
}
