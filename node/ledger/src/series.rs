//! One series: who holds which of its coupons, and what is left of each.
//!
//! Decides how holdings are represented. The runs of a series tile its serials from 0 to its
//! quantity without gap or overlap, so every coupon has exactly one holder whatever happens:
//! conservation is the data structure. Knows no rule about who may hold what.

use crate::holding::Holding;
use crate::stakes::{Place, Stakes};
use crate::{Holder, SumNode, SumProof, SumTree, TitleFault};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::{Amount, NodeId, Serial, SeriesId};
use gcfn_table::{Freeze, Row, Slots};
use serde::{Deserialize, Serialize};

/// What was minted. Fixed at registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// Which coupons.
    pub range: SerialRange,
    /// How often each has been resold.
    pub resales: u8,
    /// What is left of the face of each: less than the face after a partial redemption, never zero.
    pub left: Amount,
}

/// The beginning of a run, or all of it, with the run's row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    row: Row,
    pub(crate) range: SerialRange,
}

/// A range of coupons that have holder and condition in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) range: SerialRange,
    pub(crate) holder: Holder,
    pub(crate) resales: u8,
    pub(crate) left: Amount,
    /// The run that ends where this one begins. Follows from the ranges, as the next one does.
    #[serde(skip)]
    before: Option<Row>,
    /// The run that begins where this one ends.
    #[serde(skip)]
    after: Option<Row>,
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
    stakes: Stakes,
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
        let SeriesSnapshot { id, terms, redeemed_in_part, mut runs } = state;
        let (mut begins, mut stakes) = (BTreeMap::new(), Stakes::default());
        for (row, run) in runs.iter() {
            begins.insert(run.range.first, row);
            stakes.add(run, row);
        }
        let mut before = None;
        for &row in begins.values() {
            link(&mut runs, before, Some(row));
            before = Some(row);
        }
        let mut tree = SumTree::default();
        (0..runs.width()).for_each(|row| tree.touch(row as usize));
        Series { id, terms, redeemed_in_part, runs, begins, stakes, tree }
    }
}

impl Series {
    /// A series with all its coupons, whole and never resold, at `holder`.
    pub(crate) fn new(id: SeriesId, terms: Terms, holder: Holder) -> Series {
        let range = SerialRange { first: 0, end: terms.quantity };
        let mut runs = Slots::new();
        runs.insert(Run { range, holder, resales: 0, left: terms.face, before: None, after: None });
        SeriesSnapshot { id, terms, redeemed_in_part: Amount::ZERO, runs }.into()
    }

    /// The run that `serial` is in.
    pub(crate) fn run_at(&self, serial: Serial) -> Option<&Run> {
        self.runs.at(self.row_at(serial)?)
    }

    pub(crate) fn holding(&self, holder: Holder) -> Option<&Holding> {
        self.stakes.holding(holder)
    }

    /// Whether whoever `holder` is a place of has any coupon, in whatever place.
    pub(crate) fn has_any(&self, holder: Holder) -> bool {
        self.stakes.has_any(holder)
    }

    /// Every holder with what it has, in the order of holders.
    pub(crate) fn holdings(&self) -> Vec<(Holder, &Holding)> {
        let mut holdings: Vec<(Holder, &Holding)> = self.stakes.iter().collect();
        holdings.sort_unstable_by_key(|(holder, _)| *holder);
        holdings
    }

    /// How many coupons and how much face all holders have together; `None` above an amount.
    pub(crate) fn totals(&self) -> Option<(u64, Amount)> {
        let mut holdings = self.stakes.iter().map(|(_, holding)| holding);
        holdings.try_fold((0u64, Amount::ZERO), |(quantity, value), holding| {
            let quantity = quantity.checked_add(holding.quantity)?;
            Some((quantity, value.checked_add(holding.value)?))
        })
    }

    /// The lots of `holder`, lowest serials first.
    pub(crate) fn lots(&self, holder: Holder) -> impl Iterator<Item = Lot> {
        self.pieces(holder).map(|(_, lot)| lot)
    }

    /// Every run of `holder` as a piece, with its lot, lowest serials first.
    pub(crate) fn pieces(&self, holder: Holder) -> impl Iterator<Item = (Piece, Lot)> {
        let rows = self.holding(holder).into_iter().flat_map(Holding::rows);
        rows.filter_map(|row| {
            let run = self.runs.at(row)?;
            Some((Piece { row, range: run.range }, run.lot()))
        })
    }

    /// Adds to `pieces` the lowest serials of `from` that are whole and `allowed`, `quantity` of them.
    ///
    /// # Errors
    /// [`TitleFault::Insufficient`].
    pub(crate) fn pick(
        &self,
        from: Holder,
        quantity: u64,
        allowed: impl Fn(&Lot) -> bool,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), TitleFault> {
        let whole = |lot: &Lot| lot.left == self.terms.face && allowed(lot);
        let mut all = self.pieces(from).filter(|(_, lot)| whole(lot));
        let mut wanted = quantity;
        while wanted != 0 {
            let available = quantity.saturating_sub(wanted);
            let missing = TitleFault::Insufficient { holder: from, available };
            let (mut piece, _) = all.next().ok_or(missing)?;
            let taken = piece.range.count().min(wanted);
            piece.range.end = piece.range.first.saturating_add(taken);
            pieces.push(piece);
            wanted = wanted.saturating_sub(taken);
        }
        Ok(())
    }

    /// What lies in `range`, cut to it: holders and lots in the order of serials.
    pub(crate) fn within(&self, range: SerialRange) -> impl Iterator<Item = (Holder, Lot)> {
        let first = self.run_at(range.first);
        let runs = core::iter::successors(first, |run| self.runs.at(run.after?));
        runs.take_while(move |run| run.range.first < range.end).map(move |run| {
            let first = run.range.first.max(range.first);
            let cut = SerialRange { first, end: run.range.end.min(range.end) };
            (run.holder, Lot { range: cut, ..run.lot() })
        })
    }

    /// Applies `change` to every run in `range`, which is within the series. Gives the lots as
    /// they are then.
    pub(crate) fn update(&mut self, range: SerialRange, change: impl Fn(&mut Run)) -> Vec<Lot> {
        let first = self.row_at(range.first).expect("the range is within the series");
        let first = self.split(first, range.first);
        let (mut lots, mut next) = (Vec::new(), Some(first));
        while let Some(row) = next.filter(|&row| self.begins_before(row, range.end)) {
            self.split(row, range.end);
            let run = self.runs.at_mut(row).expect(LINKED);
            self.stakes.remove(run);
            change(run);
            self.stakes.add(run, row);
            lots.push(run.lot());
            next = run.after;
            self.tree.touch(row.0 as usize);
        }
        let mut next = Some(first);
        while let Some(row) = next {
            let run = self.runs.at(row).expect(LINKED);
            next = run.after.filter(|_| run.range.first < range.end);
            self.join(row);
        }
        lots
    }

    /// Moves pieces of `from`, in ascending order, to `to`, and counts `resales` more for each coupon.
    /// Gives the lots as they are then.
    ///
    /// What [`Series::update`] does of coupons that are named; here their runs and their holder are
    /// known, and are not looked for again.
    pub(crate) fn shift(
        &mut self,
        (from, to): (Holder, Holder),
        pieces: &[Piece],
        resales: u8,
    ) -> Vec<Lot> {
        let gives = self.stakes.place(from);
        let receives = self.stakes.place_beside(gives, to);
        let mut lots = Vec::with_capacity(pieces.len());
        for &Piece { row, range } in pieces {
            let run = *self.runs.at(row).expect(LINKED);
            let resales = run.resales.saturating_add(resales);
            let moved = Run { range, holder: to, resales, ..run };
            lots.push(moved.lot());
            if range.end < run.range.end {
                self.shift_beginning((gives, receives), row, &moved);
            } else {
                self.shift_whole((gives, receives), row, &moved);
            }
        }
        self.stakes.forget_if_empty(gives);
        lots
    }

    /// Moves the beginning of the run at `row`, which is `moved` then: one with the run before it,
    /// if they are alike. With the rest it is not, which stays with `gives`.
    fn shift_beginning(&mut self, (gives, receives): (Place, Place), row: Row, moved: &Run) {
        let SerialRange { first, end } = moved.range;
        let rest = self.split_off(row, end);
        let giving = self.stakes.at(gives);
        giving.shrink(moved);
        giving.move_begin(first, end, rest);
        self.begins.insert(end, rest);
        match moved.before.filter(|&before| self.is_joined(before, moved)) {
            Some(before) => {
                self.stakes.at(receives).grow(moved);
                self.merge(before, row);
            }
            None => {
                let run = self.runs.at_mut(row).expect(LINKED);
                (run.holder, run.resales) = (moved.holder, moved.resales);
                self.stakes.at(receives).add(moved, row);
            }
        }
        [row, rest].into_iter().for_each(|row| self.tree.touch(row.0 as usize));
    }

    /// Moves the run at `row`, which is `moved` then: one with its neighbours, if they are alike.
    fn shift_whole(&mut self, (gives, receives): (Place, Place), row: Row, moved: &Run) {
        let run = self.runs.at_mut(row).expect(LINKED);
        (run.holder, run.resales) = (moved.holder, moved.resales);
        self.stakes.at(gives).remove(moved);
        self.stakes.at(receives).add(moved, row);
        self.tree.touch(row.0 as usize);
        [Some(row), moved.after].into_iter().flatten().for_each(|row| self.join(row));
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
        // Mostly a run begins there, and to look for one serial costs half of what a range does.
        let begun = self.begins.get(&serial).copied();
        begun.or_else(|| self.begins.range(..serial).next_back().map(|(_, &row)| row))
    }

    fn begins_before(&self, row: Row, end: Serial) -> bool {
        self.runs.at(row).is_some_and(|run| run.range.first < end)
    }

    /// Makes `serial` the first of its run if it is in the one at `row`. Gives the row of the run
    /// that begins there, or else `row`.
    fn split(&mut self, row: Row, serial: Serial) -> Row {
        let Run { range, holder, .. } = *self.runs.at(row).expect(LINKED);
        if serial <= range.first || range.end <= serial {
            return row;
        }
        let new = self.split_off(row, serial);
        let place = self.stakes.place(holder);
        self.stakes.at(place).begin(serial, new);
        self.begins.insert(serial, new);
        [row, new].into_iter().for_each(|row| self.tree.touch(row.0 as usize));
        new
    }

    /// Ends the run at `row` at `serial`, which is in it. Gives the row of the run that begins there.
    fn split_off(&mut self, row: Row, serial: Serial) -> Row {
        let run = self.runs.at_mut(row).expect(LINKED);
        let rest = SerialRange { first: serial, end: run.range.end };
        run.range.end = serial;
        let (rest, after) = (Run { range: rest, ..*run }, run.after);
        let new = self.runs.insert(rest);
        link(&mut self.runs, Some(row), Some(new));
        link(&mut self.runs, Some(new), after);
        new
    }

    /// Makes the run at `row` one with the run before it, if they are alike.
    fn join(&mut self, row: Row) {
        let run = *self.runs.at(row).expect(LINKED);
        let Some(before) = run.before.filter(|&before| self.is_joined(before, &run)) else {
            return;
        };
        let place = self.stakes.place(run.holder);
        self.stakes.at(place).end(run.range.first);
        self.merge(before, row);
        self.tree.touch(row.0 as usize);
    }

    /// Lets the run at `before` end where the one at `row` does, which is no more.
    fn merge(&mut self, before: Row, row: Row) {
        let run = self.runs.remove(row).expect(LINKED);
        self.begins.remove(&run.range.first);
        self.runs.at_mut(before).expect(LINKED).range.end = run.range.end;
        link(&mut self.runs, Some(before), run.after);
        self.tree.touch(before.0 as usize);
    }

    /// Whether the run at `before` and the one after it, which is or becomes `run`, are alike.
    fn is_joined(&self, before: Row, run: &Run) -> bool {
        self.runs.at(before).expect(LINKED).joins(run)
    }
}

const LINKED: &str = "rows that runs are linked to hold runs";

/// Makes two runs neighbours; `None` stands for the end of the series on either side.
fn link(runs: &mut Slots<Run>, before: Option<Row>, after: Option<Row>) {
    if let Some(run) = before.and_then(|row| runs.at_mut(row)) {
        run.after = after;
    }
    if let Some(run) = after.and_then(|row| runs.at_mut(row)) {
        run.before = before;
    }
}

impl Freeze for Series {
    fn shared(&self) -> Series {
        Series {
            runs: self.runs.shared(),
            begins: BTreeMap::new(),
            stakes: Stakes::default(),
            tree: SumTree::default(),
            ..*self
        }
    }
}
