//! When a book matches: halts, auctions, and the band that turns one into the other.

use crate::script::check;
use expect_test::expect;

#[test]
fn a_halted_book_only_lets_go() {
    check(
        "buy a1 5 @ 95
         buy a2 5 @ 95
         phase halted
         buy b1 5 @ 95
         sell b1 5 @ 95 ioc
         amend a1 6 @ 95
         amend a1 5 @ 94
         amend a1 4 @ 95
         reduce a1 1
         cancel a2
         uncross
         phase continuous
         sell b1 5 @ 95",
        expect![[r#"
            buy a1 5 @ 95 -> rests 5
            buy a2 5 @ 95 -> rests 5
            phase halted
            buy b1 5 @ 95 -> Halted
            sell b1 5 @ 95 ioc -> Halted
            amend a1 6 @ 95 -> Halted
            amend a1 5 @ 94 -> Halted
            amend a1 4 @ 95 -> rests 4
            reduce a1 1 -> 3 less
            cancel a2 -> a2 5 @ 95
            uncross -> nothing trades
            phase continuous
            sell b1 5 @ 95 -> a1 1 @ 95, rests 4
        "#]],
    );
}

#[test]
fn an_auction_takes_orders_that_may_rest_and_matches_none() {
    check(
        "phase auction
         buy a1 5 @ 95
         sell b1 3 @ 90
         sell b2 3 @ 90 post
         sell b3 3 @ 90 ioc
         sell b4 3 @ 90 fok
         amend a1 6 @ 97
         show
         phase continuous",
        expect![[r#"
            phase auction
            buy a1 5 @ 95 -> rests 5
            sell b1 3 @ 90 -> rests 3
            sell b2 3 @ 90 post -> rests 3
            sell b3 3 @ 90 ioc -> MustRest
            sell b4 3 @ 90 fok -> MustRest
            amend a1 6 @ 97 -> rests 6
            show #5 auction
              bid 97: 6 = a1 6
              ask 90: 6 = b1 3 b2 3
            phase continuous -> Crossed
        "#]],
    );
}

#[test]
fn an_auction_ends_at_the_price_where_most_trades() {
    check(
        "phase auction
         buy a1 10 @ 100
         buy b1 10 @ 98
         buy c1 10 @ 96
         sell d1 5 @ 94
         sell e1 10 @ 97
         sell f1 10 @ 99
         indicate
         uncross
         levels
         show
         phase continuous
         show",
        expect![[r#"
            phase auction
            buy a1 10 @ 100 -> rests 10
            buy b1 10 @ 98 -> rests 10
            buy c1 10 @ 96 -> rests 10
            sell d1 5 @ 94 -> rests 5
            sell e1 10 @ 97 -> rests 10
            sell f1 10 @ 99 -> rests 10
            indicate -> 15 @ 98
            uncross -> 15 @ 98, d1 to a1 5, e1 to a1 5, e1 to b1 5
            levels
              bid 100: 0 in 0
              bid 98: 5 in 1
              ask 94: 0 in 0
              ask 97: 0 in 0
            show #8 auction
              bid 98: 5 = b1 5
              bid 96: 10 = c1 10
              ask 99: 10 = f1 10
            phase continuous
            show #9
              bid 98: 5 = b1 5
              bid 96: 10 = c1 10
              ask 99: 10 = f1 10
        "#]],
    );
}

#[test]
fn the_least_surplus_decides_between_prices_of_equal_volume() {
    check(
        "phase auction
         sell a1 10 @ 90
         buy b1 10 @ 100
         buy c1 5 @ 95
         indicate
         indicate 98
         uncross 92",
        expect![[r#"
            phase auction
            sell a1 10 @ 90 -> rests 10
            buy b1 10 @ 100 -> rests 10
            buy c1 5 @ 95 -> rests 5
            indicate -> 10 @ 96
            indicate 98 -> 10 @ 98
            uncross 92 -> 10 @ 96, a1 to b1 10
        "#]],
    );
}

#[test]
fn buyers_left_over_raise_the_price() {
    check(
        "phase auction
         sell a1 10 @ 90
         buy b1 15 @ 100
         uncross 92
         show",
        expect![[r#"
            phase auction
            sell a1 10 @ 90 -> rests 10
            buy b1 15 @ 100 -> rests 15
            uncross 92 -> 10 @ 100, a1 to b1 10
            show #4 auction
              bid 100: 5 = b1 5
        "#]],
    );
}

#[test]
fn sellers_left_over_lower_the_price() {
    check(
        "phase auction
         sell a1 15 @ 90
         buy b1 10 @ 100
         uncross 98
         show",
        expect![[r#"
            phase auction
            sell a1 15 @ 90 -> rests 15
            buy b1 10 @ 100 -> rests 10
            uncross 98 -> 10 @ 90, a1 to b1 10
            show #4 auction
              ask 90: 5 = a1 5
        "#]],
    );
}

#[test]
fn without_pressure_the_nearest_tick_to_the_reference_decides() {
    check(
        "rules tick 4
         phase auction
         sell a1 10 @ 80
         buy b1 10 @ 100
         indicate
         indicate 70
         indicate 90
         indicate 91
         indicate 120
         uncross 94",
        expect![[r#"
            rules tick 4
            phase auction
            sell a1 10 @ 80 -> rests 10
            buy b1 10 @ 100 -> rests 10
            indicate -> 10 @ 80
            indicate 70 -> 10 @ 80
            indicate 90 -> 10 @ 88
            indicate 91 -> 10 @ 92
            indicate 120 -> 10 @ 100
            uncross 94 -> 10 @ 92, a1 to b1 10
        "#]],
    );
}

#[test]
fn an_auction_fills_the_better_price_first_then_the_older_order() {
    check(
        "phase auction
         buy a1 4 @ 96
         buy b1 4 @ 97
         buy c1 4 @ 96
         sell d1 3 @ 95
         sell e1 6 @ 94
         uncross
         show",
        expect![[r#"
            phase auction
            buy a1 4 @ 96 -> rests 4
            buy b1 4 @ 97 -> rests 4
            buy c1 4 @ 96 -> rests 4
            sell d1 3 @ 95 -> rests 3
            sell e1 6 @ 94 -> rests 6
            uncross -> 9 @ 96, e1 to b1 4, e1 to a1 2, d1 to a1 2, d1 to c1 1
            show #7 auction
              bid 96: 3 = c1 3
        "#]],
    );
}

#[test]
fn an_auction_trades_what_icebergs_hide_slice_by_slice() {
    check(
        "phase auction
         sell a1 9 @ 95 show 4
         sell b1 3 @ 95
         buy c1 10 @ 95
         indicate
         uncross
         show",
        expect![[r#"
            phase auction
            sell a1 9 @ 95 show 4 -> rests 9
            sell b1 3 @ 95 -> rests 3
            buy c1 10 @ 95 -> rests 10
            indicate -> 10 @ 95
            uncross -> 10 @ 95, a1 to c1 4, b1 to c1 3, a1 to c1 3
            show #5 auction
              ask 95: 1 = a1 1+1
        "#]],
    );
}

#[test]
fn a_bid_on_an_ask_of_its_own_owner_leaves_the_auction() {
    check(
        "phase auction
         sell a1 5 @ 90
         buy a2 5 @ 95
         buy a3 5 @ 89
         buy b1 3 @ 93
         sell c1 5 @ 94
         indicate
         uncross
         levels
         show
         phase continuous",
        expect![[r#"
            phase auction
            sell a1 5 @ 90 -> rests 5
            buy a2 5 @ 95 -> rests 5
            buy a3 5 @ 89 -> rests 5
            buy b1 3 @ 93 -> rests 3
            sell c1 5 @ 94 -> rests 5
            indicate -> 3 @ 90
            uncross -> withdraws a2 5 @ 95, 3 @ 90, a1 to b1 3
            levels
              bid 95: 0 in 0
              bid 93: 0 in 0
              ask 90: 2 in 1
            show #7 auction
              bid 89: 5 = a3 5
              ask 90: 2 = a1 2
              ask 94: 5 = c1 5
            phase continuous
        "#]],
    );
}

#[test]
fn an_auction_of_one_party_with_itself_trades_nothing() {
    check(
        "phase auction
         sell a1 5 @ 90
         buy a2 5 @ 95
         indicate
         uncross
         show",
        expect![[r#"
            phase auction
            sell a1 5 @ 90 -> rests 5
            buy a2 5 @ 95 -> rests 5
            indicate -> nothing trades
            uncross -> withdraws a2 5 @ 95, nothing trades
            show #4 auction
              ask 90: 5 = a1 5
        "#]],
    );
}

#[test]
fn nothing_executes_outside_the_band_and_the_book_turns_to_an_auction() {
    check(
        "sell a1 2 @ 100
         sell b1 2 @ 105
         sell c1 2 @ 115
         band 90 110
         buy d1 5 @ 120
         levels
         show
         buy e1 1 @ 100
         uncross
         phase continuous
         show",
        expect![[r#"
            sell a1 2 @ 100 -> rests 2
            sell b1 2 @ 105 -> rests 2
            sell c1 2 @ 115 -> rests 2
            band 90 110
            buy d1 5 @ 120 -> a1 2 @ 100, b1 2 @ 105, rests 1, band reached
            levels
              ask 100: 0 in 0
              ask 105: 0 in 0
              bid 120: 1 in 1
            show #4 auction
              bid 120: 1 = d1 1
              ask 115: 2 = c1 2
            buy e1 1 @ 100 -> rests 1
            uncross -> 1 @ 115, c1 to d1 1
            phase continuous
            show #7
              bid 100: 1 = e1 1
              ask 115: 1 = c1 1
        "#]],
    );
}

#[test]
fn what_may_not_rest_is_cancelled_at_the_band() {
    check(
        "sell a1 2 @ 100
         sell b1 2 @ 115
         band 90 110
         buy c1 3 @ 120 fok
         buy c2 3 @ 120 post
         show
         buy c3 3 @ 120 ioc
         show",
        expect![[r#"
            sell a1 2 @ 100 -> rests 2
            sell b1 2 @ 115 -> rests 2
            band 90 110
            buy c1 3 @ 120 fok -> NotFillable
            buy c2 3 @ 120 post -> WouldCross
            show #2
              ask 100: 2 = a1 2
              ask 115: 2 = b1 2
            buy c3 3 @ 120 ioc -> a1 2 @ 100, cancels 1, band reached
            show #3 auction
              ask 115: 2 = b1 2
        "#]],
    );
}

#[test]
fn a_band_holds_from_below_too() {
    check(
        "buy a1 2 @ 95
         buy b1 2 @ 80
         band 90 110
         sell c1 3 @ 85
         sell c2 3 @ 80
         show",
        expect![[r#"
            buy a1 2 @ 95 -> rests 2
            buy b1 2 @ 80 -> rests 2
            band 90 110
            sell c1 3 @ 85 -> a1 2 @ 95, rests 1
            sell c2 3 @ 80 -> rests 3, band reached
            show #4 auction
              bid 80: 2 = b1 2
              ask 80: 3 = c2 3
              ask 85: 1 = c1 1
        "#]],
    );
}

#[test]
fn a_price_too_good_for_the_band_is_outside_it() {
    check(
        "sell a1 2 @ 80
         band 90 110
         buy b1 1 @ 95
         show",
        expect![[r#"
            sell a1 2 @ 80 -> rests 2
            band 90 110
            buy b1 1 @ 95 -> rests 1, band reached
            show #2 auction
              bid 95: 1 = b1 1
              ask 80: 2 = a1 2
        "#]],
    );
}

#[test]
fn an_own_order_beyond_the_band_stops_without_a_breaker() {
    check(
        "sell a1 2 @ 115
         band 90 110
         buy a2 3 @ 120
         show",
        expect![[r#"
            sell a1 2 @ 115 -> rests 2
            band 90 110
            buy a2 3 @ 120 -> cancels 3, stopped by a1
            show #1
              ask 115: 2 = a1 2
        "#]],
    );
}

#[test]
fn an_amendment_that_reaches_the_band_rests_in_the_auction() {
    check(
        "sell a1 2 @ 115
         buy b1 2 @ 100
         band 90 110
         amend b1 2 @ 115
         show",
        expect![[r#"
            sell a1 2 @ 115 -> rests 2
            buy b1 2 @ 100 -> rests 2
            band 90 110
            amend b1 2 @ 115 -> rests 2, band reached
            show #3 auction
              bid 115: 2 = b1 2
              ask 115: 2 = a1 2
        "#]],
    );
}
