//! What an operator writes about a bank.

use gcfn_anchor::keys::PublicKey;
use gcfn_iso20022::{AccountNumber, Bic, Text};
use gcfn_model::{BusinessDate, Currency, NetworkId, NodeId};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A bank at its opening. Accounts added later are opened at the next start; everything else
/// is read once and then lives in the bank's file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankConfig {
    /// The network whose nodes are its customers.
    pub network: NetworkId,
    /// Its code.
    pub bic: Bic,
    /// The one currency that it keeps accounts in.
    pub currency: Currency,
    /// The business date on which it opens.
    pub date: BusinessDate,
    /// Its accounts.
    pub accounts: Vec<AccountConfig>,
    /// Where the nodes among its customers take messages.
    pub nodes: Vec<NodeConfig>,
}

/// One account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Its number.
    pub number: AccountNumber,
    /// The node that it belongs to; none for a person's or a firm's account.
    pub node: Option<NodeId>,
    /// The holder's name.
    pub name: Text<140>,
}

/// One node that the bank writes to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// Which node.
    pub node: NodeId,
    /// The address of its API, such as `https://127.0.0.1:8443`, where it takes messages there.
    pub api: Option<String>,
    /// The folder that it shares with the bank, where it takes messages there.
    pub folder: Option<PathBuf>,
    /// What it signs its messages with. Where one is named, an unsigned message is refused.
    pub key: Option<PublicKey>,
}
