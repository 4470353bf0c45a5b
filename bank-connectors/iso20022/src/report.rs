//! What camt.052, camt.053 and camt.054 have in common around their entries.

use crate::entry::Entry;
use crate::fault::{MessageFault, Rule};
use crate::fields::Read;
use crate::identifier::AccountNumber;
use crate::parts::{GroupHeader, count};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::Currency;
use serde::{Deserialize, Serialize};

/// Which part of a report that does not fit into one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its number, from 1.
    pub number: u32,
    /// Whether it is the last.
    pub last: bool,
}

impl Page {
    pub(crate) fn read(element: Element<'_>) -> Read<Page> {
        let fields = element.fields(&["PgNb", "LastPgInd"])?;
        let number = fields.required("PgNb", |number| match count(number)? {
            page @ 0..=99_999 => Ok(u32::try_from(page).map_err(|_| Rule::Count)?),
            _ => Err(Rule::Count.into()),
        })?;
        Ok(Page { number, last: fields.required("LastPgInd", Element::flag)? })
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| {
            w.leaf("PgNb", self.number);
            w.leaf("LastPgInd", self.last);
        });
    }
}

/// The number of a report: digits, at most 15 here.
pub(crate) fn read_number(element: Element<'_>) -> Read<u64> {
    count(element)
}

/// `GroupHeader81`.
pub(crate) fn read_header(element: Element<'_>) -> Read<GroupHeader> {
    let order = &["MsgId", "CreDtTm", "MsgRcpt", "MsgPgntn", "OrgnlBizQry", "AddtlInf"];
    GroupHeader::read(&element.fields(order)?)
}

/// `CashAccount39`: number and currency.
pub(crate) fn read_account(element: Element<'_>) -> Read<(AccountNumber, Option<Currency>)> {
    let fields = element.fields(&["Id", "Tp", "Ccy", "Nm", "Prxy", "Ownr", "Svcr"])?;
    let number = fields.required("Id", AccountNumber::read_id)?;
    Ok((number, fields.optional("Ccy", Element::parse)?))
}

/// An account has one currency.
pub(crate) fn check_currency(currency: Option<Currency>, entries: &[Entry]) -> Read<()> {
    let mut currencies = currency.into_iter().chain(entries.iter().map(|e| e.money.currency));
    let first = currencies.next();
    if currencies.all(|other| Some(other) == first) {
        return Ok(());
    }
    Err(MessageFault::from(Rule::CurrencyDiffers).below("Ntry"))
}
