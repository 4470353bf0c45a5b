//! Batches: from draft to a series that trades (2.1, P-02b, P-03).

use crate::command::{Actor, BatchTerms};
use crate::event::{Event, FederationRequest};
use crate::fees::Listing;
use crate::monthly::MonthlyVolume;
use crate::outcome::{Done, Outcome};
use crate::party::{Issuer, IssuerStatus, acts_for};
use crate::refusal::{Rejection, TermsField};
use crate::settlement::Item;
use crate::trading::{Market, OpenOrder};
use crate::venue::{Due, Step, Venue};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_ledger::{Account, Holder, IssuerBucket, Posting};
use gcfn_market::{Order, Side, TimeInForce};
use gcfn_model::{Amount, BatchId, Millis, OrderId, PartyId, Rounding, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// The most coupons of one batch.
const QUANTITY_MAX: u64 = 1_000_000_000;
/// How many persons must approve a batch.
const APPROVERS: usize = 2;

/// What an issuer sets aside per coupon sold (C-28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReserveMode {
    /// Its face value; what the price does not bring, the issuer deposits before listing.
    Face,
    /// What its sale brings.
    Proceeds,
    /// Nothing.
    None,
}

/// Where a batch stands. It only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// May still be changed by the issuer.
    Draft,
    /// Pre-checked, waiting for approval.
    Review,
    /// Approved by enough persons.
    Approved,
    /// Its reserve is set aside.
    Funded,
    /// Its coupons exist.
    Registered,
    /// Its coupons trade.
    Listed,
    /// Its coupons have expired.
    Expired,
    /// The reserve of what expired is shared out; nothing is left to do.
    Closed,
}

/// An issuance programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Whose it is.
    pub issuer: PartyId,
    /// What it promises.
    pub terms: BatchTerms,
    /// Where it stands.
    pub state: BatchState,
    /// Who has approved it.
    pub approved_by: BTreeSet<PartyId>,
    /// What is set aside per coupon before it is sold.
    pub prefunded: Amount,
    /// The series of its coupons.
    pub series: SeriesId,
    /// The face value that was with holders when it expired.
    pub expired: Amount,
}

impl Batch {
    fn total_face(terms: &BatchTerms) -> Result<Amount, Rejection> {
        terms.face.checked_mul(terms.quantity).ok_or(Rejection::TooLarge)
    }
}

fn check_terms(terms: &BatchTerms, at: Timestamp) -> Result<(), Rejection> {
    let wrong = |field| Err(Rejection::BatchTerms(field));
    if terms.face.is_zero() {
        return wrong(TermsField::Face);
    }
    if terms.quantity == 0 || QUANTITY_MAX < terms.quantity {
        return wrong(TermsField::Quantity);
    }
    if terms.issue_price.is_zero() || terms.face < terms.issue_price {
        return wrong(TermsField::IssuePrice);
    }
    if terms.expires_at <= at || terms.breakage_at < terms.expires_at {
        return wrong(TermsField::ExpiresAt);
    }
    Ok(())
}

impl Venue {
    pub(crate) fn draft_batch(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        id: BatchId,
        terms: BatchTerms,
    ) -> Outcome {
        self.active_issuer(issuer)?;
        check_terms(&terms, step.at)?;
        if self.batches.contains_key(&id) {
            return Err(Rejection::BatchExists);
        }
        let total = Batch::total_face(&terms)?;
        let known = self.issuers.get_mut(&issuer).ok_or(Rejection::UnknownIssuer)?;
        let used = known.used.checked_add(total).ok_or(Rejection::TooLarge)?;
        if known.quota < used {
            return Err(Rejection::QuotaExceeded);
        }
        known.used = used;
        let batch = Batch {
            issuer,
            terms,
            state: BatchState::Draft,
            approved_by: BTreeSet::new(),
            prefunded: Amount::ZERO,
            series: SeriesId::derive(&[self.terms.node.as_str().as_bytes(), id.as_bytes()]),
            expired: Amount::ZERO,
        };
        self.batches.insert(id, batch);
        step.emit(Event::BatchDrafted { batch: id, issuer });
        Ok(Done::Accepted)
    }

    /// Submits a draft. The pre-check is part of it: a batch that fails it stays a draft, and
    /// the refusal says why.
    pub(crate) fn submit_batch(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: BatchId,
    ) -> Outcome {
        let batch = self.batch_in(id, BatchState::Draft)?;
        let (issuer, terms) = (batch.issuer, batch.terms);
        acts_for(actor, issuer)?;
        self.active_issuer(issuer)?;
        check_terms(&terms, step.at)?;
        self.advance(id, BatchState::Review);
        step.emit(Event::BatchSubmitted { batch: id });
        Ok(Done::Accepted)
    }

    /// One person's approval; the second one approves the batch (four eyes).
    pub(crate) fn approve_batch(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: BatchId,
    ) -> Outcome {
        if self.batch_in(id, BatchState::Review)?.approved_by.contains(&by) {
            return Err(Rejection::SecondPerson);
        }
        let batch = self.batches.get_mut(&id).ok_or(Rejection::UnknownBatch)?;
        batch.approved_by.insert(by);
        let enough = APPROVERS <= batch.approved_by.len();
        step.emit(Event::BatchSigned { batch: id, by });
        if enough {
            self.advance(id, BatchState::Approved);
            step.emit(Event::BatchApproved { batch: id });
        }
        Ok(Done::Accepted)
    }

    /// Sets aside from the issuer's deposit what sales at the issue price will not bring (P-02b).
    pub(crate) fn fund_batch(&mut self, step: &mut Step<'_>, actor: Actor, id: BatchId) -> Outcome {
        let batch = self.batch_in(id, BatchState::Approved)?;
        let (issuer, terms) = (batch.issuer, batch.terms);
        acts_for(actor, issuer)?;
        self.free_party(issuer)?;
        let prefunded = self.prefund_per_coupon(&terms);
        let reserve = prefunded.checked_mul(terms.quantity).ok_or(Rejection::TooLarge)?;
        let deposit = Account::Issuer(issuer, IssuerBucket::Deposit);
        if self.amount(deposit) < reserve {
            return Err(Rejection::ReserveNotFunded);
        }
        let entry = self.entry(Posting::ReserveFunding);
        self.post(step, entry.with(deposit, Account::Reserve(issuer, id), reserve));
        if let Some(batch) = self.batches.get_mut(&id) {
            batch.prefunded = prefunded;
        }
        self.advance(id, BatchState::Funded);
        step.emit(Event::BatchFunded { batch: id, reserve });
        Ok(Done::Accepted)
    }

    /// max(0, rho x F - (issue price - seller fee)) in mode `face`; nothing in the others.
    fn prefund_per_coupon(&self, terms: &BatchTerms) -> Amount {
        if self.terms.reserve_mode != ReserveMode::Face {
            return Amount::ZERO;
        }
        let price = terms.issue_price;
        let brings = price.saturating_sub(self.terms.fees.largest_primary_fee(price));
        let base = self.terms.reserve_ratio.of(terms.face, Rounding::Up).unwrap_or(terms.face);
        base.saturating_sub(brings)
    }

    /// What of the proceeds of `quantity` coupons stays in the batch's reserve (P-04d).
    pub(crate) fn reserve_share(&self, batch: &Batch, quantity: u64, proceeds: Amount) -> Amount {
        if BatchState::Expired <= batch.state {
            return Amount::ZERO;
        }
        let base = match self.terms.reserve_mode {
            ReserveMode::Face => batch.terms.face.checked_mul(quantity),
            ReserveMode::Proceeds => Some(proceeds),
            ReserveMode::None => Some(Amount::ZERO),
        };
        let base = base.unwrap_or(Amount::MAX);
        let wanted = self.terms.reserve_ratio.of(base, Rounding::Up).unwrap_or(base);
        let there = batch.prefunded.checked_mul(quantity).unwrap_or(Amount::MAX);
        wanted.saturating_sub(there).min(proceeds)
    }

    /// Registers the coupons of a funded batch with the issuer (P-03a).
    pub(crate) fn mint_batch(&mut self, step: &mut Step<'_>, id: BatchId) -> Outcome {
        let batch = self.batch_in(id, BatchState::Funded)?;
        let (series, terms) = (batch.series, batch.terms);
        let minted = gcfn_ledger::Terms { face: terms.face, quantity: terms.quantity, home: None };
        self.books.title.register(series, minted).map_err(|_| Rejection::BatchExists)?;
        self.advance(id, BatchState::Registered);
        let (quantity, face) = (terms.quantity, terms.face);
        step.emit(Event::BatchMinted { batch: id, series, quantity, face });
        Ok(Done::Accepted)
    }

    /// Opens the book, offers the inventory at the issue price and charges the issuance fee
    /// (P-03b). The series is announced to the federation's directory.
    pub(crate) fn list_batch(&mut self, step: &mut Step<'_>, actor: Actor, id: BatchId) -> Outcome {
        let batch = self.batch_in(id, BatchState::Registered)?.clone();
        acts_for(actor, batch.issuer)?;
        let issuer = self.active_issuer(batch.issuer)?;
        if batch.terms.expires_at <= step.at {
            return Err(Rejection::Expired);
        }
        let total = Batch::total_face(&batch.terms)?;
        let volume = MonthlyVolume::plus(issuer.listed, self.month(step.at), total);
        let age = issuer.since.map_or(Millis(0), |since| step.at.since(since));
        let listing = Listing { granted: issuer.tier, volume: volume.face, age };
        let fee = self.terms.fees.issuance_fee(listing, total);
        self.charge_issuance(step, batch.issuer, fee)?;
        if let Some(issuer) = self.issuers.get_mut(&batch.issuer) {
            issuer.listed = Some(volume);
        }
        self.open_market(step, id, &batch);
        self.agenda.insert((batch.terms.expires_at, Due::Expire(id)));
        self.agenda.insert((batch.terms.breakage_at, Due::ShareBreakage(id)));
        self.advance(id, BatchState::Listed);
        let (series, issue_price) = (batch.series, batch.terms.issue_price);
        step.emit(Event::SeriesListed { batch: id, series, issue_price });
        step.emit(Event::Submitted(FederationRequest::ListSeries {
            series,
            face: batch.terms.face,
            minted: batch.terms.quantity,
            currency: self.terms.currency,
            expires_at: batch.terms.expires_at,
        }));
        Ok(Done::Accepted)
    }

    /// Takes the fee from free proceeds, else from the deposit, into what is due to the hub.
    fn charge_issuance(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        fee: Amount,
    ) -> Result<(), Rejection> {
        let free = Account::Issuer(issuer, IssuerBucket::Free);
        let deposit = Account::Issuer(issuer, IssuerBucket::Deposit);
        let from_free = self.amount(free).min(fee);
        let from_deposit = fee.saturating_sub(from_free);
        if self.amount(deposit) < from_deposit {
            return Err(Rejection::ReserveNotFunded);
        }
        let due = Account::Issuer(issuer, IssuerBucket::Due);
        let entry = self.entry(Posting::IssuanceFee);
        self.post(step, entry.with(free, due, from_free).with(deposit, due, from_deposit));
        if !fee.is_zero() {
            self.add_item(Item::IssuanceFee { issuer, amount: fee });
        }
        Ok(())
    }

    fn open_market(&mut self, step: &mut Step<'_>, id: BatchId, batch: &Batch) {
        let (series, quantity) = (batch.series, batch.terms.quantity);
        let mut market = Market::new(id, batch.terms.face);
        let order = OrderId::derive(&[b"primary", id.as_bytes()]);
        let offer = Order {
            id: order,
            owner: batch.issuer,
            side: Side::Sell,
            quantity,
            price: batch.terms.issue_price,
            time_in_force: TimeInForce::GoodTillCancelled,
        };
        let mut fills = Vec::new();
        let placed = market.book.place(offer, &mut fills).expect("the first order of a new book");
        assert_eq!(placed.resting, quantity);
        let (from, to) = (Holder::Inventory, Holder::InventoryLock);
        self.move_title(step, series, from, to, quantity);
        let open = OpenOrder {
            id: order,
            party: batch.issuer,
            series,
            side: Side::Sell,
            price: batch.terms.issue_price,
            remaining: quantity,
            hold_per_coupon: Amount::ZERO,
            primary: true,
        };
        self.orders.insert(order, open);
        self.markets.insert(series, market);
    }

    fn active_issuer(&self, issuer: PartyId) -> Result<&Issuer, Rejection> {
        self.free_party(issuer)?;
        let known = self.issuers.get(&issuer).ok_or(Rejection::UnknownIssuer)?;
        if known.status != IssuerStatus::Active {
            return Err(Rejection::IssuerNotActive);
        }
        Ok(known)
    }

    fn batch_in(&self, id: BatchId, state: BatchState) -> Result<&Batch, Rejection> {
        let batch = self.batches.get(&id).ok_or(Rejection::UnknownBatch)?;
        if batch.state == state { Ok(batch) } else { Err(Rejection::BatchState) }
    }

    pub(crate) fn advance(&mut self, id: BatchId, state: BatchState) {
        if let Some(batch) = self.batches.get_mut(&id) {
            assert!(batch.state < state);
            batch.state = state;
        }
    }
}
