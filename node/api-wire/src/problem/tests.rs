use super::*;
use expect_test::expect;

/// Every variant of a refusal, by its number in the encoding; contents are zero.
fn refusals() -> Vec<Rejection> {
    let decode = |index: u8| postcard::from_bytes(&[index, 0, 0, 0, 0]).ok();
    (0u8..128).map_while(decode).collect()
}

#[test]
fn every_refusal_has_its_line() {
    let refusals = refusals();
    assert!(50 < refusals.len());
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
