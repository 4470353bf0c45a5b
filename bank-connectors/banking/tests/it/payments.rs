//! Payments from their draft to their booking.

use crate::script::check;
use expect_test::expect;

#[test]
fn money_counts_when_it_is_booked_not_when_it_is_accepted() {
    check(
        "pay 1 100
         sent 1
         status 1 ACSP
         status 1 ACSC
         booked A 1 UC debit 100 for 1
         booked B 1 SH credit 100 for 1
         booked A 1 UC debit 100 for 1",
        expect![[r#"
            pay 1 100 -> Draft
            sent 1 -> Sent
            status 1 ACSP -> Accepted
            status 1 ACSC -> Unchanged
            booked A 1 UC debit 100 for 1 -> Settled
            booked B 1 SH credit 100 for 1 -> Received
            booked A 1 UC debit 100 for 1 -> Repeat
        "#]],
    );
}

#[test]
fn a_draft_is_cancelled_and_what_is_signed_is_asked_back() {
    check(
        "pay 1 100
         recall 1 DUPL
         cancel 1
         signed 1
         sent 1
         over 1
         pay 2 100
         signed 2
         cancel 2
         recall 2 DUPL
         sent 2
         signed 2
         answer 2 granted
         pay 3 100
         signed 3
         status 3 ACSP
         pay 4 100
         signed 4
         booked D 1 UC debit 100 for 4
         pay 5 100
         signed 5
         unanswered 5
         expect 6 100
         signed 6
         signed 7",
        expect![[r#"
            pay 1 100 -> Draft
            recall 1 DUPL -> instruction has not left for the bank; cancel it
            cancel 1 -> Cancelled
            signed 1 -> instruction was cancelled before it was sent; ask the bank to cancel it
            sent 1 -> instruction was cancelled before it was sent; ask the bank to cancel it
            over 1 -> true
            pay 2 100 -> Draft
            signed 2 -> Signed
            cancel 2 -> instruction has left for the bank, or is about to; ask the bank to cancel it
            recall 2 DUPL -> Recall { number: 1, reason: DUPL } for 2
            sent 2 -> Sent
            signed 2 -> Sent
            answer 2 granted -> Cancelled 2
            pay 3 100 -> Draft
            signed 3 -> Signed
            status 3 ACSP -> Accepted
            pay 4 100 -> Draft
            signed 4 -> Signed
            booked D 1 UC debit 100 for 4 -> Settled
            pay 5 100 -> Draft
            signed 5 -> Signed
            unanswered 5 -> Ask { number: 1 } for 5
            expect 6 100 -> Expected
            signed 6 -> payment was instructed elsewhere; the status belongs there
            signed 7 -> no such payment at this desk; look it up in the archive
        "#]],
    );
}

#[test]
fn a_late_status_undoes_nothing() {
    check(
        "pay 1 100
         booked A 1 UC debit 100 for 1
         sent 1
         status 1 PDNG
         status 1 RJCT AM04
         pay 2 100
         status 2 RJCT AM04
         status 2 RJCT AM04
         status 2 ACSP
         booked B 1 UC debit 100 for 2
         status 3 ACSP",
        expect![[r#"
            pay 1 100 -> Draft
            booked A 1 UC debit 100 for 1 -> Settled
            sent 1 -> Settled
            status 1 PDNG -> Unchanged
            status 1 RJCT AM04 -> bank rejects what it has booked; the booking stands, ask the bank
            pay 2 100 -> Draft
            status 2 RJCT AM04 -> Rejected AM04
            status 2 RJCT AM04 -> Unchanged
            status 2 ACSP -> Unchanged
            booked B 1 UC debit 100 for 2 -> NotPayable
            status 3 ACSP -> no such payment at this desk; look it up in the archive
        "#]],
    );
}

#[test]
fn what_contradicts_counts_only_where_money_came_in_and_then_in_suspense() {
    check(
        "pay 1 100
         booked A 1 UC debit 99 for 1
         booked E 1 UC credit 100 for 1
         booked A 1 CH debit 100 for 1
         booked A 1 UC debit 100 for 1
         booked A 1 UC debit 90 for 1
         booked B 1 UC debit 100 for 1
         booked C 1 UC credit 100 for 1
         booked D 1 UC credit 100 for 1",
        expect![[r#"
            pay 1 100 -> Draft
            booked A 1 UC debit 99 for 1 -> WrongAmount 100, 99
            booked E 1 UC credit 100 for 1 -> NotPaid, in suspense
            booked A 1 CH debit 100 for 1 -> WrongAccount
            booked A 1 UC debit 100 for 1 -> Settled
            booked A 1 UC debit 90 for 1 -> Altered
            booked B 1 UC debit 100 for 1 -> BookedTwice
            booked C 1 UC credit 100 for 1 -> Returned
            booked D 1 UC credit 100 for 1 -> BookedTwice, in suspense
        "#]],
    );
}

#[test]
fn an_expected_payment_settles_on_its_credit() {
    check(
        "expect 1 100
         status 1 ACSP
         booked A 1 UC debit 100 for 1
         booked B 1 SH credit 100 for 1
         booked C 1 SH credit 100 for 1
         expect 2 100
         cancel 2
         booked D 1 SH credit 100 for 2",
        expect![[r#"
            expect 1 100 -> Expected
            status 1 ACSP -> payment was instructed elsewhere; the status belongs there
            booked A 1 UC debit 100 for 1 -> WrongAccount
            booked B 1 SH credit 100 for 1 -> Received
            booked C 1 SH credit 100 for 1 -> BookedTwice, in suspense
            expect 2 100 -> Expected
            cancel 2 -> Cancelled
            booked D 1 SH credit 100 for 2 -> NotPayable, in suspense
        "#]],
    );
}

#[test]
fn ids_are_used_once_and_what_has_left_is_not_cancelled() {
    check(
        "pay 1 100
         pay 1 100
         pay 1 101
         pay 2 0
         cancel 1
         cancel 1
         sent 1
         pay 3 100
         sent 3
         cancel 3",
        expect![[r#"
            pay 1 100 -> Draft
            pay 1 100 -> Draft
            pay 1 101 -> instruction id is used for another payment; use a new id
            pay 2 0 -> amount is zero; leave the instruction out
            cancel 1 -> Cancelled
            cancel 1 -> instruction was cancelled before it was sent; ask the bank to cancel it
            sent 1 -> instruction was cancelled before it was sent; ask the bank to cancel it
            pay 3 100 -> Draft
            sent 3 -> Sent
            cancel 3 -> instruction has left for the bank, or is about to; ask the bank to cancel it
        "#]],
    );
}

#[test]
fn what_has_come_may_be_taken_back_as_far_as_it_has_come() {
    check(
        "expect 1 100
         booked A 1 SH debit 100 for 1
         booked B 1 SH credit 100 for 1
         booked C 1 SH debit 40 for 1
         booked C 1 SH debit 40 for 1
         booked D 1 SH debit 61 for 1
         booked E 1 SH debit 60 for 1
         booked F 1 SH debit 1 for 1
         booked G 1 SH credit 100 for 1
         state 1",
        expect![[r#"
            expect 1 100 -> Expected
            booked A 1 SH debit 100 for 1 -> NotPaid
            booked B 1 SH credit 100 for 1 -> Received
            booked C 1 SH debit 40 for 1 -> TakenBack
            booked C 1 SH debit 40 for 1 -> Repeat
            booked D 1 SH debit 61 for 1 -> WrongAmount 60, 61
            booked E 1 SH debit 60 for 1 -> TakenBack
            booked F 1 SH debit 1 for 1 -> BookedTwice
            booked G 1 SH credit 100 for 1 -> BookedTwice, in suspense
            state 1 -> Settled
        "#]],
    );
}
