//! Batches on the market: listed, suspended, delisted and closed (2.1, P-03b).

use crate::batch::{Batch, BatchState, SuspensionReason};
use crate::command::Actor;
use crate::defaults::Severity;
use crate::event::Event;
use crate::federation_request::FederationRequest;
use crate::fees::Listing;
use crate::indexed::By;
use crate::issuer_orders::Tranche;
use crate::issuing_event::IssuingEvent;
use crate::market::Market;
use crate::monthly::MonthlyVolume;
use crate::offers::Offer;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::pricing::Track;
use crate::refusal::Rejection;
use crate::settlement::Item;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Holder, IssuerBucket, Posting};
use gcfn_market::{Phase, Refusal};
use gcfn_model::{Amount, BatchId, Millis, NodeId, OrderId, PartyId, Pool, SeriesId};
use gcfn_table::Shared;

impl Venue {
    /// Opens the book, offers the inventory at the issue price and, the first time, charges the
    /// issuance fee (P-03b) and announces the series to the federation's directory.
    pub(crate) fn list_batch(&mut self, step: &mut Step<'_>, actor: Actor, id: BatchId) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Registered])?.clone();
        acts_for(actor, batch.issuer)?;
        self.active_issuer(batch.issuer)?;
        if batch.terms.expires_at <= step.at {
            return Err(Rejection::Expired);
        }
        if step.at < batch.terms.lists_from {
            return Err(Rejection::TooEarly);
        }
        self.check_standing(batch.issuer)?;
        let first = batch.offers == 0;
        if first {
            self.charge_listing(step, &batch);
        }
        self.offer_inventory(step, id);
        self.advance(id, BatchState::Listed);
        let (series, issue_price) = (batch.series, batch.terms.issue_price);
        step.emit(IssuingEvent::SeriesListed { batch: id, series, issue_price }.into());
        if first {
            step.emit(Event::Submitted(FederationRequest::ListSeries {
                series,
                face: batch.terms.face,
                minted: batch.terms.quantity,
                currency: self.terms.currency,
                expires_at: batch.terms.expires_at,
            }));
        }
        Ok(Done::Accepted)
    }

    /// Nothing new of an issuer is offered while one of its reserves is too low or it is
    /// in more than a minor default (RSK-22; 2.3, `risk_marked`).
    pub(crate) fn check_standing(&self, issuer: PartyId) -> Result<(), Rejection> {
        if self.defaults.get(&issuer).is_some_and(|case| Severity::Minor < case.severity) {
            return Err(Rejection::DefaultOpen);
        }
        match self.batches.any(By::Party(issuer), |batch| batch.reserve_low) {
            true => Err(Rejection::ReserveLow),
            false => Ok(()),
        }
    }

    fn charge_listing(&mut self, step: &mut Step<'_>, batch: &Batch) {
        let (issuer, total) = (batch.issuer, batch.total_face());
        let month = self.month(step.at);
        let Some(known) = self.issuers.get_mut(&issuer) else { return };
        let volume = MonthlyVolume::plus(known.listed, month, total);
        let age = known.since.map_or(Millis(0), |since| step.at.since(since));
        let listing = Listing { granted: known.tier, volume: volume.face, age };
        known.listed = Some(volume);
        let fee = self.terms.fees.issuance_fee(listing, total);
        self.charge_issuance(step, issuer, fee);
    }

    /// Takes the fee from free proceeds, else from the deposit, into what is due to the hub.
    /// What neither covers is owed, and the first proceeds repay it.
    fn charge_issuance(&mut self, step: &mut Step<'_>, issuer: PartyId, fee: Amount) {
        let free = Account::Issuer(issuer, IssuerBucket::Free);
        let deposit = Account::Issuer(issuer, IssuerBucket::Deposit);
        let from_free = self.amount(free).min(fee);
        let from_deposit = self.amount(deposit).min(fee.saturating_sub(from_free));
        let paid = from_free.checked_add(from_deposit).expect("no more than the fee");
        let due = Account::Issuer(issuer, IssuerBucket::Due);
        let owed = Account::Receivable(Pool::SettlementHub, issuer);
        let earned = Account::Fee(gcfn_ledger::FeeKind::Issue);
        let entry = self
            .entry(Posting::IssuanceFee)
            .with(free, due, from_free)
            .with(deposit, due, from_deposit)
            .with(owed, earned, fee.saturating_sub(paid));
        self.post(step, entry);
        if !paid.is_zero() {
            self.add_item(Item::IssuanceFee { issuer, amount: paid });
        }
        self.set_quota(step, issuer);
    }

    /// Puts what the issuer has not sold on offer at the issue price.
    fn offer_inventory(&mut self, step: &mut Step<'_>, id: BatchId) {
        self.change_batch(id, |batch| batch.offers = batch.offers.saturating_add(1));
        let Some(batch) = self.batches.get(&id) else { return };
        let (series, issuer, terms) = (batch.series, batch.issuer, batch.terms);
        let price_max = match terms.track {
            Track::Utility => terms.face,
            Track::Securities => Amount::MAX,
        };
        let price = terms.issue_price;
        let market = || Shared::new(Market::new(id, price_max, price));
        self.markets.or_insert_with(series, market);
        self.reopen_book(step, series);
        let quantity = self.books.title.quantity(series, Holder::Inventory);
        if quantity == 0 {
            return;
        }
        let order = self.free_order_id(id);
        let whole = Tranche { order, series, quantity, price, not_before: None, expires_at: None };
        let offered = self.place_tranche(step, issuer, &whole);
        assert!(offered.is_ok(), "the empty book of a listing takes its issuer's whole inventory");
    }

    /// The id of a batch's offer: one that nobody has taken.
    fn free_order_id(&mut self, id: BatchId) -> OrderId {
        loop {
            let number = self.next_number().to_be_bytes();
            let order = OrderId::derive(&[b"primary", id.as_bytes(), &number]);
            if !self.orders.contains(order) {
                return order;
            }
        }
    }

    pub(crate) fn suspend_batch(
        &mut self,
        step: &mut Step<'_>,
        id: BatchId,
        reason: SuspensionReason,
    ) -> Outcome {
        self.batch_in(id, &[BatchState::Listed])?;
        self.stand_still(step, id, reason);
        Ok(Done::Accepted)
    }

    /// Every listed batch of an issuer stands still with it.
    pub(crate) fn suspend_batches_of(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        for id in self.batches_of(issuer, |batch| batch.state == BatchState::Listed) {
            self.stand_still(step, id, SuspensionReason::Issuer);
        }
    }

    fn stand_still(&mut self, step: &mut Step<'_>, id: BatchId, reason: SuspensionReason) {
        let Some(series) = self.batches.get(&id).map(|batch| batch.series) else { return };
        self.end_trading_in(step, series);
        self.advance(id, BatchState::Suspended);
        self.change_batch(id, |batch| batch.suspended = Some(reason));
        step.emit(IssuingEvent::BatchSuspended { batch: id, series, reason }.into());
    }

    /// Compliance says that the cause is gone: what is unsold is on offer again.
    pub(crate) fn resume_batch(&mut self, step: &mut Step<'_>, id: BatchId) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Suspended])?;
        let (issuer, series) = (batch.issuer, batch.series);
        self.active_issuer(issuer)?;
        self.check_standing(issuer)?;
        self.offer_inventory(step, id);
        self.advance(id, BatchState::Listed);
        self.change_batch(id, |batch| batch.suspended = None);
        step.emit(IssuingEvent::BatchResumed { batch: id, series }.into());
        Ok(Done::Accepted)
    }

    /// Takes a batch off the market while nothing is held for it but the issuer's own offer. One
    /// whose book is halted stays, else its issuer could end the halt by listing it again.
    pub(crate) fn delist_batch(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: BatchId,
    ) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Listed])?;
        let (issuer, series) = (batch.issuer, batch.series);
        acts_for(actor, issuer)?;
        if self.phase(series) == Some(Phase::Halted) {
            return Err(Rejection::Book(Refusal::Halted));
        }
        if self.is_held_for(series) {
            return Err(Rejection::HoldsOpen);
        }
        self.end_trading_in(step, series);
        self.advance(id, BatchState::Registered);
        step.emit(IssuingEvent::BatchDelisted { batch: id, series }.into());
        Ok(Done::Accepted)
    }

    /// Whether coupons or money are held for something to do with a series: orders other than its
    /// issuer's offer, redemptions, offers, auctions, and what is on its way to a member.
    fn is_held_for(&self, series: SeriesId) -> bool {
        let locks = |offer: &Offer| offer.terms.deal.series() == series && !offer.locked.is_empty();
        let (by, title) = (By::Series(series), &self.books.title);
        let leaves = |node: &NodeId| title.quantity(series, Holder::Delivery(*node)) != 0;
        self.orders.any_in_series(series)
            || !self.locks_of(series).is_empty()
            || self.offers.any(by, locks)
            || self.auctions.any(by, |_| true)
            || self.members.keys().any(leaves)
    }

    /// Closes a batch once none of its coupons is alive: the rest of its reserve is the issuer's,
    /// and so is its quota.
    pub(crate) fn close_when_done(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(batch) = self.batches.get(&id) else { return };
        let (issuer, series) = (batch.issuer, batch.series);
        let to_share = batch.state == BatchState::Expired
            && (step.at < batch.terms.breakage_at || batch.shared != batch.expired);
        let ended = batch.state.is_live() || batch.state == BatchState::Expired;
        if !ended || to_share || self.alive(series) {
            return;
        }
        self.end_trading_in(step, series);
        self.advance(id, BatchState::Closed);
        self.free_reserve(step, issuer, id);
        self.release_quota(id);
        step.emit(IssuingEvent::BatchClosed { batch: id, series }.into());
    }

    /// Closes a batch if its issuer has just retired the last coupons of it that were alive. It is
    /// asked once a trade is complete with its orders and offers, since these end with the batch.
    pub(crate) fn close_when_retired(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let Some(market) = self.markets.get(&series) else { return };
        let id = market.batch;
        if self.books.title.quantity(series, Holder::Recalled) != 0 {
            self.close_when_done(step, id);
        }
    }

    /// Whether any coupon of a series is in a state that it can still leave.
    fn alive(&self, series: SeriesId) -> bool {
        let title = &self.books.title;
        let minted = title.terms(series).map_or(0, |terms| terms.quantity);
        let ended = [Holder::Redeemed, Holder::Expired, Holder::Recalled];
        let ended = ended.into_iter().map(|holder| title.quantity(series, holder));
        ended.fold(0, u64::saturating_add) < minted
    }

    /// The batches of an issuer that `which` says.
    pub(crate) fn batches_of(
        &self,
        issuer: PartyId,
        which: impl Fn(&Batch) -> bool,
    ) -> Vec<BatchId> {
        self.batches.select(By::Party(issuer), which)
    }
}
