//! When a book trades continuously, when it collects orders for one price, and when it stands
//! still: the breaker, halts, and the calls of a trading day (TRD-11, TRD-33, A-01).

use crate::event::Event;
use crate::offers::around;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::settlement::TradingDay;
use crate::venue::{Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_market::{Band, Book, Phase, Placed, Refusal, Tape};
use gcfn_model::{BusinessDate, Millis, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// Why a book has turned to another phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseReason {
    /// An order would have traded too far from the reference price.
    Breaker,
    /// A trading day opens.
    Opening,
    /// A trading day closes.
    Closing,
    /// An operator has halted it.
    Halt,
    /// An operator lets it go on, with a call.
    Resumption,
    /// A call has ended.
    CallEnded,
}

impl Venue {
    /// The series, if it trades here and now and is not halted.
    pub(crate) fn trading(&self, series: SeriesId, at: Timestamp) -> Result<(), Rejection> {
        self.open_series(series, at)?;
        match self.phase(series) {
            Some(Phase::Halted) => Err(Rejection::Book(Refusal::Halted)),
            _ => Ok(()),
        }
    }

    pub(crate) fn phase(&self, series: SeriesId) -> Option<Phase> {
        self.markets.get(&series).map(|market| market.book.phase())
    }

    /// Lets a book act, and tells who watches it what has become of it: every change of the
    /// book's sequence is one event, so nobody who follows them misses one.
    pub(crate) fn in_book<T>(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        act: impl FnOnce(&mut Book, &mut Tape) -> T,
    ) -> Result<(T, Tape), Rejection> {
        let market = self.markets.get_mut(&series).ok_or(Rejection::UnknownSeries)?;
        let mut tape = Tape::new();
        let before = market.book.sequence();
        let result = act(&mut market.book, &mut tape);
        let sequence = market.book.sequence();
        if sequence != before {
            let levels = core::mem::take(&mut tape.levels);
            step.emit(Event::BookMoved { series, sequence, levels });
        }
        Ok((result, tape))
    }

    /// The prices at which orders of `series` execute now.
    pub(crate) fn band(&self, series: SeriesId, at: Timestamp) -> Band {
        let rules = self.terms.trading.breaker;
        let Some(market) = self.markets.get(&series) else { return Band::NONE };
        let (low, high) = around(market.reference(at, rules.window), rules.band);
        Band { low, high }
    }

    /// The book has interrupted itself at an order: it finds its price in an auction.
    pub(crate) fn heed_breaker(&mut self, step: &mut Step<'_>, series: SeriesId, placed: &Placed) {
        if placed.band_reached {
            let length = self.terms.trading.breaker.auction;
            self.await_call(step, series, length, PhaseReason::Breaker);
        }
    }

    /// Halts a book: orders may leave it or become smaller, and nothing else happens.
    pub(crate) fn halt_series(&mut self, step: &mut Step<'_>, series: SeriesId) -> Outcome {
        self.open_series(series, step.at)?;
        if self.phase(series) == Some(Phase::Halted) {
            return Err(Rejection::PhaseState);
        }
        self.turn(step, series, Phase::Halted);
        self.forget_call(series);
        self.tell_phase(step, series, (None, PhaseReason::Halt));
        Ok(Done::Accepted)
    }

    /// Lets a halted book go on: it collects orders for a while and opens at one price.
    pub(crate) fn resume_series(&mut self, step: &mut Step<'_>, series: SeriesId) -> Outcome {
        self.open_series(series, step.at)?;
        if self.phase(series) != Some(Phase::Halted) {
            return Err(Rejection::PhaseState);
        }
        let length = self.terms.trading.breaker.auction;
        self.turn(step, series, Phase::Auction);
        self.await_call(step, series, length, PhaseReason::Resumption);
        Ok(Done::Accepted)
    }

    /// A series is on the market again: a book that was halted, or in an auction, when it left
    /// goes on with a call.
    pub(crate) fn reopen_book(&mut self, step: &mut Step<'_>, series: SeriesId) {
        match self.phase(series) {
            None | Some(Phase::Continuous) => return,
            Some(Phase::Halted) => self.turn(step, series, Phase::Auction),
            Some(Phase::Auction) => {}
        }
        let length = self.terms.trading.breaker.auction;
        self.await_call(step, series, length, PhaseReason::Resumption);
    }

    /// Begins the closing call of a day in every book that trades.
    pub(crate) fn closing_call(&mut self, step: &mut Step<'_>, date: BusinessDate) {
        let Some(day) = self.days.get(&date).copied() else { return };
        // The trades of the call are the day's own: it ends with the last instant before.
        let last = day.cut_off.micros().checked_sub(1).and_then(Timestamp::from_micros);
        let length = last.map_or(Millis(0), |last| last.since(step.at));
        self.call_everywhere(step, length, PhaseReason::Closing);
    }

    /// Begins the opening call of the day that has begun, where the region has one.
    pub(crate) fn opening_call(&mut self, step: &mut Step<'_>) {
        if let Some(length) = self.terms.trading.calls.opening {
            self.call_everywhere(step, length, PhaseReason::Opening);
        }
    }

    /// Plans the closing call of a day, where the region has one.
    pub(crate) fn plan_closing_call(&mut self, day: TradingDay) {
        let Some(before) = self.terms.trading.calls.closing else { return };
        let micros = before.0.checked_mul(1_000);
        let begins = micros.and_then(|micros| day.cut_off.micros().checked_sub(micros));
        if let Some(begins) = begins.and_then(Timestamp::from_micros) {
            self.agenda.insert((begins, Due::ClosingCall(day.date)));
        }
    }

    fn call_everywhere(&mut self, step: &mut Step<'_>, length: Millis, why: PhaseReason) {
        let trades = |series: &SeriesId| self.trading(*series, step.at).is_ok();
        let all: Vec<SeriesId> = self.markets.keys().copied().filter(trades).collect();
        for series in all {
            self.turn(step, series, Phase::Auction);
            self.await_call(step, series, length, why);
        }
    }

    /// The book is in an auction, which ends by itself after `length`.
    fn await_call(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        length: Millis,
        why: PhaseReason,
    ) {
        self.forget_call(series);
        let ends = step.at.checked_add(length).unwrap_or(step.at);
        self.plan_call_end(series, ends);
        self.tell_phase(step, series, (Some(ends), why));
    }

    fn plan_call_end(&mut self, series: SeriesId, ends: Timestamp) {
        if let Some(market) = self.markets.get_mut(&series) {
            market.call_ends = Some(ends);
            self.agenda.insert((ends, Due::EndCall(series)));
        }
    }

    pub(crate) fn forget_call(&mut self, series: SeriesId) {
        let Some(market) = self.markets.get_mut(&series) else { return };
        if let Some(ends) = market.call_ends.take() {
            self.agenda.remove(&(ends, Due::EndCall(series)));
        }
    }

    /// A day has opened: the calls go on that had ended when none was open.
    pub(crate) fn resume_calls(&mut self, step: &mut Step<'_>) {
        let length = self.terms.trading.breaker.auction;
        let waits = |series: &SeriesId| {
            self.phase(*series) == Some(Phase::Auction)
                && self.markets.get(series).is_some_and(|market| market.call_ends.is_none())
                && self.open_series(*series, step.at).is_ok()
        };
        let waiting: Vec<SeriesId> = self.markets.keys().copied().filter(waits).collect();
        for series in waiting {
            self.await_call(step, series, length, PhaseReason::Opening);
        }
    }

    /// Ends an auction of the book: one price for all that trade, and on it goes. Where no day is
    /// open it waits for the next.
    pub(crate) fn end_call(&mut self, step: &mut Step<'_>, series: SeriesId) {
        self.forget_call(series);
        if self.open_series(series, step.at).is_err() {
            return;
        }
        self.uncross(step, series);
        self.turn(step, series, Phase::Continuous);
        self.tell_phase(step, series, (None, PhaseReason::CallEnded));
        self.close_when_retired(step, series);
    }

    fn uncross(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let Some(market) = self.markets.get(&series) else { return };
        let reference = Some(market.price());
        let uncrossed = self.in_book(step, series, |book, tape| book.uncross(reference, tape));
        let Ok((found, tape)) = uncrossed else { return };
        for bid in &tape.withdrawn {
            if let Some(open) = self.forget_order(step.at, bid.id) {
                self.cancel_rest(step, &open, open.remaining);
            }
        }
        if let Some(found) = found {
            let (price, quantity) = (found.price, found.quantity);
            step.emit(Event::Uncrossed { series, price, quantity });
            self.execute_uncross(step, series, &tape.fills);
            let window = self.terms.trading.breaker.window;
            if let Some(market) = self.markets.get_mut(&series) {
                market.rebase(step.at, price, window);
            }
        }
    }

    fn turn(&mut self, step: &mut Step<'_>, series: SeriesId, phase: Phase) {
        let turned = self.in_book(step, series, |book, _| book.set_phase(phase));
        assert!(matches!(turned, Ok((Ok(()), _))), "an uncrossed book turns to any phase");
    }

    fn tell_phase(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        (until, why): (Option<Timestamp>, PhaseReason),
    ) {
        let Some(phase) = self.phase(series) else { return };
        step.emit(Event::PhaseChanged { series, phase, until, why });
        self.watch_series(step.at, series);
    }
}
