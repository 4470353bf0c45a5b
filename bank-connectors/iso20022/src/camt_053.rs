//! camt.053.001.08: a bank's statement of accounts. Reconciliation compares it with the ledger.

use crate::balance::{Balance, ReportedBalance, booked};
use crate::entry::Entry;
use crate::fault::{MessageFault, Rule};
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::parts::GroupHeader;
use crate::report::{Page, check_currency, read_account, read_header, read_number};
use crate::value::Reference;
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::Currency;
use serde::{Deserialize, Serialize};

/// camt.053.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statements {
    /// The message.
    pub group: GroupHeader,
    /// The statements, at least one.
    pub statements: Vec<AccountStatement>,
}

/// The statement of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatement {
    /// The bank's id of the statement.
    pub id: Reference,
    /// Which page of a statement that does not fit into one message.
    pub page: Option<Page>,
    /// The bank's number of the statement, which counts up without gaps.
    pub sequence: Option<u64>,
    /// The account.
    pub account: AccountNumber,
    /// Its currency; every balance and entry is in it.
    pub currency: Currency,
    /// The booked balance at the beginning (`OPBD`, or `PRCD` where the bank only repeats how
    /// the day before has closed).
    pub opening: Balance,
    /// The booked balance at the end (`CLBD`).
    pub closing: Balance,
    /// What was booked in between, and what is announced.
    pub entries: Vec<Entry>,
}

pub(crate) const NAME: &str = "BkToCstmrStmt";

impl Statements {
    pub(crate) fn read(element: Element<'_>) -> Read<Statements> {
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
    fn read(element: Element<'_>) -> Read<AccountStatement> {
        let fields = element.fields(STATEMENT)?;
        let balances = fields.some("Bal", ReportedBalance::read)?;
        let (account, stated) = fields.required("Acct", read_account)?;
        let entries = fields.many("Ntry", Entry::read)?;
        let opening = booked(&balances, "OPBD").or_else(|fault| match fault.rule {
            Rule::Missing => booked(&balances, "PRCD").map_err(|_| fault),
            _ => Err(fault),
        });
        let (opening, closing) = (opening?, booked(&balances, "CLBD")?);
        let currency = opening.currency;
        if currency != closing.currency || stated.is_some_and(|stated| stated != currency) {
            return Err(MessageFault::from(Rule::CurrencyDiffers).below("Bal"));
        }
        check_currency(Some(currency), &entries)?;
        Ok(AccountStatement {
            id: fields.required("Id", Element::parse)?,
            page: fields.optional("StmtPgntn", Page::read)?,
            sequence: fields.optional("ElctrncSeqNb", read_number)?,
            account,
            currency,
            opening: opening.balance,
            closing: closing.balance,
            entries,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("Stmt", |w| {
            w.leaf("Id", &self.id);
            self.page.iter().for_each(|page| page.write("StmtPgntn", w));
            w.optional("ElctrncSeqNb", self.sequence.as_ref());
            self.account.write("Acct", Some(self.currency), w);
            self.opening.write("OPBD", self.currency, w);
            self.closing.write("CLBD", self.currency, w);
            self.entries.iter().for_each(|entry| entry.write(w));
        });
    }
}

/// `AccountStatement9`.
const STATEMENT: Order = &[
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
