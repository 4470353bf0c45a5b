//! The bank from outside: what it answers, what it remembers, whom it listens to.
#![expect(clippy::unwrap_used, reason = "a test stops at what does not hold")]
#![expect(clippy::needless_pass_by_value, reason = "`expect!` is written in place")]

mod laws;
mod script;
mod shell;

use expect_test::expect;
use script::check;

#[test]
fn a_payment_is_answered_booked_and_notified_to_both_sides() {
    check(
        "deposit A-UC 100.00
         pay 1 A-UC B-CH 60.00
         accounts",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            pay 1 A-UC B-CH 60.00
              a: pacs.002 1 ACSC
              a: camt.054 A-UC debit 60.00 for 1
              b: camt.054 B-CH credit 60.00 for 1
            accounts
              A-SH 0.00, A-UC 40.00, B-CH 60.00, CUSTOMER 0.00
        "#]],
    );
}

#[test]
fn what_cannot_be_paid_is_rejected_for_a_reason() {
    check(
        "deposit A-UC 100.00
         pay 1 A-UC B-CH 100.01
         pay 2 A-XX B-CH 1.00
         pay 3 A-UC B-XX 1.00
         pay 4 B-CH A-UC 1.00
         pay 5 A-UC B-CH 0.00
         untracked A-UC B-CH 1.00
         accounts",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            pay 1 A-UC B-CH 100.01
              a: pacs.002 1 RJCT AM04
            pay 2 A-XX B-CH 1.00
              a: pacs.002 2 RJCT AC01
            pay 3 A-UC B-XX 1.00
              a: pacs.002 3 RJCT AC03
            pay 4 B-CH A-UC 1.00
              a: pacs.002 4 RJCT AG01
            pay 5 A-UC B-CH 0.00
              a: pacs.002 5 RJCT AM01
            untracked A-UC B-CH 1.00
              a: pacs.002 - RJCT CH21
            accounts
              A-SH 0.00, A-UC 100.00, B-CH 0.00, CUSTOMER 0.00
        "#]],
    );
}

#[test]
fn the_same_payment_again_gets_the_same_answer_and_another_one_is_a_duplicate() {
    check(
        "deposit A-UC 100.00
         pay 1 A-UC B-CH 60.00
         pay 1 A-UC B-CH 60.00
         pay 1 A-UC B-CH 61.00
         accounts",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            pay 1 A-UC B-CH 60.00
              a: pacs.002 1 ACSC
              a: camt.054 A-UC debit 60.00 for 1
              b: camt.054 B-CH credit 60.00 for 1
            pay 1 A-UC B-CH 60.00
              a: pacs.002 1 ACSC
            pay 1 A-UC B-CH 61.00
              a: pacs.002 1 RJCT DUPL
            accounts
              A-SH 0.00, A-UC 40.00, B-CH 60.00, CUSTOMER 0.00
        "#]],
    );
}

#[test]
fn customers_are_paid_here_and_at_other_banks() {
    check(
        "deposit A-SH 100.00
         customer 1 A-SH CUSTOMER 10.00
         abroad 2 A-SH 20.00
         initiate 3 A-SH CUSTOMER 30.00
         accounts",
        expect![[r#"
            deposit A-SH 100.00
              a: camt.054 A-SH credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            customer 1 A-SH CUSTOMER 10.00
              a: pacs.002 1 ACSC
              a: camt.054 A-SH debit 10.00 for 1
            abroad 2 A-SH 20.00
              a: pacs.002 2 ACSC
              a: camt.054 A-SH debit 20.00 for 2
            initiate 3 A-SH CUSTOMER 30.00
              a: pain.002 3 ACSC
              a: camt.054 A-SH debit 30.00 for 3
            accounts
              A-SH 40.00, A-UC 0.00, B-CH 0.00, CUSTOMER 40.00
        "#]],
    );
}

#[test]
fn a_day_ends_with_statements_and_later_payments_wait_for_theirs() {
    check(
        "deposit A-UC 100.00
         pay 1 A-UC B-CH 60.00 on 2026-11-24
         end
         deposit A-UC 1.00
         pay 2 A-UC A-SH 5.00
         date 2026-11-23
         date 2026-11-24
         end",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            pay 1 A-UC B-CH 60.00 on 2026-11-24
              a: pacs.002 1 PDNG
            end
              a: camt.053 A-SH 2026-11-23 0.00 to 0.00, 0 entries
              a: camt.053 A-UC 2026-11-23 0.00 to 100.00, 1 entries
              b: camt.053 B-CH 2026-11-23 0.00 to 0.00, 0 entries
            deposit A-UC 1.00
              day has ended; tell the bank the next date first
            pay 2 A-UC A-SH 5.00
              a: pacs.002 2 PDNG
            date 2026-11-23
              date is not after 2026-11-23, the present one
            date 2026-11-24
              a: pacs.002 2 ACSC
              a: camt.054 A-UC debit 5.00 for 2
              a: camt.054 A-SH credit 5.00 for 2
              a: pacs.002 1 ACSC
              a: camt.054 A-UC debit 60.00 for 1
              b: camt.054 B-CH credit 60.00 for 1
            end
              a: camt.053 A-SH 2026-11-24 0.00 to 5.00, 1 entries
              a: camt.053 A-UC 2026-11-24 100.00 to 35.00, 2 entries
              b: camt.053 B-CH 2026-11-24 0.00 to 60.00, 1 entries
        "#]],
    );
}

#[test]
fn faults_touch_what_is_said_and_not_what_is_booked() {
    check(
        "deposit A-UC 100.00
         fault answer-twice 1
         pay 1 A-UC B-CH 1.00
         fault wrong-amount 1
         pay 2 A-UC B-CH 1.00
         fault broken-xml 1
         pay 3 A-UC B-CH 1.00
         fault silent for 4
         pay 5 A-UC B-CH 1.00
         pay 4 A-UC B-CH 1.00
         fault late 2
         pay 6 A-UC B-CH 1.00
         release
         end",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            fault answer-twice 1
            pay 1 A-UC B-CH 1.00
              a: pacs.002 1 ACSC
              a: pacs.002 1 ACSC
              a: camt.054 A-UC debit 1.00 for 1
              a: camt.054 A-UC debit 1.00 for 1
              b: camt.054 B-CH credit 1.00 for 1
              b: camt.054 B-CH credit 1.00 for 1
            fault wrong-amount 1
            pay 2 A-UC B-CH 1.00
              a: pacs.002 2 ACSC
              a: camt.054 A-UC debit 1.01 for 2
              b: camt.054 B-CH credit 1.01 for 2
            fault broken-xml 1
            pay 3 A-UC B-CH 1.00
              a: unreadable
              a: unreadable
              b: unreadable
            fault silent for 4
            pay 5 A-UC B-CH 1.00
              a: pacs.002 5 ACSC
              a: camt.054 A-UC debit 1.00 for 5
              b: camt.054 B-CH credit 1.00 for 5
            pay 4 A-UC B-CH 1.00
            fault late 2
            pay 6 A-UC B-CH 1.00
              held, a: pacs.002 6 ACSC
              held, a: camt.054 A-UC debit 1.00 for 6
              held, b: camt.054 B-CH credit 1.00 for 6
            release
              3 released
            end
              a: camt.053 A-SH 2026-11-23 0.00 to 0.00, 0 entries
              a: camt.053 A-UC 2026-11-23 0.00 to 94.00, 7 entries
              b: camt.053 B-CH 2026-11-23 0.00 to 6.00, 6 entries
        "#]],
    );
}
