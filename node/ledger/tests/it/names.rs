//! Readable names in scripts: `@alice` stands for the party that is derived from `alice`.

use gcfn_model::{Amount, BatchId, PartyId, SeriesId};

const PARTIES: [&str; 5] = ["alice", "bob", "carol", "acme", "shop"];

pub(crate) fn party(name: &str) -> PartyId {
    PartyId::derive(&[name.as_bytes()])
}

pub(crate) fn batch(name: &str) -> BatchId {
    BatchId::derive(&[name.as_bytes()])
}

pub(crate) fn series(name: &str) -> SeriesId {
    SeriesId::derive(&[name.as_bytes()])
}

pub(crate) const fn minor(units: u64) -> Amount {
    Amount::from_minor(units).expect("tests use amounts within range")
}

/// Every name in `text` replaced by its id.
pub(crate) fn with_ids(text: &str) -> String {
    let text = PARTIES.iter().fold(text.to_owned(), |text, name| {
        text.replace(&format!("@{name}"), &party(name).to_string())
    });
    text.replace("#b1", &batch("b1").to_string())
}

/// Every known id in `text` replaced by its name.
pub(crate) fn with_names(text: &str) -> String {
    let text = PARTIES.iter().fold(text.to_owned(), |text, name| {
        text.replace(&party(name).to_string(), &format!("@{name}"))
    });
    text.replace(&batch("b1").to_string(), "#b1")
}
