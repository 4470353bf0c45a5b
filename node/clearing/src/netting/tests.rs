#![expect(clippy::arithmetic_side_effects, reason = "a naive model, on small figures")]

use crate::netting::{Netting, dues, payments};
use crate::{Obligation, net};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::{Amount, Currency, Pool, Position, SettlementAccount};
use proptest::prelude::*;

fn account(index: u8) -> SettlementAccount {
    let node = alloc::format!("n{}", index / 3).parse().expect("a valid name");
    SettlementAccount { node, pool: Pool::ALL[usize::from(index % 3)] }
}

fn obligation(max: u64) -> impl Strategy<Value = Obligation> {
    (0u8..12, 0u8..12, 0usize..3, 1u64..=max).prop_map(|(payer, payee, c, minor)| Obligation {
        payer: account(payer),
        payee: account(payee),
        currency: Currency::ALL[c],
        amount: Amount::from_minor(minor).expect("in range"),
    })
}

fn obligations(count: usize) -> impl Strategy<Value = Vec<Obligation>> {
    prop::collection::vec(obligation(Amount::MAX.minor()), 0..count)
}

/// So few and small that no sum is above one amount, which a cycle's volume sees to; nobody owes
/// to itself.
fn carried() -> impl Strategy<Value = Vec<Obligation>> {
    let all = prop::collection::vec(obligation(1_000_000), 0..60);
    all.prop_map(|all| all.into_iter().filter(|o| o.payer != o.payee).collect())
}

/// What the obligations of each account come to, added up one account at a time.
fn by_hand(obligations: &[Obligation]) -> BTreeMap<(Currency, SettlementAccount), i128> {
    let named = obligations.iter().flat_map(|o| [(o.currency, o.payer), (o.currency, o.payee)]);
    let sum = |(currency, of), side: fn(&Obligation) -> SettlementAccount| -> i128 {
        let of_account = obligations.iter().filter(|o| o.currency == currency && side(o) == of);
        of_account.map(|o| i128::from(o.amount.minor())).sum()
    };
    named.map(|key| (key, sum(key, |o| o.payee) - sum(key, |o| o.payer))).collect()
}

proptest! {
    #[test]
    fn positions_sum_to_zero_in_every_currency(obligations in obligations(200)) {
        let positions = net(&obligations);
        for currency in Currency::ALL {
            let sum: Position = positions.iter().filter(|((c, _), _)| *c == currency).map(|(_, p)| *p).sum();
            prop_assert_eq!(sum, Position::ZERO);
        }
    }

    #[test]
    fn order_does_not_matter(obligations in obligations(100), cut in 0usize..100) {
        let mut turned: Vec<Obligation> = obligations.clone();
        turned.rotate_left(cut.min(obligations.len()));
        prop_assert_eq!(net(&obligations), net(&turned));
    }

    #[test]
    fn a_position_is_what_is_owed_to_an_account_less_what_it_owes(obligations in obligations(60)) {
        let found = net(&obligations);
        let found: BTreeMap<_, _> = found.into_iter().map(|(key, p)| (key, p.minor())).collect();
        prop_assert_eq!(found, by_hand(&obligations));
    }

    #[test]
    fn whatever_the_terms_everybody_ends_with_its_position(obligations in carried()) {
        for netting in [Netting::Multilateral, Netting::Bilateral, Netting::Gross] {
            let mut paid = by_hand(&payments(&obligations, netting));
            let mut owed = by_hand(&obligations);
            paid.retain(|_, sum| *sum != 0);
            owed.retain(|_, sum| *sum != 0);
            prop_assert_eq!(paid, owed);
        }
    }

    #[test]
    fn the_stricter_the_terms_the_more_must_be_at_hand(obligations in carried()) {
        let due = |netting| dues(&payments(&obligations, netting));
        let [net, pairs, gross] =
            [Netting::Multilateral, Netting::Bilateral, Netting::Gross].map(due);
        for (key, position) in by_hand(&obligations) {
            let of = |dues: &crate::Positions| dues.get(&key).copied().unwrap_or_default().minor();
            prop_assert_eq!(of(&net), (-position).max(0));
            prop_assert!(of(&net) <= of(&pairs) && of(&pairs) <= of(&gross));
            let owes = obligations.iter().filter(|o| (o.currency, o.payer) == key);
            let owes: i128 = owes.map(|o| i128::from(o.amount.minor())).sum();
            prop_assert_eq!(of(&gross), owes);
        }
    }
}
