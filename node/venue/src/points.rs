//! Points: what users get for what they do, and what points bring in money (FEE-17, P-24).
//!
//! Points are counted, not owed: they are no money until they are paid out, out of the platform's
//! share and as far as it goes. What brings points, and what a point brings, the region says.

use crate::event::Event;
use crate::fees::major_units;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::reversal::ReversibleKind;
use crate::venue::{Step, Venue};
use gcfn_model::{Amount, Currency, Digest, PartyId};
use gcfn_table::{Freeze, Map};
use serde::{Deserialize, Serialize};

/// What brings points, and what points bring: from the region's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointTerms {
    /// For registering, once.
    pub register: u32,
    /// For being known by one's real name, once.
    pub real_name: u32,
    /// The identity level that says that one is (C-14).
    pub real_name_kyc: u8,
    /// For a review that was found good.
    pub review: u32,
    /// How many points bring one whole unit of the currency; none is paid out where it is zero.
    pub per_unit: u32,
}

impl PointTerms {
    /// As the seeds have it: 100 for registering, 200 for the real name, 1 for a good review.
    /// They say neither at which level a name is known, for which 1 is a proposal, nor what a
    /// point is worth: none is paid out.
    pub const DEFAULT: PointTerms =
        PointTerms { register: 100, real_name: 200, real_name_kyc: 1, review: 1, per_unit: 0 };

    /// What `points` bring in `currency`, rounded down; `None` where none are paid out, or more
    /// than one amount.
    #[must_use]
    pub fn worth(&self, points: u64, currency: Currency) -> Option<Amount> {
        let unit = u128::from(major_units(currency, 1).minor());
        let minor = unit.checked_mul(u128::from(points))?.checked_div(u128::from(self.per_unit))?;
        Amount::from_minor(u64::try_from(minor).ok()?)
    }
}

impl PointTerms {
    /// The fewest points that bring `amount`.
    fn cost(&self, amount: Amount, currency: Currency) -> u64 {
        let unit = u128::from(major_units(currency, 1).minor().max(1));
        let points = u128::from(amount.minor()).saturating_mul(u128::from(self.per_unit));
        u64::try_from(points.div_ceil(unit)).unwrap_or(u64::MAX)
    }
}

/// The points of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointAccount {
    /// How many there are.
    pub balance: u64,
    /// Whether the points for the real name were given.
    pub named: bool,
}

/// The points of all users.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Points {
    pub(crate) accounts: Map<PartyId, PointAccount>,
    /// The reviews that have brought points.
    reviews: Map<Digest, ()>,
}

impl Freeze for Points {
    fn shared(&self) -> Points {
        Points { accounts: self.accounts.shared(), reviews: self.reviews.shared() }
    }
}

/// Why a user got points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointReason {
    /// It registered.
    Registered,
    /// It is known by its real name.
    RealName,
    /// Its review was found good: which one.
    Review(Digest),
}

/// What happened to points. Append-only: the order of variants is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointEvent {
    /// A user got points.
    Granted {
        /// Who.
        party: PartyId,
        /// How many.
        points: u32,
        /// Why.
        reason: PointReason,
    },
    /// Points became money.
    PaidOut {
        /// Whose.
        party: PartyId,
        /// How many.
        points: u64,
        /// What they brought.
        amount: Amount,
        /// The number of the entry.
        number: u64,
    },
    /// What points had brought was taken back, and they came back.
    Returned {
        /// Whose.
        party: PartyId,
        /// How many.
        points: u64,
    },
}

impl From<PointEvent> for Event {
    fn from(event: PointEvent) -> Event {
        Event::Points(event)
    }
}

impl Venue {
    /// The points of a party.
    #[must_use]
    pub fn points(&self, party: PartyId) -> PointAccount {
        self.points.accounts.get(&party).copied().unwrap_or_default()
    }

    /// Gives a user that has just been registered its points.
    pub(crate) fn reward_registration(&mut self, step: &mut Step<'_>, party: PartyId) {
        let points = self.terms.money.points.register;
        self.grant_points(step, party, points, PointReason::Registered);
        self.reward_real_name(step, party);
    }

    /// Gives a user its points once it is known by its real name.
    pub(crate) fn reward_real_name(&mut self, step: &mut Step<'_>, party: PartyId) {
        let PointTerms { real_name, real_name_kyc, .. } = self.terms.money.points;
        let known = self.parties.get(&party).is_some_and(|of| real_name_kyc <= of.kyc);
        if !known || self.points(party).named {
            return;
        }
        self.grant_points(step, party, real_name, PointReason::RealName);
        if let Some(account) = self.points.accounts.get_mut(&party) {
            account.named = true;
        }
    }

    pub(crate) fn check_review(&self, party: PartyId, review: Digest) -> Result<(), Rejection> {
        if self.free_party(party)?.kind != PartyKind::User {
            return Err(Rejection::PartyKind);
        }
        match self.points.reviews.contains_key(&review) {
            true => Err(Rejection::ReviewRewarded),
            false => Ok(()),
        }
    }

    /// A user's review was found good. Points may become money, so two persons find it so, and
    /// once.
    pub(crate) fn reward_review(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        review: Digest,
    ) -> Outcome {
        self.check_review(party, review)?;
        self.points.reviews.insert(review, ());
        self.grant_points(step, party, self.terms.money.points.review, PointReason::Review(review));
        Ok(Done::Accepted)
    }

    fn grant_points(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        points: u32,
        reason: PointReason,
    ) {
        let user = self.parties.get(&party).is_some_and(|of| of.kind == PartyKind::User);
        if !user || points == 0 {
            return;
        }
        let account = self.points.accounts.or_insert_with(party, PointAccount::default);
        account.balance = account.balance.saturating_add(u64::from(points));
        step.emit(PointEvent::Granted { party, points, reason }.into());
    }

    /// Pays a user for its points, out of the platform's share (P-24). Points that bring no whole
    /// minor unit stay.
    pub(crate) fn pay_points(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        points: u64,
    ) -> Outcome {
        self.free_party(party)?;
        let terms = self.terms.money.points;
        if terms.per_unit == 0 {
            return Err(Rejection::PointsNotPaid);
        }
        if self.points(party).balance < points {
            return Err(Rejection::PointsShort);
        }
        let currency = self.terms.currency;
        let amount = terms.worth(points, currency).ok_or(Rejection::TooLarge)?;
        if amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        self.check_rebate(party, amount)?;
        let points = terms.cost(amount, currency);
        if let Some(account) = self.points.accounts.get_mut(&party) {
            account.balance = account.balance.saturating_sub(points);
        }
        let number = self.rebate(step, party, amount, ReversibleKind::Points { points });
        step.emit(PointEvent::PaidOut { party, points, amount, number }.into());
        Ok(Done::Numbered { number })
    }

    /// Gives a user the points back that had brought money which is taken back.
    pub(crate) fn return_points(&mut self, step: &mut Step<'_>, party: PartyId, points: u64) {
        if let Some(account) = self.points.accounts.get_mut(&party) {
            account.balance = account.balance.saturating_add(points);
            step.emit(PointEvent::Returned { party, points }.into());
        }
    }
}
