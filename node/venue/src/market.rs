//! A series that trades: its book, its prices, and whether it is open.

use crate::batch::BatchState;
use crate::circulation::Serials;
use crate::refusal::Rejection;
use crate::venue::Venue;
use alloc::collections::VecDeque;
use gcfn_market::{Book, BookTerms, SelfTrade};
use gcfn_model::{Amount, BasisPoints, BatchId, Millis, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// Into how many slices the window of the reference price is divided.
const SLICES: u64 = 16;

/// One series that trades, or has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Market {
    /// The batch behind it.
    pub batch: BatchId,
    /// Its orders.
    pub book: Book,
    /// The price of the last trade in the book.
    pub last_price: Option<Amount>,
    /// When the present auction of the book ends by itself.
    pub call_ends: Option<Timestamp>,
    /// The coupons that have been offered for resale or given away.
    pub(crate) circulating: Serials,
    /// The coupons whose purchase has not settled and that are not sold on meanwhile.
    pub(crate) pending: Serials,
    /// What one coupon cost first.
    issue_price: Amount,
    prices: Prices,
}

impl Market {
    pub(crate) fn new(batch: BatchId, price_max: Amount, issue_price: Amount) -> Market {
        let tick = Amount::from_minor(1).expect("one is in range");
        let book = Book::new(BookTerms {
            tick,
            lot: 1,
            price_max,
            orders_max: BookTerms::ORDERS_MAX,
            self_trade: SelfTrade::CancelIncoming,
        });
        Market {
            batch,
            book,
            last_price: None,
            call_ends: None,
            circulating: Serials::default(),
            pending: Serials::default(),
            issue_price,
            prices: Prices::default(),
        }
    }

    /// The price that others are compared with now: the last trade's, the issue price before the
    /// first.
    #[must_use]
    pub fn price(&self) -> Amount {
        self.last_price.unwrap_or(self.issue_price)
    }

    /// How far a coupon trades below `face`, as a share of it (PRC-09, PRC-10).
    #[must_use]
    pub fn discount(&self, face: Amount) -> BasisPoints {
        let below = u128::from(face.saturating_sub(self.price()).minor());
        let share = below.saturating_mul(10_000).checked_div(u128::from(face.minor()));
        BasisPoints(share.and_then(|share| u32::try_from(share).ok()).unwrap_or(0))
    }

    /// The price that the breaker compares with: the last one that is at least `window` old, the
    /// oldest known before there is one.
    pub(crate) fn reference(&self, at: Timestamp, window: Millis) -> Amount {
        self.prices.before(at, window).unwrap_or(self.issue_price)
    }

    pub(crate) fn traded(&mut self, at: Timestamp, price: Amount, window: Millis) {
        let before = self.price();
        self.prices.add((at, window), before, price);
        self.last_price = Some(price);
    }

    /// Begins the window anew at `price`: an auction has just found it.
    pub(crate) fn rebase(&mut self, at: Timestamp, price: Amount, window: Millis) {
        self.prices = Prices::default();
        self.prices.add((at, window), price, price);
    }
}

/// The closing prices of the slices of a rolling window in which something traded, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Prices(VecDeque<(u64, Amount)>);

impl Prices {
    fn slice(at: Timestamp, window: Millis) -> u64 {
        let micros = window.0.saturating_mul(1_000).checked_div(SLICES).unwrap_or(0);
        at.micros().checked_div(micros.max(1)).unwrap_or(0)
    }

    /// Adds a price; before the first one stands the price that there was.
    fn add(&mut self, (at, window): (Timestamp, Millis), before: Amount, price: Amount) {
        let slice = Prices::slice(at, window);
        if self.0.is_empty() {
            self.0.push_back((slice.saturating_sub(SLICES), before));
        }
        match self.0.back_mut() {
            Some((last, closing)) if *last == slice => *closing = price,
            _ => self.0.push_back((slice, price)),
        }
        let start = slice.saturating_sub(SLICES);
        while self.0.get(1).is_some_and(|(second, _)| *second <= start) {
            self.0.pop_front();
        }
    }

    fn before(&self, at: Timestamp, window: Millis) -> Option<Amount> {
        let start = Prices::slice(at, window).saturating_sub(SLICES);
        let old = self.0.iter().rev().find(|(slice, _)| *slice <= start);
        old.or(self.0.front()).map(|(_, price)| *price)
    }
}

impl Venue {
    /// The series, if it trades here and now.
    pub(crate) fn open_series(&self, series: SeriesId, at: Timestamp) -> Result<(), Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        if batch.state == BatchState::Recalled {
            return Err(Rejection::CouponsRecalled);
        }
        if batch.terms.expires_at <= at || batch.state.has_ended() {
            return Err(Rejection::Expired);
        }
        if batch.state != BatchState::Listed {
            return Err(Rejection::SeriesNotListed);
        }
        self.trading_day(at)?;
        Ok(())
    }

    pub(crate) fn transferable(&self, series: SeriesId) -> Result<(), Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        if batch.terms.transferable { Ok(()) } else { Err(Rejection::NotTransferable) }
    }

    /// When the coupons of a series end.
    pub(crate) fn end_of(&self, series: SeriesId) -> Result<Timestamp, Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        Ok(batch.terms.expires_at)
    }

    /// A time at which something of `series` shall end by itself: to come, and not after its
    /// coupons have ended.
    pub(crate) fn check_end(
        &self,
        series: SeriesId,
        ends: Timestamp,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        match at < ends && ends <= self.end_of(series)? {
            true => Ok(()),
            false => Err(Rejection::TimeOutOfRange),
        }
    }
}
