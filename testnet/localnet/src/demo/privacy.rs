//! Step 10: what the scenario's people have told their nodes is in those nodes' vaults, and in
//! nothing else that the network has written or shows.
//!
//! Every name, phone, e-mail address and account of the scenario is looked for in every file of
//! every node (logs of cells, journals, snapshots, mirrors, stores, what the processes have
//! printed), in what they show as figures, and in every message that a node has exchanged with a
//! bank. Allowed are two places, and no third:
//!
//! - the folder of a bank: its customers' names and accounts are the bank's own books. That they
//!   are found there says that the search finds what is there;
//! - a message between a node and its own bank about a user's money, of that node's own people:
//!   a bank pays nobody without a name and an account, and names who has paid in.

use super::export::{Message, messages_of};
use super::{Demo, Told, ensure};
use crate::layout::folder;
use crate::scenario;
use anyhow::{Context, Result, bail};
use gcfn_model::NodeId;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Messages about one user's money.
const ABOUT_USERS: [&str; 4] = ["pain.001", "pacs.008", "camt.054", "camt.053"];

/// Something that must stay where it was told.
#[derive(Clone, Debug)]
struct Canary {
    node: NodeId,
    text: String,
}

/// The people of a scenario, as others must not see them.
#[derive(Clone, Debug)]
struct Canaries {
    all: Vec<Canary>,
    /// Which two bytes any of them begins with: all are looked for in one pass over the bytes.
    begins: Vec<bool>,
}

impl Canaries {
    fn new(all: Vec<Canary>) -> Canaries {
        let mut begins = vec![false; 1 << 16];
        for canary in &all {
            if let Some(&[first, second]) = canary.text.as_bytes().first_chunk() {
                begins[usize::from(u16::from_be_bytes([first, second]))] = true;
            }
        }
        Canaries { all, begins }
    }

    /// The first of them in `bytes` that is not of one of `own`'s people: whose it is.
    fn find(&self, bytes: &[u8], own: Option<NodeId>) -> Option<&Canary> {
        let may_begin = |pair: &[u8; 2]| self.begins[usize::from(u16::from_be_bytes(*pair))];
        let mut rest = written(bytes);
        while let Some(pair) = rest.first_chunk() {
            if may_begin(pair) {
                let there = |canary: &&Canary| {
                    Some(canary.node) != own && rest.starts_with(canary.text.as_bytes())
                };
                if let Some(found) = self.all.iter().find(there) {
                    return Some(found);
                }
            }
            rest = &rest[1..];
        }
        None
    }
}

impl Demo {
    pub(super) async fn check_privacy(&mut self) -> Told {
        let canaries = self.canaries();
        self.check_known().await?;
        let (mut files, mut found) = (0, 0);
        for path in files_in(&self.net.dir)? {
            let bytes = read(&path)?;
            let is_of_bank = self.is_of_bank(&path);
            match canaries.find(&bytes, None) {
                Some(_) if is_of_bank => found += 1,
                // Said without the text: this report may be printed anywhere.
                Some(canary) => {
                    bail!("{} holds personal data of somebody at {}", path.display(), canary.node)
                }
                None => {}
            }
            files += usize::from(!is_of_bank);
        }
        ensure(0 < found, || {
            "not even the banks know their customers: the search is blind".into()
        })?;
        for node in self.net.layout.nodes.clone() {
            let figures = self.net.operator(node.name)?.text("/metrics").await?;
            ensure(canaries.find(figures.as_bytes(), None).is_none(), || {
                format!("the figures of {} hold personal data", node.name)
            })?;
        }
        let (messages, naming) = self.check_messages(&canaries).await?;
        self.figures.set("canaries", canaries.all.len());
        Ok(format!(
            "{} names, phones, addresses and accounts looked for in {files} files and the figures \
             of {} nodes: none; of {messages} messages with banks {naming} name a customer, each \
             of the node's own and about his own money",
            canaries.all.len(),
            self.net.layout.nodes.len()
        ))
    }

    /// Everything that the scenario's people have told, in the ways in which it may be written.
    fn canaries(&self) -> Canaries {
        let mut canaries = Vec::new();
        for party in &self.scenario.parties {
            let scenario::Party { name, phone, email, account, node, .. } = party;
            let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect();
            let told = [name, phone, email, account].map(String::clone);
            let otherwise = [phone.replace(' ', ""), hex(name), hex(account)];
            let written = told.into_iter().chain(otherwise);
            canaries.extend(written.map(|text| Canary { node: *node, text }));
        }
        Canaries::new(canaries)
    }

    /// That the vaults have what is looked for: everybody is shown his own name.
    async fn check_known(&self) -> Result<()> {
        for party in &self.scenario.parties {
            let actor = self.cast.actor(party.node, &party.handle)?;
            let me: Value = actor.api.get("/api/v1/users/me").await?;
            let named = me.get("name").and_then(Value::as_str) == Some(&party.name);
            ensure(named, || format!("{} does not know {} by name", party.node, party.handle))?;
        }
        Ok(())
    }

    /// Every message that a node has exchanged with its banks; returns how many, and how many of
    /// them name one of its people.
    async fn check_messages(&self, canaries: &Canaries) -> Result<(usize, usize)> {
        let (mut count, mut naming) = (0, 0);
        for node in &self.net.layout.nodes {
            for message in messages_of(&folder(&self.net.dir, node.name)).await? {
                count += 1;
                naming += usize::from(check_message(canaries, node.name, &message)?);
            }
        }
        ensure(0 < naming, || "no bank was told whom to pay: the search is blind".to_owned())?;
        Ok((count, naming))
    }

    /// What was written out: as strict as the nodes' own folders, and messages as strict as there.
    pub(super) fn check_exported(&self, dir: &Path) -> Result<()> {
        let canaries = self.canaries();
        for path in files_in(dir)? {
            let bytes = read(&path)?;
            let under = path.strip_prefix(dir.join("iso20022")).ok();
            let own = under.and_then(|rest| rest.iter().next()?.to_str()?.parse().ok());
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let about_user = ABOUT_USERS.iter().any(|kind| name.contains(kind));
            let found = canaries.find(&bytes, own.filter(|_| about_user));
            ensure(found.is_none(), || format!("{} holds personal data", path.display()))?;
        }
        Ok(())
    }

    fn is_of_bank(&self, path: &Path) -> bool {
        self.net.layout.banks.iter().any(|bank| path.starts_with(folder(&self.net.dir, bank.name)))
    }
}

/// Whether a message names one of the node's own people.
///
/// # Errors
/// When it names somebody else's, or is not about a user's money.
fn check_message(canaries: &Canaries, node: NodeId, message: &Message) -> Result<bool> {
    let names = canaries.find(&message.bytes, None).is_some();
    // What was refused is named after its reason; its first lines say what it was to be.
    let text = String::from_utf8_lossy(&message.bytes);
    let about_user = ABOUT_USERS.iter().any(|kind| text.contains(kind));
    let wrong = canaries.find(&message.bytes, about_user.then_some(node));
    ensure(wrong.is_none(), || format!("{} of {node} names somebody", message.name))?;
    Ok(names)
}

/// What is written of a file: logs of cells are written ahead with zeros, many megabytes of them.
fn written(bytes: &[u8]) -> &[u8] {
    const ZEROS: [u8; 4096] = [0; 4096];
    let blank = |part: &[u8]| ZEROS.get(..part.len()) == Some(part);
    let parts = bytes.chunks(ZEROS.len()).rposition(|part| !blank(part));
    let end = parts.map_or(0, |last| (last + 1) * ZEROS.len());
    bytes.get(..end).unwrap_or(bytes)
}

/// Every file under a folder.
fn files_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("list {}", dir.display()))?.path();
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// The bytes of a file of a running node: one that it has removed meanwhile holds nothing.
fn read(path: &Path) -> Result<Vec<u8>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(fault) => Err(fault).with_context(|| format!("read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_wherever_it_is_and_only_its_own_node_may_say_it() {
        let (cn, de): (NodeId, NodeId) = ("cn".parse().expect("one"), "de".parse().expect("one"));
        let canaries = Canaries::new(vec![Canary { node: cn, text: "Ann Canary".to_owned() }]);
        let mut bytes = vec![0xff, 0, 7];
        bytes.extend_from_slice(b"..Ann Canary");
        bytes.resize(5000, 0);
        assert_eq!(written(&bytes).len(), 4096);
        assert!(canaries.find(&bytes, None).is_some());
        assert!(canaries.find(&bytes, Some(de)).is_some());
        assert!(canaries.find(&bytes, Some(cn)).is_none());
        assert!(canaries.find(b"Ann  Canary", None).is_none());
        assert!(canaries.find(b"AnAnn Canary", None).is_some(), "a false start hides nothing");
        assert!(canaries.find(b"Ann Canar", None).is_none() && canaries.find(b"", None).is_none());
    }
}
