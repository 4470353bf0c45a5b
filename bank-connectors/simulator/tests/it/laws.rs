//! What holds for every sequence of payments, sent once or many times.

use crate::script::{accounts, between, config, deposit, of, uetr};
use gcfn_simulator::{Bank, Fault, FaultTarget};
use proptest::prelude::*;

/// A payment of node `a` by number; the number fixes the amount and the accounts.
fn pay(bank: &mut Bank, number: u8) {
    let accounts = if number.is_multiple_of(2) { ("A-UC", "A-SH") } else { ("A-UC", "B-CH") };
    let amount = format!("{number}.00");
    bank.receive(of("a"), &between(Some(&number.to_string()), accounts, &amount)).unwrap();
}

fn funded() -> Bank {
    let mut bank = Bank::new(&config());
    bank.deposit(&deposit("A-UC", "1000.00")).unwrap();
    bank
}

proptest! {
    #[test]
    fn sending_again_pays_nothing_again(
        numbers in prop::collection::vec(1..20u8, 1..60),
        fault in prop::option::of(prop::sample::select(vec![
            Fault::AnswerTwice, Fault::Late, Fault::WrongAmount, Fault::BrokenXml, Fault::Silent,
        ])),
    ) {
        let (mut repeated, mut once) = (funded(), funded());
        if let Some(fault) = fault {
            repeated.misbehave(fault, FaultTarget::Next(10));
        }
        for &number in &numbers {
            pay(&mut repeated, number);
        }
        let mut distinct = numbers.clone();
        distinct.sort_unstable();
        distinct.dedup();
        for &number in &distinct {
            pay(&mut once, number);
        }
        prop_assert_eq!(accounts(&repeated), accounts(&once));
        for number in distinct {
            let uetr = uetr(&number.to_string());
            prop_assert_eq!(repeated.status(uetr), once.status(uetr));
        }
    }
}
