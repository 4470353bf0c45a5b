use super::*;
use gcfn_ledger::{LedgerFault, Posting};
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
