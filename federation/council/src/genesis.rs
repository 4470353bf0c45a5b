//! How a network begins: a charter, and the founders' consent to it.

use crate::profile::{Profile, ProfileFault, Role};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_anchor::canon::{Canon, sha256};
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::{Domain, Signature, Signer, verify};
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_banking::UNEXPLAINED_FOR;
use gcfn_model::{
    Amount, BasisPoints, Calendar, Currency, Digest, Millis, NetworkId, NodeId, RegionId,
};
use serde::{Deserialize, Serialize};

/// What the founders agree on. It holds the salt key, so it stays among the replicas of the
/// federation cell; an offline verifier needs the roster alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charter {
    /// The network.
    pub network: NetworkId,
    /// Its first members: exactly one root, at most one regional for each region.
    pub founders: Vec<Founder>,
    /// Its rules.
    pub params: Params,
    /// On which days each currency settles.
    pub calendars: BTreeMap<Currency, Calendar>,
    /// The secret that salts the federation cell's events.
    pub salt_key: SaltKey,
}

/// A member from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founder {
    /// Who.
    pub profile: Profile,
    /// How much its word counts among validators; zero for everybody else.
    pub weight: u64,
}

/// The rules that a network is founded with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    /// How long after a round the next one is due.
    pub round_interval: Millis,
    /// How long its proposer may be late, and a round open, before anybody may propose.
    pub round_timeout: Millis,
    /// The longest time ahead that a command may expire.
    pub command_lifetime_max: Millis,
    /// How long an approval counts.
    pub approval_lifetime: Millis,
    /// The longest time ahead that a quote may be good.
    pub quote_lifetime_max: Millis,
    /// How long a rate is locked.
    pub lock_lifetime: Millis,
    /// How far a quote may be from the median of the other dealers'.
    pub quote_band: BasisPoints,
    /// How many business days after its trade date a locked rate settles.
    pub settlement_days: u32,
    /// How much a new member may owe at a time for purchases in each currency.
    pub debit_caps: BTreeMap<Currency, Amount>,
    /// How much the word of a regional counts that is admitted later.
    pub validator_weight: u64,
    /// How old items in suspense of the federation's house, and differences from its bank's books,
    /// may become before they are an alarm.
    pub alarm_after: Millis,
}

impl Default for Params {
    /// Rounds every 2 s, commands good for at most a day, approvals for a week, quotes for a
    /// minute, locks for 15 minutes, a band of 2 %, T+2, an alarm for what nobody has
    /// explained for a day, and no debit caps: nobody buys abroad until they are set.
    fn default() -> Params {
        Params {
            round_interval: Millis(2_000),
            round_timeout: Millis(3_000),
            command_lifetime_max: Millis(86_400_000),
            approval_lifetime: Millis(604_800_000),
            quote_lifetime_max: Millis(60_000),
            lock_lifetime: Millis(900_000),
            quote_band: BasisPoints(200),
            settlement_days: 2,
            debit_caps: BTreeMap::new(),
            validator_weight: 1,
            alarm_after: UNEXPLAINED_FOR,
        }
    }
}

/// A founder's signature over the digest of the charter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who consents.
    pub node: NodeId,
    /// Its signature.
    pub signature: Signature,
}

/// A charter and who has consented to it: what every replica of the cell starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// What was agreed.
    pub charter: Charter,
    /// By whom. Validators of two thirds of the weight must be among them.
    pub consents: Vec<Consent>,
}

/// Why no network begins like this. In the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum GenesisFault {
    /// A founder's profile is not sound.
    #[error("profile of founder {0}: {1}")]
    Profile(NodeId, ProfileFault) = 1,
    /// Two founders have one name.
    #[error("founder {0} is named twice")]
    NameTaken(NodeId) = 2,
    /// Two founders have one key.
    #[error("founder {0} has the key of another")]
    KeyTaken(NodeId) = 3,
    /// A validator has no weight, or somebody else has one.
    #[error("weight of founder {0} does not fit its role")]
    Weight(NodeId) = 4,
    /// A region has two regionals.
    #[error("region {0} has two regionals")]
    RegionTaken(RegionId) = 5,
    /// There is none, or more than one.
    #[error("there is not exactly one root")]
    Root = 6,
    /// Somebody consents who is no founder, or whose signature is of something else.
    #[error("consent of {0} is not a founder's signature over this charter")]
    Consent(NodeId) = 7,
    /// Not enough founders have consented.
    #[error("validators of less than two thirds of the weight consent")]
    NotEnough = 8,
}

impl Charter {
    /// SHA-256 of the canonical bytes, layout `gcfn/genesis/v1`: the charter in postcard.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let bytes = postcard::to_allocvec(self).expect("a charter is plain data");
        sha256(&Canon::new("gcfn/genesis/v1").bytes(&bytes).finish())
    }

    /// The consent of founder `node`.
    #[must_use]
    pub fn consent(&self, node: NodeId, signer: &Signer) -> Consent {
        Consent { node, signature: signer.sign(Domain::Command, &consent_bytes(self.digest())) }
    }

    fn check(&self) -> Result<(), GenesisFault> {
        let (mut names, mut keys, mut regions) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for Founder { profile, weight } in &self.founders {
            let Profile { node, region, role, key, .. } = *profile;
            profile.check().map_err(|fault| GenesisFault::Profile(node, fault))?;
            if !names.insert(node) {
                return Err(GenesisFault::NameTaken(node));
            }
            if !keys.insert(key) {
                return Err(GenesisFault::KeyTaken(node));
            }
            if role.validates() != (*weight != 0) {
                return Err(GenesisFault::Weight(node));
            }
            if role == Role::Regional && !regions.insert(region) {
                return Err(GenesisFault::RegionTaken(region));
            }
        }
        self.root().map(|_| ())
    }

    /// The one root.
    pub(crate) fn root(&self) -> Result<NodeId, GenesisFault> {
        let is_root = |founder: &&Founder| founder.profile.role == Role::Root;
        let mut roots = self.founders.iter().filter(is_root);
        match (roots.next(), roots.next()) {
            (Some(root), None) => Ok(root.profile.node),
            _ => Err(GenesisFault::Root),
        }
    }

    pub(crate) fn roster(&self) -> Roster {
        let validators = self.founders.iter().filter(|founder| founder.profile.role.validates());
        let validator = |Founder { profile, weight }: &Founder| {
            (profile.node, Validator { key: profile.key, weight: *weight })
        };
        Roster { network: self.network, validators: validators.map(validator).collect() }
    }
}

impl Genesis {
    /// Checks that the charter is sound and that enough founders stand by it.
    ///
    /// # Errors
    /// [`GenesisFault`], the first in its order.
    pub fn check(&self) -> Result<(), GenesisFault> {
        self.charter.check()?;
        let bytes = consent_bytes(self.charter.digest());
        for Consent { node, signature } in &self.consents {
            let founder = self.charter.founders.iter().find(|f| f.profile.node == *node);
            founder
                .filter(|f| verify(&f.profile.key, Domain::Command, &bytes, signature).is_ok())
                .ok_or(GenesisFault::Consent(*node))?;
        }
        let names = self.consents.iter().map(|consent| consent.node);
        if !self.charter.roster().is_two_thirds(names) {
            return Err(GenesisFault::NotEnough);
        }
        Ok(())
    }
}

/// Layout `gcfn/consent/v1`. No command has these bytes: theirs begin with another name.
fn consent_bytes(charter: Digest) -> Vec<u8> {
    Canon::new("gcfn/consent/v1").digest(&charter).finish()
}
