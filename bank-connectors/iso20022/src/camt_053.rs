//! camt.053.001.08: a bank's statement of accounts. Reconciliation compares it with the ledger.

use crate::camt_054::{check_currency, read_account, read_header};
use crate::entry::{Entry, read_side, side_code};
use crate::fault::{MessageFault, Rule};
use crate::parts::GroupHeader;
use crate::value::{AccountNumber, Money, Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::Side;
use gcfn_model::{Amount, BusinessDate, Currency, Position};

/// camt.053.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statements {
    /// The message.
    pub group: GroupHeader,
    /// The statements, at least one.
    pub statements: Vec<AccountStatement>,
}

/// The statement of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatement {
    /// The bank's id of the statement.
    pub id: Reference,
    /// The account.
    pub account: AccountNumber,
    /// Its currency; every balance and entry is in it.
    pub currency: Currency,
    /// The booked balance at the beginning (`OPBD`).
    pub opening: Balance,
    /// The booked balance at the end (`CLBD`).
    pub closing: Balance,
    /// What was booked in between, and what is announced.
    pub entries: Vec<Entry>,
}

/// A booked balance and its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// How much.
    pub amount: Amount,
    /// On which side; a balance of nothing is written as a credit.
    pub side: Side,
    /// The day.
    pub date: BusinessDate,
}

impl Balance {
    /// The balance as a position: what the account owes is negative.
    #[must_use]
    pub fn position(&self) -> Position {
        match self.side {
            Side::Credit => Position::ZERO.plus(self.amount),
            Side::Debit => Position::ZERO.minus(self.amount),
        }
    }

    /// `position` on `date`, if it has at most 18 digits.
    #[must_use]
    pub fn new(position: Position, date: BusinessDate) -> Option<Balance> {
        let credit = position.credit().map(|amount| (amount, Side::Credit));
        let (amount, side) = credit.or_else(|| Some((position.debit()?, Side::Debit)))?;
        Some(Balance { amount, side, date })
    }
}

pub(crate) const NAME: &str = "BkToCstmrStmt";

impl Statements {
    pub(crate) fn read(element: &Element) -> Result<Statements, MessageFault> {
        let fields = element.fields(&["GrpHdr", "Stmt", "SplmtryData"])?;
        Ok(Statements {
            group: fields.required("GrpHdr", read_header)?,
            statements: fields.some("Stmt", AccountStatement::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| self.group.write(w));
            self.statements.iter().for_each(|statement| statement.write(w));
        });
    }
}

impl AccountStatement {
    fn read(element: &Element) -> Result<AccountStatement, MessageFault> {
        let fields = element.fields(STATEMENT)?;
        let balances = fields.some("Bal", read_balance)?;
        let (account, stated) = fields.required("Acct", read_account)?;
        let entries = fields.many("Ntry", Entry::read)?;
        let (opening, currency) = booked(&balances, "OPBD")?;
        let (closing, closing_currency) = booked(&balances, "CLBD")?;
        if currency != closing_currency || stated.is_some_and(|stated| stated != currency) {
            return Err(MessageFault::from(Rule::CurrencyDiffers).within("Bal"));
        }
        check_currency(Some(currency), &entries)?;
        let id = fields.required("Id", Element::parse)?;
        Ok(AccountStatement { id, account, currency, opening, closing, entries })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("Stmt", |w| {
            w.leaf("Id", &self.id);
            self.account.write("Acct", Some(self.currency), w);
            self.opening.write("OPBD", self.currency, w);
            self.closing.write("CLBD", self.currency, w);
            self.entries.iter().for_each(|entry| entry.write(w));
        });
    }
}

/// A balance of any kind: its code, if it has one.
fn read_balance(element: &Element) -> Result<(Option<&str>, Balance, Currency), MessageFault> {
    let fields = element.fields(&["Tp", "CdtLine", "Amt", "CdtDbtInd", "Dt", "Avlbty"])?;
    let code = fields.required("Tp", |kind| {
        kind.fields(&["CdOrPrtry", "SubTp"])?.required("CdOrPrtry", |kind| {
            let child = kind.choice(&["Cd", "Prtry"])?;
            child.parse::<Text<35>>()?;
            Ok((child.name == "Cd").then_some(child.text.as_str()))
        })
    })?;
    let Money { amount, currency } = fields.required("Amt", Element::money)?;
    let side = fields.required("CdtDbtInd", read_side)?;
    let date = fields.required("Dt", Element::date_choice)?;
    Ok((code, Balance { amount, side, date }, currency))
}

/// The one balance `code`.
fn booked(
    balances: &[(Option<&str>, Balance, Currency)],
    code: &str,
) -> Result<(Balance, Currency), MessageFault> {
    let mut found = balances.iter().filter(|(kind, ..)| *kind == Some(code));
    let rule = match (found.next(), found.next()) {
        (Some(&(_, balance, currency)), None) => return Ok((balance, currency)),
        (None, _) => Rule::Missing,
        (Some(_), Some(_)) => Rule::Repeated,
    };
    Err(MessageFault::from(rule).within(&format!("Bal[{code}]")))
}

impl Balance {
    fn write(self, code: &str, currency: Currency, w: &mut Writer) {
        let Balance { amount, side, date } = self;
        w.nest("Bal", |w| {
            w.nest("Tp", |w| w.nest("CdOrPrtry", |w| w.leaf("Cd", code)));
            w.money("Amt", Money { amount, currency });
            w.leaf("CdtDbtInd", side_code(side));
            w.nest("Dt", |w| w.leaf("Dt", date));
        });
    }
}

/// `AccountStatement9`.
const STATEMENT: &[&str] = &[
    "Id",
    "StmtPgntn",
    "ElctrncSeqNb",
    "RptgSeq",
    "LglSeqNb",
    "CreDtTm",
    "FrToDt",
    "CpyDplctInd",
    "RptgSrc",
    "Acct",
    "RltdAcct",
    "Intrst",
    "Bal",
    "TxsSummry",
    "Ntry",
    "AddtlStmtInf",
];
