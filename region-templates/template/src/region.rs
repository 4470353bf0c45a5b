//! What a template says, once it is read.

use crate::issuing::Issuing;
use crate::limits::Limits;
use crate::money::Money;
use crate::row::{FeeRow, FeeTier};
use crate::trading::Trading;
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
    /// The region on whose soil personal data must be kept: a node elsewhere does not start.
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
    /// How issuers are scored, and what a grade allows.
    pub credit: Credit,
    /// How prices are suggested.
    pub pricing: Pricing,
    /// Giving a coupon back.
    pub refund: Refund,
    /// How long records are kept.
    pub retention: Retention,
    /// The supervisor.
    pub regnode: Regnode,
    /// What is fixed about issuing.
    pub issuing: Issuing,
    /// What is fixed about markets and orders.
    pub trading: Trading,
    /// How much a party may do, and what is noticed.
    pub limits: Limits,
    /// How the money desk works.
    pub money: Money,
}

impl RegionTemplate {
    /// The instant of the settlement cut-off on `date`; `None` before 1970 or after 9999.
    #[must_use]
    pub fn cut_off_utc(&self, date: BusinessDate) -> Option<Timestamp> {
        self.zone.instant(date, self.settlement.cut_off)
    }

    /// The instant until which a node pays in on `date`; `None` before 1970 or after 9999.
    #[must_use]
    pub fn pay_in_by_utc(&self, date: BusinessDate) -> Option<Timestamp> {
        self.zone.instant(date, self.settlement.pay_in_by)
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
    /// Until when a trade belongs to its day.
    pub cut_off: LocalTime,
    /// Until when a node pays in for a cycle of the day.
    pub pay_in_by: LocalTime,
    /// How cycles are netted, where the node runs the house (C-27).
    pub netting: NettingTerms,
    /// How long after a day's cut-off or pay-in deadline a bank may take to state the day, in hours.
    pub statement_hours: u32,
}

/// Against what an account may set off what it owes at a clearing house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NettingTerms {
    /// Against what anybody owes it.
    Multilateral,
    /// Against what the same account owes it.
    Bilateral,
    /// Against nothing.
    Gross,
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
    /// The last year whose days are announced; later ones are computed and may change.
    pub firm_until: i32,
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
    /// The shortest validity on the utility track, in days.
    pub validity_days_min: u32,
    /// The longest validity on the utility track, in days.
    pub validity_days_max: u32,
    /// How often a coupon may be resold.
    pub resales_max: u8,
    /// Whether holders who keep their coupons themselves resell them without that limit.
    pub self_custody_resells_freely: bool,
    /// What is recorded of what was bought with a coupon.
    pub redemption_detail: RedemptionDetail,
    /// The most that a coupon may be split for.
    pub divisible: Divisible,
    /// What becomes of a coupon that nobody redeemed, at least.
    pub maturity: Maturity,
    /// How long a coupon stays locked for a redemption, in minutes.
    pub redeem_lock_minutes: u32,
    /// Whether a coupon may be sold on before its purchase has settled.
    pub resale_unsettled: bool,
}

/// What is recorded of what was bought with a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedemptionDetail {
    /// Nothing.
    None,
    /// A digest, if the merchant sends one.
    Hash,
}

/// For what a coupon may be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divisible {
    /// It may not.
    Never,
    /// For redeeming it in parts, never for selling a part.
    Redeem,
    /// For redeeming it in parts, and for selling a part.
    Sale,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fees {
    /// The table of trade fees.
    pub trade: TradeTable,
    /// Rates in the place of the table's.
    pub rows: Vec<FeeRow>,
    /// Rates of large trades in the place of the table's, in rising order of value.
    pub block_tiers: Option<[FeeTier; 3]>,
    /// A party's trades of a calendar month after which it pays less.
    pub active_after: u32,
    /// By which share of the fee.
    pub active_reduction: BasisPoints,
    /// Of a batch's face value, from its issuer: silver, gold, platinum, diamond.
    pub issue: [BasisPoints; 4],
    /// The face value listed in a month from which an issuer is gold, platinum, diamond, in whole
    /// units of the region's currency.
    pub tiers_from: [u32; 3],
    /// For how many days a new issuer pays no more than gold.
    pub first_month_days: u32,
    /// Of the face value redeemed, from the issuer.
    pub redeem: BasisPoints,
    /// Of the amount withdrawn.
    pub withdrawal: BasisPoints,
    /// Of the face value that expired, from the issuer.
    pub breakage: BasisPoints,
}

/// The table of trade fees, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeTable {
    /// By which order came second.
    MakerTaker {
        /// Of a trade's value, from the order that came second.
        taker: BasisPoints,
        /// Of a trade's value, from the order that rested.
        maker: BasisPoints,
    },
    /// By side.
    Fees000,
    /// By market, low.
    Fees001,
    /// By market, a commission; blocks by value.
    Fees003,
}

/// What issuers set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escrow {
    /// The base of the reserve.
    pub prefund: Prefund,
    /// The share of the base.
    pub reserve_ratio: BasisPoints,
    /// The share of the base by grade, AAA to BB.
    pub reserve_by_grade: [BasisPoints; 5],
}

/// How issuers are scored, and what a grade allows. Tables by grade go from AAA to BB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Which factors a score has.
    pub factors: CreditFactorSet,
    /// What the rates of redemption and breakage are shares of.
    pub rate_base: CreditRateBase,
    /// The mean days to redemption from which on average maturity earns nothing.
    pub maturity_days: u32,
    /// The weights of redemption, breakage, and the third and fourth factor (tenure and
    /// satisfaction in the first set); they sum to 10 000.
    pub weights: [BasisPoints; 4],
    /// The weight of a model's score.
    pub model_weight: BasisPoints,
    /// From which score on an issuer is AAA, AA, A, BBB; in hundredths of a point.
    pub bands: [u16; 4],
    /// The least that an issuer without history scores, in hundredths of a point.
    pub provisional_score: u16,
    /// From how many redemptions on a score counts.
    pub provisional_redemptions: u32,
    /// From how many months on a score counts.
    pub provisional_months: u32,
    /// A new issuer's quota, in whole units of the region's currency.
    pub quota_base: u32,
    /// How much of it each grade has.
    pub quota: [BasisPoints; 5],
}

/// The factors of a score beside redemption and breakage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditFactorSet {
    /// Time in the market and user satisfaction.
    Tenure,
    /// Average maturity and user reputation.
    Maturity,
    /// Trade volume and defaults.
    Volume,
}

/// What the rates of a score are shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditRateBase {
    /// The face value sold.
    Sold,
    /// The face value minted.
    Issued,
}

/// How prices are suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// The formula.
    pub model: PriceModel,
    /// The discount at the end of the validity.
    pub time_discount_max: BasisPoints,
    /// The premium of each grade, AAA to BB.
    pub premiums: [BasisPoints; 5],
    /// The premium of an issuer without a grade.
    pub premium_unrated: BasisPoints,
    /// The premium of a book where everybody sells, before its limit.
    pub liquidity_slope: BasisPoints,
    /// The most that a book of buyers adds.
    pub liquidity_bonus_max: BasisPoints,
    /// The most that a book of sellers takes off.
    pub liquidity_premium_max: BasisPoints,
}

/// The formula of a suggested price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceModel {
    /// Three discounts off face, summed.
    Additive3,
    /// Two discounts off face, one after the other.
    Mult2,
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

/// How long records are kept at least, in years. What a node erases, personal data and messages
/// to and from banks, it does not erase before.
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

/// The supervisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regnode {
    /// Who supervises, for people.
    pub regulators: Vec<String>,
}
