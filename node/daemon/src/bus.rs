//! What the event bus is told of a trading node's journal: trades, cycles and alerts, by
//! pseudonym.

use anyhow::Result;
use gcfn_cell::{Cell, Record};
use gcfn_clearing::ClearingEvent;
use gcfn_events::{Batch, Event, EventType, Key, Publisher, Source, SourceError};
use gcfn_ledger::Account;
use gcfn_model::{CycleId, NodeId, Pool, SettlementAccount, Timestamp};
use gcfn_replica::Replica;
use gcfn_store::Cursors;
use gcfn_telemetry::Gauge;
use gcfn_venue::{BankAlarm, BankAlarmSeen};
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Entry = Record<gcfn_replica::Command, gcfn_replica::Event>;

/// The journal of one cell, as the outbox reads it.
struct Journal {
    cell: Cell<Replica>,
    node: NodeId,
}

impl Source for Journal {
    async fn read(&mut self, after: u64, limit: usize) -> Result<Batch, SourceError> {
        let mut journal = self.cell.journal(after + 1);
        let mut batch = Batch { events: Vec::new(), upto: after };
        let mut next = Some(journal.next().await?);
        while let Some(entry) = next {
            batch.upto = entry.index;
            batch.events.extend(told(self.node, &entry));
            next = if batch.events.len() < limit { journal.try_next()? } else { None };
        }
        Ok(batch)
    }

    fn head(&self) -> u64 {
        self.cell.applied().borrow().index
    }
}

/// Publishes for ever; brokers that are away are waited for.
///
/// # Errors
/// When the brokers refuse for good, or the journal or the store cannot be used.
pub(crate) async fn publish(
    cell: Cell<Replica>,
    cursors: Cursors,
    node: NodeId,
    brokers: String,
) -> Result<()> {
    let topic_prefix = "gcfn".to_owned();
    let config = gcfn_events::Config { brokers, topic_prefix, node, properties: BTreeMap::new() };
    let (publisher, mut progress) = Publisher::new(Journal { cell, node }, cursors, config);
    let lag = async {
        while progress.changed().await.is_ok() {
            let waiting = progress.borrow_and_update().lag();
            Gauge::OutboxLag.set(&["kafka"], i64::try_from(waiting).unwrap_or(i64::MAX));
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = publisher.run() => match ended? {},
        () = lag => Ok(()),
    }
}

fn told(node: NodeId, entry: &Entry) -> Vec<Event> {
    let places = (0..).zip(&entry.events);
    let events = places.filter_map(|(ordinal, event)| {
        let gcfn_replica::Event::Venue(event) = event else { return None };
        let (name, key, data) = describe(node, event)?;
        let kind = EventType::new(name)?;
        let (seq, at): (u64, Timestamp) = (entry.index, entry.at);
        Some(Event { seq, ordinal, kind, key, at, data })
    });
    events.collect()
}

/// The type, the key and the content of an event of `node` that goes to the bus.
fn describe(node: NodeId, event: &gcfn_venue::Event) -> Option<(&'static str, Key, Value)> {
    use gcfn_venue::Event;
    Some(match event {
        Event::TradeMatched(trade) => ("trade.matched", Key::Series(trade.series), json!(trade)),
        Event::TradeSettled { trade, series } => {
            ("trade.settled", Key::Series(*series), json!({ "trade": trade }))
        }
        Event::TradeReversed { trade, series } => {
            ("trade.reversed", Key::Series(*series), json!({ "trade": trade }))
        }
        Event::Clearing(ClearingEvent::CycleLate { cycle, by }) => {
            let data = json!({ "alert": "cycle_late", "cycle": cycle, "late_ms": by.0 });
            ("risk.alert_raised", Key::Cycle(*cycle), data)
        }
        Event::Clearing(event @ ClearingEvent::PayInReturned { cycle, .. }) => {
            let data = json!({ "alert": "pay_in_returned", "event": event });
            ("risk.alert_raised", Key::Cycle(*cycle), data)
        }
        Event::PayInReturned { payment, call, .. } => {
            let data = json!({ "alert": "pay_in_returned", "payment": payment, "call": call });
            ("risk.alert_raised", Key::Account(call.account), data)
        }
        Event::Clearing(event) => {
            let (name, cycle) = cycle_event(event)?;
            (name, Key::Cycle(cycle), json!(event))
        }
        Event::AffirmationDiffers { bundle, exception } => {
            let account = SettlementAccount { node, pool: Pool::UserCustody };
            let data =
                json!({ "alert": "affirmation_differs", "bundle": bundle, "exception": exception });
            ("risk.alert_raised", Key::Account(account), data)
        }
        Event::PartyFrozen { party } => {
            let data = json!({ "alert": "party_frozen", "party": party });
            ("risk.alert_raised", Key::Party(*party), data)
        }
        Event::DepositUnmatched { account, currency, amount } => {
            let data =
                json!({ "alert": "unmatched_money", "currency": currency, "amount": amount });
            ("risk.alert_raised", Key::Account(*account), data)
        }
        Event::BankDisputed { account, dispute } => {
            let data = json!({ "alert": "bank_disputed", "dispute": dispute });
            ("risk.alert_raised", Key::Account(*account), data)
        }
        Event::BankAlarm(seen) => {
            let name = if seen.stands { "risk.alert_raised" } else { "risk.alert_cleared" };
            (name, Key::Bank(seen.currency), bank_alarm(*seen))
        }
        Event::BankUnposted { entry, fault } => {
            // What a bank has booked stands in a pool of this node.
            let account = SettlementAccount { node, pool: pool_of(entry)? };
            let data =
                json!({ "alert": "bank_unposted", "entry": entry, "why": fault.to_string() });
            ("risk.alert_raised", Key::Account(account), data)
        }
        _ => return None,
    })
}

/// What is wrong at which bank, under the number of the alarm where it has one.
fn bank_alarm(seen: BankAlarmSeen) -> Value {
    let BankAlarmSeen { currency, alarm, .. } = seen;
    let rule = match alarm {
        BankAlarm::BankDown => Some("A-40"),
        BankAlarm::PaymentsOverdue => None,
        BankAlarm::BreaksOverdue => Some("A-25"),
    };
    json!({ "alert": alarm, "rule": rule, "level": alarm.level(), "currency": currency })
}

/// The pool whose bank account an entry touches.
fn pool_of(entry: &gcfn_ledger::Entry) -> Option<Pool> {
    let accounts = || entry.legs.iter().flat_map(|leg| [leg.debit, leg.credit]);
    let at_the_bank = accounts().find_map(|account| match account {
        Account::Bank(pool) => Some(pool),
        _ => None,
    });
    at_the_bank.or_else(|| accounts().find_map(Account::pool))
}

fn cycle_event(event: &ClearingEvent) -> Option<(&'static str, CycleId)> {
    Some(match event {
        ClearingEvent::CycleOpened { cycle, .. } => ("clearing.cycle_opened", *cycle),
        ClearingEvent::CycleClosed { cycle } => ("clearing.closed", *cycle),
        ClearingEvent::CycleNetted { cycle, .. } => ("clearing.netted", *cycle),
        ClearingEvent::PayInCalled { cycle, .. } => ("clearing.pay_in_called", *cycle),
        ClearingEvent::PayInCalledAgain { cycle, .. } => ("clearing.pay_in_called_again", *cycle),
        ClearingEvent::PayInMissed { cycle, .. } => ("clearing.pay_in_missed", *cycle),
        ClearingEvent::CycleSettled { cycle, .. } => ("clearing.settled", *cycle),
        ClearingEvent::BundlesFailed { cycle, .. } => ("clearing.bundles_failed", *cycle),
        ClearingEvent::PayOutFailed { cycle, .. } => ("clearing.pay_out_failed", *cycle),
        ClearingEvent::BundleAwaited { cycle, .. } => ("clearing.bundle_awaited", *cycle),
        ClearingEvent::BundleQueued { cycle, .. } => ("clearing.bundle_queued", *cycle),
        ClearingEvent::QueueChanged { cycle, .. } => ("clearing.queue_changed", *cycle),
        ClearingEvent::BundlesSettled { cycle, .. } => ("clearing.bundles_settled", *cycle),
        ClearingEvent::LiquidityRun { cycle, .. } => ("clearing.liquidity_run", *cycle),
        ClearingEvent::CoverDrawn { cycle, .. } => ("clearing.cover_drawn", *cycle),
        ClearingEvent::CoverRestored { cycle, .. } => ("clearing.cover_restored", *cycle),
        ClearingEvent::CycleRenetted { cycle, .. } => ("clearing.renetted", *cycle),
        ClearingEvent::CyclePaidOut { cycle, .. } => ("clearing.paid_out", *cycle),
        ClearingEvent::CycleReconciled { cycle } => ("clearing.reconciled", *cycle),
        ClearingEvent::CycleFinal { cycle } => ("clearing.final", *cycle),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
