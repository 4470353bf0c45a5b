//! The money ledger: balances, and the one way to change them.
//!
//! Decides whether an entry may be posted. Three laws hold after every entry: debits equal
//! credits per currency, no account is overdrawn, and in every pool the bank's side equals what
//! is owed. Knows nothing of why an entry is made.

use crate::changes::{self, Change, Changes, Outcome, on_side};
use crate::totals::Totals;
use crate::{Account, Entry, PoolPosition, Side, SumNode, SumProof};
use alloc::vec::Vec;
use core::fmt;
use gcfn_model::{Amount, Currency, Pool, Position};
use gcfn_table::{Freeze, Row, Table};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The accounts of one node in every currency.
///
/// Accounts are opened by the first entry that changes them and are never closed. One
/// [`Position`] per account is all its state, counted positive on its normal side; turnover can be
/// had from the journal. Two sum trees per currency, one per side, commit to the balances: an
/// account has its leaf on its normal side, and one that may be of either sign on both.
///
/// Serializes as its accounts in the order of their opening: leaves are numbered in that order,
/// so a restored ledger has the same root.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    accounts: Table<Place, Opened>,
    /// What follows from the accounts, for each currency in use.
    totals: Vec<Totals>,
}

/// An account in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place {
    currency: Currency,
    account: Account,
}

/// What is known of an account that was opened.
#[derive(Clone, Copy, Debug)]
struct Opened {
    /// In minor units, positive on its normal side: an amount on either side fits.
    balance: i64,
    /// Its leaf on its normal side.
    leaf: u32,
    /// Its leaf on the other side, when it may be of either sign.
    other_leaf: Option<u32>,
}

/// An account as it is written down.
type Written = (Currency, Account, Position);

/// Why an entry was not posted. Nothing has changed. In the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
pub enum LedgerFault {
    /// The entry has no leg: there is nothing to post.
    #[error("entry has no leg")]
    Empty = 1,
    /// A leg moves nothing: leave it out.
    #[error("leg from {0} moves an amount of zero")]
    ZeroAmount(Account) = 2,
    /// A leg debits and credits the same account: leave it out.
    #[error("leg debits and credits {0}")]
    SameAccount(Account) = 3,
    /// The legs do not balance within the pool: add the leg through its transit account.
    #[error("entry does not balance within pool {0}")]
    PoolUnbalanced(Pool) = 4,
    /// The account has less than the entry takes: wait for money, or ask for less.
    #[error("{0} has too little")]
    Overdrawn(Account) = 5,
    /// The account would have more than [`Amount::MAX`]: split it over accounts.
    #[error("{0} would exceed 10^18 - 1 minor units")]
    AboveMax(Account) = 6,
}

impl Ledger {
    /// Posts the whole of `entry`, or nothing of it.
    ///
    /// An account may pass below zero within an entry as long as it does not end there, so the
    /// order of legs does not matter. Costs a look-up per account, whatever their number, and
    /// allocates for accounts that are new and entries of more than 16 legs only.
    ///
    /// # Errors
    /// [`LedgerFault`], the first that applies in its order.
    pub fn post(&mut self, entry: &Entry) -> Result<(), LedgerFault> {
        changes::check(&entry.legs)?;
        let mut changes = Changes::of(&entry.legs);
        let one_account = |left: &Change, right: &Change| left.account == right.account;
        for same in changes.all().chunk_by_mut(one_account) {
            let moved: Position = same.iter().map(|change| change.moved).sum();
            let Some(first) = same.first_mut() else { continue };
            // Accounts that only pass the money on do not change.
            if moved != Position::ZERO {
                first.moved = moved;
                first.outcome = Some(self.outcome(entry.currency, first.account, moved)?);
            }
        }
        for change in changes.all() {
            self.carry_out(entry.currency, change);
        }
        let totals = self.totals.iter().find(|totals| totals.currency == entry.currency);
        assert!(totals.is_none_or(Totals::balance), "what a pool has is what it owes");
        Ok(())
    }

    /// The balance of `account`, positive on its normal side; zero when it was never opened.
    #[must_use]
    pub fn balance(&self, account: Account, currency: Currency) -> Position {
        let opened = self.accounts.find(Place { currency, account });
        opened.map_or(Position::ZERO, Opened::balance)
    }

    /// What `account` has on its normal side: its balance, or nothing when that is negative.
    #[must_use]
    pub fn amount(&self, account: Account, currency: Currency) -> Amount {
        self.balance(account, currency).credit().unwrap_or(Amount::ZERO)
    }

    /// Every account ever opened with its balance, by currency and then account. Sorts them.
    pub fn balances(&self) -> impl Iterator<Item = (Currency, Account, Position)> {
        let mut accounts: Vec<Written> = self.written().collect();
        accounts.sort_unstable();
        accounts.into_iter()
    }

    /// The accounts of one currency with their balances, in the order of accounts. Sorts them.
    pub fn balances_in(&self, currency: Currency) -> impl Iterator<Item = (Account, Position)> {
        let mut accounts: Vec<(Account, Position)> = self.in_currency(currency).collect();
        accounts.sort_unstable();
        accounts.into_iter()
    }

    /// The currencies that have accounts, in order.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> {
        let used = |currency: &Currency| self.totals.iter().any(|of| of.currency == *currency);
        Currency::ALL.into_iter().filter(used)
    }

    /// Sum of all balances, debits positive, added up afresh: zero after every entry (spec 3.2,
    /// invariant 1).
    #[must_use]
    pub fn trial_balance(&self, currency: Currency) -> Position {
        let balances = self.in_currency(currency);
        balances.map(|(account, balance)| on_side(account, Side::Debit, balance)).sum()
    }

    /// Both sides of `pool`, from running totals that every entry is checked against.
    #[must_use]
    pub fn pool_position(&self, pool: Pool, currency: Currency) -> PoolPosition {
        let totals = self.totals.iter().find(|totals| totals.currency == currency);
        totals.map_or(PoolPosition::default(), |totals| totals.pool(pool))
    }

    /// Both sides of `pool`, added up afresh over its accounts: the same, short of a defect.
    #[must_use]
    pub fn recounted_position(&self, pool: Pool, currency: Currency) -> PoolPosition {
        let of_pool =
            self.in_currency(currency).filter(|(account, _)| account.pool() == Some(pool));
        of_pool.fold(PoolPosition::default(), |position, (account, balance)| {
            position.with(account, balance)
        })
    }

    /// The root of one side's sum tree. Both sides of a currency have the same sum.
    pub(crate) fn root(&mut self, currency: Currency, side: Side) -> SumNode {
        self.refresh(currency);
        let totals = self.totals.iter_mut().find(|totals| totals.currency == currency);
        totals.map_or(SumNode::EMPTY, |totals| totals.side(side).tree.root())
    }

    /// The proof that `account` is counted on its normal side.
    pub(crate) fn prove(&mut self, account: Account, currency: Currency) -> Option<SumProof> {
        let leaf = self.accounts.find(Place { currency, account })?.leaf;
        self.refresh(currency);
        let totals = self.totals.iter_mut().find(|totals| totals.currency == currency)?;
        totals.side(account.normal()).tree.prove(leaf as usize)
    }

    /// What `account` has once `moved` is added, if it may have that.
    fn outcome(
        &self,
        currency: Currency,
        account: Account,
        moved: Position,
    ) -> Result<Outcome, LedgerFault> {
        let row = self.accounts.row(Place { currency, account });
        let opened = row.and_then(|row| self.accounts.at(row));
        let before = opened.map_or(Position::ZERO, |(_, opened)| opened.balance());
        let balance = before.and(moved);
        if balance < Position::ZERO && !account.either_sign() {
            return Err(LedgerFault::Overdrawn(account));
        }
        let balance = minor(balance).ok_or(LedgerFault::AboveMax(account))?;
        Ok(Outcome { row, balance })
    }

    fn carry_out(&mut self, currency: Currency, change: &Change) {
        let Some(Outcome { row, balance }) = change.outcome else { return };
        let row = row.unwrap_or_else(|| self.open(Place { currency, account: change.account }));
        let opened = self.accounts.at_mut(row).expect("an account was opened in this row");
        opened.balance = balance;
        let leaves = (opened.leaf, opened.other_leaf);
        let totals = self.totals.iter_mut().find(|totals| totals.currency == currency);
        let totals = totals.expect("a currency has totals from its first account on");
        totals.count(change.account, change.moved, leaves);
    }

    /// Opens an account with its leaves and without a balance. Says where.
    fn open(&mut self, place: Place) -> Row {
        let Place { currency, account } = place;
        if !self.totals.iter().any(|totals| totals.currency == currency) {
            self.totals.push(Totals::new(currency));
        }
        let totals = self.totals.iter_mut().find(|totals| totals.currency == currency);
        let totals = totals.expect("it was added if it was not there");
        let row = Row(self.accounts.len());
        let (leaf, other_leaf) = totals.add_leaves(account, row);
        let opened = self.accounts.insert(place, Opened { balance: 0, leaf, other_leaf });
        assert_eq!(opened, Ok(row));
        row
    }

    /// Brings the trees of a currency up to the balances.
    fn refresh(&mut self, currency: Currency) {
        let Some(totals) = self.totals.iter_mut().find(|totals| totals.currency == currency) else {
            return;
        };
        for side in [Side::Debit, Side::Credit] {
            totals.side(side).refresh(|row| {
                let (place, opened) = self.accounts.at(row).expect("a leaf is of an account");
                let balance = on_side(place.account, side, opened.balance());
                let sum = u128::try_from(balance.minor()).unwrap_or(0);
                SumNode::leaf(&place.account, sum)
            });
        }
    }

    /// Every account in the order of opening.
    fn written(&self) -> impl Iterator<Item = Written> {
        let rows = self.accounts.iter();
        rows.map(|(_, place, opened)| (place.currency, place.account, opened.balance()))
    }

    fn in_currency(&self, currency: Currency) -> impl Iterator<Item = (Account, Position)> {
        let these = self.written().filter(move |(of, ..)| *of == currency);
        these.map(|(_, account, balance)| (account, balance))
    }
}

impl Opened {
    fn balance(&self) -> Position {
        Position::from_minor(i128::from(self.balance))
    }
}

/// The minor units of a balance that an account may have.
fn minor(balance: Position) -> Option<i64> {
    balance.credit().or(balance.debit())?;
    i64::try_from(balance.minor()).ok()
}

impl Freeze for Ledger {
    fn shared(&self) -> Ledger {
        Ledger { accounts: self.accounts.shared(), totals: Vec::new() }
    }
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut accounts = to.serialize_seq(Some(self.accounts.len() as usize))?;
        for account in self.written() {
            accounts.serialize_element(&account)?;
        }
        accounts.end()
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Ledger, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Ledger;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("accounts in the order of their opening")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Ledger, A::Error> {
                let mut ledger = Ledger::default();
                while let Some((currency, account, moved)) = from.next_element::<Written>()? {
                    if ledger.accounts.row(Place { currency, account }).is_some() {
                        return Err(A::Error::custom("an account is opened twice"));
                    }
                    let balance = minor(moved).ok_or(A::Error::custom("a balance is too large"))?;
                    let outcome = Some(Outcome { row: None, balance });
                    ledger.carry_out(currency, &Change { account, moved, outcome });
                }
                if !ledger.totals.iter().all(Totals::balance) {
                    return Err(A::Error::custom("a pool has not what it owes"));
                }
                Ok(ledger)
            }
        }
        from.deserialize_seq(InOrder)
    }
}
