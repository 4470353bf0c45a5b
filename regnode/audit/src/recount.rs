//! The recount: money, title, fees and netting, summed again from the events alone.
//!
//! Shares the vocabulary of the machine (accounts, holders, obligations) and none of its
//! decisions. It is written the plain way, one map and one sum, where the machine is written to be
//! fast; so the two can only agree by being right, or by being told the same lie, which
//! re-execution sees.

mod fees;
mod money;
mod netting;
mod title;

use crate::finding::Difference;
use fees::Trading;
use gcfn_ledger::Books;
use gcfn_model::NodeId;
use gcfn_replica::Command;
use gcfn_venue::{Event, Terms};
use money::Money;
use netting::Cycles;
use serde::{Deserialize, Serialize};
use title::Titles;

/// Everything that is summed again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recount {
    node: NodeId,
    money: Money,
    titles: Titles,
    trading: Trading,
    cycles: Cycles,
}

impl Recount {
    /// Nothing counted yet, at a venue of these terms.
    pub(crate) fn new(terms: &Terms) -> Recount {
        Recount {
            node: terms.node,
            money: Money::default(),
            titles: Titles::default(),
            trading: Trading::new(terms.fees),
            cycles: Cycles::default(),
        }
    }

    /// Counts one event of the venue, which `command` led to.
    pub(crate) fn count(&mut self, command: &Command, event: &Event) -> Result<(), Difference> {
        self.money.count(event)?;
        self.titles.count(event)?;
        self.trading.count(event)?;
        self.cycles.count(self.node, command, event)
    }

    /// Compares every sum with the machine's books.
    pub(crate) fn compare(&self, books: &Books) -> Result<(), Difference> {
        self.money.compare(&books.money)?;
        self.titles.compare(&books.title)
    }
}

#[cfg(test)]
mod tests;
