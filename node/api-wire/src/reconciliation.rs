//! How a bank's books and the node's tie: days and their statements, and what differs.

use crate::money::PoolName;
use crate::term::{
    BreakName, CurrencyCode, Date, Hash, Party, PaymentReference, SignedMoney, Text, Time,
};
use crate::word::words;
use gcfn_banking::{
    AccountTies, BankEntry, Break, BreakResolution, DeskAct, Intraday, OpenBreak, StatedDay,
    StatementQuestion,
};
use gcfn_ledger::PoolPosition;
use gcfn_model::{BreakId, BusinessDate, Currency, Millis, PartyId, Pool, Position, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The differences between the banks' books and the node's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BreakList {
    /// The differences, the longest known first.
    pub breaks: Vec<BreakReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// In what a bank's books and the node's differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakClass {
    /// The bank has booked an entry that the node has not counted.
    BankOnly,
    /// The node has counted an entry that is on no statement.
    OursOnly,
    /// Both have the entry, with another amount or side.
    WrongAmount,
    /// The day does not open where the last statement closed.
    OpeningDiffers,
    /// The statement does not add up.
    SumDiffers,
    /// The node's ledger is not the closing balance.
    LedgerDiffers,
    /// The statement has two entries under one reference.
    StatedTwice,
    /// The statement's number is not the one after the last.
    OutOfSequence,
    /// The node has counted an entry that a statement had and the corrected one has no more.
    StatedNoMore,
}

/// One difference. A day with any is not reconciled, and what waits for it is not final.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BreakReport {
    /// Its name, which stays the same while what is said of it changes.
    pub id: BreakName,
    /// The account: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// The currency of the account.
    pub currency: CurrencyCode,
    /// The booking day.
    pub date: Date,
    /// In what the books differ.
    pub class: BreakClass,
    /// As the node has it: an amount that came in, or a balance; less than zero went out.
    pub ours: Option<SignedMoney>,
    /// As the bank has it.
    pub bank: Option<SignedMoney>,
    /// The number of the statement that was due, where it is another.
    pub number_due: Option<u64>,
    /// The number that the bank has given it.
    pub number: Option<u64>,
    /// What the bank calls the entry.
    #[schema(example = "B-20261123-7")]
    pub bank_reference: Option<String>,
    /// The payment that the entry belongs to.
    pub uetr: Option<PaymentReference>,
    /// Since when it is known.
    pub since: Time,
    /// How long that is.
    pub age_seconds: u64,
    /// Whether it is older than the region lets it be: somebody must see to it.
    pub overdue: bool,
    /// Which member of staff looks after it, by pseudonym.
    pub owner: Option<Party>,
}

/// What a break is about: how the node has it, how the bank has it, and the entry if it is one.
type Sides<'a> = (BreakClass, Option<Position>, Option<Position>, Option<&'a BankEntry>);

fn sides(what: &Break) -> Sides<'_> {
    let entry = |entry: &BankEntry| Some(entry.change());
    let named = what.entry();
    match what {
        Break::BankOnly(bank) => (BreakClass::BankOnly, None, entry(bank), named),
        Break::OursOnly(ours) => (BreakClass::OursOnly, entry(ours), None, named),
        Break::StatedNoMore(ours) => (BreakClass::StatedNoMore, entry(ours), None, named),
        Break::WrongAmount { ours, bank } => {
            (BreakClass::WrongAmount, entry(ours), entry(bank), named)
        }
        Break::OpeningDiffers { closed, opening } => {
            (BreakClass::OpeningDiffers, Some(*closed), Some(*opening), None)
        }
        Break::SumDiffers { sum, closing } => {
            (BreakClass::SumDiffers, Some(*sum), Some(*closing), None)
        }
        Break::LedgerDiffers { ledger, closing } => {
            (BreakClass::LedgerDiffers, Some(*ledger), Some(*closing), None)
        }
        Break::StatedTwice(bank) => (BreakClass::StatedTwice, None, entry(bank), named),
        Break::OutOfSequence { .. } => (BreakClass::OutOfSequence, None, None, None),
    }
}

impl BreakReport {
    /// `found` as it stands at `now`, where it is an alarm from the age `alarm_after` on.
    #[must_use]
    pub fn new(found: &OpenBreak, now: Timestamp, alarm_after: Millis) -> BreakReport {
        let (class, ours, bank, named) = sides(&found.what);
        let money = |position| SignedMoney::new(position, found.currency);
        let numbers = match found.what {
            Break::OutOfSequence { due, stated } => Some((due, stated)),
            _ => None,
        };
        BreakReport {
            id: Text(found.id),
            account: found.account.to_string(),
            currency: Text(found.currency),
            date: Text(found.date),
            class,
            ours: ours.map(money),
            bank: bank.map(money),
            number_due: numbers.map(|(due, _)| due),
            number: numbers.map(|(_, stated)| stated),
            bank_reference: named.map(|entry| entry.bank_reference.to_string()),
            uetr: named.and_then(|entry| entry.uetr).map(Text),
            since: Text(found.since),
            age_seconds: now.since(found.since).0 / 1000,
            overdue: found.is_overdue(now, alarm_after),
            owner: found.owner.map(Text),
        }
    }
}

/// Who looks after a break.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakOwner {
    /// A member of staff, by pseudonym; the caller when left out.
    pub owner: Option<Party>,
}

impl BreakOwner {
    /// What is asked of the desk about `id` by `caller`.
    #[must_use]
    pub fn of(self, id: BreakId, caller: PartyId) -> DeskAct {
        DeskAct::Assign { id, owner: self.owner.map_or(caller, |owner| owner.0) }
    }
}

words! {
    /// How a break ends by hand.
    BreakRemedy = gcfn_banking::Remedy {
        /// An entry counts as the statement has it; what was counted otherwise is taken back.
        AsStated,
        /// The bank never booked what it had notified; what was counted is taken back.
        NeverBooked,
        /// The statement is wrong in itself and the bank has explained it; moves no money.
        Explained,
    }
}

words! {
    /// Why a break is ended by hand.
    BreakReason = gcfn_banking::BreakReason {
        /// The bank notified something else than it booked.
        NotificationWrong,
        /// The bank's notification never came, or could not be read.
        NotificationMissing,
        /// The bank's statement was wrong, and the bank says so.
        StatementWrong,
        /// Another reason, which the evidence states.
        Other,
    }
}

/// How a break ends.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakEnd {
    /// How.
    pub remedy: BreakRemedy,
    /// Why.
    pub reason: BreakReason,
    /// The digest of the document that says so: the bank's letter.
    pub evidence: Hash,
}

impl BreakEnd {
    /// What is asked of the desk about `id`.
    #[must_use]
    pub fn of(self, id: BreakId) -> DeskAct {
        let (remedy, reason) = (self.remedy.into(), self.reason.into());
        DeskAct::Resolve(BreakResolution { id, remedy, reason, evidence: self.evidence.0 })
    }
}

/// Which statements a bank is asked for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementsWanted {
    /// Of the accounts in this currency.
    pub currency: CurrencyCode,
    /// Of this day.
    pub date: Date,
    /// Of this pool alone.
    pub pool: Option<PoolName>,
}

impl StatementsWanted {
    /// What is asked of the desk.
    #[must_use]
    pub fn act(self) -> DeskAct {
        let StatementsWanted { currency, date, pool } = self;
        DeskAct::AskForStatements { pool: pool.map(Into::into), currency: currency.0, date: date.0 }
    }
}

/// Which reconciliations to show.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReconciliationOf {
    /// Only of accounts in this currency.
    #[param(value_type = Option<String>, example = "CNY")]
    pub currency: Option<CurrencyCode>,
    /// Only of this day.
    #[param(value_type = Option<String>, example = "2026-11-23")]
    pub date: Option<Date>,
}

/// How the node's accounts tie to what banks say.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReconciliationList {
    /// The days of each account, oldest first: all that do not tie yet, a month of the others,
    /// and the present one as far as the bank has reported it.
    pub days: Vec<ReconciledDay>,
    /// What the banks were asked for and have not stated.
    pub asked: Vec<StatementsAsked>,
    /// What the node's books have now of each pool at its bank, and what they owe of it; empty
    /// where the node keeps no books of parties.
    pub pools: Vec<PoolTie>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Statements of an account that its bank was asked for (camt.060) and has not sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StatementsAsked {
    /// The account: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// The currency of the account.
    pub currency: CurrencyCode,
    /// The how manieth question about the account it is.
    pub number: u32,
    /// The first day that is missing.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// When the bank was asked.
    pub since: Time,
    /// When it is asked again, if nothing comes until then.
    pub again_at: Option<Time>,
}

impl From<&StatementQuestion> for StatementsAsked {
    fn from(question: &StatementQuestion) -> StatementsAsked {
        let request = question.request;
        StatementsAsked {
            account: request.account.to_string(),
            currency: Text(request.currency),
            number: request.number,
            from: Text(request.from),
            to: Text(request.to),
            since: Text(question.since),
            again_at: question.again_at.map(Text),
        }
    }
}

/// How a day stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// It ties to the cent.
    Reconciled,
    /// It does not: what waits for it is not final.
    Differs,
    /// The bank has reported it during the day. It counts for nothing.
    Provisional,
}

/// One account and day.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReconciledDay {
    /// The account: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// The day.
    pub date: Date,
    /// How it stands.
    pub state: DayState,
    /// The bank's number of the statement.
    pub number: Option<u64>,
    /// With what the bank says that the day began.
    pub opening: Option<SignedMoney>,
    /// With what the bank says that it ended, or how it stands.
    pub closing: Option<SignedMoney>,
    /// The node's mirror of the account at the end of the day.
    pub mirror: SignedMoney,
    /// The mirror less what the bank says.
    pub difference: Option<SignedMoney>,
    /// How many entries the bank has.
    pub entries: u32,
    /// How many of them the node has counted alike.
    pub matched: u32,
    /// What differs, by name.
    pub breaks: Vec<BreakName>,
    /// Entries that a report during the day has and the node has not counted alike, the first
    /// hundred: their notification may be under way.
    pub awaited: Vec<EntryAwaited>,
    /// When the bank said it last.
    pub received: Time,
}

/// An entry of a report during the day.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryAwaited {
    /// In what the books differ.
    pub class: BreakClass,
    /// As the node has counted it.
    pub ours: Option<SignedMoney>,
    /// As the bank has it.
    pub bank: Option<SignedMoney>,
    /// What the bank calls it.
    #[schema(example = "B-20261123-7")]
    pub bank_reference: Option<String>,
    /// The payment that it belongs to.
    pub uetr: Option<PaymentReference>,
}

impl EntryAwaited {
    fn new(what: &Break, currency: Currency) -> EntryAwaited {
        let (class, ours, bank, named) = sides(what);
        let money = |position| SignedMoney::new(position, currency);
        EntryAwaited {
            class,
            ours: ours.map(money),
            bank: bank.map(money),
            bank_reference: named.map(|entry| entry.bank_reference.to_string()),
            uetr: named.and_then(|entry| entry.uetr).map(Text),
        }
    }
}

/// The books of one pool: what is at the bank, and what is owed of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PoolTie {
    /// The pool.
    #[schema(example = "UC")]
    pub pool: String,
    /// At the bank, by the node's mirror.
    pub at_bank: SignedMoney,
    /// Under way between pools.
    pub in_transit: SignedMoney,
    /// What parties owe to the pool.
    pub receivable: SignedMoney,
    /// What the pool owes: to clients, issuers, members, and what waits in suspense.
    pub owed: SignedMoney,
    /// What it has less what it owes: zero.
    pub difference: SignedMoney,
}

impl PoolTie {
    /// The books of `pool`.
    #[must_use]
    pub fn new(pool: Pool, position: PoolPosition, currency: Currency) -> PoolTie {
        let money = |position| SignedMoney::new(position, currency);
        PoolTie {
            pool: pool.to_string(),
            at_bank: money(position.bank),
            in_transit: money(position.transit),
            receivable: money(position.receivable),
            owed: money(position.owed),
            difference: money(position.difference()),
        }
    }
}

impl ReconciliationOf {
    /// Whether accounts in `currency` are asked for.
    #[must_use]
    pub fn is_of(&self, currency: Currency) -> bool {
        self.currency.is_none_or(|asked| asked.0 == currency)
    }

    fn is_on(&self, date: BusinessDate) -> bool {
        self.date.is_none_or(|asked| asked.0 == date)
    }

    /// What the bank was asked for of one account and has not stated.
    #[must_use]
    pub fn asked(&self, ties: &AccountTies<'_>) -> Option<StatementsAsked> {
        let of_days = |asked: &&StatementQuestion| {
            let (from, to) = (asked.request.from, asked.request.to);
            self.date.is_none_or(|date| from <= date.0 && date.0 <= to)
        };
        ties.asked().filter(|_| self.is_of(ties.currency)).filter(of_days).map(Into::into)
    }

    /// The days of one account that are asked for.
    #[must_use]
    pub fn days(&self, ties: &AccountTies<'_>) -> Vec<ReconciledDay> {
        let asked = self.is_of(ties.currency);
        let stated = ties.stated().map(|(date, day)| (date, stated(ties, date, day)));
        let so_far = ties.intraday().map(|so_far| (so_far.date, provisional(ties, so_far)));
        let days = stated.chain(so_far).filter(|(date, _)| asked && self.is_on(*date));
        days.map(|(_, day)| day).collect()
    }
}

fn stated(ties: &AccountTies<'_>, date: BusinessDate, day: &StatedDay) -> ReconciledDay {
    let open = ties.closed() < Some(date);
    let differs = ties.breaks().filter(|found| found.date == date);
    let money = |position| SignedMoney::new(position, ties.currency);
    ReconciledDay {
        account: ties.account.to_string(),
        date: Text(date),
        state: if open { DayState::Differs } else { DayState::Reconciled },
        number: day.sequence,
        opening: Some(money(day.opening)),
        closing: Some(money(day.closing)),
        mirror: money(day.ledger),
        difference: Some(money(day.ledger.and(day.closing.negated()))),
        entries: day.entries,
        matched: day.matched,
        breaks: differs.map(|found| Text(found.id)).collect(),
        awaited: Vec::new(),
        received: Text(day.received),
    }
}

fn provisional(ties: &AccountTies<'_>, so_far: &Intraday) -> ReconciledDay {
    let money = |position| SignedMoney::new(position, ties.currency);
    let differs = |balance: Position| so_far.ledger.and(balance.negated());
    let awaited = so_far.breaks.iter().map(|what| EntryAwaited::new(what, ties.currency));
    ReconciledDay {
        account: ties.account.to_string(),
        date: Text(so_far.date),
        state: DayState::Provisional,
        number: None,
        opening: None,
        closing: so_far.balance.map(money),
        mirror: money(so_far.ledger),
        difference: so_far.balance.map(|balance| money(differs(balance))),
        entries: so_far.matched.saturating_add(so_far.open),
        matched: so_far.matched,
        breaks: Vec::new(),
        awaited: awaited.collect(),
        received: Text(so_far.received),
    }
}
