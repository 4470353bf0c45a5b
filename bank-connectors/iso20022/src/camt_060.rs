//! camt.060.001.05: send me a statement. What a node asks its bank for when one is missing.

use crate::code::closed_list;
use crate::fault::{MessageFault, Rule};
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::parts::GroupHeader;
use crate::party::{Actor, Agent};
use crate::value::Reference;
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;
use serde::{Deserialize, Serialize};

/// camt.060.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportingRequest {
    /// The message.
    pub group: GroupHeader,
    /// Who asks.
    pub sender: Option<Actor>,
    /// What is asked for, at least one.
    pub requests: Vec<RequestedReport>,
}

/// One report that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedReport {
    /// The sender's id of the request.
    pub id: Option<Reference>,
    /// The message that is wanted, such as `camt.053.001.08`.
    pub definition: Reference,
    /// Of which account.
    pub account: Option<AccountNumber>,
    /// Whose account it is.
    pub owner: Actor,
    /// Who keeps it.
    pub servicer: Option<Agent>,
    /// Of which days.
    pub period: Option<ReportingPeriod>,
}

/// The days of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportingPeriod {
    /// The first.
    pub from: BusinessDate,
    /// The last, if there is one.
    pub to: Option<BusinessDate>,
    /// Whether all is wanted again.
    pub query: QueryType,
}

closed_list! {
    /// What of a period is wanted.
    QueryType {
        /// All.
        All = "ALLL",
        /// What has changed since it was last asked for.
        Changed = "CHNG",
        /// What was changed.
        Modified = "MODF",
    }
}

pub(crate) const NAME: &str = "AcctRptgReq";

impl ReportingRequest {
    pub(crate) fn read(element: Element<'_>) -> Read<ReportingRequest> {
        let fields = element.fields(&["GrpHdr", "RptgReq", "SplmtryData"])?;
        let (group, sender) = fields.required("GrpHdr", |header| {
            let fields = header.fields(&["MsgId", "CreDtTm", "MsgSndr"])?;
            Ok((GroupHeader::read(&fields)?, fields.optional("MsgSndr", Actor::read)?))
        })?;
        let requests = fields.some("RptgReq", RequestedReport::read)?;
        Ok(ReportingRequest { group, sender, requests })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            w.nest("GrpHdr", |w| {
                self.group.write(w);
                self.sender.iter().for_each(|sender| sender.write("MsgSndr", w));
            });
            self.requests.iter().for_each(|request| request.write(w));
        });
    }
}

impl RequestedReport {
    fn read(element: Element<'_>) -> Read<RequestedReport> {
        let fields = element.fields(REQUEST)?;
        Ok(RequestedReport {
            id: fields.optional("Id", Element::parse)?,
            definition: fields.required("ReqdMsgNmId", Element::parse)?,
            account: fields.optional("Acct", AccountNumber::read)?,
            owner: fields.required("AcctOwnr", Actor::read)?,
            servicer: fields.optional("AcctSvcr", Agent::read)?,
            period: fields.optional("RptgPrd", ReportingPeriod::read)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("RptgReq", |w| {
            w.optional("Id", self.id.as_ref());
            w.leaf("ReqdMsgNmId", &self.definition);
            AccountNumber::write_optional(self.account.as_ref(), "Acct", w);
            self.owner.write("AcctOwnr", w);
            Agent::write_optional(self.servicer.as_ref(), "AcctSvcr", w);
            self.period.iter().for_each(|period| period.write(w));
        });
    }
}

impl ReportingPeriod {
    fn read(element: Element<'_>) -> Read<ReportingPeriod> {
        let fields = element.fields(&["FrToDt", "FrToTm", "Tp"])?;
        let (from, to) = fields.required("FrToDt", |days| {
            let fields = days.fields(&["FrDt", "ToDt"])?;
            Ok((fields.required("FrDt", Element::date)?, fields.optional("ToDt", Element::date)?))
        })?;
        if to.is_some_and(|to| to < from) {
            return Err(MessageFault::from(Rule::Date(gcfn_model::DateFault)).below("FrToDt/ToDt"));
        }
        Ok(ReportingPeriod { from, to, query: fields.required("Tp", QueryType::read)? })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("RptgPrd", |w| {
            w.nest("FrToDt", |w| {
                w.leaf("FrDt", self.from);
                w.optional("ToDt", self.to.as_ref());
            });
            w.leaf("Tp", self.query);
        });
    }
}

/// `ReportingRequest5`.
const REQUEST: Order = &[
    "Id",
    "ReqdMsgNmId",
    "Acct",
    "AcctOwnr",
    "AcctSvcr",
    "RptgPrd",
    "RptgSeq",
    "ReqdTxTp",
    "ReqdBalTp",
];
