//! The house: it takes affirmations and moves its cycles on.

use crate::caps::{Cap, Caps};
use crate::claim::Claim;
use crate::cycle::{Affirmed, Standing};
use crate::deposit::Deposits;
use crate::netting::Netting;
use crate::pay_in::call;
use crate::pay_out::PayOut;
use crate::queue::Queue;
use crate::statements::Statements;
use crate::suspense::Suspense;
use crate::volume::Volume;
use crate::{Bundle, BundleRef, ClearingEvent, Cycle, HouseRefusal, Phase, Schedule};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_banking::{Desk, UNEXPLAINED_FOR};
use gcfn_ledger::Ledger;
use gcfn_model::{
    Amount, BusinessDate, Currency, HouseId, Millis, NodeId, Pool, SettlementAccount, Timestamp,
};
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
    /// How old what nobody has explained may become before it is an alarm.
    alarm_after: Millis,
    /// How cycles that close from now on are netted.
    pub(crate) netting: Netting,
    pub(crate) caps: Caps,
    pub(crate) queue: Queue,
    pub(crate) deposits: Deposits,
    pub(crate) suspense: Suspense,
    /// What accounts owe because their banks have taken pay-ins back, oldest first.
    pub(crate) claims: Vec<Claim>,
    /// Which statements are asked for, and when.
    pub(crate) statements: Statements,
}

impl House {
    /// A house without cycles, whose `CH` accounts are operated by `operator`.
    #[must_use]
    pub fn new(id: HouseId, operator: NodeId) -> House {
        House {
            id,
            operator,
            cycles: BTreeMap::new(),
            desk: Desk::default(),
            alarm_after: UNEXPLAINED_FOR,
            netting: Netting::default(),
            caps: Caps::default(),
            queue: Queue::default(),
            deposits: Deposits::default(),
            suspense: Suspense::default(),
            claims: Vec::new(),
            statements: Statements::default(),
        }
    }

    /// The same, with its cycles netted like this from the beginning.
    #[must_use]
    pub fn netted(self, netting: Netting) -> House {
        House { netting, ..self }
    }

    /// The same, where items in suspense and differences from the bank's books are an alarm from
    /// this age on.
    #[must_use]
    pub fn alarmed(self, alarm_after: Millis) -> House {
        House { alarm_after, ..self }
    }

    /// How old items in suspense and differences from the bank's books may become before they are an
    /// alarm.
    #[must_use]
    pub fn alarm_after(&self) -> Millis {
        self.alarm_after
    }

    /// The same, giving its bank so long after a day's pay-in deadline to state the day.
    #[must_use]
    pub fn with_statement_grace(mut self, grace: Millis) -> House {
        self.statements.grace = grace;
        self
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

    /// The cycle of a value date.
    #[must_use]
    pub fn cycle(&self, value_date: BusinessDate) -> Option<&Cycle> {
        self.cycles.get(&value_date)
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

    /// How cycles that close from now on are netted.
    #[must_use]
    pub fn netting(&self) -> Netting {
        self.netting
    }

    /// Lets cycles that close from now on be netted like this.
    pub fn set_netting(&mut self, netting: Netting, events: &mut Vec<ClearingEvent>) {
        if self.netting != netting {
            self.netting = netting;
            events.push(ClearingEvent::NettingSet(netting));
        }
    }

    /// The caps, with what counts against each.
    pub fn caps(&self) -> impl Iterator<Item = (Currency, SettlementAccount, Cap)> {
        self.caps.0.iter().map(|((currency, account), cap)| (*currency, *account, *cap))
    }

    /// Lets an account owe no more than `limit`, or anything where nothing is given. What is agreed
    /// stays agreed; what waits is tried again.
    pub fn set_cap(
        &mut self,
        (currency, account): (Currency, SettlementAccount),
        limit: Option<Amount>,
        events: &mut Vec<ClearingEvent>,
    ) {
        let key = (currency, account);
        if self.caps.0.get(&key).map(|cap| cap.limit) == limit {
            return;
        }
        events.push(ClearingEvent::CapSet { account, currency, limit });
        let counted = limit.map(|limit| {
            let mut alone = Caps([(key, Cap::new(limit))].into());
            let open = self.cycles.values().filter(|cycle| cycle.phase < Phase::Settled);
            open.flat_map(|cycle| cycle.bundles.values()).for_each(|a| alone.count(a));
            alone.0
        });
        self.caps.0.remove(&key);
        self.caps.0.extend(counted.into_iter().flatten());
        self.count_claims(key);
        self.drain_queue(events);
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
        cycle.dispute(by, &bundle, events)?;
        if cycle.is_affirmed_by(by, &reference) {
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
        let cycle_id = cycle.id;
        let (by_nobody, standing) = (BTreeSet::new(), Standing::Awaited);
        let fresh = || Affirmed { bundle, required, by: by_nobody, standing };
        let affirmed = cycle.bundles.entry(reference).or_insert_with(fresh);
        self.caps.discount(affirmed);
        affirmed.by.insert(by);
        cycle.disputes.remove(&(reference, by));
        if affirmed.is_complete() {
            cycle.total = total;
            let exceeded = self.caps.exceeded_by(&affirmed.bundle);
            affirmed.standing =
                if exceeded.is_empty() { Standing::Agreed } else { Standing::Queued };
        }
        self.caps.count(affirmed);
        let (cycle, bundle, date) = (cycle_id, reference, cycle.schedule.value_date);
        match affirmed.standing {
            Standing::Agreed => {
                let makes_room = self.caps.makes_room(&affirmed.bundle);
                events.push(ClearingEvent::BundleAgreed { cycle, bundle });
                if makes_room {
                    self.drain_queue(events);
                }
            }
            Standing::Queued => {
                events.push(ClearingEvent::BundleQueued { cycle, bundle });
                self.queue.add(bundle, date);
            }
            Standing::Awaited => events.push(ClearingEvent::BundleAwaited { cycle, bundle, by }),
            Standing::Settled => {}
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
        self.miss_claims(at, ledger, events);
        self.retry_pay_outs(at, events);
        self.expect_statements(at);
        self.ask_bank_about(at, events);
        self.warn_of_late(at, events);
    }

    /// When a cycle moves on or is late, or the bank is asked, next without anybody's doing.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let due = |cycle: &Cycle| match cycle.phase {
            Phase::Open => Some(cycle.schedule.cut_off),
            Phase::Closed | Phase::Netted => Some(cycle.schedule.pay_in_from),
            Phase::PayIn => Some(cycle.schedule.pay_in_by),
            _ => cycle.pay_outs.iter().filter_map(PayOut::retry_at).min(),
        };
        let warnings = self.cycles.values().filter_map(Cycle::warning_at);
        let moves = self.cycles.values().filter_map(due).chain(warnings);
        let at_bank = self.statement_due().into_iter().chain(self.desk.next_question());
        moves.chain(self.next_claim_due()).chain(at_bank).min()
    }

    fn advance(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let phase = |house: &House| house.cycles.get(&date).map(|cycle| cycle.phase);
        let Some(schedule) = self.cycles.get(&date).map(|cycle| cycle.schedule) else { return };
        if phase(self) == Some(Phase::Open) && schedule.cut_off <= at {
            self.close(date, ledger, events);
            // Once a day is often enough.
            self.desk.prune(at);
        }
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase == Phase::Netted && cycle.schedule.pay_in_from <= at {
            call(cycle, events);
            self.expect_pay_ins(at, date);
            self.settle_if_funded(at, date, ledger, events);
        }
        if phase(self) == Some(Phase::PayIn) && schedule.pay_in_by <= at {
            self.go_on_without_defaulters(date, ledger, events);
            self.settle_if_funded(at, date, ledger, events);
        }
    }

    /// Closes a cycle at its cut-off and nets what both sides have affirmed. What waits for a cap
    /// has a last chance to settle with the money at hand.
    fn close(&mut self, date: BusinessDate, ledger: &mut Ledger, events: &mut Vec<ClearingEvent>) {
        if self.queue.iter().any(|queued| queued.value_date == date) {
            // A refusal leaves everything as it is.
            drop(self.run(date, ledger, events));
        }
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        events.push(ClearingEvent::CycleClosed { cycle: cycle.id });
        let left = cycle.take(|affirmed| !affirmed.is_agreed());
        for affirmed in &left {
            self.caps.discount(affirmed);
            self.queue.remove(&affirmed.bundle.reference);
        }
        report_failed(cycle, &left, events);
        cycle.netting = self.netting;
        cycle.renet();
        cycle.phase = Phase::Netted;
        let positions = cycle.positions().collect();
        events.push(ClearingEvent::CycleNetted { cycle: cycle.id, positions });
        self.drain_queue(events);
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

pub(crate) fn report_failed(cycle: &Cycle, failed: &[Affirmed], events: &mut Vec<ClearingEvent>) {
    for part in failed.chunks(BUNDLES_PER_EVENT) {
        let bundles = part.iter().map(|affirmed| affirmed.bundle.reference).collect();
        let nodes = parties(part.iter().map(|affirmed| &affirmed.bundle));
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
