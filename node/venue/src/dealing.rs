//! Selling to users of other nodes: this node is the home of the series (protocols, "A trade
//! across nodes").

use crate::abroad::DEAL_QUANTITY_MAX;
use crate::batch::MaturityAction;
use crate::deal_rate::DealRate;
use crate::dispatch::{DealOrder, Dispatch, FillReport};
use crate::event::Event;
use crate::notice::LockedRate;
use crate::orders::OrderKind;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::trade::{MemberSide, Taker, TradeState};
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_clearing::member_party;
use gcfn_ledger::{Account, Holder, Posting};
use gcfn_market::{Order, Side, TimeInForce};
use gcfn_model::{Amount, BusinessDate, NodeId, SeriesId, Timestamp, TradeId};

impl Venue {
    /// A member's order: matched at once or answered with nothing. Whatever happens, the member
    /// is told; a refusal is an answer too.
    pub(crate) fn deal(&mut self, step: &mut Step<'_>, from: NodeId, deal: &DealOrder) -> Outcome {
        let (fills, refused) = match self.match_deal(step, from, deal) {
            Ok(fills) => (fills, None),
            Err(refused) => (Vec::new(), Some(refused)),
        };
        let order = deal.order;
        step.emit(Event::Sent { to: from, body: Dispatch::DealDone { order, fills, refused } });
        Ok(Done::Accepted)
    }

    fn match_deal(
        &mut self,
        step: &mut Step<'_>,
        from: NodeId,
        deal: &DealOrder,
    ) -> Result<Vec<FillReport>, Rejection> {
        let member = self.members.get(&from).filter(|member| member.active);
        let member = *member.ok_or(Rejection::UnknownMember)?;
        self.open_series(deal.series, step.at)?;
        self.sold_abroad(deal.series)?;
        if DEAL_QUANTITY_MAX < deal.quantity {
            return Err(Rejection::DealTooLong);
        }
        let rate = deal.rate;
        let value = deal.limit.checked_mul(deal.quantity).ok_or(Rejection::TooLarge)?;
        match rate {
            DealRate::Locked(rate) => self.check_locked(from, &rate, value, step.at)?,
            DealRate::Par { currency, value_date, .. } => {
                self.check_par(member.region, (currency, value_date), step.at)?;
            }
        }
        rate.pays(value).ok_or(Rejection::TooLarge)?;
        let owing = member.owed.checked_add(value).ok_or(Rejection::TooLarge)?;
        if member.debit_cap < owing {
            return Err(Rejection::CapExceeded);
        }
        let party = member_party(from);
        let incoming = Order {
            id: deal.order,
            owner: party,
            side: Side::Buy,
            quantity: deal.quantity,
            price: deal.limit,
            time_in_force: TimeInForce::ImmediateOrCancel,
            display: None,
        };
        self.outlives(deal.series, rate.value_date())?;
        let (placed, fills) = self.place_in_book(step, deal.series, incoming)?;
        assert_eq!(placed.resting, 0);
        let side = MemberSide { node: from, order: deal.order, rate };
        let taker = Taker {
            side: Side::Buy,
            party,
            kind: OrderKind::Own,
            hold_per_coupon: Amount::ZERO,
            member: Some(side),
        };
        let trades = self.execute(step, deal.series, taker, &fills);
        self.heed_breaker(step, deal.series, &placed);
        Ok(trades.iter().filter_map(|id| self.fill_report(*id)).collect())
    }

    /// Checks that a rate is held for `holder`, is still good, and is enough for `value` here.
    fn check_locked(
        &self,
        holder: NodeId,
        rate: &LockedRate,
        value: Amount,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        if rate.holder != holder || rate.needs != self.terms.currency || rate.size < value {
            return Err(Rejection::LockMismatch);
        }
        match at < rate.expires_at {
            true => Ok(()),
            false => Err(Rejection::LockExpired),
        }
    }

    /// Coupons that are paid for when they mature stay at the node that pays.
    fn sold_abroad(&self, series: SeriesId) -> Result<(), Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        match batch.terms.maturity {
            MaturityAction::Breakage => Ok(()),
            MaturityAction::Cash | MaturityAction::Refund => Err(Rejection::PaidAtHome),
        }
    }

    /// A member's coupons must not end before they are delivered: two days after the value
    /// date in UTC is past its end in every time zone.
    fn outlives(&self, series: SeriesId, value_date: BusinessDate) -> Result<(), Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        let delivered = Timestamp::from_utc(value_date.plus_days(2), 0);
        match delivered.is_some_and(|delivered| delivered <= batch.terms.expires_at) {
            true => Ok(()),
            false => Err(Rejection::Expired),
        }
    }

    fn fill_report(&self, id: TradeId) -> Option<FillReport> {
        let trade = self.trades.get(&id)?;
        Some(FillReport {
            trade: id,
            series: trade.series,
            price: trade.price,
            quantity: trade.quantity,
            lots: trade.lots.clone(),
            currency: self.terms.currency,
        })
    }

    /// The member did not pay: the coupons go back to where they came from.
    pub(crate) fn undo_member_trade(&mut self, step: &mut Step<'_>, id: TradeId) {
        let Some(trade) = self.trades.get(&id).cloned() else { return };
        let Some(member) = trade.member else { return };
        let from = Holder::Delivery(member.node);
        let series = trade.series;
        let to = match trade.primary() {
            true => Holder::Inventory,
            false => Holder::Party(trade.seller),
        };
        let lots = self.books.title.transfer_ranges(series, from, to, &trade.ranges());
        let lots = lots.expect("a match put them there");
        step.emit(Event::TitleMoved { series, from, to, lots });
        if trade.primary() {
            let face = self.face_of(series, trade.quantity);
            let entry = self.entry(Posting::CrossBorderAbort);
            let entry = entry.with(self.obligation(series), Account::ObligationContra, face);
            self.post(step, entry);
            self.never_settles(&trade);
        }
        self.sale_undone(&trade);
        self.set_trade_state(id, TradeState::Reversed);
        step.emit(Event::TradeReversed { trade: id, series });
        self.let_go(step, series);
        self.forget_trade(step, id);
    }
}
