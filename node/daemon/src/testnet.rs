//! What is possible on a testnet alone: moving the clock, and a snapshot when somebody asks.

use crate::clock::NodeClock;
use gcfn_api::gateway::{Testnet, Unavailable};
use gcfn_cell::Cell;
use gcfn_model::{Millis, Timestamp};
use gcfn_replica::Replica;
use std::time::Duration;

/// How long a caller waits for a snapshot.
const SNAPSHOT_LIMIT: Duration = Duration::from_secs(15);

/// The switches of one node of a testnet.
pub(crate) struct Switches {
    /// Its clock.
    pub(crate) clock: NodeClock,
    /// Its venue, where it has one.
    pub(crate) venue: Option<Cell<Replica>>,
}

#[tonic::async_trait]
impl Testnet for Switches {
    fn shift(&self, offset: Millis) -> Result<Timestamp, Unavailable> {
        self.clock.shift(Duration::from_millis(offset.0)).map_err(|error| {
            tracing::error!(error = format!("{error:#}"), "the clock is not moved");
            Unavailable::Halted
        })?;
        Ok(self.clock.clock().now())
    }

    async fn snapshot(&self) -> Result<u64, Unavailable> {
        let cell = self.venue.as_ref().ok_or(Unavailable::Halted)?;
        let index = cell.metrics().applied_index;
        let taken = async {
            cell.snapshot().await?;
            cell.until(|metrics| index <= metrics.snapshot_index).await
        };
        match tokio::time::timeout(SNAPSHOT_LIMIT, taken).await {
            Ok(Ok(metrics)) => Ok(metrics.snapshot_index),
            Ok(Err(error)) => {
                tracing::error!(%error, "no snapshot");
                Err(Unavailable::Halted)
            }
            Err(_) => Err(Unavailable::Busy),
        }
    }
}
