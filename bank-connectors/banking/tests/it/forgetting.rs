//! When a payment that is over leaves the state.

use crate::script::check;
use expect_test::expect;

#[test]
fn a_clean_day_closes_and_can_be_forgotten() {
    check(
        "pay 1 30
         booked A 1 UC credit 100
         booked B 1 UC debit 30 for 1
         booked C 2 UC credit 5
         statement UC 1 open 0 close 70 ledger 75: A credit 100, B debit 30
         booked A 1 UC credit 100
         statement UC 1 open 0 close 70 ledger 75: A credit 100, B debit 30
         prune
         prune-after 400
         prune-after 402
         statement UC 2 open 70 close 75 ledger 75: C credit 5",
        expect![[r#"
            pay 1 30 -> Draft
            booked A 1 UC credit 100 -> Unmatched
            booked B 1 UC debit 30 for 1 -> Settled
            booked C 2 UC credit 5 -> Unmatched
            statement UC 1 open 0 close 70 ledger 75: A credit 100, B debit 30 -> matched 2, clean
            booked A 1 UC credit 100 -> DayClosed
            statement UC 1 open 0 close 70 ledger 75: A credit 100, B debit 30 -> day is reconciled; take a changed statement up with the bank
            prune -> 0
            prune-after 400 -> 0
            prune-after 402 -> 1
            statement UC 2 open 70 close 75 ledger 75: C credit 5 -> matched 1, clean
        "#]],
    );
}

#[test]
fn what_somebody_may_still_refer_to_is_not_forgotten() {
    // Nobody has said that it is paid.
    check(
        "pay 1 30
         prune-after 500
         cancel 1
         prune-after 500",
        expect![[r#"
            pay 1 30 -> Draft
            prune-after 500 -> 0
            cancel 1 -> Cancelled
            prune-after 500 -> 1
        "#]],
    );
    // Its booking is on no statement.
    check(
        "pay 1 30
         booked Z 1 UC credit 30
         booked A 1 UC debit 30 for 1
         booked B 1 SH credit 30 for 1
         prune-after 500
         statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30
         prune-after 500
         statement SH 1 open 0 close 30 ledger 30: B credit 30
         prune-after 500
         recall 1 CUST
         booked C 1 UC credit 30 for 1
         booked C 2 UC credit 30 for 1",
        expect![[r#"
            pay 1 30 -> Draft
            booked Z 1 UC credit 30 -> Unmatched
            booked A 1 UC debit 30 for 1 -> Settled
            booked B 1 SH credit 30 for 1 -> Received
            prune-after 500 -> 0
            statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30 -> matched 2, clean
            prune-after 500 -> 0
            statement SH 1 open 0 close 30 ledger 30: B credit 30 -> matched 1, clean
            prune-after 500 -> 1
            recall 1 CUST -> no such payment at this desk; look it up in the archive
            booked C 1 UC credit 30 for 1 -> DayClosed
            booked C 2 UC credit 30 for 1 -> Unmatched
        "#]],
    );
    // The money has left one account of the desk and not come to the other.
    check(
        "pay 1 30
         booked Y 1 SH credit 5
         booked Z 1 UC credit 30
         booked A 1 UC debit 30 for 1
         statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30
         statement SH 1 open 0 close 5 ledger 5: Y credit 5
         prune-after 500
         booked B 2 SH credit 30 for 1",
        expect![[r#"
            pay 1 30 -> Draft
            booked Y 1 SH credit 5 -> Unmatched
            booked Z 1 UC credit 30 -> Unmatched
            booked A 1 UC debit 30 for 1 -> Settled
            statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30 -> matched 2, clean
            statement SH 1 open 0 close 5 ledger 5: Y credit 5 -> matched 1, clean
            prune-after 500 -> 0
            booked B 2 SH credit 30 for 1 -> Received
        "#]],
    );
    // The bank was asked for it and has not answered.
    check(
        "pay 1 30
         sent 1
         booked Z 1 UC credit 30
         booked A 1 UC debit 30 for 1
         statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30
         recall 1 CUST
         prune-after 500
         answer 1 refused CUST
         prune-after 500",
        expect![[r#"
            pay 1 30 -> Draft
            sent 1 -> Sent
            booked Z 1 UC credit 30 -> Unmatched
            booked A 1 UC debit 30 for 1 -> Settled
            statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30 -> matched 2, clean
            recall 1 CUST -> Recall { number: 1, reason: CUST } for 1
            prune-after 500 -> 0
            answer 1 refused CUST -> RecallRefused Some(CUST)
            prune-after 500 -> 1
        "#]],
    );
}

#[test]
fn a_payment_that_the_bank_gives_back_is_not_forgotten_before_it_is_back() {
    check(
        "pay 1 30
         sent 1
         booked Z 1 UC credit 30
         booked A 1 UC debit 30 for 1
         statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30
         returning 1 AC04
         prune-after 500
         booked B 2 UC credit 30 for 1
         prune-after 500
         statement UC 2 open 0 close 30 ledger 30: B credit 30
         prune-after 500",
        expect![[r#"
            pay 1 30 -> Draft
            sent 1 -> Sent
            booked Z 1 UC credit 30 -> Unmatched
            booked A 1 UC debit 30 for 1 -> Settled
            statement UC 1 open 0 close 0 ledger 0: Z credit 30, A debit 30 -> matched 2, clean
            returning 1 AC04 -> Returning Some(AC04)
            prune-after 500 -> 0
            booked B 2 UC credit 30 for 1 -> Returned
            prune-after 500 -> 0
            statement UC 2 open 0 close 30 ledger 30: B credit 30 -> matched 1, clean
            prune-after 500 -> 1
        "#]],
    );
}

#[test]
fn a_payment_that_a_break_is_about_is_not_forgotten() {
    check(
        "pay 1 30
         cancel 1
         statement UC 1 open 30 close 0 ledger 30: A debit 30 for 1
         prune-after 500
         resolve A as-stated
         prune-after 500",
        expect![[r#"
            pay 1 30 -> Draft
            cancel 1 -> Cancelled
            statement UC 1 open 30 close 0 ledger 30: A debit 30 for 1 -> matched 0
              BankOnly 30 since 3
              LedgerDiffers 30, 0 since 3
            prune-after 500 -> 0
            resolve A as-stated -> Book 30
            prune-after 500 -> 0
        "#]],
    );
}

#[test]
fn a_payment_is_over_once_it_has_ended_or_is_not_known() {
    check(
        "over 1
         pay 1 30
         over 1
         cancel 1
         over 1
         sent 1",
        expect![[r#"
            over 1 -> true
            pay 1 30 -> Draft
            over 1 -> false
            cancel 1 -> Cancelled
            over 1 -> true
            sent 1 -> instruction was cancelled before it was sent; ask the bank to cancel it
        "#]],
    );
}
