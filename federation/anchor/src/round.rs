//! Rounds: what the validators co-sign, every few seconds.

use crate::canon::{Canon, sha256};
use crate::fold::GlobalFold;
use crate::keys::{Domain, Signature, Signer};
use alloc::vec::Vec;
use gcfn_model::{Digest, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// One round of the federation: ordered by its log, final at two thirds of co-signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Counted from 1 without holes.
    pub number: u64,
    /// The digest of the previous round, zero for the first.
    pub prev: Digest,
    /// How many members were folded.
    pub members: u64,
    /// The global root: of the fold of the federation's cell and all regions.
    pub root: Digest,
    /// The digest of the roster whose validators make it final.
    pub roster: Digest,
    /// When the round was closed, by the federation's log.
    pub closed_at: Timestamp,
}

impl Round {
    /// The first round.
    #[must_use]
    pub fn first(fold: &GlobalFold, roster: Digest, closed_at: Timestamp) -> Round {
        let (members, root) = (fold.members(), fold.root());
        Round { number: 1, prev: Digest::ZERO, members, root, roster, closed_at }
    }

    /// The round after this one.
    #[must_use]
    pub fn next(&self, fold: &GlobalFold, roster: Digest, closed_at: Timestamp) -> Round {
        let number = self.number.checked_add(1).expect("there are fewer than 2^64 rounds");
        Round { number, prev: self.digest(), ..Round::first(fold, roster, closed_at) }
    }

    /// The canonical bytes, layout `gcfn/round/v1`: what is co-signed.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        Canon::new("gcfn/round/v1")
            .number(self.number)
            .digest(&self.prev)
            .number(self.members)
            .digest(&self.root)
            .digest(&self.roster)
            .time(self.closed_at)
            .finish()
    }

    /// SHA-256 of the canonical bytes: the `prev` of the next round.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.canonical())
    }

    /// The co-signature of `validator`.
    #[must_use]
    pub fn cosign(&self, validator: NodeId, signer: &Signer) -> Cosignature {
        Cosignature { validator, signature: signer.sign(Domain::Round, &self.canonical()) }
    }
}

/// A validator's word that it has checked a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosignature {
    /// The validator.
    pub validator: NodeId,
    /// Its signature over the round's canonical bytes.
    pub signature: Signature,
}

#[cfg(test)]
mod tests;
