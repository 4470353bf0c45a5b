//! What parties owe the node's pools: taken from their later credits first, else written off.

use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Entry, FeeKind, IssuerBucket, Posting, ShareKind, UserBucket};
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
    /// What `party` owes to `pool` and has not begun to repay. To the hub it is what an issuer owes
    /// in fees: its proceeds repay that, and no deposit does.
    #[must_use]
    pub fn receivable(&self, party: PartyId, pool: Pool) -> Amount {
        match pool {
            Pool::SettlementHub => self.owed_to_hub(party),
            _ => self.receivables.get(&(party, pool)).copied().unwrap_or(Amount::ZERO),
        }
    }

    /// Everything that parties owe and have not begun to repay: who, to which pool, how much.
    pub fn receivables(&self) -> impl Iterator<Item = (PartyId, Pool, Amount)> {
        let in_fees = self.issuers.keys().map(|issuer| (*issuer, Pool::SettlementHub));
        let owed = self.receivables.keys().copied().chain(in_fees);
        let owed = owed.map(|(party, pool)| (party, pool, self.receivable(party, pool)));
        owed.filter(|(_, _, amount)| !amount.is_zero())
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
        if pool == Pool::SettlementHub {
            return; // The account itself says what is owed to the hub.
        }
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
        if amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        if self.receivable(party, pool) < amount {
            return Err(Rejection::NothingOwed);
        }
        match self.draw_from(bearers(pool), amount).missing.is_zero() {
            true => Ok(()),
            false => Err(Rejection::InsufficientFunds),
        }
    }

    /// Gives up what a party owes. Whoever has lent it bears it.
    pub(crate) fn write_off(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        pool: Pool,
        amount: Amount,
    ) -> Outcome {
        self.check_write_off(party, pool, amount)?;
        self.owe_less(party, pool, amount);
        let borne_by = self.draw_from(bearers(pool), amount).taken;
        self.gather(step, Posting::Receivable, &borne_by, Account::Receivable(pool, party));
        step.emit(MoneyEvent::WrittenOff { party, pool, amount }.into());
        Ok(Done::Accepted)
    }
}

/// Who bears what is written off of a pool's claims, in that order: of fees that were never
/// collected, the fees themselves, which are kept for it until then; of what the guarantee fund has
/// paid, the fund; of anything else, the platform's share.
const fn bearers(pool: Pool) -> &'static [Account] {
    const PLATFORM: Account = Account::Share(ShareKind::Platform);
    match pool {
        Pool::SettlementHub => {
            &[Account::Fee(FeeKind::Issue), Account::Fee(FeeKind::Breakage), PLATFORM]
        }
        Pool::GuaranteeFund => &[Account::GuaranteeFund],
        _ => &[PLATFORM],
    }
}
