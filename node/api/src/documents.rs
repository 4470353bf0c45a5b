//! Documents that commands name by their digests: JSON, written one way, kept in the store.
//!
//! They are kept before the command that names them, so that nothing is ever named that is not
//! there. A command that is refused leaves its documents behind, named by nothing.

use crate::Api;
use crate::api::store_problem;
use crate::schema::SchemaFault;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_model::Digest;
use serde_json::Value;

/// Keeps `document` and returns its digest: SHA-256 of its text without spaces and with names in
/// order.
pub(crate) async fn keep(api: &Api, document: &Value) -> Result<Digest, Problem> {
    let text = in_order(document.clone()).to_string();
    let kept = api.store().documents().keep(text.as_bytes()).await;
    kept.map_err(|fault| store_problem(&fault))
}

/// The document with this digest.
pub(crate) async fn fetch(api: &Api, digest: Digest) -> Result<Value, Problem> {
    let body = api.store().documents().fetch(digest).await;
    let body = body.map_err(|fault| store_problem(&fault))?.ok_or(Code::DocumentMissing)?;
    serde_json::from_slice(&body).map_err(|_| Code::Internal.into())
}

/// What a sender is told of a fault in the document in `field`.
pub(crate) fn fault_in(field: &str, fault: &SchemaFault) -> Problem {
    let place = fault.at.iter().fold(field.to_owned(), |place, name| format!("{place}.{name}"));
    Problem::rule(&place, fault.rule)
}

/// The same document with the names of every object in order, whatever order they were sent in.
fn in_order(document: Value) -> Value {
    match document {
        Value::Array(items) => items.into_iter().map(in_order).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            fields.into_iter().map(|(name, value)| (name, in_order(value))).collect()
        }
        other => other,
    }
}
