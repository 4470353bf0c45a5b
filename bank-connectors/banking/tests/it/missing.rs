//! Statements that did not come.

use crate::script::check;
use expect_test::expect;

#[test]
fn a_day_that_is_not_stated_is_asked_for_once_and_again_after_twice_as_long() {
    check(
        "booked A 1 UC credit 100
         due 1
         due 1
         due 2
         wait 1
         wait 2
         wait 2
         wait 2
         statement UC 1 open 0 close 100 ledger 100: A credit 100
         chase
         statement UC 2 open 100 close 100 ledger 100:
         chase
         due 2
         wait 99",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            due 1 -> StatementsAsked 1 of UC, 1 to 1
            due 1 -> nothing
            due 2 -> nothing
            wait 1 -> nothing
            wait 2 -> StatementsAsked 2 of UC, 1 to 2
            wait 2 -> nothing
            wait 2 -> StatementsAsked 3 of UC, 1 to 2
            statement UC 1 open 0 close 100 ledger 100: A credit 100 -> matched 1, clean
            chase -> nothing
            statement UC 2 open 100 close 100 ledger 100: -> matched 0, clean
            chase -> StatementsCame 3 of UC
            due 2 -> nothing
            wait 99 -> nothing
        "#]],
    );
}

#[test]
fn an_account_of_which_the_bank_has_said_nothing_is_not_asked_about() {
    check(
        "due 1
         booked A 2 SH credit 100
         statement SH 2 open 0 close 100 ledger 100: A credit 100
         due 1
         due 2",
        expect![[r#"
            due 1 -> nothing
            booked A 2 SH credit 100 -> Unmatched
            statement SH 2 open 0 close 100 ledger 100: A credit 100 -> matched 1, clean
            due 1 -> nothing
            due 2 -> nothing
        "#]],
    );
}

#[test]
fn a_later_day_that_ties_says_that_nothing_was_missing() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 open 0 close 100 ledger 100: A credit 100
         due 2
         booked B 3 UC debit 30
         statement UC 3 open 100 close 70 ledger 70: B debit 30
         chase",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 open 0 close 100 ledger 100: A credit 100 -> matched 1, clean
            due 2 -> StatementsAsked 1 of UC, 2 to 2
            booked B 3 UC debit 30 -> Unmatched
            statement UC 3 open 100 close 70 ledger 70: B debit 30 -> matched 1, clean
            chase -> StatementsCame 1 of UC
        "#]],
    );
}

#[test]
fn a_number_that_was_left_out_is_asked_for() {
    check(
        "booked A 1 UC credit 100
         statement UC 1 number 4 open 0 close 100 ledger 100: A credit 100
         booked B 2 UC credit 20
         booked C 3 UC credit 3
         statement UC 3 number 6 open 120 close 123 ledger 123: C credit 3
         chase
         chase
         due 2
         statement UC 2 number 5 open 100 close 120 ledger 123: B credit 20
         chase
         breaks",
        expect![[r#"
            booked A 1 UC credit 100 -> Unmatched
            statement UC 1 number 4 open 0 close 100 ledger 100: A credit 100 -> matched 1, clean
            booked B 2 UC credit 20 -> Unmatched
            booked C 3 UC credit 3 -> Unmatched
            statement UC 3 number 6 open 120 close 123 ledger 123: C credit 3 -> matched 1
              OursOnly 20 since 5
              OpeningDiffers 100, 120 since 5
              OutOfSequence 5, 6 since 5
            chase -> StatementsAsked 1 of UC, 2 to 2
            chase -> nothing
            due 2 -> nothing
            statement UC 2 number 5 open 100 close 120 ledger 123: B credit 20 -> matched 1, clean
            chase -> StatementsCame 1 of UC
            breaks -> 
        "#]],
    );
}

#[test]
fn where_no_day_is_between_both_neighbours_are_asked_for_until_somebody_explains() {
    check(
        "statement UC 1 number 4 open 0 close 0 ledger 0:
         statement UC 2 number 6 open 0 close 0 ledger 0:
         chase
         resolve OutOfSequence explained
         review UC ledger 0
         chase",
        expect![[r#"
            statement UC 1 number 4 open 0 close 0 ledger 0: -> matched 0, clean
            statement UC 2 number 6 open 0 close 0 ledger 0: -> matched 0
              OutOfSequence 5, 6 since 2
            chase -> StatementsAsked 1 of UC, 1 to 2
            resolve OutOfSequence explained -> Nothing
            review UC ledger 0 -> 1 ended, closes 2
            chase -> StatementsCame 1 of UC
        "#]],
    );
}

#[test]
fn staff_ask_without_waiting_but_not_twice() {
    check(
        "ask-statement 1
         wait 48
         ask-statement 1
         booked A 1 UC credit 100
         booked B 1 SH credit 100
         ask-statement 1 CH
         ask-statement 3
         ask-statement 1 UC
         ask-statement 1 UC
         ask-statement 1
         ask-statement 2
         statement UC 1 open 0 close 90 ledger 100: A credit 90
         chase
         ask-statement 1 UC
         statement UC 1 open 0 close 100 ledger 100: A credit 100
         chase
         ask-statement 1 UC",
        expect![[r#"
            ask-statement 1 -> no account in this pool and currency that the bank has said anything of
            wait 48 -> nothing
            ask-statement 1 -> no account in this pool and currency that the bank has said anything of
            booked A 1 UC credit 100 -> Unmatched
            booked B 1 SH credit 100 -> Unmatched
            ask-statement 1 CH -> no account in this pool and currency that the bank has said anything of
            ask-statement 3 -> day has not begun; ask for its statement when it has ended
            ask-statement 1 UC -> StatementsAsked 1 of UC, 1 to 1
            ask-statement 1 UC -> bank was asked for a statement of the account already; wait for the answer
            ask-statement 1 -> StatementsAsked 1 of SH, 1 to 1
            ask-statement 2 -> bank was asked for a statement of the account already; wait for the answer
            statement UC 1 open 0 close 90 ledger 100: A credit 90 -> matched 0
              WrongAmount 100, 90 since 172812
              LedgerDiffers 100, 90 since 172812
            chase -> StatementsCame 1 of UC
            ask-statement 1 UC -> StatementsAsked 2 of UC, 1 to 1
            statement UC 1 open 0 close 100 ledger 100: A credit 100 -> matched 1, clean
            chase -> StatementsCame 2 of UC
            ask-statement 1 UC -> day is reconciled; take a changed statement up with the bank
        "#]],
    );
}
