//! What stands behind the API of a node.

use crate::condition::Observer;
use crate::federation::HeadSource;
use crate::membership::Wishes;
use crate::prover::Prover;
use crate::voice::{FINAL_LIMIT, Voice};
use gcfn_anchor::checkpoint::SignedCheckpoint;
use gcfn_anchor::receipt::{HeadProof, Receipt, VERSION};
use gcfn_anchor::tile::Tile;
use gcfn_api::feed::Feed;
use gcfn_api::gateway::{
    ForeignListing, Gateway, Health, NoRate, NoReceipt, Node, OwnCondition, RateRequest,
    Unavailable,
};
use gcfn_api::projection::TRADE;
use gcfn_cell::{Cell, SubmitError};
use gcfn_council::{Council, Done, Refusal, Series, Verb};
use gcfn_model::{Digest, Machine, NodeId, OrderId, SeriesId, Timestamp, TradeId, Xqid};
use gcfn_replica::{Command, Refused, Replica, Reply, StateReceipt, Subject};
use gcfn_store::ReadModel;
use gcfn_telemetry::Metrics;
use gcfn_venue::{LockedRate, Outcome, Request, Venue};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

/// How often somebody who waits for a round looks for it.
const ROUND_WATCH: Duration = Duration::from_millis(250);

/// The series that others list, as last seen in the directory.
#[derive(Clone, Debug)]
pub(crate) struct Listings {
    own: NodeId,
    known: Arc<RwLock<BTreeMap<SeriesId, ForeignListing>>>,
}

impl Listings {
    /// None yet, for the node `own`.
    pub(crate) fn of(own: NodeId) -> Listings {
        Listings { own, known: Arc::default() }
    }

    /// Replaces what is known by the directory, which lists the node's own series as well.
    pub(crate) fn replace(&self, series: &[Series]) {
        let abroad = series.iter().filter(|series| series.home != self.own);
        let listings = abroad.map(|Series { home, listing }| ForeignListing {
            series: listing.series,
            home: *home,
            face: listing.face,
            minted: listing.minted,
            currency: listing.currency,
            expires_at: listing.expires_at,
        });
        let listings = listings.map(|listing| (listing.series, listing)).collect();
        *self.known.write().expect("nothing panics while it writes") = listings;
    }

    fn all(&self) -> Vec<ForeignListing> {
        let known = self.known.read().expect("nothing panics while it writes");
        known.values().copied().collect()
    }

    fn of_series(&self, series: SeriesId) -> Option<ForeignListing> {
        self.known.read().expect("nothing panics while it writes").get(&series).copied()
    }
}

/// The gateway of one trading node.
#[derive(Clone)]
pub(crate) struct NodeGateway {
    /// Its cell.
    pub(crate) cell: Cell<Replica>,
    /// What proves its events.
    pub(crate) prover: Prover<Replica>,
    /// Where trades are found.
    pub(crate) read_model: ReadModel,
    /// Its voice in the federation.
    pub(crate) voice: Voice,
    /// Where its head is anchored.
    pub(crate) heads: HeadSource,
    /// What others list.
    pub(crate) listings: Listings,
    /// What it has said in the federation.
    pub(crate) wishes: Wishes,
    /// Where its books are followed.
    pub(crate) feed: Feed,
    /// What it shows of itself.
    pub(crate) observer: Observer,
    /// Its figures.
    pub(crate) metrics: Arc<Metrics>,
}

impl From<LocalFault> for Unavailable {
    fn from(fault: LocalFault) -> Unavailable {
        match fault.0 {
            SubmitError::NotLeader { .. } => Unavailable::NotLeading,
            SubmitError::Busy | SubmitError::TooLarge { .. } => Unavailable::Busy,
            SubmitError::Halted(_) | SubmitError::ShuttingDown => Unavailable::Halted,
            SubmitError::Unknown => Unavailable::InDoubt,
        }
    }
}

/// A submission that had no outcome.
struct LocalFault(SubmitError);

impl Node for NodeGateway {
    fn applied(&self) -> u64 {
        self.cell.applied().borrow().index
    }

    fn now(&self) -> Timestamp {
        self.voice.clock.now()
    }

    fn health(&self) -> Health {
        health(&self.cell)
    }

    fn is_halted(&self) -> bool {
        self.cell.is_halted()
    }

    fn state_root(&self) -> Option<Digest> {
        self.prover.last_header().map(|header| header.state_root)
    }

    fn checkpoint(&self) -> SignedCheckpoint {
        self.prover.checkpoint(&self.voice)
    }

    fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        self.prover.tile(tile)
    }

    fn condition(&self) -> OwnCondition {
        self.observer.look()
    }

    fn metrics(&self) -> String {
        self.metrics.render()
    }
}

/// A node without a venue, as its API asks it: the federation's cell is its own.
pub(crate) struct CouncilNode {
    /// Its replica of the federation.
    pub(crate) cell: Cell<Council>,
    /// What proves the federation's events.
    pub(crate) prover: Prover<Council>,
    /// What it signs with, and reads time from.
    pub(crate) voice: Voice,
    /// What it shows of itself.
    pub(crate) observer: Observer,
    /// Its figures.
    pub(crate) metrics: Arc<Metrics>,
}

impl Node for CouncilNode {
    fn applied(&self) -> u64 {
        self.cell.applied().borrow().index
    }

    fn now(&self) -> Timestamp {
        self.voice.clock.now()
    }

    fn health(&self) -> Health {
        health(&self.cell)
    }

    fn is_halted(&self) -> bool {
        self.cell.is_halted()
    }

    fn state_root(&self) -> Option<Digest> {
        self.prover.last_header().map(|header| header.state_root)
    }

    fn checkpoint(&self) -> SignedCheckpoint {
        self.prover.checkpoint(&self.voice)
    }

    fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        self.prover.tile(tile)
    }

    fn condition(&self) -> OwnCondition {
        self.observer.look()
    }

    fn metrics(&self) -> String {
        self.metrics.render()
    }
}

fn health<M: Machine>(cell: &Cell<M>) -> Health {
    let metrics = cell.metrics();
    let leading = metrics.is_leader();
    let ready = metrics.halted.is_none() && (leading || metrics.leader.is_some());
    Health { ready, leading }
}

#[tonic::async_trait]
impl Gateway for NodeGateway {
    async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Outcome>, Unavailable> {
        let command = |request| Command::Venue(gcfn_venue::Command::Request(request));
        let commands: Vec<Command> = requests.into_iter().map(command).collect();
        let outcomes = self.cell.submit(&commands).await.map_err(LocalFault)?;
        let answers = outcomes.into_iter().map(|outcome| match outcome {
            Ok(Reply::Venue(outcome)) => Ok(outcome),
            // Only an order at another node can meet this, and every such order comes alone.
            Err(Refused::MailboxFull(_)) => Err(Unavailable::Busy),
            other => {
                tracing::error!(?other, "the replica answered a request with something else");
                Err(Unavailable::Halted)
            }
        });
        answers.collect()
    }

    fn look(&self, look: &mut dyn FnMut(&Venue)) {
        self.cell.read(|replica| look(replica.venue()));
    }

    fn feed(&self) -> &Feed {
        &self.feed
    }

    fn listings(&self) -> Vec<ForeignListing> {
        self.listings.all()
    }

    fn listing(&self, series: SeriesId) -> Option<ForeignListing> {
        self.listings.of_series(series)
    }

    async fn lock_rate(&self, ask: RateRequest) -> Result<LockedRate, NoRate> {
        let RateRequest { command, pays, needs, size, .. } = ask;
        let verb = Verb::RequestLock { pays, needs, size };
        let signed = self.wishes.sign(&self.voice, command, verb);
        let signed = signed.map_err(|_| NoRate::OtherWish)?;
        let outcome = self.voice.submit(signed).await.map_err(|error| {
            tracing::warn!(error = format!("{error:#}"), "lock a rate");
            NoRate::Unavailable(Unavailable::InDoubt)
        })?;
        let rate = match outcome {
            Ok(Done::Locked(rate)) => rate,
            Ok(_) | Err(Refusal::NoQuote) => return Err(NoRate::NoQuote),
            Err(Refusal::IdempotencyConflict) => return Err(NoRate::OtherWish),
            Err(Refusal::Expired | Refusal::ExpiresTooLate) => {
                return Err(NoRate::Unavailable(Unavailable::Busy));
            }
            Err(refusal) => {
                tracing::warn!(%refusal, "rate not locked");
                return Err(NoRate::NoQuote);
            }
        };
        self.until_known(&rate).await;
        Ok(rate)
    }

    async fn receipt(&self, trade: TradeId) -> Result<serde_json::Value, NoReceipt> {
        let row = self.read_model.get(TRADE, &trade.to_string()).await;
        // Whoever asks has seen the trade in the machine: its row is on the way.
        let row = row.map_err(|_| NoReceipt::Unavailable)?.ok_or(NoReceipt::NotAnchored)?;
        let anchor = self.heads.head_proof(self.voice.node).await;
        let anchor = anchor.map_err(|error| {
            tracing::debug!(error = format!("{error:#}"), "no anchored head");
            NoReceipt::NotAnchored
        })?;
        if self.prover.last_seq(anchor.head.size) < row.seq {
            return Err(NoReceipt::NotAnchored);
        }
        let proven = self.prover.prove(row.seq, anchor.head.size);
        let (event, proof) = proven.map_err(|_| NoReceipt::Unavailable)?;
        let receipt = Receipt { version: VERSION, event, proof, anchor };
        serde_json::to_value(receipt).map_err(|_| NoReceipt::Unavailable)
    }

    async fn coupon_receipt(&self, coupon: Xqid) -> Result<serde_json::Value, NoReceipt> {
        self.state_receipt(Subject::Coupon(coupon)).await
    }

    async fn order_receipt(&self, order: OrderId) -> Result<serde_json::Value, NoReceipt> {
        self.state_receipt(Subject::Order(order)).await
    }
}

impl NodeGateway {
    /// What the state says now, once a final round covers it.
    async fn state_receipt(&self, subject: Subject) -> Result<serde_json::Value, NoReceipt> {
        let outcomes = self.cell.submit(&[Command::Show(subject)]).await;
        let outcomes = outcomes.map_err(|fault| NoReceipt::Machine(LocalFault(fault).into()))?;
        let Some(Ok(Reply::Shown { epoch, shown })) = outcomes.into_iter().next() else {
            return Err(NoReceipt::Unknown);
        };
        let covered = tokio::time::timeout(FINAL_LIMIT, self.anchor_over(epoch)).await;
        let anchor = covered.map_err(|_| NoReceipt::NotAnchored)?;
        let proven = self.prover.prove_header(epoch, anchor.head.size);
        let (header, header_path) = proven.ok_or(NoReceipt::Unavailable)?;
        let version = gcfn_replica::VERSION;
        let receipt = StateReceipt { version, shown, header, header_path, anchor };
        serde_json::to_value(receipt).map_err(|_| NoReceipt::Unavailable)
    }

    /// The first final round that it sees to cover an epoch of the node's cell.
    async fn anchor_over(&self, epoch: u64) -> HeadProof {
        loop {
            match self.heads.head_proof(self.voice.node).await {
                Ok(anchor) if epoch < anchor.head.size => return anchor,
                Ok(_) => {}
                Err(error) => tracing::debug!(error = format!("{error:#}"), "no anchored head"),
            }
            tokio::time::sleep(ROUND_WATCH).await;
        }
    }

    /// Waits until the lock is final and this node's venue has heard of it, so that an order
    /// that follows at once finds it; gives up after a while, and the order then says so.
    async fn until_known(&self, rate: &LockedRate) {
        let mut applied = self.cell.applied();
        let known = async {
            while self.cell.read(|replica| replica.venue().lock(rate.lock).is_none()) {
                if applied.changed().await.is_err() {
                    return;
                }
            }
        };
        if tokio::time::timeout(FINAL_LIMIT, known).await.is_err() {
            tracing::debug!(lock = %rate.lock, "a locked rate is not final yet");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gcfn_council::Listing;
    use gcfn_model::{Amount, Currency};

    #[test]
    fn what_others_list_does_not_name_the_nodes_own_series() {
        let node = |name: &str| name.parse::<NodeId>().unwrap();
        let series = |id: u8, home: &str| Series {
            home: node(home),
            listing: Listing {
                series: SeriesId::from_bytes([id; 16]),
                face: Amount::MAX,
                minted: 1,
                currency: Currency::Cny,
                expires_at: Timestamp::EPOCH,
            },
        };
        let listings = Listings::of(node("cn-sha"));
        listings.replace(&[series(1, "cn-sha"), series(2, "hk")]);
        let homes: Vec<NodeId> = listings.all().iter().map(|listing| listing.home).collect();
        assert_eq!(homes, [node("hk")]);
    }
}
