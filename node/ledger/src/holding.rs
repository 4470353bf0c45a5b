//! What one holder has of a series.
//!
//! Decides how a holder's runs are found. Most holders have a few runs, so these cost no more than
//! their places here; the runs of the others are in an ordered map.

use crate::series::Run;
use alloc::collections::BTreeMap;
use gcfn_model::{Amount, Serial};
use gcfn_table::Row;

/// The runs of one holder, with their sums. Follows from the runs.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) quantity: u64,
    pub(crate) value: Amount,
    runs: Runs,
}

/// So many runs are kept in place.
const FEW: usize = 2;

/// The rows of runs by their first serials.
#[derive(Clone, Debug)]
enum Runs {
    Few(Few),
    /// More than [`FEW`] when they were put there, and never none.
    Many(BTreeMap<Serial, Row>),
}

/// Up to [`FEW`] runs, lowest serials first. What is beyond `len` means nothing.
#[derive(Clone, Copy, Debug)]
struct Few {
    firsts: [Serial; FEW],
    rows: [Row; FEW],
    len: u8,
}

impl Holding {
    /// A holding of no run yet.
    pub(crate) const NOTHING: Holding =
        Holding { quantity: 0, value: Amount::ZERO, runs: Runs::Few(Few::NONE) };

    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.runs, Runs::Few(few) if few.len == 0)
    }

    /// The rows of its runs, lowest serials first.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> {
        let (few, many) = match &self.runs {
            Runs::Few(few) => (few.rows.iter().take(usize::from(few.len)), None),
            Runs::Many(rows) => ([].iter().take(0), Some(rows.values())),
        };
        few.chain(many.into_iter().flatten()).copied()
    }

    /// Adds a run with its coupons.
    pub(crate) fn add(&mut self, run: &Run, row: Row) {
        self.grow(run);
        self.begin(run.range.first, row);
    }

    /// Removes a run with its coupons.
    pub(crate) fn remove(&mut self, run: &Run) {
        self.shrink(run);
        self.end(run.range.first);
    }

    /// Counts the coupons of `run`, which is or becomes a part of a run that is here.
    pub(crate) fn grow(&mut self, run: &Run) {
        let (quantity, value) = (run.range.count(), run.value());
        self.quantity = self.quantity.checked_add(quantity).expect("at most what was minted");
        self.value = self.value.checked_add(value).expect("at most what was minted");
    }

    /// Counts the coupons of `run` no more, which is or was a part of a run that is here.
    pub(crate) fn shrink(&mut self, run: &Run) {
        let (quantity, value) = (run.range.count(), run.value());
        self.quantity = self.quantity.checked_sub(quantity).expect("the sum of its runs");
        self.value = self.value.checked_sub(value).expect("the sum of its runs");
    }

    /// Notes that a run begins at `first`, of coupons that are counted already.
    pub(crate) fn begin(&mut self, first: Serial, row: Row) {
        match &mut self.runs {
            Runs::Few(few) => {
                if !few.add(first, row) {
                    let more = [(first, row)];
                    self.runs = Runs::Many(few.runs().chain(more).collect());
                }
            }
            Runs::Many(rows) => {
                rows.insert(first, row);
            }
        }
    }

    /// Notes that no run begins at `first` any more; its coupons stay counted.
    pub(crate) fn end(&mut self, first: Serial) {
        match &mut self.runs {
            Runs::Few(few) => few.remove(first),
            Runs::Many(rows) => {
                rows.remove(&first);
                if rows.len() <= FEW / 2 {
                    let mut few = Few::NONE;
                    let fits = rows.iter().all(|(&first, &row)| few.add(first, row));
                    assert!(fits, "there are few");
                    self.runs = Runs::Few(few);
                }
            }
        }
    }

    /// Notes that the run that began at `first` begins at `now`, in `row`, without passing another.
    pub(crate) fn move_begin(&mut self, first: Serial, now: Serial, row: Row) {
        match &mut self.runs {
            Runs::Few(few) => few.replace(first, (now, row)),
            Runs::Many(rows) => {
                rows.remove(&first);
                rows.insert(now, row);
            }
        }
    }
}

impl Few {
    const NONE: Few = Few { firsts: [0; FEW], rows: [Row(0); FEW], len: 0 };

    fn runs(&self) -> impl Iterator<Item = (Serial, Row)> {
        self.firsts.into_iter().zip(self.rows).take(usize::from(self.len))
    }

    /// Adds a run, if there is room.
    fn add(&mut self, first: Serial, row: Row) -> bool {
        if usize::from(self.len) == FEW {
            return false;
        }
        let place = self.runs().filter(|(before, _)| *before < first).count();
        self.firsts.copy_within(place..FEW - 1, place.saturating_add(1));
        self.rows.copy_within(place..FEW - 1, place.saturating_add(1));
        self.len = self.len.saturating_add(1);
        self.set(place, (first, row));
        true
    }

    fn remove(&mut self, first: Serial) {
        let Some(place) = self.place(first) else { return };
        self.firsts.copy_within(place.saturating_add(1).., place);
        self.rows.copy_within(place.saturating_add(1).., place);
        self.len = self.len.saturating_sub(1);
    }

    fn replace(&mut self, first: Serial, run: (Serial, Row)) {
        if let Some(place) = self.place(first) {
            self.set(place, run);
        }
    }

    fn place(&self, first: Serial) -> Option<usize> {
        self.runs().position(|(held, _)| held == first)
    }

    fn set(&mut self, place: usize, (first, row): (Serial, Row)) {
        if let (Some(held), Some(at)) = (self.firsts.get_mut(place), self.rows.get_mut(place)) {
            (*held, *at) = (first, row);
        }
    }
}
