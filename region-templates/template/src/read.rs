//! From the text of `region.toml` to a [`RegionTemplate`].
//!
//! Every section is read in full before any is used, so that one pass finds every problem.

use crate::document::{Document, Section};
use crate::problem::TemplateProblems;
use crate::region::{
    CalendarRules, Credit, CreditFactorSet, CreditRateBase, Divisible, Escrow, Federation, Fees,
    Jobs, Kyc, Maturity, NettingTerms, Prefund, PriceModel, Pricing, Product, RedemptionDetail,
    Refund, RegionTemplate, Regnode, Retention, Settlement, TradeTable,
};
use crate::row::{FeeRow, FeeTier};
use crate::zone::{LocalTime, Zone};
use crate::{issuing, limits, money, trading};
use gcfn_model::{BasisPoints, BusinessDate, Currency, RegionId};

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
    let credit = document.section("credit", credit);
    let pricing = document.section("pricing", pricing);
    let refund = document.section("refund", refund);
    let retention = document.section("retention", retention);
    let regnode = document.section("regnode", regnode);
    let issuing = document.section("issuing", |section| issuing::read(section, product));
    let trading = document.section("trading", trading::read);
    let limits = document.section("limits", limits::read);
    let money = document.section("money", money::read);
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
            credit: credit?,
            pricing: pricing?,
            refund: refund?,
            retention: retention?,
            regnode: regnode?,
            issuing: issuing?,
            trading: trading?,
            limits: limits?,
            money: money?,
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
    let domestic_days = section.number::<u32>("domestic_days", 0..=5);
    let cut_off: Option<LocalTime> = section.text("cut_off");
    let pay_in_by = section.optional("pay_in_by", Section::text);
    let minutes = cut_off.zip(pay_in_by).map(|(cut_off, pay_in_by)| {
        let pay_in_by: LocalTime = pay_in_by.unwrap_or(cut_off);
        pay_in_by.minutes_since(cut_off)
    });
    if section.has("pay_in_by") {
        section.require(minutes.map(|after| 0 <= after), "pay_in_by", "not before cut_off");
    }
    // A cycle of the same day closes after the day's cut-off, and calls only then.
    section.require(
        domestic_days.zip(minutes).map(|(days, after)| days != 0 || T0_PAY_IN_MINUTES <= after),
        "domestic_days",
        "1 or more, unless pay_in_by is an hour or more after cut_off",
    );
    let netting = section.optional("netting", |section, key| {
        section.choice(
            key,
            &[
                ("multilateral", NettingTerms::Multilateral),
                ("bilateral", NettingTerms::Bilateral),
                ("gross", NettingTerms::Gross),
            ],
        )
    });
    let statement_hours =
        section.optional("statement_hours", |section, key| section.number(key, 1..=72));
    let (cut_off, pay_in_by) = (cut_off?, pay_in_by?);
    Some(Settlement {
        domestic_days: domestic_days?,
        cut_off,
        pay_in_by: pay_in_by.unwrap_or(cut_off),
        netting: netting?.unwrap_or(NettingTerms::Multilateral),
        statement_hours: statement_hours?.unwrap_or(12),
    })
}

/// How long after the cut-off of the day a node has at least to pay in for a cycle of that day.
const T0_PAY_IN_MINUTES: i32 = 60;

fn calendar(section: &mut Section<'_>) -> Option<CalendarRules> {
    const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekend = section.list("weekend", |day| {
        let index = WEEK.iter().position(|known| *known == day)?;
        u8::try_from(index).ok()
    });
    let first_year = section.number("first_year", 2000..=2100).map(u16::cast_signed);
    let last_year = section.number("last_year", 2000..=2100).map(u16::cast_signed);
    let holidays = section.words("holidays");
    let workdays = section.optional("workdays", Section::words);
    section.require(
        first_year.zip(last_year).map(|(first, last)| first <= last),
        "last_year",
        "not before first_year",
    );
    let firm_until =
        section.optional("firm_until", |section, key| section.number(key, 2000..=2100));
    let firm_until = firm_until.map(|year| year.map(u16::cast_signed));
    let years = first_year.zip(last_year).zip(firm_until.flatten());
    section.require(
        years.map(|((first, last), firm)| (first..=last).contains(&firm)),
        "firm_until",
        "one of the years from first_year to last_year",
    );
    let last_year = last_year?;
    Some(CalendarRules {
        weekend: weekend?,
        first_year: i32::from(first_year?),
        last_year: i32::from(last_year),
        firm_until: i32::from(firm_until?.unwrap_or(last_year)),
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
    let self_custody_resells_freely = section.flag("self_custody_resells_freely");
    let redemption_detail = section.choice(
        "redemption_detail",
        &[("none", RedemptionDetail::None), ("hash", RedemptionDetail::Hash)],
    );
    let divisible = section.choice(
        "divisible",
        &[("never", Divisible::Never), ("redeem", Divisible::Redeem), ("sale", Divisible::Sale)],
    );
    let maturity = section.choice(
        "maturity",
        &[("breakage", Maturity::Breakage), ("refund", Maturity::Refund), ("cash", Maturity::Cash)],
    );
    let redeem_lock_minutes = section.number("redeem_lock_minutes", 1..=1440);
    let resale_unsettled = section.flag("resale_unsettled");
    section.require(
        validity_days_min.zip(validity_days_max).map(|(min, max)| min <= max),
        "validity_days_max",
        "not less than validity_days_min",
    );
    Some(Product {
        validity_days_min: validity_days_min?,
        validity_days_max: validity_days_max?,
        resales_max: resales_max?,
        self_custody_resells_freely: self_custody_resells_freely?,
        redemption_detail: redemption_detail?,
        divisible: divisible?,
        maturity: maturity?,
        redeem_lock_minutes: redeem_lock_minutes?,
        resale_unsettled: resale_unsettled?,
    })
}

fn kyc(section: &mut Section<'_>) -> Option<Kyc> {
    let trade = section.number("trade", 0..=3);
    let large = section.number("large", 0..=3);
    let market_maker = section.number("market_maker", 0..=3);
    Some(Kyc { trade: trade?, large: large?, market_maker: market_maker? })
}

fn fees(section: &mut Section<'_>) -> Option<Fees> {
    let trade = trade_table(section);
    let rows: Option<Vec<FeeRow>> = section.list("rows", FeeRow::read);
    let block_tiers = block_tiers(section);
    let active_after = section.number("active_after", 0..=1_000_000);
    let active_reduction = section.rate("active_reduction");
    let issue = rates(section, ["issue_silver", "issue_gold", "issue_platinum", "issue_diamond"]);
    let tiers_from = ["tier_gold", "tier_platinum", "tier_diamond"].map(|key| section.units(key));
    let [gold, platinum, diamond] = tiers_from;
    section.rising([(gold, "tier_gold"), (platinum, "tier_platinum"), (diamond, "tier_diamond")]);
    let first_month_days = section.number("first_month_days", 0..=365);
    let redeem = section.rate("redeem");
    let withdrawal = section.rate("withdrawal");
    let breakage = section.rate("breakage");
    Some(Fees {
        trade: trade?,
        rows: rows?,
        block_tiers: block_tiers?,
        active_after: active_after?,
        active_reduction: active_reduction?,
        issue: issue?,
        tiers_from: [gold?, platinum?, diamond?],
        first_month_days: first_month_days?,
        redeem: redeem?,
        withdrawal: withdrawal?,
        breakage: breakage?,
    })
}

/// The table by name. Only maker-taker has rates of its own to set.
fn trade_table(section: &mut Section<'_>) -> Option<TradeTable> {
    let (taker, maker) = (section.rate("taker"), section.rate("maker"));
    let zero = BasisPoints(0);
    let named = section.choice(
        "trade",
        &[
            ("maker-taker", TradeTable::MakerTaker { taker: zero, maker: zero }),
            ("fees-000", TradeTable::Fees000),
            ("fees-001", TradeTable::Fees001),
            ("fees-003", TradeTable::Fees003),
        ],
    )?;
    if let TradeTable::MakerTaker { .. } = named {
        return Some(TradeTable::MakerTaker { taker: taker?, maker: maker? });
    }
    for key in ["taker", "maker"] {
        section.require(Some(!section.has(key)), key, "left out, unless trade is \"maker-taker\"");
    }
    Some(named)
}

/// No tiers or three; the outer option says whether all is well.
fn block_tiers(section: &mut Section<'_>) -> Option<Option<[FeeTier; 3]>> {
    let listed: Vec<FeeTier> = section.list("block_tiers", FeeTier::read)?;
    let tiers = <[FeeTier; 3]>::try_from(listed.as_slice()).ok();
    let rising = tiers
        .is_some_and(|[first, second, third]| first.from < second.from && second.from < third.from);
    let fits = listed.is_empty() || rising;
    section.require(Some(fits), "block_tiers", "no tiers or three of rising value");
    fits.then_some(tiers)
}

/// Several rates in a row of a table; all are read before any is used.
fn rates<const N: usize>(
    section: &mut Section<'_>,
    keys: [&'static str; N],
) -> Option<[BasisPoints; N]> {
    let read = keys.map(|key| section.rate(key));
    let rates: Option<Vec<BasisPoints>> = read.into_iter().collect();
    rates?.try_into().ok()
}

fn escrow(section: &mut Section<'_>) -> Option<Escrow> {
    let prefund = section.choice(
        "prefund",
        &[("face", Prefund::Face), ("proceeds", Prefund::Proceeds), ("none", Prefund::None)],
    );
    let reserve_ratio = section.rate("reserve_ratio");
    let by_grade = [
        "reserve_ratio_aaa",
        "reserve_ratio_aa",
        "reserve_ratio_a",
        "reserve_ratio_bbb",
        "reserve_ratio_bb",
    ]
    .map(|key| section.optional(key, Section::rate));
    let reserve_ratio = reserve_ratio?;
    let [aaa, aa, a, bbb, bb] = by_grade;
    let reserve_by_grade = [aaa?, aa?, a?, bbb?, bb?].map(|rate| rate.unwrap_or(reserve_ratio));
    Some(Escrow { prefund: prefund?, reserve_ratio, reserve_by_grade })
}

fn credit(section: &mut Section<'_>) -> Option<Credit> {
    const WEIGHTS: [&str; 4] =
        ["weight_redemption", "weight_breakage", "weight_tenure", "weight_satisfaction"];
    let factors = section.choice(
        "factors",
        &[
            ("tenure", CreditFactorSet::Tenure),
            ("maturity", CreditFactorSet::Maturity),
            ("volume", CreditFactorSet::Volume),
        ],
    );
    let bases = [("sold", CreditRateBase::Sold), ("issued", CreditRateBase::Issued)];
    let rate_base = section.choice("rate_base", &bases);
    let maturity_days = section.number("maturity_days", 1..=3_650);
    let weights = rates(section, WEIGHTS);
    let sum = weights.map(|weights| weights.iter().map(|weight| weight.0).sum::<u32>());
    section.require(
        sum.map(|sum| sum == 10_000),
        "weight_satisfaction",
        "what makes the four weights sum to 10000",
    );
    let model_weight = section.rate("model_weight");
    let band = |section: &mut Section<'_>, key| section.number::<u16>(key, 0..=10_000);
    let aaa = band(section, "band_aaa");
    let aa = band(section, "band_aa");
    let a = band(section, "band_a");
    let bbb = band(section, "band_bbb");
    let score = |band: Option<u16>| band.map(u32::from);
    section.rising([
        (score(bbb), "band_bbb"),
        (score(a), "band_a"),
        (score(aa), "band_aa"),
        (score(aaa), "band_aaa"),
    ]);
    let provisional_score = band(section, "provisional_score");
    let provisional_redemptions = section.number("provisional_redemptions", 0..=1_000_000);
    let provisional_months = section.number("provisional_months", 0..=120);
    let quota_base = section.units("quota_base");
    let quota = ["quota_aaa", "quota_aa", "quota_a", "quota_bbb", "quota_bb"]
        .map(|key| section.number(key, 0..=1_000_000).map(BasisPoints));
    let [q_aaa, q_aa, q_a, q_bbb, q_bb] = quota;
    Some(Credit {
        factors: factors?,
        rate_base: rate_base?,
        maturity_days: maturity_days?,
        weights: weights?,
        model_weight: model_weight?,
        bands: [aaa?, aa?, a?, bbb?],
        provisional_score: provisional_score?,
        provisional_redemptions: provisional_redemptions?,
        provisional_months: provisional_months?,
        quota_base: quota_base?,
        quota: [q_aaa?, q_aa?, q_a?, q_bbb?, q_bb?],
    })
}

fn pricing(section: &mut Section<'_>) -> Option<Pricing> {
    let model = section
        .choice("model", &[("additive3", PriceModel::Additive3), ("mult2", PriceModel::Mult2)]);
    let time_discount_max = section.rate("time_discount_max");
    let premiums =
        rates(section, ["premium_aaa", "premium_aa", "premium_a", "premium_bbb", "premium_bb"]);
    let premium_unrated = section.rate("premium_unrated");
    let liquidity_slope = section.rate("liquidity_slope");
    let liquidity_bonus_max = section.rate("liquidity_bonus_max");
    let liquidity_premium_max = section.rate("liquidity_premium_max");
    Some(Pricing {
        model: model?,
        time_discount_max: time_discount_max?,
        premiums: premiums?,
        premium_unrated: premium_unrated?,
        liquidity_slope: liquidity_slope?,
        liquidity_bonus_max: liquidity_bonus_max?,
        liquidity_premium_max: liquidity_premium_max?,
    })
}

fn refund(section: &mut Section<'_>) -> Option<Refund> {
    Some(Refund { days: section.number("days", 0..=365)? })
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
    section.require(
        regulators.as_ref().map(|names| !names.is_empty()),
        "regulators",
        "at least one regulator",
    );
    Some(Regnode { regulators: regulators? })
}
