//! How a payment travels between banks: the same in pacs.008, pacs.009 and, in part, pacs.004.

use crate::code::{Code, closed_list};
use crate::fields::{Fields, Order, Read};
use crate::parts::{ControlSum, GroupHeader, check_count, check_total, count};
use crate::party::Agent;
use crate::value::{Money, Text};
use crate::writer::Writer;
use crate::xml::Element;
use gcfn_model::BusinessDate;
use serde::{Deserialize, Serialize};

closed_list! {
    /// On whose accounts the banks settle.
    SettlementMethod {
        /// On those that the instructed bank holds.
        InstructedAgent = "INDA",
        /// On those that the instructing bank holds.
        InstructingAgent = "INGA",
        /// By a payment of its own.
        Cover = "COVE",
        /// In a clearing system.
        Clearing = "CLRG",
    }
}

closed_list! {
    /// Who pays the banks' charges.
    ChargeBearer {
        /// The payer.
        Debtor = "DEBT",
        /// The payee.
        Creditor = "CRED",
        /// Each those of their own bank.
        Shared = "SHAR",
        /// As agreed for the service.
        ServiceLevel = "SLEV",
    }
}

closed_list! {
    /// How urgent an instruction is.
    InstructionPriority {
        /// `HIGH`.
        High = "HIGH",
        /// `NORM`.
        Normal = "NORM",
    }
}

closed_list! {
    /// How urgent a settlement is.
    Priority {
        /// `URGT`.
        Urgent = "URGT",
        /// `HIGH`.
        High = "HIGH",
        /// `NORM`.
        Normal = "NORM",
    }
}

/// How the banks settle (`SttlmInf`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// On whose accounts.
    pub method: SettlementMethod,
    /// In which clearing system.
    pub system: Option<Code<5>>,
}

impl Default for Settlement {
    /// On the accounts that the instructed bank holds: how nodes settle at their banks.
    fn default() -> Settlement {
        Settlement { method: SettlementMethod::InstructedAgent, system: None }
    }
}

impl Settlement {
    pub(crate) fn read(element: Element<'_>) -> Read<Settlement> {
        let fields = element.fields(SETTLEMENT)?;
        Ok(Settlement {
            method: fields.required("SttlmMtd", SettlementMethod::read)?,
            system: fields.optional("ClrSys", Code::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("SttlmInf", |w| {
            w.leaf("SttlmMtd", self.method);
            Code::write_optional(self.system.as_ref(), "ClrSys", w);
        });
    }
}

/// What kind of payment it is (`PmtTpInf`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentType {
    /// How urgent the instruction is.
    pub priority: Option<InstructionPriority>,
    /// By which service.
    pub service_levels: Vec<Code<4>>,
    /// By which instrument of a country.
    pub local_instrument: Option<Code<35>>,
    /// What kind of purpose.
    pub category: Option<Code<4>>,
}

impl PaymentType {
    pub(crate) fn read(element: Element<'_>) -> Read<PaymentType> {
        let order = &["InstrPrty", "ClrChanl", "SvcLvl", "LclInstrm", "CtgyPurp"];
        let fields = element.fields(order)?;
        Ok(PaymentType {
            priority: fields.optional("InstrPrty", InstructionPriority::read)?,
            service_levels: fields.many("SvcLvl", Code::read)?,
            local_instrument: fields.optional("LclInstrm", Code::read)?,
            category: fields.optional("CtgyPurp", Code::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        if self == &PaymentType::default() {
            return;
        }
        w.nest("PmtTpInf", |w| {
            w.optional("InstrPrty", self.priority.as_ref());
            self.service_levels.iter().for_each(|level| level.write("SvcLvl", w));
            Code::write_optional(self.local_instrument.as_ref(), "LclInstrm", w);
            Code::write_optional(self.category.as_ref(), "CtgyPurp", w);
        });
    }
}

/// The banks that a payment passes, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// What kind of payment it is.
    pub kind: PaymentType,
    /// How urgent the settlement is.
    pub priority: Option<Priority>,
    /// The banks before the instructing one, the latest first, at most 3.
    pub previous: Vec<Agent>,
    /// Who sends the instruction.
    pub instructing: Option<Agent>,
    /// Who is to carry it out.
    pub instructed: Option<Agent>,
    /// The banks on the way to the payee's, at most 3.
    pub intermediaries: Vec<Agent>,
}

const PREVIOUS: [&str; 3] = ["PrvsInstgAgt1", "PrvsInstgAgt2", "PrvsInstgAgt3"];
const INTERMEDIARIES: [&str; 3] = ["IntrmyAgt1", "IntrmyAgt2", "IntrmyAgt3"];

impl Routing {
    /// Everything but what stands in the header for all payments.
    pub(crate) fn read(fields: &Fields<'_>) -> Read<Routing> {
        Ok(Routing {
            kind: fields.optional("PmtTpInf", PaymentType::read)?.unwrap_or_default(),
            priority: fields.optional("SttlmPrty", Priority::read)?,
            previous: read_agents(fields, PREVIOUS)?,
            instructing: fields.optional("InstgAgt", Agent::read)?,
            instructed: fields.optional("InstdAgt", Agent::read)?,
            intermediaries: read_agents(fields, INTERMEDIARIES)?,
        })
    }

    /// What the header says for all payments that do not say it themselves.
    pub(crate) fn inherit(&mut self, header: &TransferHeader) {
        if self.kind == PaymentType::default() {
            self.kind = header.kind.clone();
        }
        self.instructing = self.instructing.take().or_else(|| header.instructing.clone());
        self.instructed = self.instructed.take().or_else(|| header.instructed.clone());
    }

    pub(crate) fn write_agents(&self, w: &mut Writer) {
        for (agent, name) in self.previous.iter().zip(PREVIOUS) {
            agent.write(name, w);
        }
        Agent::write_optional(self.instructing.as_ref(), "InstgAgt", w);
        Agent::write_optional(self.instructed.as_ref(), "InstdAgt", w);
        for (agent, name) in self.intermediaries.iter().zip(INTERMEDIARIES) {
            agent.write(name, w);
        }
    }
}

/// The agents of these names, which are numbered without gaps when they are written.
pub(crate) fn read_agents(fields: &Fields<'_>, names: [&str; 3]) -> Read<Vec<Agent>> {
    let mut agents = Vec::new();
    for name in names {
        agents.extend(fields.optional(name, Agent::read)?);
    }
    Ok(agents)
}

/// What a bank takes for its work (`ChrgsInf`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// How much.
    pub money: Money,
    /// Which bank.
    pub agent: Agent,
}

impl Charge {
    pub(crate) fn read(element: Element<'_>) -> Read<Charge> {
        let fields = element.fields(&["Amt", "Agt", "+Tp"])?;
        Ok(Charge {
            money: fields.required("Amt", Element::money)?,
            agent: fields.required("Agt", Agent::read)?,
        })
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.nest("ChrgsInf", |w| {
            w.money("Amt", self.money);
            self.agent.write("Agt", w);
        });
    }
}

/// What a bank is told to do (`InstrForCdtrAgt`, `InstrForNxtAgt`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentInstruction {
    /// A code.
    pub code: Option<Text<4>>,
    /// Words.
    pub text: Option<Text<140>>,
}

impl AgentInstruction {
    pub(crate) fn read(element: Element<'_>) -> Read<AgentInstruction> {
        let fields = element.fields(&["Cd", "InstrInf"])?;
        Ok(AgentInstruction {
            code: fields.optional("Cd", Element::parse)?,
            text: fields.optional("InstrInf", Element::parse)?,
        })
    }

    pub(crate) fn write_all(instructions: &[AgentInstruction], name: &str, w: &mut Writer) {
        for AgentInstruction { code, text } in instructions {
            w.nest(name, |w| {
                w.optional("Cd", code.as_ref());
                w.optional("InstrInf", text.as_ref());
            });
        }
    }
}

/// The header of pacs.008 and pacs.009: identification, counts, settlement.
pub(crate) struct TransferHeader {
    pub(crate) group: GroupHeader,
    count: u64,
    sum: Option<ControlSum>,
    total: Option<Money>,
    /// The settlement date of all transfers that do not have their own.
    pub(crate) settlement_date: Option<BusinessDate>,
    pub(crate) settlement: Settlement,
    kind: PaymentType,
    instructing: Option<Agent>,
    instructed: Option<Agent>,
}

impl TransferHeader {
    pub(crate) fn read(element: Element<'_>) -> Read<TransferHeader> {
        let fields = element.fields(HEADER)?;
        let kind = fields.optional("PmtTpInf", PaymentType::read)?;
        Ok(TransferHeader {
            group: GroupHeader::read(&fields)?,
            count: fields.required("NbOfTxs", count)?,
            sum: fields.optional("CtrlSum", ControlSum::read)?,
            total: fields.optional("TtlIntrBkSttlmAmt", Element::money)?,
            settlement_date: fields.optional("IntrBkSttlmDt", Element::date)?,
            settlement: fields.required("SttlmInf", Settlement::read)?,
            kind: kind.unwrap_or_default(),
            instructing: fields.optional("InstgAgt", Agent::read)?,
            instructed: fields.optional("InstdAgt", Agent::read)?,
        })
    }

    /// Checks the stated count and totals against the transfers found.
    pub(crate) fn check(&self, settled: impl ExactSizeIterator<Item = Money> + Clone) -> Read<()> {
        check_count(Some(self.count), settled.len())?;
        ControlSum::check(self.sum, settled.clone())?;
        check_total(self.total, settled)
    }

    /// Writes the header of `count` transfers, each of which says the rest itself.
    pub(crate) fn write(
        group: &GroupHeader,
        count: usize,
        settlement: &Settlement,
        w: &mut Writer,
    ) {
        w.nest("GrpHdr", |w| {
            group.write(w);
            w.leaf("NbOfTxs", count);
            settlement.write(w);
        });
    }
}

/// `GroupHeader93`.
const HEADER: Order = &[
    "MsgId",
    "CreDtTm",
    "+XpryDtTm",
    "BtchBookg",
    "NbOfTxs",
    "CtrlSum",
    "TtlIntrBkSttlmAmt",
    "IntrBkSttlmDt",
    "SttlmInf",
    "PmtTpInf",
    "InstgAgt",
    "InstdAgt",
];

/// `SettlementInstruction7`.
const SETTLEMENT: Order = &[
    "SttlmMtd",
    "SttlmAcct",
    "ClrSys",
    "InstgRmbrsmntAgt",
    "InstgRmbrsmntAgtAcct",
    "InstdRmbrsmntAgt",
    "InstdRmbrsmntAgtAcct",
    "ThrdRmbrsmntAgt",
    "ThrdRmbrsmntAgtAcct",
];
