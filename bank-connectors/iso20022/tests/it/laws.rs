//! Reading is the inverse of writing, and reading never panics.

use crate::examples::{documents, money, of, with_header};
use gcfn_banking::{Side, TransactionStatus};
use gcfn_iso20022::{
    AccountNumber, Actor, Address, Agent, Birth, BusinessMessage, Code, Detail, Document, Entry,
    EntryStatus, GenericId, Identity, InstructionPriority, Member, Notifications, OriginalMessage,
    OriginalPayment, Party, PaymentIds, PaymentType, Priority, Reason, Reference, Remittance,
    Routing, Text, TransactionReport, read, write,
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

fn account() -> BoxedStrategy<AccountNumber> {
    prop_oneof![
        Just(AccountNumber::Iban(of("GB82WEST12345698765432"))),
        text().prop_map(AccountNumber::Other),
    ]
    .boxed()
}

fn remittance() -> BoxedStrategy<Remittance> {
    (proptest::collection::vec(text(), 0..3), option::of(text()))
        .prop_map(|(text, reference)| Remittance { text, reference })
        .boxed()
}

fn ids() -> BoxedStrategy<PaymentIds> {
    (option::of(reference()), reference(), option::of(reference()), option::of(uetr()))
        .prop_map(|(instruction, end_to_end, transaction, uetr)| PaymentIds {
            instruction,
            end_to_end,
            transaction,
            uetr,
        })
        .boxed()
}

fn code<const MAX: usize>() -> impl Strategy<Value = Code<MAX>> {
    prop_oneof![text().prop_map(Code::Code), text().prop_map(Code::Proprietary)]
}

fn address() -> BoxedStrategy<Address> {
    let country = option::of(proptest::sample::select(vec!["CN", "SG", "XK"]));
    let lines = proptest::collection::vec(text(), 0..=7);
    let places = (option::of(text()), option::of(text()), option::of(text()));
    let streets = (option::of(text()), option::of(text()), option::of(text()));
    (streets, places, country, lines)
        .prop_map(|(streets, places, country, lines)| {
            let (street, building, room) = streets;
            let (town, district, post_code) = places;
            let country = country.map(of);
            Address {
                street,
                building,
                room,
                post_code,
                town,
                district,
                country,
                lines,
                ..Address::default()
            }
        })
        .boxed()
}

fn generic_id() -> BoxedStrategy<GenericId> {
    (text(), option::of(code()), option::of(text()))
        .prop_map(|(id, scheme, issuer)| GenericId { id, scheme, issuer })
        .boxed()
}

fn identity() -> BoxedStrategy<Identity> {
    let other = || proptest::collection::vec(generic_id(), 0..3);
    let birth = (date(), option::of(text()), text()).prop_map(|(date, province, city)| Birth {
        date,
        province,
        city,
        country: of("CN"),
    });
    let known = (any::<bool>(), any::<bool>(), other());
    prop_oneof![
        known.prop_map(|(bic, lei, other)| Identity::Organisation {
            bic: bic.then(|| of("BKCHCNBJ")),
            lei: lei.then(|| of("5493001KJTIIGC8Y1R12")),
            other,
        }),
        (option::of(birth), other()).prop_map(|(birth, other)| Identity::Person { birth, other }),
    ]
    .boxed()
}

fn party() -> BoxedStrategy<Party> {
    let residence = option::of(Just(of("HK")));
    (option::of(text()), option::of(address()), option::of(identity()), residence)
        .prop_map(|(name, address, identity, residence)| Party {
            name,
            address: address.map(Box::new),
            identity: identity.map(Box::new),
            residence,
        })
        .boxed()
}

fn agent() -> BoxedStrategy<Agent> {
    let member = (option::of(code()), text()).prop_map(|(system, id)| Member { system, id });
    let texts = (option::of(text()), option::of(text()), option::of(text()));
    (any::<bool>(), option::of(member), texts, option::of(address()))
        .prop_map(|(bic, member, (name, other, branch), address)| Agent {
            bic: bic.then(|| of("BKCHCNBJXXX")),
            member,
            lei: bic.then(|| of("5493001KJTIIGC8Y1R12")),
            name,
            address: address.map(Box::new),
            other,
            branch,
        })
        .boxed()
}

fn actor() -> BoxedStrategy<Actor> {
    prop_oneof![party().prop_map(Actor::Party), agent().prop_map(Actor::Agent)].boxed()
}

fn reason() -> BoxedStrategy<Reason> {
    (option::of(code()), proptest::collection::vec(text(), 0..3))
        .prop_map(|(code, notes)| Reason { code, notes })
        .boxed()
}

fn routing() -> BoxedStrategy<Routing> {
    let kind = (proptest::collection::vec(code(), 0..3), option::of(code()), option::of(code()))
        .prop_map(|(service_levels, local_instrument, category)| PaymentType {
            priority: Some(InstructionPriority::High),
            service_levels,
            local_instrument,
            category,
        });
    let agents = || proptest::collection::vec(agent(), 0..=3);
    (option::of(kind), agents(), option::of(agent()), option::of(agent()), agents())
        .prop_map(|(kind, previous, instructing, instructed, intermediaries)| Routing {
            kind: kind.unwrap_or_default(),
            priority: Some(Priority::Urgent),
            previous,
            instructing,
            instructed,
            intermediaries,
        })
        .boxed()
}

fn original() -> BoxedStrategy<OriginalPayment> {
    let message =
        (reference(), reference()).prop_map(|(id, definition)| OriginalMessage { id, definition });
    let ids = (option::of(reference()), option::of(reference()), option::of(reference()));
    let amounts = (option::of(any_money()), option::of(date()));
    (option::of(message), ids, option::of(uetr()), amounts)
        .prop_map(|(message, (instruction, end_to_end, transaction), uetr, amounts)| {
            OriginalPayment {
                message,
                instruction,
                end_to_end,
                transaction,
                uetr,
                settlement: amounts.0,
                settlement_date: amounts.1,
            }
        })
        .boxed()
}

fn detail() -> BoxedStrategy<Detail> {
    let references = (option::of(text()), option::of(text()), option::of(text()));
    let parties = (option::of(text()), option::of(account()), option::of(text()));
    (
        references,
        option::of(uetr()),
        option::of(text()),
        parties,
        option::of(account()),
        (remittance(), option::of(reason())),
    )
        .prop_map(|(references, uetr, transaction, parties, creditor_account, words)| {
            let (remittance, returned) = words;
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
                returned,
            }
        })
        .boxed()
}

fn entry() -> BoxedStrategy<Entry> {
    use EntryStatus::{Booked, Future, Information, Pending};
    let side = prop_oneof![Just(Side::Credit), Just(Side::Debit)];
    let status = proptest::sample::select(vec![Booked, Pending, Information, Future]);
    let dates = (option::of(date()), option::of(date()));
    let details = proptest::collection::vec(detail(), 0..3);
    (any_money(), side, status, dates, option::of(text()), details)
        .prop_map(|(money, side, status, (booked_on, value_on), bank_reference, details)| Entry {
            money,
            side,
            status,
            booked_on,
            value_on,
            bank_reference,
            details,
        })
        .boxed()
}

fn report() -> BoxedStrategy<TransactionReport> {
    let status = proptest::sample::select(TransactionStatus::ALL.to_vec());
    let references = (option::of(reference()), option::of(reference()), option::of(reference()));
    let reasons = proptest::collection::vec(reason(), 0..3);
    let banks = (option::of(date()), option::of(text()), option::of(text()));
    (references, option::of(uetr()), option::of(status), reasons, banks)
        .prop_map(|((instruction, end_to_end, transaction), uetr, status, reasons, banks)| {
            TransactionReport {
                original: None,
                instruction,
                end_to_end,
                transaction,
                uetr,
                status,
                reasons,
                settled_on: banks.0,
                bank_reference: banks.1,
                clearing_reference: banks.2,
            }
        })
        .boxed()
}

/// What messages are made of, at random.
#[derive(Clone, Debug)]
struct Parts {
    ids: PaymentIds,
    amount: gcfn_iso20022::Money,
    account: AccountNumber,
    remittance: Remittance,
    at: Timestamp,
    entry: Entry,
    report: TransactionReport,
    party: Party,
    agent: Agent,
    actor: Actor,
    reason: Reason,
    routing: Routing,
    original: OriginalPayment,
}

fn parts() -> BoxedStrategy<Parts> {
    let payment = (ids(), any_money(), account(), remittance(), time());
    let books = (entry(), report());
    let people = (party(), agent(), actor(), routing());
    (payment, books, people, reason(), original())
        .prop_map(
            |(
                (ids, amount, account, remittance, at),
                (entry, report),
                people,
                reason,
                original,
            )| {
                let (party, agent, actor, routing) = people;
                Parts {
                    ids,
                    amount,
                    account,
                    remittance,
                    at,
                    entry,
                    report,
                    party,
                    agent,
                    actor,
                    reason,
                    routing,
                    original,
                }
            },
        )
        .boxed()
}

/// The examples with their inner parts replaced at random.
pub(crate) fn message() -> BoxedStrategy<BusinessMessage> {
    let documents = proptest::sample::select(documents());
    (documents, parts(), any::<bool>())
        .prop_map(|(mut document, parts, headed)| {
            vary_payment(&mut document, &parts);
            vary_inquiry(&mut document, parts);
            if headed { with_header(document) } else { BusinessMessage { header: None, document } }
        })
        .boxed()
}

/// Payments and their statuses.
fn vary_payment(document: &mut Document, parts: &Parts) {
    let parts = parts.clone();
    match document {
        Document::InstitutionCreditTransfer(message) => {
            message.group.created_at = parts.at;
            let mut transfer = message.transfers[0].clone();
            (transfer.ids, transfer.settlement) = (parts.ids, parts.amount);
            transfer.creditor_account = Some(parts.account);
            transfer.remittance = parts.remittance.text.clone();
            (transfer.debtor, transfer.routing) = (parts.agent, parts.routing);
            if let Some(covered) = &mut transfer.covered {
                (covered.creditor, covered.remittance) = (parts.party, parts.remittance);
            }
            message.transfers.push(transfer);
        }
        Document::CustomerCreditTransfer(message) => {
            message.group.created_at = parts.at;
            let mut transfer = message.transfers[0].clone();
            (transfer.ids, transfer.settlement) = (parts.ids, parts.amount);
            transfer.debtor_account = Some(parts.account);
            transfer.remittance = parts.remittance;
            (transfer.creditor, transfer.creditor_agent) = (parts.party, parts.agent);
            transfer.routing = parts.routing;
            message.transfers.push(transfer);
        }
        Document::PaymentStatus(message) => message.transactions.push(parts.report),
        Document::PaymentInitiation(message) => {
            let mut transfer = message.payments[0].transfers[0].clone();
            transfer.ids = PaymentIds { transaction: None, ..parts.ids };
            (transfer.instructed, transfer.remittance) = (parts.amount, parts.remittance);
            transfer.creditor_account = Some(parts.account);
            message.payments[0].transfers.push(transfer);
            message.payments[0].kind = parts.routing.kind;
            message.initiator = parts.party;
        }
        Document::InitiationStatus(message) => {
            let report = TransactionReport { transaction: None, settled_on: None, ..parts.report };
            message.payments[0].transactions.push(report);
        }
        _ => {}
    }
}

/// Questions, answers, and what banks report.
fn vary_inquiry(document: &mut Document, parts: Parts) {
    match document {
        Document::Statements(message) => {
            let statement = &mut message.statements[0];
            let money = money("7", statement.currency);
            statement.entries.push(Entry { money, ..parts.entry });
            statement.account = parts.account;
        }
        Document::Reports(message) => {
            let report = &mut message.reports[0];
            (report.currency, report.balances) = (None, vec![]);
            (report.entries, report.account) = (vec![parts.entry], parts.account);
        }
        Document::Notifications(message) => notify(message, parts.entry, parts.account),
        Document::PaymentReturn(message) => {
            let mut returned = message.returns[0].clone();
            (returned.original, returned.returned) = (parts.original, parts.amount);
            returned.reasons.push(parts.reason);
            if let Some(chain) = &mut returned.chain {
                chain.debtor = parts.actor;
            }
            message.returns.push(returned);
        }
        Document::StatusRequest(message) => {
            let original =
                OriginalPayment { settlement: None, settlement_date: None, ..parts.original };
            message.payments[0].original = original;
        }
        Document::CancellationRequest(message) => {
            message.assignment.assigner = parts.actor;
            let payment = &mut message.underlying[0].payments[0];
            (payment.original, payment.assignee) = (parts.original, Some(parts.agent));
            payment.reasons.push(parts.reason);
        }
        Document::Resolution(message) => {
            message.assignment.assignee = parts.actor;
            let payment = &mut message.details[0].payments[0];
            payment.original = parts.original;
            payment.reasons.push(parts.reason);
        }
        Document::ReportingRequest(message) => {
            message.requests[0].owner = parts.actor;
            message.requests[0].account = Some(parts.account);
        }
        _ => {}
    }
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
    fn what_is_told_as_json_is_the_same_message(message in message()) {
        let told = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(serde_json::from_str::<BusinessMessage>(&told).unwrap(), message);
    }

    #[test]
    fn no_bytes_panic(message in message(), at in any::<prop::sample::Index>(), with in any::<[u8; 3]>()) {
        let mut bytes = write(&message);
        let at = at.index(bytes.len() - with.len());
        bytes[at..at + with.len()].copy_from_slice(&with);
        drop(read(&bytes));
    }
}
