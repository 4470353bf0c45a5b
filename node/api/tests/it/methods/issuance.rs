//! A batch from its draft to a series that trades.

use super::{refusal, sum};
use crate::people::People;
use crate::world::{Key, World, signed};
use gcfn_api_wire::proto::venue::issuance_client::IssuanceClient;
use gcfn_api_wire::proto::venue::{BatchStep, DraftRequest, ShowBatchRequest};
use gcfn_model::Pool;
use serde_json::to_value;
use tonic::Code;

fn client(world: &World) -> IssuanceClient<axum::Router> {
    IssuanceClient::new(world.router.clone())
}

fn draft(key: &str) -> DraftRequest {
    DraftRequest {
        idempotency_key: key.to_owned(),
        face: sum("100"),
        quantity: 10,
        issue_price: sum("90"),
        expires_at: "2027-05-31T16:00:00Z".to_owned(),
        breakage_at: "2027-05-31T18:00:00Z".to_owned(),
        divisible: true,
        transferable: None,
    }
}

fn step(key: &str, batch: &str) -> BatchStep {
    BatchStep { idempotency_key: key.to_owned(), batch: batch.to_owned() }
}

#[tokio::test]
async fn a_batch_goes_from_draft_to_market() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let People { operator, issuer, .. } = &people;
    world.deposit(issuer.party, Pool::IssuerEscrow, 5000);
    let mut client = client(&world);
    let drafted = client.draft(signed(issuer, draft("a"))).await.unwrap().into_inner();
    let again = client.draft(signed(issuer, draft("a"))).await.unwrap().into_inner();
    assert_eq!(drafted, again);

    let batch = drafted.batch.as_str();
    client.submit(signed(issuer, step("b", batch))).await.unwrap();
    client.review(signed(operator, step("c", batch))).await.unwrap();
    client.fund(signed(issuer, step("d", batch))).await.unwrap();
    client.mint(signed(operator, step("e", batch))).await.unwrap();
    client.list(signed(issuer, step("f", batch))).await.unwrap();

    let ask = ShowBatchRequest { batch: batch.to_owned() };
    let shown = client.show_batch(signed(&people.ann, ask)).await.unwrap().into_inner();
    assert_eq!((shown.state.as_str(), shown.transferable), ("listed", true));
    let path = format!("/api/v1/coupons/batches/{batch}");
    let (_, mut expected) = world.get(&people.ann, &path).await;
    // Documents are read over REST.
    expected.as_object_mut().unwrap().retain(|name, _| !matches!(&**name, "schema" | "attributes"));
    assert_eq!(to_value(shown).unwrap(), expected);

    let recalled = client.recall(signed(operator, step("g", batch))).await.unwrap().into_inner();
    assert!(recalled.proposal.is_some(), "two persons must");
    client.delist(signed(issuer, step("h", batch))).await.unwrap();
    let ask = ShowBatchRequest { batch: batch.to_owned() };
    let shown = client.show_batch(signed(issuer, ask)).await.unwrap().into_inner();
    assert_eq!(shown.state, "registered");
}

#[tokio::test]
async fn what_rest_refuses_is_refused_alike() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let drafted =
        async |key: &Key, message| refusal(client(&world).draft(signed(key, message)).await);
    let dear = DraftRequest { issue_price: sum("101"), ..draft("a") };
    let told = "BatchTerms never issue_price".to_owned();
    assert_eq!(drafted(&people.issuer, dear).await, (Code::InvalidArgument, told));
    let astray = DraftRequest { expires_at: "tomorrow".to_owned(), ..draft("b") };
    let told = "FieldRule never expires_at".to_owned();
    assert_eq!(drafted(&people.issuer, astray).await, (Code::InvalidArgument, told));
    let not_permitted = (Code::PermissionDenied, "NotPermitted never".to_owned());
    assert_eq!(drafted(&people.ann, draft("c")).await, not_permitted);

    let minted = client(&world).mint(signed(&people.issuer, step("d", &people.batch))).await;
    assert_eq!(refusal(minted), not_permitted);
    let again = client(&world).submit(signed(&people.issuer, step("e", &people.batch))).await;
    assert_eq!(refusal(again), (Code::FailedPrecondition, "BatchState new_key".to_owned()));
    let astray = client(&world).submit(signed(&people.issuer, step("f", "bat-x"))).await;
    assert_eq!(refusal(astray).0, Code::NotFound);
}
