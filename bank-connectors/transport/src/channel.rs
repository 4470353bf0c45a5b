//! The way to a bank, whatever it is made of.

use core::fmt;
use gcfn_anchor::keys::Signature;
use gcfn_iso20022::Reference;
use gcfn_model::Uetr;

/// One message on its way to a bank. Holds personal data; its debug form shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id. Unique to the message, so that channels can tell repeats.
    pub id: Reference,
    /// The payment that it is about, if it is about one.
    pub uetr: Option<Uetr>,
    /// The message as it is sent, and as it was sent before if it was.
    pub bytes: Vec<u8>,
    /// The node's signature over these bytes, which goes beside them.
    pub signature: Signature,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({}, {} bytes)", self.id, self.bytes.len())
    }
}

/// A way to hand messages to one bank. A message queue joins here: to publish with the broker's
/// confirmation is one `send`.
pub trait Channel: Send + Sync {
    /// What keeps a message from being handed over. It holds nothing of the message.
    type Fault: std::error::Error + Send + 'static;

    /// Hands `message` over. Done means that the bank, or a medium that outlives this node, has
    /// it whole. After a fault nothing is known, and the same message is handed over again. May
    /// be dropped while it waits.
    fn send(&self, message: &Message) -> impl Future<Output = Result<(), Self::Fault>> + Send;

    /// Whether the bank may have the message all the same: it was asked and did not answer. A
    /// payment is not handed over again then before the bank has said that it has no record.
    fn may_have_arrived(fault: &Self::Fault) -> bool;
}
