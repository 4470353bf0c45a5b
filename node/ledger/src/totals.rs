//! What follows from the accounts of one currency: the position of every pool, and the trees.

use crate::{Account, Side, SumNode, SumTree};
use alloc::vec::Vec;
use gcfn_model::{Currency, Pool, Position};
use gcfn_table::Row;
use serde::{Deserialize, Serialize};

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

    /// This position with `moved` more on `account`, which is of the pool.
    pub(crate) fn with(mut self, account: Account, moved: Position) -> PoolPosition {
        let sum = match account {
            Account::Bank(_) => &mut self.bank,
            Account::Transit(_) => &mut self.transit,
            Account::Receivable(..) => &mut self.receivable,
            _ => &mut self.owed,
        };
        *sum = sum.and(moved);
        self
    }
}

/// Running totals of one currency.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    pub(crate) currency: Currency,
    debit: Counted,
    credit: Counted,
    /// In the order of [`Pool::ALL`].
    pools: [PoolPosition; Pool::ALL.len()],
}

/// The accounts that are counted on one side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) tree: SumTree,
    /// The account of every leaf.
    rows: Vec<Row>,
}

impl Totals {
    pub(crate) fn new(currency: Currency) -> Totals {
        let (debit, credit) = (Counted::default(), Counted::default());
        Totals { currency, debit, credit, pools: Default::default() }
    }

    pub(crate) fn side(&mut self, side: Side) -> &mut Counted {
        match side {
            Side::Debit => &mut self.debit,
            Side::Credit => &mut self.credit,
        }
    }

    /// Numbers the leaves of an account that is opened in `row`: the one on its normal side, and
    /// the one on the other if it may be of either sign.
    pub(crate) fn add_leaves(&mut self, account: Account, row: Row) -> (u32, Option<u32>) {
        let normal = account.normal();
        let leaf = self.side(normal).add(row);
        (leaf, account.either_sign().then(|| self.side(normal.other()).add(row)))
    }

    /// Adds what has `moved` on an account, whose leaves are out of date now.
    pub(crate) fn count(
        &mut self,
        account: Account,
        moved: Position,
        (leaf, other_leaf): (u32, Option<u32>),
    ) {
        let normal = account.normal();
        self.side(normal).tree.touch(leaf as usize);
        if let Some(leaf) = other_leaf {
            self.side(normal.other()).tree.touch(leaf as usize);
        }
        if let Some(total) = account.pool().and_then(|pool| self.pools.get_mut(pool as usize)) {
            *total = total.with(account, moved);
        }
    }

    pub(crate) fn pool(&self, pool: Pool) -> PoolPosition {
        *self.pools.get(pool as usize).expect("there is a total for every pool")
    }

    /// Whether every pool has what it owes.
    pub(crate) fn balance(&self) -> bool {
        self.pools.iter().all(|pool| pool.difference() == Position::ZERO)
    }
}

impl Counted {
    fn add(&mut self, row: Row) -> u32 {
        let leaf = u32::try_from(self.rows.len()).expect("there are no more leaves than rows");
        self.rows.push(row);
        leaf
    }

    /// Brings the tree up to the balances; `leaf` says what the account in a row counts for.
    pub(crate) fn refresh(&mut self, leaf: impl Fn(Row) -> SumNode) {
        let rows = &self.rows;
        self.tree.refresh(|index| rows.get(index).copied().map_or(SumNode::EMPTY, &leaf));
    }
}
