//! What the machine need not know any more: trades that nobody can undo, and their disputes.
//!
//! A trade is remembered for as long as it can be handed back or disputed, and beyond that until
//! its money has moved and its last dispute is resolved. Then it is forgotten, once, with its
//! disputes; the journal keeps both for readers.

use crate::money_event::MoneyEvent;
use crate::trade::{Trade, TradeState};
use crate::venue::{Due, Step, Venue};
use gcfn_model::{Millis, Timestamp, TradeId};

impl Venue {
    /// From when on no refund and no dispute about a trade can be asked for: a moment after the
    /// longer of the two windows, which include their ends; never, when it is out of range.
    pub(crate) fn final_from(&self, trade: &Trade) -> Option<Timestamp> {
        let windows = (self.terms.refund_window, self.terms.money.disputes.open_within);
        let longer = windows.0.max(windows.1);
        trade.at.checked_add(Millis(longer.0.saturating_add(1)))
    }

    /// Plans to forget a trade that has just been made.
    pub(crate) fn remember_trade(&mut self, trade: &Trade) {
        if let Some(until) = self.final_from(trade) {
            self.agenda.insert((until, Due::ForgetTrade(trade.id)));
        }
    }

    /// Forgets a trade with its disputes if nothing can happen to it any more: asked when its
    /// time has come, and whenever something ends afterwards that it had to wait for.
    pub(crate) fn forget_trade(&mut self, step: &mut Step<'_>, id: TradeId) {
        let Some(trade) = self.trades.get(&id) else { return };
        let over = matches!(trade.state, TradeState::Settled | TradeState::Reversed);
        let late = self.final_from(trade).is_some_and(|until| until <= step.at);
        if !over || !late || self.disputes.is_open_about(id) {
            return;
        }
        let Some(trade) = self.trades.remove(&id) else { return };
        let bought = (trade.buyer, trade.series);
        if let Some(purchases) = self.refundable.get_mut(&bought) {
            // In the order of time, as they are forgotten: mostly it is the first.
            if let Some(place) = purchases.iter().position(|purchase| *purchase == id) {
                purchases.remove(place);
            }
            if purchases.is_empty() {
                self.refundable.remove(&bought);
            }
        }
        let parties = [trade.buyer, trade.seller];
        for (dispute, record) in self.disputes.forget_about(id) {
            step.emit(MoneyEvent::DisputeForgotten { dispute, record, parties }.into());
        }
    }
}
