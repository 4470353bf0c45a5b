//! Every key of a template: what it may be and what it means.
//!
//! The reader takes its rules from here, and the table in `docs/region-templates.md` is made
//! from here, so neither can say something else.

mod region;
mod venue;

use std::fmt::Write;

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The table it stands in.
    pub section: &'static str,
    /// Its name.
    pub key: &'static str,
    /// What it may be.
    pub rule: &'static str,
    /// What holds when it is left out.
    pub left_out: LeftOut,
    /// What it means.
    pub meaning: &'static str,
}

/// What holds when a key is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It may not be.
    Refused,
    /// A value, in TOML.
    Value(&'static str),
    /// Something that the key cannot say, in words.
    Otherwise(&'static str),
}

const fn key(
    section: &'static str,
    key: &'static str,
    rule: &'static str,
    meaning: &'static str,
) -> Key {
    Key { section, key, rule, left_out: LeftOut::Refused, meaning }
}

const fn optional(
    section: &'static str,
    key: &'static str,
    rule: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key { section, key, rule, left_out: LeftOut::Value(default), meaning }
}

const fn without(
    section: &'static str,
    key: &'static str,
    rule: &'static str,
    otherwise: &'static str,
    meaning: &'static str,
) -> Key {
    Key { section, key, rule, left_out: LeftOut::Otherwise(otherwise), meaning }
}

// Rules that several keys share.
const CLOCK: &str = "a time of day, HH:MM";
const CURRENCY: &str = gcfn_model::Currency::CODES;
const DAYS: &str = "0 to 36500 days";
const FLAG: &str = "true or false";
const LEVEL: &str = "a level, 0 to 3";
const NAME: &str = "1 to 16 characters of a-z, 0-9 and '-', beginning with a letter";
const POINTS: &str = "0 to 10000 hundredths of a point";
const QUOTA: &str = "0 to 1000000 basis points";
const RATE: &str = "0 to 10000 basis points";
const UNITS: &str = "1 to 4000000000, whole units of the currency";
const YEARS: &str = "1 to 100 years";

/// Every key, in the order of the file.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    [region::KEYS, venue::KEYS].into_iter().flatten()
}

fn find(section: &str, key: &str) -> Option<&'static Key> {
    keys().find(|known| known.section == section && known.key == key)
}

/// What `key` in `section` may be.
pub(crate) fn rule(section: &str, key: &str) -> &'static str {
    find(section, key).expect("every key that is read stands in the table").rule
}

/// What `key` in `section` is when it is left out, in TOML; `None` where there is no such value.
pub(crate) fn default(section: &str, key: &str) -> Option<&'static str> {
    match find(section, key)?.left_out {
        LeftOut::Value(default) => Some(default),
        LeftOut::Refused | LeftOut::Otherwise(_) => None,
    }
}

/// Whether `section` has a key of this name.
pub(crate) fn is_known(section: &str, key: &str) -> bool {
    find(section, key).is_some()
}

/// Whether every key of `section` may be left out, and so the section.
pub(crate) fn may_be_left_out(section: &str) -> bool {
    keys().filter(|known| known.section == section).all(|known| known.left_out != LeftOut::Refused)
}

/// The keys of `section`, for whoever has written another.
pub(crate) fn names(section: &str) -> String {
    let keys = keys().filter(|known| known.section == section);
    keys.map(|known| known.key).collect::<Vec<_>>().join(", ")
}

/// The sections, in order.
pub(crate) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<_> = keys().map(|known| known.section).collect();
    sections.dedup();
    sections
}

/// All keys as a table in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut table = String::from("| key | allowed | left out | meaning |\n|---|---|---|---|\n");
    for Key { section, key, rule, left_out, meaning } in keys() {
        let left_out = match left_out {
            LeftOut::Refused => String::new(),
            LeftOut::Value(default) => format!("`{default}`"),
            LeftOut::Otherwise(otherwise) => (*otherwise).to_owned(),
        };
        writeln!(table, "| `{section}.{key}` | {rule} | {left_out} | {meaning} |")
            .expect("a string grows");
    }
    table
}
