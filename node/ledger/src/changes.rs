//! What an entry moves on each account.
//!
//! Decides whether the legs are an entry at all, and adds up what they move. Knows no balances.

use crate::{Account, LedgerFault, Leg, Side};
use alloc::vec::Vec;
use gcfn_model::{Pool, Position};
use gcfn_table::Row;

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

/// Fills `changes` with one for every side of every leg, in the order of accounts.
pub(crate) fn list(legs: &[Leg], changes: &mut Vec<Change>) {
    changes.clear();
    for leg in legs {
        let amount = Position::from(leg.amount);
        for (account, side) in [(leg.debit, Side::Debit), (leg.credit, Side::Credit)] {
            let moved = on_side(account, side, amount);
            changes.push(Change { account, moved, outcome: None });
        }
    }
    changes.sort_unstable_by_key(|change| change.account);
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
