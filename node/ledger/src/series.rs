//! One series: who holds which of its coupons, and what is left of each.
//!
//! Decides how holdings are represented. The runs of a series tile its serials from 0 to its
//! quantity without gap or overlap, so every coupon has exactly one holder whatever happens:
//! conservation is the data structure. Knows no rule about who may hold what.

use crate::{Holder, SumNode, SumProof, SumTree};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_model::{Amount, NodeId, Serial, SeriesId};
use serde::{Deserialize, Serialize};

/// What was minted. Fixed at registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The face value of one coupon, in minor units of the series' currency; not zero.
    pub face: Amount,
    /// How many coupons were minted, serials 0 up to it; not zero.
    pub quantity: u64,
    /// The node where the series was minted, when it is not this one.
    pub home: Option<NodeId>,
}

/// The serials from `first` up to, but without, `end`; `first < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SerialRange {
    /// The first serial in it.
    pub first: Serial,
    /// The first serial after it.
    pub end: Serial,
}

impl SerialRange {
    /// How many serials it has.
    #[must_use]
    pub fn count(self) -> u64 {
        self.end.saturating_sub(self.first)
    }
}

/// Neighbouring coupons of one holder in the same condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// Which coupons.
    pub range: SerialRange,
    /// How often each has been resold.
    pub resales: u8,
    /// What is left of the face of each: less than the face after a partial redemption, never zero.
    pub left: Amount,
}

/// A range of coupons that have holder and condition in common. Its first serial is its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) end: Serial,
    pub(crate) holder: Holder,
    pub(crate) resales: u8,
    pub(crate) left: Amount,
    /// Its leaf in the series' sum tree.
    leaf: usize,
}

impl Run {
    pub(crate) fn lot(&self, first: Serial) -> Lot {
        let range = SerialRange { first, end: self.end };
        Lot { range, resales: self.resales, left: self.left }
    }

    /// Whether the run that begins where this one ends could be one with it.
    fn joins(&self, next: &Run) -> bool {
        (self.holder, self.resales, self.left) == (next.holder, next.resales, next.left)
    }
}

/// What one holder has of a series. Follows from the runs.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) quantity: u64,
    pub(crate) value: Amount,
    /// The first serials of its runs.
    pub(crate) runs: BTreeSet<Serial>,
}

impl Holding {
    const NOTHING: Holding = Holding { quantity: 0, value: Amount::ZERO, runs: BTreeSet::new() };
}

/// The coupons of one series.
///
/// Its sum tree has a leaf per *run*, counting coupons: the root's sum is the quantity minted,
/// always, and the proof of one coupon shows its holder and condition without showing what else
/// that holder has. A leaf per holder over a digest of its ranges was rejected: one redeemed
/// coupon would cost hashing every range of all that were redeemed before.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "SeriesSnapshot")]
pub(crate) struct Series {
    pub(crate) terms: Terms,
    /// Its leaf in the sum tree over all series.
    pub(crate) leaf: usize,
    /// Face redeemed in part from coupons that are still held, or were before they ended.
    pub(crate) redeemed_in_part: Amount,
    runs: BTreeMap<Serial, Run>,
    /// Leaves of the tree that no run uses at present; the last is used next.
    unused: Vec<usize>,
    #[serde(skip)]
    held: BTreeMap<Holder, Holding>,
    #[serde(skip)]
    tree: SumTree,
}

/// What of a [`Series`] is state; the rest follows from it. It is read from snapshots only, whose
/// checksum the cell has verified, so what it says is taken as it stands.
#[derive(Deserialize)]
struct SeriesSnapshot {
    terms: Terms,
    leaf: usize,
    redeemed_in_part: Amount,
    runs: BTreeMap<Serial, Run>,
    unused: Vec<usize>,
}

impl From<SeriesSnapshot> for Series {
    fn from(state: SeriesSnapshot) -> Series {
        let mut series = Series {
            terms: state.terms,
            leaf: state.leaf,
            redeemed_in_part: state.redeemed_in_part,
            runs: BTreeMap::new(),
            unused: Vec::new(),
            held: BTreeMap::new(),
            tree: SumTree::default(),
        };
        for leaf in &state.unused {
            series.tree.set(*leaf, SumNode::EMPTY);
        }
        for (first, run) in state.runs {
            series.put(first, run);
        }
        series.unused = state.unused;
        series
    }
}

impl Series {
    /// A series with all its coupons, whole and never resold, at `holder`.
    pub(crate) fn new(terms: Terms, leaf: usize, holder: Holder) -> Series {
        let run = Run { end: terms.quantity, holder, resales: 0, left: terms.face, leaf: 0 };
        SeriesSnapshot {
            terms,
            leaf,
            redeemed_in_part: Amount::ZERO,
            runs: BTreeMap::from([(0, run)]),
            unused: Vec::new(),
        }
        .into()
    }

    /// The run that `serial` is in, with its first serial.
    pub(crate) fn run_at(&self, serial: Serial) -> Option<(Serial, &Run)> {
        let (&first, run) = self.runs.range(..=serial).next_back()?;
        (serial < run.end).then_some((first, run))
    }

    pub(crate) fn holding(&self, holder: Holder) -> Option<&Holding> {
        self.held.get(&holder)
    }

    pub(crate) fn holdings(&self) -> impl Iterator<Item = (Holder, &Holding)> {
        self.held.iter().map(|(&holder, holding)| (holder, holding))
    }

    /// The lots of `holder`, lowest serials first.
    pub(crate) fn lots(&self, holder: Holder) -> impl Iterator<Item = Lot> {
        let firsts = self.held.get(&holder).into_iter().flat_map(|holding| &holding.runs);
        firsts.filter_map(|first| Some(self.runs.get(first)?.lot(*first)))
    }

    /// What lies in `range`, cut to it: holders and lots in the order of serials.
    pub(crate) fn within(&self, range: SerialRange) -> impl Iterator<Item = (Holder, Lot)> {
        let first = self.run_at(range.first).map_or(range.first, |(first, _)| first);
        self.runs.range(first..range.end).map(move |(&first, run)| {
            let cut = SerialRange { first: first.max(range.first), end: run.end.min(range.end) };
            (run.holder, Lot { range: cut, ..run.lot(first) })
        })
    }

    /// Applies `change` to every coupon in `range`, which is within the series. Gives the lots as
    /// they are then.
    pub(crate) fn update(&mut self, range: SerialRange, change: impl Fn(&mut Run)) -> Vec<Lot> {
        self.split(range.first);
        self.split(range.end);
        let firsts: Vec<Serial> =
            self.runs.range(range.first..range.end).map(|(&first, _)| first).collect();
        let mut lots = Vec::with_capacity(firsts.len());
        for &first in &firsts {
            let mut run = self.take(first);
            change(&mut run);
            lots.push(run.lot(first));
            self.put(first, run);
        }
        firsts.into_iter().chain([range.end]).for_each(|first| self.join(first));
        lots
    }

    /// The key of the series' own leaf under `id`: everything that the runs do not say.
    pub(crate) fn key(&mut self, id: SeriesId) -> impl Serialize + use<> {
        (id, self.terms, self.redeemed_in_part, self.tree.root().hash)
    }

    /// The lot that `serial` is in, its holder, and the proof of both.
    pub(crate) fn prove(&mut self, serial: Serial) -> Option<(Holder, Lot, SumProof)> {
        let (first, &run) = self.run_at(serial)?;
        Some((run.holder, run.lot(first), self.tree.prove(run.leaf)?))
    }

    /// Makes `serial` the first of its run.
    fn split(&mut self, serial: Serial) {
        let Some((first, &run)) = self.run_at(serial) else { return };
        if first == serial {
            return;
        }
        self.take(first);
        let leaf = self.unused.pop().unwrap_or(self.tree.len());
        self.put(serial, Run { leaf, ..run });
        self.put(first, Run { end: serial, ..run });
    }

    /// Makes the run that begins at `serial` one with the run before it, if they are alike.
    fn join(&mut self, serial: Serial) {
        let Some((&first, &before)) = self.runs.range(..serial).next_back() else { return };
        let Some(&run) = self.runs.get(&serial) else { return };
        if before.joins(&run) {
            self.take(serial);
            self.take(first);
            self.tree.set(run.leaf, SumNode::EMPTY);
            self.unused.push(run.leaf);
            self.put(first, Run { end: run.end, ..before });
        }
    }

    /// Removes a run that exists, and leaves its leaf to the caller.
    fn take(&mut self, first: Serial) -> Run {
        let run = self.runs.remove(&first).expect("runs are taken where they are known to begin");
        let (count, value) = size(first, &run);
        let holding = self.held.get_mut(&run.holder).expect("a run's holder has a holding");
        holding.quantity = holding.quantity.checked_sub(count).expect("the sum of its runs");
        holding.value = holding.value.checked_sub(value).expect("the sum of its runs");
        holding.runs.remove(&first);
        if holding.runs.is_empty() {
            self.held.remove(&run.holder);
        }
        run
    }

    /// Adds a run where there is none.
    fn put(&mut self, first: Serial, run: Run) {
        let (count, value) = size(first, &run);
        let holding = self.held.entry(run.holder).or_insert(Holding::NOTHING);
        holding.quantity = holding.quantity.checked_add(count).expect("at most what was minted");
        holding.value = holding.value.checked_add(value).expect("at most what was minted");
        holding.runs.insert(first);
        self.tree.set(run.leaf, SumNode::leaf(&(run.holder, run.lot(first)), u128::from(count)));
        self.runs.insert(first, run);
    }
}

/// How many coupons a run has, and what is left of their face together.
fn size(first: Serial, run: &Run) -> (u64, Amount) {
    let count = run.lot(first).range.count();
    let value = run.left.checked_mul(count).expect("the face of a whole series is an amount");
    (count, value)
}
