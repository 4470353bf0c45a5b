//! Messages of a bank, decoded and encoded by hand.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use crate::{gcfn, told, tree};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A message as the codec writes it.
fn golden(definition: &str) -> PathBuf {
    tree(&format!("bank-connectors/iso20022/tests/golden/{definition}.xml"))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

fn decoded(file: &Path) -> Value {
    let (code, out, err) = told(&gcfn(&["bank", "decode", text(file), "--output", "json"]));
    assert_eq!((code, err.as_str()), (0, ""));
    serde_json::from_str(&out).expect("one document")
}

/// Writes `content` into a file of `folder`.
fn file(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file");
    path
}

#[test]
fn a_message_is_told_with_amounts_in_minor_units() {
    let said = decoded(&golden("pacs.008.001.08"));
    assert_eq!((&said["type"], &said["version"]), (&"pacs.008".into(), &"001.08".into()));
    assert_eq!(said["profile"], "base");
    assert_eq!(said["header"]["from"]["bic"], "BANKCNSH");
    let transfer = &said["document"]["CustomerCreditTransfer"]["transfers"][0];
    assert_eq!(transfer["settlement"], serde_json::json!({ "amount": 8005, "currency": "EUR" }));
    assert_eq!(transfer["creditor"]["name"], "Zoé Müller");
    let (code, out, _) = told(&gcfn(&["bank", "decode", text(&golden("pacs.008.001.08"))]));
    assert_eq!(code, 0);
    assert!(out.contains("80.05 EUR"), "{out}");
}

#[test]
fn every_message_comes_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = std::fs::read_dir(golden("x").parent().expect("a folder")).expect("golden files");
    for path in files.map(|entry| entry.expect("a file").path()) {
        let said = decoded(&path);
        let json = file(&folder, "message.json", said.to_string().as_bytes());
        let (code, out, err) = told(&gcfn(&["bank", "encode", text(&json)]));
        assert_eq!((code, err.as_str()), (0, ""), "{}", path.display());
        assert_eq!(out, std::fs::read_to_string(&path).expect("text"), "{}", path.display());
    }
}

#[test]
fn a_refusal_names_rule_place_and_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = std::fs::read_to_string(golden("pacs.008.001.08")).expect("text");
    let broken = whole.replace("80.05", "80.055");
    let broken = file(&folder, "broken.xml", broken.as_bytes());
    let (code, out, err) = told(&gcfn(&["bank", "decode", text(&broken), "--output", "json"]));
    assert_eq!(code, 1);
    let said: Value = serde_json::from_str(&out).expect("one document");
    assert_eq!((&said["read"], &said["rule"]), (&false.into(), &"amount".into()));
    assert_eq!(said["path"], "BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmAmt");
    assert!(said["line"].is_u64() && said["column"].is_u64(), "{said}");
    assert!(err.contains("amount has 3 decimals, EUR allows 2"), "{err}");
    // Refusals name nobody.
    assert!(!err.contains("Zoé") && !out.contains("Zoé"), "{err}{out}");
    let (code, ..) = told(&gcfn(&["bank", "decode", "/nowhere/message.xml"]));
    assert_eq!(code, 4);
}

#[test]
fn what_a_message_cannot_hold_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let encode = |said: &Value, more: &[&str]| {
        let json = file(&folder, "message.json", said.to_string().as_bytes());
        let verb = ["bank", "encode", text(&json)];
        let (code, out, err) = told(&gcfn(&[&verb, more].concat()));
        assert_eq!((code, out.as_str()), (1, ""));
        err
    };
    let whole = decoded(&golden("pacs.008.001.08"));
    let transfer = "/document/CustomerCreditTransfer/transfers/0";
    let change = |pointer: &str, value: Value| {
        let mut said = whole.clone();
        *said.pointer_mut(pointer).expect("it is there") = value;
        said
    };
    // A word that no message has.
    let mut unknown = whole.clone();
    unknown.pointer_mut(transfer).expect("it is there")["urgent"] = true.into();
    let said = encode(&unknown, &[]);
    assert!(said.contains("document.CustomerCreditTransfer.transfers.0.urgent"), "{said}");
    // A fourth bank where the schema has room for three.
    let banks = vec![serde_json::json!({ "bic": "DEUTDEFF" }); 4];
    let four = change(&format!("{transfer}/routing/intermediaries"), banks.into());
    assert!(encode(&four, &[]).contains("more than the message has room for"));
    // A name that is too long is not cut.
    let long = change(&format!("{transfer}/creditor/name"), "x".repeat(141).into());
    assert!(encode(&long, &[]).contains("text is not 1 to 140 characters"));
    // A rule of the market, if one is named.
    let accents = encode(&whole, &["--profile", "cbpr"]);
    assert!(accents.contains("sender is the instructing agent"), "{accents}");
}

#[test]
fn the_official_schemas_are_a_second_opinion() {
    let shared =
        std::env::var_os("GCFN_REFERENCE").map_or(tree("../shared/reference"), PathBuf::from);
    let schemas = shared.join("iso20022/xsd/iso");
    if !schemas.is_dir() {
        eprintln!("SKIPPED: {} is not there; set GCFN_REFERENCE", schemas.display());
        return;
    }
    let decode = |file: &Path| {
        let verb = ["bank", "decode", text(file), "--schemas", text(&schemas), "--output", "json"];
        told(&gcfn(&verb))
    };
    let whole = golden("pacs.008.001.08");
    assert_eq!(decode(&whole).0, 0);
    // What is recognised by name and skipped is still looked at by the schema.
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(&whole).expect("text");
    let wrong = text.replace("<SttlmInf>", "<BtchBookg>perhaps</BtchBookg><SttlmInf>");
    let wrong = wrong.replace("<NbOfTxs>1</NbOfTxs>", "");
    let wrong = wrong.replace("</BtchBookg>", "</BtchBookg><NbOfTxs>1</NbOfTxs>");
    let (code, out, _) = decode(&file(&folder, "wrong.xml", wrong.as_bytes()));
    let said: Value = serde_json::from_str(&out).expect("one document");
    assert_eq!((code, &said["rule"]), (1, &"schema".into()), "{said}");
    assert_eq!(said["path"], "BusMsg/Document/FIToFICstmrCdtTrf/GrpHdr/BtchBookg", "{said}");
}

#[test]
fn a_message_is_signed_and_checked_by_hand() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("bank.key");
    let (code, public, err) = told(&gcfn(&["bank", "key", text(&key)]));
    assert_eq!((code, err.as_str(), public.trim().len()), (0, "", 64));
    let (_, again, _) = told(&gcfn(&["bank", "key", text(&key)]));
    assert_eq!(again, public, "a key is made once");

    let message = file(&folder, "status.xml", b"<Document/>");
    let route = ["--network", "gcfn-test", "--from", "BANKCNSH", "--to", "cn-sha"];
    let sign = [&["bank", "sign", text(&message), "--seed", text(&key)], &route[..]].concat();
    let (code, signature, err) = told(&gcfn(&sign));
    assert_eq!((code, err.as_str(), signature.trim().len()), (0, "", 128));
    file(&folder, "status.xml.sig", signature.as_bytes());

    let check = [&["bank", "check", text(&message), "--by", public.trim()], &route[..]].concat();
    let (code, out, _) = told(&gcfn(&check));
    assert_eq!(
        (code, out.as_str()),
        (0, "signed by this key, over this message, to this receiver\n")
    );
    let elsewhere = check.iter().map(|word| if *word == "cn-sha" { "cn" } else { word });
    let (code, out, err) = told(&gcfn(&elsewhere.collect::<Vec<_>>()));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("not of the sender's key"), "{err}");
    let neither = check.iter().map(|word| if *word == "cn-sha" { "GCFNHKHH" } else { word });
    let (code, _, err) = told(&gcfn(&neither.collect::<Vec<_>>()));
    assert_eq!(code, 2, "{err}");
}
