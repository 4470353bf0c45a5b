//! A node's desk for its banks: payments out of the journal, the banks' word into the log.

mod alarms;
mod queues;
mod till;
mod ways;

pub(crate) use till::Till;
pub(crate) use ways::{Calls, https_client};

use crate::config::{BankLink, Config};
use anyhow::{Context, Result, anyhow};
use gcfn_api::gateway::BankDoor;
use gcfn_api_wire::bank::BankQueue;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_cell::Clock;
use gcfn_link::identity::NodeIdentity;
use gcfn_model::{Currency, NetworkId, NodeId};
use gcfn_store::Store;
use gcfn_transport::{
    AccountBook, Check, Correspondents, Inbox, InboxError, Incoming, IncomingFault, Refusal,
    SIGNATURE_HEADER,
};
use queues::Queues;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The desk of one node. Clones share it.
#[derive(Clone)]
pub(crate) struct BankDesk {
    node: NodeId,
    till: Till,
    store: Store,
    book: Arc<AccountBook>,
    clock: Arc<dyn Clock>,
    inboxes: Arc<BTreeMap<NodeId, Inbox>>,
    queues: Queues,
    /// The longest message that is taken, in bytes.
    bytes_max: usize,
}

/// Why the machine has not been told what a bank says.
#[derive(Debug)]
enum Unheard {
    /// Nothing of it counts, now or later.
    Refused(Code, Refusal),
    /// The bank is to say it again.
    NotNow(Code),
    /// This node has no such bank.
    Stranger,
}

impl From<Unheard> for Problem {
    fn from(unheard: Unheard) -> Problem {
        match unheard {
            Unheard::Refused(code, refusal) => {
                let problem = Problem::new(code.line(), refusal.to_string());
                if code == Code::BankSignature { problem.at(SIGNATURE_HEADER) } else { problem }
            }
            Unheard::NotNow(code) => code.into(),
            Unheard::Stranger => Code::ForeignCertificate.into(),
        }
    }
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
        Ok(BankDesk {
            node: config.node,
            till,
            store,
            book,
            clock,
            inboxes: Arc::new(inboxes),
            queues: Queues::new(&config.banks),
            bytes_max: usize::from(config.message_mib) << 20,
        })
    }

    /// Takes a message of `bank` in, by whichever way it came: done once the machine was told.
    async fn hear(
        &self,
        bank: NodeId,
        message: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<(), Unheard> {
        let inbox = self.inboxes.get(&bank).ok_or(Unheard::Stranger)?;
        let incoming = match inbox.take(self.clock.now(), message, signature).await {
            Ok(incoming) => incoming,
            Err(InboxError::Refused(fault)) => {
                let code = match fault {
                    IncomingFault::Signature(_) => Code::BankSignature,
                    _ => Code::BankMessage,
                };
                return Err(Unheard::Refused(code, fault.into()));
            }
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "bank message not kept");
                return Err(Unheard::NotNow(Code::StoreUnavailable));
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
            tracing::warn!(%bank, "status of a payment from another bank than the debtor's");
            return Err(Unheard::Refused(Code::ForeignPayment, Refusal::foreign_payment()));
        }
        for told in incoming {
            if let Err(error) = self.till.tell(told).await {
                tracing::warn!(error = format!("{error:#}"), "bank message not applied yet");
                return Err(Unheard::NotNow(Code::NotLeading));
            }
        }
        Ok(())
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
        Ok(self.hear(bank.node, message, signature).await?)
    }

    fn queues(&self) -> Vec<BankQueue> {
        self.queues.report(self.clock.now(), &self.till.drafts())
    }
}
