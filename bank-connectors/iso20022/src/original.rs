//! What messages say of an earlier message and of a payment in it.

use crate::fields::{Fields, Order, Read};
use crate::value::{Money, Reference};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::{BusinessDate, Uetr};
use serde::{Deserialize, Serialize};

/// The message that another is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalMessage {
    /// Its id.
    pub id: Reference,
    /// Its definition, such as `pacs.009.001.08`.
    pub definition: Reference,
}

impl OriginalMessage {
    pub(crate) fn of(fields: &Fields<'_>) -> Read<OriginalMessage> {
        Ok(OriginalMessage {
            id: fields.required("OrgnlMsgId", Element::parse)?,
            definition: fields.required("OrgnlMsgNmId", Element::parse)?,
        })
    }

    /// `OriginalGroupInformation29` and what has more children.
    pub(crate) fn read(element: Element<'_>) -> Read<OriginalMessage> {
        OriginalMessage::of(&element.fields(GROUP)?)
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.leaf("OrgnlMsgId", &self.id);
        w.leaf("OrgnlMsgNmId", &self.definition);
    }

    pub(crate) fn write_optional(original: Option<&OriginalMessage>, w: &mut Writer) {
        if let Some(original) = original {
            w.nest("OrgnlGrpInf", |w| original.write(w));
        }
    }
}

/// The payment that a message is about, by whatever references its sender knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalPayment {
    /// The message it came in.
    pub message: Option<OriginalMessage>,
    /// Its instruction id.
    pub instruction: Option<Reference>,
    /// Its end-to-end id.
    pub end_to_end: Option<Reference>,
    /// Its transaction id.
    pub transaction: Option<Reference>,
    /// Its tracking reference.
    pub uetr: Option<Uetr>,
    /// How much was settled; not in pacs.028.
    pub settlement: Option<Money>,
    /// When; not in pacs.028.
    pub settlement_date: Option<BusinessDate>,
}

impl OriginalPayment {
    /// The payment of an aggregate; `amounts` says whether it has amount and date.
    pub(crate) fn read(fields: &Fields<'_>, amounts: bool) -> Read<OriginalPayment> {
        let mut original = OriginalPayment {
            message: fields.optional("OrgnlGrpInf", OriginalMessage::read)?,
            instruction: fields.optional("OrgnlInstrId", Element::parse)?,
            end_to_end: fields.optional("OrgnlEndToEndId", Element::parse)?,
            transaction: fields.optional("OrgnlTxId", Element::parse)?,
            uetr: fields.optional("OrgnlUETR", Element::parse)?,
            ..OriginalPayment::default()
        };
        if amounts {
            original.settlement = fields.optional("OrgnlIntrBkSttlmAmt", Element::money)?;
            original.settlement_date = fields.optional("OrgnlIntrBkSttlmDt", Element::date)?;
        }
        Ok(original)
    }

    pub(crate) fn write_ids(&self, w: &mut Writer) {
        OriginalMessage::write_optional(self.message.as_ref(), w);
        w.optional("OrgnlInstrId", self.instruction.as_ref());
        w.optional("OrgnlEndToEndId", self.end_to_end.as_ref());
        w.optional("OrgnlTxId", self.transaction.as_ref());
        w.optional("OrgnlUETR", self.uetr.as_ref());
    }

    pub(crate) fn write_amounts(&self, w: &mut Writer) {
        w.optional_money("OrgnlIntrBkSttlmAmt", self.settlement);
        w.optional("OrgnlIntrBkSttlmDt", self.settlement_date.as_ref());
    }
}

const GROUP: Order =
    &["OrgnlMsgId", "OrgnlMsgNmId", "OrgnlCreDtTm", "OrgnlNbOfTxs", "OrgnlCtrlSum", "RtrRsnInf"];
