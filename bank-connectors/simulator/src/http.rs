//! The bank's door: messages from nodes, control calls from whoever runs the test.

use crate::bank::{Bank, ControlRefusal, Deposit, NotForABank};
use crate::fault::{Fault, FaultScript, FaultTarget, ScriptFault};
use crate::file::{FileFault, SharedBank};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use gcfn_iso20022::{AccountNumber, BYTES_MAX, MessageFault, Text, read};
use gcfn_link::certificate::PeerIdentity;
use gcfn_link::identity::Role;
use gcfn_model::{BusinessDate, Currency, NodeId};
use gcfn_telemetry::ErrorChain;
use gcfn_transport::{SIGNATURE_HEADER, SignatureFault};
use serde::{Deserialize, Serialize};

/// The routes of `bank`, to be served over mutual TLS.
///
/// - `POST /iso20022`: a message of a member node, which instructs from its own accounts only.
/// - `POST /control/date`, `/control/end-of-day`, `/control/deposit`, `/control/fault`,
///   `/control/script` (a [`FaultScript`]), `/control/release`: for operators.
/// - `GET /control/date`, `GET /accounts`, `GET /control/outbox`, `GET /healthz`.
pub fn router(bank: SharedBank) -> Router {
    Router::new()
        .route("/iso20022", post(take_message))
        .route("/control/date", get(day).post(begin_day))
        .route("/control/end-of-day", post(end_day))
        .route("/control/deposit", post(deposit))
        .route("/control/fault", post(misbehave))
        .route("/control/script", post(follow))
        .route("/control/release", post(release))
        .route("/control/outbox", get(outbox))
        .route("/accounts", get(accounts))
        .route("/healthz", get(|| async { "ok" }))
        .layer(DefaultBodyLimit::max(BYTES_MAX))
        .with_state(bank)
}

/// Why a call is not answered as asked.
#[derive(Debug, thiserror::Error)]
enum CallFault {
    #[error("caller's certificate does not allow this call")]
    Forbidden,
    #[error(transparent)]
    Signature(#[from] SignatureFault),
    #[error(transparent)]
    Message(#[from] MessageFault),
    #[error(transparent)]
    NotForABank(#[from] NotForABank),
    #[error(transparent)]
    Refused(#[from] ControlRefusal),
    #[error(transparent)]
    Script(#[from] ScriptFault),
    #[error(transparent)]
    File(#[from] FileFault),
}

impl IntoResponse for CallFault {
    fn into_response(self) -> Response {
        let status = match &self {
            CallFault::Forbidden | CallFault::Signature(_) => StatusCode::FORBIDDEN,
            CallFault::Message(_) | CallFault::Script(_) => StatusCode::BAD_REQUEST,
            CallFault::NotForABank(_) | CallFault::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            CallFault::File(fault) => {
                tracing::error!(error = %ErrorChain(fault), "bank is not written down");
                return (StatusCode::SERVICE_UNAVAILABLE, "bank is closed").into_response();
            }
        };
        (status, self.to_string()).into_response()
    }
}

/// Who calls, as proven by the TLS handshake; absent on a connection without a certificate.
type Caller = Option<Extension<PeerIdentity>>;

fn member(caller: Caller) -> Result<NodeId, CallFault> {
    let Extension(peer) = caller.ok_or(CallFault::Forbidden)?;
    match peer.identity().role {
        Role::Root | Role::Regional | Role::Local => Ok(peer.identity().node),
        Role::Regulator | Role::Bank | Role::Operator => Err(CallFault::Forbidden),
    }
}

fn operator(caller: Caller) -> Result<(), CallFault> {
    let Extension(peer) = caller.ok_or(CallFault::Forbidden)?;
    if peer.identity().role == Role::Operator { Ok(()) } else { Err(CallFault::Forbidden) }
}

async fn take_message(
    State(bank): State<SharedBank>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, CallFault> {
    let sender = member(caller)?;
    let signature = headers.get(SIGNATURE_HEADER).map(HeaderValue::as_bytes);
    bank.check(sender, &body, signature)?;
    let message = read(&body)?;
    bank.change(|bank| bank.receive(sender, &message.document)).await??;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Date {
    date: BusinessDate,
}

/// The day that the bank is in.
#[derive(Serialize)]
struct Day {
    date: BusinessDate,
    /// Whether it books; between the end of its day and the next date it does not.
    open: bool,
}

async fn day(State(bank): State<SharedBank>, caller: Caller) -> Result<Json<Day>, CallFault> {
    operator(caller)?;
    let day = bank.read(|bank| Day { date: bank.date(), open: bank.is_open() });
    Ok(Json(day.await))
}

async fn begin_day(
    State(bank): State<SharedBank>,
    caller: Caller,
    Json(Date { date }): Json<Date>,
) -> Result<StatusCode, CallFault> {
    operator(caller)?;
    bank.change(|bank| bank.begin_day(date)).await??;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_day(State(bank): State<SharedBank>, caller: Caller) -> Result<StatusCode, CallFault> {
    operator(caller)?;
    bank.change(Bank::end_day).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn deposit(
    State(bank): State<SharedBank>,
    caller: Caller,
    Json(deposit): Json<Deposit>,
) -> Result<StatusCode, CallFault> {
    operator(caller)?;
    bank.change(|bank| bank.deposit(&deposit)).await??;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Misbehaviour {
    fault: Fault,
    target: FaultTarget,
}

async fn misbehave(
    State(bank): State<SharedBank>,
    caller: Caller,
    Json(Misbehaviour { fault, target }): Json<Misbehaviour>,
) -> Result<StatusCode, CallFault> {
    operator(caller)?;
    bank.change(|bank| bank.misbehave(fault, target)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    script: String,
}

/// Follows a script; an empty one ends all misbehaviour by script.
async fn follow(
    State(bank): State<SharedBank>,
    caller: Caller,
    Json(Script { script }): Json<Script>,
) -> Result<StatusCode, CallFault> {
    operator(caller)?;
    let script: FaultScript = script.parse()?;
    bank.change(|bank| bank.follow(script)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
struct Released {
    released: usize,
}

async fn release(
    State(bank): State<SharedBank>,
    caller: Caller,
) -> Result<Json<Released>, CallFault> {
    operator(caller)?;
    let released = bank.change(Bank::release).await?;
    Ok(Json(Released { released }))
}

/// One message that waits. Its content is the node's alone.
#[derive(Serialize)]
struct Waiting {
    number: u64,
    to: NodeId,
    held: bool,
}

async fn outbox(
    State(bank): State<SharedBank>,
    caller: Caller,
) -> Result<Json<Vec<Waiting>>, CallFault> {
    operator(caller)?;
    let waiting = bank.read(|bank| {
        let waiting = bank.outbox().map(|(number, outgoing)| {
            let (to, held) = (outgoing.to, outgoing.held.is_some());
            Waiting { number, to, held }
        });
        waiting.collect()
    });
    Ok(Json(waiting.await))
}

/// One account as the operator sees it.
#[derive(Serialize)]
struct AccountRow {
    number: AccountNumber,
    node: Option<NodeId>,
    name: Text<140>,
    currency: Currency,
    /// Decimal text: JSON readers round large numbers.
    balance: String,
}

async fn accounts(
    State(bank): State<SharedBank>,
    caller: Caller,
) -> Result<Json<Vec<AccountRow>>, CallFault> {
    operator(caller)?;
    let rows = bank.read(|bank| {
        let currency = bank.currency();
        let rows = bank.accounts().map(|account| AccountRow {
            number: account.number.clone(),
            node: account.node,
            name: account.name.clone(),
            currency,
            balance: account.balance.decimal(currency),
        });
        rows.collect()
    });
    Ok(Json(rows.await))
}
