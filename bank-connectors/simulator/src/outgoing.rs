//! What the bank writes: status reports, notifications, statements.

use crate::bank::{Account, Movement};
use crate::fault::Hold;
use crate::order::{Order, Verdict};
use gcfn_banking::{ReasonCode, RecallOutcome};
use gcfn_iso20022::{
    AccountNotification, AccountReport, AccountStatement, Actor, Agent, Assignment, Balance, Bic,
    BusinessMessage, Cancellation, CancellationRequest, CancelledPayment, Code, Document, Entry,
    EntryStatus, GroupHeader, GroupStatus, Header, InitiationStatus, Money, Notifications,
    OriginalMessage, OriginalPayment, PaymentReport, PaymentReturn, PaymentStatus, Reason,
    Reference, ReportedBalance, Reports, Resolution, ResolvedMessage, ResolvedPayment,
    ReturnedTransfer, Settlement, Statements, TransactionReport, write,
};
use gcfn_model::{BusinessDate, Currency, NodeId, Position, Timestamp};
use serde::{Deserialize, Serialize};

/// A message that waits for its node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Which node.
    pub to: NodeId,
    /// The message as it will be sent, which may be broken on purpose.
    pub xml: String,
    /// Why it is held back, if it is.
    pub held: Option<Hold>,
}

/// The letterhead of one message.
pub(crate) struct Letterhead {
    pub(crate) bic: Bic,
    pub(crate) to: NodeId,
    pub(crate) id: Reference,
    pub(crate) at: Timestamp,
}

impl Letterhead {
    pub(crate) fn group(&self) -> GroupHeader {
        GroupHeader { id: self.id.clone(), created_at: self.at }
    }

    /// `document` as text, under this head.
    pub(crate) fn message(self, document: Document) -> String {
        let to = self.to.as_str().parse().expect("a node's name has at most 16 characters");
        let to = Agent { other: Some(to), ..Agent::default() };
        let header = Header::new(Agent::bic(self.bic), to, self.id, self.at);
        let bytes = write(&BusinessMessage { header: Some(header), document });
        String::from_utf8(bytes).expect("the writer writes UTF-8")
    }
}

/// The answer to orders of one message: pain.002 to a pain.001, else pacs.002.
pub(crate) fn status(group: GroupHeader, answered: &[(Order, Verdict)]) -> Option<Document> {
    let (first, _) = answered.first()?;
    let original = first.source.original();
    if first.source.block.is_none() {
        let original = Some(original);
        let transactions = answered
            .iter()
            .map(|(order, verdict)| TransactionReport {
                original: original.clone(),
                ..report(order, *verdict)
            })
            .collect();
        let groups = Vec::new();
        return Some(Document::PaymentStatus(PaymentStatus { group, groups, transactions }));
    }
    let mut payments: Vec<PaymentReport> = Vec::new();
    for (order, verdict) in answered {
        let report = report(order, *verdict);
        let Some(id) = order.source.block.clone() else { continue };
        match payments.last_mut().filter(|block| block.id == id) {
            Some(block) => block.transactions.push(report),
            None => {
                let (status, reasons, transactions) = (None, Vec::new(), vec![report]);
                payments.push(PaymentReport { id, status, reasons, transactions });
            }
        }
    }
    let original = GroupStatus { original, status: None, reasons: Vec::new() };
    Some(Document::InitiationStatus(InitiationStatus { group, original, payments }))
}

fn report(order: &Order, verdict: Verdict) -> TransactionReport {
    TransactionReport {
        instruction: order.instruction.clone(),
        end_to_end: Some(order.end_to_end.clone()),
        uetr: order.uetr(),
        status: Some(verdict.status),
        reasons: verdict.reason.map(Reason::coded).into_iter().collect(),
        ..TransactionReport::default()
    }
}

/// The notification of one movement of `account`.
pub(crate) fn notification(group: GroupHeader, account: &Account, entry: Entry) -> Document {
    Document::Notifications(Notifications {
        notifications: vec![AccountNotification {
            id: group.id.clone(),
            account: account.number.clone(),
            currency: Some(entry.money.currency),
            entries: vec![entry],
        }],
        group,
    })
}

/// The day's statement of `account`, under `head`.
pub(crate) fn statement(
    head: &Letterhead,
    account: &Account,
    currency: Currency,
    date: BusinessDate,
) -> AccountStatement {
    let balance = |amount| {
        Balance::new(Position::from(amount), date).expect("an amount has at most 18 digits")
    };
    let entries = account.movements.iter().map(|movement| movement.entry(currency, date));
    AccountStatement {
        id: head.id.clone(),
        page: None,
        sequence: Some(account.statements + 1),
        account: account.number.clone(),
        currency,
        opening: balance(account.opening),
        closing: balance(account.balance),
        entries: entries.collect(),
    }
}

/// A message with one statement.
pub(crate) fn stated(group: GroupHeader, statement: AccountStatement) -> Document {
    Document::Statements(Statements { group, statements: vec![statement] })
}

/// How `account` stands during the day.
pub(crate) fn day_so_far(
    group: GroupHeader,
    account: &Account,
    currency: Currency,
    date: BusinessDate,
) -> Document {
    let balance = |code: &str, amount| ReportedBalance {
        kind: Code::Code(code.parse().expect("a code of the list")),
        currency,
        balance: Balance::new(Position::from(amount), date).expect("at most 18 digits"),
    };
    let entries = account.movements.iter().map(|movement| movement.entry(currency, date));
    Document::Reports(Reports {
        reports: vec![AccountReport {
            id: group.id.clone(),
            page: None,
            sequence: None,
            account: account.number.clone(),
            currency: Some(currency),
            balances: vec![balance("OPBD", account.opening), balance("ITBD", account.balance)],
            entries: entries.collect(),
        }],
        group,
    })
}

/// The answer to a question about a payment that was never received.
pub(crate) fn no_record(group: GroupHeader, asked: &OriginalPayment) -> Document {
    let source = asked.message.clone();
    one_report(group, source, asked, Verdict::rejected(ReasonCode::NO_RECORD))
}

/// How the payment, or the return, of the message `source` stands.
pub(crate) fn about(
    group: GroupHeader,
    source: OriginalMessage,
    payment: &OriginalPayment,
    verdict: Verdict,
) -> Document {
    one_report(group, Some(source), payment, verdict)
}

fn one_report(
    group: GroupHeader,
    original: Option<OriginalMessage>,
    payment: &OriginalPayment,
    verdict: Verdict,
) -> Document {
    let report = TransactionReport {
        original,
        instruction: payment.instruction.clone(),
        end_to_end: payment.end_to_end.clone(),
        uetr: payment.uetr,
        status: Some(verdict.status),
        reasons: verdict.reason.map(Reason::coded).into_iter().collect(),
        ..TransactionReport::default()
    };
    Document::PaymentStatus(PaymentStatus { group, groups: Vec::new(), transactions: vec![report] })
}

/// How a request to give a payment up ends.
pub(crate) fn resolution(
    head: &Letterhead,
    asked: &CancellationRequest,
    payment: &CancelledPayment,
    (outcome, reason): (RecallOutcome, Option<ReasonCode>),
) -> Document {
    let (status, of_payment) = match outcome {
        RecallOutcome::Granted => ("CNCL", Cancellation::Accepted),
        RecallOutcome::Pending => ("PDCR", Cancellation::Pending),
        RecallOutcome::Refused => ("RJCR", Cancellation::Rejected),
    };
    let resolved = ResolvedPayment {
        id: Some(head.id.clone()),
        case: payment.case.clone(),
        original: payment.original.clone(),
        status: Some(of_payment),
        reasons: reason.map(Reason::coded).into_iter().collect(),
    };
    let assignment = Assignment {
        id: head.id.clone(),
        assigner: Actor::Agent(Agent::bic(head.bic.clone())),
        assignee: asked.assignment.assigner.clone(),
        created_at: head.at,
    };
    Document::Resolution(Resolution {
        assignment,
        case: asked.case.clone(),
        status: status.parse().expect("a code of the list"),
        details: vec![ResolvedMessage { group: None, payments: vec![resolved] }],
    })
}

/// `order` comes back.
pub(crate) fn returned(group: GroupHeader, order: &Order, reason: ReasonCode) -> Document {
    let original = OriginalPayment {
        message: Some(order.source.original()),
        instruction: order.instruction.clone(),
        end_to_end: Some(order.end_to_end.clone()),
        uetr: order.uetr(),
        settlement: Some(order.money),
        ..OriginalPayment::default()
    };
    let returned = ReturnedTransfer {
        id: Some(group.id.clone()),
        reasons: vec![Reason::coded(reason)],
        ..ReturnedTransfer::new(original, order.money)
    };
    Document::PaymentReturn(PaymentReturn {
        group,
        settlement: Settlement::default(),
        instructing: None,
        instructed: None,
        original: None,
        returns: vec![returned],
    })
}

impl Movement {
    /// The movement as an entry of a statement or a notification.
    pub(crate) fn entry(&self, currency: Currency, date: BusinessDate) -> Entry {
        let money = Money { amount: self.amount, currency };
        let mut detail = self.detail.clone();
        detail.money = Some(money);
        Entry {
            money,
            side: self.side,
            status: EntryStatus::Booked,
            booked_on: Some(date),
            value_on: Some(date),
            bank_reference: Some(self.reference.clone()),
            details: vec![detail],
        }
    }
}
