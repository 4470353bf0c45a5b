use super::{Region, charges, rules};
use gcfn_model::{Amount, BasisPoints, Calendar, Currency, Millis, Timestamp};
use gcfn_template::{
    Divisible, FeeMarket, FeeOrder, FeeRow, FeeSide, FeeTier, Maturity, RegionTemplate, Tax,
    TaxKind, TradeTable,
};
use gcfn_venue::{
    CreditRules, DivisibleFor, FeePreset, FeeSchedule, IssuingTerms, MoneyTerms, PricingRules,
    TradeFees, TradingTerms, ValidityDays, major_units,
};
use std::path::Path;

fn region(code: &str) -> Region {
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../region-templates/catalog");
    Region::read(&catalog.join(code)).expect("the catalog is sound")
}

#[test]
fn a_trading_day_after_the_cut_off_is_the_next_business_day() {
    // Friday 2026-03-06, 18:00 in Shanghai: past the cut-off at 16:00.
    let now: Timestamp = "2026-03-06T10:00:00Z".parse().expect("a time");
    let days = region("cn").trading_days(now, 2).expect("known years");
    let shown: Vec<_> = days.iter().map(|d| format!("{} {}", d.date, d.value_date)).collect();
    assert_eq!(shown, ["2026-03-09 2026-03-10", "2026-03-10 2026-03-11"]);
}

#[test]
fn a_value_date_is_a_business_day_of_the_charter_too() {
    let mut cn = region("cn");
    let own = cn.calendar.clone();
    // The operator's files know a make-up day that the charter does not.
    let make_up = "2026-10-10".parse().expect("a date");
    let workdays = own.workdays.iter().copied().filter(|day| *day != make_up).collect();
    cn.agreed = Some(Calendar { workdays, ..own });
    // Thursday 2026-10-08, noon in Shanghai.
    let now: Timestamp = "2026-10-08T04:00:00Z".parse().expect("a time");
    let days = cn.trading_days(now, 4).expect("known years");
    let shown: Vec<_> = days.iter().map(|d| format!("{} {}", d.date, d.value_date)).collect();
    let expected = [
        "2026-10-08 2026-10-09",
        "2026-10-09 2026-10-12",
        "2026-10-10 2026-10-13",
        "2026-10-12 2026-10-13",
    ];
    assert_eq!(shown, expected, "a day that only the files know is traded on, not settled on");
}

#[test]
fn a_problem_names_the_folder_of_its_file() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("region.toml"), "[regoin]\n").expect("written");
    let fault = Region::read(dir.path()).expect_err("unsound").to_string();
    let path = dir.path().join("region.toml");
    assert!(fault.starts_with(&format!("{}:1: ", path.display())), "{fault}");
}

#[test]
fn the_catalog_charges_scores_and_prices_by_the_networks_rules() {
    for entry in &gcfn_template::catalog::CATALOG {
        let template = region(entry.code).template;
        let currency = template.currency;
        assert_eq!(charges::fees(&template), FeeSchedule::of(FeePreset::DEFAULT, currency));
        assert_eq!(charges::credit(&template), CreditRules::standard(currency));
        assert_eq!(charges::pricing(&template), PricingRules::STANDARD);
    }
}

#[test]
fn rows_and_tiers_replace_what_the_named_table_says() {
    let mut template = region("cn").template;
    template.fees.trade = TradeTable::Fees003;
    let (market, side, order) = (FeeMarket::B2c, FeeSide::Sell, FeeOrder::Maker);
    template.fees.rows.push(FeeRow { market, side, order, rate: BasisPoints(7) });
    let tier = |from| FeeTier { from, rate: BasisPoints(1) };
    template.fees.block_tiers = Some([1_000, 2_000, 3_000].map(tier));
    let trade = charges::fees(&template).trade;
    let named = FeePreset::Fees003.trade_fees(template.currency);
    assert_eq!(trade.b2c.sell.maker, BasisPoints(7));
    let [first, ..] = trade.block.expect("three tiers");
    assert_eq!(first.from, major_units(template.currency, 1_000));
    let mut b2c = trade.b2c;
    b2c.sell.maker = named.b2c.sell.maker;
    assert_eq!(TradeFees { b2c, block: named.block, ..trade }, named);
}

/// The catalog's entry of a region without what it says of a venue's rules: the last sections.
fn bare(code: &str) -> RegionTemplate {
    let text = gcfn_template::catalog::find(code).expect("in the catalog").region;
    let ends = ["\n[issuing]", "\n[trading]", "\n[limits]", "\n[money]"];
    let end = ends.iter().filter_map(|section| text.find(section)).min();
    gcfn_template::parse("region.toml", &text[..end.unwrap_or(text.len())]).expect("sound")
}

#[test]
fn what_a_template_leaves_out_is_as_the_venue_has_it() {
    for entry in &gcfn_template::catalog::CATALOG {
        let mut template = bare(entry.code);
        template.product.maturity = Maturity::Breakage;
        template.product.resale_unsettled = false;
        let currency = template.currency;
        assert_eq!(rules::issuing(&template), IssuingTerms::of(currency), "{}", entry.code);
        assert_eq!(rules::trading(&template), TradingTerms::of(currency), "{}", entry.code);
        assert_eq!(rules::money(&template), MoneyTerms::of(currency), "{}", entry.code);
        assert_eq!(super::hours(template.money.proposal_hours), Millis(86_400_000));
    }
}

#[test]
fn a_jurisdiction_s_own_rules_reach_its_venues() {
    let cn = region("cn").template;
    assert!(rules::issuing(&cn).prepaid_only);
    assert_eq!(rules::money(&cn).limits.large_daily, major_units(Currency::Cny, 200_000));
    let us = region("us").template;
    assert_eq!(rules::issuing(&us).validity_securities, ValidityDays { min: 1826, max: 36_525 });
    assert_eq!(rules::issuing(&us).validity_utility, ValidityDays { min: 0, max: 365 });
    assert_eq!(rules::money(&us).limits.travel_rule, major_units(Currency::Usd, 3_000));
    assert!(rules::issuing(&cn).resale_unsettled);
    let jp = region("jp").template;
    let yen = |units| Amount::from_minor(units).expect("small");
    assert_eq!(rules::trading(&jp).offers.block_min, yen(5_000_000));
    assert_eq!(rules::issuing(&jp).approval[0].up_to, yen(100_000));
}

#[test]
fn every_rule_of_a_venue_follows_its_template() {
    let mut template = bare("sg");
    template.kyc.large = 1;
    template.kyc.market_maker = 2;
    template.product.divisible = Divisible::Never;
    template.trading.closing_call_minutes = Some(10);
    template.limits.party.withdrawn_daily = Some(500);
    template.limits.party.open_orders = Some(7);
    template.money.withdrawal_approval_from = Some(1_000);
    template.money.tax_resale = Tax { kind: TaxKind::Stamp, rate: BasisPoints(20) };
    let (trading, money) = (rules::trading(&template), rules::money(&template));
    assert_eq!((trading.maker.kyc, money.limits.kyc_to_transfer_large), (2, 1));
    assert_eq!(rules::issuing(&template).divisible_for, DivisibleFor::None);
    assert_eq!(trading.calls.closing, Some(Millis(600_000)));
    let party = money.limits.party;
    assert_eq!(party.withdrawn_daily, major_units(Currency::Sgd, 500));
    assert_eq!((party.open_orders, party.order_value), (7, Amount::MAX));
    assert_eq!(money.withdrawals.approval_from, major_units(Currency::Sgd, 1_000));
    assert_eq!(money.taxes.resale.kind, gcfn_ledger::TaxKind::Stamp);
    assert_eq!(money.taxes.resale.rate, BasisPoints(20));
}
