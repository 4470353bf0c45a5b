//! How a bank can misbehave, on demand.

use gcfn_model::Uetr;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One misbehaviour. It touches what the bank says of a payment, never what it books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Says everything twice.
    AnswerTwice,
    /// Holds its messages back until they are released.
    Late,
    /// Notifies one minor unit too much.
    WrongAmount,
    /// Sends half of each message.
    BrokenXml,
    /// Says nothing before the statement of the day.
    Silent,
}

/// What a fault applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultTarget {
    /// The next so many payments or deposits.
    Next(u32),
    /// One payment, once.
    Payment(Uetr),
}

/// The misbehaviour that is switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Faults {
    next: Option<(Fault, u32)>,
    payments: BTreeMap<Uetr, Fault>,
}

impl Faults {
    /// Switches `fault` on; the last one for the same target counts.
    pub(crate) fn set(&mut self, fault: Fault, target: FaultTarget) {
        match target {
            FaultTarget::Next(count) => self.next = Some((fault, count)),
            FaultTarget::Payment(uetr) => {
                self.payments.insert(uetr, fault);
            }
        }
    }

    /// The fault that applies now; it is used up by this.
    pub(crate) fn take(&mut self, uetr: Option<Uetr>) -> Option<Fault> {
        if let Some(fault) = uetr.and_then(|uetr| self.payments.remove(&uetr)) {
            return Some(fault);
        }
        let (fault, count) = self.next?;
        self.next = count.checked_sub(1).filter(|&left| 0 < left).map(|left| (fault, left));
        (0 < count).then_some(fault)
    }
}
