//! Scripts and laws against the public boundary of the desk.

#![expect(clippy::unwrap_used, reason = "a test stops at what does not hold")]
#![expect(clippy::needless_pass_by_value, reason = "`expect!` is written in place")]

mod laws;
mod script;

use expect_test::expect;
use script::check;

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
            cancel 3 -> instruction has left for the bank; ask the bank to cancel it
        "#]],
    );
}

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

#[test]
fn every_break_has_its_class_and_keeps_its_age() {
    check(
        "booked A 1 UC credit 100
         booked B 1 UC credit 20
         booked C 1 UC credit 3
         statement UC 1 open 0 close 100 ledger 123: A credit 100, B credit 21, D debit 7
         booked D 1 UC debit 7
         statement UC 2 open 99 close 99 ledger 99:
         statement UC 1 open 0 close 116 ledger 116: A credit 100, B credit 20, C credit 3, D debit 7",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            booked B 1 UC credit 20 -> Unmatched
            booked C 1 UC credit 3 -> Unmatched
            statement UC 1 open 0 close 100 ledger 123: A credit 100, B credit 21, D debit 7 -> matched 1
              BankOnly 7 since 4
              OursOnly 3 since 4
              WrongAmount 20, 21 since 4
              SumDiffers 114, 100 since 4
              LedgerDiffers 123, 100 since 4
            booked D 1 UC debit 7 -> Unmatched
            statement UC 2 open 99 close 99 ledger 99: -> matched 0
              OursOnly 20 since 4
              OursOnly 3 since 4
              OpeningDiffers 100, 99 since 6
            statement UC 1 open 0 close 116 ledger 116: A credit 100, B credit 20, C credit 3, D debit 7 -> matched 4, clean
        "#]],
    );
}

#[test]
fn a_break_is_as_old_as_its_first_sight() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 open 0 close 0 ledger 100:
         statement UC 1 open 0 close 0 ledger 100:
         breaks",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 0 ledger 100: -> matched 0
              OursOnly 100 since 2
              LedgerDiffers 100, 0 since 2
            statement UC 1 open 0 close 0 ledger 100: -> matched 0
              OursOnly 100 since 2
              LedgerDiffers 100, 0 since 2
            breaks -> 
              OursOnly 100 on 1 since 2
              LedgerDiffers 100, 0 on 1 since 2
        "#]],
    );
}

#[test]
fn waiting_instructions_are_named_and_not_assumed_paid() {
    check(
        "pay 1 100
         pay 2 100
         expect 3 100
         sent 2
         overdue 2
         booked A 1 UC debit 100 for 1
         overdue 2
         status 2 ACSP
         overdue 2",
        expect![[r#"
            pay 1 100 -> Draft
            pay 2 100 -> Draft
            expect 3 100 -> Expected
            sent 2 -> Sent
            overdue 2 -> 1 Draft
            booked A 1 UC debit 100 for 1 -> Settled
            overdue 2 -> 2 Sent
            status 2 ACSP -> Accepted
            overdue 2 -> none
        "#]],
    );
}

#[test]
fn silence_is_ignorance_and_the_same_goes_again_only_where_the_bank_has_no_record() {
    check(
        "pay 1 100
         sent 1
         wait 1
         state 1
         status 1 RJCT NOOR
         state 1
         status 1 RJCT NOOR
         wait 1
         wait 1
         state 1
         status 1 ACSP
         wait 1
         booked A 1 UC debit 100 for 1
         wait 99",
        expect![[r#"
            pay 1 100 -> Draft
            sent 1 -> Sent
            wait 1 -> Ask { number: 1 } for 1
            state 1 -> Unknown
            status 1 RJCT NOOR -> Resend { number: 1 } for 1
            state 1 -> Sent
            status 1 RJCT NOOR -> Unchanged
            wait 1 -> nothing
            wait 1 -> Ask { number: 2 } for 1
            state 1 -> Unknown
            status 1 ACSP -> Accepted
            wait 1 -> nothing
            booked A 1 UC debit 100 for 1 -> Settled
            wait 99 -> nothing
        "#]],
    );
}

#[test]
fn a_payment_that_was_taken_in_is_asked_about_when_its_day_is_over() {
    check(
        "pay 1 100
         sent 1
         status 1 ACSP
         wait 71
         wait 2
         wait 2
         overdue 99999
         status 1 RJCT AC04
         wait 99",
        expect![[r#"
            pay 1 100 -> Draft
            sent 1 -> Sent
            status 1 ACSP -> Accepted
            wait 71 -> nothing
            wait 2 -> Ask { number: 1 } for 1
            wait 2 -> Ask { number: 2 } for 1
            overdue 99999 -> 1 Unknown
            status 1 RJCT AC04 -> Rejected AC04
            wait 99 -> nothing
        "#]],
    );
}

#[test]
fn a_channel_that_does_not_know_asks_at_once_and_undoes_nothing() {
    check(
        "pay 1 100
         unanswered 1
         state 1
         sent 1
         state 1
         pay 2 100
         status 2 ACSP
         unanswered 2
         state 2
         expect 3 100
         unanswered 3
         ask 3
         unanswered 4",
        expect![[r#"
            pay 1 100 -> Draft
            unanswered 1 -> Ask { number: 1 } for 1
            state 1 -> Unknown
            sent 1 -> Unknown
            state 1 -> Unknown
            pay 2 100 -> Draft
            status 2 ACSP -> Accepted
            unanswered 2 -> nothing
            state 2 -> Accepted
            expect 3 100 -> Expected
            unanswered 3 -> payment was instructed elsewhere; the status belongs there
            ask 3 -> nothing
            unanswered 4 -> no such payment at this desk; look it up in the archive
        "#]],
    );
}

#[test]
fn another_payment_under_the_same_id_is_no_refusal_until_it_is_said_twice() {
    check(
        "pay 1 100
         sent 1
         status 1 RJCT DUPL
         status 1 RJCT DUPL
         state 1
         wait 2
         status 1 RJCT DUPL
         pay 2 100
         sent 2
         status 2 RJCT AM05
         booked A 1 UC debit 100 for 2",
        expect![[r#"
            pay 1 100 -> Draft
            sent 1 -> Sent
            status 1 RJCT DUPL -> Ask { number: 1 } for 1
            status 1 RJCT DUPL -> Unchanged
            state 1 -> Unknown
            wait 2 -> Ask { number: 2 } for 1
            status 1 RJCT DUPL -> Rejected DUPL
            pay 2 100 -> Draft
            sent 2 -> Sent
            status 2 RJCT AM05 -> Ask { number: 1 } for 2
            booked A 1 UC debit 100 for 2 -> Settled
        "#]],
    );
}

#[test]
fn what_is_asked_back_before_it_is_booked_is_cancelled_and_after_it_comes_back() {
    check(
        "pay 1 100
         recall 1 CUST
         sent 1
         recall 1 CUST
         recall 1 CUST
         state 1
         answer 1 pending
         answer 1 granted
         state 1
         answer 1 granted
         answer 1 refused AC04
         booked A 1 UC debit 100 for 1
         pay 2 100
         sent 2
         booked B 1 UC debit 100 for 2
         recall 2 DUPL
         overdue 0
         answer 2 granted
         returning 2 FOCR
         returning 2 FOCR
         state 2
         booked C 1 UC credit 100 for 2
         recall 2 DUPL",
        expect![[r#"
            pay 1 100 -> Draft
            recall 1 CUST -> instruction has not left for the bank; cancel it
            sent 1 -> Sent
            recall 1 CUST -> Recall { number: 1, reason: CUST } for 1
            recall 1 CUST -> payment is asked back already; wait for the bank's answer
            state 1 -> Sent
            answer 1 pending -> nothing
            answer 1 granted -> Cancelled 1
            state 1 -> Cancelled
            answer 1 granted -> nothing
            answer 1 refused AC04 -> nothing
            booked A 1 UC debit 100 for 1 -> NotPayable
            pay 2 100 -> Draft
            sent 2 -> Sent
            booked B 1 UC debit 100 for 2 -> Settled
            recall 2 DUPL -> Recall { number: 1, reason: DUPL } for 2
            overdue 0 -> 2 Settled
            answer 2 granted -> Recalled
            returning 2 FOCR -> Returning Some(FOCR)
            returning 2 FOCR -> nothing
            state 2 -> Settled
            booked C 1 UC credit 100 for 2 -> Returned
            recall 2 DUPL -> payment was refused, cancelled or came back; there is nothing to ask for
        "#]],
    );
}

#[test]
fn a_refused_recall_changes_nothing_and_may_be_asked_again() {
    check(
        "pay 1 100
         sent 1
         answer 1 granted
         recall 1 CUST
         answer 1 refused CUST
         state 1
         recall 1 FRAD
         wait 1
         status 1 RJCT NOOR
         state 1
         expect 2 100
         recall 2 CUST
         recall 3 CUST",
        expect![[r#"
            pay 1 100 -> Draft
            sent 1 -> Sent
            answer 1 granted -> payment was not asked back; take the answer up with the bank
            recall 1 CUST -> Recall { number: 1, reason: CUST } for 1
            answer 1 refused CUST -> RecallRefused Some(CUST)
            state 1 -> Sent
            recall 1 FRAD -> Recall { number: 2, reason: FRAD } for 1
            wait 1 -> Ask { number: 1 } for 1
            status 1 RJCT NOOR -> Cancelled 1
            state 1 -> Cancelled
            expect 2 100 -> Expected
            recall 2 CUST -> payment was instructed elsewhere; the status belongs there
            recall 3 CUST -> no such payment at this desk; look it up in the archive
        "#]],
    );
}

#[test]
fn a_credit_notified_wrong_and_stated_right_ends_as_stated() {
    check(
        "booked A 1 UC credit 101
         statement UC 1 open 0 close 100 ledger 101: A credit 100
         assign A
         resolve A never-booked
         resolve A as-stated
         review UC ledger 100
         breaks
         booked A 1 UC credit 100",
        expect![[r#"
            booked A 1 UC credit 101 -> Unmatched
            statement UC 1 open 0 close 100 ledger 101: A credit 100 -> matched 0
              WrongAmount 101, 100 since 2
              LedgerDiffers 101, 100 since 2
            assign A -> BreakAssigned
            resolve A never-booked -> remedy does not fit the break: an entry is taken as_stated, or was never_booked; a balance or a number is explained; a ledger's difference is recognised
            resolve A as-stated -> Amend 101, 100
            review UC ledger 100 -> 2 ended, closes 1
            breaks -> 
            booked A 1 UC credit 100 -> DayClosed
        "#]],
    );
}

#[test]
fn what_waits_in_suspense_is_booked_anew_as_the_payment_that_it_is() {
    check(
        "expect 1 100
         booked A 1 SH credit 101 for 1
         statement SH 1 open 0 close 100 ledger 101: A credit 100 for 1
         resolve A as-stated in-suspense
         booked A 1 SH credit 100 for 1
         review SH ledger 100
         breaks",
        expect![[r#"
            expect 1 100 -> Expected
            booked A 1 SH credit 101 for 1 -> WrongAmount 100, 101, in suspense
            statement SH 1 open 0 close 100 ledger 101: A credit 100 for 1 -> matched 0
              WrongAmount 101, 100 since 3
              LedgerDiffers 101, 100 since 3
            resolve A as-stated in-suspense -> Rebook 101, 100
            booked A 1 SH credit 100 for 1 -> Received
            review SH ledger 100 -> 2 ended, closes 1
            breaks -> 
        "#]],
    );
}

#[test]
fn a_late_notification_ends_the_break_and_closes_the_day() {
    check(
        "pay 1 30
         booked A 1 UC credit 100
         statement UC 1 open 0 close 70 ledger 100: A credit 100, B debit 30 for 1
         review UC ledger 100
         booked C 2 UC credit 5
         review UC ledger 105
         booked B 1 UC debit 30 for 1
         review UC ledger 75
         breaks",
        expect![[r#"
            pay 1 30 -> Draft
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 70 ledger 100: A credit 100, B debit 30 for 1 -> matched 1
              BankOnly 30 since 3
              LedgerDiffers 100, 70 since 3
            review UC ledger 100 -> 0 ended, closes nothing
            booked C 2 UC credit 5 -> Unmatched
            review UC ledger 105 -> 0 ended, closes nothing
            booked B 1 UC debit 30 for 1 -> Settled
            review UC ledger 75 -> 2 ended, closes 1
            breaks -> 
        "#]],
    );
}

#[test]
fn what_two_persons_say_counts_as_stated_even_where_it_contradicts() {
    check(
        "pay 1 100
         booked A 1 UC debit 99 for 1
         statement UC 1 open 0 close -99 ledger 0: A debit 99 for 1
         resolve A as-stated
         as-stated A 1 UC debit 99 for 1
         review UC ledger -99
         state 1",
        expect![[r#"
            pay 1 100 -> Draft
            booked A 1 UC debit 99 for 1 -> WrongAmount 100, 99
            statement UC 1 open 0 close -99 ledger 0: A debit 99 for 1 -> matched 0
              BankOnly 99 since 3
              LedgerDiffers 0, -99 since 3
            resolve A as-stated -> Book 99
            as-stated A 1 UC debit 99 for 1 -> WrongAmount 100, 99, in suspense
            review UC ledger -99 -> 2 ended, closes 1
            state 1 -> Draft
        "#]],
    );
}

#[test]
fn what_the_bank_never_booked_is_taken_back_and_may_be_booked_again() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 open 0 close 0 ledger 100:
         resolve A explained
         resolve A never-booked
         review UC ledger 0
         booked A 2 UC credit 100",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 0 ledger 100: -> matched 0
              OursOnly 100 since 2
              LedgerDiffers 100, 0 since 2
            resolve A explained -> remedy does not fit the break: an entry is taken as_stated, or was never_booked; a balance or a number is explained; a ledger's difference is recognised
            resolve A never-booked -> TakeBack 100
            review UC ledger 0 -> 2 ended, closes 1
            booked A 2 UC credit 100 -> Unmatched
        "#]],
    );
}

#[test]
fn a_wrong_balance_is_put_right_by_a_statement_or_explained_by_two_persons() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 open 0 close 101 ledger 100: A credit 100
         statement UC 2 open 100 close 100 ledger 100:
         breaks
         resolve Ledger explained
         resolve Sum explained
         review UC ledger 100
         breaks",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 101 ledger 100: A credit 100 -> matched 1
              SumDiffers 100, 101 since 2
              LedgerDiffers 100, 101 since 2
            statement UC 2 open 100 close 100 ledger 100: -> matched 0
              OpeningDiffers 101, 100 since 3
            breaks -> 
              OpeningDiffers 101, 100 on 2 since 3
              SumDiffers 100, 101 on 1 since 2
              LedgerDiffers 100, 101 on 1 since 2
            resolve Ledger explained -> remedy does not fit the break: an entry is taken as_stated, or was never_booked; a balance or a number is explained; a ledger's difference is recognised
            resolve Sum explained -> Nothing
            review UC ledger 100 -> 3 ended, closes 2
            breaks -> 
        "#]],
    );
}

#[test]
fn a_statement_out_of_sequence_waits_for_the_one_that_is_missing() {
    check(
        "statement UC 1 number 7 open 0 close 0 ledger 0:
         statement UC 3 number 9 open 0 close 0 ledger 0:
         statement UC 2 number 8 open 0 close 0 ledger 0:
         breaks
         statement UC 4 number 11 open 0 close 0 ledger 0:
         resolve OutOf explained
         review UC ledger 0
         statement UC 400 number 1 open 0 close 0 ledger 0:",
        expect![[r#"
            statement UC 1 number 7 open 0 close 0 ledger 0: -> matched 0, clean
            statement UC 3 number 9 open 0 close 0 ledger 0: -> matched 0
              OutOfSequence 8, 9 since 2
            statement UC 2 number 8 open 0 close 0 ledger 0: -> matched 0, clean
            breaks -> 
            statement UC 4 number 11 open 0 close 0 ledger 0: -> matched 0
              OutOfSequence 10, 11 since 5
            resolve OutOf explained -> Nothing
            review UC ledger 0 -> 1 ended, closes 4
            statement UC 400 number 1 open 0 close 0 ledger 0: -> matched 0, clean
        "#]],
    );
}

#[test]
fn an_entry_stated_twice_is_a_break_of_its_own() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 open 0 close 200 ledger 100: A credit 100, A credit 100
         statement UC 1 open 0 close 100 ledger 100: A credit 100",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 200 ledger 100: A credit 100, A credit 100 -> matched 1
              StatedTwice 100 since 2
              LedgerDiffers 100, 200 since 2
            statement UC 1 open 0 close 100 ledger 100: A credit 100 -> matched 1, clean
        "#]],
    );
}

#[test]
fn an_intraday_report_shows_what_differs_and_counts_for_nothing() {
    check(
        "booked A 1 UC credit 100
         booked B 1 UC credit 5
         report UC 1 balance 107 ledger 105: A credit 100, B credit 6, C credit 1
         breaks
         booked C 1 UC credit 1
         statement UC 1 open 0 close 106 ledger 106: A credit 100, B credit 5, C credit 1
         report UC 1 balance 107 ledger 105: A credit 100",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            booked B 1 UC credit 5 -> Unmatched
            report UC 1 balance 107 ledger 105: A credit 100, B credit 6, C credit 1 -> matched 1, 2 open: WrongAmount 5, 6, BankOnly 1
            breaks -> 
            booked C 1 UC credit 1 -> Unmatched
            statement UC 1 open 0 close 106 ledger 106: A credit 100, B credit 5, C credit 1 -> matched 3, clean
            report UC 1 balance 107 ledger 105: A credit 100 -> day is stated already; an intraday report says nothing of it any more
        "#]],
    );
}

#[test]
fn a_break_keeps_its_age_and_its_owner_while_what_is_said_of_it_changes() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 open 0 close 0 ledger 100:
         assign A
         assign Ledger
         statement UC 1 open 0 close 90 ledger 100: A credit 90
         breaks",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 0 ledger 100: -> matched 0
              OursOnly 100 since 2
              LedgerDiffers 100, 0 since 2
            assign A -> BreakAssigned
            assign Ledger -> BreakAssigned
            statement UC 1 open 0 close 90 ledger 100: A credit 90 -> matched 0
              WrongAmount 100, 90 since 2
              LedgerDiffers 100, 90 since 2
            breaks -> 
              WrongAmount 100, 90 on 1 since 2, owned
              LedgerDiffers 100, 90 on 1 since 2, owned
        "#]],
    );
}

#[test]
fn a_long_statement_comes_in_parts_and_counts_with_the_last() {
    check(
        "booked A 1 UC credit 100
         booked B 1 UC credit 20
         part UC 1 open 0 close 124 ledger 0: A credit 100
         part UC 1 after 2 open 0 close 124 ledger 0: B credit 20
         part UC 1 after 1 open 0 close 125 ledger 0: B credit 20
         breaks
         part UC 1 after 1 open 0 close 124 ledger 0: B credit 20
         statement UC 1 after 2 open 0 close 124 ledger 120: C credit 3, A credit 1
         booked C 1 UC credit 3
         part UC 1 open 0 close 123 ledger 0: A credit 100
         statement UC 1 after 1 open 0 close 123 ledger 123: C credit 3, B credit 20
         part UC 1 open 0 close 123 ledger 0: A credit 100
         statement UC 2 after 1 open 123 close 123 ledger 123:",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            booked B 1 UC credit 20 -> Unmatched
            part UC 1 open 0 close 124 ledger 0: A credit 100 -> taken
            part UC 1 after 2 open 0 close 124 ledger 0: B credit 20 -> part of the statement is missing, or of another one; send it again
            part UC 1 after 1 open 0 close 125 ledger 0: B credit 20 -> part of the statement is missing, or of another one; send it again
            breaks -> 
            part UC 1 after 1 open 0 close 124 ledger 0: B credit 20 -> taken
            statement UC 1 after 2 open 0 close 124 ledger 120: C credit 3, A credit 1 -> matched 2
              BankOnly 3 since 8
              StatedTwice 1 since 8
              LedgerDiffers 120, 124 since 8
            booked C 1 UC credit 3 -> Unmatched
            part UC 1 open 0 close 123 ledger 0: A credit 100 -> taken
            statement UC 1 after 1 open 0 close 123 ledger 123: C credit 3, B credit 20 -> matched 3, clean
            part UC 1 open 0 close 123 ledger 0: A credit 100 -> day is reconciled; take a changed statement up with the bank
            statement UC 2 after 1 open 123 close 123 ledger 123: -> part of the statement is missing, or of another one; send it again
        "#]],
    );
}

#[test]
fn a_last_part_that_is_refused_leaves_the_others_as_they_were() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 open 0 close 0 ledger 100:
         part UC 2 open 0 close 103 ledger 0: A credit 100
         resolve A never-booked
         statement UC 2 after 1 open 0 close 103 ledger 0: C credit 3
         booked A 2 UC credit 100
         booked C 2 UC credit 3
         statement UC 2 after 1 open 0 close 103 ledger 103: C credit 3",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 0 ledger 100: -> matched 0
              OursOnly 100 since 2
              LedgerDiffers 100, 0 since 2
            part UC 2 open 0 close 103 ledger 0: A credit 100 -> taken
            resolve A never-booked -> TakeBack 100
            statement UC 2 after 1 open 0 close 103 ledger 0: C credit 3 -> part of the statement is missing, or of another one; send it again
            booked A 2 UC credit 100 -> Unmatched
            booked C 2 UC credit 3 -> Unmatched
            statement UC 2 after 1 open 0 close 103 ledger 103: C credit 3 -> matched 2, clean
        "#]],
    );
}
