//! Receipts: one event, proven from its bytes to the validators' signatures, offline.
//!
//! The pieces stand alone: an [`EventProof`] shows an event to whoever already trusts a
//! cell's head, such as a mirror; a [`HeadProof`] shows a head to whoever trusts a roster.
//! A [`Receipt`] is both.

use crate::epoch::EpochHeader;
use crate::event_tree;
use crate::fold::{FoldPath, RegionHead};
use crate::header_log::CellHead;
use crate::hex;
use crate::rfc6962;
use crate::roster::{CosignatureFault, Roster};
use crate::round::{Cosignature, Round};
use alloc::vec::Vec;
use gcfn_model::{Digest, NodeId};
use serde::{Deserialize, Serialize};

/// The version of the receipts that are made today.
pub const VERSION: u16 = 1;

/// An event and everything that shows that it is final. A stranger needs only the [`Roster`].
///
/// JSON is the form that is handed out (`gcfn verify proof.json`). Nothing in it is free: any
/// change at all makes [`Receipt::verify`] refuse it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`VERSION`].
    pub version: u16,
    /// The event's bytes, as they were recorded.
    #[serde(with = "hex")]
    pub event: Vec<u8>,
    /// The event is in the cell's history.
    pub proof: EventProof,
    /// The cell's head is under a final round.
    pub anchor: HeadProof,
}

/// An event's way to its cell's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventProof {
    /// The event's salt.
    pub salt: Digest,
    /// The event's place in its epoch.
    pub index: u64,
    /// From the event's leaf to the epoch's `events_root`.
    pub path: Vec<Digest>,
    /// The epoch.
    pub header: EpochHeader,
    /// From the header, at the index that is its epoch, to the cell's head.
    pub header_path: Vec<Digest>,
}

/// A cell's head and its way to a final round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadProof {
    /// The cell's head.
    pub head: CellHead,
    /// The region that folded the head. Absent for the federation's own cell.
    pub region: Option<RegionStep>,
    /// From the region's head, or the federation's, to the global root.
    pub global: FoldPath,
    /// The round that has the global root.
    pub round: Round,
    /// The validators that co-signed the round, in the order of their names.
    pub cosignatures: Vec<Cosignature>,
}

/// A cell's way to its region's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionStep {
    /// What the region published.
    pub head: RegionHead,
    /// From the cell's head to the region's root.
    pub cell: FoldPath,
}

/// The first step of a receipt that does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum ReceiptFault {
    /// Made by a program that is newer than this one: verify with that one.
    #[error("receipt version {0} is not {VERSION}")]
    UnknownVersion(u16) = 1,
    /// The event, its salt or its path is not what the epoch's header commits to.
    #[error("event does not hash to a leaf of its epoch")]
    EventNotInEpoch = 2,
    /// The header is of one cell and the head of another.
    #[error("epoch is of cell {epoch}, head is of cell {head}")]
    OtherCell {
        /// The header's cell.
        epoch: NodeId,
        /// The head's cell.
        head: NodeId,
    } = 3,
    /// The header or its path is not what the cell's head commits to.
    #[error("epoch header is not under the head of its cell")]
    HeaderNotInHead = 4,
    /// The cell's head or its path is not what the region's head commits to.
    #[error("head of the cell is not under the root of its region")]
    CellNotInRegion = 5,
    /// The region's head (or the federation's own) or its path is not what the round commits to.
    #[error("region is not under the global root")]
    RegionNotInRound = 6,
    /// Verify with the roster of the time of the round.
    #[error("round is of another roster")]
    OtherRoster = 7,
    /// A co-signature is wrong, or of nobody in the roster.
    #[error(transparent)]
    Cosignature(#[from] CosignatureFault) = 8,
    /// A validator comes twice, or not in the order of names.
    #[error("co-signature of {0} is out of order")]
    CosignatureOrder(NodeId) = 9,
    /// The round is ordered but not final: ask again later.
    #[error("co-signatures hold less than two thirds of the weight")]
    NotFinal = 10,
}

impl EpochHeader {
    /// Checks that this header, at the index that is its epoch, is in the history that `head` commits
    /// to; `path` leads from the one to the other.
    ///
    /// # Errors
    /// [`ReceiptFault::OtherCell`] and [`ReceiptFault::HeaderNotInHead`].
    pub fn verify(&self, path: &[Digest], head: &CellHead) -> Result<(), ReceiptFault> {
        if self.cell != head.cell {
            return Err(ReceiptFault::OtherCell { epoch: self.cell, head: head.cell });
        }
        let leaf = rfc6962::leaf(&self.canonical());
        if rfc6962::root_of(leaf, self.epoch, head.size, path) != Some(head.root) {
            return Err(ReceiptFault::HeaderNotInHead);
        }
        Ok(())
    }
}

impl EventProof {
    /// Checks that `event` is in the history that `head` commits to.
    pub fn verify(&self, event: &[u8], head: &CellHead) -> Result<(), ReceiptFault> {
        let EpochHeader { leaf_count, events_root, .. } = self.header;
        let leaf = event_tree::leaf(&self.salt, event);
        if event_tree::root_of(leaf, self.index, leaf_count, &self.path) != Some(events_root) {
            return Err(ReceiptFault::EventNotInEpoch);
        }
        self.header.verify(&self.header_path, head)
    }

    /// The event's sequence number in its cell.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.header.first_seq.saturating_add(self.index)
    }
}

impl HeadProof {
    /// Checks that the head is under a round that `roster` made final.
    pub fn verify(&self, roster: &Roster) -> Result<(), ReceiptFault> {
        let member = match &self.region {
            Some(RegionStep { head, cell }) => {
                if !cell.leads(self.head.leaf(), head.cells, head.root) {
                    return Err(ReceiptFault::CellNotInRegion);
                }
                head.leaf()
            }
            None => self.head.leaf(),
        };
        if !self.global.leads(member, self.round.members, self.round.root) {
            return Err(ReceiptFault::RegionNotInRound);
        }
        self.verify_cosignatures(roster)
    }

    /// Stricter than [`Roster::is_final`]: a receipt carries no co-signature that does not count.
    fn verify_cosignatures(&self, roster: &Roster) -> Result<(), ReceiptFault> {
        if self.round.roster != roster.digest() {
            return Err(ReceiptFault::OtherRoster);
        }
        let mut last = None;
        for cosignature in &self.cosignatures {
            roster.check(&self.round, cosignature)?;
            if Some(cosignature.validator) <= last {
                return Err(ReceiptFault::CosignatureOrder(cosignature.validator));
            }
            last = Some(cosignature.validator);
        }
        if !roster.is_two_thirds(self.cosignatures.iter().map(|by| by.validator)) {
            return Err(ReceiptFault::NotFinal);
        }
        Ok(())
    }
}

impl Receipt {
    /// Checks the receipt from the event up to the co-signatures, and names the first step that does
    /// not match.
    ///
    /// # Errors
    /// [`ReceiptFault`].
    pub fn verify(&self, roster: &Roster) -> Result<(), ReceiptFault> {
        if self.version != VERSION {
            return Err(ReceiptFault::UnknownVersion(self.version));
        }
        self.proof.verify(&self.event, &self.anchor.head)?;
        self.anchor.verify(roster)
    }
}

#[cfg(test)]
mod tests;
