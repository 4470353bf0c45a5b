//! What is anchored, and when it is final.

use crate::cells::{checkpoint, log};
use crate::commands::Desk;
use crate::script::check;
use crate::world::name;
use expect_test::expect;
use gcfn_anchor::checkpoint::Equivocation;
use gcfn_anchor::receipt::ReceiptFault;
use gcfn_council::{Command, Event, Refusal, Status, Verb};
use gcfn_model::Machine;

#[test]
fn a_round_is_final_at_three_of_four() {
    let desk = check(
        "at 20
         cn publish cn=2 cn-sha=3
         hk publish hk-kln=1
         close
         sg propose
         root cosign 1
         cn cosign 1
         cn cosign 1
         hk cosign 1 cn
         hk cosign 2
         cn-sha cosign 1
         hk cosign 1
         sg cosign 1",
        &expect![[r#"
            at 20 -> ok
            cn publish cn=2 cn-sha=3 -> ok
            hk publish hk-kln=1 -> ok
            close -> ok
                epoch 0: 1 to 3
            sg propose -> ok
                round 1 of 3
            root cosign 1 -> ok
            cn cosign 1 -> ok
            cn cosign 1 -> ok, again
            hk cosign 1 cn -> no: co-signature is not one of the round's validators over this round
            hk cosign 2 -> no: round is not open
            cn-sha cosign 1 -> no: role may not send this command
            hk cosign 1 -> ok
                round 1 final by cn hk root, to event 3
            sg cosign 1 -> ok, again
        "#]],
    );
    let council = &desk.world.council;
    let roster = council.directory().roster();
    for cell in ["cn", "cn-sha", "hk-kln"] {
        let proof = council.head_proof(name(cell)).expect("anchored");
        assert_eq!(Some(proof.head), council.reported_head(name(cell)));
        assert_eq!(proof.verify(&roster), Ok(()));
    }
    assert_eq!(council.head_proof(name("sg")), None);
    let mut own = council.federation_proof().expect("anchored");
    assert_eq!(own.verify(&roster), Ok(()));
    own.cosignatures.pop();
    assert_eq!(own.verify(&roster), Err(ReceiptFault::NotFinal));
}

#[test]
fn validators_take_turns_until_one_is_late() {
    check(
        "at 20
         cn propose
         root cosign 1
         cn cosign 1
         sg cosign 1
         at 29
         root propose
         at 30
         root propose wrong
         cn propose
         hk propose 1
         hk propose
         root propose
         at 44
         root propose
         sg propose
         at 45
         cn propose
         root cosign 2
         root cosign 3
         hk cosign 3
         sg cosign 3
         cn cosign 2",
        &expect![[r#"
            at 20 -> ok
            cn propose -> ok
                round 1 of 1
            root cosign 1 -> ok
            cn cosign 1 -> ok
            sg cosign 1 -> ok
                round 1 final by cn root sg, to event 0
            at 29 -> ok
            root propose -> no: next round is not due
            at 30 -> ok
            root propose wrong -> no: root is not what the federation computes
            cn propose -> no: it is another validator's turn, or the last round is open
            hk propose 1 -> no: round is not number 2
            hk propose -> no: it is another validator's turn, or the last round is open
            root propose -> ok
                round 2 of 1
            at 44 -> ok
            root propose -> no: it is another validator's turn, or the last round is open
            sg propose -> no: it is another validator's turn, or the last round is open
            at 45 -> ok
            cn propose -> ok
                round 3 of 1
            root cosign 2 -> ok
            root cosign 3 -> ok
            hk cosign 3 -> ok
            sg cosign 3 -> ok
                round 3 final by hk root sg, to event 0
            cn cosign 2 -> no: round is not open
        "#]],
    );
}

#[test]
fn a_region_publishes_its_own_cells_as_they_grow() {
    check(
        "at 20
         cn publish
         cn publish hk-kln=1
         cn publish cn-reg=1
         cn publish cn=1 cn-sha=2
         cn publish cn=1 cn-sha=2
         cn publish cn=2 cn-sha=1
         cn publish cn=1 cn-sha=5?
         cn publish cn=1 cn-sha=5!
         cn publish cn=4 cn-sha=5",
        &expect![[r#"
            at 20 -> ok
            cn publish -> no: not 1 to 256 reports
            cn publish hk-kln=1 -> no: cell hk-kln is not one of an active member of this region
            cn publish cn-reg=1 -> no: cell cn-reg is not one of an active member of this region
            cn publish cn=1 cn-sha=2 -> ok
            cn publish cn=1 cn-sha=2 -> ok, again
            cn publish cn=2 cn-sha=1 -> no: a later head of cn-sha is known
            cn publish cn=1 cn-sha=5? -> no: head of cn-sha is not shown to continue the known one
            cn publish cn=1 cn-sha=5! -> no: head of cn-sha is not shown to continue the known one
            cn publish cn=4 cn-sha=5 -> ok
        "#]],
    );
}

#[test]
fn two_histories_suspend_their_signer_at_once() {
    check(
        "at 20
         cn publish cn=2 cn-sha=3
         cn publish cn=3 cn-sha=3!
         cn publish cn-sha=4
         cn-sha list s 10
         hk publish hk-kln=2 hk-kln=2!
         sg publish sg=1
         sg publish sg=1!
         close
         cn propose
         root cosign 1
         sg cosign 1
         hk cosign 1
         cn cosign 1",
        &expect![[r#"
            at 20 -> ok
            cn publish cn=2 cn-sha=3 -> ok
            cn publish cn=3 cn-sha=3! -> ok
                cn-sha has shown two histories
            cn publish cn-sha=4 -> no: cell cn-sha is not one of an active member of this region
            cn-sha list s 10 -> no: author is not an active member
            hk publish hk-kln=2 hk-kln=2! -> ok
                hk-kln has shown two histories
            sg publish sg=1 -> ok
            sg publish sg=1! -> ok
                sg has shown two histories
            close -> ok
                epoch 0: 1 to 9
            cn propose -> ok
                roster cn hk root
                round 1 of 4
            root cosign 1 -> ok
            sg cosign 1 -> no: author is not an active member
            hk cosign 1 -> ok
            cn cosign 1 -> ok
                round 1 final by cn hk root, to event 9
        "#]],
    );
}

#[test]
fn validators_make_final_who_follows_them() {
    let desk = check(
        "at 20
         sg publish sg=1
         sg publish sg=1!
         cn propose
         root cosign 1
         cn cosign 1
         hk cosign 1
         at 30
         close
         cn propose
         at 33
         root propose
         root cosign 2
         hk cosign 2
         cn cosign 2
         at 50
         close
         cn propose
         hk propose
         root propose
         root cosign 3
         hk cosign 3",
        &expect![[r#"
            at 20 -> ok
            sg publish sg=1 -> ok
            sg publish sg=1! -> ok
                sg has shown two histories
            cn propose -> ok
                roster cn hk root
                round 1 of 2
            root cosign 1 -> ok
            cn cosign 1 -> ok
            hk cosign 1 -> ok
                round 1 final by cn hk root, to event 0
            at 30 -> ok
            close -> ok
                epoch 0: 1 to 11
            cn propose -> no: it is another validator's turn, or the last round is open
            at 33 -> ok
            root propose -> ok
                round 2 of 2
            root cosign 2 -> ok
            hk cosign 2 -> ok
            cn cosign 2 -> ok
                round 2 final by cn hk root, to event 11
            at 50 -> ok
            close -> ok
                epoch 1: 12 to 18
            cn propose -> ok
                round 3 of 2
            hk propose -> no: next round is not due
            root propose -> no: next round is not due
            root cosign 3 -> ok
            hk cosign 3 -> ok
                round 3 final by hk root, to event 18
        "#]],
    );
    let council = &desk.world.council;
    let founders = crate::world::council().roster().clone();
    let [announced, after] = [2, council.final_seq()];
    let by_founders = council.proof_for(announced).expect("final");
    assert_eq!(by_founders.verify(&founders), Ok(()));
    let by_their_successors = council.proof_for(after).expect("final");
    assert_eq!(by_their_successors.verify(&founders), Err(ReceiptFault::OtherRoster));
    assert_eq!(by_their_successors.verify(council.roster()), Ok(()));
}

#[test]
fn anybody_may_show_two_histories() {
    let mut desk = Desk::new();
    desk.must("at 20");
    let note = |cell, fork, by: &str| checkpoint(log(cell, 3, fork).head(), by);
    let mut accuse = |by: &str, node: &str, one, other| {
        let proof = Box::new(Equivocation { one, other });
        desk.world.say(by, Verb::Accuse { node: name(node), proof }).0
    };
    let (one, other) = (note("cn-sha", 0, "cn-sha"), note("cn-sha", 1, "cn-sha"));
    assert_eq!(accuse("hk-kln", "cn-sha", one.clone(), one.clone()), Err(Refusal::NoEvidence));
    assert_eq!(accuse("hk-kln", "hk", one.clone(), other.clone()), Err(Refusal::NoEvidence));
    let of_another = (note("hk", 0, "cn-sha"), note("hk", 1, "cn-sha"));
    assert_eq!(accuse("hk-kln", "cn-sha", of_another.0, of_another.1), Err(Refusal::NoEvidence));
    assert_eq!(accuse("cn-reg", "cn-sha", one.clone(), other.clone()), Err(Refusal::NotPermitted));
    assert!(accuse("hk-kln", "cn-sha", one, other).is_ok());
    let council = &desk.world.council;
    assert_eq!(council.directory().member(name("cn-sha")).unwrap().status, Status::Suspended);
    let told = desk.world.events.last();
    let Some(Event::Equivocated { node, proof }) = told else { panic!("told {told:?}") };
    let key = council.directory().member(*node).unwrap().profile.key;
    assert_eq!(proof.verify(*node, &key), Ok(()));
}

#[test]
fn an_epoch_needs_something_that_happened() {
    check(
        "close
         close
         root date 2026-11-23
         close
         close
         tick
         close
         root date 2026-11-24
         root date 2026-11-20
         close",
        &expect![[r#"
            close -> ok, again
            close -> ok
                epoch 0: 1 to 1
            root date 2026-11-23 -> ok
            close -> ok
                epoch 1: 2 to 3
            close -> ok, again
            tick -> ok
            close -> ok, again
            root date 2026-11-24 -> ok
            root date 2026-11-20 -> no: business date is not after the last one
            close -> ok
                epoch 2: 4 to 5
        "#]],
    );
}

/// DRV-06.
#[test]
fn a_replica_whose_epochs_come_to_something_else_than_the_leaders_has_diverged() {
    let [mut leader, mut sound, mut wrong] = [(); 3].map(|()| Desk::new());
    wrong.must("cn publish cn=2 cn-sha=3");
    for desk in [&mut leader, &mut sound, &mut wrong] {
        desk.must("tick");
        desk.must("close");
    }
    let compare = Command::Compare(leader.world.council.head());
    for (desk, diverged) in [(&mut sound, false), (&mut wrong, true)] {
        desk.world.apply(&compare).0.expect("taken");
        assert_eq!(desk.world.council.has_diverged(), diverged);
    }
}
