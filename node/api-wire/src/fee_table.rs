//! What the venue charges: all of it, for everybody to see (FEE-22).

use crate::fee_quote::{OrderLiquidity, TradeMarket};
use crate::issuer::IssuerTier;
use crate::money::TaxLine;
use crate::term::Money;
use crate::trading::Side;
use gcfn_model::Currency;
use gcfn_venue::{BlockTier, FeeSchedule, Rates, SideRates, Tier};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything that the venue charges; rates are in basis points. There is no fee beside these.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FeeTable {
    /// Of a trade's value, from the side that pays.
    pub trade: Vec<TradeFee>,
    /// Of a block's value, from each side, in rising order; none where size makes no difference.
    pub blocks: Vec<BlockFee>,
    /// What who trades often pays less.
    pub reduction: FeeReduction,
    /// Of a batch's face value, from its issuer at listing.
    pub issuance: Vec<IssuanceFee>,
    /// Of the redeemed face value, from the merchant's claim.
    pub redemption_bp: u32,
    /// Of the amount withdrawn, out of it.
    pub withdrawal_bp: u32,
    /// Of the expired face value, from the issuer's reserve.
    pub breakage_bp: u32,
    /// What is withheld for authorities.
    pub taxes: Vec<TaxLine>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// The rate of one side of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TradeFee {
    /// Between whom.
    pub market: TradeMarket,
    /// Which side pays.
    pub side: Side,
    /// Whether its order was there first.
    pub liquidity: OrderLiquidity,
    /// Of the value, in basis points.
    pub rate_bp: u32,
}

/// The rate of a block.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockFee {
    /// From this value on.
    pub from: Money,
    /// Of the value, in basis points, from each side.
    pub rate_bp: u32,
}

/// What who trades often pays less.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct FeeReduction {
    /// From the trade after this many in a calendar month on.
    pub after: u32,
    /// By this share of the fee, in basis points.
    pub share_bp: u32,
}

/// What an issuer of a tier pays.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuanceFee {
    /// Of which tier.
    pub tier: IssuerTier,
    /// The face value listed in a month that earns it; nothing for the first tier.
    pub from: Option<Money>,
    /// Of the face value, in basis points.
    pub rate_bp: u32,
}

impl FeeTable {
    /// `fees`, with amounts in `currency`.
    #[must_use]
    pub fn new(fees: &FeeSchedule, taxes: Vec<TaxLine>, currency: Currency, as_of: u64) -> Self {
        let trade = &fees.trade;
        let markets = [
            (TradeMarket::Primary, trade.primary),
            (TradeMarket::C2c, trade.c2c),
            (TradeMarket::B2c, trade.b2c),
            (TradeMarket::B2b, trade.b2b),
        ];
        let block = |tier: &BlockTier| BlockFee {
            from: Money::new(tier.from, currency),
            rate_bp: tier.rate.0,
        };
        let [gold, platinum, diamond] = fees.issuance.tiers_from.map(Some);
        let tiers = [
            (Tier::Silver, None),
            (Tier::Gold, gold),
            (Tier::Platinum, platinum),
            (Tier::Diamond, diamond),
        ];
        let issuance = tiers.into_iter().zip(fees.issuance.rates).map(|((tier, from), rate)| {
            let from = from.map(|from| Money::new(from, currency));
            IssuanceFee { tier: tier.into(), from, rate_bp: rate.0 }
        });
        FeeTable {
            trade: markets.into_iter().flat_map(of_market).collect(),
            blocks: trade.block.iter().flatten().map(block).collect(),
            reduction: FeeReduction { after: fees.active.after, share_bp: fees.active.reduction.0 },
            issuance: issuance.collect(),
            redemption_bp: fees.redeem.0,
            withdrawal_bp: fees.withdrawal.0,
            breakage_bp: fees.breakage.0,
            taxes,
            as_of,
        }
    }
}

/// The four rates of a market.
fn of_market((market, SideRates { buy, sell }): (TradeMarket, SideRates)) -> Vec<TradeFee> {
    let sides = [(Side::Buy, buy), (Side::Sell, sell)];
    let rates = sides.into_iter().flat_map(|(side, Rates { maker, taker })| {
        let [maker, taker] = [(OrderLiquidity::Maker, maker), (OrderLiquidity::Taker, taker)];
        [maker, taker].map(|(liquidity, rate)| TradeFee {
            market,
            side,
            liquidity,
            rate_bp: rate.0,
        })
    });
    rates.collect()
}
