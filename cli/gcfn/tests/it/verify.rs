//! `gcfn verify` on the vectors that other implementations get, and on damaged copies.

use crate::{gcfn, told, tree};
use expect_test::expect;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

fn verify(receipt: &Path, more: &[&str]) -> (i32, String, String) {
    let receipt = receipt.display().to_string();
    told(&gcfn(&[&["verify", &receipt], more].concat()))
}

fn vector(name: &str) -> String {
    tree("federation/anchor/vectors").join(name).display().to_string()
}

#[test]
fn the_vector_is_accepted_and_says_what_it_proves() {
    let receipt = vector("receipt.json");
    let (code, text, errors) = verify(Path::new(&receipt), &["--keys", &vector("roster.json")]);
    assert_eq!((code, errors.as_str()), (0, ""));
    expect![[r#"
        verified: this event is final
          network       gcfn-test
          cell          cn-sha
          event         13 of the cell
          epoch         4, closed at 1970-01-01T00:00:04.000000Z
          region        cn
          round         2, closed at 1970-01-01T00:00:12.000000Z
          co-signed by  cn, hk, root of 4
          roster        079cc7223735b6a0030e966bf3c3d89c8ae9fe0fac76331e15a35cf94a7a3e4a
          says          16 bytes
    "#]]
    .assert_eq(&text);
}

#[test]
fn json_is_one_document() {
    let receipt = vector("receipt.json");
    let keys = vector("roster.json");
    let more = ["--keys", &keys, "--output", "json"];
    let (code, text, _) = verify(Path::new(&receipt), &more);
    assert_eq!(code, 0);
    let document: serde_json::Value = serde_json::from_str(&text).expect("one document");
    assert_eq!((&document["valid"], &document["verified"]), (&true.into(), &true.into()));
    assert_eq!(document["event"]["bytes"].as_str().map(str::len), Some(32));
    assert!(document["event"]["says"].is_null(), "the vector is of no real event");
    assert_eq!(document["cell"], "cn-sha");
    assert_eq!(document["validators"], 4);
}

#[test]
fn a_program_is_told_why_a_receipt_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let copy = dir.path().join("receipt.json");
    let keys = vector("roster.json");
    let text = std::fs::read_to_string(vector("receipt.json")).expect("read");
    let damaged = text.replacen("636e2d7368", "636e2d7369", 1);
    let not_in_epoch = "event does not hash to a leaf of its epoch";
    for (written, reason) in [(damaged.as_str(), not_in_epoch), ("{", "it is not a receipt: ")] {
        std::fs::write(&copy, written).expect("written");
        let (code, text, _) = verify(&copy, &["--keys", &keys, "--output", "json"]);
        assert_eq!(code, 1);
        let document: serde_json::Value = serde_json::from_str(&text).expect("one document");
        assert_eq!(document["valid"], false);
        let told = document["reason"].as_str().expect("a reason");
        assert!(told.starts_with(reason), "{told}");
    }
}

#[test]
fn keys_lie_beside_the_receipt_unless_they_are_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let receipt = dir.path().join("receipt.json");
    std::fs::copy(vector("receipt.json"), &receipt).expect("copied");
    let (code, _, errors) = verify(&receipt, &[]);
    assert_eq!(code, 2, "no keys");
    assert!(errors.contains("validators.json"), "{errors}");
    std::fs::copy(vector("roster.json"), dir.path().join("validators.json")).expect("copied");
    assert_eq!(verify(&receipt, &[]).0, 0);
}

#[test]
fn any_flipped_bit_is_refused() {
    let bytes = std::fs::read(vector("receipt.json")).expect("read");
    let dir = tempfile::tempdir().expect("a folder");
    let copy = dir.path().join("receipt.json");
    let keys = vector("roster.json");
    for place in (0..bytes.len()).step_by(61) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1 << (place % 8);
        std::fs::write(&copy, damaged).expect("written");
        let (code, text, errors) = verify(&copy, &["--keys", &keys]);
        assert_eq!((code, text.as_str()), (1, ""), "byte {place}: {errors}");
        assert!(errors.contains("is refused: "), "{errors}");
    }
}

#[test]
fn a_refusal_names_the_step_that_does_not_match() {
    let text = std::fs::read_to_string(vector("receipt.json")).expect("read");
    let keys = vector("roster.json");
    let dir = tempfile::tempdir().expect("a folder");
    let copy = dir.path().join("receipt.json");
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is in the vector");
        std::fs::write(&copy, text.replacen(from, to, 1)).expect("written");
        let (code, _, errors) = verify(&copy, &["--keys", &keys]);
        assert_eq!(code, 1);
        errors.split("is refused: ").nth(1).expect("a reason").trim().to_owned()
    };
    assert_eq!(refused("636e2d7368", "636e2d7369"), "event does not hash to a leaf of its epoch");
    assert_eq!(refused("0593c21f", "0593c21e"), "epoch header is not under the head of its cell");
    assert_eq!(
        refused("dc4701bb", "dc4701ba"),
        "head of the cell is not under the root of its region"
    );
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gcfn"))
        .args(["verify", &vector("receipt.json"), "--keys", &vector("roster.json")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let mut errors = String::new();
    let mut stderr = child.stderr.take().expect("piped");
    stderr.read_to_string(&mut errors).expect("read");
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}
