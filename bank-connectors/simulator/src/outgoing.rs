//! What the bank writes: status reports, notifications, statements.

use crate::bank::{Account, Movement};
use crate::order::{Order, Verdict};
use gcfn_iso20022::{
    AccountNotification, AccountStatement, Agent, Balance, Bic, BusinessMessage, Document, Entry,
    EntryStatus, GroupHeader, GroupStatus, Header, InitiationStatus, Money, Notifications,
    PaymentReport, PaymentStatus, Reason, Reference, Statements, TransactionReport, write,
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
    /// Held back until released.
    pub held: bool,
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

/// The day's statement of `account`.
pub(crate) fn statement(
    group: GroupHeader,
    account: &Account,
    currency: Currency,
    date: BusinessDate,
) -> Document {
    let balance = |amount| {
        Balance::new(Position::from(amount), date).expect("an amount has at most 18 digits")
    };
    let entries = account.movements.iter().map(|movement| movement.entry(currency, date));
    Document::Statements(Statements {
        statements: vec![AccountStatement {
            id: group.id.clone(),
            page: None,
            sequence: None,
            account: account.number.clone(),
            currency,
            opening: balance(account.opening),
            closing: balance(account.balance),
            entries: entries.collect(),
        }],
        group,
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
