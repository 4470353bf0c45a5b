//! What the network co-signed about a cell.

use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::receipt::{HeadProof, ReceiptFault};
use gcfn_anchor::roster::Roster;
use gcfn_model::Timestamp;
use serde::{Deserialize, Serialize};

/// A cell's head in a final round. Made by [`AnchoredHead::verify`] only: having one is the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchoredHead {
    round: u64,
    closed_at: Timestamp,
    head: CellHead,
}

impl AnchoredHead {
    /// Checks that `proof` leads from a cell's head to a round that `roster` made final.
    ///
    /// # Errors
    /// [`ReceiptFault`]: the first step that does not match. It says something about who handed
    /// the proof over, and nothing about the cell.
    pub fn verify(proof: &HeadProof, roster: &Roster) -> Result<AnchoredHead, ReceiptFault> {
        proof.verify(roster)?;
        let (round, closed_at) = (proof.round.number, proof.round.closed_at);
        Ok(AnchoredHead { round, closed_at, head: proof.head })
    }

    /// The number of the round.
    #[must_use]
    pub fn round(&self) -> u64 {
        self.round
    }

    /// When the round was closed.
    #[must_use]
    pub fn closed_at(&self) -> Timestamp {
        self.closed_at
    }

    /// The head.
    #[must_use]
    pub fn head(&self) -> CellHead {
        self.head
    }
}
