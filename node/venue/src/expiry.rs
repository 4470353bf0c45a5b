//! What time does by itself: the end of coupons and what it is worth (P-13, C-34), and everything
//! else that falls due.

use crate::batch::{BatchState, MaturityAction};
use crate::event::Event;
use crate::funding::Claim;
use crate::holders::{PaymentReason, Payout};
use crate::issuing_event::IssuingEvent;
use crate::rating::more;
use crate::settlement::{Item, issuer_due};
use crate::venue::{Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, FeeKind, Holder, IssuerBucket, Posting};
use gcfn_model::{Amount, BatchId, PartyId, Pool, Rate, Rounding, SeriesId};

impl Venue {
    /// Does everything that was due before this command, in order of time; meanwhile it is the
    /// time at which it was due.
    pub(crate) fn fire_due(&mut self, step: &mut Step<'_>) {
        while let Some((at, due)) = self.agenda.first().copied()
            && at <= step.at
        {
            self.agenda.remove(&(at, due));
            self.now = self.now.max(at);
            self.fire(&mut Step { at, events: step.events }, due);
        }
    }

    /// Does what was due, as of the time at which it was.
    fn fire(&mut self, step: &mut Step<'_>, due: Due) {
        match due {
            Due::CutOff(date) => self.cut_off(step, date),
            Due::UnlockRedemption(redemption) => self.unlock_redemption(step, redemption),
            Due::Expire(batch) => self.expire(step, batch),
            Due::ExpireForeign(series) => self.expire_foreign(step, series),
            Due::ShareBreakage(batch) => self.share_breakage(step, batch),
            Due::ForgetLock(lock) => {
                self.locks.remove(&lock);
            }
            Due::LapseDeal(order) => self.lapse_deal(step, order),
            Due::LapsePayment(home, trade) => self.lapse_payment(step, home, trade),
            Due::LapseProposal(proposal) => self.lapse_proposal(step, proposal),
            Due::CallFunding(issuer) => self.funding_due(step, issuer),
            Due::ReviewIssuer(issuer) => self.review_issuer(step, issuer),
            Due::EnterBook(order) => self.enter_book(step, order),
            Due::ExpireOrder(order) => self.expire_order(step, order),
            Due::LapseOffer(offer) => self.lapse_offer(step, offer),
            Due::EndAuction(auction) => self.end_auction(step, auction),
            Due::EndCall(series) => self.end_call(step, series),
            Due::ClosingCall(date) => self.closing_call(step, date),
            Due::CloseReversal(number) => self.close_reversal(number),
            Due::SendWithdrawal(withdrawal) => self.withdrawal_due(step, withdrawal),
            Due::Dispute(dispute, due) => self.dispute_due(step, dispute, due),
            Due::RewardInviters(trade) => self.reward_inviters(step, trade),
            Due::ForgetRedemption(redemption) => {
                self.ended_redemptions.remove(&redemption);
            }
            Due::ForgetTrade(trade) => self.forget_trade(step, trade),
            // Asked for with the time of now, however long ago it was due.
            Due::StateDay(date) => self.desk.statements_due(date, |_| true),
        }
    }

    /// The coupons of a batch end: open orders leave the book, and every coupon that nothing
    /// holds moves to `expired`, those at other nodes too. A redemption lock that was taken in
    /// time keeps its coupon until it is used or lapses, a freeze until it is lifted.
    fn expire(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(batch) = self.batches.get(&id) else { return };
        if !batch.state.is_live() {
            return;
        }
        let series = batch.series;
        self.end_trading_in(step, series);
        self.end_duties_in(step, series);
        self.advance(id, BatchState::Expired);
        self.change_batch(id, |batch| batch.reserve_low = false);
        let value = self.end_coupons(step, id);
        step.emit(IssuingEvent::SeriesExpired { series, value }.into());
    }

    /// The coupons of another node's series end here when they end there.
    fn expire_foreign(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let value = self.expire_coupons(step, series);
        step.emit(IssuingEvent::SeriesExpired { series, value }.into());
    }

    /// Something that held coupons has let go of them. If their time had come meanwhile, they
    /// end now.
    pub(crate) fn let_go(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let Some(market) = self.markets.get(&series) else { return };
        let id = market.batch;
        if self.batches.get(&id).is_some_and(|batch| batch.state == BatchState::Expired) {
            let value = self.end_coupons(step, id);
            if !value.is_zero() {
                step.emit(IssuingEvent::SeriesExpired { series, value }.into());
            }
        }
    }

    /// Ends what is free of a batch whose time has come, as its maturity says. Gives the face
    /// value that ended with holders.
    fn end_coupons(&mut self, step: &mut Step<'_>, id: BatchId) -> Amount {
        let Some(batch) = self.batches.get(&id) else { return Amount::ZERO };
        let (issuer, series) = (batch.issuer, batch.series);
        if batch.terms.maturity != MaturityAction::Breakage {
            return self.mature(step, id);
        }
        let value = self.expire_coupons(step, series);
        let obligation = Account::Obligation(issuer, id);
        let before = self.amount(obligation);
        let entry = self.entry(Posting::Expiry);
        self.post(step, entry.with(obligation, Account::ObligationContra, value));
        self.claims_fell(step, id, before, value);
        self.change_batch(id, |batch| batch.expired = more(batch.expired, value));
        self.record(issuer, |record| record.expired = more(record.expired, value));
        self.rate_issuer(step, issuer);
        if self.batches.get(&id).is_some_and(|batch| batch.terms.breakage_at <= step.at) {
            self.share_breakage(step, id);
        }
        value
    }

    /// Pays the holders of a matured batch, or calls the issuer for what it is short of. Gives the
    /// face value that was paid for.
    fn mature(&mut self, step: &mut Step<'_>, id: BatchId) -> Amount {
        let Some(batch) = self.batches.get(&id) else { return Amount::ZERO };
        let (issuer, series) = (batch.issuer, batch.series);
        self.expire_inventory(step, series);
        let value = self.matured_payout(id).map_or(Amount::ZERO, |payout| payout.value);
        if self.pay_matured(step, id) {
            return value;
        }
        self.wait_for_funds(step, issuer, Claim::Matured(id));
        Amount::ZERO
    }

    /// Pays the holders of a matured batch if the issuer has enough for all of them.
    pub(crate) fn pay_matured(&mut self, step: &mut Step<'_>, id: BatchId) -> bool {
        let Some(payout) = self.matured_payout(id) else { return false };
        let Some(batch) = self.batches.get(&id) else { return true };
        if self.payout_entry((batch.issuer, id), &payout).is_none() {
            return false;
        }
        self.pay_holders(step, id, payout);
        self.close_when_done(step, id);
        true
    }

    /// What the holders of a matured batch are paid together.
    pub(crate) fn matured_value(&self, id: BatchId) -> Amount {
        self.matured_payout(id).map_or(Amount::MAX, |payout| payout.total)
    }

    /// Coupons under a lock or a freeze are paid for once that is lifted.
    fn matured_payout(&self, id: BatchId) -> Option<Payout> {
        let batch = self.batches.get(&id)?;
        let price = |value| match batch.terms.maturity {
            MaturityAction::Refund => batch.issue_price_of(value),
            MaturityAction::Cash | MaturityAction::Breakage => Some(value),
        };
        self.payout_of(batch.series, PaymentReason::Maturity, ends_at_expiry, price)
    }

    fn expire_inventory(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let (from, to) = (Holder::Inventory, Holder::Expired);
        if let Ok(lots) = self.books.title.transfer_all(series, from, to) {
            step.emit(Event::TitleMoved { series, from, to, lots });
        }
    }

    /// Gives the face value that was with holders.
    fn expire_coupons(&mut self, step: &mut Step<'_>, series: SeriesId) -> Amount {
        self.expire_inventory(step, series);
        let holders = self.books.title.holders(series).map(|(holder, _)| holder);
        let holders: Vec<Holder> = holders.filter(|holder| ends_at_expiry(*holder)).collect();
        let mut value = Amount::ZERO;
        for from in holders {
            let held = self.books.title.value(series, from);
            value = value.checked_add(held).expect("no more than was minted");
            let to = Holder::Expired;
            let lots = self.books.title.transfer_all(series, from, to);
            let lots = lots.expect("a holder in the list has coupons");
            step.emit(Event::TitleMoved { series, from, to, lots });
        }
        self.forget_pledges(step, series);
        value
    }

    /// Shares the reserve of what expired: the platform's part of the face value, the rest to
    /// the issuer (P-13b, C-35). Every coupon's value is shared once: the batch counts what has
    /// been (D-02). While coupons are still held, their part of the reserve stays.
    fn share_breakage(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(batch) = self.batches.get(&id) else { return };
        if batch.state != BatchState::Expired {
            return;
        }
        let (issuer, series) = (batch.issuer, batch.series);
        let value = batch.expired.saturating_sub(batch.shared);
        if !value.is_zero() {
            let released = self.released(issuer, id, value);
            let platform_share = self.terms.fees.breakage_share(value);
            self.post_breakage(step, (issuer, id), released, platform_share);
            self.change_batch(id, |batch| batch.shared = batch.expired);
            let issuer_share = released.saturating_sub(platform_share);
            step.emit(
                IssuingEvent::BreakageDistributed { series, issuer_share, platform_share }.into(),
            );
        }
        self.close_when_done(step, id);
    }

    /// The part of a reserve that stood behind `value` of what holders could claim.
    fn released(&self, issuer: PartyId, id: BatchId, value: Amount) -> Amount {
        let reserve = self.amount(Account::Reserve(issuer, id));
        let left = self.amount(Account::Obligation(issuer, id));
        let part = Rate::new(value.minor(), more(value, left).minor()).ok();
        part.and_then(|part| part.counter(reserve, Rounding::Down)).unwrap_or(reserve)
    }

    /// The platform's share comes out of the reserve, then out of the issuer's own means in the
    /// order of P-09b; what is still short is owed.
    fn post_breakage(
        &mut self,
        step: &mut Step<'_>,
        (issuer, id): (PartyId, BatchId),
        released: Amount,
        platform_share: Amount,
    ) {
        let reserve = Account::Reserve(issuer, id);
        let due = issuer_due(issuer);
        let from_reserve = released.min(platform_share);
        let rest = released.saturating_sub(from_reserve);
        let mut missing = platform_share.saturating_sub(from_reserve);
        let mut entry = self.entry(Posting::Breakage).with(reserve, due, from_reserve);
        entry = entry.with(reserve, self.issuer_free(issuer), rest);
        let own = [IssuerBucket::Free, IssuerBucket::Deposit, IssuerBucket::Risk];
        for source in own.map(|bucket| Account::Issuer(issuer, bucket)) {
            let part = self.amount(source).min(missing);
            entry = entry.with(source, due, part);
            missing = missing.saturating_sub(part);
        }
        let owed = Account::Receivable(Pool::SettlementHub, issuer);
        entry = entry.with(owed, Account::Fee(FeeKind::Breakage), missing);
        self.post(step, entry);
        let amount = platform_share.saturating_sub(missing);
        if !amount.is_zero() {
            self.add_item(Item::Breakage { issuer, amount });
        }
        self.set_quota(step, issuer);
        self.repay_hub(step, issuer);
    }
}

/// Whether coupons there end when their time has come, rather than when something lets go of
/// them.
const fn ends_at_expiry(holder: Holder) -> bool {
    matches!(holder, Holder::Party(_) | Holder::Abroad(_) | Holder::Pledged(_))
}
