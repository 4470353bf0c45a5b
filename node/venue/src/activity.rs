//! What one party did lately: counters of the region's day and of the rolling hour in whole
//! minutes, bounded whatever the party does.

use alloc::collections::BTreeMap;
use gcfn_model::{Amount, BusinessDate, PartyId, Timestamp};
use serde::{Deserialize, Serialize};

/// The most sellers that are counted per buyer and day; whoever buys from more is not brushing.
const SELLERS_MAX: usize = 1_000;
/// The minutes of the rolling hour.
const HOUR: u64 = 60;
/// Microseconds of a minute.
const MINUTE: u64 = 60_000_000;

/// What a party did lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub(crate) day: BusinessDate,
    pub(crate) traded: Amount,
    pub(crate) withdrawn: Amount,
    pub(crate) transfers: u32,
    /// Trades and transfers of a value just below the limit of the Travel Rule.
    pub(crate) below_limit: u32,
    /// How often the party has bought today, by seller.
    pub(crate) bought_from: BTreeMap<PartyId, u32>,
    pub(crate) open_orders: u32,
    pub(crate) open_value: Amount,
    /// Trades per minute of the last hour, by the number of the minute.
    pub(crate) minutes: BTreeMap<u64, u32>,
    /// Who received coupons in the last 24 hours, and when last.
    pub(crate) recipients: BTreeMap<PartyId, Timestamp>,
}

impl Activity {
    pub(crate) const fn new(day: BusinessDate) -> Activity {
        Activity {
            day,
            traded: Amount::ZERO,
            withdrawn: Amount::ZERO,
            transfers: 0,
            below_limit: 0,
            bought_from: BTreeMap::new(),
            open_orders: 0,
            open_value: Amount::ZERO,
            minutes: BTreeMap::new(),
            recipients: BTreeMap::new(),
        }
    }

    /// Begins a new day; what is open stays open.
    pub(crate) fn turn(&mut self, day: BusinessDate) {
        if self.day != day {
            self.day = day;
            (self.traded, self.withdrawn) = (Amount::ZERO, Amount::ZERO);
            (self.transfers, self.below_limit) = (0, 0);
            self.bought_from.clear();
        }
    }

    /// Counts a purchase; gives how often the party has bought from `seller` today.
    pub(crate) fn count_purchase(&mut self, seller: PartyId) -> u32 {
        if SELLERS_MAX <= self.bought_from.len() && !self.bought_from.contains_key(&seller) {
            return 0;
        }
        let bought = self.bought_from.entry(seller).or_insert(0);
        *bought = bought.saturating_add(1);
        *bought
    }

    /// Counts a trade; gives how many there were in the hour that ends with it.
    pub(crate) fn count_trade(&mut self, at: Timestamp) -> u32 {
        let minute = at.micros().checked_div(MINUTE).unwrap_or(0);
        let since = minute.saturating_sub(HOUR.saturating_sub(1));
        while self.minutes.first_key_value().is_some_and(|(first, _)| *first < since) {
            self.minutes.pop_first();
        }
        let now = self.minutes.entry(minute).or_insert(0);
        *now = now.saturating_add(1);
        self.minutes.values().fold(0, |sum: u32, count| sum.saturating_add(*count))
    }
}

/// Both together, or the most that there is.
pub(crate) fn total(a: Amount, b: Amount) -> Amount {
    a.checked_add(b).unwrap_or(Amount::MAX)
}
