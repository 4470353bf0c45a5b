//! What is due, and when.

use crate::venue::Due;
use alloc::collections::BTreeSet;
use gcfn_model::Timestamp;
use gcfn_table::{Freeze, Map};
use serde::{Deserialize, Serialize};

/// When something is due, and what.
type Entry = (Timestamp, Due);

/// Everything that is due at an instant, each at most once for an instant.
///
/// State are the entries, in rows that can be shared; their order follows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Map<Entry, ()>")]
pub(crate) struct Agenda {
    entries: Map<Entry, ()>,
    #[serde(skip)]
    order: BTreeSet<Entry>,
}

impl From<Map<Entry, ()>> for Agenda {
    fn from(entries: Map<Entry, ()>) -> Agenda {
        let order = entries.keys().copied().collect();
        Agenda { entries, order }
    }
}

impl Agenda {
    /// What is due first.
    pub(crate) fn first(&self) -> Option<&Entry> {
        self.order.first()
    }

    /// Whether an entry is there.
    pub(crate) fn has(&self, entry: &Entry) -> bool {
        self.order.contains(entry)
    }

    /// Adds an entry; one that is there already changes nothing.
    pub(crate) fn insert(&mut self, entry: Entry) {
        self.order.insert(entry);
        self.entries.insert(entry, ());
    }

    /// Removes an entry, if it is there.
    pub(crate) fn remove(&mut self, entry: &Entry) {
        self.order.remove(entry);
        self.entries.remove(entry);
    }
}

impl Freeze for Agenda {
    fn shared(&self) -> Agenda {
        Agenda { entries: self.entries.shared(), order: BTreeSet::new() }
    }
}
