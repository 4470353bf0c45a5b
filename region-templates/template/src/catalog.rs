//! The templates that come with the network, compiled in.
//!
//! They are what `gcfn node init` writes beside a node's configuration; the node then reads
//! the files, which its operator may have changed.

/// One folder of `region-templates/catalog`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// The region's code.
    pub code: &'static str,
    /// `region.toml`.
    pub region: &'static str,
    /// `holidays.tsv`.
    pub holidays: &'static str,
    /// `workdays.tsv`, where there is one.
    pub workdays: Option<&'static str>,
}

macro_rules! entry {
    ($code:literal, $workdays:expr) => {
        CatalogEntry {
            code: $code,
            region: include_str!(concat!("../../catalog/", $code, "/region.toml")),
            holidays: include_str!(concat!("../../catalog/", $code, "/holidays.tsv")),
            workdays: $workdays,
        }
    };
}

/// Every entry.
pub const CATALOG: [CatalogEntry; 8] = [
    entry!("cn", Some(include_str!("../../catalog/cn/workdays.tsv"))),
    entry!("hk", None),
    entry!("sg", None),
    entry!("us", None),
    entry!("eu", None),
    entry!("jp", None),
    entry!("ae", None),
    entry!("gb", None),
];

/// The entry of a region.
#[must_use]
pub fn find(code: &str) -> Option<&'static CatalogEntry> {
    CATALOG.iter().find(|entry| entry.code == code)
}
