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
    /// What it means.
    pub meaning: &'static str,
}

const fn key(
    section: &'static str,
    key: &'static str,
    rule: &'static str,
    meaning: &'static str,
) -> Key {
    Key { section, key, rule, meaning }
}

const NAME: &str = "1 to 16 characters of a-z, 0-9 and '-', beginning with a letter";
const CLOCK: &str = "a time of day, HH:MM";
const RATE: &str = "0 to 10000 basis points";
const LEVEL: &str = "a level, 0 to 3";
const YEARS: &str = "1 to 100 years";

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
    key("fees", "taker", RATE, "of a trade, from the order that came second"),
    key("fees", "maker", RATE, "of a trade, from the order that rested"),
    key("fees", "issue_silver", RATE, "of a batch's face value, from a silver issuer"),
    key("fees", "issue_gold", RATE, "from a gold issuer"),
    key("fees", "issue_platinum", RATE, "from a platinum issuer"),
    key("fees", "issue_diamond", RATE, "from a diamond issuer"),
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
    let mut table = String::from("| key | allowed | meaning |\n|---|---|---|\n");
    for Key { section, key, rule, meaning } in KEYS {
        writeln!(table, "| `{section}.{key}` | {rule} | {meaning} |").expect("a string grows");
    }
    table
}
