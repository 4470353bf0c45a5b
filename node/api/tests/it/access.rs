//! Who may call what: the table, and that the door holds to it.

use crate::people::{People, draft};
use crate::world::{Key, World, identity, money, request, time};
use axum::body::Body;
use axum::http::StatusCode;
use expect_test::expect;
use gcfn_api::Scope;
use gcfn_link::ca::{Admitted, Issued, NetworkCa, Validity};
use gcfn_link::certificate::{MemberCertificate, PeerIdentity};
use gcfn_link::keys::TlsKey;
use serde_json::{Value, json};

/// One operation of the interface description.
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) roles: Vec<String>,
    pub(crate) summary: String,
    pub(crate) aliases: Vec<String>,
}

impl Operation {
    fn changes(&self) -> bool {
        self.method != "GET" && !self.roles.is_empty()
    }
}

pub(crate) async fn operations(world: &World) -> Vec<Operation> {
    let request = request("GET", "/openapi.json", None).body(Body::empty()).unwrap();
    let (_, document) = world.send(request).await;
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let roles = operation["description"].as_str().unwrap_or_default();
            let roles = roles.trim_start_matches("Roles: ").trim_end_matches('.');
            let roles = roles.split(", ").filter(|role| !role.is_empty()).map(str::to_owned);
            let aliases = operation["x-aliases"].as_array().into_iter().flatten();
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                roles: roles.collect(),
                summary: operation["summary"].as_str().unwrap().to_owned(),
                aliases: aliases.map(|alias| alias.as_str().unwrap().to_owned()).collect(),
            });
        }
    }
    operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    operations
}

#[tokio::test]
async fn the_table() {
    let world = World::new().await;
    let lines = operations(&world).await.into_iter().map(|operation| {
        let Operation { method, path, roles, .. } = operation;
        let roles = if roles.is_empty() { "anybody".to_owned() } else { roles.join(" ") };
        format!("{method:6} {path:50} {roles}\n")
    });
    expect![[r#"
        GET    /api/v1/admin/config                               operator regulator
        GET    /api/v1/admin/jobs                                 operator regulator
        GET    /api/v1/admin/keys                                 operator
        POST   /api/v1/admin/keys                                 operator
        POST   /api/v1/admin/keys/revoke                          operator
        GET    /api/v1/admin/logs                                 operator regulator
        POST   /api/v1/admin/penalties                            operator
        GET    /api/v1/admin/postings                             operator regulator
        POST   /api/v1/admin/postings                             operator
        GET    /api/v1/admin/proposals                            operator regulator
        POST   /api/v1/admin/proposals/{proposal}/approve         operator
        POST   /api/v1/admin/proposals/{proposal}/dismiss         operator
        POST   /api/v1/admin/rebates                              operator
        GET    /api/v1/admin/receivables                          operator regulator
        POST   /api/v1/admin/receivables/write-off                operator
        POST   /api/v1/admin/reviews/rewards                      operator
        GET    /api/v1/admin/roles                                operator regulator
        GET    /api/v1/admin/shares                               operator regulator
        POST   /api/v1/admin/shares/payouts                       operator
        GET    /api/v1/admin/stakes/{node}                        operator regulator
        POST   /api/v1/admin/stakes/{node}/return                 operator
        POST   /api/v1/admin/stakes/{node}/slash                  operator
        GET    /api/v1/admin/taxes                                operator regulator
        GET    /api/v1/admin/users                                operator regulator
        GET    /api/v1/admin/users/{party}                        operator regulator
        POST   /api/v1/admin/users/{party}/class                  operator
        POST   /api/v1/admin/users/{party}/close                  operator
        POST   /api/v1/bank/iso20022/inbound                      bank
        GET    /api/v1/bank/payments/{uetr}                       operator regulator
        GET    /api/v1/bank/reconciliation                        operator regulator
        POST   /api/v1/bank/reconciliation/diffs                  operator
        GET    /api/v1/compliance/coupon-freezes                  operator regulator
        GET    /api/v1/compliance/erasure                         operator regulator
        POST   /api/v1/compliance/erasure                         operator
        POST   /api/v1/compliance/freeze                          operator
        GET    /api/v1/compliance/kyc/{party}                     operator regulator
        POST   /api/v1/compliance/kyc/{party}                     operator
        POST   /api/v1/compliance/unfreeze                        operator
        GET    /api/v1/coupons/batches                            user issuer operator bank regulator
        POST   /api/v1/coupons/batches                            issuer
        GET    /api/v1/coupons/batches/{batch}                    user issuer operator bank regulator
        PUT    /api/v1/coupons/batches/{batch}                    issuer
        POST   /api/v1/coupons/batches/{batch}/compensate         operator
        POST   /api/v1/coupons/batches/{batch}/delist             issuer operator
        POST   /api/v1/coupons/batches/{batch}/fund               issuer operator
        POST   /api/v1/coupons/batches/{batch}/list               issuer operator
        POST   /api/v1/coupons/batches/{batch}/mint               operator
        POST   /api/v1/coupons/batches/{batch}/recall             issuer operator
        POST   /api/v1/coupons/batches/{batch}/reject             operator
        POST   /api/v1/coupons/batches/{batch}/resume             operator
        POST   /api/v1/coupons/batches/{batch}/review             operator
        POST   /api/v1/coupons/batches/{batch}/screen             operator
        POST   /api/v1/coupons/batches/{batch}/submit             issuer operator
        POST   /api/v1/coupons/batches/{batch}/suspend            operator
        POST   /api/v1/coupons/batches/{batch}/top-up             issuer operator
        POST   /api/v1/coupons/batches/{batch}/withdraw           issuer
        POST   /api/v1/coupons/gifts                              user
        GET    /api/v1/coupons/pledges                            user issuer operator regulator
        POST   /api/v1/coupons/pledges/release                    user operator
        GET    /api/v1/coupons/search                             user issuer operator bank regulator
        GET    /api/v1/coupons/templates                          user issuer operator regulator
        POST   /api/v1/coupons/templates                          issuer operator
        GET    /api/v1/coupons/templates/{template}               user issuer operator regulator
        PUT    /api/v1/coupons/templates/{template}               issuer operator
        POST   /api/v1/coupons/templates/{template}/retire        issuer operator
        POST   /api/v1/coupons/{series}/freeze                    operator
        POST   /api/v1/coupons/{series}/pledge                    user
        POST   /api/v1/coupons/{series}/redeem/lock               user
        POST   /api/v1/coupons/{series}/transfer                  user
        POST   /api/v1/coupons/{series}/unfreeze                  operator
        GET    /api/v1/coupons/{xqid}                             user issuer operator bank regulator
        GET    /api/v1/coupons/{xqid}/history                     user issuer operator regulator
        GET    /api/v1/coupons/{xqid}/proof                       user issuer operator regulator
        GET    /api/v1/dev/status                                 user issuer operator bank regulator
        GET    /api/v1/disputes                                   user issuer operator regulator
        POST   /api/v1/disputes                                   user issuer
        GET    /api/v1/disputes/{dispute}                         user issuer operator regulator
        POST   /api/v1/disputes/{dispute}/arbitrate               operator
        POST   /api/v1/disputes/{dispute}/decision                operator
        POST   /api/v1/disputes/{dispute}/evidence                user issuer
        POST   /api/v1/disputes/{dispute}/take-up                 operator
        POST   /api/v1/disputes/{dispute}/withdraw                user issuer
        GET    /api/v1/federation/anchors                         user issuer operator bank regulator
        POST   /api/v1/federation/approvals                       operator
        POST   /api/v1/federation/calendars                       operator
        GET    /api/v1/federation/cycles                          operator regulator
        POST   /api/v1/federation/join-requests                   anybody
        GET    /api/v1/federation/join-requests/{node}            anybody
        GET    /api/v1/federation/locks                           operator regulator
        GET    /api/v1/federation/members                         user issuer operator bank regulator
        GET    /api/v1/federation/quotes                          user operator regulator
        POST   /api/v1/federation/quotes                          operator
        GET    /api/v1/federation/series                          user issuer operator bank regulator
        GET    /api/v1/fees/quote                                 user issuer
        POST   /api/v1/issuers                                    issuer
        GET    /api/v1/issuers/{issuer}                           issuer operator regulator
        GET    /api/v1/issuers/{issuer}/bi                        issuer operator regulator
        POST   /api/v1/issuers/{issuer}/complaints                operator
        GET    /api/v1/issuers/{issuer}/credit                    user issuer operator bank regulator
        GET    /api/v1/issuers/{issuer}/defaults                  issuer operator regulator
        POST   /api/v1/issuers/{issuer}/defaults                  operator
        POST   /api/v1/issuers/{issuer}/defaults/close            operator
        GET    /api/v1/issuers/{issuer}/deposit                   issuer operator regulator
        POST   /api/v1/issuers/{issuer}/deposit/withdraw          issuer
        GET    /api/v1/issuers/{issuer}/finance                   issuer operator regulator
        POST   /api/v1/issuers/{issuer}/merchants                 issuer
        GET    /api/v1/issuers/{issuer}/payouts                   issuer operator regulator
        POST   /api/v1/issuers/{issuer}/payouts                   issuer
        GET    /api/v1/issuers/{issuer}/quota                     issuer operator regulator
        POST   /api/v1/issuers/{issuer}/quota                     operator
        POST   /api/v1/issuers/{issuer}/reinstate                 operator
        POST   /api/v1/issuers/{issuer}/review                    operator
        GET    /api/v1/issuers/{issuer}/status                    issuer operator regulator
        POST   /api/v1/issuers/{issuer}/suspend                   operator
        POST   /api/v1/issuers/{issuer}/terminate                 operator
        GET    /api/v1/market/curve                               user issuer operator bank regulator
        GET    /api/v1/market/depth/{series}                      user issuer operator bank regulator
        GET    /api/v1/market/halts                               user issuer operator bank regulator
        POST   /api/v1/market/halts                               operator
        DELETE /api/v1/market/halts/{series}                      operator
        DELETE /api/v1/market/orders/{series}                     operator
        GET    /api/v1/market/price-suggestion                    user issuer operator bank regulator
        GET    /api/v1/market/quotes/{series}                     user issuer operator bank regulator
        GET    /api/v1/mm/applications                            user operator regulator
        POST   /api/v1/mm/applications                            user
        POST   /api/v1/mm/applications/{maker}/approve            operator
        POST   /api/v1/mm/appointments                            operator
        POST   /api/v1/mm/batch-orders                            user
        POST   /api/v1/mm/departures                              user
        POST   /api/v1/mm/makers/{maker}/penalties                operator
        POST   /api/v1/mm/makers/{maker}/resume                   operator
        POST   /api/v1/mm/makers/{maker}/suspend                  operator
        POST   /api/v1/mm/makers/{maker}/terminate                operator
        GET    /api/v1/mm/obligations                             user operator regulator
        POST   /api/v1/mm/obligations                             operator
        GET    /api/v1/mm/obligations/reports                     user operator regulator
        DELETE /api/v1/mm/obligations/{series}                    operator
        GET    /api/v1/mm/orderbook/{series}                      user issuer operator bank regulator
        GET    /api/v1/mm/stream                                  user issuer operator bank regulator
        GET    /api/v1/node                                       user issuer operator bank regulator
        GET    /api/v1/node/conservation                          operator regulator
        GET    /api/v1/node/pools                                 operator
        GET    /api/v1/payments/deposits                          user issuer
        GET    /api/v1/payments/suspense                          operator regulator
        POST   /api/v1/payments/suspense/match                    operator
        POST   /api/v1/payments/suspense/{item}/interest          operator
        POST   /api/v1/payments/suspense/{item}/resolve           operator
        GET    /api/v1/payments/withdrawals                       user issuer operator regulator
        POST   /api/v1/payments/withdrawals                       user
        POST   /api/v1/payments/withdrawals/{withdrawal}/approve  operator
        POST   /api/v1/payments/withdrawals/{withdrawal}/cancel   user operator
        POST   /api/v1/redemptions/{redemption}/cancel            user issuer operator
        POST   /api/v1/redemptions/{redemption}/confirm           user issuer
        GET    /api/v1/refunds                                    user issuer operator regulator
        POST   /api/v1/refunds                                    user operator
        GET    /api/v1/regnode/findings                           operator regulator
        GET    /api/v1/regnode/mirror                             operator regulator
        GET    /api/v1/regnode/status                             operator regulator
        GET    /api/v1/risk/alerts                                operator regulator
        POST   /api/v1/risk/alerts/review                         operator
        GET    /api/v1/risk/limits                                user issuer operator regulator
        GET    /api/v1/risk/limits/{party}                        operator regulator
        PUT    /api/v1/risk/limits/{party}                        operator
        GET    /api/v1/settle/cycles                              bank operator regulator
        GET    /api/v1/settle/house/caps                          operator regulator
        PUT    /api/v1/settle/house/caps                          operator
        GET    /api/v1/settle/house/deposits                      operator regulator
        POST   /api/v1/settle/house/deposits                      operator
        POST   /api/v1/settle/house/deposits/pay-back             operator
        PUT    /api/v1/settle/house/netting                       operator
        GET    /api/v1/settle/house/positions                     operator regulator
        GET    /api/v1/settle/house/preview                       operator regulator
        GET    /api/v1/settle/house/queue                         operator regulator
        POST   /api/v1/settle/house/queue/{bundle}/cancel         operator
        POST   /api/v1/settle/house/queue/{bundle}/hold           operator
        POST   /api/v1/settle/house/queue/{bundle}/release        operator
        POST   /api/v1/settle/house/queue/{bundle}/reorder        operator
        GET    /api/v1/settle/house/replay                        operator regulator
        POST   /api/v1/settle/house/run                           operator
        GET    /api/v1/settle/instructions                        bank operator regulator
        POST   /api/v1/settle/reversals                           operator
        GET    /api/v1/settle/xborder/deals                       operator regulator
        POST   /api/v1/settle/xborder/quotes                      user operator
        GET    /api/v1/testnet/clock                              anybody
        PUT    /api/v1/testnet/clock                              operator
        POST   /api/v1/testnet/snapshot                           operator
        GET    /api/v1/trades                                     user issuer operator regulator
        GET    /api/v1/trades/auctions                            user issuer operator regulator
        POST   /api/v1/trades/auctions                            user issuer
        DELETE /api/v1/trades/auctions/{auction}                  user issuer operator
        GET    /api/v1/trades/auctions/{auction}                  user issuer operator regulator
        GET    /api/v1/trades/auctions/{auction}/bids             user issuer operator regulator
        POST   /api/v1/trades/auctions/{auction}/bids             user issuer
        POST   /api/v1/trades/buyback                             issuer
        GET    /api/v1/trades/offers                              user issuer operator regulator
        POST   /api/v1/trades/offers                              user issuer
        DELETE /api/v1/trades/offers/{offer}                      user issuer operator
        GET    /api/v1/trades/offers/{offer}                      user issuer operator regulator
        POST   /api/v1/trades/offers/{offer}/decline              user issuer
        POST   /api/v1/trades/offers/{offer}/take                 user issuer
        DELETE /api/v1/trades/orders                              user issuer operator
        GET    /api/v1/trades/orders                              user issuer
        POST   /api/v1/trades/orders                              user issuer
        DELETE /api/v1/trades/orders/{order}                      user issuer operator
        GET    /api/v1/trades/orders/{order}                      user issuer operator regulator
        PATCH  /api/v1/trades/orders/{order}                      user issuer
        GET    /api/v1/trades/swaps                               user issuer operator regulator
        POST   /api/v1/trades/swaps                               user issuer
        GET    /api/v1/trades/{trade}                             user issuer operator regulator
        GET    /api/v1/trades/{trade}/receipt                     user issuer operator regulator
        POST   /api/v1/users                                      operator
        GET    /api/v1/users/me                                   user issuer operator bank regulator
        PATCH  /api/v1/users/me                                   user issuer
        GET    /api/v1/users/me/assets                            user issuer
        GET    /api/v1/users/me/bank-accounts                     user issuer
        POST   /api/v1/users/me/bank-accounts                     user issuer
        GET    /api/v1/users/me/erasure                           user issuer
        POST   /api/v1/users/me/erasure                           user issuer
        POST   /api/v1/users/me/invitation                        user
        GET    /api/v1/users/me/kyc                               user issuer
        GET    /api/v1/users/me/notifications                     user issuer
        POST   /api/v1/users/token                                anybody
        GET    /api/v1/wallets/me                                 user issuer
        GET    /api/v1/wallets/me/points                          user
        POST   /api/v1/wallets/me/points/payouts                  user
        GET    /api/v1/wallets/me/valuation                       user issuer
        GET    /healthz                                           anybody
        GET    /metrics                                           operator
        GET    /openapi.json                                      anybody
        GET    /readyz                                            anybody
    "#]]
    .assert_eq(&lines.collect::<String>());
}

#[tokio::test]
async fn a_supervisor_can_change_nothing() {
    let world = World::new().await;
    for operation in operations(&world).await {
        let regulator = operation.roles.iter().any(|role| role == "regulator");
        assert!(!(operation.changes() && regulator), "{} {}", operation.method, operation.path);
    }
}

#[tokio::test]
async fn every_route_admits_exactly_its_roles() {
    let world = World::unlimited().await;
    let people = People::settle_in(&world).await;
    for operation in operations(&world).await {
        // A bank delivers by its certificate alone, whatever its key opens.
        if operation.path == "/api/v1/bank/iso20022/inbound" {
            continue;
        }
        for (scope, key) in people.by_scope() {
            let answer = call(&world, &people, &operation, Some(key)).await;
            let refused = answer["code"] == "NotPermitted";
            let listed = operation.roles.iter().any(|role| role == scope.as_str());
            let open = operation.roles.is_empty();
            let Operation { method, path, .. } = &operation;
            // A role that the door lets in, the machine must not turn away.
            assert_eq!(refused, !listed && !open, "{scope} {method} {path}: {answer}");
        }
        let nobody = call(&world, &people, &operation, None).await;
        let open = operation.roles.is_empty();
        assert_eq!(nobody["code"] == "Unauthenticated", !open || is_token(&operation));
    }
}

fn is_token(operation: &Operation) -> bool {
    operation.path == "/api/v1/users/token"
}

async fn call(world: &World, people: &People, operation: &Operation, key: Option<&Key>) -> Value {
    let path = filled(&operation.path, people);
    send(world, people, operation, &path, (key, &world.fresh())).await
}

/// What the operation answers `key` at `path`: its own, or an alias.
pub(crate) async fn call_at(
    world: &World,
    people: &People,
    operation: &Operation,
    path: &str,
    (key, wish): (&Key, &str),
) -> Value {
    let canonical = filled(&operation.path, people);
    let query = canonical.split_once('?').map(|(_, query)| format!("?{query}"));
    let path = filled(path, people);
    let path = path.split('?').next().unwrap().to_owned() + &query.unwrap_or_default();
    let mut answer = send(world, people, operation, &path, (Some(key), wish)).await;
    if let Some(problem) = answer.as_object_mut() {
        problem.remove("instance");
    }
    answer
}

async fn send(
    world: &World,
    people: &People,
    operation: &Operation,
    path: &str,
    (key, wish): (Option<&Key>, &str),
) -> Value {
    let request = request(&operation.method, path, key).header("idempotency-key", wish);
    let body = match operation.method.as_str() {
        "POST" | "PUT" | "PATCH" => Body::from(sample(&operation.path, people).to_string()),
        _ => Body::empty(),
    };
    world.send(request.body(body).unwrap()).await.1
}

/// The path with ids that exist, or could.
fn filled(path: &str, people: &People) -> String {
    let path = match path {
        "/api/v1/mm/obligations/{series}" => {
            format!("{path}?maker={}", people.ann.party)
        }
        "/api/v1/market/price-suggestion" => format!("{path}?series={}", people.series),
        "/api/v1/fees/quote" => format!("{path}?market=c2c&side=buy&value=100"),
        path => path.to_owned(),
    };
    path.replace("{issuer}", &people.issuer.party.to_string())
        .replace("{batch}", &people.batch)
        .replace("{series}", &people.series)
        .replace("{redemption}", "rdm-0000000000000000000000000a")
        .replace("{order}", "ord-0000000000000000000000000a")
        .replace("{node}", "cn-sha")
        .replace("{trade}", "trd-0000000000000000000000000a")
        .replace("{party}", &people.ben.party.to_string())
        .replace("{template}", "tpl-0000000000000000000000000a")
        .replace("{withdrawal}", "wdr-0000000000000000000000000a")
        .replace("{dispute}", "dsp-0000000000000000000000000a")
        .replace("{xqid}", "ser-0000000000000000000000000a.17.07")
        .replace("{uetr}", "6e7c5a0e-8f0b-4c8e-9d55-0d6b1c8f2a11")
        .replace("{item}", "1")
        .replace("{offer}", "off-0000000000000000000000000a")
        .replace("{auction}", "auc-0000000000000000000000000a")
        .replace("{maker}", &people.ann.party.to_string())
}

/// A body that the operation reads.
fn sample(path: &str, people: &People) -> Value {
    match path.rsplit("/v1/").next().unwrap() {
        "users" => json!({ "kind": "user", "kyc": 1, "name": "Eve" }),
        "users/token" => json!({ "api_key": "key-0.00" }),
        "users/me/bank-accounts" => json!({ "iban": "CN0012345678" }),
        "issuers/{issuer}/review" => json!({ "tier": "gold", "quota": money("1") }),
        "issuers/{issuer}/merchants" => json!({ "merchant": people.merchant.party }),
        "issuers/{issuer}/quota" => json!({ "quota": money("1") }),
        "issuers/{issuer}/defaults" => json!({ "severity": "minor" }),
        "compliance/freeze" | "compliance/unfreeze" => json!({ "party": people.ben.party }),
        "coupons/batches" => draft(),
        "coupons/{series}/transfer" => json!({ "to": people.ben.party, "quantity": 1 }),
        "coupons/{series}/redeem/lock" => json!({ "merchant": people.merchant.party }),
        "refunds" => json!({ "trade": "trd-0000000000000000000000000a" }),
        "trades/orders" => json!({ "series": people.series, "side": "buy", "quantity": 1 }),
        "trades/buyback" => json!({
            "series": people.series, "quantity": 1, "limit": money("90"), "then": "retired",
        }),
        "coupons/gifts" => json!({
            "gifts": [{ "to": people.ben.party, "series": people.series, "quantity": 1 }],
        }),
        "trades/offers" => json!({
            "kind": "listing", "series": people.series, "quantity": 1, "price": money("90"),
            "expires_at": "2026-11-24T00:00:00Z",
        }),
        "trades/swaps" => json!({
            "gives": { "series": people.series, "quantity": 1 },
            "wants": { "series": people.series, "quantity": 1 },
            "to": people.merchant.party,
            "expires_at": "2026-11-24T00:00:00Z",
        }),
        "trades/auctions" => json!({
            "series": people.series, "quantity": 1, "reserve": money("80"),
            "increment": money("1"), "ends_at": "2026-11-24T00:00:00Z",
        }),
        "trades/auctions/{auction}/bids" => json!({ "price": money("80") }),
        "mm/batch-orders" => json!({
            "acts": [{ "cancel": { "order": "ord-0000000000000000000000000a" } }],
        }),
        "mm/appointments" => json!({ "maker": people.ann.party }),
        "mm/makers/{maker}/penalties" => json!({ "amount": money("1") }),
        "mm/obligations" => json!({ "maker": people.ann.party, "series": people.series }),
        "market/halts" => json!({ "series": people.series }),
        "settle/xborder/quotes" => json!({ "needs": { "amount": "1", "currency": "HKD" } }),
        "federation/approvals" => json!({ "node": "cn-sha", "request": "0".repeat(64) }),
        "federation/calendars" => json!({
            "currency": "CNY", "from": "2029-01-01", "last": "2029-12-31",
            "weekend": [5, 6], "holidays": ["2029-01-01"], "workdays": [],
        }),
        "federation/quotes" => json!({
            "pair": { "base": "CNY", "counter": "HKD" },
            "bid": { "numerator": 109, "denominator": 100 },
            "ask": { "numerator": 110, "denominator": 100 },
            "size": money("1000"),
            "valid_until": "2026-11-23T02:00:00Z",
        }),
        "testnet/clock" => json!({ "offset_ms": 1 }),
        "payments/withdrawals" => json!({ "amount": money("1") }),
        "wallets/me/points/payouts" => json!({ "points": 1 }),
        "admin/reviews/rewards" => json!({ "party": people.ben.party }),
        path => sample_of_issuing(path, people)
            .or_else(|| sample_of_the_desk(path, people))
            .unwrap_or_else(|| json!({})),
    }
}

fn sample_of_issuing(path: &str, people: &People) -> Option<Value> {
    let bounds = json!({
        "face_min": money("1"), "face_max": money("100"),
        "quantity_min": 1, "quantity_max": 100,
        "validity_seconds_min": 0, "validity_seconds_max": 94_608_000,
        "kind": "voucher", "track": "utility",
    });
    let schema = json!({ "type": "object" });
    Some(match path {
        "coupons/templates" => json!({ "schema": schema, "bounds": bounds }),
        "coupons/templates/{template}" => {
            json!({ "version": 2, "schema": schema, "bounds": bounds })
        }
        "coupons/templates/{template}/retire" => json!({ "version": 1 }),
        "coupons/batches/{batch}" => draft(),
        "coupons/batches/{batch}/screen" => json!({ "clear": true }),
        "coupons/batches/{batch}/reject" => json!({ "reason": "terms_unclear" }),
        "coupons/batches/{batch}/suspend" => json!({ "reason": "risk" }),
        "coupons/batches/{batch}/top-up"
        | "issuers/{issuer}/deposit/withdraw"
        | "issuers/{issuer}/payouts" => json!({ "amount": money("1") }),
        "coupons/{series}/freeze" => json!({ "serials": { "first": 0, "end": 1 } }),
        "coupons/{series}/unfreeze" => json!({ "freeze": 1 }),
        "coupons/{series}/pledge" => json!({ "pledgee": people.ben.party, "quantity": 1 }),
        "coupons/pledges/release" => json!({ "pledge": 1 }),
        _ => return None,
    })
}

fn sample_of_the_desk(path: &str, people: &People) -> Option<Value> {
    let (party, digest) = (people.ben.party, "0".repeat(64));
    Some(match path {
        "users/me/invitation" => json!({ "inviter": party }),
        "compliance/kyc/{party}" => json!({ "kyc": 2 }),
        "admin/users/{party}/class" => json!({ "class": "retail" }),
        "admin/keys" => json!({ "party": party }),
        "admin/keys/revoke" => json!({ "key": "key-0" }),
        "payments/suspense/match" => json!({ "credit": 1, "debit": 2 }),
        "payments/suspense/{item}/resolve" => json!({
            "parts": [{ "claimant": "platform", "amount": money("1") }]
        }),
        "bank/reconciliation/diffs" => json!({
            "pool": "user_custody", "side": "credit", "amount": money("1"),
            "booked_on": "2026-11-23", "statement": digest,
        }),
        "admin/postings" => json!({
            "from": "SH.share.platform", "to": format!("UC.{party}.avail"),
            "amount": money("1"), "reason": "compensation", "evidence": digest,
        }),
        "settle/reversals" => json!({ "number": 1 }),
        "admin/receivables/write-off" => {
            json!({ "party": party, "pool": "user_custody", "amount": money("1") })
        }
        "admin/shares/payouts" => {
            json!({ "share": "region", "to": party, "amount": money("1") })
        }
        "admin/rebates" => json!({ "party": party, "amount": money("1") }),
        "admin/penalties" => json!({
            "party": party, "amount": money("1"), "reason": "rule_breach", "evidence": digest,
        }),
        "admin/stakes/{node}/return" => json!({ "amount": money("1") }),
        "admin/stakes/{node}/slash" => json!({ "amount": money("1"), "evidence": digest }),
        "disputes" => json!({
            "trade": "trd-0000000000000000000000000a", "kind": "refund_request",
            "evidence": digest,
        }),
        "disputes/{dispute}/evidence" => json!({ "evidence": digest }),
        "disputes/{dispute}/decision" => json!({ "refund": false, "reasons": digest }),
        "risk/alerts/review" => json!({ "party": party, "rule": "fan_out" }),
        _ => return None,
    })
}

#[tokio::test]
async fn a_token_opens_what_its_key_opens_until_it_expires() {
    let world = World::new().await;
    let key = world.key(Scope::Regulator, None).await;
    let api_key = key.header.strip_prefix("ApiKey ").unwrap();
    let body = json!({ "api_key": api_key }).to_string();
    let asked = request("POST", "/api/v1/users/token", None).body(Body::from(body)).unwrap();
    let (status, token) = world.send(asked).await;
    assert_eq!((status, &token["scope"]), (StatusCode::OK, &json!("regulator")));

    let header = format!("Bearer {}", token["token"].as_str().unwrap());
    let bearer = Key { party: key.party, header };
    let (status, me) = world.get(&bearer, "/api/v1/users/me").await;
    assert_eq!((status, me["party"].as_str().unwrap()), (StatusCode::OK, &*key.party.to_string()));

    let expires_at = token["expires_at"].as_str().unwrap().parse().unwrap();
    *world.gateway.now.lock().unwrap() = expires_at;
    let (status, _) = world.get(&bearer, "/api/v1/users/me").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    let world = World::new().await;
    let key = world.key(Scope::Operator, None).await;
    let id = key.header.trim_start_matches("ApiKey ").split('.').next().unwrap();
    let now = time("2026-11-23T01:00:00Z");
    assert!(world.store.credentials().revoke(id, now).await.unwrap());
    assert_eq!(world.get(&key, "/api/v1/node").await.0, StatusCode::UNAUTHORIZED);
}

/// What `path` answers the holder of a certificate.
async fn shown(world: &World, certificate: &str, path: &str) -> (StatusCode, Value) {
    let mut asked = request("GET", path, None).body(Body::empty()).unwrap();
    asked.extensions_mut().insert(Authority::new().peer(certificate));
    world.send(asked).await
}

#[tokio::test]
async fn a_client_certificate_opens_what_its_role_may_see() {
    let world = World::new().await;
    let with = async |certificate: &str, path: &str| shown(&world, certificate, path).await.0;
    let (supervisor, bank) = ("cn/regulator/reg-cn", "cn/bank/bank-cny");
    assert_eq!(with(supervisor, "/api/v1/node/conservation").await, StatusCode::OK);
    assert_eq!(with(supervisor, "/api/v1/trades").await, StatusCode::OK);
    assert_eq!(with(bank, "/api/v1/settle/instructions").await, StatusCode::OK);
    assert_eq!(with(bank, "/api/v1/node/conservation").await, StatusCode::FORBIDDEN);
    assert_eq!(with("cn/operator/cn-sha", "/metrics").await, StatusCode::OK);
}

#[tokio::test]
async fn a_client_certificate_of_elsewhere_opens_nothing() {
    let world = World::new().await;
    for (certificate, path) in [
        ("eu/regulator/reg-eu", "/api/v1/trades"),
        ("eu/regulator/reg-eu", "/api/v1/node/conservation"),
        ("eu/bank/bank-eur", "/api/v1/settle/instructions"),
        ("eu/bank/bank-cny", "/api/v1/settle/instructions"),
        ("cn/bank/bank-eur", "/api/v1/settle/instructions"),
        ("global/operator/testnet", "/metrics"),
        ("cn/operator/cn", "/metrics"),
        ("eu/operator/cn-sha", "/metrics"),
        ("cn/local/cn-sha", "/api/v1/node"),
        ("cn/regional/cn", "/api/v1/node"),
    ] {
        let (status, problem) = shown(&world, certificate, path).await;
        let told = (status, problem["code"].as_str());
        assert_eq!(told, (StatusCode::FORBIDDEN, Some("ForeignCertificate")), "{certificate}");
    }
    let (status, _) = shown(&world, "eu/regulator/reg-eu", "/healthz").await;
    assert_eq!(status, StatusCode::OK, "what anybody may see, everybody may");
}

/// Makes peers as a handshake does.
pub(crate) struct Authority(NetworkCa, Validity);

impl Authority {
    pub(crate) fn new() -> Authority {
        let validity = Validity {
            not_before: time("2026-01-01T00:00:00Z"),
            not_after: time("2027-01-01T00:00:00Z"),
        };
        let (ca, _) = NetworkCa::create("gcfn-demo".parse().unwrap(), validity).unwrap();
        Authority(ca, validity)
    }

    pub(crate) fn peer(&self, certificate: &str) -> PeerIdentity {
        let Authority(ca, validity) = self;
        let identity = identity(certificate);
        let request = TlsKey::generate().unwrap().certificate_request().unwrap();
        let admitted = Admitted { identity, hosts: Vec::new() };
        let Issued { serial, .. } = ca.issue(&request, &admitted, *validity).unwrap();
        let not_after = validity.not_after;
        PeerIdentity::dangerously_assume(MemberCertificate { identity, serial, not_after })
    }
}
