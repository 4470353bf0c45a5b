//! What the caller has, and how it gets it out.

use super::{refusal, sum};
use crate::people::People;
use crate::world::{Key, World, money, signed};
use axum::http::StatusCode;
use gcfn_api_wire::proto::venue::wallet_client::WalletClient;
use gcfn_api_wire::proto::venue::{ShowAssetsRequest, ShowDepositsRequest, WithdrawRequest};
use gcfn_model::Pool;
use serde_json::{json, to_value};
use tonic::Code;

fn client(world: &World) -> WalletClient<axum::Router> {
    WalletClient::new(world.router.clone())
}

fn withdrawal(key: &str, amount: &str) -> WithdrawRequest {
    WithdrawRequest { idempotency_key: key.to_owned(), amount: sum(amount) }
}

#[tokio::test]
async fn assets_and_deposits_are_those_of_the_rest_api() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 3).await;
    let (_, expected) = world.get(&people.ann, "/api/v1/users/me/assets").await;
    let assets = client(&world).show_assets(signed(&people.ann, ShowAssetsRequest {})).await;
    assert_eq!(to_value(assets.unwrap().into_inner()).unwrap(), expected);
    assert_eq!(expected["coupons"][0]["free"], 3);

    let (_, expected) = world.get(&people.ann, "/api/v1/payments/deposits").await;
    let how = client(&world).show_deposits(signed(&people.ann, ShowDepositsRequest {})).await;
    assert_eq!(to_value(how.unwrap().into_inner()).unwrap(), expected);
}

#[tokio::test]
async fn a_withdrawal_sent_again_is_the_first_whichever_door_it_comes_by() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let sent = || signed(&people.ann, withdrawal("k", "100"));
    let taken = client(&world).withdraw(sent()).await.unwrap().into_inner();
    world.deposit(people.ben.party, Pool::UserCustody, 1);
    let again = client(&world).withdraw(sent()).await.unwrap().into_inner();
    assert_eq!(taken, again, "the log entry that it names included");

    let path = "/api/v1/payments/withdrawals";
    let body = json!({ "amount": money("100") });
    let (_, over_rest) = world.post_as(&people.ann, path, "k", body).await;
    assert_eq!(over_rest, to_value(&taken).unwrap());
    let other = signed(&people.ann, withdrawal("k", "1"));
    let refused = refusal(client(&world).withdraw(other).await);
    assert_eq!(refused, (Code::FailedPrecondition, "IdempotencyConflict never".to_owned()));
}

#[tokio::test]
async fn what_rest_refuses_is_refused_alike() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let withdraw =
        async |key: &Key, message| refusal(client(&world).withdraw(signed(key, message)).await);
    let no_amount = WithdrawRequest { amount: None, ..withdrawal("b", "1") };
    let refusals = [
        (withdrawal("a", "5001"), Code::FailedPrecondition, "InsufficientFunds new_key"),
        (no_amount, Code::InvalidArgument, "MissingField never amount"),
        (withdrawal("c", "1.005"), Code::InvalidArgument, "FieldRule never amount"),
        (withdrawal("", "1"), Code::InvalidArgument, "IdempotencyKeyMissing never"),
        (withdrawal("a b", "1"), Code::InvalidArgument, "IdempotencyKeyForm never"),
    ];
    for (message, code, told) in refusals {
        assert_eq!(withdraw(&people.ann, message).await, (code, told.to_owned()));
    }
    let not_permitted = (Code::PermissionDenied, "NotPermitted never".to_owned());
    assert_eq!(withdraw(&people.operator, withdrawal("d", "1")).await, not_permitted);
    let nobody = Key { header: "Bearer x.y.z".to_owned(), ..people.ann };
    let (code, _) = withdraw(&nobody, withdrawal("e", "1")).await;
    assert_eq!(code, Code::Unauthenticated);
}

#[tokio::test]
async fn a_call_counts_like_a_request() {
    let one = std::num::NonZeroU32::MIN;
    let limits = gcfn_api::RateLimits { user: one, ..gcfn_api::RateLimits::NETWORK };
    let world = World::with_limits(limits).await;
    let people = People::settle_in(&world).await;
    let ask = || signed(&people.ann, ShowAssetsRequest {});
    client(&world).show_assets(ask()).await.unwrap();
    let status = client(&world).show_assets(ask()).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.metadata().get("retry-after").is_some());
    let (status, _) = world.get(&people.ann, "/api/v1/users/me/assets").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "one count for both doors");
}

#[tokio::test]
async fn a_read_waits_for_no_entry_that_the_node_has_not_applied() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut ask = signed(&people.ann, ShowAssetsRequest {});
    ask.metadata_mut().insert("gcfn-at-least", "1000000".parse().unwrap());
    let refused = refusal(client(&world).show_assets(ask).await);
    assert_eq!(refused.0, Code::Unavailable);
}
