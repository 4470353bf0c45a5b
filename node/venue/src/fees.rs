//! What is charged, and to whom: the fee schedule of a venue.
//!
//! One table for every trade (C-29) and a rate for everything else (C-30). Pure: it knows values
//! and rates, no party, no book and no calendar. The venue says in what kind of market a trade
//! was made and how many its party has made this month; the region's template says every figure.
//! Every fee is rounded half up to the minor unit, once, per fee line (D-35).

mod preset;

pub use preset::{FeePreset, major_units};

use crate::party::Tier;
use gcfn_market::Side;
use gcfn_model::{Amount, BasisPoints, Millis, Rate, Rounding};
use serde::{Deserialize, Serialize};

/// Between whom a trade is made, as far as its fee goes by it (TRD-22, C-29).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketKind {
    /// The issuer sells new coupons and, as the seller, pays the sell side (D-33).
    Primary,
    /// Consumer to consumer.
    C2c,
    /// A business on one side.
    B2c,
    /// A business on both sides.
    B2b,
    /// So large a trade that its value sets the rate, whoever makes it.
    Block,
}

/// Whether an order was there first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liquidity {
    /// It rested, and so made the market.
    Maker,
    /// It came second.
    Taker,
}

/// What a party is to the fee schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trader {
    /// A user, of this node or of another.
    Consumer,
    /// An issuer or a merchant.
    Business,
}

/// The rates of one side of a trade, of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Of the order that rested.
    pub maker: BasisPoints,
    /// Of the order that came second.
    pub taker: BasisPoints,
}

/// The rates of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideRates {
    /// What the buyer pays on top of the value.
    pub buy: Rates,
    /// What the seller gets less than the value.
    pub sell: Rates,
}

impl SideRates {
    /// One rate whatever the side and whoever came first.
    #[must_use]
    pub const fn both(rate: BasisPoints) -> SideRates {
        let rates = Rates { maker: rate, taker: rate };
        SideRates { buy: rates, sell: rates }
    }

    const fn rate(&self, side: Side, liquidity: Liquidity) -> BasisPoints {
        let rates = match side {
            Side::Buy => self.buy,
            Side::Sell => self.sell,
        };
        match liquidity {
            Liquidity::Maker => rates.maker,
            Liquidity::Taker => rates.taker,
        }
    }
}

/// The rate of a trade of at least a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockTier {
    /// From this value on.
    pub from: Amount,
    /// Of the value, from each side.
    pub rate: BasisPoints,
}

/// The table of trade fees: market kind by side by who came first (C-29).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeFees {
    /// Of the issuer's sale of new coupons.
    pub primary: SideRates,
    /// Between consumers.
    pub c2c: SideRates,
    /// With a business on one side.
    pub b2c: SideRates,
    /// Between businesses.
    pub b2b: SideRates,
    /// Of blocks, in rising order of value; none where size makes no difference.
    pub block: Option<[BlockTier; 3]>,
}

impl TradeFees {
    /// The kind of a resale. One of at least the first tier's value is a block.
    #[must_use]
    pub fn resale_kind(&self, buyer: Trader, seller: Trader, value: Amount) -> MarketKind {
        if self.block.is_some_and(|[first, ..]| first.from <= value) {
            return MarketKind::Block;
        }
        match (buyer, seller) {
            (Trader::Consumer, Trader::Consumer) => MarketKind::C2c,
            (Trader::Business, Trader::Business) => MarketKind::B2b,
            _ => MarketKind::B2c,
        }
    }

    /// The rate of one side of a trade of `value`. A block below the first tier, or where there
    /// is none, pays what businesses pay each other.
    #[must_use]
    pub fn rate(
        &self,
        kind: MarketKind,
        side: Side,
        liquidity: Liquidity,
        value: Amount,
    ) -> BasisPoints {
        let rates = match kind {
            MarketKind::Primary => self.primary,
            MarketKind::C2c => self.c2c,
            MarketKind::B2c => self.b2c,
            MarketKind::B2b => self.b2b,
            MarketKind::Block => {
                let reached = self.block.iter().flatten().rev().find(|tier| tier.from <= value);
                reached.map_or(self.b2b, |tier| SideRates::both(tier.rate))
            }
        };
        rates.rate(side, liquidity)
    }

    /// The highest rate that any buyer can be charged.
    fn highest_buy_rate(&self) -> BasisPoints {
        let tables = [self.primary, self.c2c, self.b2c, self.b2b];
        let rates = tables.iter().flat_map(|table| [table.buy.maker, table.buy.taker]);
        let blocks = self.block.iter().flatten().map(|tier| tier.rate);
        rates.chain(blocks).max().unwrap_or(BasisPoints(0))
    }
}

/// What a party that trades often pays less (FEE-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveTrader {
    /// From the trade after this many in a calendar month on.
    pub after: u32,
    /// By this share of the fee.
    pub reduction: BasisPoints,
}

/// What an issuer pays to list a batch, of its face value (FEE-06 to FEE-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuanceFees {
    /// Silver, gold, platinum, diamond.
    pub rates: [BasisPoints; 4],
    /// The face value listed in a month from which an issuer is gold, platinum, diamond.
    pub tiers_from: [Amount; 3],
    /// For how long after its first approval an issuer pays no more than gold.
    pub first_month: Millis,
}

impl IssuanceFees {
    /// The tier that a month's issue volume earns: bands are half-open, a threshold itself is in
    /// the higher one (FEE-07).
    #[must_use]
    pub fn tier_of(&self, volume: Amount) -> Tier {
        let [gold, platinum, diamond] = self.tiers_from;
        match volume {
            volume if diamond <= volume => Tier::Diamond,
            volume if platinum <= volume => Tier::Platinum,
            volume if gold <= volume => Tier::Gold,
            _ => Tier::Silver,
        }
    }

    /// The rate of a tier.
    #[must_use]
    pub const fn rate(&self, tier: Tier) -> BasisPoints {
        let [silver, gold, platinum, diamond] = self.rates;
        match tier {
            Tier::Silver => silver,
            Tier::Gold => gold,
            Tier::Platinum => platinum,
            Tier::Diamond => diamond,
        }
    }

    /// The rate of a listing: of the tier granted, or of the one that the month's volume earns
    /// where that is higher; in the first month no more than gold.
    #[must_use]
    pub fn listing_rate(&self, listing: Listing) -> BasisPoints {
        let earned = self.rate(listing.granted.max(self.tier_of(listing.volume)));
        match listing.age < self.first_month {
            true => earned.min(self.rate(Tier::Gold)),
            false => earned,
        }
    }
}

/// What the fee of a listing goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The issuer's tier as the operator granted it.
    pub granted: Tier,
    /// The face value that it lists in this calendar month, this batch included.
    pub volume: Amount,
    /// How long ago it was first approved.
    pub age: Millis,
}

/// Everything that a venue charges: from its region's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeSchedule {
    /// Of a trade's value, from both its sides.
    pub trade: TradeFees,
    /// What a party that trades often pays less.
    pub active: ActiveTrader,
    /// Of a batch's face value, from the issuer at listing.
    pub issuance: IssuanceFees,
    /// Of the redeemed face value, from the merchant's claim.
    pub redeem: BasisPoints,
    /// Of the amount withdrawn, from the user.
    pub withdrawal: BasisPoints,
    /// Of the expired face value, from the issuer's reserve.
    pub breakage: BasisPoints,
}

/// One side of one trade, as its fee goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeLine {
    /// Between whom.
    pub kind: MarketKind,
    /// Which side pays.
    pub side: Side,
    /// Whether its order rested.
    pub liquidity: Liquidity,
    /// Price times quantity (D-09).
    pub value: Amount,
    /// The trades of the paying party in this calendar month, this one included; zero for who
    /// has no reduction.
    pub trades_this_month: u32,
}

impl TradeLine {
    /// Whether the side that pays has made a trade of its own by it. The issuer's sale of new
    /// coupons is none: the reduction is for who trades (FEE-17).
    #[must_use]
    pub const fn counts(&self) -> bool {
        !matches!((self.kind, self.side), (MarketKind::Primary, Side::Sell))
    }
}

/// A fee with what it follows from, so that nothing about it is hidden (FEE-22).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeQuote {
    /// What it is for.
    pub line: TradeLine,
    /// The rate of the table.
    pub rate: BasisPoints,
    /// The share of the fee that is waived.
    pub reduction: BasisPoints,
    /// What is charged.
    pub fee: Amount,
}

impl FeeQuote {
    /// What the buyer pays in all, or the seller gets; `None` above [`Amount::MAX`].
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        match self.line.side {
            Side::Buy => self.line.value.checked_add(self.fee),
            Side::Sell => Some(self.line.value.saturating_sub(self.fee)),
        }
    }
}

impl FeeSchedule {
    /// The fee of one side of a trade: value x rate x (1 - reduction), rounded once.
    #[must_use]
    pub fn trade_fee(&self, line: TradeLine) -> Amount {
        self.quote(line).fee
    }

    /// The same fee with its rate and reduction.
    #[must_use]
    pub fn quote(&self, line: TradeLine) -> FeeQuote {
        let rate = self.trade.rate(line.kind, line.side, line.liquidity, line.value);
        let reduction = match self.active.after < line.trades_this_month {
            true => self.active.reduction,
            false => BasisPoints(0),
        };
        FeeQuote { line, rate, reduction, fee: charged(line.value, rate, reduction) }
    }

    /// The largest fee that a buyer can be charged per coupon at `price` or better: rounded up,
    /// so that it covers the fee of any fill. `None` above [`Amount::MAX`].
    #[must_use]
    pub fn largest_buy_fee(&self, price: Amount) -> Option<Amount> {
        self.trade.highest_buy_rate().of(price, Rounding::Up)
    }

    /// The largest fee that the issuer is charged per coupon sold at `price`. Its offer rests
    /// before anybody can buy, so it is always the maker.
    #[must_use]
    pub fn largest_primary_fee(&self, price: Amount) -> Amount {
        self.trade.primary.sell.maker.of(price, Rounding::Up).unwrap_or(price)
    }

    /// The fee of listing a batch of `face_total`.
    #[must_use]
    pub fn issuance_fee(&self, listing: Listing, face_total: Amount) -> Amount {
        charged(face_total, self.issuance.listing_rate(listing), BasisPoints(0))
    }

    /// The fee of redeeming `value` (FEE-10).
    #[must_use]
    pub fn redemption_fee(&self, value: Amount) -> Amount {
        charged(value, self.redeem, BasisPoints(0))
    }

    /// The fee of withdrawing `amount`, which it is taken from (FEE-01).
    #[must_use]
    pub fn withdrawal_fee(&self, amount: Amount) -> Amount {
        charged(amount, self.withdrawal, BasisPoints(0))
    }

    /// The platform's share of the face value `expired` (FEE-15).
    #[must_use]
    pub fn breakage_share(&self, expired: Amount) -> Amount {
        charged(expired, self.breakage, BasisPoints(0))
    }
}

/// `rate` of `value` less the reduction, half up: one product and one rounding, so that a reduced
/// fee is not rounded twice.
fn charged(value: Amount, rate: BasisPoints, reduction: BasisPoints) -> Amount {
    const WHOLE: u64 = 10_000 * 10_000;
    let kept = u64::from(BasisPoints::ONE.0.saturating_sub(reduction.0));
    let share = Rate::new(u64::from(rate.0).saturating_mul(kept), WHOLE);
    // A share of zero is no ratio.
    share.map_or(Amount::ZERO, |share| share.counter(value, Rounding::HalfUp).unwrap_or(value))
}
