//! Moving money between two accounts of the node: at once within a pool, with the next
//! settlement between pools.
//!
//! Cash that moves between pools is never booked on one side only: it is set aside where it
//! comes from, becomes an item, and arrives when the house between the pools has settled it.

use crate::refusal::Rejection;
use crate::settlement::{Item, ItemId, committed, issuer_due};
use crate::venue::{Step, Venue};
use gcfn_ledger::{Account, Entry, IssuerBucket, Posting, ShareKind, UserBucket};
use gcfn_model::{Amount, PartyId, Pool};

/// Part of an amount, and the account that it is taken from.
pub(crate) type Taken = (Account, Amount);

/// How far an amount can be collected from a list of accounts.
#[derive(Debug)]
pub(crate) struct Draw {
    /// What is taken from each.
    pub(crate) taken: alloc::vec::Vec<Taken>,
    /// What none of them has.
    pub(crate) missing: Amount,
}

impl Venue {
    /// Whether `from` has `amount`.
    pub(crate) fn check_covers(&self, from: Account, amount: Amount) -> Result<(), Rejection> {
        if amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        if self.amount(from) < amount { Err(Rejection::InsufficientFunds) } else { Ok(()) }
    }

    /// What `sources` can give towards `amount`, in their order.
    pub(crate) fn draw_from(&self, sources: &[Account], amount: Amount) -> Draw {
        let mut missing = amount;
        let mut taken = alloc::vec::Vec::new();
        for &source in sources {
            let part = self.amount(source).min(missing);
            if !part.is_zero() {
                taken.push((source, part));
                missing = missing.saturating_sub(part);
            }
        }
        Draw { taken, missing }
    }

    /// Moves `amount`, which `from` has been checked to have, to `to`. Gives the item that it
    /// waits for, when the two are in different pools.
    pub(crate) fn move_money(
        &mut self,
        step: &mut Step<'_>,
        posting: Posting,
        (from, to): (Account, Account),
        amount: Amount,
    ) -> Option<ItemId> {
        self.gather(step, posting, &[(from, amount)], to)
    }

    /// Moves what was taken from accounts of one pool to one account. What is there already stays.
    pub(crate) fn gather(
        &mut self,
        step: &mut Step<'_>,
        posting: Posting,
        taken: &[Taken],
        to: Account,
    ) -> Option<ItemId> {
        let &(first, _) = taken.first()?;
        let entry = self.entry(posting);
        if first.pool() == to.pool() {
            let to = self.settled_into(to);
            let elsewhere = taken.iter().filter(|(from, _)| *from != to);
            let legs = |entry: Entry, &(from, part): &Taken| entry.with(from, to, part);
            let entry = elsewhere.fold(entry, legs);
            self.post(step, entry);
            return None;
        }
        let from = waiting(first);
        let apart = taken.iter().filter(|(source, _)| *source != from);
        let entry = apart.fold(entry, |entry, &(source, part)| entry.with(source, from, part));
        self.post(step, entry);
        let amount = Amount::sum(taken.iter().map(|(_, part)| *part));
        let amount = amount.expect("parts of one amount");
        Some(self.add_item(Item::Transfer { posting, from, to, amount }))
    }

    /// The entry of a transfer whose cash has moved.
    pub(crate) fn transfer_entry(
        &self,
        posting: Posting,
        (from, to): (Account, Account),
        amount: Amount,
    ) -> Entry {
        let to = self.settled_into(to);
        let entry = self.entry(posting).with(from, to, amount);
        match (from.pool(), to.pool()) {
            (Some(giving), Some(taking)) => entry.with_transit(giving, taking, amount),
            _ => entry,
        }
    }

    /// Where money for `to` is booked: a frozen party's is frozen, a free party's is not.
    pub(crate) fn settled_into(&self, to: Account) -> Account {
        match to {
            Account::User(party, UserBucket::Available | UserBucket::Restricted) => {
                Account::User(party, self.free_bucket(party))
            }
            Account::Issuer(issuer, IssuerBucket::Free) => self.issuer_free(issuer),
            other => other,
        }
    }
}

/// Where money of `account` waits until the house has moved its cash.
pub(crate) fn waiting(account: Account) -> Account {
    match account {
        Account::User(party, _) | Account::Receivable(Pool::UserCustody, party) => committed(party),
        Account::Issuer(party, _)
        | Account::Reserve(party, _)
        | Account::Receivable(Pool::IssuerEscrow, party) => issuer_due(party),
        Account::Fee(_)
        | Account::Share(_)
        | Account::Tax(_)
        | Account::Stake(_)
        | Account::Merchant(_)
        | Account::Receivable(Pool::SettlementHub, _) => Account::Clearing,
        other => other,
    }
}

/// Whose money an account is, where it is a party's.
pub(crate) fn owner(account: Account) -> Option<PartyId> {
    match account {
        Account::User(party, _) | Account::Issuer(party, _) | Account::Merchant(party) => {
            Some(party)
        }
        _ => None,
    }
}

/// Where money is taken from when it is taken back: a party's out of what is available, then of
/// what compliance has frozen (P-12); a fee that has been shared out, of the platform's share.
pub(crate) fn taken_back_from(account: Account) -> alloc::vec::Vec<Account> {
    match account {
        Account::User(party, UserBucket::Available | UserBucket::Restricted) => {
            [UserBucket::Available, UserBucket::Restricted]
                .map(|bucket| Account::User(party, bucket))
                .to_vec()
        }
        Account::Issuer(party, IssuerBucket::Deposit) => {
            [IssuerBucket::Deposit, IssuerBucket::Free]
                .map(|bucket| Account::Issuer(party, bucket))
                .to_vec()
        }
        Account::Fee(_) => [account, Account::Share(ShareKind::Platform)].to_vec(),
        other => [other].to_vec(),
    }
}
