//! The ways to a node's banks: what goes out on each, and what is fetched where a bank does not call.

use super::till::{left_by_council, left_by_venue};
use super::{BankDesk, Till, Unheard};
use crate::config::{BankLink, Way};
use crate::signing_key::SigningKey;
use anyhow::{Context, Result, anyhow};
use core::convert::Infallible;
use gcfn_cell::Cell;
use gcfn_iso20022::Bic;
use gcfn_link::identity::{NodeIdentity, Role};
use gcfn_link::tls::{Credentials, Trust, client};
use gcfn_model::{Currency, Machine, NetworkId, NodeId, Timestamp};
use gcfn_transport::{
    Channel, Correspondents, Departure, FolderChannel, HttpsChannel, Intake, KafkaChannel, Leaving,
    Outbox, Pen, Refusal, TellError, Verdict,
};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// How often a folder is looked into.
const LOOK: Duration = Duration::from_millis(500);

impl BankDesk {
    /// Carries messages to and from one bank for ever.
    ///
    /// # Errors
    /// When the journal or the store cannot be used, or the way cannot be set up.
    pub(crate) async fn serve(
        self,
        currency: Currency,
        bank: BankLink,
        calls: Calls,
    ) -> Result<()> {
        let bic = bank.bic.parse().map_err(|error| anyhow!("bic: {error}"))?;
        let to_bank = Correspondents::to_bank(calls.network, self.node, &bic);
        let pen = calls.key.pen(to_bank);
        let line = Line { currency, bank: bank.node, bic, pen };
        match &bank.way {
            Way::Https(url) => {
                let channel = HttpsChannel::new(calls.client(&bank)?, url);
                self.pay(line, channel).await
            }
            Way::Folder(folder) => {
                let channel = FolderChannel::new(folder);
                let intake = channel.intake(self.bytes_max, LOOK);
                self.both(line, channel, intake).await
            }
            Way::Kafka(topics) => {
                let (channel, intake) = KafkaChannel::open(self.node, topics);
                self.both(line, channel, intake).await
            }
        }
    }

    async fn both<C: Channel, I: Intake>(&self, line: Line, channel: C, intake: I) -> Result<()> {
        let bank = line.bank;
        tokio::select! {
            paid = self.pay(line, channel) => paid,
            never = self.fetch(bank, intake) => match never {},
        }
    }

    /// Carries payments to one bank for ever.
    async fn pay<C: Channel>(&self, line: Line, channel: C) -> Result<()> {
        let Line { currency, bic, pen, .. } = line;
        let cell = self.till.cell_name();
        let journal = format!("{cell}.{}", currency.code().to_lowercase());
        let store = self.store.clone();
        let outbox = Outbox::open(store, self.book.clone(), (bic, channel, pen), &journal).await?;
        self.queues.open(currency, outbox.progress());
        match &self.till {
            Till::Venue(cell) => self.walk(cell, outbox, left_by_venue).await,
            Till::Federation(cell, _) => self.walk(cell, outbox, left_by_council).await,
        }
    }

    async fn walk<M: Machine, C: Channel>(
        &self,
        cell: &Cell<M>,
        mut outbox: Outbox<C>,
        left_by: fn(Timestamp, &M::Event) -> Option<Leaving>,
    ) -> Result<()> {
        let mut journal = cell.journal(outbox.position() + 1);
        loop {
            let record = journal.next().await.context("read the journal")?;
            let due: Vec<Leaving> =
                record.events.iter().filter_map(|event| left_by(record.at, event)).collect();
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
                tracing::warn!(%error, "messages for a bank wait");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Fetches what `bank` leaves for the node, for ever. A way that is down is looked at again.
    async fn fetch<I: Intake>(&self, bank: NodeId, mut intake: I) -> Infallible {
        let mut pause = PAUSE;
        loop {
            match self.fetch_one(bank, &mut intake).await {
                Ok(()) => pause = PAUSE,
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::warn!(%bank, error, "messages of a bank wait");
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(PAUSE_MAX);
                }
            }
        }
    }

    async fn fetch_one<I: Intake>(&self, bank: NodeId, intake: &mut I) -> Result<()> {
        let arrival = intake.next().await?;
        let verdict = if self.bytes_max < arrival.bytes.len() {
            tracing::warn!(%bank, bytes_max = self.bytes_max, "refused: message is too large");
            Verdict::Refused(Refusal::too_large(self.bytes_max))
        } else {
            match self.hear(bank, &arrival.bytes, arrival.signature.as_deref()).await {
                Ok(()) => Verdict::Taken,
                Err(Unheard::Refused(_, refusal)) => Verdict::Refused(refusal),
                Err(Unheard::NotNow(code)) => anyhow::bail!("{code}; it is fetched again"),
                Err(Unheard::Stranger) => anyhow::bail!("no bank {bank} in node.toml"),
            }
        };
        Ok(intake.put_away(arrival, &verdict).await?)
    }
}

/// One bank, as what leaves for it names it.
struct Line {
    currency: Currency,
    bank: NodeId,
    bic: Bic,
    pen: Pen,
}

/// How a node calls its banks, and signs what it says.
#[derive(Clone)]
pub(crate) struct Calls {
    /// The network.
    pub(crate) network: NetworkId,
    /// What the node shows.
    pub(crate) credentials: Credentials,
    /// What it believes.
    pub(crate) trust: Trust,
    /// What it signs its messages with.
    pub(crate) key: SigningKey,
}

impl Calls {
    /// A client that takes nobody but this bank for the bank.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    fn client(&self, bank: &BankLink) -> Result<reqwest::Client> {
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
