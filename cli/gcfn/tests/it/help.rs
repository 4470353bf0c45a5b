//! Every `--help` is a golden text: it is what people learn the program from.

use crate::{gcfn, told};
use expect_test::expect_file;

const VERBS: [(&str, &[&str]); 64] = [
    ("gcfn", &[]),
    ("app", &["app"]),
    ("app-buy", &["app", "buy"]),
    ("app-redeem", &["app", "redeem"]),
    ("app-issue", &["app", "issue"]),
    ("app-offer", &["app", "offer"]),
    ("app-offer-sell", &["app", "offer", "sell"]),
    ("app-auction", &["app", "auction"]),
    ("bank", &["bank"]),
    ("bank-decode", &["bank", "decode"]),
    ("bank-encode", &["bank", "encode"]),
    ("bank-key", &["bank", "key"]),
    ("bank-sign", &["bank", "sign"]),
    ("bank-check", &["bank", "check"]),
    ("bank-queue", &["bank", "queue"]),
    ("bank-trace", &["bank", "trace"]),
    ("bank-breaks", &["bank", "breaks"]),
    ("conformance", &["conformance"]),
    ("conformance-bank", &["conformance", "bank"]),
    ("conformance-simulator", &["conformance", "simulator"]),
    ("op", &["op"]),
    ("op-proposal", &["op", "proposal"]),
    ("op-issuer", &["op", "issuer"]),
    ("op-party-register", &["op", "party", "register"]),
    ("testnet", &["testnet"]),
    ("testnet-up", &["testnet", "up"]),
    ("testnet-down", &["testnet", "down"]),
    ("testnet-status", &["testnet", "status"]),
    ("testnet-demo", &["testnet", "demo"]),
    ("testnet-chaos", &["testnet", "chaos"]),
    ("testnet-load", &["testnet", "load"]),
    ("testnet-restart", &["testnet", "restart"]),
    ("testnet-pay-in", &["testnet", "pay-in"]),
    ("node", &["node"]),
    ("node-init", &["node", "init"]),
    ("node-start", &["node", "start"]),
    ("node-new-key", &["node", "new-key"]),
    ("status", &["status"]),
    ("federation-found", &["federation", "found"]),
    ("federation-members", &["federation", "members"]),
    ("federation-admit", &["federation", "admit"]),
    ("federation-suspend", &["federation", "suspend"]),
    ("federation-resume", &["federation", "resume"]),
    ("federation-remove", &["federation", "remove"]),
    ("federation-rotate-key", &["federation", "rotate-key"]),
    ("federation-cap", &["federation", "cap"]),
    ("federation-pending", &["federation", "pending"]),
    ("clearing", &["clearing"]),
    ("clearing-cycles", &["clearing", "cycles"]),
    ("fx", &["fx"]),
    ("fx-quotes", &["fx", "quotes"]),
    ("fx-lock", &["fx", "lock"]),
    ("fx-deals", &["fx", "deals"]),
    ("region-value-date", &["region", "value-date"]),
    ("region-calendar", &["region", "calendar"]),
    ("clearing-preview", &["clearing", "preview"]),
    ("clearing-run", &["clearing", "run"]),
    ("clearing-queue", &["clearing", "queue"]),
    ("verify", &["verify"]),
    ("reg", &["reg"]),
    ("script", &["script"]),
    ("script-run", &["script", "run"]),
    ("script-check", &["script", "check"]),
    ("script-grammar", &["script", "grammar"]),
];

#[test]
fn help_teaches() {
    for (name, verb) in VERBS {
        let (code, text, errors) = told(&gcfn(&[verb, &["--help"]].concat()));
        assert_eq!((code, errors.as_str()), (0, ""), "{name}");
        let path = format!("{}/tests/it/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        expect_file![path].assert_eq(&text);
    }
}

#[test]
fn every_verb_that_does_something_shows_an_example() {
    for (name, verb) in VERBS.iter().filter(|(_, verb)| 1 < verb.len()) {
        let (_, text, _) = told(&gcfn(&[*verb, &["--help"]].concat()));
        assert!(text.contains("Example"), "{name} has no example");
    }
}

#[test]
fn wrong_usage_is_two() {
    for wrong in [&["nonsense"][..], &["node", "init"], &["verify"], &["--output", "xml", "reg"]] {
        let (code, text, errors) = told(&gcfn(wrong));
        assert_eq!((code, text.as_str()), (2, ""), "{wrong:?}");
        assert!(!errors.is_empty());
    }
}
