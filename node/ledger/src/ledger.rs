//! The money ledger: balances, and the one way to change them.
//!
//! Decides whether an entry may be posted. Three laws hold after every entry: debits equal
//! credits per currency, no account is overdrawn, and in every pool the bank's side equals what
//! is owed. Knows nothing of why an entry is made.

use crate::{Account, Entry, Leg, Side, SumNode, SumProof, SumTree};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use gcfn_model::{Amount, Currency, Pool, Position};
use serde::de::{Error as _, SeqAccess, Visitor};
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
    index: BTreeMap<(Currency, Account), usize>,
    opened: Vec<Opened>,
    trees: BTreeMap<Currency, Trees>,
    /// Places in `opened` whose balances the trees do not know yet, each once.
    touched: Vec<usize>,
}

/// One account in one currency.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Opened {
    currency: Currency,
    account: Account,
    balance: Position,
    /// Its leaf on the debit and on the credit side, where it has one. Follows from the order
    /// of opening.
    #[serde(skip)]
    leaves: Sides<Option<usize>>,
    /// Whether it is among the touched.
    #[serde(skip)]
    touched: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sides<T> {
    debit: T,
    credit: T,
}

type Trees = Sides<SumTree>;

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

/// What stands on both sides of one pool in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolPosition {
    /// At the bank, as the bank has confirmed it.
    pub bank: Position,
    /// Under way: positive when arriving.
    pub transit: Position,
    /// Owed to the pool by parties.
    pub receivable: Position,
    /// Owed by the pool: the sum of its credit accounts.
    pub owed: Position,
}

impl PoolPosition {
    /// What the pool has less what it owes: zero after every entry (spec 3.2, invariant 2).
    #[must_use]
    pub fn difference(&self) -> Position {
        self.bank.and(self.transit).and(self.receivable).and(self.owed.negated())
    }
}

impl Ledger {
    /// Posts the whole of `entry`, or nothing of it.
    ///
    /// An account may pass below zero within an entry as long as it does not end there, so the
    /// order of legs does not matter.
    ///
    /// # Errors
    /// [`LedgerFault`], the first that applies in its order.
    pub fn post(&mut self, entry: &Entry) -> Result<(), LedgerFault> {
        check_legs(&entry.legs)?;
        check_pools(&entry.legs)?;
        let changes = self.changes(entry)?;
        for change in changes {
            let place = match change.place {
                Some(place) => place,
                None => self.open(entry.currency, change.account),
            };
            self.set_balance(place, change.balance);
        }
        Ok(())
    }

    /// The balance of `account`, positive on its normal side; zero when it was never opened.
    #[must_use]
    pub fn balance(&self, account: Account, currency: Currency) -> Position {
        self.opened_as(account, currency).map_or(Position::ZERO, |opened| opened.balance)
    }

    /// What `account` has on its normal side: its balance, or nothing when that is negative.
    #[must_use]
    pub fn amount(&self, account: Account, currency: Currency) -> Amount {
        self.balance(account, currency).credit().unwrap_or(Amount::ZERO)
    }

    /// Every account ever opened with its balance, by currency and then account.
    pub fn balances(&self) -> impl Iterator<Item = (Currency, Account, Position)> {
        self.index.iter().filter_map(|(&(currency, account), &place)| {
            Some((currency, account, self.opened.get(place)?.balance))
        })
    }

    /// The accounts of one currency with their balances, in the order of accounts.
    pub fn balances_in(&self, currency: Currency) -> impl Iterator<Item = (Account, Position)> {
        let least = (currency, Account::Bank(Pool::UserCustody));
        self.index
            .range(least..)
            .take_while(move |((c, _), _)| *c == currency)
            .filter_map(|(&(_, account), &place)| Some((account, self.opened.get(place)?.balance)))
    }

    /// Sum of all balances, debits positive: zero after every entry (spec 3.2, invariant 1).
    #[must_use]
    pub fn trial_balance(&self, currency: Currency) -> Position {
        let balances = self.balances_in(currency);
        balances.map(|(account, balance)| on_side(account, Side::Debit, balance)).sum()
    }

    /// Both sides of `pool`, summed afresh over its accounts.
    #[must_use]
    pub fn pool_position(&self, pool: Pool, currency: Currency) -> PoolPosition {
        let mut position = PoolPosition::default();
        for (account, balance) in self.balances_in(currency) {
            if account.pool() != Some(pool) {
                continue;
            }
            let sum = match account {
                Account::Bank(_) => &mut position.bank,
                Account::Transit(_) => &mut position.transit,
                Account::Receivable(..) => &mut position.receivable,
                _ => &mut position.owed,
            };
            *sum = sum.and(balance);
        }
        position
    }

    /// The currencies that have accounts, in order.
    pub(crate) fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.trees.keys().copied()
    }

    /// The root of one side's sum tree. Both sides of a currency have the same sum.
    pub(crate) fn root(&mut self, currency: Currency, side: Side) -> SumNode {
        self.refresh();
        self.trees.get_mut(&currency).map_or(SumNode::EMPTY, |trees| trees.side(side).root())
    }

    /// The proof that `account` is counted on its normal side.
    pub(crate) fn prove(&mut self, account: Account, currency: Currency) -> Option<SumProof> {
        self.refresh();
        let mut leaves = self.opened_as(account, currency)?.leaves;
        let leaf = (*leaves.side(account.normal()))?;
        self.trees.get_mut(&currency)?.side(account.normal()).prove(leaf)
    }

    /// What each account would have after `entry`, one change per account, if all of it is
    /// allowed. Accounts that only pass the money on do not change.
    fn changes(&self, entry: &Entry) -> Result<Vec<Change>, LedgerFault> {
        let mut moves = Vec::with_capacity(entry.legs.len().saturating_mul(2));
        for leg in &entry.legs {
            let amount = Position::from(leg.amount);
            moves.push((leg.debit, on_side(leg.debit, Side::Debit, amount)));
            moves.push((leg.credit, on_side(leg.credit, Side::Credit, amount)));
        }
        moves.sort_unstable();

        let mut changes = Vec::with_capacity(moves.len());
        for same in moves.chunk_by(|(left, _), (right, _)| left == right) {
            let Some(&(account, _)) = same.first() else { continue };
            let moved: Position = same.iter().map(|&(_, amount)| amount).sum();
            if moved == Position::ZERO {
                continue;
            }
            let place = self.index.get(&(entry.currency, account)).copied();
            let before = place.and_then(|place| self.opened.get(place));
            let balance = before.map_or(Position::ZERO, |opened| opened.balance).and(moved);
            if balance < Position::ZERO && !account.either_sign() {
                return Err(LedgerFault::Overdrawn(account));
            }
            if balance.credit().or(balance.debit()).is_none() {
                return Err(LedgerFault::AboveMax(account));
            }
            changes.push(Change { account, place, balance });
        }
        Ok(changes)
    }

    /// Opens an account with its leaves and without a balance. Says where.
    fn open(&mut self, currency: Currency, account: Account) -> usize {
        let trees = self.trees.entry(currency).or_default();
        let mut leaves = Sides::default();
        for side in [Side::Debit, Side::Credit] {
            if account.normal() == side || account.either_sign() {
                let tree = trees.side(side);
                let leaf = tree.len();
                tree.set(leaf, SumNode::EMPTY);
                *leaves.side(side) = Some(leaf);
            }
        }
        let place = self.opened.len();
        let balance = Position::ZERO;
        self.opened.push(Opened { currency, account, balance, leaves, touched: false });
        self.index.insert((currency, account), place);
        place
    }

    fn set_balance(&mut self, place: usize, balance: Position) {
        let opened = self.opened.get_mut(place).expect("an account was opened at this place");
        opened.balance = balance;
        if !core::mem::replace(&mut opened.touched, true) {
            self.touched.push(place);
        }
    }

    /// Brings the trees up to the balances.
    fn refresh(&mut self) {
        for place in core::mem::take(&mut self.touched) {
            let opened = self.opened.get_mut(place).expect("only opened accounts are touched");
            opened.touched = false;
            let trees = self.trees.get_mut(&opened.currency).expect("opened with its account");
            for side in [Side::Debit, Side::Credit] {
                if let Some(leaf) = *opened.leaves.side(side) {
                    let balance = on_side(opened.account, side, opened.balance);
                    let sum = u128::try_from(balance.minor()).unwrap_or(0);
                    trees.side(side).set(leaf, SumNode::leaf(&opened.account, sum));
                }
            }
        }
    }

    fn opened_as(&self, account: Account, currency: Currency) -> Option<&Opened> {
        self.opened.get(*self.index.get(&(currency, account))?)
    }
}

/// What one account has after an entry.
struct Change {
    account: Account,
    /// Where it was opened; `None` when this entry is its first.
    place: Option<usize>,
    balance: Position,
}

impl<T> Sides<T> {
    fn side(&mut self, side: Side) -> &mut T {
        match side {
            Side::Debit => &mut self.debit,
            Side::Credit => &mut self.credit,
        }
    }
}

/// Turns a balance that is positive on the account's normal side into one that is positive on
/// `side`, and back.
fn on_side(account: Account, side: Side, balance: Position) -> Position {
    if account.normal() == side { balance } else { balance.negated() }
}

fn check_legs(legs: &[Leg]) -> Result<(), LedgerFault> {
    if legs.is_empty() {
        return Err(LedgerFault::Empty);
    }
    for leg in legs {
        if leg.amount.is_zero() {
            return Err(LedgerFault::ZeroAmount(leg.debit));
        }
        if leg.debit == leg.credit {
            return Err(LedgerFault::SameAccount(leg.debit));
        }
    }
    Ok(())
}

/// Every pool that the legs cross into or out of must end as balanced as it was. Memo accounts
/// then balance among themselves, for the whole entry does.
fn check_pools(legs: &[Leg]) -> Result<(), LedgerFault> {
    let crossing = || legs.iter().filter(|leg| leg.debit.pool() != leg.credit.pool());
    if crossing().next().is_none() {
        return Ok(());
    }
    for pool in Pool::ALL {
        let net = crossing().fold(Position::ZERO, |net, leg| {
            let debited = leg.debit.pool() == Some(pool);
            let credited = leg.credit.pool() == Some(pool);
            match (debited, credited) {
                (true, _) => net.plus(leg.amount),
                (_, true) => net.minus(leg.amount),
                _ => net,
            }
        });
        if net != Position::ZERO {
            return Err(LedgerFault::PoolUnbalanced(pool));
        }
    }
    Ok(())
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(&self.opened)
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
            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Ledger, A::Error> {
                let mut ledger = Ledger::default();
                while let Some(row) = rows.next_element::<Opened>()? {
                    if ledger.index.contains_key(&(row.currency, row.account)) {
                        return Err(A::Error::custom("an account is opened twice"));
                    }
                    let place = ledger.open(row.currency, row.account);
                    ledger.set_balance(place, row.balance);
                }
                Ok(ledger)
            }
        }
        from.deserialize_seq(InOrder)
    }
}
