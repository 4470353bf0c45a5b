//! What an entry moves on each account.
//!
//! Decides whether the legs are an entry at all, and adds up what they move. Knows no balances.

use crate::{Account, LedgerFault, Leg, Side};
use alloc::vec::Vec;
use gcfn_model::{Pool, Position};
use gcfn_table::Row;

/// Entries of at most this many legs are added up without allocating: all but those that settle
/// a whole cycle.
const LEGS_FEW: usize = 16;
const CHANGES_FEW: usize = 2 * LEGS_FEW;

/// What one leg, or all legs together, move on one account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) account: Account,
    /// Positive on the account's normal side.
    pub(crate) moved: Position,
    /// Where the account is, and what it has afterwards; `None` as long as nobody has said, or
    /// when another change of the same account speaks for this one.
    pub(crate) outcome: Option<Outcome>,
}

/// What an account has after an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// Its row; `None` when this entry is its first.
    pub(crate) row: Option<Row>,
    pub(crate) balance: i64,
}

/// A change for every side of every leg.
pub(crate) struct Changes {
    few: [Change; CHANGES_FEW],
    len: usize,
    many: Vec<Change>,
}

impl Changes {
    /// The changes that `legs` make, sorted by account.
    pub(crate) fn of(legs: &[Leg]) -> Changes {
        let nothing = Change { account: Account::Clearing, moved: Position::ZERO, outcome: None };
        let mut changes = Changes {
            few: [nothing; CHANGES_FEW],
            len: legs.len().saturating_mul(2),
            many: Vec::new(),
        };
        if CHANGES_FEW < changes.len {
            changes.many.resize(changes.len, nothing);
        }
        for (leg, pair) in legs.iter().zip(changes.all().chunks_exact_mut(2)) {
            let amount = Position::from(leg.amount);
            let moves = [(leg.debit, Side::Debit), (leg.credit, Side::Credit)];
            for (change, (account, side)) in pair.iter_mut().zip(moves) {
                let moved = on_side(account, side, amount);
                *change = Change { account, moved, outcome: None };
            }
        }
        changes.all().sort_unstable_by_key(|change| change.account);
        changes
    }

    /// All of them, in the order of accounts.
    pub(crate) fn all(&mut self) -> &mut [Change] {
        if self.many.is_empty() {
            self.few.get_mut(..self.len).expect("few changes fit")
        } else {
            &mut self.many
        }
    }
}

/// Turns a balance that is positive on the account's normal side into one that is positive on
/// `side`, and back.
pub(crate) fn on_side(account: Account, side: Side, balance: Position) -> Position {
    if account.normal() == side { balance } else { balance.negated() }
}

/// # Errors
/// [`LedgerFault`], when the legs are not an entry.
pub(crate) fn check(legs: &[Leg]) -> Result<(), LedgerFault> {
    check_legs(legs)?;
    check_pools(legs)
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
