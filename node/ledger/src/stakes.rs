//! Who has what of a series.
//!
//! Decides where the holdings of a party are found: in one row, for what is locked or set free moves
//! between two of them.

use crate::Holder;
use crate::holding::Holding;
use crate::series::Run;
use alloc::vec::Vec;
use gcfn_table::{Row, Table};

/// Everyone who has coupons of one series, each party in one row. Follows from the runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stakes(Table<Holder, Stake>);

/// What a party has, or what is in a place that is no party's.
#[derive(Clone, Debug)]
struct Stake {
    /// What is free, or in the one place that is no party's.
    free: Holding,
    /// In the other places of a party, of those that hold anything.
    locked: Vec<(Holder, Holding)>,
}

/// Where a holding is, of a holder whose row is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    row: Row,
    holder: Holder,
}

impl Stakes {
    pub(crate) fn holding(&self, holder: Holder) -> Option<&Holding> {
        self.0.find(holder.whose())?.holding(holder)
    }

    /// Whether whoever `holder` is a place of has anything, in whatever place.
    pub(crate) fn has_any(&self, holder: Holder) -> bool {
        self.0.row(holder.whose()).is_some()
    }

    /// Every holding with its holder.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Holder, &Holding)> {
        self.0.iter().flat_map(|(_, &whose, stake)| stake.holdings(whose))
    }

    /// Where the holding of `holder` is, or will be.
    pub(crate) fn place(&mut self, holder: Holder) -> Place {
        let row = match self.0.row(holder.whose()) {
            Some(known) => known,
            None => self.0.insert(holder.whose(), Stake::NOTHING).expect("it was not there"),
        };
        Place { row, holder }
    }

    /// The place of `holder` beside one that is known to be of the same party, or else as
    /// [`Stakes::place`].
    pub(crate) fn place_beside(&mut self, known: Place, holder: Holder) -> Place {
        match holder.whose() == known.holder.whose() {
            true => Place { holder, ..known },
            false => self.place(holder),
        }
    }

    /// The holding in a place, to be changed.
    pub(crate) fn at(&mut self, place: Place) -> &mut Holding {
        let stake = self.0.at_mut(place.row).expect("a place is in a row of somebody");
        stake.holding_mut(place.holder)
    }

    /// Adds a run to what its holder has.
    pub(crate) fn add(&mut self, run: &Run, row: Row) {
        let place = self.place(run.holder);
        self.at(place).add(run, row);
    }

    /// Removes a run from what its holder has.
    pub(crate) fn remove(&mut self, run: &Run) {
        let place = self.place(run.holder);
        self.at(place).remove(run);
        self.forget_if_empty(place);
    }

    /// Drops what a place holds, if that is nothing, and its row with the last of it.
    pub(crate) fn forget_if_empty(&mut self, place: Place) {
        let stake = self.0.at_mut(place.row).expect("a place is in a row of somebody");
        if !stake.holding_mut(place.holder).is_empty() {
            return;
        }
        stake.locked.retain(|(_, holding)| !holding.is_empty());
        if stake.is_empty() {
            self.0.remove(place.holder.whose());
        }
    }
}

impl Stake {
    const NOTHING: Stake = Stake { free: Holding::NOTHING, locked: Vec::new() };

    fn is_empty(&self) -> bool {
        self.free.is_empty() && self.locked.is_empty()
    }

    fn holding(&self, holder: Holder) -> Option<&Holding> {
        let holding = match holder.is_lock() {
            true => &self.locked.iter().find(|(held, _)| *held == holder)?.1,
            false => &self.free,
        };
        (!holding.is_empty()).then_some(holding)
    }

    /// The holding of `holder`, which is there afterwards.
    fn holding_mut(&mut self, holder: Holder) -> &mut Holding {
        if !holder.is_lock() {
            return &mut self.free;
        }
        let held = self.locked.iter().position(|(held, _)| *held == holder);
        let place = held.unwrap_or_else(|| {
            // Mostly a party has locks of one kind only.
            self.locked.reserve_exact(1);
            self.locked.push((holder, Holding::NOTHING));
            self.locked.len().saturating_sub(1)
        });
        &mut self.locked.get_mut(place).expect("it is there now").1
    }

    fn holdings(&self, whose: Holder) -> impl Iterator<Item = (Holder, &Holding)> {
        let free = (!self.free.is_empty()).then_some((whose, &self.free));
        free.into_iter().chain(self.locked.iter().map(|(holder, holding)| (*holder, holding)))
    }
}
