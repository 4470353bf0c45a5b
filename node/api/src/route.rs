//! One route, and a request's way through it.
//!
//! `who is it → not too often → may the role → what is the wish called → what does it say →
//! handler → one line for the auditor → answer`. It is written once, in `serve`, so no route
//! can leave a step out.
//!
//! A handler's types are its documentation: what it takes and what it returns is what the
//! interface description says of it.

mod contract;
mod serve;

pub(crate) use contract::{
    Answer, Body, Contract, Description, Figures, HttpFile, Input, Message, Note, PathId, Query,
    Socket, Upgraded,
};
pub(crate) use serve::{Asked, Head, RequestId, answer, command_id, count, mount, pass};

use crate::Api;
use crate::auth::Caller;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use gcfn_api_wire::federation::Heard;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_council::{HouseAct, StaffWish};
use gcfn_model::{CommandId, PartyId};
use gcfn_venue::{Done, Rejection, Request as Wish, Role, Verb};

/// The header with the caller's key of a wish.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The signature beside a bank's message.
pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("gcfn-signature");
/// The header with the least `as_of` that the caller wants to read.
pub(crate) const AT_LEAST: HeaderName = HeaderName::from_static("gcfn-at-least");
/// The header with the node's name of a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Which methods there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Changes something.
    Post,
    /// Sets something.
    Put,
    /// Changes a part of something.
    Patch,
    /// Takes something away.
    Delete,
}

impl Method {
    /// Its name in HTTP.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever comes.
    Anybody,
    /// Who has proven to be in one of these roles.
    Roles(&'static [Role]),
}

/// One route.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) summary: &'static str,
    pub(crate) contract: Contract,
    /// Whether what is sent names itself, so that the caller need not name it.
    names_itself: bool,
    /// Whether it is answered by a node whose replica has halted: it shows nothing of the state.
    while_halted: bool,
    endpoint: Endpoint,
}

type Endpoint =
    Box<dyn Fn(Admitted) -> BoxFuture<'static, Result<Response, Problem>> + Send + Sync>;

/// A request that may be carried out, not yet read.
pub(crate) struct Admitted {
    api: Api,
    caller: Option<Caller>,
    command: Option<CommandId>,
    asked: Asked,
}

impl Admitted {
    /// The caller. Only routes that are open to anybody are carried out without one.
    fn caller(&mut self) -> Caller {
        self.caller.take().expect("the route admits roles only")
    }

    fn id<K: PathId>(&self) -> Result<K, Problem> {
        K::read(self.asked.id.as_deref())
    }
}

/// Somebody who has not said who it is asks for something: `id` stands in the path.
pub(crate) struct Open<K = ()> {
    pub(crate) api: Api,
    pub(crate) id: K,
}

/// A caller asks to see something: `id` stands in the path.
pub(crate) struct Read<K = ()> {
    pub(crate) api: Api,
    pub(crate) caller: Caller,
    pub(crate) id: K,
}

/// A caller wishes for something: `id` stands in the path, `command` names the wish.
pub(crate) struct Write<K = ()> {
    pub(crate) api: Api,
    pub(crate) caller: Caller,
    pub(crate) id: K,
    pub(crate) command: CommandId,
}

impl<K> Write<K> {
    /// Has the machine carry out `verb`, once, and says what was done.
    pub(crate) async fn submit(&self, verb: Verb) -> Result<Done, Problem> {
        let wish = Wish { id: self.command, actor: self.caller.actor(), verb };
        let outcomes = self.api.gateway().submit(vec![wish]).await.map_err(Code::from)?;
        let outcome = outcomes.into_iter().next().expect("one outcome for one request");
        outcome.map_err(Problem::from)
    }

    /// The same for what is either accepted or refused, or waits for a second person.
    pub(crate) async fn accepted(&self, verb: Verb) -> Result<Accepted, Problem> {
        let done = self.submit(verb).await?;
        let mut accepted =
            Accepted { proposal: None, number: None, waiting: None, as_of: self.as_of() };
        match done {
            Done::Proposed { proposal } => accepted.proposal = Some(Text(proposal)),
            Done::Numbered { number } => accepted.number = Some(number),
            Done::Waiting { value } => accepted.waiting = Some(self.api.money(value)),
            _ => {}
        }
        Ok(accepted)
    }

    /// Has the federation hear `verb` of this node, once.
    pub(crate) async fn in_federation(&self, verb: gcfn_council::Verb) -> Result<Heard, Problem> {
        let proposal = self.api.federation().say(self.command, verb).await?;
        Ok(Heard { at: Text(self.api.node().now()), proposal: proposal.map(Text) })
    }

    /// Has the house that the node runs do something: its venue's, or, without a venue, the
    /// federation's, in the caller's name.
    pub(crate) async fn at_house(&self, act: impl Into<HouseAct>) -> Result<Accepted, Problem> {
        let act = act.into();
        if self.api.venue().is_none() {
            return self.as_staff(StaffWish::Do(act)).await;
        }
        self.accepted(match act {
            HouseAct::Clearing(act) => Verb::Clearing(act),
            HouseAct::Bank(act) => Verb::Bank(act),
        })
        .await
    }

    /// Has the federation hear what the caller, one of the root's staff, wishes at its house.
    pub(crate) async fn as_staff(&self, wish: StaffWish) -> Result<Accepted, Problem> {
        let verb = gcfn_council::Verb::Staff { by: self.caller.party, wish };
        let Heard { proposal, .. } = self.in_federation(verb).await?;
        Ok(Accepted { proposal, number: None, waiting: None, as_of: self.api.node().applied() })
    }

    /// Refuses whoever acts for another issuer than the one in the path.
    pub(crate) fn must_be(&self, party: PartyId) -> Result<(), Problem> {
        match self.caller.party == party {
            true => Ok(()),
            false => Err(Rejection::NotYours.into()),
        }
    }

    /// The `as_of` after what was submitted; that of the first answer where it was before.
    pub(crate) fn as_of(&self) -> u64 {
        self.api.answers().as_of(self.command, self.api.node().applied())
    }
}

impl Route {
    /// A route that shows something to `roles`.
    pub(crate) fn read<K: PathId, I: Input, A: Answer, F>(
        path: &'static str,
        roles: &'static [Role],
        summary: &'static str,
        handler: fn(Read<K>, I) -> F,
    ) -> Route
    where
        F: Future<Output = Result<A, Problem>> + Send + 'static,
    {
        let endpoint = move |mut request: Admitted| {
            async move {
                let (id, input) = (request.id()?, I::read(&mut request)?);
                let caller = request.caller();
                let answer = handler(Read { api: request.api, caller, id }, input).await?;
                Ok(answer.respond())
            }
            .boxed()
        };
        let contract = Contract::of::<K, I, A>(path);
        let access = Access::Roles(roles);
        Route {
            method: Method::Get,
            path,
            access,
            summary,
            contract,
            names_itself: false,
            while_halted: false,
            endpoint: Box::new(endpoint),
        }
    }

    /// A route by which `roles` change something.
    pub(crate) fn write<K: PathId, I: Input, A: Answer, F>(
        path: &'static str,
        roles: &'static [Role],
        summary: &'static str,
        handler: fn(Write<K>, I) -> F,
    ) -> Route
    where
        F: Future<Output = Result<A, Problem>> + Send + 'static,
    {
        let endpoint = move |mut request: Admitted| {
            async move {
                let (id, input) = (request.id()?, I::read(&mut request)?);
                let caller = request.caller();
                let command = request.command.expect("every change has a key");
                let answer =
                    handler(Write { api: request.api, caller, id, command }, input).await?;
                Ok(answer.respond())
            }
            .boxed()
        };
        let contract = Contract::of::<K, I, A>(path);
        let access = Access::Roles(roles);
        Route {
            method: Method::Post,
            path,
            access,
            summary,
            contract,
            names_itself: false,
            while_halted: false,
            endpoint: Box::new(endpoint),
        }
    }

    /// A route by which `roles` deliver what carries a name of its own: the same again is known.
    pub(crate) fn deliver<I: Input, A: Answer, F>(
        path: &'static str,
        roles: &'static [Role],
        summary: &'static str,
        handler: fn(Read, I) -> F,
    ) -> Route
    where
        F: Future<Output = Result<A, Problem>> + Send + 'static,
    {
        let mut route = Route::read(path, roles, summary, handler);
        (route.method, route.names_itself) = (Method::Post, true);
        route
    }

    /// A route that answers anybody.
    pub(crate) fn open<K: PathId, I: Input, A: Answer, F>(
        method: Method,
        path: &'static str,
        summary: &'static str,
        handler: fn(Open<K>, I) -> F,
    ) -> Route
    where
        F: Future<Output = Result<A, Problem>> + Send + 'static,
    {
        let endpoint = move |mut request: Admitted| {
            async move {
                let (id, input) = (request.id()?, I::read(&mut request)?);
                let answer = handler(Open { api: request.api, id }, input).await?;
                Ok(answer.respond())
            }
            .boxed()
        };
        let contract = Contract::of::<K, I, A>(path);
        Route {
            method,
            path,
            access: Access::Anybody,
            summary,
            contract,
            names_itself: true,
            while_halted: false,
            endpoint: Box::new(endpoint),
        }
    }

    /// The same route, called with DELETE.
    pub(crate) fn by_delete(mut self) -> Route {
        self.method = Method::Delete;
        self
    }

    /// The same route, called with PUT.
    pub(crate) fn by_put(mut self) -> Route {
        self.method = Method::Put;
        self
    }

    /// The same route, called with PATCH.
    pub(crate) fn by_patch(mut self) -> Route {
        self.method = Method::Patch;
        self
    }

    /// The same route, which turns the connection into another: it answers 101.
    pub(crate) fn upgrades(mut self) -> Route {
        self.contract.status = StatusCode::SWITCHING_PROTOCOLS;
        self
    }

    /// The same route, whose work goes on after the answer: it answers 202.
    pub(crate) fn accepts(mut self) -> Route {
        self.contract.status = StatusCode::ACCEPTED;
        self
    }

    /// The same route, which a node answers though its replica has halted.
    pub(crate) fn while_halted(mut self) -> Route {
        self.while_halted = true;
        self
    }

    /// The same route, which makes something: it answers 201.
    pub(crate) fn creates(mut self) -> Route {
        self.contract.status = StatusCode::CREATED;
        self
    }

    /// Whether a call changes what the node keeps.
    pub(crate) fn changes(&self) -> bool {
        self.method != Method::Get && self.access != Access::Anybody
    }

    /// Whether the caller must name what it wants changed.
    pub(crate) fn needs_key(&self) -> bool {
        self.changes() && !self.names_itself
    }
}
