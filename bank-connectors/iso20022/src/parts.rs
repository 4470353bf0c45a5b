//! Parts that several messages share. The lists are the schemas' orders of children.

use crate::fault::{MessageFault, Rule};
use crate::fields::Fields;
use crate::value::{AccountNumber, Bic, Money, Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_banking::ReasonCode;
use gcfn_model::{Amount, BusinessDate, Currency, Timestamp, Uetr};
use serde::{Deserialize, Serialize};

type Read<T> = Result<T, MessageFault>;

/// What every message says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// The header of pacs.008 and pacs.009: identification, counts, settlement.
pub(crate) struct TransferHeader {
    pub(crate) group: GroupHeader,
    count: u64,
    total: Option<Money>,
    /// The settlement date of all transfers that do not have their own.
    pub(crate) settlement_date: Option<BusinessDate>,
}

impl TransferHeader {
    pub(crate) fn read(element: &Element) -> Read<TransferHeader> {
        let fields = element.fields(&[
            "MsgId",
            "CreDtTm",
            "BtchBookg",
            "NbOfTxs",
            "CtrlSum",
            "TtlIntrBkSttlmAmt",
            "IntrBkSttlmDt",
            "SttlmInf",
            "PmtTpInf",
            "InstgAgt",
            "InstdAgt",
        ])?;
        fields.required("SttlmInf", |settlement| {
            let fields = settlement.fields(&[
                "SttlmMtd",
                "SttlmAcct",
                "ClrSys",
                "InstgRmbrsmntAgt",
                "InstgRmbrsmntAgtAcct",
                "InstdRmbrsmntAgt",
                "InstdRmbrsmntAgtAcct",
                "ThrdRmbrsmntAgt",
                "ThrdRmbrsmntAgtAcct",
            ])?;
            fields.required("SttlmMtd", |method| one_of(method, &["INDA", "INGA", "COVE", "CLRG"]))
        })?;
        Ok(TransferHeader {
            group: GroupHeader::read(&fields)?,
            count: fields.required("NbOfTxs", count)?,
            total: fields.optional("TtlIntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
        })
    }

    /// Checks the stated count and total against the transfers found.
    pub(crate) fn check(&self, settled: impl ExactSizeIterator<Item = Money>) -> Read<()> {
        check_count(Some(self.count), settled.len())?;
        let Some(total) = self.total else { return Ok(()) };
        let mut sum = Amount::ZERO;
        for money in settled {
            if money.currency != total.currency {
                return Err(Rule::CurrencyDiffers.into());
            }
            sum = sum.checked_add(money.amount).ok_or(Rule::TotalDiffers)?;
        }
        if sum == total.amount { Ok(()) } else { Err(Rule::TotalDiffers.into()) }
    }

    /// Writes the header of `count` transfers, which the bank that is instructed settles on the
    /// accounts that it holds (`INDA`).
    pub(crate) fn write(group: &GroupHeader, count: usize, w: &mut Writer) {
        w.nest("GrpHdr", |w| {
            group.write(w);
            w.leaf("NbOfTxs", count);
            w.nest("SttlmInf", |w| w.leaf("SttlmMtd", "INDA"));
        });
    }
}

/// The references of one payment (`PmtId`).
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub(crate) fn read(element: &Element, order: &[&str]) -> Read<PaymentIds> {
        let fields = element.fields(order)?;
        Ok(PaymentIds {
            instruction: fields.optional("InstrId", Element::parse)?,
            end_to_end: fields.required("EndToEndId", Element::parse)?,
            transaction: fields.optional("TxId", Element::parse)?,
            uetr: fields.optional("UETR", Element::parse)?,
        })
    }

    /// Between banks: `PaymentIdentification7`.
    pub(crate) fn read_interbank(element: &Element) -> Read<PaymentIds> {
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

/// A financial institution, or a node of the network in the place of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Its business identifier code.
    pub bic: Option<Bic>,
    /// Its name.
    pub name: Option<Text<140>>,
    /// Another identification: a node's name.
    pub other: Option<Text<35>>,
}

impl Agent {
    /// The institution with this code.
    #[must_use]
    pub fn bic(bic: Bic) -> Agent {
        Agent { bic: Some(bic), ..Agent::default() }
    }

    pub(crate) fn read(element: &Element) -> Read<Agent> {
        element.fields(&["FinInstnId", "BrnchId"])?.required("FinInstnId", |institution| {
            let order = ["BICFI", "ClrSysMmbId", "LEI", "Nm", "PstlAdr", "Othr"];
            let fields = institution.fields(&order)?;
            Ok(Agent {
                bic: fields.optional("BICFI", Element::parse)?,
                name: fields.optional("Nm", Element::parse)?,
                other: fields.optional("Othr", generic_id)?,
            })
        })
    }

    pub(crate) fn write(&self, name: &str, w: &mut Writer) {
        w.nest(name, |w| {
            w.nest("FinInstnId", |w| {
                w.optional("BICFI", self.bic.as_ref());
                w.optional("Nm", self.name.as_ref());
                if let Some(other) = &self.other {
                    w.nest("Othr", |w| w.leaf("Id", other));
                }
            });
        });
    }
}

/// `Id` of a generic identification.
fn generic_id<T: std::str::FromStr<Err: Into<Rule>>>(element: &Element) -> Read<T> {
    element.fields(&["Id", "SchmeNm", "Issr"])?.required("Id", Element::parse)
}

impl AccountNumber {
    /// The number in an account's `Id`.
    pub(crate) fn read_id(id: &Element) -> Read<AccountNumber> {
        let child = id.choice(&["IBAN", "Othr"])?;
        let number = match child.name.as_str() {
            "IBAN" => child.parse().map(AccountNumber::Iban),
            _ => generic_id(child).map(AccountNumber::Other),
        };
        number.map_err(|fault| fault.within(&child.name))
    }

    /// `CashAccount38`.
    pub(crate) fn read(element: &Element) -> Read<AccountNumber> {
        element.fields(&["Id", "Tp", "Ccy", "Nm", "Prxy"])?.required("Id", AccountNumber::read_id)
    }

    pub(crate) fn write(&self, name: &str, currency: Option<Currency>, w: &mut Writer) {
        w.nest(name, |w| {
            w.nest("Id", |w| match self {
                AccountNumber::Iban(iban) => w.leaf("IBAN", iban),
                AccountNumber::Other(number) => w.nest("Othr", |w| w.leaf("Id", number)),
            });
            w.optional("Ccy", currency.as_ref());
        });
    }

    pub(crate) fn write_optional(number: Option<&AccountNumber>, name: &str, w: &mut Writer) {
        if let Some(number) = number {
            number.write(name, None, w);
        }
    }
}

/// The name of a party, which is all that is read of one.
pub(crate) fn read_party(element: &Element) -> Read<Option<Text<140>>> {
    let fields = element.fields(&["Nm", "PstlAdr", "Id", "CtryOfRes", "CtctDtls"])?;
    fields.optional("Nm", Element::parse)
}

/// A party, without a name where none is known.
pub(crate) fn write_party(name: &str, party: Option<&Text<140>>, w: &mut Writer) {
    w.nest(name, |w| w.optional("Nm", party));
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
    pub(crate) fn read(element: &Element) -> Read<Remittance> {
        let fields = element.fields(&["Ustrd", "Strd"])?;
        let references = fields.many("Strd", |structured| {
            let fields = structured.fields(&[
                "RfrdDocInf",
                "RfrdDocAmt",
                "CdtrRefInf",
                "Invcr",
                "Invcee",
                "TaxRmt",
                "GrnshmtRmt",
                "AddtlRmtInf",
            ])?;
            let reference = fields.optional("CdtrRefInf", |reference| {
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

/// The reason in one `StsRsnInf`; a proprietary one has no code.
pub(crate) fn read_reason(element: &Element) -> Read<Option<ReasonCode>> {
    let fields = element.fields(&["Orgtr", "Rsn", "AddtlInf"])?;
    let reason = fields.optional("Rsn", |reason| {
        let child = reason.choice(&["Cd", "Prtry"])?;
        let code = match child.name.as_str() {
            "Cd" => child.parse().map(Some),
            _ => child.parse::<Text<35>>().map(|_| None),
        };
        code.map_err(|fault| fault.within(&child.name))
    })?;
    Ok(reason.flatten())
}

/// Every reason of an aggregate that has `StsRsnInf`.
pub(crate) fn read_reasons(fields: &Fields<'_>) -> Read<Vec<ReasonCode>> {
    Ok(fields.many("StsRsnInf", read_reason)?.into_iter().flatten().collect())
}

pub(crate) fn write_reasons(reasons: &[ReasonCode], w: &mut Writer) {
    for reason in reasons {
        w.nest("StsRsnInf", |w| w.nest("Rsn", |w| w.leaf("Cd", reason)));
    }
}

/// `Max15NumericText`.
pub(crate) fn count(element: &Element) -> Read<u64> {
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

/// A code of a closed list.
pub(crate) fn one_of<'a>(element: &'a Element, codes: &[&str]) -> Read<&'a str> {
    let code = element.value()?;
    if codes.contains(&code) { Ok(code) } else { Err(Rule::Code.into()) }
}
