use super::*;
use expect_test::{expect, expect_file};
use std::fmt::Write as _;

/// Every variant of a refusal, by its number in the encoding; contents are zero.
fn refusals() -> Vec<Rejection> {
    let decode = |index: u16| {
        let mut number = postcard::to_allocvec(&index).expect("a number encodes");
        number.extend([0; 4]);
        postcard::from_bytes(&number).ok()
    };
    (0u16..).map_while(decode).collect()
}

#[test]
fn every_refusal_has_its_line() {
    let refusals = refusals();
    assert!(120 < refusals.len());
    for refusal in refusals {
        let name = format!("{refusal:?}");
        let name = name.split('(').next().expect("a name");
        assert_eq!(line(&refusal).code, name);
    }
}

#[test]
fn advice_is_advice() {
    for refusal in refusals() {
        let Line { advice, class, .. } = line(&refusal);
        assert!(!advice.ends_with('.') && advice.starts_with(|c: char| c.is_ascii_lowercase()));
        assert!(matches!(class.status(), 403 | 404 | 409 | 422), "{refusal:?}");
    }
}

/// What `docs/refusals.md` says is what is answered. Made anew with `UPDATE_EXPECT=1`.
#[test]
fn the_document_lists_every_refusal() {
    let mut text = String::from(include_str!("refusals-head.md"));
    for (number, refusal) in refusals().iter().enumerate() {
        let Line { code, class, retry, advice } = line(refusal);
        let retry = retry.as_str().replace('_', " ");
        let status = class.status();
        writeln!(text, "| {number} | `{code}` | {status} | {refusal} | {advice} | {retry} |")
            .expect("a string takes it");
    }
    expect_file!["../../../../docs/refusals.md"].assert_eq(&text);
}

#[test]
fn a_refusal_is_a_problem() {
    let problem = Problem::from(Rejection::InsufficientFunds);
    let text = serde_json::to_string_pretty(&problem.body("6f1c0a2b9d3e4f50")).expect("plain data");
    expect![[r#"
        {
          "type": "urn:gcfn:problem:InsufficientFunds",
          "title": "Insufficient funds",
          "status": 422,
          "code": "InsufficientFunds",
          "detail": "available money does not cover price and fee",
          "retryable": true,
          "retry": "new_key",
          "advice": "deposit more or lower the order",
          "instance": "urn:gcfn:request:6f1c0a2b9d3e4f50"
        }"#]]
    .assert_eq(&text);
}

#[test]
fn a_status_says_what_a_body_says() {
    let problem = Problem::rule("face", "face must be above zero").after(7);
    let body = serde_json::to_value(problem.body("1")).expect("plain data");
    let status = tonic::Status::from(problem);
    assert_eq!(status.message(), body["detail"]);
    for (name, field) in [
        ("gcfn-code", "code"),
        ("gcfn-retry", "retry"),
        ("gcfn-advice", "advice"),
        ("gcfn-field", "field"),
    ] {
        let said = status.metadata().get(name).and_then(|text| text.to_str().ok());
        assert_eq!(said, body[field].as_str(), "{name}");
    }
    assert_eq!(status.metadata().get("retry-after").expect("it is known"), "7");
}

#[test]
fn the_words_of_retry_are_those_of_bodies() {
    for retry in [Retry::Never, Retry::NewKey, Retry::SameKey] {
        assert_eq!(serde_json::to_value(retry).expect("a word"), retry.as_str());
    }
}
