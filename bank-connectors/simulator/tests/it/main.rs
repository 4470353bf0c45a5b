//! The bank from outside: what it answers, what it remembers, whom it listens to.
#![expect(clippy::unwrap_used, reason = "a test stops at what does not hold")]
#![expect(clippy::needless_pass_by_value, reason = "`expect!` is written in place")]

mod chaos_day;
mod conformance;
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

#[test]
fn a_question_gets_the_stored_answer_and_an_unknown_payment_has_no_record() {
    check(
        "deposit A-UC 100.00
         pay 1 A-UC B-CH 60.00
         ask 1
         pay 2 A-UC B-CH 60.00
         ask 2
         ask 3",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            pay 1 A-UC B-CH 60.00
              a: pacs.002 1 ACSC
              a: camt.054 A-UC debit 60.00 for 1
              b: camt.054 B-CH credit 60.00 for 1
            ask 1
              a: pacs.002 1 ACSC
            pay 2 A-UC B-CH 60.00
              a: pacs.002 2 RJCT AM04
            ask 2
              a: pacs.002 2 RJCT AM04
            ask 3
              a: pacs.002 3 RJCT NOOR
        "#]],
    );
}

#[test]
fn a_request_is_granted_while_the_money_is_there() {
    check(
        "deposit A-UC 100.00
         pay 1 A-UC B-CH 10.00 on 2026-11-24
         recall 1
         ask 1
         recall 1
         customer 2 A-UC CUSTOMER 20.00
         recall 2
         recall 2
         abroad 3 A-UC 5.00
         recall 3
         pay 4 A-UC B-CH 1.00
         recall 4
         recall 5
         date 2026-11-24
         accounts",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            pay 1 A-UC B-CH 10.00 on 2026-11-24
              a: pacs.002 1 PDNG
            recall 1
              a: camt.029 1 CNCL
            ask 1
              a: pacs.002 1 RJCT CUST
            recall 1
              a: camt.029 1 CNCL
            customer 2 A-UC CUSTOMER 20.00
              a: pacs.002 2 ACSC
              a: camt.054 A-UC debit 20.00 for 2
            recall 2
              a: camt.029 2 CNCL
              a: pacs.004 2 FOCR
              a: camt.054 A-UC credit 20.00 for 2
            recall 2
              a: camt.029 2 CNCL
            abroad 3 A-UC 5.00
              a: pacs.002 3 ACSC
              a: camt.054 A-UC debit 5.00 for 3
            recall 3
              a: camt.029 3 CNCL
              a: pacs.004 3 FOCR
              a: camt.054 A-UC credit 5.00 for 3
            pay 4 A-UC B-CH 1.00
              a: pacs.002 4 ACSC
              a: camt.054 A-UC debit 1.00 for 4
              b: camt.054 B-CH credit 1.00 for 4
            recall 4
              a: camt.029 4 RJCR CUST
            recall 5
              a: camt.029 5 RJCR NOOR
            date 2026-11-24
              a: camt.053 A-SH 2026-11-23 0.00 to 0.00, 0 entries
              a: camt.053 A-UC 2026-11-23 0.00 to 99.00, 6 entries
              b: camt.053 B-CH 2026-11-23 0.00 to 1.00, 1 entries
            accounts
              A-SH 0.00, A-UC 99.00, B-CH 1.00, CUSTOMER 0.00
        "#]],
    );
}

#[test]
fn what_came_in_goes_back_once_to_whoever_paid_it() {
    check(
        "deposit A-UC 100.00
         pay 1 A-UC B-CH 60.00
         return a 1 60.00
         return b 1 59.00
         return b 1 60.00
         return b 1 60.00
         return a last deposit 100.00
         accounts",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            pay 1 A-UC B-CH 60.00
              a: pacs.002 1 ACSC
              a: camt.054 A-UC debit 60.00 for 1
              b: camt.054 B-CH credit 60.00 for 1
            return a 1 60.00
              a: pacs.002 1 RJCT AG01
            return b 1 59.00
              b: pacs.002 1 RJCT AM09
            return b 1 60.00
              b: pacs.002 1 ACSC
              b: camt.054 B-CH debit 60.00 for 1
              a: camt.054 A-UC credit 60.00 for 1
            return b 1 60.00
              b: pacs.002 1 RJCT DUPL
            return a last deposit 100.00
              a: pacs.002 - ACSC
              a: camt.054 A-UC debit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            accounts
              A-SH 0.00, A-UC 0.00, B-CH 0.00, CUSTOMER 0.00
        "#]],
    );
}

#[test]
fn reports_are_sent_again_to_whoever_has_the_account() {
    check(
        "deposit A-UC 100.00
         report camt.052.001.08 A-UC
         report camt.053.001.08 A-UC
         end
         report camt.053.001.08 A-UC
         report camt.053.001.08 B-CH",
        expect![[r#"
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            report camt.052.001.08 A-UC
              a: camt.052 A-UC, 1 entries
            report camt.053.001.08 A-UC
            end
              a: camt.053 A-SH 2026-11-23 0.00 to 0.00, 0 entries
              a: camt.053 A-UC 2026-11-23 0.00 to 100.00, 1 entries
              b: camt.053 B-CH 2026-11-23 0.00 to 0.00, 0 entries
            report camt.053.001.08 A-UC
              a: camt.053 A-UC 2026-11-23 0.00 to 100.00, 1 entries
            report camt.053.001.08 B-CH
        "#]],
    );
}

#[test]
fn the_statements_of_the_days_that_are_named_are_sent_again() {
    check(
        "script statement 2: silent
         deposit A-UC 100.00
         end
         date 2026-11-24
         deposit A-UC 20.00
         end
         date 2026-11-25
         end
         report camt.053.001.08 A-UC 2026-11-23 2026-11-24
         report camt.053.001.08 A-UC 2026-11-26 2026-11-30
         report camt.053.001.08 A-UC",
        expect![[r#"
            script statement 2: silent
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            end
              a: camt.053 A-SH 2026-11-23 0.00 to 0.00, 0 entries
              b: camt.053 B-CH 2026-11-23 0.00 to 0.00, 0 entries
            date 2026-11-24
            deposit A-UC 20.00
              a: camt.054 A-UC credit 20.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            end
              a: camt.053 A-SH 2026-11-24 0.00 to 0.00, 0 entries
              a: camt.053 A-UC 2026-11-24 100.00 to 120.00, 1 entries
              b: camt.053 B-CH 2026-11-24 0.00 to 0.00, 0 entries
            date 2026-11-25
            end
              a: camt.053 A-SH 2026-11-25 0.00 to 0.00, 0 entries
              a: camt.053 A-UC 2026-11-25 120.00 to 120.00, 0 entries
              b: camt.053 B-CH 2026-11-25 0.00 to 0.00, 0 entries
            report camt.053.001.08 A-UC 2026-11-23 2026-11-24
              a: camt.053 A-UC 2026-11-23 0.00 to 100.00, 1 entries
              a: camt.053 A-UC 2026-11-24 100.00 to 120.00, 1 entries
            report camt.053.001.08 A-UC 2026-11-26 2026-11-30
            report camt.053.001.08 A-UC
              a: camt.053 A-UC 2026-11-25 120.00 to 120.00, 0 entries
        "#]],
    );
}

#[test]
fn a_script_says_when_the_bank_misbehaves_and_how() {
    check(
        "script deposit 2: wrong currency; payment 1: reject AC04; payment 3: return AC06 after 2 days; payment 4: out of order; payment 5: late by 1 day; question 1: silent; every 2 statements: wrong amount
         deposit A-UC 100.00
         deposit A-UC 1.00
         customer 1 A-UC CUSTOMER 10.00
         customer 1 A-UC CUSTOMER 10.00
         customer 2 A-UC CUSTOMER 20.00
         customer 3 A-UC CUSTOMER 30.00
         customer 4 A-UC CUSTOMER 40.00
         ask 3
         ask 3
         end
         date 2026-11-24
         date 2026-11-25
         accounts",
        expect![[r#"
            script deposit 2: wrong currency; payment 1: reject AC04; payment 3: return AC06 after 2 days; payment 4: out of order; payment 5: late by 1 day; question 1: silent; every 2 statements: wrong amount
            deposit A-UC 100.00
              a: camt.054 A-UC credit 100.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            deposit A-UC 1.00
              a: camt.054 A-UC credit 1.00 from Ann GB82WEST12345698765432 for pty-00000000000000000000000001
            customer 1 A-UC CUSTOMER 10.00
              a: pacs.002 1 RJCT AC04
            customer 1 A-UC CUSTOMER 10.00
              a: pacs.002 1 RJCT AC04
            customer 2 A-UC CUSTOMER 20.00
              a: pacs.002 2 ACSC
              a: camt.054 A-UC debit 20.00 for 2
            customer 3 A-UC CUSTOMER 30.00
              a: camt.054 A-UC debit 30.00 for 3
              a: pacs.002 3 ACSC
            customer 4 A-UC CUSTOMER 40.00
              held, a: pacs.002 4 ACSC
              held, a: camt.054 A-UC debit 40.00 for 4
            ask 3
            ask 3
              a: pacs.002 3 ACSC
            end
              a: camt.053 A-SH 2026-11-23 0.00 to 0.00, 0 entries
              a: camt.053 A-UC 2026-11-23 0.00 to 11.01, 5 entries
              b: camt.053 B-CH 2026-11-23 0.00 to 0.00, 0 entries
            date 2026-11-24
            date 2026-11-25
              a: camt.053 A-SH 2026-11-24 0.00 to 0.01, 0 entries
              a: camt.053 A-UC 2026-11-24 11.00 to 11.00, 0 entries
              b: camt.053 B-CH 2026-11-24 0.00 to 0.01, 0 entries
              a: pacs.004 2 AC06
              a: camt.054 A-UC credit 20.00 for 2
            accounts
              A-SH 0.00, A-UC 31.00, B-CH 0.00, CUSTOMER 70.00
        "#]],
    );
}

#[test]
fn a_script_that_cannot_be_read_names_its_line() {
    check(
        "script payment 1: late; payment: late
         script payment 1 late
         script # nothing; payment 0: late
         script payment 3 to 2: late
         script payment 1: explode
         script payment 1: reject NOTACODE",
        expect![[r#"
            script payment 1: late; payment: late
              line 2: when is `<occasion> <n>`, `<occasion> <n> to <m>` or `every <n> <occasion>s`; occasions are payment, deposit, question, request and statement
            script payment 1 late
              line 1: a line is `<when>: <what>`
            script # nothing; payment 0: late
              line 2: when is `<occasion> <n>`, `<occasion> <n> to <m>` or `every <n> <occasion>s`; occasions are payment, deposit, question, request and statement
            script payment 3 to 2: late
              line 1: when is `<occasion> <n>`, `<occasion> <n> to <m>` or `every <n> <occasion>s`; occasions are payment, deposit, question, request and statement
            script payment 1: explode
              line 1: what is `late`, `late by <n> days`, `twice`, `wrong amount`, `wrong currency`, `reject <reason>`, `return <reason> after <n> days`, `malformed`, `silent` or `out of order`
            script payment 1: reject NOTACODE
              line 1: what is `late`, `late by <n> days`, `twice`, `wrong amount`, `wrong currency`, `reject <reason>`, `return <reason> after <n> days`, `malformed`, `silent` or `out of order`
        "#]],
    );
}
