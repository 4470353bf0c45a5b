//! Every key of a template: what it may be and what it means.
//!
//! The reader takes its rules from here, and the table in `docs/region-templates.md` is made
//! from here, so neither can say something else.

use std::fmt::Write;

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The table it stands in.
    pub section: &'static str,
    /// Its name.
    pub key: &'static str,
    /// What it may be.
    pub rule: &'static str,
    /// What it is when it is left out, in TOML; none where it may not be.
    pub default: Option<&'static str>,
    /// What it means.
    pub meaning: &'static str,
}

const fn key(
    section: &'static str,
    key: &'static str,
    rule: &'static str,
    meaning: &'static str,
) -> Key {
    Key { section, key, rule, default: None, meaning }
}

const fn optional(
    section: &'static str,
    key: &'static str,
    rule: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key { section, key, rule, default: Some(default), meaning }
}

const NAME: &str = "1 to 16 characters of a-z, 0-9 and '-', beginning with a letter";
const CLOCK: &str = "a time of day, HH:MM";
const RATE: &str = "0 to 10000 basis points";
const LEVEL: &str = "a level, 0 to 3";
const YEARS: &str = "1 to 100 years";
const UNITS: &str = "1 to 4000000000, whole units of the currency";
const POINTS: &str = "0 to 10000 hundredths of a point";
const QUOTA: &str = "0 to 1000000 basis points";
const AS_RATIO: &str = "0 to 10000 basis points, or left out: as reserve_ratio";

/// Every key, in the order of the file.
pub const KEYS: &[Key] = &[
    key("region", "code", NAME, "the region's code and the name of its folder"),
    key("region", "name", "a text", "its name, for people"),
    key("region", "as_of", "a date, YYYY-MM-DD", "when a person last compared it with its sources"),
    key(
        "region",
        "currency",
        "CNY, HKD, SGD, USD, EUR, JPY, AED or GBP",
        "what its coupons trade in",
    ),
    key(
        "region",
        "time_zone",
        "a zone of the IANA database",
        "the clocks that cut-off and jobs go by",
    ),
    key("region", "residency", NAME, "the region whose soil personal data stays on"),
    key("federation", "regional", NAME, "the regional node that clears between its nodes"),
    key("settlement", "domestic_days", "0 to 5", "T+n inside the region, in business days"),
    key(
        "settlement",
        "cross_border_days",
        "0 to 10",
        "T+n across regions, in business days of both",
    ),
    key("settlement", "same_day", "true or false", "whether parties may agree on T+0"),
    key("settlement", "cut_off", CLOCK, "until when a trade belongs to its day"),
    key(
        "calendar",
        "weekend",
        "days of mon, tue, wed, thu, fri, sat, sun",
        "days without settlement",
    ),
    key("calendar", "first_year", "a year, 2000 to 2100", "the first year that the files cover"),
    key("calendar", "last_year", "a year, 2000 to 2100", "the last year that the files cover"),
    key("calendar", "holidays", "a file name", "closed days, beside the template"),
    key(
        "calendar",
        "workdays",
        "a file name, or left out",
        "weekend days that are open all the same",
    ),
    key("jobs", "expiry", CLOCK, "when coupons expire"),
    key("jobs", "breakage", CLOCK, "when breakage of what expired is shared out"),
    key("product", "validity_days_min", "0 to 36500 days", "the shortest validity of a coupon"),
    key("product", "validity_days_max", "1 to 36500 days", "the longest validity of a coupon"),
    key("product", "resales_max", "0 to 100", "how often a coupon may be resold"),
    key("product", "divisible", "\"never\" or \"redeem\"", "for what a coupon may be split"),
    key(
        "product",
        "maturity",
        "\"breakage\", \"refund\" or \"cash\"",
        "what becomes of an unredeemed coupon",
    ),
    key(
        "product",
        "redeem_lock_minutes",
        "1 to 1440 minutes",
        "how long a redemption locks a coupon",
    ),
    key("kyc", "trade", LEVEL, "to trade or to withdraw"),
    key("kyc", "large", LEVEL, "for large transfers"),
    key("kyc", "market_maker", LEVEL, "to make a market"),
    optional(
        "fees",
        "trade",
        "\"maker-taker\", \"fees-000\", \"fees-001\" or \"fees-003\"",
        "\"maker-taker\"",
        "the table of trade fees",
    ),
    optional("fees", "taker", RATE, "50", "maker-taker only: from the order that came second"),
    optional("fees", "maker", RATE, "10", "maker-taker only: from the order that rested"),
    optional(
        "fees",
        "rows",
        "a list of texts such as \"c2c buy taker 40\": primary, c2c, b2c or b2b; buy or sell; maker or taker; basis points",
        "[]",
        "rates in the place of the table's",
    ),
    optional(
        "fees",
        "block_tiers",
        "no or three texts such as \"500000 15\", rising: value in whole units, basis points",
        "[]",
        "from which value on a trade is a block, and what each side pays; in the place of the table's",
    ),
    optional(
        "fees",
        "active_after",
        "0 to 1000000",
        "10",
        "the trades of a calendar month after which a party pays less",
    ),
    optional("fees", "active_reduction", RATE, "2000", "by which share of the fee"),
    key("fees", "issue_silver", RATE, "of a batch's face value, from a silver issuer"),
    key("fees", "issue_gold", RATE, "from a gold issuer"),
    key("fees", "issue_platinum", RATE, "from a platinum issuer"),
    key("fees", "issue_diamond", RATE, "from a diamond issuer"),
    optional("fees", "tier_gold", UNITS, "1000000", "the month's issue volume that makes gold"),
    optional("fees", "tier_platinum", UNITS, "5000000", "that makes platinum"),
    optional("fees", "tier_diamond", UNITS, "20000000", "that makes diamond"),
    optional(
        "fees",
        "first_month_days",
        "0 to 365 days",
        "30",
        "for how long a new issuer pays no more than gold",
    ),
    key("fees", "redeem", RATE, "of the face value redeemed, from the issuer"),
    key("fees", "withdrawal", RATE, "of the amount withdrawn"),
    key("fees", "breakage", RATE, "of the face value that expired, from the issuer"),
    key(
        "escrow",
        "prefund",
        "\"face\", \"proceeds\" or \"none\"",
        "the base of an issuer's reserve",
    ),
    key("escrow", "reserve_ratio", RATE, "the share of the base that is set aside"),
    key("escrow", "reserve_ratio_aaa", AS_RATIO, "the share that a grade of AAA sets aside"),
    key("escrow", "reserve_ratio_aa", AS_RATIO, "the share that a grade of AA sets aside"),
    key("escrow", "reserve_ratio_a", AS_RATIO, "the share that a grade of A sets aside"),
    key("escrow", "reserve_ratio_bbb", AS_RATIO, "the share that a grade of BBB sets aside"),
    key("escrow", "reserve_ratio_bb", AS_RATIO, "the share that a grade of BB sets aside"),
    optional("credit", "weight_redemption", RATE, "3500", "the weight of the redemption rate"),
    optional("credit", "weight_breakage", RATE, "2500", "of what did not expire"),
    optional("credit", "weight_tenure", RATE, "2000", "of the time in the market"),
    optional("credit", "weight_satisfaction", RATE, "2000", "of user satisfaction"),
    optional("credit", "model_weight", RATE, "0", "of a model's score, where one arrives"),
    optional("credit", "band_aaa", POINTS, "9000", "from this score on an issuer is AAA"),
    optional("credit", "band_aa", POINTS, "8000", "from this score on an issuer is AA"),
    optional("credit", "band_a", POINTS, "7000", "from this score on an issuer is A"),
    optional("credit", "band_bbb", POINTS, "6000", "from this score on an issuer is BBB"),
    optional(
        "credit",
        "provisional_score",
        POINTS,
        "6000",
        "the least that an issuer without history scores",
    ),
    optional(
        "credit",
        "provisional_redemptions",
        "0 to 1000000",
        "100",
        "from how many redemptions on its score counts",
    ),
    optional(
        "credit",
        "provisional_months",
        "0 to 120 months",
        "6",
        "or from how long after its approval on",
    ),
    optional("credit", "quota_base", UNITS, "100000", "a new issuer's quota of face value"),
    optional("credit", "quota_aaa", QUOTA, "100000", "how much of it a grade of AAA has"),
    optional("credit", "quota_aa", QUOTA, "50000", "how much of it a grade of AA has"),
    optional("credit", "quota_a", QUOTA, "20000", "how much of it a grade of A has"),
    optional("credit", "quota_bbb", QUOTA, "10000", "how much of it a grade of BBB has"),
    optional("credit", "quota_bb", QUOTA, "0", "how much of it a grade of BB has"),
    optional(
        "pricing",
        "model",
        "\"additive3\" or \"mult2\"",
        "\"additive3\"",
        "the formula of a suggested price",
    ),
    optional(
        "pricing",
        "time_discount_max",
        RATE,
        "1500",
        "the discount at the end of the validity",
    ),
    optional("pricing", "premium_aaa", RATE, "0", "the credit premium of AAA"),
    optional("pricing", "premium_aa", RATE, "300", "the credit premium of AA"),
    optional("pricing", "premium_a", RATE, "600", "the credit premium of A"),
    optional("pricing", "premium_bbb", RATE, "1000", "the credit premium of BBB"),
    optional("pricing", "premium_bb", RATE, "1500", "the credit premium of BB"),
    optional("pricing", "premium_unrated", RATE, "2000", "of an issuer without a grade"),
    optional(
        "pricing",
        "liquidity_slope",
        RATE,
        "1000",
        "the premium of a book where everybody sells, before its limit",
    ),
    optional(
        "pricing",
        "liquidity_bonus_max",
        RATE,
        "500",
        "the most that a book of buyers adds to the price",
    ),
    optional(
        "pricing",
        "liquidity_premium_max",
        RATE,
        "1000",
        "the most that a book of sellers takes off it",
    ),
    key("refund", "days", "0 to 365 days", "for how long the first buyer may give a coupon back"),
    key("withdrawal", "days_min", "0 to 10", "T+n at the earliest, in business days"),
    key("withdrawal", "days_max", "0 to 10", "T+n at the latest, in business days"),
    key("fx", "quote_ttl_minutes", "1 to 1440 minutes", "how long a locked rate is good"),
    key("retention", "transactions", YEARS, "of transactions"),
    key("retention", "kyc", YEARS, "of who a party is"),
    key("retention", "sar", YEARS, "of reports of suspicion"),
    key("retention", "audit", YEARS, "of who looked at what"),
    key("regnode", "regulators", "a list of one or more texts", "who supervises, for people"),
    key("regnode", "sync_warn_ms", "1 to 3600000 ms", "the lag of a mirror that is worth a look"),
    key("regnode", "sync_breach_ms", "1 to 3600000 ms", "the lag of a mirror that is a breach"),
];

/// What `key` in `section` may be.
pub(crate) fn rule(section: &str, key: &str) -> &'static str {
    let found = KEYS.iter().find(|known| known.section == section && known.key == key);
    found.expect("every key that is read stands in KEYS").rule
}

/// What `key` in `section` is when it is left out, in TOML; `None` where it may not be.
pub(crate) fn default(section: &str, key: &str) -> Option<&'static str> {
    let found = KEYS.iter().find(|known| known.section == section && known.key == key);
    found.and_then(|known| known.default)
}

/// Whether every key of `section` may be left out, and so the section.
pub(crate) fn may_be_left_out(section: &str) -> bool {
    KEYS.iter().filter(|known| known.section == section).all(|known| known.default.is_some())
}

/// The keys of `section`, for whoever has written another.
pub(crate) fn names(section: &str) -> String {
    let keys = KEYS.iter().filter(|known| known.section == section);
    keys.map(|known| known.key).collect::<Vec<_>>().join(", ")
}

/// The sections, in order.
pub(crate) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<_> = KEYS.iter().map(|known| known.section).collect();
    sections.dedup();
    sections
}

/// All keys as a table in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut table = String::from("| key | allowed | left out | meaning |\n|---|---|---|---|\n");
    for Key { section, key, rule, default, meaning } in KEYS {
        let default = default.map_or(String::new(), |default| format!("`{default}`"));
        writeln!(table, "| `{section}.{key}` | {rule} | {default} | {meaning} |")
            .expect("a string grows");
    }
    table
}
