//! What a bank reads.

use crate::world::{Bank, IBAN, Machine, NAME, World, order, party, pay_in, statements};
use expect_test::{ExpectFile, expect_file};
use gcfn_banking::{Creditor, Errand, ReasonCode};
use gcfn_iso20022::{AccountNumber, BusinessMessage, Document, PaymentIds, read};
use gcfn_transport::{Leaving, Order};

/// Sends `order` and compares what the bank gets with its golden file.
async fn sent(order: impl Copy + Into<Leaving>, golden: ExpectFile) -> BusinessMessage {
    let (world, bank) = (World::new().await, Bank::default());
    world.know("iban", "GB82 WEST 1234 5698 7654 32").await;
    world.know("bic", "WESTGB22").await;
    let mut outbox = world.outbox(bank.clone()).await;
    Machine::default().deliver(&mut outbox, 1, &[order]).await.unwrap();
    let [message] = bank.got().try_into().unwrap();
    golden.assert_eq(std::str::from_utf8(&message.bytes).unwrap());
    read(&message.bytes).unwrap()
}

#[tokio::test]
async fn a_question_names_the_payment_by_every_id() {
    let order = Order { errand: Some(Errand::Ask { number: 2 }), ..pay_in(1) };
    let message = sent(order, expect_file!["../golden/question.xml"]).await;
    let Document::StatusRequest(message) = message.document else { panic!() };
    let [asked] = message.payments.try_into().unwrap();
    assert_eq!(asked.original.uetr, Some(order.uetr()));
    assert_eq!(asked.original.end_to_end, Some(ids(&order).end_to_end));
    assert_ne!(message.group.id, ids(&order).end_to_end, "a question has an id of its own");
}

#[tokio::test]
async fn a_question_for_statements_names_account_and_days() {
    let message = sent(statements(1), expect_file!["../golden/statements.xml"]).await;
    let Document::ReportingRequest(message) = message.document else { panic!() };
    let [asked] = message.requests.try_into().unwrap();
    assert_eq!(asked.account.unwrap().to_string(), "GCFN-CN-SHA-UC-CNY");
    let period = asked.period.unwrap();
    assert_eq!(
        (period.from, period.to),
        (statements(1).request.from, Some(statements(1).request.to))
    );
}

#[tokio::test]
async fn a_request_to_cancel_says_what_and_why() {
    let errand = Errand::Recall { number: 1, reason: ReasonCode::DUPLICATE };
    let order = Order { errand: Some(errand), ..order(2, Creditor::Party(party(7))) };
    let message = sent(order, expect_file!["../golden/request.xml"]).await;
    let Document::CancellationRequest(message) = message.document else { panic!() };
    let [underlying] = message.underlying.try_into().unwrap();
    let [asked] = underlying.payments.try_into().unwrap();
    assert_eq!(asked.original.uetr, Some(order.uetr()));
    assert_eq!(asked.original.settlement.unwrap().amount, order.instruction.amount);
    assert_eq!(asked.reasons[0].reason_code(), Some(ReasonCode::DUPLICATE));
}

fn ids(order: &Order) -> PaymentIds {
    let id = order.instruction.id.to_string();
    PaymentIds {
        instruction: Some(id.parse().unwrap()),
        end_to_end: id.parse().unwrap(),
        transaction: None,
        uetr: Some(order.instruction.uetr()),
    }
}

#[tokio::test]
async fn a_pay_in_goes_from_pool_to_pool() {
    let order = pay_in(1);
    let message = sent(order, expect_file!["../golden/pay-in.xml"]).await;
    let Document::InstitutionCreditTransfer(message) = message.document else { panic!() };
    let [transfer] = message.transfers.try_into().unwrap();
    assert_eq!(transfer.ids, ids(&order));
    assert_eq!(transfer.settlement.amount, order.instruction.amount);
    assert_eq!(transfer.settlement_date, Some(order.instruction.value_date));
    let number = |text: &str| Some(text.parse::<AccountNumber>().unwrap());
    assert_eq!(transfer.debtor_account, number("GCFN-CN-SHA-UC-CNY"));
    assert_eq!(transfer.creditor_account, number("GCFN-CN-CH-CNY"));
}

#[tokio::test]
async fn a_withdrawal_goes_to_the_account_in_the_vault() {
    let order = order(2, Creditor::Party(party(7)));
    let message = sent(order, expect_file!["../golden/withdrawal.xml"]).await;
    let Document::PaymentInitiation(message) = message.document else { panic!() };
    let [payment] = message.payments.try_into().unwrap();
    assert_eq!(payment.execution_date, order.instruction.value_date);
    let [transfer] = payment.transfers.try_into().unwrap();
    assert_eq!(transfer.ids, ids(&order));
    assert_eq!(transfer.instructed.amount, order.instruction.amount);
    assert_eq!(transfer.creditor.unwrap().name.unwrap().as_str(), NAME);
    assert_eq!(transfer.creditor_account.unwrap().to_string(), IBAN);
    assert_eq!(transfer.creditor_agent.unwrap().bic, Some("WESTGB22".parse().unwrap()));
}
