//! What takes more than one word, and the words for it so far.
//!
//! One box for all of it: what validators decide about members and calendars, which takes two
//! thirds of their weight, and what the staff of the root do at the house, which takes two of them
//! (DRV-24). The first word is the proposal. A word ages; its author's next one about the same
//! matter takes its place; and what is carried ends everything else about its matter, for that was
//! looked at beside another state.

use crate::calendars::CalendarChange;
use crate::council::Council;
use crate::decision::{Approval, Decision};
use crate::staff::HouseAct;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::canon::sha256;
use gcfn_model::{Digest, Millis, NodeId, PartyId, ProposalId, Timestamp};
use serde::{Deserialize, Serialize};

/// What is to be decided. Append-only: the order is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Motion {
    /// About a member, by the validators.
    Member(Decision),
    /// On which days a currency settles, by the validators.
    Calendar(Box<CalendarChange>),
    /// At the house, by two of the root's staff.
    House(HouseAct),
}

/// A motion that waits for more words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    motion: Motion,
    /// By whom: a member of the root's staff, or the party that a validator is.
    words: BTreeMap<PartyId, (Timestamp, Approval)>,
}

/// Everything that waits for more words, by the digests of the motions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ballots(BTreeMap<Digest, Ballot>);

impl Motion {
    /// Its name: the same motion has the same name, whoever makes it.
    #[must_use]
    pub fn id(&self) -> ProposalId {
        ProposalId::derive(&[self.digest().as_bytes()])
    }

    /// SHA-256 of the motion in postcard.
    fn digest(&self) -> Digest {
        sha256(&postcard::to_allocvec(self).expect("a motion is plain data"))
    }

    /// Whether nobody can stand by both at a time.
    fn is_beside(&self, other: &Motion) -> bool {
        match (self, other) {
            (Motion::Member(one), Motion::Member(other)) => one.matter() == other.matter(),
            (Motion::Calendar(one), Motion::Calendar(other)) => one.currency == other.currency,
            _ => self == other,
        }
    }
}

impl Ballot {
    /// What is to be decided.
    #[must_use]
    pub fn motion(&self) -> &Motion {
        &self.motion
    }

    /// Who stands by it and since when: members of the root's staff for what is done at the
    /// house, validators' parties for everything else.
    pub fn words(&self) -> impl Iterator<Item = (PartyId, Timestamp, &Approval)> {
        self.words.iter().map(|(by, (at, approval))| (*by, *at, approval))
    }

    /// The nodes whose word it has, in the order of names.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        self.approvals().into_iter().map(|approval| approval.by).collect()
    }

    fn approvals(&self) -> Vec<Approval> {
        let mut all: Vec<Approval> = self.words.values().map(|(_, word)| *word).collect();
        all.sort_by_key(|approval| approval.by);
        all
    }
}

impl Ballots {
    /// Drops the words that are older than `lifetime`.
    pub(crate) fn forget(&mut self, now: Timestamp, lifetime: Millis) {
        for ballot in self.0.values_mut() {
            ballot.words.retain(|_, (at, _)| now.since(*at) < lifetime);
        }
        self.0.retain(|_, ballot| !ballot.words.is_empty());
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Ballot> {
        self.0.values()
    }

    /// Who made a motion that still waits.
    pub(crate) fn first(&self, motion: &Motion) -> Option<PartyId> {
        let words = &self.0.get(&motion.digest())?.words;
        words.iter().min_by_key(|(_, (at, _))| *at).map(|(by, _)| *by)
    }

    /// Counts the word of `by`, given at `at`. Returns all that the motion has, in the order of
    /// the names of nodes.
    pub(crate) fn count(
        &mut self,
        motion: &Motion,
        (by, at): (PartyId, Timestamp),
        word: Approval,
    ) -> Vec<Approval> {
        for other in self.0.values_mut().filter(|other| other.motion.is_beside(motion)) {
            other.words.remove(&by);
        }
        let fresh = || Ballot { motion: motion.clone(), words: BTreeMap::new() };
        let ballot = self.0.entry(motion.digest()).or_insert_with(fresh);
        ballot.words.insert(by, (at, word));
        let all = ballot.approvals();
        self.0.retain(|_, ballot| !ballot.words.is_empty());
        all
    }

    /// Ends a motion, carried or dismissed, and all beside it.
    pub(crate) fn end(&mut self, motion: &Motion) {
        self.0.retain(|_, ballot| !ballot.motion.is_beside(motion));
    }

    /// Ends every motion about a node that is no more.
    pub(crate) fn end_about(&mut self, node: NodeId) {
        let is_about = |motion: &Motion| match motion {
            Motion::Member(decision) => decision.node() == node,
            Motion::Calendar(_) | Motion::House(_) => false,
        };
        self.0.retain(|_, ballot| !is_about(&ballot.motion));
    }
}

impl Council {
    /// What waits for more words.
    pub fn ballots(&self) -> impl Iterator<Item = &Ballot> {
        self.ballots.iter()
    }

    /// Counts a validator's word. Returns all of them once they are enough, and ends the motion.
    pub(crate) fn carried(
        &mut self,
        motion: &Motion,
        by_and_at: (PartyId, Timestamp),
        word: Approval,
    ) -> Option<Vec<Approval>> {
        let words = self.ballots.count(motion, by_and_at, word);
        let names = words.iter().map(|word| word.by);
        if !self.directory.roster().is_two_thirds(names) {
            return None;
        }
        self.ballots.end(motion);
        Some(words)
    }
}
