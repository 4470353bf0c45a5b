//! What is counted by calendar month, and begins anew with the next (FEE-07, FEE-17).
//!
//! The month is that of the trading day that a command belongs to, so a trade after the last
//! cut-off of a month counts in the next.

use crate::fees::{FeeQuote, TradeLine};
use crate::venue::Venue;
use gcfn_model::{Amount, BusinessDate, PartyId, Timestamp};
use serde::{Deserialize, Serialize};

/// A calendar month of the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Month {
    /// Its year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

impl Month {
    /// The month that `date` is in.
    #[must_use]
    pub fn of(date: BusinessDate) -> Month {
        let (year, month, _) = date.ymd();
        Month { year, month }
    }
}

/// The trades that a party has made in the month of its last one.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MonthlyTrades {
    month: Option<Month>,
    count: u32,
}

impl MonthlyTrades {
    /// Counts a trade in `month`.
    pub(crate) fn add(&mut self, month: Month) {
        let count = self.in_month(month).saturating_add(1);
        *self = MonthlyTrades { month: Some(month), count };
    }

    /// How many trades there were in `month`.
    pub(crate) fn in_month(self, month: Month) -> u32 {
        if self.month == Some(month) { self.count } else { 0 }
    }
}

/// The face value that an issuer has listed in the month of its last listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyVolume {
    /// The month.
    pub month: Month,
    /// The face value.
    pub face: Amount,
}

impl MonthlyVolume {
    /// With `face` more in `month`; a volume above [`Amount::MAX`] stays there.
    pub(crate) fn plus(earlier: Option<MonthlyVolume>, month: Month, face: Amount) -> Self {
        let before = earlier.filter(|volume| volume.month == month).map(|volume| volume.face);
        let total = before.unwrap_or(Amount::ZERO).checked_add(face).unwrap_or(Amount::MAX);
        MonthlyVolume { month, face: total }
    }
}

impl Venue {
    /// The month of the trading day that `at` belongs to, or of the date in UTC where none is
    /// open.
    pub(crate) fn month(&self, at: Timestamp) -> Month {
        let (utc, _) = at.utc();
        Month::of(self.trading_day(at).map_or(utc, |day| day.date))
    }

    /// How many trades `party` has made in this node's books this month, as of the last command.
    #[must_use]
    pub fn trades_this_month(&self, party: PartyId) -> u32 {
        self.parties.trades_in(self.month(self.now), &party)
    }

    /// The fee of `party` for `line` if that were its next trade; how many it has made is looked
    /// up here. A quote, not a promise: the fee is that of the fill.
    #[must_use]
    pub fn quote_fee(&self, party: PartyId, line: TradeLine) -> FeeQuote {
        let next = self.trades_this_month(party).saturating_add(1);
        let trades_this_month = if line.counts() { next } else { 0 };
        self.terms.fees.quote(TradeLine { trades_this_month, ..line })
    }
}
