//! What is possible on a testnet alone: moving the clock, and a snapshot when somebody asks.
//!
//! The clock goes forwards only, and only to days for which the node has a calendar: a node
//! without one could not go on.

use crate::clock::{ClockFault, NodeClock};
use crate::region::Region;
use crate::scheduler::DAYS_AHEAD;
use gcfn_api::gateway::{Testnet, Unavailable};
use gcfn_api_wire::federation::ClockShown;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_cell::Cell;
use gcfn_model::Millis;
use gcfn_replica::Replica;
use std::time::Duration;

/// How long a caller waits for a snapshot.
const SNAPSHOT_LIMIT: Duration = Duration::from_secs(15);

/// The switches of one node of a testnet.
pub(crate) struct Switches {
    /// Its clock.
    pub(crate) clock: NodeClock,
    /// The days that it can go to, where it has a venue.
    pub(crate) calendar: Option<Region>,
    /// Its venue, where it has one.
    pub(crate) venue: Option<Cell<Replica>>,
}

impl From<ClockFault> for Problem {
    fn from(fault: ClockFault) -> Problem {
        let code = match &fault {
            ClockFault::TooFar(_) => Code::ClockTooFar,
            ClockFault::Backwards { .. } => Code::ClockGoesBack,
            ClockFault::NotWritten(error) => {
                tracing::error!(error = format!("{error:#}"), "the clock is not moved");
                return Code::Internal.into();
            }
        };
        Problem::new(code.line(), fault.to_string()).at("offset_ms")
    }
}

#[tonic::async_trait]
impl Testnet for Switches {
    fn clock(&self) -> ClockShown {
        let offset_ms = u64::try_from(self.clock.offset().as_millis()).unwrap_or(u64::MAX);
        ClockShown { offset_ms, now: Text(self.clock.clock().now()) }
    }

    fn shift(&self, offset: Millis) -> Result<ClockShown, Problem> {
        let offset = Duration::from_millis(offset.0);
        let then = self.clock.would_show(offset)?;
        if let Some(region) = &self.calendar {
            region.trading_days(then, DAYS_AHEAD).map_err(|fault| {
                Problem::new(Code::NoCalendar.line(), fault.to_string()).at("offset_ms")
            })?;
        }
        self.clock.shift(offset)?;
        Ok(self.clock())
    }

    async fn snapshot(&self) -> Result<u64, Unavailable> {
        let cell = self.venue.as_ref().ok_or(Unavailable::Halted)?;
        let index = cell.metrics().applied_index;
        let taken = async {
            cell.snapshot().await?;
            cell.until(|metrics| index <= metrics.snapshot_index).await
        };
        match tokio::time::timeout(SNAPSHOT_LIMIT, taken).await {
            Ok(Ok(metrics)) => Ok(metrics.snapshot_index),
            Ok(Err(error)) => {
                tracing::error!(%error, "no snapshot");
                Err(Unavailable::Halted)
            }
            Err(_) => Err(Unavailable::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::NodeFiles;
    use std::path::Path;

    fn switches() -> (tempfile::TempDir, Switches) {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = NodeClock::open(&NodeFiles::new(dir.path()), true).expect("opened");
        let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../region-templates/catalog");
        let calendar = Some(Region::read(&catalog.join("cn")).expect("sound"));
        (dir, Switches { clock, calendar, venue: None })
    }

    fn refused(switches: &Switches, offset: Millis) -> (u16, &'static str) {
        let before = switches.clock().offset_ms;
        let problem = switches.shift(offset).expect_err("refused");
        assert_eq!(switches.clock().offset_ms, before, "nothing has moved");
        (problem.line.class.status(), problem.line.code)
    }

    #[test]
    fn a_clock_goes_forwards_to_days_that_the_calendar_knows() {
        const DAY: u64 = 86_400_000;
        let (_dir, switches) = switches();
        assert!(switches.shift(Millis(DAY)).is_ok());
        assert_eq!(refused(&switches, Millis(DAY / 2)), (422, "ClockGoesBack"));
        assert_eq!(refused(&switches, Millis(DAY * 3_650)), (422, "NoCalendar"));
        assert_eq!(refused(&switches, Millis(u64::MAX)), (422, "ClockTooFar"));
    }
}
