//! What a bank is asked, and what passes. Every case has a name that does not change.

use super::Terms;
use super::exchange::{Answers, Letters};
use super::report::Report;
use super::verdict::{Found, follows, rejected, status};
use gcfn_banking::{
    BankReference, Creditor, Instruction, ReasonCode, RecallOutcome, Side, TransactionStatus,
};
use gcfn_iso20022::{
    Actor, Agent, BusinessMessage, Document, GroupHeader, Header, Reference, ReportingRequest,
    RequestedReport, write,
};
use gcfn_model::{Amount, BusinessDate, InstructionId, PartyId, Pool, SettlementAccount, Uetr};
use gcfn_transport::{
    AccountBook, FolderFault, Incoming, Order, between_pools, cancellation, question, to_party,
};
use std::collections::BTreeSet;

type Name = (&'static str, &'static str);

/// The cases of one way to pay.
struct Ways {
    reply: &'static str,
    status: Name,
    booked: Name,
    order: Name,
    again: Name,
    altered: Name,
}

const BETWEEN_POOLS: Ways = Ways {
    reply: "pacs.002",
    status: ("pacs.009-status", "pays between two accounts; a pacs.002 says that it does"),
    booked: ("pacs.009-booked", "a camt.054 for the entry, once, with the amount instructed"),
    order: ("pacs.009-order", "the status comes before the entry"),
    again: ("pacs.009-again", "the same message again gets the same answer and pays nothing"),
    altered: ("pacs.009-altered", "another amount under the same ids is refused"),
};
const TO_CUSTOMER: Ways = Ways {
    reply: "pain.002",
    status: ("pain.001-status", "pays a customer; a pain.002 says that it does"),
    booked: ("pain.001-booked", "a camt.054 for the entry, once, with the amount instructed"),
    order: ("pain.001-order", "the status comes before the entry"),
    again: ("pain.001-again", "the same message again gets the same answer and pays nothing"),
    altered: ("pain.001-altered", "another amount under the same ids is refused"),
};
const FOREIGN: Name = ("pacs.009-foreign", "pays nothing from an account that is not the node's");
const TOO_MUCH: Name = ("pacs.009-too-much", "pays nothing that is not there");
const KNOWN: Name = ("pacs.028-known", "says how a payment stands as it has said before");
const UNKNOWN: Name = ("pacs.028-unknown", "says RJCT and NOOR of a payment that it never had");
const LATER: Name = ("pain.001-later", "takes a payment of a later day and books it not today");
const RECALL_LATER: Name =
    ("camt.056-later", "answers a request to give that one up, and keeps to its answer");
const RECALL_BOOKED: Name =
    ("camt.056-booked", "answers a request to get a booked payment back with a camt.029");
const RETURNED: Name =
    ("pacs.004-returned", "what it gives back comes by pacs.004, and by camt.054 to the amount");
const RECALL_UNKNOWN: Name =
    ("camt.056-unknown", "refuses a request about a payment that it never had");
const DAY: Name = ("camt.060-day", "sends a camt.052 that has what it has booked today");
const STATEMENT: Name =
    ("camt.060-statement", "sends its last camt.053, whose entries make the balances");
const MALFORMED: Name =
    ("malformed", "half a message pays nothing, and does not end the conversation");
const UNDERSTOOD: Name = ("understood", "a node understands every message of the run");
const ONCE: Name = ("said-once", "no answer comes twice");
const SIGNED: Name = ("signed", "every message is signed with the bank's key");

/// A run: what was agreed, the way, and what was found so far.
struct Run<'r, 't> {
    terms: &'t Terms,
    book: &'r AccountBook,
    letters: &'r mut Letters<'t>,
    report: Report,
    twice: Option<String>,
}

/// A payment of the run, as it was answered.
struct Paid {
    order: Order,
    status: Option<TransactionStatus>,
    booked: BTreeSet<BankReference>,
}

/// Every case, in order.
pub(super) async fn run<'t>(
    terms: &'t Terms,
    book: &AccountBook,
    letters: &mut Letters<'t>,
) -> Result<Report, FolderFault> {
    let (report, twice) = (Report::default(), None);
    let mut run = Run { terms, book, letters, report, twice };
    let pools = run.pays(1, Creditor::Account(run.account(Pool::SettlementHub)), &BETWEEN_POOLS);
    let pools = pools.await?;
    let customer = run.pays(2, run.customer(), &TO_CUSTOMER).await?;
    run.refuses(3, FOREIGN, |order| order.debtor.node = "nobody".parse().expect("a name")).await?;
    run.refuses(4, TOO_MUCH, |order| order.amount = Amount::MAX).await?;
    run.answers_questions(&pools).await?;
    run.gives_up_what_is_later().await?;
    run.gives_back(&customer).await?;
    run.knows_nothing_of_what_it_never_had().await?;
    run.reports(&pools).await?;
    run.survives_half_a_message(&pools).await?;
    run.closes();
    Ok(run.report)
}

impl Run<'_, '_> {
    fn account(&self, pool: Pool) -> SettlementAccount {
        SettlementAccount { node: self.terms.node, pool }
    }

    fn customer(&self) -> Creditor {
        Creditor::Party(PartyId::derive(&[b"gcfn/conformance"]))
    }

    /// The payment `number` of this run, due on `date`.
    fn order(&self, number: u8, creditor: Creditor, date: BusinessDate) -> Order {
        let at = self.terms.at;
        let seed: &[&[u8]] = &[b"gcfn/conformance", &at.micros().to_be_bytes(), &[number]];
        let instruction = Instruction {
            id: InstructionId::derive(seed),
            debtor: self.account(Pool::UserCustody),
            creditor,
            currency: self.terms.currency,
            amount: self.terms.amount,
            value_date: date,
            purpose: (),
        };
        Order::new(at, &instruction)
    }

    fn message(&self, order: &Order) -> BusinessMessage {
        match order.instruction.creditor {
            Creditor::Account(creditor) => {
                between_pools(self.book, &self.terms.bank, order, creditor)
            }
            Creditor::Party(_) => to_party(self.book, &self.terms.bank, order, self.terms.payee()),
        }
    }

    async fn exchange(
        &mut self,
        message: &BusinessMessage,
        enough: impl Fn(&Answers) -> bool,
    ) -> Result<Answers, FolderFault> {
        let answers = self.letters.exchange(message, enough).await?;
        if let Some(id) = answers.twice() {
            self.twice.get_or_insert_with(|| id.to_owned());
        }
        Ok(answers)
    }

    /// A payment, the same again, and another under the same ids.
    async fn pays(
        &mut self,
        number: u8,
        creditor: Creditor,
        ways: &Ways,
    ) -> Result<Paid, FolderFault> {
        let order = self.order(number, creditor, self.terms.date);
        let (uetr, message) = (order.uetr(), self.message(&order));
        let both =
            |said: &Answers| !said.statuses(uetr).is_empty() && !said.bookings(uetr).is_empty();
        let said = self.exchange(&message, both).await?;
        self.report.add(ways.status, status(&said, uetr, ways.reply));
        self.report.add(ways.booked, self.entry(&said, uetr, Side::Debit));
        match (said.statuses(uetr).first(), said.bookings(uetr).first()) {
            (Some((status, _)), Some((booked, _))) => self.report.add(
                ways.order,
                match status < booked {
                    true => Ok("the status first".to_owned()),
                    false => Err("the entry first".to_owned()),
                },
            ),
            _ => self.report.skip(ways.order, "one of the two did not come"),
        }
        let first = said.statuses(uetr).last().map(|(_, report)| report.status);
        let booked = said.bookings(uetr).iter().map(|(_, entry)| entry.bank_reference).collect();
        let paid = Paid { order, status: first, booked };
        self.repeats(&paid, &message, ways).await?;
        Ok(paid)
    }

    async fn repeats(
        &mut self,
        paid: &Paid,
        message: &BusinessMessage,
        ways: &Ways,
    ) -> Result<(), FolderFault> {
        let uetr = paid.order.uetr();
        let Some(before) = paid.status else {
            self.report.skip(ways.again, "the first was not answered");
            self.report.skip(ways.altered, "the first was not answered");
            return Ok(());
        };
        let answered = |said: &Answers| !said.statuses(uetr).is_empty();
        let said = self.exchange(message, answered).await?;
        let again = paid.untouched(&said).and_then(|()| match said.statuses(uetr).last() {
            None => Err(said.summary()),
            Some((_, report)) if follows(before, report.status) => Ok(report.status.to_string()),
            Some((_, report)) => Err(format!("{before} at first, {} then", report.status)),
        });
        self.report.add(ways.again, again);

        let mut other = paid.order;
        let one = Amount::from_minor(1).expect("one is an amount");
        other.instruction.amount = other.instruction.amount.checked_add(one).unwrap_or(one);
        let said = self.exchange(&self.message(&other), answered).await?;
        self.report.add(ways.altered, paid.untouched(&said).and_then(|()| rejected(&said, uetr)));
        Ok(())
    }

    /// What must not be paid.
    async fn refuses(
        &mut self,
        number: u8,
        name: Name,
        spoil: impl FnOnce(&mut Instruction<()>),
    ) -> Result<(), FolderFault> {
        let creditor = Creditor::Account(self.account(Pool::SettlementHub));
        let mut order = self.order(number, creditor, self.terms.date);
        spoil(&mut order.instruction);
        let uetr = order.uetr();
        let message = self.message(&order);
        let said = self.exchange(&message, |said| !said.statuses(uetr).is_empty()).await?;
        let found = match said.bookings(uetr).is_empty() {
            true => rejected(&said, uetr),
            false => Err("it was booked".to_owned()),
        };
        self.report.add(name, found);
        Ok(())
    }

    async fn ask(&mut self, order: &Order, number: u16) -> Result<Answers, FolderFault> {
        let uetr = order.uetr();
        let errand = Some(gcfn_banking::Errand::Ask { number });
        let asked = question(self.book, &self.terms.bank, &Order { errand, ..*order });
        self.exchange(&asked, |said| !said.statuses(uetr).is_empty()).await
    }

    async fn recall(&mut self, order: &Order) -> Result<Answers, FolderFault> {
        let (uetr, reason) = (order.uetr(), "CUST".parse().expect("a code of the list"));
        let errand = Some(gcfn_banking::Errand::Recall { number: 1, reason });
        let order = Order { errand, ..*order };
        let asked = cancellation(self.book, &self.terms.bank, &order, reason);
        let enough = |said: &Answers| match said.recalls(uetr).last() {
            Some(RecallOutcome::Granted) => said.returning(uetr) && !said.bookings(uetr).is_empty(),
            Some(RecallOutcome::Refused | RecallOutcome::Pending) => true,
            None => false,
        };
        self.exchange(&asked, enough).await
    }

    async fn answers_questions(&mut self, paid: &Paid) -> Result<(), FolderFault> {
        let uetr = paid.order.uetr();
        match paid.status {
            None => self.report.skip(KNOWN, "the payment was not answered"),
            Some(before) => {
                let said = self.ask(&paid.order, 1).await?;
                let found = match said.statuses(uetr).last() {
                    None => Err(format!("no pacs.002 about it; {}", said.summary())),
                    Some((_, report)) if follows(before, report.status) => {
                        Ok(report.status.to_string())
                    }
                    Some((_, report)) => Err(format!("{before} at first, {} now", report.status)),
                };
                self.report.add(KNOWN, found);
            }
        }
        let creditor = Creditor::Account(self.account(Pool::SettlementHub));
        let never = self.order(5, creditor, self.terms.date);
        let said = self.ask(&never, 1).await?;
        let found = rejected(&said, never.uetr()).and_then(|seen| {
            let reasons = said.statuses(never.uetr());
            let noor = reasons.iter().any(|(_, of)| of.reason == Some(ReasonCode::NO_RECORD));
            if noor { Ok(seen) } else { Err(format!("{seen}: it would never be sent again")) }
        });
        self.report.add(UNKNOWN, found);
        Ok(())
    }

    /// A payment of a later day is given up, or is not; afterwards the bank says the same of it.
    async fn gives_up_what_is_later(&mut self) -> Result<(), FolderFault> {
        let order = self.order(6, self.customer(), self.terms.date.plus_days(7));
        let uetr = order.uetr();
        let message = self.message(&order);
        let said = self.exchange(&message, |said| !said.statuses(uetr).is_empty()).await?;
        let taken = match said.bookings(uetr).is_empty() {
            true => status(&said, uetr, TO_CUSTOMER.reply),
            false => Err("it was booked today".to_owned()),
        };
        let is_taken = taken.is_ok();
        self.report.add(LATER, taken);
        if !is_taken {
            self.report.skip(RECALL_LATER, "there is nothing to give up");
            return Ok(());
        }
        let (reason, errand) = ("CUST".parse().expect("a code of the list"), None);
        let asked = cancellation(self.book, &self.terms.bank, &Order { errand, ..order }, reason);
        let said = self.exchange(&asked, |said| !said.recalls(uetr).is_empty()).await?;
        let Some(&outcome) = said.recalls(uetr).last() else {
            self.report.add(RECALL_LATER, Err(format!("no camt.029; {}", said.summary())));
            return Ok(());
        };
        let said = self.ask(&order, 1).await?;
        let stands = said.statuses(uetr).last().map(|(_, report)| report.status);
        let given_up = stands == Some(TransactionStatus::Rejected);
        let found = match (outcome, stands) {
            (_, None) => Err(format!("{outcome:?}, and then no pacs.002; {}", said.summary())),
            (RecallOutcome::Granted, Some(stands)) if !given_up => {
                Err(format!("given up, and it still stands at {stands}"))
            }
            (RecallOutcome::Refused, Some(_)) if given_up => {
                Err("not given up, and it is rejected".to_owned())
            }
            (outcome, Some(stands)) => Ok(format!("{outcome:?}, and it stands at {stands}")),
        };
        self.report.add(RECALL_LATER, found);
        Ok(())
    }

    async fn gives_back(&mut self, paid: &Paid) -> Result<(), FolderFault> {
        let uetr = paid.order.uetr();
        if paid.booked.is_empty() {
            self.report.skip(RECALL_BOOKED, "nothing was booked");
            self.report.skip(RETURNED, "nothing was booked");
            return Ok(());
        }
        let said = self.recall(&paid.order).await?;
        let outcome = said.recalls(uetr).last().copied();
        let seen = outcome.map(|outcome| format!("{outcome:?}"));
        self.report.add(RECALL_BOOKED, seen.ok_or(format!("no camt.029; {}", said.summary())));
        if outcome != Some(RecallOutcome::Granted) {
            self.report.skip(RETURNED, "the bank does not give it back");
            return Ok(());
        }
        let found = match said.returning(uetr) {
            true => self.entry(&said, uetr, Side::Credit),
            false => Err(format!("no pacs.004; {}", said.summary())),
        };
        self.report.add(RETURNED, found);
        Ok(())
    }

    async fn knows_nothing_of_what_it_never_had(&mut self) -> Result<(), FolderFault> {
        let creditor = Creditor::Account(self.account(Pool::SettlementHub));
        let never = self.order(7, creditor, self.terms.date);
        let said = self.recall(&never).await?;
        let found = match said.recalls(never.uetr()).last() {
            Some(RecallOutcome::Refused) => Ok("refused".to_owned()),
            Some(outcome) => Err(format!("{outcome:?}")),
            None => Err(format!("no camt.029; {}", said.summary())),
        };
        self.report.add(RECALL_UNKNOWN, found);
        Ok(())
    }

    async fn reports(&mut self, paid: &Paid) -> Result<(), FolderFault> {
        let account = self.account(Pool::UserCustody);
        let wanted = self.wanted(8, "camt.052.001.08");
        let said = self.exchange(&wanted, |said| said.reports().next().is_some()).await?;
        let found = said.reports().find_map(|said| match said {
            Incoming::Reported(report) if report.account == account => {
                let has = |reference| report.entries.iter().any(|e| e.bank_reference == reference);
                let missing = paid.booked.iter().any(|reference| !has(*reference));
                Some(match missing && paid.debited(&report.entries).is_none() {
                    true => Err("what it has booked in this run is not in it".to_owned()),
                    false => Ok(format!("{} entries", report.entries.len())),
                })
            }
            _ => None,
        });
        self.report.add(DAY, found.unwrap_or(Err(format!("no camt.052; {}", said.summary()))));

        let wanted = self.wanted(9, "camt.053.001.08");
        let said = self.exchange(&wanted, |said| said.reports().next().is_some()).await?;
        let found = said.reports().find_map(|said| match said {
            Incoming::Statement(statement) if statement.account == account => {
                let entries = statement.entries.iter();
                let sum = entries.fold(statement.opening, |sum, entry| sum.and(entry.change()));
                Some(match sum == statement.closing {
                    true => {
                        Ok(format!("of {}, {} entries", statement.date, statement.entries.len()))
                    }
                    false => Err("opening balance and entries do not make the closing one".into()),
                })
            }
            _ => None,
        });
        let found = found.unwrap_or(Err(format!("no camt.053; {}", said.summary())));
        self.report.add(STATEMENT, found);
        Ok(())
    }

    /// A camt.060 for the node's user custody.
    fn wanted(&self, number: u8, definition: &str) -> BusinessMessage {
        let Terms { node, bank, currency, at, .. } = self.terms;
        let id: Reference = format!("RPT-{:x}-{number}", at.micros()).parse().expect("short ASCII");
        let name = node.as_str().parse().expect("a node's name has at most 16 characters");
        let owner = Agent { other: Some(name), ..Agent::default() };
        let servicer = Agent::bic(bank.clone());
        let account = self.book.number(self.account(Pool::UserCustody), *currency);
        let request = RequestedReport {
            id: Some(id.clone()),
            definition: definition.parse().expect("a definition is a short ASCII name"),
            account: Some(account),
            owner: Actor::Agent(owner.clone()),
            servicer: Some(servicer.clone()),
            period: None,
        };
        let document = Document::ReportingRequest(ReportingRequest {
            group: GroupHeader { id: id.clone(), created_at: *at },
            sender: Some(Actor::Agent(owner.clone())),
            requests: vec![request],
        });
        BusinessMessage { header: Some(Header::new(owner, servicer, id, *at)), document }
    }

    async fn survives_half_a_message(&mut self, paid: &Paid) -> Result<(), FolderFault> {
        let creditor = Creditor::Account(self.account(Pool::SettlementHub));
        let half = self.order(10, creditor, self.terms.date);
        let mut bytes = write(&self.message(&half));
        bytes.truncate(bytes.len() / 2);
        let said = self.letters.exchange_bytes(&bytes, |_| true).await?;
        let goes_on = self.ask(&paid.order, 2).await?;
        let paid_half = [&said, &goes_on].iter().any(|said| !said.bookings(half.uetr()).is_empty());
        let found = match (paid_half, goes_on.statuses(paid.order.uetr()).is_empty()) {
            (true, _) => Err("it was booked".to_owned()),
            (false, true) => Err(format!("the next question: {}", goes_on.summary())),
            (false, false) => Ok("nothing was booked, and the next question answered".to_owned()),
        };
        self.report.add(MALFORMED, found);
        Ok(())
    }

    /// What holds of the whole run.
    fn closes(&mut self) {
        let heard = &self.letters.heard;
        let refused = heard.iter().find_map(|heard| heard.message.said.as_ref().err());
        let found = match refused {
            None => Ok(format!("{} messages", heard.len())),
            Some(fault) => Err(fault.to_string()),
        };
        self.report.add(UNDERSTOOD, found);
        let found = match &self.twice {
            None => Ok("each once".to_owned()),
            Some(id) => Err(format!("message {id} came twice")),
        };
        self.report.add(ONCE, found);
        let unsigned = heard.iter().find_map(|heard| heard.unsigned.clone());
        match (self.terms.key, unsigned) {
            (_, Some(fault)) => self.report.add(SIGNED, Err(fault)),
            (Some(_), None) => self.report.add(SIGNED, Ok(format!("{} messages", heard.len()))),
            (None, None) => self.report.skip(SIGNED, "no key of the bank was given"),
        }
    }

    /// The entry of a payment on the node's side: one, of the amount and the currency instructed.
    fn entry(&self, said: &Answers, uetr: Uetr, side: Side) -> Found {
        let Terms { amount, currency, .. } = self.terms;
        let account = self.account(Pool::UserCustody);
        let bookings = said.bookings(uetr);
        let own: Vec<_> = bookings.iter().map(|(_, entry)| entry).collect();
        if let Some(other) = own.iter().find(|entry| entry.amount != *amount) {
            let [got, due] = [other.amount, *amount].map(|amount| amount.decimal(*currency));
            return Err(format!("booked {got} {currency}, instructed {due}"));
        }
        let own: BTreeSet<_> = own
            .iter()
            .filter(|entry| entry.account == account && entry.side == side)
            .map(|entry| entry.bank_reference)
            .collect();
        match own.len() {
            0 => Err(format!("no camt.054 of it; {}", said.summary())),
            1 => Ok(format!("{} {currency}", amount.decimal(*currency))),
            times => Err(format!("booked {times} times")),
        }
    }
}

impl Paid {
    /// Whether nothing was booked that had not been before.
    fn untouched(&self, said: &Answers) -> Result<(), String> {
        let bookings = said.bookings(self.order.uetr());
        let new = bookings.iter().any(|(_, entry)| !self.booked.contains(&entry.bank_reference));
        if new { Err("it was booked again".to_owned()) } else { Ok(()) }
    }

    /// The entry of this payment among `entries`.
    fn debited<'e>(
        &self,
        entries: &'e [gcfn_banking::BankEntry],
    ) -> Option<&'e gcfn_banking::BankEntry> {
        let uetr = Some(self.order.uetr());
        entries.iter().find(|entry| entry.uetr == uetr && entry.side == Side::Debit)
    }
}
