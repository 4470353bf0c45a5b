//! What one holder has of a series.
//!
//! Decides how a holder's runs are found. Most holders have one run, so that one costs no more
//! than its place here; the runs of the others are in an ordered map.

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

/// The rows of runs by their first serials.
#[derive(Clone, Debug)]
enum Runs {
    One(Serial, Row),
    Many(BTreeMap<Serial, Row>),
}

impl Holding {
    /// A holding of no run yet.
    pub(crate) const NOTHING: Holding =
        Holding { quantity: 0, value: Amount::ZERO, runs: Runs::Many(BTreeMap::new()) };

    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.runs, Runs::Many(rows) if rows.is_empty())
    }

    /// The rows of its runs, lowest serials first.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> {
        let (one, many) = match &self.runs {
            Runs::One(_, row) => (Some(*row), None),
            Runs::Many(rows) => (None, Some(rows.values().copied())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// Adds a run with its coupons.
    pub(crate) fn add(&mut self, run: &Run, row: Row) {
        let (quantity, value) = (run.range.count(), run.value());
        self.quantity = self.quantity.checked_add(quantity).expect("at most what was minted");
        self.value = self.value.checked_add(value).expect("at most what was minted");
        self.begin(run.range.first, row);
    }

    /// Removes a run with its coupons.
    pub(crate) fn remove(&mut self, run: &Run) {
        let (quantity, value) = (run.range.count(), run.value());
        self.quantity = self.quantity.checked_sub(quantity).expect("the sum of its runs");
        self.value = self.value.checked_sub(value).expect("the sum of its runs");
        self.end(run.range.first);
    }

    /// Notes that a run begins at `first`, of coupons that are counted already.
    pub(crate) fn begin(&mut self, first: Serial, row: Row) {
        match &mut self.runs {
            Runs::Many(rows) if rows.is_empty() => self.runs = Runs::One(first, row),
            Runs::Many(rows) => {
                rows.insert(first, row);
            }
            Runs::One(other, of_other) => {
                self.runs = Runs::Many(BTreeMap::from([(*other, *of_other), (first, row)]));
            }
        }
    }

    /// Notes that no run begins at `first` any more; its coupons stay counted.
    pub(crate) fn end(&mut self, first: Serial) {
        match &mut self.runs {
            Runs::One(..) => self.runs = Runs::Many(BTreeMap::new()),
            Runs::Many(rows) => {
                rows.remove(&first);
                if let (1, Some((&first, &row))) = (rows.len(), rows.first_key_value()) {
                    self.runs = Runs::One(first, row);
                }
            }
        }
    }
}
