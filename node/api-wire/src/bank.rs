//! What a bank is told about a message that it has delivered.

use crate::term::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The message is off the bank's hands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageTaken {
    /// When, by the node's clock.
    pub at: Time,
}
