//! What a book does, case by case.

use crate::script::check;
use expect_test::expect;

#[test]
fn the_better_price_trades_first_then_the_older_order() {
    check(
        "sell a1 3 @ 97
         sell b1 3 @ 96
         sell c1 3 @ 96
         show
         buy d1 8 @ 97
         show",
        expect![[r#"
            sell a1 3 @ 97 -> rests 3
            sell b1 3 @ 96 -> rests 3
            sell c1 3 @ 96 -> rests 3
            show #3
              ask 96: 6 = b1 3 c1 3
              ask 97: 3 = a1 3
            buy d1 8 @ 97 -> b1 3 @ 96, c1 3 @ 96, a1 2 @ 97
            show #4
              ask 97: 1 = a1 1
        "#]],
    );
}

#[test]
fn a_trade_is_at_the_price_of_the_order_that_rested() {
    check(
        "buy a1 5 @ 95
         sell b1 2 @ 90
         sell b2 4 @ 95
         show",
        expect![[r#"
            buy a1 5 @ 95 -> rests 5
            sell b1 2 @ 90 -> a1 2 @ 95
            sell b2 4 @ 95 -> a1 3 @ 95, rests 1
            show #3
              ask 95: 1 = b2 1
        "#]],
    );
}

#[test]
fn a_partial_fill_and_a_reduction_keep_the_place_in_the_queue() {
    check(
        "buy a1 5 @ 95
         buy b1 5 @ 95
         sell c1 2 @ 95
         reduce a1 1
         show
         sell c2 2 @ 95",
        expect![[r#"
            buy a1 5 @ 95 -> rests 5
            buy b1 5 @ 95 -> rests 5
            sell c1 2 @ 95 -> a1 2 @ 95
            reduce a1 1 -> 2 less
            show #4
              bid 95: 6 = a1 1 b1 5
            sell c2 2 @ 95 -> a1 1 @ 95, b1 1 @ 95
        "#]],
    );
}

#[test]
fn what_cannot_trade_at_once_rests_or_not() {
    check(
        "sell a1 3 @ 95
         sell a2 3 @ 97
         buy b1 4 @ 96 fok
         buy b2 4 @ 97 post
         buy b3 4 @ 94 post
         buy b4 4 @ 96 ioc
         buy b5 1 @ 96 ioc
         buy b6 3 @ 97 fok
         show",
        expect![[r#"
            sell a1 3 @ 95 -> rests 3
            sell a2 3 @ 97 -> rests 3
            buy b1 4 @ 96 fok -> NotFillable
            buy b2 4 @ 97 post -> WouldCross
            buy b3 4 @ 94 post -> rests 4
            buy b4 4 @ 96 ioc -> a1 3 @ 95, cancels 1
            buy b5 1 @ 96 ioc -> cancels 1
            buy b6 3 @ 97 fok -> a2 3 @ 97
            show #5
              bid 94: 4 = b3 4
        "#]],
    );
}

#[test]
fn nobody_trades_with_themselves_the_incoming_order_stops() {
    check(
        "sell b1 1 @ 95
         sell a1 2 @ 95
         sell b2 3 @ 95
         buy a2 4 @ 95 fok
         buy a3 4 @ 95 post
         buy a4 4 @ 95
         buy a5 4 @ 95
         show",
        expect![[r#"
            sell b1 1 @ 95 -> rests 1
            sell a1 2 @ 95 -> rests 2
            sell b2 3 @ 95 -> rests 3
            buy a2 4 @ 95 fok -> NotFillable
            buy a3 4 @ 95 post -> WouldCross
            buy a4 4 @ 95 -> b1 1 @ 95, cancels 3, stopped by a1
            buy a5 4 @ 95 -> cancels 4, stopped by a1
            show #4
              ask 95: 5 = a1 2 b2 3
        "#]],
    );
}

#[test]
fn nobody_trades_with_themselves_the_resting_order_leaves() {
    check(
        "rules cancel-resting
         sell b1 1 @ 95
         sell a1 2 @ 95
         sell b2 3 @ 95
         buy a2 5 @ 95 fok
         buy a3 5 @ 95
         show
         sell a4 2 @ 95 ioc
         show",
        expect![[r#"
            rules cancel-resting
            sell b1 1 @ 95 -> rests 1
            sell a1 2 @ 95 -> rests 2
            sell b2 3 @ 95 -> rests 3
            buy a2 5 @ 95 fok -> NotFillable
            buy a3 5 @ 95 -> b1 1 @ 95, b2 3 @ 95, withdraws a1 2 @ 95, rests 1
            show #4
              bid 95: 1 = a3 1
            sell a4 2 @ 95 ioc -> withdraws a3 1 @ 95, cancels 2
            show #5
        "#]],
    );
}

#[test]
fn a_refusal_names_the_first_rule_that_is_broken() {
    check(
        "rules tick 5 lot 10 max 100 orders 2
         buy a1 0 @ 0
         buy a1 15 @ 0
         buy a1 10 @ 0
         buy a1 10 @ 3
         buy a1 10 @ 105
         buy a1 1000000000010 @ 100
         buy a1 10 @ 95
         buy a2 10 @ 90
         buy b1 10 @ 95
         sell b1 10 @ 95 post
         sell b1 20 @ 95 fok
         sell b1 10 @ 95 fok
         sell b2 10 @ 90 post
         sell b2 10 @ 95 post
         show",
        expect![[r#"
            rules tick 5 lot 10 max 100 orders 2
            buy a1 0 @ 0 -> QuantityZero
            buy a1 15 @ 0 -> OffLot
            buy a1 10 @ 0 -> PriceZero
            buy a1 10 @ 3 -> OffTick
            buy a1 10 @ 105 -> PriceAboveMax
            buy a1 1000000000010 @ 100 -> TooLarge
            buy a1 10 @ 95 -> rests 10
            buy a2 10 @ 90 -> rests 10
            buy b1 10 @ 95 -> BookFull
            sell b1 10 @ 95 post -> BookFull
            sell b1 20 @ 95 fok -> NotFillable
            sell b1 10 @ 95 fok -> a1 10 @ 95
            sell b2 10 @ 90 post -> WouldCross
            sell b2 10 @ 95 post -> rests 10
            show #4
              bid 90: 10 = a2 10
              ask 95: 10 = b2 10
        "#]],
    );
}

#[test]
fn an_order_is_worth_at_most_the_largest_amount() {
    check(
        "buy a1 2 @ 500000000000000000
         buy a1 1 @ 500000000000000000
         sell b1 1 @ 999999999999999999",
        expect![[r#"
            buy a1 2 @ 500000000000000000 -> TooLarge
            buy a1 1 @ 500000000000000000 -> rests 1
            sell b1 1 @ 999999999999999999 -> rests 1
        "#]],
    );
}

#[test]
fn a_book_without_tick_or_lot_takes_nothing() {
    check(
        "rules tick 0
         buy a1 1 @ 1
         rules lot 0
         buy a1 1 @ 1",
        expect![[r#"
            rules tick 0
            buy a1 1 @ 1 -> OffTick
            rules lot 0
            buy a1 1 @ 1 -> OffLot
        "#]],
    );
}

#[test]
fn orders_leave_one_by_one_by_owner_or_all() {
    check(
        "buy a1 1 @ 95
         buy a2 2 @ 96
         buy b1 3 @ 95
         sell a3 4 @ 97
         sell c1 5 @ 97
         reduce b1 0
         reduce b1 3
         reduce d1 3
         reduce b1 2
         cancel d1
         cancel c1
         cancel-owner a
         cancel-owner a
         show
         cancel-all
         show",
        expect![[r#"
            buy a1 1 @ 95 -> rests 1
            buy a2 2 @ 96 -> rests 2
            buy b1 3 @ 95 -> rests 3
            sell a3 4 @ 97 -> rests 4
            sell c1 5 @ 97 -> rests 5
            reduce b1 0 -> QuantityZero
            reduce b1 3 -> NotReduced
            reduce d1 3 -> UnknownOrder
            reduce b1 2 -> 1 less
            cancel d1 -> nothing rests
            cancel c1 -> c1 5 @ 97
            cancel-owner a -> a2 2 @ 96, a1 1 @ 95, a3 4 @ 97
            cancel-owner a -> nothing rests
            show #8
              bid 95: 2 = b1 2
            cancel-all -> b1 2 @ 95
            show #9
        "#]],
    );
}

#[test]
fn a_ticket_is_of_no_use_when_its_order_has_left() {
    check(
        "buy a1 1 @ 95
         sell b1 1 @ 95
         cancel a1
         buy c1 1 @ 95
         cancel a1
         reduce a1 1
         amend a1 1 @ 96
         show",
        expect![[r#"
            buy a1 1 @ 95 -> rests 1
            sell b1 1 @ 95 -> a1 1 @ 95
            cancel a1 -> nothing rests
            buy c1 1 @ 95 -> rests 1
            cancel a1 -> nothing rests
            reduce a1 1 -> UnknownOrder
            amend a1 1 @ 96 -> UnknownOrder
            show #3
              bid 95: 1 = c1 1
        "#]],
    );
}
