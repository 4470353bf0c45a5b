//! The clearing house that a regional runs for its locals and for itself: what reaches it, and
//! who hears what it did.

use crate::dispatch::Dispatch;
use crate::event::Event;
use crate::notice::{ClearingNotice, notices};
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, Booked, Reconciliation, Statement, StatusChange, StatusReport};
use gcfn_clearing::{Bundle, BundleRef, ClearingEvent, House, HouseRefusal, Schedule};
use gcfn_ledger::Ledger;
use gcfn_model::NodeId;

impl Venue {
    /// Takes one side's affirmation into the house of this node. It counts once every node that
    /// the bundle names has affirmed the same.
    pub(crate) fn take_affirmation(
        &mut self,
        step: &mut Step<'_>,
        by: NodeId,
        bundle: Bundle,
    ) -> Outcome {
        let required: BTreeSet<NodeId> = bundle.nodes().into_iter().collect();
        if !required.iter().all(|node| self.clears_for(*node)) {
            return Err(Rejection::House(HouseRefusal::NotCleared));
        }
        let affirmed = |house: &mut House, _: &mut Ledger, events: &mut Vec<ClearingEvent>| {
            house.affirm(by, bundle, required, events)
        };
        self.in_house(step, affirmed)?.map_err(Rejection::House)?;
        Ok(Done::Accepted)
    }

    /// Whether a node is of the region that this node's house clears. A suspended one still
    /// settles.
    fn clears_for(&self, node: NodeId) -> bool {
        let region = self.members.get(&node).map(|member| member.region);
        node == self.terms.node || region == Some(self.terms.region)
    }

    /// Takes a local's affirmation, and tells the local if the house does not: what it bundled
    /// must then wait for another day, or is given up. Nothing is said while an earlier
    /// affirmation of the local's own stands: that has its own end.
    pub(crate) fn affirmed(
        &mut self,
        step: &mut Step<'_>,
        from: NodeId,
        bundle: &Bundle,
    ) -> Outcome {
        let taken = self.take_affirmation(step, from, bundle.clone());
        if let Err(Rejection::House(reason)) = taken
            && !self.stands(from, bundle.reference)
        {
            let (house, bundle) = (self.terms.house, bundle.reference);
            let notice = ClearingNotice::Refused { house, bundle, reason };
            step.emit(Event::Sent { to: from, body: Dispatch::Clearing(notice) });
        }
        taken
    }

    fn stands(&self, by: NodeId, bundle: BundleRef) -> bool {
        let mut cycles = self.house.iter().flat_map(House::cycles);
        cycles.any(|cycle| cycle.is_affirmed_by(by, &bundle))
    }

    pub(crate) fn open_cycle(&mut self, step: &mut Step<'_>, schedule: Schedule) -> Outcome {
        let opened = |house: &mut House, _: &mut Ledger, events: &mut Vec<ClearingEvent>| {
            house.open(schedule, events)
        };
        self.in_house(step, opened)?.map_err(Rejection::House)?;
        Ok(Done::Accepted)
    }

    pub(crate) fn house_booked(&mut self, step: &mut Step<'_>, entry: &BankEntry) -> Outcome {
        let at = step.at;
        let booked =
            self.in_house(step, |house, ledger, events| house.booked(at, entry, ledger, events))?;
        match booked {
            Booked::Repeat | Booked::DayClosed => Ok(Done::Repeated),
            Booked::Suspended(dispute) | Booked::Disputed(dispute) => {
                step.emit(Event::BankDisputed { account: entry.account, dispute });
                Ok(Done::Accepted)
            }
            _ => Ok(Done::Accepted),
        }
    }

    /// The bank answered a payment of the house of this node.
    pub(crate) fn house_status(&mut self, step: &mut Step<'_>, report: StatusReport) -> Outcome {
        let at = step.at;
        let change = self.in_house(step, |house, _, events| house.status(at, report, events))?;
        match change.map_err(Rejection::from)? {
            StatusChange::Unchanged => return Ok(Done::Repeated),
            StatusChange::Accepted(_) | StatusChange::Answered(_) => {}
            StatusChange::Rejected { instruction, .. } => {
                step.emit(Event::InstructionRejected { instruction: instruction.id });
            }
        }
        Ok(Done::Accepted)
    }

    pub(crate) fn house_statement(
        &mut self,
        step: &mut Step<'_>,
        statement: &Statement,
    ) -> Result<Reconciliation, Rejection> {
        let at = step.at;
        let result = self.in_house(step, |house, ledger, events| {
            house.reconcile(at, statement, ledger, events)
        })?;
        result.map_err(Rejection::from)
    }

    pub(crate) fn house_tick(&mut self, step: &mut Step<'_>) {
        if self.house.is_some() {
            let at = step.at;
            let ticked = self.in_house(step, |house, ledger, events| {
                house.tick(at, ledger, events);
            });
            debug_assert!(ticked.is_ok());
        }
    }

    /// Lets the house of this node act, and tells everyone concerned what it did.
    pub(crate) fn in_house<T>(
        &mut self,
        step: &mut Step<'_>,
        act: impl FnOnce(&mut House, &mut Ledger, &mut Vec<ClearingEvent>) -> T,
    ) -> Result<T, Rejection> {
        let house = self.house.as_mut().ok_or(Rejection::NoHouse)?;
        let mut events = Vec::new();
        let result = act(house, &mut self.books.money, &mut events);
        for event in events {
            let told = self.house.as_ref().map_or(Vec::new(), |house| notices(house, &event));
            step.emit(match event {
                ClearingEvent::Posted(entry) => Event::Posted(entry),
                event => Event::Clearing(event),
            });
            for (to, notice) in told {
                if to == self.terms.node {
                    let heard = self.clearing_notice(step, &notice);
                    debug_assert!(heard.is_ok(), "a house calls its own node for what it owes");
                } else {
                    step.emit(Event::Sent { to, body: Dispatch::Clearing(notice) });
                }
            }
        }
        Ok(result)
    }
}
