//! Bank movements that nobody has explained yet, one numbered item each (P-01, P-01b, P-27).
//!
//! An item is a bank's entry: its account, amount and references. It is resolved once, whole,
//! by two persons: to those whose money it is or, where the bank took money, to those who bear
//! it. What one of them has in another pool gets there with the next settlement.

use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::reversal::{Numbered, ReversibleKind};
use crate::transfer::taken_back_from;
use crate::venue::{Step, Venue};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::ops::Bound;
use gcfn_banking::{BankReference, Side, SuspenseItem};
use gcfn_ledger::{Account, Entry, IssuerBucket, Posting, ShareKind, UserBucket};
use gcfn_model::{Amount, BusinessDate, Digest, PartyId, Pool, SettlementAccount, Uetr};
use serde::{Deserialize, Serialize};

/// The most claimants of one item.
pub const SUSPENSE_PARTS_MAX: usize = 100;

/// Whose an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claimant {
    /// A user's or a merchant's available money.
    User(PartyId),
    /// An issuer's deposit.
    Issuer(PartyId),
    /// The guarantee fund; money that came in only.
    GuaranteeFund,
    /// The platform's share of the fees: it bears the bank's charges.
    Platform,
}

/// One claimant's part of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspensePart {
    /// Whose.
    pub claimant: Claimant,
    /// How much.
    pub amount: Amount,
}

/// What becomes of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspenseResolution {
    /// The number of the item.
    pub item: u64,
    /// Its parts, which come to the whole of it, each claimant once.
    pub parts: Vec<SuspensePart>,
}

/// What a bank's account differs by from its mirror in the books (P-27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankDifference {
    /// The pool whose account it is.
    pub pool: Pool,
    /// Credit: the bank has more.
    pub side: Side,
    /// By how much, in the venue's currency.
    pub amount: Amount,
    /// The day of the statement that shows it.
    pub booked_on: BusinessDate,
    /// The digest of the statement.
    pub statement: Digest,
}

/// Who has the interest on the custody accounts (P-28, O-09: the seeds name nobody).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterestOwner {
    /// The network operator.
    Platform,
    /// The region operator.
    Region,
    /// The guarantee fund.
    GuaranteeFund,
}

impl InterestOwner {
    const fn account(self) -> Account {
        match self {
            InterestOwner::Platform => Account::Share(ShareKind::Platform),
            InterestOwner::Region => Account::Share(ShareKind::Region),
            InterestOwner::GuaranteeFund => Account::GuaranteeFund,
        }
    }
}

impl Venue {
    /// Every item that waits in suspense, oldest first.
    pub fn suspense(&self) -> impl Iterator<Item = &SuspenseItem> {
        self.suspense.values()
    }

    /// The items beyond the number `after`, oldest first.
    pub fn suspense_after(&self, after: Option<u64>) -> impl Iterator<Item = &SuspenseItem> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.suspense.range((from, Bound::Unbounded)).map(|(_, item)| item)
    }

    pub(crate) fn put_in_suspense(&mut self, step: &mut Step<'_>, item: SuspenseItem) -> u64 {
        let number = self.next_number();
        let item = SuspenseItem { number, at: step.at, ..item };
        self.suspense.insert(number, item);
        step.emit(MoneyEvent::SuspenseOpened(item).into());
        number
    }

    /// Says who looks after an item.
    pub(crate) fn assign_suspense(
        &mut self,
        step: &mut Step<'_>,
        number: u64,
        owner: PartyId,
    ) -> Outcome {
        let item = self.suspense.get_mut(&number).ok_or(Rejection::UnknownSuspense)?;
        item.owner = Some(owner);
        step.emit(MoneyEvent::SuspenseAssigned { number, owner }.into());
        Ok(Done::Accepted)
    }

    /// A house has explained what came early: the item is gone.
    pub(crate) fn explained(
        &mut self,
        step: &mut Step<'_>,
        uetr: Uetr,
        account: SettlementAccount,
    ) {
        let of_payment = |item: &&SuspenseItem| item.uetr == Some(uetr) && item.account == account;
        if let Some(number) = self.suspense.values().find(of_payment).map(|item| item.number) {
            self.close_suspense(step, number);
        }
    }

    pub(crate) fn close_suspense(&mut self, step: &mut Step<'_>, number: u64) {
        if let Some(item) = self.suspense.remove(&number) {
            if let Some(uetr) = item.uetr {
                self.early.remove(&uetr);
            }
            step.emit(MoneyEvent::SuspenseClosed { number }.into());
        }
    }

    /// The item, if the books have it and can move it.
    fn suspended(&self, number: u64) -> Result<SuspenseItem, Rejection> {
        let item = *self.suspense.get(&number).ok_or(Rejection::UnknownSuspense)?;
        if item.currency != self.terms.currency {
            return Err(Rejection::SuspenseCurrency);
        }
        self.check_posted(item.account.pool)?;
        Ok(item)
    }

    /// Whether the books have all that the bank has booked in suspense of `pool`.
    fn check_posted(&self, pool: Pool) -> Result<(), Rejection> {
        let suspense = Account::Suspense(pool);
        let touches = |entry: &Entry| {
            entry.legs.iter().any(|leg| [leg.debit, leg.credit].contains(&suspense))
        };
        match self.unposted.iter().any(touches) {
            true => Err(Rejection::BankBreakOpen),
            false => Ok(()),
        }
    }

    pub(crate) fn check_resolve(&self, wish: &SuspenseResolution) -> Result<(), Rejection> {
        let item = self.suspended(wish.item)?;
        let claimants: BTreeSet<Claimant> = wish.parts.iter().map(|part| part.claimant).collect();
        let sum = Amount::sum(wish.parts.iter().map(|part| part.amount));
        let each_once = claimants.len() == wish.parts.len();
        if !each_once || SUSPENSE_PARTS_MAX < wish.parts.len() || sum != Some(item.amount) {
            return Err(Rejection::SuspenseParts);
        }
        for part in &wish.parts {
            if part.amount.is_zero() {
                return Err(Rejection::AmountZero);
            }
            let account = self.claim(part.claimant)?;
            if item.side == Side::Debit {
                if account == Account::GuaranteeFund {
                    return Err(Rejection::SuspenseParts);
                }
                let draw = self.draw_from(&taken_back_from(account), part.amount);
                if !draw.missing.is_zero() {
                    return Err(Rejection::InsufficientFunds);
                }
            }
        }
        Ok(())
    }

    fn claim(&self, claimant: Claimant) -> Result<Account, Rejection> {
        match claimant {
            Claimant::User(party) => match self.party(party)?.kind {
                PartyKind::User | PartyKind::Merchant => {
                    Ok(Account::User(party, UserBucket::Available))
                }
                _ => Err(Rejection::PartyKind),
            },
            Claimant::Issuer(party) => match self.party(party)?.kind {
                PartyKind::Issuer => Ok(Account::Issuer(party, IssuerBucket::Deposit)),
                _ => Err(Rejection::PartyKind),
            },
            Claimant::GuaranteeFund => Ok(Account::GuaranteeFund),
            Claimant::Platform => Ok(Account::Share(ShareKind::Platform)),
        }
    }

    /// Brings an item to those whose it is (P-01b), or takes it from those who bear it.
    pub(crate) fn resolve_suspense(
        &mut self,
        step: &mut Step<'_>,
        wish: &SuspenseResolution,
    ) -> Outcome {
        self.check_resolve(wish)?;
        let item = self.suspended(wish.item)?;
        self.close_suspense(step, wish.item);
        let suspense = Account::Suspense(item.account.pool);
        for &SuspensePart { claimant, amount } in &wish.parts {
            let account = self.claim(claimant)?;
            let posting = Posting::DepositResolved;
            if item.side == Side::Debit {
                let draw = self.draw_from(&taken_back_from(account), amount);
                self.gather(step, posting, &draw.taken, suspense);
                continue;
            }
            let waits = self.move_money(step, posting, (suspense, account), amount);
            if account != Account::GuaranteeFund {
                let moved = Numbered { posting, from: suspense, to: account, amount, item: waits };
                let source = Some(SuspenseItem { amount, ..item });
                self.number_entry(step, ReversibleKind::Resolution, moved, source);
            }
        }
        for part in &wish.parts {
            if let Claimant::Issuer(issuer) = part.claimant {
                self.deposited(step, issuer, Pool::IssuerEscrow);
            }
        }
        Ok(Done::Accepted)
    }

    pub(crate) fn check_match(&self, credit: u64, debit: u64) -> Result<(), Rejection> {
        let item = |number| self.suspense.get(&number).ok_or(Rejection::UnknownSuspense);
        let (credit, debit) = (item(credit)?, item(debit)?);
        self.check_posted(credit.account.pool)?;
        match credit.went_out_as(debit) {
            true => Ok(()),
            false => Err(Rejection::SuspenseMismatch),
        }
    }

    /// Two items that explain each other: what came in went out again, such as money that the
    /// bank has sent back. Nothing is posted, for together they are nothing.
    pub(crate) fn match_suspense(
        &mut self,
        step: &mut Step<'_>,
        credit: u64,
        debit: u64,
    ) -> Outcome {
        self.check_match(credit, debit)?;
        self.close_suspense(step, credit);
        self.close_suspense(step, debit);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_difference(&self, found: &BankDifference) -> Result<(), Rejection> {
        let bank = Account::Bank(found.pool);
        if found.amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        if matches!(found.pool, Pool::ClearingHouse | Pool::Dealer) {
            return Err(Rejection::ForeignAccount);
        }
        let after = match found.side {
            Side::Credit => self.amount(bank).checked_add(found.amount).ok_or(Rejection::TooLarge),
            Side::Debit => {
                self.amount(bank).checked_sub(found.amount).ok_or(Rejection::InsufficientFunds)
            }
        };
        after.map(|_| ())
    }

    /// Brings the mirror of an account to what its bank says, without an entry that would
    /// explain it: the difference becomes an item in suspense (P-27).
    pub(crate) fn recognise_difference(
        &mut self,
        step: &mut Step<'_>,
        found: &BankDifference,
    ) -> Outcome {
        self.check_difference(found)?;
        let BankDifference { pool, side, amount, booked_on, .. } = *found;
        let (bank, suspense) = (Account::Bank(pool), Account::Suspense(pool));
        let (debit, credit) = match side {
            Side::Credit => (bank, suspense),
            Side::Debit => (suspense, bank),
        };
        let entry = self.entry(Posting::BankDifference).with(debit, credit, amount);
        self.post(step, entry);
        let item = SuspenseItem {
            number: 0,
            account: self.terms.account(pool),
            currency: self.terms.currency,
            side,
            amount,
            uetr: None,
            bank_reference: BankReference::of(&alloc::format!("{}", found.statement)),
            booked_on,
            at: step.at,
            owner: None,
        };
        let number = self.put_in_suspense(step, item);
        step.emit(MoneyEvent::DifferenceRecognised(*found).into());
        self.review(step);
        Ok(Done::Numbered { number })
    }

    pub(crate) fn check_interest(&self, number: u64) -> Result<(), Rejection> {
        match self.suspended(number)?.side {
            Side::Credit => Ok(()),
            Side::Debit => Err(Rejection::SuspenseMismatch),
        }
    }

    /// An item that is the bank's interest: its owner is the one that the terms name (P-28).
    pub(crate) fn recognise_interest(&mut self, step: &mut Step<'_>, number: u64) -> Outcome {
        self.check_interest(number)?;
        let item = self.suspended(number)?;
        self.close_suspense(step, number);
        let way = (Account::Suspense(item.account.pool), self.terms.money.interest_to.account());
        self.move_money(step, Posting::BankInterest, way, item.amount);
        Ok(Done::Accepted)
    }
}
