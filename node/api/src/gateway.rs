//! What is behind the API: the machine, the federation's directory, the node's health.

use gcfn_api_wire::problem::Code;
use gcfn_model::{
    Amount, CommandId, Currency, Digest, NodeId, PartyId, SeriesId, Timestamp, TradeId,
};
use gcfn_venue::{LockedRate, Outcome, Request, Venue};

/// The one boundary between the API and the rest of the node.
///
/// Object-safe, so that every handler compiles once, here, and not again for each machine that
/// a binary puts behind it.
#[tonic::async_trait]
pub trait Gateway: Send + Sync + 'static {
    /// Has the requests applied in this order, at one time, with nothing in between; one
    /// outcome each. Refusals are outcomes.
    async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Outcome>, Unavailable>;

    /// Shows the applied state. Must call `look` exactly once. Commands wait meanwhile.
    fn look(&self, look: &mut dyn FnMut(&Venue));

    /// The last applied log entry: the `as_of` of what is read afterwards.
    fn applied(&self) -> u64;

    /// The node's time, for the expiry of tokens and the age of payments.
    fn now(&self) -> Timestamp;

    /// Whether the node takes commands.
    fn health(&self) -> Health;

    /// What the books committed to when the last epoch closed.
    fn state_root(&self) -> Option<Digest>;

    /// What other nodes list, as the directory of the federation tells it, by id.
    fn listings(&self) -> Vec<ForeignListing>;

    /// A series that another node lists.
    fn listing(&self, series: SeriesId) -> Option<ForeignListing>;

    /// Has a dealer lock a rate for this node. The same command asks for the same lock.
    async fn lock_rate(&self, ask: RateRequest) -> Result<LockedRate, NoRate>;

    /// The proof of a trade in the form of `gcfn verify`. The machine has the trade.
    async fn receipt(&self, trade: TradeId) -> Result<serde_json::Value, NoReceipt>;

    /// All figures in the Prometheus text format.
    fn metrics(&self) -> String;
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
}

impl From<Unavailable> for Code {
    fn from(unavailable: Unavailable) -> Code {
        match unavailable {
            Unavailable::NotLeading => Code::NotLeading,
            Unavailable::Busy => Code::Busy,
            Unavailable::Halted => Code::Halted,
            Unavailable::InDoubt => Code::InDoubt,
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
    /// The federation does not answer.
    Unavailable(Unavailable),
}

impl From<NoRate> for Code {
    fn from(no_rate: NoRate) -> Code {
        match no_rate {
            NoRate::NoQuote => Code::NoQuote,
            NoRate::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

/// Why there is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReceipt {
    /// The trade is under no final round yet.
    NotAnchored,
    /// The journal does not answer.
    Unavailable,
}

impl From<NoReceipt> for Code {
    fn from(no_receipt: NoReceipt) -> Code {
        match no_receipt {
            NoReceipt::NotAnchored => Code::NotAnchored,
            NoReceipt::Unavailable => Code::StoreUnavailable,
        }
    }
}
