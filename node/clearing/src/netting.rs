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
    for (_, &account, of_account) in sums.iter() {
        for (&currency, sum) in Currency::ALL.iter().zip(of_account) {
            if let Some(position) = *sum {
                total = total.and(position);
                positions.insert((currency, account), position);
            }
        }
    }
    assert_eq!(total, Position::ZERO, "what is owed is owed to somebody");
    positions
}

/// What one account comes to, in each currency that it owes or is owed in.
type Sums = [Option<Position>; Currency::ALL.len()];

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
    let of_account = sums.at_mut(row).expect("a row stays where it is");
    let sum = of_account.get_mut(currency as usize).expect("a place for every currency");
    *sum = Some(sum.unwrap_or_default().and(change));
}

/// The payments that settle `obligations` under these terms, in order of currency and payer.
///
/// Whatever the terms, an account ends with its net position; they differ in how much has to be at
/// hand before. Gross: one payment for each pair of payer and payee, of all that is owed.
/// Bilateral: one for each pair of accounts, of what is left of the two. Multilateral: accounts
/// that are short pay accounts that are long, in order of accounts.
#[must_use]
pub fn payments<'a>(
    obligations: impl IntoIterator<Item = &'a Obligation>,
    netting: Netting,
) -> Vec<Obligation> {
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
fn of_pairs<'a>(
    obligations: impl IntoIterator<Item = &'a Obligation>,
    turned: fn(SettlementAccount, SettlementAccount) -> bool,
) -> Vec<Obligation> {
    let mut owed = BTreeMap::<(Currency, SettlementAccount, SettlementAccount), Position>::new();
    for &Obligation { payer, payee, currency, amount } in obligations {
        let amount = Position::from(amount);
        let (pair, change) = match turned(payer, payee) {
            false => ((currency, payer, payee), amount),
            true => ((currency, payee, payer), amount.negated()),
        };
        let sum = owed.entry(pair).or_default();
        *sum = sum.and(change);
    }
    let mut payments: Vec<Obligation> = owed
        .into_iter()
        .filter_map(|((currency, payer, payee), sum)| {
            let (payer, payee, amount) = match sum.credit() {
                Some(amount) => (payer, payee, amount),
                None => (payee, payer, sum.debit()?),
            };
            (!amount.is_zero()).then_some(Obligation { payer, payee, currency, amount })
        })
        .collect();
    payments.sort_by_key(|payment| (payment.currency, payment.payer, payment.payee));
    payments
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
