//! Who is in a network on this machine, and where: names, folders, ports.

use crate::scenario::{NetworkFile, Problems};
use anyhow::{Context, Result};
use gcfn_link::identity::Role;
use gcfn_model::{Amount, Currency, NetworkId, NodeId, RegionId};
use gcfn_template::{RegionTemplate, catalog};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

/// One node: what it is and where it listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePlan {
    /// Its name: also that of its folder.
    pub name: NodeId,
    /// What it is.
    pub role: Role,
    /// Its region.
    pub region: RegionId,
    /// The regional that clears for it.
    pub regional: NodeId,
    /// The region template it starts from, when it is not the region's own.
    pub template: Option<String>,
    /// Whether it quotes exchange rates.
    pub dealer: bool,
    /// The currencies in which it has accounts.
    pub banks: BTreeSet<Currency>,
    /// Those with whose bank it exchanges files.
    pub folders: BTreeSet<Currency>,
    /// The nodes that it watches, if it is a regulator.
    pub watches: Vec<NodeId>,
    /// Where its API listens.
    pub api: SocketAddr,
    /// Where its link listens.
    pub link: SocketAddr,
}

/// One simulated bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankPlan {
    /// Its name: also that of its folder.
    pub name: NodeId,
    /// Its region.
    pub region: RegionId,
    /// The one currency of its accounts.
    pub currency: Currency,
    /// Its business identifier code.
    pub bic: String,
    /// Where it listens.
    pub listen: SocketAddr,
}

/// A whole network in one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The network's name.
    pub network: NetworkId,
    /// How much a node may owe for purchases abroad.
    pub debit_caps: BTreeMap<Currency, Amount>,
    /// The nodes, in the order in which they are started.
    pub nodes: Vec<NodePlan>,
    /// The banks.
    pub banks: Vec<BankPlan>,
}

/// The ports of a network, as they were chosen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Ports(BTreeMap<NodeId, Vec<u16>>);

/// What `layout.json` holds: all that is needed to find the network again.
#[derive(Serialize, Deserialize)]
struct Written {
    network: NetworkFile,
    ports: Ports,
}

/// The file that says that a folder holds a network.
pub const FILE: &str = "layout.json";

impl Layout {
    /// The network of `file` on ports that are free now.
    ///
    /// # Errors
    /// Everything that is wrong in the file; or no free ports.
    pub fn choose(file: &NetworkFile) -> Result<Layout> {
        let names = file.node.iter().map(|node| (node.name, 2));
        let names = names.chain(file.bank.iter().map(|bank| (bank.name, 1)));
        let mut ports = Ports::default();
        let mut kept = Vec::new();
        for (name, count) in names {
            for _ in 0..count {
                // Kept open until all are chosen, so that no port is chosen twice.
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                    .context("look for a free loopback port")?;
                ports.0.entry(name).or_default().push(listener.local_addr()?.port());
                kept.push(listener);
            }
        }
        Layout::assemble(file, &ports).map_err(Into::into)
    }

    /// The network that was made in `dir`.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(dir: &Path) -> Result<Layout> {
        let path = dir.join(FILE);
        let text = std::fs::read(&path)
            .with_context(|| format!("no network in {}: read {FILE}", dir.display()))?;
        let written: Written = serde_json::from_slice(&text)
            .with_context(|| format!("understand {}", path.display()))?;
        Layout::assemble(&written.network, &written.ports).map_err(Into::into)
    }

    /// Writes down who is where.
    ///
    /// # Errors
    /// Names the file.
    pub fn write(&self, dir: &Path, file: &NetworkFile) -> Result<()> {
        let mut ports = Ports::default();
        for NodePlan { name, api, link, .. } in &self.nodes {
            ports.0.insert(*name, vec![api.port(), link.port()]);
        }
        for BankPlan { name, listen, .. } in &self.banks {
            ports.0.insert(*name, vec![listen.port()]);
        }
        let path = dir.join(FILE);
        let written = Written { network: file.clone(), ports };
        let text = serde_json::to_vec_pretty(&written).context("encode the layout")?;
        std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))
    }

    fn assemble(file: &NetworkFile, ports: &Ports) -> Result<Layout, Problems> {
        file.check()?;
        let address = |name: &NodeId, index: usize| {
            let port = ports.0.get(name).and_then(|of| of.get(index)).copied();
            SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or_default()))
        };
        let nodes = file.node.iter().map(|node| NodePlan {
            name: node.name,
            role: node.role,
            region: node.region,
            regional: node.regional,
            template: node.template.clone(),
            dealer: node.dealer,
            banks: node.banks.iter().copied().collect(),
            folders: node.folders.iter().copied().collect(),
            watches: node.watches.clone(),
            api: address(&node.name, 0),
            link: address(&node.name, 1),
        });
        let banks = file.bank.iter().map(|bank| BankPlan {
            name: bank.name,
            region: bank.region,
            currency: bank.currency,
            bic: bank.bic.clone(),
            listen: address(&bank.name, 0),
        });
        let network = file.network;
        let (nodes, banks): (Vec<_>, Vec<_>) = (nodes.collect(), banks.collect());
        let debit_caps = banks.iter().map(|bank| (bank.currency, file.cap(bank.currency)));
        Ok(Layout { network, debit_caps: debit_caps.collect(), nodes, banks })
    }

    /// The node of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn node(&self, name: NodeId) -> Result<&NodePlan> {
        let found = self.nodes.iter().find(|node| node.name == name);
        found.with_context(|| format!("no node {name} in the network"))
    }

    /// The bank that keeps accounts in `currency`.
    ///
    /// # Errors
    /// When there is none.
    pub fn bank(&self, currency: Currency) -> Result<&BankPlan> {
        let found = self.banks.iter().find(|bank| bank.currency == currency);
        found.with_context(|| format!("no bank for {currency} in the network"))
    }

    /// The nodes whose role is one of `roles`, in order.
    pub fn with_role(&self, roles: &'static [Role]) -> impl Iterator<Item = &NodePlan> {
        self.nodes.iter().filter(move |node| roles.contains(&node.role))
    }

    /// Root and regionals: they found the network and make its decisions final.
    pub fn founders(&self) -> impl Iterator<Item = &NodePlan> {
        self.with_role(&[Role::Root, Role::Regional])
    }

    /// Nodes that run a venue.
    pub fn traders(&self) -> impl Iterator<Item = &NodePlan> {
        self.with_role(&[Role::Regional, Role::Local])
    }

    /// The region template that a node goes by.
    #[must_use]
    pub fn template_of(node: &NodePlan) -> &str {
        node.template.as_deref().unwrap_or(node.region.as_str())
    }

    /// The rules that a node goes by.
    ///
    /// # Errors
    /// When the catalog has no such template.
    pub fn rules(node: &NodePlan) -> Result<RegionTemplate> {
        let code = Layout::template_of(node);
        let entry = catalog::find(code)?;
        Ok(gcfn_template::parse("region.toml", entry.region)?)
    }
}

/// The folder in which a bank and a node exchange files: in the bank's.
#[must_use]
pub fn exchange(dir: &Path, bank: NodeId, node: NodeId) -> PathBuf {
    folder(dir, bank).join("files").join(node.as_str())
}

/// The folder of a member within the network's folder.
#[must_use]
pub fn folder(dir: &Path, name: NodeId) -> PathBuf {
    dir.join(name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn file() -> NetworkFile {
        Scenario::built_in().expect("sound").network
    }

    #[test]
    fn every_member_has_ports_of_its_own_and_they_are_remembered() {
        let layout = Layout::choose(&file()).expect("ports");
        let mut ports: Vec<u16> = layout.nodes.iter().map(|n| n.api.port()).collect();
        ports.extend(layout.nodes.iter().map(|n| n.link.port()));
        ports.extend(layout.banks.iter().map(|b| b.listen.port()));
        let distinct: BTreeSet<u16> = ports.iter().copied().collect();
        assert_eq!((distinct.len(), distinct.contains(&0)), (ports.len(), false));

        let dir = tempfile::tempdir().expect("a folder");
        layout.write(dir.path(), &file()).expect("written");
        assert_eq!(Layout::read(dir.path()).expect("read"), layout);
    }

    #[test]
    fn the_demo_has_the_nodes_that_it_promises() {
        let layout = Layout::choose(&file()).expect("ports");
        let names = |nodes: Vec<&NodePlan>| {
            nodes.iter().map(|node| node.name.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(layout.founders().collect()), "root cn sg eu");
        assert_eq!(names(layout.with_role(&[Role::Local]).collect()), "cn-sha hk sg-sin de");
        assert_eq!(names(layout.with_role(&[Role::Regulator]).collect()), "reg-cn reg-eu");
        assert_eq!(layout.banks.len(), 4);
        let hk = layout.node("hk".parse().expect("a name")).expect("there");
        assert_eq!((hk.regional.as_str(), Layout::template_of(hk)), ("cn", "hk"));
    }
    #[test]
    fn a_node_exchanges_files_where_it_has_an_account_and_nowhere_else() {
        let by_folder = |currency: Currency| {
            let mut file = file();
            let de = file.node.iter_mut().find(|node| node.name.as_str() == "de").expect("there");
            de.folders = vec![currency];
            Layout::choose(&file)
        };
        let layout = by_folder(Currency::Eur).expect("ports");
        let de = layout.node("de".parse().expect("a name")).expect("there");
        assert_eq!(de.folders, [Currency::Eur].into());
        let problems = by_folder(Currency::Cny).expect_err("no account").to_string();
        assert!(problems.contains("de has no account in CNY, but a folder"), "{problems}");
    }
}
