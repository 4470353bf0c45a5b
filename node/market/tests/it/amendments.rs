//! Orders that change: what keeps its place, and what arrives anew.

use crate::script::check;
use expect_test::expect;

#[test]
fn a_lower_quantity_at_the_same_price_keeps_the_place() {
    check(
        "buy a1 5 @ 95
         buy b1 5 @ 95
         amend a1 5 @ 95
         amend a1 2 @ 95
         show
         sell c1 3 @ 95",
        expect![[r#"
            buy a1 5 @ 95 -> rests 5
            buy b1 5 @ 95 -> rests 5
            amend a1 5 @ 95 -> rests 5
            amend a1 2 @ 95 -> rests 2
            show #3
              bid 95: 7 = a1 2 b1 5
            sell c1 3 @ 95 -> a1 2 @ 95, b1 1 @ 95
        "#]],
    );
}

#[test]
fn a_higher_quantity_or_another_price_goes_to_the_back() {
    check(
        "buy a1 5 @ 95
         buy b1 5 @ 95
         buy c1 5 @ 94
         amend a1 6 @ 95
         amend b1 5 @ 94
         show
         levels",
        expect![[r#"
            buy a1 5 @ 95 -> rests 5
            buy b1 5 @ 95 -> rests 5
            buy c1 5 @ 94 -> rests 5
            amend a1 6 @ 95 -> rests 6
            amend b1 5 @ 94 -> rests 5
            show #5
              bid 95: 6 = a1 6
              bid 94: 10 = c1 5 b1 5
            levels
              bid 95: 6 in 1
              bid 94: 10 in 2
        "#]],
    );
}

#[test]
fn an_amended_order_may_trade_at_once() {
    check(
        "sell a1 2 @ 97
         sell b1 2 @ 98
         buy c1 9 @ 95 post
         amend c1 5 @ 98
         levels
         show",
        expect![[r#"
            sell a1 2 @ 97 -> rests 2
            sell b1 2 @ 98 -> rests 2
            buy c1 9 @ 95 post -> rests 9
            amend c1 5 @ 98 -> a1 2 @ 97, b1 2 @ 98, rests 1
            levels
              ask 97: 0 in 0
              ask 98: 0 in 0
              bid 95: 0 in 0
              bid 98: 1 in 1
            show #4
              bid 98: 1 = c1 1
        "#]],
    );
}

#[test]
fn an_amended_order_that_meets_its_own_owner_is_stopped() {
    check(
        "sell c1 2 @ 97
         buy c2 2 @ 95
         amend c2 3 @ 97
         show",
        expect![[r#"
            sell c1 2 @ 97 -> rests 2
            buy c2 2 @ 95 -> rests 2
            amend c2 3 @ 97 -> cancels 3, stopped by c1
            show #3
              ask 97: 2 = c1 2
        "#]],
    );
}

#[test]
fn a_refused_amendment_changes_nothing() {
    check(
        "rules tick 5 lot 10 max 100 orders 1
         buy a1 40 @ 95 show 10
         amend a1 0 @ 95
         amend a1 15 @ 95
         amend a1 10 @ 96
         amend a1 10 @ 105
         amend b1 10 @ 95
         amend a1 210 @ 95
         phase halted
         amend a1 50 @ 95
         reduce a1 30
         show",
        expect![[r#"
            rules tick 5 lot 10 max 100 orders 1
            buy a1 40 @ 95 show 10 -> rests 40
            amend a1 0 @ 95 -> QuantityZero
            amend a1 15 @ 95 -> OffLot
            amend a1 10 @ 96 -> OffTick
            amend a1 10 @ 105 -> PriceAboveMax
            amend b1 10 @ 95 -> UnknownOrder
            amend a1 210 @ 95 -> OffDisplay
            phase halted
            amend a1 50 @ 95 -> Halted
            reduce a1 30 -> 10 less
            show #3 halted
              bid 95: 10 = a1 10+20
        "#]],
    );
}
