//! One row of a fee table, as a template writes it: `c2c buy taker 40`.

use gcfn_model::BasisPoints;

/// A rate that a template puts in the place of its table's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeRow {
    /// In which market.
    pub market: FeeMarket,
    /// From which side.
    pub side: FeeSide,
    /// From the order that came when.
    pub order: FeeOrder,
    /// Of the trade's value.
    pub rate: BasisPoints,
}

/// Between whom a trade is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeMarket {
    /// The issuer sells new coupons.
    Primary,
    /// Consumers.
    C2c,
    /// A business and a consumer.
    B2c,
    /// Businesses.
    B2b,
}

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeSide {
    /// The buyer.
    Buy,
    /// The seller.
    Sell,
}

/// Which of the two orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeOrder {
    /// The one that rested.
    Maker,
    /// The one that came second.
    Taker,
}

/// From which value on a trade is a block, and its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeTier {
    /// In whole units of the region's currency.
    pub from: u32,
    /// Of the trade's value, from each side.
    pub rate: BasisPoints,
}

impl FeeRow {
    /// The row that `text` is, if it is one.
    pub(crate) fn read(text: &str) -> Option<FeeRow> {
        let words: Vec<&str> = text.split(' ').collect();
        let &[market, side, order, rate] = words.as_slice() else { return None };
        let market = match market {
            "primary" => FeeMarket::Primary,
            "c2c" => FeeMarket::C2c,
            "b2c" => FeeMarket::B2c,
            "b2b" => FeeMarket::B2b,
            _ => return None,
        };
        let side = match side {
            "buy" => FeeSide::Buy,
            "sell" => FeeSide::Sell,
            _ => return None,
        };
        let order = match order {
            "maker" => FeeOrder::Maker,
            "taker" => FeeOrder::Taker,
            _ => return None,
        };
        Some(FeeRow { market, side, order, rate: rate_of(rate)? })
    }
}

impl FeeTier {
    /// The tier that `text` is, if it is one.
    pub(crate) fn read(text: &str) -> Option<FeeTier> {
        let (from, rate) = text.split_once(' ')?;
        Some(FeeTier { from: number(from)?, rate: rate_of(rate)? })
    }
}

fn rate_of(text: &str) -> Option<BasisPoints> {
    let rate = BasisPoints(number(text)?);
    (rate <= BasisPoints::ONE).then_some(rate)
}

/// Digits only: no sign.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
