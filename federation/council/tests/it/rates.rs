//! Quotes and locks.

use crate::script::check;
use expect_test::expect;

#[test]
fn the_cheapest_live_quote_is_locked() {
    check(
        "at 10
         sg-fx quote CNY/HKD 108 110 1000 30
         cn-sha lock L0 CNY HKD 500
         root date 2026-11-23
         cn-sha lock L0 CNY HKD 500
         hk-fx quote CNY/HKD 109 111 300 60
         cn-sha lock L1 CNY HKD 100
         cn-sha lock L2 CNY HKD 250
         hk-kln lock L3 HKD CNY 300
         hk-kln lock L4 HKD SGD 300
         cn-sha lock L5 CNY CNY 300
         cn-sha lock L6 CNY HKD 0
         hk-fx lock L7 CNY HKD 100
         at 40
         cn-sha lock L8 CNY HKD 500
         cn-sha lock L9 CNY HKD 100",
        &expect![[r#"
            at 10 -> ok
            sg-fx quote CNY/HKD 108 110 1000 30 -> ok
            cn-sha lock L0 CNY HKD 500 -> no: no business date is open
            root date 2026-11-23 -> ok
            cn-sha lock L0 CNY HKD 500 -> ok
                sg-fx holds 500 HKD for cn-sha at 108/100, settles 2026-11-27
            hk-fx quote CNY/HKD 109 111 300 60 -> ok
            cn-sha lock L1 CNY HKD 100 -> ok
                hk-fx holds 100 HKD for cn-sha at 109/100, settles 2026-11-27
            cn-sha lock L2 CNY HKD 250 -> ok
                sg-fx holds 250 HKD for cn-sha at 108/100, settles 2026-11-27
            hk-kln lock L3 HKD CNY 300 -> ok
                sg-fx holds 300 CNY for hk-kln at 100/110, settles 2026-11-27
            hk-kln lock L4 HKD SGD 300 -> no: no live quote is good for this size
            cn-sha lock L5 CNY CNY 300 -> no: lock is for nothing or between one currency and itself
            cn-sha lock L6 CNY HKD 0 -> no: lock is for nothing or between one currency and itself
            hk-fx lock L7 CNY HKD 100 -> no: no live quote is good for this size
            at 40 -> ok
            cn-sha lock L8 CNY HKD 500 -> no: no live quote is good for this size
            cn-sha lock L9 CNY HKD 100 -> ok
                hk-fx holds 100 HKD for cn-sha at 109/100, settles 2026-11-27
        "#]],
    );
}

#[test]
fn a_quote_is_good_for_its_size_in_all() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 200 200 100 30
         cn-sha lock L1 CNY HKD 150
         cn-sha lock L2 CNY HKD 51
         cn-sha lock L3 CNY HKD 50
         cn-sha lock L4 CNY HKD 1
         sg-fx quote CNY/HKD 200 200 100 30
         cn-sha lock L4 CNY HKD 1
         sg-fx quote CNY/HKD 200 200 0 30
         cn-sha lock L5 CNY HKD 1",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 200 200 100 30 -> ok
            cn-sha lock L1 CNY HKD 150 -> ok
                sg-fx holds 150 HKD for cn-sha at 200/100, settles 2026-11-27
            cn-sha lock L2 CNY HKD 51 -> no: no live quote is good for this size
            cn-sha lock L3 CNY HKD 50 -> ok
                sg-fx holds 50 HKD for cn-sha at 200/100, settles 2026-11-27
            cn-sha lock L4 CNY HKD 1 -> no: no live quote is good for this size
            sg-fx quote CNY/HKD 200 200 100 30 -> ok
            cn-sha lock L4 CNY HKD 1 -> ok
                sg-fx holds 1 HKD for cn-sha at 200/100, settles 2026-11-27
            sg-fx quote CNY/HKD 200 200 0 30 -> ok
            cn-sha lock L5 CNY HKD 1 -> no: no live quote is good for this size
        "#]],
    );
}

#[test]
fn odd_quotes_are_refused_with_an_alert() {
    check(
        "at 10
         sg-fx quote CNY/HKD 110 108 1000 30
         sg-fx quote HKD/CNY 108 110 1000 30
         sg-fx quote CNY/CNY 108 110 1000 30
         sg-fx quote CNY/HKD 108 110 1000 0
         sg-fx quote CNY/HKD 108 110 1000 61
         sg-fx quote CNY/HKD 10000 10200 1000 60
         hk-fx quote CNY/HKD 10200 10404 1000 60
         cn-fx quote CNY/HKD 9799 10000 1000 60
         cn-fx quote CNY/HKD 9800 9995 1000 60
         cn-fx quote CNY/HKD 9800 9996 1000 60
         sg-fx quote CNY/HKD 9800 10405 1000 60
         sg-fx quote CNY/HKD 1 2 0 60
         at 70
         sg-fx quote CNY/HKD 108 110 1000 60",
        &expect![[r#"
            at 10 -> ok
            sg-fx quote CNY/HKD 110 108 1000 30 -> no: quote is crossed
                alert at sg-fx: quote is crossed
            sg-fx quote HKD/CNY 108 110 1000 30 -> no: quote's pair or rates are not well formed
                alert at sg-fx: quote's pair or rates are not well formed
            sg-fx quote CNY/CNY 108 110 1000 30 -> no: quote's pair or rates are not well formed
                alert at sg-fx: quote's pair or rates are not well formed
            sg-fx quote CNY/HKD 108 110 1000 0 -> no: quote is stale or good for too long
                alert at sg-fx: quote is stale or good for too long
            sg-fx quote CNY/HKD 108 110 1000 61 -> no: quote is stale or good for too long
                alert at sg-fx: quote is stale or good for too long
            sg-fx quote CNY/HKD 10000 10200 1000 60 -> ok
            hk-fx quote CNY/HKD 10200 10404 1000 60 -> ok
            cn-fx quote CNY/HKD 9799 10000 1000 60 -> no: quote is outside the band round the other dealers' median
                alert at cn-fx: quote is outside the band round the other dealers' median
            cn-fx quote CNY/HKD 9800 9995 1000 60 -> no: quote is outside the band round the other dealers' median
                alert at cn-fx: quote is outside the band round the other dealers' median
            cn-fx quote CNY/HKD 9800 9996 1000 60 -> ok
            sg-fx quote CNY/HKD 9800 10405 1000 60 -> no: quote is outside the band round the other dealers' median
                alert at sg-fx: quote is outside the band round the other dealers' median
            sg-fx quote CNY/HKD 1 2 0 60 -> ok
            at 70 -> ok
            sg-fx quote CNY/HKD 108 110 1000 60 -> ok
        "#]],
    );
}

#[test]
fn a_suspended_dealer_is_passed_over() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 109 110 1000 30
         hk-fx quote CNY/HKD 108 110 1000 30
         root approve suspend sg-fx
         cn approve suspend sg-fx
         hk approve suspend sg-fx
         cn-sha lock L1 CNY HKD 100",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 109 110 1000 30 -> ok
            hk-fx quote CNY/HKD 108 110 1000 30 -> ok
            root approve suspend sg-fx -> ok, waits
            cn approve suspend sg-fx -> ok, waits
            hk approve suspend sg-fx -> ok
                decided by cn hk root: suspend sg-fx
            cn-sha lock L1 CNY HKD 100 -> ok
                hk-fx holds 100 HKD for cn-sha at 108/100, settles 2026-11-27
        "#]],
    );
}

#[test]
fn calendars_must_reach_the_value_date() {
    check(
        "at 10
         sg-fx quote CNY/HKD 108 110 1000 30
         sg-fx quote CNY/USD 14 15 1000 30
         root date 2027-12-30
         cn-sha lock L1 CNY HKD 100
         cn-sha lock L2 CNY USD 100",
        &expect![[r#"
            at 10 -> ok
            sg-fx quote CNY/HKD 108 110 1000 30 -> ok
            sg-fx quote CNY/USD 14 15 1000 30 -> ok
            root date 2027-12-30 -> ok
            cn-sha lock L1 CNY HKD 100 -> no: calendars do not reach the value date
            cn-sha lock L2 CNY USD 100 -> no: calendars do not reach the value date
        "#]],
    );
}

#[test]
fn who_asks_again_is_not_told_of_a_rate_that_has_expired() {
    check(
        "at 90000
         root date 2026-11-23
         sg-fx quote CNY/HKD 108 110 1000 30
         cn-sha lock L1 CNY HKD 500 lasting
         at 90899
         again
         at 90900
         again",
        &expect![[r#"
            at 90000 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 108 110 1000 30 -> ok
            cn-sha lock L1 CNY HKD 500 lasting -> ok
                sg-fx holds 500 HKD for cn-sha at 108/100, settles 2026-11-27
            at 90899 -> ok
            again -> ok
            at 90900 -> ok
            again -> no: fxl-47xhrzypz6hvbhg92xtydq2qhw has expired
        "#]],
    );
}

#[test]
fn a_cycle_is_for_a_day_on_which_two_currencies_settle() {
    check(
        "at 10
         root cycle 2026-11-28 100 110 120
         root cycle 2028-01-03 100 110 120
         root cycle 2026-11-30 100 110 120",
        &expect![[r#"
            at 10 -> ok
            root cycle 2026-11-28 100 110 120 -> no: too few currencies settle on 2026-11-28
            root cycle 2028-01-03 100 110 120 -> no: too few currencies settle on 2028-01-03
            root cycle 2026-11-30 100 110 120 -> ok
                cycle 2026-11-30 open
        "#]],
    );
}
