//! The fees of every trade, worked out again from the formulas of `docs/fees.md` and from nothing
//! but what the venue tells.

use gcfn_market::Side;
use gcfn_model::{BusinessDate, PartyId, Timestamp};
use gcfn_venue::{Event, Month, Trade, Venue};
use std::collections::BTreeMap;

/// The default table is the same for every market: basis points of who came second, and first.
const TAKER: u128 = 50;
const MAKER: u128 = 10;
/// From the trade after this many in a month on, a fifth less.
const ACTIVE_AFTER: u32 = 10;

/// How many trades each party has made in the present month.
pub(crate) struct Fees {
    days: BTreeMap<BusinessDate, Timestamp>,
    month: Option<Month>,
    counts: BTreeMap<PartyId, u32>,
}

impl Fees {
    /// Of a venue that has told those events since it began.
    pub(crate) fn of(venue: &Venue, events: &[Event]) -> Fees {
        let mut fees = Fees { days: BTreeMap::new(), month: None, counts: BTreeMap::new() };
        let past = fees.follow(events, venue);
        assert_eq!(past, None);
        fees
    }

    /// Follows the trades of one command, and says which fee is not what the formula gives.
    pub(crate) fn follow(&mut self, events: &[Event], venue: &Venue) -> Option<String> {
        self.days.extend(venue.days().map(|day| (day.date, day.cut_off)));
        let trades = events.iter().filter_map(|event| match event {
            Event::TradeMatched(trade) => Some(trade),
            _ => None,
        });
        trades.filter_map(|trade| self.wrong(trade)).next()
    }

    /// The month is that of the trading day.
    fn month(&self, at: Timestamp) -> Month {
        let day = self.days.iter().find(|(_, cut_off)| at < **cut_off);
        Month::of(day.map_or(at.utc().0, |(date, _)| *date))
    }

    fn wrong(&mut self, trade: &Trade) -> Option<String> {
        let month = self.month(trade.at);
        if self.month.replace(month) != Some(month) {
            self.counts.clear();
        }
        let buyer_fee = match trade.member {
            None => self.fee(trade, Side::Buy),
            Some(_) => 0,
        };
        let seller_fee = self.fee(trade, Side::Sell);
        let charged = (trade.buyer_fee.minor(), trade.seller_fee.minor());
        if trade.member.is_none() {
            *self.counts.entry(trade.buyer).or_insert(0) += 1;
        }
        if !trade.primary() {
            *self.counts.entry(trade.seller).or_insert(0) += 1;
        }
        let told = || format!("fees {charged:?}, not {:?}: {trade:?}", (buyer_fee, seller_fee));
        (charged != (buyer_fee, seller_fee)).then(told)
    }

    /// fee = price x quantity x rate x (1 - reduction), half up.
    fn fee(&self, trade: &Trade, side: Side) -> u64 {
        let issuing = trade.primary() && side == Side::Sell;
        let rate = if trade.taker == Some(side) && !issuing { TAKER } else { MAKER };
        let party = if side == Side::Buy { trade.buyer } else { trade.seller };
        let made = self.counts.get(&party).copied().unwrap_or(0);
        let fifths = if !issuing && ACTIVE_AFTER <= made { 4 } else { 5 };
        let value = u128::from(trade.price.minor()) * u128::from(trade.quantity);
        let fee = (value * rate * fifths + 25_000) / 50_000;
        u64::try_from(fee).expect("less than the value")
    }
}
