//! Carries envelopes to other nodes until they have acknowledged them.
//!
//! Nothing is kept here: what waits is in the cell's mailbox, what was acknowledged goes back
//! into the cell's log. A crash repeats what the addressee drops.

use crate::signing_key::SigningKey;
use anyhow::Result;
use gcfn_cell::Cell;
use gcfn_link::client::Peers;
use gcfn_model::NodeId;
use gcfn_peering::envelope::Line;
use gcfn_replica::{Command, Replica};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// The most envelopes in one call.
const BATCH_MAX: usize = 64;
/// The most bytes of envelopes in one call and in one entry of the addressee's log: what is around
/// them there fits beside them into what a cell takes at once.
pub(crate) const BATCH_BYTES_MAX: usize = 768 << 10;
const CALL_LIMIT: Duration = Duration::from_secs(10);
/// How long a line rests after a failed call, first and at most.
const PAUSE_MIN: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// The courier of one trading node.
pub(crate) struct Courier {
    /// The cell whose mailbox it empties.
    pub(crate) cell: Cell<Replica>,
    /// Whom it reaches.
    pub(crate) peers: Peers,
    /// What it signs with.
    pub(crate) key: SigningKey,
}

/// When a line may be tried again.
#[derive(Clone, Copy)]
struct Pause {
    until: Instant,
    length: Duration,
}

impl Courier {
    /// Works for ever, on the replica that leads.
    ///
    /// # Errors
    /// When the cell has stopped.
    pub(crate) async fn run(self) -> Result<()> {
        let mut applied = self.cell.applied();
        let mut pauses = BTreeMap::<NodeId, Pause>::new();
        loop {
            if self.cell.metrics().is_leader() {
                for line in self.cell.read(|replica| replica.pending_lines().collect::<Vec<_>>()) {
                    self.carry(line, &mut pauses).await;
                }
            }
            let nap = tokio::time::sleep(PAUSE_MIN);
            tokio::select! {
                changed = applied.changed() => changed?,
                () = nap => {}
            }
        }
    }

    async fn carry(&self, line: Line, pauses: &mut BTreeMap<NodeId, Pause>) {
        if pauses.get(&line.peer).is_some_and(|pause| Instant::now() < pause.until) {
            return;
        }
        match self.deliver(line).await {
            Ok(()) => {
                pauses.remove(&line.peer);
            }
            Err(error) => {
                let last = pauses.get(&line.peer).map_or(Duration::ZERO, |pause| pause.length);
                let length = (last * 2).clamp(PAUSE_MIN, PAUSE_MAX);
                pauses.insert(line.peer, Pause { until: Instant::now() + length, length });
                tracing::debug!(peer = %line.peer, %error, "envelopes wait");
            }
        }
    }

    async fn deliver(&self, line: Line) -> Result<()> {
        let waiting = self
            .cell
            .read(|replica| replica.pending(line).take(BATCH_MAX).cloned().collect::<Vec<_>>());
        let signer = self.key.signer();
        let mut envelopes = Vec::with_capacity(waiting.len());
        for envelope in waiting {
            envelopes.push(postcard::to_allocvec(&envelope.sign(&signer))?);
        }
        envelopes.truncate(fitting(envelopes.iter().map(Vec::len)));
        let reply = self.peers.to(line.peer)?.deliver(envelopes, CALL_LIMIT).await?;
        if 0 < reply.applied_seq {
            let seq = reply.applied_seq;
            for outcome in self.cell.submit(&[Command::Acknowledged { line, seq }]).await? {
                outcome?;
            }
        }
        anyhow::ensure!(
            reply.refusal.is_empty(),
            "refused: {}",
            String::from_utf8_lossy(&reply.refusal)
        );
        Ok(())
    }
}

/// How many of the next envelopes, by their sizes, go together: at least one, if there is one.
pub(crate) fn fitting(sizes: impl Iterator<Item = usize>) -> usize {
    let sums = sizes.scan(0_usize, |sum, size| {
        *sum = sum.saturating_add(size);
        Some(*sum)
    });
    sums.enumerate().take_while(|(number, sum)| *number == 0 || *sum <= BATCH_BYTES_MAX).count()
}

#[cfg(test)]
mod tests;
