//! Several orders at a time, for those who quote (MMK-05, TRD-06).

use crate::amending::Amendment;
use crate::command::{Actor, OrderTerms};
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_model::OrderId;
use serde::{Deserialize, Serialize};

/// The most acts of one batch (004 §12.2).
pub const ORDER_ACTS_MAX: usize = 100;

/// One act of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderAct {
    /// Place an order.
    Place(OrderTerms),
    /// Change an order in place.
    Amend(Amendment),
    /// Take an order out of the book.
    Cancel(OrderId),
}

impl Venue {
    /// Does the acts in their order. Each is done or refused by itself, with an answer of its
    /// own.
    pub(crate) fn batch_orders(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        acts: &[OrderAct],
    ) -> Outcome {
        if acts.is_empty() || ORDER_ACTS_MAX < acts.len() {
            return Err(Rejection::BatchSize);
        }
        let outcomes = acts.iter().map(|act| match *act {
            OrderAct::Place(terms) => self.place_order(step, actor.party, terms),
            OrderAct::Amend(amendment) => self.amend_order(step, actor.party, amendment),
            OrderAct::Cancel(order) => self.cancel_order(step, actor, order),
        });
        Ok(Done::Batch { outcomes: outcomes.collect() })
    }
}
