//! What a template charges, and how it scores and prices, in a venue's words.

use super::days;
use gcfn_template::{
    CreditFactorSet, CreditRateBase, FeeMarket, FeeOrder, FeeRow, FeeSide, PriceModel,
    RegionTemplate, TradeTable,
};
use gcfn_venue::{
    ActiveTrader, BlockTier, CreditRules, CreditWeights, FactorSet, FeePreset, FeeSchedule,
    IssuanceFees, PricingModel, PricingRules, Provisional, RateBase, Score, TradeFees, major_units,
};

pub(super) fn fees(template: &RegionTemplate) -> FeeSchedule {
    let fees = &template.fees;
    let preset = match fees.trade {
        TradeTable::MakerTaker { taker, maker } => FeePreset::MakerTaker { taker, maker },
        TradeTable::Fees000 => FeePreset::Fees000,
        TradeTable::Fees001 => FeePreset::Fees001,
        TradeTable::Fees003 => FeePreset::Fees003,
    };
    let units = |units: u32| major_units(template.currency, units);
    let mut trade = preset.trade_fees(template.currency);
    for row in &fees.rows {
        replace(&mut trade, *row);
    }
    if let Some(tiers) = fees.block_tiers {
        trade.block = Some(tiers.map(|tier| BlockTier { from: units(tier.from), rate: tier.rate }));
    }
    FeeSchedule {
        trade,
        active: ActiveTrader { after: fees.active_after, reduction: fees.active_reduction },
        issuance: IssuanceFees {
            rates: fees.issue,
            tiers_from: fees.tiers_from.map(units),
            first_month: days(fees.first_month_days),
        },
        redeem: fees.redeem,
        withdrawal: fees.withdrawal,
        breakage: fees.breakage,
    }
}

fn replace(table: &mut TradeFees, row: FeeRow) {
    let market = match row.market {
        FeeMarket::Primary => &mut table.primary,
        FeeMarket::C2c => &mut table.c2c,
        FeeMarket::B2c => &mut table.b2c,
        FeeMarket::B2b => &mut table.b2b,
    };
    let side = match row.side {
        FeeSide::Buy => &mut market.buy,
        FeeSide::Sell => &mut market.sell,
    };
    match row.order {
        FeeOrder::Maker => side.maker = row.rate,
        FeeOrder::Taker => side.taker = row.rate,
    }
}

pub(super) fn credit(template: &RegionTemplate) -> CreditRules {
    let credit = &template.credit;
    let [redemption, breakage, tenure, satisfaction] = credit.weights;
    CreditRules {
        factors: match credit.factors {
            CreditFactorSet::Tenure => FactorSet::Tenure,
            CreditFactorSet::Maturity => FactorSet::Maturity,
            CreditFactorSet::Volume => FactorSet::Volume,
        },
        rate_base: match credit.rate_base {
            CreditRateBase::Sold => RateBase::Sold,
            CreditRateBase::Issued => RateBase::Issued,
        },
        maturity: days(credit.maturity_days),
        weights: CreditWeights { redemption, breakage, tenure, satisfaction },
        model_weight: credit.model_weight,
        bands: credit.bands.map(Score::of),
        provisional: Provisional {
            floor: Score::of(credit.provisional_score),
            redemptions: u64::from(credit.provisional_redemptions),
            months: credit.provisional_months,
        },
        quota_base: major_units(template.currency, credit.quota_base),
        quota: credit.quota,
        reserve_ratio: template.escrow.reserve_by_grade,
    }
}

pub(super) fn pricing(template: &RegionTemplate) -> PricingRules {
    let pricing = &template.pricing;
    PricingRules {
        model: match pricing.model {
            PriceModel::Additive3 => PricingModel::Additive3,
            PriceModel::Mult2 => PricingModel::Mult2,
        },
        time_discount_max: pricing.time_discount_max,
        credit_premium: pricing.premiums,
        unrated_premium: pricing.premium_unrated,
        liquidity_slope: pricing.liquidity_slope,
        liquidity_bonus_max: pricing.liquidity_bonus_max,
        liquidity_premium_max: pricing.liquidity_premium_max,
    }
}
