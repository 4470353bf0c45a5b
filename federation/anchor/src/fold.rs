//! Folds: many heads under one root. A region folds its cells, a round folds the regions.
//!
//! Both are RFC 6962 trees over canonical bytes, members in the order of their names. The
//! number of members is bound in what the next step commits to: in [`RegionHead`] and in
//! [`Round`](crate::round::Round).

use crate::canon::Canon;
use crate::header_log::CellHead;
use crate::rfc6962::{self, Tree};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::{Digest, NodeId, RegionId};
use serde::{Deserialize, Serialize};

/// What a region publishes: the root over its cells' heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionHead {
    /// The region.
    pub region: RegionId,
    /// How many cells were folded.
    pub cells: u64,
    /// The root over their heads.
    pub root: Digest,
}

impl CellHead {
    /// The cell's leaf in a fold: over its canonical bytes, layout `gcfn/cell-head/v1`.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        let canon = Canon::new("gcfn/cell-head/v1").text(self.cell.as_str());
        rfc6962::leaf(&canon.number(self.size).digest(&self.root).finish())
    }
}

impl RegionHead {
    /// The region's leaf in a fold: over its canonical bytes, layout `gcfn/region-head/v1`.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        let canon = Canon::new("gcfn/region-head/v1").text(self.region.as_str());
        rfc6962::leaf(&canon.number(self.cells).digest(&self.root).finish())
    }
}

/// The way from a member's leaf to the root of a fold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldPath {
    /// The member's place.
    pub index: u64,
    /// The siblings, bottom up.
    pub path: Vec<Digest>,
}

impl FoldPath {
    /// Whether this leads from `leaf` to `root` in a fold of `members`.
    #[must_use]
    pub fn leads(&self, leaf: Digest, members: u64, root: Digest) -> bool {
        rfc6962::root_of(leaf, self.index, members, &self.path) == Some(root)
    }

    fn of(tree: &Tree, index: usize) -> FoldPath {
        let index = index as u64;
        let path = tree.prove_inclusion(index, tree.size()).expect("members have leaves");
        FoldPath { index, path }
    }
}

fn tree_of(leaves: impl IntoIterator<Item = Digest>) -> Tree {
    let mut tree = Tree::default();
    leaves.into_iter().for_each(|leaf| tree.append(leaf));
    tree
}

/// A region's cells, folded by its regional node.
#[derive(Clone, Debug)]
pub struct RegionFold {
    region: RegionId,
    cells: Vec<NodeId>,
    tree: Tree,
}

impl RegionFold {
    /// Folds the cells of `region`; of two heads of one cell the later in `heads` counts.
    #[must_use]
    pub fn new(region: RegionId, heads: impl IntoIterator<Item = CellHead>) -> RegionFold {
        let heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.cell, head)).collect();
        let tree = tree_of(heads.values().map(CellHead::leaf));
        RegionFold { region, cells: heads.into_keys().collect(), tree }
    }

    /// What the region publishes.
    #[must_use]
    pub fn head(&self) -> RegionHead {
        RegionHead { region: self.region, cells: self.tree.size(), root: self.tree.root() }
    }

    /// The way from `cell` to the region's root, or `None` when it was not folded.
    #[must_use]
    pub fn prove(&self, cell: NodeId) -> Option<FoldPath> {
        self.cells.binary_search(&cell).ok().map(|index| FoldPath::of(&self.tree, index))
    }
}

/// The federation's own cell and all regions, folded for one round.
///
/// The federation's head is the first member; the regions follow.
#[derive(Clone, Debug)]
pub struct GlobalFold {
    regions: Vec<RegionId>,
    tree: Tree,
}

impl GlobalFold {
    /// Folds `federation` and `regions`; of two heads of one region the later counts.
    #[must_use]
    pub fn new(federation: &CellHead, regions: impl IntoIterator<Item = RegionHead>) -> GlobalFold {
        let heads: BTreeMap<_, _> = regions.into_iter().map(|head| (head.region, head)).collect();
        let leaves = heads.values().map(RegionHead::leaf);
        let tree = tree_of(core::iter::once(federation.leaf()).chain(leaves));
        GlobalFold { regions: heads.into_keys().collect(), tree }
    }

    /// How many members were folded: the regions, and one.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.tree.size()
    }

    /// The global root.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.tree.root()
    }

    /// The way from the federation's own head to the global root.
    #[must_use]
    pub fn prove_federation(&self) -> FoldPath {
        FoldPath::of(&self.tree, 0)
    }

    /// The way from `region` to the global root, or `None` when it was not folded.
    #[must_use]
    pub fn prove(&self, region: RegionId) -> Option<FoldPath> {
        let index = self.regions.binary_search(&region).ok()?;
        Some(FoldPath::of(&self.tree, index.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests;
