//! What a trading node knows of the directory beyond what is money: addresses and listings.

use crate::gateway::Listings;
use crate::handler::DirectoryShown;
use crate::network::identity_of;
use crate::signing_key::SigningKey;
use anyhow::Result;
use gcfn_cell::Cell;
use gcfn_council::Council;
use gcfn_link::certificate::{Denied, Denylist};
use gcfn_link::client::Peers;
use gcfn_link::proto::QueryRequest;
use gcfn_model::{NetworkId, NodeId};
use std::time::Duration;

const BEAT: Duration = Duration::from_millis(500);
const CALL_LIMIT: Duration = Duration::from_secs(5);

/// Follows the listings in the node's own replica of the federation.
///
/// # Errors
/// Never: it works for ever.
pub(crate) async fn watch_own(cell: Cell<Council>, listings: Listings) -> Result<()> {
    loop {
        let series = cell.read(|council| council.directory().series().copied().collect::<Vec<_>>());
        listings.replace(&series);
        tokio::time::sleep(BEAT).await;
    }
}

/// The directory as a regional shows it. An address that is wrong leads nowhere: who answers
/// there must show the certificate of whom it was asked for.
pub(crate) struct RemoteDirectory {
    /// The network.
    pub(crate) network: NetworkId,
    /// This node.
    pub(crate) me: NodeId,
    /// Whom it reaches.
    pub(crate) peers: Peers,
    /// Who shows the directory.
    pub(crate) regional: NodeId,
    /// Where listings go.
    pub(crate) listings: Listings,
    /// Where those go who are shut out.
    pub(crate) denied: Denylist,
    /// What this node signs with.
    pub(crate) key: SigningKey,
}

impl RemoteDirectory {
    /// Follows it for ever.
    ///
    /// # Errors
    /// When TLS cannot be set up for a peer.
    pub(crate) async fn watch(self) -> Result<()> {
        loop {
            match self.ask().await {
                Ok(DirectoryShown { profiles, series, shut_out }) => {
                    // First: an address that cannot be used must not keep anybody in.
                    self.denied.replace(Denied { nodes: shut_out, ..Denied::default() });
                    for profile in &profiles {
                        if profile.node == self.me {
                            self.key.follow(profile.key);
                            continue;
                        }
                        let identity = identity_of(self.network, profile);
                        self.peers.set(identity, &profile.endpoints.link)?;
                    }
                    self.listings.replace(&series);
                }
                Err(error) => tracing::debug!(error = format!("{error:#}"), "no directory"),
            }
            tokio::time::sleep(BEAT).await;
        }
    }

    async fn ask(&self) -> Result<DirectoryShown> {
        let query = QueryRequest { what: "directory".to_owned(), payload: Vec::new() };
        let reply = self.peers.to(self.regional)?.query(query, CALL_LIMIT).await?;
        Ok(postcard::from_bytes(&reply.payload)?)
    }
}
