//! What venues are told.

use crate::commands::Desk;
use crate::world::name;
use expect_test::{Expect, expect};
use gcfn_venue::{ClearingNotice, Notice};
use std::fmt::Write;

/// Runs `script` and shows what each of `nodes` is told.
fn check(script: &str, nodes: &[&str], expected: &Expect) {
    let mut desk = Desk::new();
    let mut shown = String::new();
    for line in script.lines().map(str::trim) {
        for event in desk.run(line).1 {
            for node in nodes {
                for notice in desk.world.council.notices_for(&event, name(node)) {
                    writeln!(shown, "{line}: {node} is told {}", tell(&notice)).unwrap();
                }
            }
        }
    }
    expected.assert_eq(&shown);
}

fn tell(notice: &Notice) -> String {
    match notice {
        Notice::MemberAdmitted { node, region, debit_cap } => {
            format!("{node} of {region} may owe {debit_cap}")
        }
        Notice::MemberSuspended { node } => format!("{node} is out"),
        Notice::Locked(rate) => format!("{} holds {}", rate.dealer, rate.size),
        Notice::Clearing(notice) => match notice {
            ClearingNotice::PayInCalled { pay_in, .. } => format!("to pay in {}", pay_in.amount),
            ClearingNotice::PayOutInstructed { payment, .. } => {
                format!("to expect {}", payment.amount)
            }
            ClearingNotice::Settled { .. } => "settled".into(),
            ClearingNotice::Failed { .. } => "failed".into(),
            ClearingNotice::Refused { reason, .. } => format!("refused: {reason}"),
            ClearingNotice::PaidOut { .. } => "paid out".into(),
        },
    }
}

#[test]
fn members_are_made_known_to_each_other() {
    check(
        "tick
         cn apply cn-can cn local CNY
         root approve admit cn-can
         cn approve admit cn-can
         hk approve admit cn-can
         root approve cap cn-can HKD 7
         cn approve cap cn-can HKD 7
         hk approve cap cn-can HKD 7
         root approve suspend cn-can
         cn approve suspend cn-can
         hk approve suspend cn-can
         root approve resume cn-can
         cn approve resume cn-can
         hk approve resume cn-can",
        &["hk-kln", "cn-can", "cn-reg", "root"],
        &expect![[r#"
            tick: hk-kln is told cn of cn may owe 2000
            tick: hk-kln is told cn-fx of cn may owe 2000
            tick: hk-kln is told cn-sha of cn may owe 2000
            tick: hk-kln is told hk of hk may owe 2000
            tick: hk-kln is told hk-fx of hk may owe 2000
            tick: hk-kln is told sg of sg may owe 2000
            tick: hk-kln is told sg-fx of sg may owe 2000
            hk approve admit cn-can: hk-kln is told cn-can of cn may owe 2000
            hk approve admit cn-can: cn-can is told cn of cn may owe 1000
            hk approve admit cn-can: cn-can is told cn-fx of cn may owe 1000
            hk approve admit cn-can: cn-can is told cn-sha of cn may owe 1000
            hk approve admit cn-can: cn-can is told hk of hk may owe 1000
            hk approve admit cn-can: cn-can is told hk-fx of hk may owe 1000
            hk approve admit cn-can: cn-can is told hk-kln of hk may owe 1000
            hk approve admit cn-can: cn-can is told sg of sg may owe 1000
            hk approve admit cn-can: cn-can is told sg-fx of sg may owe 1000
            hk approve cap cn-can HKD 7: hk-kln is told cn-can of cn may owe 7
            hk approve suspend cn-can: hk-kln is told cn-can is out
            hk approve resume cn-can: hk-kln is told cn-can of cn may owe 7
        "#]],
    );
}

#[test]
fn an_affirmation_has_one_end_and_its_author_is_told() {
    check(
        "root date 2026-11-23
         sg-fx quote CNY/HKD 108 110 5000 30
         cn-sha lock L1 CNY HKD 1000
         hk-kln affirm b1 hk-kln L1:1000
         root cycle 2026-11-27 100 110 120
         cn-sha affirm b1 hk-kln L1:1000
         hk affirm b1 hk-kln L1:1000
         hk-kln affirm b1 hk-kln L1:1000
         cn-sha affirm b1 hk-kln L1:1000 more
         at 110
         tick
         root paid-in cn-sha CNY
         root paid-in sg-fx HKD
         root approve suspend cn-sha
         cn approve suspend cn-sha
         hk approve suspend cn-sha
         cn-sha affirm b2 hk-kln L1:1000",
        &["cn-sha", "hk-kln", "sg-fx", "hk", "cn-reg"],
        &expect![[r#"
            root date 2026-11-23: cn-sha is told cn of cn may owe 1000
            root date 2026-11-23: cn-sha is told cn-fx of cn may owe 1000
            root date 2026-11-23: cn-sha is told hk of hk may owe 1000
            root date 2026-11-23: cn-sha is told hk-fx of hk may owe 1000
            root date 2026-11-23: cn-sha is told hk-kln of hk may owe 1000
            root date 2026-11-23: cn-sha is told sg of sg may owe 1000
            root date 2026-11-23: cn-sha is told sg-fx of sg may owe 1000
            root date 2026-11-23: hk-kln is told cn of cn may owe 2000
            root date 2026-11-23: hk-kln is told cn-fx of cn may owe 2000
            root date 2026-11-23: hk-kln is told cn-sha of cn may owe 2000
            root date 2026-11-23: hk-kln is told hk of hk may owe 2000
            root date 2026-11-23: hk-kln is told hk-fx of hk may owe 2000
            root date 2026-11-23: hk-kln is told sg of sg may owe 2000
            root date 2026-11-23: hk-kln is told sg-fx of sg may owe 2000
            root date 2026-11-23: hk is told cn of cn may owe 2000
            root date 2026-11-23: hk is told cn-fx of cn may owe 2000
            root date 2026-11-23: hk is told cn-sha of cn may owe 2000
            root date 2026-11-23: hk is told hk-fx of hk may owe 2000
            root date 2026-11-23: hk is told hk-kln of hk may owe 2000
            root date 2026-11-23: hk is told sg of sg may owe 2000
            root date 2026-11-23: hk is told sg-fx of sg may owe 2000
            cn-sha lock L1 CNY HKD 1000: cn-sha is told sg-fx holds 1000
            hk-kln affirm b1 hk-kln L1:1000: hk-kln is told refused: no cycle is open for value date 2026-11-27
            hk affirm b1 hk-kln L1:1000: hk is told refused: the bundle owes nothing to and by the node that affirms it
            tick: cn-sha is told to pay in 926
            tick: sg-fx is told to pay in 1000
            root paid-in sg-fx HKD: cn-sha is told settled
            root paid-in sg-fx HKD: hk-kln is told settled
            root paid-in sg-fx HKD: sg-fx is told settled
            root paid-in sg-fx HKD: sg-fx is told to expect 926
            root paid-in sg-fx HKD: hk-kln is told to expect 998
            root paid-in sg-fx HKD: hk-kln is told to expect 2
            hk approve suspend cn-sha: hk-kln is told cn-sha is out
            hk approve suspend cn-sha: sg-fx is told cn-sha is out
            hk approve suspend cn-sha: hk is told cn-sha is out
            cn-sha affirm b2 hk-kln L1:1000: cn-sha is told refused: the other side affirmed other obligations under this reference
        "#]],
    );
}
