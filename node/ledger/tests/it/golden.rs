//! One state root, written down. When this changes, so has the meaning of every anchored root:
//! it needs a new version of the domain `gcfn/state/v1` and a decision record.

use crate::names::{batch, minor, party, series};
use expect_test::expect;
use gcfn_ledger::{Account, Books, Entry, Holder, Posting, Terms, UserBucket};
use gcfn_model::{Currency, Pool};

#[test]
fn the_root_of_a_small_node() {
    let mut books = Books::default();
    let (alice, acme) = (party("alice"), party("acme"));
    let available = Account::User(alice, UserBucket::Available);
    let reserve = Account::Reserve(acme, batch("b1"));
    let entries = [
        Entry::new(Posting::UserDeposit, Currency::Cny).with(
            Account::Bank(Pool::UserCustody),
            available,
            minor(10_000),
        ),
        Entry::new(Posting::PrimaryReserve, Currency::Cny)
            .with(available, reserve, minor(2_500))
            .with_transit(Pool::UserCustody, Pool::IssuerEscrow, minor(2_500)),
    ];
    for entry in &entries {
        books.money.post(entry).expect("a sound entry");
    }
    let terms = Terms { face: minor(500), quantity: 1_000_000, home: None };
    books.title.register(series("s"), terms).expect("a new series");
    let (holder, locked) = (Holder::Party(alice), Holder::RedeemLock(alice));
    books.title.transfer(series("s"), Holder::Inventory, holder, 5).expect("inventory");
    books.title.transfer(series("s"), holder, locked, 1).expect("held");
    books.title.redeem(series("s"), alice, 0, minor(200)).expect("locked");

    let roots = books.roots();
    let mut shown = String::new();
    for (currency, debit, credit) in &roots.money {
        shown += &format!("{currency} debit  {} {}\n", debit.sum, debit.hash);
        shown += &format!("{currency} credit {} {}\n", credit.sum, credit.hash);
    }
    shown += &format!("title      {} {}\n", roots.title.sum, roots.title.hash);
    shown += &format!("state      {}\n", books.state_root());
    expect![[r#"
        CNY debit  12500 9c76dea9e11f99061a711b76a5f45407cbb0249a65f6303761f5b6fc3768de53
        CNY credit 12500 9247e96f4c74747db70ed3df63cbe69f55e44c7552b0389feccfd10683ecc557
        title      1000000 33910007646f4f00d0ab485ab638289855f0c495ec655f43fb7e3798952320a0
        state      7aea55a4798f601d1769d8471a4f2a4f63ad5a54bf782c764a8c1b53bd6544e9
    "#]]
    .assert_eq(&shown);
}
