use super::*;
use crate::trading::NewOrder;
use expect_test::{Expect, expect};

#[expect(clippy::needless_pass_by_value, reason = "`expect![]` makes values")]
fn check(body_text: &str, expected: Expect) {
    let told = match body::<NewOrder>(body_text.as_bytes()) {
        Ok(order) => format!("{order:?}"),
        Err(fault) => format!("{}: {fault}", fault.field().unwrap_or("-")),
    };
    expected.assert_eq(&told);
}

const SERIES: &str = r#""series":"ser-0000000000000000000000000a""#;

#[test]
fn an_order_is_read_whole() {
    let limit = r#""limit":{"amount":"9.50","currency":"CNY"}"#;
    check(
        &format!(r#"{{{SERIES},"side":"buy","quantity":3,{limit},"time_in_force":"post_only"}}"#),
        expect![
            "NewOrder { series: Text(ser-0000000000000000000000000a), side: Buy, quantity: 3, limit: Some(Money { amount: Amount(950), currency: Cny }), time_in_force: PostOnly, display: None, not_before: None, expires_at: None, rate_lock: None }"
        ],
    );
}

#[test]
fn what_is_wrong_is_told_by_field_and_rule() {
    let rest = r#""side":"buy","quantity":3"#;
    check("", expect!["series: field is missing"]);
    check("[]", expect!["-: body is not a JSON object"]);
    check(
        &format!("{{{SERIES},{rest},\"prise\":1}}"),
        expect!["prise: field is unknown to this operation"],
    );
    check(
        &format!(r#"{{"series":"trd-0000000000000000000000000a",{rest}}}"#),
        expect!["series: id does not begin with ser-"],
    );
    check(
        &format!(r#"{{{SERIES},{rest},"limit":{{"amount":"9.505","currency":"CNY"}}}}"#),
        expect!["limit: amount has 3 decimals, CNY allows 2"],
    );
    check(
        &format!(r#"{{{SERIES},{rest},"limit":{{"amount":"9.5","currency":"XXX"}}}}"#),
        expect![
            "limit.currency: currency is not one of CNY, HKD, USD, SGD, EUR, JPY, AED, GBP, CHF, CAD, AUD, NZD, KRW, TWD, MOP, THB, MYR, INR, IDR, KWD"
        ],
    );
    check(&format!(r#"{{{SERIES},{rest},"limit":9.5}}"#), expect!["limit: value is not an object"]);
}

#[test]
fn what_was_sent_is_not_told() {
    check(
        &format!(r#"{{{SERIES},"side":"Zhang San","quantity":3}}"#),
        expect!["side: value is not one of buy, sell"],
    );
    check(
        &format!(r#"{{{SERIES},"side":"buy","quantity":"Zhang San"}}"#),
        expect!["quantity: value is not a whole number in range"],
    );
    check(
        &format!(r#"{{{SERIES},"side":"buy","quantity":-3}}"#),
        expect!["quantity: value is not a whole number in range"],
    );
    check(
        &format!(r#"{{{SERIES},"Zhang San":1}}"#),
        expect!["-: field is unknown to this operation"],
    );
}
