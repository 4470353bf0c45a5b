//! Founding a network, and what its members know of it.

use crate::files::NodeFiles;
use crate::init::read_config;
use crate::membership::issued_file;
use crate::region::Region;
use anyhow::{Context, Result, anyhow, ensure};
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::Signer;
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_council::{Charter, Founder, Genesis, Params, Profile, SignedJoinRequest};
use gcfn_link::ca::{Admitted, NetworkCa, Validity};
use gcfn_link::identity::{NodeIdentity, Role};
use gcfn_link::keys::{SigningSeed, TlsKey};
use gcfn_model::{Amount, Calendar, Currency, Millis, NetworkId, NodeId, RegionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What everybody may know of a network: `network.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Network {
    /// Its name.
    pub network: NetworkId,
    /// Whether its clocks may be moved: never true where money is real.
    pub testnet: bool,
    /// The certificate of its authority, PEM.
    pub ca: String,
    /// Who makes decisions final.
    pub roster: Roster,
    /// Its first members.
    pub founders: Vec<Profile>,
    /// What a new member may owe at a time for purchases in each currency.
    pub debit_caps: BTreeMap<Currency, Amount>,
    /// On which days each currency settles, by the charter.
    pub calendars: BTreeMap<Currency, Calendar>,
}

impl Network {
    /// Requires that `genesis` is the one that this network was founded with. Anybody can make
    /// one in which founders of their own consent.
    ///
    /// # Errors
    /// When its network, founders or roster are others than those known here.
    pub fn was_founded_by(&self, genesis: &Genesis) -> Result<()> {
        let told = public_part(genesis, self.testnet, &self.ca);
        ensure!(
            (told.network, &told.founders, &told.roster)
                == (self.network, &self.founders, &self.roster),
            "genesis.json is of another network or other founders than network.json"
        );
        ensure!(
            told.calendars == self.calendars,
            "genesis.json has other calendars than network.json: take network.json from the root"
        );
        Ok(())
    }
}

/// What the founders agree on beyond the defaults.
#[derive(Clone, Debug)]
pub struct FoundingTerms {
    /// The network's name.
    pub network: NetworkId,
    /// Whether its clocks may be moved.
    pub testnet: bool,
    /// The rules.
    pub params: Params,
    /// The calendars by which cross-border trades settle, from the catalog, by currency.
    pub calendars: BTreeMap<Currency, Calendar>,
    /// From when on certificates are good.
    pub now: Timestamp,
}

/// How long a founder's or member's certificate is good.
const CERTIFICATE_LIFE: Millis = Millis(365 * 86_400_000);
/// How long the authority's own certificate is good.
const AUTHORITY_LIFE: Millis = Millis(10 * 365 * 86_400_000);
/// Clocks of members may differ by this much.
const CLOCK_SKEW_MICROS: u64 = 3_600_000_000;

/// The calendars of every region of the catalog, by currency.
///
/// # Errors
/// When the catalog is unsound.
pub fn catalog_calendars() -> Result<BTreeMap<Currency, Calendar>> {
    let mut calendars = BTreeMap::new();
    for entry in gcfn_template::catalog::CATALOG {
        let (template, calendar) = entry.read()?;
        calendars.insert(template.currency, calendar);
    }
    Ok(calendars)
}

/// The founding ceremony: every founder consents to the charter with its own key, and the root
/// makes the network's authority and certifies the founders.
///
/// `founders` are the directories of the root and the regionals, as `node init` left them. Where
/// the founders are different organisations each signs at home; here they are at one place.
///
/// # Errors
/// When a directory is not a founder's or belongs to a network already, or fewer than two thirds
/// consent. Then no file has changed.
pub fn found(root_dir: &Path, founders: &[PathBuf], terms: &FoundingTerms) -> Result<()> {
    let mut charter = Charter {
        network: terms.network,
        founders: Vec::new(),
        params: terms.params.clone(),
        calendars: terms.calendars.clone(),
        salt_key: random_salt()?,
    };
    let mut requests = Vec::new();
    for dir in founders {
        let files = NodeFiles::new(dir);
        let signed: SignedJoinRequest = files.read_json("join-request.json")?;
        let profile = signed.request.profile.clone();
        ensure!(profile.role.validates(), "{} is not a root or a regional", dir.display());
        for taken in ["network.json", "genesis.json", "certificate.pem", "ca/ca.pem", "ca/ca.key"] {
            let path = files.path(taken);
            ensure!(
                !path.exists(),
                "{} is there: this node belongs to a network already; found another one with \
                 folders that `gcfn node init` has just made",
                path.display()
            );
        }
        charter.founders.push(Founder { profile, weight: 1 });
        requests.push((files, signed.request));
    }
    let mut consents = Vec::new();
    for (files, request) in &requests {
        let seed = SigningSeed::load(&files.path("keys/signing.key"))?;
        let signer = Signer::from_seed(&seed.to_bytes());
        consents.push(charter.consent(request.profile.node, &signer));
    }
    let genesis = Genesis { charter, consents };
    genesis.check().context("found the network")?;

    let (ca, key) = NetworkCa::create(terms.network, validity(terms.now, AUTHORITY_LIFE)?)?;
    let root = NodeFiles::new(root_dir);
    let network = public_part(&genesis, terms.testnet, ca.certificate_pem());
    let certified = requests.iter().map(|(files, request)| {
        let identity = identity_of(terms.network, &request.profile);
        let issued = certify(&ca, &request.certificate_request, identity, terms.now)?;
        Ok((request.profile.node, files, issued.pem))
    });
    let certified = certified.collect::<Result<Vec<_>>>()?;
    // The key first: it is never written over, so whoever comes second changes nothing.
    let folder = root.path("ca");
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    key.create(&root.path("ca/ca.key"))?;
    root.write("ca/ca.pem", ca.certificate_pem().as_bytes(), 0o644)?;
    for (node, files, pem) in certified {
        root.write(&issued_file(node), pem.as_bytes(), 0o644)?;
        files.write("certificate.pem", pem.as_bytes(), 0o644)?;
        files.write_json("network.json", &network)?;
        files.write_json("genesis.json", &genesis)?;
    }
    Ok(())
}

fn public_part(genesis: &Genesis, testnet: bool, ca: &str) -> Network {
    let charter = &genesis.charter;
    let validators = charter.founders.iter().map(|founder| {
        let Founder { profile, weight } = founder;
        (profile.node, Validator { key: profile.key, weight: *weight })
    });
    Network {
        network: charter.network,
        testnet,
        ca: ca.to_owned(),
        roster: Roster { network: charter.network, validators: validators.collect() },
        founders: charter.founders.iter().map(|founder| founder.profile.clone()).collect(),
        debit_caps: charter.params.debit_caps.clone(),
        calendars: charter.calendars.clone(),
    }
}

/// The identity that a member's certificate names.
#[must_use]
pub fn identity_of(network: NetworkId, profile: &Profile) -> NodeIdentity {
    use gcfn_council::Role as Seat;
    let role = match profile.role {
        Seat::Root => Role::Root,
        Seat::Regional => Role::Regional,
        Seat::Local => Role::Local,
        Seat::Regulator => Role::Regulator,
    };
    NodeIdentity { network, region: profile.region, role, node: profile.node }
}

/// Issues a certificate for an admitted identity on this machine's addresses.
///
/// # Errors
/// When the request is not a certificate request.
pub fn certify(
    ca: &NetworkCa,
    request: &str,
    identity: NodeIdentity,
    now: Timestamp,
) -> Result<gcfn_link::ca::Issued> {
    let hosts = ["127.0.0.1", "localhost"].map(str::to_owned).to_vec();
    let admitted = Admitted { identity, hosts };
    Ok(ca.issue(request, &admitted, validity(now, CERTIFICATE_LIFE)?)?)
}

/// Opens the network's authority, on the root alone.
///
/// # Errors
/// When it is not there or its files do not belong together.
pub fn open_authority(root: &NodeFiles, network: NetworkId) -> Result<NetworkCa> {
    let key = TlsKey::load(&root.path("ca/ca.key"))?;
    let pem = std::fs::read_to_string(root.path("ca/ca.pem")).context("read ca/ca.pem")?;
    Ok(NetworkCa::open(network, &pem, &key)?)
}

/// Gives a bank a certificate: its name at the bank door of the nodes.
///
/// # Errors
/// When the root's authority or the bank's directory cannot be used.
pub fn issue_bank(root: &Path, dir: &Path, bank: (NodeId, RegionId), now: Timestamp) -> Result<()> {
    issue(root, dir, Role::Bank, bank, now)
}

/// Gives a person or a tool a certificate for the operator doors of nodes and banks.
///
/// # Errors
/// When the root's authority or the directory cannot be used.
pub fn issue_operator(
    root: &Path,
    dir: &Path,
    operator: (NodeId, RegionId),
    now: Timestamp,
) -> Result<()> {
    issue(root, dir, Role::Operator, operator, now)
}

fn issue(
    root: &Path,
    dir: &Path,
    role: Role,
    (node, region): (NodeId, RegionId),
    now: Timestamp,
) -> Result<()> {
    let root = NodeFiles::new(root);
    let network: Network = root.read_json("network.json")?;
    let ca = open_authority(&root, network.network)?;
    let files = NodeFiles::new(dir);
    std::fs::create_dir_all(files.path("keys"))
        .with_context(|| format!("make {}", dir.display()))?;
    let key = TlsKey::generate()?;
    key.create(&files.path("keys/tls.key"))?;
    let identity = NodeIdentity { network: network.network, region, role, node };
    let issued = certify(&ca, &key.certificate_request()?, identity, now)?;
    files.write("certificate.pem", issued.pem.as_bytes(), 0o644)?;
    files.write_json("network.json", &network)
}

/// Gives a new member what everybody may know of the network.
///
/// # Errors
/// When a file cannot be read or written.
pub fn introduce(root_dir: &Path, member_dir: &Path) -> Result<()> {
    let network: Network = NodeFiles::new(root_dir).read_json("network.json")?;
    NodeFiles::new(member_dir).write_json("network.json", &network)
}

fn validity(now: Timestamp, life: Millis) -> Result<Validity> {
    let not_before = Timestamp::from_micros(now.micros().saturating_sub(CLOCK_SKEW_MICROS));
    let not_after = now.checked_add(life);
    let (not_before, not_after) =
        not_before.zip(not_after).ok_or_else(|| anyhow!("time is out of range"))?;
    Ok(Validity { not_before, not_after })
}

/// Draws a key that salts a cell's events.
///
/// # Errors
/// When the system has no random bytes.
pub fn random_salt() -> Result<SaltKey> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("draw a salt key: {error}"))?;
    Ok(SaltKey::from_bytes(bytes))
}

/// The region and the terms of the trading node of `network` in `files`.
///
/// # Errors
/// When its configuration or its template is wrong.
pub fn trading_terms(files: &NodeFiles, network: &Network) -> Result<(Region, gcfn_venue::Terms)> {
    let config = read_config(files.dir())?;
    let mut region = Region::read(&files.path("region"))?;
    region.agreed = network.calendars.get(&region.template.currency).cloned();
    let terms = region.terms(&config)?;
    Ok((region, terms))
}

#[cfg(test)]
mod tests;
