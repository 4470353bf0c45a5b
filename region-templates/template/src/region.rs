//! What a template says, once it is read.

use crate::zone::{LocalTime, Zone};
use gcfn_model::{BasisPoints, BusinessDate, Currency, HouseId, RegionId, Timestamp};
use std::collections::BTreeSet;

/// The rules of one jurisdiction. See [`crate::keys::KEYS`] for what each key means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionTemplate {
    /// Its code, which is also the name of its folder in the catalog.
    pub region: RegionId,
    /// Its name, for people.
    pub name: String,
    /// The day on which a person last compared the file with its sources.
    pub as_of: BusinessDate,
    /// The currency its coupons trade in.
    pub currency: Currency,
    /// The clocks that its cut-off and jobs go by.
    pub zone: Zone,
    /// Where personal data must be kept.
    pub residency: RegionId,
    /// Its place in the federation.
    pub federation: Federation,
    /// When money moves.
    pub settlement: Settlement,
    /// On which days it can.
    pub calendar: CalendarRules,
    /// Daily jobs.
    pub jobs: Jobs,
    /// What a coupon may be.
    pub product: Product,
    /// How well a party must be known.
    pub kyc: Kyc,
    /// What is charged.
    pub fees: Fees,
    /// What issuers set aside.
    pub escrow: Escrow,
    /// Giving a coupon back.
    pub refund: Refund,
    /// Taking money out.
    pub withdrawal: Withdrawal,
    /// Locked rates.
    pub fx: Fx,
    /// How long records are kept.
    pub retention: Retention,
    /// The supervisor and its mirror.
    pub regnode: Regnode,
}

impl RegionTemplate {
    /// The instant of the settlement cut-off on `date`; `None` before 1970 or after 9999.
    #[must_use]
    pub fn cut_off_utc(&self, date: BusinessDate) -> Option<Timestamp> {
        self.zone.instant(date, self.settlement.cut_off)
    }

    /// The instant at which coupons expire on `date`; `None` before 1970 or after 9999.
    #[must_use]
    pub fn expiry_utc(&self, date: BusinessDate) -> Option<Timestamp> {
        self.zone.instant(date, self.jobs.expiry)
    }

    /// The instant at which breakage is shared out on `date`; `None` before 1970 or after 9999.
    #[must_use]
    pub fn breakage_utc(&self, date: BusinessDate) -> Option<Timestamp> {
        self.zone.instant(date, self.jobs.breakage)
    }
}

/// The place of a region in the federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Federation {
    /// The house that clears between its nodes: a regional, of this region or a neighbour's.
    pub regional: HouseId,
}

/// When money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// T+n inside the region, in business days.
    pub domestic_days: u32,
    /// T+n across regions, in business days of both.
    pub cross_border_days: u32,
    /// Whether parties may agree on T+0.
    pub same_day: bool,
    /// Until when a trade belongs to its day.
    pub cut_off: LocalTime,
}

/// The days on which money can move, and the files that list them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRules {
    /// Weekend days, 0 is Monday.
    pub weekend: BTreeSet<u8>,
    /// The first year that the files cover.
    pub first_year: i32,
    /// The last year that the files cover.
    pub last_year: i32,
    /// The file of closed days, beside the template.
    pub holidays: String,
    /// The file of open weekend days, beside the template.
    pub workdays: Option<String>,
}

/// Daily jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jobs {
    /// Coupons expire.
    pub expiry: LocalTime,
    /// Breakage of what expired is shared out.
    pub breakage: LocalTime,
}

/// What a coupon may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// The shortest validity of a coupon, in days.
    pub validity_days_min: u32,
    /// The longest validity of a coupon, in days.
    pub validity_days_max: u32,
    /// How often a coupon may be resold.
    pub resales_max: u8,
    /// For what a coupon may be split.
    pub divisible: Divisible,
    /// What becomes of a coupon that nobody redeemed.
    pub maturity: Maturity,
    /// How long a coupon stays locked for a redemption, in minutes.
    pub redeem_lock_minutes: u32,
}

/// For what a coupon may be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divisible {
    /// It may not.
    Never,
    /// For redeeming it in parts, never for selling a part.
    Redeem,
}

/// What becomes of a coupon that nobody redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maturity {
    /// Its reserve goes to the issuer, less the breakage fee.
    Breakage,
    /// Its holder may have it refunded.
    Refund,
    /// Its face value is paid out.
    Cash,
}

/// How well a party must be known: levels 0 to 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kyc {
    /// To trade or to withdraw.
    pub trade: u8,
    /// For large transfers.
    pub large: u8,
    /// To make a market.
    pub market_maker: u8,
}

/// What is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Of a trade's value, from the order that came second.
    pub taker: BasisPoints,
    /// Of a trade's value, from the order that rested.
    pub maker: BasisPoints,
    /// Of a batch's face value, from its issuer: silver, gold, platinum, diamond.
    pub issue: [BasisPoints; 4],
    /// Of the face value redeemed, from the issuer.
    pub redeem: BasisPoints,
    /// Of the amount withdrawn.
    pub withdrawal: BasisPoints,
    /// Of the face value that expired, from the issuer.
    pub breakage: BasisPoints,
}

/// What issuers set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escrow {
    /// The base of the reserve.
    pub prefund: Prefund,
    /// The share of the base.
    pub reserve_ratio: BasisPoints,
}

/// The base of an issuer's reserve, per coupon sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefund {
    /// Its face value; the issuer makes up what the proceeds lack.
    Face,
    /// What it sold for, less the fee.
    Proceeds,
    /// Nothing.
    None,
}

/// Giving a coupon back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// For how many days the first buyer may.
    pub days: u32,
}

/// Taking money out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// T+n at the earliest, in business days.
    pub days_min: u32,
    /// T+n at the latest, in business days.
    pub days_max: u32,
}

/// Locked rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fx {
    /// How long a locked rate is good, in minutes.
    pub quote_ttl_minutes: u32,
}

/// How long records are kept, in years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Of transactions.
    pub transactions: u32,
    /// Of who a party is.
    pub kyc: u32,
    /// Of reports of suspicion.
    pub sar: u32,
    /// Of who looked at what.
    pub audit: u32,
}

/// The supervisor and its mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regnode {
    /// Who supervises, for people.
    pub regulators: Vec<String>,
    /// The lag of a mirror that is worth a look, in milliseconds.
    pub sync_warn_ms: u32,
    /// The lag of a mirror that is a breach, in milliseconds.
    pub sync_breach_ms: u32,
}
