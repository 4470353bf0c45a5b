//! Orders from their first event to their last: what the machine forgets when they end.

use super::ORDER;
use gcfn_api_wire::term::{Money, Text};
use gcfn_api_wire::trading::{OrderReport, OrderStanding};
use gcfn_market::Side;
use gcfn_model::{Amount, Currency, OrderId, PartyId, SeriesId, Timestamp};
use gcfn_store::Row;
use gcfn_venue::Event;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an order's events have come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderLife {
    /// Its id.
    pub(crate) order: OrderId,
    /// Whose.
    pub(crate) party: PartyId,
    /// Which book.
    pub(crate) series: SeriesId,
    /// Buy or sell.
    pub(crate) side: Side,
    /// The worst price accepted.
    pub(crate) price: Amount,
    /// How many coupons have traded.
    pub(crate) filled: u64,
    /// How many coupons have not.
    pub(crate) remaining: u64,
    /// Where it stands.
    pub(crate) state: OrderStanding,
    /// When it ended, if it has.
    pub(crate) ended_at: Option<Timestamp>,
}

impl OrderLife {
    /// The life that a row tells; `None` when the row is of another kind.
    #[must_use]
    pub(crate) fn read(row: &Row) -> Option<OrderLife> {
        serde_json::from_value(row.body.clone()).ok()
    }

    /// Whether it is not open any more.
    #[must_use]
    pub(crate) const fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    /// The order as it is shown.
    #[must_use]
    pub(crate) fn report(&self, currency: Currency) -> OrderReport {
        OrderReport {
            order: Text(self.order),
            party: Text(self.party),
            series: Text(self.series),
            side: self.side.into(),
            price: Money::new(self.price, currency),
            filled: self.filled,
            remaining: self.remaining,
            state: self.state,
            primary: None,
            time_in_force: None,
            display: None,
            not_before: None,
            expires_at: None,
            ended_at: self.ended_at.map(Text),
        }
    }

    /// What happened next.
    fn live(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::OrderTraded { quantity, remaining, .. } => {
                self.filled = self.filled.saturating_add(quantity);
                // What an immediate order could not trade is told next, as cancelled.
                self.remaining = remaining;
                self.state = match remaining {
                    0 => OrderStanding::Filled,
                    _ => OrderStanding::PartiallyFilled,
                };
                self.ended_at = (remaining == 0).then_some(at);
            }
            Event::OrderAmended { price, quantity, .. } => {
                (self.price, self.remaining) = (price, quantity);
            }
            Event::OrderCancelled { quantity, .. } => {
                self.remaining = quantity;
                (self.state, self.ended_at) = (OrderStanding::Cancelled, Some(at));
            }
            Event::OrderExpired { quantity, .. } => {
                self.remaining = quantity;
                (self.state, self.ended_at) = (OrderStanding::Expired, Some(at));
            }
            _ => {}
        }
    }
}

/// Folds events into the lives of orders. It keeps the lives of open orders; one that it has not
/// seen begin must be read back from its row.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    open: BTreeMap<OrderId, OrderLife>,
    /// What has changed since the rows were last taken, with when and by which event.
    changed: BTreeMap<OrderId, (OrderLife, Timestamp, u64)>,
    /// Orders of other nodes and of times before the first row: they have no life here.
    strangers: BTreeSet<OrderId>,
}

impl Orders {
    /// The order that `event` is about, when its life must be read back first.
    #[must_use]
    pub(crate) fn missing(&self, event: &Event) -> Option<OrderId> {
        let (order, begins) = order_of(event)?;
        let known = self.open.contains_key(&order) || self.changed.contains_key(&order);
        (!begins && !known && !self.strangers.contains(&order)).then_some(order)
    }

    /// Takes the row of an order that was missing; none when there is none.
    pub(crate) fn read_back(&mut self, order: OrderId, row: Option<&Row>) {
        match row.and_then(OrderLife::read) {
            Some(life) => {
                self.open.insert(order, life);
            }
            None => {
                self.strangers.insert(order);
            }
        }
    }

    /// Takes an event, the `seq`th of the journal.
    pub(crate) fn follow(&mut self, (seq, at): (u64, Timestamp), event: &Event) {
        let Some((order, _)) = order_of(event) else { return };
        let known = self.open.get(&order).copied();
        let known = known.or_else(|| self.changed.get(&order).map(|(life, ..)| *life));
        let Some(mut life) = begun(event, known.as_ref()).or(known) else { return };
        life.live(at, event);
        match life.has_ended() {
            true => self.open.remove(&order),
            false => self.open.insert(order, life),
        };
        self.changed.insert(order, (life, at, seq));
    }

    /// The rows of what has changed since they were last taken.
    pub(crate) fn take_rows(&mut self) -> Vec<Row> {
        self.strangers.clear();
        let changed = std::mem::take(&mut self.changed).into_values();
        let rows = changed.map(|(life, at, seq)| Row {
            kind: ORDER.to_owned(),
            key: life.order.to_string(),
            party: Some(life.party),
            series: Some(life.series),
            at,
            seq,
            body: serde_json::to_value(life).expect("a life is plain data"),
        });
        rows.collect()
    }

    /// How many rows there are to take.
    #[must_use]
    pub(crate) fn rows(&self) -> usize {
        self.changed.len()
    }
}

/// The life that an event begins. A scheduled order begins once, and enters its book later.
fn begun(event: &Event, known: Option<&OrderLife>) -> Option<OrderLife> {
    let (order, party, series, side, quantity, price, state) = match *event {
        Event::OrderAccepted { order, party, series, side, quantity, price } => {
            (order, party, series, side, quantity, price, OrderStanding::Open)
        }
        Event::OrderScheduled { order, party, series, side, quantity, price, .. } => {
            (order, party, series, side, quantity, price, OrderStanding::Scheduled)
        }
        _ => return None,
    };
    let filled = known.map_or(0, |known| known.filled);
    let ended_at = None;
    let remaining = quantity;
    Some(OrderLife { order, party, series, side, price, filled, remaining, state, ended_at })
}

/// The order that an event is about, and whether it begins there.
const fn order_of(event: &Event) -> Option<(OrderId, bool)> {
    match event {
        Event::OrderAccepted { order, .. } | Event::OrderScheduled { order, .. } => {
            Some((*order, true))
        }
        Event::OrderTraded { order, .. }
        | Event::OrderAmended { order, .. }
        | Event::OrderCancelled { order, .. }
        | Event::OrderExpired { order, .. } => Some((*order, false)),
        _ => None,
    }
}
