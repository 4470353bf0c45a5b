//! What backs the coupons of a batch: its reserve, what the reserve must be, and whose money is
//! drawn on when it is short (3.2 invariant 4, P-02b, P-04d, P-09b, C-28, C-39, A-46).

use crate::batch::{Batch, ReserveMode};
use crate::command::Actor;
use crate::credit::Grade;
use crate::issuer::IssuerStatus;
use crate::issuing_event::IssuingEvent;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::settlement::{Item, issuer_due};
use crate::trade::Trade;
use crate::venue::{Step, Venue};
use gcfn_ledger::{Account, Entry, Holder, IssuerBucket, Posting};
use gcfn_model::{Amount, BasisPoints, BatchId, PartyId, Pool, Rate, Rounding};

impl Venue {
    /// The share of the reserve base that an issuer sets aside: by its grade, and never more
    /// than the region asks of anybody.
    pub(crate) fn reserve_ratio(&self, issuer: PartyId) -> BasisPoints {
        let grade = self.issuers.get(&issuer).map_or(Grade::Bb, |known| known.grade);
        self.terms.credit.reserve_ratio(grade).min(self.terms.reserve_ratio)
    }

    /// What the reserve of a batch must be: its ratio of the sum of k over the coupons that are
    /// outstanding and paid for (3.2, invariant 4). `None` for an unknown batch.
    #[must_use]
    pub fn required_reserve(&self, id: BatchId) -> Option<Amount> {
        let batch = self.batches.get(&id)?;
        let base = match batch.terms.reserve {
            ReserveMode::Face => self.settled_face(id, batch),
            ReserveMode::Proceeds if self.settled_face(id, batch).is_zero() => Amount::ZERO,
            ReserveMode::Proceeds => batch.proceeds,
            ReserveMode::None => Amount::ZERO,
        };
        Some(self.reserve_ratio(batch.issuer).of(base, Rounding::Up).unwrap_or(Amount::MAX))
    }

    /// What is in the reserve of a batch.
    #[must_use]
    pub fn reserve_of(&self, id: BatchId) -> Option<Amount> {
        let issuer = self.batches.get(&id)?.issuer;
        Some(self.amount(Account::Reserve(issuer, id)))
    }

    /// Face value that holders have and whose sale has settled.
    fn settled_face(&self, id: BatchId, batch: &Batch) -> Amount {
        self.amount(Account::Obligation(batch.issuer, id)).saturating_sub(batch.unsettled)
    }

    /// What of the proceeds of `quantity` coupons stays in the batch's reserve (P-04d).
    pub(crate) fn reserve_share(&self, batch: &Batch, quantity: u64, proceeds: Amount) -> Amount {
        if batch.state.has_ended() {
            return Amount::ZERO;
        }
        let base = match batch.terms.reserve {
            ReserveMode::Face => batch.terms.face.checked_mul(quantity),
            ReserveMode::Proceeds => Some(proceeds),
            ReserveMode::None => Some(Amount::ZERO),
        };
        let base = base.unwrap_or(Amount::MAX);
        let wanted = self.reserve_ratio(batch.issuer).of(base, Rounding::Up).unwrap_or(base);
        let there = batch.prefunded.checked_mul(quantity).unwrap_or(Amount::MAX);
        wanted.saturating_sub(there).min(proceeds)
    }

    /// The share of the proceeds that feeds the risk reserve, out of what is left (C-39).
    pub(crate) fn risk_share(&self, proceeds: Amount, left: Amount) -> Amount {
        let wanted = self.terms.issuing.risk_ratio.of(proceeds, Rounding::HalfUp);
        wanted.unwrap_or(left).min(left)
    }

    /// Where an issuer's free money goes: a frozen issuer's stands still.
    pub(crate) fn issuer_free(&self, issuer: PartyId) -> Account {
        let frozen = |status| status == IssuerStatus::Frozen;
        let bucket = match self.issuers.get(&issuer).is_some_and(|known| frozen(known.status)) {
            true => IssuerBucket::Restricted,
            false => IssuerBucket::Free,
        };
        Account::Issuer(issuer, bucket)
    }

    /// Adds to `entry` what pays `amount` for a batch out of the issuer's money, in the order
    /// reserve, free proceeds, deposit, risk reserve and what a default has frozen; `None` when
    /// all of it is too little.
    pub(crate) fn draw(
        &self,
        mut entry: Entry,
        (issuer, batch): (PartyId, BatchId),
        amount: Amount,
    ) -> Option<Entry> {
        let mut left = amount;
        for source in sources(issuer, batch) {
            let part = self.amount(source).min(left);
            entry = entry.with(source, issuer_due(issuer), part);
            left = left.saturating_sub(part);
        }
        left.is_zero().then_some(entry)
    }

    /// The issuer's money that stands behind all its batches, without their reserves.
    pub(crate) fn own_means(&self, issuer: PartyId) -> Amount {
        let buckets = BACKING.map(|bucket| self.amount(Account::Issuer(issuer, bucket)));
        Amount::sum(buckets).unwrap_or(Amount::MAX)
    }

    /// The money of a primary sale has moved: it counts for the reserve, and what is free of it
    /// pays what the issuer owes first.
    pub(crate) fn proceeds_arrived(&mut self, step: &mut Step<'_>, trade: &Trade) {
        let Account::Obligation(issuer, id) = self.obligation(trade.series) else { return };
        let face = self.face_of(trade.series, trade.quantity);
        let proceeds = trade.proceeds();
        self.change_batch(id, |batch| {
            batch.unsettled = batch.unsettled.saturating_sub(face);
            if !batch.state.has_ended() {
                batch.proceeds = batch.proceeds.checked_add(proceeds).unwrap_or(Amount::MAX);
            }
        });
        self.contribute(step, issuer, proceeds);
        self.repay_hub(step, issuer);
        self.check_reserve(step, id);
        self.meet_calls(step, issuer);
        self.assure(step, issuer, proceeds);
    }

    /// The guarantee fund's share of the proceeds, out of what is free (C-39).
    fn contribute(&mut self, step: &mut Step<'_>, issuer: PartyId, proceeds: Amount) {
        let free = Account::Issuer(issuer, IssuerBucket::Free);
        let wanted = self.terms.issuing.fund_ratio.of(proceeds, Rounding::HalfUp);
        let amount = wanted.unwrap_or(Amount::ZERO).min(self.amount(free));
        if amount.is_zero() {
            return;
        }
        let entry = self.entry(Posting::GuaranteeFunding);
        self.post(step, entry.with(free, issuer_due(issuer), amount));
        self.add_item(Item::FundContribution { issuer, amount });
    }

    /// Pays what an issuer owes the hub out of its free money (P-03b).
    pub(crate) fn repay_hub(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        let free = Account::Issuer(issuer, IssuerBucket::Free);
        let amount = self.owed_to_hub(issuer).min(self.amount(free));
        if amount.is_zero() {
            return;
        }
        let entry = self.entry(Posting::IssuanceFee);
        self.post(step, entry.with(free, issuer_due(issuer), amount));
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.repaying = known.repaying.checked_add(amount).expect("no more than is owed");
        }
        self.add_item(Item::DebtRepaid { issuer, amount });
    }

    /// What an issuer owes the hub and has not sent yet.
    pub(crate) fn owed_to_hub(&self, issuer: PartyId) -> Amount {
        let owed = self.amount(Account::Receivable(Pool::SettlementHub, issuer));
        let sent = self.issuers.get(&issuer).map_or(Amount::ZERO, |known| known.repaying);
        owed.saturating_sub(sent)
    }

    /// Holders have `value` less to claim of a batch than `before`: the reserve base shrinks by
    /// as much of it.
    pub(crate) fn claims_fell(
        &mut self,
        step: &mut Step<'_>,
        id: BatchId,
        before: Amount,
        value: Amount,
    ) {
        self.change_batch(id, |batch| {
            let settled = before.saturating_sub(batch.unsettled).max(value);
            let share = Rate::new(batch.proceeds.minor(), settled.minor());
            let base = share.ok().and_then(|share| share.counter(value, Rounding::Down));
            batch.proceeds = batch.proceeds.saturating_sub(base.unwrap_or(Amount::ZERO));
        });
        self.check_reserve(step, id);
    }

    /// Holds invariant 4: what the reserve is short of comes out of free proceeds and deposit,
    /// and the issuer is called for the rest.
    pub(crate) fn check_reserve(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(required) = self.required_reserve(id) else { return };
        let Some(batch) = self.batches.get(&id) else { return };
        let (issuer, was_low) = (batch.issuer, batch.reserve_low);
        if !batch.state.is_live() {
            self.change_batch(id, |batch| batch.reserve_low = false);
            return;
        }
        let reserve = self.restore(step, (issuer, id), required);
        let low = reserve < required;
        self.change_batch(id, |batch| batch.reserve_low = low);
        if low && !was_low {
            let missing = required.saturating_sub(reserve);
            step.emit(IssuingEvent::ReserveLow { batch: id, issuer, reserve, required }.into());
            step.emit(
                IssuingEvent::FundingCalled {
                    issuer,
                    amount: missing,
                    due: self.funding_due_at(step.at),
                }
                .into(),
            );
        }
        if !low && was_low {
            step.emit(IssuingEvent::ReserveRestored { batch: id, issuer }.into());
        }
    }

    /// Moves free proceeds and then deposit into a reserve as far as it is short. Gives what is
    /// in it then.
    fn restore(
        &mut self,
        step: &mut Step<'_>,
        (issuer, id): (PartyId, BatchId),
        required: Amount,
    ) -> Amount {
        let reserve = Account::Reserve(issuer, id);
        let mut missing = required.saturating_sub(self.amount(reserve));
        let mut entry = self.entry(Posting::ReserveFunding);
        for bucket in [IssuerBucket::Free, IssuerBucket::Deposit] {
            let source = Account::Issuer(issuer, bucket);
            let part = self.amount(source).min(missing);
            entry = entry.with(source, reserve, part);
            missing = missing.saturating_sub(part);
        }
        if !entry.legs.is_empty() {
            self.post(step, entry);
            self.set_quota(step, issuer);
        }
        self.amount(reserve)
    }

    /// The issuer adds to the reserve of a batch out of its deposit and then its free proceeds.
    pub(crate) fn top_up_reserve(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: BatchId,
        amount: Amount,
    ) -> Outcome {
        let batch = self.batches.get(&id).ok_or(Rejection::UnknownBatch)?;
        let issuer = batch.issuer;
        if !batch.state.is_live() {
            return Err(Rejection::BatchState);
        }
        acts_for(actor, issuer)?;
        if amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        let deposit = Account::Issuer(issuer, IssuerBucket::Deposit);
        let free = Account::Issuer(issuer, IssuerBucket::Free);
        let from_deposit = self.amount(deposit).min(amount);
        let from_free = amount.saturating_sub(from_deposit);
        if self.amount(free) < from_free {
            return Err(Rejection::ReserveNotFunded);
        }
        let reserve = Account::Reserve(issuer, id);
        let entry = self.entry(Posting::ReserveFunding);
        let entry = entry.with(deposit, reserve, from_deposit).with(free, reserve, from_free);
        self.post(step, entry);
        self.set_quota(step, issuer);
        self.check_reserve(step, id);
        self.meet_calls(step, issuer);
        Ok(Done::Accepted)
    }

    /// Lets go of what is in the reserve of a batch beyond what it must be for coupons that are
    /// paid for and beyond what was set aside for the others: its issuer has bought coupons back
    /// with other money (P-21). While sales are unsettled nobody can tell whether the coupons that
    /// came back were paid for, and nothing is let go.
    pub(crate) fn free_surplus(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(required) = self.required_reserve(id) else { return };
        let Some(batch) = self.batches.get(&id).filter(|batch| batch.unsettled.is_zero()) else {
            return;
        };
        let (issuer, reserve) = (batch.issuer, Account::Reserve(batch.issuer, id));
        let unsold = [Holder::Inventory, Holder::InventoryLock];
        let unsold = unsold.map(|holder| self.books.title.quantity(batch.series, holder));
        let awaited = unsold.into_iter().fold(0, u64::saturating_add);
        let set_aside = batch.prefunded.checked_mul(awaited).unwrap_or(Amount::MAX);
        let surplus = self.amount(reserve).saturating_sub(required).saturating_sub(set_aside);
        let entry = self.entry(Posting::ReserveFunding);
        self.post(step, entry.with(reserve, self.issuer_free(issuer), surplus));
        self.repay_hub(step, issuer);
    }

    /// Lets go of what is left in the reserve of a batch that has nobody to pay any more.
    pub(crate) fn free_reserve(&mut self, step: &mut Step<'_>, issuer: PartyId, id: BatchId) {
        let reserve = Account::Reserve(issuer, id);
        let left = self.amount(reserve);
        let entry = self.entry(Posting::ReserveFunding);
        self.post(step, entry.with(reserve, self.issuer_free(issuer), left));
        self.repay_hub(step, issuer);
    }
}

/// The issuer's own money behind its batches, in the order that it is drawn on.
const BACKING: [IssuerBucket; 4] =
    [IssuerBucket::Free, IssuerBucket::Deposit, IssuerBucket::Risk, IssuerBucket::Restricted];

/// Where a payment for a batch is drawn from, in that order (P-09b).
fn sources(issuer: PartyId, batch: BatchId) -> impl Iterator<Item = Account> {
    let own = BACKING.map(|bucket| Account::Issuer(issuer, bucket));
    core::iter::once(Account::Reserve(issuer, batch)).chain(own)
}
