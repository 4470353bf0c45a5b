//! The node's clock: real time, and on a testnet real time plus an offset that survives a
//! restart, so that a node that comes back does not fall behind its own log.

use crate::files::NodeFiles;
use anyhow::Result;
use gcfn_cell::{Clock, ShiftedClock, SystemClock};
use std::sync::Arc;
use std::time::Duration;

const FILE: &str = "data/clock.json";

/// The clock of a node, and what moves it.
#[derive(Clone)]
pub(crate) struct NodeClock {
    shifted: Arc<ShiftedClock>,
    files: NodeFiles,
}

impl NodeClock {
    /// The clock of the node with these files. `movable` on a testnet only.
    ///
    /// # Errors
    /// When the remembered offset cannot be read.
    pub(crate) fn open(files: &NodeFiles, movable: bool) -> Result<NodeClock> {
        let shifted = Arc::new(ShiftedClock::new(Arc::new(SystemClock)));
        if movable && files.path(FILE).exists() {
            shifted.set_offset(Duration::from_millis(files.read_json(FILE)?));
        }
        Ok(NodeClock { shifted, files: files.clone() })
    }

    /// The clock, for machines.
    #[must_use]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.shifted.clone()
    }

    /// Moves the clock to real time plus `offset`; it never goes back.
    ///
    /// # Errors
    /// When the offset cannot be written down.
    pub(crate) fn shift(&self, offset: Duration) -> Result<()> {
        self.files.write_json(FILE, &offset.as_millis())?;
        self.shifted.set_offset(offset);
        Ok(())
    }
}
