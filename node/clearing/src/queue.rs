//! The queue: agreed bundles that wait because they would put an account above its cap.
//!
//! They enter their cycle by themselves, in the order of the queue, as soon as the caps allow;
//! one that waits holds up those behind it of the same payer and currency, and nobody else's. A
//! liquidity-saving run may settle them out of turn. What still waits at the cut-off leaves.

use crate::cycle::Standing;
use crate::house::{House, report_failed};
use crate::{BundleRef, ClearingEvent, HouseRefusal};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_model::{BusinessDate, PartyId};
use serde::{Deserialize, Serialize};

/// How urgent a bundle in the queue is: 0 goes first, 9 last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// What a bundle has that nobody has reordered.
    pub const NORMAL: Priority = Priority(5);

    /// A priority.
    ///
    /// # Errors
    /// [`HouseRefusal::PriorityOutOfRange`] above 9.
    pub const fn new(priority: u8) -> Result<Priority, HouseRefusal> {
        if 9 < priority {
            return Err(HouseRefusal::PriorityOutOfRange);
        }
        Ok(Priority(priority))
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A bundle in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// Which.
    pub bundle: BundleRef,
    /// When it is to settle.
    pub value_date: BusinessDate,
    /// How urgent it is.
    pub priority: Priority,
    /// Its place among those that are as urgent.
    pub number: u64,
    /// Whether it is to wait whatever the caps allow.
    pub held: bool,
}

/// What was done to a bundle in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueueChange {
    /// It is as urgent as this now, and stands last among those that are.
    Reordered(Priority),
    /// It waits whatever the caps allow.
    Held,
    /// It waits for the caps alone.
    Released,
    /// It leaves its cycle.
    Cancelled,
}

/// The bundles that wait, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queue {
    line: BTreeMap<(Priority, u64), Queued>,
    places: BTreeMap<BundleRef, (Priority, u64)>,
    next: u64,
}

impl Queue {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Queued> {
        self.line.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// Puts a bundle at the end of those of its priority.
    fn push(&mut self, queued: Queued) {
        let place = (queued.priority, self.next);
        self.line.insert(place, Queued { number: self.next, ..queued });
        self.places.insert(queued.bundle, place);
        self.next = self.next.saturating_add(1);
    }

    pub(crate) fn add(&mut self, bundle: BundleRef, value_date: BusinessDate) {
        let (priority, number, held) = (Priority::NORMAL, 0, false);
        self.push(Queued { bundle, value_date, priority, number, held });
    }

    pub(crate) fn get(&self, bundle: &BundleRef) -> Option<&Queued> {
        self.line.get(self.places.get(bundle)?)
    }

    fn get_mut(&mut self, bundle: &BundleRef) -> Option<&mut Queued> {
        self.line.get_mut(self.places.get(bundle)?)
    }

    pub(crate) fn remove(&mut self, bundle: &BundleRef) -> Option<Queued> {
        self.line.remove(&self.places.remove(bundle)?)
    }
}

impl House {
    /// The bundles that wait for a cap, in the order in which they will be tried.
    pub fn queue(&self) -> impl Iterator<Item = &Queued> {
        self.queue.iter()
    }

    /// Changes a bundle's place in the queue, or takes it out of its cycle, on the word of `by`.
    ///
    /// # Errors
    /// [`HouseRefusal::NotQueued`], [`HouseRefusal::PriorityOutOfRange`],
    /// [`HouseRefusal::HoldUnchanged`]. Nothing has changed.
    pub fn change_queue(
        &mut self,
        by: PartyId,
        bundle: BundleRef,
        change: QueueChange,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        let queued = *self.queue.get(&bundle).ok_or(HouseRefusal::NotQueued)?;
        let date = queued.value_date;
        let cycle = self.cycles.get(&date).ok_or(HouseRefusal::NotQueued)?.id;
        let changed = ClearingEvent::QueueChanged { cycle, bundle, by, change };
        match change {
            QueueChange::Reordered(priority) => {
                // A log may hold what no interface lets through.
                Priority::new(priority.get())?;
                self.queue.remove(&bundle);
                self.queue.push(Queued { priority, ..queued });
            }
            QueueChange::Held | QueueChange::Released => {
                let held = change == QueueChange::Held;
                if queued.held == held {
                    return Err(HouseRefusal::HoldUnchanged);
                }
                if let Some(queued) = self.queue.get_mut(&bundle) {
                    queued.held = held;
                }
            }
            QueueChange::Cancelled => {
                events.push(changed);
                self.queue.remove(&bundle);
                if let Some(cycle) = self.cycles.get_mut(&date) {
                    let left = cycle.take(|affirmed| affirmed.bundle.reference == bundle);
                    report_failed(cycle, &left, events);
                }
                self.drain_queue(events);
                return Ok(());
            }
        }
        events.push(changed);
        self.drain_queue(events);
        Ok(())
    }

    /// Lets into their cycles what the caps allow now, in order; again from the front when
    /// something has entered, for it may have made room for what waits before it.
    pub(crate) fn drain_queue(&mut self, events: &mut Vec<ClearingEvent>) {
        while !self.queue.is_empty() {
            let entering = self.enter_from_queue(events);
            if entering.is_empty() {
                return;
            }
            entering.iter().for_each(|bundle| {
                self.queue.remove(bundle);
            });
        }
    }

    fn enter_from_queue(&mut self, events: &mut Vec<ClearingEvent>) -> Vec<BundleRef> {
        let mut blocked = BTreeSet::new();
        let mut entering = Vec::new();
        // Who is held holds nobody up: it does not wait for the cap.
        for queued in self.queue.iter().filter(|queued| !queued.held) {
            let Some(cycle) = self.cycles.get_mut(&queued.value_date) else { continue };
            let Some(affirmed) = cycle.bundles.get_mut(&queued.bundle) else { continue };
            let pays = affirmed.bundle.obligations.iter().map(|o| (o.currency, o.payer));
            let is_blocked = pays.clone().any(|pays| blocked.contains(&pays));
            if is_blocked || !self.caps.exceeded_by(&affirmed.bundle).is_empty() {
                blocked.extend(pays.filter(|pays| self.caps.0.contains_key(pays)));
                continue;
            }
            affirmed.standing = Standing::Agreed;
            self.caps.count(affirmed);
            entering.push(queued.bundle);
            events.push(ClearingEvent::BundleAgreed { cycle: cycle.id, bundle: queued.bundle });
        }
        entering
    }
}
