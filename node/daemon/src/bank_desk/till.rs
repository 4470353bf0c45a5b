//! The machine behind a bank desk: what leaves by its journal, and what it is told.

use crate::voice::Voice;
use anyhow::Result;
use gcfn_banking::{BankWord, DeskEvent, Instruction, PaymentState};
use gcfn_cell::{Cell, SubmitError};
use gcfn_clearing::{ClearingEvent, House};
use gcfn_council::{Council, Refusal, Verb};
use gcfn_model::{Currency, Pool, SettlementAccount, Timestamp, Uetr};
use gcfn_replica::{Command, Replica};
use gcfn_transport::{Departure, Incoming, Leaving, Order, StatementOrder};
use gcfn_venue::Command as Venue;
use std::collections::BTreeMap;

/// The machine whose money the desk moves.
#[derive(Clone)]
pub(crate) enum Till {
    /// A trading node's venue, and its house where it runs one.
    Venue(Cell<Replica>),
    /// The federation's house, at the root.
    Federation(Cell<Council>, Voice),
}

pub(super) fn left_by_venue(at: Timestamp, event: &gcfn_replica::Event) -> Option<Leaving> {
    match event {
        gcfn_replica::Event::Venue(gcfn_venue::Event::Instructed(payment)) => {
            Some(Order::new(at, payment).into())
        }
        gcfn_replica::Event::Venue(gcfn_venue::Event::Bank(event)) => said(at, event),
        gcfn_replica::Event::Venue(gcfn_venue::Event::Clearing(event)) => left_by_house(at, event),
        _ => None,
    }
}

pub(super) fn left_by_council(at: Timestamp, event: &gcfn_council::Event) -> Option<Leaving> {
    match event {
        gcfn_council::Event::Clearing(event) => left_by_house(at, event),
        _ => None,
    }
}

fn left_by_house(at: Timestamp, event: &ClearingEvent) -> Option<Leaving> {
    match event {
        ClearingEvent::Bank(event) => said(at, event),
        _ => event.instructed().map(|payment| Order::new(at, payment).into()),
    }
}

/// What is to be said to the bank, if anything.
fn said<P>(at: Timestamp, event: &DeskEvent<P>) -> Option<Leaving> {
    match event {
        DeskEvent::Errand { payment, errand } => Some(Order::errand(at, payment, *errand).into()),
        DeskEvent::StatementsAsked(request) => {
            Some(StatementOrder { at, request: *request }.into())
        }
        DeskEvent::Cancelled(_)
        | DeskEvent::Recalled { .. }
        | DeskEvent::RecallRefused { .. }
        | DeskEvent::Returning { .. }
        | DeskEvent::BreakAssigned { .. }
        | DeskEvent::BreakResolved(_)
        | DeskEvent::BreakEnded { .. }
        | DeskEvent::StatementsCame { .. } => None,
    }
}

impl Till {
    pub(super) fn cell_name(&self) -> &'static str {
        match self {
            Till::Venue(_) => "venue",
            Till::Federation(..) => "federation",
        }
    }

    /// The account and currency that an instructed payment is drawn on.
    pub(super) fn debit(&self, uetr: Uetr) -> Option<(SettlementAccount, Currency)> {
        fn drawn<P>(instruction: &Instruction<P>) -> (SettlementAccount, Currency) {
            (instruction.debtor, instruction.currency)
        }
        match self {
            Till::Venue(cell) => cell.read(|replica| {
                let venue = replica.venue();
                let own = venue.desk().payment(uetr).map(|payment| drawn(&payment.instruction));
                let house = venue.house().and_then(|house| house.desk().payment(uetr));
                own.or_else(|| house.map(|payment| drawn(&payment.instruction)))
            }),
            Till::Federation(cell, _) => cell.read(|council| {
                let payment = council.house().desk().payment(uetr);
                payment.map(|payment| drawn(&payment.instruction))
            }),
        }
    }

    /// How many payments have not been handed to their bank.
    pub(super) fn drafts(&self) -> BTreeMap<Currency, u64> {
        fn of_house(house: &House, drafts: &mut BTreeMap<Currency, u64>) {
            for payment in house.desk().payments() {
                count(&payment.instruction, payment.state, drafts);
            }
        }
        fn count<P>(
            of: &Instruction<P>,
            state: PaymentState,
            drafts: &mut BTreeMap<Currency, u64>,
        ) {
            if matches!(state, PaymentState::Draft | PaymentState::Signed) {
                let waiting = drafts.entry(of.currency).or_default();
                *waiting = waiting.saturating_add(1);
            }
        }
        let mut drafts = BTreeMap::new();
        match self {
            Till::Venue(cell) => cell.read(|replica| {
                let venue = replica.venue();
                for payment in venue.desk().payments() {
                    count(&payment.instruction, payment.state, &mut drafts);
                }
                venue.house().into_iter().for_each(|house| of_house(house, &mut drafts));
            }),
            Till::Federation(cell, _) => {
                cell.read(|council| of_house(council.house(), &mut drafts));
            }
        }
        drafts
    }

    /// Whether the machine has ended a payment, by everything that it has acknowledged: after a
    /// restart its state may be behind its journal.
    pub(super) async fn is_over(&self, order: Order) -> Result<bool, SubmitError> {
        let (uetr, debtor) = (order.uetr(), order.instruction.debtor);
        match self {
            Till::Venue(cell) => {
                cell.linearizable().await?;
                Ok(cell.read(|replica| match debtor.pool {
                    Pool::ClearingHouse => {
                        replica.venue().house().is_none_or(|house| house.desk().is_over(uetr))
                    }
                    _ => replica.venue().desk().is_over(uetr),
                }))
            }
            Till::Federation(cell, _) => {
                cell.linearizable().await?;
                Ok(cell.read(|council| council.house().desk().is_over(uetr)))
            }
        }
    }

    /// Tells the machine what a bank said. A refusal that is about it is the machine's last word.
    pub(super) async fn tell(&self, incoming: Incoming) -> Result<()> {
        match self {
            Till::Venue(cell) => {
                let command = match incoming {
                    Incoming::Booked(entry) => Venue::BankBooked(entry),
                    Incoming::Status(report) => Venue::BankStatus(report),
                    Incoming::Statement(statement) => Venue::BankStatement(statement),
                    Incoming::Part(part) => Venue::BankPart(part),
                    Incoming::Reported(report) => Venue::BankReport(report),
                    Incoming::Word(word) => Venue::BankWord(word),
                };
                apply(cell, [command]).await
            }
            Till::Federation(_, voice) => {
                let verb = match incoming {
                    Incoming::Booked(entry) => Verb::BankBooked(entry),
                    Incoming::Status(report) => Verb::BankStatus(report),
                    Incoming::Statement(statement) => Verb::BankStatement(statement),
                    Incoming::Part(part) => Verb::BankPart(part),
                    Incoming::Reported(report) => Verb::BankReport(report),
                    Incoming::Word(word) => Verb::BankWord(word),
                };
                say(voice, verb).await
            }
        }
    }

    /// Tells the machine what has become of payments, all in one round of its log where it may.
    pub(super) async fn depart(&self, departures: &[Departure]) -> Result<()> {
        match self {
            Till::Venue(cell) => apply(cell, departures.iter().map(of_venue)).await,
            Till::Federation(_, voice) => {
                for departure in departures {
                    say(voice, of_federation(departure)).await?;
                }
                Ok(())
            }
        }
    }
}

fn of_venue(departure: &Departure) -> Venue {
    match *departure {
        Departure::Signed(uetr) => Venue::BankSigned(uetr),
        Departure::Sent(uetr) => Venue::BankSent(uetr),
        Departure::Unanswered(uetr) => Venue::BankWord(BankWord::Unanswered(uetr)),
        Departure::Rejected(report) => Venue::BankStatus(report),
    }
}

fn of_federation(departure: &Departure) -> Verb {
    match *departure {
        Departure::Signed(uetr) => Verb::BankSigned(uetr),
        Departure::Sent(uetr) => Verb::BankSent(uetr),
        Departure::Unanswered(uetr) => Verb::BankWord(BankWord::Unanswered(uetr)),
        Departure::Rejected(report) => Verb::BankStatus(report),
    }
}

async fn apply(cell: &Cell<Replica>, commands: impl IntoIterator<Item = Venue>) -> Result<()> {
    let commands: Vec<Command> = commands.into_iter().map(Command::Venue).collect();
    let outcomes = cell.submit(&commands).await?;
    for outcome in outcomes {
        match outcome {
            Ok(gcfn_replica::Reply::Venue(Err(refused))) => {
                tracing::warn!(%refused, "the venue does not take what the bank said");
            }
            Ok(_) => {}
            Err(refused) => tracing::warn!(%refused, "the cell does not take what the bank said"),
        }
    }
    Ok(())
}

async fn say(voice: &Voice, verb: Verb) -> Result<()> {
    if let Err(refusal) = voice.say(verb).await? {
        anyhow::ensure!(is_verdict(refusal), "the federation does not hear this node: {refusal}");
        tracing::warn!(%refusal, "the federation does not take what the bank said");
    }
    Ok(())
}

/// Whether a refusal is about what the bank said. Everything else is about who passes it on and
/// how, and is no answer to the bank: it says it again.
fn is_verdict(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::Desk(_) | Refusal::ForeignAccount)
}

#[cfg(test)]
mod tests;
