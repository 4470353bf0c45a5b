use super::{Region, charges, federation_cycles};
use gcfn_model::{BasisPoints, Timestamp};
use gcfn_template::{FeeMarket, FeeOrder, FeeRow, FeeSide, FeeTier, TradeTable};
use gcfn_venue::{CreditRules, FeePreset, FeeSchedule, PricingRules, TradeFees, major_units};
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
fn cycles_close_before_they_call_and_call_before_they_fail() {
    let now: Timestamp = "2026-03-06T10:00:00Z".parse().expect("a time");
    let schedules = region("eu").cycles(now, 7);
    assert_eq!(schedules.len(), 7);
    for cycle in schedules.iter().chain(&federation_cycles(now, 7)) {
        assert!(now < cycle.cut_off);
        assert!(cycle.cut_off < cycle.pay_in_from && cycle.pay_in_from < cycle.pay_in_by);
    }
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
