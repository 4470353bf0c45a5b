//! The last step, where asked for: what a run leaves for inspection.

use super::receipts::write;
use super::{Demo, Told};
use crate::contract;
use crate::layout::folder;
use anyhow::{Context, Result};
use gcfn_store::Kept;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

impl Demo {
    pub(super) async fn export(&mut self) -> Told {
        let dir = self.export.clone().context("no folder to write to")?;
        std::fs::create_dir_all(&dir).with_context(|| format!("make {}", dir.display()))?;
        self.write_validators(&dir).await?;
        let receipts = self.write_receipts(&dir).await?;
        let root = self.net.operator(self.net.root()?)?;
        let anchors: Value = root.get("/api/v1/federation/anchors").await?;
        write(&dir.join("anchors.json"), &serde_json::to_string_pretty(&anchors)?)?;
        let written = self.write_messages(&dir.join("iso20022")).await?;
        self.check_exported(&dir)?;
        Ok(format!(
            "{receipts} receipts, anchors, validators' keys and {written} ISO 20022 messages in {}",
            dir.display()
        ))
    }

    /// The receipts of every trade that has crossed a border, beside the validators' keys; the
    /// first of them also under the name that is easy to find.
    async fn write_receipts(&self, dir: &Path) -> Result<usize> {
        let all = dir.join("receipts");
        std::fs::create_dir_all(&all).with_context(|| format!("make {}", all.display()))?;
        self.write_validators(&all).await?;
        for (place, (home, trade)) in self.crossed.iter().enumerate() {
            let operator = self.net.operator(*home)?;
            let receipt: Value = operator.get(&format!("/api/v1/trades/{trade}/receipt")).await?;
            let text = serde_json::to_string_pretty(&receipt)?;
            write(&all.join(format!("{trade}.json")), &text)?;
            if place == 0 {
                write(&dir.join("receipt.json"), &text)?;
            }
        }
        Ok(self.crossed.len())
    }

    /// How many messages of each kind the nodes have sent and received.
    pub(super) async fn messages_by_kind(&self) -> Result<BTreeMap<String, usize>> {
        let mut kinds = BTreeMap::new();
        for node in &self.net.layout.nodes {
            for kept in labels_of(&folder(&self.net.dir, node.name)).await? {
                *kinds.entry(kept.label.kind).or_default() += 1;
            }
        }
        Ok(kinds)
    }

    async fn write_messages(&self, dir: &Path) -> Result<usize> {
        let mut written = 0;
        for node in &self.net.layout.nodes {
            let messages = messages_of(&folder(&self.net.dir, node.name)).await?;
            if messages.is_empty() {
                continue;
            }
            let own = dir.join(node.name.as_str());
            std::fs::create_dir_all(&own).with_context(|| format!("make {}", own.display()))?;
            for message in messages {
                let path = own.join(&message.name);
                std::fs::write(&path, message.bytes)
                    .with_context(|| format!("write {}", path.display()))?;
                written += 1;
            }
        }
        Ok(written)
    }
}

/// A message and a name for its file: number, direction, kind.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) name: String,
    kind: String,
    pub(super) bytes: Vec<u8>,
}

impl Message {
    /// Whether it is of that kind, in whichever version.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        self.kind.starts_with(kind)
    }
}

/// What is kept in a node's archive, in the order in which it came.
async fn labels_of(dir: &Path) -> Result<Vec<Kept>> {
    const PAGE: u32 = 500;
    let archive = contract::archive(dir).await?;
    let mut labels = Vec::new();
    loop {
        let page = archive.list(labels.last(), PAGE).await?;
        if page.is_empty() {
            return Ok(labels);
        }
        labels.extend(page);
    }
}

/// Every message in a node's archive, in the order in which it came.
pub(super) async fn messages_of(dir: &Path) -> Result<Vec<Message>> {
    let archive = contract::archive(dir).await?;
    let mut messages = Vec::new();
    for Kept { label, digest } in labels_of(dir).await? {
        let bytes = archive.fetch(label.direction, &label.bank, digest).await?;
        let bytes = bytes.context("a listed message is there")?.reveal().to_vec();
        let way = format!("{:?}", label.direction).to_lowercase();
        let name = format!("{:04}-{way}-{}.xml", messages.len() + 1, label.kind);
        messages.push(Message { name, kind: label.kind.to_string(), bytes });
    }
    Ok(messages)
}
