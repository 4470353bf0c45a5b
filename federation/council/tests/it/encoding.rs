//! What is signed stays what it is: a change here breaks every signature ever made.

use crate::world::{amount, at, charter, name, network, profile, signer};
use expect_test::expect;
use gcfn_anchor::canon::sha256;
use gcfn_council::{Command, JoinRequest, Request, Role, SignedCommand, StaffWish, Verb};
use gcfn_model::{CommandId, Currency, PartyId, ProposalId};

fn lock_request() -> SignedCommand {
    let verb = Verb::RequestLock { pays: Currency::Cny, needs: Currency::Hkd, size: amount(1_000) };
    let id = CommandId::derive(&[b"1"]);
    let request = Request { author: name("cn-sha"), id, expires_at: at(60), verb };
    request.sign(network(), &signer("cn-sha"))
}

#[test]
fn the_layout_of_a_command() {
    let command = lock_request();
    let bytes = command.request.canonical(network());
    let shown: String = bytes.escape_ascii().map(char::from).collect();
    expect![[r#"\x00\x00\x00\x00\x00\x00\x00\x0fgcfn/command/v1\x00\x00\x00\x00\x00\x00\x00\tgcfn-test\x00\x00\x00\x00\x00\x00\x00\x06cn-sha\x00\x00\x00\x00\x00\x00\x00\x10\'at.\x8c\xb5\xdct(\xc8\xf2\xf4\\\r\xf0\x9f\x00\x00\x00\x00\x03\x93\x87\x00\x00\x00\x00\x00\x00\x00\x00\x05\t\x00\x01\xe8\x07"#]].assert_eq(&shown);

    let key = signer("cn-sha").public_key();
    assert_eq!(command.verify(network(), &key), Ok(sha256(&bytes)));
    assert!(command.verify(name("gcfn-else"), &key).is_err());
    let mut other = command.clone();
    other.request.expires_at = at(61);
    assert!(other.verify(network(), &key).is_err());

    let entry = Command::Signed(Box::new(command));
    let encoded = postcard::to_allocvec(&entry).expect("plain data");
    assert_eq!(postcard::from_bytes::<Command>(&encoded), Ok(entry));
}

#[test]
fn the_bytes_of_what_staff_wish() {
    let wish = StaffWish::Approve(ProposalId::derive(&[b"1"]));
    let verb = Verb::Staff { by: PartyId::derive(&[b"ann"]), wish };
    let bytes = postcard::to_allocvec(&verb).expect("plain data");
    let shown: String = bytes.escape_ascii().map(char::from).collect();
    expect![[r#"\x18\xd6\xa0\x02\x04\x15\xd0\xb3Q\x11\x03\x168\xb0\xabJ\x1b\x01H\x15\x13+\xbc\xf3S\xe7\xbf?f7\xb2]\x91!"#]].assert_eq(&shown);
    assert_eq!(postcard::from_bytes::<Verb>(&bytes), Ok(verb));
}

#[test]
fn the_digests_of_a_request_and_of_a_charter() {
    let request = JoinRequest {
        network: network(),
        profile: profile("cn-can", "cn", Role::Local, Some(Currency::Cny)),
        filing: "F-1".into(),
        deposit: "D-1".into(),
        certificate_request: "PKCS #10".into(),
    };
    expect!["21749b8b2895de519904f71c02d4dddaa8138368c17aa2fd3366fd73583adb2d"]
        .assert_eq(&request.digest().to_string());
    expect!["1546d39661595a0cf42e50c3704819c24bbb9ba1530a34713c3567999faf7bc3"]
        .assert_eq(&charter().digest().to_string());
}
