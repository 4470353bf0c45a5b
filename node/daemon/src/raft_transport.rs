//! Carries a cell's consensus over the link.

use crate::voice::Replicas;
use futures::FutureExt;
use futures::future::BoxFuture;
use gcfn_cell::{RaftCall, Transport, TransportError};
use gcfn_link::client::{CallFault, Peers};
use gcfn_link::proto;
use std::time::Duration;

/// Longer than any deadline of the cell itself, which abandons calls by dropping them.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// The replicas of one cell, reached as peers.
pub(crate) struct RaftTransport {
    /// Whom we can reach.
    pub(crate) peers: Peers,
    /// Which node has which number.
    pub(crate) replicas: Replicas,
}

impl Transport for RaftTransport {
    fn call(
        &self,
        target: u64,
        call: RaftCall,
    ) -> BoxFuture<'static, Result<Vec<u8>, TransportError>> {
        let (peers, replicas) = (self.peers.clone(), self.replicas.clone());
        async move {
            let unreachable = |reason: String| TransportError::Unreachable { target, reason };
            let node = replicas.name(target).ok_or_else(|| unreachable("nobody known".into()))?;
            let peer = peers.to(node).map_err(|fault| unreachable(fault.to_string()))?;
            let RaftCall { cell, kind, payload } = call;
            let call = proto::RaftCall { cell, kind: kind as u32, payload };
            match peer.raft(call, CALL_LIMIT).await {
                Ok(reply) => Ok(reply.payload),
                Err(fault @ (CallFault::Unreachable { .. } | CallFault::NotTrusted { .. })) => {
                    Err(unreachable(fault.to_string()))
                }
                Err(fault) => Err(TransportError::Failed { target, reason: fault.to_string() }),
            }
        }
        .boxed()
    }
}

/// For a cell of one replica: there is nobody to call.
pub(crate) struct Alone;

impl Transport for Alone {
    fn call(
        &self,
        target: u64,
        _call: RaftCall,
    ) -> BoxFuture<'static, Result<Vec<u8>, TransportError>> {
        let reason = "the cell has one replica".to_owned();
        async move { Err(TransportError::Unreachable { target, reason }) }.boxed()
    }
}
