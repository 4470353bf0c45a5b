//! Who is a member, and what its members list: the global directory.
//!
//! Decides admission, suspension and keys. It holds no personal data, and knows nothing of
//! what members trade.

use crate::ballots::Motion;
use crate::command::SignedCommand;
use crate::council::{Council, Step};
use crate::decision::{Approval, Decision};
use crate::event::Event;
use crate::genesis::{Charter, Founder, Params};
use crate::join::{JoinRequest, SignedJoinRequest};
use crate::outcome::{Done, Outcome};
use crate::profile::{Profile, Role};
use crate::refusal::Refusal;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use gcfn_anchor::canon::sha256;
use gcfn_anchor::checkpoint::{Checkpoint, Equivocation};
use gcfn_anchor::keys::PublicKey;
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_clearing::member_party;
use gcfn_model::{Amount, Currency, Digest, NetworkId, NodeId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// The most bytes of a certificate.
const CERTIFICATE_MAX: usize = 4096;

/// How many nodes may wait to be admitted: anybody may ask, and every replica keeps it.
pub const APPLICANTS_MAX: usize = 256;

/// How a node stands. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has asked to be admitted.
    Applied,
    /// It may do what its role allows.
    Admitted,
    /// It may do nothing until it is resumed.
    Suspended,
    /// It has left for good.
    Removed,
}

/// A certificate of the network's authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its serial number, to revoke it by.
    pub serial: [u8; 16],
    /// SHA-256 of its DER form.
    pub fingerprint: Digest,
}

/// A node that is, was or wants to be part of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who it is. The key in it is the one it signs with now.
    pub profile: Profile,
    /// How it stands.
    pub status: Status,
    /// How much its word counts among validators; zero for everybody else.
    pub weight: u64,
    /// How much it may owe at a time for purchases in each currency.
    pub debit_caps: BTreeMap<Currency, Amount>,
    /// Its latest certificate.
    pub certificate: Option<Certificate>,
    /// The digest of the join request that it came with, which approvals must name; none for a
    /// founder.
    pub request: Option<Digest>,
    /// What it asked to be certified (PKCS #10 in its text form), until it is.
    pub certificate_request: Option<String>,
}

impl Member {
    /// Whether it may act.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == Status::Admitted
    }

    /// Whether it may trade at other nodes, and others at it.
    #[must_use]
    pub fn is_trading(&self) -> bool {
        self.is_active() && self.profile.role.trades()
    }
}

/// A series that members may trade at its home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The series.
    pub series: SeriesId,
    /// Face value of one coupon.
    pub face: Amount,
    /// How many coupons it has.
    pub minted: u64,
    /// In which currency it trades.
    pub currency: Currency,
    /// When its coupons end.
    pub expires_at: Timestamp,
}

/// A listing and the node whose book it trades in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// The node.
    pub home: NodeId,
    /// What it lists.
    pub listing: Listing,
}

/// The directory of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    network: NetworkId,
    members: BTreeMap<NodeId, Member>,
    /// Every key that was ever a node's.
    keys: BTreeSet<PublicKey>,
    series: BTreeMap<SeriesId, Series>,
}

impl Directory {
    /// The founders, admitted. The charter has been checked.
    pub(crate) fn new(charter: &Charter) -> Directory {
        let founded = |Founder { profile, weight }: &Founder| {
            let member = Member {
                profile: profile.clone(),
                status: Status::Admitted,
                weight: *weight,
                debit_caps: charter.params.debit_caps.clone(),
                certificate: None,
                request: None,
                certificate_request: None,
            };
            (profile.node, member)
        };
        Directory {
            network: charter.network,
            members: charter.founders.iter().map(founded).collect(),
            keys: charter.founders.iter().map(|founder| founder.profile.key).collect(),
            series: BTreeMap::new(),
        }
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> NetworkId {
        self.network
    }

    /// A node by its name.
    #[must_use]
    pub fn member(&self, node: NodeId) -> Option<&Member> {
        self.members.get(&node)
    }

    /// Every node, in order of name.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The nodes that may trade, in order of name.
    pub fn trading(&self) -> impl Iterator<Item = &Member> {
        self.members().filter(|member| member.is_trading())
    }

    /// The validators that may act: who co-signs the next round, and who decides now.
    #[must_use]
    pub fn roster(&self) -> Roster {
        let validators = self.members().filter(|m| m.is_active() && m.profile.role.validates());
        let validator = |member: &Member| {
            let Profile { node, key, .. } = member.profile;
            (node, Validator { key, weight: member.weight })
        };
        Roster { network: self.network, validators: validators.map(validator).collect() }
    }

    /// A listed series.
    #[must_use]
    pub fn find_series(&self, series: SeriesId) -> Option<&Series> {
        self.series.get(&series)
    }

    /// Every listed series, in order.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        self.series.values()
    }

    /// Drops the series whose coupons have ended.
    pub(crate) fn forget_expired(&mut self, now: Timestamp) {
        self.series.retain(|_, series| now < series.listing.expires_at);
    }

    fn apply_for(&mut self, request: &JoinRequest, params: &Params) -> Result<Done, Refusal> {
        let (profile, asked) = (&request.profile, request.digest());
        if let Some(known) = self.members.get(&profile.node) {
            let same = known.status == Status::Applied && known.request == Some(asked);
            return if same { Ok(Done::Repeated) } else { Err(Refusal::NameTaken) };
        }
        if self.keys.contains(&profile.key) {
            return Err(Refusal::KeyTaken);
        }
        if profile.role == Role::Root {
            return Err(Refusal::RoleTaken);
        }
        // It would have a say from its admission on, and no replica yet to say it with.
        if profile.role == Role::Regional {
            return Err(Refusal::FoundersOnly);
        }
        let applied = |member: &&Member| member.status == Status::Applied;
        if APPLICANTS_MAX <= self.members().filter(applied).count() {
            return Err(Refusal::TooManyApplicants);
        }
        self.keys.insert(profile.key);
        let member = Member {
            profile: profile.clone(),
            status: Status::Applied,
            weight: if profile.role.validates() { params.validator_weight } else { 0 },
            debit_caps: params.debit_caps.clone(),
            certificate: None,
            request: Some(asked),
            certificate_request: Some(request.certificate_request.clone()),
        };
        self.members.insert(profile.node, member);
        Ok(Done::Accepted)
    }

    /// Whether what is to be decided is so already; refused when it cannot become so.
    fn stands(&self, decision: &Decision) -> Result<bool, Refusal> {
        use Status::{Admitted, Applied, Removed, Suspended};
        let member = self.members.get(&decision.node()).ok_or(Refusal::UnknownNode)?;
        let role = member.profile.role;
        match (*decision, member.status) {
            (Decision::Admit { .. } | Decision::Resume { .. }, Admitted)
            | (Decision::Suspend { .. }, Suspended)
            | (Decision::Remove { .. }, Removed) => Ok(true),
            (Decision::Admit { request, .. }, Applied) if member.request != Some(request) => {
                Err(Refusal::OtherRequest)
            }
            (Decision::Remove { .. }, _) if role == Role::Root => Err(Refusal::RoleTaken),
            (Decision::Suspend { .. } | Decision::Remove { .. }, Admitted)
                if role.validates() && !self.can_spare_a_validator() =>
            {
                Err(Refusal::TooFewValidators)
            }
            (Decision::Admit { .. }, Applied)
            | (Decision::Suspend { .. }, Admitted)
            | (Decision::Resume { .. }, Suspended)
            | (Decision::Remove { .. }, Applied | Admitted | Suspended) => Ok(false),
            (Decision::RotateKey { key, .. }, Admitted | Suspended) => {
                match (member.profile.key == key, self.keys.contains(&key)) {
                    (true, _) => Ok(true),
                    (false, true) => Err(Refusal::KeyTaken),
                    (false, false) => Ok(false),
                }
            }
            (Decision::CapDebit { currency, debit_cap, .. }, Admitted | Suspended) => {
                Ok(member.debit_caps.get(&currency) == Some(&debit_cap))
            }
            _ => Err(Refusal::WrongStatus),
        }
    }

    /// Whether the cell of the federation, whose voters are the founding validators, keeps its
    /// majority without one more of them: nobody listens to who may not act.
    fn can_spare_a_validator(&self) -> bool {
        let validators = || self.members().filter(|member| member.profile.role.validates());
        let active = validators().filter(|member| member.is_active()).count();
        validators().count() < active.saturating_sub(1).saturating_mul(2)
    }

    fn carry_out(&mut self, decision: Decision) {
        let Some(member) = self.members.get_mut(&decision.node()) else { return };
        match decision {
            Decision::Admit { .. } | Decision::Resume { .. } => member.status = Status::Admitted,
            Decision::Suspend { .. } => member.status = Status::Suspended,
            // Who never was a member leaves nothing behind: its name and key are free again.
            Decision::Remove { node } if member.status == Status::Applied => {
                self.keys.remove(&member.profile.key);
                self.members.remove(&node);
            }
            Decision::Remove { .. } => member.status = Status::Removed,
            Decision::RotateKey { key, .. } => {
                member.profile.key = key;
                self.keys.insert(key);
            }
            Decision::CapDebit { currency, debit_cap, .. } => {
                member.debit_caps.insert(currency, debit_cap);
            }
        }
    }
}

impl Council {
    /// A node asks to be admitted. Its own signature counts; whoever brings it only carries it.
    pub(crate) fn apply_for(&mut self, join: &SignedJoinRequest) -> Outcome {
        join.check(self.directory.network)?;
        self.directory.apply_for(&join.request, &self.params)
    }

    /// A validator approves a decision, which is carried out once enough have.
    pub(crate) fn approve(
        &mut self,
        step: &mut Step<'_>,
        command: &SignedCommand,
        decision: Decision,
    ) -> Outcome {
        if self.directory.stands(&decision)? {
            return Ok(Done::Repeated);
        }
        let motion = Motion::Member(decision);
        let by = (member_party(command.request.author), step.at);
        let Some(approvals) = self.carried(&motion, by, Approval::of(command)) else {
            return Ok(Done::Waits(motion.id()));
        };
        self.directory.carry_out(decision);
        if self.directory.member(decision.node()).is_none() {
            self.ballots.end_about(decision.node());
        }
        step.emit(Event::Decided { decision, approvals });
        if let Decision::CapDebit { node, currency, debit_cap } = decision {
            self.cap_at_house(step, node, (currency, debit_cap));
        }
        Ok(Done::Accepted)
    }

    /// The root has issued a certificate to a member.
    pub(crate) fn record_certificate(
        &mut self,
        node: NodeId,
        serial: [u8; 16],
        certificate: &[u8],
    ) -> Outcome {
        if CERTIFICATE_MAX < certificate.len() {
            return Err(Refusal::TooLong);
        }
        let member = self.directory.members.get_mut(&node).ok_or(Refusal::UnknownNode)?;
        if !member.is_active() {
            return Err(Refusal::WrongStatus);
        }
        let issued = Certificate { serial, fingerprint: sha256(certificate) };
        if member.certificate == Some(issued) {
            return Ok(Done::Repeated);
        }
        member.certificate = Some(issued);
        member.certificate_request = None;
        Ok(Done::Accepted)
    }

    /// Somebody holds two histories that `node` has signed.
    pub(crate) fn accuse(
        &mut self,
        step: &mut Step<'_>,
        node: NodeId,
        proof: &Equivocation,
    ) -> Outcome {
        let member = self.directory.member(node).ok_or(Refusal::UnknownNode)?;
        let key = &member.profile.key;
        let own = |of: &Checkpoint| of.network == self.directory.network && of.head.cell == node;
        if proof.verify(node, key).is_err() || !proof.one.verify(node, key).is_ok_and(own) {
            return Err(Refusal::NoEvidence);
        }
        match member.status {
            Status::Admitted => {
                self.convict(step, node, proof.clone());
                Ok(Done::Accepted)
            }
            Status::Suspended => Ok(Done::Repeated),
            Status::Applied | Status::Removed => Err(Refusal::WrongStatus),
        }
    }

    /// Two histories are proof by themselves: the signer is suspended at once.
    pub(crate) fn convict(&mut self, step: &mut Step<'_>, node: NodeId, proof: Equivocation) {
        let suspended = Decision::Suspend { node };
        self.directory.carry_out(suspended);
        self.ballots.end(&Motion::Member(suspended));
        step.emit(Event::Equivocated { node, proof });
    }

    /// A trading node lists a series.
    pub(crate) fn list_series(
        &mut self,
        step: &mut Step<'_>,
        home: NodeId,
        listing: Listing,
    ) -> Outcome {
        let listed = Series { home, listing };
        if let Some(known) = self.directory.series.get(&listing.series) {
            return if *known == listed { Ok(Done::Repeated) } else { Err(Refusal::SeriesTaken) };
        }
        if listing.face.is_zero() || listing.minted == 0 || listing.expires_at <= step.at {
            return Err(Refusal::SeriesTerms);
        }
        self.directory.series.insert(listing.series, listed);
        Ok(Done::Accepted)
    }
}
