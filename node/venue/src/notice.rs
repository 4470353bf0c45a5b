//! What houses and the federation tell a venue.

use crate::closing::KYC_MAX;
use crate::outcome::{Done, Outcome};
use crate::party::{Party, PartyKind};
use crate::refusal::Rejection;
use crate::settlement::Purpose;
use crate::venue::{Member, Step, Venue};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_banking::{Instruction, is_forgotten};
use gcfn_clearing::{
    BundleRef, CallAgain, ClearingEvent, House, HousePayment, HouseRefusal, PayIn, member_party,
};
use gcfn_ledger::{Account, Entry, Posting};
use gcfn_model::{
    Amount, BusinessDate, Currency, CycleId, HouseId, LockId, NodeId, Pool, Rate, RegionId,
    SettlementAccount, Timestamp, Uetr,
};
use serde::{Deserialize, Serialize};

/// What happened in a clearing house that concerns the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClearingNotice {
    /// An account of the receiver must pay in.
    PayInCalled {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
        /// Its value date.
        value_date: BusinessDate,
        /// The house's account to pay to.
        pay_to: SettlementAccount,
        /// Who pays what by when.
        pay_in: PayIn,
    },
    /// An account of the receiver is being paid.
    PayOutInstructed {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
        /// The payment.
        payment: Instruction<HousePayment>,
    },
    /// Bundles settled: final.
    Settled {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
        /// The bundles that the receiver owes or is owed in.
        bundles: Vec<BundleRef>,
    },
    /// Bundles left their cycle unsettled.
    Failed {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
        /// The bundles that the receiver owes or is owed in.
        bundles: Vec<BundleRef>,
    },
    /// The house does not take a bundle that the receiver affirmed.
    Refused {
        /// The house.
        house: HouseId,
        /// The bundle.
        bundle: BundleRef,
        /// Why.
        reason: HouseRefusal,
    },
    /// Every long account of a cycle has been paid.
    PaidOut {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
    },
    /// Bundles settled ahead of their cycle: final. Their money is called and paid with it.
    SettledAhead {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
        /// The bundles that the receiver owes or is owed in.
        bundles: Vec<BundleRef>,
    },
    /// Another node has affirmed something else under the name of a bundle that the receiver
    /// stands by.
    Contested {
        /// The house.
        house: HouseId,
        /// The bundle.
        bundle: BundleRef,
        /// Who has.
        by: NodeId,
    },
    /// The house's bank has not made a payment that the receiver was told of. The house asks it
    /// again, under another id.
    PayOutFailed {
        /// The house.
        house: HouseId,
        /// The payment.
        payment: Uetr,
    },
    /// The house's bank has taken back what the receiver had paid in: it must pay it again.
    PayInCalledAgain {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
        /// The house's account to pay to.
        pay_to: SettlementAccount,
        /// The call.
        again: CallAgain,
    },
}

impl ClearingNotice {
    /// The house that says it.
    #[must_use]
    pub fn house(&self) -> HouseId {
        match self {
            ClearingNotice::PayInCalled { house, .. }
            | ClearingNotice::PayOutInstructed { house, .. }
            | ClearingNotice::Settled { house, .. }
            | ClearingNotice::Failed { house, .. }
            | ClearingNotice::Refused { house, .. }
            | ClearingNotice::PaidOut { house, .. }
            | ClearingNotice::Contested { house, .. }
            | ClearingNotice::PayOutFailed { house, .. }
            | ClearingNotice::PayInCalledAgain { house, .. }
            | ClearingNotice::SettledAhead { house, .. } => *house,
        }
    }
}

/// A rate that a dealer holds for a node until it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedRate {
    /// Its id.
    pub lock: LockId,
    /// The node it is held for.
    pub holder: NodeId,
    /// Who stands behind it.
    pub dealer: NodeId,
    /// The currency the holder pays in.
    pub pays: Currency,
    /// The currency the holder needs.
    pub needs: Currency,
    /// Minor units of `needs` for minor units of `pays`.
    pub rate: Rate,
    /// The most of `needs` that it is good for.
    pub size: Amount,
    /// Good for trades before this.
    pub expires_at: Timestamp,
    /// When both currencies settle.
    pub value_date: BusinessDate,
}

/// A final decision of the federation, as far as a venue acts on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// A node may trade here for its users, up to a net debit cap per currency.
    MemberAdmitted {
        /// The node.
        node: NodeId,
        /// Its region.
        region: RegionId,
        /// The most it may owe at a time, in this venue's currency.
        debit_cap: Amount,
    },
    /// A node may not trade any more.
    MemberSuspended {
        /// The node.
        node: NodeId,
    },
    /// A rate is locked for this node.
    Locked(LockedRate),
    /// The federation's clearing house did something.
    Clearing(ClearingNotice),
    /// A bundle has settled in which rounding, trade by trade, has brought this node's dealer so
    /// much over what the same trades come to together.
    ResidueKept {
        /// The bundle.
        bundle: BundleRef,
        /// In which currency.
        currency: Currency,
        /// How much.
        amount: Amount,
    },
}

impl Venue {
    /// A final decision of the federation.
    pub(crate) fn notice(&mut self, step: &mut Step<'_>, notice: &Notice) -> Outcome {
        match notice {
            Notice::MemberAdmitted { node, region, debit_cap } => {
                let (region, debit_cap) = (*region, *debit_cap);
                let owed = self.members.get(node).map_or(Amount::ZERO, |known| known.owed);
                self.members.insert(*node, Member { region, debit_cap, active: true, owed });
                let party = Party::new(PartyKind::Member, KYC_MAX);
                self.parties.insert(member_party(*node), party);
            }
            Notice::MemberSuspended { node } => {
                if let Some(member) = self.members.get_mut(node) {
                    member.active = false;
                }
            }
            Notice::Locked(rate) => self.rate_locked(step, *rate),
            Notice::ResidueKept { currency, amount, .. } => {
                // It is part of what the house pays the dealer: result, and no position.
                let kept = Entry::new(Posting::FxPayOut, *currency);
                let kept = kept.with(Account::FxPosition, Account::FxResult, *amount);
                self.post_banked(step, kept);
            }
            Notice::Clearing(notice) => {
                if notice.house() == self.terms.house {
                    return Err(Rejection::NotPermitted);
                }
                return self.clearing_notice(step, notice);
            }
        }
        Ok(Done::Accepted)
    }

    /// What a house says that may say it: its own of this node, or the federation's.
    pub(crate) fn clearing_notice(
        &mut self,
        step: &mut Step<'_>,
        notice: &ClearingNotice,
    ) -> Outcome {
        let from = notice.house();
        match notice {
            ClearingNotice::PayInCalled { house, cycle, value_date, pay_to, pay_in } => {
                let call = (*pay_in, *pay_to, *value_date);
                self.check_call(step.at, *house, call)?;
                let purpose = Purpose::PayIn { house: *house, cycle: *cycle };
                self.pay_in(step, purpose, call);
            }
            ClearingNotice::PayOutInstructed { house, cycle, payment } => {
                let purpose = Purpose::PayOut { house: *house, cycle: *cycle };
                let payment = Instruction {
                    id: payment.id,
                    debtor: payment.debtor,
                    creditor: payment.creditor,
                    currency: payment.currency,
                    amount: payment.amount,
                    value_date: payment.value_date,
                    purpose,
                };
                self.expect_pay_out(step, payment);
            }
            ClearingNotice::Settled { bundles, .. } => self.bundles_settled(step, from, bundles),
            ClearingNotice::SettledAhead { bundles, .. } => {
                self.bundles_settled_ahead(step, from, bundles);
            }
            ClearingNotice::Failed { bundles, .. } => self.bundles_failed(step, from, bundles),
            ClearingNotice::Contested { bundle, by, .. } => self.contested(step, *bundle, *by),
            ClearingNotice::Refused { bundle, reason, .. } if from == self.terms.house => {
                self.own_refused(step, *bundle, *reason);
            }
            ClearingNotice::Refused { bundle, reason, .. } => {
                self.differs_if(step, *bundle, *reason);
                self.bundles_failed(step, from, &[*bundle]);
            }
            // The hub has its money when the house between the node's own pools has paid.
            ClearingNotice::PaidOut { .. } if from == self.terms.house => self.pay_merchants(step),
            ClearingNotice::PaidOut { .. } => {}
            ClearingNotice::PayOutFailed { payment, .. } => {
                self.expect_no_more(step, from, *payment);
            }
            ClearingNotice::PayInCalledAgain { house, cycle, pay_to, again } => {
                self.called_again(step, (*house, *cycle, *pay_to), *again)?;
            }
        }
        Ok(Done::Accepted)
    }

    /// Whether a call for money is one that this node must meet: from an account of its own, to
    /// a house's account and nobody else's. Its own house, a node like others, may call each
    /// account once for a value date, for no more than the account owes in the node's own bundles.
    /// Nobody may for a day so long ago that the node may have forgotten its payment.
    fn check_call(
        &self,
        at: Timestamp,
        house: HouseId,
        call: (PayIn, SettlementAccount, BusinessDate),
    ) -> Result<(), Rejection> {
        let (pay_in, pay_to, value_date) = call;
        if pay_in.account.node != self.terms.node || pay_in.account.pool == Pool::ClearingHouse {
            return Err(Rejection::ForeignAccount);
        }
        if pay_to.pool != Pool::ClearingHouse || is_forgotten(at, value_date) {
            return Err(Rejection::NotPermitted);
        }
        if house != self.terms.house {
            return Ok(());
        }
        let called = |payment: &Instruction<Purpose>| {
            matches!(payment.purpose, Purpose::PayIn { house: by, .. } if by == house)
                && (payment.debtor, payment.value_date) == (pay_in.account, value_date)
                && payment.id != pay_in.instruction
        };
        let owed = self.owed_at_own_house(pay_in.account, value_date);
        let due = pay_in.currency == self.terms.currency && pay_in.amount <= owed;
        let again = self.desk.payments().any(|payment| called(&payment.instruction));
        match due && !again && pay_to.node == self.terms.house_node {
            true => Ok(()),
            false => Err(Rejection::NotPermitted),
        }
    }

    /// Whether `from` is the house that clears between this node's pools.
    pub(crate) fn is_house(&self, from: NodeId) -> bool {
        from == self.terms.house_node
    }
}

/// Tells every node of its own bundles, so that a notice is no longer than what concerns its
/// receiver.
fn to_each(
    nodes: &BTreeMap<NodeId, Vec<BundleRef>>,
    notice: impl Fn(Vec<BundleRef>) -> ClearingNotice,
) -> Vec<(NodeId, ClearingNotice)> {
    nodes.iter().map(|(node, bundles)| (*node, notice(bundles.clone()))).collect()
}

/// Whether `node` must hear of what a house did: whether [`notices`] has anything for it.
#[must_use]
pub fn hears(event: &ClearingEvent, node: NodeId) -> bool {
    match event {
        ClearingEvent::PayInCalled { pay_in, .. } => pay_in.account.node == node,
        ClearingEvent::PayInCalledAgain { again, .. } => again.call.account.node == node,
        ClearingEvent::PayOutInstructed { payment, .. }
        | ClearingEvent::PayOutFailed { payment, retry_at: Some(_), .. } => {
            payment.purpose.account.node == node
        }
        ClearingEvent::CycleSettled { nodes, .. }
        | ClearingEvent::BundlesSettled { nodes, .. }
        | ClearingEvent::BundlesFailed { nodes, .. } => nodes.contains_key(&node),
        ClearingEvent::CyclePaidOut { nodes, .. }
        | ClearingEvent::BundleContested { with: nodes, .. } => nodes.contains(&node),
        _ => false,
    }
}

/// Who must hear of what a house did, and what they are told. The federation's house says the
/// same, through its log.
#[must_use]
pub fn notices(house: &House, event: &ClearingEvent) -> Vec<(NodeId, ClearingNotice)> {
    let id = house.id();
    match event {
        ClearingEvent::PayInCalled { cycle, value_date, pay_in } => {
            let notice = ClearingNotice::PayInCalled {
                house: id,
                cycle: *cycle,
                value_date: *value_date,
                pay_to: house.account(),
                pay_in: *pay_in,
            };
            [(pay_in.account.node, notice)].to_vec()
        }
        ClearingEvent::PayInCalledAgain { cycle, again } => {
            let (cycle, pay_to, again) = (*cycle, house.account(), *again);
            let notice = ClearingNotice::PayInCalledAgain { house: id, cycle, pay_to, again };
            [(again.call.account.node, notice)].to_vec()
        }
        ClearingEvent::PayOutInstructed { cycle, payment } => {
            let (cycle, payment) = (*cycle, *payment);
            let to = payment.purpose.account.node;
            [(to, ClearingNotice::PayOutInstructed { house: id, cycle, payment })].to_vec()
        }
        ClearingEvent::PayOutFailed { payment, retry_at: Some(_), .. } => {
            let (to, payment) = (payment.purpose.account.node, payment.uetr());
            [(to, ClearingNotice::PayOutFailed { house: id, payment })].to_vec()
        }
        ClearingEvent::CycleSettled { cycle, nodes, .. } => {
            to_each(nodes, |bundles| ClearingNotice::Settled { house: id, cycle: *cycle, bundles })
        }
        ClearingEvent::BundlesSettled { cycle, nodes, .. } => {
            let cycle = *cycle;
            to_each(nodes, |bundles| ClearingNotice::SettledAhead { house: id, cycle, bundles })
        }
        ClearingEvent::BundlesFailed { cycle, nodes, .. } => {
            to_each(nodes, |bundles| ClearingNotice::Failed { house: id, cycle: *cycle, bundles })
        }
        ClearingEvent::BundleContested { bundle, by, with, .. } => {
            let notice = ClearingNotice::Contested { house: id, bundle: *bundle, by: *by };
            with.iter().map(|node| (*node, notice.clone())).collect()
        }
        ClearingEvent::CyclePaidOut { cycle, nodes } => {
            let notice =
                |node: &NodeId| (*node, ClearingNotice::PaidOut { house: id, cycle: *cycle });
            nodes.iter().map(notice).collect()
        }
        _ => Vec::new(),
    }
}
