//! What everybody may know of a market: prices, depth, phases, suggestions.

use crate::page::page_size;
use crate::term::{Money, Party, Series, Time};
use gcfn_model::Currency;
use gcfn_venue::{Grade, PriceSuggestion, PricingInputs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much of a book to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DepthRange {
    /// At most this many prices on each side, up to 100.
    #[serde(default = "levels")]
    #[param(default = 10, minimum = 1, maximum = 100)]
    pub levels: usize,
}

const fn levels() -> usize {
    10
}

/// The best prices of a book.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MarketDepth {
    /// Which book.
    pub series: Series,
    /// From the highest price down.
    pub bids: Vec<Level>,
    /// From the lowest price up.
    pub asks: Vec<Level>,
    /// The price of the last trade.
    pub last_price: Option<Money>,
    /// The number of changes that the book has seen.
    pub sequence: u64,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What rests at one price.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Level {
    /// The price.
    pub price: Money,
    /// How many coupons.
    pub quantity: u64,
}

/// What a book does with the orders that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookPhase {
    /// It matches each as it comes.
    Continuous,
    /// It collects them and finds one price for all at its end.
    Auction,
    /// It takes none; orders may leave.
    Halted,
}

impl From<gcfn_market::Phase> for BookPhase {
    fn from(phase: gcfn_market::Phase) -> BookPhase {
        match phase {
            gcfn_market::Phase::Continuous => BookPhase::Continuous,
            gcfn_market::Phase::Auction => BookPhase::Auction,
            gcfn_market::Phase::Halted => BookPhase::Halted,
        }
    }
}

/// Everything that can be seen of a book.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderBook {
    /// Which book.
    pub series: Series,
    /// What it does with orders.
    pub phase: BookPhase,
    /// All bids, from the highest price down.
    pub bids: Vec<BookLevel>,
    /// All asks, from the lowest price up.
    pub asks: Vec<BookLevel>,
    /// The number of changes that the book has seen: `last_sequence` for the stream.
    pub sequence: u64,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What rests at one price, with how many orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BookLevel {
    /// The price.
    pub price: Money,
    /// How many coupons are shown.
    pub quantity: u64,
    /// How many orders.
    pub orders: u32,
}

/// The price of a series.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MarketQuote {
    /// Which series.
    pub series: Series,
    /// Face value of one coupon.
    pub face: Money,
    /// What others are compared with: the last trade's price, the issue price before the first.
    pub price: Money,
    /// How far that is below face, in basis points of it.
    pub discount: u32,
    /// The highest bid.
    pub bid: Option<Level>,
    /// The lowest ask.
    pub ask: Option<Level>,
    /// The price of the last trade in the book.
    pub last_price: Option<Money>,
    /// What the book does with orders.
    pub phase: BookPhase,
    /// When its present auction ends by itself.
    pub phase_ends: Option<Time>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Which series the curve is made of.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CurveFilter {
    /// Those of this issuer; those of all when left out.
    pub issuer: Option<Party>,
}

/// What coupons cost by the time that they have left.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MarketCurve {
    /// One point for each series that trades, from the one that ends first.
    pub points: Vec<CurvePoint>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What coupons of one series cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct CurvePoint {
    /// Which series.
    pub series: Series,
    /// Who issued it.
    pub issuer: Party,
    /// The issuer's grade, where it has been rated.
    #[schema(value_type = Option<String>, example = "AA")]
    pub grade: Option<Grade>,
    /// When its coupons end.
    pub expires_at: Time,
    /// How many whole days they have left.
    pub days_left: u64,
    /// Face value of one coupon.
    pub face: Money,
    /// The last trade's price, the issue price before the first.
    pub price: Money,
    /// How far that is below face, in basis points of it.
    pub discount: u32,
}

/// For what a price is to be suggested.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SuggestionRequest {
    /// A series that trades here.
    pub series: Series,
}

/// A suggested price with everything that it follows from. Advice: nobody is held to it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SuggestedPrice {
    /// For which series.
    pub series: Series,
    /// What one coupon might be worth.
    pub price: Money,
    /// Face value of one coupon.
    pub face: Money,
    /// What the time that has passed takes off, in basis points of face.
    pub time_discount: u32,
    /// What the issuer's credit takes off, in basis points of face.
    pub credit_premium: u32,
    /// What the state of the book takes off, in basis points of face; below zero, it adds.
    pub liquidity_premium: i32,
    /// The validity of a coupon, in milliseconds.
    pub validity_total_ms: u64,
    /// What is left of it, in milliseconds.
    pub validity_left_ms: u64,
    /// The issuer's grade; none where it has not been rated.
    #[schema(value_type = Option<String>, example = "AA")]
    pub grade: Option<Grade>,
    /// How many coupons are offered in the book.
    pub sell_quantity: u64,
    /// How many are asked for in it.
    pub buy_quantity: u64,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

impl SuggestedPrice {
    /// `suggestion` for `series`, with the inputs that it follows from.
    #[must_use]
    pub fn new(
        series: Series,
        (inputs, suggestion): (&PricingInputs, &PriceSuggestion),
        currency: Currency,
        as_of: u64,
    ) -> SuggestedPrice {
        SuggestedPrice {
            series,
            price: Money::new(suggestion.price, currency),
            face: Money::new(inputs.face, currency),
            time_discount: suggestion.time_discount.0,
            credit_premium: suggestion.credit_premium.0,
            liquidity_premium: suggestion.liquidity_premium,
            validity_total_ms: inputs.validity_total.0,
            validity_left_ms: inputs.validity_left.0,
            grade: inputs.grade,
            sell_quantity: inputs.sell_quantity,
            buy_quantity: inputs.buy_quantity,
            as_of,
        }
    }
}

/// A book that is to stand still, or to be emptied.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookAct {
    /// Which book.
    pub series: Series,
}

/// The books that do not trade continuously now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HaltList {
    /// The books, by series.
    pub books: Vec<BookHalt>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A book that does not trade continuously.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct BookHalt {
    /// Which book.
    pub series: Series,
    /// What it does instead.
    pub phase: BookPhase,
    /// When that ends by itself.
    pub until: Option<Time>,
}

/// Which past prices to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PricePage {
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those before: the `next` of an earlier page.
    pub before: Option<String>,
}

/// What coupons of a series were traded at, the latest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PriceHistory {
    /// The series.
    pub series: Series,
    /// The trades; whose they were is nobody's business.
    pub trades: Vec<PastPrice>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The list holds at least everything up to this log entry; it is made from the journal.
    pub as_of: u64,
}

/// What coupons were once traded at.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct PastPrice {
    /// When.
    pub at: Time,
    /// Per coupon.
    pub price: Money,
    /// How many coupons.
    pub quantity: u64,
    /// Whether the issuer sold new coupons.
    pub primary: bool,
}
