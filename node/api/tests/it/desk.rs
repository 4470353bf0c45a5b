//! The money desk, and what staff may not do alone.

use crate::people::People;
use crate::world::{Key, World, money, request, yuan};
use axum::body::Body;
use axum::http::StatusCode;
use gcfn_banking::{BankEntry, BankReference, Side, Statement};
use gcfn_model::{Currency, Pool, Position, SettlementAccount};
use gcfn_venue::Command;
use serde_json::{Value, json};

/// Has both persons wish the same; the second's answer.
async fn by_two(world: &World, people: &People, path: &str, wish: Value) -> Value {
    let first = world.done(&people.operator, path, wish.clone()).await;
    assert!(first["proposal"].is_string(), "{path}: two persons must: {first}");
    let done = world.done(&people.second, path, wish).await;
    assert_eq!(done["proposal"], Value::Null, "{path}");
    done
}

/// The bank credits the users' account with `amount` yuan and names nobody.
fn unexplained(world: &World, amount: u64) {
    let pool = Pool::UserCustody;
    let entry = BankEntry {
        account: SettlementAccount { node: "cn-sha".parse().unwrap(), pool },
        currency: Currency::Cny,
        amount: yuan(amount),
        side: Side::Credit,
        uetr: None,
        bank_reference: BankReference::of(&world.fresh()),
        reference: None,
        booked_on: "2026-11-23".parse().unwrap(),
    };
    world.gateway.apply(&Command::BankBooked(entry)).unwrap();
}

async fn available(world: &World, key: &Key) -> Value {
    let (_, assets) = world.get(key, "/api/v1/users/me/assets").await;
    let buckets = assets["money"].as_array().unwrap();
    let free = buckets.iter().find(|bucket| bucket["bucket"] == "avail");
    free.map_or(Value::Null, |bucket| bucket["money"]["amount"].clone())
}

#[tokio::test]
async fn money_in_suspense_finds_its_owner_and_is_taken_back() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    unexplained(&world, 12);
    let (_, list) = world.get(&people.regulator, "/api/v1/payments/suspense").await;
    let item = &list["items"][0];
    assert_eq!((&item["amount"], &item["side"]), (&money("12.00"), &json!("credit")));
    assert_eq!((&item["overdue"], &item["owner"]), (&json!(false), &Value::Null));
    let assign = format!("/api/v1/payments/suspense/{}/assign", item["item"]);
    world.done(&people.operator, &assign, json!({})).await;
    let (_, list) = world.get(&people.regulator, "/api/v1/payments/suspense").await;
    assert_eq!(list["items"][0]["owner"], json!(people.operator.party));
    let path = format!("/api/v1/payments/suspense/{}/resolve", item["item"]);

    let astray = json!({ "parts": [{ "claimant": "user", "amount": money("12") }] });
    let (_, problem) = world.post(&people.operator, &path, astray).await;
    assert_eq!(problem["field"], "parts.party");
    let part = json!({ "claimant": "user", "party": people.ben.party, "amount": money("11") });
    let (_, problem) = world.post(&people.operator, &path, json!({ "parts": [part] })).await;
    assert_eq!(problem["code"], "SuspenseParts", "the whole item, and nothing else");

    let part = json!({ "claimant": "user", "party": people.ben.party, "amount": money("12") });
    by_two(&world, &people, &path, json!({ "parts": [part] })).await;
    assert_eq!(available(&world, &people.ben).await, "12.00");

    let (_, list) = world.get(&people.operator, "/api/v1/admin/postings").await;
    let entries = list["entries"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["kind"] == "resolution").unwrap();
    let reversal = json!({ "number": entry["number"] });
    by_two(&world, &people, "/api/v1/settle/reversals", reversal).await;
    assert_eq!(available(&world, &people.ben).await, Value::Null);
    let (_, list) = world.get(&people.operator, "/api/v1/payments/suspense").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "the bank still has it");
}

#[tokio::test]
async fn one_thing_is_reversed_at_a_time() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = "/api/v1/settle/reversals";
    for wish in [json!({}), json!({ "number": 1, "order": "ord-0000000000000000000000000a" })] {
        let (_, problem) = world.post(&people.operator, path, wish).await;
        assert_eq!(problem["field"], "number");
    }
    let order = json!({ "order": "ord-0000000000000000000000000a" });
    let (_, problem) = world.post(&people.operator, path, order).await;
    assert_eq!(problem["code"], "HasOwnReversal");
}

#[tokio::test]
async fn an_entry_by_hand_has_a_number_from_its_second_person_on() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = "/api/v1/admin/postings";
    let mut wish = json!({
        "from": format!("UC.{}.avail", people.ann.party), "to": "SH.fee.trade",
        "amount": money("5"), "reason": "fee", "evidence": "7".repeat(64),
    });
    let done = by_two(&world, &people, path, wish.clone()).await;
    assert!(done["number"].is_u64(), "{done}");
    assert_eq!(available(&world, &people.ann).await, "4995.00");

    wish["to"] = json!("B.UC");
    let (_, problem) = world.post(&people.operator, path, wish.clone()).await;
    assert_eq!(problem["code"], "NotByHand");
    wish["to"] = json!("somewhere");
    let (_, problem) = world.post(&people.operator, path, wish).await;
    assert_eq!((&problem["code"], &problem["field"]), (&json!("FieldRule"), &json!("to")));
}

#[tokio::test]
async fn a_dispute_is_heard_and_decided_by_two_who_have_not_handled_it() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let bought = people.buy(&world, 1).await;
    let opening = json!({
        "trade": bought["trades"][0], "kind": "buyer_complaint", "evidence": "1".repeat(64),
    });
    let opened = world.done(&people.ann, "/api/v1/disputes", opening).await;
    let path = format!("/api/v1/disputes/{}", opened["dispute"].as_str().unwrap());
    let clerk = world.key(gcfn_api::Scope::Operator, None).await;
    world.done(&clerk, &format!("{path}/take-up"), Value::Null).await;
    let shown = json!({ "evidence": "2".repeat(64) });
    world.done(&people.issuer, &format!("{path}/evidence"), shown).await;
    world.done(&clerk, &format!("{path}/arbitrate"), Value::Null).await;

    let (_, seen) = world.get(&people.ann, &path).await;
    assert_eq!(seen["dispute"]["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(seen["dispute"]["handled_by"], json!([]), "staff are shown to staff");
    assert_eq!(seen["dispute"]["by"], json!(people.ann.party));
    assert_eq!(seen["dispute"]["evidence"][1]["by"], Value::Null, "the other side's");
    let (_, seen) = world.get(&people.issuer, &path).await;
    assert_eq!(seen["dispute"]["by"], Value::Null);
    let (_, seen) = world.get(&people.regulator, &path).await;
    assert_eq!(seen["dispute"]["handled_by"], json!([clerk.party]));
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let no = json!({ "refund": false, "reasons": "3".repeat(64) });
    let (_, refused) = world.post(&clerk, &format!("{path}/decision"), no.clone()).await;
    assert_eq!(refused["code"], "NotImpartial");
    by_two(&world, &people, &format!("{path}/decision"), no).await;
    let (_, list) = world.get(&people.issuer, "/api/v1/disputes").await;
    assert_eq!(list["disputes"][0]["state"], "denied");
}

#[tokio::test]
async fn limits_are_set_by_two_and_shown_to_whom_they_bind() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/risk/limits/{}", people.ann.party);
    let put = async |key: &Key, limits: Value| {
        let sent = request("PUT", &path, Some(key)).header("idempotency-key", world.fresh());
        let body = json!({ "limits": limits }).to_string();
        world.send(sent.body(Body::from(body)).unwrap()).await.1
    };
    let limits = json!({ "order_value": money("100"), "open_orders": 1 });
    let dollars = json!({ "order_value": { "amount": "1", "currency": "USD" } });
    let refused = put(&people.operator, dollars).await;
    assert_eq!(
        (&refused["code"], &refused["field"]),
        (&json!("CurrencyMismatch"), &json!("limits.order_value"))
    );
    assert!(put(&people.operator, limits.clone()).await["proposal"].is_string());
    put(&people.second, limits).await;
    let (_, shown) = world.get(&people.ann, "/api/v1/risk/limits").await;
    assert_eq!(
        (&shown["own"]["order_value"], &shown["own"]["open_orders"]),
        (&money("100.00"), &json!(1))
    );
    assert_eq!(shown["region"]["order_value"], Value::Null, "no limit");
    let order =
        json!({ "series": people.series, "side": "buy", "quantity": 2, "limit": money("90") });
    let (_, refused) = world.post(&people.ann, "/api/v1/trades/orders", order).await;
    assert_eq!(refused["code"], "OrderLimit");
}

#[tokio::test]
async fn a_freeze_has_its_reasons_each_lifted_by_two() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let court = json!({ "party": people.ann.party, "reason": "court" });
    world.done(&people.operator, "/api/v1/compliance/freeze", court.clone()).await;
    let usual = json!({ "party": people.ann.party });
    world.done(&people.operator, "/api/v1/compliance/freeze", usual).await;
    let path = format!("/api/v1/admin/users/{}", people.ann.party);
    let (_, shown) = world.get(&people.regulator, &path).await;
    assert_eq!(shown["frozen_for"], json!(["compliance", "court"]));
    by_two(&world, &people, "/api/v1/compliance/unfreeze", court).await;
    let (_, shown) = world.get(&people.regulator, &path).await;
    assert_eq!(shown["frozen_for"], json!(["compliance"]));
}

#[tokio::test]
async fn a_closed_party_has_no_credentials() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let make = json!({ "party": people.ben.party });
    let made = world.done(&people.operator, "/api/v1/admin/keys", make.clone()).await;
    assert_eq!(made["scope"], "user");
    let header = format!("ApiKey {}", made["api_key"].as_str().unwrap());
    let another = Key { party: people.ben.party, header };
    assert_eq!(world.get(&another, "/api/v1/users/me").await.0, StatusCode::OK);
    let staff = json!({ "party": people.operator.party });
    let (_, refused) = world.post(&people.operator, "/api/v1/admin/keys", staff).await;
    assert_eq!(refused["code"], "UnknownParty", "no credentials for staff");
    let quick = json!({ "party": people.ben.party, "market_maker": true });
    let (_, refused) = world.post(&people.operator, "/api/v1/admin/keys", quick).await;
    assert_eq!(refused["code"], "UnknownMaker");

    let path = format!("/api/v1/admin/users/{}", people.ben.party);
    world.done(&people.operator, &format!("{path}/close"), Value::Null).await;
    for key in [&another, &people.ben] {
        assert_eq!(world.get(key, "/api/v1/users/me").await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(world.get(&people.operator, &path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_node_charges_withholds_and_waits_for_is_open_to_supervisors() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    unexplained(&world, 1);
    let (_, jobs) = world.get(&people.regulator, "/api/v1/admin/jobs").await;
    assert_eq!((&jobs["suspense"], &jobs["proposals"]), (&json!(1), &json!(0)));
    let (_, config) = world.get(&people.regulator, "/api/v1/admin/config").await;
    assert_eq!(config["terms"]["region"], "cn");
    let (_, taxes) = world.get(&people.regulator, "/api/v1/admin/taxes").await;
    assert_eq!(taxes["rates"][0], json!({ "on": "resale", "kind": "withholding", "rate_bp": 0 }));
    let (_, shares) = world.get(&people.regulator, "/api/v1/admin/shares").await;
    assert_eq!(shares["shares"][0], json!({ "share": "platform", "amount": money("0.00") }));
    let (_, roles) = world.get(&people.regulator, "/api/v1/admin/roles").await;
    let routes = roles["routes"].as_array().unwrap();
    let line = routes.iter().find(|line| line["path"] == "/api/v1/admin/postings").unwrap();
    assert_eq!(line["roles"], json!(["operator", "regulator"]));
}

#[tokio::test]
async fn what_a_bank_has_and_the_node_has_not_is_a_break_with_an_age() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let account = SettlementAccount { node: "cn-sha".parse().unwrap(), pool: Pool::SettlementHub };
    let closing = Position::from(yuan(7));
    let statement = Statement {
        account,
        currency: Currency::Cny,
        date: "2026-11-23".parse().unwrap(),
        sequence: None,
        after: 0,
        opening: Position::ZERO,
        closing,
        entries: Vec::new(),
    };
    world.gateway.apply(&Command::BankStatement(statement)).unwrap();
    let (_, list) = world.get(&people.operator, "/api/v1/bank/reconciliation").await;
    let breaks = list["breaks"].as_array().unwrap();
    let classes: Vec<_> = breaks.iter().map(|found| found["class"].as_str().unwrap()).collect();
    assert_eq!(classes, ["sum_differs", "ledger_differs"]);
    let ledger = &breaks[1];
    assert_eq!((&ledger["account"], &ledger["date"]), (&json!("cn-sha/SH"), &json!("2026-11-23")));
    assert_eq!(ledger["bank"], money("7.00"));
    assert_eq!(ledger["ours"], money("0.00"));
    assert!(ledger["age_seconds"].is_u64());
    assert_eq!((&ledger["owner"], &ledger["overdue"]), (&Value::Null, &json!(false)));

    // An operator takes it on; two persons say that the statement was wrong.
    let path = |of: &Value, verb: &str| {
        format!("/api/v1/bank/reconciliation/{}/{verb}", of["id"].as_str().unwrap())
    };
    world.done(&people.operator, &path(ledger, "assign"), json!({})).await;
    let (_, list) = world.get(&people.operator, "/api/v1/bank/reconciliation").await;
    assert!(list["breaks"][1]["owner"].as_str().unwrap().starts_with("pty-"));
    let days = "/api/v1/bank/reconciliation/accounts?currency=CNY&date=2026-11-23";
    let (_, ties) = world.get(&people.regulator, days).await;
    let day = &ties["days"][0];
    assert_eq!((&day["state"], &day["closing"]), (&json!("differs"), &money("7.00")));
    assert_eq!((&day["mirror"], &day["difference"]), (&money("0.00"), &money("-7.00")));
    assert_eq!(day["breaks"].as_array().unwrap().len(), 2);
    for pool in ties["pools"].as_array().unwrap() {
        assert_eq!(pool["difference"], money("0.00"), "{pool}");
    }

    let end =
        json!({ "remedy": "explained", "reason": "statement_wrong", "evidence": "07".repeat(32) });
    by_two(&world, &people, &path(&breaks[0], "resolve"), end).await;
    let (_, list) = world.get(&people.operator, "/api/v1/bank/reconciliation").await;
    assert_eq!(list["breaks"], json!([]));
    let (_, ties) = world.get(&people.operator, days).await;
    assert_eq!(ties["days"][0]["state"], "reconciled");
}

#[tokio::test]
async fn a_statement_that_did_not_come_is_asked_for_by_hand_once() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = "/api/v1/bank/statements/ask";
    let wanted = |date: &str| json!({ "currency": "CNY", "date": date, "pool": "user_custody" });
    let refused = async |wish: Value| {
        let (status, problem) = world.post(&people.operator, path, wish).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("Desk")));
        problem["detail"].as_str().unwrap().to_owned()
    };
    let dollars = json!({ "currency": "USD", "date": "2026-11-23" });
    assert!(refused(dollars).await.contains("no account in this pool and currency"));
    assert!(refused(wanted("2099-11-23")).await.contains("day has not begun"));
    let (status, _) = world.post(&people.ann, path, wanted("2026-11-23")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (_, problem) = world.post(&people.operator, path, wanted("yesterday")).await;
    assert_eq!(problem["field"], "date");

    world.done(&people.operator, path, wanted("2026-11-20")).await;
    assert!(refused(wanted("2026-11-20")).await.contains("wait for the answer"));
    let ties = "/api/v1/bank/reconciliation/accounts?currency=CNY";
    let (_, shown) = world.get(&people.regulator, ties).await;
    let [asked] = shown["asked"].as_array().unwrap().as_slice() else { panic!("{shown}") };
    assert_eq!((&asked["account"], &asked["number"]), (&json!("cn-sha/UC"), &json!(1)));
    assert_eq!((&asked["from"], &asked["to"]), (&json!("2026-11-20"), &json!("2026-11-20")));
    let (_, other) = world.get(&people.regulator, &format!("{ties}&date=2026-11-19")).await;
    assert_eq!(other["asked"], json!([]), "nothing was asked of that day");
}

#[tokio::test]
async fn a_payment_is_followed_by_its_reference() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    world.deposit(people.ben.party, Pool::UserCustody, 100);
    let iban = json!({ "iban": "CN0012345678" });
    world.done(&people.ben, "/api/v1/users/me/bank-accounts", iban).await;
    let withdrawal = json!({ "amount": money("40.00") });
    world.done(&people.ben, "/api/v1/payments/withdrawals", withdrawal).await;
    let (_, list) = world.get(&people.operator, "/api/v1/settle/instructions").await;
    let uetr = list["instructions"][0]["uetr"].as_str().unwrap();

    let path = format!("/api/v1/bank/payments/{uetr}");
    let (_, trace) = world.get(&people.operator, &path).await;
    assert_eq!(trace["payment"]["state"], "draft");
    assert_eq!(trace["payment"]["amount"], money("39.96"), "what is left after the fee");
    assert_eq!(trace["messages"], json!([]), "nothing has left for the bank");
    let unknown = "/api/v1/bank/payments/6e7c5a0e-8f0b-4c8e-9d55-0d6b1c8f2a11";
    assert_eq!(world.get(&people.operator, unknown).await.0, StatusCode::NOT_FOUND);
    // What has not left is cancelled, not asked about; what has left two persons ask back.
    let (ask, recall) = (format!("{path}/ask"), format!("{path}/recall"));
    let (status, problem) = world.post(&people.operator, &ask, json!({})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("Desk")));
    let uetr = uetr.parse().unwrap();
    world.gateway.apply(&Command::BankSent(uetr)).unwrap();
    world.done(&people.operator, &ask, json!({})).await;
    let nonsense = json!({ "reason": "because" });
    let (status, problem) = world.post(&people.operator, &recall, nonsense).await;
    assert_eq!((status, &problem["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("reason")));
    let reason = json!({ "reason": "CUST" });
    by_two(&world, &people, &recall, reason).await;
    let (_, trace) = world.get(&people.operator, &path).await;
    let standing = &trace["payment"];
    assert_eq!((&standing["state"], &standing["asked"]), (&json!("unknown"), &json!(1)));
    assert_eq!(
        (&standing["recall"], &standing["recall_reason"]),
        (&json!("asked"), &json!("CUST"))
    );
    assert!(standing["ask_at"].is_string());
}
