//! One cycle: the obligations of one value date on their way to finality.

use crate::netting::Positions;
use crate::pay_out::{PayOut, PayOutState};
use crate::volume::Volume;
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
    /// Long accounts are being paid.
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

/// A bundle in a cycle, with who has affirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Affirmed {
    pub(crate) bundle: Bundle,
    pub(crate) required: BTreeSet<NodeId>,
    pub(crate) by: BTreeSet<NodeId>,
}

impl Affirmed {
    pub(crate) fn is_agreed(&self) -> bool {
        self.required.is_subset(&self.by)
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
    pub(crate) positions: Positions,
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
}

impl Cycle {
    pub(crate) fn new(house: HouseId, schedule: Schedule) -> Cycle {
        let date = schedule.value_date.days().to_be_bytes();
        Cycle {
            id: CycleId::derive(&[house.as_str().as_bytes(), &date]),
            schedule,
            phase: Phase::Open,
            bundles: BTreeMap::new(),
            positions: Positions::new(),
            pay_ins: BTreeMap::new(),
            pay_outs: Vec::new(),
            booked: BTreeMap::new(),
            reconciled: BTreeSet::new(),
            total: Volume::default(),
            entered: BTreeMap::new(),
        }
    }

    /// How many bundles stand in it.
    #[must_use]
    pub fn bundle_count(&self) -> usize {
        self.bundles.len()
    }

    /// The bundles in it, with whether both sides have affirmed them.
    pub fn bundles(&self) -> impl Iterator<Item = (&Bundle, bool)> {
        self.bundles.values().map(|a| (&a.bundle, a.is_agreed()))
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

    pub(crate) fn obligations(&self) -> impl Iterator<Item = &Obligation> {
        self.bundles.values().filter(|a| a.is_agreed()).flat_map(|a| &a.bundle.obligations)
    }

    pub(crate) fn renet(&mut self) {
        self.positions = net(self.obligations());
    }

    /// What each account has in the cycle: its net position and what it has paid in.
    pub(crate) fn balances(
        &self,
    ) -> impl Iterator<Item = ((Currency, SettlementAccount), Position)> {
        let mut balances = self.positions.clone();
        for (pay_in, _) in self.pay_ins.values().filter(|(_, paid)| *paid) {
            let balance = balances.entry((pay_in.currency, pay_in.account)).or_default();
            *balance = balance.plus(pay_in.amount);
        }
        balances.into_iter()
    }

    /// Takes the bundles out that are not agreed by both sides, in order.
    pub(crate) fn take_unagreed(&mut self) -> Vec<Bundle> {
        let open = core::mem::take(&mut self.bundles);
        let (agreed, unagreed): (BTreeMap<_, _>, BTreeMap<_, _>) =
            open.into_iter().partition(|(_, affirmed)| affirmed.is_agreed());
        self.bundles = agreed;
        unagreed.into_values().map(|a| a.bundle).collect()
    }

    /// Takes the bundles out in which one of `accounts` owes in the currency it is short of.
    pub(crate) fn take_owed_by(
        &mut self,
        accounts: &BTreeSet<(Currency, SettlementAccount)>,
    ) -> Vec<Bundle> {
        let owes = |a: &Affirmed| {
            a.bundle.obligations.iter().any(|o| accounts.contains(&(o.currency, o.payer)))
        };
        let all = core::mem::take(&mut self.bundles);
        let (failed, kept): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(_, affirmed)| owes(affirmed));
        self.bundles = kept;
        failed.into_values().map(|a| a.bundle).collect()
    }
}
