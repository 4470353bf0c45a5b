//! How market makers meet their duties: the share of the trading time in which both of their
//! quotes complied, measured to the microsecond (MMK-03, A-44).

use crate::event::Event;
use crate::maker::{MakerStatus, QuoteDuty};
use crate::orders::OpenOrder;
use crate::settlement::TradingDay;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_market::{Phase, Side};
use gcfn_model::{Amount, BasisPoints, BusinessDate, PartyId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a market maker's quotes are at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuoteState {
    /// Both sides comply.
    Complies,
    /// They do not.
    Lapsed,
    /// Nobody could quote, or the maker need not: it does not count.
    Unobserved,
}

/// Time counted in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// In which the maker was to quote.
    pub observed: u64,
    /// In which it did.
    pub complied: u64,
    /// How many gaps there were that count.
    pub lapses: u32,
}

impl Tally {
    /// The share of the observed time in which the quotes complied; the whole when none was.
    #[must_use]
    pub fn uptime(&self) -> BasisPoints {
        let complied = u128::from(self.complied).saturating_mul(10_000);
        let share = complied.checked_div(u128::from(self.observed));
        let share = share.and_then(|share| u32::try_from(share).ok());
        share.map_or(BasisPoints::ONE, BasisPoints)
    }

    fn add(&mut self, span: u64, state: QuoteState, response: u64) {
        match state {
            QuoteState::Unobserved => return,
            QuoteState::Complies => self.complied = self.complied.saturating_add(span),
            QuoteState::Lapsed if span <= response => {
                self.complied = self.complied.saturating_add(span);
            }
            QuoteState::Lapsed => self.lapses = self.lapses.saturating_add(1),
        }
        self.observed = self.observed.saturating_add(span);
    }

    fn plus(&mut self, other: Tally) {
        self.observed = self.observed.saturating_add(other.observed);
        self.complied = self.complied.saturating_add(other.complied);
        self.lapses = self.lapses.saturating_add(other.lapses);
    }
}

/// A market maker's quotes in one series, watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteWatch {
    /// What it owes.
    pub duty: QuoteDuty,
    /// What its quotes are.
    pub state: QuoteState,
    /// Since when.
    pub since: Timestamp,
    /// Of the trading day so far.
    pub day: Tally,
    /// Of the month's days that have ended.
    pub month: Tally,
}

impl QuoteWatch {
    pub(crate) fn new(duty: QuoteDuty, at: Timestamp) -> QuoteWatch {
        let state = QuoteState::Unobserved;
        QuoteWatch { duty, state, since: at, day: Tally::default(), month: Tally::default() }
    }

    /// The quotes have changed, or may have.
    fn turn(&mut self, at: Timestamp, state: QuoteState) {
        if state != self.state {
            self.count(at);
            self.state = state;
        }
    }

    /// Counts what has passed. A gap that is cut in two by the end of a day is two gaps.
    fn count(&mut self, at: Timestamp) {
        let span = at.micros().saturating_sub(self.since.micros());
        let response = self.duty.response.0.saturating_mul(1_000);
        self.day.add(span, self.state, response);
        self.since = self.since.max(at);
    }

    /// Ends a day, and gives what it came to.
    fn end_day(&mut self, at: Timestamp) -> Tally {
        self.count(at);
        let day = core::mem::take(&mut self.day);
        self.month.plus(day);
        day
    }
}

/// How a duty was met over a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyReport {
    /// Who.
    pub maker: PartyId,
    /// In which series.
    pub series: SeriesId,
    /// The last trading day of the period.
    pub date: BusinessDate,
    /// What the period came to.
    pub tally: Tally,
    /// The share that complied.
    pub uptime: BasisPoints,
    /// The share that was owed: below it, the maker is to be reviewed.
    pub owed: BasisPoints,
}

impl DutyReport {
    /// Whether the maker did what it owed.
    #[must_use]
    pub const fn met(&self) -> bool {
        self.owed.0 <= self.uptime.0
    }
}

impl Venue {
    /// Looks at the quotes of a party in a series; of no consequence unless it makes that market.
    pub(crate) fn watch_quotes(&mut self, at: Timestamp, party: PartyId, series: SeriesId) {
        let Some(maker) = self.makers.get(&party) else { return };
        let Some(watch) = maker.series.get(&series) else { return };
        let must = maker.status == MakerStatus::Active && self.trades_now(series, at);
        let state = match must {
            false => QuoteState::Unobserved,
            true if self.complies(party, series, &watch.duty) => QuoteState::Complies,
            true => QuoteState::Lapsed,
        };
        let watch = self.makers.get_mut(&party).and_then(|maker| maker.series.get_mut(&series));
        if let Some(watch) = watch {
            watch.turn(at, state);
        }
    }

    /// Looks at every market maker of a series: whether it trades has changed.
    pub(crate) fn watch_series(&mut self, at: Timestamp, series: SeriesId) {
        let bound = self.makers.iter().filter(|(_, maker)| maker.series.contains_key(&series));
        let parties: Vec<PartyId> = bound.map(|(party, _)| *party).collect();
        parties.into_iter().for_each(|party| self.watch_quotes(at, party, series));
    }

    pub(crate) fn watch_all_quotes(&mut self, at: Timestamp) {
        for (party, series) in self.watched() {
            self.watch_quotes(at, party, series);
        }
    }

    fn watched(&self) -> Vec<(PartyId, SeriesId)> {
        let of = self.makers.iter();
        of.flat_map(|(party, maker)| maker.series.keys().map(|series| (*party, *series))).collect()
    }

    fn trades_now(&self, series: SeriesId, at: Timestamp) -> bool {
        let continuous = self.phase(series) == Some(Phase::Continuous);
        continuous && self.open_series(series, at).is_ok()
    }

    /// Whether a party quotes both sides, close enough and deep enough.
    fn complies(&self, party: PartyId, series: SeriesId, duty: &QuoteDuty) -> bool {
        let mut quotes = self.orders.of(party, Some(series));
        quotes.retain(|open| open.not_before.is_none());
        let on = |side: Side| quotes.iter().filter(move |open| open.side == side);
        let bid = on(Side::Buy).map(|open| open.price).max();
        let ask = on(Side::Sell).map(|open| open.price).min();
        let (Some(bid), Some(ask)) = (bid, ask) else { return false };
        let bids = on(Side::Buy).filter(|open| within(open.price, ask, duty.max_spread));
        let asks = on(Side::Sell).filter(|open| within(bid, open.price, duty.max_spread));
        duty.min_depth <= depth(bids) && duty.min_depth <= depth(asks)
    }

    /// A trading day has ended: every active maker is told how it met its duties, of the day and,
    /// with the last day of a month, of the month.
    pub(crate) fn report_duties(&mut self, step: &mut Step<'_>, day: TradingDay) {
        let next = self.days.values().next().map(|next| next.date);
        let month_ends = next.is_none_or(|next| month_of(next) != month_of(day.date));
        for (maker, series) in self.watched() {
            let watch = self.makers.get_mut(&maker).and_then(|m| m.series.get_mut(&series));
            let Some(watch) = watch else { continue };
            let owed = watch.duty.uptime;
            let report = |tally: Tally| DutyReport {
                maker,
                series,
                date: day.date,
                tally,
                uptime: tally.uptime(),
                owed,
            };
            let today = watch.end_day(day.cut_off);
            if today.observed != 0 {
                step.emit(Event::DutyOfDay(report(today)));
            }
            if month_ends {
                let month = core::mem::take(&mut watch.month);
                if month.observed != 0 {
                    step.emit(Event::DutyOfMonth(report(month)));
                }
            }
            self.watch_quotes(day.cut_off, maker, series);
        }
    }

    /// The coupons of a series have ended, and so have the duties in it.
    pub(crate) fn end_duties_in(&mut self, step: &mut Step<'_>, series: SeriesId) {
        for (maker, bound) in self.watched() {
            if bound == series
                && let Some(known) = self.makers.get_mut(&maker)
                && known.series.remove(&series).is_some()
            {
                step.emit(Event::DutyLifted { maker, series });
            }
        }
    }
}

/// Whether `bid` and `ask` are at most `spread` of their mean apart.
fn within(bid: Amount, ask: Amount, spread: BasisPoints) -> bool {
    let (bid, ask) = (u128::from(bid.minor()), u128::from(ask.minor()));
    let apart = ask.saturating_sub(bid).saturating_mul(20_000);
    apart <= u128::from(spread.0).saturating_mul(bid.saturating_add(ask))
}

fn depth<'a>(quotes: impl Iterator<Item = &'a OpenOrder>) -> u64 {
    let shown = |open: &OpenOrder| open.display.unwrap_or(open.remaining).min(open.remaining);
    quotes.fold(0, |sum, open| sum.saturating_add(shown(open)))
}

fn month_of(date: BusinessDate) -> (i32, u32) {
    let (year, month, _) = date.ymd();
    (year, month)
}
