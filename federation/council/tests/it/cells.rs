//! The histories of venue cells: one event in each epoch.

use crate::world::{at, name, network, signer};
use gcfn_anchor::checkpoint::{Checkpoint, SignedCheckpoint};
use gcfn_anchor::epoch::Epochs;
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::header_log::{CellHead, HeaderLog};
use gcfn_council::Report;
use gcfn_model::{Digest, NodeId};

/// The log of `cell` with `size` epochs; a cell that shows two histories has a `fork`.
pub(crate) fn log(cell: &str, size: u64, fork: u8) -> HeaderLog {
    let cell: NodeId = name(cell);
    let mut epochs = Epochs::new(cell, SaltKey::from_bytes([fork; 32]));
    let mut log = HeaderLog::new(cell);
    for epoch in 0..size {
        epochs.record(&epoch.to_be_bytes());
        let header = epochs.close(at(epoch), Digest([9; 32])).expect("not empty");
        log.append(&header).expect("in order");
    }
    log
}

pub(crate) fn checkpoint(head: CellHead, by: &str) -> SignedCheckpoint {
    SignedCheckpoint::sign(Checkpoint { network: network(), head }, name(by), &signer(by))
}

/// A report of `cell` at `size`, continuing the head at `known`.
pub(crate) fn report(cell: &str, (known, size): (u64, u64), fork: u8) -> Report {
    let log = log(cell, size.max(known), fork);
    let head = log.head_at(size).expect("the log is as long");
    let consistency = log.prove_consistency(known, size).unwrap_or_default();
    Report { cell: name(cell), checkpoint: checkpoint(head, cell), consistency }
}
