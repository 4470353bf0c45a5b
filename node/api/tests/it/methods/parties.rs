//! Parties by gRPC: registered, identified, frozen, and the receipt of a trade.

use super::refusal;
use crate::people::People;
use crate::world::{World, signed};
use gcfn_api::Scope;
use gcfn_api_wire::proto::venue::parties_client::PartiesClient;
use gcfn_api_wire::proto::venue::{
    FreezeRequest, IdentifyRequest, RegisterRequest, ShowPartyRequest, ShowReceiptRequest,
};
use serde_json::{Value, json, to_value};
use tonic::Code;

fn client(world: &World) -> PartiesClient<axum::Router> {
    PartiesClient::new(world.router.clone())
}

fn ann(key: &str) -> RegisterRequest {
    RegisterRequest {
        idempotency_key: key.to_owned(),
        kind: "user".to_owned(),
        kyc: 1,
        name: "Ann Canary".to_owned(),
        phone: Some("+86 21 5555 0100".to_owned()),
        email: None,
        iban: None,
    }
}

#[tokio::test]
async fn a_party_is_registered_identified_and_frozen_by_either_door() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let mut parties = client(&world);
    let registered = parties.register(signed(&operator, ann("ann"))).await.unwrap().into_inner();
    let body =
        json!({ "kind": "user", "kyc": 1, "name": "Ann Canary", "phone": "+86 21 5555 0100" });
    let (_, over_rest) = world.post_as(&operator, "/api/v1/users", "ann", body).await;
    assert_eq!(over_rest, to_value(&registered).unwrap(), "the same wish");

    let party = registered.party.clone();
    let identify =
        IdentifyRequest { idempotency_key: "k".to_owned(), party: party.clone(), kyc: 2 };
    parties.identify(signed(&operator, identify)).await.unwrap();
    let freeze = FreezeRequest {
        idempotency_key: "f".to_owned(),
        party: party.clone(),
        reason: Some("court".to_owned()),
        document: None,
    };
    parties.freeze(signed(&operator, freeze.clone())).await.unwrap();
    let thaw = FreezeRequest { idempotency_key: "u".to_owned(), ..freeze };
    let waits = parties.unfreeze(signed(&operator, thaw)).await.unwrap().into_inner();
    assert!(waits.proposal.is_some(), "two persons must");
    let show = ShowPartyRequest { party: party.clone() };
    let shown = parties.show_party(signed(&operator, show)).await.unwrap().into_inner();
    assert_eq!((shown.kyc, shown.frozen_for.as_slice()), (2, &["court".to_owned()][..]));
    let (_, expected) = world.get(&operator, &format!("/api/v1/admin/users/{party}")).await;
    assert_eq!(to_value(&shown).unwrap(), expected);
}

#[tokio::test]
async fn a_party_registers_nobody_and_a_message_does_not_show_who_it_names() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let refused = refusal(client(&world).register(signed(&people.ben, ann("k"))).await);
    assert_eq!(refused.0, Code::PermissionDenied);
    assert!(!format!("{:?}", ann("k")).contains("Canary"));
}

#[tokio::test]
async fn a_receipt_is_the_document_that_rest_gives() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let placed = people.buy(&world, 1).await;
    let trade = placed["trades"][0].as_str().unwrap().to_owned();
    let (_, expected) = world.get(&people.ann, &format!("/api/v1/trades/{trade}/receipt")).await;
    let asked = signed(&people.ann, ShowReceiptRequest { trade });
    let receipt = client(&world).show_receipt(asked).await.unwrap().into_inner();
    assert_eq!(serde_json::from_str::<Value>(&receipt.json).unwrap(), expected);
}
