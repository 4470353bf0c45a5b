//! Making a node: its directory, its keys, and the request by which it asks to be admitted.

use crate::config::BankLink;
use crate::files::NodeFiles;
use crate::region::Region;
use anyhow::{Context, Result, bail};
use gcfn_anchor::keys::Signer;
use gcfn_council::{Endpoints, JoinRequest, Profile, Role as Seat, SignedJoinRequest};
use gcfn_link::identity::Role;
use gcfn_link::keys::{SigningSeed, TlsKey};
use gcfn_model::{Currency, NetworkId, NodeId, RegionId};
use gcfn_store::{Secret, VaultKey};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What a new node is told.
#[derive(Clone, Debug)]
pub struct NodeInit {
    /// Its directory; must not hold a node already.
    pub dir: PathBuf,
    /// The network it will ask to join.
    pub network: NetworkId,
    /// Its name.
    pub node: NodeId,
    /// Its region.
    pub region: RegionId,
    /// What it will be.
    pub role: Role,
    /// The regional that clears for it.
    pub regional: NodeId,
    /// Whether it quotes exchange rates.
    pub dealer: bool,
    /// Where its API listens.
    pub api: SocketAddr,
    /// Where its link listens.
    pub link: SocketAddr,
    /// Its banks.
    pub banks: BTreeMap<Currency, BankLink>,
    /// The nodes that a regulator watches.
    pub watches: Vec<NodeId>,
    /// The region template to start from; the region's own when left out.
    pub template: Option<String>,
    /// Where its regulator has its filing.
    pub filing: String,
    /// Where its deposit is held.
    pub deposit: String,
}

/// The members of staff that a node begins with: what needs two persons needs two keys.
pub const OPERATORS: [&str; 2] = ["operator", "approver"];

/// Makes the node's directory. Nothing is sent anywhere.
///
/// # Errors
/// When the directory holds a node already, or a file cannot be written.
pub fn init(told: &NodeInit) -> Result<()> {
    let files = NodeFiles::new(&told.dir);
    if files.path("node.toml").exists() {
        bail!("{} holds a node already", told.dir.display());
    }
    std::fs::create_dir_all(files.path("keys"))
        .with_context(|| format!("make {}", told.dir.display()))?;
    let seed = SigningSeed::generate()?;
    seed.create(&files.path("keys/signing.key"))?;
    let tls = TlsKey::generate()?;
    tls.create(&files.path("keys/tls.key"))?;
    files.write("keys/vault.key", VaultKey::generate().reveal().as_bytes(), 0o600)?;
    for person in OPERATORS {
        let key = operator_key(person)?;
        files.write(&format!("keys/{person}.key"), key.as_bytes(), 0o600)?;
    }
    let currency = copy_region(&files, told)?;
    files.write("node.toml", node_toml(told).as_bytes(), 0o644)?;

    let signer = Signer::from_seed(&seed.to_bytes());
    let profile = Profile {
        node: told.node,
        region: told.region,
        role: seat(told.role)?,
        key: signer.public_key(),
        endpoints: Endpoints { api: format!("https://{}", told.api), link: told.link.to_string() },
        currency,
        dealer: told.dealer,
    };
    let request = JoinRequest {
        network: told.network,
        profile,
        filing: told.filing.clone(),
        deposit: told.deposit.clone(),
        certificate_request: tls.certificate_request()?,
    };
    files.write_json::<SignedJoinRequest>("join-request.json", &request.sign(&signer))
}

/// The seat in the network that a role of the link stands for.
///
/// # Errors
/// Banks and operators hold no seat.
pub fn seat(role: Role) -> Result<Seat> {
    Ok(match role {
        Role::Root => Seat::Root,
        Role::Regional => Seat::Regional,
        Role::Local => Seat::Local,
        Role::Regulator => Seat::Regulator,
        Role::Bank | Role::Operator => bail!("a {role} is no member of the network"),
    })
}

/// `<id>.<secret>`: the API key of the node's operator, put into the store at the first start.
fn operator_key(person: &str) -> Result<String> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| anyhow::anyhow!("draw a secret: {error}"))?;
    let secret = gcfn_model::Digest(secret).to_string();
    let _: Secret = secret.parse().context("a digest's digits are a secret's")?;
    Ok(format!("{person}.{secret}"))
}

/// Writes the region's template and calendars beside the configuration, from the catalog that
/// is built in; the node reads the files, which its operator may change before the first start.
fn copy_region(files: &NodeFiles, told: &NodeInit) -> Result<Option<Currency>> {
    if !matches!(told.role, Role::Regional | Role::Local) {
        return Ok(None);
    }
    let code = told.template.clone().unwrap_or_else(|| told.region.to_string());
    let entry = gcfn_template::catalog::find(&code)?;
    files.write("region/region.toml", entry.region.as_bytes(), 0o644)?;
    files.write("region/holidays.tsv", entry.holidays.as_bytes(), 0o644)?;
    if let Some(workdays) = entry.workdays {
        files.write("region/workdays.tsv", workdays.as_bytes(), 0o644)?;
    }
    Ok(Some(Region::read(&files.path("region"))?.template.currency))
}

fn node_toml(told: &NodeInit) -> String {
    let NodeInit { node, region, role, regional, api, link, .. } = told;
    let mut text = format!(
        "# Settings of this machine. What changes an outcome is in region/ and in the network.\n\
         node = \"{node}\"\nregion = \"{region}\"\nrole = \"{role}\"\n\
         # The regional that clears for this node and through which it reaches the federation.\n\
         regional = \"{regional}\"\n"
    );
    if !told.watches.is_empty() {
        let names: Vec<String> = told.watches.iter().map(|node| format!("\"{node}\"")).collect();
        let line = format!("# The nodes of the jurisdiction.\nwatch = [{}]\n", names.join(", "));
        text.push_str(&line);
    }
    let listen = format!("\n[listen]\napi = \"{api}\"\nlink = \"{link}\"\n");
    text.push_str(&listen);
    for (currency, bank) in &told.banks {
        text.push_str(&format!("\n[bank.{currency}]\n"));
        text.push_str(&bank.to_toml());
    }
    text
}

/// Reads the configuration of the node in `dir`.
///
/// # Errors
/// Every mistake in it, with file and line.
pub fn read_config(dir: &Path) -> Result<crate::config::Config> {
    let path = dir.join("node.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("read {}; `gcfn node init` makes one", path.display()))?;
    Ok(crate::config::parse(dir, &path, &text)?)
}
