//! A balance of an account, as statements and reports have it.

use crate::code::Code;
use crate::entry::{read_side, side_code};
use crate::fault::{MessageFault, Rule};
use crate::fields::Read;
use crate::value::{Money, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::Side;
use gcfn_model::{Amount, BusinessDate, Currency, Position};
use serde::{Deserialize, Serialize};

/// A balance and its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    /// Writes it as the balance `code`.
    pub(crate) fn write(self, code: &str, currency: Currency, w: &mut Writer) {
        let kind = code.parse().expect("balance codes have four letters");
        ReportedBalance { kind: Code::Code(kind), currency, balance: self }.write(w);
    }
}

/// A balance of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedBalance {
    /// Which balance: `OPBD` and `CLBD` are booked, `ITBD` is in between, `CLAV` is available.
    pub kind: Code<4>,
    /// In which currency.
    pub currency: Currency,
    /// The balance.
    pub balance: Balance,
}

impl ReportedBalance {
    pub(crate) fn read(element: Element<'_>) -> Read<ReportedBalance> {
        let fields = element.fields(&["Tp", "CdtLine", "Amt", "CdtDbtInd", "Dt", "Avlbty"])?;
        let kind = fields.required("Tp", |kind| {
            kind.fields(&["CdOrPrtry", "SubTp"])?.required("CdOrPrtry", Code::read)
        })?;
        let Money { amount, currency } = fields.required("Amt", Element::money)?;
        let side = fields.required("CdtDbtInd", read_side)?;
        let date = fields.required("Dt", Element::date_choice)?;
        Ok(ReportedBalance { kind, currency, balance: Balance { amount, side, date } })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        let Balance { amount, side, date } = self.balance;
        w.nest("Bal", |w| {
            w.nest("Tp", |w| self.kind.write("CdOrPrtry", w));
            w.money("Amt", Money { amount, currency: self.currency });
            w.leaf("CdtDbtInd", side_code(side));
            w.nest("Dt", |w| w.leaf("Dt", date));
        });
    }

    pub(crate) fn is(&self, code: &str) -> bool {
        matches!(&self.kind, Code::Code(kind) if Text::as_str(kind) == code)
    }
}

/// The one balance `code`.
pub(crate) fn booked<'a>(
    balances: &'a [ReportedBalance],
    code: &str,
) -> Result<&'a ReportedBalance, MessageFault> {
    let mut found = balances.iter().filter(|balance| balance.is(code));
    let rule = match (found.next(), found.next()) {
        (Some(balance), None) => return Ok(balance),
        (None, _) => Rule::Missing,
        (Some(_), Some(_)) => Rule::Repeated,
    };
    Err(MessageFault::from(rule).below(&format!("Bal[{code}]")))
}
