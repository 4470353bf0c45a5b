//! Liquidity-saving runs: what settles between cycles with the money that is at hand.
//!
//! Obligations that offset each other, and those that the deposits at the house carry, settle at
//! once in the house's books and are final. What they come to stays in their cycle: it is called
//! and paid out with the rest, so that every bank account ends where it would have. Who then does
//! not pay in has a deposit that stands for it, so nobody who was settled with loses by it.

use crate::cycle::{Affirmed, Cycle, Standing};
use crate::deposit::Layer;
use crate::house::{BUNDLES_PER_EVENT, House, parties};
use crate::netting::{Netting, Positions, payments};
use crate::selection::most_value;
use crate::settlement::{entries_of, have_room};
use crate::{Bundle, BundleRef, ClearingEvent, HouseRefusal, Phase, net};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_ledger::Ledger;
use gcfn_model::{BusinessDate, Currency, Position};
use serde::{Deserialize, Serialize};

/// What liquidity-saving came to in one currency: value settled ÷ liquidity used is its ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    /// In which currency.
    pub currency: Currency,
    /// What was to be settled.
    pub offered: Position,
    /// What settled of it.
    pub settled: Position,
    /// What accounts gave of their own for it; the rest offset itself.
    pub used: Position,
}

/// What a run settles, before it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPlan {
    /// The bundles that settle, in order.
    pub bundles: Vec<BundleRef>,
    /// What they come to, by currency.
    pub savings: Vec<Saving>,
}

impl House {
    /// What a run over the cycle of `date` would settle now.
    ///
    /// # Errors
    /// [`HouseRefusal::NoCycle`], [`HouseRefusal::CycleSettled`].
    pub fn plan_run(&self, date: BusinessDate) -> Result<RunPlan, HouseRefusal> {
        let cycle = self.cycles.get(&date).ok_or(HouseRefusal::NoCycle(date))?;
        if Phase::Settled <= cycle.phase {
            return Err(HouseRefusal::CycleSettled(cycle.id));
        }
        let offered: Vec<&Bundle> = cycle
            .bundles
            .values()
            .filter(|affirmed| self.may_run(affirmed))
            .map(|affirmed| &affirmed.bundle)
            .collect();
        let kept = most_value(&offered, &self.at_hand(cycle), Netting::Multilateral);
        let chosen = offered.iter().zip(kept).filter(|(_, kept)| *kept).map(|(bundle, _)| *bundle);
        let chosen: Vec<&Bundle> = chosen.collect();
        Ok(RunPlan {
            savings: savings(&offered, &chosen),
            bundles: chosen.into_iter().map(|bundle| bundle.reference).collect(),
        })
    }

    fn may_run(&self, affirmed: &Affirmed) -> bool {
        let is_held = || self.queue.get(&affirmed.bundle.reference).is_some_and(|q| q.held);
        match affirmed.standing {
            Standing::Agreed => true,
            Standing::Queued => !is_held(),
            Standing::Awaited | Standing::Settled => false,
        }
    }

    /// What every account can settle with ahead of `cycle`: its deposit, less what stands for it in
    /// other cycles, and what it has come to ahead of this one.
    fn at_hand(&self, cycle: &Cycle) -> Positions {
        let mut at_hand = cycle.ahead.clone();
        for ((currency, account, layer), amount) in self.deposits.iter() {
            if layer == Layer::Deposit {
                let has = at_hand.entry((currency, account)).or_default();
                *has = has.plus(amount);
            }
        }
        let others = self.cycles.values().filter(|c| c.phase < Phase::Settled && c.id != cycle.id);
        for (key, position) in others.flat_map(|other| &other.ahead) {
            if *position < Position::ZERO {
                let has = at_hand.entry(*key).or_default();
                *has = has.and(*position);
            }
        }
        at_hand
    }

    /// Settles now what the money at hand carries, and says what it came to.
    ///
    /// # Errors
    /// As for [`House::plan_run`], and [`HouseRefusal::NoRoom`].
    pub fn run(
        &mut self,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<RunPlan, HouseRefusal> {
        let plan = self.plan_run(date)?;
        let no_cycle = HouseRefusal::NoCycle(date);
        let chosen: BTreeSet<&BundleRef> = plan.bundles.iter().collect();
        let cycle = self.cycles.get_mut(&date).ok_or(no_cycle)?;
        let settling = || cycle.bundles.values().filter(|a| chosen.contains(&a.bundle.reference));
        let owed = settling().flat_map(|affirmed| &affirmed.bundle.obligations);
        let entries = entries_of(&payments(owed, Netting::Multilateral));
        if !have_room(ledger, &entries) {
            return Err(HouseRefusal::NoRoom);
        }
        for entry in entries {
            ledger.post(&entry).expect("a run settles with what is at hand");
            events.push(ClearingEvent::Posted(entry));
        }
        let settled: Vec<&Bundle> = settling().map(|affirmed| &affirmed.bundle).collect();
        for part in settled.chunks(BUNDLES_PER_EVENT) {
            let bundles = part.iter().map(|bundle| bundle.reference).collect();
            let nodes = parties(part.iter().copied());
            events.push(ClearingEvent::BundlesSettled { cycle: cycle.id, bundles, nodes });
        }
        for affirmed in cycle.bundles.values_mut() {
            if chosen.contains(&affirmed.bundle.reference) {
                self.queue.remove(&affirmed.bundle.reference);
                self.caps.discount(affirmed);
                affirmed.standing = Standing::Settled;
            }
        }
        cycle.renet();
        let savings = plan.savings.clone();
        events.push(ClearingEvent::LiquidityRun { cycle: cycle.id, savings });
        self.drain_queue(events);
        Ok(plan)
    }
}

impl Cycle {
    /// What liquidity-saving runs have come to in the cycle, of all that moves money in it.
    #[must_use]
    pub fn savings(&self) -> Vec<Saving> {
        let of = |settled: bool| {
            let these = self.bundles.values().filter(move |a| match settled {
                true => a.standing == Standing::Settled,
                false => a.is_agreed(),
            });
            these.map(|affirmed| &affirmed.bundle).collect::<Vec<&Bundle>>()
        };
        savings(&of(false), &of(true))
    }
}

/// What `chosen` of `offered` come to, by currency.
fn savings(offered: &[&Bundle], chosen: &[&Bundle]) -> Vec<Saving> {
    let mut savings = BTreeMap::<Currency, Saving>::new();
    let nothing = Position::ZERO;
    for owed in offered.iter().flat_map(|bundle| &bundle.obligations) {
        let currency = owed.currency;
        let fresh = Saving { currency, offered: nothing, settled: nothing, used: nothing };
        let saving = savings.entry(currency).or_insert(fresh);
        saving.offered = saving.offered.plus(owed.amount);
    }
    let settled = || chosen.iter().flat_map(|bundle| &bundle.obligations);
    for owed in settled() {
        if let Some(saving) = savings.get_mut(&owed.currency) {
            saving.settled = saving.settled.plus(owed.amount);
        }
    }
    for ((currency, _), position) in net(settled()) {
        if let (Some(saving), true) = (savings.get_mut(&currency), position < nothing) {
            saving.used = saving.used.and(position.negated());
        }
    }
    savings.into_values().collect()
}
