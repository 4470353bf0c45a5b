//! What is agreed outside the book, over REST.

use crate::people::{People, list, register};
use crate::world::{World, money};
use axum::http::StatusCode;
use gcfn_model::Pool;
use serde_json::{Value, json};

const OFFERS: &str = "/api/v1/trades/offers";
const ENDS: &str = "2026-11-24T00:00:00Z";

#[tokio::test]
async fn a_listing_is_taken_in_parts_and_names_nobody() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 3).await;
    world.deposit(people.ben.party, Pool::UserCustody, 1000);
    let listing = json!({
        "kind": "listing", "series": people.series, "quantity": 2, "price": money("95"),
        "expires_at": ENDS,
    });
    let made = world.done(&people.ann, OFFERS, listing.clone()).await;
    let path = format!("{OFFERS}/{}", made["offer"].as_str().unwrap());
    let (_, seen) = world.get(&people.ben, &path).await;
    assert_eq!((&seen["by"], &seen["own"]), (&Value::Null, &json!(false)));
    assert_eq!((&seen["remaining"], &seen["price"]), (&json!(2), &money("95.00")));
    let (_, seen) = world.get(&people.regulator, &path).await;
    assert_eq!(seen["by"], json!(people.ann.party));

    let take = format!("{path}/take");
    let (_, refused) = world.post(&people.ben, &take, json!({})).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("MissingField"), &json!("quantity")));
    let taken = world.done(&people.ben, &take, json!({ "quantity": 1 })).await;
    let trade = format!("/api/v1/trades/{}", taken["trade"].as_str().unwrap());
    let (_, trade) = world.get(&people.ben, &trade).await;
    assert_eq!((&trade["price"], &trade["seller"]), (&money("95.00"), &Value::Null));

    let (_, own) = world.get(&people.ann, &format!("{OFFERS}?kind=listing")).await;
    assert_eq!(
        (&own["offers"][0]["own"], &own["offers"][0]["remaining"]),
        (&json!(true), &json!(1))
    );
    let (status, _) = world.call("DELETE", &people.ben, &path, Value::Null).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = world.call("DELETE", &people.ann, &path, Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(world.get(&people.ann, &path).await.0, StatusCode::NOT_FOUND);

    let mut unfit = listing;
    unfit["to"] = json!(people.ben.party);
    let (_, refused) = world.post(&people.ann, OFFERS, unfit).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("FieldRule"), &json!("to")));
}

#[tokio::test]
async fn a_swap_is_for_its_two_sides_to_see() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let baker = register(&world, &people.operator, "issuer", "Baker").await;
    let florist = register(&world, &people.operator, "merchant", "Florist").await;
    let staff = [&people.operator, &people.second];
    let (_, bread) = list(&world, &baker, staff, &florist).await;
    for (buyer, series) in [(&people.merchant, &people.series), (&florist, &bread)] {
        world.deposit(buyer.party, Pool::UserCustody, 1000);
        let order = json!({ "series": series, "side": "buy", "quantity": 1, "limit": money("90") });
        world.done(buyer, "/api/v1/trades/orders", order).await;
    }
    let swap = json!({
        "gives": { "series": people.series, "quantity": 1 },
        "wants": { "series": bread, "quantity": 1 },
        "to": florist.party,
        "equaliser": { "payer": "taker", "amount": money("2") },
        "expires_at": ENDS,
    });
    let made = world.done(&people.merchant, "/api/v1/trades/swaps", swap).await;
    let path = format!("{OFFERS}/{}", made["offer"].as_str().unwrap());
    assert_eq!(world.get(&people.ann, &path).await.0, StatusCode::NOT_FOUND, "not Ann's to see");
    let (_, swaps) = world.get(&florist, "/api/v1/trades/swaps").await;
    assert_eq!(swaps["offers"][0]["by"], json!(people.merchant.party));
    assert_eq!(swaps["offers"][0]["equaliser"]["amount"], money("2.00"));
    let (_, refused) = world.post(&people.ann, &format!("{path}/take"), json!({})).await;
    assert_eq!(refused["code"], "NotYours");
    let taken = world.done(&florist, &format!("{path}/take"), json!({})).await;
    assert_eq!(taken["trade"], Value::Null, "a swap is no trade");
    let (_, assets) = world.get(&florist, "/api/v1/users/me/assets").await;
    assert_eq!(assets["coupons"][0]["series"], json!(people.series));
}

#[tokio::test]
async fn an_offer_to_one_is_declined() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let wanted = json!({
        "kind": "buy_back", "series": people.series, "quantity": 1, "price": money("90"),
        "to": people.ann.party, "then": "retired", "expires_at": ENDS,
    });
    let (_, refused) = world.post(&people.issuer, OFFERS, wanted).await;
    assert_eq!(refused["code"], "InsufficientFunds", "nothing sold is settled yet");
    people.buy(&world, 1).await;
    let block = json!({
        "kind": "block", "series": people.series, "quantity": 1, "price": money("90"),
        "to": people.ben.party, "expires_at": ENDS,
    });
    let (_, refused) = world.post(&people.ann, OFFERS, block).await;
    assert_eq!(refused["code"], "BlockTooSmall");
    let decline = format!("{OFFERS}/off-0000000000000000000000000a/decline");
    let (_, refused) = world.post(&people.ben, &decline, Value::Null).await;
    assert_eq!(refused["code"], "UnknownOffer");
}

#[tokio::test]
async fn an_auction_shows_the_best_bid_and_not_whose_it_is() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    world.deposit(people.ben.party, Pool::UserCustody, 1000);
    let auction = json!({
        "series": people.series, "quantity": 2, "reserve": money("80"),
        "increment": money("1"), "ends_at": ENDS,
    });
    let opened = world.done(&people.ann, "/api/v1/trades/auctions", auction).await;
    let path = format!("/api/v1/trades/auctions/{}", opened["auction"].as_str().unwrap());
    let bids = format!("{path}/bids");
    let (_, refused) = world.post(&people.ben, &bids, json!({ "price": money("79") })).await;
    assert_eq!(refused["code"], "BidTooLow");
    world.done(&people.ben, &bids, json!({ "price": money("82") })).await;

    let (_, seen) = world.get(&people.ben, &path).await;
    assert_eq!((&seen["leading"], &seen["least"]), (&json!(true), &money("83.00")));
    assert_eq!((&seen["seller"], &seen["bidder"]), (&Value::Null, &json!(people.ben.party)));
    let (_, seen) = world.get(&people.ann, &bids).await;
    assert_eq!(seen["bids"], json!([{ "price": money("82.00"), "own": false, "bidder": null }]));
    let (status, refused) = world.call("DELETE", &people.ann, &path, Value::Null).await;
    assert_eq!((status.as_u16(), &refused["code"]), (409, &json!("HasBids")));
    let of = format!("/api/v1/trades/auctions?series={}", people.series);
    let (_, list) = world.get(&people.regulator, &of).await;
    assert_eq!(list["auctions"][0]["seller"], json!(people.ann.party));
}
