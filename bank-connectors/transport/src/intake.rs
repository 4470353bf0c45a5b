//! The way back from a bank that leaves its messages somewhere: the node fetches them.
//!
//! A bank that calls, as by HTTPS, needs none: it hears the answer to its call.

use crate::refusal::Refusal;
use core::fmt;
use std::sync::Arc;

/// A message as it came, and the place where it waits. Holds personal data; its debug form shows
/// none.
pub struct Arrival<P> {
    /// What it is; of one longer than is taken perhaps only the beginning.
    pub bytes: Arc<[u8]>,
    /// What is beside it as its signature.
    pub signature: Option<Vec<u8>>,
    pub(crate) place: P,
}

impl<P> fmt::Debug for Arrival<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arrival({} bytes)", self.bytes.len())
    }
}

/// What becomes of a message that was fetched. One that the node cannot take now has no verdict: it
/// stays where it is and is fetched again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The machine has been told.
    Taken,
    /// It is refused for good.
    Refused(Refusal),
}

/// A place where the messages of one bank wait until the node has taken them.
pub trait Intake: Send {
    /// What keeps the place from being read. It holds nothing of a message.
    type Fault: std::error::Error + Send + Sync + 'static;
    /// Where a message waits.
    type Place: Send + Sync;

    /// The message that is next; the same again until it is put away. Waits until there is one, and
    /// may be dropped while it waits.
    fn next(&mut self) -> impl Future<Output = Result<Arrival<Self::Place>, Self::Fault>> + Send;

    /// Puts the message away that came last and tells the bank the verdict. After a fault, or a
    /// crash at any point, the same message comes again; the same verdict on it changes nothing.
    fn put_away(
        &mut self,
        arrival: Arrival<Self::Place>,
        verdict: &Verdict,
    ) -> impl Future<Output = Result<(), Self::Fault>> + Send;
}
