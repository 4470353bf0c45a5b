//! pacs.008.001.08: a payment between banks on behalf of customers. Money reaches a user's or a
//! merchant's own bank with it.

use crate::code::Code;
use crate::fields::{Order, Read};
use crate::identifier::AccountNumber;
use crate::parts::{GroupHeader, PaymentIds, Remittance};
use crate::party::{Agent, Party};
use crate::routing::{AgentInstruction, Charge, ChargeBearer, Routing, Settlement, TransferHeader};
use crate::value::{Money, Rate};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;
use serde::{Deserialize, Serialize};

/// pacs.008.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerCreditTransfer {
    /// The message.
    pub group: GroupHeader,
    /// How the banks settle.
    pub settlement: Settlement,
    /// The payments, at least one.
    pub transfers: Vec<CustomerTransfer>,
}

/// One payment of a pacs.008.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerTransfer {
    /// Its references.
    pub ids: PaymentIds,
    /// The banks that it passes.
    pub routing: Routing,
    /// How much is settled between the banks.
    pub settlement: Money,
    /// When.
    pub settlement_date: Option<BusinessDate>,
    /// How much the payer asked for, where that is another amount.
    pub instructed: Option<Money>,
    /// The rate between the two.
    pub rate: Option<Rate>,
    /// Who pays the charges.
    pub charge_bearer: ChargeBearer,
    /// What banks have taken.
    pub charges: Vec<Charge>,
    /// For whom the payer pays.
    pub ultimate_debtor: Option<Party>,
    /// Who has asked for it, if not the payer.
    pub initiator: Option<Party>,
    /// The payer.
    pub debtor: Party,
    /// From which account.
    pub debtor_account: Option<AccountNumber>,
    /// The payer's bank.
    pub debtor_agent: Agent,
    /// The payee's bank.
    pub creditor_agent: Agent,
    /// The payee.
    pub creditor: Party,
    /// To which account.
    pub creditor_account: Option<AccountNumber>,
    /// For whom the payee is paid.
    pub ultimate_creditor: Option<Party>,
    /// What the payee's bank is told.
    pub for_creditor_agent: Vec<AgentInstruction>,
    /// What the next bank is told.
    pub for_next_agent: Vec<AgentInstruction>,
    /// For what purpose, of the external list.
    pub purpose: Option<Code<4>>,
    /// What for.
    pub remittance: Remittance,
}

pub(crate) const NAME: &str = "FIToFICstmrCdtTrf";

impl CustomerCreditTransfer {
    pub(crate) fn read(element: Element<'_>) -> Read<CustomerCreditTransfer> {
        let fields = element.fields(&["GrpHdr", "CdtTrfTxInf", "SplmtryData"])?;
        let header = fields.required("GrpHdr", TransferHeader::read)?;
        let mut transfers = fields.some("CdtTrfTxInf", CustomerTransfer::read)?;
        for transfer in &mut transfers {
            transfer.settlement_date = transfer.settlement_date.or(header.settlement_date);
            transfer.routing.inherit(&header);
        }
        fields.required("GrpHdr", |_| {
            header.check(transfers.iter().map(|transfer| transfer.settlement))
        })?;
        let TransferHeader { group, settlement, .. } = header;
        Ok(CustomerCreditTransfer { group, settlement, transfers })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest(NAME, |w| {
            TransferHeader::write(&self.group, self.transfers.len(), &self.settlement, w);
            self.transfers.iter().for_each(|transfer| transfer.write(w));
        });
    }
}

impl CustomerTransfer {
    /// The transfer that says no more than it must: unnamed parties, shared charges.
    #[must_use]
    pub fn new(
        ids: PaymentIds,
        settlement: Money,
        debtor_agent: Agent,
        creditor_agent: Agent,
    ) -> CustomerTransfer {
        CustomerTransfer {
            ids,
            routing: Routing::default(),
            settlement,
            settlement_date: None,
            instructed: None,
            rate: None,
            charge_bearer: ChargeBearer::Shared,
            charges: Vec::new(),
            ultimate_debtor: None,
            initiator: None,
            debtor: Party::default(),
            debtor_account: None,
            debtor_agent,
            creditor_agent,
            creditor: Party::default(),
            creditor_account: None,
            ultimate_creditor: None,
            for_creditor_agent: Vec::new(),
            for_next_agent: Vec::new(),
            purpose: None,
            remittance: Remittance::default(),
        }
    }

    fn read(element: Element<'_>) -> Read<CustomerTransfer> {
        let fields = element.fields(ORDER)?;
        Ok(CustomerTransfer {
            ids: fields.required("PmtId", PaymentIds::read_interbank)?,
            settlement: fields.required("IntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
            instructed: fields.optional("InstdAmt", Element::money)?,
            rate: fields.optional("XchgRate", Element::parse)?,
            charge_bearer: fields.required("ChrgBr", ChargeBearer::read)?,
            charges: fields.many("ChrgsInf", Charge::read)?,
            ultimate_debtor: fields.optional("UltmtDbtr", Party::read)?,
            initiator: fields.optional("InitgPty", Party::read)?,
            debtor: fields.required("Dbtr", Party::read)?,
            debtor_account: fields.optional("DbtrAcct", AccountNumber::read)?,
            debtor_agent: fields.required("DbtrAgt", Agent::read)?,
            creditor_agent: fields.required("CdtrAgt", Agent::read)?,
            creditor: fields.required("Cdtr", Party::read)?,
            creditor_account: fields.optional("CdtrAcct", AccountNumber::read)?,
            ultimate_creditor: fields.optional("UltmtCdtr", Party::read)?,
            for_creditor_agent: fields.many("InstrForCdtrAgt", AgentInstruction::read)?,
            for_next_agent: fields.many("InstrForNxtAgt", AgentInstruction::read)?,
            purpose: fields.optional("Purp", Code::read)?,
            remittance: fields.optional("RmtInf", Remittance::read)?.unwrap_or_default(),
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
            w.optional_money("InstdAmt", self.instructed);
            w.optional("XchgRate", self.rate.as_ref());
            w.leaf("ChrgBr", self.charge_bearer);
            self.charges.iter().for_each(|charge| charge.write(w));
            self.routing.write_agents(w);
            Party::write_optional(self.ultimate_debtor.as_ref(), "UltmtDbtr", w);
            Party::write_optional(self.initiator.as_ref(), "InitgPty", w);
            self.debtor.write("Dbtr", w);
            AccountNumber::write_optional(self.debtor_account.as_ref(), "DbtrAcct", w);
            self.debtor_agent.write("DbtrAgt", w);
            self.creditor_agent.write("CdtrAgt", w);
            self.creditor.write("Cdtr", w);
            AccountNumber::write_optional(self.creditor_account.as_ref(), "CdtrAcct", w);
            Party::write_optional(self.ultimate_creditor.as_ref(), "UltmtCdtr", w);
            AgentInstruction::write_all(&self.for_creditor_agent, "InstrForCdtrAgt", w);
            AgentInstruction::write_all(&self.for_next_agent, "InstrForNxtAgt", w);
            Code::write_optional(self.purpose.as_ref(), "Purp", w);
            self.remittance.write(w);
        });
    }
}

/// `CreditTransferTransaction39`.
const ORDER: Order = &[
    "PmtId",
    "PmtTpInf",
    "IntrBkSttlmAmt",
    "IntrBkSttlmDt",
    "SttlmPrty",
    "SttlmTmIndctn",
    "SttlmTmReq",
    "AccptncDtTm",
    "+AddtlDtTm",
    "PoolgAdjstmntDt",
    "InstdAmt",
    "XchgRate",
    "+AgrdRate",
    "ChrgBr",
    "ChrgsInf",
    "+MndtRltdInf",
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
    "InitgPty",
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
    "RgltryRptg",
    "Tax",
    "RltdRmtInf",
    "RmtInf",
    "SplmtryData",
];
