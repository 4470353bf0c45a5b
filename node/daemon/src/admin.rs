//! What the operator of a node may ask of it beyond its venue, and what applicants may.
//!
//! Behind the key in `keys/operator.key`, on every role.

use crate::clock::NodeClock;
use crate::files::NodeFiles;
use crate::voice::Voice;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use gcfn_api::Limiter;
use gcfn_cell::Cell;
use gcfn_council::{Council, Decision, Outcome, Quote, SignedJoinRequest, Status, Verb};
use gcfn_link::ca::check_request;
use gcfn_model::{Digest, NodeId};
use gcfn_replica::Replica;
use gcfn_telemetry::Metrics;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// How long a caller waits for a snapshot.
const SNAPSHOT_LIMIT: Duration = Duration::from_secs(15);

/// The administration of one node.
#[derive(Clone)]
pub(crate) struct Admin {
    /// Its replica of the federation, where it has one.
    pub(crate) council: Option<Cell<Council>>,
    /// Its venue, where it has one.
    pub(crate) venue: Option<Cell<Replica>>,
    /// Its voice.
    pub(crate) voice: Voice,
    /// Its clock.
    pub(crate) clock: NodeClock,
    /// Whether the clock may be moved and a snapshot asked for.
    pub(crate) testnet: bool,
    /// Its files.
    pub(crate) files: NodeFiles,
    /// The key of its operator, as callers send it.
    pub(crate) operator_key: Arc<str>,
    /// How often one address may bring a request to join: nobody knows who it is.
    pub(crate) applicants: Arc<Limiter<Option<IpAddr>>>,
}

/// A problem in the form of RFC 9457.
struct Problem(StatusCode, &'static str, String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem(status, code, detail) = self;
        let body = json!({
            "type": format!("urn:gcfn:problem:{code}"),
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "code": code,
            "detail": detail,
        });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, body.to_string()).into_response()
    }
}

fn refused(outcome: anyhow::Result<Outcome>) -> Result<gcfn_council::Done, Problem> {
    match outcome {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(refusal)) => {
            Err(Problem(StatusCode::UNPROCESSABLE_ENTITY, "Refused", refusal.to_string()))
        }
        Err(error) => {
            Err(Problem(StatusCode::SERVICE_UNAVAILABLE, "InDoubt", format!("{error:#}")))
        }
    }
}

impl Admin {
    /// The routes.
    pub(crate) fn router(self) -> Router {
        let guarded = Router::new()
            .route("/api/v1/federation/members", get(members))
            .route("/api/v1/federation/anchors", get(anchors))
            .route("/api/v1/federation/series", get(series))
            .route("/api/v1/federation/cycles", get(cycles))
            .route("/api/v1/federation/approvals", post(approve))
            .route("/api/v1/federation/quotes", post(quote))
            .route("/api/v1/testnet/clock", put(shift))
            .route("/api/v1/testnet/snapshot", post(snapshot))
            .layer(from_fn_with_state(self.clone(), operators_only));
        let open = Router::new()
            .route("/api/v1/federation/join-requests", post(apply))
            .layer(from_fn_with_state(self.clone(), not_too_often))
            .route("/api/v1/federation/join-requests/{node}", get(application));
        guarded.merge(open).with_state(self)
    }

    /// `routes` for operators only.
    pub(crate) fn guard(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), operators_only))
    }

    fn is_on_a_testnet(&self, refused: &str) -> Result<(), Problem> {
        match self.testnet {
            true => Ok(()),
            false => Err(Problem(StatusCode::FORBIDDEN, "NotATestnet", refused.to_owned())),
        }
    }

    fn council(&self) -> Result<&Cell<Council>, Problem> {
        let none = || "ask the root or a regional".to_owned();
        self.council.as_ref().ok_or_else(|| Problem(StatusCode::NOT_FOUND, "NotHere", none()))
    }
}

/// Lets those pass who show the operator's key.
async fn operators_only(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    if is_operator(&admin.operator_key, request.headers()) {
        return next.run(request).await;
    }
    let detail = "send the operator's key as `Authorization: ApiKey <id>.<secret>`".to_owned();
    Problem(StatusCode::UNAUTHORIZED, "Unauthorized", detail).into_response()
}

/// Counts a request before anything of it is read.
async fn not_too_often(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let from = from.map(|ConnectInfo(from)| from.ip());
    match admin.applicants.admit(&from, NonZeroU32::MIN) {
        Ok(()) => next.run(request).await,
        Err(exceeded) => {
            let after = exceeded.retry_after().to_string();
            let detail = format!("come back in {after} s");
            let problem = Problem(StatusCode::TOO_MANY_REQUESTS, "RateLimited", detail);
            ([(header::RETRY_AFTER, after)], problem).into_response()
        }
    }
}

fn is_operator(key: &str, headers: &HeaderMap) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.strip_prefix("ApiKey "));
    // Compared as digests, so that the time taken says nothing about the key.
    let digest = |text: &str| gcfn_anchor::canon::sha256(text.as_bytes());
    sent.is_some_and(|sent| digest(sent) == digest(key))
}

async fn members(State(admin): State<Admin>) -> Result<Json<Value>, Problem> {
    let cell = admin.council()?;
    let leader = cell.metrics().leader.and_then(|leader| admin.voice.replicas.name(leader));
    let members = cell.read(|council| {
        council
            .directory()
            .members()
            .map(|member| {
                json!({
                    "node": member.profile.node,
                    "region": member.profile.region,
                    "role": member.profile.role,
                    "status": member.status,
                    "currency": member.profile.currency,
                    "dealer": member.profile.dealer,
                    "weight": member.weight,
                    "request": member.request,
                    "key": member.profile.key,
                    "endpoints": member.profile.endpoints,
                    "certified": member.certificate.is_some(),
                })
            })
            .collect::<Vec<_>>()
    });
    Ok(Json(json!({ "members": members, "leader": leader })))
}

async fn anchors(State(admin): State<Admin>) -> Result<Json<Value>, Problem> {
    let anchors = admin.council()?.read(|council| {
        let last = council.latest_final();
        let cells = council.directory().trading().filter_map(|member| {
            let head = council.reported_head(member.profile.node)?;
            Some(json!({ "cell": head.cell, "epochs": head.size, "root": head.root }))
        });
        json!({
            "roster": council.roster(),
            "final_seq": council.final_seq(),
            "round": last.map(|last| last.round),
            "cosigners": last.map(|last| {
                last.cosignatures.iter().map(|c| c.validator).collect::<Vec<_>>()
            }),
            "cells": cells.collect::<Vec<_>>(),
        })
    });
    Ok(Json(anchors))
}

async fn series(State(admin): State<Admin>) -> Result<Json<Value>, Problem> {
    let series =
        admin.council()?.read(|council| council.directory().series().copied().collect::<Vec<_>>());
    Ok(Json(json!({ "series": series })))
}

async fn cycles(State(admin): State<Admin>) -> Result<Json<Value>, Problem> {
    let cycles = admin.council()?.read(|council| {
        council
            .house()
            .cycles()
            .map(|cycle| {
                json!({
                    "house": council.house().id(),
                    "cycle": cycle.id,
                    "value_date": cycle.schedule.value_date,
                    "phase": cycle.phase,
                    "bundles": cycle.bundle_count(),
                    "positions": cycle.positions().collect::<Vec<_>>(),
                })
            })
            .collect::<Vec<_>>()
    });
    Ok(Json(json!({ "cycles": cycles })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approval {
    node: NodeId,
    /// The request that the operator has looked at; the one in the directory when left out.
    request: Option<Digest>,
}

/// This node's word for an applicant, in its operator's name.
async fn approve(
    State(admin): State<Admin>,
    Json(Approval { node, request }): Json<Approval>,
) -> Result<StatusCode, Problem> {
    let known = admin.council()?.read(|council| council.directory().member(node)?.request);
    let unknown = || Problem(StatusCode::NOT_FOUND, "NotFound", "no such applicant".to_owned());
    let request = request.or(known).ok_or_else(unknown)?;
    refused(admin.voice.say(Verb::Approve(Decision::Admit { node, request })).await)?;
    Ok(StatusCode::ACCEPTED)
}

async fn quote(
    State(admin): State<Admin>,
    Json(quote): Json<Quote>,
) -> Result<StatusCode, Problem> {
    refused(admin.voice.say(Verb::Quote(quote)).await)?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shift {
    offset_ms: u64,
}

async fn shift(
    State(admin): State<Admin>,
    Json(Shift { offset_ms }): Json<Shift>,
) -> Result<Json<Value>, Problem> {
    admin.is_on_a_testnet("the clocks of this network cannot be moved")?;
    let moved = admin.clock.shift(Duration::from_millis(offset_ms));
    moved.map_err(|error| {
        Problem(StatusCode::INTERNAL_SERVER_ERROR, "Internal", error.to_string())
    })?;
    Ok(Json(json!({ "now": admin.voice.clock.now() })))
}

/// Takes a snapshot of the venue's cell and waits for it. On a testnet only: elsewhere a node
/// takes them when they are due, and a restart is not something to be measured.
async fn snapshot(State(admin): State<Admin>) -> Result<Json<Value>, Problem> {
    admin.is_on_a_testnet("this network's nodes take snapshots when they are due")?;
    let none = || Problem(StatusCode::NOT_FOUND, "NotHere", "this node has no venue".to_owned());
    let cell = admin.venue.as_ref().ok_or_else(none)?;
    let index = cell.metrics().applied_index;
    let taken = async {
        cell.snapshot().await?;
        cell.until(|metrics| index <= metrics.snapshot_index).await
    };
    let problem = |detail| Problem(StatusCode::SERVICE_UNAVAILABLE, "NoSnapshot", detail);
    match tokio::time::timeout(SNAPSHOT_LIMIT, taken).await {
        Ok(Ok(metrics)) => Ok(Json(json!({ "index": metrics.snapshot_index }))),
        Ok(Err(error)) => Err(problem(error.to_string())),
        Err(_) => Err(problem(format!("not taken within {} s", SNAPSHOT_LIMIT.as_secs()))),
    }
}

/// An applicant's own signed request; whoever brings it only carries it.
async fn apply(
    State(admin): State<Admin>,
    Json(request): Json<SignedJoinRequest>,
) -> Result<StatusCode, Problem> {
    check_request(&request.request.certificate_request).map_err(|fault| {
        let detail = format!("request.certificate_request: {fault}");
        Problem(StatusCode::UNPROCESSABLE_ENTITY, "CertificateRequest", detail)
    })?;
    refused(admin.voice.say(Verb::Apply(Box::new(request))).await)?;
    Ok(StatusCode::ACCEPTED)
}

/// How an application stands.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Application {
    /// The status in the directory.
    pub(crate) status: Status,
    /// The certificate, PEM, once it is issued. Public: it opens nothing without its key.
    pub(crate) certificate: Option<String>,
}

/// Where the root keeps the certificates that it has issued.
#[must_use]
pub(crate) fn issued_file(node: NodeId) -> String {
    format!("data/issued/{node}.pem")
}

async fn application(
    State(admin): State<Admin>,
    Path(node): Path<String>,
) -> Result<Json<Application>, Problem> {
    let unknown = || Problem(StatusCode::NOT_FOUND, "NotFound", "no such applicant".to_owned());
    let node: NodeId = node.parse().map_err(|_| unknown())?;
    let status = admin
        .council()?
        .read(|council| council.directory().member(node).map(|member| member.status));
    let status = status.ok_or_else(unknown)?;
    let certificate = std::fs::read_to_string(admin.files.path(&issued_file(node))).ok();
    Ok(Json(Application { status, certificate }))
}

/// Health and figures of a node without a venue, whose API answers them otherwise.
pub(crate) fn health(council: Option<Cell<Council>>, metrics: Arc<Metrics>) -> Router {
    let ready = move || {
        let council = council.clone();
        async move {
            let ready = council.is_none_or(|cell| {
                let metrics = cell.metrics();
                metrics.halted.is_none() && metrics.leader.is_some()
            });
            if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
        }
    };
    Router::new()
        .route("/healthz", get(|| async { StatusCode::OK }))
        .route("/readyz", get(ready))
        .route("/metrics", get(move || async move { metrics.render() }))
}
