//! What each route does: read a wish, name it in the machine's words, say what became of it.
//!
//! Nothing about money is decided here. A handler checks what the machine cannot know: that an
//! amount is in the venue's currency, and whether a thing is the caller's to see.

pub(crate) mod admin;
pub(crate) mod bank;
pub(crate) mod coupons;
pub(crate) mod desk;
pub(crate) mod disputes;
pub(crate) mod federation;
pub(crate) mod fees;
pub(crate) mod gifts;
pub(crate) mod issuance;
pub(crate) mod issuer_money;
pub(crate) mod issuers;
pub(crate) mod makers;
pub(crate) mod market;
pub(crate) mod node;
pub(crate) mod offers;
pub(crate) mod orders;
pub(crate) mod party;
pub(crate) mod personal;
pub(crate) mod redemption;
pub(crate) mod registration;
pub(crate) mod risk;
pub(crate) mod settlement;
pub(crate) mod staff;
pub(crate) mod statistics;
pub(crate) mod stream;
pub(crate) mod supervision;
pub(crate) mod templates;
pub(crate) mod trading;
pub(crate) mod wallet;

pub use registration::vault_field;

use crate::auth::Caller;
use gcfn_venue::Role;

/// Whether the caller watches over the node rather than trades at it.
pub(crate) fn oversees(caller: &Caller) -> bool {
    matches!(caller.scope.role(), Role::Operator | Role::Regulator)
}
