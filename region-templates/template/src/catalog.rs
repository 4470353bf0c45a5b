//! The templates that come with the network, compiled in.
//!
//! They are what `gcfn node init` writes beside a node's configuration; the node then reads
//! the files, which its operator may have changed.

use crate::{RegionTemplate, TemplateProblems, parse};
use gcfn_model::Calendar;

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

impl CatalogEntry {
    /// The template and its calendar.
    ///
    /// # Errors
    /// [`TemplateProblems`]; none in the catalog that ships.
    pub fn read(&self) -> Result<(RegionTemplate, Calendar), TemplateProblems> {
        let template = parse("region.toml", self.region)?;
        let calendar = template.calendar.calendar(self.holidays, self.workdays)?;
        Ok((template, calendar))
    }
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

/// A code that no entry has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no region template {0} in the catalog; there are {known}", known = known())]
pub struct UnknownTemplate(pub String);

fn known() -> String {
    CATALOG.map(|entry| entry.code).join(", ")
}

/// The entry of a region.
///
/// # Errors
/// [`UnknownTemplate`], which names those that there are.
pub fn find(code: &str) -> Result<&'static CatalogEntry, UnknownTemplate> {
    let found = CATALOG.iter().find(|entry| entry.code == code);
    found.ok_or_else(|| UnknownTemplate(code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_an_unknown_template_is_told_the_known_ones() {
        let fault = find("nowhere").expect_err("no such region").to_string();
        let told = "no region template nowhere in the catalog; there are cn, hk, sg, us, eu, jp, \
                    ae, gb";
        assert_eq!(fault, told);
    }
}
