//! A node's desk for its banks: payments out of the journal, the banks' word into the log.

use crate::config::{BankLink, Config};
use crate::voice::Voice;
use anyhow::{Context, Result, anyhow};
use gcfn_anchor::keys::Signer;
use gcfn_api::gateway::BankDoor;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_banking::{BankWord, DeskEvent, Instruction};
use gcfn_cell::{Cell, Clock, SubmitError};
use gcfn_clearing::ClearingEvent;
use gcfn_council::{Council, Refusal, Verb};
use gcfn_iso20022::Bic;
use gcfn_link::identity::{NodeIdentity, Role};
use gcfn_link::tls::{Credentials, Trust, client};
use gcfn_model::{Currency, Machine, NetworkId, NodeId, Pool, SettlementAccount, Timestamp, Uetr};
use gcfn_replica::{Command, Replica};
use gcfn_store::Store;
use gcfn_transport::{
    AccountBook, Check, Correspondents, Departure, HttpsChannel, Inbox, InboxError, Incoming,
    IncomingFault, Order, Outbox, Pen, SIGNATURE_HEADER, TellError,
};
use gcfn_venue::Command as Venue;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(500);

/// The machine whose money the desk moves.
#[derive(Clone)]
pub(crate) enum Till {
    /// A trading node's venue, and its house where it runs one.
    Venue(Cell<Replica>),
    /// The federation's house, at the root.
    Federation(Cell<Council>, Voice),
}

/// The desk of one node. Clones share it.
#[derive(Clone)]
pub(crate) struct BankDesk {
    till: Till,
    store: Store,
    book: Arc<AccountBook>,
    clock: Arc<dyn Clock>,
    inboxes: Arc<BTreeMap<NodeId, Inbox>>,
}

impl BankDesk {
    /// The desk for the banks in `config`.
    ///
    /// # Errors
    /// When a bank's code is none.
    pub(crate) fn new(
        config: &Config,
        network: NetworkId,
        till: Till,
        store: Store,
        clock: Arc<dyn Clock>,
    ) -> Result<BankDesk> {
        let mut banks = BTreeMap::new();
        for (currency, bank) in &config.banks {
            let bic = bank.bic.parse().map_err(|error| anyhow!("bank.{currency}.bic: {error}"))?;
            banks.insert(*currency, bic);
        }
        let book = Arc::new(AccountBook::new(config.node, banks.clone()));
        let inbox = |(currency, bank): (&Currency, &BankLink)| {
            let bic = banks.get(currency).cloned().context("read above")?;
            let inbox = Inbox::new(store.archive(), book.clone(), bic.clone());
            let check = bank
                .key
                .map(|key| Check::new(Correspondents::to_node(network, &bic, config.node), key));
            Ok((bank.node, check.into_iter().fold(inbox, Inbox::checked)))
        };
        let inboxes = config.banks.iter().map(inbox).collect::<Result<_>>()?;
        Ok(BankDesk { till, store, book, clock, inboxes: Arc::new(inboxes) })
    }

    /// Carries payments to one bank for ever.
    ///
    /// # Errors
    /// When the journal or the store cannot be used.
    pub(crate) async fn pay(self, bank: BankLink, currency: Currency, way: BankWay) -> Result<()> {
        let bic: Bic = bank.bic.parse().map_err(|error| anyhow!("bic: {error}"))?;
        let to_bank = Correspondents::to_bank(way.network, self.book.node(), &bic);
        let pen = Pen::new(to_bank, way.signer.clone());
        let channel = HttpsChannel::new(way.client(&bank)?, &bank.url);
        let cell = self.till.cell_name();
        let journal = format!("{cell}.{}", currency.code().to_lowercase());
        let store = self.store.clone();
        let outbox = Outbox::open(store, self.book.clone(), (bic, channel, pen), &journal).await?;
        match &self.till {
            Till::Venue(cell) => self.walk(cell, outbox, venue_orders).await,
            Till::Federation(cell, _) => self.walk(cell, outbox, council_orders).await,
        }
    }

    async fn walk<M: Machine>(
        &self,
        cell: &Cell<M>,
        mut outbox: Outbox<HttpsChannel>,
        orders: fn(Timestamp, &M::Event) -> Option<Order>,
    ) -> Result<()> {
        let mut journal = cell.journal(outbox.position() + 1);
        loop {
            let record = journal.next().await.context("read the journal")?;
            let due: Vec<Order> =
                record.events.iter().filter_map(|event| orders(record.at, event)).collect();
            let tell = |departures: Vec<Departure>| async move {
                let told = self.till.depart(&departures).await;
                told.map_err(|error| TellError::from(format!("{error:#}")))
            };
            let is_over = |order| async move {
                let asked = self.till.is_over(order).await;
                asked.map_err(TellError::from)
            };
            while let Err(error) = outbox.deliver(record.index, &due, is_over, tell).await {
                anyhow::ensure!(error.may_pass(), error);
                tracing::warn!(%error, "payments wait");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[tonic::async_trait]
impl BankDoor for BankDesk {
    /// Taken once the machine has been told; malformed when the message cannot be understood;
    /// unavailable when the bank is to try again.
    async fn take(
        &self,
        bank: NodeIdentity,
        message: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<(), Problem> {
        let inbox = self.inboxes.get(&bank.node).ok_or(Code::ForeignCertificate)?;
        let incoming = match inbox.take(self.clock.now(), message, signature).await {
            Ok(incoming) => incoming,
            Err(InboxError::Refused(IncomingFault::Signature(fault))) => {
                let problem = Problem::new(Code::BankSignature.line(), fault.to_string());
                return Err(problem.at(SIGNATURE_HEADER));
            }
            Err(InboxError::Refused(_)) => return Err(Code::BankMessage.into()),
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "bank message not kept");
                return Err(Code::StoreUnavailable.into());
            }
        };
        // A status counts from the debtor's bank only: no other bank knows how a payment stands.
        let of_another = |uetr| {
            let drawn = self.till.debit(uetr);
            drawn.is_some_and(|(debtor, currency)| !inbox.speaks_for(debtor, currency))
        };
        let foreign = |told: &Incoming| match told {
            Incoming::Status(report) => of_another(report.uetr),
            Incoming::Word(word) => of_another(word.uetr()),
            Incoming::Booked(_)
            | Incoming::Statement(_)
            | Incoming::Part(_)
            | Incoming::Reported(_) => false,
        };
        if incoming.iter().any(foreign) {
            let bank = bank.node;
            tracing::warn!(%bank, "status of a payment from another bank than the debtor's");
            return Err(Code::ForeignPayment.into());
        }
        for told in incoming {
            if let Err(error) = self.till.tell(told).await {
                tracing::warn!(error = format!("{error:#}"), "bank message not applied yet");
                return Err(Code::NotLeading.into());
            }
        }
        Ok(())
    }
}

fn venue_orders(at: Timestamp, event: &gcfn_replica::Event) -> Option<Order> {
    match event {
        gcfn_replica::Event::Venue(gcfn_venue::Event::Instructed(payment)) => {
            Some(Order::new(at, payment))
        }
        gcfn_replica::Event::Venue(gcfn_venue::Event::Bank(event)) => errand(at, event),
        gcfn_replica::Event::Venue(gcfn_venue::Event::Clearing(event)) => house_order(at, event),
        _ => None,
    }
}

fn council_orders(at: Timestamp, event: &gcfn_council::Event) -> Option<Order> {
    match event {
        gcfn_council::Event::Clearing(event) => house_order(at, event),
        _ => None,
    }
}

fn house_order(at: Timestamp, event: &ClearingEvent) -> Option<Order> {
    match event {
        ClearingEvent::Bank(event) => errand(at, event),
        _ => event.instructed().map(|payment| Order::new(at, payment)),
    }
}

/// What is to be said to the bank, if anything.
fn errand<P>(at: Timestamp, event: &DeskEvent<P>) -> Option<Order> {
    match event {
        DeskEvent::Errand { payment, errand } => Some(Order::errand(at, payment, *errand)),
        DeskEvent::Cancelled(_)
        | DeskEvent::Recalled { .. }
        | DeskEvent::RecallRefused { .. }
        | DeskEvent::Returning { .. }
        | DeskEvent::BreakAssigned { .. }
        | DeskEvent::BreakResolved(_)
        | DeskEvent::BreakEnded { .. } => None,
    }
}

impl Till {
    fn cell_name(&self) -> &'static str {
        match self {
            Till::Venue(_) => "venue",
            Till::Federation(..) => "federation",
        }
    }

    /// The account and currency that an instructed payment is drawn on.
    fn debit(&self, uetr: Uetr) -> Option<(SettlementAccount, Currency)> {
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

    /// Whether the machine has ended a payment, by everything that it has acknowledged: after a
    /// restart its state may be behind its journal.
    async fn is_over(&self, order: Order) -> Result<bool, SubmitError> {
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
    async fn tell(&self, incoming: Incoming) -> Result<()> {
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
    async fn depart(&self, departures: &[Departure]) -> Result<()> {
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

/// How a node reaches its banks.
#[derive(Clone)]
pub(crate) struct BankWay {
    /// The network.
    pub(crate) network: NetworkId,
    /// What the node shows.
    pub(crate) credentials: Credentials,
    /// What it believes.
    pub(crate) trust: Trust,
    /// What the node signs its messages with.
    pub(crate) signer: Arc<Signer>,
}

impl BankWay {
    /// A client that takes nobody but this bank for the bank.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn client(&self, bank: &BankLink) -> Result<reqwest::Client> {
        let identity = NodeIdentity {
            network: self.network,
            region: bank.region,
            role: Role::Bank,
            node: bank.node,
        };
        let tls = client(&self.credentials, &self.trust, identity)?;
        https_client((*tls).clone())
    }
}

/// A client for one peer, with everything about TLS settled.
///
/// # Errors
/// When the client cannot be made.
pub(crate) fn https_client(tls: rustls::ClientConfig) -> Result<reqwest::Client> {
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).https_only(true);
    client.build().context("make an HTTPS client")
}

#[cfg(test)]
mod tests;
