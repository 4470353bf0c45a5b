//! One message of each kind, as the golden files show them.

use gcfn_banking::{ReasonCode, Side, TransactionStatus};
use gcfn_iso20022::{
    AccountNotification, AccountNumber, AccountReport, AccountStatement, Actor, Address, Agent,
    Assignment, Balance, BusinessMessage, Cancellation, CancellationRequest, CancelledMessage,
    CancelledPayment, Case, Charge, ChargeBearer, Code, CoveredTransfer, CustomerCreditTransfer,
    CustomerTransfer, Detail, Document, Entry, EntryStatus, GroupHeader, GroupStatus, Header,
    Identity, InitiatedPayment, InitiatedTransfer, InitiationStatus, InstitutionCreditTransfer,
    InstitutionTransfer, Money, Notifications, OriginalMessage, OriginalPayment, Page, Party,
    PaymentIds, PaymentInitiation, PaymentReport, PaymentReturn, PaymentStatus, PaymentType,
    Priority, QueryType, Reason, Remittance, ReportedBalance, ReportingPeriod, ReportingRequest,
    Reports, RequestedPayment, RequestedReport, Resolution, ResolvedMessage, ResolvedPayment,
    ReturnChain, ReturnedTransfer, Routing, Settlement, Statements, StatusRequest, Text,
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

pub(crate) fn group(id: &str) -> GroupHeader {
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
            returned: None,
        }],
    }
}

pub(crate) fn account_statement() -> AccountStatement {
    let balance = |minor, date: &str| Balance::new(Position::from_minor(minor), of(date)).unwrap();
    AccountStatement {
        id: of("STM-2026-11-23"),
        page: Some(Page { number: 1, last: true }),
        sequence: Some(326),
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
        covering_transfer(),
        payment_return(),
        status_request(),
        cancellation_request(),
        resolution(),
        account_report(),
        reporting_request(),
    ]
}

fn between_banks() -> InstitutionTransfer {
    InstitutionTransfer {
        ids: ids(),
        routing: Routing::default(),
        settlement: money("1000000", Currency::Jpy),
        settlement_date: Some(day()),
        debtor: node("jp-tyo"),
        debtor_account: Some(AccountNumber::Other(of("JPTYO-UC-JPY"))),
        debtor_agent: Some(bank("BANKJPJT")),
        creditor_agent: Some(bank("BANKJPJT")),
        creditor: node("jp"),
        creditor_account: Some(AccountNumber::Other(of("JP-CH-JPY"))),
        purpose: None,
        remittance: vec![of("pay-in")],
        covered: None,
    }
}

fn institution_transfer() -> Document {
    Document::InstitutionCreditTransfer(InstitutionCreditTransfer {
        group: group("MSG-1"),
        settlement: Settlement::default(),
        transfers: vec![between_banks()],
    })
}

fn covering_transfer() -> Document {
    let covered = CoveredTransfer {
        ultimate_debtor: None,
        debtor: firm(),
        debtor_account: Some(AccountNumber::Iban(of("DE89370400440532013000"))),
        debtor_agent: bank("COBADEFFXXX"),
        intermediaries: vec![bank("DEUTDEFF")],
        creditor_agent: bank("BANKJPJT"),
        creditor: Party::named(of("GCFN JP")),
        creditor_account: None,
        ultimate_creditor: None,
        remittance: remittance("rdm-0000000000000000000000000e"),
        instructed: Some(money("80.05", Currency::Eur)),
    };
    let routing = Routing {
        priority: Some(Priority::Urgent),
        instructing: Some(bank("COBADEFFXXX")),
        instructed: Some(bank("DEUTDEFF")),
        ..Routing::default()
    };
    let covered = Some(Box::new(covered));
    Document::InstitutionCreditTransfer(InstitutionCreditTransfer {
        group: group("MSG-COV"),
        settlement: Settlement::default(),
        transfers: vec![InstitutionTransfer { routing, covered, ..between_banks() }],
    })
}

fn firm() -> Party {
    Party {
        name: Some(of("GCFN EU")),
        address: Some(Box::new(Address {
            street: Some(of("Taunusanlage")),
            building: Some(of("12")),
            post_code: Some(of("60325")),
            town: Some(of("Frankfurt am Main")),
            country: Some(of("DE")),
            ..Address::default()
        })),
        identity: Some(Box::new(Identity::Organisation {
            bic: None,
            lei: Some(of("5493001KJTIIGC8Y1R12")),
            other: vec![],
        })),
        residence: None,
    }
}

fn customer_transfer() -> Document {
    Document::CustomerCreditTransfer(CustomerCreditTransfer {
        group: group("MSG-1"),
        settlement: Settlement::default(),
        transfers: vec![CustomerTransfer {
            ids: ids(),
            routing: Routing {
                kind: PaymentType {
                    service_levels: vec![Code::Code(of("G001"))],
                    ..PaymentType::default()
                },
                instructing: Some(bank("COBADEFFXXX")),
                instructed: Some(bank("BNPAFRPP")),
                intermediaries: vec![bank("DEUTDEFF")],
                ..Routing::default()
            },
            settlement: money("80.05", Currency::Eur),
            settlement_date: Some(day()),
            instructed: Some(money("93.17", Currency::Usd)),
            rate: Some(of("1.16389756")),
            charge_bearer: ChargeBearer::Shared,
            charges: vec![Charge {
                money: money("0.20", Currency::Eur),
                agent: bank("COBADEFFXXX"),
            }],
            ultimate_debtor: None,
            initiator: None,
            debtor: firm(),
            debtor_account: Some(AccountNumber::Iban(of("DE89370400440532013000"))),
            debtor_agent: bank("COBADEFFXXX"),
            creditor_agent: bank("BNPAFRPP"),
            creditor: Party::named(of("Zoé Müller")),
            creditor_account: Some(AccountNumber::Iban(of("FR1420041010050500013M02606"))),
            ultimate_creditor: None,
            for_creditor_agent: vec![],
            for_next_agent: vec![],
            purpose: Some(Code::Code(of("GDDS"))),
            remittance: remittance("wdr-0000000000000000000000000d"),
        }],
    })
}

fn paid() -> OriginalPayment {
    OriginalPayment {
        message: Some(original("pacs.008.001.08")),
        instruction: Some(of("ins-0000000000000000000000000a")),
        end_to_end: Some(of("cyc-00000000000000000000000007")),
        transaction: None,
        uetr: Some(of(UETR)),
        settlement: Some(money("80.05", Currency::Eur)),
        settlement_date: Some(day()),
    }
}

fn payment_return() -> Document {
    Document::PaymentReturn(PaymentReturn {
        group: group("BK-004-1"),
        settlement: Settlement::default(),
        instructing: Some(bank("BNPAFRPP")),
        instructed: Some(bank("COBADEFFXXX")),
        original: None,
        returns: vec![ReturnedTransfer {
            id: Some(of("RTR-1")),
            original: paid(),
            returned: money("79.85", Currency::Eur),
            settlement_date: Some(day()),
            priority: None,
            instructed: Some(money("80.05", Currency::Eur)),
            charge_bearer: Some(ChargeBearer::Creditor),
            charges: vec![Charge { money: money("0.20", Currency::Eur), agent: bank("BNPAFRPP") }],
            instructing: None,
            instructed_agent: None,
            chain: Some(Box::new(ReturnChain {
                debtor: Actor::Party(Party::named(of("Zoé Müller"))),
                debtor_agent: Some(bank("BNPAFRPP")),
                creditor_agent: Some(bank("COBADEFFXXX")),
                creditor: Actor::Party(firm()),
            })),
            reasons: vec![Reason { code: Some(Code::Code(of("AC04"))), notes: vec![of("closed")] }],
            accounts: None,
        }],
    })
}

fn status_request() -> Document {
    let asked = OriginalPayment { settlement: None, settlement_date: None, ..paid() };
    Document::StatusRequest(StatusRequest {
        group: group("ASK-1"),
        instructing: Some(bank("COBADEFFXXX")),
        instructed: Some(bank("BNPAFRPP")),
        messages: vec![],
        payments: vec![RequestedPayment { id: Some(of("ASK-1-1")), original: asked }],
    })
}

fn assignment(id: &str) -> Assignment {
    Assignment {
        id: of(id),
        assigner: Actor::Agent(node("eu-fra")),
        assignee: Actor::Agent(bank("BNPAFRPP")),
        created_at: of("2026-11-24T08:30:00Z"),
    }
}

fn case() -> Option<Case> {
    Some(Case { id: of("CASE-1"), creator: Actor::Agent(node("eu-fra")), reopened: None })
}

fn cancellation_request() -> Document {
    Document::CancellationRequest(CancellationRequest {
        assignment: assignment("RCL-1"),
        case: None,
        underlying: vec![CancelledMessage {
            group: None,
            payments: vec![CancelledPayment {
                id: Some(of("RCL-1-1")),
                case: case(),
                original: paid(),
                assigner: None,
                assignee: None,
                reasons: vec![Reason::coded(ReasonCode::DUPLICATE)],
            }],
        }],
    })
}

fn resolution() -> Document {
    Document::Resolution(Resolution {
        assignment: assignment("RES-1"),
        case: case(),
        status: of("RJCR"),
        details: vec![ResolvedMessage {
            group: None,
            payments: vec![ResolvedPayment {
                id: Some(of("RES-1-1")),
                case: None,
                original: paid(),
                status: Some(Cancellation::Rejected),
                reasons: vec![Reason {
                    code: Some(Code::Code(of("CUST"))),
                    notes: vec![of("beneficiary does not agree")],
                }],
            }],
        }],
    })
}

fn account_report() -> Document {
    let balance = Balance::new(Position::from_minor(120_050), day()).unwrap();
    Document::Reports(Reports {
        group: group("BK-052-1"),
        reports: vec![AccountReport {
            id: of("RPT-4"),
            page: None,
            sequence: Some(4),
            account: AccountNumber::Other(of("CNSHA-UC-CNY")),
            currency: Some(Currency::Cny),
            balances: vec![ReportedBalance {
                kind: Code::Code(of("ITBD")),
                currency: Currency::Cny,
                balance,
            }],
            entries: vec![entry()],
        }],
    })
}

fn reporting_request() -> Document {
    Document::ReportingRequest(ReportingRequest {
        group: group("ASK-053-1"),
        sender: Some(Actor::Agent(node("cn-sha"))),
        requests: vec![RequestedReport {
            id: Some(of("ASK-053-1-1")),
            definition: of("camt.053.001.08"),
            account: Some(AccountNumber::Other(of("CNSHA-UC-CNY"))),
            owner: Actor::Agent(node("cn-sha")),
            servicer: Some(bank("BANKCNSH")),
            period: Some(ReportingPeriod { from: day(), to: Some(day()), query: QueryType::All }),
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
            reasons: vec![Reason::coded(ReasonCode::INSUFFICIENT_FUNDS)],
            settled_on: None,
            bank_reference: None,
            clearing_reference: Some(of("CLR-9")),
        }],
    })
}

fn payment_initiation() -> Document {
    Document::PaymentInitiation(PaymentInitiation {
        group: group("MSG-1"),
        initiator: Party::named(of("GCFN US")),
        payments: vec![InitiatedPayment {
            id: of("BLOCK-1"),
            execution_date: day(),
            kind: PaymentType::default(),
            debtor: Party::named(of("GCFN US")),
            debtor_account: AccountNumber::Other(of("US-SH-USD")),
            debtor_agent: bank("BANKUS33"),
            ultimate_debtor: None,
            charge_bearer: None,
            transfers: vec![InitiatedTransfer {
                ids: ids(),
                instructed: money("19.99", Currency::Usd),
                kind: PaymentType::default(),
                charge_bearer: None,
                creditor_agent: Some(bank("CHASUS33")),
                creditor: Some(Party::named(of("Corner Bakery"))),
                creditor_account: Some(AccountNumber::Other(of("000123456789"))),
                ultimate_creditor: None,
                purpose: None,
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
                ..TransactionReport::default()
            }],
        }],
    })
}

/// `document` with a header.
pub(crate) fn with_header(document: Document) -> BusinessMessage {
    let (from, to) = (bank("BANKCNSH"), node("cn-sha"));
    let header = Header::new(from, to, document.id().clone(), of("2026-11-20T08:30:00.25Z"));
    BusinessMessage { header: Some(header), document }
}
