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
pub(crate) mod issuance;
pub(crate) mod issuer_money;
pub(crate) mod issuers;
pub(crate) mod node;
pub(crate) mod party;
pub(crate) mod redemption;
pub(crate) mod registration;
pub(crate) mod risk;
pub(crate) mod settlement;
pub(crate) mod staff;
pub(crate) mod supervision;
pub(crate) mod templates;
pub(crate) mod trading;
pub(crate) mod wallet;

pub use registration::vault_field;
