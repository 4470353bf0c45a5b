//! Whether a bank's connector keeps its side of the conversation: the node's side, played against
//! whoever is at the other end of a folder.
//!
//! What is sent is what a node sends, and what is heard counts as a node would hear it: by the
//! same code, against the same book of accounts. `cases` says what is asked and what passes,
//! `exchange` only carries messages there and back, and waits.

mod cases;
mod exchange;
mod practice;
mod report;
mod verdict;

pub use practice::{PracticeFault, practise};
pub use report::{Case, Outcome, Report};

use exchange::Letters;
use gcfn_anchor::keys::PublicKey;
use gcfn_iso20022::{AccountNumber, Bic, Text};
use gcfn_model::{Amount, BusinessDate, Currency, NetworkId, NodeId, Timestamp};
use gcfn_transport::{AccountBook, Check, Correspondents, FolderChannel, FolderFault, Payee, Pen};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// What is agreed with the bank for the run.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The network.
    pub network: NetworkId,
    /// The node that is played.
    pub node: NodeId,
    /// The bank.
    pub bank: Bic,
    /// The currency of the node's accounts there.
    pub currency: Currency,
    /// A customer of the bank, who is paid.
    pub payee: AccountNumber,
    /// The customer's name.
    pub name: Text<140>,
    /// The amount of each payment. The node's user custody has a hundred times as much.
    pub amount: Amount,
    /// The business day that the bank is in.
    pub date: BusinessDate,
    /// When the run began: ids follow from it, so no run repeats those of another.
    pub at: Timestamp,
    /// What the bank signs with, if its messages are to be signed.
    pub key: Option<PublicKey>,
    /// How long each answer may take.
    pub patience: Duration,
    /// For how long nothing more may come before the next message is sent.
    pub lull: Duration,
}

impl Terms {
    fn book(&self) -> AccountBook {
        AccountBook::new(self.node, BTreeMap::from([(self.currency, self.bank.clone())]))
    }

    fn payee(&self) -> Payee {
        let (name, account) = (self.name.clone(), self.payee.clone());
        Payee { name, account, bank: Some(self.bank.clone()) }
    }
}

/// Runs every case over `folder`, the node's side of it, signing with `pen`.
///
/// # Errors
/// [`FolderFault`]: the folder cannot be used; nothing is said of the bank.
pub async fn examine(
    terms: &Terms,
    folder: FolderChannel,
    pen: Pen,
) -> Result<Report, FolderFault> {
    let to_node = Correspondents::to_node(terms.network, &terms.bank, terms.node);
    let check = terms.key.map(|key| Check::new(to_node, key));
    let book = terms.book();
    let mut letters = Letters::new((folder, pen, check), (&book, &terms.bank), terms);
    letters.clear().await?;
    cases::run(terms, &book, &mut letters).await
}

/// How long is left until `end`.
fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}
