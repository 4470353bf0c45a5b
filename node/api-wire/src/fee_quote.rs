//! What a trade would cost.

use crate::term::Money;
use crate::trading::Side;
use gcfn_model::{Amount, AmountFault, Currency};
use gcfn_venue::{Liquidity, MarketKind};
use serde::{Deserialize, Serialize, de};
use std::fmt;
use utoipa::ToSchema;

/// Between whom a trade is made, as far as its fee goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TradeMarket {
    /// The issuer sells new coupons.
    Primary,
    /// Consumer to consumer.
    C2c,
    /// A business on one side.
    B2c,
    /// A business on both sides.
    B2b,
    /// So large a trade that its value sets the rate.
    Block,
}

impl From<TradeMarket> for MarketKind {
    fn from(market: TradeMarket) -> MarketKind {
        match market {
            TradeMarket::Primary => MarketKind::Primary,
            TradeMarket::C2c => MarketKind::C2c,
            TradeMarket::B2c => MarketKind::B2c,
            TradeMarket::B2b => MarketKind::B2b,
            TradeMarket::Block => MarketKind::Block,
        }
    }
}

/// Whether an order was there first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderLiquidity {
    /// It rested.
    Maker,
    /// It came second.
    Taker,
}

impl From<OrderLiquidity> for Liquidity {
    fn from(liquidity: OrderLiquidity) -> Liquidity {
        match liquidity {
            OrderLiquidity::Maker => Liquidity::Maker,
            OrderLiquidity::Taker => Liquidity::Taker,
        }
    }
}

/// A decimal number in a query string, with or without a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// The amount of `currency` that it is.
    ///
    /// # Errors
    /// [`AmountFault`] when it is none.
    pub fn amount(&self, currency: Currency) -> Result<Amount, AmountFault> {
        Amount::parse(&self.0, currency)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                Ok(Decimal(text.to_owned()))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Decimal, E> {
                Ok(Decimal(number.to_string()))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// A trade of the caller whose fee is asked for.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeeQuestion {
    /// Between whom.
    #[param(inline)]
    pub market: TradeMarket,
    /// Which side the caller is.
    #[param(inline)]
    pub side: Side,
    /// Whether the caller's order rests; it comes second when left out.
    #[serde(default = "taker")]
    #[param(inline, default = "taker")]
    pub liquidity: OrderLiquidity,
    /// Price times quantity, in the currency of the venue.
    #[param(value_type = String, example = "270.00")]
    pub value: Decimal,
}

const fn taker() -> OrderLiquidity {
    OrderLiquidity::Taker
}

/// A fee with what it follows from. A quote, not a promise: the fee is that of the fill.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QuotedFee {
    /// The rate of the table, in basis points of the value.
    pub rate: u32,
    /// The share of the fee that is waived, in basis points.
    pub reduction: u32,
    /// How many trades the caller has made in this month, with this one.
    pub trades_this_month: u32,
    /// What would be charged.
    pub fee: Money,
    /// What the buyer would pay in all, or the seller get; none where that is above every amount.
    pub total: Option<Money>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}
