//! The one place that names what a node's program offers for making and founding networks, and
//! the words of its command line.

use crate::layout::{BankPlan, Layout, NodePlan, exchange, folder};
use crate::scenario::Scenario;
use anyhow::{Context, Result, anyhow};
use gcfn_anchor::keys::{PublicKey, Signer};
use gcfn_council::{Params, SignedJoinRequest};
use gcfn_daemon::config::{BankLink, Way};
use gcfn_daemon::init::{NodeInit, init};
use gcfn_daemon::network::{self, FoundingTerms};
use gcfn_link::keys::SigningSeed;
use gcfn_model::{Amount, BusinessDate, Currency, NodeId, Pool, SettlementAccount, Timestamp};
use gcfn_simulator::{AccountConfig, BankConfig, NodeConfig};
use gcfn_store::{Archive, Store, VaultKey};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use gcfn_daemon::files::{NodeFiles, Running};
pub use gcfn_daemon::network::Network;

/// The name of whoever runs the testnet: the second person in approvals, and the one whom banks
/// obey.
pub const OPERATOR: &str = "testnet";

/// The command line that runs a node, or a bank, from its folder.
#[must_use]
pub fn arguments(dir: &Path, is_bank: bool) -> Vec<String> {
    let words: &[&str] = if is_bank { &["testnet", "bank"] } else { &["node", "start"] };
    let words = words.iter().map(|word| (*word).to_owned());
    let dir = dir.display().to_string();
    words.chain(["--dir".to_owned(), dir, "--exit-with-parent".to_owned()]).collect()
}

/// The folder that a process with this command line serves, as it was given: `None` when it runs
/// neither a node nor a bank. `unsaid` is asked for what the environment says instead.
#[must_use]
pub fn serves(words: &[String], unsaid: impl FnOnce() -> Option<PathBuf>) -> Option<PathBuf> {
    let runs = |pair: &[String]| {
        matches!(pair, [verb, what] if matches!((verb.as_str(), what.as_str()),
            ("node", "start") | ("testnet", "bank")))
    };
    let at = words.windows(2).position(runs)?;
    let mut words = words.iter().skip(at + 2);
    while let Some(word) = words.next() {
        if word == "--dir" {
            return words.next().map(PathBuf::from);
        }
        if let Some(dir) = word.strip_prefix("--dir=") {
            return Some(PathBuf::from(dir));
        }
    }
    Some(unsaid().unwrap_or_else(|| PathBuf::from(".")))
}

/// Real time: certificates are valid by it, whatever the testnet's clocks show.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "no cell is involved: certificates need real time")]
pub fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    Timestamp::from_micros(micros).unwrap_or(Timestamp::EPOCH)
}

/// Makes a node's folder, keys and join request.
///
/// # Errors
/// When the folder holds a node already.
pub fn init_node(dir: &Path, layout: &Layout, node: &NodePlan) -> Result<()> {
    let mut banks = BTreeMap::new();
    for currency in &node.banks {
        let BankPlan { name, region, bic, listen, .. } = layout.bank(*currency)?;
        let key = Some(bank_key(&folder(dir, *name))?);
        let way = match node.folders.contains(currency) {
            true => Way::Folder(exchange(dir, *name, node.name)),
            false => Way::Https(format!("https://{listen}")),
        };
        let link = BankLink { key, ..BankLink::new(*name, *region, bic, way) };
        banks.insert(*currency, link);
    }
    init(&NodeInit {
        dir: folder(dir, node.name),
        network: layout.network,
        node: node.name,
        region: node.region,
        role: node.role,
        regional: node.regional,
        dealer: node.dealer,
        api: node.api,
        link: node.link,
        banks,
        watches: node.watches.clone(),
        template: node.template.clone(),
        filing: format!("demo filing of {}", node.name),
        deposit: format!("demo deposit of {}", node.name),
    })
    .with_context(|| format!("make node {}", node.name))
}

/// What the bank in `dir` signs with: its key is made when the first node is told of it.
fn bank_key(dir: &Path) -> Result<PublicKey> {
    let path = NodeFiles::new(dir).path("keys/signing.key");
    let seed = if path.exists() {
        SigningSeed::load(&path)?
    } else {
        std::fs::create_dir_all(dir.join("keys"))
            .with_context(|| format!("make {}", dir.display()))?;
        let seed = SigningSeed::generate()?;
        seed.create(&path)?;
        seed
    };
    Ok(Signer::from_seed(&seed.to_bytes()).public_key())
}

/// The key that a node was admitted with.
fn node_key(dir: &Path) -> Result<PublicKey> {
    let request: SignedJoinRequest = NodeFiles::new(dir).read_json("join-request.json")?;
    Ok(request.request.profile.key)
}

/// The founding ceremony of root and regionals, then what everybody else must know, and the
/// certificates of the banks and of whoever runs the testnet.
///
/// # Errors
/// When a folder cannot be used.
pub fn found(dir: &Path, layout: &Layout) -> Result<()> {
    let founders: Vec<PathBuf> = layout.founders().map(|node| folder(dir, node.name)).collect();
    let root = founders.first().context("a network has a root")?.clone();
    let terms = FoundingTerms {
        network: layout.network,
        testnet: true,
        params: params(layout.debit_caps.clone()),
        calendars: network::catalog_calendars()?,
        now: now(),
    };
    network::found(&root, &founders, &terms)?;
    for node in layout.nodes.iter().filter(|node| !founders.contains(&folder(dir, node.name))) {
        network::introduce(&root, &folder(dir, node.name))?;
    }
    for bank in &layout.banks {
        network::issue_bank(&root, &folder(dir, bank.name), (bank.name, bank.region), now())?;
    }
    let region = layout.nodes.first().context("a network has nodes")?.region;
    let operator: NodeId = OPERATOR.parse()?;
    network::issue_operator(&root, &folder(dir, operator), (operator, region), now())
}

/// What a running node says of itself in its folder.
///
/// # Errors
/// When it does not run.
pub fn running(dir: &Path) -> Result<Running> {
    NodeFiles::new(dir).read_json("run.json")
}

/// How far ahead of real time a node's clock was set, in milliseconds.
///
/// # Errors
/// When the node's file cannot be understood.
pub fn clock_offset_ms(dir: &Path) -> Result<u64> {
    Ok(NodeFiles::new(dir).read_json_if_any("data/clock.json")?.unwrap_or(0))
}

/// The log entry that the newest snapshot of a trading node's cell covers; `None` without one.
///
/// # Errors
/// When the node has never run.
pub fn newest_snapshot(dir: &Path) -> Result<Option<u64>> {
    let path = dir.join("data/venue/snapshots");
    let files = std::fs::read_dir(&path).with_context(|| format!("read {}", path.display()))?;
    let mut newest = None;
    for file in files {
        let name = file.with_context(|| format!("read {}", path.display()))?.file_name();
        let index = name.to_str().and_then(|name| name.strip_suffix(".snapshot"));
        newest = newest.max(index.and_then(|index| index.parse().ok()));
    }
    Ok(newest)
}

/// The archive of a node's bank messages. It may be read while the node runs.
///
/// # Errors
/// When the node's store cannot be opened.
pub async fn archive(dir: &Path) -> Result<Archive> {
    let url = gcfn_daemon::init::read_config(dir)?.store;
    let path = dir.join("keys/vault.key");
    let key = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let key: VaultKey =
        key.trim().parse().map_err(|fault| anyhow!("{}: {fault}", path.display()))?;
    Ok(Store::open(&url, &key).await?.archive())
}

/// The network's rules: the defaults, and how much members may owe for purchases abroad.
#[must_use]
pub fn params(debit_caps: BTreeMap<Currency, Amount>) -> Params {
    Params { debit_caps, ..Params::default() }
}

/// The number of a node's account at its bank.
#[must_use]
pub fn account(node: NodeId, pool: Pool, currency: Currency) -> String {
    let book = gcfn_transport::AccountBook::new(node, BTreeMap::new());
    book.number(SettlementAccount { node, pool }, currency).to_string()
}

/// What a bank's operator writes: where it listens and whom it knows.
///
/// # Errors
/// When a name does not fit a message.
pub fn write_bank(
    home: &Path,
    layout: &Layout,
    bank: &BankPlan,
    (scenario, date): (&Scenario, BusinessDate),
) -> Result<()> {
    let customers = layout.nodes.iter().filter(|node| node.banks.contains(&bank.currency));
    let mut accounts = Vec::new();
    let mut nodes = Vec::new();
    for node in customers {
        for pool in Pool::ALL {
            accounts.push(AccountConfig {
                number: account(node.name, pool, bank.currency).parse()?,
                node: Some(node.name),
                name: format!("{} {pool}", node.name).parse()?,
            });
        }
        let key = Some(node_key(&folder(home, node.name))?);
        let by_folder = node.folders.contains(&bank.currency);
        let api = (!by_folder).then(|| format!("https://{}", node.api));
        let files = by_folder.then(|| exchange(home, bank.name, node.name));
        nodes.push(NodeConfig { node: node.name, api, folder: files, key });
        for party in scenario.parties.iter().filter(|party| party.node == node.name) {
            let number = party.account.parse()?;
            accounts.push(AccountConfig { number, node: None, name: party.name.parse()? });
        }
    }
    let (network, bic, currency) = (layout.network, bank.bic.parse()?, bank.currency);
    let config = BankConfig { network, bic, currency, date, accounts, nodes };
    let file = BankFile { listen: bank.listen.to_string(), bank: config };
    let text = toml::to_string(&file).context("encode bank.toml")?;
    let path = folder(home, bank.name).join("bank.toml");
    std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))
}

/// `bank.toml`.
#[derive(serde::Serialize)]
struct BankFile {
    listen: String,
    bank: BankConfig,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_tells_which_folder_it_serves() {
        let served = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let served = serves(&words, || None)?;
            Some(served.display().to_string())
        };
        assert_eq!(served("gcfn node start --dir net/a --exit-with-parent"), Some("net/a".into()));
        assert_eq!(served("/bin/gcfn testnet bank --dir=/net/b"), Some("/net/b".into()));
        assert_eq!(served("gcfn node start"), Some(".".into()));
        assert_eq!(served("gcfn status --dir net/a"), None);
        assert_eq!(served("gcfn testnet up --dir net"), None);
    }

    #[test]
    fn what_is_started_is_recognised() {
        for is_bank in [true, false] {
            let words = arguments(Path::new("/net/a"), is_bank);
            assert_eq!(serves(&words, || None), Some(PathBuf::from("/net/a")));
        }
    }
}
