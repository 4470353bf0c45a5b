//! camt.052.001.08: how an account stands during the day. Counts as money only with camt.054 or
//! camt.053.

use crate::balance::ReportedBalance;
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

/// camt.052.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reports {
    /// The message.
    pub group: GroupHeader,
    /// The reports, at least one.
    pub reports: Vec<AccountReport>,
}

/// How one account stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReport {
    /// The bank's id of the report.
    pub id: Reference,
    /// Which page of a report that does not fit into one message.
    pub page: Option<Page>,
    /// The bank's number of the report.
    pub sequence: Option<u64>,
    /// The account.
    pub account: AccountNumber,
    /// Its currency, where stated; every balance and entry is in it.
    pub currency: Option<Currency>,
    /// Its balances, of whatever kinds the bank reports.
    pub balances: Vec<ReportedBalance>,
    /// What was booked so far, and what is announced.
    pub entries: Vec<Entry>,
}

pub(crate) const NAME: &str = "BkToCstmrAcctRpt";

impl Reports {
    pub(crate) fn read(element: Element<'_>) -> Read<Reports> {
        let fields = element.fields(&["GrpHdr", "Rpt", "SplmtryData"])?;
        Ok(Reports {
            group: fields.required("GrpHdr", read_header)?,
            reports: fields.some("Rpt", AccountReport::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| self.group.write(w));
            self.reports.iter().for_each(|report| report.write(w));
        });
    }
}

impl AccountReport {
    fn read(element: Element<'_>) -> Read<AccountReport> {
        let fields = element.fields(REPORT)?;
        let (account, currency) = fields.required("Acct", read_account)?;
        let balances = fields.many("Bal", ReportedBalance::read)?;
        let entries = fields.many("Ntry", Entry::read)?;
        let first = currency.or_else(|| Some(balances.first()?.currency));
        if balances.iter().any(|balance| Some(balance.currency) != first) {
            return Err(MessageFault::from(Rule::CurrencyDiffers).below("Bal"));
        }
        check_currency(first, &entries)?;
        Ok(AccountReport {
            id: fields.required("Id", Element::parse)?,
            page: fields.optional("RptPgntn", Page::read)?,
            sequence: fields.optional("ElctrncSeqNb", read_number)?,
            account,
            currency,
            balances,
            entries,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("Rpt", |w| {
            w.leaf("Id", &self.id);
            self.page.iter().for_each(|page| page.write("RptPgntn", w));
            w.optional("ElctrncSeqNb", self.sequence.as_ref());
            self.account.write("Acct", self.currency, w);
            self.balances.iter().for_each(|balance| balance.write(w));
            self.entries.iter().for_each(|entry| entry.write(w));
        });
    }
}

/// `AccountReport25`.
const REPORT: Order = &[
    "Id",
    "RptPgntn",
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
    "AddtlRptInf",
];
