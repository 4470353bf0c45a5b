//! The money desk: suspense, differences, entries by hand and their reversal, what is owed.

use crate::page::list_size;
use crate::problem::Problem;
use crate::term::{
    CurrencyCode, Date, Hash, Money, Order, Party, PaymentReference, Redemption, Text, Time, Trade,
    Withdrawal,
};
use crate::word::words;
use gcfn_banking::SuspenseItem;
use gcfn_ledger::Account;
use gcfn_model::{Amount, Currency, Millis, Timestamp};
use gcfn_venue::{Claimant, EntryReference, ReversibleEntry, ReversibleKind};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An account of the node's books, by its name in the chart of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(pub Account);

impl From<AccountName> for String {
    fn from(AccountName(account): AccountName) -> String {
        account.to_string()
    }
}

impl TryFrom<String> for AccountName {
    type Error = gcfn_ledger::AccountFault;
    fn try_from(text: String) -> Result<AccountName, gcfn_ledger::AccountFault> {
        text.parse().map(AccountName)
    }
}

impl PartialSchema for AccountName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("An account of the node's books, by its name in their chart."))
            .examples(["SH.share.platform"])
            .into()
    }
}

impl ToSchema for AccountName {
    fn name() -> Cow<'static, str> {
        "AccountName".into()
    }
}

words! {
    /// One of the node's bank accounts, by purpose.
    PoolName = gcfn_model::Pool {
        /// Users' money.
        UserCustody,
        /// Reserves, deposits and free proceeds of issuers.
        IssuerEscrow,
        /// Fees, merchants' claims, shares, taxes.
        SettlementHub,
        /// The guarantee fund.
        GuaranteeFund,
        /// The settlement account of a clearing house.
        ClearingHouse,
        /// An FX dealer's own account.
        Dealer,
    }
}

words! {
    /// From whose side a bank's entry is seen: the account's.
    BankSide = gcfn_banking::Side {
        /// Money came in.
        Credit,
        /// Money went out.
        Debit,
    }
}

/// Which items in suspense to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SuspensePage {
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<u64>,
}

/// Bank movements that nobody has explained yet, on accounts of a node or of its clearing house.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SuspenseList {
    /// The items, oldest first.
    pub items: Vec<SuspenseReport>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<u64>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// One bank movement in suspense.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SuspenseReport {
    /// Its number.
    pub item: u64,
    /// The account that the bank booked it on: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// Which way the money went.
    pub side: BankSide,
    /// How much.
    pub amount: Money,
    /// The payment that it belongs to, where the bank names one.
    pub uetr: Option<PaymentReference>,
    /// What the bank calls it.
    #[schema(example = "B-20261123-7")]
    pub bank_reference: String,
    /// The bank's booking day.
    pub booked_on: Date,
    /// When it came into suspense.
    pub at: Time,
    /// How long ago that was.
    pub age_seconds: u64,
    /// Whether it is older than the region lets it be: somebody must see to it.
    pub overdue: bool,
    /// Which member of staff looks after it, by pseudonym.
    pub owner: Option<Party>,
}

impl SuspenseReport {
    /// `item` as it stands at `now`, where it is an alarm from the age `alarm_after` on.
    #[must_use]
    pub fn new(item: &SuspenseItem, now: Timestamp, alarm_after: Millis) -> SuspenseReport {
        SuspenseReport {
            item: item.number,
            account: item.account.to_string(),
            side: item.side.into(),
            amount: Money::new(item.amount, item.currency),
            uetr: item.uetr.map(Text),
            bank_reference: item.bank_reference.to_string(),
            booked_on: Text(item.booked_on),
            at: Text(item.at),
            age_seconds: now.since(item.at).0 / 1_000,
            overdue: item.is_overdue(now, alarm_after),
            owner: item.owner.map(Text),
        }
    }
}

/// To whom a part of an item belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimantKind {
    /// A user or a merchant: its available money.
    User,
    /// An issuer: its deposit.
    Issuer,
    /// The guarantee fund; of money that came in only.
    GuaranteeFund,
    /// The platform's share of the fees.
    Platform,
}

/// One claimant's part of an item.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspenseShare {
    /// To whom it belongs.
    pub claimant: ClaimantKind,
    /// Which user, merchant or issuer; of no other claimant.
    pub party: Option<Party>,
    /// How much.
    pub amount: Money,
}

impl SuspenseShare {
    /// The claimant in the machine's words.
    ///
    /// # Errors
    /// A [`Problem`] when a party is missing, or named where there is none.
    pub fn claimant(&self) -> Result<Claimant, Problem> {
        match (self.claimant, self.party) {
            (ClaimantKind::User, Some(Text(party))) => Ok(Claimant::User(party)),
            (ClaimantKind::Issuer, Some(Text(party))) => Ok(Claimant::Issuer(party)),
            (ClaimantKind::GuaranteeFund, None) => Ok(Claimant::GuaranteeFund),
            (ClaimantKind::Platform, None) => Ok(Claimant::Platform),
            _ => Err(Problem::rule("parts.party", "users and issuers, and no others, are parties")),
        }
    }
}

/// Whose an item in suspense is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspenseResolving {
    /// Its parts: they come to the whole of it, each claimant once.
    #[schema(example = json!([{
        "claimant": "user",
        "party": "pty-0000000000000000000000000a",
        "amount": { "amount": "12.50", "currency": "CNY" }
    }]))]
    pub parts: Vec<SuspenseShare>,
}

/// Two items in suspense that explain each other.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspenseMatching {
    /// The number of what came in.
    pub credit: u64,
    /// The number of what went out again.
    pub debit: u64,
}

/// What a bank's account differs by from its mirror in the books.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferenceFound {
    /// Whose account it is.
    pub pool: PoolName,
    /// Credit: the bank has more.
    pub side: BankSide,
    /// By how much.
    pub amount: Money,
    /// The day of the statement that shows it.
    pub booked_on: Date,
    /// The digest of the statement.
    pub statement: Hash,
}

words! {
    /// Why an entry is made by hand.
    ManualReason = gcfn_venue::ManualReason {
        /// An earlier entry was wrong.
        Correction,
        /// A party is compensated for a fault of the node.
        Compensation,
        /// A fee that no rule charges by itself.
        Fee,
        /// A fee is given back.
        FeeWaiver,
        /// A court or an authority orders it.
        Order,
    }
}

/// An entry to be made by hand.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandPosting {
    /// Whose money shrinks.
    pub from: AccountName,
    /// Whose money grows.
    pub to: AccountName,
    /// By how much.
    pub amount: Money,
    /// Why.
    pub reason: ManualReason,
    /// The digest of the document that says so.
    pub evidence: Hash,
}

/// What kind of entry it is that can be reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A deposit that named its party.
    Deposit,
    /// A part of an item in suspense.
    Resolution,
    /// An entry by hand.
    Manual,
    /// A penalty.
    Penalty,
    /// A rebate.
    Rebate,
    /// What points brought.
    Points,
}

/// Which entries to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntryPage {
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: usize,
    /// Only those before: the `next` of an earlier page.
    pub before: Option<u64>,
}

const fn page_size() -> usize {
    50
}

/// The entries that can be reversed by their number.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryList {
    /// The entries within their window, newest first.
    pub entries: Vec<EntryReport>,
    /// What to send as `before` to see more, if there may be any.
    pub next: Option<u64>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An entry that can be reversed, or has been.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryReport {
    /// Its number.
    pub number: u64,
    /// What kind of entry it is.
    pub kind: EntryKind,
    /// Why, of an entry by hand.
    pub reason: Option<ManualReason>,
    /// Its line of the posting table.
    #[schema(example = "P-32")]
    pub posting: String,
    /// Where the money came from.
    pub from: AccountName,
    /// Where it went to.
    pub to: AccountName,
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Time,
    /// Whether it has been reversed.
    pub reversed: bool,
}

impl EntryReport {
    /// `entry` as it is shown.
    #[must_use]
    pub fn new(number: u64, entry: &ReversibleEntry, currency: Currency) -> EntryReport {
        let (kind, reason) = match entry.kind {
            ReversibleKind::Deposit => (EntryKind::Deposit, None),
            ReversibleKind::Resolution => (EntryKind::Resolution, None),
            ReversibleKind::Manual(reason) => (EntryKind::Manual, Some(reason.into())),
            ReversibleKind::Penalty => (EntryKind::Penalty, None),
            ReversibleKind::Rebate => (EntryKind::Rebate, None),
            ReversibleKind::Points { .. } => (EntryKind::Points, None),
        };
        EntryReport {
            number,
            kind,
            reason,
            posting: entry.posting.to_string(),
            from: AccountName(entry.from),
            to: AccountName(entry.to),
            amount: Money::new(entry.amount, currency),
            at: Text(entry.at),
            reversed: entry.reversed,
        }
    }
}

/// What is to be reversed: one of these. Whatever has an undoing of its own is refused, and told
/// which.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reversal {
    /// A numbered entry.
    #[schema(example = 7)]
    pub number: Option<u64>,
    /// A trade: refused, it is refunded or disputed.
    pub trade: Option<Trade>,
    /// An order: refused, it is cancelled.
    pub order: Option<Order>,
    /// A redemption: refused, it is cancelled or final.
    pub redemption: Option<Redemption>,
    /// A withdrawal: refused, it is cancelled or returned by the bank.
    pub withdrawal: Option<Withdrawal>,
    /// Whether the receiver owes what it does not have any more.
    #[serde(default)]
    pub on_credit: bool,
}

impl Reversal {
    /// The one thing that is named, in the machine's words.
    ///
    /// # Errors
    /// A [`Problem`] when nothing is named, or more than one thing.
    pub fn entry(&self) -> Result<EntryReference, Problem> {
        let mut named = [
            self.number.map(EntryReference::Number),
            self.trade.map(|Text(trade)| EntryReference::Trade(trade)),
            self.order.map(|Text(order)| EntryReference::Order(order)),
            self.redemption.map(|Text(redemption)| EntryReference::Redemption(redemption)),
            self.withdrawal.map(|Text(withdrawal)| EntryReference::Withdrawal(withdrawal)),
        ]
        .into_iter()
        .flatten();
        match (named.next(), named.next()) {
            (Some(entry), None) => Ok(entry),
            _ => Err(Problem::rule("number", "name one entry, and nothing else")),
        }
    }
}

/// What parties owe to the node's pools.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReceivableList {
    /// What is owed and not yet being repaid, by party.
    pub receivables: Vec<ReceivableReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What one party owes to one pool.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReceivableReport {
    /// Who owes.
    pub party: Party,
    /// To which pool.
    pub pool: PoolName,
    /// How much.
    pub amount: Money,
}

/// What is to be given up of what a party owes.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WritingOff {
    /// Who owes.
    pub party: Party,
    /// To which pool.
    pub pool: PoolName,
    /// How much is given up.
    pub amount: Money,
}

/// What the node withholds for authorities.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaxReport {
    /// What is withheld on which event.
    pub rates: Vec<TaxLine>,
    /// What is withheld and not yet paid over, by kind.
    pub withheld: Vec<TaxHeld>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// The tax on one kind of event.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaxLine {
    /// On what: `resale` or `withdrawal`.
    #[schema(example = "resale")]
    pub on: String,
    /// As what.
    pub kind: TaxKind,
    /// Of the value, in basis points.
    pub rate_bp: u32,
}

/// Tax of one kind that was withheld.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaxHeld {
    /// As what.
    pub kind: TaxKind,
    /// How much.
    pub amount: Money,
}

words! {
    /// Which tax.
    TaxKind = gcfn_ledger::TaxKind {
        /// On income, withheld from who is paid.
        Withholding,
        /// On the transfer.
        Stamp,
        /// On the sale.
        Sales,
    }
}

/// How the node's work stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JobReport {
    /// When something is due next.
    pub next_due: Option<Time>,
    /// How many proposals wait for a second person.
    pub proposals: usize,
    /// How many settlement items wait for the next cut-off.
    pub items_unbundled: usize,
    /// How many wait for their cycle.
    pub items_in_cycles: usize,
    /// How many bank movements wait in suspense.
    pub suspense: usize,
    /// How many bank bookings the books could not take yet.
    pub unposted: usize,
    /// How many withdrawals are not paid.
    pub withdrawals: usize,
    /// How many flags wait for a review.
    pub flags: usize,
    /// The currency of the node's books.
    pub currency: CurrencyCode,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// `amount`, unless it is the largest there is: that is no limit.
#[must_use]
pub(crate) fn limit(amount: Amount, currency: Currency) -> Option<Money> {
    (amount != Amount::MAX).then(|| Money::new(amount, currency))
}
