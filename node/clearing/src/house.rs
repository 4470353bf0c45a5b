//! The house: it takes affirmations and moves its cycles on.

use crate::cycle::Affirmed;
use crate::pay_in::{call, drop_unfunded};
use crate::pay_out::PayOut;
use crate::volume::Volume;
use crate::{Bundle, BundleRef, ClearingEvent, Cycle, HouseRefusal, Phase, Schedule};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_banking::Desk;
use gcfn_ledger::Ledger;
use gcfn_model::{BusinessDate, HouseId, NodeId, Pool, SettlementAccount, Timestamp};
use serde::{Deserialize, Serialize};

/// How many bundles one event names at most. Each is named once and again for each of its two
/// nodes, and an event has to fit an entry of every node's log together with its proof.
pub(crate) const BUNDLES_PER_EVENT: usize = 4_096;

/// What a payment on the house's account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HousePayment {
    /// The value date of the cycle.
    pub value_date: BusinessDate,
    /// Who pays in, or who is paid.
    pub account: SettlementAccount,
}

/// A clearing house. Its money lives in the ledger of the machine it is part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    id: HouseId,
    operator: NodeId,
    pub(crate) cycles: BTreeMap<BusinessDate, Cycle>,
    pub(crate) desk: Desk<HousePayment>,
}

impl House {
    /// A house without cycles, whose `CH` accounts are operated by `operator`.
    #[must_use]
    pub fn new(id: HouseId, operator: NodeId) -> House {
        House { id, operator, cycles: BTreeMap::new(), desk: Desk::default() }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> HouseId {
        self.id
    }

    /// Its bank account, one per currency.
    #[must_use]
    pub fn account(&self) -> SettlementAccount {
        SettlementAccount { node: self.operator, pool: Pool::ClearingHouse }
    }

    /// Every cycle, by value date.
    pub fn cycles(&self) -> impl Iterator<Item = &Cycle> {
        self.cycles.values()
    }

    /// The life of the house's own payments.
    #[must_use]
    pub fn desk(&self) -> &Desk<HousePayment> {
        &self.desk
    }

    /// Opens the cycle of a value date; opening it again with the same times changes nothing.
    ///
    /// # Errors
    /// [`HouseRefusal::ScheduleOrder`], [`HouseRefusal::ScheduleDiffers`].
    pub fn open(
        &mut self,
        schedule: Schedule,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        if schedule.pay_in_from < schedule.cut_off || schedule.pay_in_by <= schedule.pay_in_from {
            return Err(HouseRefusal::ScheduleOrder);
        }
        if let Some(cycle) = self.cycles.get(&schedule.value_date) {
            return match cycle.schedule == schedule {
                true => Ok(()),
                false => Err(HouseRefusal::ScheduleDiffers(cycle.id)),
            };
        }
        let cycle = Cycle::new(self.id, schedule);
        events.push(ClearingEvent::CycleOpened { cycle: cycle.id, schedule });
        self.cycles.insert(schedule.value_date, cycle);
        Ok(())
    }

    /// Takes one side's affirmation of a bundle. It counts once every node of `required` has
    /// affirmed the same content; a repeated affirmation changes nothing.
    ///
    /// # Errors
    /// [`HouseRefusal`]; a differing affirmation is refused and recorded as an exception.
    pub fn affirm(
        &mut self,
        by: NodeId,
        bundle: Bundle,
        required: BTreeSet<NodeId>,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        check(&bundle, by)?;
        let no_cycle = HouseRefusal::NoOpenCycle(bundle.value_date);
        let cycle = self.cycles.get_mut(&bundle.value_date).ok_or(no_cycle)?;
        let reference = bundle.reference;
        if let Some(known) = cycle.bundles.get(&reference)
            && known.bundle != bundle
        {
            events.push(ClearingEvent::BundleDisputed { cycle: cycle.id, bundle: reference, by });
            return Err(HouseRefusal::Mismatch);
        }
        if cycle.bundles.get(&reference).is_some_and(|known| known.by.contains(&by)) {
            return Ok(());
        }
        if cycle.phase != Phase::Open {
            return Err(no_cycle);
        }
        let total = cycle.total.with(&bundle)?;
        if !cycle.bundles.contains_key(&reference) {
            let entered = cycle.entered.get(&by).cloned().unwrap_or_default().with(&bundle);
            let entered = entered.ok().filter(Volume::is_one_share);
            cycle.entered.insert(by, entered.ok_or(HouseRefusal::ShareUsedUp)?);
        }
        let fresh = || Affirmed { bundle, required, by: BTreeSet::new() };
        let affirmed = cycle.bundles.entry(reference).or_insert_with(fresh);
        affirmed.by.insert(by);
        if affirmed.is_agreed() {
            cycle.total = total;
            events.push(ClearingEvent::BundleAgreed { cycle: cycle.id, bundle: reference });
        }
        Ok(())
    }

    /// Moves every cycle as far as the time allows: cut-off, netting, calls, deadline, and another
    /// attempt at what the bank did not pay.
    pub fn tick(&mut self, at: Timestamp, ledger: &mut Ledger, events: &mut Vec<ClearingEvent>) {
        let due: Vec<BusinessDate> = self
            .cycles
            .iter()
            .filter(|(_, cycle)| cycle.phase < Phase::Settled)
            .map(|(date, _)| *date)
            .collect();
        for date in due {
            self.advance(at, date, ledger, events);
        }
        self.retry_pay_outs(at, events);
    }

    /// When a cycle moves on next without anybody's doing.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let due = |cycle: &Cycle| match cycle.phase {
            Phase::Open => Some(cycle.schedule.cut_off),
            Phase::Closed | Phase::Netted => Some(cycle.schedule.pay_in_from),
            Phase::PayIn => Some(cycle.schedule.pay_in_by),
            _ => cycle.pay_outs.iter().filter_map(PayOut::retry_at).min(),
        };
        self.cycles.values().filter_map(due).min()
    }

    fn advance(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase == Phase::Open && cycle.schedule.cut_off <= at {
            close(cycle, events);
        }
        if cycle.phase == Phase::Netted && cycle.schedule.pay_in_from <= at {
            call(cycle, events);
            self.expect_pay_ins(at, date);
            self.settle_if_funded(at, date, ledger, events);
        }
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase == Phase::PayIn && cycle.schedule.pay_in_by <= at {
            drop_unfunded(cycle, events);
            self.settle_if_funded(at, date, ledger, events);
        }
    }
}

fn check(bundle: &Bundle, by: NodeId) -> Result<(), HouseRefusal> {
    if bundle.obligations.is_empty() {
        return Err(HouseRefusal::EmptyBundle);
    }
    if bundle.obligations.iter().any(|o| o.amount.is_zero() || o.payer == o.payee) {
        return Err(HouseRefusal::VoidObligation);
    }
    if !bundle.nodes().contains(&by) {
        return Err(HouseRefusal::NotAParty);
    }
    Ok(())
}

/// Closes a cycle at its cut-off and nets what both sides have affirmed.
fn close(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    events.push(ClearingEvent::CycleClosed { cycle: cycle.id });
    let unagreed = cycle.take_unagreed();
    report_failed(cycle, &unagreed, events);
    cycle.renet();
    cycle.phase = Phase::Netted;
    let positions = cycle.positions().collect();
    events.push(ClearingEvent::CycleNetted { cycle: cycle.id, positions });
}

pub(crate) fn report_failed(cycle: &Cycle, failed: &[Bundle], events: &mut Vec<ClearingEvent>) {
    for part in failed.chunks(BUNDLES_PER_EVENT) {
        let bundles = part.iter().map(|bundle| bundle.reference).collect();
        let nodes = parties(part.iter());
        events.push(ClearingEvent::BundlesFailed { cycle: cycle.id, bundles, nodes });
    }
}

/// Every node that owes or is owed in any of `bundles`, with those in which it does.
pub(crate) fn parties<'a>(
    bundles: impl Iterator<Item = &'a Bundle>,
) -> BTreeMap<NodeId, Vec<BundleRef>> {
    let mut parties = BTreeMap::<NodeId, Vec<BundleRef>>::new();
    for bundle in bundles {
        for node in bundle.nodes() {
            parties.entry(node).or_default().push(bundle.reference);
        }
    }
    parties
}
