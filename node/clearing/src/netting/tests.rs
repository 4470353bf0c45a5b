#![expect(clippy::arithmetic_side_effects, reason = "a naive model, on small figures")]

use crate::{Obligation, net};
use alloc::vec::Vec;
use gcfn_model::{Amount, Currency, Pool, Position, SettlementAccount};
use proptest::prelude::*;

fn account(index: u8) -> SettlementAccount {
    let node = alloc::format!("n{}", index / 3).parse().expect("a valid name");
    SettlementAccount { node, pool: Pool::ALL[usize::from(index % 3)] }
}

fn obligation() -> impl Strategy<Value = Obligation> {
    (0u8..12, 0u8..12, 0usize..3, 1u64..=Amount::MAX.minor()).prop_map(
        |(payer, payee, c, minor)| Obligation {
            payer: account(payer),
            payee: account(payee),
            currency: Currency::ALL[c],
            amount: Amount::from_minor(minor).expect("in range"),
        },
    )
}

proptest! {
    #[test]
    fn positions_sum_to_zero_in_every_currency(obligations in prop::collection::vec(obligation(), 0..200)) {
        let positions = net(&obligations);
        for currency in Currency::ALL {
            let sum: Position = positions.iter().filter(|((c, _), _)| *c == currency).map(|(_, p)| *p).sum();
            prop_assert_eq!(sum, Position::ZERO);
        }
    }

    #[test]
    fn order_does_not_matter(obligations in prop::collection::vec(obligation(), 0..100), cut in 0usize..100) {
        let mut turned: Vec<Obligation> = obligations.clone();
        turned.rotate_left(cut.min(obligations.len()));
        prop_assert_eq!(net(&obligations), net(&turned));
    }

    #[test]
    fn a_position_is_what_is_owed_to_an_account_less_what_it_owes(obligations in prop::collection::vec(obligation(), 1..60)) {
        for ((currency, of), position) in net(&obligations) {
            let sum = |side: fn(&Obligation) -> SettlementAccount| -> i128 {
                let of_account = obligations.iter().filter(|o| o.currency == currency && side(o) == of);
                of_account.map(|o| i128::from(o.amount.minor())).sum()
            };
            prop_assert_eq!(position.minor(), sum(|o| o.payee) - sum(|o| o.payer));
        }
    }
}
