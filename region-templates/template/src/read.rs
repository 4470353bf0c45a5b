//! From the text of `region.toml` to a [`RegionTemplate`].
//!
//! Every section is read in full before any is used, so that one pass finds every problem.

use crate::document::{Document, Section};
use crate::problem::TemplateProblems;
use crate::region::{
    CalendarRules, Divisible, Escrow, Federation, Fees, Fx, Jobs, Kyc, Maturity, Prefund, Product,
    Refund, RegionTemplate, Regnode, Retention, Settlement, Withdrawal,
};
use crate::zone::Zone;
use gcfn_model::{BusinessDate, Currency, RegionId};

/// Reads the text of a template. `file` is how problems name it.
///
/// # Errors
/// [`TemplateProblems`]: all that is wrong with it.
pub fn parse(file: &str, text: &str) -> Result<RegionTemplate, TemplateProblems> {
    let mut document = Document::new(file, text);
    let head = document.section("region", head);
    let federation = document.section("federation", federation);
    let settlement = document.section("settlement", settlement);
    let calendar = document.section("calendar", calendar);
    let jobs = document.section("jobs", jobs);
    let product = document.section("product", product);
    let kyc = document.section("kyc", kyc);
    let fees = document.section("fees", fees);
    let escrow = document.section("escrow", escrow);
    let refund = document.section("refund", refund);
    let withdrawal = document.section("withdrawal", withdrawal);
    let fx = document.section("fx", fx);
    let retention = document.section("retention", retention);
    let regnode = document.section("regnode", regnode);
    let template = || {
        let Head { region, name, as_of, currency, zone, residency } = head?;
        Some(RegionTemplate {
            region,
            name,
            as_of,
            currency,
            zone,
            residency,
            federation: federation?,
            settlement: settlement?,
            calendar: calendar?,
            jobs: jobs?,
            product: product?,
            kyc: kyc?,
            fees: fees?,
            escrow: escrow?,
            refund: refund?,
            withdrawal: withdrawal?,
            fx: fx?,
            retention: retention?,
            regnode: regnode?,
        })
    };
    document.finish().conclude(template())
}

/// The section `[region]`.
struct Head {
    region: RegionId,
    name: String,
    as_of: BusinessDate,
    currency: Currency,
    zone: Zone,
    residency: RegionId,
}

fn head(section: &mut Section<'_>) -> Option<Head> {
    let region = section.text("code");
    let name = section.words("name");
    let as_of = section.text("as_of");
    let currency = section.text("currency");
    let zone = section.text("time_zone");
    let residency = section.text("residency");
    Some(Head {
        region: region?,
        name: name?,
        as_of: as_of?,
        currency: currency?,
        zone: zone?,
        residency: residency?,
    })
}

fn federation(section: &mut Section<'_>) -> Option<Federation> {
    Some(Federation { regional: section.text("regional")? })
}

fn settlement(section: &mut Section<'_>) -> Option<Settlement> {
    let domestic_days = section.number("domestic_days", 0..=5);
    let cross_border_days = section.number("cross_border_days", 0..=10);
    let same_day = section.flag("same_day");
    let cut_off = section.text("cut_off");
    section.require(
        domestic_days.zip(cross_border_days).map(|(domestic, abroad)| domestic <= abroad),
        "cross_border_days",
        "not less than domestic_days",
    );
    Some(Settlement {
        domestic_days: domestic_days?,
        cross_border_days: cross_border_days?,
        same_day: same_day?,
        cut_off: cut_off?,
    })
}

fn calendar(section: &mut Section<'_>) -> Option<CalendarRules> {
    const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekend = section.list("weekend", |day| {
        let index = WEEK.iter().position(|known| *known == day)?;
        u8::try_from(index).ok()
    });
    let first_year = section.number("first_year", 2000..=2100).map(u16::cast_signed);
    let last_year = section.number("last_year", 2000..=2100).map(u16::cast_signed);
    let holidays = section.words("holidays");
    let workdays = section.optional_words("workdays");
    section.require(
        first_year.zip(last_year).map(|(first, last)| first <= last),
        "last_year",
        "not before first_year",
    );
    Some(CalendarRules {
        weekend: weekend?,
        first_year: i32::from(first_year?),
        last_year: i32::from(last_year?),
        holidays: holidays?,
        workdays: workdays?,
    })
}

fn jobs(section: &mut Section<'_>) -> Option<Jobs> {
    let expiry = section.text("expiry");
    let breakage = section.text("breakage");
    section.require(
        expiry.zip(breakage).map(|(expiry, breakage)| expiry < breakage),
        "breakage",
        "after jobs.expiry: only what has expired can be shared out",
    );
    Some(Jobs { expiry: expiry?, breakage: breakage? })
}

fn product(section: &mut Section<'_>) -> Option<Product> {
    let validity_days_min = section.number("validity_days_min", 0..=36_500);
    let validity_days_max = section.number("validity_days_max", 1..=36_500);
    let resales_max = section.number("resales_max", 0..=100);
    let divisible =
        section.choice("divisible", &[("never", Divisible::Never), ("redeem", Divisible::Redeem)]);
    let maturity = section.choice(
        "maturity",
        &[("breakage", Maturity::Breakage), ("refund", Maturity::Refund), ("cash", Maturity::Cash)],
    );
    let redeem_lock_minutes = section.number("redeem_lock_minutes", 1..=1440);
    section.require(
        validity_days_min.zip(validity_days_max).map(|(min, max)| min <= max),
        "validity_days_max",
        "not less than validity_days_min",
    );
    Some(Product {
        validity_days_min: validity_days_min?,
        validity_days_max: validity_days_max?,
        resales_max: resales_max?,
        divisible: divisible?,
        maturity: maturity?,
        redeem_lock_minutes: redeem_lock_minutes?,
    })
}

fn kyc(section: &mut Section<'_>) -> Option<Kyc> {
    let trade = section.number("trade", 0..=3);
    let large = section.number("large", 0..=3);
    let market_maker = section.number("market_maker", 0..=3);
    Some(Kyc { trade: trade?, large: large?, market_maker: market_maker? })
}

fn fees(section: &mut Section<'_>) -> Option<Fees> {
    let taker = section.rate("taker");
    let maker = section.rate("maker");
    let silver = section.rate("issue_silver");
    let gold = section.rate("issue_gold");
    let platinum = section.rate("issue_platinum");
    let diamond = section.rate("issue_diamond");
    let redeem = section.rate("redeem");
    let withdrawal = section.rate("withdrawal");
    let breakage = section.rate("breakage");
    Some(Fees {
        taker: taker?,
        maker: maker?,
        issue: [silver?, gold?, platinum?, diamond?],
        redeem: redeem?,
        withdrawal: withdrawal?,
        breakage: breakage?,
    })
}

fn escrow(section: &mut Section<'_>) -> Option<Escrow> {
    let prefund = section.choice(
        "prefund",
        &[("face", Prefund::Face), ("proceeds", Prefund::Proceeds), ("none", Prefund::None)],
    );
    let reserve_ratio = section.rate("reserve_ratio");
    Some(Escrow { prefund: prefund?, reserve_ratio: reserve_ratio? })
}

fn refund(section: &mut Section<'_>) -> Option<Refund> {
    Some(Refund { days: section.number("days", 0..=365)? })
}

fn withdrawal(section: &mut Section<'_>) -> Option<Withdrawal> {
    let days_min = section.number("days_min", 0..=10);
    let days_max = section.number("days_max", 0..=10);
    section.require(
        days_min.zip(days_max).map(|(min, max)| min <= max),
        "days_max",
        "not less than days_min",
    );
    Some(Withdrawal { days_min: days_min?, days_max: days_max? })
}

fn fx(section: &mut Section<'_>) -> Option<Fx> {
    Some(Fx { quote_ttl_minutes: section.number("quote_ttl_minutes", 1..=1440)? })
}

fn retention(section: &mut Section<'_>) -> Option<Retention> {
    let transactions = section.number("transactions", 1..=100);
    let kyc = section.number("kyc", 1..=100);
    let sar = section.number("sar", 1..=100);
    let audit = section.number("audit", 1..=100);
    Some(Retention { transactions: transactions?, kyc: kyc?, sar: sar?, audit: audit? })
}

fn regnode(section: &mut Section<'_>) -> Option<Regnode> {
    let regulators: Option<Vec<String>> = section.list("regulators", |name| Some(name.to_owned()));
    let sync_warn_ms = section.number("sync_warn_ms", 1..=3_600_000);
    let sync_breach_ms = section.number("sync_breach_ms", 1..=3_600_000);
    section.require(
        regulators.as_ref().map(|names| !names.is_empty()),
        "regulators",
        "at least one regulator",
    );
    section.require(
        sync_warn_ms.zip(sync_breach_ms).map(|(warn, breach): (u32, u32)| warn < breach),
        "sync_breach_ms",
        "more than sync_warn_ms",
    );
    Some(Regnode {
        regulators: regulators?,
        sync_warn_ms: sync_warn_ms?,
        sync_breach_ms: sync_breach_ms?,
    })
}
