//! What validators decide together about members.

use crate::command::SignedCommand;
use gcfn_anchor::keys::{PublicKey, Signature};
use gcfn_model::{Amount, CommandId, Currency, Digest, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// A change of membership, carried out once validators of two thirds of the weight have signed
/// for it. The first approval is the proposal. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Decision {
    /// An applicant becomes a member.
    Admit {
        /// Who.
        node: NodeId,
        /// The digest of the request that was looked at: nobody is admitted by another one that
        /// came first under the same name.
        request: Digest,
    },
    /// A member may not act until it is resumed.
    Suspend {
        /// Who.
        node: NodeId,
    },
    /// A suspended member may act again.
    Resume {
        /// Who.
        node: NodeId,
    },
    /// A node leaves for good. Its name and its keys stay taken.
    Remove {
        /// Who.
        node: NodeId,
    },
    /// A node signs with another key from now on.
    RotateKey {
        /// Who.
        node: NodeId,
        /// Its new key.
        key: PublicKey,
    },
    /// How much a member may owe at a time for purchases in one currency.
    CapDebit {
        /// Who.
        node: NodeId,
        /// In which currency.
        currency: Currency,
        /// How much.
        debit_cap: Amount,
    },
}

impl Decision {
    /// Whom it concerns.
    #[must_use]
    pub const fn node(&self) -> NodeId {
        match *self {
            Decision::Admit { node, .. }
            | Decision::Suspend { node }
            | Decision::Resume { node }
            | Decision::Remove { node }
            | Decision::RotateKey { node, .. }
            | Decision::CapDebit { node, .. } => node,
        }
    }

    /// What of whom it settles: nobody stands by two decisions about one matter at a time.
    pub(crate) const fn matter(&self) -> (NodeId, Matter) {
        let matter = match *self {
            Decision::Admit { .. }
            | Decision::Suspend { .. }
            | Decision::Resume { .. }
            | Decision::Remove { .. } => Matter::Standing,
            Decision::RotateKey { .. } => Matter::Key,
            Decision::CapDebit { currency, .. } => Matter::Cap(currency),
        };
        (self.node(), matter)
    }
}

/// What a decision settles of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    /// Whether it is a member, and may act.
    Standing,
    /// What it signs with.
    Key,
    /// How much it may owe in a currency.
    Cap(Currency),
}

/// One validator's word for a decision: with the decision, all that is needed to write its
/// command again and to check the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who approved.
    pub by: NodeId,
    /// The id of its command.
    pub id: CommandId,
    /// Until when its command was good.
    pub expires_at: Timestamp,
    /// Its signature.
    pub signature: Signature,
}

impl Approval {
    /// The word that a validator's command is.
    pub(crate) fn of(command: &SignedCommand) -> Approval {
        let SignedCommand { request, signature } = command;
        let (by, id, expires_at) = (request.author, request.id, request.expires_at);
        Approval { by, id, expires_at, signature: *signature }
    }
}
