//! camt.056.001.08: a payment is asked back. Before it has settled it may be cancelled; after
//! that it can only be returned.

use crate::case::{Assignment, Case};
use crate::code::{Reason, write_reasons};
use crate::fields::{Order, Read};
use crate::original::{OriginalMessage, OriginalPayment};
use crate::parts::{ControlSum, check_count, count};
use crate::party::Agent;
use crate::value::Reference;
use crate::writer::Writer;
use crate::xml::Element;
use serde::{Deserialize, Serialize};

/// camt.056.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationRequest {
    /// The message.
    pub assignment: Assignment,
    /// The case that it opens.
    pub case: Option<Case>,
    /// What is asked back, by message, at least one.
    pub underlying: Vec<CancelledMessage>,
}

/// What is asked back of one message: all of it, or payments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelledMessage {
    /// The message as a whole.
    pub group: Option<CancelledGroup>,
    /// Single payments.
    pub payments: Vec<CancelledPayment>,
}

/// A message that is asked back, or whose payments are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelledGroup {
    /// The sender's id of the request.
    pub id: Option<Reference>,
    /// The case.
    pub case: Option<Case>,
    /// Which message.
    pub original: OriginalMessage,
    /// Whether all of it is asked back.
    pub whole: Option<bool>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// A payment that is asked back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelledPayment {
    /// The sender's id of the request.
    pub id: Option<Reference>,
    /// The case.
    pub case: Option<Case>,
    /// Which payment.
    pub original: OriginalPayment,
    /// Who asks.
    pub assigner: Option<Agent>,
    /// Who is asked.
    pub assignee: Option<Agent>,
    /// Why.
    pub reasons: Vec<Reason>,
}

pub(crate) const NAME: &str = "FIToFIPmtCxlReq";

impl CancellationRequest {
    pub(crate) fn read(element: Element<'_>) -> Read<CancellationRequest> {
        let fields = element.fields(&["Assgnmt", "Case", "CtrlData", "Undrlyg", "SplmtryData"])?;
        let underlying = fields.some("Undrlyg", CancelledMessage::read)?;
        fields.optional("CtrlData", |control| {
            let fields = control.fields(&["NbOfTxs", "CtrlSum"])?;
            let stated = fields.required("NbOfTxs", count)?;
            fields.optional("CtrlSum", ControlSum::read)?;
            let found: usize = underlying.iter().map(|message| message.payments.len()).sum();
            // Whole messages may be asked back without their payments one by one.
            if underlying.iter().all(|message| !message.payments.is_empty()) {
                check_count(Some(stated), found)?;
            }
            Ok(())
        })?;
        Ok(CancellationRequest {
            assignment: fields.required("Assgnmt", Assignment::read)?,
            case: fields.optional("Case", Case::read)?,
            underlying,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            self.assignment.write(w);
            Case::write_optional(self.case.as_ref(), "Case", w);
            for CancelledMessage { group, payments } in &self.underlying {
                w.nest("Undrlyg", |w| {
                    group.iter().for_each(|group| group.write(w));
                    payments.iter().for_each(|payment| payment.write(w));
                });
            }
        });
    }
}

impl CancelledMessage {
    fn read(element: Element<'_>) -> Read<CancelledMessage> {
        let fields = element.fields(&["OrgnlGrpInfAndCxl", "TxInf"])?;
        Ok(CancelledMessage {
            group: fields.optional("OrgnlGrpInfAndCxl", CancelledGroup::read)?,
            payments: fields.many("TxInf", CancelledPayment::read)?,
        })
    }
}

impl CancelledGroup {
    fn read(element: Element<'_>) -> Read<CancelledGroup> {
        let fields = element.fields(GROUP)?;
        Ok(CancelledGroup {
            id: fields.optional("GrpCxlId", Element::parse)?,
            case: fields.optional("Case", Case::read)?,
            original: OriginalMessage::of(&fields)?,
            whole: fields.optional("GrpCxl", Element::flag)?,
            reasons: fields.many("CxlRsnInf", Reason::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("OrgnlGrpInfAndCxl", |w| {
            w.optional("GrpCxlId", self.id.as_ref());
            Case::write_optional(self.case.as_ref(), "Case", w);
            self.original.write(w);
            w.optional("GrpCxl", self.whole.as_ref());
            write_reasons(&self.reasons, "CxlRsnInf", w);
        });
    }
}

impl CancelledPayment {
    fn read(element: Element<'_>) -> Read<CancelledPayment> {
        let fields = element.fields(TRANSACTION)?;
        Ok(CancelledPayment {
            id: fields.optional("CxlId", Element::parse)?,
            case: fields.optional("Case", Case::read)?,
            original: OriginalPayment::read(&fields, true)?,
            assigner: fields.optional("Assgnr", Agent::read)?,
            assignee: fields.optional("Assgne", Agent::read)?,
            reasons: fields.many("CxlRsnInf", Reason::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("TxInf", |w| {
            w.optional("CxlId", self.id.as_ref());
            Case::write_optional(self.case.as_ref(), "Case", w);
            self.original.write_ids(w);
            self.original.write_amounts(w);
            Agent::write_optional(self.assigner.as_ref(), "Assgnr", w);
            Agent::write_optional(self.assignee.as_ref(), "Assgne", w);
            write_reasons(&self.reasons, "CxlRsnInf", w);
        });
    }
}

/// `OriginalGroupHeader15`.
const GROUP: Order = &[
    "GrpCxlId",
    "Case",
    "OrgnlMsgId",
    "OrgnlMsgNmId",
    "OrgnlCreDtTm",
    "NbOfTxs",
    "CtrlSum",
    "GrpCxl",
    "CxlRsnInf",
];

/// `PaymentTransaction106`.
const TRANSACTION: Order = &[
    "CxlId",
    "Case",
    "OrgnlGrpInf",
    "OrgnlInstrId",
    "OrgnlEndToEndId",
    "OrgnlTxId",
    "OrgnlUETR",
    "OrgnlClrSysRef",
    "OrgnlIntrBkSttlmAmt",
    "OrgnlIntrBkSttlmDt",
    "Assgnr",
    "Assgne",
    "CxlRsnInf",
    "OrgnlTxRef",
    "SplmtryData",
];
