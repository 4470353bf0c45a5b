use crate::journal::event;
use expect_test::expect;
use gcfn_events::{EventType, Topic};

/// Consumers parse these bytes: a change here is a change of [`gcfn_events::SCHEMA`].
#[test]
fn envelope_bytes_are_stable() {
    let bytes = event(1042, 3, 7).envelope("cn-sha".parse().unwrap());
    expect![[r#"{"schema":1,"id":"cn-sha/1042/3","seq":1042,"type":"trade.matched","at":"1970-01-01T00:17:22.000000Z","node":"cn-sha","data":{"buyer":"pty-0ch1pjj91zesqr6yb9mzqmwq59","price":"1250"}}"#]]
    .assert_eq(core::str::from_utf8(&bytes).unwrap());
}

#[test]
fn types_go_to_their_topics() {
    let topic = |name| EventType::new(name).map(EventType::topic);
    assert_eq!(topic("trade.settled"), Some(Topic::Trades));
    assert_eq!(topic("clearing.netted"), Some(Topic::Cycles));
    assert_eq!(topic("risk.alert_raised"), Some(Topic::Alerts));
    assert_eq!(topic("compliance.kyc_passed"), None);
    assert_eq!(topic("trade"), None);
}
