//! Netting: what obligations come to, and the payments that settle them. Exact, per currency,
//! independent of order.

use crate::Obligation;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use gcfn_model::{Amount, Currency, Position, SettlementAccount};
use gcfn_table::Table;
use serde::{Deserialize, Serialize};

/// Net positions by currency and account, in that order; positive is owed to the account.
pub type Positions = BTreeMap<(Currency, SettlementAccount), Position>;

/// One line of [`Positions`], as events and reports carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetPosition {
    /// The currency netted.
    pub currency: Currency,
    /// The account.
    pub account: SettlementAccount,
    /// Positive is owed to the account, negative is owed by it.
    pub position: Position,
}

/// Against what an account may set off what it owes (C-27). It decides how much must be paid in;
/// what an account has in the end is the same under all three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Netting {
    /// Against what anybody owes it.
    #[default]
    Multilateral,
    /// Against what the same account owes it.
    Bilateral,
    /// Against nothing.
    Gross,
}

impl fmt::Display for Netting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Netting::Multilateral => "multilateral",
            Netting::Bilateral => "bilateral",
            Netting::Gross => "gross",
        })
    }
}

/// Nets obligations multilaterally.
///
/// - Input: any obligations in any order.
/// - Output: one position per account and currency named, zero ones included; per currency
///   they sum to zero.
/// - Cost: one look-up for each side of an obligation. Sums lie side by side, one line an
///   account; they are put in order once, at the end.
/// - Source: CPMI-IOSCO PFMI glossary, "multilateral netting".
///
/// # Panics
/// Never: 128 bits hold the sum of any number of obligations that fits in memory.
#[must_use]
pub fn net<'a>(obligations: impl IntoIterator<Item = &'a Obligation>) -> Positions {
    let mut sums = Table::<SettlementAccount, Sums>::default();
    for &Obligation { payer, payee, currency, amount } in obligations {
        add(&mut sums, payee, currency, Position::from(amount));
        add(&mut sums, payer, currency, Position::from(amount).negated());
    }
    let mut positions = Positions::new();
    let mut total = Position::ZERO;
    for (_, &account, sums) in sums.iter() {
        for (&currency, &position) in Currency::ALL.iter().zip(&sums.positions) {
            if sums.named & bit(currency) != 0 {
                total = total.and(position);
                positions.insert((currency, account), position);
            }
        }
    }
    assert_eq!(total, Position::ZERO, "what is owed is owed to somebody");
    positions
}

/// What one account comes to, in each currency.
#[derive(Clone, Debug, Default)]
struct Sums {
    positions: [Position; Currency::ALL.len()],
    /// In which currencies it owes or is owed anything: one bit each.
    named: u32,
}

const _: () = assert!(Currency::ALL.len() <= 32, "a bit for every currency");

const fn bit(currency: Currency) -> u32 {
    1 << currency as u8
}

fn add(
    sums: &mut Table<SettlementAccount, Sums>,
    account: SettlementAccount,
    currency: Currency,
    change: Position,
) {
    let row = match sums.row(account) {
        Some(row) => row,
        None => sums.insert(account, Sums::default()).unwrap_or_else(|taken| taken),
    };
    let sums = sums.at_mut(row).expect("a row stays where it is");
    let sum = sums.positions.get_mut(currency as usize).expect("a place for every currency");
    *sum = sum.and(change);
    sums.named |= bit(currency);
}

/// The payments that settle `obligations` under these terms, in order of currency and payer.
///
/// Whatever the terms, an account ends with its net position; they differ in how much has to be at
/// hand before. Gross: one payment for each pair of payer and payee, of all that is owed.
/// Bilateral: one for each pair of accounts, of what is left of the two. Multilateral: accounts
/// that are short pay accounts that are long, in order of accounts.
#[must_use]
pub fn payments<'a>(
    obligations: impl IntoIterator<Item = &'a Obligation, IntoIter: Clone>,
    netting: Netting,
) -> Vec<Obligation> {
    let obligations = obligations.into_iter();
    match netting {
        Netting::Multilateral => transfers(&net(obligations)),
        Netting::Bilateral => of_pairs(obligations, |payer, payee| payee < payer),
        Netting::Gross => of_pairs(obligations, |_, _| false),
    }
}

/// What each account has to pay by `payments`; accounts that pay nothing are left out.
#[must_use]
pub fn dues(payments: &[Obligation]) -> Positions {
    let mut dues = Positions::new();
    for payment in payments {
        let due = dues.entry((payment.currency, payment.payer)).or_default();
        *due = due.plus(payment.amount);
    }
    dues
}

/// One payment for each pair; `turned` says which pairs count the other way round.
///
/// Pairs are told by the ranks of their accounts and sorted, which is several times quicker than a
/// map of pairs of names: mostly there are as many pairs as obligations.
fn of_pairs<'a>(
    obligations: impl Iterator<Item = &'a Obligation> + Clone,
    turned: fn(u32, u32) -> bool,
) -> Vec<Obligation> {
    let (accounts, ranks) = ranked(obligations.clone());
    let rank = |account| ranks.find(account).copied().unwrap_or_default();
    let mut owed: Vec<((Currency, u32, u32), Position)> = obligations
        .map(|&Obligation { payer, payee, currency, amount }| {
            let (payer, payee, amount) = (rank(payer), rank(payee), Position::from(amount));
            match turned(payer, payee) {
                false => ((currency, payer, payee), amount),
                true => ((currency, payee, payer), amount.negated()),
            }
        })
        .collect();
    owed.sort_unstable_by_key(|(pair, _)| *pair);
    let of_pair = owed.chunk_by(|(pair, _), (next, _)| pair == next);
    let sums = of_pair.filter_map(|same| {
        let (currency, first, second) = same.first()?.0;
        let sum: Position = same.iter().map(|(_, amount)| *amount).sum();
        let (payer, payee, amount) = match sum.credit() {
            Some(amount) => (first, second, amount),
            None => (second, first, sum.debit()?),
        };
        (!amount.is_zero()).then_some((currency, payer, payee, amount))
    });
    let mut sums: Vec<(Currency, u32, u32, Amount)> = sums.collect();
    sums.sort_unstable();
    let account = |rank: u32| accounts.get(rank as usize).copied();
    let payment = |(currency, payer, payee, amount)| {
        Some(Obligation { payer: account(payer)?, payee: account(payee)?, currency, amount })
    };
    sums.into_iter().filter_map(payment).collect()
}

/// Every account named, in order, and the place of each there.
fn ranked<'a>(
    obligations: impl Iterator<Item = &'a Obligation>,
) -> (Vec<SettlementAccount>, Table<SettlementAccount, u32>) {
    let mut ranks = Table::<SettlementAccount, u32>::default();
    for account in obligations.flat_map(|owed| [owed.payer, owed.payee]) {
        // Who is there already stays there.
        ranks.insert(account, 0).ok();
    }
    let mut accounts: Vec<SettlementAccount> = ranks.iter().map(|(_, of, _)| *of).collect();
    accounts.sort_unstable();
    for (rank, account) in (0..).zip(&accounts) {
        if let Some(found) = ranks.find_mut(*account) {
            *found = rank;
        }
    }
    (accounts, ranks)
}

/// Pairs what the short owe with what the long are owed, in order of accounts. Both sum to the
/// same, so nothing is left over.
fn transfers(positions: &Positions) -> Vec<Obligation> {
    let mut payments = Vec::new();
    for currency in Currency::ALL {
        let of_currency = || positions.iter().filter(|((of, _), _)| *of == currency);
        let long = of_currency().filter_map(|(&(_, account), p)| Some((account, p.credit()?)));
        let mut long = long.filter(|(_, amount)| !amount.is_zero());
        let mut owed: Option<(SettlementAccount, Amount)> = None;
        for (&(_, payer), position) in of_currency() {
            let mut left = position.debit().unwrap_or(Amount::ZERO);
            while !left.is_zero() {
                let Some((payee, due)) = owed.take().or_else(|| long.next()) else { break };
                let amount = left.min(due);
                payments.push(Obligation { payer, payee, currency, amount });
                left = left.saturating_sub(amount);
                let rest = due.saturating_sub(amount);
                owed = (!rest.is_zero()).then_some((payee, rest));
            }
        }
    }
    payments
}

#[cfg(test)]
mod tests;
