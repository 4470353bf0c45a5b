//! What a cell hands its supervisor: its genesis, then one record for each entry of its log.
//!
//! On the wire each is an [`Item`] in postcard, one for each item of the link's `Follow` stream.
//! A stream from index 0 begins with the genesis; a stream from any later index has records only.

use alloc::boxed::Box;
use alloc::vec::Vec;
use gcfn_anchor::canon::{Canon, sha256};
use gcfn_model::{Digest, Timestamp};
use gcfn_replica::{Command, Event, Genesis};
use serde::{Deserialize, Serialize};

/// One applied entry of a cell's log, as its journal has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its place in the log. Strictly rising, not gap-free: entries without commands, such as a
    /// change of leader, leave no record.
    pub index: u64,
    /// When the proposer says it happened. Strictly rising.
    pub at: Timestamp,
    /// How many events came before, since the genesis: what a hole is recognised by.
    pub first_event: u64,
    /// What was asked, refused or not.
    pub commands: Vec<Command>,
    /// What happened.
    pub events: Vec<Event>,
}

/// One item of the mirror stream. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Item {
    /// How the cell began.
    Genesis(Box<Genesis>),
    /// One entry of its log.
    Record(Record),
}

/// Bytes that are not an [`Item`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes are not an item of the mirror stream in this version")]
pub struct ItemFault;

impl Item {
    /// The bytes on the wire.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("an item is plain data")
    }

    /// Reads what [`Item::encode`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`ItemFault`].
    pub fn decode(bytes: &[u8]) -> Result<Item, ItemFault> {
        match postcard::take_from_bytes(bytes) {
            Ok((item, [])) => Ok(item),
            _ => Err(ItemFault),
        }
    }
}

/// SHA-256 of the canonical bytes of a genesis, layout `gcfn/replica-genesis/v1`: the genesis in
/// postcard.
///
/// It is in the operator's filing with the supervisor, who gives it to the mirror. That binds the
/// terms. The salt key is bound a second time: it goes into every events root, so a genesis with
/// another one cannot lead to headers that the federation co-signed.
#[must_use]
pub fn genesis_digest(genesis: &Genesis) -> Digest {
    let bytes = postcard::to_allocvec(genesis).expect("a genesis is plain data");
    sha256(&Canon::new("gcfn/replica-genesis/v1").bytes(&bytes).finish())
}
