//! In whose custody the coupons of a holder are (C-31, ESC-11).
//!
//! Decides who may give coupons away and lock them for redemption: the holder by itself, or, for one
//! that has signed a service agreement, the platform's staff on its behalf and nobody else. Staff
//! never move the coupons of a holder that keeps its own. Money is in the custody of a bank either
//! way, and either sort of holder trades by itself.

use crate::command::Actor;
use crate::gift::Present;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::redemption::RedemptionTerms;
use crate::refusal::Rejection;
use crate::units::Units;
use crate::venue::{Step, Venue};
use gcfn_model::{Digest, PartyId, SeriesId};
use serde::{Deserialize, Serialize};

/// Who keeps a holder's coupons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// The holder itself: mode B of the documents, and everybody's at registration.
    #[default]
    Own,
    /// The platform, by contract: mode A.
    Platform {
        /// The digest of the service agreement that the holder has signed.
        agreement: Digest,
    },
}

/// What the platform does for a holder whose coupons it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustodianAct {
    /// Give coupons to somebody; two persons must.
    Give {
        /// Who receives them.
        to: PartyId,
        /// Of which series.
        series: SeriesId,
        /// How many.
        quantity: u64,
    },
    /// Lock a coupon for redemption.
    Lock(RedemptionTerms),
}

impl Venue {
    pub(crate) fn check_custody(&self, party: PartyId) -> Result<(), Rejection> {
        match self.free_party(party)?.kind {
            PartyKind::User => Ok(()),
            PartyKind::Issuer | PartyKind::Merchant | PartyKind::Member => {
                Err(Rejection::PartyKind)
            }
        }
    }

    pub(crate) fn set_custody(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        custody: Custody,
    ) -> Outcome {
        self.check_custody(party)?;
        if let Some(known) = self.parties.get_mut(&party) {
            known.custody = custody;
        }
        step.emit(MoneyEvent::CustodySet { party, custody }.into());
        Ok(Done::Accepted)
    }

    /// Does for `holder` what only the keeper of its coupons may.
    pub(crate) fn act_as_custodian(
        &mut self,
        step: &mut Step<'_>,
        holder: PartyId,
        act: &CustodianAct,
    ) -> Outcome {
        self.keeps_for(holder)?;
        match act {
            CustodianAct::Give { to, series, quantity } => {
                let present = Present { to: *to, series: *series, units: Units::Any(*quantity) };
                self.gift(step, holder, &present)
            }
            CustodianAct::Lock(terms) => self.lock_redemption(step, holder, *terms),
        }
    }

    /// Whether the platform keeps the coupons of `holder`.
    pub(crate) fn keeps_for(&self, holder: PartyId) -> Result<(), Rejection> {
        match self.party(holder)?.custody {
            Custody::Own => Err(Rejection::OwnCustody),
            Custody::Platform { .. } => Ok(()),
        }
    }

    /// What only a holder that keeps its coupons itself may ask for.
    pub(crate) fn keeps_own(&self, actor: Actor) -> Result<(), Rejection> {
        match self.keeps_itself(actor.party) {
            true => Ok(()),
            false => Err(Rejection::PlatformCustody),
        }
    }

    /// Whether nobody else keeps the coupons of `party`.
    pub(crate) fn keeps_itself(&self, party: PartyId) -> bool {
        self.parties.get(&party).is_none_or(|known| known.custody == Custody::Own)
    }
}
