//! Trades for ever, and purchases that were undone: the machine forgets both.

use super::{PARTY_TRADE, REFUND, TRADE};
use gcfn_model::{PartyId, Timestamp, TradeId};
use gcfn_store::Row;
use gcfn_venue::{Event, Trade, TradeState};
use std::collections::BTreeMap;

/// A trade as its row tells it, once the machine knows it no more: it has settled, unless it was
/// undone. `None` when the row is of another kind.
#[must_use]
pub(crate) fn past_trade(row: &Row) -> Option<Trade> {
    let mut trade: Trade = serde_json::from_value(row.body.clone()).ok()?;
    if trade.state != TradeState::Reversed {
        trade.state = TradeState::Settled;
    }
    Some(trade)
}

/// Folds events into the rows of trades. A trade is written when it is made and again when it is
/// undone, at its first place: its receipt proves the event there.
#[derive(Debug, Default)]
pub(crate) struct Trades {
    /// What has changed since the rows were last taken, with when and by which event it was made.
    changed: BTreeMap<TradeId, (Trade, Timestamp, u64)>,
    refunds: Vec<Row>,
}

impl Trades {
    /// The trade that `event` undoes, when it must be read back first.
    #[must_use]
    pub(crate) fn missing(&self, event: &Event) -> Option<TradeId> {
        let Event::TradeReversed { trade, .. } = event else { return None };
        (!self.changed.contains_key(trade)).then_some(*trade)
    }

    /// Takes the row of a trade that was missing.
    pub(crate) fn read_back(&mut self, row: &Row) {
        if let Ok(trade) = serde_json::from_value::<Trade>(row.body.clone()) {
            self.changed.insert(trade.id, (trade, row.at, row.seq));
        }
    }

    /// Takes an event, the `seq`th of the journal.
    pub(crate) fn follow(&mut self, (seq, at): (u64, Timestamp), event: &Event) {
        match event {
            Event::TradeMatched(trade) => {
                self.changed.insert(trade.id, (trade.clone(), at, seq));
            }
            Event::TradeReversed { trade, .. } => {
                let Some((trade, ..)) = self.changed.get_mut(trade) else { return };
                trade.state = TradeState::Reversed;
                let key = trade.id.to_string();
                self.refunds.push(row((REFUND, key), Some(trade.buyer), trade, (seq, at)));
            }
            _ => {}
        }
    }

    /// The rows of what has changed since they were last taken: of a trade one by itself, and one
    /// for each party to it.
    pub(crate) fn take_rows(&mut self) -> Vec<Row> {
        let mut rows = std::mem::take(&mut self.refunds);
        for (trade, at, seq) in std::mem::take(&mut self.changed).into_values() {
            let id = trade.id.to_string();
            for (side, party) in [("buyer", trade.buyer), ("seller", trade.seller)] {
                let key = format!("{id}.{side}");
                rows.push(row((PARTY_TRADE, key), Some(party), &trade, (seq, at)));
            }
            rows.push(row((TRADE, id), None, &trade, (seq, at)));
        }
        rows
    }

    /// How many rows there are to take.
    #[must_use]
    pub(crate) fn rows(&self) -> usize {
        self.changed.len() * 3 + self.refunds.len()
    }
}

fn row(
    (kind, key): (&str, String),
    party: Option<PartyId>,
    trade: &Trade,
    (seq, at): (u64, Timestamp),
) -> Row {
    let body = serde_json::to_value(trade).expect("a trade is plain data");
    Row { kind: kind.to_owned(), key, party, series: Some(trade.series), at, seq, body }
}
