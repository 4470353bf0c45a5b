//! What exists at a venue, as far as a stranger can name it: read off whatever is shown.

use gcfn_model::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// The field names that want another kind of id than the one they are named after.
const KINDS: [(&str, &[&str]); 18] = [
    (
        "pty",
        &["party", "issuer", "merchant", "to", "by", "maker", "of", "pledgee", "reference", "from"],
    ),
    ("bat", &["batch"]),
    ("ser", &["series", "gives", "wants"]),
    ("ord", &["order"]),
    ("trd", &["trade", "trades"]),
    ("rdm", &["redemption"]),
    ("wdr", &["withdrawal"]),
    ("ins", &["instruction"]),
    ("cyc", &["cycle"]),
    ("fxl", &["lock"]),
    ("prp", &["proposal"]),
    ("tpl", &["template"]),
    ("off", &["offer"]),
    ("auc", &["auction"]),
    ("dsp", &["dispute"]),
    ("all", &["alliance"]),
    ("brk", &["id"]),
    ("uetr", &["uetr", "payment"]),
];

/// The fields of 64 bits that hold an instant.
const TIMES: [&str; 11] = [
    "at",
    "due",
    "cut_off",
    "ends_at",
    "expires_at",
    "breakage_at",
    "not_before",
    "pay_in_by",
    "pay_in_from",
    "lists_from",
    "starts_at",
];

/// The fields that name something by its number.
const NUMBERED: [&str; 6] = ["credit", "debit", "item", "freeze", "pledge", "number"];

/// Ids by the prefix of their kind, digests, numbers, and the present.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    ids: BTreeMap<String, Vec<[u8; 16]>>,
    pub(crate) digests: Vec<[u8; 32]>,
    /// What numbered things are numbered.
    pub(crate) numbers: Vec<u64>,
    /// What is there at present, by the field that names it.
    pub(crate) living: BTreeMap<&'static str, Vec<[u8; 16]>>,
    /// The same of what has a number.
    pub(crate) living_numbers: BTreeMap<&'static str, Vec<u64>>,
    seen: BTreeSet<String>,
    /// In microseconds.
    pub(crate) now: u64,
}

/// The 16 bytes that 26 digits of Crockford's base 32 stand for.
fn base32(digits: &str) -> Option<[u8; 16]> {
    const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let value = digits.bytes().try_fold(0_u128, |value, digit| {
        let digit = BASE32.iter().position(|&known| known == digit)?;
        value.checked_mul(32)?.checked_add(u128::try_from(digit).ok()?)
    });
    value.map(u128::to_be_bytes)
}

/// The 16 bytes of a UETR.
pub(crate) fn hexadecimal(uetr: &str) -> Option<[u8; 16]> {
    let digits = uetr.replace('-', "");
    u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes)
}

impl Known {
    /// Learns every id, digest and number in what is shown, once each.
    pub(crate) fn learn(&mut self, shown: &str) {
        for after in shown.split("number: ").skip(1) {
            let digits = after.split(|c: char| !c.is_ascii_digit()).next();
            let number = digits.and_then(|digits| digits.parse().ok());
            self.numbers.extend(number.filter(|number| !self.numbers.contains(number)));
        }
        let part_of_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
        for word in shown.split(|c| !part_of_id(c)).filter(|word| 26 < word.len()) {
            if !self.seen.contains(word) && self.learn_word(word) {
                self.seen.insert(word.to_owned());
            }
        }
    }

    fn learn_word(&mut self, word: &str) -> bool {
        let (kind, bytes) = match (word.len(), word.split_once('-')) {
            (30, Some((kind, digits))) => (kind, base32(digits)),
            (36, _) => ("uetr", hexadecimal(word)),
            (64, None) => {
                let digest: Option<Digest> = word.parse().ok();
                self.digests.extend(digest.map(|digest| digest.0));
                return digest.is_some();
            }
            _ => return false,
        };
        let Some(bytes) = bytes else { return false };
        self.ids.entry(kind.to_owned()).or_default().push(bytes);
        true
    }

    /// The ids of the kind that a field wants.
    pub(crate) fn of_field(&self, field: &str) -> &[[u8; 16]] {
        let kind = KINDS.iter().find(|(_, fields)| fields.contains(&field));
        kind.and_then(|(kind, _)| self.ids.get(*kind)).map_or(&[], Vec::as_slice)
    }

    /// The ids of every kind.
    pub(crate) fn of_any_kind(&self) -> Vec<[u8; 16]> {
        self.ids.values().flatten().copied().collect()
    }

    /// Whether a field of 64 bits names something by its number.
    pub(crate) fn is_number(field: &str) -> bool {
        NUMBERED.contains(&field)
    }

    /// Whether a field of 64 bits holds an instant.
    pub(crate) fn is_time(field: &str) -> bool {
        TIMES.contains(&field)
    }
}
