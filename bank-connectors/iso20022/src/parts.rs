//! Parts that nearly every message has. The lists are the schemas' orders of children.

use crate::fault::{MessageFault, Rule};
use crate::fields::{Fields, Order, Read};
use crate::value::{Money, Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::{Amount, Timestamp, Uetr};
use serde::{Deserialize, Serialize};

/// What every message says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupHeader {
    /// The sender's id of the message.
    pub id: Reference,
    /// When it was made.
    pub created_at: Timestamp,
}

impl GroupHeader {
    pub(crate) fn read(fields: &Fields<'_>) -> Read<GroupHeader> {
        let id = fields.required("MsgId", Element::parse)?;
        let created_at = fields.required("CreDtTm", Element::time)?;
        Ok(GroupHeader { id, created_at })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.leaf("MsgId", &self.id);
        w.leaf("CreDtTm", self.created_at);
    }
}

/// The references of one payment (`PmtId`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentIds {
    /// The instructing party's id, for the next party only.
    pub instruction: Option<Reference>,
    /// The payer's id, passed on unchanged.
    pub end_to_end: Reference,
    /// The first bank's id, passed on unchanged between banks; not in pain.001.
    pub transaction: Option<Reference>,
    /// The tracking reference. Optional in the base schema, mandatory between GCFN and its banks.
    pub uetr: Option<Uetr>,
}

impl PaymentIds {
    pub(crate) fn read(element: Element<'_>, order: Order) -> Read<PaymentIds> {
        let fields = element.fields(order)?;
        let interbank = order.contains(&"TxId");
        Ok(PaymentIds {
            instruction: fields.optional("InstrId", Element::parse)?,
            end_to_end: fields.required("EndToEndId", Element::parse)?,
            transaction: match interbank {
                true => fields.optional("TxId", Element::parse)?,
                false => None,
            },
            uetr: fields.optional("UETR", Element::parse)?,
        })
    }

    /// Between banks: `PaymentIdentification7`.
    pub(crate) fn read_interbank(element: Element<'_>) -> Read<PaymentIds> {
        PaymentIds::read(element, &["InstrId", "EndToEndId", "TxId", "UETR", "ClrSysRef"])
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("PmtId", |w| {
            w.optional("InstrId", self.instruction.as_ref());
            w.leaf("EndToEndId", &self.end_to_end);
            w.optional("TxId", self.transaction.as_ref());
            w.optional("UETR", self.uetr.as_ref());
        });
    }
}

/// What a payment is for, in the payer's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remittance {
    /// Free text.
    pub text: Vec<Text<140>>,
    /// The payee's reference, quoted by the payer (`CdtrRefInf`).
    pub reference: Option<Text<35>>,
}

impl Remittance {
    pub(crate) fn read(element: Element<'_>) -> Read<Remittance> {
        let fields = element.fields(&["Ustrd", "Strd"])?;
        let references = fields.many("Strd", |structured| {
            let reference = structured.fields(STRUCTURED)?.optional("CdtrRefInf", |reference| {
                reference.fields(&["Tp", "Ref"])?.optional("Ref", Element::parse)
            })?;
            Ok(reference.flatten())
        })?;
        Ok(Remittance {
            text: fields.many("Ustrd", Element::parse)?,
            reference: references.into_iter().flatten().next(),
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        if self == &Remittance::default() {
            return;
        }
        w.nest("RmtInf", |w| {
            self.text.iter().for_each(|text| w.leaf("Ustrd", text));
            if let Some(reference) = &self.reference {
                w.nest("Strd", |w| {
                    w.nest("CdtrRefInf", |w| {
                        w.nest("Tp", |w| w.nest("CdOrPrtry", |w| w.leaf("Cd", "SCOR")));
                        w.leaf("Ref", reference);
                    });
                });
            }
        });
    }
}

/// `StructuredRemittanceInformation16`.
const STRUCTURED: Order = &[
    "RfrdDocInf",
    "RfrdDocAmt",
    "CdtrRefInf",
    "Invcr",
    "Invcee",
    "TaxRmt",
    "GrnshmtRmt",
    "+SctiesData",
    "AddtlRmtInf",
];

/// `Max15NumericText`.
pub(crate) fn count(element: Element<'_>) -> Read<u64> {
    let digits = element.value()?;
    let formed = (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let count = formed.then(|| digits.parse().ok()).flatten();
    Ok(count.ok_or(Rule::Count)?)
}

pub(crate) fn check_count(stated: Option<u64>, found: usize) -> Read<()> {
    match stated {
        Some(stated) if u64::try_from(found) != Ok(stated) => Err(Rule::CountDiffers.into()),
        _ => Ok(()),
    }
}

/// Checks a stated total with its currency against the payments found.
pub(crate) fn check_total(stated: Option<Money>, found: impl Iterator<Item = Money>) -> Read<()> {
    let Some(total) = stated else { return Ok(()) };
    let mut sum = Amount::ZERO;
    for money in found {
        if money.currency != total.currency {
            return Err(Rule::CurrencyDiffers.into());
        }
        sum = sum.checked_add(money.amount).ok_or(Rule::TotalDiffers)?;
    }
    if sum == total.amount { Ok(()) } else { Err(Rule::TotalDiffers.into()) }
}

/// A sum of amounts of whatever currencies (`CtrlSum`), in units of 10^-5: the most decimals
/// that an amount of the schema has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ControlSum(u128);

impl ControlSum {
    pub(crate) fn read(element: Element<'_>) -> Read<ControlSum> {
        let text = element.value()?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let mut digits = whole.bytes().chain(fraction.bytes());
        let formed = !whole.is_empty()
            && whole.len() <= 18
            && fraction.len() <= 5
            && digits.all(|b| b.is_ascii_digit());
        if !formed {
            return Err(Rule::Amount(gcfn_model::AmountFault::NotDecimal).into());
        }
        let padded = fraction.bytes().chain(std::iter::repeat(b'0')).take(5);
        let sum = whole
            .bytes()
            .chain(padded)
            .fold(0u128, |sum, b| sum.saturating_mul(10).saturating_add(u128::from(b & 0x0f)));
        Ok(ControlSum(sum))
    }

    /// Checks it against the amounts found.
    pub(crate) fn check(
        stated: Option<ControlSum>,
        found: impl Iterator<Item = Money>,
    ) -> Read<()> {
        let sum = found.fold(0u128, |sum, Money { amount, currency }| {
            let missing = 5u32.saturating_sub(u32::from(currency.decimals()));
            let amount = u128::from(amount.minor()).saturating_mul(10u128.saturating_pow(missing));
            sum.saturating_add(amount)
        });
        match stated {
            Some(stated) if stated != ControlSum(sum) => {
                Err(MessageFault::from(Rule::TotalDiffers).below("CtrlSum"))
            }
            _ => Ok(()),
        }
    }
}
