//! What the house pays and is paid, and what its bank says of it.

use crate::commands::Desk;
use crate::script::check_at;
use expect_test::{Expect, expect};

/// Up to the calls of a cycle in which `cn-sha` has bought for 1000 HKD.
const CALLED: &str = "
    at 10
    root date 2026-11-23
    sg-fx quote CNY/HKD 108 110 5000 30
    cn-sha lock L1 CNY HKD 1000
    root cycle 2026-11-27 100 110 120
    cn-sha affirm b1 hk-kln L1:1000
    hk-kln affirm b1 hk-kln L1:1000
    root date 2026-11-27
    at 110
    tick";

/// Runs `script` after [`CALLED`].
fn check_called(script: &str, expected: &Expect) {
    check_at(&mut after(CALLED), script, expected);
}

/// Runs `script` after [`CALLED`] and both pay-ins, which settle the cycle.
fn check_settled(script: &str, expected: &Expect) {
    let mut desk = after(CALLED);
    desk.must("root paid-in cn-sha CNY");
    desk.must("root paid-in sg-fx HKD");
    check_at(&mut desk, script, expected);
}

fn after(script: &str) -> Desk {
    let mut desk = Desk::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        desk.must(line);
    }
    desk
}

#[test]
fn a_refused_pay_out_is_tried_again_every_day_until_it_is_paid() {
    check_settled(
        "root refused hk-kln HKD
         root paid-out hk-kln HKD
         root paid-out sg-fx CNY
         root statement CNY
         root statement HKD
         at 86509
         tick
         at 86510
         tick
         tick
         root refused hk-kln HKD
         at 172910
         tick
         root refused hk-kln HKD
         at 900000
         tick
         root date 2026-11-30
         root paid-out hk-kln HKD",
        &expect![[r#"
            root refused hk-kln HKD -> ok
                not paid out hk-kln/IE 998 HKD, again at 86510
                instruction rejected
            root paid-out hk-kln HKD -> ok
            root paid-out sg-fx CNY -> ok
            root statement CNY -> ok
                CNY: 2 matched, 0 breaks
            root statement HKD -> ok
                HKD: 2 matched, 0 breaks
            at 86509 -> ok
            tick -> ok
                late by 86389 s
            at 86510 -> ok
            tick -> ok
                pay out hk-kln/IE 998 HKD
            tick -> ok
            root refused hk-kln HKD -> ok
                not paid out hk-kln/IE 998 HKD, again at 172910
                instruction rejected
            at 172910 -> ok
            tick -> ok
                pay out hk-kln/IE 998 HKD
            root refused hk-kln HKD -> ok
                not paid out hk-kln/IE 998 HKD, again at 259310
                instruction rejected
            at 900000 -> ok
            tick -> ok
                pay out hk-kln/IE 998 HKD
            root date 2026-11-30 -> ok
            root paid-out hk-kln HKD -> ok
                paid out
        "#]],
    );
}

#[test]
fn a_cycle_is_final_when_the_second_attempt_is_on_a_statement() {
    check_settled(
        "root refused hk-kln HKD
         root paid-out hk-kln HKD
         root paid-out sg-fx CNY
         root statement CNY
         root date 2026-11-30
         at 86510
         tick
         root paid-out hk-kln HKD
         root statement HKD",
        &expect![[r#"
            root refused hk-kln HKD -> ok
                not paid out hk-kln/IE 998 HKD, again at 86510
                instruction rejected
            root paid-out hk-kln HKD -> ok
            root paid-out sg-fx CNY -> ok
            root statement CNY -> ok
                CNY: 2 matched, 0 breaks
            root date 2026-11-30 -> ok
            at 86510 -> ok
            tick -> ok
                pay out hk-kln/IE 998 HKD
                Bank(StatementsAsked(StatementRequest { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Hkd, number: 1, from: 2026-11-27, to: 2026-11-27 }))
                late by 86390 s
            root paid-out hk-kln HKD -> ok
                paid out
            root statement HKD -> ok
                reconciled
                cycle final
                Bank(StatementsCame { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Hkd, number: 1 })
                HKD: 3 matched, 0 breaks
        "#]],
    );
}

#[test]
fn a_pay_out_that_comes_back_is_paid_again_and_needs_another_statement() {
    check_settled(
        "root paid-out sg-fx CNY
         root paid-out hk-kln HKD
         root paid-out hk-kln HKD
         root statement CNY
         root returned hk-kln HKD
         root statement HKD
         root date 2026-11-30
         at 86510
         tick
         root paid-out hk-kln HKD
         root statement HKD",
        &expect![[r#"
            root paid-out sg-fx CNY -> ok
            root paid-out hk-kln HKD -> ok
            root paid-out hk-kln HKD -> ok
                paid out
            root statement CNY -> ok
                CNY: 2 matched, 0 breaks
            root returned hk-kln HKD -> ok
                not paid out hk-kln/IE 998 HKD, again at 86510
            root statement HKD -> ok
                HKD: 4 matched, 0 breaks
            root date 2026-11-30 -> ok
            at 86510 -> ok
            tick -> ok
                pay out hk-kln/IE 998 HKD
            root paid-out hk-kln HKD -> ok
            root statement HKD -> ok
                reconciled
                cycle final
                HKD: 1 matched, 0 breaks
        "#]],
    );
}

#[test]
fn what_the_bank_paid_after_refusing_it_is_not_paid_twice() {
    check_settled(
        "root refused sg-fx CNY
         root paid-refused sg-fx CNY
         at 86510
         tick",
        &expect![[r#"
            root refused sg-fx CNY -> ok
                not paid out sg-fx/FX 926 CNY, again at 86510
                instruction rejected
            root paid-refused sg-fx CNY -> ok
                not paid out sg-fx/FX 926 CNY, not again by itself
                NotPayable { uetr: 698ac8e7-4565-4560-ab96-a72ab4049a3f }
            at 86510 -> ok
            tick -> ok
                Bank(StatementsAsked(StatementRequest { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Cny, number: 1, from: 2026-11-27, to: 2026-11-27 }))
                Bank(StatementsAsked(StatementRequest { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Hkd, number: 1, from: 2026-11-27, to: 2026-11-27 }))
                late by 86390 s
        "#]],
    );
}

#[test]
fn what_the_bank_pays_after_refusing_it_stops_the_next_attempt_too() {
    check_settled(
        "root refused sg-fx CNY
         at 86510
         tick
         root paid-refused sg-fx CNY
         at 900000
         tick",
        &expect![[r#"
            root refused sg-fx CNY -> ok
                not paid out sg-fx/FX 926 CNY, again at 86510
                instruction rejected
            at 86510 -> ok
            tick -> ok
                pay out sg-fx/FX 926 CNY
                Bank(StatementsAsked(StatementRequest { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Cny, number: 1, from: 2026-11-27, to: 2026-11-27 }))
                Bank(StatementsAsked(StatementRequest { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Hkd, number: 1, from: 2026-11-27, to: 2026-11-27 }))
                late by 86390 s
            root paid-refused sg-fx CNY -> ok
                not paid out sg-fx/FX 926 CNY, not again by itself
                NotPayable { uetr: 698ac8e7-4565-4560-ab96-a72ab4049a3f }
            at 900000 -> ok
            tick -> ok
                Bank(StatementsAsked(StatementRequest { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Cny, number: 2, from: 2026-11-27, to: 2026-11-27 }))
                Bank(StatementsAsked(StatementRequest { account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Hkd, number: 2, from: 2026-11-27, to: 2026-11-27 }))
        "#]],
    );
}

#[test]
fn a_cent_with_the_reference_of_a_call_waits_in_suspense_and_holds_nobody_up() {
    check_called(
        "root paid-in cn-sha CNY only 1
         root paid-in cn-sha CNY
         root paid-in sg-fx HKD
         root paid-out sg-fx CNY
         root paid-out hk-kln HKD
         root paid-out hk-kln HKD
         root statement CNY
         root statement HKD",
        &expect![[r#"
            root paid-in cn-sha CNY only 1 -> ok
                SuspenseOpened(SuspenseItem { number: 1, account: SettlementAccount { node: root, pool: ClearingHouse }, currency: Cny, side: Credit, amount: Amount(1), uetr: Some(d9e6c664-de37-484a-afcf-d00b6c424ec5), bank_reference: 8419a965ce3454ddf2c2702302db3dc65c9346889971897178110bf2b1211530, booked_on: 2026-11-27, at: 1970-01-01T00:01:50.000000Z, owner: None })
                WrongAmount { uetr: d9e6c664-de37-484a-afcf-d00b6c424ec5, expected: Amount(926), got: Amount(1) }
            root paid-in cn-sha CNY -> ok
                received cn-sha/UC 926 CNY
            root paid-in sg-fx HKD -> ok
                received sg-fx/FX 1000 HKD
                settled 1 for cn-sha hk-kln sg-fx
                pay out sg-fx/FX 926 CNY
                pay out hk-kln/IE 998 HKD
                pay out hk-kln/SH 2 HKD
            root paid-out sg-fx CNY -> ok
            root paid-out hk-kln HKD -> ok
            root paid-out hk-kln HKD -> ok
                paid out
            root statement CNY -> ok
                CNY: 3 matched, 0 breaks
            root statement HKD -> ok
                reconciled
                cycle final
                HKD: 3 matched, 0 breaks
        "#]],
    );
}

#[test]
fn a_statement_confirms_only_what_was_booked_by_its_day() {
    check_settled(
        "root paid-out hk-kln HKD
         root paid-out hk-kln HKD
         root date 2026-11-30
         root paid-out sg-fx CNY
         root statement HKD
         root statement CNY of 2026-11-27
         root statement CNY",
        &expect![[r#"
            root paid-out hk-kln HKD -> ok
            root paid-out hk-kln HKD -> ok
            root date 2026-11-30 -> ok
            root paid-out sg-fx CNY -> ok
                paid out
            root statement HKD -> ok
                HKD: 3 matched, 0 breaks
            root statement CNY of 2026-11-27 -> ok
                CNY: 1 matched, 0 breaks
            root statement CNY -> ok
                reconciled
                cycle final
                CNY: 1 matched, 0 breaks
        "#]],
    );
}

#[test]
fn what_is_paid_in_too_late_is_paid_back() {
    check_called(
        "at 120
         tick
         root paid-in cn-sha CNY
         root paid-out cn-sha CNY",
        &expect![[r#"
            at 120 -> ok
            tick -> ok
                missed cn-sha/UC 926 CNY
                missed sg-fx/FX 1000 HKD
                failed 1 for cn-sha hk-kln sg-fx
                netted again 
                settled 0 for 
                paid out
                reconciled
                cycle final
            root paid-in cn-sha CNY -> ok
                received cn-sha/UC 926 CNY
                pay out cn-sha/UC 926 CNY
            root paid-out cn-sha CNY -> ok
        "#]],
    );
}
