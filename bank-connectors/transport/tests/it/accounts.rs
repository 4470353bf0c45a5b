//! Numbers and pools name each other.

use crate::world::{account, bic};
use gcfn_iso20022::{AccountNumber, Bic};
use gcfn_model::{Currency, NodeId, Pool, SettlementAccount};
use gcfn_transport::{AccountBook, BankAccount, NumberTaken};
use proptest::prelude::*;
use std::collections::BTreeMap;

const CNY: Currency = Currency::Cny;

fn book() -> AccountBook {
    AccountBook::new("cn-sha".parse().unwrap(), BTreeMap::from([(CNY, bic())]))
}

fn number(text: &str) -> AccountNumber {
    text.parse().unwrap()
}

fn at(text: &str) -> BankAccount {
    BankAccount { number: number(text), bank: "OTHRCNSH".parse().unwrap() }
}

proptest! {
    #[test]
    fn every_account_has_a_number_that_names_it(
        name in "[a-z][a-z0-9-]{0,15}",
        pool in proptest::sample::select(Pool::ALL.to_vec()),
        currency in proptest::sample::select(Currency::ALL.to_vec()),
    ) {
        let node: NodeId = name.parse().unwrap();
        let account = SettlementAccount { node, pool };
        let number = book().number(account, currency);
        prop_assert_eq!(book().holding(&number), Some((account, currency)));
    }

    #[test]
    fn only_that_number_names_it(text in "GCFN-[A-Za-z0-9-]{1,8}-(UC|uc|XX)-(CNY|cny|XXX)") {
        let number = number(&text);
        if let Some((account, currency)) = book().holding(&number) {
            prop_assert_eq!(book().number(account, currency), number);
        }
    }
}

#[test]
fn the_scheme_is_node_pool_and_currency() {
    assert_eq!(book().number(account("cn-sha/UC"), CNY), number("GCFN-CN-SHA-UC-CNY"));
}

#[test]
fn a_listed_number_stands_in_place_of_the_scheme() {
    let (mut book, pool) = (book(), account("cn-sha/UC"));
    book.list(pool, CNY, at("GB82WEST12345698765432")).unwrap();
    book.list(pool, CNY, at("GB33BUKB20201555555555")).unwrap();
    assert_eq!(book.holding(&number("GB33BUKB20201555555555")), Some((pool, CNY)));
    assert_eq!(book.holding(&number("GB82WEST12345698765432")), None);
    assert_eq!(book.holding(&number("GCFN-CN-SHA-UC-CNY")), None);
    assert!(book.is_own(pool, CNY, &"OTHRCNSH".parse::<Bic>().unwrap()));
    assert!(!book.is_own(pool, CNY, &bic()));
}

#[test]
fn one_number_does_not_name_two_pools() {
    let (mut book, listed) = (book(), account("cn-sha/IE"));
    book.list(account("cn-sha/UC"), CNY, at("1001")).unwrap();
    let taken = |holder| Err(NumberTaken { listed, currency: CNY, holder });
    assert_eq!(book.list(listed, CNY, at("1001")), taken(account("cn-sha/UC")));
    assert_eq!(book.list(listed, CNY, at("GCFN-CN-CH-CNY")), taken(account("cn/CH")));
    assert_eq!(book.list(listed, CNY, at("GCFN-CN-SHA-UC-CNY")), Ok(()), "no longer in use");
}
