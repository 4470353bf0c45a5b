//! Which account at which bank is which pool of which node.
//!
//! Numbers follow from node, pool and currency unless they are listed, so nodes can pay each
//! other without exchanging tables. Users' own accounts are not here: they are in the vault.

use gcfn_iso20022::{AccountNumber, Bic};
use gcfn_model::{Currency, NodeId, Pool, SettlementAccount};
use std::collections::BTreeMap;

/// A pool in one currency: what has one bank account.
type Holding = (SettlementAccount, Currency);

/// The accounts of the network as one node knows them.
#[derive(Clone, Debug)]
pub struct AccountBook {
    node: NodeId,
    banks: BTreeMap<Currency, Bic>,
    listed: BTreeMap<Holding, BankAccount>,
    by_number: BTreeMap<AccountNumber, Holding>,
}

/// An account that does not follow the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount {
    /// Its number: an IBAN, or the bank's own.
    pub number: AccountNumber,
    /// The bank that keeps it.
    pub bank: Bic,
}

/// The number is another pool's already; the operator corrects the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("number of {listed} in {currency} is that of {holder} already; give each its own")]
pub struct NumberTaken {
    /// The account that was to be listed.
    pub listed: SettlementAccount,
    /// In which currency.
    pub currency: Currency,
    /// Whose number it is.
    pub holder: SettlementAccount,
}

impl AccountBook {
    /// The book of `node`, where the accounts in a currency are at the bank of `banks` unless
    /// they are listed elsewhere.
    #[must_use]
    pub fn new(node: NodeId, banks: BTreeMap<Currency, Bic>) -> AccountBook {
        AccountBook { node, banks, listed: BTreeMap::new(), by_number: BTreeMap::new() }
    }

    /// Lists the pool of a node, this or another, under a number of its own.
    ///
    /// # Errors
    /// [`NumberTaken`]: one number would name two pools.
    pub fn list(
        &mut self,
        account: SettlementAccount,
        currency: Currency,
        at: BankAccount,
    ) -> Result<(), NumberTaken> {
        let holding = (account, currency);
        match self.holding(&at.number) {
            Some(other @ (holder, _)) if other != holding => {
                return Err(NumberTaken { listed: account, currency, holder });
            }
            _ => {}
        }
        if let Some(before) = self.listed.remove(&holding) {
            self.by_number.remove(&before.number);
        }
        self.by_number.insert(at.number.clone(), holding);
        self.listed.insert(holding, at);
        Ok(())
    }

    /// The node whose book it is.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The number of `account` in `currency`: `GCFN-CN-SHA-UC-CNY` unless another is listed.
    #[must_use]
    pub fn number(&self, account: SettlementAccount, currency: Currency) -> AccountNumber {
        let listed = self.listed.get(&(account, currency));
        listed.map_or_else(|| scheme(account, currency), |at| at.number.clone())
    }

    /// The bank that keeps `account` in `currency`; `None` where this node knows none.
    #[must_use]
    pub fn bank(&self, account: SettlementAccount, currency: Currency) -> Option<&Bic> {
        let listed = self.listed.get(&(account, currency)).map(|at| &at.bank);
        listed.or_else(|| self.banks.get(&currency))
    }

    /// Whose account `number` is: exactly the one whose [`AccountBook::number`] it is.
    #[must_use]
    pub fn holding(&self, number: &AccountNumber) -> Option<(SettlementAccount, Currency)> {
        let listed = || self.by_number.get(number).copied();
        listed().or_else(|| {
            let (account, currency) = read_scheme(number)?;
            (self.number(account, currency) == *number).then_some((account, currency))
        })
    }

    /// Whether this node holds `account` in `currency` at `bank`.
    #[must_use]
    pub fn is_own(&self, account: SettlementAccount, currency: Currency, bank: &Bic) -> bool {
        account.node == self.node && self.bank(account, currency) == Some(bank)
    }
}

/// The number that follows from node, pool and currency.
fn scheme(account: SettlementAccount, currency: Currency) -> AccountNumber {
    let node = account.node.as_str().to_ascii_uppercase();
    let number = format!("GCFN-{node}-{}-{currency}", account.pool);
    number.parse().expect("a node's name has at most 16 characters, so the number at most 28")
}

fn read_scheme(number: &AccountNumber) -> Option<Holding> {
    let AccountNumber::Other(text) = number else { return None };
    let (rest, currency) = text.as_str().strip_prefix("GCFN-")?.rsplit_once('-')?;
    let (node, code) = rest.rsplit_once('-')?;
    let node = node.to_ascii_lowercase().parse().ok()?;
    let pool = Pool::ALL.into_iter().find(|pool| pool.code() == code)?;
    Some((SettlementAccount { node, pool }, currency.parse().ok()?))
}
