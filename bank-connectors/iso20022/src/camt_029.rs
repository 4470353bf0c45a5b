//! camt.029.001.09: the answer to a camt.056.

use crate::case::{Assignment, Case};
use crate::code::{Reason, closed_list, write_reasons};
use crate::fault::{MessageFault, Rule};
use crate::fields::{Order, Read};
use crate::original::{OriginalMessage, OriginalPayment};
use crate::value::{Reference, Text};
use crate::writer::Writer;
use crate::xml::Element;
use serde::{Deserialize, Serialize};

/// camt.029.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// The message.
    pub assignment: Assignment,
    /// The case that is closed.
    pub case: Option<Case>,
    /// How it ends, such as `CNCL`, `RJCR`, `PDCR`, `IPAY`.
    pub status: Text<4>,
    /// How it ends for messages and payments.
    pub details: Vec<ResolvedMessage>,
}

/// How the request ends for one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedMessage {
    /// For the message as a whole.
    pub group: Option<ResolvedGroup>,
    /// For single payments.
    pub payments: Vec<ResolvedPayment>,
}

closed_list! {
    /// How the request to cancel a whole message ends.
    GroupCancellation {
        /// All cancelled.
        Accepted = "ACCR",
        /// Some.
        Partly = "PACR",
        /// Not yet decided.
        Pending = "PDCR",
        /// None.
        Rejected = "RJCR",
    }
}

closed_list! {
    /// How the request to cancel a payment ends.
    Cancellation {
        /// Cancelled.
        Accepted = "ACCR",
        /// Not yet decided.
        Pending = "PDCR",
        /// Not cancelled.
        Rejected = "RJCR",
    }
}

/// How the request ends for a whole message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedGroup {
    /// The id of the request.
    pub id: Option<Reference>,
    /// Which message.
    pub original: OriginalMessage,
    /// How it ends.
    pub status: Option<GroupCancellation>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// How the request ends for one payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedPayment {
    /// The id of the answer.
    pub id: Option<Reference>,
    /// The case.
    pub case: Option<Case>,
    /// Which payment.
    pub original: OriginalPayment,
    /// How it ends.
    pub status: Option<Cancellation>,
    /// Why.
    pub reasons: Vec<Reason>,
}

pub(crate) const NAME: &str = "RsltnOfInvstgtn";

impl Resolution {
    pub(crate) fn read(element: Element<'_>) -> Read<Resolution> {
        let fields = element.fields(MESSAGE)?;
        Ok(Resolution {
            assignment: fields.required("Assgnmt", Assignment::read)?,
            case: fields.optional("RslvdCase", Case::read)?,
            status: fields.required("Sts", read_status)?,
            details: fields.many("CxlDtls", ResolvedMessage::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            self.assignment.write(w);
            Case::write_optional(self.case.as_ref(), "RslvdCase", w);
            w.nest("Sts", |w| w.leaf("Conf", &self.status));
            for ResolvedMessage { group, payments } in &self.details {
                w.nest("CxlDtls", |w| {
                    group.iter().for_each(|group| group.write(w));
                    payments.iter().for_each(|payment| payment.write(w));
                });
            }
        });
    }
}

/// A confirmation; the other ends are not those of a request to cancel.
fn read_status(element: Element<'_>) -> Read<Text<4>> {
    let child = element.choice(&["Conf", "RjctdMod", "DplctOf", "AssgnmtCxlConf"])?;
    if child.name() != "Conf" {
        return Err(MessageFault::from(Rule::Choice).within(child));
    }
    child.parse().map_err(|fault: MessageFault| fault.within(child))
}

impl ResolvedMessage {
    fn read(element: Element<'_>) -> Read<ResolvedMessage> {
        let order = &["OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "TxInfAndSts"];
        let fields = element.fields(order)?;
        Ok(ResolvedMessage {
            group: fields.optional("OrgnlGrpInfAndSts", ResolvedGroup::read)?,
            payments: fields.many("TxInfAndSts", ResolvedPayment::read)?,
        })
    }
}

impl ResolvedGroup {
    fn read(element: Element<'_>) -> Read<ResolvedGroup> {
        let fields = element.fields(GROUP)?;
        Ok(ResolvedGroup {
            id: fields.optional("OrgnlGrpCxlId", Element::parse)?,
            original: OriginalMessage::of(&fields)?,
            status: fields.optional("GrpCxlSts", GroupCancellation::read)?,
            reasons: fields.many("CxlStsRsnInf", Reason::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("OrgnlGrpInfAndSts", |w| {
            w.optional("OrgnlGrpCxlId", self.id.as_ref());
            self.original.write(w);
            w.optional("GrpCxlSts", self.status.as_ref());
            write_reasons(&self.reasons, "CxlStsRsnInf", w);
        });
    }
}

impl ResolvedPayment {
    fn read(element: Element<'_>) -> Read<ResolvedPayment> {
        let fields = element.fields(TRANSACTION)?;
        Ok(ResolvedPayment {
            id: fields.optional("CxlStsId", Element::parse)?,
            case: fields.optional("RslvdCase", Case::read)?,
            original: OriginalPayment::read(&fields, true)?,
            status: fields.optional("TxCxlSts", Cancellation::read)?,
            reasons: fields.many("CxlStsRsnInf", Reason::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("TxInfAndSts", |w| {
            w.optional("CxlStsId", self.id.as_ref());
            Case::write_optional(self.case.as_ref(), "RslvdCase", w);
            self.original.write_ids(w);
            w.optional("TxCxlSts", self.status.as_ref());
            write_reasons(&self.reasons, "CxlStsRsnInf", w);
            self.original.write_amounts(w);
        });
    }
}

/// `ResolutionOfInvestigationV09`.
const MESSAGE: Order = &[
    "Assgnmt",
    "RslvdCase",
    "Sts",
    "CxlDtls",
    "ModDtls",
    "ClmNonRctDtls",
    "StmtDtls",
    "CrrctnTx",
    "RsltnRltdInf",
    "SplmtryData",
];

/// `OriginalGroupHeader14`.
const GROUP: Order = &[
    "OrgnlGrpCxlId",
    "RslvdCase",
    "OrgnlMsgId",
    "OrgnlMsgNmId",
    "OrgnlCreDtTm",
    "OrgnlNbOfTxs",
    "OrgnlCtrlSum",
    "GrpCxlSts",
    "CxlStsRsnInf",
    "NbOfTxsPerCxlSts",
];

/// `PaymentTransaction102`.
const TRANSACTION: Order = &[
    "CxlStsId",
    "RslvdCase",
    "OrgnlGrpInf",
    "OrgnlInstrId",
    "OrgnlEndToEndId",
    "OrgnlTxId",
    "OrgnlClrSysRef",
    "OrgnlUETR",
    "TxCxlSts",
    "CxlStsRsnInf",
    "RsltnRltdInf",
    "OrgnlIntrBkSttlmAmt",
    "OrgnlIntrBkSttlmDt",
    "Assgnr",
    "Assgne",
    "OrgnlTxRef",
];
