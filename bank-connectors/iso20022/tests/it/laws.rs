//! Reading is the inverse of writing, and reading never panics.

use crate::examples::{documents, money, of, with_header};
use gcfn_banking::{ReasonCode, Side, TransactionStatus};
use gcfn_iso20022::{
    AccountNumber, BusinessMessage, Detail, Document, Entry, EntryStatus, Notifications,
    PaymentIds, Reference, Remittance, Text, TransactionReport, read, write,
};
use gcfn_model::{Amount, BusinessDate, Currency, Timestamp, Uetr};
use proptest::option;
use proptest::prelude::*;

fn text<const MAX: usize>() -> impl Strategy<Value = Text<MAX>> {
    let character = any::<char>().prop_map(|c| if of_xml(c) { c } else { '券' });
    proptest::collection::vec(character, 1..=MAX)
        .prop_map(|chars| of(&chars.into_iter().collect::<String>()))
}

fn of_xml(c: char) -> bool {
    c.to_string().parse::<Text<1>>().is_ok()
}

fn reference() -> impl Strategy<Value = Reference> {
    "[ -~]{1,35}".prop_map(|text| of(&text))
}

fn uetr() -> impl Strategy<Value = Uetr> {
    any::<[u8; 8]>().prop_map(|bytes| Uetr::derive(&[&bytes]))
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0..253_402_300_799_999_999u64).prop_map(|micros| Timestamp::from_micros(micros).unwrap())
}

fn date() -> impl Strategy<Value = BusinessDate> {
    (0..40_000i32).prop_map(BusinessDate::from_days)
}

fn any_money() -> impl Strategy<Value = gcfn_iso20022::Money> {
    let currency = proptest::sample::select(Currency::ALL.to_vec());
    (0..=Amount::MAX.minor(), currency).prop_map(|(minor, currency)| {
        let amount = Amount::from_minor(minor).unwrap();
        gcfn_iso20022::Money { amount, currency }
    })
}

fn account() -> impl Strategy<Value = AccountNumber> {
    prop_oneof![
        Just(AccountNumber::Iban(of("GB82WEST12345698765432"))),
        text().prop_map(AccountNumber::Other),
    ]
}

fn remittance() -> impl Strategy<Value = Remittance> {
    (proptest::collection::vec(text(), 0..3), option::of(text()))
        .prop_map(|(text, reference)| Remittance { text, reference })
}

fn ids() -> impl Strategy<Value = PaymentIds> {
    (option::of(reference()), reference(), option::of(reference()), option::of(uetr())).prop_map(
        |(instruction, end_to_end, transaction, uetr)| PaymentIds {
            instruction,
            end_to_end,
            transaction,
            uetr,
        },
    )
}

fn detail() -> impl Strategy<Value = Detail> {
    let references = (option::of(text()), option::of(text()), option::of(text()));
    let parties = (option::of(text()), option::of(account()), option::of(text()));
    (
        references,
        option::of(uetr()),
        option::of(text()),
        parties,
        option::of(account()),
        remittance(),
    )
        .prop_map(|(references, uetr, transaction, parties, creditor_account, remittance)| {
            let (bank_reference, instruction, end_to_end) = references;
            let (debtor_name, debtor_account, creditor_name) = parties;
            Detail {
                bank_reference,
                instruction,
                end_to_end,
                uetr,
                transaction,
                money: None,
                debtor_name,
                debtor_account,
                creditor_name,
                creditor_account,
                remittance,
            }
        })
}

fn entry() -> impl Strategy<Value = Entry> {
    use EntryStatus::{Booked, Future, Information, Pending};
    let side = prop_oneof![Just(Side::Credit), Just(Side::Debit)];
    let status = proptest::sample::select(vec![Booked, Pending, Information, Future]);
    let dates = (option::of(date()), option::of(date()));
    let details = proptest::collection::vec(detail(), 0..3);
    (any_money(), side, status, dates, option::of(text()), details).prop_map(
        |(money, side, status, (booked_on, value_on), bank_reference, details)| Entry {
            money,
            side,
            status,
            booked_on,
            value_on,
            bank_reference,
            details,
        },
    )
}

fn report() -> impl Strategy<Value = TransactionReport> {
    let status = proptest::sample::select(TransactionStatus::ALL.to_vec());
    let reason = proptest::sample::select(vec![
        ReasonCode::DUPLICATE,
        ReasonCode::INCORRECT_ACCOUNT,
        of("X"),
    ]);
    let references = (option::of(reference()), option::of(reference()), option::of(reference()));
    let reasons = proptest::collection::vec(reason, 0..3);
    (references, option::of(uetr()), option::of(status), reasons).prop_map(
        |((instruction, end_to_end, transaction), uetr, status, reasons)| TransactionReport {
            original: None,
            instruction,
            end_to_end,
            transaction,
            uetr,
            status,
            reasons,
        },
    )
}

/// The examples with their inner parts replaced at random.
pub(crate) fn message() -> impl Strategy<Value = BusinessMessage> {
    let parts = (ids(), any_money(), account(), remittance(), text());
    let documents = proptest::sample::select(documents());
    (documents, parts, time(), entry(), report(), any::<bool>()).prop_map(
        |(mut document, parts, at, entry, report, headed)| {
            let (ids, amount, account, remittance, name) = parts;
            match &mut document {
                Document::InstitutionCreditTransfer(message) => {
                    message.group.created_at = at;
                    let mut transfer = message.transfers[0].clone();
                    (transfer.ids, transfer.settlement) = (ids, amount);
                    transfer.creditor_account = Some(account);
                    transfer.remittance = remittance.text;
                    transfer.debtor.name = Some(name);
                    message.transfers.push(transfer);
                }
                Document::CustomerCreditTransfer(message) => {
                    message.group.created_at = at;
                    let mut transfer = message.transfers[0].clone();
                    (transfer.ids, transfer.settlement) = (ids, amount);
                    transfer.debtor_account = Some(account);
                    transfer.remittance = remittance;
                    transfer.creditor_name = Some(name);
                    message.transfers.push(transfer);
                }
                Document::PaymentStatus(message) => message.transactions.push(report),
                Document::PaymentInitiation(message) => {
                    let mut transfer = message.payments[0].transfers[0].clone();
                    transfer.ids = PaymentIds { transaction: None, ..ids };
                    (transfer.instructed, transfer.remittance) = (amount, remittance);
                    transfer.creditor_account = Some(account);
                    message.payments[0].transfers.push(transfer);
                    message.initiator_name = Some(name);
                }
                Document::InitiationStatus(message) => {
                    let report = TransactionReport { transaction: None, ..report };
                    message.payments[0].transactions.push(report);
                }
                Document::Statements(message) => {
                    let statement = &mut message.statements[0];
                    let money = money("7", statement.currency);
                    statement.entries.push(Entry { money, ..entry });
                    statement.account = account;
                }
                Document::Notifications(message) => notify(message, entry, account),
            }
            if headed { with_header(document) } else { BusinessMessage { header: None, document } }
        },
    )
}

fn notify(message: &mut Notifications, entry: Entry, account: AccountNumber) {
    let notification = &mut message.notifications[0];
    notification.currency = None;
    notification.entries = vec![entry];
    notification.account = account;
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(message in message()) {
        let written = write(&message);
        prop_assert_eq!(read(&written), Ok(message), "{}", String::from_utf8_lossy(&written));
    }

    #[test]
    fn no_bytes_panic(message in message(), at in any::<prop::sample::Index>(), with in any::<[u8; 3]>()) {
        let mut bytes = write(&message);
        let at = at.index(bytes.len() - with.len());
        bytes[at..at + with.len()].copy_from_slice(&with);
        drop(read(&bytes));
    }
}
