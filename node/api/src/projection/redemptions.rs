//! Redemptions from their lock to their end: the machine forgets them once the money has moved.

use super::{PARTY_REDEMPTION, REDEMPTION};
use gcfn_ledger::Holder;
use gcfn_model::{Amount, Digest, PartyId, RedemptionId, Serial, SeriesId, Timestamp};
use gcfn_store::Row;
use gcfn_venue::Event;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a redemption's events have come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RedemptionLife {
    /// Its id.
    pub(crate) redemption: RedemptionId,
    /// Whose coupon it is.
    pub(crate) holder: PartyId,
    /// Where it was to be redeemed.
    pub(crate) merchant: PartyId,
    /// Of which series.
    pub(crate) series: SeriesId,
    /// Which coupon.
    pub(crate) serial: Serial,
    /// How much of its face.
    pub(crate) value: Amount,
    /// Whether the merchant has confirmed and the coupon is used up by that much; `None` while
    /// that is open.
    pub(crate) confirmed: Option<bool>,
    /// When it was locked.
    pub(crate) locked_at: Timestamp,
    /// When it was confirmed or released, if it was.
    pub(crate) ended_at: Option<Timestamp>,
    /// The digest of what was bought, if the merchant gave one.
    pub(crate) detail: Option<Digest>,
    /// The event that it began with: its place in lists.
    seq: u64,
}

impl RedemptionLife {
    /// The life that a row tells; `None` when the row is of another kind.
    #[must_use]
    pub(crate) fn read(row: &Row) -> Option<RedemptionLife> {
        serde_json::from_value(row.body.clone()).ok()
    }

    /// One row by itself, and one for each side.
    fn rows(&self) -> impl Iterator<Item = Row> {
        let body = serde_json::to_value(self).expect("a life is plain data");
        let id = self.redemption;
        let merchant = Some(self.merchant).filter(|merchant| *merchant != self.holder);
        let sides = [("holder", Some(self.holder)), ("merchant", merchant)];
        let sides = sides.into_iter().filter_map(move |(side, party)| {
            Some((PARTY_REDEMPTION, format!("{id}.{side}"), Some(party?)))
        });
        let (series, at, seq) = (Some(self.series), self.locked_at, self.seq);
        sides.chain([(REDEMPTION, id.to_string(), None)]).map(move |(kind, key, party)| Row {
            kind: kind.to_owned(),
            key,
            party,
            series,
            at,
            seq,
            body: body.clone(),
        })
    }
}

/// Folds events into the lives of redemptions. It keeps those that are open; one that it has not
/// seen begin must be read back from its row.
#[derive(Debug, Default)]
pub(super) struct Redemptions {
    open: BTreeMap<RedemptionId, RedemptionLife>,
    changed: BTreeMap<RedemptionId, RedemptionLife>,
    /// The coupon that was locked last: the lock that is told next is its.
    locked: Option<(PartyId, Serial)>,
}

impl Redemptions {
    /// The redemption that `event` ends, when its life must be read back first.
    pub(super) fn missing(&self, event: &Event) -> Option<RedemptionId> {
        let id = ended_by(event)?.0;
        (!self.open.contains_key(&id)).then_some(id)
    }

    /// Takes the row of a redemption that was missing.
    pub(super) fn read_back(&mut self, row: &Row) {
        if let Some(life) = RedemptionLife::read(row) {
            self.open.insert(life.redemption, life);
        }
    }

    /// Takes an event, the `seq`th of the journal.
    pub(super) fn follow(&mut self, (seq, at): (u64, Timestamp), event: &Event) {
        match event {
            Event::TitleMoved { to: Holder::RedeemLock(holder), lots, .. } => {
                self.locked = lots.first().map(|lot| (*holder, lot.range.first));
            }
            Event::RedemptionLocked { redemption, merchant, series, value } => {
                let Some((holder, serial)) = self.locked.take() else { return };
                let (redemption, merchant) = (*redemption, *merchant);
                let (series, value, locked_at) = (*series, *value, at);
                let (confirmed, ended_at) = (None, None);
                let life = RedemptionLife {
                    redemption,
                    holder,
                    merchant,
                    series,
                    serial,
                    value,
                    confirmed,
                    locked_at,
                    ended_at,
                    detail: None,
                    seq,
                };
                self.open.insert(redemption, life);
                self.changed.insert(redemption, life);
            }
            event => {
                let Some((id, confirmed, detail)) = ended_by(event) else { return };
                let Some(mut life) = self.open.remove(&id) else { return };
                (life.confirmed, life.ended_at) = (Some(confirmed), Some(at));
                life.detail = detail;
                self.changed.insert(id, life);
            }
        }
    }

    /// The rows of what has changed since they were last taken.
    pub(super) fn take_rows(&mut self) -> Vec<Row> {
        let changed = std::mem::take(&mut self.changed).into_values();
        changed.flat_map(|life| life.rows().collect::<Vec<_>>()).collect()
    }

    /// How many rows there are to take.
    pub(super) fn rows(&self) -> usize {
        self.changed.len() * 3
    }
}

/// The redemption that `event` ends, whether it was confirmed, and with which digest.
const fn ended_by(event: &Event) -> Option<(RedemptionId, bool, Option<Digest>)> {
    match event {
        Event::Redeemed { redemption, detail, .. } => Some((*redemption, true, *detail)),
        Event::RedemptionReleased { redemption } => Some((*redemption, false, None)),
        _ => None,
    }
}
