//! Many orders at once, one submission.

use crate::Api;
use crate::auth::{Caller, authenticate};
use crate::route::command_id;
use futures::StreamExt;
use futures::stream::BoxStream;
use gcfn_api_wire::grpc;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::proto::outcome::Result as Told;
use gcfn_api_wire::proto::trading_server::Trading;
use gcfn_api_wire::proto::{
    Amend, AmendOrdersRequest, Cancel, CancelOrdersRequest, NewOrder, Outcome, Outcomes,
    PlaceOrdersRequest,
};
use gcfn_model::OrderId;
use gcfn_venue::{Request as Wish, Role, Verb};
use std::num::NonZeroU32;
use tonic::{Request, Response, Status, Streaming};

/// The most orders of one batch.
const BATCH_MAX: usize = 100;
/// The service, as the auditor's line calls it.
const TRADING: &str = "gcfn.trading.v1.Trading";

/// Takes orders.
pub(super) struct Desk(pub(super) Api);

#[tonic::async_trait]
impl Trading for Desk {
    async fn place_orders(
        &self,
        request: Request<PlaceOrdersRequest>,
    ) -> Result<Response<Outcomes>, Status> {
        let (caller, sent) = self.admit(request).await?;
        Ok(Response::new(self.place(&caller, &sent.orders).await?))
    }

    async fn cancel_orders(
        &self,
        request: Request<CancelOrdersRequest>,
    ) -> Result<Response<Outcomes>, Status> {
        let (caller, sent) = self.admit(request).await?;
        let wishes = sent.cancels.iter().map(|cancel| cancellation(&caller, cancel)).collect();
        Ok(Response::new(self.submit(&caller, wishes).await?))
    }

    async fn amend_orders(
        &self,
        request: Request<AmendOrdersRequest>,
    ) -> Result<Response<Outcomes>, Status> {
        let (caller, sent) = self.admit(request).await?;
        let read = sent.amends.iter().map(|amend| amendment(&self.0, &caller, amend));
        Ok(Response::new(self.submit(&caller, read.collect()).await?))
    }

    type StreamOrdersStream = BoxStream<'static, Result<Outcomes, Status>>;

    async fn stream_orders(
        &self,
        request: Request<Streaming<PlaceOrdersRequest>>,
    ) -> Result<Response<Self::StreamOrdersStream>, Status> {
        let (caller, batches) = self.admit(request).await?;
        let api = self.0.clone();
        let outcomes = batches.then(move |batch| {
            let (desk, caller) = (Desk(api.clone()), caller.clone());
            async move { desk.place(&caller, &batch?.orders).await }
        });
        Ok(Response::new(outcomes.boxed()))
    }
}

/// A wish that can be submitted, or why not.
type Read = Result<(OrderId, Wish), Problem>;

impl Desk {
    /// Who sent it, if it may trade.
    async fn admit<T>(&self, request: Request<T>) -> Result<(Caller, T), Status> {
        let (metadata, extensions, sent) = request.into_parts();
        let caller = authenticate(&self.0, &metadata.into_headers(), &extensions).await?;
        if caller.scope.role() != Role::User {
            return Err(Problem::from(Code::NotPermitted).into());
        }
        Ok((caller, sent))
    }

    async fn place(&self, caller: &Caller, orders: &[NewOrder]) -> Result<Outcomes, Status> {
        let wishes = orders.iter().map(|order| placement(&self.0, caller, order)).collect();
        self.submit(caller, wishes).await
    }

    async fn submit(&self, caller: &Caller, read: Vec<Read>) -> Result<Outcomes, Status> {
        let submitted = self.carry_out(caller, read).await;
        audit(caller, submitted.as_ref());
        Ok(submitted?)
    }

    /// Has the machine carry out what could be read, as one submission, and puts the outcomes
    /// where their wishes stood.
    async fn carry_out(&self, caller: &Caller, read: Vec<Read>) -> Result<Outcomes, Problem> {
        if !caller.is_current(self.0.gateway().now()) {
            return Err(Code::Unauthenticated.into());
        }
        let count = u32::try_from(read.len()).ok().and_then(NonZeroU32::new);
        let count = count.filter(|_| read.len() <= BATCH_MAX).ok_or(Code::BatchSize)?;
        self.0.limiters().admit(caller, count)?;
        let wishes = read.iter().filter_map(|read| read.as_ref().ok());
        let wishes = wishes.map(|(_, wish)| wish.clone()).collect();
        let answers = self.0.gateway().submit(wishes).await.map_err(Code::from)?;
        let mut answers = answers.into_iter();
        let told = |read: Read| match read {
            Ok((order, _)) => {
                grpc::outcome(order, answers.next().expect("one outcome for each wish"))
            }
            Err(problem) => grpc::refused(problem),
        };
        let outcomes = read.into_iter().map(told).collect();
        Ok(Outcomes { outcomes, as_of: self.0.gateway().applied() })
    }
}

fn placement(api: &Api, caller: &Caller, sent: &NewOrder) -> Read {
    let id = command_id(caller.party, sent.idempotency_key.as_bytes())?;
    // As REST derives it: one key is one wish, whichever door it comes by.
    let order = OrderId::derive(&[id.as_bytes()]);
    let terms = grpc::order_terms(sent, order, api.terms().currency)?;
    Ok((order, Wish { id, actor: caller.actor(), verb: Verb::PlaceOrder(terms) }))
}

fn cancellation(caller: &Caller, sent: &Cancel) -> Read {
    let id = command_id(caller.party, sent.idempotency_key.as_bytes())?;
    let order = grpc::term("order", &sent.order)?;
    Ok((order, Wish { id, actor: caller.actor(), verb: Verb::CancelOrder { order } }))
}

fn amendment(api: &Api, caller: &Caller, sent: &Amend) -> Read {
    let id = command_id(caller.party, sent.idempotency_key.as_bytes())?;
    let amendment = grpc::amendment(sent, api.terms().currency)?;
    let verb = Verb::AmendOrder(amendment);
    Ok((amendment.order, Wish { id, actor: caller.actor(), verb }))
}

/// One line for the auditor: who, how many, how many refused.
fn audit(caller: &Caller, submitted: Result<&Outcomes, &Problem>) {
    let outcomes = submitted.map_or(&[][..], |told| &told.outcomes);
    let refused = |outcome: &&Outcome| matches!(outcome.result, Some(Told::Refusal(_)));
    tracing::info!(
        target: "gcfn_api::audit",
        party = %caller.party,
        scope = caller.scope.as_str(),
        route = TRADING,
        outcome = submitted.map_or_else(|problem| problem.line.code, |_| "Done"),
        orders = outcomes.len(),
        refused = outcomes.iter().filter(refused).count(),
        "change"
    );
}
