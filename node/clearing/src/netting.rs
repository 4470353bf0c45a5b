//! Multilateral netting: exact, per currency, independent of order.

use crate::Obligation;
use alloc::collections::BTreeMap;
use gcfn_model::{Currency, Position, SettlementAccount};
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

/// Nets obligations multilaterally.
///
/// - Input: any obligations in any order.
/// - Output: one position per account and currency named, zero ones included; per currency
///   they sum to zero.
/// - Source: CPMI-IOSCO PFMI glossary, "multilateral netting".
///
/// # Panics
/// Never: 128 bits hold the sum of any number of obligations that fits in memory.
#[must_use]
pub fn net<'a>(obligations: impl IntoIterator<Item = &'a Obligation>) -> Positions {
    let mut positions = Positions::new();
    for &Obligation { payer, payee, currency, amount } in obligations {
        let owed = positions.entry((currency, payee)).or_default();
        *owed = owed.plus(amount);
        let owing = positions.entry((currency, payer)).or_default();
        *owing = owing.minus(amount);
    }
    assert_eq!(positions.values().copied().sum::<Position>(), Position::ZERO);
    positions
}

#[cfg(test)]
mod tests;
