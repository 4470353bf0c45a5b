//! The routes of the REST API as gRPC methods: the same answers, refusals and keys.

mod issuance;
mod wallet;

use crate::world::YUAN;
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
