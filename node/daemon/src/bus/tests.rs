use super::*;
use gcfn_ledger::{LedgerFault, Posting};
use gcfn_model::Millis;
use gcfn_model::{Amount, Currency};

#[test]
fn what_the_bank_booked_and_the_books_cannot_take_is_an_alert() {
    let node: NodeId = "cn".parse().expect("a name");
    let (bank, suspense) = (Account::Bank(Pool::UserCustody), Account::Suspense(Pool::UserCustody));
    let amount = Amount::from_minor(5_000).expect("some");
    let entry = gcfn_ledger::Entry::new(Posting::Reversal, Currency::Cny);
    let entry = entry.with(suspense, bank, amount);
    let fault = LedgerFault::Overdrawn(bank);
    let event = gcfn_venue::Event::BankUnposted { entry: entry.clone(), fault };

    let (name, key, data) = describe(node, &event).expect("it is told");
    assert_eq!(name, "risk.alert_raised");
    assert!(EventType::new(name).is_some(), "the bus has a topic for it");
    let expected = SettlementAccount { node, pool: Pool::UserCustody };
    assert_eq!(key.to_string(), Key::Account(expected).to_string());
    assert_eq!((&data["alert"], &data["entry"]), (&json!("bank_unposted"), &json!(entry)));
    assert_eq!(data["why"], json!(fault.to_string()));
}

#[test]
fn an_alarm_about_a_bank_is_told_when_it_begins_and_when_it_ends() {
    let node: NodeId = "cn".parse().expect("a name");
    for (stands, expected) in [(true, "risk.alert_raised"), (false, "risk.alert_cleared")] {
        let (currency, alarm) = (Currency::Cny, BankAlarm::BankDown);
        let seen = BankAlarmSeen { currency, alarm, stands };
        let (name, key, data) =
            describe(node, &gcfn_venue::Event::BankAlarm(seen)).expect("it is told");
        assert_eq!((name, key.to_string().as_str()), (expected, "CNY"));
        assert!(EventType::new(name).is_some(), "the bus has a topic for it");
        let alert =
            json!({ "alert": "bank_down", "rule": "A-40", "level": "l3", "currency": "CNY" });
        assert_eq!(data, alert);
    }
}

#[test]
fn a_cycle_that_is_late_is_an_alert() {
    let node: NodeId = "cn".parse().expect("a name");
    let cycle = CycleId::derive(&[b"c"]);
    let late = ClearingEvent::CycleLate { cycle, by: Millis(3_600_000) };
    let (name, key, data) = describe(node, &gcfn_venue::Event::Clearing(late)).expect("told");
    assert_eq!(name, "risk.alert_raised");
    assert_eq!(key.to_string(), cycle.to_string());
    assert_eq!(data, json!({ "alert": "cycle_late", "cycle": cycle, "late_ms": 3_600_000 }));
}
