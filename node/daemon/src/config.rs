//! A node's configuration file, `node.toml`: read whole, with every mistake named.
//!
//! Settings of one machine only. What changes an outcome (fees, limits, calendars) is in the
//! region's template and reaches the machines through their genesis and their logs.

mod bank;

pub use bank::{ALARM_AFTER_S, BankLink, Way};
pub use gcfn_transport::Topics;

use gcfn_link::identity::Role;
use gcfn_model::{Currency, NodeId, RegionId};
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::DeTable;

/// What a node can be.
pub const NODE_ROLES: &str = "root, regional, local, regulator";

/// What a node is told at its start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its directory; relative paths begin here.
    pub dir: PathBuf,
    /// Its name.
    pub node: NodeId,
    /// Its region or jurisdiction.
    pub region: RegionId,
    /// What it is in the network.
    pub role: Role,
    /// The regional that clears for it and through which it speaks to the federation.
    pub regional: NodeId,
    /// Where callers of its API connect.
    pub api: SocketAddr,
    /// Where other nodes connect.
    pub link: SocketAddr,
    /// The store's URL: SQLite in the node's directory by default.
    pub store: String,
    /// Brokers of the event bus, when there is one.
    pub kafka: Option<String>,
    /// The banks it holds accounts with, by currency.
    pub banks: BTreeMap<Currency, BankLink>,
    /// Nodes that a regulator watches.
    pub watches: Vec<NodeId>,
    /// The longest message that is taken from a bank, in MiB: a statement of 100,000 entries has
    /// about 80. What comes is in memory whole until it is in the archive.
    pub message_mib: u16,
    /// At the root: for how many years messages to and from banks are kept. A node of a region
    /// goes by the region's template.
    pub archive_years: u16,
}

/// For how many years the root keeps the messages of its banks, unless the file says another
/// figure: as long as the strictest region of the catalog, for its house clears between all.
pub const ARCHIVE_YEARS: u16 = 10;

/// The longest message of a bank, in MiB, unless the file says another.
const MESSAGE_MIB: u16 = 16;

/// One mistake: where it is, what was found, what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: usize,
    /// The key.
    pub key: &'static str,
    /// What is wrong and what would be right.
    pub rule: String,
}

/// Every mistake of a configuration file.
#[derive(Debug)]
pub struct ConfigProblems {
    /// The file.
    pub path: PathBuf,
    /// The mistakes, by line.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        let mistakes = if count == 1 { "mistake" } else { "mistakes" };
        write!(f, "{count} {mistakes} in the configuration; the node does not start")?;
        for Problem { line, key, rule } in &self.problems {
            write!(f, "\n  {}:{line}: {key}: {rule}", self.path.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigProblems {}

/// The file as it is written: every value with its place, nothing checked but its type. Keys
/// that are unknown are looked for apart: the first of them would hide every other mistake.
#[derive(serde::Deserialize)]
struct File {
    node: Spanned<String>,
    region: Spanned<String>,
    role: Spanned<String>,
    regional: Spanned<String>,
    listen: Listen,
    store: Option<Spanned<String>>,
    kafka: Option<Spanned<String>>,
    #[serde(default)]
    bank: BTreeMap<Spanned<String>, bank::Bank>,
    #[serde(default)]
    watch: Vec<Spanned<String>>,
    message_mib: Option<Spanned<u64>>,
    archive_years: Option<Spanned<u64>>,
}

#[derive(serde::Deserialize)]
struct Listen {
    api: Spanned<String>,
    link: Spanned<String>,
}

const KEYS: [&str; 11] = [
    "node",
    "region",
    "role",
    "regional",
    "listen",
    "store",
    "kafka",
    "bank",
    "watch",
    "message_mib",
    "archive_years",
];
const LISTEN_KEYS: [&str; 2] = ["api", "link"];

/// Collects mistakes while reading.
struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    fn wrong(&mut self, key: &'static str, span: &Range<usize>, rule: String) {
        let line = self.line(span);
        self.problems.push(Problem { line, key, rule });
    }

    /// Parses a value or records why it is none.
    fn parse<T: std::str::FromStr<Err: fmt::Display>>(
        &mut self,
        key: &'static str,
        value: &Spanned<String>,
    ) -> Option<T> {
        match value.get_ref().parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let rule = format!("{:?}: {error}", value.get_ref());
                self.wrong(key, &value.span(), rule);
                None
            }
        }
    }

    /// Notes every key that nothing asks for.
    fn unknown_keys(&mut self, root: &DeTable<'_>) {
        self.others_than(root, &KEYS);
        let table = |key: &str| root.get(key).and_then(|value| value.get_ref().as_table());
        if let Some(listen) = table("listen") {
            self.others_than(listen, &LISTEN_KEYS);
        }
        let banks = table("bank").into_iter().flat_map(|banks| banks.values());
        for bank in banks.filter_map(|bank| bank.get_ref().as_table()) {
            self.others_than(bank, &bank::KEYS);
        }
    }

    fn others_than(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let rule = format!("unknown key {}; allowed: {}", key.get_ref(), known.join(", "));
            self.wrong("file", &key.span(), rule);
        }
    }

    fn role(&mut self, value: &Spanned<String>) -> Option<Role> {
        let role = value.get_ref().parse().ok();
        let role = role.filter(|role| !matches!(role, Role::Bank | Role::Operator));
        if role.is_none() {
            let rule = format!("{:?} is not one of {NODE_ROLES}", value.get_ref());
            self.wrong("role", &value.span(), rule);
        }
        role
    }

    /// The longest message of a bank: at least what every bank may send at once.
    fn message_mib(&mut self, value: Option<&Spanned<u64>>) -> u16 {
        let Some(value) = value else { return MESSAGE_MIB };
        let mib = u16::try_from(*value.get_ref()).ok().filter(|mib| (4..=1024).contains(mib));
        mib.unwrap_or_else(|| {
            let rule = format!("{} is not 4 to 1024", value.get_ref());
            self.wrong("message_mib", &value.span(), rule);
            MESSAGE_MIB
        })
    }

    /// For how long the root keeps messages: for longer than payments are remembered.
    fn archive_years(&mut self, role: Option<Role>, value: Option<&Spanned<u64>>) -> u16 {
        let Some(value) = value else { return ARCHIVE_YEARS };
        let years = u16::try_from(*value.get_ref()).ok().filter(|years| (2..=100).contains(years));
        let rule = match years {
            Some(years) if role.is_none_or(|role| role == Role::Root) => return years,
            Some(_) => {
                "is the root's; a node of a region goes by `retention` of region.toml".into()
            }
            None => format!("{} is not 2 to 100", value.get_ref()),
        };
        self.wrong("archive_years", &value.span(), rule);
        ARCHIVE_YEARS
    }

    fn expect(
        &mut self,
        key: &'static str,
        value: &Spanned<String>,
        allowed: &str,
        fits: impl FnOnce(&str) -> bool,
    ) {
        if !fits(value.get_ref()) {
            let rule = format!("{:?} is not {allowed}", value.get_ref());
            self.wrong(key, &value.span(), rule);
        }
    }
}

/// Reads the text of `node.toml` for a node in `dir`. Pure: the caller opens the file.
///
/// # Errors
/// Every mistake at once, each with its line, so an operator edits the file once.
pub fn parse(dir: &Path, path: &Path, text: &str) -> Result<Config, ConfigProblems> {
    let mut reader = Reader { text, problems: Vec::new() };
    if let Ok(root) = DeTable::parse(text) {
        reader.unknown_keys(root.get_ref());
    }
    let config = match toml::from_str::<File>(text) {
        Ok(file) => read(&mut reader, dir, &file),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            reader.wrong("file", &span, error.message().to_owned());
            None
        }
    };
    match config {
        Some(config) if reader.problems.is_empty() => Ok(config),
        _ => {
            let mut problems = reader.problems;
            problems.sort_by_key(|problem| problem.line);
            Err(ConfigProblems { path: path.to_owned(), problems })
        }
    }
}

fn read(reader: &mut Reader<'_>, dir: &Path, file: &File) -> Option<Config> {
    let node = reader.parse("node", &file.node);
    let region = reader.parse("region", &file.region);
    let role = reader.role(&file.role);
    let regional = reader.parse("regional", &file.regional);
    let api = reader.parse("listen.api", &file.listen.api);
    let link = reader.parse("listen.link", &file.listen.link);
    let default = || format!("sqlite://{}", dir.join("data/store.db").display());
    let store = file.store.as_ref().map_or_else(default, |url| url.get_ref().clone());
    if let Some(url) = &file.store {
        let known = |url: &str| url.starts_with("sqlite://") || url.starts_with("postgres://");
        reader.expect("store", url, "a sqlite:// or postgres:// URL", known);
    }
    let banks = reader.banks(dir, &file.bank);
    let watches: Vec<_> =
        file.watch.iter().filter_map(|node| reader.parse("watch", node)).collect();
    let message_mib = reader.message_mib(file.message_mib.as_ref());
    let archive_years = reader.archive_years(role, file.archive_years.as_ref());
    Some(Config {
        dir: dir.to_owned(),
        node: node?,
        region: region?,
        role: role?,
        regional: regional?,
        api: api?,
        link: link?,
        store,
        kafka: file.kafka.as_ref().map(|brokers| brokers.get_ref().clone()),
        banks,
        watches,
        message_mib,
        archive_years,
    })
}

#[cfg(test)]
mod tests;
