//! The bank's one file: everything it knows, replaced whole with every change.

use crate::bank::Bank;
use crate::config::{BankConfig, NodeConfig};
use gcfn_anchor::keys::{Signature, Signer};
use gcfn_model::NodeId;
use gcfn_transport::{Check, Correspondents, Pen, SignatureFault, read_signature};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

const FORMAT: &str = "gcfn-bank/2";
const NAME: &str = "bank.json";

#[derive(Serialize, Deserialize)]
struct Stored<B> {
    format: String,
    bank: B,
}

/// Why a bank's file is not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The folder or the disk: for the operator.
    #[error("bank file {path}")]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not a bank's file, or of another version.
    #[error("bank file {path} is not of format {FORMAT}")]
    Format {
        /// Which file.
        path: PathBuf,
        /// What is wrong in it.
        source: Option<serde_json::Error>,
    },
}

/// A bank and its file, shared by the HTTP calls and the deliveries. Cloning shares it.
#[derive(Clone, Debug)]
pub struct SharedBank(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bank: Mutex<Bank>,
    path: PathBuf,
    nodes: Vec<NodeConfig>,
    /// What the bank signs with, to each node.
    pens: BTreeMap<NodeId, Pen>,
    /// What the nodes' messages are checked by.
    checks: BTreeMap<NodeId, Check>,
    /// Counts changes, so that deliveries wake up.
    changes: watch::Sender<u64>,
}

impl SharedBank {
    /// Opens the bank in `folder`, or founds it there. What it says is signed by `signer`, if it
    /// has one.
    ///
    /// # Errors
    /// [`FileFault`].
    pub fn open(
        folder: &Path,
        config: &BankConfig,
        signer: Option<&Arc<Signer>>,
    ) -> Result<SharedBank, FileFault> {
        let path = folder.join(NAME);
        let disk = |source| FileFault::Disk { path: path.clone(), source };
        let format = |source| FileFault::Format { path: path.clone(), source };
        let bank = match std::fs::read(&path) {
            Ok(bytes) => {
                let stored: Stored<Bank> =
                    serde_json::from_slice(&bytes).map_err(|fault| format(Some(fault)))?;
                if stored.format != FORMAT {
                    return Err(format(None));
                }
                let mut bank = stored.bank;
                bank.open_accounts(config);
                bank
            }
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(folder).map_err(disk)?;
                Bank::new(config)
            }
            Err(fault) => return Err(disk(fault)),
        };
        replace(&path, &encode(&bank)).map_err(disk)?;
        let BankConfig { network, bic, nodes, .. } = config;
        let pen = |node: &NodeConfig| {
            let to_node = Correspondents::to_node(*network, bic, node.node);
            Some((node.node, Pen::new(to_node, signer?.clone())))
        };
        let check = |node: &NodeConfig| {
            let to_bank = Correspondents::to_bank(*network, node.node, bic);
            Some((node.node, Check::new(to_bank, node.key?)))
        };
        Ok(SharedBank(Arc::new(Shared {
            bank: Mutex::new(bank),
            path,
            pens: nodes.iter().filter_map(pen).collect(),
            checks: nodes.iter().filter_map(check).collect(),
            nodes: nodes.clone(),
            changes: watch::Sender::new(0),
        })))
    }

    /// The bank's signature over a message to `node`, if it signs.
    #[must_use]
    pub fn sign(&self, node: NodeId, message: &[u8]) -> Option<Signature> {
        self.0.pens.get(&node).map(|pen| pen.sign(message))
    }

    /// Whether a message is what `node` wrote, by what is beside it as its signature.
    ///
    /// # Errors
    /// [`SignatureFault`].
    pub fn check(
        &self,
        node: NodeId,
        message: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<(), SignatureFault> {
        let signature = signature.map(read_signature).transpose()?;
        let check = self.0.checks.get(&node);
        check.map_or(Ok(()), |check| check.check(message, signature.as_ref()))
    }

    /// Looks at the bank.
    pub async fn read<T>(&self, look: impl FnOnce(&Bank) -> T) -> T {
        look(&*self.0.bank.lock().await)
    }

    /// Changes the bank and writes it down. Whoever sees the answer finds the change after a
    /// crash; if it cannot be written, it has not happened.
    ///
    /// # Errors
    /// [`FileFault::Disk`].
    pub async fn change<T>(&self, change: impl FnOnce(&mut Bank) -> T) -> Result<T, FileFault> {
        let mut bank = self.0.bank.lock().await;
        let mut changed = bank.clone();
        let answer = change(&mut changed);
        if changed == *bank {
            return Ok(answer);
        }
        let (path, bytes) = (self.0.path.clone(), encode(&changed));
        let written = tokio::task::spawn_blocking(move || replace(&path, &bytes)).await;
        let written = written.unwrap_or_else(|fault| Err(io::Error::other(fault)));
        written.map_err(|source| FileFault::Disk { path: self.0.path.clone(), source })?;
        *bank = changed;
        self.0.changes.send_modify(|count| *count += 1);
        Ok(answer)
    }

    pub(crate) fn nodes(&self) -> &[NodeConfig] {
        &self.0.nodes
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }
}

fn encode(bank: &Bank) -> Vec<u8> {
    let stored = Stored { format: FORMAT.to_owned(), bank };
    serde_json::to_vec(&stored).expect("every key of a bank's maps is text")
}

/// Replaces the file in one step that a crash cannot halve.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
