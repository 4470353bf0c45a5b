//! Orders that show a part of themselves.

use crate::script::check;
use expect_test::expect;

#[test]
fn an_iceberg_shows_a_slice_and_goes_to_the_back_with_each_next() {
    check(
        "sell a1 9 @ 95 show 4
         sell b1 3 @ 95
         show
         levels
         buy c1 5 @ 95
         show
         buy c2 9 @ 95
         show",
        expect![[r#"
            sell a1 9 @ 95 show 4 -> rests 9
            sell b1 3 @ 95 -> rests 3
            show #2
              ask 95: 7 = a1 4+5 b1 3
            levels
              ask 95: 7 in 2
            buy c1 5 @ 95 -> a1 4 @ 95, b1 1 @ 95
            show #3
              ask 95: 6 = b1 2 a1 4+1
            buy c2 9 @ 95 -> b1 2 @ 95, a1 4 @ 95, a1 1 @ 95, rests 2
            show #4
              bid 95: 2 = c2 2
        "#]],
    );
}

#[test]
fn a_partly_filled_slice_keeps_its_place() {
    check(
        "sell a1 9 @ 95 show 4
         sell b1 3 @ 95
         buy c1 1 @ 95
         show
         buy c2 3 @ 95
         show",
        expect![[r#"
            sell a1 9 @ 95 show 4 -> rests 9
            sell b1 3 @ 95 -> rests 3
            buy c1 1 @ 95 -> a1 1 @ 95
            show #3
              ask 95: 6 = a1 3+5 b1 3
            buy c2 3 @ 95 -> a1 3 @ 95
            show #4
              ask 95: 7 = b1 3 a1 4+1
        "#]],
    );
}

#[test]
fn what_is_hidden_leaves_before_what_is_shown() {
    check(
        "sell a1 9 @ 95 show 4
         reduce a1 5
         show
         reduce a1 3
         levels
         show
         amend a1 8 @ 95
         show",
        expect![[r#"
            sell a1 9 @ 95 show 4 -> rests 9
            reduce a1 5 -> 4 less
            show #2
              ask 95: 4 = a1 4+1
            reduce a1 3 -> 2 less
            levels
              ask 95: 3 in 1
            show #3
              ask 95: 3 = a1 3
            amend a1 8 @ 95 -> rests 8
            show #4
              ask 95: 4 = a1 4+4
        "#]],
    );
}

#[test]
fn what_comes_trades_whole_and_what_is_left_shows_a_slice() {
    check(
        "sell a1 5 @ 95
         buy b1 12 @ 95 show 2
         show",
        expect![[r#"
            sell a1 5 @ 95 -> rests 5
            buy b1 12 @ 95 show 2 -> a1 5 @ 95, rests 7
            show #2
              bid 95: 2 = b1 2+5
        "#]],
    );
}

#[test]
fn a_display_is_whole_lots_and_at_least_a_twentieth() {
    check(
        "rules lot 10
         buy a1 210 @ 95 show 10
         buy a1 200 @ 95 show 0
         buy a1 200 @ 95 show 15
         buy a1 200 @ 95 show 10
         buy a2 20 @ 95 show 30
         show",
        expect![[r#"
            rules lot 10
            buy a1 210 @ 95 show 10 -> OffDisplay
            buy a1 200 @ 95 show 0 -> OffDisplay
            buy a1 200 @ 95 show 15 -> OffDisplay
            buy a1 200 @ 95 show 10 -> rests 200
            buy a2 20 @ 95 show 30 -> rests 20
            show #2
              bid 95: 30 = a1 10+190 a2 20
        "#]],
    );
}

#[test]
fn fill_or_kill_counts_what_icebergs_hide_but_not_past_an_own_order() {
    check(
        "sell a1 9 @ 95 show 3
         sell b1 1 @ 95
         buy b2 4 @ 95 fok
         buy b3 3 @ 95 fok
         show
         buy c1 8 @ 95 fok
         buy c2 7 @ 95 fok",
        expect![[r#"
            sell a1 9 @ 95 show 3 -> rests 9
            sell b1 1 @ 95 -> rests 1
            buy b2 4 @ 95 fok -> NotFillable
            buy b3 3 @ 95 fok -> a1 3 @ 95
            show #3
              ask 95: 4 = b1 1 a1 3+3
            buy c1 8 @ 95 fok -> NotFillable
            buy c2 7 @ 95 fok -> b1 1 @ 95, a1 3 @ 95, a1 3 @ 95
        "#]],
    );
}
