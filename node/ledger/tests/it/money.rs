//! Scripts of entries: what is posted, what is refused, what stands in the books afterwards.

use crate::names::{with_ids, with_names};
use expect_test::{Expect, expect};
use gcfn_ledger::{Entry, Ledger, Leg, Posting};
use gcfn_model::{Amount, Currency, Pool, Position};

const USD: Currency = Currency::Usd;

/// Posts one entry per line, written `debit > credit amount; ...`, and compares the answers, the
/// balances and the pools with `expected`.
fn check(script: &str, expected: Expect) {
    let mut ledger = Ledger::default();
    let mut shown = String::new();
    for line in script.lines().map(str::trim) {
        let answer = match ledger.post(&entry(line)) {
            Ok(()) => "ok".to_owned(),
            Err(fault) => with_names(&fault.to_string()),
        };
        shown += &format!("{line} -> {answer}\n");
        assert_eq!(ledger.trial_balance(USD), Position::ZERO);
        for pool in Pool::ALL {
            assert_eq!(ledger.pool_position(pool, USD).difference(), Position::ZERO);
        }
    }
    for (account, balance) in ledger.balances_in(USD) {
        shown += &format!("{} {balance}\n", with_names(&account.to_string()));
    }
    expected.assert_eq(&shown);
}

fn entry(line: &str) -> Entry {
    let leg = |text: &str| {
        let words: Vec<String> = with_ids(text).split_whitespace().map(str::to_owned).collect();
        let [debit, _, credit, amount] = words.as_slice() else { panic!("not a leg: {text}") };
        let amount = amount.parse().ok().and_then(Amount::from_minor).expect("an amount");
        Leg {
            debit: debit.parse().expect("an account"),
            credit: credit.parse().expect("an account"),
            amount,
        }
    };
    let legs = line.split(';').filter(|text| !text.trim().is_empty()).map(leg).collect();
    Entry { posting: Posting::UserDeposit, currency: USD, legs }
}

#[test]
fn a_primary_sale_from_deposit_to_reserve() {
    check(
        "B.UC > UC.@alice.avail 1000
         UC.@alice.avail > UC.@alice.hold 510
         UC.@alice.hold > UC.@alice.commit 510; O.contra > O.@acme.#b1.out 600
         UC.@alice.commit > SH.clear 510; B.TR.SH > B.TR.UC 510
         SH.clear > IE.@acme.reserve.#b1 400; B.TR.IE > B.TR.SH 400
         SH.clear > IE.@acme.free 100; B.TR.IE > B.TR.SH 100
         SH.clear > SH.fee.trade 10
         B.TR.UC > B.UC 510; B.SH > B.TR.SH 10; B.IE > B.TR.IE 500",
        expect![[r#"
            B.UC > UC.@alice.avail 1000 -> ok
            UC.@alice.avail > UC.@alice.hold 510 -> ok
            UC.@alice.hold > UC.@alice.commit 510; O.contra > O.@acme.#b1.out 600 -> ok
            UC.@alice.commit > SH.clear 510; B.TR.SH > B.TR.UC 510 -> ok
            SH.clear > IE.@acme.reserve.#b1 400; B.TR.IE > B.TR.SH 400 -> ok
            SH.clear > IE.@acme.free 100; B.TR.IE > B.TR.SH 100 -> ok
            SH.clear > SH.fee.trade 10 -> ok
            B.TR.UC > B.UC 510; B.SH > B.TR.SH 10; B.IE > B.TR.IE 500 -> ok
            B.UC 490
            B.IE 500
            B.SH 10
            B.TR.UC 0
            B.TR.IE 0
            B.TR.SH 0
            UC.@alice.avail 490
            UC.@alice.hold 0
            UC.@alice.commit 0
            IE.@acme.free 100
            IE.@acme.reserve.#b1 400
            SH.clear 0
            SH.fee.trade 10
            O.@acme.#b1.out 600
            O.contra 600
        "#]],
    );
}

#[test]
fn one_cent_too_many_is_refused() {
    check(
        "B.UC > UC.@alice.avail 100
         UC.@alice.avail > UC.@alice.hold 101
         UC.@alice.avail > UC.@alice.hold 100
         UC.@alice.avail > B.UC 1
         UC.@alice.hold > B.UC 100
         UC.@alice.hold > B.UC 1",
        expect![[r#"
            B.UC > UC.@alice.avail 100 -> ok
            UC.@alice.avail > UC.@alice.hold 101 -> UC.@alice.avail has too little
            UC.@alice.avail > UC.@alice.hold 100 -> ok
            UC.@alice.avail > B.UC 1 -> UC.@alice.avail has too little
            UC.@alice.hold > B.UC 100 -> ok
            UC.@alice.hold > B.UC 1 -> B.UC has too little
            B.UC 0
            UC.@alice.avail 0
            UC.@alice.hold 0
        "#]],
    );
}

#[test]
fn only_the_end_of_an_entry_counts() {
    check(
        "UC.@alice.avail > UC.@bob.avail 30; B.UC > UC.@alice.avail 30
         SH.clear > SH.fee.trade 5; UC.@bob.avail > SH.clear 5; B.TR.SH > B.TR.UC 5",
        expect![[r#"
            UC.@alice.avail > UC.@bob.avail 30; B.UC > UC.@alice.avail 30 -> ok
            SH.clear > SH.fee.trade 5; UC.@bob.avail > SH.clear 5; B.TR.SH > B.TR.UC 5 -> ok
            B.UC 30
            B.TR.UC -5
            B.TR.SH 5
            UC.@bob.avail 25
            SH.fee.trade 5
        "#]],
    );
}

#[test]
fn a_refused_entry_opens_no_account() {
    check(
        "B.UC > UC.@alice.avail 30; UC.@bob.avail > UC.@carol.avail 1",
        expect![[r#"
        B.UC > UC.@alice.avail 30; UC.@bob.avail > UC.@carol.avail 1 -> UC.@bob.avail has too little
    "#]],
    );
}

#[test]
fn entries_that_are_not_entries_are_refused() {
    check(
        "
         B.UC > UC.@alice.avail 0
         B.UC > B.UC 10",
        expect![[r#"
             -> entry has no leg
            B.UC > UC.@alice.avail 0 -> leg from B.UC moves an amount of zero
            B.UC > B.UC 10 -> leg debits and credits B.UC
        "#]],
    );
}

#[test]
fn money_does_not_change_pools_without_a_bank_leg() {
    check(
        "B.UC > UC.@alice.avail 100
         UC.@alice.avail > SH.fee.trade 10
         UC.@alice.avail > SH.fee.trade 10; B.TR.SH > B.TR.UC 9
         UC.@alice.avail > O.@acme.#b1.out 10
         UC.@alice.avail > SH.fee.trade 10; B.TR.SH > B.TR.UC 10",
        expect![[r#"
            B.UC > UC.@alice.avail 100 -> ok
            UC.@alice.avail > SH.fee.trade 10 -> entry does not balance within pool UC
            UC.@alice.avail > SH.fee.trade 10; B.TR.SH > B.TR.UC 9 -> entry does not balance within pool UC
            UC.@alice.avail > O.@acme.#b1.out 10 -> entry does not balance within pool UC
            UC.@alice.avail > SH.fee.trade 10; B.TR.SH > B.TR.UC 10 -> ok
            B.UC 100
            B.TR.UC -10
            B.TR.SH 10
            UC.@alice.avail 90
            SH.fee.trade 10
        "#]],
    );
}

#[test]
fn a_fee_that_cannot_be_collected_is_backed_by_a_receivable() {
    check(
        "RCV.SH.@acme > SH.fee.issue 70
         B.IE > IE.@acme.free 50
         IE.@acme.free > RCV.SH.@acme 50; B.TR.SH > B.TR.IE 50
         IE.@acme.free > RCV.SH.@acme 50; B.TR.SH > B.TR.IE 50
         SH.fee.issue > B.SH 70",
        expect![[r#"
            RCV.SH.@acme > SH.fee.issue 70 -> ok
            B.IE > IE.@acme.free 50 -> ok
            IE.@acme.free > RCV.SH.@acme 50; B.TR.SH > B.TR.IE 50 -> ok
            IE.@acme.free > RCV.SH.@acme 50; B.TR.SH > B.TR.IE 50 -> RCV.SH.@acme has too little
            SH.fee.issue > B.SH 70 -> B.SH has too little
            B.IE 50
            B.TR.IE -50
            B.TR.SH 50
            RCV.SH.@acme 20
            IE.@acme.free 0
            SH.fee.issue 70
        "#]],
    );
}

#[test]
fn suspense_and_positions_may_be_of_either_sign() {
    check(
        "UC.susp > B.UC 5
         B.UC > UC.@alice.avail 20
         UC.susp > B.UC 5
         B.FX > FX.pos 100
         FX.pos > B.FX 90; FX.pos > FX.pnl 20
         FX.pos > B.FX 20",
        expect![[r#"
            UC.susp > B.UC 5 -> B.UC has too little
            B.UC > UC.@alice.avail 20 -> ok
            UC.susp > B.UC 5 -> ok
            B.FX > FX.pos 100 -> ok
            FX.pos > B.FX 90; FX.pos > FX.pnl 20 -> ok
            FX.pos > B.FX 20 -> B.FX has too little
            B.UC 15
            B.FX 10
            UC.@alice.avail 20
            UC.susp -5
            FX.pos -10
            FX.pnl 20
        "#]],
    );
}

#[test]
fn a_balance_has_eighteen_digits_at_most() {
    check(
        "B.UC > UC.@alice.avail 999999999999999999
         B.UC > UC.@bob.avail 1",
        expect![[r#"
            B.UC > UC.@alice.avail 999999999999999999 -> ok
            B.UC > UC.@bob.avail 1 -> B.UC would exceed 10^18 - 1 minor units
            B.UC 999999999999999999
            UC.@alice.avail 999999999999999999
        "#]],
    );
}

#[test]
fn a_reversal_restores_every_balance() {
    let mut ledger = Ledger::default();
    let deposit = entry("B.UC > UC.@alice.avail 100");
    ledger.post(&deposit).expect("a deposit");
    let before: Vec<_> = ledger.balances().collect();
    let fee = entry("UC.@alice.avail > SH.fee.wdrl 10; B.TR.SH > B.TR.UC 10");
    ledger.post(&fee).expect("a fee");
    assert_eq!(fee.reversed().posting, Posting::Reversal);
    ledger.post(&fee.reversed()).expect("its reversal");
    let after = ledger.balances().filter(|(.., balance)| *balance != Position::ZERO);
    assert_eq!(after.collect::<Vec<_>>(), before);
}

#[test]
fn the_builder_leaves_out_what_moves_nothing() {
    let leg = entry("UC.@alice.hold > UC.@alice.avail 7").legs;
    let [Leg { debit, credit, amount }] = *leg.as_slice() else { panic!("one leg") };
    let built = Entry::new(Posting::HoldRelease, USD)
        .with(debit, credit, amount)
        .with(credit, debit, Amount::ZERO)
        .with_transit(Pool::UserCustody, Pool::UserCustody, amount);
    assert_eq!(built.legs, leg);
}

#[test]
fn currencies_are_books_apart() {
    let mut ledger = Ledger::default();
    let deposit = entry("B.UC > UC.@alice.avail 100");
    ledger.post(&deposit).expect("a deposit");
    let mut hold = entry("UC.@alice.avail > UC.@alice.hold 100");
    hold.currency = Currency::Eur;
    ledger.post(&hold).expect_err("no euros");
    assert_eq!(ledger.balances_in(Currency::Eur).count(), 0);
    assert_eq!(ledger.balances_in(USD).count(), 2);
}
