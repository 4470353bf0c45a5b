//! When a lag is worth a finding: once each time it grows too large, not at every epoch.

use gcfn_audit::FindingKind;
use gcfn_model::{Millis, Timestamp};

/// Above this the mirror is late.
const WARN: Millis = Millis(3_000);
/// Above this it is too late.
const BREACH: Millis = Millis(5_000);
/// A mirror that has just been started has history to catch up with; it may take this long
/// before its lag counts.
const GRACE: Millis = Millis(60_000);

/// What has been said about the lag of one mirror.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alarm {
    armed_at: Timestamp,
    armed: bool,
    raised: Option<FindingKind>,
}

impl Alarm {
    /// The alarm of a mirror that was started `at`.
    pub(crate) fn new(at: Timestamp) -> Alarm {
        let armed_at = at.checked_add(GRACE).unwrap_or(at);
        Alarm { armed_at, armed: false, raised: None }
    }

    /// What is to be filed now that the mirror is `lag` behind; [`Alarm::raise`] it then.
    pub(crate) fn hear(&mut self, at: Timestamp, lag: Millis) -> Option<FindingKind> {
        if lag <= WARN {
            (self.armed, self.raised) = (true, None);
            return None;
        }
        self.armed |= self.armed_at <= at;
        let kind = if lag <= BREACH { FindingKind::LagWarning } else { FindingKind::LagBreach };
        (self.armed && self.raised < Some(kind)).then_some(kind)
    }

    /// The finding was filed.
    pub(crate) fn raise(&mut self, kind: FindingKind) {
        self.raised = Some(kind);
    }

    /// Whether the mirror has been in time since it was started, or should have been.
    pub(crate) fn is_armed(&self) -> bool {
        self.armed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FindingKind::{LagBreach, LagWarning};

    /// What is filed when lags of so many seconds are heard at so many seconds.
    fn filed(heard: &[(u64, u64)]) -> Vec<(u64, FindingKind)> {
        let second = |n: u64| Timestamp::from_micros(n * 1_000_000).expect("in range");
        let mut alarm = Alarm::new(second(0));
        let mut filed = Vec::new();
        for (at, lag) in heard {
            if let Some(kind) = alarm.hear(second(*at), Millis(lag * 1_000)) {
                alarm.raise(kind);
                filed.push((*at, kind));
            }
        }
        filed
    }

    #[test]
    fn each_threshold_is_said_once_until_the_mirror_is_in_time_again() {
        let heard = [(1, 0), (2, 4), (3, 4), (4, 6), (5, 7), (6, 4), (7, 1), (8, 9)];
        assert_eq!(filed(&heard), [(2, LagWarning), (4, LagBreach), (8, LagBreach)]);
    }

    #[test]
    fn catching_up_is_no_lag_for_a_minute() {
        assert_eq!(filed(&[(1, 900), (59, 600), (60, 500)]), [(60, LagBreach)]);
        assert_eq!(filed(&[(1, 900), (2, 3), (3, 4)]), [(3, LagWarning)]);
    }
}
