//! One cycle: the obligations of one value date on their way to finality.

use crate::netting::{Netting, Positions, dues, payments};
use crate::pay_out::{PayOut, PayOutState};
use crate::volume::Volume;
use crate::waterfall::Cover;
use crate::{Bundle, BundleRef, NetPosition, Obligation, net};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::fmt;
use gcfn_model::{
    Amount, BusinessDate, Currency, CycleId, HouseId, InstructionId, NodeId, Position,
    SettlementAccount, Timestamp, Uetr,
};
use serde::{Deserialize, Serialize};

/// Where a cycle stands. It only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Bundles may be affirmed.
    Open,
    /// Past the cut-off: nothing enters any more.
    Closed,
    /// Positions are known.
    Netted,
    /// Short accounts have been called and are paying.
    PayIn,
    /// Settled in the house's books, whole and irrevocably.
    Settled,
    /// Long accounts are paid as well.
    PayOut,
    /// The bank's statements agree to the cent.
    Reconciled,
    /// Paid and reconciled; nothing of it can be undone.
    Final,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Phase::Open => "open",
            Phase::Closed => "closed",
            Phase::Netted => "netted",
            Phase::PayIn => "pay-in",
            Phase::Settled => "settled",
            Phase::PayOut => "pay-out",
            Phase::Reconciled => "reconciled",
            Phase::Final => "final",
        })
    }
}

/// The instants of one cycle, worked out from the region's calendar and time zone by the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The day on which the cycle's obligations settle.
    pub value_date: BusinessDate,
    /// No bundle enters after this.
    pub cut_off: Timestamp,
    /// Short accounts are called from here on.
    pub pay_in_from: Timestamp,
    /// Who has not paid in by now has failed the cycle.
    pub pay_in_by: Timestamp,
}

/// A call for money: what one account must pay into the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayIn {
    /// The id that the payment must carry; its UETR follows from it.
    pub instruction: InstructionId,
    /// The short account.
    pub account: SettlementAccount,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
    /// When it is too late.
    pub due: Timestamp,
}

/// Where a bundle stands in its cycle. It only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not everybody who must has affirmed it.
    Awaited,
    /// Affirmed, and waits because it would put an account above its cap.
    Queued,
    /// Affirmed: it settles with the cycle.
    Agreed,
    /// Settled ahead of the cycle by a liquidity-saving run. It is final and leaves the cycle no
    /// more; its money is called and paid out with the rest.
    Settled,
}

/// A bundle in a cycle, with who has affirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Affirmed {
    pub(crate) bundle: Bundle,
    pub(crate) required: BTreeSet<NodeId>,
    pub(crate) by: BTreeSet<NodeId>,
    pub(crate) standing: Standing,
}

impl Affirmed {
    /// Whether everybody has affirmed it.
    pub(crate) fn is_complete(&self) -> bool {
        self.required.is_subset(&self.by)
    }

    /// Whether it moves money in the cycle.
    pub(crate) fn is_agreed(&self) -> bool {
        Standing::Agreed <= self.standing
    }
}

/// One cycle of one house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    /// Its id.
    pub id: CycleId,
    /// Its times.
    pub schedule: Schedule,
    /// Where it stands.
    pub phase: Phase,
    pub(crate) bundles: BTreeMap<BundleRef, Affirmed>,
    /// Who has affirmed other content than a bundle has.
    pub(crate) disputes: BTreeSet<(BundleRef, NodeId)>,
    /// Against what its accounts set off; fixed at its cut-off.
    pub(crate) netting: Netting,
    pub(crate) positions: Positions,
    /// What each account owes in what has yet to settle, under the cycle's terms.
    pub(crate) dues: Positions,
    /// What each account has come to in what was settled ahead of the cycle.
    pub(crate) ahead: Positions,
    /// What was drawn for accounts that did not pay in.
    pub(crate) covers: Vec<Cover>,
    pub(crate) pay_ins: BTreeMap<Uetr, (PayIn, bool)>,
    /// What the house owes in it since it settled.
    pub(crate) pay_outs: Vec<PayOut>,
    /// The last day on which the bank has booked for it.
    pub(crate) booked: BTreeMap<Currency, BusinessDate>,
    pub(crate) reconciled: BTreeSet<Currency>,
    /// What is agreed in it.
    pub(crate) total: Volume,
    /// What each node was the first to affirm.
    pub(crate) entered: BTreeMap<NodeId, Volume>,
    /// Whether it has been told to be late.
    pub(crate) warned: bool,
}

impl Cycle {
    pub(crate) fn new(house: HouseId, schedule: Schedule) -> Cycle {
        let date = schedule.value_date.days().to_be_bytes();
        Cycle {
            id: CycleId::derive(&[house.as_str().as_bytes(), &date]),
            schedule,
            phase: Phase::Open,
            bundles: BTreeMap::new(),
            disputes: BTreeSet::new(),
            netting: Netting::default(),
            positions: Positions::new(),
            dues: Positions::new(),
            ahead: Positions::new(),
            covers: Vec::new(),
            pay_ins: BTreeMap::new(),
            pay_outs: Vec::new(),
            booked: BTreeMap::new(),
            reconciled: BTreeSet::new(),
            total: Volume::default(),
            entered: BTreeMap::new(),
            warned: false,
        }
    }

    /// How many bundles stand in it.
    #[must_use]
    pub fn bundle_count(&self) -> usize {
        self.bundles.len()
    }

    /// A bundle in it.
    #[must_use]
    pub fn bundle(&self, reference: &BundleRef) -> Option<&Bundle> {
        self.bundles.get(reference).map(|affirmed| &affirmed.bundle)
    }

    /// Whether a node has affirmed a bundle in it.
    #[must_use]
    pub fn is_affirmed_by(&self, node: NodeId, reference: &BundleRef) -> bool {
        self.bundles.get(reference).is_some_and(|affirmed| affirmed.by.contains(&node))
    }

    /// The bundles in it, with where each stands.
    pub fn bundles(&self) -> impl Iterator<Item = (&Bundle, Standing)> {
        self.bundles.values().map(|a| (&a.bundle, a.standing))
    }

    /// Against what its accounts set off what they owe, once netted.
    #[must_use]
    pub fn netting(&self) -> Netting {
        self.netting
    }

    /// Net positions, once netted.
    pub fn positions(&self) -> impl Iterator<Item = NetPosition> + '_ {
        self.positions.iter().map(|(&(currency, account), &position)| NetPosition {
            currency,
            account,
            position,
        })
    }

    /// The nodes with a position in it, in order, once.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        let nodes: BTreeSet<NodeId> = self.positions.keys().map(|(_, a)| a.node).collect();
        nodes.into_iter().collect()
    }

    /// The calls of the cycle and whether each has been met.
    pub fn pay_ins(&self) -> impl Iterator<Item = &(PayIn, bool)> {
        self.pay_ins.values()
    }

    /// What `payment` has paid in has gone back, as much of it as `call` asks for now.
    pub(crate) fn replace_pay_in(&mut self, payment: Uetr, call: PayIn) {
        if let Some((pay_in, _)) = self.pay_ins.get_mut(&payment) {
            pay_in.amount = pay_in.amount.saturating_sub(call.amount);
        }
        self.pay_ins.retain(|_, (pay_in, _)| !pay_in.amount.is_zero());
        self.pay_ins.insert(Uetr::derive(&[call.instruction.as_bytes()]), (call, false));
    }

    /// Whether the bank has booked everything that the house owes in it.
    pub(crate) fn is_paid_out(&self) -> bool {
        self.pay_outs.iter().all(|out| out.state == PayOutState::Paid)
    }

    /// The last day on which the bank has booked for it in `currency`; its value date where
    /// nothing had to be paid.
    pub(crate) fn last_booking(&self, currency: Currency) -> BusinessDate {
        self.booked.get(&currency).copied().unwrap_or(self.schedule.value_date)
    }

    /// Gross value of all agreed obligations, per currency.
    #[must_use]
    pub fn gross(&self) -> BTreeMap<Currency, Position> {
        let mut gross = BTreeMap::<Currency, Position>::new();
        for obligation in self.obligations() {
            let sum = gross.entry(obligation.currency).or_default();
            *sum = sum.plus(obligation.amount);
        }
        gross
    }

    /// The currencies in which the cycle moves money.
    pub(crate) fn currencies(&self) -> BTreeSet<Currency> {
        self.positions.keys().map(|(currency, _)| *currency).collect()
    }

    /// Whether a statement has confirmed every currency that it has a position in, or in which
    /// the bank booked for it.
    pub(crate) fn is_reconciled(&self) -> bool {
        let mut currencies = self.currencies();
        currencies.extend(self.booked.keys());
        currencies.is_subset(&self.reconciled)
    }

    /// Everything that moves money in it.
    pub(crate) fn obligations(&self) -> impl Iterator<Item = &Obligation> {
        self.bundles.values().filter(|a| a.is_agreed()).flat_map(|a| &a.bundle.obligations)
    }

    /// What is owed in the bundles that stand there.
    pub(crate) fn obligations_that_are(
        &self,
        standing: Standing,
    ) -> impl Iterator<Item = &Obligation> + Clone {
        let these = self.bundles.values().filter(move |a| a.standing == standing);
        these.flat_map(|a| &a.bundle.obligations)
    }

    /// Works out anew what follows from its bundles.
    pub(crate) fn renet(&mut self) {
        self.positions = net(self.obligations());
        self.ahead = net(self.obligations_that_are(Standing::Settled));
        let left = payments(self.obligations_that_are(Standing::Agreed), self.netting);
        self.dues = dues(&left);
    }

    /// What each account has in the cycle: its net position, what it has paid in, and what was
    /// drawn for it.
    pub(crate) fn balances(
        &self,
    ) -> impl Iterator<Item = ((Currency, SettlementAccount), Position)> {
        let mut balances = self.positions.clone();
        self.add_what_came_in(&mut balances);
        balances.into_iter()
    }

    /// What each account has towards what it still owes in the cycle: what it has come to ahead of
    /// it, what it has paid in, and what was drawn for it.
    pub(crate) fn funds(&self) -> Positions {
        let mut funds = self.ahead.clone();
        self.add_what_came_in(&mut funds);
        funds
    }

    fn add_what_came_in(&self, to: &mut Positions) {
        let mut add = |key, amount| {
            let balance = to.entry(key).or_default();
            *balance = balance.plus(amount);
        };
        for (pay_in, _) in self.pay_ins.values().filter(|(_, paid)| *paid) {
            add((pay_in.currency, pay_in.account), pay_in.amount);
        }
        for cover in &self.covers {
            add((cover.currency, cover.account), cover.amount);
        }
    }

    /// What each account is short of, beside what it has in the cycle.
    pub(crate) fn shortfalls(&self) -> BTreeMap<(Currency, SettlementAccount), Amount> {
        let mut left = self.funds();
        for (key, due) in &self.dues {
            let balance = left.entry(*key).or_default();
            *balance = balance.and(due.negated());
        }
        let short = left.into_iter().filter(|(_, left)| *left < Position::ZERO);
        short.filter_map(|(key, left)| Some((key, left.debit()?))).collect()
    }

    /// Takes these bundles out, in order.
    pub(crate) fn take(&mut self, leaves: impl Fn(&Affirmed) -> bool) -> Vec<Affirmed> {
        let all = core::mem::take(&mut self.bundles);
        let (left, kept): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(_, affirmed)| leaves(affirmed));
        self.bundles = kept;
        left.into_values().collect()
    }
}
