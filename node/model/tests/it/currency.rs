//! The currencies: codes, places and decimals never change, and amounts are written by them.

use expect_test::expect;
use gcfn_model::{Amount, Currency, Position};
use proptest::prelude::*;
use std::fmt::Write;

#[test]
fn a_currency_keeps_its_place_and_its_decimals() {
    let mut table = String::new();
    for currency in Currency::ALL {
        writeln!(table, "{:>2} {currency} {}", currency as u8, currency.decimals()).unwrap();
    }
    expect![[r#"
         0 CNY 2
         1 HKD 2
         2 USD 2
         3 SGD 2
         4 EUR 2
         5 JPY 0
         6 AED 2
         7 GBP 2
         8 CHF 2
         9 CAD 2
        10 AUD 2
        11 NZD 2
        12 KRW 0
        13 TWD 2
        14 MOP 2
        15 THB 2
        16 MYR 2
        17 INR 2
        18 IDR 2
        19 KWD 3
    "#]]
    .assert_eq(&table);
    let unknown = "XXX".parse::<Currency>().unwrap_err().to_string();
    assert_eq!(unknown, format!("currency is not one of {}", Currency::CODES));
}

#[test]
fn an_amount_has_as_many_decimals_as_its_currency() {
    let minor = |text: &str, currency| Amount::parse(text, currency).map(Amount::minor);
    assert_eq!(minor("1.234", Currency::Kwd), Ok(1_234));
    assert_eq!(minor("1.2", Currency::Kwd), Ok(1_200));
    assert_eq!(
        minor("1.234", Currency::Idr).unwrap_err().to_string(),
        "amount has 3 decimals, IDR allows 2"
    );
    assert_eq!(minor("1.0", Currency::Krw), Ok(1), "zeros say nothing");
    assert!(minor("1.5", Currency::Krw).is_err());
    assert!(minor("1.2345", Currency::Kwd).is_err());
    let fils = Amount::from_minor(1_004).unwrap();
    assert_eq!(fils.decimal(Currency::Kwd), "1.004");
    assert_eq!(Position::ZERO.minus(fils).decimal(Currency::Kwd), "-1.004");
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(
        currency in proptest::sample::select(Currency::ALL.to_vec()),
        minor in 0..=Amount::MAX.minor(),
    ) {
        let amount = Amount::from_minor(minor).unwrap();
        prop_assert_eq!(Amount::parse(&amount.decimal(currency), currency), Ok(amount));
        prop_assert_eq!(currency.code().parse(), Ok(currency));
    }
}
