//! The routes of the REST API as gRPC methods: the same answers, refusals and keys.

mod coupons;
mod issuance;
mod parties;
mod records;
mod wallet;

use crate::people::People;
use crate::world::{World, YUAN};
use gcfn_api_wire::proto::venue::Money;
use tonic::{Code, Response, Status};

fn sum(amount: &str) -> Option<Money> {
    Some(Money { amount: amount.to_owned(), currency: YUAN.to_owned() })
}

/// A refusal as its status carries it: the gRPC code, and what metadata says of it.
fn refusal<T>(called: Result<Response<T>, Status>) -> (Code, String) {
    let Err(status) = called else { panic!("it was not refused") };
    let said = |name: &str| status.metadata().get(name).map(|text| text.to_str().unwrap());
    let parts = [said("gcfn-code"), said("gcfn-retry"), said("gcfn-field")];
    (status.code(), parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// What the interface files say of themselves.
const FILES: [&str; 5] = [
    include_str!("../../../api-wire/proto/parties.proto"),
    include_str!("../../../api-wire/proto/issuance.proto"),
    include_str!("../../../api-wire/proto/coupons.proto"),
    include_str!("../../../api-wire/proto/wallet.proto"),
    include_str!("../../../api-wire/proto/records.proto"),
];

#[tokio::test]
async fn every_method_says_which_route_it_is() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, described) = world.get(&people.ann, "/openapi.json").await;
    for file in FILES {
        let quoted = file.split('`').skip(1).step_by(2);
        let routes = quoted.filter_map(|quoted| quoted.split_once(" /api/"));
        let mut named = 0;
        for (verb, path) in routes {
            let path = format!("/api/{path}");
            let route = &described["paths"][&path][verb.to_lowercase()];
            assert!(route.is_object(), "{verb} {path}");
            named += 1;
        }
        assert_eq!(named, file.matches("  rpc ").count());
    }
}
