//! What enters the federation's cycles, and how they end.

use crate::script::check;
use expect_test::expect;

#[test]
fn a_cycle_runs_to_final() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 108 110 5000 30
         cn-sha lock L1 CNY HKD 1000
         cn-sha lock L2 CNY HKD 500
         root cycle 2026-11-27 100 110 120
         root cycle 2026-11-27 100 110 120
         root cycle 2026-11-27 100 110 130
         at 50
         hk-kln affirm b1 hk-kln L1:400,L1:600,L2:100
         cn-sha affirm b1 hk-kln L1:400,L1:600,L2:100
         cn-sha affirm b1 hk-kln L1:400,L1:600,L2:100
         root date 2026-11-27
         at 100
         tick
         at 110
         tick
         root paid-in cn-sha CNY
         again
         root paid-in sg-fx HKD
         hk-kln affirm b1 hk-kln L1:400,L1:600,L2:100
         root paid-out sg-fx CNY
         root paid-out hk-kln HKD
         root paid-out hk-kln HKD
         root statement CNY
         root statement HKD
         root statement HKD",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 108 110 5000 30 -> ok
            cn-sha lock L1 CNY HKD 1000 -> ok
                sg-fx holds 1000 HKD for cn-sha at 108/100, settles 2026-11-27
            cn-sha lock L2 CNY HKD 500 -> ok
                sg-fx holds 500 HKD for cn-sha at 108/100, settles 2026-11-27
            root cycle 2026-11-27 100 110 120 -> ok
                cycle 2026-11-27 open
            root cycle 2026-11-27 100 110 120 -> ok, again
            root cycle 2026-11-27 100 110 130 -> no: clearing house refuses: cycle cyc-04th7m85s5yt51vtqdeaf6s0ae exists with another schedule
            at 50 -> ok
            hk-kln affirm b1 hk-kln L1:400,L1:600,L2:100 -> ok
                affirmed by hk-kln
            cn-sha affirm b1 hk-kln L1:400,L1:600,L2:100 -> ok
                agreed
            cn-sha affirm b1 hk-kln L1:400,L1:600,L2:100 -> ok, again
            root date 2026-11-27 -> ok
            at 100 -> ok
            tick -> ok
                cycle closed
                netted cn-sha/UC -1020 CNY, sg-fx/FX 1020 CNY, hk-kln/IE 1098 HKD, hk-kln/SH 2 HKD, sg-fx/FX -1100 HKD
            at 110 -> ok
            tick -> ok
                called cn-sha/UC 1020 CNY
                called sg-fx/FX 1100 HKD
            root paid-in cn-sha CNY -> ok
                received cn-sha/UC 1020 CNY
            again -> ok
            root paid-in sg-fx HKD -> ok
                received sg-fx/FX 1100 HKD
                settled 1 for cn-sha hk-kln sg-fx
                sg-fx keeps 1 CNY of rounding
                pay out sg-fx/FX 1020 CNY
                pay out hk-kln/IE 1098 HKD
                pay out hk-kln/SH 2 HKD
            hk-kln affirm b1 hk-kln L1:400,L1:600,L2:100 -> ok, again
            root paid-out sg-fx CNY -> ok
            root paid-out hk-kln HKD -> ok
            root paid-out hk-kln HKD -> ok
                paid out
            root statement CNY -> ok
                CNY: 2 matched, 0 breaks
            root statement HKD -> ok
                reconciled
                cycle final
                HKD: 3 matched, 0 breaks
            root statement HKD -> no: desk refuses: day is reconciled; take a changed statement up with the bank
        "#]],
    );
}

#[test]
fn a_missing_pay_in_takes_both_legs_out() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 108 110 5000 30
         cn-sha lock L1 CNY HKD 1000
         root cycle 2026-11-27 100 110 120
         cn-sha affirm b1 hk-kln L1:1000
         hk-kln affirm b1 hk-kln L1:1000
         at 110
         tick
         root date 2026-11-27
         root paid-in cn-sha CNY
         at 120
         tick
         root paid-out cn-sha CNY
         root statement CNY",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 108 110 5000 30 -> ok
            cn-sha lock L1 CNY HKD 1000 -> ok
                sg-fx holds 1000 HKD for cn-sha at 108/100, settles 2026-11-27
            root cycle 2026-11-27 100 110 120 -> ok
                cycle 2026-11-27 open
            cn-sha affirm b1 hk-kln L1:1000 -> ok
                affirmed by cn-sha
            hk-kln affirm b1 hk-kln L1:1000 -> ok
                agreed
            at 110 -> ok
            tick -> ok
                cycle closed
                netted cn-sha/UC -926 CNY, sg-fx/FX 926 CNY, hk-kln/IE 998 HKD, hk-kln/SH 2 HKD, sg-fx/FX -1000 HKD
                called cn-sha/UC 926 CNY
                called sg-fx/FX 1000 HKD
            root date 2026-11-27 -> ok
            root paid-in cn-sha CNY -> ok
                received cn-sha/UC 926 CNY
            at 120 -> ok
            tick -> ok
                missed sg-fx/FX 1000 HKD
                failed 1 for cn-sha hk-kln sg-fx
                netted again 
                settled 0 for 
                pay out cn-sha/UC 926 CNY
            root paid-out cn-sha CNY -> ok
                paid out
            root statement CNY -> ok
                reconciled
                cycle final
                CNY: 2 matched, 0 breaks
        "#]],
    );
}

#[test]
fn what_has_not_settled_brings_its_dealer_no_rounding() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 108 110 5000 30
         cn-sha lock L1 CNY HKD 1000
         root cycle 2026-11-27 100 110 120
         cn-sha affirm b1 hk-kln L1:400,L1:600
         hk-kln affirm b1 hk-kln L1:400,L1:600
         at 110
         tick
         at 120
         tick",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 108 110 5000 30 -> ok
            cn-sha lock L1 CNY HKD 1000 -> ok
                sg-fx holds 1000 HKD for cn-sha at 108/100, settles 2026-11-27
            root cycle 2026-11-27 100 110 120 -> ok
                cycle 2026-11-27 open
            cn-sha affirm b1 hk-kln L1:400,L1:600 -> ok
                affirmed by cn-sha
            hk-kln affirm b1 hk-kln L1:400,L1:600 -> ok
                agreed
            at 110 -> ok
            tick -> ok
                cycle closed
                netted cn-sha/UC -927 CNY, sg-fx/FX 927 CNY, hk-kln/IE 998 HKD, hk-kln/SH 2 HKD, sg-fx/FX -1000 HKD
                called cn-sha/UC 927 CNY
                called sg-fx/FX 1000 HKD
            at 120 -> ok
            tick -> ok
                missed cn-sha/UC 927 CNY
                missed sg-fx/FX 1000 HKD
                failed 1 for cn-sha hk-kln sg-fx
                netted again 
                settled 0 for 
                paid out
                reconciled
                cycle final
        "#]],
    );
}

#[test]
fn what_one_side_stands_by_leaves_at_the_cut_off() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 108 110 5000 30
         cn-sha lock L1 CNY HKD 1000
         root cycle 2026-11-27 100 110 120
         cn-sha affirm b1 hk-kln L1:1000
         hk-kln affirm b1 hk-kln L1:1000 more
         hk-kln affirm b1 hk-kln L1:999
         at 100
         hk-kln affirm b1 hk-kln L1:1000
         tick",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 108 110 5000 30 -> ok
            cn-sha lock L1 CNY HKD 1000 -> ok
                sg-fx holds 1000 HKD for cn-sha at 108/100, settles 2026-11-27
            root cycle 2026-11-27 100 110 120 -> ok
                cycle 2026-11-27 open
            cn-sha affirm b1 hk-kln L1:1000 -> ok
                affirmed by cn-sha
            hk-kln affirm b1 hk-kln L1:1000 more -> no: clearing house refuses: the other side affirmed other obligations under this reference
                disputed by hk-kln
                told to cn-sha
                hk-kln told: clearing house refuses: the other side affirmed other obligations under this reference
            hk-kln affirm b1 hk-kln L1:999 -> no: the other side named other locks for this bundle
                hk-kln told: the other side named other locks for this bundle
            at 100 -> ok
            hk-kln affirm b1 hk-kln L1:1000 -> no: clearing house refuses: no cycle is open for value date 2026-11-27
                cycle closed
                failed 1 for cn-sha hk-kln sg-fx
                netted 
                hk-kln told: clearing house refuses: no cycle is open for value date 2026-11-27
            tick -> ok
        "#]],
    );
}

#[test]
fn locked_rates_explain_every_unit() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 107 110 5000 30
         cn-sha lock L1 CNY HKD 1000
         cn-sha lock L2 CNY HKD 1000
         cn lock L3 CNY HKD 1000
         root cycle 2026-11-27 100 110 120
         cn-sha affirm b1 hk-kln L1:1000 short
         cn-sha affirm b1 hk-kln L1:1000 cheap
         cn-sha affirm b1 hk-kln L1:1001
         cn-sha affirm b1 hk-kln L1:600,L1:401
         cn-sha affirm b1 hk-kln L1:1000 direct
         cn-sha affirm b1 hk-kln L1:1000 split
         cn-sha affirm b1 hk-kln L1:1000 late
         cn-sha affirm b1 cn-sha L1:1000
         cn-sha affirm b1 hk-kln L1:500,L3:500
         cn-sha affirm b1 hk-kln L1:500,L9:500
         hk affirm b1 hk-kln L1:1000
         cn-reg affirm b1 hk-kln L1:1000
         cn-sha affirm b1 hk-kln L1:1000
         cn-sha affirm b1 hk-kln L2:1000
         cn-sha affirm b2 hk-kln L1:1000
         hk-kln affirm b1 hk-kln L1:1000
         hk-kln affirm b2 hk-kln L1:1000
         root date 2026-11-30
         cn-sha affirm b3 hk-kln L2:1000",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 107 110 5000 30 -> ok
            cn-sha lock L1 CNY HKD 1000 -> ok
                sg-fx holds 1000 HKD for cn-sha at 107/100, settles 2026-11-27
            cn-sha lock L2 CNY HKD 1000 -> ok
                sg-fx holds 1000 HKD for cn-sha at 107/100, settles 2026-11-27
            cn lock L3 CNY HKD 1000 -> ok
                sg-fx holds 1000 HKD for cn at 107/100, settles 2026-11-27
            root cycle 2026-11-27 100 110 120 -> ok
                cycle 2026-11-27 open
            cn-sha affirm b1 hk-kln L1:1000 short -> no: uses do not add up to the obligations
                cn-sha told: uses do not add up to the obligations
            cn-sha affirm b1 hk-kln L1:1000 cheap -> no: payment is not what fxl-47xhrzypz6hvbhg92xtydq2qhw asks for
                cn-sha told: payment is not what fxl-47xhrzypz6hvbhg92xtydq2qhw asks for
            cn-sha affirm b1 hk-kln L1:1001 -> no: bundle uses more of fxl-47xhrzypz6hvbhg92xtydq2qhw than it is good for
                cn-sha told: bundle uses more of fxl-47xhrzypz6hvbhg92xtydq2qhw than it is good for
            cn-sha affirm b1 hk-kln L1:600,L1:401 -> no: bundle uses more of fxl-47xhrzypz6hvbhg92xtydq2qhw than it is good for
                cn-sha told: bundle uses more of fxl-47xhrzypz6hvbhg92xtydq2qhw than it is good for
            cn-sha affirm b1 hk-kln L1:1000 direct -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b1 hk-kln L1:1000 split -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b1 hk-kln L1:1000 late -> no: fxl-47xhrzypz6hvbhg92xtydq2qhw is of another holder, dealer, currency or value date
                cn-sha told: fxl-47xhrzypz6hvbhg92xtydq2qhw is of another holder, dealer, currency or value date
            cn-sha affirm b1 cn-sha L1:1000 -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b1 hk-kln L1:500,L3:500 -> no: fxl-47gwzkbxmk0wwrjsaa25amqrzf is of another holder, dealer, currency or value date
                cn-sha told: fxl-47gwzkbxmk0wwrjsaa25amqrzf is of another holder, dealer, currency or value date
            cn-sha affirm b1 hk-kln L1:500,L9:500 -> no: fxl-6zzkd93dxdr5ttaz213pmh4vhx is not a lock of this network that can still settle
                cn-sha told: fxl-6zzkd93dxdr5ttaz213pmh4vhx is not a lock of this network that can still settle
            hk affirm b1 hk-kln L1:1000 -> no: clearing house refuses: the bundle owes nothing to and by the node that affirms it
                hk told: clearing house refuses: the bundle owes nothing to and by the node that affirms it
            cn-reg affirm b1 hk-kln L1:1000 -> no: role may not send this command
            cn-sha affirm b1 hk-kln L1:1000 -> ok
                affirmed by cn-sha
            cn-sha affirm b1 hk-kln L2:1000 -> no: the other side named other locks for this bundle
            cn-sha affirm b2 hk-kln L1:1000 -> ok
                affirmed by cn-sha
            hk-kln affirm b1 hk-kln L1:1000 -> ok
                agreed
            hk-kln affirm b2 hk-kln L1:1000 -> no: fxl-47xhrzypz6hvbhg92xtydq2qhw was used by another bundle
                hk-kln told: fxl-47xhrzypz6hvbhg92xtydq2qhw was used by another bundle
            root date 2026-11-30 -> ok
            cn-sha affirm b3 hk-kln L2:1000 -> no: fxl-08cbcse7rzdg6dfx0azwfz20kw is not a lock of this network that can still settle
                cn-sha told: fxl-08cbcse7rzdg6dfx0azwfz20kw is not a lock of this network that can still settle
        "#]],
    );
}

#[test]
fn no_node_brings_in_more_than_its_share_of_a_cycle() {
    check(
        "at 10
         root date 2026-11-23
         sg-fx quote CNY/HKD 100 110 999999999999999999 30
         cn-sha lock L1 CNY HKD 6000000000000000
         cn-sha lock L2 CNY HKD 5000000000000000
         root cycle 2026-11-27 100 110 120
         cn-sha affirm b1 hk-kln L1:6000000000000000
         cn-sha affirm b2 hk-kln L2:5000000000000000
         hk-kln affirm b2 hk-kln L2:5000000000000000
         cn-sha affirm b2 hk-kln L2:5000000000000000",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            sg-fx quote CNY/HKD 100 110 999999999999999999 30 -> ok
            cn-sha lock L1 CNY HKD 6000000000000000 -> ok
                sg-fx holds 6000000000000000 HKD for cn-sha at 100/100, settles 2026-11-27
            cn-sha lock L2 CNY HKD 5000000000000000 -> ok
                sg-fx holds 5000000000000000 HKD for cn-sha at 100/100, settles 2026-11-27
            root cycle 2026-11-27 100 110 120 -> ok
                cycle 2026-11-27 open
            cn-sha affirm b1 hk-kln L1:6000000000000000 -> ok
                affirmed by cn-sha
            cn-sha affirm b2 hk-kln L2:5000000000000000 -> no: clearing house refuses: the node has brought in as much as one node may in one cycle
                cn-sha told: clearing house refuses: the node has brought in as much as one node may in one cycle
            hk-kln affirm b2 hk-kln L2:5000000000000000 -> ok
                affirmed by hk-kln
            cn-sha affirm b2 hk-kln L2:5000000000000000 -> ok
                agreed
        "#]],
    );
}

#[test]
fn nodes_of_one_currency_settle_without_a_rate() {
    check(
        "at 10
         root date 2026-11-23
         root cycle 2026-11-25 100 110 120
         cn-fx affirm b1 par cn-sha cn-fx 2026-11-25
         cn-sha affirm b1 par cn-sha cn-fx 2026-11-25
         cn-sha affirm b1 par cn-sha cn-fx 2026-11-25
         at 100
         tick
         at 110
         tick
         root paid-in cn-sha CNY
         root paid-out cn-fx CNY
         root paid-out cn-fx CNY
         root date 2026-11-25
         root statement CNY",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            root cycle 2026-11-25 100 110 120 -> ok
                cycle 2026-11-25 open
            cn-fx affirm b1 par cn-sha cn-fx 2026-11-25 -> ok
                affirmed by cn-fx
            cn-sha affirm b1 par cn-sha cn-fx 2026-11-25 -> ok
                agreed
            cn-sha affirm b1 par cn-sha cn-fx 2026-11-25 -> ok, again
            at 100 -> ok
            tick -> ok
                cycle closed
                netted cn-fx/IE 998 CNY, cn-fx/SH 2 CNY, cn-sha/UC -1000 CNY
            at 110 -> ok
            tick -> ok
                called cn-sha/UC 1000 CNY
            root paid-in cn-sha CNY -> ok
                received cn-sha/UC 1000 CNY
                settled 1 for cn-fx cn-sha
                pay out cn-fx/IE 998 CNY
                pay out cn-fx/SH 2 CNY
            root paid-out cn-fx CNY -> ok
            root paid-out cn-fx CNY -> ok
                paid out
            root date 2026-11-25 -> ok
            root statement CNY -> ok
                reconciled
                cycle final
                CNY: 3 matched, 0 breaks
        "#]],
    );
}

#[test]
fn what_no_rate_explains_is_between_two_nodes_in_the_one_currency_of_both() {
    check(
        "at 10
         root date 2026-11-23
         root cycle 2026-11-25 100 110 120
         cn-sha affirm b1 par cn-sha hk-kln 2026-11-25
         cn-sha affirm b2 par cn-sha cn-fx 2026-11-25 in-hkd
         cn-sha affirm b3 par cn-sha cn-fx 2026-11-25 split
         cn-sha affirm b4 par cn-sha cn-fx 2026-11-25 both-ways
         cn-sha affirm b5 par cn-sha cn-fx 2026-11-25 mixed
         cn-sha affirm b6 par cn-sha cn-fx 2026-11-25 to-dealer
         cn-sha affirm b7 par cn-sha cn-fx 2026-11-25 by-hub
         cn-sha affirm b8 par cn-sha cn-fx 2026-11-25 to-itself
         cn-sha affirm b9 par cn-sha cn-fx 2026-11-24
         cn-sha affirm b10 par cn-sha cn-fx 2028-11-24
         hk-kln affirm b11 par cn-sha cn-fx 2026-11-25
         cn-sha affirm b12 par cn-sha cn-fx 2026-11-26",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 -> ok
            root cycle 2026-11-25 100 110 120 -> ok
                cycle 2026-11-25 open
            cn-sha affirm b1 par cn-sha hk-kln 2026-11-25 -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b2 par cn-sha cn-fx 2026-11-25 in-hkd -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b3 par cn-sha cn-fx 2026-11-25 split -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b4 par cn-sha cn-fx 2026-11-25 both-ways -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b5 par cn-sha cn-fx 2026-11-25 mixed -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b6 par cn-sha cn-fx 2026-11-25 to-dealer -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b7 par cn-sha cn-fx 2026-11-25 by-hub -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b8 par cn-sha cn-fx 2026-11-25 to-itself -> no: bundle is not one buyer and one home node, with one dealer or one currency between
                cn-sha told: bundle is not one buyer and one home node, with one dealer or one currency between
            cn-sha affirm b9 par cn-sha cn-fx 2026-11-24 -> no: too few currencies settle on 2026-11-24
                cn-sha told: too few currencies settle on 2026-11-24
            cn-sha affirm b10 par cn-sha cn-fx 2028-11-24 -> no: calendars do not reach the value date
                cn-sha told: calendars do not reach the value date
            hk-kln affirm b11 par cn-sha cn-fx 2026-11-25 -> no: clearing house refuses: the bundle owes nothing to and by the node that affirms it
                hk-kln told: clearing house refuses: the bundle owes nothing to and by the node that affirms it
            cn-sha affirm b12 par cn-sha cn-fx 2026-11-26 -> no: clearing house refuses: no cycle is open for value date 2026-11-26
                cn-sha told: clearing house refuses: no cycle is open for value date 2026-11-26
        "#]],
    );
}

#[test]
fn only_the_bank_of_the_house_speaks_of_it() {
    let mut desk = crate::commands::Desk::new();
    desk.must("root date 2026-11-23");
    let mut entry = gcfn_banking::BankEntry {
        account: desk.world.council.house().account(),
        currency: gcfn_model::Currency::Hkd,
        amount: crate::world::amount(5),
        side: gcfn_banking::Side::Credit,
        uetr: None,
        bank_reference: gcfn_banking::BankReference::of("1"),
        reference: None,
        booked_on: desk.world.today(),
    };
    let mut book = |by: &str, entry| desk.world.say(by, gcfn_council::Verb::BankBooked(entry)).0;
    assert_eq!(book("cn", entry), Err(gcfn_council::Refusal::NotPermitted));
    assert_eq!(book("root", entry), Ok(gcfn_council::Done::Accepted));
    assert_eq!(book("root", entry), Ok(gcfn_council::Done::Repeated));
    entry.account.pool = gcfn_model::Pool::UserCustody;
    assert_eq!(book("root", entry), Err(gcfn_council::Refusal::ForeignAccount));
}
