//! What parties owe the node's pools: taken from their later credits first, else written off.

use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Entry, IssuerBucket, Posting, ShareKind, UserBucket};
use gcfn_model::{Amount, PartyId, Pool};

/// The entries that bring a party new money. A released hold is none: it is the party's own
/// money, and whoever releases one may be about to set it aside again.
const CREDITS: [Posting; 22] = [
    Posting::UserDeposit,
    Posting::DepositResolved,
    Posting::IssuerDeposit,
    Posting::PrimaryPayIn,
    Posting::SecondaryPayIn,
    Posting::CrossBorderPayOut,
    Posting::MerchantDue,
    Posting::RefundAfterSettlement,
    Posting::ArbitratedRefund,
    Posting::Breakage,
    Posting::Reversal,
    Posting::Freeze,
    Posting::BuyBack,
    Posting::HolderCompensation,
    Posting::Rebate,
    Posting::Recall,
    Posting::Manual,
    // What matured coupons bring: a redemption itself credits only what is due.
    Posting::Redemption,
    Posting::SwapEqualiser,
    Posting::CrossBorderPrimary,
    // A reserve that nobody relies on any more, and what a default had frozen.
    Posting::ReserveFunding,
    Posting::DefaultFreeze,
];

impl Venue {
    /// What `party` owes to `pool` and has not begun to repay.
    #[must_use]
    pub fn receivable(&self, party: PartyId, pool: Pool) -> Amount {
        self.receivables.get(&(party, pool)).copied().unwrap_or(Amount::ZERO)
    }

    /// Everything that parties owe and have not begun to repay: who, to which pool, how much.
    pub fn receivables(&self) -> impl Iterator<Item = (PartyId, Pool, Amount)> {
        self.receivables.iter().map(|(&(party, pool), &amount)| (party, pool, amount))
    }

    /// Records that `party` owes `amount` more; the caller debits the receivable.
    pub(crate) fn lend(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        pool: Pool,
        amount: Amount,
    ) -> Account {
        if !amount.is_zero() {
            let owed = self.receivables.entry((party, pool)).or_insert(Amount::ZERO);
            *owed = owed.checked_add(amount).expect("below what a pool holds");
            step.emit(MoneyEvent::Owed { party, pool, amount }.into());
        }
        Account::Receivable(pool, party)
    }

    /// After `entry`: whoever it brought money repays with it what is owed, to the pool that
    /// the money is in first.
    pub(crate) fn repay_from(&mut self, step: &mut Step<'_>, entry: &Entry) {
        if !CREDITS.contains(&entry.posting) {
            return;
        }
        for leg in &entry.legs {
            if let Account::User(party, UserBucket::Available)
            | Account::Issuer(party, IssuerBucket::Deposit | IssuerBucket::Free) = leg.credit
            {
                self.repay(step, party, leg.credit, leg.amount);
            }
        }
    }

    fn repay(&mut self, step: &mut Step<'_>, party: PartyId, from: Account, credited: Amount) {
        let mut left = credited.min(self.amount(from));
        let mut owed: Vec<(Pool, Amount)> = self
            .receivables
            .range((party, Pool::UserCustody)..)
            .take_while(|((by, _), _)| *by == party)
            .map(|(&(_, pool), &amount)| (pool, amount))
            .collect();
        owed.sort_by_key(|(pool, _)| Some(*pool) != from.pool());
        for (pool, amount) in owed {
            let part = amount.min(left);
            if part.is_zero() {
                continue;
            }
            left = left.saturating_sub(part);
            self.owe_less(party, pool, part);
            let to = Account::Receivable(pool, party);
            self.move_money(step, Posting::Receivable, (from, to), part);
            step.emit(MoneyEvent::Repaid { party, pool, amount: part }.into());
        }
    }

    fn owe_less(&mut self, party: PartyId, pool: Pool, amount: Amount) {
        let left = self.receivable(party, pool).saturating_sub(amount);
        if left.is_zero() {
            self.receivables.remove(&(party, pool));
        } else {
            self.receivables.insert((party, pool), left);
        }
    }

    pub(crate) fn check_write_off(
        &self,
        party: PartyId,
        pool: Pool,
        amount: Amount,
    ) -> Result<(), Rejection> {
        if self.receivable(party, pool) < amount {
            return Err(Rejection::NothingOwed);
        }
        self.check_covers(Account::Share(ShareKind::Platform), amount)
    }

    /// Gives up what a party owes: the platform's share of the fees bears it.
    pub(crate) fn write_off(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        pool: Pool,
        amount: Amount,
    ) -> Outcome {
        self.check_write_off(party, pool, amount)?;
        self.owe_less(party, pool, amount);
        let borne_by = Account::Share(ShareKind::Platform);
        let to = Account::Receivable(pool, party);
        self.move_money(step, Posting::Receivable, (borne_by, to), amount);
        step.emit(MoneyEvent::WrittenOff { party, pool, amount }.into());
        Ok(Done::Accepted)
    }
}
