//! Users, issuers and merchants: who they are to the books, and what they may do.

use crate::closing::KYC_MAX;
use crate::command::{Actor, Role};
use crate::custody::Custody;
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_model::PartyId;
use serde::{Deserialize, Serialize};

/// What a party is at this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Holds money and coupons.
    User,
    /// Issues coupons.
    Issuer,
    /// Redeems coupons for goods.
    Merchant,
    /// Another node, trading for its own users.
    Member,
}

/// One party by pseudonym. Names and documents are in the node's vault, never here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// What it is.
    pub kind: PartyKind,
    /// How well it is identified: 0 to 3.
    pub kyc: u8,
    /// Whether its money and coupons stand still (P-18).
    pub frozen: bool,
    /// Which rules watch it.
    pub class: PartyClass,
    /// Who keeps its coupons.
    pub custody: Custody,
}

/// What sort of trading is expected of a party (C-44).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyClass {
    /// As much as a person does.
    Retail,
    /// Quotes all day: no rule counts its trades.
    MarketMaker,
}

impl Party {
    /// A party that has just been registered.
    pub(crate) const fn new(kind: PartyKind, kyc: u8) -> Party {
        Party { kind, kyc, frozen: false, class: PartyClass::Retail, custody: Custody::Own }
    }
}

/// An issuer's tier, which sets its issuance fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The first.
    Silver,
    /// The second.
    Gold,
    /// The third.
    Platinum,
    /// The highest.
    Diamond,
}

impl Venue {
    pub(crate) fn register(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        kind: PartyKind,
        kyc: u8,
    ) -> Outcome {
        if kind == PartyKind::Member || KYC_MAX < kyc {
            return Err(Rejection::PartyKind);
        }
        if self.parties.contains_key(&party) || self.closed.contains(&party) {
            return Err(Rejection::PartyExists);
        }
        self.parties.insert(party, Party::new(kind, kyc));
        step.emit(Event::PartyRegistered { party, kind, kyc });
        self.reward_registration(step, party);
        Ok(Done::Accepted)
    }

    /// The party, if it is known.
    pub(crate) fn party(&self, party: PartyId) -> Result<Party, Rejection> {
        self.parties.get(&party).copied().ok_or(Rejection::UnknownParty)
    }

    /// The party, if it may move money and coupons.
    pub(crate) fn free_party(&self, party: PartyId) -> Result<Party, Rejection> {
        let known = self.party(party)?;
        if known.frozen { Err(Rejection::Frozen) } else { Ok(known) }
    }

    /// The party, if it may trade.
    pub(crate) fn trader(&self, party: PartyId) -> Result<Party, Rejection> {
        let known = self.free_party(party)?;
        if known.kyc < self.terms.kyc_to_trade {
            return Err(Rejection::KycTooLow);
        }
        Ok(known)
    }
}

/// Whether `actor` may act for `party`: itself, or an operator for anybody.
pub(crate) fn acts_for(actor: Actor, party: PartyId) -> Result<(), Rejection> {
    match actor.role {
        Role::Operator => Ok(()),
        _ if actor.party == party => Ok(()),
        _ => Err(Rejection::NotYours),
    }
}
