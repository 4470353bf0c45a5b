//! Fees, credit and pricing: what a template may leave out, and what it may say instead.

use gcfn_model::BasisPoints;
use gcfn_template::catalog::find;
use gcfn_template::{
    CreditFactorSet, CreditRateBase, FeeMarket, FeeOrder, FeeRow, FeeSide, FeeTier, PriceModel,
    RegionTemplate, TradeTable, parse,
};

/// The catalog's entry of mainland China with `edits`.
fn edited(edits: &[(&str, &str)]) -> RegionTemplate {
    let mut text = find("cn").expect("in the catalog").region.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?} is not in the template");
        text = text.replacen(from, to, 1);
    }
    parse("region.toml", &text).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn what_is_left_out_has_the_network_s_value() {
    let template = edited(&[("trade = \"maker-taker\"\ntaker = 50\nmaker = 10\n", "")]);
    let (taker, maker) = (BasisPoints(50), BasisPoints(10));
    assert_eq!(template.fees.trade, TradeTable::MakerTaker { taker, maker });
    assert_eq!(template.fees.tiers_from, [1_000_000, 5_000_000, 20_000_000]);
    assert_eq!((template.fees.rows.len(), template.fees.block_tiers), (0, None));
    assert_eq!(template.credit.weights.map(|weight| weight.0), [3_500, 2_500, 2_000, 2_000]);
    assert_eq!(template.credit.factors, CreditFactorSet::Tenure);
    assert_eq!(template.credit.rate_base, CreditRateBase::Sold);
    assert_eq!(template.credit.maturity_days, 365);
    assert_eq!(template.pricing.model, PriceModel::Additive3);
    assert_eq!(template, edited(&[]), "the catalog says the same in words");
}

#[test]
fn a_table_is_named_and_its_rows_and_tiers_are_replaced() {
    let own = "trade = \"fees-003\"\nrows = [\"b2c sell maker 0\"]\n\
               block_tiers = [\"1000 3\", \"2000 2\", \"3000 1\"]\n";
    let fees = edited(&[("trade = \"maker-taker\"\ntaker = 50\nmaker = 10\n", own)]).fees;
    assert_eq!(fees.trade, TradeTable::Fees003);
    let (market, side, order) = (FeeMarket::B2c, FeeSide::Sell, FeeOrder::Maker);
    assert_eq!(fees.rows, [FeeRow { market, side, order, rate: BasisPoints(0) }]);
    let tier = |from, rate| FeeTier { from, rate: BasisPoints(rate) };
    assert_eq!(fees.block_tiers, Some([tier(1_000, 3), tier(2_000, 2), tier(3_000, 1)]));
}

#[test]
fn a_grade_without_a_reserve_ratio_has_the_region_s() {
    let own = "reserve_ratio = 4000\nreserve_ratio_aaa = 2000";
    let escrow = edited(&[("reserve_ratio = 10000", own)]).escrow;
    assert_eq!(escrow.reserve_by_grade.map(|rate| rate.0), [2_000, 4_000, 4_000, 4_000, 4_000]);
}

#[test]
fn a_region_scores_by_another_set_of_factors() {
    let set = |name: &str| {
        let own = format!("[credit]\nfactors = \"{name}\"\n\n[refund]\n");
        edited(&[("[refund]\n", &own)]).credit.factors
    };
    assert_eq!(set("maturity"), CreditFactorSet::Maturity);
    assert_eq!(set("volume"), CreditFactorSet::Volume);
}
