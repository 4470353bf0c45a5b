//! camt.054.001.08: the bank has booked something. What a node counts as money comes from here.

use crate::entry::Entry;
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::parts::GroupHeader;
use crate::report::{check_currency, read_account, read_header};
use crate::value::Reference;
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::Currency;
use serde::{Deserialize, Serialize};

/// camt.054.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    /// The message.
    pub group: GroupHeader,
    /// What was booked, by account, at least one.
    pub notifications: Vec<AccountNotification>,
}

/// What was booked on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNotification {
    /// The bank's id of the notification.
    pub id: Reference,
    /// The account.
    pub account: AccountNumber,
    /// Its currency, where stated; every entry is in it.
    pub currency: Option<Currency>,
    /// The entries.
    pub entries: Vec<Entry>,
}

pub(crate) const NAME: &str = "BkToCstmrDbtCdtNtfctn";

impl Notifications {
    pub(crate) fn read(element: Element<'_>) -> Read<Notifications> {
        let fields = element.fields(&["GrpHdr", "Ntfctn", "SplmtryData"])?;
        Ok(Notifications {
            group: fields.required("GrpHdr", read_header)?,
            notifications: fields.some("Ntfctn", AccountNotification::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| self.group.write(w));
            self.notifications.iter().for_each(|notification| notification.write(w));
        });
    }
}

impl AccountNotification {
    fn read(element: Element<'_>) -> Read<AccountNotification> {
        let fields = element.fields(NOTIFICATION)?;
        let (account, currency) = fields.required("Acct", read_account)?;
        let entries = fields.many("Ntry", Entry::read)?;
        check_currency(currency, &entries)?;
        Ok(AccountNotification {
            id: fields.required("Id", Element::parse)?,
            account,
            currency,
            entries,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("Ntfctn", |w| {
            w.leaf("Id", &self.id);
            self.account.write("Acct", self.currency, w);
            self.entries.iter().for_each(|entry| entry.write(w));
        });
    }
}

/// `AccountNotification17`.
const NOTIFICATION: Order = &[
    "Id",
    "NtfctnPgntn",
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
    "TxsSummry",
    "Ntry",
    "AddtlNtfctnInf",
];
