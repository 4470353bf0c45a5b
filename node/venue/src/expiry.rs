//! What time does by itself: expiry and breakage (P-13), and everything else that falls due.

use crate::event::Event;
use crate::issuance::BatchState;
use crate::settlement::{Item, issuer_due};
use crate::venue::{Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Holder, IssuerBucket, Posting};
use gcfn_model::{Amount, BatchId, SeriesId};

impl Venue {
    /// Does everything that was due before this command, in order of time.
    pub(crate) fn fire_due(&mut self, step: &mut Step<'_>) {
        while let Some((at, due)) = self.agenda.first().copied()
            && at <= step.at
        {
            self.agenda.remove(&(at, due));
            match due {
                Due::CutOff(date) => self.cut_off(step, date),
                Due::UnlockRedemption(redemption) => self.unlock_redemption(step, redemption),
                Due::Expire(batch) => self.expire(step, batch),
                Due::ExpireForeign(series) => self.expire_foreign(step, series),
                Due::ShareBreakage(batch) => self.share_breakage(step, batch),
                Due::ForgetLock(lock) => {
                    self.locks.remove(&lock);
                }
                Due::ForgetAnswer(command) => {
                    self.answers.remove(&command);
                }
                Due::LapseDeal(order) => self.lapse_deal(step, order),
                Due::LapsePayment(home, trade) => self.lapse_payment(step, home, trade),
                Due::LapseProposal(proposal) => self.lapse_proposal(step, proposal),
                Due::CloseReversal(number) => self.close_reversal(number),
                Due::SendWithdrawal(withdrawal) => self.withdrawal_due(step, withdrawal),
                Due::Dispute(dispute, due) => self.dispute_due(step, dispute, due),
            }
        }
    }

    /// The coupons of a batch end: open orders leave the book, every coupon moves to `expired`,
    /// those at other nodes too, and the issuer's debt for them is cancelled (P-13a).
    fn expire(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(batch) = self.batches.get(&id) else { return };
        if BatchState::Expired <= batch.state {
            return;
        }
        let series = batch.series;
        let open: Vec<_> = self.orders.values().filter(|o| o.series == series).copied().collect();
        for order in open {
            self.take_out(step, order);
        }
        let locked = self.redemptions.iter().filter(|(_, locked)| locked.series == series);
        let locked: Vec<_> = locked.map(|(id, _)| *id).collect();
        for redemption in locked {
            self.unlock_redemption(step, redemption);
        }
        let value = self.expire_coupons(step, series);
        let entry = self.entry(Posting::Expiry);
        let entry = entry.with(self.obligation(series), Account::ObligationContra, value);
        self.post(step, entry);
        self.refundable.retain(|(_, of), _| *of != series);
        if let Some(batch) = self.batches.get_mut(&id) {
            batch.expired = value;
        }
        self.advance(id, BatchState::Expired);
        step.emit(Event::SeriesExpired { series, value });
    }

    /// The coupons of another node's series end here when they end there.
    fn expire_foreign(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let value = self.expire_coupons(step, series);
        step.emit(Event::SeriesExpired { series, value });
    }

    /// Gives the face value that was with holders. Frozen coupons stand still: they end when they
    /// are unfrozen.
    fn expire_coupons(&mut self, step: &mut Step<'_>, series: SeriesId) -> Amount {
        let ends = |holder: &Holder| {
            use Holder::{Abroad, Inventory, Party, Pledged};
            matches!(holder, Inventory | Party(_) | Pledged(_) | Abroad(_))
        };
        let holders: Vec<Holder> =
            self.books.title.holders(series).map(|(holder, _)| holder).filter(ends).collect();
        let mut value = Amount::ZERO;
        for from in holders {
            if from != Holder::Inventory {
                let held = self.books.title.value(series, from);
                value = value.checked_add(held).expect("no more than was minted");
            }
            let to = Holder::Expired;
            let lots = self.books.title.transfer_all(series, from, to);
            let lots = lots.expect("a holder in the list has coupons");
            step.emit(Event::TitleMoved { series, from, to, lots });
        }
        value
    }

    /// Shares the reserve of what expired: the platform's part of the face value, the rest to
    /// the issuer (P-13b, C-35). Once, because the batch is closed by it (D-02).
    fn share_breakage(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(batch) = self.batches.get(&id) else { return };
        if batch.state != BatchState::Expired {
            return;
        }
        let (issuer, series) = (batch.issuer, batch.series);
        let reserve = Account::Reserve(issuer, id);
        let released = self.amount(reserve);
        let platform_share = self.terms.fees.breakage_share(batch.expired).min(released);
        let issuer_share = released.saturating_sub(platform_share);
        let entry = self
            .entry(Posting::Breakage)
            .with(reserve, issuer_due(issuer), platform_share)
            .with(reserve, Account::Issuer(issuer, IssuerBucket::Free), issuer_share);
        self.post(step, entry);
        if !platform_share.is_zero() {
            self.add_item(Item::Breakage { issuer, amount: platform_share });
        }
        self.advance(id, BatchState::Closed);
        step.emit(Event::BreakageDistributed { series, issuer_share, platform_share });
    }
}
