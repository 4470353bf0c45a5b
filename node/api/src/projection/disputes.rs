//! Disputes that the machine has forgotten with their trades.

use super::{DISPUTE, PARTY_DISPUTE};
use gcfn_model::{DisputeId, Timestamp};
use gcfn_store::Row;
use gcfn_venue::{Dispute, Event, MoneyEvent};

/// The rows of a dispute that `event`, the `seq`th of the journal, says is forgotten: one by
/// itself, and one for each side of its trade.
#[must_use]
pub(crate) fn dispute_rows((seq, at): (u64, Timestamp), event: &Event) -> Vec<Row> {
    let Event::Money(MoneyEvent::DisputeForgotten { dispute, record, parties }) = event else {
        return Vec::new();
    };
    let body = serde_json::to_value((dispute, record)).expect("a dispute is plain data");
    let row = |kind: &str, key, party| Row {
        kind: kind.to_owned(),
        key,
        party,
        series: None,
        at,
        seq,
        body: body.clone(),
    };
    let sides = ["buyer", "seller"].into_iter().zip(parties);
    let sides =
        sides.map(|(side, party)| row(PARTY_DISPUTE, format!("{dispute}.{side}"), Some(*party)));
    sides.chain([row(DISPUTE, dispute.to_string(), None)]).collect()
}

/// The dispute that a row tells; `None` when the row is of another kind.
#[must_use]
pub(crate) fn past_dispute(row: &Row) -> Option<(DisputeId, Dispute)> {
    serde_json::from_value(row.body.clone()).ok()
}
