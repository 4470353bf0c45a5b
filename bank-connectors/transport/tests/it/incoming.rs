//! What the machine hears of a bank's message, and what nobody does.

use crate::world::{IBAN, NAME, World, at, bic, party, pay_in};
use expect_test::{Expect, expect};
use gcfn_banking::{BankEntry, ReasonCode, Side, Statement, StatusReport};
use gcfn_iso20022::{
    AccountNotification, AccountReport, AccountStatement, Actor, Agent, Assignment, Balance,
    BusinessMessage, Cancellation, Code, Detail, Document, Entry, EntryStatus, GroupHeader,
    GroupStatus, Header, InitiationStatus, Money, Notifications, OriginalMessage, OriginalPayment,
    PaymentReturn, PaymentStatus, Reason, ReportedBalance, Reports, Resolution, ResolvedMessage,
    ResolvedPayment, ReturnedTransfer, Settlement, Statements, TransactionReport, write,
};
use gcfn_model::{Amount, BusinessDate, Currency, Position, Timestamp};
use gcfn_transport::{Counts, Inbox, InboxError, Incoming};

fn message(document: Document) -> Vec<u8> {
    let to = Agent { other: Some("cn-sha".parse().unwrap()), ..Agent::default() };
    let header = Header::new(Agent::bic(bic()), to, "MSG-1".parse().unwrap(), at(0));
    write(&BusinessMessage { header: Some(header), document })
}

fn group() -> GroupHeader {
    GroupHeader { id: "MSG-1".parse().unwrap(), created_at: at(0) }
}

fn date() -> BusinessDate {
    BusinessDate::from_ymd(2026, 11, 23).unwrap()
}

fn money(minor: u64, currency: Currency) -> Money {
    Money { amount: Amount::from_minor(minor).unwrap(), currency }
}

/// An entry that names a person wherever a message can.
fn entry(change: impl FnOnce(&mut Detail)) -> Entry {
    let mut detail = Detail {
        end_to_end: Some("NOTPROVIDED".parse().unwrap()),
        debtor_name: Some(NAME.parse().unwrap()),
        debtor_account: Some(IBAN.parse().unwrap()),
        creditor_name: Some(NAME.parse().unwrap()),
        creditor_account: Some(IBAN.parse().unwrap()),
        ..Detail::default()
    };
    detail.remittance.text = vec![format!("rent from {NAME}").parse().unwrap()];
    change(&mut detail);
    Entry {
        money: money(125_050, Currency::Cny),
        side: Side::Credit,
        status: EntryStatus::Booked,
        booked_on: Some(date()),
        value_on: None,
        bank_reference: Some(format!("{NAME} 17").parse().unwrap()),
        details: vec![detail],
    }
}

fn notification(account: &str, entries: Vec<Entry>) -> Vec<u8> {
    message(Document::Notifications(Notifications {
        group: group(),
        notifications: vec![AccountNotification {
            id: "NTF-1".parse().unwrap(),
            account: account.parse().unwrap(),
            currency: None,
            entries,
        }],
    }))
}

/// What the inbox answers, as text. Nobody is named in it, nor in anything a log may show.
fn text(answer: &Result<Vec<Incoming>, InboxError>) -> String {
    let text = match answer {
        Ok(incoming) => incoming.iter().map(line).collect::<Vec<_>>().join("\n"),
        Err(fault) => fault.to_string().replace(": ", ":\n"),
    };
    let shown = format!("{answer:?}{text}");
    for canary in ["Canary", "WEST1234"] {
        assert!(!shown.contains(canary), "{shown}");
    }
    text
}

fn line(incoming: &Incoming) -> String {
    match incoming {
        Incoming::Part(part) => format!("part {} of {}", part.after, part.account),
        Incoming::Reported(report) => {
            let balance = report.balance.map_or("none".to_owned(), |so_far| so_far.to_string());
            let (account, date) = (report.account, report.date);
            format!("reported {account} on {date}: {balance}, {} entries", report.entries.len())
        }
        Incoming::Booked(entry) => booked(entry),
        Incoming::Status(StatusReport { uetr, status, reason }) => {
            format!("{uetr} {status} {reason:?}")
        }
        Incoming::Statement(Statement {
            account,
            currency,
            date,
            opening,
            closing,
            entries,
            ..
        }) => {
            let balances = [opening, closing].map(|balance| balance.decimal(*currency));
            let entries: Vec<String> = entries.iter().map(booked).collect();
            format!("{account} {currency} of {date} {balances:?}\n{}", entries.join("\n"))
        }
        Incoming::Word(word) => format!("{word:?}"),
    }
}

fn booked(entry: &BankEntry) -> String {
    let BankEntry { account, currency, uetr, reference, booked_on, .. } = entry;
    let change = entry.change().decimal(*currency);
    format!("{account} {change} {currency} on {booked_on}\nuetr {uetr:?} party {reference:?}")
}

async fn check(bytes: Vec<u8>, expected: Expect) {
    let world = World::new().await;
    let inbox = world.inbox();
    let answer = inbox.take(at(1), &bytes, None).await;
    expected.assert_eq(&text(&answer));
    let again = inbox.take(at(2), &bytes, None).await;
    assert_eq!(format!("{answer:?}"), format!("{again:?}"), "a repeat is answered alike");

    let archive = world.store.archive();
    let [kept] = archive.list(None, 10).await.unwrap().try_into().unwrap();
    assert_eq!(kept.label.kind.starts_with("refused: "), answer.is_err());
    assert!(!format!("{:?}", kept.label).contains("Canary"));
    let stored = archive.fetch(kept.label.direction, "BANKCNSH", kept.digest).await.unwrap();
    assert_eq!(stored.unwrap().reveal(), bytes);
    let (taken, refused) = if answer.is_ok() { (2, 0) } else { (0, 2) };
    assert_eq!(inbox.counts(), Counts { taken, refused });
}

#[tokio::test]
async fn a_deposit_is_heard_without_a_name() {
    let structured = entry(|detail| {
        detail.remittance.reference = Some(party(7).to_string().parse().unwrap());
    });
    check(
        notification("GCFN-CN-SHA-UC-CNY", vec![structured]),
        expect![[r#"
        cn-sha/UC 1250.50 CNY on 2026-11-23
        uetr None party Some(pty-070w3ge1r70w3ge1r70w3ge1r7)"#]],
    )
    .await;
}

/// What is heard of `entry`, notified under an id that no other message has.
async fn heard(inbox: &Inbox, entry: Entry) -> BankEntry {
    let bytes = notification("GCFN-CN-SHA-UC-CNY", vec![entry]);
    let text = String::from_utf8(bytes).unwrap();
    let number = inbox.counts().taken + 2;
    let text = text.replace("MSG-1", &format!("MSG-{number}"));
    let incoming = inbox.take(Timestamp::EPOCH, text.as_bytes(), None).await.unwrap();
    let [Incoming::Booked(booked)] = incoming.as_slice() else { panic!("{incoming:?}") };
    *booked
}

#[tokio::test]
async fn a_party_is_found_in_the_words_of_the_payer() {
    let (world, party) = (World::new().await, party(7));
    let inbox = world.inbox();
    let upper = party.to_string().to_ascii_uppercase();
    for (text, expected) in [
        (format!("GCFN {party}"), Some(party)),
        (format!("savings gcfn {upper} thanks"), Some(party)),
        (format!("GCFN{party}"), None),
        (format!("{party}"), None),
        ("GCFN pty-1".to_owned(), None),
        ("GCFN".to_owned(), None),
    ] {
        let entry = entry(|detail| detail.remittance.text.push(text.parse().unwrap()));
        assert_eq!(heard(&inbox, entry).await.reference, expected, "{text}");
    }
}

#[tokio::test]
async fn a_structured_reference_goes_before_text() {
    let world = World::new().await;
    let inbox = world.inbox();
    for (structured, expected) in [(party(8).to_string(), party(8)), ("RF18".into(), party(7))] {
        let entry = entry(|detail| {
            detail.remittance.text = vec![format!("GCFN {}", party(7)).parse().unwrap()];
            detail.remittance.reference = Some(structured.parse().unwrap());
        });
        assert_eq!(heard(&inbox, entry).await.reference, Some(expected));
    }
}

#[tokio::test]
async fn a_payment_is_known_by_its_end_to_end_id() {
    let (world, order) = (World::new().await, pay_in(1));
    let id = order.instruction.id.to_string();
    let entry = entry(|detail| detail.end_to_end = Some(id.parse().unwrap()));
    assert_eq!(heard(&world.inbox(), entry).await.uetr, Some(order.uetr()));
    let traced = world.store.archive().trace(order.uetr()).await.unwrap();
    assert_eq!(traced.len(), 1, "the archive knows what the message is about");
}

#[tokio::test]
async fn a_statement_is_heard_without_a_name() {
    let balance = |minor| Balance::new(Position::from_minor(minor), date()).unwrap();
    let statement = AccountStatement {
        id: "STM-1".parse().unwrap(),
        page: None,
        sequence: None,
        account: "GCFN-CN-SHA-UC-CNY".parse().unwrap(),
        currency: Currency::Cny,
        opening: balance(0),
        closing: balance(125_050),
        entries: vec![entry(|_| ())],
    };
    let statements = vec![statement];
    let bytes = message(Document::Statements(Statements { group: group(), statements }));
    check(
        bytes,
        expect![[r#"
        cn-sha/UC CNY of 2026-11-23 ["0.00", "1250.50"]
        cn-sha/UC 1250.50 CNY on 2026-11-23
        uetr None party None"#]],
    )
    .await;
}

#[tokio::test]
async fn a_statement_too_long_for_one_reading_is_heard_in_parts() {
    let world = World::new().await;
    let inbox = world.inbox();
    let numbered = |n: u32| {
        let bank_reference = format!("B-{n}").parse().ok();
        Entry { bank_reference, ..entry(|_| ()) }
    };
    let balance = |minor| Balance::new(Position::from_minor(minor), date()).unwrap();
    let statement = AccountStatement {
        id: "STM-1".parse().unwrap(),
        page: None,
        sequence: Some(7),
        account: "GCFN-CN-SHA-UC-CNY".parse().unwrap(),
        currency: Currency::Cny,
        opening: balance(0),
        closing: balance(5_000 * 125_050),
        entries: (0..5_000).map(numbered).collect(),
    };
    let statements = vec![statement];
    let bytes = message(Document::Statements(Statements { group: group(), statements }));
    assert!(gcfn_iso20022::BYTES_MAX < bytes.len(), "{} bytes", bytes.len());
    let heard = inbox.take(at(1), &bytes, None).await.unwrap();
    let (last, parts) = heard.split_last().unwrap();
    let mut entries = 0;
    for (before, part) in parts.iter().enumerate() {
        let Incoming::Part(part) = part else { panic!("{part:?}") };
        assert_eq!((part.after, part.sequence), (u32::try_from(before).unwrap(), Some(7)));
        entries += part.entries.len();
    }
    let Incoming::Statement(last) = last else { panic!("{last:?}") };
    assert_eq!(last.after, u32::try_from(parts.len()).unwrap());
    assert_eq!(entries + last.entries.len(), 5_000);
    assert_eq!(inbox.take(at(2), &bytes, None).await.unwrap(), heard, "a repeat is heard alike");
    let too_long = bytes.iter().copied().take(bytes.len() - 100).collect::<Vec<_>>();
    assert!(inbox.take(at(3), &too_long, None).await.is_err(), "whole or not at all");
}

#[tokio::test]
async fn a_report_during_the_day_is_heard_for_the_day_of_its_balance() {
    let so_far = Balance::new(Position::from_minor(125_050), date()).unwrap();
    let kind = Code::Code("ITBD".parse().unwrap());
    let report = |balances, entries| AccountReport {
        id: "RPT-1".parse().unwrap(),
        page: None,
        sequence: None,
        account: "GCFN-CN-SHA-UC-CNY".parse().unwrap(),
        currency: None,
        balances,
        entries,
    };
    let of = |reports| message(Document::Reports(Reports { group: group(), reports }));
    let balance = ReportedBalance { kind, currency: Currency::Cny, balance: so_far };
    let heard = expect!["reported cn-sha/UC on 2026-11-23: 125050, 1 entries"];
    check(of(vec![report(vec![balance.clone()], vec![entry(|_| ())])]), heard).await;
    // Without a balance or an entry it says nothing.
    check(of(vec![report(Vec::new(), Vec::new())]), expect![[""]]).await;
    let dollars = ReportedBalance { currency: Currency::Usd, ..balance };
    let refused = expect!["account cn-sha/UC is in CNY, message says USD"];
    check(of(vec![report(vec![dollars], Vec::new())]), refused).await;
}

fn original(id: &str) -> OriginalMessage {
    OriginalMessage { id: id.parse().unwrap(), definition: "pacs.009.001.08".parse().unwrap() }
}

fn rejected(id: &str) -> GroupStatus {
    let reasons = vec![Reason::coded(ReasonCode::INSUFFICIENT_FUNDS)];
    GroupStatus { original: original(id), status: Some("RJCT".parse().unwrap()), reasons }
}

fn payment_status(groups: Vec<GroupStatus>, transactions: Vec<TransactionReport>) -> Vec<u8> {
    message(Document::PaymentStatus(PaymentStatus { group: group(), groups, transactions }))
}

fn report(end_to_end: &str) -> TransactionReport {
    TransactionReport {
        end_to_end: Some(end_to_end.parse().unwrap()),
        status: Some("ACSP".parse().unwrap()),
        ..TransactionReport::default()
    }
}

#[tokio::test]
async fn a_status_is_known_by_uetr_or_end_to_end_id() {
    let order = pay_in(1);
    let by_uetr = TransactionReport { uetr: Some(order.uetr()), ..report("NOTPROVIDED") };
    let by_id = report(&order.instruction.id.to_string());
    // A group status beside those of its payments adds nothing.
    let groups = vec![rejected("MSG-0")];
    check(
        payment_status(groups, vec![by_uetr, by_id]),
        expect![[r#"
        f95deb3f-6119-41f6-9e8c-336cd455d049 ACSP None
        f95deb3f-6119-41f6-9e8c-336cd455d049 ACSP None"#]],
    )
    .await;
}

#[tokio::test]
async fn a_message_rejected_whole_is_its_payment_rejected() {
    let id = pay_in(1).instruction.id.to_string();
    check(
        payment_status(vec![rejected(&id)], Vec::new()),
        expect!["f95deb3f-6119-41f6-9e8c-336cd455d049 RJCT Some(AM04)"],
    )
    .await;
    let original = rejected(&id);
    let payments = Vec::new();
    let message = |m| message(Document::InitiationStatus(m));
    check(
        message(InitiationStatus { group: group(), original, payments }),
        expect!["f95deb3f-6119-41f6-9e8c-336cd455d049 RJCT Some(AM04)"],
    )
    .await;
}

#[tokio::test]
async fn messages_rejected_together_are_all_heard() {
    let [first, second, third] = [1, 2, 3].map(|seed| pay_in(seed).instruction.id.to_string());
    let partly = GroupStatus { status: Some("PART".parse().unwrap()), ..rejected(&third) };
    let groups = vec![rejected(&first), rejected(&second), partly];
    check(
        payment_status(groups, vec![report(&first)]),
        expect![[r#"
        f95deb3f-6119-41f6-9e8c-336cd455d049 ACSP None
        d9c5f195-0197-41b4-821c-64f196c08308 RJCT Some(AM04)"#]],
    )
    .await;
}

#[tokio::test]
async fn a_status_of_something_else_is_refused() {
    check(
        payment_status(Vec::new(), vec![report("NOTPROVIDED")]),
        expect!["status has neither the UETR nor the end-to-end id of an instruction"],
    )
    .await;
    check(
        payment_status(vec![rejected("MSG-0")], Vec::new()),
        expect!["status has neither the UETR nor the end-to-end id of an instruction"],
    )
    .await;
}

#[tokio::test]
async fn a_bank_is_heard_about_its_own_accounts_only() {
    for account in ["GCFN-CN-BJS-UC-CNY", "GCFN-CN-SHA-UC-USD", IBAN] {
        let refusal =
            expect!["message is about an account that this node does not hold at this bank"];
        check(notification(account, vec![entry(|_| ())]), refusal).await;
    }
}

#[tokio::test]
async fn an_entry_in_another_currency_is_refused() {
    let dollars = Entry { money: money(1, Currency::Usd), ..entry(|_| ()) };
    check(
        notification("GCFN-CN-SHA-UC-CNY", vec![dollars]),
        expect!["account cn-sha/UC is in CNY, message says USD"],
    )
    .await;
}

#[tokio::test]
async fn an_entry_that_cannot_be_counted_once_is_refused() {
    let nameless = Entry { bank_reference: None, ..entry(|_| ()) };
    check(
        notification("GCFN-CN-SHA-UC-CNY", vec![nameless]),
        expect!["entry has no bank reference"],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_archived() {
    let whole = notification("GCFN-CN-SHA-UC-CNY", vec![entry(|_| ())]);
    check(whole[..whole.len() / 2].to_vec(), expect!["not well-formed XML (line 50, column 2)"])
        .await;
    check(Vec::new(), expect!["not well-formed XML (line 1, column 1)"]).await;
    check(
        vec![b' '; gcfn_iso20022::BYTES_MAX + 1],
        expect!["message is larger than 4 MiB; split it"],
    )
    .await;
    let text = String::from_utf8(whole).unwrap();
    let older = text.replace("camt.054.001.08", "camt.054.001.02");
    check(
        older.into_bytes(),
        expect![[r#"
            BusMsg/Document:
            message definition camt.054.001.02 is not supported (line 24, column 4)"#]],
    )
    .await;
    let invented = text.replace("Ntry>", "Entry>");
    check(
        invented.into_bytes(),
        expect![[r#"
            BusMsg/Document/BkToCstmrDbtCdtNtfctn/Ntfctn/Entry:
            element is not part of the schema here (line 39, column 10)"#]],
    )
    .await;
}

#[tokio::test]
async fn a_payment_order_is_not_for_a_node() {
    use crate::world::{Bank, Machine};
    let (world, bank) = (World::new().await, Bank::default());
    let mut outbox = world.outbox(bank.clone()).await;
    Machine::default().deliver(&mut outbox, 1, &[pay_in(1)]).await.unwrap();
    check(bank.got()[0].bytes.clone(), expect!["pacs.009.001.08 is not taken here; a node takes pacs.002, pacs.004, pain.002, camt.029, camt.052, camt.053 and camt.054"]).await;
}

fn resolution(case: &str, status: Option<Cancellation>, original: OriginalPayment) -> Vec<u8> {
    let (assigner, assignee) = (Actor::Agent(Agent::bic(bic())), Actor::Agent(Agent::bic(bic())));
    let (id, created_at) = ("MSG-1".parse().unwrap(), at(0));
    let reasons = vec![Reason::coded("CUST".parse().unwrap())];
    let payment = ResolvedPayment { id: None, case: None, original, status, reasons };
    message(Document::Resolution(Resolution {
        assignment: Assignment { id, assigner, assignee, created_at },
        case: None,
        status: case.parse().unwrap(),
        details: vec![ResolvedMessage { group: None, payments: vec![payment] }],
    }))
}

#[tokio::test]
async fn the_answer_to_a_request_is_that_of_the_payment_before_that_of_the_case() {
    let by_id = || OriginalPayment {
        end_to_end: Some(pay_in(1).instruction.id.to_string().parse().unwrap()),
        ..OriginalPayment::default()
    };
    let granted = resolution("PDCR", Some(Cancellation::Accepted), by_id());
    check(granted, expect!["Recall(RecallAnswer { uetr: f95deb3f-6119-41f6-9e8c-336cd455d049, outcome: Granted, reason: Some(CUST) })"]).await;
    check(resolution("RJCR", None, by_id()), expect!["Recall(RecallAnswer { uetr: f95deb3f-6119-41f6-9e8c-336cd455d049, outcome: Refused, reason: Some(CUST) })"]).await;
    check(resolution("CWFW", None, by_id()), expect!["Recall(RecallAnswer { uetr: f95deb3f-6119-41f6-9e8c-336cd455d049, outcome: Pending, reason: Some(CUST) })"]).await;
    check(
        resolution("CNCL", None, OriginalPayment::default()),
        expect!["status has neither the UETR nor the end-to-end id of an instruction"],
    )
    .await;
}

#[tokio::test]
async fn a_return_is_announced_and_counts_for_nothing() {
    let original = OriginalPayment { uetr: Some(pay_in(1).uetr()), ..OriginalPayment::default() };
    let returned = ReturnedTransfer {
        reasons: vec![Reason::coded("AC04".parse().unwrap())],
        ..ReturnedTransfer::new(original, money(125_050, Currency::Cny))
    };
    let (settlement, returns) = (Settlement::default(), vec![returned]);
    let (instructing, instructed, original) = (None, None, None);
    let of = group();
    let message = message(Document::PaymentReturn(PaymentReturn {
        group: of,
        settlement,
        instructing,
        instructed,
        original,
        returns,
    }));
    check(message, expect!["Returning(ReturnNotice { uetr: f95deb3f-6119-41f6-9e8c-336cd455d049, reason: Some(AC04) })"]).await;
}

#[tokio::test]
async fn one_id_is_one_message() {
    let world = World::new().await;
    let inbox = world.inbox();
    let first = notification("GCFN-CN-SHA-UC-CNY", vec![entry(|_| ())]);
    let other = Entry { money: money(1, Currency::Cny), ..entry(|_| ()) };
    let other = notification("GCFN-CN-SHA-UC-CNY", vec![other]);
    inbox.take(at(1), &first, None).await.unwrap();
    let refused = inbox.take(at(2), &other, None).await;
    let says = expect![
        "message id was used for another message; send what differs under an id of its own"
    ];
    says.assert_eq(&text(&refused));
    // Neither a repeat, under whatever header, nor another kind of message is something else.
    inbox.take(at(3), &first, None).await.unwrap();
    let again = String::from_utf8(first).unwrap().replace("BizMsgIdr>MSG-1<", "BizMsgIdr>MSG-2<");
    inbox.take(at(4), again.as_bytes(), None).await.unwrap();
    let id = pay_in(1).instruction.id.to_string();
    inbox.take(at(5), &payment_status(vec![rejected(&id)], Vec::new()), None).await.unwrap();
}
