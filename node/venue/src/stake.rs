//! What a node stakes with this one (P-20b): paid in by reference, given back or cut by two
//! persons.

use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_clearing::member_party;
use gcfn_ledger::{Account, FeeKind, Posting};
use gcfn_model::{Amount, Digest, NodeId, PartyId};
use serde::{Deserialize, Serialize};

/// Part of a stake that is lost (double signing, being offline).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slashing {
    /// Whose.
    pub node: NodeId,
    /// How much.
    pub amount: Amount,
    /// The digest of the proof.
    pub evidence: Digest,
}

impl Venue {
    /// The member that a payment's reference names.
    pub(crate) fn member_named(&self, party: PartyId) -> Option<NodeId> {
        self.members.keys().copied().find(|node| member_party(*node) == party)
    }

    pub(crate) fn check_stake(&self, node: NodeId, amount: Amount) -> Result<(), Rejection> {
        if !self.members.contains_key(&node) {
            return Err(Rejection::UnknownMember);
        }
        self.check_covers(Account::Stake(node), amount)
    }

    /// Gives a stake back, to the node's own bank account.
    pub(crate) fn return_stake(
        &mut self,
        step: &mut Step<'_>,
        node: NodeId,
        amount: Amount,
    ) -> Outcome {
        self.check_stake(node, amount)?;
        let (from, to) = (Account::Stake(node), member_party(node));
        self.pay_from_hub(step, Posting::NodeStake, from, to, amount)?;
        step.emit(MoneyEvent::StakeReturned { node, amount }.into());
        Ok(Done::Accepted)
    }

    /// Cuts a stake: it is a penalty.
    pub(crate) fn slash(&mut self, step: &mut Step<'_>, slashing: &Slashing) -> Outcome {
        let Slashing { node, amount, .. } = *slashing;
        self.check_stake(node, amount)?;
        let way = (Account::Stake(node), Account::Fee(FeeKind::Penalty));
        self.move_money(step, Posting::NodeStake, way, amount);
        step.emit(MoneyEvent::StakeSlashed(*slashing).into());
        Ok(Done::Accepted)
    }
}
