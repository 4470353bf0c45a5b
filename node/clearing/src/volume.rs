//! How much a cycle carries, and how much of that one node may bring in.

use crate::{Bundle, HouseRefusal};
use alloc::collections::BTreeMap;
use gcfn_model::{Amount, Currency};
use serde::{Deserialize, Serialize};

/// The most obligations that one cycle settles.
const OBLIGATIONS_MAX: u64 = 1_000_000;

/// The part of a cycle's volume that one node may bring in, so that no node can shut out the
/// others: a hundredth.
const SHARE_OF_ONE: u64 = 100;

/// How many obligations, and how much they come to in each currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Volume {
    obligations: u64,
    gross: BTreeMap<Currency, Amount>,
}

impl Volume {
    /// This and what `bundle` owes. No sum goes above one amount: what a currency comes to in
    /// all must fit the house's bank account.
    pub(crate) fn with(&self, bundle: &Bundle) -> Result<Volume, HouseRefusal> {
        let mut sum = self.clone();
        sum.obligations = sum.obligations.saturating_add(bundle.obligations.len() as u64);
        if OBLIGATIONS_MAX < sum.obligations {
            return Err(HouseRefusal::CycleFull);
        }
        for obligation in &bundle.obligations {
            let gross = sum.gross.entry(obligation.currency).or_insert(Amount::ZERO);
            let more = gross.checked_add(obligation.amount);
            *gross = more.ok_or(HouseRefusal::PositionTooLarge)?;
        }
        Ok(sum)
    }

    /// Whether it is no more than one node may bring in.
    pub(crate) fn is_one_share(&self) -> bool {
        let part = |whole: u64| whole.checked_div(SHARE_OF_ONE).unwrap_or(whole);
        self.obligations <= part(OBLIGATIONS_MAX)
            && self.gross.values().all(|gross| gross.minor() <= part(Amount::MAX.minor()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Obligation;
    use alloc::vec;
    use gcfn_model::{BusinessDate, Digest, Pool, SettlementAccount};

    fn bundle(amount: u64, obligations: usize) -> Bundle {
        let account = |pool| SettlementAccount { node: "de".parse().expect("a name"), pool };
        let (payer, payee) = (account(Pool::UserCustody), account(Pool::SettlementHub));
        let amount = Amount::from_minor(amount).expect("in range");
        let obligation = Obligation { payer, payee, currency: Currency::Eur, amount };
        Bundle {
            reference: Digest::ZERO,
            value_date: BusinessDate::from_days(0),
            obligations: vec![obligation; obligations],
            trades: 1,
            trades_root: Digest::ZERO,
        }
    }

    #[test]
    fn a_currency_comes_to_no_more_than_one_bank_account_can_hold() {
        let max = Amount::MAX.minor();
        let full = Volume::default().with(&bundle(max, 1)).expect("just fits");
        assert_eq!(full.with(&bundle(1, 1)), Err(HouseRefusal::PositionTooLarge));
        assert!(!full.is_one_share());
    }

    #[test]
    fn a_cycle_holds_a_million_obligations_and_a_node_brings_in_ten_thousand() {
        let one_share = Volume::default().with(&bundle(1, 10_000)).expect("fits");
        assert!(one_share.is_one_share());
        assert!(!one_share.with(&bundle(1, 1)).expect("fits the cycle").is_one_share());
        let mut full = Volume::default();
        for _ in 0..100 {
            full = full.with(&bundle(1, 10_000)).expect("fits");
        }
        assert_eq!(full.with(&bundle(1, 1)), Err(HouseRefusal::CycleFull));
    }
}
