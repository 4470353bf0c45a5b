//! What one answer says of one case.

use super::exchange::Answers;
use gcfn_banking::TransactionStatus;
use gcfn_model::Uetr;

/// What was seen, and whether it is what was asked.
pub(super) type Found = Result<String, String>;

/// Whether a payment may stand at `now` that stood at `before`: what is said last is not taken
/// back.
pub(super) fn follows(before: TransactionStatus, now: TransactionStatus) -> bool {
    let is_last = |status| {
        use TransactionStatus::{CreditorCredited, Rejected, SettlementCompleted};
        matches!(status, CreditorCredited | Rejected | SettlementCompleted)
    };
    let rejected = |status| status == TransactionStatus::Rejected;
    !is_last(before) || is_last(now) && rejected(before) == rejected(now)
}

/// The bank says that it pays, in the message that is due.
pub(super) fn status(said: &Answers, uetr: Uetr, reply: &str) -> Found {
    let statuses = said.statuses(uetr);
    let Some((at, report)) = statuses.last() else {
        return Err(format!("no {reply} about it; {}", said.summary()));
    };
    let definition = said.definition(*at);
    if !definition.starts_with(reply) {
        return Err(format!("answered by {definition}"));
    }
    let reason = report.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
    let seen = format!("{}{reason}", report.status);
    if report.status == TransactionStatus::Rejected { Err(seen) } else { Ok(seen) }
}

/// The bank says that it does not pay.
pub(super) fn rejected(said: &Answers, uetr: Uetr) -> Found {
    let statuses = said.statuses(uetr);
    let Some((_, report)) = statuses.last() else {
        return Err(format!("no status of it; {}", said.summary()));
    };
    let reason = report.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
    let seen = format!("{}{reason}", report.status);
    if report.status == TransactionStatus::Rejected { Ok(seen) } else { Err(seen) }
}
