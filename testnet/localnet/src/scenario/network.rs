//! `network.toml`: who is in the network.

use super::table::Problems;
use gcfn_link::identity::Role;
use gcfn_model::{Amount, Currency, NetworkId, NodeId, RegionId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;

/// The file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkFile {
    /// The network's name.
    pub network: NetworkId,
    /// How much a node may owe for purchases abroad, in each currency.
    pub debit_cap: String,
    /// The nodes.
    pub node: Vec<NodeEntry>,
    /// The banks.
    pub bank: Vec<BankEntry>,
}

/// One node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeEntry {
    /// Its name.
    pub name: NodeId,
    /// What it is.
    #[serde(deserialize_with = "role", serialize_with = "role_word")]
    pub role: Role,
    /// Its region.
    pub region: RegionId,
    /// The regional that clears for it.
    pub regional: NodeId,
    /// The template it starts from, when it is not its region's.
    pub template: Option<String>,
    /// Whether it quotes exchange rates.
    #[serde(default)]
    pub dealer: bool,
    /// The currencies in which it has accounts.
    #[serde(default)]
    pub banks: Vec<Currency>,
    /// Those of them with whose bank it exchanges files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<Currency>,
    /// The nodes that it watches.
    #[serde(default)]
    pub watches: Vec<NodeId>,
}

/// One bank.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankEntry {
    /// Its name.
    pub name: NodeId,
    /// Its region.
    pub region: RegionId,
    /// The currency of its accounts.
    pub currency: Currency,
    /// Its business identifier code.
    pub bic: String,
}

fn role<'de, D: Deserializer<'de>>(from: D) -> Result<Role, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

fn role_word<S: Serializer>(role: &Role, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(role.as_str())
}

const FILE: &str = "network.toml";

impl Default for NetworkFile {
    fn default() -> NetworkFile {
        NetworkFile {
            network: "gcfn-demo".parse().expect("a name"),
            debit_cap: String::new(),
            node: Vec::new(),
            bank: Vec::new(),
        }
    }
}

impl NetworkFile {
    /// Reads the file's text; what does not fit together is a problem too.
    pub(crate) fn parse(text: &str, problems: &mut Problems) -> Option<NetworkFile> {
        let file: NetworkFile = match toml::from_str(text) {
            Ok(file) => file,
            Err(fault) => {
                let start = fault.span().map_or(0, |span| span.start);
                let before = text.get(..start).unwrap_or_default();
                problems.add(FILE, before.matches('\n').count() + 1, fault.message());
                return None;
            }
        };
        match file.check() {
            Ok(()) => Some(file),
            Err(found) => {
                problems.extend(found);
                None
            }
        }
    }

    /// The debit cap in `currency`; the check has seen that it is an amount.
    pub(crate) fn cap(&self, currency: Currency) -> Amount {
        Amount::parse(&self.debit_cap, currency).unwrap_or(Amount::ZERO)
    }

    /// That names are unique and that everybody who is named is there.
    pub(crate) fn check(&self) -> Result<(), Problems> {
        let mut problems = Problems::default();
        let mut names = BTreeSet::new();
        let members = self.node.iter().map(|node| node.name);
        for name in members.chain(self.bank.iter().map(|bank| bank.name)) {
            if !names.insert(name) {
                problems.add(FILE, 0, format!("{name} is named twice"));
            }
        }
        let currencies: BTreeSet<Currency> = self.bank.iter().map(|bank| bank.currency).collect();
        for node in &self.node {
            let named = node.watches.iter().chain([&node.regional]);
            for other in named.filter(|other| !names.contains(other)) {
                problems.add(FILE, 0, format!("{} names {other}, which is not there", node.name));
            }
            for currency in node.banks.iter().filter(|held| !currencies.contains(held)) {
                problems.add(FILE, 0, format!("{} needs a bank for {currency}", node.name));
            }
            for currency in node.folders.iter().filter(|files| !node.banks.contains(files)) {
                let name = node.name;
                problems.add(FILE, 0, format!("{name} has no account in {currency}, but a folder"));
            }
        }
        if Amount::parse(&self.debit_cap, Currency::Cny).is_err() {
            problems.add(FILE, 0, format!("debit_cap {:?} is not an amount", self.debit_cap));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}
