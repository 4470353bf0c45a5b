//! What a cycle waits for: why it is not final yet, and which of its bundles are not agreed.

use crate::cycle::{Cycle, Standing};
use crate::pay_out::PayOutState;
use crate::{Bundle, ClearingEvent, HouseRefusal, Phase};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_model::{Amount, BusinessDate, Currency, NodeId, SettlementAccount, Timestamp};

/// Something that must happen before a cycle is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Its time: the cut-off, or the calls for money.
    Time(Timestamp),
    /// An account must pay in, or the deadline pass.
    PayIn {
        /// Who.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// How much is missing.
        amount: Amount,
    },
    /// Everybody has paid in, and a member has so much at the house that no more can be booked.
    Room,
    /// The bank must pay an account.
    PayOut {
        /// Whom.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// How much.
        amount: Amount,
        /// Whether the bank has refused it or sent it back.
        refused: bool,
    },
    /// A statement of the bank must tie, of this day or a later one.
    Statement {
        /// In which currency.
        currency: Currency,
        /// The last day on which the bank booked for the cycle.
        covering: BusinessDate,
    },
}

/// A bundle that not everybody stands by who must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unaffirmed<'a> {
    /// The bundle, as it was affirmed first.
    pub bundle: &'a Bundle,
    /// Who stands by it.
    pub by: &'a BTreeSet<NodeId>,
    /// Who has yet to.
    pub missing: Vec<NodeId>,
    /// Who has affirmed something else under its name.
    pub disputed_by: Vec<NodeId>,
}

impl Cycle {
    /// What it waits for now, of the phase that it is in; nothing once it is final.
    #[must_use]
    pub fn waits_for(&self) -> Vec<Wait> {
        match self.phase {
            Phase::Open => [Wait::Time(self.schedule.cut_off)].to_vec(),
            Phase::Closed | Phase::Netted => [Wait::Time(self.schedule.pay_in_from)].to_vec(),
            Phase::PayIn => {
                let short = self.shortfalls().into_iter();
                let missing = short.map(|((currency, account), amount)| Wait::PayIn {
                    account,
                    currency,
                    amount,
                });
                let missing: Vec<Wait> = missing.collect();
                if missing.is_empty() { [Wait::Room].to_vec() } else { missing }
            }
            Phase::Settled | Phase::PayOut => {
                let unpaid = self.pay_outs.iter().filter(|out| out.state != PayOutState::Paid);
                let unpaid = unpaid.map(|out| Wait::PayOut {
                    account: out.account,
                    currency: out.currency,
                    amount: out.amount,
                    refused: out.state != PayOutState::Instructed,
                });
                let mut moved = self.currencies();
                moved.extend(self.booked.keys());
                let open = moved.difference(&self.reconciled);
                let statements = open.map(|&currency| Wait::Statement {
                    currency,
                    covering: self.last_booking(currency),
                });
                unpaid.chain(statements).collect()
            }
            Phase::Reconciled | Phase::Final => Vec::new(),
        }
    }

    /// Refuses a bundle that is something else than what is known under its name. Those who stand
    /// by that hear of it, the first time that one says so who must affirm it.
    pub(crate) fn dispute(
        &mut self,
        by: NodeId,
        affirmed: &Bundle,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        let (cycle, bundle) = (self.id, affirmed.reference);
        let known = self.bundles.get(&bundle).filter(|known| known.bundle != *affirmed);
        let Some(known) = known else { return Ok(()) };
        events.push(ClearingEvent::BundleDisputed { cycle, bundle, by });
        let told = known.required.contains(&by) && self.disputes.insert((bundle, by));
        let others = known.by.iter().copied().filter(|node| told && *node != by);
        let with: Vec<NodeId> = others.collect();
        if !with.is_empty() {
            events.push(ClearingEvent::BundleContested { cycle, bundle, by, with });
        }
        Err(HouseRefusal::Mismatch)
    }

    /// The bundles that somebody has affirmed and not everybody who must.
    pub fn unaffirmed(&self) -> impl Iterator<Item = Unaffirmed<'_>> {
        let awaited = self.bundles.values().filter(|a| a.standing == Standing::Awaited);
        awaited.map(|affirmed| {
            let reference = affirmed.bundle.reference;
            let disputes = self.disputes.iter().filter(move |(of, _)| *of == reference);
            Unaffirmed {
                bundle: &affirmed.bundle,
                by: &affirmed.by,
                missing: affirmed.required.difference(&affirmed.by).copied().collect(),
                disputed_by: disputes.map(|(_, by)| *by).collect(),
            }
        })
    }
}
