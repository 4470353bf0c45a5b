//! What can be replicated: the one trait between a pure machine and the shell around it.

use crate::Timestamp;
use alloc::vec::Vec;
use core::fmt::Debug;
use serde::{Serialize, de::DeserializeOwned};

/// A deterministic machine. The same commands at the same times give the same state, outcomes
/// and events on every replica, on every run, on every platform.
///
/// The machine serializes whole: that is its snapshot.
pub trait Machine: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What may be asked of it. Refused commands are answered, never errors.
    type Command: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static;
    /// The answer to one command.
    type Outcome: Clone + Debug + Send + Sync + 'static;
    /// What happened, in order. Everything that leaves the node is made from these.
    type Event: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static;
    /// A machine as it was at one moment: it serializes to the bytes that the machine would have
    /// then, and does not change.
    type Frozen: Serialize + Send + 'static;

    /// Applies one command. `at` is the time in the log entry; a machine never runs backwards,
    /// so a time before its last one is read as the last one.
    fn apply(
        &mut self,
        at: Timestamp,
        command: &Self::Command,
        events: &mut Vec<Self::Event>,
    ) -> Self::Outcome;

    /// The machine as it is now, to be written down elsewhere while this one goes on. Commands
    /// wait for it: it is to cost little, however large the machine is.
    fn freeze(&self) -> Self::Frozen;

    /// Whether the last command told the machine that its state is not what the leader has at the
    /// same place of the log. Its replica stops then (DRV-06): nothing that it says may be believed,
    /// and no snapshot is taken of it.
    fn has_diverged(&self) -> bool {
        false
    }
}
