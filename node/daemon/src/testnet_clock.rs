//! The door by which a testnet's clock is read and moved.
//!
//! Everybody may read it: who joins must begin with it. The operator moves it, forwards only and
//! only to days for which the node has a calendar; a node without one could not go on.

use crate::admin::Admin;
use crate::clock::{ClockFault, NodeClock};
use crate::region::Region;
use crate::scheduler::DAYS_AHEAD;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use gcfn_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Where it is, on every node of a testnet.
pub(crate) const PATH: &str = "/api/v1/testnet/clock";

/// What a clock shows.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// How far it is ahead of real time.
    pub(crate) offset_ms: u64,
    /// Its time.
    pub(crate) now: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shift {
    offset_ms: u64,
}

struct Door {
    clock: NodeClock,
    calendar: Option<Region>,
}

/// Puts the door before the routes of `app`: it is asked first.
pub(crate) fn over(
    app: Router,
    admin: &Admin,
    clock: NodeClock,
    calendar: Option<Region>,
) -> Router {
    let door = Arc::new(Door { clock, calendar });
    let moved = Router::new().route(PATH, put(shift)).with_state(Arc::clone(&door));
    let shown = Router::new().route(PATH, get(show)).with_state(door);
    admin.guard(moved).merge(shown).fallback_service(app)
}

impl Door {
    fn shown(&self) -> Shown {
        let offset_ms = u64::try_from(self.clock.offset().as_millis()).unwrap_or(u64::MAX);
        Shown { offset_ms, now: self.clock.clock().now() }
    }

    fn shift(&self, offset: Duration) -> Result<(), Refusal> {
        let then = self.clock.would_show(offset)?;
        if let Some(region) = &self.calendar {
            region.trading_days(then, DAYS_AHEAD).map_err(|fault| {
                Refusal(StatusCode::UNPROCESSABLE_ENTITY, "NoCalendar", fault.to_string())
            })?;
        }
        Ok(self.clock.shift(offset)?)
    }
}

/// Why the clock is not moved, in the form of RFC 9457.
struct Refusal(StatusCode, &'static str, String);

impl From<ClockFault> for Refusal {
    fn from(fault: ClockFault) -> Refusal {
        let (status, code) = match &fault {
            ClockFault::TooFar(_) => (StatusCode::UNPROCESSABLE_ENTITY, "ClockTooFar"),
            ClockFault::Backwards { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "ClockGoesBack"),
            ClockFault::NotWritten(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Internal"),
        };
        Refusal(status, code, fault.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Refusal(status, code, detail) = self;
        let body = json!({
            "type": format!("urn:gcfn:problem:{code}"),
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "code": code,
            "detail": detail,
        });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, body.to_string()).into_response()
    }
}

async fn show(State(door): State<Arc<Door>>) -> Json<Shown> {
    Json(door.shown())
}

async fn shift(
    State(door): State<Arc<Door>>,
    Json(Shift { offset_ms }): Json<Shift>,
) -> Result<Json<Shown>, Refusal> {
    door.shift(Duration::from_millis(offset_ms))?;
    Ok(Json(door.shown()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::NodeFiles;
    use std::path::Path;

    fn door() -> (tempfile::TempDir, Door) {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = NodeClock::open(&NodeFiles::new(dir.path()), true).expect("opened");
        let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../region-templates/catalog");
        let calendar = Some(Region::read(&catalog.join("cn")).expect("sound"));
        (dir, Door { clock, calendar })
    }

    fn refused(door: &Door, offset: Duration) -> (StatusCode, &'static str) {
        let before = door.shown().offset_ms;
        let Refusal(status, code, _) = door.shift(offset).expect_err("refused");
        assert_eq!(door.shown().offset_ms, before, "nothing has moved");
        (status, code)
    }

    #[test]
    fn a_clock_goes_forwards_to_days_that_the_calendar_knows() {
        let (_dir, door) = door();
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        let day = Duration::from_secs(86_400);
        assert!(door.shift(day).is_ok());
        assert_eq!(refused(&door, day / 2), (unprocessable, "ClockGoesBack"));
        assert_eq!(refused(&door, day * 3_650), (unprocessable, "NoCalendar"));
        let end = Duration::from_millis(u64::MAX);
        assert_eq!(refused(&door, end), (unprocessable, "ClockTooFar"));
    }
}
