//! Money, from the entries: balances, and what each pool has and owes.
//!
//! That debits equal credits needs no check: a leg names both sides and one amount.

use crate::finding::{Difference, FindingKind};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use gcfn_ledger::{Account, Entry, Ledger, Side};
use gcfn_model::{Currency, Pool, Position};
use gcfn_venue::Event;
use serde::{Deserialize, Serialize};

/// Balances and pools, debits positive.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Money {
    balances: BTreeMap<(Currency, Account), Position>,
    /// What a pool has less what it owes; `None` is the pool of the memo accounts.
    pools: BTreeMap<(Currency, Option<Pool>), Position>,
}

impl Money {
    pub(crate) fn count(&mut self, event: &Event) -> Result<(), Difference> {
        match event {
            Event::Posted(entry) => self.post(entry),
            _ => Ok(()),
        }
    }

    fn post(&mut self, entry: &Entry) -> Result<(), Difference> {
        let mut touched = BTreeSet::new();
        for leg in &entry.legs {
            let amount = Position::from(leg.amount);
            for (account, change) in [(leg.debit, amount), (leg.credit, amount.negated())] {
                add(&mut self.balances, (entry.currency, account), change);
                add(&mut self.pools, (entry.currency, account.pool()), change);
                touched.insert(account);
            }
        }
        touched.into_iter().try_for_each(|account| self.check(entry, account))
    }

    fn check(&self, entry: &Entry, account: Account) -> Result<(), Difference> {
        let currency = entry.currency;
        let balance = self.balance(currency, account);
        if balance < Position::ZERO && !account.either_sign() {
            let detail = format!("{account} has {balance} {currency} after {}", entry.posting);
            let kind = FindingKind::Overdrawn;
            return Err(Difference::between(kind, Some(&Position::ZERO), Some(&balance), detail));
        }
        let pool = account.pool();
        let rest = self.pools.get(&(currency, pool)).copied().unwrap_or_default();
        if rest != Position::ZERO {
            let name = pool.map_or("memo", Pool::code);
            let posting = entry.posting;
            let detail = format!("pool {name} has {rest} {currency} more than it owes, {posting}");
            let kind = FindingKind::PoolUnbalanced;
            return Err(Difference::between(kind, Some(&Position::ZERO), Some(&rest), detail));
        }
        Ok(())
    }

    /// The balance on the account's normal side.
    fn balance(&self, currency: Currency, account: Account) -> Position {
        let debit = self.balances.get(&(currency, account)).copied().unwrap_or_default();
        match account.normal() {
            Side::Debit => debit,
            Side::Credit => debit.negated(),
        }
    }

    pub(crate) fn compare(&self, books: &Ledger) -> Result<(), Difference> {
        let in_books = books.balances().map(|(currency, account, _)| (currency, account));
        let all: BTreeSet<_> = self.balances.keys().copied().chain(in_books).collect();
        for (currency, account) in all {
            let (own, booked) = (self.balance(currency, account), books.balance(account, currency));
            if own != booked {
                let kind = FindingKind::BalanceDiffers;
                let detail = format!("{account} is {own} {currency} by events, {booked} in books");
                return Err(Difference::between(kind, Some(&own), Some(&booked), detail));
            }
        }
        Ok(())
    }
}

fn add<K: Ord>(sums: &mut BTreeMap<K, Position>, key: K, change: Position) {
    let sum = sums.entry(key).or_default();
    *sum = sum.and(change);
}
