//! Exceptions of affirmation: what two nodes do not say alike of what one owes the other. Both
//! see them, with the reason, however the bundle ends (protocols, "A trade across nodes").

use crate::dispatch::Dispatch;
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_clearing::{BundleRef, HouseRefusal};
use gcfn_model::{BusinessDate, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// For how many days an exception is shown.
const SHOWN_DAYS: i32 = 7;
/// The most exceptions with one node that are shown. More are told as events alone.
const SHOWN_MAX: usize = 64;

/// In what two nodes differ. Append-only: the order of variants is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// A trade is not known to the other, has lapsed there, or was proposed before.
    Trades,
    /// Who owes whom how much, on which day, in which currency and at which rate.
    Obligations,
    /// The proof of the trades does not belong to them.
    Proof,
}

/// A bundle that another node and this one do not say alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleException {
    /// The other node.
    pub with: NodeId,
    /// Who says that it differs.
    pub by: NodeId,
    /// In what.
    pub differs: Difference,
    /// Since when it is known.
    pub at: Timestamp,
}

impl Venue {
    /// The exceptions of the last days.
    pub fn exceptions(&self) -> impl Iterator<Item = (BundleRef, BundleException)> {
        self.exceptions.iter().map(|(bundle, exception)| (*bundle, *exception))
    }

    /// Drops what has been shown for long enough.
    pub(crate) fn forget_exceptions(&mut self, today: BusinessDate) {
        self.exceptions.retain(|_, of| today <= of.at.utc().0.plus_days(SHOWN_DAYS));
    }

    /// This node does not stand by what `home` proposes, and says so.
    pub(crate) fn disagree(
        &mut self,
        step: &mut Step<'_>,
        home: NodeId,
        bundle: BundleRef,
        differs: Difference,
    ) -> Outcome {
        self.note_exception(step, bundle, (home, self.terms.node), differs);
        step.emit(Event::Sent { to: home, body: Dispatch::Disagreed { bundle, differs } });
        Ok(Done::Accepted)
    }

    /// The other node does not stand by what this one has proposed. The bundle has its own end: it
    /// leaves its cycle unless the other comes to affirm it.
    pub(crate) fn disagreed(
        &mut self,
        step: &mut Step<'_>,
        from: NodeId,
        bundle: BundleRef,
        differs: Difference,
    ) -> Outcome {
        match self.counterparty(&bundle) == Some(from) {
            true => self.note_exception(step, bundle, (from, from), differs),
            false => return Err(Rejection::DealState),
        }
        Ok(Done::Accepted)
    }

    /// A house has heard `by` affirm something else under the name of a bundle than the other did.
    pub(crate) fn contested(&mut self, step: &mut Step<'_>, bundle: BundleRef, by: NodeId) {
        if let Some(with) = self.counterparty(&bundle) {
            self.note_exception(step, bundle, (with, by), Difference::Obligations);
        }
    }

    /// A house refuses this node's affirmation because the other affirmed something else.
    pub(crate) fn differs_if(
        &mut self,
        step: &mut Step<'_>,
        bundle: BundleRef,
        refused: HouseRefusal,
    ) {
        if refused == HouseRefusal::Mismatch {
            self.contested(step, bundle, self.terms.node);
        }
    }

    /// The other node of a bundle of this one.
    fn counterparty(&self, bundle: &BundleRef) -> Option<NodeId> {
        let bundled = self.bundles.get(bundle)?;
        let trade = bundled.items.iter().find_map(|item| self.trade_of(*item));
        if let Some(member) = trade.and_then(|trade| trade.member) {
            return Some(member.node);
        }
        let nodes = bundled.obligations.iter().flat_map(|o| [o.payer.node, o.payee.node]);
        nodes.into_iter().find(|node| *node != self.terms.node)
    }

    fn note_exception(
        &mut self,
        step: &mut Step<'_>,
        bundle: BundleRef,
        (with, by): (NodeId, NodeId),
        differs: Difference,
    ) {
        let exception = BundleException { with, by, differs, at: step.at };
        let shown = self.exceptions.values().filter(|of| of.with == with).count();
        if shown < SHOWN_MAX {
            self.exceptions.entry(bundle).or_insert(exception);
        }
        step.emit(Event::AffirmationDiffers { bundle, exception });
    }
}
