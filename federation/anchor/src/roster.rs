//! The validators of a network, and what makes a round final.

use crate::canon::{Canon, sha256};
use crate::keys::{Domain, PublicKey, verify};
use crate::round::{Cosignature, Round};
use alloc::collections::{BTreeMap, BTreeSet};
use gcfn_model::{Digest, NetworkId, NodeId};
use serde::{Deserialize, Serialize};

/// Who may co-sign rounds: all that an offline verifier must have and trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The network.
    pub network: NetworkId,
    /// The validators, by name.
    pub validators: BTreeMap<NodeId, Validator>,
}

/// One validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validator {
    /// The key that it co-signs with.
    pub key: PublicKey,
    /// How much its word counts.
    pub weight: u64,
}

/// Why a co-signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u16)]
pub enum CosignatureFault {
    /// Not in the roster that the round names: be admitted first.
    #[error("{0} is not a validator of this round")]
    UnknownValidator(NodeId) = 1,
    /// Not over this round, or not by the key in the roster: sign the round as it stands.
    #[error("signature of {0} is wrong")]
    WrongSignature(NodeId) = 2,
}

impl Roster {
    /// SHA-256 of the canonical bytes, layout `gcfn/roster/v1`: what a round names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let canon = Canon::new("gcfn/roster/v1")
            .text(self.network.as_str())
            .number(self.validators.len() as u64);
        let canon = self.validators.iter().fold(canon, |canon, (name, validator)| {
            canon.text(name.as_str()).bytes(validator.key.as_bytes()).number(validator.weight)
        });
        sha256(&canon.finish())
    }

    /// Checks one co-signature of `round`.
    pub fn check(&self, round: &Round, by: &Cosignature) -> Result<(), CosignatureFault> {
        let name = by.validator;
        let validator =
            self.validators.get(&name).ok_or(CosignatureFault::UnknownValidator(name))?;
        verify(&validator.key, Domain::Round, &round.canonical(), &by.signature)
            .map_err(|_| CosignatureFault::WrongSignature(name))
    }

    /// Whether these validators hold two thirds of the weight: 3 × theirs ≥ 2 × all.
    ///
    /// Names that come twice or are not in the roster add nothing. No validators hold nothing.
    #[must_use]
    pub fn is_two_thirds(&self, names: impl IntoIterator<Item = NodeId>) -> bool {
        let names: BTreeSet<NodeId> = names.into_iter().collect();
        let (mut theirs, mut all) = (0u128, 0u128);
        for (name, validator) in &self.validators {
            let weight = u128::from(validator.weight);
            all = all.saturating_add(weight);
            if names.contains(name) {
                theirs = theirs.saturating_add(weight);
            }
        }
        // Fewer than 2^61 validators of less than 2^64 each: three times that is below 2^128.
        all != 0 && all.saturating_mul(2) <= theirs.saturating_mul(3)
    }

    /// Whether `round` is final: it names this roster, and right co-signatures hold two thirds.
    ///
    /// Co-signatures that do not count are passed over.
    #[must_use]
    pub fn is_final(&self, round: &Round, cosignatures: &[Cosignature]) -> bool {
        let right = cosignatures.iter().filter(|by| self.check(round, by).is_ok());
        round.roster == self.digest() && self.is_two_thirds(right.map(|by| by.validator))
    }
}

#[cfg(test)]
mod tests;
