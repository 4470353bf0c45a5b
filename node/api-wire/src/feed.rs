//! What a follower of books is told, and what it says.
//!
//! For each series the first message is a snapshot of the book at a sequence n; then comes every
//! change n + 1, n + 2 and so on. Who applies them has the book.

use crate::market::{BookLevel, BookPhase};
use crate::read::ReadFault;
use crate::term::{Money, Series, Text, Time, Trade};
use crate::trading::Side;
use gcfn_market::{Depth, LevelChange, Phase, PriceLevel};
use gcfn_model::{Currency, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a follower says, at any time: one JSON object in each text message.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Following {
    /// Books to follow from now on.
    #[serde(default)]
    pub subscribe: Vec<Followed>,
    /// Books to follow no longer.
    #[serde(default)]
    pub unsubscribe: Vec<Series>,
}

/// A book to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Followed {
    /// Which book.
    pub series: Series,
    /// The sequence that a follower who comes back has the book at: the changes after it are
    /// told if the node still has them all, else a snapshot.
    pub last_sequence: Option<u64>,
}

impl Following {
    /// Reads a message of a follower.
    ///
    /// # Errors
    /// [`ReadFault`], the first one found.
    pub fn read(text: &str) -> Result<Following, ReadFault> {
        crate::read::body(text.as_bytes())
    }
}

/// What a follower is told: one JSON object in each text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FeedMessage {
    /// The whole book: what was told of it before counts no longer.
    Snapshot(FeedSnapshot),
    /// The book has changed.
    Change(FeedChange),
    /// Coupons were traded. After a return, a trade may be told again: its id tells.
    Trade(FeedTrade),
    /// The book has turned to another phase.
    Phase(FeedPhase),
    /// Nothing more comes: the connection ends.
    End(FeedEnd),
}

/// A book at one sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedSnapshot {
    /// Which book.
    pub series: Series,
    /// How many changes it had seen.
    pub sequence: u64,
    /// What it did with orders.
    pub phase: BookPhase,
    /// All bids, from the highest price down.
    pub bids: Vec<BookLevel>,
    /// All asks, from the lowest price up.
    pub asks: Vec<BookLevel>,
}

impl FeedSnapshot {
    /// `depth` of all levels, as it is told.
    #[must_use]
    pub fn new(series: SeriesId, phase: Phase, depth: &Depth, currency: Currency) -> FeedSnapshot {
        let levels = |levels: &[PriceLevel]| levels.iter().map(|l| level(l, currency)).collect();
        FeedSnapshot {
            series: Text(series),
            sequence: depth.sequence,
            phase: phase.into(),
            bids: levels(&depth.bids),
            asks: levels(&depth.asks),
        }
    }
}

/// One level, as it is shown.
#[must_use]
pub fn level(level: &PriceLevel, currency: Currency) -> BookLevel {
    let PriceLevel { price, quantity, orders } = *level;
    BookLevel { price: Money::new(price, currency), quantity, orders }
}

/// One change of a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedChange {
    /// Which book.
    pub series: Series,
    /// One more than the last time.
    pub sequence: u64,
    /// The levels that were touched, each as a whole; none when only the phase changed.
    pub levels: Vec<FeedLevel>,
}

impl FeedChange {
    /// `levels`, as they are told.
    #[must_use]
    pub fn new(
        series: SeriesId,
        sequence: u64,
        levels: &[LevelChange],
        currency: Currency,
    ) -> FeedChange {
        let told = |change: &LevelChange| FeedLevel {
            side: change.side.into(),
            price: Money::new(change.price, currency),
            quantity: change.quantity,
            orders: change.orders,
        };
        FeedChange { series: Text(series), sequence, levels: levels.iter().map(told).collect() }
    }
}

/// What a level has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedLevel {
    /// Bids or asks.
    pub side: Side,
    /// The price.
    pub price: Money,
    /// How many coupons are shown; zero when the level is gone.
    pub quantity: u64,
    /// How many orders; zero when the level is gone.
    pub orders: u32,
}

impl From<FeedLevel> for LevelChange {
    fn from(level: FeedLevel) -> LevelChange {
        let FeedLevel { side, price: Money { amount: price, .. }, quantity, orders } = level;
        LevelChange { side: side.into(), price, quantity, orders }
    }
}

/// Coupons were traded, in the book or outside it. Nobody is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedTrade {
    /// Of which series.
    pub series: Series,
    /// Its id.
    pub trade: Trade,
    /// The last change of the book that was told before it; zero when none was yet.
    pub sequence: u64,
    /// Price per coupon.
    pub price: Money,
    /// How many coupons.
    pub quantity: u64,
    /// Which side came second; none when an auction brought both together.
    pub taker: Option<Side>,
    /// When.
    pub at: Time,
}

impl FeedTrade {
    /// `trade`, as it is told.
    #[must_use]
    pub fn new(trade: &gcfn_venue::Trade, sequence: u64, currency: Currency) -> FeedTrade {
        FeedTrade {
            series: Text(trade.series),
            trade: Text(trade.id),
            sequence,
            price: Money::new(trade.price, currency),
            quantity: trade.quantity,
            taker: trade.taker.map(Into::into),
            at: Text(trade.at),
        }
    }
}

/// A book has turned to another phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedPhase {
    /// Which book.
    pub series: Series,
    /// The sequence of the book then.
    pub sequence: u64,
    /// What it does now.
    pub phase: BookPhase,
    /// When that ends by itself.
    pub until: Option<Time>,
}

impl FeedPhase {
    /// The turn of a book, as it is told.
    #[must_use]
    pub fn new(
        series: SeriesId,
        sequence: u64,
        phase: Phase,
        until: Option<Timestamp>,
    ) -> FeedPhase {
        let (series, until) = (Text(series), until.map(Text));
        FeedPhase { series, sequence, phase: phase.into(), until }
    }
}

/// Why nothing more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedEndReason {
    /// The follower reads more slowly than the books move. Come back with the last sequences.
    TooSlow,
    /// The credential has expired, or the conversation has lasted as long as a token does. Come
    /// back with the last sequences.
    Expired,
    /// What the follower said cannot be read, names no book, or is too many books.
    Misunderstood,
    /// The node is going down.
    Closing,
}

impl FeedEndReason {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            FeedEndReason::TooSlow => "too_slow",
            FeedEndReason::Expired => "expired",
            FeedEndReason::Misunderstood => "misunderstood",
            FeedEndReason::Closing => "closing",
        }
    }
}

/// The last message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedEnd {
    /// Why.
    pub reason: FeedEndReason,
    /// The stable name of what was wrong with what the follower said.
    pub code: Option<String>,
    /// The field of it that is at fault.
    pub field: Option<String>,
}

/// The depth of a snapshot, for who rebuilds the book from it.
impl From<&FeedSnapshot> for Depth {
    fn from(snapshot: &FeedSnapshot) -> Depth {
        let level = |level: &BookLevel| PriceLevel {
            price: level.price.amount,
            quantity: level.quantity,
            orders: level.orders,
        };
        Depth {
            sequence: snapshot.sequence,
            bids: snapshot.bids.iter().map(level).collect(),
            asks: snapshot.asks.iter().map(level).collect(),
        }
    }
}
