//! A cell's headers as an RFC 6962 log, for whoever proves: the cell's own shell, and every
//! mirror of the cell.

use crate::canon::sha256;
use crate::epoch::EpochHeader;
use crate::rfc6962::{self, Head, Tree};
use crate::tile::{Kind, Tile};
use alloc::vec::Vec;
use gcfn_model::{Digest, NodeId};
use serde::{Deserialize, Serialize};

/// The head of a cell's header log: what its checkpoint says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellHead {
    /// The cell.
    pub cell: NodeId,
    /// How many epochs it has closed.
    pub size: u64,
    /// The root over their headers.
    pub root: Digest,
}

impl CellHead {
    /// Whether `proof` shows that `later` continues this history.
    #[must_use]
    pub fn is_continued_by(&self, later: &CellHead, proof: &[Digest]) -> bool {
        let head = |of: &CellHead| Head { size: of.size, root: of.root };
        self.cell == later.cell && rfc6962::is_consistent(head(self), head(later), proof)
    }
}

/// Why a header does not continue a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum HeaderFault {
    /// Of another cell: send it to that cell's log.
    #[error("header is of cell {0}")]
    OtherCell(NodeId) = 1,
    /// Not the next epoch: send the ones between first, or stop repeating.
    #[error("header is not of epoch {expected}")]
    OutOfOrder {
        /// The epoch that comes next.
        expected: u64,
    } = 2,
    /// Does not name the last header as its previous one: the cell shows two histories.
    #[error("header does not follow the last one")]
    Forked = 3,
}

/// All headers of a cell, by their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderLog {
    cell: NodeId,
    last: Digest,
    tree: Tree,
}

impl HeaderLog {
    /// The log of `cell` before its first epoch.
    #[must_use]
    pub fn new(cell: NodeId) -> HeaderLog {
        HeaderLog { cell, last: Digest::ZERO, tree: Tree::default() }
    }

    /// Appends the header of the next epoch.
    pub fn append(&mut self, header: &EpochHeader) -> Result<(), HeaderFault> {
        if header.cell != self.cell {
            return Err(HeaderFault::OtherCell(header.cell));
        }
        let expected = self.tree.size();
        if header.epoch != expected {
            return Err(HeaderFault::OutOfOrder { expected });
        }
        if header.prev != self.last {
            return Err(HeaderFault::Forked);
        }
        let bytes = header.canonical();
        self.last = sha256(&bytes);
        self.tree.append(rfc6962::leaf(&bytes));
        Ok(())
    }

    /// The head now.
    #[must_use]
    pub fn head(&self) -> CellHead {
        CellHead { cell: self.cell, size: self.tree.size(), root: self.tree.root() }
    }

    /// The head when there were `size` epochs, or `None` before there are.
    #[must_use]
    pub fn head_at(&self, size: u64) -> Option<CellHead> {
        self.tree.root_at(size).map(|root| CellHead { cell: self.cell, size, root })
    }

    /// The path of the header of `epoch` to the head at `size`.
    #[must_use]
    pub fn prove(&self, epoch: u64, size: u64) -> Option<Vec<Digest>> {
        self.tree.prove_inclusion(epoch, size)
    }

    /// The proof that the head at `old` is continued by the head at `new`.
    #[must_use]
    pub fn prove_consistency(&self, old: u64, new: u64) -> Option<Vec<Digest>> {
        self.tree.prove_consistency(old, new)
    }

    /// The hashes of a tile, one after the other; `None` for headers and for what the log does not
    /// reach.
    #[must_use]
    pub fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        let Kind::Hashes(level) = tile.kind() else { return None };
        let hashes = self.tree.perfect(u32::from(level).checked_mul(8)?, tile.range()?)?;
        Some(hashes.iter().flat_map(|hash| hash.0).collect())
    }
}

#[cfg(test)]
mod tests;
