//! Findings, filed: kept through restarts, listed, and acknowledged by a person.
//!
//! A matter is filed once. While one of the same kind about the same cell is open, it is counted
//! and not filed again: the first evidence is the evidence. After a person has acknowledged it,
//! the next one is a new matter.

use gcfn_audit::{Finding, Severity};
use gcfn_model::{NodeId, Timestamp};
use gcfn_store::{ReadModel, Row, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The name of the cursor in the store, and of the rows' kind.
const PROJECTION: &str = "regnode.findings";
const KIND: &str = "finding";

/// Why a finding could not be filed, read or acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum FindingsFault {
    /// The store cannot.
    #[error("keep findings")]
    Store(#[from] StoreError),
    /// A row is not a finding of this version: restore the store, or use the version that wrote it.
    #[error("finding {key} in the store cannot be read")]
    Unreadable {
        /// Its key.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Only one process may file findings: stop the other.
    #[error("another process files findings in this store")]
    Contended,
    /// No finding has this number.
    #[error("finding {0} is not known")]
    Unknown(u64),
}

/// A finding as it is filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// Its number, from 1.
    pub number: u64,
    /// What was found, the first time.
    pub finding: Finding,
    /// When it was found first.
    pub found_at: Timestamp,
    /// When it was found last.
    pub last_found_at: Timestamp,
    /// How often it was found while it was open.
    pub times: u64,
    /// Who has looked at it.
    pub acknowledged: Option<Acknowledgement>,
}

/// A person has looked at a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Which findings. What is left out does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only about this cell.
    pub cell: Option<NodeId>,
    /// Only those that are, or are not, acknowledged.
    pub acknowledged: Option<bool>,
}

impl Filter {
    fn passes(&self, filed: &Filed) -> bool {
        self.severity.is_none_or(|severity| severity == filed.finding.severity())
            && self.cell.is_none_or(|cell| cell == filed.finding.cell)
            && self.acknowledged.is_none_or(|is| is == filed.acknowledged.is_some())
    }
}

/// The findings of a supervisor's node. Clones share them.
#[derive(Clone, Debug)]
pub struct Findings(Arc<Mutex<Files>>);

#[derive(Debug)]
struct Files {
    store: ReadModel,
    /// How many writes there were: where the cursor stands.
    writes: u64,
    filed: BTreeMap<u64, Filed>,
}

impl Findings {
    /// Reads the findings that are in the store.
    ///
    /// # Errors
    /// [`FindingsFault`].
    pub async fn open(store: &Store) -> Result<Findings, FindingsFault> {
        let writes = store.cursors().position(PROJECTION).await?;
        let store = store.read_model();
        let (mut filed, mut from) = (BTreeMap::new(), None);
        loop {
            let all = gcfn_store::Filter::All;
            let page = store.page(KIND, all, from.as_ref(), gcfn_store::PAGE_MAX).await?;
            for Row { key, body, .. } in page.rows {
                let read: Filed = serde_json::from_value(body)
                    .map_err(|source| FindingsFault::Unreadable { key, source })?;
                filed.insert(read.number, read);
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        Ok(Findings(Arc::new(Mutex::new(Files { store, writes, filed }))))
    }

    /// Files a finding, or counts it when the matter is open. Gives its number.
    ///
    /// # Errors
    /// [`FindingsFault`]: it is not filed.
    pub async fn file(&self, finding: &Finding, at: Timestamp) -> Result<u64, FindingsFault> {
        let mut files = self.0.lock().await;
        let same = |filed: &&Filed| {
            let known = &filed.finding;
            (known.kind, known.cell) == (finding.kind, finding.cell) && filed.acknowledged.is_none()
        };
        let filed = match files.filed.values().find(same) {
            Some(open) => {
                Filed { last_found_at: at, times: open.times.saturating_add(1), ..open.clone() }
            }
            None => Filed {
                number: files.filed.last_key_value().map_or(1, |(last, _)| last.saturating_add(1)),
                finding: finding.clone(),
                found_at: at,
                last_found_at: at,
                times: 1,
                acknowledged: None,
            },
        };
        if filed.times == 1 {
            tracing::error!(number = filed.number, %finding, "found");
        }
        files.keep(filed).await
    }

    /// Notes that `by` has looked at a finding. The first acknowledgement stands.
    ///
    /// # Errors
    /// [`FindingsFault::Unknown`], or of the store.
    pub async fn acknowledge(
        &self,
        number: u64,
        by: &str,
        at: Timestamp,
    ) -> Result<(), FindingsFault> {
        let mut files = self.0.lock().await;
        let known = files.filed.get(&number).ok_or(FindingsFault::Unknown(number))?;
        if known.acknowledged.is_some() {
            return Ok(());
        }
        let acknowledged = Some(Acknowledgement { by: by.to_owned(), at });
        let filed = Filed { acknowledged, ..known.clone() };
        files.keep(filed).await.map(drop)
    }

    /// The findings that pass `filter`, newest first.
    pub async fn list(&self, filter: Filter) -> Vec<Filed> {
        let files = self.0.lock().await;
        files.filed.values().rev().filter(|filed| filter.passes(filed)).cloned().collect()
    }
}

impl Files {
    /// Writes one finding through to the store.
    async fn keep(&mut self, filed: Filed) -> Result<u64, FindingsFault> {
        let (write, number) = (self.writes.saturating_add(1), filed.number);
        let row = Row {
            kind: KIND.to_owned(),
            key: number.to_string(),
            party: None,
            series: None,
            at: filed.found_at,
            seq: write,
            body: serde_json::to_value(&filed).expect("a filed finding is plain data"),
        };
        if !self.store.apply(PROJECTION, write, &[row]).await? {
            return Err(FindingsFault::Contended);
        }
        self.writes = write;
        self.filed.insert(number, filed);
        Ok(number)
    }
}
