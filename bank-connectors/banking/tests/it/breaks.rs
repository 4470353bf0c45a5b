//! Where the bank's books and the desk's differ, and how that ends.

use crate::script::check;
use expect_test::expect;

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

#[test]
fn an_entry_that_a_corrected_statement_leaves_out_is_a_break() {
    check(
        "booked A 1 UC credit 100
         booked B 1 UC credit 20
         statement UC 1 open 0 close 99 ledger 120: A credit 100, B credit 20
         statement UC 1 open 0 close 100 ledger 120: A credit 100
         statement UC 1 open 0 close 100 ledger 120: A credit 100
         resolve B as-stated
         resolve B never-booked
         review UC ledger 100
         breaks",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            booked B 1 UC credit 20 -> Unmatched
            statement UC 1 open 0 close 99 ledger 120: A credit 100, B credit 20 -> matched 2
              SumDiffers 120, 99 since 3
              LedgerDiffers 120, 99 since 3
            statement UC 1 open 0 close 100 ledger 120: A credit 100 -> matched 1
              StatedNoMore 20 since 4
              LedgerDiffers 120, 100 since 3
            statement UC 1 open 0 close 100 ledger 120: A credit 100 -> matched 1
              StatedNoMore 20 since 4
              LedgerDiffers 120, 100 since 3
            resolve B as-stated -> remedy does not fit the break: an entry is taken as_stated, or was never_booked; a balance or a number is explained; a ledger's difference is recognised
            resolve B never-booked -> TakeBack 20
            review UC ledger 100 -> 2 ended, closes 1
            breaks -> 
        "#]],
    );
}

#[test]
fn an_entry_that_is_stated_again_or_on_another_day_is_a_break_no_more() {
    check(
        "booked A 1 UC credit 100
         booked B 1 UC credit 20
         statement UC 1 open 0 close 99 ledger 120: A credit 100, B credit 20
         statement UC 1 open 0 close 100 ledger 120: A credit 100
         statement UC 1 open 0 close 120 ledger 120: A credit 100, B credit 20
         booked C 2 UC credit 3
         booked D 2 UC credit 4
         statement UC 2 open 120 close 99 ledger 127: C credit 3, D credit 4
         statement UC 2 open 120 close 123 ledger 127: C credit 3
         statement UC 3 open 123 close 127 ledger 127: D credit 4
         breaks",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            booked B 1 UC credit 20 -> Unmatched
            statement UC 1 open 0 close 99 ledger 120: A credit 100, B credit 20 -> matched 2
              SumDiffers 120, 99 since 3
              LedgerDiffers 120, 99 since 3
            statement UC 1 open 0 close 100 ledger 120: A credit 100 -> matched 1
              StatedNoMore 20 since 4
              LedgerDiffers 120, 100 since 3
            statement UC 1 open 0 close 120 ledger 120: A credit 100, B credit 20 -> matched 2, clean
            booked C 2 UC credit 3 -> Unmatched
            booked D 2 UC credit 4 -> Unmatched
            statement UC 2 open 120 close 99 ledger 127: C credit 3, D credit 4 -> matched 2
              SumDiffers 127, 99 since 8
              LedgerDiffers 127, 99 since 8
            statement UC 2 open 120 close 123 ledger 127: C credit 3 -> matched 1
              StatedNoMore 4 since 9
              LedgerDiffers 127, 123 since 8
            statement UC 3 open 123 close 127 ledger 127: D credit 4 -> matched 1, clean
            breaks -> 
        "#]],
    );
}
