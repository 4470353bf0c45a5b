//! What messages about parties do that generated code does not: they do not show whom they name,
//! and a receipt is the document that it is.

use crate::proto::venue::{Receipt, RegisterRequest};
use serde_json::Value;
use std::fmt;

impl fmt::Debug for RegisterRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterRequest").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl From<Value> for Receipt {
    fn from(document: Value) -> Receipt {
        Receipt { json: document.to_string() }
    }
}

impl From<Receipt> for Value {
    fn from(receipt: Receipt) -> Value {
        serde_json::from_str(&receipt.json).unwrap_or_default()
    }
}
