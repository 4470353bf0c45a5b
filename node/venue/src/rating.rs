//! What an issuer has done, and how it is rated for it (CSC-08, C-47 to C-51, A-27).
//!
//! Rated anew when a coupon is redeemed, when coupons expire, at a complaint, and every quarter.

use crate::credit::{CreditFactors, Grade, Rating};
use crate::issuing_event::IssuingEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_model::{Amount, BasisPoints, Millis, PartyId, Timestamp};
use serde::{Deserialize, Serialize};

/// What an issuer has done so far: face values over its whole time, and counts. A value above
/// [`Amount::MAX`] stays there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerRecord {
    /// What was sold to first holders and not handed back.
    pub sold: Amount,
    /// What of it was redeemed.
    pub redeemed: Amount,
    /// What of it expired unredeemed.
    pub expired: Amount,
    /// How many redemptions there were.
    pub redemptions: u64,
    /// How many complaints of users were upheld.
    pub complaints: u64,
    /// What was minted.
    pub issued: Amount,
    /// What holders traded among themselves at this node.
    pub resold: Amount,
    /// How many defaults were opened; one that got worse is one.
    pub defaults: u64,
    /// The time that redeemed coupons took, by face: the sum of value and milliseconds, multiplied.
    pub redemption_time: u128,
}

impl IssuerRecord {
    /// Of an issuer that has done nothing yet.
    pub const EMPTY: IssuerRecord = IssuerRecord {
        sold: Amount::ZERO,
        redeemed: Amount::ZERO,
        expired: Amount::ZERO,
        redemptions: 0,
        complaints: 0,
        issued: Amount::ZERO,
        resold: Amount::ZERO,
        defaults: 0,
        redemption_time: 0,
    };

    /// What a score is computed from, after so many months.
    #[must_use]
    pub fn factors(&self, tenure_months: u32) -> CreditFactors {
        CreditFactors {
            issued: self.issued,
            sold: self.sold,
            redeemed: self.redeemed,
            expired: self.expired,
            resold: self.resold,
            redemptions: self.redemptions,
            redemption_period: self.redemption_period(),
            defaults: self.defaults,
            tenure_months,
            satisfaction: self.satisfaction(),
        }
    }

    /// Takes down a redemption of so much face, so long after the coupon could be used.
    pub(crate) fn redeem(&mut self, value: Amount, after: Millis) {
        self.redeemed = more(self.redeemed, value);
        self.redemptions = self.redemptions.saturating_add(1);
        let time = u128::from(value.minor()).saturating_mul(u128::from(after.0));
        self.redemption_time = self.redemption_time.saturating_add(time);
    }

    /// The average maturity (CSC-19): how long redeemed coupons took, on average by face, rounded
    /// down; `None` before the first redemption.
    #[must_use]
    pub fn redemption_period(&self) -> Option<Millis> {
        let mean = self.redemption_time.checked_div(u128::from(self.redeemed.minor()))?;
        Some(Millis(u64::try_from(mean).unwrap_or(u64::MAX)))
    }

    /// The share of redemptions that nobody complained about. Without redemptions there is no
    /// share, and every complaint counts as one of them.
    fn satisfaction(&self) -> BasisPoints {
        let all = u128::from(self.redemptions.max(self.complaints).max(1));
        let content = all.saturating_sub(u128::from(self.complaints));
        let whole = u128::from(BasisPoints::ONE.0);
        let share = content.saturating_mul(whole).checked_div(all).unwrap_or(whole);
        BasisPoints(u32::try_from(share).unwrap_or(BasisPoints::ONE.0))
    }
}

impl Venue {
    /// Rates an issuer anew, and does what follows from it: its quota and reserves go by its
    /// grade, and a computed score below the lowest band suspends it (A-27, D-32).
    pub(crate) fn rate_issuer(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        let Some(known) = self.issuers.get(&issuer) else { return };
        if !known.status.is_admitted() {
            return;
        }
        let months = known.since.map_or(0, |since| whole_months(since, step.at));
        let rating = self.terms.credit.rate(&known.record.factors(months), None);
        let grade = lower(rating.grade, known.downgrades);
        let before = (known.rating, known.grade);
        let status = known.status;
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.rating = rating;
            known.grade = grade;
        }
        if before != (rating, grade) {
            let Rating { score, provisional, .. } = rating;
            step.emit(IssuingEvent::IssuerGraded { issuer, score, grade, provisional }.into());
        }
        self.set_quota(step, issuer);
        if before.1 != grade {
            for id in self.batches_of(issuer, |batch| batch.state.is_live()) {
                self.check_reserve(step, id);
            }
        }
        if !rating.may_issue() && status.may_issue() {
            self.suspend(step, issuer);
        }
    }

    /// A user's complaint that the operator upholds.
    pub(crate) fn record_complaint(&mut self, step: &mut Step<'_>, issuer: PartyId) -> Outcome {
        self.check_admitted(issuer)?;
        self.record(issuer, |record| record.complaints = record.complaints.saturating_add(1));
        let known = self.issuers.get(&issuer).ok_or(Rejection::UnknownIssuer)?;
        let complaints = known.record.complaints;
        step.emit(IssuingEvent::ComplaintRecorded { issuer, complaints }.into());
        self.rate_issuer(step, issuer);
        Ok(Done::Accepted)
    }

    pub(crate) fn record(&mut self, issuer: PartyId, note: impl FnOnce(&mut IssuerRecord)) {
        if let Some(known) = self.issuers.get_mut(&issuer) {
            note(&mut known.record);
        }
    }
}

/// The grade so many below `grade`, or the lowest.
fn lower(grade: Grade, by: u8) -> Grade {
    let mut from = Grade::ALL.into_iter().skip_while(|other| *other != grade);
    from.nth(usize::from(by)).unwrap_or(Grade::Bb)
}

/// `before` and `more`, or [`Amount::MAX`] where that is less.
pub(crate) fn more(before: Amount, more: Amount) -> Amount {
    before.checked_add(more).unwrap_or(Amount::MAX)
}

/// How many calendar months have been completed between two instants, in UTC.
fn whole_months(from: Timestamp, to: Timestamp) -> u32 {
    let month_and_day = |at: Timestamp| {
        let (year, month, day) = at.utc().0.ymd();
        (i64::from(year).saturating_mul(12).saturating_add(i64::from(month)), day)
    };
    let ((begun, first), (now, today)) = (month_and_day(from), month_and_day(to));
    let months = now.saturating_sub(begun).saturating_sub(i64::from(today < first));
    u32::try_from(months).unwrap_or(0)
}
