//! Who is a member: signatures, admission, suspension, keys.

use crate::script::check;
use crate::world::{World, charter, council, genesis, name, network, profile, signer};
use expect_test::expect;
use gcfn_council::{APPLICANTS_MAX, Council, GenesisFault, JoinRequest, Refusal, Role, Verb};
use gcfn_model::Currency;

#[test]
fn a_signature_takes_effect_once() {
    check(
        "at 10
         root date 2026-11-23 #1
         again
         root date 2026-11-24 #1
         root date 2026-11-24 #2 expired
         root date 2026-11-24 #2 lasting
         root date 2026-11-24 #2 forged
         mallory date 2026-11-24
         root date 2026-11-22
         at 70
         again
         root date 2026-11-24 #1
         root date 2026-11-24",
        &expect![[r#"
            at 10 -> ok
            root date 2026-11-23 #1 -> ok
            again -> ok
            root date 2026-11-24 #1 -> no: command id was used before with other content
            root date 2026-11-24 #2 expired -> no: command has expired
            root date 2026-11-24 #2 lasting -> no: command expires later than the network allows
            root date 2026-11-24 #2 forged -> no: signature is not the author's over this command in this network
            mallory date 2026-11-24 -> no: author is not in the directory
            root date 2026-11-22 -> no: business date is not after the last one
            at 70 -> ok
            again -> no: command has expired
            root date 2026-11-24 #1 -> ok
            root date 2026-11-24 -> ok, again
        "#]],
    );
}

#[test]
fn roles_bound_what_a_node_may_send() {
    check(
        "at 10
         cn-reg apply cn-can cn local CNY
         cn-reg approve suspend cn
         cn-reg list s 10
         cn-sha approve suspend cn
         cn-sha date 2026-11-23
         cn date 2026-11-23
         root list s 10
         root publish cn=1
         cn-sha publish cn-sha=1
         cn-sha quote CNY/HKD 108 110 1000 30
         root quote CNY/HKD 108 110 1000 30",
        &expect![[r#"
            at 10 -> ok
            cn-reg apply cn-can cn local CNY -> no: role may not send this command
            cn-reg approve suspend cn -> no: role may not send this command
            cn-reg list s 10 -> no: role may not send this command
            cn-sha approve suspend cn -> no: role may not send this command
            cn-sha date 2026-11-23 -> no: role may not send this command
            cn date 2026-11-23 -> no: role may not send this command
            root list s 10 -> no: role may not send this command
            root publish cn=1 -> no: role may not send this command
            cn-sha publish cn-sha=1 -> no: role may not send this command
            cn-sha quote CNY/HKD 108 110 1000 30 -> no: author is not a dealer
            root quote CNY/HKD 108 110 1000 30 -> no: role may not send this command
        "#]],
    );
}

#[test]
fn two_thirds_admit() {
    check(
        "at 10
         cn apply cn-can cn local CNY
         cn-can list s 10
         root approve admit cn-can
         root approve admit cn-can
         cn approve admit cn-can
         hk approve admit cn-can
         sg approve admit cn-can
         cn-can list s 10
         cn-can list s 10
         cn-can list s 11
         hk-kln list s 10
         hk-kln list t 0
         cn certify cn-can
         root certify cn-can
         root certify cn-can
         root certify cn-pek",
        &expect![[r#"
            at 10 -> ok
            cn apply cn-can cn local CNY -> ok
            cn-can list s 10 -> no: author is not an active member
            root approve admit cn-can -> ok, waits
            root approve admit cn-can -> ok, waits
            cn approve admit cn-can -> ok, waits
            hk approve admit cn-can -> ok
                decided by cn hk root: admit cn-can
            sg approve admit cn-can -> ok, again
            cn-can list s 10 -> ok
            cn-can list s 10 -> ok, again
            cn-can list s 11 -> no: series is listed with other content
            hk-kln list s 10 -> no: series is listed with other content
            hk-kln list t 0 -> no: series has no coupons, no face value or has ended
            cn certify cn-can -> no: role may not send this command
            root certify cn-can -> ok
            root certify cn-can -> ok, again
            root certify cn-pek -> no: node is not in the directory
        "#]],
    );
}

#[test]
fn a_suspended_validator_has_no_say_and_is_not_waited_for() {
    check(
        "at 10
         root approve suspend cn
         hk approve suspend cn
         sg approve suspend cn
         cn approve resume cn
         root approve resume cn
         hk approve resume cn",
        &expect![[r#"
            at 10 -> ok
            root approve suspend cn -> ok, waits
            hk approve suspend cn -> ok, waits
            sg approve suspend cn -> ok
                decided by hk root sg: suspend cn
            cn approve resume cn -> no: author is not an active member
            root approve resume cn -> ok, waits
            hk approve resume cn -> ok
                decided by hk root: resume cn
        "#]],
    );
}

#[test]
fn names_keys_and_places_are_not_shared() {
    check(
        "at 10
         cn apply cn-can cn local CNY
         cn apply cn-can cn local CNY
         cn apply cn-can cn local CNY key=other
         cn apply cn-pek cn local CNY key=cn-can
         cn apply cn-pek cn local CNY key=hk
         cn apply cn-pek cn local CNY unsigned
         cn apply cn-pek cn local CNY elsewhere
         cn apply cn-pek cn local
         cn apply cn-pek cn regulator CNY
         cn apply cn-pek cn regulator dealer
         cn apply federation cn local CNY
         cn apply boss cn root
         cn apply cn2 cn regional CNY
         root approve admit cn-can blind
         root approve admit cn-xyz",
        &expect![[r#"
            at 10 -> ok
            cn apply cn-can cn local CNY -> ok
            cn apply cn-can cn local CNY -> ok, again
            cn apply cn-can cn local CNY key=other -> no: name is taken
            cn apply cn-pek cn local CNY key=cn-can -> no: key is taken
            cn apply cn-pek cn local CNY key=hk -> no: key is taken
            cn apply cn-pek cn local CNY unsigned -> no: join request is not signed with the key in it
            cn apply cn-pek cn local CNY elsewhere -> no: request is for another network
            cn apply cn-pek cn local -> no: profile: currency is missing at a trading node or given at another
            cn apply cn-pek cn regulator CNY -> no: profile: currency is missing at a trading node or given at another
            cn apply cn-pek cn regulator dealer -> no: profile: dealer has no venue
            cn apply federation cn local CNY -> no: profile: name is the federation's own
            cn apply boss cn root -> no: network has exactly one root
            cn apply cn2 cn regional CNY -> no: a regional is a founder: it joins when the network is founded
            root approve admit cn-can blind -> no: node has applied with another request
            root approve admit cn-xyz -> no: node is not in the directory
        "#]],
    );
}

#[test]
fn an_applicant_that_is_turned_away_leaves_its_name_free() {
    check(
        "at 10
         cn apply cn-can cn local CNY
         root approve admit cn-can
         root approve remove cn-can
         cn approve remove cn-can
         hk approve remove cn-can
         cn approve admit cn-can
         cn apply cn-can cn local CNY
         cn approve admit cn-can
         sg approve admit cn-can
         hk approve admit cn-can",
        &expect![[r#"
            at 10 -> ok
            cn apply cn-can cn local CNY -> ok
            root approve admit cn-can -> ok, waits
            root approve remove cn-can -> ok, waits
            cn approve remove cn-can -> ok, waits
            hk approve remove cn-can -> ok
                decided by cn hk root: remove cn-can
            cn approve admit cn-can -> no: node is not in the directory
            cn apply cn-can cn local CNY -> ok
            cn approve admit cn-can -> ok, waits
            sg approve admit cn-can -> ok, waits
            hk approve admit cn-can -> ok
                decided by cn hk sg: admit cn-can
        "#]],
    );
}

#[test]
fn so_many_may_wait_to_be_admitted() {
    let mut world = World::new();
    let mut apply = |n: usize| {
        let node = format!("n{n}");
        let request = JoinRequest {
            network: network(),
            profile: profile(&node, "cn", Role::Local, Some(Currency::Cny)),
            filing: String::new(),
            deposit: String::new(),
            certificate_request: String::new(),
        };
        let signer = signer(&node);
        world.say("cn", Verb::Apply(Box::new(request.sign(&signer)))).0
    };
    for n in 0..APPLICANTS_MAX {
        apply(n).expect("a place is free");
    }
    assert_eq!(apply(APPLICANTS_MAX), Err(Refusal::TooManyApplicants));
}

#[test]
fn a_removed_name_is_never_used_again() {
    check(
        "at 10
         root approve remove cn-sha
         cn approve remove cn-sha
         hk approve remove cn-sha
         sg approve remove cn-sha
         cn-sha list s 10
         cn apply cn-sha cn local CNY key=new
         cn apply cn-sha2 cn local CNY key=cn-sha
         root approve resume cn-sha
         root approve remove root",
        &expect![[r#"
            at 10 -> ok
            root approve remove cn-sha -> ok, waits
            cn approve remove cn-sha -> ok, waits
            hk approve remove cn-sha -> ok
                decided by cn hk root: remove cn-sha
            sg approve remove cn-sha -> ok, again
            cn-sha list s 10 -> no: author is not an active member
            cn apply cn-sha cn local CNY key=new -> no: name is taken
            cn apply cn-sha2 cn local CNY key=cn-sha -> no: key is taken
            root approve resume cn-sha -> no: status of the node does not allow this step
            root approve remove root -> no: network has exactly one root
        "#]],
    );
}

#[test]
fn approvals_age() {
    check(
        "at 10
         root approve suspend cn-sha
         cn approve suspend cn-sha
         at 604811
         hk approve suspend cn-sha
         root approve suspend cn-sha
         cn approve suspend cn-sha",
        &expect![[r#"
            at 10 -> ok
            root approve suspend cn-sha -> ok, waits
            cn approve suspend cn-sha -> ok, waits
            at 604811 -> ok
            hk approve suspend cn-sha -> ok, waits
            root approve suspend cn-sha -> ok, waits
            cn approve suspend cn-sha -> ok
                decided by cn hk root: suspend cn-sha
        "#]],
    );
}

#[test]
fn a_validator_stands_by_one_decision_about_a_matter_at_a_time() {
    check(
        "at 10
         root approve cap cn-sha HKD 500
         cn approve cap cn-sha HKD 500
         cn approve cap cn-sha HKD 400
         hk approve cap cn-sha HKD 500
         root approve cap cn-sha HKD 400
         hk approve cap cn-sha HKD 400
         sg approve cap cn-sha HKD 500
         root approve suspend cn-sha
         cn approve remove cn-sha
         root approve remove cn-sha
         hk approve suspend cn-sha
         sg approve remove cn-sha
         root approve cap cn-sha HKD 300",
        &expect![[r#"
            at 10 -> ok
            root approve cap cn-sha HKD 500 -> ok, waits
            cn approve cap cn-sha HKD 500 -> ok, waits
            cn approve cap cn-sha HKD 400 -> ok, waits
            hk approve cap cn-sha HKD 500 -> ok, waits
            root approve cap cn-sha HKD 400 -> ok, waits
            hk approve cap cn-sha HKD 400 -> ok
                decided by cn hk root: cap cn-sha at 400 HKD
                cn-sha/UC may owe Some(Amount(400)) HKD
            sg approve cap cn-sha HKD 500 -> ok, waits
            root approve suspend cn-sha -> ok, waits
            cn approve remove cn-sha -> ok, waits
            root approve remove cn-sha -> ok, waits
            hk approve suspend cn-sha -> ok, waits
            sg approve remove cn-sha -> ok
                decided by cn root sg: remove cn-sha
            root approve cap cn-sha HKD 300 -> no: status of the node does not allow this step
        "#]],
    );
}

#[test]
fn a_majority_of_the_validators_is_left() {
    check(
        "at 10
         root approve suspend cn
         hk approve suspend cn
         sg approve suspend cn
         root approve remove hk
         root approve suspend root
         root approve remove cn
         sg approve remove cn
         root approve suspend cn-sha",
        &expect![[r#"
            at 10 -> ok
            root approve suspend cn -> ok, waits
            hk approve suspend cn -> ok, waits
            sg approve suspend cn -> ok
                decided by hk root sg: suspend cn
            root approve remove hk -> no: no majority of the validators would be left
            root approve suspend root -> no: no majority of the validators would be left
            root approve remove cn -> ok, waits
            sg approve remove cn -> ok
                decided by root sg: remove cn
            root approve suspend cn-sha -> ok, waits
        "#]],
    );
}

#[test]
fn a_rotated_key_signs_from_then_on() {
    let desk = check(
        "at 10
         root approve rotate cn-sha hk
         root approve rotate cn-sha fresh
         cn approve rotate cn-sha fresh
         hk approve rotate cn-sha fresh
         cn-sha list s 10
         cn-sha list s 10 forged
         cn apply cn-can cn local CNY key=cn-sha",
        &expect![[r#"
            at 10 -> ok
            root approve rotate cn-sha hk -> no: key is taken
            root approve rotate cn-sha fresh -> ok, waits
            cn approve rotate cn-sha fresh -> ok, waits
            hk approve rotate cn-sha fresh -> ok
                decided by cn hk root: rotate the key of cn-sha
            cn-sha list s 10 -> ok
            cn-sha list s 10 forged -> no: signature is not the author's over this command in this network
            cn apply cn-can cn local CNY key=cn-sha -> no: key is taken
        "#]],
    );
    let member = desk.world.council.directory().member(name("cn-sha")).unwrap();
    assert_eq!(member.profile.key, signer("fresh").public_key());
}

#[test]
fn a_network_begins_with_two_thirds_of_consent() {
    let start = |consenting: &[&str]| Council::new(genesis(consenting)).map(|_| ());
    assert_eq!(start(&["root", "cn", "hk"]), Ok(()));
    assert_eq!(start(&["root", "cn", "hk", "sg", "cn-sha"]), Ok(()));
    assert_eq!(start(&["root", "cn"]), Err(GenesisFault::NotEnough));
    assert_eq!(start(&["root", "cn", "cn-sha", "cn-reg"]), Err(GenesisFault::NotEnough));
    assert_eq!(start(&["root", "cn", "cn"]), Err(GenesisFault::NotEnough));
    assert_eq!(start(&["mallory"]), Err(GenesisFault::Consent(name("mallory"))));

    let mut other = genesis(&["root", "cn", "hk"]);
    other.charter.params.settlement_days = 3;
    assert_eq!(Council::new(other).map(|_| ()), Err(GenesisFault::Consent(name("root"))));
}

#[test]
fn a_charter_must_be_sound() {
    let fault = |change: fn(&mut gcfn_council::Charter)| {
        let mut charter = charter();
        change(&mut charter);
        let consents = ["root", "cn", "hk"].map(|node| charter.consent(name(node), &signer(node)));
        Council::new(gcfn_council::Genesis { charter, consents: consents.into() }).map(|_| ())
    };
    assert_eq!(
        fault(|c| c.founders[1].profile.currency = None),
        Err(GenesisFault::Profile(name("cn"), gcfn_council::ProfileFault::Currency))
    );
    assert_eq!(
        fault(|c| c.founders.extend_from_within(4..5)),
        Err(GenesisFault::NameTaken(name("cn-sha")))
    );
    assert_eq!(
        fault(|c| c.founders[5].profile.key = c.founders[4].profile.key),
        Err(GenesisFault::KeyTaken(name("hk-kln")))
    );
    assert_eq!(fault(|c| c.founders[4].weight = 1), Err(GenesisFault::Weight(name("cn-sha"))));
    assert_eq!(fault(|c| c.founders[3].weight = 0), Err(GenesisFault::Weight(name("sg"))));
    assert_eq!(
        fault(|c| c.founders[3].profile.region = name("hk")),
        Err(GenesisFault::RegionTaken(name("hk")))
    );
    assert_eq!(fault(|c| drop(c.founders.remove(0))), Err(GenesisFault::Root));
    assert_eq!(council().directory().member(name("root")).unwrap().profile.role, Role::Root);
}
