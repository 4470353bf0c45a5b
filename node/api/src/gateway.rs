//! What is behind the API: the node, and by its role a venue, the federation, a supervisor's
//! mirrors, a desk for banks, the switches of a testnet.
//!
//! What is not behind it is not served and not described.

use crate::feed::Feed;
use gcfn_anchor::checkpoint::SignedCheckpoint;
use gcfn_anchor::tile::Tile;
use gcfn_api_wire::bank::BankQueue;
use gcfn_api_wire::condition::{
    CellCondition, CertificateCondition, ChannelCondition, DiskCondition,
};
use gcfn_api_wire::federation::{
    Anchors, Application, ClockShown, LockList, MemberList, QuoteList, SeriesListed,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::settlement::CycleList;
use gcfn_api_wire::supervision::{FindingFilter, FindingList, MirrorList, WatchedCells};
use gcfn_council::{Council, SignedJoinRequest, Verb};
use gcfn_link::identity::NodeIdentity;
use gcfn_model::{
    Amount, CommandId, Currency, Digest, Millis, NodeId, OrderId, PartyId, ProposalId, SeriesId,
    Timestamp, TradeId, Xqid,
};
use gcfn_venue::{LockedRate, Outcome, Request, Venue};
use std::fmt;
use std::sync::Arc;

/// Everything behind the API of one node.
#[derive(Clone)]
pub struct Parts {
    /// The node itself.
    pub node: Arc<dyn Node>,
    /// Its venue, where it trades.
    pub venue: Option<Arc<dyn Gateway>>,
    /// The federation, in which every node has a voice.
    pub federation: Arc<dyn Federation>,
    /// The mirrors of a supervisor.
    pub mirrors: Option<Arc<dyn Mirrors>>,
    /// Where its banks deliver, if it has any.
    pub banks: Option<Arc<dyn BankDoor>>,
    /// What is possible on a testnet alone.
    pub testnet: Option<Arc<dyn Testnet>>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("trades", &self.venue.is_some())
            .field("supervises", &self.mirrors.is_some())
            .field("has_banks", &self.banks.is_some())
            .finish_non_exhaustive()
    }
}

/// What every node can say, whatever its role.
pub trait Node: Send + Sync + 'static {
    /// The last applied log entry of its own cell: the `as_of` of what is read afterwards.
    fn applied(&self) -> u64;

    /// The node's time, for the expiry of tokens and the age of payments.
    fn now(&self) -> Timestamp;

    /// Whether the node takes commands.
    fn health(&self) -> Health;

    /// Whether its replica has stopped for good, and shows a state that nobody else may have.
    fn is_halted(&self) -> bool;

    /// What the books committed to when the last epoch closed, where there are books.
    fn state_root(&self) -> Option<Digest>;

    /// The head of its own cell's header log, signed.
    fn checkpoint(&self) -> SignedCheckpoint;

    /// What that log has at the place of `tile`, if it reaches that far.
    fn tile(&self, tile: &Tile) -> Option<Vec<u8>>;

    /// How it does.
    fn condition(&self) -> OwnCondition;

    /// All figures in the Prometheus text format.
    fn metrics(&self) -> String;
}

/// What a node can say of how it does without asking another.
#[derive(Clone, Debug)]
pub struct OwnCondition {
    /// Its replicas.
    pub cells: Vec<CellCondition>,
    /// What waits for other nodes.
    pub channels: Vec<ChannelCondition>,
    /// Its certificate.
    pub certificate: CertificateCondition,
    /// Its disk.
    pub disk: DiskCondition,
}

/// The one boundary between the API and the venue of a node.
///
/// Object-safe, so that every handler compiles once, here, and not again for each machine that
/// a binary puts behind it.
#[tonic::async_trait]
pub trait Gateway: Node {
    /// Has the requests applied in this order, at one time, with nothing in between; one
    /// outcome each. Refusals are outcomes.
    async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Outcome>, Unavailable>;

    /// Shows the applied state. Must call `look` exactly once. Commands wait meanwhile.
    fn look(&self, look: &mut dyn FnMut(&Venue));

    /// The feed of the venue's books.
    fn feed(&self) -> &Feed;

    /// What other nodes list, as the directory of the federation tells it, by id.
    fn listings(&self) -> Vec<ForeignListing>;

    /// A series that another node lists.
    fn listing(&self, series: SeriesId) -> Option<ForeignListing>;

    /// Has a dealer lock a rate for this node. The same command asks for the same lock.
    async fn lock_rate(&self, ask: RateRequest) -> Result<LockedRate, NoRate>;

    /// The proof of a trade in the form of `gcfn verify`. The machine has the trade.
    async fn receipt(&self, trade: TradeId) -> Result<serde_json::Value, NoReceipt>;

    /// The proof of who holds a coupon now, in the form of `gcfn verify`. Waits for the round that
    /// makes it final.
    async fn coupon_receipt(&self, coupon: Xqid) -> Result<serde_json::Value, NoReceipt>;

    /// The proof that an order is open now, as [`Gateway::coupon_receipt`] proves who holds a coupon.
    async fn order_receipt(&self, order: OrderId) -> Result<serde_json::Value, NoReceipt>;
}

/// What a node knows of the federation, and its voice in it.
#[tonic::async_trait]
pub trait Federation: Send + Sync + 'static {
    /// Everybody in the directory.
    async fn members(&self) -> Result<MemberList, Unavailable>;

    /// The last final round, and the keys of those who make rounds final.
    async fn anchors(&self) -> Result<Anchors, Unavailable>;

    /// What the members list.
    async fn series(&self) -> Result<SeriesListed, Unavailable>;

    /// What dealers offer now.
    async fn quotes(&self) -> Result<QuoteList, Unavailable>;

    /// The rates that dealers hold for nodes; none where the node has no replica of the
    /// federation.
    fn locks(&self) -> Option<LockList>;

    /// The cycles of the federation's house; none where the node has no replica of it.
    fn cycles(&self) -> Option<CycleList>;

    /// Shows the federation's state and what of its log it holds at least, where the node has a
    /// replica of it.
    fn look(&self, look: &mut dyn FnMut(&Council, u64));

    /// Has the federation carry out a wish of this node, once for each `command`. Names what waits
    /// until others say the same.
    async fn say(&self, command: CommandId, verb: Verb) -> Result<Option<ProposalId>, Problem>;

    /// Brings an applicant's own signed request.
    async fn apply(&self, request: SignedJoinRequest) -> Result<(), Problem>;

    /// How an application stands, where the node has a replica of the federation.
    fn application(&self, node: NodeId) -> Option<Application>;
}

/// What a supervisor's node has verified and found.
#[tonic::async_trait]
pub trait Mirrors: Send + Sync + 'static {
    /// One line for each watched cell.
    async fn status(&self) -> WatchedCells;

    /// The digests behind each line.
    fn mirrors(&self) -> MirrorList;

    /// The findings that pass, newest first.
    async fn findings(&self, filter: FindingFilter) -> FindingList;
}

/// Where the banks of a node deliver.
#[tonic::async_trait]
pub trait BankDoor: Send + Sync + 'static {
    /// Takes one ISO 20022 message of `bank` once, however often it is delivered, with what is
    /// beside it as its signature.
    async fn take(
        &self,
        bank: NodeIdentity,
        message: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<(), Problem>;

    /// What waits for each bank, by currency.
    fn queues(&self) -> Vec<BankQueue>;
}

/// What is possible on a testnet alone.
#[tonic::async_trait]
pub trait Testnet: Send + Sync + 'static {
    /// What the node's clock shows.
    fn clock(&self) -> ClockShown;

    /// Moves the node's clock to real time plus `offset`; it never goes back. What it shows now.
    fn shift(&self, offset: Millis) -> Result<ClockShown, Problem>;

    /// Has the venue's cell take a snapshot and waits for it: the log entry that it covers.
    async fn snapshot(&self) -> Result<u64, Unavailable>;
}

impl dyn Federation {
    /// What `look` makes of this node's replica of the federation, and the `as_of` that it holds at
    /// least; nothing where it has none.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Council, u64) -> T) -> Option<T> {
        let (mut look, mut seen) = (Some(look), None);
        self.look(&mut |council, as_of| seen = look.take().map(|look| look(council, as_of)));
        seen
    }
}

impl dyn Gateway {
    /// What `look` makes of the applied state, and the `as_of` that it holds at least.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Venue, u64) -> T) -> T {
        // Read first: the state that is shown afterwards may be newer, never older.
        let as_of = self.applied();
        let (mut look, mut seen) = (Some(look), None);
        self.look(&mut |venue| seen = look.take().map(|look| look(venue, as_of)));
        seen.expect("a gateway shows its state")
    }
}

/// Why requests have no outcome, by what the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// Nothing was done: another replica leads, or none.
    NotLeading,
    /// Nothing was done: too much waits.
    Busy,
    /// Nothing was done: the cell is halted or shutting down.
    Halted,
    /// It may or may not take effect; the same ids find out.
    InDoubt,
    /// Nothing was done: the node that knows does not answer.
    Unreached,
}

impl From<Unavailable> for Code {
    fn from(unavailable: Unavailable) -> Code {
        match unavailable {
            Unavailable::NotLeading => Code::NotLeading,
            Unavailable::Busy => Code::Busy,
            Unavailable::Halted => Code::Halted,
            Unavailable::InDoubt => Code::InDoubt,
            Unavailable::Unreached => Code::Unreached,
        }
    }
}

/// Whether a replica serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// The cell has a leader with a quorum and is not halted.
    pub ready: bool,
    /// This replica is that leader.
    pub leading: bool,
}

/// A series of another node, as the directory tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignListing {
    /// The series.
    pub series: SeriesId,
    /// The node that lists it.
    pub home: NodeId,
    /// Face value of one coupon.
    pub face: Amount,
    /// How many there are.
    pub minted: u64,
    /// The currency of its prices.
    pub currency: Currency,
    /// When its coupons end.
    pub expires_at: Timestamp,
}

/// A wish for a locked rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateRequest {
    /// The caller's id of the wish.
    pub command: CommandId,
    /// Who asks.
    pub party: PartyId,
    /// The currency that is paid: the venue's.
    pub pays: Currency,
    /// The currency that is needed.
    pub needs: Currency,
    /// How much of it.
    pub size: Amount,
}

/// Why there is no locked rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRate {
    /// Nobody quotes that pair and size now.
    NoQuote,
    /// The command was another wish before.
    OtherWish,
    /// The federation does not answer.
    Unavailable(Unavailable),
}

impl From<NoRate> for Code {
    fn from(no_rate: NoRate) -> Code {
        match no_rate {
            NoRate::NoQuote => Code::NoQuote,
            NoRate::OtherWish => Code::IdempotencyConflict,
            NoRate::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

/// Why there is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReceipt {
    /// What it proves is under no final round yet.
    NotAnchored,
    /// The journal does not answer.
    Unavailable,
    /// The machine does not answer.
    Machine(Unavailable),
    /// There is nothing to prove.
    Unknown,
}

impl From<NoReceipt> for Code {
    fn from(no_receipt: NoReceipt) -> Code {
        match no_receipt {
            NoReceipt::NotAnchored => Code::NotAnchored,
            NoReceipt::Unavailable => Code::StoreUnavailable,
            NoReceipt::Machine(unavailable) => unavailable.into(),
            NoReceipt::Unknown => Code::NotFound,
        }
    }
}
