//! How much of a list one answer shows.

use serde::Deserialize;
use utoipa::ToSchema;

/// Whether a list is of what is under way, or of what is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// What is under way.
    #[default]
    Present,
    /// What is over: read from the journal.
    Past,
}

/// The most that one answer shows.
pub const PAGE_MAX: u32 = 500;

/// How much of a list of what has happened is shown when nobody says.
pub(crate) const fn page_size() -> u32 {
    50
}

/// How much of a list of what there is is shown when nobody says.
pub(crate) const fn list_size() -> u32 {
    100
}
