//! Whether a replica still serves writes.

use gcfn_telemetry::ErrorChain;
use std::error::Error;
use std::sync::OnceLock;

/// Set once, by whoever first cannot go on. Shared by all parts of a replica.
#[derive(Debug)]
pub(crate) struct Halt {
    cell: String,
    reason: OnceLock<String>,
}

impl Halt {
    pub(crate) fn new(cell: &str) -> Halt {
        Halt { cell: cell.to_owned(), reason: OnceLock::new() }
    }

    /// Stops serving writes for good. The first reason stays.
    pub(crate) fn because(&self, error: &(dyn Error + 'static)) {
        let reason = ErrorChain(error).to_string();
        if self.reason.set(reason.clone()).is_ok() {
            tracing::error!(
                cell = self.cell,
                reason,
                "cell is halted; its files are kept as found"
            );
        }
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        self.reason.get().map(String::as_str)
    }
}
