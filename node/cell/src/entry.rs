//! What stands in the Raft log, and the types openraft is instantiated with.
//!
//! Commands are opaque bytes here, so that openraft is compiled once and not once per machine,
//! and a command is encoded once on its way to the log, to the other replicas and to the disk.

use gcfn_model::Timestamp;
use openraft::raft::responder::Responder;
use openraft::vote::RaftLeaderId;
use openraft::{EmptyNode, EntryPayload, RaftTypeConfig};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use std::fmt;
use std::sync::Arc;

/// What openraft is instantiated with. One leader per term, so that an entry is known by its term and
/// index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Types;

impl RaftTypeConfig for Types {
    type D = Batch;
    type R = ();
    type NodeId = u64;
    type Node = EmptyNode;
    type Term = u64;
    type LeaderId = openraft::impls::leader_id_std::LeaderId<u64, u64>;
    type Vote = openraft::impls::Vote<Self::LeaderId>;
    type Payload = EntryPayload<Batch, u64, EmptyNode>;
    type Entry = openraft::Entry<<Self::LeaderId as RaftLeaderId>::Committed, Self::Payload>;
    type Responder<T: Send + 'static> = Answer<T>;
    type Batch<T: Send + 'static> = openraft::impls::InlineBatch<T>;
    type AsyncRuntime = openraft::impls::TokioRuntime;
    type ErrorSource = openraft::impls::BoxedErrorSource;
}

/// What is done with the answer to a proposal, by the task that has applied it: nobody else has to
/// be woken up for that.
pub(crate) struct Answer<T>(Box<dyn FnOnce(T) + Send>);

impl<T> Answer<T> {
    pub(crate) fn new(give: impl FnOnce(T) + Send + 'static) -> Answer<T> {
        Answer(Box::new(give))
    }
}

impl<T: Send + 'static> Responder<Types, T> for Answer<T> {
    fn on_complete(self, result: T) {
        (self.0)(result);
    }
}

pub(crate) type Entry = openraft::alias::EntryOf<Types>;
pub(crate) type LogId = openraft::alias::LogIdOf<Types>;
pub(crate) type Vote = openraft::alias::VoteOf<Types>;
pub(crate) type Membership = openraft::alias::StoredMembershipOf<Types>;

/// The commands of one entry: stamped by the proposer, applied at one time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) at: Timestamp,
    pub(crate) count: u32,
    /// `count` commands in postcard, one after the other.
    pub(crate) commands: Bytes,
}

impl Batch {
    /// The commands, or `None` when the bytes are not exactly `count` of them.
    pub(crate) fn decode<C: DeserializeOwned>(&self) -> Option<Vec<C>> {
        let mut rest: &[u8] = &self.commands.0;
        let mut commands = Vec::new();
        for _ in 0..self.count {
            let (command, after) = postcard::take_from_bytes(rest).ok()?;
            commands.push(command);
            rest = after;
        }
        rest.is_empty().then_some(commands)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} commands at {}", self.count, self.at)
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Shared bytes: an entry is cloned for every replica it is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Arc<[u8]>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.into()))
            }
        }
        from.deserialize_bytes(Visitor)
    }
}
