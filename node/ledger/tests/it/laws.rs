//! Laws of money: whatever is posted, in whatever order, the books balance and replay.

use crate::names::{batch, minor, party};
use gcfn_ledger::{Account, Books, Entry, FeeKind, IssuerBucket, Ledger, Leg, Posting, UserBucket};
use gcfn_model::{Currency, Pool, Position};
use gcfn_table::Freeze;
use proptest::prelude::*;

fn any_account() -> impl Strategy<Value = Account> {
    let pool = || prop::sample::select(&Pool::ALL[..3]);
    let name = || prop::sample::select(&["alice", "bob"][..]);
    prop_oneof![
        4 => pool().prop_map(Account::Bank),
        4 => pool().prop_map(Account::Transit),
        1 => name().prop_map(|name| Account::Receivable(Pool::SettlementHub, party(name))),
        6 => (name(), prop::sample::select(UserBucket::ALL))
            .prop_map(|(name, bucket)| Account::User(party(name), bucket)),
        2 => name().prop_map(|name| Account::Issuer(party(name), IssuerBucket::Free)),
        2 => Just(Account::Reserve(party("acme"), batch("b1"))),
        2 => Just(Account::Clearing),
        1 => Just(Account::Fee(FeeKind::Trade)),
        1 => pool().prop_map(Account::Suspense),
        1 => Just(Account::Obligation(party("acme"), batch("b1"))),
        1 => Just(Account::ObligationContra),
    ]
}

/// Entries of which many are accepted: a leg between pools mostly brings its bank leg.
fn any_entry() -> impl Strategy<Value = Entry> {
    let leg = (any_account(), any_account(), 0u64..50).prop_map(|(debit, credit, amount)| Leg {
        debit,
        credit,
        amount: minor(amount),
    });
    let currency = prop::sample::select(&[Currency::Cny, Currency::Eur][..]);
    (prop::collection::vec((leg, prop::bool::weighted(0.9)), 0..4), currency).prop_map(
        |(legs, currency)| {
            let mut entry = Entry::new(Posting::UserDeposit, currency);
            for (leg, bridged) in legs {
                entry.legs.push(leg);
                if let (true, Some(to), Some(from)) = (bridged, leg.credit.pool(), leg.debit.pool())
                {
                    entry = entry.with_transit(from, to, leg.amount);
                }
            }
            entry
        },
    )
}

fn assert_sound(books: &Books) {
    for currency in [Currency::Cny, Currency::Eur] {
        assert_eq!(books.money.trial_balance(currency), Position::ZERO);
        for pool in Pool::ALL {
            let position = books.money.pool_position(pool, currency);
            assert_eq!(position.difference(), Position::ZERO, "{pool}");
            assert_eq!(position, books.money.recounted_position(pool, currency), "{pool}");
        }
    }
    for (_, account, balance) in books.money.balances() {
        assert!(account.either_sign() || Position::ZERO <= balance, "{account} {balance}");
    }
}

#[test]
fn a_snapshot_that_opens_an_account_twice_is_refused() {
    let row = (Currency::Cny, Account::Clearing, Position::ZERO);
    let snapshot = postcard::to_allocvec(&[row].as_slice()).expect("rows encode");
    assert!(postcard::from_bytes::<Ledger>(&snapshot).is_ok());
    let snapshot = postcard::to_allocvec(&[row, row].as_slice()).expect("rows encode");
    assert!(postcard::from_bytes::<Ledger>(&snapshot).is_err());
}

#[test]
fn a_snapshot_of_books_that_do_not_balance_is_refused() {
    let bank = (Currency::Cny, Account::Bank(Pool::SettlementHub), Position::from_minor(5));
    let owed = (Currency::Cny, Account::Clearing, Position::from_minor(5));
    let snapshot = postcard::to_allocvec(&[bank, owed].as_slice()).expect("rows encode");
    assert!(postcard::from_bytes::<Ledger>(&snapshot).is_ok());
    let snapshot = postcard::to_allocvec(&[bank].as_slice()).expect("rows encode");
    assert!(postcard::from_bytes::<Ledger>(&snapshot).is_err());
}

proptest! {
    #[test]
    fn an_entry_of_many_legs_moves_what_one_of_few_moves(
        entries in prop::collection::vec(any_entry(), 0..30),
    ) {
        let (mut few, mut many) = (Ledger::default(), Ledger::default());
        for entry in entries {
            let tenfold = |leg: &Leg| Leg { amount: minor(leg.amount.minor() * 10), ..*leg };
            let large = Entry { legs: entry.legs.iter().map(tenfold).collect(), ..entry };
            let long = Entry { legs: entry.legs.repeat(10), ..entry };
            prop_assert_eq!(few.post(&large), many.post(&long));
        }
        prop_assert!(few.balances().eq(many.balances()));
    }

    #[test]
    fn frozen_books_stay_as_they_were(
        before in prop::collection::vec(any_entry(), 0..30),
        after in prop::collection::vec(any_entry(), 0..30),
    ) {
        let mut books = Books::default();
        for entry in &before {
            books.money.post(entry).ok();
        }
        let then = postcard::to_allocvec(&books).expect("books encode");
        let frozen = books.freeze();
        for entry in &after {
            books.money.post(entry).ok();
        }
        books.state_root();
        prop_assert_eq!(postcard::to_allocvec(&frozen).expect("books encode"), then);
    }

    #[test]
    fn money_is_neither_made_nor_lost(entries in prop::collection::vec(any_entry(), 0..60)) {
        let mut books = Books::default();
        for entry in &entries {
            let before: Vec<_> = books.money.balances().collect();
            if books.money.post(entry).is_err() {
                prop_assert_eq!(before, books.money.balances().collect::<Vec<_>>());
            }
            assert_sound(&books);
        }
        for (_, debit, credit) in books.roots().money {
            prop_assert_eq!(debit.sum, credit.sum);
        }
    }

    #[test]
    fn replay_and_restore_give_the_same_root(
        entries in prop::collection::vec((any_entry(), any::<bool>(), any::<bool>()), 0..60),
    ) {
        let (mut live, mut replayed) = (Books::default(), Books::default());
        for (entry, look, restart) in &entries {
            let answer = live.money.post(entry);
            if *look {
                live.state_root();
            }
            if *restart {
                let snapshot = postcard::to_allocvec(&live).expect("books encode");
                live = postcard::from_bytes(&snapshot).expect("books decode");
            }
            // Refused entries leave no trace, not even in the root.
            if answer.is_ok() {
                prop_assert_eq!(replayed.money.post(entry), Ok(()));
            }
        }
        prop_assert_eq!(live.roots(), replayed.roots());
        prop_assert_eq!(
            postcard::to_allocvec(&live).expect("books encode"),
            postcard::to_allocvec(&replayed).expect("books encode")
        );
    }

    #[test]
    fn every_account_is_proven_with_its_balance(
        entries in prop::collection::vec(any_entry(), 1..60),
    ) {
        let mut books = Books::default();
        for entry in &entries {
            books.money.post(entry).ok();
        }
        let roots = books.roots();
        let balances: Vec<_> = books.money.balances().collect();
        for (currency, account, balance) in balances {
            let proof = books.prove_account(account, currency).expect("an opened account");
            prop_assert_eq!(roots.verify_account(account, currency, &proof), Ok(()));
            prop_assert_eq!(proof.sum, u128::try_from(balance.minor()).unwrap_or(0));
            let mut forged = proof.clone();
            forged.sum = forged.sum.wrapping_add(1);
            prop_assert!(roots.verify_account(account, currency, &forged).is_err());
            prop_assert!(roots.verify_account(account, Currency::Jpy, &proof).is_err());
        }
    }
}
