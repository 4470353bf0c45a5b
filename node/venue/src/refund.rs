//! Handing a primary purchase back within the window (P-11).

use crate::command::Actor;
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::settlement::{Item, committed, issuer_due};
use crate::trade::{Trade, TradeState};
use crate::venue::{Step, Venue};
use gcfn_ledger::{Account, Entry, Holder, IssuerBucket, Lot, Posting, SerialRange};
use gcfn_model::{Amount, Millis, PartyId, SeriesId, Timestamp, TradeId};

impl Venue {
    /// Gives the coupons back to the issuer's inventory and the buyer the whole price and fee:
    /// at once while the money is still committed, else with the next settlement.
    pub(crate) fn refund(&mut self, step: &mut Step<'_>, actor: Actor, id: TradeId) -> Outcome {
        let trade = self.trades.get(&id).cloned().ok_or(Rejection::UnknownTrade)?;
        acts_for(actor, trade.buyer)?;
        self.free_party(trade.buyer)?;
        if trade.state == TradeState::Reversed {
            return Err(Rejection::NotRefundable);
        }
        self.check_still_with(trade.buyer, trade.series, &trade.ranges())?;
        let window = self.refund_window(trade.series, step.at)?;
        let untouched = self.refundable.get(&(trade.buyer, trade.series));
        let untouched = untouched.is_some_and(|trades| trades.contains(&id));
        if !untouched || window < step.at.since(trade.at) {
            return Err(Rejection::NotRefundable);
        }
        if trade.state == TradeState::InSettlement {
            return Err(Rejection::InSettlement);
        }
        self.hand_back(step, &trade)?;
        Ok(Done::Accepted)
    }

    /// Undoes a primary purchase whose coupons are still where they were delivered.
    pub(crate) fn hand_back(
        &mut self,
        step: &mut Step<'_>,
        trade: &Trade,
    ) -> Result<(), Rejection> {
        match trade.state {
            TradeState::Matched => self.refund_committed(step, trade),
            _ => self.refund_settled(step, trade)?,
        }
        let (from, to) = (Holder::Party(trade.buyer), Holder::Inventory);
        let series = trade.series;
        let lots = self.books.title.transfer_ranges(series, from, to, &trade.ranges());
        let lots = lots.expect("they were found to be the buyer's");
        self.not_refundable(trade.buyer, series, &lots);
        self.pends_no_more(series, &lots);
        step.emit(Event::TitleMoved { series, from, to, lots });
        self.set_trade_state(trade.id, TradeState::Reversed);
        step.emit(Event::TradeReversed { trade: trade.id, series });
        self.sale_undone(trade);
        Ok(())
    }

    /// When a purchase can be handed back no more, because its window has passed; `None` for one
    /// that cannot be now: its coupons were offered, given or used, or were not new.
    pub(crate) fn refundable_until(&self, trade: &Trade) -> Option<Timestamp> {
        let untouched = self.refundable.get(&(trade.buyer, trade.series))?;
        let market = self.markets.get(&trade.series).filter(|_| untouched.contains(&trade.id))?;
        let window = self.batches.get(&market.batch)?.terms.refund_window;
        // The window ends with its last millisecond.
        trade.at.checked_add(Millis(window.0.saturating_add(1)))
    }

    /// How long purchases of a series may be handed back, if its coupons are alive: on the market
    /// or not, the first buyer's right is the same.
    fn refund_window(&self, series: SeriesId, at: Timestamp) -> Result<Millis, Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        if batch.terms.expires_at <= at || !batch.state.is_live() {
            return Err(Rejection::Expired);
        }
        self.trading_day(at)?;
        Ok(batch.terms.refund_window)
    }

    /// What was counted as sold, to a first holder or among holders, was not.
    pub(crate) fn sale_undone(&mut self, trade: &Trade) {
        let Account::Obligation(issuer, _) = self.obligation(trade.series) else { return };
        let face = self.face(trade);
        let primary = trade.primary();
        self.record(issuer, |record| {
            let counted = if primary { &mut record.sold } else { &mut record.resold };
            *counted = counted.saturating_sub(face);
        });
    }

    /// P-11a: the money has not moved; it is simply free again.
    fn refund_committed(&mut self, step: &mut Step<'_>, trade: &Trade) {
        self.take_item(trade.item);
        self.unbundled.remove(&trade.item);
        let back = Account::User(trade.buyer, self.free_bucket(trade.buyer));
        let entry = self
            .entry(Posting::RefundBeforeSettlement)
            .with(committed(trade.buyer), back, trade.cost())
            .with(self.obligation(trade.series), Account::ObligationContra, self.face(trade));
        self.post(step, entry);
        self.never_settles(trade);
    }

    /// The money of a primary sale will not come any more.
    pub(crate) fn never_settles(&mut self, trade: &Trade) {
        let Account::Obligation(_, id) = self.obligation(trade.series) else { return };
        let face = self.face(trade);
        self.change_batch(id, |batch| batch.unsettled = batch.unsettled.saturating_sub(face));
    }

    /// Whether a settled purchase can be paid back by issuer and hub.
    pub(crate) fn check_refund_settled(
        &self,
        trade: &Trade,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        self.open_series(trade.series, at)?;
        let untouched = self.refundable.get(&(trade.buyer, trade.series));
        if !untouched.is_some_and(|trades| trades.contains(&trade.id)) {
            return Err(Rejection::NotRefundable);
        }
        self.escrow_refund(trade).map(|_| ())
    }

    /// What the issuer's escrow and the hub give back: what the sale brought to the reserve out of
    /// the reserve, the rest out of free proceeds, and what these are short of out of the reserve
    /// again; the fees out of the hub.
    fn escrow_refund(&self, trade: &Trade) -> Result<Entry, Rejection> {
        let Account::Obligation(issuer, id) = self.obligation(trade.series) else {
            return Err(Rejection::UnknownBatch);
        };
        let batch = self.batches.get(&id).ok_or(Rejection::UnknownBatch)?;
        let (reserve, free) =
            (Account::Reserve(issuer, id), Account::Issuer(issuer, IssuerBucket::Free));
        let escrow = trade.proceeds();
        let (in_reserve, in_free) = (self.amount(reserve), self.amount(free));
        let kept = self.reserve_share(batch, trade.quantity, escrow).min(in_reserve);
        let from_free = escrow.saturating_sub(kept).min(in_free);
        let from_reserve = escrow.saturating_sub(from_free);
        if in_reserve < from_reserve {
            return Err(Rejection::ReserveShort);
        }
        let due = issuer_due(issuer);
        let entry = self.hub_refund(trade.cost().saturating_sub(escrow))?;
        Ok(entry.with(reserve, due, from_reserve).with(free, due, from_free))
    }

    /// P-11b: the mirror of the settlement.
    fn refund_settled(&mut self, step: &mut Step<'_>, trade: &Trade) -> Result<(), Rejection> {
        let obligation = self.obligation(trade.series);
        let entry = self.escrow_refund(trade)?;
        let entry = entry.with(obligation, Account::ObligationContra, self.face(trade));
        let before = self.amount(obligation);
        self.post(step, entry);
        if let Account::Obligation(_, batch) = obligation {
            self.claims_fell(step, batch, before, self.face(trade));
        }
        let escrow = trade.proceeds();
        let hub = trade.cost().saturating_sub(escrow);
        let (trade, buyer, issuer) = (trade.id, trade.buyer, trade.seller);
        self.add_item(Item::Refund { trade, buyer, issuer, escrow, hub });
        Ok(())
    }

    fn face(&self, trade: &Trade) -> Amount {
        self.face_of(trade.series, trade.quantity)
    }

    /// Purchases of `party` that include any of `lots` cannot be refunded any more: the coupons
    /// have been offered, given or used (D-27).
    pub(crate) fn not_refundable(&mut self, party: PartyId, series: SeriesId, lots: &[Lot]) {
        let Some(trades) = self.refundable.get_mut(&(party, series)) else { return };
        let all = &self.trades;
        trades.retain(|id| {
            let bought = all.get(id).map(|trade| trade.lots.as_slice()).unwrap_or_default();
            !bought.iter().any(|a| lots.iter().any(|b| overlap(a.range, b.range)))
        });
        if trades.is_empty() {
            self.refundable.remove(&(party, series));
        }
    }
}

fn overlap(a: SerialRange, b: SerialRange) -> bool {
    a.first < b.end && b.first < a.end
}
