//! Templates, batches and issuers, from their documents to their defaults.

use crate::people::{People, draft, register};
use crate::world::{Key, World, money, request};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

fn bounds() -> Value {
    json!({
        "face_min": money("10"), "face_max": money("100"),
        "quantity_min": 1, "quantity_max": 1000,
        "validity_seconds_min": 0, "validity_seconds_max": 94_608_000,
        "kind": "voucher", "track": "utility",
    })
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": { "use": { "type": "string", "maxLength": 20 } },
        "required": ["use"],
        "additionalProperties": false
    })
}

async fn published(world: &World, key: &Key) -> Value {
    let template = json!({ "schema": schema(), "bounds": bounds() });
    world.done(key, "/api/v1/coupons/templates", template).await
}

fn filled(template: &Value, attributes: &Value) -> Value {
    let mut draft = draft();
    draft["template"] = json!({
        "template": template["template"], "version": template["version"],
        "attributes": attributes,
    });
    draft
}

async fn put(world: &World, key: &Key, path: &str, body: &Value) -> (StatusCode, Value) {
    let sent = request("PUT", path, Some(key)).header("idempotency-key", world.fresh());
    world.send(sent.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_batch_shows_the_documents_that_make_its_promise() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let template = published(&world, &people.issuer).await;
    let sent = filled(&template, &json!({ "use": "Tea for two." }));
    let drafted = world.done(&people.issuer, "/api/v1/coupons/batches", sent).await;
    let path = format!("/api/v1/coupons/batches/{}", drafted["batch"].as_str().unwrap());
    let (_, batch) = world.get(&people.issuer, &path).await;
    assert_eq!(batch["attributes"], json!({ "use": "Tea for two." }));
    assert_eq!(batch["schema"], schema());
    assert_eq!(batch["template"]["schema"], template["schema"]);
    let (status, _) = world.get(&people.ann, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "not listed: not Ann's to see");
    let (_, seen) = world.get(&people.ann, "/api/v1/coupons/batches").await;
    assert_eq!(seen["batches"].as_array().unwrap().len(), 1, "the listed one");
}

#[tokio::test]
async fn attributes_must_fit_the_published_schema() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let template = published(&world, &people.operator).await;
    for (attributes, field, rule) in [
        (json!({}), "template.attributes.use", "field is missing"),
        (
            json!({ "use": "Tea for two, or for three." }),
            "template.attributes.use",
            "text is shorter or longer than the schema allows",
        ),
        (
            json!({ "use": "Tea.", "Zhang San": 1 }),
            "template.attributes",
            "the schema does not know one of the fields",
        ),
    ] {
        let sent = filled(&template, &attributes);
        let (_, problem) = world.post(&people.issuer, "/api/v1/coupons/batches", sent).await;
        assert_eq!((&problem["field"], &problem["detail"]), (&json!(field), &json!(rule)));
    }
    let mut unknown = template.clone();
    unknown["version"] = json!(7);
    let sent = filled(&unknown, &json!({ "use": "Tea." }));
    let (_, problem) = world.post(&people.issuer, "/api/v1/coupons/batches", sent).await;
    assert_eq!(problem["code"], "UnknownTemplate");
}

#[tokio::test]
async fn a_template_goes_from_version_to_version() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let template = published(&world, &people.issuer).await;
    let path = format!("/api/v1/coupons/templates/{}", template["template"].as_str().unwrap());
    let next = json!({ "version": 2, "schema": { "type": "object" }, "bounds": bounds() });
    let (_, second) = put(&world, &people.issuer, &path, &next).await;
    assert_eq!(second["version"], 2, "{second}");
    let (_, refused) = put(&world, &people.issuer, &path, &next).await;
    assert_eq!(refused["code"], "TemplateVersion");
    let (_, last) = world.get(&people.issuer, &path).await;
    assert_eq!(last["document"], json!({ "type": "object" }));
    let (_, first) = world.get(&people.issuer, &format!("{path}?version=1")).await;
    assert_eq!((&first["document"], &first["template"]["version"]), (&schema(), &json!(1)));
    let (status, _) = world.get(&people.ann, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another issuer's template");

    let retire = json!({ "version": 1 });
    world.done(&people.issuer, &format!("{path}/retire"), retire.clone()).await;
    let (_, problem) = world.post(&people.issuer, &format!("{path}/retire"), retire).await;
    assert_eq!(problem["code"], "TemplateRetired");

    let odd = json!({
        "schema": { "type": "object", "$ref": "file:///etc/passwd" }, "bounds": bounds(),
    });
    let (_, problem) = world.post(&people.issuer, "/api/v1/coupons/templates", odd).await;
    assert_eq!((&problem["code"], &problem["field"]), (&json!("FieldRule"), &json!("schema")));
}

#[tokio::test]
async fn a_draft_is_amended_and_given_up() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let drafted = world.done(&people.issuer, "/api/v1/coupons/batches", draft()).await;
    let path = format!("/api/v1/coupons/batches/{}", drafted["batch"].as_str().unwrap());
    let mut other = draft();
    other["quantity"] = json!(7);
    other["maturity"] = json!("refund");
    other["minimum_purchase"] = money("200");
    let (status, answer) = put(&world, &people.issuer, &path, &other).await;
    assert!(status.is_success(), "{answer}");
    let (_, batch) = world.get(&people.issuer, &path).await;
    assert_eq!((&batch["quantity"], &batch["maturity"]), (&json!(7), &json!("refund")));
    assert_eq!(batch["minimum_purchase"], money("200.00"));
    world.done(&people.issuer, &format!("{path}/withdraw"), Value::Null).await;
    let (_, batch) = world.get(&people.operator, &path).await;
    assert_eq!(batch["state"], "withdrawn");
}

#[tokio::test]
async fn a_listed_batch_stands_still_and_goes_on() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/coupons/batches/{}", people.batch);
    let without = json!({ "reason": "directive" });
    let (_, problem) = world.post(&people.operator, &format!("{path}/suspend"), without).await;
    assert_eq!(problem["field"], "document");
    let by = json!({ "reason": "directive", "document": "7".repeat(64) });
    world.done(&people.operator, &format!("{path}/suspend"), by).await;
    let (_, batch) = world.get(&people.ann, &path).await;
    assert_eq!((&batch["state"], &batch["suspended"]), (&json!("suspended"), &json!("directive")));
    world.done(&people.operator, &format!("{path}/resume"), Value::Null).await;
    let more = json!({ "amount": money("10") });
    world.done(&people.issuer, &format!("{path}/top-up"), more).await;
    let recalled = world.done(&people.issuer, &format!("{path}/recall"), Value::Null).await;
    assert!(recalled["proposal"].is_string(), "two persons must");
}

#[tokio::test]
async fn an_issuer_is_reviewed_rated_and_called_to_account() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/issuers/{}", people.issuer.party);
    let (_, credit) = world.get(&people.ann, &format!("{path}/credit")).await;
    assert_eq!((&credit["grade"], &credit["provisional"]), (&json!("BBB"), &json!(true)));
    let factors = &credit["factors"];
    assert_eq!((&factors["set"], &factors["rate_base"]), (&json!("tenure"), &json!("sold")));
    assert_eq!((&factors["defaults"], &factors["redemption_period_ms"]), (&json!(0), &json!(null)));
    let (status, _) = world.get(&people.ann, &format!("{path}/quota")).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "an issuer's own affair");
    let (_, finance) = world.get(&people.issuer, &format!("{path}/finance")).await;
    assert_eq!(finance["reserves"][0]["batch"], json!(people.batch));
    let (_, quota) = world.get(&people.operator, &format!("{path}/quota")).await;
    assert_eq!(quota["granted"], money("100000.00"));

    let wish = json!({ "quota": money("200000") });
    let wished = world.done(&people.operator, &format!("{path}/quota"), wish.clone()).await;
    assert!(wished["proposal"].is_string(), "two persons must");
    let done = world.done(&people.second, &format!("{path}/quota"), wish).await;
    assert_eq!(done["proposal"], Value::Null);
    let (_, quota) = world.get(&people.issuer, &format!("{path}/quota")).await;
    assert_eq!(quota["granted"], money("200000.00"));

    let minor = json!({ "severity": "minor" });
    for person in [&people.operator, &people.second] {
        world.done(person, &format!("{path}/defaults"), minor.clone()).await;
    }
    let (_, report) = world.get(&people.issuer, &format!("{path}/defaults")).await;
    assert_eq!(report["default"]["severity"], "minor");
    let (_, account) = world.get(&people.issuer, &path).await;
    assert_eq!((&account["status"], &account["grade"]), (&json!("quota_cut"), &json!("BB")));
    let (_, refused) = world
        .post(&people.issuer, &format!("{path}/payouts"), json!({ "amount": money("1") }))
        .await;
    assert_eq!(refused["code"], "DefaultOpen");
}

#[tokio::test]
async fn an_application_is_refused_with_a_reason() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let other = crate::people::register(&world, &people.operator, "issuer", "Coffeehouse").await;
    let path = format!("/api/v1/issuers/{}", other.party);
    world.done(&other, "/api/v1/issuers", Value::Null).await;
    let both = json!({ "tier": "gold", "refusal": "not_verified" });
    let (_, problem) = world.post(&people.operator, &format!("{path}/review"), both).await;
    assert_eq!(problem["field"], "refusal");
    let no = json!({ "refusal": "not_verified" });
    world.done(&people.operator, &format!("{path}/review"), no).await;
    let (_, account) = world.get(&other, &format!("{path}/status")).await;
    assert_eq!(
        (&account["status"], &account["refused"]),
        (&json!("rejected"), &json!("not_verified"))
    );
    let (status, _) = world.get(&people.issuer, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another issuer's account");
}

#[tokio::test]
async fn an_issuer_acts_for_itself_only() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let other = crate::people::register(&world, &people.operator, "issuer", "Coffeehouse").await;
    let path = format!("/api/v1/issuers/{}", people.issuer.party);
    let some = json!({ "amount": money("1") });
    for step in ["deposit/withdraw", "payouts"] {
        let (_, refused) = world.post(&other, &format!("{path}/{step}"), some.clone()).await;
        assert_eq!(refused["code"], "NotYours", "{step}");
    }
}

#[tokio::test]
async fn an_issuer_keeps_a_share_of_its_sales_as_deposit() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let deposit = format!("/api/v1/issuers/{}/deposit", people.issuer.party);
    let path = format!("{deposit}/assurance");
    let kept = world.get(&people.issuer, &deposit).await.1;
    assert_eq!(kept["assurance"]["share"], 0);
    world.done(&people.issuer, &path, json!({ "share": 500 })).await;
    let kept = world.get(&people.issuer, &deposit).await.1;
    assert_eq!(kept["assurance"]["share"], 500);
    let (_, refused) = world.post(&people.issuer, &path, json!({ "share": 10_001 })).await;
    assert_eq!(refused["code"], "ShareOutOfRange");
}

#[tokio::test]
async fn an_issuers_papers_are_shown_to_those_who_review_it() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/issuers/{}/documents", people.issuer.party);
    let paper = json!({ "kind": "business_licence", "digest": "7".repeat(64) });
    world.done(&people.issuer, &path, paper.clone()).await;
    world.done(&people.issuer, &path, paper.clone()).await;
    world
        .done(&people.issuer, &path, json!({ "kind": "brand_right", "digest": "8".repeat(64) }))
        .await;
    let (_, seen) = world.get(&people.operator, &path).await;
    let kinds: Vec<_> = seen["papers"].as_array().unwrap().iter().map(|of| &of["kind"]).collect();
    assert_eq!(kinds, ["business_licence", "brand_right"]);
    assert_eq!(seen["papers"][0]["digest"], paper["digest"]);

    let elsewhere = format!("/api/v1/issuers/{}/documents", people.ann.party);
    let (_, refused) = world.post(&people.issuer, &elsewhere, paper).await;
    assert_eq!(refused["code"], "NotYours");
    let (_, refused) = world.get(&people.operator, &elsewhere).await;
    assert_eq!(refused["code"], "NotFound", "a user has no such papers");
}

#[tokio::test]
async fn allied_issuers_redeem_each_other_s_coupons() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    let bakery = register(&world, &people.operator, "issuer", "Bakery").await;
    world.done(&bakery, "/api/v1/issuers", Value::Null).await;
    let review = format!("/api/v1/issuers/{}/review", bakery.party);
    let approval = json!({ "tier": "gold", "quota": money("1000") });
    world.done(&people.operator, &review, approval).await;

    let founded = world.done(&people.issuer, "/api/v1/alliances", Value::Null).await;
    let path = format!("/api/v1/alliances/{}", founded["alliance"].as_str().unwrap());
    let (_, refused) = world.post(&bakery, &format!("{path}/join"), Value::Null).await;
    assert_eq!(refused["code"], "NotAllied", "nobody has invited it");
    let invitation = json!({ "issuer": bakery.party });
    world.done(&people.issuer, &format!("{path}/invitations"), invitation).await;
    world.done(&bakery, &format!("{path}/join"), Value::Null).await;

    let (_, seen) = world.get(&people.ann, &path).await;
    assert_eq!(seen["members"].as_array().unwrap().len(), 2);
    let (_, list) = world.get(&people.ann, "/api/v1/alliances").await;
    assert_eq!(list["alliances"][0]["alliance"], founded["alliance"]);
    let lock = format!("/api/v1/coupons/{}/redeem/lock", people.series);
    world.done(&people.ann, &lock, json!({ "merchant": bakery.party })).await;
    world.done(&bakery, &format!("{path}/leave"), Value::Null).await;
    let (_, refused) = world.post(&people.ann, &lock, json!({ "merchant": bakery.party })).await;
    assert_eq!(refused["code"], "MerchantNotAuthorised");
}
