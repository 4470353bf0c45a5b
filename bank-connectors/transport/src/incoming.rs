//! A bank's message in pseudonymous terms, or the reason why it is refused. Whole or not at all.

use crate::outgoing::uetr_of;
use crate::{AccountBook, SignatureFault};
use gcfn_banking::{
    BankEntry, BankWord, IntradayReport, RecallAnswer, RecallOutcome, ReturnNotice, Statement,
    StatusReport, TransactionStatus,
};
use gcfn_iso20022::{
    AccountNotification, AccountNumber, AccountReport, AccountStatement, BYTES_MAX, Bic,
    BookingFault, BusinessMessage, Cancellation, Detail, Document, Entry, GroupCancellation,
    GroupStatus, InitiationStatus, MessageFault, MessagePage, OriginalPayment, PaymentReport,
    PaymentReturn, Reason, Reference, Resolution, TransactionReport, pages, read,
};
use gcfn_model::{Currency, PartyId, SettlementAccount, Uetr};
use std::collections::BTreeSet;

/// What a bank says, without anybody's name or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// It has booked an entry (camt.054).
    Booked(BankEntry),
    /// How an instruction stands (pacs.002, pain.002).
    Status(StatusReport),
    /// The statement of an account (camt.053).
    Statement(Statement),
    /// A part of one that more is to follow of.
    Part(Statement),
    /// How an account stands during the day (camt.052).
    Reported(IntradayReport),
    /// The answer to a request to cancel (camt.029), or that a payment comes back (pacs.004).
    Word(BankWord),
}

/// Why a bank's message is refused. Nothing of it counts; the bank, or the operator's list of
/// accounts, is put right and the bank sends it again.
///
/// Holds no content of the message, so it may be logged and sent back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IncomingFault {
    /// Not a message, or not by the rules.
    #[error(transparent)]
    Message(#[from] MessageFault),
    /// A message that only goes to banks, or that a node does not act on.
    #[error(
        "{0} is not taken here; a node takes pacs.002, pacs.004, pain.002, camt.029, camt.052, \
         camt.053 and camt.054"
    )]
    NotForANode(&'static str),
    /// An account that this node does not hold at this bank.
    #[error("message is about an account that this node does not hold at this bank")]
    UnknownAccount,
    /// An account of this node, in another currency than agreed.
    #[error("account {account} is in {expected}, message says {got}")]
    WrongCurrency {
        /// The account.
        account: SettlementAccount,
        /// What the account is in.
        expected: Currency,
        /// What the message says.
        got: Currency,
    },
    /// An entry that cannot be counted exactly once.
    #[error(transparent)]
    Booking(#[from] BookingFault),
    /// A status of something that is no instruction of this network.
    #[error("status has neither the UETR nor the end-to-end id of an instruction")]
    NoInstruction,
    /// It is not signed as the bank's messages are.
    #[error(transparent)]
    Signature(#[from] SignatureFault),
    /// The bank has used the message's id before, for something else.
    #[error("message id was used for another message; send what differs under an id of its own")]
    IdInUse,
}

impl IncomingFault {
    /// Its name for programs, which does not change.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            IncomingFault::Message(fault) => fault.rule.name(),
            IncomingFault::NotForANode(_) => "not-for-a-node",
            IncomingFault::UnknownAccount => "unknown-account",
            IncomingFault::WrongCurrency { .. } => "wrong-currency",
            IncomingFault::Booking(_) => "booking",
            IncomingFault::NoInstruction => "no-instruction",
            IncomingFault::Signature(_) => "signature",
            IncomingFault::IdInUse => "id-in-use",
        }
    }
}

/// Reads `document` as the word of `bank`.
pub(crate) fn interpret(
    book: &AccountBook,
    bank: &Bic,
    document: Document,
) -> Result<Vec<Incoming>, IncomingFault> {
    match document {
        Document::Notifications(message) => booked(book, bank, message.notifications),
        Document::Statements(message) => statements(book, bank, message.statements),
        Document::Reports(message) => reports(book, bank, message.reports),
        Document::PaymentStatus(message) => statuses(&message.groups, &[], &message.transactions),
        Document::InitiationStatus(InitiationStatus { original, payments, .. }) => {
            let inner = payments.iter().flat_map(|payment| payment.transactions.clone());
            statuses(&[original], &payments, &inner.collect::<Vec<_>>())
        }
        Document::Resolution(message) => resolved(&message),
        Document::PaymentReturn(message) => returned(&message),
        Document::CustomerCreditTransfer(_)
        | Document::InstitutionCreditTransfer(_)
        | Document::StatusRequest(_)
        | Document::PaymentInitiation(_)
        | Document::CancellationRequest(_)
        | Document::ReportingRequest(_) => Err(IncomingFault::NotForANode(document.definition())),
    }
}

/// Reads a message of any size as the word of `bank`: its id, its definition, and what it says or
/// why it is refused.
#[must_use]
pub fn understand(book: &AccountBook, bank: &Bic, bytes: &[u8]) -> Understood {
    if BYTES_MAX < bytes.len() {
        return understand_pages(book, bank, bytes);
    }
    match read(bytes) {
        Err(fault) => Understood::default().refused(fault.into()),
        Ok(BusinessMessage { document, .. }) => {
            let (id, definition) = (document.id().to_string(), document.definition());
            Understood { id, definition, said: interpret(book, bank, document) }
        }
    }
}

/// A large statement, page by page: every page of an account but its last is a part.
fn understand_pages(book: &AccountBook, bank: &Bic, bytes: &[u8]) -> Understood {
    let mut understood = Understood::default();
    let pages = match pages(bytes) {
        Ok(pages) => pages,
        Err(fault) => return understood.refused(fault.into()),
    };
    let mut all = Vec::new();
    for page in pages {
        let MessagePage { message, before, last } = match page {
            Ok(page) => page,
            Err(fault) => return understood.refused(fault.into()),
        };
        let document = message.document;
        (understood.id, understood.definition) = (document.id().to_string(), document.definition());
        let said = match interpret(book, bank, document) {
            Ok(said) => said,
            Err(fault) => return understood.refused(fault),
        };
        all.extend(said.into_iter().map(|said| match said {
            Incoming::Statement(statement) if last => {
                Incoming::Statement(Statement { after: before, ..statement })
            }
            Incoming::Statement(statement) => {
                Incoming::Part(Statement { after: before, ..statement })
            }
            said => said,
        }));
    }
    Understood { said: Ok(all), ..understood }
}

/// A message as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// Its id; empty where it cannot be read.
    pub id: String,
    /// Its definition; empty where it cannot be read.
    pub definition: &'static str,
    /// What it says, or why it is refused.
    pub said: Result<Vec<Incoming>, IncomingFault>,
}

impl Default for Understood {
    fn default() -> Understood {
        Understood { id: String::new(), definition: "", said: Ok(Vec::new()) }
    }
}

impl Understood {
    fn refused(self, fault: IncomingFault) -> Understood {
        Understood { said: Err(fault), ..self }
    }
}

/// How requests to cancel end: for payments, and for messages, of which each has one payment. The
/// end of the case as a whole counts for those that have none of their own.
fn resolved(message: &Resolution) -> Result<Vec<Incoming>, IncomingFault> {
    let of_case = match message.status.as_str() {
        "CNCL" | "IPAY" => RecallOutcome::Granted,
        "RJCR" | "UWFW" => RecallOutcome::Refused,
        // Forwarded, or decided only in part: not decided.
        _ => RecallOutcome::Pending,
    };
    let mut answers = Vec::new();
    for details in &message.details {
        let groups = details.group.iter().map(|group| {
            let outcome = group.status.map(|status| match status {
                GroupCancellation::Accepted => RecallOutcome::Granted,
                GroupCancellation::Rejected => RecallOutcome::Refused,
                GroupCancellation::Partly | GroupCancellation::Pending => RecallOutcome::Pending,
            });
            (uetr_of(group.original.id.as_str()), outcome, &group.reasons)
        });
        let payments = details.payments.iter().map(|payment| {
            let outcome = payment.status.map(|status| match status {
                Cancellation::Accepted => RecallOutcome::Granted,
                Cancellation::Rejected => RecallOutcome::Refused,
                Cancellation::Pending => RecallOutcome::Pending,
            });
            (named(&payment.original), outcome, &payment.reasons)
        });
        let groups = groups.filter(|_| details.payments.is_empty());
        for (uetr, outcome, reasons) in groups.chain(payments) {
            let uetr = uetr.ok_or(IncomingFault::NoInstruction)?;
            let outcome = outcome.unwrap_or(of_case);
            let reason = reasons.iter().find_map(Reason::reason_code);
            answers.push(Incoming::Word(BankWord::Recall(RecallAnswer { uetr, outcome, reason })));
        }
    }
    Ok(answers)
}

/// What comes back.
fn returned(message: &PaymentReturn) -> Result<Vec<Incoming>, IncomingFault> {
    let notices = message.returns.iter().map(|returned| {
        let uetr = named(&returned.original).ok_or(IncomingFault::NoInstruction)?;
        let reason = returned.reasons.iter().find_map(Reason::reason_code);
        Ok(Incoming::Word(BankWord::Returning(ReturnNotice { uetr, reason })))
    });
    notices.collect()
}

/// The payment that a message is about, by the references that came through.
fn named(original: &OriginalPayment) -> Option<Uetr> {
    let by_id = |id: &Option<Reference>| uetr_of(id.as_ref()?.as_str());
    original.uetr.or_else(|| by_id(&original.end_to_end)).or_else(|| by_id(&original.instruction))
}

fn booked(
    book: &AccountBook,
    bank: &Bic,
    notifications: Vec<AccountNotification>,
) -> Result<Vec<Incoming>, IncomingFault> {
    let mut booked = Vec::new();
    for notification in notifications {
        let own = Own::find(book, bank, &notification.account)?;
        own.check(notification.currency)?;
        for entry in notification.entries {
            own.check(Some(entry.money.currency))?;
            let entries = complete(entry).booked(own.account)?;
            booked.extend(entries.into_iter().map(Incoming::Booked));
        }
    }
    Ok(booked)
}

fn statements(
    book: &AccountBook,
    bank: &Bic,
    statements: Vec<AccountStatement>,
) -> Result<Vec<Incoming>, IncomingFault> {
    let statement = |statement: AccountStatement| {
        let own = Own::find(book, bank, &statement.account)?;
        own.check(Some(statement.currency))?;
        let entries = statement.entries.into_iter().map(complete).collect();
        let statement = AccountStatement { entries, ..statement };
        Ok(Incoming::Statement(statement.booked(own.account)?))
    };
    statements.into_iter().map(statement).collect()
}

fn reports(
    book: &AccountBook,
    bank: &Bic,
    reports: Vec<AccountReport>,
) -> Result<Vec<Incoming>, IncomingFault> {
    let mut reported = Vec::new();
    for report in reports {
        let own = Own::find(book, bank, &report.account)?;
        own.check(report.currency)?;
        let entries: Vec<Entry> = report.entries.into_iter().map(complete).collect();
        let in_currency = report.balances.iter().map(|balance| balance.currency);
        let stated = in_currency.chain(entries.iter().map(|entry| entry.money.currency));
        stated.into_iter().try_for_each(|currency| own.check(Some(currency)))?;
        let report = AccountReport { entries, ..report };
        reported.extend(report.booked(own.account, own.currency)?.map(Incoming::Reported));
    }
    Ok(reported)
}

/// An account of this node at the bank that speaks.
struct Own {
    account: SettlementAccount,
    currency: Currency,
}

impl Own {
    fn find(book: &AccountBook, bank: &Bic, number: &AccountNumber) -> Result<Own, IncomingFault> {
        let holding = book.holding(number);
        let own = holding.filter(|&(account, currency)| book.is_own(account, currency, bank));
        let (account, currency) = own.ok_or(IncomingFault::UnknownAccount)?;
        Ok(Own { account, currency })
    }

    fn check(&self, stated: Option<Currency>) -> Result<(), IncomingFault> {
        let &Own { account, currency: expected } = self;
        match stated {
            Some(got) if got != expected => {
                Err(IncomingFault::WrongCurrency { account, expected, got })
            }
            _ => Ok(()),
        }
    }
}

/// The entry with what its payments say in other words: the UETR where only the end-to-end id
/// came through, the deposit reference where the payer wrote it as text.
fn complete(mut entry: Entry) -> Entry {
    for detail in &mut entry.details {
        let Detail { uetr, end_to_end, remittance, .. } = detail;
        *uetr = uetr.or_else(|| uetr_of(end_to_end.as_ref()?.as_str()));
        if let Some(party) = remittance.text.iter().find_map(|text| quoted(text.as_str()))
            && remittance.reference.as_ref().is_none_or(|text| !is_party(text.as_str()))
        {
            remittance.reference = party.to_string().parse().ok();
        }
    }
    entry
}

fn is_party(text: &str) -> bool {
    text.parse::<PartyId>().is_ok()
}

/// The party in `GCFN pty-...`, as payers copy it from the app; banks may change its case.
fn quoted(text: &str) -> Option<PartyId> {
    let mut words = text.split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("GCFN"))?;
    words.next()?.to_ascii_lowercase().parse().ok()
}

/// The statuses of single payments, then those of whole blocks and messages for payments that
/// have none of their own: a node puts one payment into a message and names all after it.
fn statuses(
    groups: &[GroupStatus],
    blocks: &[PaymentReport],
    transactions: &[TransactionReport],
) -> Result<Vec<Incoming>, IncomingFault> {
    let mut reports = Vec::new();
    let mut known = BTreeSet::new();
    for transaction in transactions {
        let Some(status) = transaction.status else { continue };
        let by_id = || uetr_of(transaction.end_to_end.as_ref()?.as_str());
        let uetr = transaction.uetr.or_else(by_id).ok_or(IncomingFault::NoInstruction)?;
        known.insert(uetr);
        reports.push(report(uetr, status, &transaction.reasons));
    }
    let blocks = blocks.iter().map(|block| (&block.id, &block.status, &block.reasons));
    let groups = groups.iter().map(|group| (&group.original.id, &group.status, &group.reasons));
    for (id, status, reasons) in blocks.chain(groups) {
        // Codes that only a group has, such as PART, say nothing of a payment.
        let status = status.as_ref().and_then(|code| code.as_str().parse().ok());
        match (uetr_of(id.as_str()), status) {
            (Some(uetr), Some(status)) if known.insert(uetr) => {
                reports.push(report(uetr, status, reasons));
            }
            (None, Some(_)) if transactions.is_empty() => return Err(IncomingFault::NoInstruction),
            _ => {}
        }
    }
    Ok(reports)
}

fn report(uetr: Uetr, status: TransactionStatus, reasons: &[Reason]) -> Incoming {
    let reason = reasons.iter().find_map(Reason::reason_code);
    Incoming::Status(StatusReport { uetr, status, reason })
}
