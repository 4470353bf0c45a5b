//! One entry of an account (`ReportEntry10`), the same in a statement and a notification.

use crate::code::{Code, Reason, closed_list, one_of};
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::parts::Remittance;
use crate::party::Party;
use crate::value::{Money, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::Side;
use gcfn_model::{BusinessDate, Uetr};
use serde::{Deserialize, Serialize};

closed_list! {
    /// Whether an entry is in the bank's books.
    EntryStatus {
        /// It is.
        Booked = "BOOK",
        /// Not yet.
        Pending = "PDNG",
        /// It never will be.
        Information = "INFO",
        /// On its value date.
        Future = "FUTR",
    }
}

/// One movement of an account, and the payments behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How much, in the account's currency.
    pub money: Money,
    /// Which way.
    pub side: Side,
    /// Whether it is booked.
    pub status: EntryStatus,
    /// The booking day.
    pub booked_on: Option<BusinessDate>,
    /// The day from which it bears interest.
    pub value_on: Option<BusinessDate>,
    /// The bank's reference of the entry.
    pub bank_reference: Option<Text<35>>,
    /// The payments in it.
    pub details: Vec<Detail>,
}

/// One payment of an entry. Holds personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The bank's reference of this payment.
    pub bank_reference: Option<Text<35>>,
    /// The instruction id.
    pub instruction: Option<Text<35>>,
    /// The end-to-end id.
    pub end_to_end: Option<Text<35>>,
    /// The tracking reference.
    pub uetr: Option<Uetr>,
    /// The transaction id.
    pub transaction: Option<Text<35>>,
    /// Its share of the entry.
    pub money: Option<Money>,
    /// The payer's name.
    pub debtor_name: Option<Text<140>>,
    /// The payer's account.
    pub debtor_account: Option<AccountNumber>,
    /// The payee's name.
    pub creditor_name: Option<Text<140>>,
    /// The payee's account.
    pub creditor_account: Option<AccountNumber>,
    /// What for.
    pub remittance: Remittance,
    /// Why the money comes back, if it does (`RtrInf`).
    #[serde(default)]
    pub returned: Option<Reason>,
}

/// The code of a side (`CdtDbtInd`).
pub(crate) fn read_side(element: Element<'_>) -> Read<Side> {
    let code = one_of(element, &["CRDT", "DBIT"])?;
    Ok(if code == "CRDT" { Side::Credit } else { Side::Debit })
}

pub(crate) fn side_code(side: Side) -> &'static str {
    match side {
        Side::Credit => "CRDT",
        Side::Debit => "DBIT",
    }
}

/// The status of an entry is a code of a list.
fn read_status(element: Element<'_>) -> Read<EntryStatus> {
    let code = element.choice(&["Cd"])?;
    EntryStatus::read(code).map_err(|fault| fault.within(code))
}

impl Entry {
    pub(crate) fn read(element: Element<'_>) -> Read<Entry> {
        let fields = element.fields(ENTRY)?;
        let details = fields.many("NtryDtls", |details| {
            details.fields(&["Btch", "TxDtls"])?.many("TxDtls", Detail::read)
        })?;
        fields.required("BkTxCd", |code| code.fields(&["Domn", "Prtry"]).map(drop))?;
        Ok(Entry {
            money: fields.required("Amt", Element::money)?,
            side: fields.required("CdtDbtInd", read_side)?,
            status: fields.required("Sts", read_status)?,
            booked_on: fields.optional("BookgDt", Element::date_choice)?,
            value_on: fields.optional("ValDt", Element::date_choice)?,
            bank_reference: fields.optional("AcctSvcrRef", Element::parse)?,
            details: details.into_iter().flatten().collect(),
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("Ntry", |w| {
            w.money("Amt", self.money);
            w.leaf("CdtDbtInd", side_code(self.side));
            w.nest("Sts", |w| w.leaf("Cd", self.status));
            for (name, date) in [("BookgDt", self.booked_on), ("ValDt", self.value_on)] {
                if let Some(date) = date {
                    w.nest(name, |w| w.leaf("Dt", date));
                }
            }
            w.optional("AcctSvcrRef", self.bank_reference.as_ref());
            self.write_code(w);
            if !self.details.is_empty() {
                w.nest("NtryDtls", |w| {
                    self.details.iter().for_each(|detail| detail.write(self.side, w));
                });
            }
        });
    }

    /// The bank transaction code, mandatory: credit transfers received or issued.
    fn write_code(&self, w: &mut Writer) {
        let family = match self.side {
            Side::Credit => "RCDT",
            Side::Debit => "ICDT",
        };
        w.nest("BkTxCd", |w| {
            w.nest("Domn", |w| {
                w.leaf("Cd", "PMNT");
                w.nest("Fmly", |w| {
                    w.leaf("Cd", family);
                    w.leaf("SubFmlyCd", "OTHR");
                });
            });
        });
    }
}

impl Detail {
    fn read(element: Element<'_>) -> Read<Detail> {
        let fields = element.fields(TRANSACTION)?;
        let mut detail = Detail {
            money: fields.optional("Amt", Element::money)?,
            remittance: fields.optional("RmtInf", Remittance::read)?.unwrap_or_default(),
            returned: fields.optional("RtrInf", read_return)?,
            ..Detail::default()
        };
        if let Some(fields) = fields.optional("Refs", |refs| refs.fields(REFERENCES))? {
            detail.bank_reference = fields.optional("AcctSvcrRef", Element::parse)?;
            detail.instruction = fields.optional("InstrId", Element::parse)?;
            detail.end_to_end = fields.optional("EndToEndId", Element::parse)?;
            detail.uetr = fields.optional("UETR", Element::parse)?;
            detail.transaction = fields.optional("TxId", Element::parse)?;
        }
        if let Some(fields) = fields.optional("RltdPties", |parties| parties.fields(PARTIES))? {
            detail.debtor_name = fields.optional("Dbtr", read_person)?.flatten();
            detail.debtor_account = fields.optional("DbtrAcct", AccountNumber::read)?;
            detail.creditor_name = fields.optional("Cdtr", read_person)?.flatten();
            detail.creditor_account = fields.optional("CdtrAcct", AccountNumber::read)?;
        }
        Ok(detail)
    }

    fn write(&self, side: Side, w: &mut Writer) {
        w.nest("TxDtls", |w| {
            w.nest("Refs", |w| {
                w.optional("AcctSvcrRef", self.bank_reference.as_ref());
                w.optional("InstrId", self.instruction.as_ref());
                w.optional("EndToEndId", self.end_to_end.as_ref());
                w.optional("UETR", self.uetr.as_ref());
                w.optional("TxId", self.transaction.as_ref());
            });
            if let Some(money) = self.money {
                w.money("Amt", money);
                w.leaf("CdtDbtInd", side_code(side));
            }
            w.nest("RltdPties", |w| {
                write_person("Dbtr", self.debtor_name.as_ref(), w);
                AccountNumber::write_optional(self.debtor_account.as_ref(), "DbtrAcct", w);
                write_person("Cdtr", self.creditor_name.as_ref(), w);
                AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            });
            self.remittance.write(w);
            self.returned.iter().for_each(|reason| reason.write("RtrInf", w));
        });
    }
}

/// `PaymentReturnReason5`, which has the reason among more.
fn read_return(element: Element<'_>) -> Read<Reason> {
    let fields = element.fields(&["OrgnlBkTxCd", "Orgtr", "Rsn", "AddtlInf"])?;
    Ok(Reason {
        code: fields.optional("Rsn", Code::read)?,
        notes: fields.many("AddtlInf", Element::parse)?,
    })
}

/// `Party40Choice`: the name if it is a person or a firm, none if it is a bank.
fn read_person(element: Element<'_>) -> Read<Option<Text<140>>> {
    let child = element.choice(&["Pty", "Agt"])?;
    match child.name() {
        "Pty" => Party::read(child).map(|party| party.name).map_err(|fault| fault.within(child)),
        _ => Ok(None),
    }
}

fn write_person(name: &str, person: Option<&Text<140>>, w: &mut Writer) {
    if let Some(person) = person {
        w.nest(name, |w| w.nest("Pty", |w| w.leaf("Nm", person)));
    }
}

/// `ReportEntry10`.
const ENTRY: Order = &[
    "NtryRef",
    "Amt",
    "CdtDbtInd",
    "RvslInd",
    "Sts",
    "BookgDt",
    "ValDt",
    "AcctSvcrRef",
    "Avlbty",
    "BkTxCd",
    "ComssnWvrInd",
    "AddtlInfInd",
    "AmtDtls",
    "Chrgs",
    "TechInptChanl",
    "Intrst",
    "CardTx",
    "NtryDtls",
    "AddtlNtryInf",
];

/// `EntryTransaction10`.
const TRANSACTION: Order = &[
    "Refs",
    "Amt",
    "CdtDbtInd",
    "AmtDtls",
    "Avlbty",
    "BkTxCd",
    "Chrgs",
    "Intrst",
    "RltdPties",
    "RltdAgts",
    "LclInstrm",
    "+PmtTpInf",
    "Purp",
    "RltdRmtInf",
    "RmtInf",
    "RltdDts",
    "RltdPric",
    "RltdQties",
    "FinInstrmId",
    "Tax",
    "RtrInf",
    "CorpActn",
    "+RltdCorpActn",
    "SfkpgAcct",
    "+UndrlygAllcn",
    "CshDpst",
    "CardTx",
    "+InstrCpy",
    "AddtlTxInf",
    "SplmtryData",
];

/// `TransactionReferences6`.
const REFERENCES: Order = &[
    "MsgId",
    "AcctSvcrRef",
    "PmtInfId",
    "InstrId",
    "EndToEndId",
    "UETR",
    "TxId",
    "MndtId",
    "ChqNb",
    "ClrSysRef",
    "AcctOwnrTxId",
    "AcctSvcrTxId",
    "MktInfrstrctrTxId",
    "PrcgId",
    "+RtrId",
    "Prtry",
];

/// `TransactionParties6`.
const PARTIES: Order = &[
    "InitgPty",
    "Dbtr",
    "DbtrAcct",
    "UltmtDbtr",
    "Cdtr",
    "CdtrAcct",
    "UltmtCdtr",
    "TradgPty",
    "Prtry",
];
