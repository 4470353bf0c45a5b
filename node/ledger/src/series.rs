//! One series: who holds which of its coupons, and what is left of each.
//!
//! Decides how holdings are represented. The runs of a series tile its serials from 0 to its
//! quantity without gap or overlap, so every coupon has exactly one holder whatever happens:
//! conservation is the data structure. Knows no rule about who may hold what.

use crate::holding::Holding;
use crate::{Holder, SumNode, SumProof, SumTree};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::{Amount, NodeId, Serial, SeriesId};
use gcfn_table::{Freeze, Row, Slots, Table};
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

/// A range of coupons that have holder and condition in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) range: SerialRange,
    pub(crate) holder: Holder,
    pub(crate) resales: u8,
    pub(crate) left: Amount,
}

impl Run {
    pub(crate) fn lot(&self) -> Lot {
        Lot { range: self.range, resales: self.resales, left: self.left }
    }

    /// What is left of the face of all its coupons.
    pub(crate) fn value(&self) -> Amount {
        let value = self.left.checked_mul(self.range.count());
        value.expect("the face of a whole series is an amount")
    }

    /// Whether the run that begins where this one ends could be one with it.
    fn joins(&self, next: &Run) -> bool {
        (self.holder, self.resales, self.left) == (next.holder, next.resales, next.left)
    }

    /// Its leaf in the series' sum tree.
    fn leaf(&self) -> SumNode {
        SumNode::leaf(&(self.holder, self.lot()), u128::from(self.range.count()))
    }
}

/// The coupons of one series.
///
/// Its sum tree has a leaf per *run*, counting coupons: the root's sum is the quantity minted,
/// always, and the proof of one coupon shows its holder and condition without showing what else
/// that holder has. A leaf per holder over a digest of its ranges was rejected: one redeemed
/// coupon would cost hashing every range of all that were redeemed before.
///
/// A run's leaf has the number of its row, so which row is vacant and which comes next is state.
/// Who begins where, who has what and the tree follow from the rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "SeriesSnapshot")]
pub(crate) struct Series {
    pub(crate) id: SeriesId,
    pub(crate) terms: Terms,
    /// Face redeemed in part from coupons that are still held, or were before they ended.
    pub(crate) redeemed_in_part: Amount,
    runs: Slots<Run>,
    /// The row of the run that begins at a serial.
    #[serde(skip)]
    begins: BTreeMap<Serial, Row>,
    #[serde(skip)]
    held: Table<Holder, Holding>,
    #[serde(skip)]
    tree: SumTree,
}

/// What of a [`Series`] is state; the rest follows from it. It is read from snapshots only, whose
/// checksum the cell has verified, so what it says is taken as it stands.
#[derive(Deserialize)]
struct SeriesSnapshot {
    id: SeriesId,
    terms: Terms,
    redeemed_in_part: Amount,
    runs: Slots<Run>,
}

impl From<SeriesSnapshot> for Series {
    fn from(state: SeriesSnapshot) -> Series {
        let SeriesSnapshot { id, terms, redeemed_in_part, runs } = state;
        let (mut begins, mut held, mut tree) = (BTreeMap::new(), Table::new(), SumTree::default());
        for (row, run) in runs.iter() {
            begins.insert(run.range.first, row);
            add(&mut held, run, row);
        }
        (0..runs.width()).for_each(|row| tree.touch(row as usize));
        Series { id, terms, redeemed_in_part, runs, begins, held, tree }
    }
}

impl Series {
    /// A series with all its coupons, whole and never resold, at `holder`.
    pub(crate) fn new(id: SeriesId, terms: Terms, holder: Holder) -> Series {
        let range = SerialRange { first: 0, end: terms.quantity };
        let mut runs = Slots::new();
        runs.insert(Run { range, holder, resales: 0, left: terms.face });
        SeriesSnapshot { id, terms, redeemed_in_part: Amount::ZERO, runs }.into()
    }

    /// The run that `serial` is in.
    pub(crate) fn run_at(&self, serial: Serial) -> Option<&Run> {
        self.runs.at(self.row_at(serial)?)
    }

    pub(crate) fn holding(&self, holder: Holder) -> Option<&Holding> {
        self.held.find(holder)
    }

    /// Every holder with what it has, in the order of holders.
    pub(crate) fn holdings(&self) -> Vec<(Holder, &Holding)> {
        let mut holdings: Vec<(Holder, &Holding)> =
            self.held.iter().map(|(_, &holder, holding)| (holder, holding)).collect();
        holdings.sort_unstable_by_key(|(holder, _)| *holder);
        holdings
    }

    /// How many coupons and how much face all holders have together; `None` above an amount.
    pub(crate) fn totals(&self) -> Option<(u64, Amount)> {
        let mut holdings = self.held.iter().map(|(_, _, holding)| holding);
        holdings.try_fold((0u64, Amount::ZERO), |(quantity, value), holding| {
            let quantity = quantity.checked_add(holding.quantity)?;
            Some((quantity, value.checked_add(holding.value)?))
        })
    }

    /// The lots of `holder`, lowest serials first.
    pub(crate) fn lots(&self, holder: Holder) -> impl Iterator<Item = Lot> {
        let rows = self.held.find(holder).into_iter().flat_map(Holding::rows);
        rows.filter_map(|row| Some(self.runs.at(row)?.lot()))
    }

    /// What lies in `range`, cut to it: holders and lots in the order of serials.
    pub(crate) fn within(&self, range: SerialRange) -> impl Iterator<Item = (Holder, Lot)> {
        let first = self.run_at(range.first).map_or(range.first, |run| run.range.first);
        let rows = self.begins.range(first..range.end).map(|(_, &row)| row);
        rows.filter_map(move |row| {
            let run = self.runs.at(row)?;
            let first = run.range.first.max(range.first);
            let cut = SerialRange { first, end: run.range.end.min(range.end) };
            Some((run.holder, Lot { range: cut, ..run.lot() }))
        })
    }

    /// Applies `change` to every run in `range`, which is within the series. Gives the lots as
    /// they are then.
    pub(crate) fn update(&mut self, range: SerialRange, change: impl Fn(&mut Run)) -> Vec<Lot> {
        self.split(range.first);
        self.split(range.end);
        let within = self.begins.range(range.first..range.end);
        let runs: Vec<(Serial, Row)> = within.map(|(&first, &row)| (first, row)).collect();
        let mut lots = Vec::with_capacity(runs.len());
        for &(_, row) in &runs {
            let run = self.runs.at_mut(row).expect(BEGUN);
            remove(&mut self.held, run);
            change(run);
            add(&mut self.held, run, row);
            lots.push(run.lot());
            self.tree.touch(row.0 as usize);
        }
        runs.into_iter().for_each(|(first, _)| self.join(first));
        self.join(range.end);
        lots
    }

    /// The series' own leaf: its sum is how many coupons were minted, its key everything else
    /// that the runs do not say.
    pub(crate) fn leaf(&mut self) -> SumNode {
        let key = (self.id, self.terms, self.redeemed_in_part, self.root().hash);
        SumNode::leaf(&key, u128::from(self.terms.quantity))
    }

    /// The lot that `serial` is in, its holder, and the proof of both.
    pub(crate) fn prove(&mut self, serial: Serial) -> Option<(Holder, Lot, SumProof)> {
        let row = self.row_at(serial)?;
        self.root();
        let run = self.runs.at(row)?;
        Some((run.holder, run.lot(), self.tree.prove(row.0 as usize)?))
    }

    /// The root over all runs. Hashes each run that changed since the last time, once.
    fn root(&mut self) -> SumNode {
        let runs = &self.runs;
        self.tree.refresh(|leaf| {
            let row = u32::try_from(leaf).map(Row).expect("leaves are numbered as rows");
            runs.at(row).map_or(SumNode::EMPTY, Run::leaf)
        });
        self.tree.root()
    }

    fn row_at(&self, serial: Serial) -> Option<Row> {
        if self.terms.quantity <= serial {
            return None;
        }
        self.begins.range(..=serial).next_back().map(|(_, &row)| row)
    }

    /// Makes `serial` the first of its run.
    fn split(&mut self, serial: Serial) {
        let Some(row) = self.row_at(serial) else { return };
        let run = self.runs.at(row).expect(BEGUN);
        if run.range.first == serial {
            return;
        }
        let (holder, end) = (run.holder, run.range.end);
        let second = Run { range: SerialRange { first: serial, end }, ..*run };
        self.runs.at_mut(row).expect(BEGUN).range.end = serial;
        let new = self.runs.insert(second);
        self.begins.insert(serial, new);
        self.held.find_mut(holder).expect(HELD).begin(serial, new);
        [row, new].into_iter().for_each(|row| self.tree.touch(row.0 as usize));
    }

    /// Makes the run that begins at `serial` one with the run before it, if they are alike.
    fn join(&mut self, serial: Serial) {
        let mut upto = self.begins.range(..=serial).rev().map(|(&first, &row)| (first, row));
        let Some((_, row)) = upto.next().filter(|(first, _)| *first == serial) else { return };
        let Some((_, before)) = upto.next() else { return };
        let run = *self.runs.at(row).expect(BEGUN);
        if !self.runs.at(before).expect(BEGUN).joins(&run) {
            return;
        }
        self.begins.remove(&serial);
        self.held.find_mut(run.holder).expect(HELD).end(serial);
        self.runs.remove(row);
        self.runs.at_mut(before).expect(BEGUN).range.end = run.range.end;
        [row, before].into_iter().for_each(|row| self.tree.touch(row.0 as usize));
    }
}

const BEGUN: &str = "a run is in the row where it is known to begin";
const HELD: &str = "a run's holder has a holding";

/// Adds a run to what its holder has.
fn add(held: &mut Table<Holder, Holding>, run: &Run, row: Row) {
    let known = held.row(run.holder);
    let of_holder = match known {
        Some(known) => known,
        None => held.insert(run.holder, Holding::NOTHING).expect("it was not there"),
    };
    held.at_mut(of_holder).expect("it is there now").add(run, row);
}

/// Removes a run from what its holder has.
fn remove(held: &mut Table<Holder, Holding>, run: &Run) {
    let holding = held.find_mut(run.holder).expect(HELD);
    holding.remove(run);
    if holding.is_empty() {
        held.remove(run.holder);
    }
}

impl Freeze for Series {
    fn shared(&self) -> Series {
        Series {
            runs: self.runs.shared(),
            begins: BTreeMap::new(),
            held: Table::new(),
            tree: SumTree::default(),
            ..*self
        }
    }
}
