//! What the region's template fixes for trading.

use crate::fees::major_units;
use crate::maker::QuoteDuty;
use gcfn_model::{Amount, BasisPoints, Currency, Millis};
use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The terms of every market and order. Amounts are in the venue's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradingTerms {
    /// When a book interrupts itself.
    pub breaker: BreakerTerms,
    /// The calls that a trading day opens and closes with.
    pub calls: CallTerms,
    /// What is agreed outside the book.
    pub offers: OfferRules,
    /// A bid this shortly before the end of an auction of units moves the end this far behind
    /// the bid. Zero never moves it.
    pub auction_extension: Millis,
    /// What a market maker brings and owes.
    pub maker: MakerRules,
    /// What conduct is flagged.
    pub conduct: ConductRules,
}

/// When a book interrupts itself (TRD-33, A-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerTerms {
    /// How far a trade's price may be from the reference, either way.
    pub band: BasisPoints,
    /// How old the price is that is the reference.
    pub window: Millis,
    /// How long the auction takes in which the book then finds its price.
    pub auction: Millis,
}

/// The call auctions of a trading day (TRD-11). Without them a book trades continuously.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallTerms {
    /// How long the opening call takes, from the end of the day before.
    pub opening: Option<Millis>,
    /// How long before the cut-off the closing call begins.
    pub closing: Option<Millis>,
}

/// What is agreed outside the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRules {
    /// The least value of a block.
    pub block_min: Amount,
    /// How far the price of a block may be from the reference, either way.
    pub block_band: BasisPoints,
    /// How long an offer may stand.
    pub lifetime_max: Millis,
}

/// What a market maker brings and owes (MMK-01, MMK-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakerRules {
    /// The identity level.
    pub kyc: u8,
    /// What it deposits for as long as it is one (P-20a).
    pub deposit: Amount,
    /// What it owes in a series when nothing else is agreed.
    pub duty: QuoteDuty,
}

/// What conduct is flagged (MMK-08, A-15, A-16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConductRules {
    /// How long orders are counted before the count begins anew.
    pub window: Millis,
    /// How many orders there must be before their cancellations say anything (D-20).
    pub sample: u32,
    /// The share of orders cancelled untraded above which it is spoofing.
    pub cancel_rate: BasisPoints,
    /// How many orders of one side, taken out after a trade on the other, are layering.
    pub layers: u32,
    /// How shortly after that trade.
    pub layering_window: Millis,
}

impl TradingTerms {
    /// The figures of the specification where it has some: the breaker's 10 % (A-01), uptime of
    /// 95 % and cancel rate of 80 % (004 §12), identity level 3 (C-14). The rest is this node's
    /// proposal. Amounts are whole units of `currency`.
    #[must_use]
    pub const fn of(currency: Currency) -> TradingTerms {
        TradingTerms {
            breaker: BreakerTerms {
                band: BasisPoints(1_000),
                window: Millis(5 * MINUTE),
                auction: Millis(5 * MINUTE),
            },
            calls: CallTerms { opening: None, closing: None },
            offers: OfferRules {
                block_min: major_units(currency, 50_000),
                block_band: BasisPoints(2_000),
                lifetime_max: Millis(30 * DAY),
            },
            auction_extension: Millis(0),
            maker: MakerRules {
                kyc: 3,
                deposit: major_units(currency, 10_000),
                duty: QuoteDuty {
                    max_spread: BasisPoints(300),
                    min_depth: 10,
                    uptime: BasisPoints(9_500),
                    response: Millis(30_000),
                },
            },
            conduct: ConductRules {
                window: Millis(HOUR),
                sample: 20,
                cancel_rate: BasisPoints(8_000),
                layers: 5,
                layering_window: Millis(MINUTE),
            },
        }
    }
}
