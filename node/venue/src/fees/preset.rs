//! The schedules that the documents give, by name (C-29, C-30).

use super::{ActiveTrader, BlockTier, FeeSchedule, IssuanceFees, Rates, SideRates, TradeFees};
use gcfn_model::{Amount, BasisPoints, Currency, Millis};

/// A named table of trade fees. The other fees are the same in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeePreset {
    /// `maker-taker`: a rate for who comes second and one for who was there (FEE-04).
    MakerTaker {
        /// From the order that came second; 50 by default.
        taker: BasisPoints,
        /// From the order that rested; 10 by default.
        maker: BasisPoints,
    },
    /// `fees-000`: a rate for buyers and one for sellers (FEE-01).
    Fees000,
    /// `fees-001`: a small rate per trade by market (FEE-02).
    Fees001,
    /// `fees-003`: a commission by market, blocks by value (FEE-03).
    Fees003,
}

impl FeePreset {
    /// The network's default (C-29).
    pub const DEFAULT: FeePreset =
        FeePreset::MakerTaker { taker: BasisPoints(50), maker: BasisPoints(10) };

    /// The table, with thresholds in `currency`.
    #[must_use]
    pub const fn trade_fees(self, currency: Currency) -> TradeFees {
        match self {
            FeePreset::MakerTaker { taker, maker } => {
                let rates = Rates { maker, taker };
                alike(SideRates { buy: rates, sell: rates })
            }
            FeePreset::Fees000 => {
                let (buyer, seller) = (BasisPoints(50), BasisPoints(100));
                let buy = Rates { maker: buyer, taker: buyer };
                alike(SideRates { buy, sell: Rates { maker: seller, taker: seller } })
            }
            FeePreset::Fees001 => TradeFees {
                primary: halved(20),
                c2c: halved(30),
                b2c: halved(20),
                b2b: halved(10),
                block: None,
            },
            FeePreset::Fees003 => TradeFees {
                primary: halved(150),
                c2c: halved(150),
                b2c: halved(150),
                b2b: halved(40),
                // The document says that blocks are tiered and neither from where nor at what
                // rates: a proposal, below what businesses pay each other.
                block: Some([
                    BlockTier { from: major_units(currency, 500_000), rate: BasisPoints(15) },
                    BlockTier { from: major_units(currency, 2_000_000), rate: BasisPoints(10) },
                    BlockTier { from: major_units(currency, 10_000_000), rate: BasisPoints(5) },
                ]),
            },
        }
    }
}

/// The same rates in every market, blocks included.
const fn alike(rates: SideRates) -> TradeFees {
    TradeFees { primary: rates, c2c: rates, b2c: rates, b2b: rates, block: None }
}

/// A rate per trade, half of it from each side: what the platform earns is volume times the rate
/// (FEE-16).
const fn halved(per_trade: u32) -> SideRates {
    SideRates::both(BasisPoints(per_trade.saturating_div(2)))
}

impl FeeSchedule {
    /// The schedule of a preset with the network's other fees, thresholds in `currency`.
    #[must_use]
    pub const fn of(preset: FeePreset, currency: Currency) -> FeeSchedule {
        FeeSchedule {
            trade: preset.trade_fees(currency),
            active: ActiveTrader { after: 10, reduction: BasisPoints(2_000) },
            issuance: IssuanceFees {
                rates: [BasisPoints(150), BasisPoints(120), BasisPoints(100), BasisPoints(80)],
                tiers_from: [
                    major_units(currency, 1_000_000),
                    major_units(currency, 5_000_000),
                    major_units(currency, 20_000_000),
                ],
                first_month: Millis(30 * 86_400_000),
            },
            redeem: BasisPoints(10),
            withdrawal: BasisPoints(10),
            breakage: BasisPoints(1_000),
        }
    }
}

/// `units` of `currency` as an amount: thresholds are written in whole units.
#[must_use]
pub const fn major_units(currency: Currency, units: u32) -> Amount {
    let mut minor = units as u64;
    let mut decimals = currency.decimals();
    while decimals != 0 {
        minor = minor.saturating_mul(10);
        decimals = decimals.saturating_sub(1);
    }
    match Amount::from_minor(minor) {
        Some(amount) => amount,
        None => Amount::MAX,
    }
}
