//! Proofs of a cell's events, made from its journal when somebody asks.
//!
//! The machine keeps only the frontier of its header tree, so that its snapshot stays small.
//! What a proof needs besides is in the journal: this follows it, remembers the headers and
//! where each epoch begins, and reads an epoch again to prove one of its events.

use crate::voice::Voice;
use anyhow::{Context, Result, anyhow};
use gcfn_anchor::checkpoint::{Checkpoint, SignedCheckpoint};
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::event_tree::{EventTree, SaltKey};
use gcfn_anchor::header_log::{CellHead, HeaderLog};
use gcfn_anchor::keys::PublicKey;
use gcfn_anchor::receipt::EventProof;
use gcfn_anchor::tile::{Kind, Tile, bundle};
use gcfn_cell::{Cell, Record};
use gcfn_council::Council;
use gcfn_model::{Digest, Machine, NodeId};
use gcfn_replica::Replica;
use std::sync::{Arc, Mutex, RwLock};

/// A machine whose events are leaves of epochs.
pub(crate) trait Anchored: Machine {
    /// The header in an event that closes an epoch. That event is the first leaf of the next.
    fn header(event: &Self::Event) -> Option<&EpochHeader>;
}

/// One record of a machine's journal.
pub(crate) type RecordOf<M> = Record<<M as Machine>::Command, <M as Machine>::Event>;

/// The closed epochs of one cell.
#[derive(Debug)]
struct Epochs {
    log: HeaderLog,
    headers: Vec<EpochHeader>,
    /// For each epoch, the log index at which its first leaf may be found.
    starts: Vec<u64>,
    /// The log index of the last record that was followed.
    followed: u64,
    next_start: u64,
}

/// Proves events of one cell. Clones share what has been followed.
#[derive(Debug)]
pub(crate) struct Prover<M: Machine> {
    cell: Cell<M>,
    salt_key: SaltKey,
    epochs: Arc<RwLock<Epochs>>,
    signed: Arc<Mutex<Option<SignedHead>>>,
}

/// The last head that was signed: whoever asks again is not to cost another signature.
#[derive(Debug)]
struct SignedHead {
    head: CellHead,
    by: PublicKey,
    checkpoint: SignedCheckpoint,
}

impl<M: Machine> Clone for Prover<M> {
    fn clone(&self) -> Prover<M> {
        Prover {
            cell: self.cell.clone(),
            salt_key: self.salt_key.clone(),
            epochs: Arc::clone(&self.epochs),
            signed: Arc::clone(&self.signed),
        }
    }
}

impl<M: Anchored> Prover<M> {
    /// A prover of `cell` that has followed nothing yet.
    #[must_use]
    pub(crate) fn new(cell: Cell<M>, name: NodeId, salt_key: SaltKey) -> Prover<M> {
        let log = HeaderLog::new(name);
        let epochs =
            Epochs { log, headers: Vec::new(), starts: Vec::new(), followed: 0, next_start: 0 };
        Prover { cell, salt_key, epochs: Arc::new(RwLock::new(epochs)), signed: Arc::default() }
    }

    /// Follows the journal for ever. Everything else here waits for it.
    ///
    /// # Errors
    /// When the journal is damaged or its headers do not chain: the node must stop.
    pub(crate) async fn follow(self) -> Result<()> {
        let mut journal = self.cell.journal(0);
        loop {
            let record = journal.next().await.context("follow the journal")?;
            self.take(&record)?;
        }
    }

    fn take(&self, record: &RecordOf<M>) -> Result<()> {
        let mut epochs = self.epochs.write().map_err(|_| anyhow!("prover has panicked"))?;
        for event in &record.events {
            if let Some(header) = M::header(event) {
                epochs.log.append(header).context("chain epoch headers")?;
                epochs.headers.push(header.clone());
                let start = epochs.next_start;
                epochs.starts.push(start);
                epochs.next_start = record.index;
            }
        }
        epochs.followed = record.index;
        Ok(())
    }

    fn look<T>(&self, look: impl FnOnce(&Epochs) -> T) -> T {
        look(&self.epochs.read().expect("nothing panics while it follows"))
    }

    /// The head of the header log as far as it was followed.
    #[must_use]
    pub(crate) fn head(&self) -> CellHead {
        self.look(|epochs| epochs.log.head())
    }

    /// The head, signed by the node that `voice` speaks for.
    #[must_use]
    pub(crate) fn checkpoint(&self, voice: &Voice) -> SignedCheckpoint {
        let (head, signer) = (self.head(), voice.key.signer());
        let by = signer.public_key();
        let mut signed = self.signed.lock().expect("nothing panics while it signs");
        if let Some(last) = signed.as_ref().filter(|last| last.head == head && last.by == by) {
            return last.checkpoint.clone();
        }
        let checkpoint = Checkpoint { network: voice.network, head };
        let checkpoint = SignedCheckpoint::sign(checkpoint, voice.node, &signer);
        *signed = Some(SignedHead { head, by, checkpoint: checkpoint.clone() });
        checkpoint
    }

    /// What the header log has at the place of `tile`.
    #[must_use]
    pub(crate) fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        self.look(|epochs| match tile.kind() {
            Kind::Hashes(_) => epochs.log.tile(tile),
            Kind::Entries => epochs.headers.get(tile.range()?).map(bundle),
        })
    }

    /// That a later head continues an earlier one.
    #[must_use]
    pub(crate) fn consistency(&self, from: u64, to: u64) -> Option<Vec<Digest>> {
        self.look(|epochs| epochs.log.prove_consistency(from, to))
    }

    /// The header of the last closed epoch.
    #[must_use]
    pub(crate) fn last_header(&self) -> Option<EpochHeader> {
        self.look(|epochs| epochs.headers.last().cloned())
    }

    /// The last sequence number within the first `size` epochs.
    #[must_use]
    pub(crate) fn last_seq(&self, size: u64) -> u64 {
        let last = |epochs: &Epochs| {
            let index = usize::try_from(size).ok()?.checked_sub(1)?;
            epochs.headers.get(index).map(|header| header.last_seq)
        };
        self.look(last).unwrap_or(0)
    }

    /// A log index at or before which event `seq` is, for whoever wants to read from there.
    #[must_use]
    pub(crate) fn start_of(&self, seq: u64) -> u64 {
        self.look(|epochs| {
            let index = epochs.headers.partition_point(|header| header.last_seq < seq);
            epochs.starts.get(index).copied().unwrap_or(epochs.next_start)
        })
    }

    /// The leaves of the epoch that holds `seq`, as bytes, with the epoch's number and header.
    ///
    /// # Errors
    /// When no closed epoch holds `seq`, or the journal cannot be read.
    pub(crate) fn epoch_of(&self, seq: u64) -> Result<(EpochHeader, Vec<Vec<u8>>)> {
        let found = self.look(|epochs| {
            let index = epochs.headers.partition_point(|header| header.last_seq < seq);
            let header = epochs.headers.get(index).filter(|header| header.first_seq <= seq)?;
            Some((header.clone(), epochs.starts.get(index).copied()?))
        });
        let (header, start) = found.ok_or_else(|| anyhow!("event {seq} is in no closed epoch"))?;
        let leaves = self.leaves(&header, start)?;
        Ok((header, leaves))
    }

    /// Reads the leaves of an epoch again. Its first record may begin with the end of the epoch
    /// before, and its last may go on into the next.
    fn leaves(&self, header: &EpochHeader, start: u64) -> Result<Vec<Vec<u8>>> {
        let mut journal = self.cell.journal(start);
        let mut leaves = Vec::new();
        let mut inside = header.epoch == 0;
        while let Some(record) = journal.try_next().context("read the journal")? {
            for event in &record.events {
                match M::header(event) {
                    Some(closed) if closed.epoch == header.epoch => return Ok(leaves),
                    Some(_) => {
                        inside = true;
                        leaves = vec![encoded(event)?];
                    }
                    None if inside => leaves.push(encoded(event)?),
                    None => {}
                }
            }
        }
        Err(anyhow!("the journal ends before epoch {} closes", header.epoch))
    }

    /// The header of a closed epoch, and its way to the header log of `size` epochs.
    #[must_use]
    pub(crate) fn prove_header(&self, epoch: u64, size: u64) -> Option<(EpochHeader, Vec<Digest>)> {
        self.look(|epochs| {
            let header = epochs.headers.get(usize::try_from(epoch).ok()?)?.clone();
            Some((header, epochs.log.prove(epoch, size)?))
        })
    }

    /// Proves that event `seq` is in the header log of `size` epochs, and gives its bytes.
    ///
    /// # Errors
    /// When it is not, or the journal cannot be read.
    pub(crate) fn prove(&self, seq: u64, size: u64) -> Result<(Vec<u8>, EventProof)> {
        let (header, mut leaves) = self.epoch_of(seq)?;
        let mut tree = EventTree::default();
        for (seq, leaf) in (header.first_seq..).zip(&leaves) {
            tree.append(&self.salt_key.salt(seq), leaf);
        }
        let index = seq - header.first_seq;
        let path = tree.prove(index).context("the event is in its epoch")?;
        let header_path = self
            .look(|epochs| epochs.log.prove(header.epoch, size))
            .ok_or_else(|| anyhow!("epoch {} is not within {size} epochs", header.epoch))?;
        let event = leaves.swap_remove(usize::try_from(index)?);
        let salt = self.salt_key.salt(seq);
        Ok((event, EventProof { salt, index, path, header, header_path }))
    }
}

fn encoded<E: serde::Serialize>(event: &E) -> Result<Vec<u8>> {
    postcard::to_allocvec(event).context("encode an event")
}

impl Anchored for Replica {
    fn header(event: &gcfn_replica::Event) -> Option<&EpochHeader> {
        match event {
            gcfn_replica::Event::EpochClosed(header) => Some(header),
            _ => None,
        }
    }
}

impl Anchored for Council {
    fn header(event: &gcfn_council::Event) -> Option<&EpochHeader> {
        match event {
            gcfn_council::Event::EpochClosed(header) => Some(header),
            _ => None,
        }
    }
}
