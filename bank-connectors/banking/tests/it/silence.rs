//! What is asked of a bank that does not answer, and what is asked back.

use crate::script::check;
use expect_test::expect;

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
