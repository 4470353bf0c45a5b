//! camt.054.001.08: the bank has booked something. What a node counts as money comes from here.

use crate::entry::Entry;
use crate::fault::{MessageFault, Rule};
use crate::parts::GroupHeader;
use crate::value::{AccountNumber, Reference};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::Currency;

/// camt.054.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notifications {
    /// The message.
    pub group: GroupHeader,
    /// What was booked, by account, at least one.
    pub notifications: Vec<AccountNotification>,
}

/// What was booked on one account.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub(crate) fn read(element: &Element) -> Result<Notifications, MessageFault> {
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
    fn read(element: &Element) -> Result<AccountNotification, MessageFault> {
        let fields = element.fields(&[
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
        ])?;
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

/// `GroupHeader81`.
pub(crate) fn read_header(element: &Element) -> Result<GroupHeader, MessageFault> {
    let order = ["MsgId", "CreDtTm", "MsgRcpt", "MsgPgntn", "OrgnlBizQry", "AddtlInf"];
    GroupHeader::read(&element.fields(&order)?)
}

/// `CashAccount39`: number and currency.
pub(crate) fn read_account(
    element: &Element,
) -> Result<(AccountNumber, Option<Currency>), MessageFault> {
    let fields = element.fields(&["Id", "Tp", "Ccy", "Nm", "Prxy", "Ownr", "Svcr"])?;
    let number = fields.required("Id", AccountNumber::read_id)?;
    Ok((number, fields.optional("Ccy", Element::parse)?))
}

/// An account has one currency.
pub(crate) fn check_currency(
    currency: Option<Currency>,
    entries: &[Entry],
) -> Result<(), MessageFault> {
    let mut currencies = currency.into_iter().chain(entries.iter().map(|e| e.money.currency));
    let first = currencies.next();
    if currencies.all(|other| Some(other) == first) {
        return Ok(());
    }
    Err(MessageFault::from(Rule::CurrencyDiffers).within("Ntry"))
}
