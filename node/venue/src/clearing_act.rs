//! What staff may do at the clearing house that the node runs.

use crate::command::{Actor, Verb};
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_clearing::{
    BundleRef, ClearingEvent, Deposit, House, HouseRefusal, Layer, Netting, QueueChange,
};
use gcfn_ledger::Ledger;
use gcfn_model::{Amount, BusinessDate, Currency, PartyId, Pool, SettlementAccount, Timestamp};
use serde::{Deserialize, Serialize};

/// What is asked of the house of the node. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClearingAct {
    /// Settle now what the money at hand carries of the cycle of this value date.
    Run {
        /// The value date.
        value_date: BusinessDate,
    },
    /// Move a bundle in the queue, hold it, set it free or take it out.
    ChangeQueue {
        /// The bundle.
        bundle: BundleRef,
        /// What is done to it.
        change: QueueChange,
    },
    /// Let an account owe no more than this, or anything; two persons must.
    SetCap {
        /// The account.
        account: SettlementAccount,
        /// In which currency.
        currency: Currency,
        /// The most it may owe; anything when left out.
        limit: Option<Amount>,
    },
    /// Let cycles that close from now on be netted like this; two persons must.
    SetNetting(Netting),
    /// Let an account keep money at the house.
    OpenDeposit {
        /// The account.
        account: SettlementAccount,
        /// As what.
        layer: Layer,
    },
    /// Pay an account back what it keeps at the house and is not needed for; two persons must.
    PayBack(Deposit),
    /// Say who of the staff looks after an item in suspense.
    AssignSuspense {
        /// Its number.
        item: u64,
        /// Who, by pseudonym.
        owner: PartyId,
    },
    /// Say in whose deposit an item in suspense goes, or out of whose what the bank took is borne;
    /// two persons must.
    ResolveSuspense {
        /// Its number.
        item: u64,
        /// Whose deposit.
        account: SettlementAccount,
        /// Which.
        layer: Layer,
    },
    /// Let two items in suspense explain each other; two persons must.
    MatchSuspense {
        /// What came in.
        credit: u64,
        /// What went out.
        debit: u64,
    },
}

impl From<ClearingAct> for Verb {
    fn from(act: ClearingAct) -> Verb {
        Verb::Clearing(act)
    }
}

impl ClearingAct {
    /// Whether it takes two persons (DRV-24).
    #[must_use]
    pub const fn takes_two(&self) -> bool {
        match self {
            ClearingAct::SetCap { .. }
            | ClearingAct::SetNetting(_)
            | ClearingAct::PayBack(_)
            | ClearingAct::ResolveSuspense { .. }
            | ClearingAct::MatchSuspense { .. } => true,
            ClearingAct::Run { .. }
            | ClearingAct::ChangeQueue { .. }
            | ClearingAct::OpenDeposit { .. }
            | ClearingAct::AssignSuspense { .. } => false,
        }
    }

    /// Refuses at the first person what the second would only be refused as well.
    ///
    /// # Errors
    /// What `house` would refuse.
    pub fn foresee(&self, house: &House) -> Result<(), HouseRefusal> {
        match *self {
            ClearingAct::SetCap { account, .. } if account.pool == Pool::ClearingHouse => {
                Err(HouseRefusal::NotAMember)
            }
            ClearingAct::PayBack(ref deposit) => house.check_pay_back(deposit),
            ClearingAct::ResolveSuspense { item, account, layer } => {
                house.check_resolve_suspense(item, (account, layer))
            }
            ClearingAct::MatchSuspense { credit, debit } => {
                house.check_match_suspense(credit, debit)
            }
            _ => Ok(()),
        }
    }

    /// Does it at `house` at time `at`, on the word of `by`.
    ///
    /// # Errors
    /// What the house refuses. Nothing has changed then.
    pub fn carry_out(
        &self,
        at: Timestamp,
        by: PartyId,
        house: &mut House,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        match *self {
            ClearingAct::Run { value_date } => house.run(value_date, ledger, events).map(|_| ()),
            ClearingAct::ChangeQueue { bundle, change } => {
                house.change_queue(by, bundle, change, events)
            }
            ClearingAct::SetCap { account, currency, limit } => {
                house.set_cap((currency, account), limit, events);
                Ok(())
            }
            ClearingAct::SetNetting(netting) => {
                house.set_netting(netting, events);
                Ok(())
            }
            ClearingAct::OpenDeposit { account, layer } => {
                house.open_deposit(account, layer, events).map(|_| ())
            }
            ClearingAct::PayBack(deposit) => house.pay_back(at, deposit, events),
            ClearingAct::AssignSuspense { item, owner } => {
                house.assign_suspense(item, owner, events)
            }
            ClearingAct::ResolveSuspense { item, account, layer } => {
                house.resolve_suspense(item, (account, layer), ledger, events)
            }
            ClearingAct::MatchSuspense { credit, debit } => {
                house.match_suspense(credit, debit, events)
            }
        }
    }
}

impl Venue {
    /// Refuses at the first person what the second would only be refused as well.
    pub(crate) fn foresee_clearing(&self, act: &ClearingAct) -> Result<(), Rejection> {
        let house = self.house.as_ref().ok_or(Rejection::NoHouse)?;
        act.foresee(house).map_err(Rejection::House)
    }

    /// Does what `actor` may ask of the house.
    pub(crate) fn at_clearing_house(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        act: &ClearingAct,
    ) -> Outcome {
        self.foresee_clearing(act)?;
        let (at, by) = (step.at, actor.party);
        let done = self
            .in_house(step, |house, ledger, events| act.carry_out(at, by, house, ledger, events))?;
        done.map(|()| Done::Accepted).map_err(Rejection::House)
    }
}
