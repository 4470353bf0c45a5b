//! How much of a list one answer shows.

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
