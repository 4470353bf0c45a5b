//! Raft messages as bytes. Who carries them is a [`Transport`]'s business.
//!
//! A snapshot travels in chunks of 1 MiB and is verified as a whole before it is installed; it is
//! gathered in memory, as the machine that comes out of it will be.

use crate::Timing;
use crate::entry::{Bytes, LogId, Types, Vote};
use crate::format;
use crate::replica::{Applier, Replica};
use crate::snapshot::SnapshotFile;
use futures::future::BoxFuture;
use gcfn_model::Machine;
use openraft::alias::{SnapshotMetaOf, SnapshotOf};
use openraft::errors::{NetworkError, RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::RPCOption;
use openraft::network::v2::RaftNetworkV2;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest,
    TransferLeaderResponse, VoteRequest, VoteResponse,
};
use openraft::{EmptyNode, OptionalSend, RaftNetworkFactory};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

const CHUNK_BYTES: usize = 1 << 20;

/// Moves the messages of cells between replicas. Messages may be lost, late or doubled.
pub trait Transport: Send + Sync + 'static {
    /// Hands `call` to [`crate::Cell::handle`] of replica `target` of the same cell and brings
    /// back its answer. Dropping the future abandons the call.
    fn call(
        &self,
        target: u64,
        call: RaftCall,
    ) -> BoxFuture<'static, Result<Vec<u8>, TransportError>>;
}

/// One message. 4 MiB and a little at most: a receiver must take 5 MiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaftCall {
    /// Name of the cell.
    pub cell: String,
    /// What the payload is.
    pub kind: CallKind,
    /// Opaque outside this crate.
    pub payload: Vec<u8>,
}

/// What the payload of a message is. The numbers are the wire form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CallKind {
    /// A candidate asks for a vote.
    Vote = 1,
    /// A replica asks whether it would get votes.
    PreVote = 2,
    /// A leader sends entries, or shows that it lives.
    Append = 3,
    /// A leader sends a piece of a snapshot.
    Snapshot = 4,
    /// A leader hands over.
    TransferLeader = 5,
    /// A replica asks the leader how far a linearizable read must have applied.
    ReadIndex = 6,
}

impl CallKind {
    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<CallKind> {
        use CallKind::{Append, PreVote, ReadIndex, Snapshot, TransferLeader, Vote};
        [Vote, PreVote, Append, Snapshot, TransferLeader, ReadIndex]
            .into_iter()
            .find(|&kind| kind as u8 == number)
    }
}

/// Why a message got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nobody listens there; it is not worth trying again at once.
    #[error("replica {target} is unreachable: {reason}")]
    Unreachable {
        /// Whom we called.
        target: u64,
        /// What the transport says.
        reason: String,
    },
    /// Something went wrong on the way; try again.
    #[error("call to replica {target}: {reason}")]
    Failed {
        /// Whom we called.
        target: u64,
        /// What the transport says.
        reason: String,
    },
}

/// An answer to a message.
#[derive(Debug, Serialize, Deserialize)]
enum Reply<T> {
    Answer(T),
    /// The replica cannot answer: it has stopped, or it does not understand.
    Refused(String),
}

/// A piece of a snapshot file.
#[derive(Debug, Serialize, Deserialize)]
struct Chunk {
    vote: Vote,
    last: Option<LogId>,
    offset: u64,
    total: u64,
    bytes: Bytes,
}

/// What became of a piece.
#[derive(Debug, Serialize, Deserialize)]
enum ChunkReply {
    /// Send the piece at this offset.
    Continue(u64),
    Installed(SnapshotResponse<Types>),
}

/// Makes connections for openraft.
pub(crate) struct Peers {
    pub(crate) cell: String,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) timing: Timing,
}

/// One peer, as openraft sees it.
pub(crate) struct Peer {
    cell: String,
    target: u64,
    transport: Arc<dyn Transport>,
    timing: Timing,
}

impl RaftNetworkFactory<Types> for Peers {
    type Network = Peer;

    async fn new_client(&mut self, target: u64, _node: &EmptyNode) -> Peer {
        self.peer(target)
    }
}

impl Peers {
    pub(crate) fn peer(&self, target: u64) -> Peer {
        let (cell, transport) = (self.cell.clone(), self.transport.clone());
        Peer { cell, target, transport, timing: self.timing }
    }
}

impl Peer {
    pub(crate) async fn call<Q: Serialize, A: DeserializeOwned>(
        &self,
        kind: CallKind,
        request: &Q,
        limit: Duration,
    ) -> Result<A, RPCError<Types>> {
        let call = RaftCall { cell: self.cell.clone(), kind, payload: format::encode(request) };
        let sent = tokio::time::timeout(limit, self.transport.call(self.target, call)).await;
        let bytes = match sent {
            Err(elapsed) => return Err(NetworkError::new(&elapsed).into()),
            Ok(Err(e @ TransportError::Unreachable { .. })) => {
                return Err(Unreachable::new(&e).into());
            }
            Ok(Err(e @ TransportError::Failed { .. })) => return Err(NetworkError::new(&e).into()),
            Ok(Ok(bytes)) => bytes,
        };
        match postcard::from_bytes(&bytes) {
            Ok(Reply::Answer(answer)) => Ok(answer),
            Ok(Reply::Refused(reason)) => Err(Unreachable::from_string(reason).into()),
            Err(error) => Err(Unreachable::new(&error).into()),
        }
    }

    async fn send_snapshot(
        &self,
        vote: Vote,
        snapshot: SnapshotOf<Types, SnapshotFile>,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        let path = snapshot.snapshot.path;
        // The file may be replaced meanwhile; what is read here stays whole.
        let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
        let read = read.map_err(std::io::Error::other).and_then(std::convert::identity);
        let file = read.map_err(|e| NetworkError::new(&e))?;
        let mut offset = 0_usize;
        loop {
            let end = offset.saturating_add(CHUNK_BYTES).min(file.len());
            let chunk = Chunk {
                vote,
                last: snapshot.meta.last_log_id,
                offset: offset as u64,
                total: file.len() as u64,
                bytes: Bytes(file[offset..end].into()),
            };
            match self.call(CallKind::Snapshot, &chunk, self.timing.rpc).await? {
                ChunkReply::Installed(response) => return Ok(response),
                ChunkReply::Continue(next) => {
                    let next = usize::try_from(next).unwrap_or(usize::MAX);
                    offset = if next < file.len() { next } else { 0 };
                }
            }
        }
    }
}

impl RaftNetworkV2<Types> for Peer {
    type SnapshotData = SnapshotFile;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Types>,
        option: RPCOption,
    ) -> Result<AppendEntriesResponse<Types>, RPCError<Types>> {
        // openraft allows one heartbeat for a message; megabytes over an ocean need longer.
        let limit = if request.entries.is_empty() { option.soft_ttl() } else { self.timing.rpc };
        self.call(CallKind::Append, &request, limit).await
    }

    async fn vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        self.call(CallKind::Vote, &request, option.soft_ttl()).await
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        self.call(CallKind::PreVote, &request, option.soft_ttl()).await
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: SnapshotOf<Types, SnapshotFile>,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _option: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        tokio::select! {
            closed = cancel => Err(closed.into()),
            sent = self.send_snapshot(vote, snapshot) => sent,
        }
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<Types>,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse<Types>, RPCError<Types>> {
        self.call(CallKind::TransferLeader, &request, option.soft_ttl()).await
    }
}

/// The raft of one replica.
pub(crate) type Raft<M> = openraft::Raft<Types, Applier<M>>;

/// A snapshot being received: which, and the bytes so far.
struct Incoming {
    vote: Vote,
    last: Option<LogId>,
    bytes: Vec<u8>,
}

/// The receiving side of one replica.
pub(crate) struct Inbox<M: Machine> {
    pub(crate) raft: Raft<M>,
    pub(crate) replica: Arc<Replica<M>>,
    incoming: Mutex<Option<Incoming>>,
}

impl<M: Machine> Inbox<M> {
    pub(crate) fn new(raft: Raft<M>, replica: Arc<Replica<M>>) -> Inbox<M> {
        Inbox { raft, replica, incoming: Mutex::new(None) }
    }

    /// Answers one message. Bytes that are no message are answered too.
    pub(crate) async fn handle(&self, kind: CallKind, payload: &[u8]) -> Vec<u8> {
        let raft = &self.raft;
        match kind {
            CallKind::Vote => answer(payload, |request| raft.vote(request)).await,
            CallKind::PreVote => answer(payload, |request| raft.pre_vote(request)).await,
            CallKind::Append => answer(payload, |request| raft.append_entries(request)).await,
            CallKind::Snapshot => answer(payload, |chunk| self.take_chunk(chunk)).await,
            CallKind::TransferLeader => {
                answer(payload, |request| raft.handle_transfer_leader(request)).await
            }
            CallKind::ReadIndex => answer(payload, |()| self.read_index()).await,
        }
    }

    /// How far a replica must have applied for its next read to be linearizable. Leader only.
    pub(crate) async fn read_index(&self) -> Result<u64, String> {
        let policy = openraft::raft::ReadPolicy::ReadIndex;
        let (read, _) = self.raft.get_read_log_id(policy).await.map_err(|e| e.to_string())?;
        Ok(read.log_id().index)
    }

    async fn take_chunk(&self, chunk: Chunk) -> Result<ChunkReply, String> {
        let Some((vote, bytes)) = self.gather(&chunk) else {
            let gathered = self.incoming().as_ref().map_or(0, |known| known.bytes.len());
            return Ok(ChunkReply::Continue(gathered as u64));
        };
        let replica = self.replica.clone();
        let received = tokio::task::spawn_blocking(move || replica.snapshots().receive(&bytes));
        let received = received.await.map_err(|e| e.to_string())?;
        let file = received.map_err(|fault| fault.to_string())?;
        let meta = SnapshotMetaOf::<Types> {
            last_log_id: file.covers.last,
            last_membership: file.covers.membership.clone(),
        };
        let snapshot = SnapshotOf::<Types, SnapshotFile> { meta, snapshot: file };
        let installed = self.raft.install_full_snapshot(vote, snapshot).await;
        installed.map(ChunkReply::Installed).map_err(|e| e.to_string())
    }

    /// Adds a piece; the whole file when it was the last one.
    fn gather(&self, chunk: &Chunk) -> Option<(Vote, Vec<u8>)> {
        let mut incoming = self.incoming();
        let same = |known: &Incoming| known.vote == chunk.vote && known.last == chunk.last;
        if chunk.offset == 0 || !incoming.as_ref().is_some_and(same) {
            let (vote, last) = (chunk.vote, chunk.last);
            *incoming = Some(Incoming { vote, last, bytes: Vec::new() });
        }
        let Incoming { bytes, .. } = incoming.as_mut().expect("it was just made");
        if bytes.len() as u64 == chunk.offset {
            bytes.extend_from_slice(&chunk.bytes.0);
        }
        if (bytes.len() as u64) < chunk.total {
            return None;
        }
        incoming.take().map(|whole| (whole.vote, whole.bytes))
    }

    fn incoming(&self) -> MutexGuard<'_, Option<Incoming>> {
        self.incoming.lock().expect("no panic under this lock")
    }
}

async fn answer<Q: DeserializeOwned, A: Serialize, E: ToString, F>(
    payload: &[u8],
    ask: impl FnOnce(Q) -> F,
) -> Vec<u8>
where
    F: Future<Output = Result<A, E>>,
{
    let reply = match postcard::from_bytes(payload) {
        Err(_) => Reply::Refused("message of an unknown kind".to_owned()),
        Ok(request) => match ask(request).await {
            Ok(answer) => Reply::Answer(answer),
            Err(error) => Reply::Refused(error.to_string()),
        },
    };
    format::encode(&reply)
}
