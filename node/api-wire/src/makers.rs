//! Market makers: admission, duties, and orders by the hundred.

use crate::page::page_size;
use crate::problem::{Problem, Refused};
use crate::term::{Date, Money, Order, Party, Series, Text, Time, Trade};
use crate::trading::{NewOrder, OrderAmendment};
use gcfn_model::{BasisPoints, Millis, OrderId, PartyId, SeriesId};
use gcfn_venue::{Done, DutyReport, MakerStatus, MarketMaker, Outcome, QuoteDuty, QuoteState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a market maker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MakerStanding {
    /// Has asked; not yet admitted.
    Applied,
    /// Makes markets.
    Active,
    /// Admitted, without duties and privileges for now.
    Suspended,
    /// Was one.
    Terminated,
}

impl From<MakerStatus> for MakerStanding {
    fn from(status: MakerStatus) -> MakerStanding {
        match status {
            MakerStatus::Applied => MakerStanding::Applied,
            MakerStatus::Active => MakerStanding::Active,
            MakerStatus::Suspended => MakerStanding::Suspended,
            MakerStatus::Terminated => MakerStanding::Terminated,
        }
    }
}

/// An account of the node that is to make markets.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The account.
    pub maker: Party,
}

/// A penalty out of a market maker's deposit.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakerPenalty {
    /// How much.
    pub amount: Money,
}

/// The market makers that the caller may see: itself, or all for staff and supervisors.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MakerList {
    /// The market makers, by party.
    pub makers: Vec<MakerReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A market maker, applied, admitted or former.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct MakerReport {
    /// Who.
    pub maker: Party,
    /// Where it stands.
    pub status: MakerStanding,
    /// Whether it is the node's own, without a deposit.
    pub own: bool,
    /// What it has deposited.
    pub deposit: Money,
    /// In how many series it has duties.
    pub duties: u64,
}

impl MakerReport {
    /// `maker` as it is shown.
    #[must_use]
    pub fn new(party: PartyId, maker: &MarketMaker, deposit: Money) -> MakerReport {
        MakerReport {
            maker: Text(party),
            status: maker.status.into(),
            own: maker.own,
            deposit,
            duties: u64::try_from(maker.series.len()).unwrap_or(u64::MAX),
        }
    }
}

/// What a market maker owes in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyTerms {
    /// How far its bid and its ask may be apart at most, in basis points of their mean.
    pub max_spread: u32,
    /// How many coupons it must bid for, and how many it must offer, within that spread.
    #[schema(minimum = 1)]
    pub min_depth: u64,
    /// The share of the trading time in which it must do so, in basis points.
    #[schema(maximum = 10_000)]
    pub uptime: u32,
    /// A gap no longer than this does not count, in milliseconds.
    pub response_ms: u64,
}

impl From<DutyTerms> for QuoteDuty {
    fn from(duty: DutyTerms) -> QuoteDuty {
        QuoteDuty {
            max_spread: BasisPoints(duty.max_spread),
            min_depth: duty.min_depth,
            uptime: BasisPoints(duty.uptime),
            response: Millis(duty.response_ms),
        }
    }
}

impl From<QuoteDuty> for DutyTerms {
    fn from(duty: QuoteDuty) -> DutyTerms {
        DutyTerms {
            max_spread: duty.max_spread.0,
            min_depth: duty.min_depth,
            uptime: duty.uptime.0,
            response_ms: duty.response.0,
        }
    }
}

/// A duty to be given to a market maker.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDuty {
    /// The market maker.
    pub maker: Party,
    /// In which series.
    pub series: Series,
    /// What it owes; the region's own duty when left out.
    pub duty: Option<DutyTerms>,
}

/// Whose duty is to be lifted.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyOf {
    /// The market maker.
    pub maker: Party,
}

/// What a market maker's quotes are at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuoteStanding {
    /// Both sides comply.
    Complies,
    /// They do not.
    Lapsed,
    /// Nobody could quote, or the maker need not.
    Unobserved,
}

impl From<QuoteState> for QuoteStanding {
    fn from(state: QuoteState) -> QuoteStanding {
        match state {
            QuoteState::Complies => QuoteStanding::Complies,
            QuoteState::Lapsed => QuoteStanding::Lapsed,
            QuoteState::Unobserved => QuoteStanding::Unobserved,
        }
    }
}

/// The duties that the caller may see: its own, or all for staff and supervisors.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DutyList {
    /// The duties, by market maker and series.
    pub duties: Vec<Duty>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A duty, and how it is met.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Duty {
    /// The market maker.
    pub maker: Party,
    /// In which series.
    pub series: Series,
    /// What it owes.
    pub duty: DutyTerms,
    /// What its quotes are.
    pub state: QuoteStanding,
    /// Since when.
    pub since: Time,
    /// Of the trading day up to `since`: the share that complied, in basis points.
    pub uptime_today: u32,
    /// Of the trading day up to `since`: how many gaps there were that count.
    pub lapses_today: u32,
}

impl Duty {
    /// The duty of `maker` in `series`, as it is watched.
    #[must_use]
    pub fn new(maker: PartyId, series: SeriesId, watch: &gcfn_venue::QuoteWatch) -> Duty {
        Duty {
            maker: Text(maker),
            series: Text(series),
            duty: watch.duty.into(),
            state: watch.state.into(),
            since: Text(watch.since),
            uptime_today: watch.day.uptime().0,
            lapses_today: watch.day.lapses,
        }
    }
}

/// Over which period duties are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyPeriod {
    /// A trading day.
    Day,
    /// A calendar month.
    Month,
}

/// Which reports to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyPage {
    /// Over which period.
    #[serde(default = "day")]
    #[param(inline, default = "day")]
    pub period: DutyPeriod,
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those before: the `next` of an earlier page.
    pub before: Option<String>,
}

const fn day() -> DutyPeriod {
    DutyPeriod::Day
}

/// How duties were met, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DutyReportList {
    /// The reports.
    pub reports: Vec<DutyPerformance>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The list holds at least everything up to this log entry; it is made from the journal.
    pub as_of: u64,
}

/// How a duty was met over a period.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct DutyPerformance {
    /// The market maker.
    pub maker: Party,
    /// In which series.
    pub series: Series,
    /// The last trading day of the period.
    pub date: Date,
    /// The time in which it was to quote, in microseconds.
    pub observed_micros: u64,
    /// The time in which it did, in microseconds.
    pub complied_micros: u64,
    /// How many gaps there were that count.
    pub lapses: u32,
    /// The share that complied, in basis points.
    pub uptime: u32,
    /// The share that was owed, in basis points.
    pub owed: u32,
    /// Whether it did what it owed.
    pub met: bool,
}

impl From<&DutyReport> for DutyPerformance {
    fn from(report: &DutyReport) -> DutyPerformance {
        DutyPerformance {
            maker: Text(report.maker),
            series: Text(report.series),
            date: Text(report.date),
            observed_micros: report.tally.observed,
            complied_micros: report.tally.complied,
            lapses: report.tally.lapses,
            uptime: report.uptime.0,
            owed: report.owed.0,
            met: report.met(),
        }
    }
}

/// Several acts in books, done in their order at one time, with nothing in between.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderBatch {
    /// 1 to 100 acts.
    #[schema(min_items = 1, max_items = 100)]
    pub acts: Vec<OrderAct>,
}

/// One act: exactly one of the three is said.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "cancel": { "order": "ord-0000000000000000000000000a" } }))]
pub struct OrderAct {
    /// Place an order of this node.
    pub place: Option<NewOrder>,
    /// Change an order in place.
    pub amend: Option<BatchAmendment>,
    /// Take an order out of its book.
    pub cancel: Option<BatchCancellation>,
}

/// An order to be changed in place.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchAmendment {
    /// Which order.
    pub order: Order,
    /// Its new worst price; the same when left out.
    pub limit: Option<Money>,
    /// How many coupons it is to be for from now on; as many as are open when left out.
    #[schema(minimum = 1)]
    pub quantity: Option<u64>,
}

impl BatchAmendment {
    /// What the order is to become.
    #[must_use]
    pub const fn amendment(&self) -> OrderAmendment {
        OrderAmendment { limit: self.limit, quantity: self.quantity }
    }
}

/// An order to be taken out of its book.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchCancellation {
    /// Which order.
    pub order: Order,
}

/// What became of each act.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    /// One for each act, in their order.
    pub outcomes: Vec<OrderOutcome>,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What became of one act.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderOutcome {
    /// The order.
    pub order: Order,
    /// How many coupons traded at once.
    pub filled: u64,
    /// How many wait in the book, or for their time.
    pub resting: u64,
    /// How many left the book, or never entered it.
    pub cancelled: u64,
    /// The trades, in order.
    pub trades: Vec<Trade>,
    /// Set when the order has not entered the book yet: when it does.
    pub not_before: Option<Time>,
    /// Set when the act was refused: why.
    pub refused: Option<Refused>,
}

impl OrderOutcome {
    /// What is told of an act on `order`.
    #[must_use]
    pub fn new(order: OrderId, outcome: Outcome) -> OrderOutcome {
        let mut told = OrderOutcome {
            order: Text(order),
            filled: 0,
            resting: 0,
            cancelled: 0,
            trades: Vec::new(),
            not_before: None,
            refused: None,
        };
        match outcome {
            Ok(Done::Order { filled, resting, cancelled, trades }) => {
                (told.filled, told.resting, told.cancelled) = (filled, resting, cancelled);
                told.trades = trades.into_iter().map(Text).collect();
            }
            Ok(Done::Cancelled { quantity }) => told.cancelled = quantity,
            Ok(Done::Scheduled { not_before }) => told.not_before = Some(Text(not_before)),
            Ok(_) => {}
            Err(rejection) => told.refused = Some(Problem::from(rejection).into()),
        }
        told
    }
}
