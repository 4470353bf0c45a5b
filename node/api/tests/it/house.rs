//! The root: what its staff do at the federation's house, and what validators say of members.

use crate::world::{Key, World, request};
use axum::Router;
use axum::body::{Body, to_bytes};
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::Signer;
use gcfn_api::Scope;
use gcfn_council::{
    Charter, Council, Decision, Endpoints, Founder, Genesis, HouseAct, Params, Profile, Request,
    Role, SignedCommand, StaffWish, Verb,
};
use gcfn_model::{Amount, BreakId, CommandId, Currency, Machine, Millis, NodeId, Timestamp};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The root of a federation, behind its API.
struct Root {
    world: World,
    router: Router,
    operator: Key,
}

fn signer(node: NodeId) -> Signer {
    let mut seed = [0; 32];
    seed.iter_mut().zip(node.as_str().bytes()).for_each(|(to, from)| *to = from);
    Signer::from_seed(&seed)
}

/// A root, and a regional `cn` beside it.
fn council() -> Council {
    let founder = |node: &str, role, currency| {
        let node: NodeId = node.parse().unwrap();
        let endpoints = Endpoints { api: String::new(), link: String::new() };
        let (region, key) = ("cn".parse().unwrap(), signer(node).public_key());
        let profile = Profile { node, region, role, key, endpoints, currency, dealer: false };
        Founder { profile, weight: 1 }
    };
    let founders =
        vec![founder("root", Role::Root, None), founder("cn", Role::Regional, Some(Currency::Cny))];
    let charter = Charter {
        network: "gcfn-demo".parse().unwrap(),
        founders,
        params: Params::default(),
        calendars: [].into(),
        salt_key: SaltKey::from_bytes([7; 32]),
    };
    let consents = charter.founders.iter().map(|founder| founder.profile.node);
    let consents = consents.map(|node| charter.consent(node, &signer(node))).collect();
    Council::new(Genesis { charter, consents }).unwrap()
}

impl Root {
    async fn new() -> Root {
        let world = World::new().await;
        *world.neighbours.council.lock().unwrap() = Some(council());
        let router = world.without_venue("global/root/root", false);
        let operator = world.key(Scope::Operator, None).await;
        Root { world, router, operator }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/v1/{path}");
        let asked = request(method, &path, Some(&self.operator));
        let asked = asked.header("idempotency-key", self.world.fresh());
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(asked.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    fn said(&self) -> Vec<Verb> {
        let said = std::mem::take(&mut *self.world.neighbours.said.lock().unwrap());
        said.into_iter().map(|(_, verb)| verb).collect()
    }

    /// The federation hears what `by` says.
    fn hear(&self, by: &str, verb: Verb) {
        let author: NodeId = by.parse().unwrap();
        let id = CommandId::derive(&[self.world.fresh().as_bytes()]);
        let expires_at = Timestamp::EPOCH.checked_add(Millis(60_000)).unwrap();
        let request = Request { author, id, expires_at, verb };
        let command: SignedCommand = request.sign("gcfn-demo".parse().unwrap(), &signer(author));
        let command = gcfn_council::Command::Signed(Box::new(command));
        let mut council = self.world.neighbours.council.lock().unwrap();
        let done = council.as_mut().unwrap().apply(Timestamp::EPOCH, &command, &mut Vec::new());
        done.unwrap();
    }
}

#[tokio::test]
async fn a_validator_has_a_word_on_everything_about_a_member() {
    let root = Root::new().await;
    let node: NodeId = "cn-sha".parse().unwrap();
    let key = signer("fresh".parse().unwrap()).public_key();
    let (currency, debit_cap) = (Currency::Cny, Amount::from_minor(100_050).unwrap());
    let limit = json!({ "limit": { "amount": "1000.50", "currency": "CNY" } });
    let words = [
        ("POST", "suspend", Value::Null, Decision::Suspend { node }),
        ("POST", "resume", Value::Null, Decision::Resume { node }),
        ("POST", "remove", Value::Null, Decision::Remove { node }),
        ("PUT", "key", json!({ "key": key }), Decision::RotateKey { node, key }),
        ("PUT", "debit-cap", limit, Decision::CapDebit { node, currency, debit_cap }),
    ];
    for (method, what, body, decision) in words {
        let path = format!("federation/members/cn-sha/{what}");
        let (status, answer) = root.call(method, &path, body).await;
        assert_eq!(status, 202, "{what}: {answer}");
        assert_eq!(root.said(), [Verb::Approve(decision)]);
    }
    let wrong = [
        ("key", json!({ "key": "0x00" }), "key"),
        ("debit-cap", json!({ "limit": { "amount": "1.005", "currency": "CNY" } }), "limit"),
    ];
    for (what, body, field) in wrong {
        let path = format!("federation/members/cn-sha/{what}");
        let (_, problem) = root.call("PUT", &path, body).await;
        assert_eq!(problem["field"], field, "{problem}");
    }
    assert!(root.said().is_empty());
}

#[tokio::test]
async fn what_waits_for_more_validators_is_shown() {
    let root = Root::new().await;
    let (node, debit_cap) = ("cn".parse().unwrap(), Amount::from_minor(500).unwrap());
    let capped = Decision::CapDebit { node, currency: Currency::Cny, debit_cap };
    root.hear("cn", Verb::Approve(capped));
    let (status, list) = root.call("GET", "federation/decisions", Value::Null).await;
    assert_eq!(status, 200, "{list}");
    let [shown] = list["decisions"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(shown["wish"]["CapDebit"]["node"], "cn");
    assert_eq!(shown["by"], json!(["cn"]));
    assert!(shown["decision"].as_str().unwrap().starts_with("prp-"));
    let (_, proposals) = root.call("GET", "admin/proposals", Value::Null).await;
    assert_eq!(proposals["proposals"], json!([]), "staff are asked about the house alone");
}

#[tokio::test]
async fn what_staff_do_at_the_house_is_said_in_their_names() {
    let root = Root::new().await;
    let found = BreakId::derive(&[b"1"]);
    let by = root.operator.party;
    let end = json!({ "remedy": "explained", "reason": "other", "evidence": "0".repeat(64) });
    let path = format!("bank/reconciliation/{found}/resolve");
    let (status, answer) = root.call("POST", &path, end).await;
    assert_eq!(status, 200, "{answer}");
    let run = json!({ "value_date": "2026-11-25" });
    root.call("POST", "settle/house/run", run).await;
    let said = root.said();
    let payment = "6e7c5a0e-8f0b-4c8e-9d55-0d6b1c8f2a11";
    for (what, body) in [("ask", Value::Null), ("recall", json!({ "reason": "DUPL" }))] {
        let (status, answer) =
            root.call("POST", &format!("bank/payments/{payment}/{what}"), body).await;
        assert_eq!(status, 200, "{what}: {answer}");
    }
    let takes_two = root.said().into_iter().map(|verb| match verb {
        Verb::Staff { by: person, wish: StaffWish::Do(act) } if person == by => act.takes_two(),
        other => panic!("{other:?}"),
    });
    assert_eq!(takes_two.collect::<Vec<_>>(), [false, true]);
    let (status, _) = root.call("GET", &format!("bank/payments/{payment}"), Value::Null).await;
    assert_eq!(status, 404, "the house knows no such payment");
    let [resolved, run] = said.as_slice() else { panic!("{said:?}") };
    let Verb::Staff { by: first, wish: StaffWish::Do(act) } = resolved else { panic!("{said:?}") };
    assert_eq!((*first, act.takes_two()), (by, true));
    let Verb::Staff { wish: StaffWish::Do(act), .. } = run else { panic!("{said:?}") };
    assert!(!act.takes_two());
}

#[tokio::test]
async fn what_waits_for_a_second_person_at_the_house_is_shown_approved_and_dismissed() {
    use gcfn_clearing::{Deposit, Layer};
    use gcfn_model::{Pool, SettlementAccount};
    use gcfn_venue::ClearingAct;
    let root = Root::new().await;
    let by = root.operator.party;
    let account = SettlementAccount { node: "cn".parse().unwrap(), pool: Pool::UserCustody };
    let layer = Layer::Collateral;
    let opened = HouseAct::Clearing(ClearingAct::OpenDeposit { account, layer });
    root.hear("root", Verb::Staff { by, wish: StaffWish::Do(opened) });
    let reference = {
        let council = root.world.neighbours.council.lock().unwrap();
        let house = council.as_ref().unwrap().house();
        house.deposit_references().next().unwrap().0
    };
    let amount = Amount::from_minor(500).unwrap();
    let entry = gcfn_banking::BankEntry {
        account: SettlementAccount { node: "root".parse().unwrap(), pool: Pool::ClearingHouse },
        currency: Currency::Cny,
        amount,
        side: gcfn_banking::Side::Credit,
        uetr: None,
        bank_reference: gcfn_banking::BankReference::of("in"),
        reference: Some(reference),
        booked_on: "2026-11-23".parse().unwrap(),
    };
    root.hear("root", Verb::BankBooked(entry));
    let back = Deposit { account, layer, currency: Currency::Cny, amount };
    let act = HouseAct::Clearing(ClearingAct::PayBack(back));
    root.hear("root", Verb::Staff { by, wish: StaffWish::Do(act) });

    let (_, list) = root.call("GET", "admin/proposals", Value::Null).await;
    let [shown] = list["proposals"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(shown["by"], json!(by), "{list}");
    assert!(shown["wish"]["Clearing"]["PayBack"].is_object(), "{list}");
    let id = shown["proposal"].as_str().unwrap();
    for (step, wish) in [
        ("approve", StaffWish::Approve(id.parse().unwrap())),
        ("dismiss", StaffWish::Dismiss(id.parse().unwrap())),
    ] {
        let path = format!("admin/proposals/{id}/{step}");
        let (status, answer) = root.call("POST", &path, Value::Null).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(root.said(), [Verb::Staff { by, wish }]);
    }
    let (_, decisions) = root.call("GET", "federation/decisions", Value::Null).await;
    assert_eq!(decisions["decisions"], json!([]));

    let second = Verb::Staff {
        by: gcfn_model::PartyId::derive(&[b"another"]),
        wish: StaffWish::Approve(id.parse().unwrap()),
    };
    root.hear("root", second);
    let (_, list) = root.call("GET", "settle/instructions", Value::Null).await;
    let [paid] = list["instructions"].as_array().unwrap().as_slice() else { panic!("{list}") };
    let told = [&paid["purpose"], &paid["state"], &paid["amount"]["amount"]];
    assert_eq!(told, [&json!("pay_out"), &json!("draft"), &json!("5.00")], "{list}");
    let path = format!("bank/payments/{}", paid["uetr"].as_str().unwrap());
    let (status, trace) = root.call("GET", &path, Value::Null).await;
    assert_eq!((status, &trace["payment"]["state"]), (200, &json!("draft")), "{trace}");
}
