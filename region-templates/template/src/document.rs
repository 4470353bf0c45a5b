//! Reading a TOML document key by key, noting everything that is wrong on the way.

use crate::keys;
use crate::problem::Notes;
use gcfn_model::BasisPoints;
use std::ops::RangeInclusive;
use std::str::FromStr;
use toml::de::{DeTable, DeValue};

/// One document. Sections are asked for by name; what is never asked for is noted.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    root: DeTable<'t>,
    notes: Notes,
}

impl<'t> Document<'t> {
    pub(crate) fn new(file: &str, text: &'t str) -> Document<'t> {
        let mut notes = Notes::new(file, text);
        let (root, faults) = DeTable::parse_recoverable(text);
        for fault in faults {
            let line = notes.line(fault.span().map_or(0, |span| span.start));
            notes.add(line, fault.message().replace('\n', " "), "TOML");
        }
        let root = root.into_inner();
        let known = keys::sections();
        for section in root.keys().filter(|name| !known.contains(&name.get_ref().as_ref())) {
            let line = notes.line(section.span().start);
            notes.add(line, format!("unknown section [{}]", section.get_ref()), known.join(", "));
        }
        Document { root, notes }
    }

    /// Reads the section `name` with `read`.
    pub(crate) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> Option<T>,
    ) -> Option<T> {
        let Some((key, value)) = self.root.get_key_value(name) else {
            if keys::may_be_left_out(name) {
                let (table, notes) = (&DeTable::new(), &mut self.notes);
                return read(&mut Section { name, line: 1, table, notes });
            }
            self.notes.add(1, format!("section [{name}] is missing"), keys::names(name));
            return None;
        };
        let line = self.notes.line(key.span().start);
        let Some(table) = value.get_ref().as_table() else {
            let found = format!("{name} is {}", shown(value.get_ref()));
            self.notes.add(line, found, "a table");
            return None;
        };
        let mut section = Section { name, line, table, notes: &mut self.notes };
        section.note_unknown_keys();
        read(&mut section)
    }

    pub(crate) fn finish(self) -> Notes {
        self.notes
    }
}

/// One table of a document.
#[derive(Debug)]
pub(crate) struct Section<'d> {
    name: &'static str,
    line: usize,
    table: &'d DeTable<'d>,
    notes: &'d mut Notes,
}

impl Section<'_> {
    fn note_unknown_keys(&mut self) {
        for key in self.table.keys().filter(|key| !keys::is_known(self.name, key.get_ref())) {
            let line = self.notes.line(key.span().start);
            let found = format!("unknown key {}.{}", self.name, key.get_ref());
            self.notes.add(line, found, keys::names(self.name));
        }
    }

    /// The value of `key` as `read` understands it, or of its default when it is left out; a note
    /// when it is missing or not understood.
    fn value<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let rule = keys::rule(self.name, key);
        let Some((at, value)) = self.table.get_key_value(key) else {
            if let Some(default) = keys::default(self.name, key) {
                let default = DeValue::parse(default).expect("a default is TOML");
                return read(default.get_ref());
            }
            self.notes.add(self.line, format!("{}.{key} is missing", self.name), rule);
            return None;
        };
        let understood = read(value.get_ref());
        if understood.is_none() {
            let line = self.notes.line(at.span().start);
            let found = format!("{}.{key} is {}", self.name, shown(value.get_ref()));
            self.notes.add(line, found, rule);
        }
        understood
    }

    /// A text that parses.
    pub(crate) fn text<T: FromStr>(&mut self, key: &'static str) -> Option<T> {
        self.value(key, |value| value.as_str()?.parse().ok())
    }

    /// A text that is not blank.
    pub(crate) fn words(&mut self, key: &'static str) -> Option<String> {
        self.value(key, |value| {
            let text = value.as_str()?;
            (!text.trim().is_empty()).then(|| text.to_owned())
        })
    }

    /// What `read` makes of a key that may be left out: the outer option says whether all is well.
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.has(key) { read(self, key).map(Some) } else { Some(None) }
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        self.value(key, |value| {
            let text = value.as_str()?;
            choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice)
        })
    }

    /// A whole number of a range.
    pub(crate) fn number<T: TryFrom<u32>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u32>,
    ) -> Option<T> {
        self.value(key, |value| {
            let number = value.as_integer()?;
            let number = u32::from_str_radix(number.as_str(), number.radix()).ok()?;
            range.contains(&number).then(|| T::try_from(number).ok())?
        })
    }

    /// A rate or share.
    pub(crate) fn rate(&mut self, key: &'static str) -> Option<BasisPoints> {
        self.number(key, 0..=10_000).map(BasisPoints)
    }

    /// Whole units of the region's currency, at least one.
    pub(crate) fn units(&mut self, key: &'static str) -> Option<u32> {
        self.number(key, 1..=4_000_000_000)
    }

    /// Whole units of the region's currency, or none.
    pub(crate) fn units_or_none(&mut self, key: &'static str) -> Option<u32> {
        self.number(key, 0..=4_000_000_000)
    }

    /// How many.
    pub(crate) fn count(&mut self, key: &'static str) -> Option<u32> {
        self.number(key, 1..=1_000_000)
    }

    /// Whether `key` is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.value(key, |value| match value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A list of texts, each as `read` understands it.
    pub(crate) fn list<T, L: FromIterator<T>>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<L> {
        self.value(key, |value| {
            let items = value.as_array()?;
            items.iter().map(|item| read(item.get_ref().as_str()?)).collect()
        })
    }

    /// Notes every key that is not above the one before it.
    pub(crate) fn rising<const N: usize>(&mut self, keys: [(Option<u32>, &'static str); N]) {
        for pair in keys.windows(2) {
            if let [(lower, below), (higher, key)] = pair {
                let holds = lower.zip(*higher).map(|(lower, higher)| lower < higher);
                self.require(holds, key, &format!("more than {below}"));
            }
        }
    }

    /// Notes two shares that are more than all there is.
    pub(crate) fn together(&mut self, shares: [(Option<BasisPoints>, &'static str); 2]) {
        let [(first, other), (second, key)] = shares;
        let sum = first.zip(second).map(|(first, second)| first.0.saturating_add(second.0));
        let rule = format!("at most 10000 together with {other}");
        self.require(sum.map(|sum| sum <= 10_000), key, &rule);
    }

    /// Notes that `key` breaks a rule between several keys.
    pub(crate) fn require(&mut self, holds: Option<bool>, key: &'static str, rule: &str) {
        if holds == Some(false) {
            let (line, value) = match self.table.get_key_value(key) {
                Some((at, value)) => (self.notes.line(at.span().start), shown(value.get_ref())),
                None => {
                    let default = keys::default(self.name, key);
                    (self.line, default.expect("a rule is on keys that were read").to_owned())
                }
            };
            self.notes.add(line, format!("{}.{key} is {value}", self.name), rule);
        }
    }
}

/// A value as it is named in a problem.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| shown(item.get_ref())).collect::<Vec<_>>();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(_) => "a table".to_owned(),
    }
}
