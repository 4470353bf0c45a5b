//! What a node says about itself: metrics, logs, and the end of its tasks.
//!
//! Decides nothing. It is the only crate that names a metric and the only one that starts a
//! task, so that no figure is recorded under a name nobody documented and no task dies unseen.

mod chain;
mod logs;
mod metric;
mod tasks;

pub use chain::ErrorChain;
pub use logs::{LogFault, LogFormat, LogTarget, init_logs};
pub use metric::{Counter, Gauge, InstallFault, Metrics, Spec, Timing, specs};
pub use tasks::{CriticalEnd, Importance, Supervisor, spawn};
