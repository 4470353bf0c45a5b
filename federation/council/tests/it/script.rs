//! Scripts: one line, one command, its answer and what happened.
//!
//! `at 12` sets the clock, `tick` and `close` are the unsigned entries, `again` sends the last
//! signed command once more; everything else begins with its author. See `commands` for the
//! verbs.

use crate::commands::Desk;
use expect_test::Expect;
use gcfn_clearing::{ClearingEvent, PayIn};
use gcfn_council::{Decision, Done, Event, Outcome};
use gcfn_model::NodeId;
use std::fmt::Write;

/// Runs `script` on the test network and compares what comes of it.
pub(crate) fn check(script: &str, expected: &Expect) -> Desk {
    let mut desk = Desk::new();
    check_at(&mut desk, script, expected);
    desk
}

/// The same on a network where something has happened before.
pub(crate) fn check_at(desk: &mut Desk, script: &str, expected: &Expect) {
    let mut shown = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (outcome, events) = desk.run(line);
        writeln!(shown, "{line} -> {}", answer(&outcome)).unwrap();
        for told in events.iter().filter_map(tell) {
            writeln!(shown, "    {told}").unwrap();
        }
    }
    expected.assert_eq(&shown);
}

fn answer(outcome: &Outcome) -> String {
    match outcome {
        Ok(Done::Accepted | Done::Locked(_) | Done::Proposed(_) | Done::Closed(_)) => "ok".into(),
        Ok(Done::Repeated) => "ok, again".into(),
        Ok(Done::Waits(_)) => "ok, waits".into(),
        Err(refusal) => format!("no: {refusal}"),
    }
}

fn names<'a>(nodes: impl IntoIterator<Item = &'a NodeId>) -> String {
    nodes.into_iter().map(NodeId::as_str).collect::<Vec<_>>().join(" ")
}

fn tell(event: &Event) -> Option<String> {
    Some(match event {
        Event::Founded { .. } | Event::Accepted(_) | Event::Clearing(ClearingEvent::Posted(_)) => {
            return None;
        }
        Event::Decided { decision, approvals } => {
            let by = names(approvals.iter().map(|approval| &approval.by));
            format!("decided by {by}: {}", tell_decision(decision))
        }
        Event::Equivocated { node, .. } => format!("{node} has shown two histories"),
        Event::EpochClosed(header) => {
            format!("epoch {}: {} to {}", header.epoch, header.first_seq, header.last_seq)
        }
        Event::RosterChanged(roster) => format!("roster {}", names(roster.validators.keys())),
        Event::RoundProposed(round) => format!("round {} of {}", round.number, round.members),
        Event::RoundFinal { round, cosignatures, final_seq } => {
            let by = names(cosignatures.iter().map(|cosignature| &cosignature.validator));
            format!("round {} final by {by}, to event {final_seq}", round.number)
        }
        Event::QuoteRefused { dealer, reason, .. } => format!("alert at {dealer}: {reason}"),
        Event::Locked { rate, .. } => format!(
            "{} holds {} {} for {} at {}, settles {}",
            rate.dealer, rate.size, rate.needs, rate.holder, rate.rate, rate.value_date
        ),
        Event::AffirmationRefused { by, reason, .. } => format!("{by} told: {reason}"),
        Event::Clearing(event) => tell_clearing(event),
        Event::InstructionRejected { .. } => "instruction rejected".into(),
        Event::BankDisputed(dispute) => format!("{dispute:?}"),
        Event::Reconciled { currency, result } => {
            format!("{currency}: {} matched, {} breaks", result.matched, result.breaks.len())
        }
        Event::ResidueKept { dealer, currency, amount, .. } => {
            format!("{dealer} keeps {amount} {currency} of rounding")
        }
        other => format!("{other:?}"),
    })
}

fn tell_decision(decision: &Decision) -> String {
    let node = decision.node();
    match decision {
        Decision::Admit { .. } => format!("admit {node}"),
        Decision::Suspend { .. } => format!("suspend {node}"),
        Decision::Resume { .. } => format!("resume {node}"),
        Decision::Remove { .. } => format!("remove {node}"),
        Decision::RotateKey { .. } => format!("rotate the key of {node}"),
        Decision::CapDebit { currency, debit_cap, .. } => {
            format!("cap {node} at {debit_cap} {currency}")
        }
    }
}

fn lines(positions: &[gcfn_clearing::NetPosition]) -> String {
    let line =
        |p: &gcfn_clearing::NetPosition| format!("{} {} {}", p.account, p.position, p.currency);
    positions.iter().map(line).collect::<Vec<_>>().join(", ")
}

fn tell_clearing(event: &ClearingEvent) -> String {
    match event {
        ClearingEvent::CycleOpened { schedule, .. } => {
            format!("cycle {} open", schedule.value_date)
        }
        ClearingEvent::BundleAgreed { .. } => "agreed".into(),
        ClearingEvent::BundleAwaited { by, .. } => format!("affirmed by {by}"),
        ClearingEvent::CycleLate { by, .. } => format!("late by {} s", by.0 / 1_000),
        ClearingEvent::BundleContested { with, .. } => format!("told to {}", names(with)),
        ClearingEvent::BundleDisputed { by, .. } => format!("disputed by {by}"),
        ClearingEvent::CycleClosed { .. } => "cycle closed".into(),
        ClearingEvent::CycleNetted { positions, .. } => format!("netted {}", lines(positions)),
        ClearingEvent::CycleRenetted { positions, .. } => {
            format!("netted again {}", lines(positions))
        }
        ClearingEvent::CapSet { account, currency, limit } => {
            format!("{account} may owe {limit:?} {currency}")
        }
        ClearingEvent::PayInCalled { pay_in, .. } => {
            format!("called {} {} {}", pay_in.account, pay_in.amount, pay_in.currency)
        }
        ClearingEvent::PayInReceived { account, currency, amount, .. } => {
            format!("received {account} {amount} {currency}")
        }
        ClearingEvent::CycleSettled { bundles, nodes, .. } => {
            format!("settled {} for {}", bundles.len(), names(nodes.keys()))
        }
        ClearingEvent::BundlesFailed { bundles, nodes, .. } => {
            format!("failed {} for {}", bundles.len(), names(nodes.keys()))
        }
        ClearingEvent::PayOutInstructed { payment, .. } => {
            let to = payment.purpose.account;
            format!("pay out {to} {} {}", payment.amount, payment.currency)
        }
        ClearingEvent::PayOutFailed { payment, retry_at, .. } => {
            let to = payment.purpose.account;
            let again = match retry_at {
                Some(at) => format!("again at {}", at.micros() / 1_000_000),
                None => "not again by itself".to_owned(),
            };
            format!("not paid out {to} {} {}, {again}", payment.amount, payment.currency)
        }
        ClearingEvent::CyclePaidOut { .. } => "paid out".into(),
        ClearingEvent::CycleReconciled { .. } => "reconciled".into(),
        ClearingEvent::CycleFinal { .. } => "cycle final".into(),
        ClearingEvent::PayInReturned { account, currency, amount, .. } => {
            format!("taken back {account} {amount} {currency}")
        }
        ClearingEvent::PayInCalledAgain { again, .. } => {
            let PayIn { account, amount, currency, due, .. } = again.call;
            let due = due.micros() / 1_000_000;
            format!("called again {account} {amount} {currency} by {due}")
        }
        ClearingEvent::PayInMissed { account, currency, amount, .. } => {
            format!("missed {account} {amount} {currency}")
        }
        other => format!("{other:?}"),
    }
}
