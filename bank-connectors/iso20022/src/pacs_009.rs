//! pacs.009.001.08: a payment between institutions on their own behalf. Nodes move money between
//! their pools and pay clearing cycles in and out with it. With the customers' payment that it
//! covers it is a COV.

use crate::code::Code;
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::parts::{GroupHeader, PaymentIds, Remittance};
use crate::party::{Agent, Party};
use crate::routing::{Routing, Settlement, TransferHeader, read_agents};
use crate::value::{Money, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;
use serde::{Deserialize, Serialize};

/// pacs.009.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstitutionCreditTransfer {
    /// The message.
    pub group: GroupHeader,
    /// How the banks settle.
    pub settlement: Settlement,
    /// The payments, at least one.
    pub transfers: Vec<InstitutionTransfer>,
}

/// One payment of a pacs.009.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstitutionTransfer {
    /// Its references.
    pub ids: PaymentIds,
    /// The banks that it passes.
    pub routing: Routing,
    /// How much is settled between the banks.
    pub settlement: Money,
    /// When.
    pub settlement_date: Option<BusinessDate>,
    /// Who pays.
    pub debtor: Agent,
    /// From which account.
    pub debtor_account: Option<AccountNumber>,
    /// The payer's bank.
    pub debtor_agent: Option<Agent>,
    /// The payee's bank.
    pub creditor_agent: Option<Agent>,
    /// Who is paid.
    pub creditor: Agent,
    /// To which account.
    pub creditor_account: Option<AccountNumber>,
    /// For what purpose, of the external list.
    pub purpose: Option<Code<4>>,
    /// What for.
    pub remittance: Vec<Text<140>>,
    /// The customers' payment that this one covers: then it is a COV.
    pub covered: Option<Box<CoveredTransfer>>,
}

/// The customers' payment behind a COV (`UndrlygCstmrCdtTrf`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredTransfer {
    /// For whom the payer pays.
    pub ultimate_debtor: Option<Party>,
    /// The payer.
    pub debtor: Party,
    /// From which account.
    pub debtor_account: Option<AccountNumber>,
    /// The payer's bank.
    pub debtor_agent: Agent,
    /// The banks on the way to the payee's, at most 3.
    pub intermediaries: Vec<Agent>,
    /// The payee's bank.
    pub creditor_agent: Agent,
    /// The payee.
    pub creditor: Party,
    /// To which account.
    pub creditor_account: Option<AccountNumber>,
    /// For whom the payee is paid.
    pub ultimate_creditor: Option<Party>,
    /// What for.
    pub remittance: Remittance,
    /// How much the payer asked for.
    pub instructed: Option<Money>,
}

pub(crate) const NAME: &str = "FICdtTrf";

impl InstitutionCreditTransfer {
    pub(crate) fn read(element: Element<'_>) -> Read<InstitutionCreditTransfer> {
        let fields = element.fields(&["GrpHdr", "CdtTrfTxInf", "SplmtryData"])?;
        let header = fields.required("GrpHdr", TransferHeader::read)?;
        let mut transfers = fields.some("CdtTrfTxInf", InstitutionTransfer::read)?;
        for transfer in &mut transfers {
            transfer.settlement_date = transfer.settlement_date.or(header.settlement_date);
            transfer.routing.inherit(&header);
        }
        fields.required("GrpHdr", |_| {
            header.check(transfers.iter().map(|transfer| transfer.settlement))
        })?;
        let TransferHeader { group, settlement, .. } = header;
        Ok(InstitutionCreditTransfer { group, settlement, transfers })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            TransferHeader::write(&self.group, self.transfers.len(), &self.settlement, w);
            self.transfers.iter().for_each(|transfer| transfer.write(w));
        });
    }
}

impl InstitutionTransfer {
    /// The transfer that says no more than it must.
    #[must_use]
    pub fn new(
        ids: PaymentIds,
        settlement: Money,
        debtor: Agent,
        creditor: Agent,
    ) -> InstitutionTransfer {
        InstitutionTransfer {
            ids,
            routing: Routing::default(),
            settlement,
            settlement_date: None,
            debtor,
            debtor_account: None,
            debtor_agent: None,
            creditor_agent: None,
            creditor,
            creditor_account: None,
            purpose: None,
            remittance: Vec::new(),
            covered: None,
        }
    }

    fn read(element: Element<'_>) -> Read<InstitutionTransfer> {
        let fields = element.fields(ORDER)?;
        let remittance = fields.optional("RmtInf", |remittance| {
            remittance.fields(&["Ustrd"])?.many("Ustrd", Element::parse)
        })?;
        Ok(InstitutionTransfer {
            ids: fields.required("PmtId", PaymentIds::read_interbank)?,
            settlement: fields.required("IntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
            debtor: fields.required("Dbtr", Agent::read)?,
            debtor_account: fields.optional("DbtrAcct", AccountNumber::read)?,
            debtor_agent: fields.optional("DbtrAgt", Agent::read)?,
            creditor_agent: fields.optional("CdtrAgt", Agent::read)?,
            creditor: fields.required("Cdtr", Agent::read)?,
            creditor_account: fields.optional("CdtrAcct", AccountNumber::read)?,
            purpose: fields.optional("Purp", Code::read)?,
            remittance: remittance.unwrap_or_default(),
            covered: fields.optional("UndrlygCstmrCdtTrf", CoveredTransfer::read)?,
            routing: Routing::read(&fields)?,
        })
    }

    fn write(&self, w: &mut Writer) {
        w.nest("CdtTrfTxInf", |w| {
            self.ids.write(w);
            self.routing.kind.write(w);
            w.money("IntrBkSttlmAmt", self.settlement);
            w.optional("IntrBkSttlmDt", self.settlement_date.as_ref());
            w.optional("SttlmPrty", self.routing.priority.as_ref());
            self.routing.write_agents(w);
            self.debtor.write("Dbtr", w);
            AccountNumber::write_optional(self.debtor_account.as_ref(), "DbtrAcct", w);
            Agent::write_optional(self.debtor_agent.as_ref(), "DbtrAgt", w);
            Agent::write_optional(self.creditor_agent.as_ref(), "CdtrAgt", w);
            self.creditor.write("Cdtr", w);
            AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            Code::write_optional(self.purpose.as_ref(), "Purp", w);
            if !self.remittance.is_empty() {
                w.nest("RmtInf", |w| self.remittance.iter().for_each(|t| w.leaf("Ustrd", t)));
            }
            self.covered.iter().for_each(|covered| covered.write(w));
        });
    }
}

impl CoveredTransfer {
    fn read(element: Element<'_>) -> Read<Box<CoveredTransfer>> {
        let fields = element.fields(COVERED)?;
        let intermediaries = ["IntrmyAgt1", "IntrmyAgt2", "IntrmyAgt3"];
        Ok(Box::new(CoveredTransfer {
            ultimate_debtor: fields.optional("UltmtDbtr", Party::read)?,
            debtor: fields.required("Dbtr", Party::read)?,
            debtor_account: fields.optional("DbtrAcct", AccountNumber::read)?,
            debtor_agent: fields.required("DbtrAgt", Agent::read)?,
            intermediaries: read_agents(&fields, intermediaries)?,
            creditor_agent: fields.required("CdtrAgt", Agent::read)?,
            creditor: fields.required("Cdtr", Party::read)?,
            creditor_account: fields.optional("CdtrAcct", AccountNumber::read)?,
            ultimate_creditor: fields.optional("UltmtCdtr", Party::read)?,
            remittance: fields.optional("RmtInf", Remittance::read)?.unwrap_or_default(),
            instructed: fields.optional("InstdAmt", Element::money)?,
        }))
    }

    fn write(&self, w: &mut Writer) {
        w.nest("UndrlygCstmrCdtTrf", |w| {
            Party::write_optional(self.ultimate_debtor.as_ref(), "UltmtDbtr", w);
            self.debtor.write("Dbtr", w);
            AccountNumber::write_optional(self.debtor_account.as_ref(), "DbtrAcct", w);
            self.debtor_agent.write("DbtrAgt", w);
            for (agent, number) in self.intermediaries.iter().zip(1..=3) {
                agent.write(&format!("IntrmyAgt{number}"), w);
            }
            self.creditor_agent.write("CdtrAgt", w);
            self.creditor.write("Cdtr", w);
            AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            Party::write_optional(self.ultimate_creditor.as_ref(), "UltmtCdtr", w);
            self.remittance.write(w);
            w.optional_money("InstdAmt", self.instructed);
        });
    }
}

/// `CreditTransferTransaction36`.
const ORDER: Order = &[
    "PmtId",
    "PmtTpInf",
    "IntrBkSttlmAmt",
    "IntrBkSttlmDt",
    "SttlmPrty",
    "SttlmTmIndctn",
    "SttlmTmReq",
    "+XpryDtTm",
    "+PmtSgntr",
    "-PrvsInstgAgt",
    "-PrvsInstgAgtAcct",
    "PrvsInstgAgt1",
    "PrvsInstgAgt1Acct",
    "PrvsInstgAgt2",
    "PrvsInstgAgt2Acct",
    "PrvsInstgAgt3",
    "PrvsInstgAgt3Acct",
    "InstgAgt",
    "InstdAgt",
    "IntrmyAgt1",
    "IntrmyAgt1Acct",
    "IntrmyAgt2",
    "IntrmyAgt2Acct",
    "IntrmyAgt3",
    "IntrmyAgt3Acct",
    "UltmtDbtr",
    "Dbtr",
    "DbtrAcct",
    "DbtrAgt",
    "DbtrAgtAcct",
    "CdtrAgt",
    "CdtrAgtAcct",
    "Cdtr",
    "CdtrAcct",
    "UltmtCdtr",
    "InstrForCdtrAgt",
    "InstrForNxtAgt",
    "Purp",
    "+RgltryRptg",
    "RmtInf",
    "+UndrlygAllcn",
    "UndrlygCstmrCdtTrf",
    "+UndrlygFICdtTrf",
    "SplmtryData",
];

/// `CreditTransferTransaction37`.
const COVERED: Order = &[
    "+PmtId",
    "+PmtTpInf",
    "UltmtDbtr",
    "InitgPty",
    "Dbtr",
    "DbtrAcct",
    "DbtrAgt",
    "DbtrAgtAcct",
    "-PrvsInstgAgt",
    "-PrvsInstgAgtAcct",
    "PrvsInstgAgt1",
    "PrvsInstgAgt1Acct",
    "PrvsInstgAgt2",
    "PrvsInstgAgt2Acct",
    "PrvsInstgAgt3",
    "PrvsInstgAgt3Acct",
    "IntrmyAgt1",
    "IntrmyAgt1Acct",
    "IntrmyAgt2",
    "IntrmyAgt2Acct",
    "IntrmyAgt3",
    "IntrmyAgt3Acct",
    "CdtrAgt",
    "CdtrAgtAcct",
    "Cdtr",
    "CdtrAcct",
    "UltmtCdtr",
    "InstrForCdtrAgt",
    "InstrForNxtAgt",
    "+Purp",
    "Tax",
    "RmtInf",
    "InstdAmt",
];
