//! The disputes that the machine remembers: by id, and by the trade that they are about.

use crate::dispute::{Dispute, DisputeState};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Bound;
use gcfn_model::{DisputeId, TradeId};
use serde::{Deserialize, Serialize};

/// Disputes by id and by trade. A trade may have several, one after the other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Disputes {
    known: BTreeMap<DisputeId, Dispute>,
    /// Those about a trade, in the order in which they were opened: at most the last is open.
    about: BTreeMap<TradeId, Vec<DisputeId>>,
}

impl Disputes {
    pub(crate) fn get(&self, id: DisputeId) -> Option<&Dispute> {
        self.known.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: DisputeId) -> Option<&mut Dispute> {
        self.known.get_mut(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&DisputeId, &Dispute)> {
        self.known.iter()
    }

    /// Those beyond `key`, in the order of ids.
    pub(crate) fn after(
        &self,
        key: Option<DisputeId>,
    ) -> impl Iterator<Item = (&DisputeId, &Dispute)> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.known.range((from, Bound::Unbounded))
    }

    /// Those that are not resolved.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Dispute> {
        self.known.values().filter(|dispute| is_open(dispute))
    }

    /// Adds a dispute about a trade that has no open one.
    pub(crate) fn add(&mut self, id: DisputeId, dispute: Dispute) {
        self.about.entry(dispute.trade).or_default().push(id);
        self.known.insert(id, dispute);
    }

    /// Whether a dispute about a trade is open.
    pub(crate) fn is_open_about(&self, trade: TradeId) -> bool {
        let about = self.about.get(&trade).into_iter().flatten();
        about.filter_map(|id| self.known.get(id)).any(is_open)
    }

    /// Forgets the disputes about a trade, and gives them in the order of their opening.
    pub(crate) fn forget_about(&mut self, trade: TradeId) -> Vec<(DisputeId, Dispute)> {
        let about = self.about.remove(&trade).unwrap_or_default();
        about.into_iter().filter_map(|id| Some((id, self.known.remove(&id)?))).collect()
    }

    /// Whether every dispute is found by its trade, and no other than the last about it is open.
    /// Looks at all of them.
    pub(crate) fn are_found(&self) -> bool {
        let filed = self.about.values().map(Vec::len).fold(0, usize::saturating_add);
        let open = |id: &DisputeId| self.known.get(id).is_some_and(is_open);
        let last = |ids: &[DisputeId]| {
            ids.split_last().is_some_and(|(_, before)| !before.iter().any(open))
        };
        let is_filed = |(id, of): (&DisputeId, &Dispute)| {
            self.about.get(&of.trade).is_some_and(|ids| ids.contains(id))
        };
        filed == self.known.len()
            && self.about.values().all(|ids| last(ids))
            && self.known.iter().all(is_filed)
    }
}

fn is_open(dispute: &Dispute) -> bool {
    !matches!(dispute.state, DisputeState::Resolved(_))
}
