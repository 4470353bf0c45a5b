//! Freezing a party: its money, its orders and everything of it that is under way (P-18, 2.3).
//!
//! A party may be frozen for several reasons, each set and lifted on its own; it is free when
//! none is left. One person sets a freeze, for one that waits is none; two lift it.

use crate::event::Event;
use crate::indexed::By;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_ledger::{Account, Posting, UserBucket};
use gcfn_model::{Digest, PartyId};
use serde::{Deserialize, Serialize};

/// Why something is frozen. Closed, so that it can be counted and reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreezeReason {
    /// The node's compliance looks into it.
    Compliance,
    /// It is on a sanctions list.
    Sanctions,
    /// A court orders it.
    Court,
    /// The risk rules ask for it.
    Risk,
    /// A supervisor directs it, by the document with this digest.
    Directive(Digest),
}

impl Venue {
    /// Why a party is frozen; nothing when it is not.
    pub fn freezes(&self, party: PartyId) -> impl Iterator<Item = FreezeReason> {
        self.freezes.get(&party).into_iter().flatten().copied()
    }

    /// Freezes a party: its available money moves to the restricted account, its orders leave
    /// the book, its redemption locks are released, its withdrawals that have not left are
    /// stopped, an issuer's batches leave the market, and nothing of it moves until it is unfrozen.
    /// A redemption that its merchant has confirmed is the merchant's claim and not the holder's: it
    /// is paid, though it waits for the issuer's money.
    pub(crate) fn freeze(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        reason: FreezeReason,
    ) -> Outcome {
        let known = self.party(party)?;
        if !self.freezes.entry(party).or_default().insert(reason) {
            return Err(Rejection::Frozen);
        }
        step.emit(MoneyEvent::FrozenFor { party, reason }.into());
        if known.frozen {
            return Ok(Done::Accepted);
        }
        self.cancel_orders_of(step, party);
        self.unlock_redemptions_of(step, party);
        self.stop_withdrawals_of(step, party);
        self.set_frozen(step, party, true);
        step.emit(Event::PartyFrozen { party });
        self.suspend_batches_of(step, party);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_unfreeze(
        &self,
        party: PartyId,
        reason: FreezeReason,
    ) -> Result<(), Rejection> {
        self.party(party)?;
        let frozen = self.freezes.get(&party).is_some_and(|reasons| reasons.contains(&reason));
        if frozen { Ok(()) } else { Err(Rejection::NotFrozen) }
    }

    /// Lifts one reason; the last one sets the party free.
    pub(crate) fn unfreeze(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        reason: FreezeReason,
    ) -> Outcome {
        self.check_unfreeze(party, reason)?;
        step.emit(MoneyEvent::UnfrozenFor { party, reason }.into());
        let reasons = self.freezes.entry(party).or_default();
        reasons.remove(&reason);
        if reasons.is_empty() {
            self.freezes.remove(&party);
            self.set_frozen(step, party, false);
            step.emit(Event::PartyUnfrozen { party });
        }
        Ok(Done::Accepted)
    }

    /// Marks the party first, so that what is repaid out of freed money sees it free.
    fn set_frozen(&mut self, step: &mut Step<'_>, party: PartyId, frozen: bool) {
        if let Some(known) = self.parties.get_mut(&party) {
            known.frozen = frozen;
        }
        let (from, to) = match frozen {
            true => (UserBucket::Available, UserBucket::Restricted),
            false => (UserBucket::Restricted, UserBucket::Available),
        };
        let (from, to) = (Account::User(party, from), Account::User(party, to));
        let amount = self.amount(from);
        let entry = self.entry(Posting::Freeze).with(from, to, amount);
        self.post(step, entry);
    }

    /// Releases what a party has locked for a redemption, as holder or as merchant.
    fn unlock_redemptions_of(&mut self, step: &mut Step<'_>, party: PartyId) {
        let locked = self.redemptions.select(By::Party(party), |redemption| !redemption.confirmed);
        for redemption in locked {
            self.unlock_redemption(step, redemption);
        }
    }
}
