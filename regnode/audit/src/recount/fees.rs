//! Fees of trades, from price, quantity, the parties and the schedule in the genesis.

use crate::finding::{Difference, FindingKind};
use alloc::collections::BTreeMap;
use alloc::format;
use gcfn_market::Side;
use gcfn_model::{Amount, BasisPoints, BusinessDate, PartyId, Timestamp};
use gcfn_venue::{Event, FeeSchedule, Liquidity, MarketKind, PartyKind, Trade, Trader};
use serde::{Deserialize, Serialize};

/// What the fee of a trade follows from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trading {
    fees: FeeSchedule,
    /// The side of the order that came last: its owner is the taker of the trades that follow.
    incoming: Option<Side>,
    kinds: BTreeMap<PartyId, PartyKind>,
    /// The cut-offs of the days that have not ended.
    days: BTreeMap<BusinessDate, Timestamp>,
    /// The month of the last trade, as year and month, and the trades of each party in it.
    month: Option<(i32, u32)>,
    made: BTreeMap<PartyId, u32>,
}

impl Trading {
    pub(crate) fn new(fees: FeeSchedule) -> Trading {
        let (kinds, days, made) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Trading { fees, incoming: None, kinds, days, month: None, made }
    }

    pub(crate) fn count(&mut self, event: &Event) -> Result<(), Difference> {
        match event {
            Event::PartyRegistered { party, kind, .. } => {
                self.kinds.insert(*party, *kind);
                Ok(())
            }
            Event::DayOpened(day) => {
                self.days.insert(day.date, day.cut_off);
                Ok(())
            }
            Event::OrderAccepted { side, .. } => {
                self.incoming = Some(*side);
                Ok(())
            }
            Event::TradeMatched(trade) => self.check(trade),
            _ => Ok(()),
        }
    }

    fn check(&mut self, trade: &Trade) -> Result<(), Difference> {
        let value = u128::from(trade.price.minor()).saturating_mul(u128::from(trade.quantity));
        // A member always comes to buy, and its user pays the member's fee at the member.
        let incoming = if trade.member.is_some() { Some(Side::Buy) } else { self.incoming };
        self.turn_month(trade.at);
        let buyer_made = if trade.member.is_some() { 0 } else { self.add(trade.buyer) };
        // The issuer's sale of new coupons is not one of its trades.
        let seller_made = if trade.primary { 0 } else { self.add(trade.seller) };
        let kind = self.kind(trade, value);
        let own = incoming.map(|incoming| {
            let buyer = match trade.member {
                Some(_) => 0,
                None => self.fee(kind, value, (Side::Buy, incoming), buyer_made),
            };
            (buyer, self.fee(kind, value, (Side::Sell, incoming), seller_made))
        });
        let found = (u128::from(trade.buyer_fee.minor()), u128::from(trade.seller_fee.minor()));
        if own == Some(found) {
            return Ok(());
        }
        let id = trade.id;
        let detail = format!("{id}: fees of {value} are {found:?}, by the terms {own:?}");
        Err(Difference::between(FindingKind::FeeDiffers, own.as_ref(), Some(&found), detail))
    }

    /// Begins to count anew when the trading day of `at` is in another month than the last.
    fn turn_month(&mut self, at: Timestamp) {
        self.days.retain(|_, cut_off| at < *cut_off);
        let (utc, _) = at.utc();
        let (year, month, _) = self.days.keys().next().copied().unwrap_or(utc).ymd();
        if self.month != Some((year, month)) {
            self.month = Some((year, month));
            self.made.clear();
        }
    }

    fn add(&mut self, party: PartyId) -> u32 {
        let made = self.made.entry(party).or_insert(0);
        *made = made.saturating_add(1);
        *made
    }

    /// Rate of the side's row, less the reduction of who has made more trades than it begins
    /// after, of the value: to the nearest minor unit, a half up, once.
    fn fee(&self, kind: MarketKind, value: u128, sides: (Side, Side), made: u32) -> u128 {
        let (side, incoming) = sides;
        let liquidity = if side == incoming { Liquidity::Taker } else { Liquidity::Maker };
        let BasisPoints(rate) = self.fees.trade.rate(kind, side, liquidity, amount(value));
        let BasisPoints(reduction) = self.fees.active.reduction;
        let off = if self.fees.active.after < made { u128::from(reduction) } else { 0 };
        let share = u128::from(rate).saturating_mul(10_000u128.saturating_sub(off));
        value.saturating_mul(share).saturating_add(50_000_000) / 100_000_000
    }

    fn kind(&self, trade: &Trade, value: u128) -> MarketKind {
        if trade.primary {
            return MarketKind::Primary;
        }
        let trader = |party: PartyId| match self.kinds.get(&party) {
            Some(PartyKind::Issuer | PartyKind::Merchant) => Trader::Business,
            _ => Trader::Consumer,
        };
        let (buyer, seller) = (trader(trade.buyer), trader(trade.seller));
        self.fees.trade.resale_kind(buyer, seller, amount(value))
    }
}

/// What a table is asked with: a value above the largest amount is in its highest tier too.
fn amount(value: u128) -> Amount {
    u64::try_from(value).ok().and_then(Amount::from_minor).unwrap_or(Amount::MAX)
}
