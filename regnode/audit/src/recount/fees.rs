//! Fees of trades, from price, quantity and the rates in the genesis.

use crate::finding::{Difference, FindingKind};
use alloc::format;
use gcfn_market::Side;
use gcfn_model::BasisPoints;
use gcfn_venue::{Event, Fees, Trade};
use serde::{Deserialize, Serialize};

/// What the fee of a trade follows from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trading {
    fees: Fees,
    /// The side of the order that came last: its owner is the taker of the trades that follow.
    incoming: Option<Side>,
}

impl Trading {
    pub(crate) fn new(fees: Fees) -> Trading {
        Trading { fees, incoming: None }
    }

    pub(crate) fn count(&mut self, event: &Event) -> Result<(), Difference> {
        match event {
            Event::OrderAccepted { side, .. } => {
                self.incoming = Some(*side);
                Ok(())
            }
            Event::TradeMatched(trade) => self.check(trade),
            _ => Ok(()),
        }
    }

    fn check(&self, trade: &Trade) -> Result<(), Difference> {
        let Fees { taker, maker, .. } = self.fees;
        let rates = match (trade.member.is_some(), self.incoming) {
            // A member always comes to buy, and its user pays the member's fee at the member.
            (true, _) => Some((BasisPoints(0), maker)),
            (false, Some(Side::Buy)) => Some((taker, maker)),
            (false, Some(Side::Sell)) => Some((maker, taker)),
            (false, None) => None,
        };
        let value = u128::from(trade.price.minor()).saturating_mul(u128::from(trade.quantity));
        let own = rates.map(|(buyer, seller)| (fee(buyer, value), fee(seller, value)));
        let found = (u128::from(trade.buyer_fee.minor()), u128::from(trade.seller_fee.minor()));
        if own == Some(found) {
            return Ok(());
        }
        let id = trade.id;
        let detail = format!("{id}: fees of {value} are {found:?}, by the terms {own:?}");
        Err(Difference::between(FindingKind::FeeDiffers, own.as_ref(), Some(&found), detail))
    }
}

/// `rate` of `value`, to the nearest minor unit, a half up.
fn fee(BasisPoints(rate): BasisPoints, value: u128) -> u128 {
    value.saturating_mul(u128::from(rate)).saturating_add(5_000) / 10_000
}
