//! Calls of every operation of the interface description, with bodies that it reads.

use crate::access::Operation;
use crate::people::{People, draft};
use crate::world::{Key, World, money, request};
use axum::body::Body;
use serde_json::{Value, json};

/// What the operation answers `key`, or nobody, at its own path.
pub(crate) async fn call(
    world: &World,
    people: &People,
    operation: &Operation,
    key: Option<&Key>,
) -> Value {
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
        .replace("{tile}", "0/000.p/1")
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
        "admin/reviews/rewards" => {
            json!({ "party": people.ben.party, "review": "0".repeat(64) })
        }
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
        "issuers/{issuer}/documents" => {
            json!({ "kind": "business_licence", "digest": "0".repeat(64) })
        }
        // PUT takes the same path, and is refused for what it lacks.
        "issuers/{issuer}/promotions" => json!({
            "series": people.series, "quantity": 1, "discount_bp": 1500,
            "ends_at": "2026-11-28T00:00:00Z",
        }),
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
        "issuers/{issuer}/deposit/assurance" => json!({ "share": 500 }),
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
        "bank/payments/{uetr}/recall" => json!({ "reason": "DUPL" }),
        "bank/statements/ask" => json!({ "currency": "CNY", "date": "2026-11-23" }),
        "bank/reconciliation/{break}/assign" => json!({ "owner": party }),
        "bank/reconciliation/{break}/resolve" => json!({
            "remedy": "as_stated", "reason": "notification_wrong", "evidence": digest,
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
