//! A request's way through a route.

use super::{
    AT_LEAST, Access, Admitted, Contract, IDEMPOTENCY_KEY, Method, REQUEST_ID, Route, SIGNATURE,
};
use crate::Api;
use crate::aliases;
use crate::auth::{Caller, authenticate};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{
    ConnectInfo, FromRequestParts, Query, RawPathParams, Request, State, WebSocketUpgrade,
};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_model::{CommandId, PartyId};
use gcfn_store::Noted;
use gcfn_telemetry::{Counter, ErrorChain, Timing};
use gcfn_venue::Role;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// The door, as the metrics call it.
const DOOR: &str = "api";
const KEY_CHARACTERS_MAX: usize = 64;

/// Adds `route` to `router`: at its own path and at its aliases.
pub(crate) fn mount(router: Router<Api>, route: &Arc<Route>) -> Router<Api> {
    let paths = aliases::of(route).into_iter().chain([route.path.to_owned()]);
    paths.fold(router, |router, path| {
        let goes_on = route.contract.path_goes_on;
        let path = if goes_on { path.replace('{', "{*") } else { path };
        mount_at(router, &path, route.clone())
    })
}

fn mount_at(router: Router<Api>, path: &str, route: Arc<Route>) -> Router<Api> {
    let filter = match route.method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    };
    let serve = move |State(api): State<Api>, request: Request| serve(api, route.clone(), request);
    router.route(path, on(filter, serve))
}

/// The id of the wish that `party` calls `key`.
pub(crate) fn command_id(party: PartyId, key: &[u8]) -> Result<CommandId, Code> {
    let visible = key.iter().all(u8::is_ascii_graphic);
    if !visible || key.is_empty() || KEY_CHARACTERS_MAX < key.len() {
        return Err(Code::IdempotencyKeyForm);
    }
    Ok(CommandId::derive(&[party.as_bytes(), key]))
}

/// The answer to the request `id`: what the handler gave, or the no.
pub(crate) fn answer(id: RequestId, passed: Result<Response, Problem>) -> Response {
    let mut response = passed.unwrap_or_else(|problem| refusal(&problem, id));
    id.mark(&mut response);
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(CACHE_CONTROL).or_insert(no_store);
    response
}

fn refusal(problem: &Problem, id: RequestId) -> Response {
    let status = StatusCode::from_u16(problem.line.class.status());
    let status = status.expect("statuses of the table are statuses");
    let body = serde_json::to_vec(&problem.body(&id.to_string()));
    let mut response = Response::new(Body::from(body.expect("problems are plain data")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = problem.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer, ApiKey"));
    }
    response
}

/// What a request says of itself, whichever door it comes by.
pub(crate) struct Head<'r> {
    pub(crate) id: RequestId,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) extensions: &'r Extensions,
    /// The caller's key of its wish, if it has sent one.
    pub(crate) key: Option<&'r [u8]>,
    /// What stands in the variable part of the path.
    pub(crate) subject: Option<&'r str>,
}

/// What a request asks for.
pub(crate) struct Asked {
    /// What stands in the variable part of the path.
    pub(crate) id: Option<String>,
    /// The query, split and decoded; only routes that have one mind if it cannot be.
    pub(crate) query: Result<Vec<(String, String)>, Code>,
    pub(crate) body: Bytes,
    /// What is beside a bank's message as its signature.
    pub(crate) signature: Option<Bytes>,
    /// The connection, if it is to become a WebSocket.
    pub(crate) upgrade: Option<WebSocketUpgrade>,
}

/// Answers an HTTP request for `route`.
async fn serve(api: Api, route: Arc<Route>, request: Request) -> Response {
    let (started, id) = (Instant::now(), RequestId::fresh());
    let (mut parts, body) = request.into_parts();
    let named = path_id(&mut parts).await;
    let subject = named.clone();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.ok();
    let (headers, extensions) = (&parts.headers, &parts.extensions);
    let key = headers.get(IDEMPOTENCY_KEY).map(HeaderValue::as_bytes);
    let asked = async {
        let query = Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs);
        let query = query.map_err(|_| Code::Malformed);
        let body = read_body(&api, &route.contract, headers, body).await?;
        let signature = headers.get(SIGNATURE);
        let signature = signature.map(|value| Bytes::copy_from_slice(value.as_bytes()));
        Ok(Asked { id: named, query, body, signature, upgrade })
    };
    let head = Head { id, headers, extensions, key, subject: subject.as_deref() };
    let passed = pass(&api, &route, head, asked);
    let passed = passed.instrument(tracing::info_span!("request", %id)).await;
    let response = answer(id, passed);
    count(response.status(), started);
    response
}

/// Carries a request through `route`, and writes down that it did. What it asks for is read once
/// it is known that it may ask.
pub(crate) async fn pass(
    api: &Api,
    route: &Route,
    head: Head<'_>,
    asked: impl Future<Output = Result<Asked, Problem>> + Send,
) -> Result<Response, Problem> {
    let (caller, passed) = match identify(api, route, &head).await {
        Ok(caller) => (caller.clone(), carry_out(api, route, (caller, &head), asked).await),
        Err(problem) => (None, Err(problem)),
    };
    if route.changes() {
        audit(route, head.id, caller.as_ref(), passed.as_ref().err());
        keep(api, route, &head, (caller.as_ref(), passed.as_ref().err())).await;
    }
    passed
}

/// One line for the auditor: who, by pseudonym, did what, and what came of it.
fn audit(route: &Route, id: RequestId, caller: Option<&Caller>, problem: Option<&Problem>) {
    tracing::info!(
        target: "gcfn_api::audit",
        request = %id,
        party = caller.map(|caller| tracing::field::display(caller.party)),
        scope = caller.map(|caller| caller.scope.as_str()),
        route = route.path,
        outcome = problem.map_or("Done", |problem| problem.line.code),
        "change"
    );
}

/// Keeps what staff have asked for, where supervisors find it. Nothing of what was sent is kept,
/// and what stands in the path only where it is an id. That its line cannot be kept fails no
/// answer: what was done is done.
async fn keep(
    api: &Api,
    route: &Route,
    head: &Head<'_>,
    (caller, problem): (Option<&Caller>, Option<&Problem>),
) {
    let Some(caller) = caller.filter(|caller| caller.scope.role() == Role::Operator) else {
        return;
    };
    let noted = Noted {
        request: head.id.to_string(),
        at: api.node().now(),
        party: caller.party,
        scope: caller.scope.to_string(),
        action: format!("{} {}", route.method.as_str(), route.path),
        subject: head.subject.filter(|subject| is_id(subject)).map(str::to_owned),
        outcome: problem.map_or("Done", |problem| problem.line.code).to_owned(),
    };
    if let Err(fault) = api.store().audit().note(&noted).await {
        tracing::error!(error = %ErrorChain(&fault), request = %head.id, "call is not kept");
    }
}

/// Whether a text is a number or an id of the model, and so nobody's name.
fn is_id(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (id, rest) = text.split_once('.').unwrap_or((text, "0"));
    let has_form = id.len() == 30 && id.as_bytes().get(3) == Some(&b'-');
    is_number(text) || has_form && rest.split('.').all(is_number)
}

/// Counts an answer and how long it took.
pub(crate) fn count(status: StatusCode, started: Instant) {
    let class = match status.as_u16() {
        200..=299 => "2xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    Counter::HttpRequests.add(&[DOOR, class], 1);
    Timing::HttpRequest.record(&[DOOR], started.elapsed());
}

/// Who it is; nobody in particular where anybody may call.
async fn identify(api: &Api, route: &Route, head: &Head<'_>) -> Result<Option<Caller>, Problem> {
    match route.access {
        Access::Roles(_) => authenticate(api, head.headers, head.extensions).await.map(Some),
        Access::Anybody => Ok(None),
    }
}

async fn carry_out(
    api: &Api,
    route: &Route,
    (caller, head): (Option<Caller>, &Head<'_>),
    asked: impl Future<Output = Result<Asked, Problem>> + Send,
) -> Result<Response, Problem> {
    admit(api, route, caller.as_ref(), head)?;
    if api.node().is_halted() && !route.while_halted {
        return Err(Code::Halted.into());
    }
    let command = match &caller {
        Some(caller) if route.needs_key() => Some(wish(caller, head)?),
        _ => {
            is_fresh(api, head.headers)?;
            None
        }
    };
    let asked = asked.await?;
    let mut response =
        (route.endpoint)(Admitted { api: api.clone(), caller, command, asked }).await?;
    *response.status_mut() = route.contract.status;
    Ok(response)
}

/// Whether it may call the route and has not called too often. Counted before it is judged: who
/// may not call a route cannot call it for ever either.
fn admit(
    api: &Api,
    route: &Route,
    caller: Option<&Caller>,
    head: &Head<'_>,
) -> Result<(), Problem> {
    let Some(caller) = caller else {
        return admit_anonymous(api, route, head);
    };
    api.limiters().admit(caller, NonZeroU32::MIN)?;
    match route.access {
        Access::Roles(roles) if !roles.contains(&caller.scope.role()) => {
            Err(Code::NotPermitted.into())
        }
        Access::Roles(_) | Access::Anybody => Ok(()),
    }
}

/// Probes and the description cost nothing; an API key that is shown has to be looked up.
fn admit_anonymous(api: &Api, route: &Route, head: &Head<'_>) -> Result<(), Problem> {
    if route.method == Method::Get {
        return Ok(());
    }
    let from = head.extensions.get::<ConnectInfo<SocketAddr>>();
    Ok(api.limiters().admit_anonymous(from.map(|ConnectInfo(from)| from.ip()))?)
}

/// Whether the state here is as new as the caller wants it.
fn is_fresh(api: &Api, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(wanted) = headers.get(AT_LEAST) else { return Ok(()) };
    let wanted = wanted.to_str().ok().and_then(|text| text.parse::<u64>().ok());
    let wanted = wanted.ok_or(Code::Malformed)?;
    if api.node().applied() < wanted {
        return Err(Code::Behind.into());
    }
    Ok(())
}

fn wish(caller: &Caller, head: &Head<'_>) -> Result<CommandId, Problem> {
    let key = head.key.ok_or(Code::IdempotencyKeyMissing)?;
    Ok(command_id(caller.party, key)?)
}

/// What stands in the variable part of the path; no route has more than one.
async fn path_id(parts: &mut Parts) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    parameters.iter().next().map(|(_, value)| value.to_owned())
}

async fn read_body(
    api: &Api,
    contract: &Contract,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, Problem> {
    let settings = api.settings();
    let bytes_max =
        if contract.is_message { settings.message_bytes_max } else { settings.body_bytes_max };
    let bytes = to_bytes(body, bytes_max).await;
    let bytes = bytes.map_err(|_| Code::BodyTooLong)?;
    let fits = headers.get(CONTENT_TYPE).is_some_and(|media_type| {
        let media_type = media_type.to_str().unwrap_or_default();
        media_type.split(';').next().is_some_and(|kind| kind.trim() == contract.takes)
    });
    if !bytes.is_empty() && !fits {
        return Err(Code::MediaType.into());
    }
    Ok(bytes)
}

/// The node's name of a request, in its log and in its answer. A caller cannot choose it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestId([u8; 8]);

impl RequestId {
    pub(crate) fn fresh() -> RequestId {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).expect("a node cannot run without the system's randomness");
        RequestId(bytes)
    }

    /// Names the request in its answer.
    pub(crate) fn mark(self, response: &mut Response) {
        let name = HeaderValue::from_str(&self.to_string()).expect("hexadecimal digits");
        response.headers_mut().insert(REQUEST_ID, name);
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}
