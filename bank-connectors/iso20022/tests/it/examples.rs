//! One message of each kind, as the golden files show them.

use gcfn_banking::{ReasonCode, Side, TransactionStatus};
use gcfn_iso20022::{
    AccountNotification, AccountNumber, AccountStatement, Agent, Balance, BusinessMessage,
    CustomerCreditTransfer, CustomerTransfer, Detail, Document, Entry, EntryStatus, GroupHeader,
    GroupStatus, Header, InitiatedPayment, InitiatedTransfer, InitiationStatus,
    InstitutionCreditTransfer, InstitutionTransfer, Money, Notifications, OriginalMessage,
    PaymentIds, PaymentInitiation, PaymentReport, PaymentStatus, Remittance, Statements, Text,
    TransactionReport,
};
use gcfn_model::{Amount, BusinessDate, Currency, Position};
use std::fmt::Debug;
use std::str::FromStr;

/// Parses what a test knows to be right.
pub(crate) fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn money(decimal: &str, currency: Currency) -> Money {
    Money { amount: Amount::parse(decimal, currency).unwrap(), currency }
}

const UETR: &str = "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60";

fn group(id: &str) -> GroupHeader {
    GroupHeader { id: of(id), created_at: of("2026-11-20T08:30:00Z") }
}

fn ids() -> PaymentIds {
    PaymentIds {
        instruction: Some(of("ins-0000000000000000000000000a")),
        end_to_end: of("cyc-00000000000000000000000007"),
        transaction: None,
        uetr: Some(of(UETR)),
    }
}

fn day() -> BusinessDate {
    of("2026-11-23")
}

fn bank(bic: &str) -> Agent {
    Agent::bic(of(bic))
}

fn node(name: &str) -> Agent {
    Agent { other: Some(of(name)), ..Agent::default() }
}

fn remittance(reference: &str) -> Remittance {
    Remittance { text: vec![of("coupons & change <autumn>")], reference: Some(of(reference)) }
}

fn original(definition: &str) -> OriginalMessage {
    OriginalMessage { id: of("MSG-1"), definition: of(definition) }
}

pub(crate) fn entry() -> Entry {
    Entry {
        money: money("1250.50", Currency::Cny),
        side: Side::Credit,
        status: EntryStatus::Booked,
        booked_on: Some(day()),
        value_on: Some(day()),
        bank_reference: Some(of("BANK-2026-000017")),
        details: vec![Detail {
            bank_reference: None,
            instruction: Some(of("ins-0000000000000000000000000a")),
            end_to_end: Some(of("NOTPROVIDED")),
            uetr: Some(of(UETR)),
            transaction: None,
            money: Some(money("1250.50", Currency::Cny)),
            debtor_name: Some(of("王小明")),
            debtor_account: Some(AccountNumber::Iban(of("GB82WEST12345698765432"))),
            creditor_name: None,
            creditor_account: Some(AccountNumber::Other(of("6222020200112233"))),
            remittance: remittance("pty-0000000000000000000000000c"),
        }],
    }
}

pub(crate) fn account_statement() -> AccountStatement {
    let balance = |minor, date: &str| Balance::new(Position::from_minor(minor), of(date)).unwrap();
    AccountStatement {
        id: of("STM-2026-11-23"),
        account: AccountNumber::Other(of("CNSHA-UC-CNY")),
        currency: Currency::Cny,
        opening: balance(-5_000, "2026-11-23"),
        closing: balance(120_050, "2026-11-23"),
        entries: vec![entry()],
    }
}

/// One document of each kind.
pub(crate) fn documents() -> Vec<Document> {
    vec![
        institution_transfer(),
        customer_transfer(),
        payment_status(),
        payment_initiation(),
        initiation_status(),
        Document::Statements(Statements {
            group: group("BK-053-1"),
            statements: vec![account_statement()],
        }),
        Document::Notifications(Notifications {
            group: group("BK-054-1"),
            notifications: vec![AccountNotification {
                id: of("NTF-17"),
                account: AccountNumber::Other(of("CNSHA-UC-CNY")),
                currency: Some(Currency::Cny),
                entries: vec![entry()],
            }],
        }),
    ]
}

fn institution_transfer() -> Document {
    Document::InstitutionCreditTransfer(InstitutionCreditTransfer {
        group: group("MSG-1"),
        transfers: vec![InstitutionTransfer {
            ids: ids(),
            settlement: money("1000000", Currency::Jpy),
            settlement_date: Some(day()),
            debtor: node("jp-tyo"),
            debtor_account: Some(AccountNumber::Other(of("JPTYO-UC-JPY"))),
            debtor_agent: Some(bank("BANKJPJT")),
            creditor_agent: Some(bank("BANKJPJT")),
            creditor: node("jp"),
            creditor_account: Some(AccountNumber::Other(of("JP-CH-JPY"))),
            remittance: vec![of("pay-in")],
        }],
    })
}

fn customer_transfer() -> Document {
    Document::CustomerCreditTransfer(CustomerCreditTransfer {
        group: group("MSG-1"),
        transfers: vec![CustomerTransfer {
            ids: ids(),
            settlement: money("80.05", Currency::Eur),
            settlement_date: Some(day()),
            debtor_name: Some(of("GCFN EU")),
            debtor_account: Some(AccountNumber::Iban(of("DE89370400440532013000"))),
            debtor_agent: bank("COBADEFFXXX"),
            creditor_agent: bank("BNPAFRPP"),
            creditor_name: Some(of("Zoé Müller")),
            creditor_account: Some(AccountNumber::Iban(of("FR1420041010050500013M02606"))),
            remittance: remittance("wdr-0000000000000000000000000d"),
        }],
    })
}

fn payment_status() -> Document {
    Document::PaymentStatus(PaymentStatus {
        group: group("BK-002-1"),
        groups: vec![GroupStatus {
            original: original("pacs.009.001.08"),
            status: Some(of::<Text<4>>("PART")),
            reasons: vec![],
        }],
        transactions: vec![TransactionReport {
            original: Some(original("pacs.009.001.08")),
            instruction: Some(of("ins-0000000000000000000000000a")),
            end_to_end: Some(of("cyc-00000000000000000000000007")),
            transaction: None,
            uetr: Some(of(UETR)),
            status: Some(TransactionStatus::Rejected),
            reasons: vec![ReasonCode::INSUFFICIENT_FUNDS],
        }],
    })
}

fn payment_initiation() -> Document {
    Document::PaymentInitiation(PaymentInitiation {
        group: group("MSG-1"),
        initiator_name: Some(of("GCFN US")),
        payments: vec![InitiatedPayment {
            id: of("BLOCK-1"),
            execution_date: day(),
            debtor_name: Some(of("GCFN US")),
            debtor_account: AccountNumber::Other(of("US-SH-USD")),
            debtor_agent: bank("BANKUS33"),
            transfers: vec![InitiatedTransfer {
                ids: ids(),
                instructed: money("19.99", Currency::Usd),
                creditor_agent: Some(bank("CHASUS33")),
                creditor_name: Some(of("Corner Bakery")),
                creditor_account: Some(AccountNumber::Other(of("000123456789"))),
                remittance: remittance("rdm-0000000000000000000000000e"),
            }],
        }],
    })
}

fn initiation_status() -> Document {
    Document::InitiationStatus(InitiationStatus {
        group: group("BK-PAIN-1"),
        original: GroupStatus {
            original: original("pain.001.001.09"),
            status: Some(of("ACTC")),
            reasons: vec![],
        },
        payments: vec![PaymentReport {
            id: of("BLOCK-1"),
            status: Some(of("ACSP")),
            reasons: vec![],
            transactions: vec![TransactionReport {
                original: None,
                instruction: Some(of("ins-0000000000000000000000000a")),
                end_to_end: Some(of("cyc-00000000000000000000000007")),
                transaction: None,
                uetr: Some(of(UETR)),
                status: Some(TransactionStatus::InProcess),
                reasons: vec![],
            }],
        }],
    })
}

/// `document` with a header.
pub(crate) fn with_header(document: Document) -> BusinessMessage {
    let header = Header {
        from: bank("BANKCNSH"),
        to: node("cn-sha"),
        id: of("MSG-1"),
        created_at: of("2026-11-20T08:30:00.25Z"),
    };
    BusinessMessage { header: Some(header), document }
}
