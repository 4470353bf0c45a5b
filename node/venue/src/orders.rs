//! Open orders: those that wait in a book, and those whose time to enter it has not come.

use crate::lists::Lists;
use alloc::vec::Vec;
use gcfn_ledger::{SumNode, SumProof, SumTree};
use gcfn_market::{Order, Side, Ticket, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId, SeriesId, Timestamp};
use gcfn_table::{Freeze, Row, Table};
use serde::{Deserialize, Serialize};

/// Why an open order that is not scheduled has a ticket.
pub(crate) const RESTS: &str = "an open order rests in its book once its time has come";

/// What becomes of coupons that their issuer buys back (P-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoughtBack {
    /// They return to the inventory and may be sold again.
    Inventory,
    /// They end.
    Retired,
}

/// For whom an order acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// A holder, with its own money and coupons.
    Own,
    /// The issuer, selling new coupons.
    Primary,
    /// The issuer, buying its coupons back.
    BuyBack(BoughtBack),
}

/// Where an open order stands (2.4). One that has ended is not here: the event says how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Accepted; enters the book at its time.
    Scheduled,
    /// In the book, untraded.
    Open,
    /// In the book, traded in part.
    PartiallyFilled,
}

/// An order with what is set aside for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenOrder {
    /// Its id.
    pub id: OrderId,
    /// Whose.
    pub party: PartyId,
    /// Which book.
    pub series: SeriesId,
    /// Buy or sell.
    pub side: Side,
    /// For whom it acts.
    pub kind: OrderKind,
    /// The worst price accepted.
    pub price: Amount,
    /// What becomes of the part that cannot trade at once.
    pub time_in_force: TimeInForce,
    /// At most this many coupons are shown at a time.
    pub display: Option<u64>,
    /// How many coupons have traded.
    pub filled: u64,
    /// How many coupons have not.
    pub remaining: u64,
    /// What is held per coupon of a buy order: price and the highest fee.
    pub hold_per_coupon: Amount,
    /// When it enters the book, as long as it has not.
    pub not_before: Option<Timestamp>,
    /// When it leaves the book by itself.
    pub expires_at: Option<Timestamp>,
    /// Where it rests in its book, once it does.
    pub(crate) ticket: Option<Ticket>,
}

impl OpenOrder {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> OrderState {
        match (self.not_before, self.filled) {
            (Some(_), _) => OrderState::Scheduled,
            (None, 0) => OrderState::Open,
            (None, _) => OrderState::PartiallyFilled,
        }
    }

    /// Whether it is the issuer's own offer of new coupons.
    #[must_use]
    pub const fn primary(&self) -> bool {
        matches!(self.kind, OrderKind::Primary)
    }

    /// The order as its book takes it.
    pub(crate) const fn order(&self) -> Order {
        Order {
            id: self.id,
            owner: self.party,
            side: self.side,
            quantity: self.remaining,
            price: self.price,
            time_in_force: self.time_in_force,
            display: self.display,
        }
    }

    /// What is held for `quantity` of its coupons.
    pub(crate) fn hold_of(&self, quantity: u64) -> Amount {
        self.hold_per_coupon.checked_mul(quantity).expect("part of a hold that fitted")
    }
}

/// All open orders: by id, by whose they are and by book.
///
/// State are the orders in their rows; who has which, what is in which book and the sum tree, which
/// has a leaf per row, follow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Table<OrderId, OpenOrder>")]
pub(crate) struct OpenOrders {
    orders: Table<OrderId, OpenOrder>,
    #[serde(skip)]
    by_party: Lists<PartyId>,
    #[serde(skip)]
    by_series: Lists<SeriesId>,
    #[serde(skip)]
    tree: SumTree,
}

impl From<Table<OrderId, OpenOrder>> for OpenOrders {
    fn from(orders: Table<OrderId, OpenOrder>) -> OpenOrders {
        let (mut by_party, mut by_series) = (Lists::default(), Lists::default());
        for (row, _, open) in orders.iter() {
            by_party.add(open.party, row);
            by_series.add(open.series, row);
        }
        let mut tree = SumTree::default();
        (0..orders.width()).for_each(|row| tree.touch(row as usize));
        OpenOrders { orders, by_party, by_series, tree }
    }
}

impl OpenOrders {
    pub(crate) fn get(&self, id: OrderId) -> Option<&OpenOrder> {
        self.orders.find(id)
    }

    pub(crate) fn contains(&self, id: OrderId) -> bool {
        self.orders.row(id).is_some()
    }

    /// All orders, in the order of their ids. Sorts them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &OpenOrder> {
        let mut all: Vec<&OpenOrder> = self.orders.iter().map(|(_, _, open)| open).collect();
        all.sort_unstable_by_key(|open| open.id);
        all.into_iter()
    }

    /// Puts an order in, in place of what was there under its id: an order of the same party in
    /// the same book.
    pub(crate) fn put(&mut self, open: OpenOrder) {
        let row = match self.orders.insert(open.id, open) {
            Ok(row) => {
                self.by_party.add(open.party, row);
                self.by_series.add(open.series, row);
                row
            }
            Err(row) => {
                *self.orders.at_mut(row).expect("a row that is held") = open;
                row
            }
        };
        self.tree.touch(row.0 as usize);
    }

    pub(crate) fn remove(&mut self, id: OrderId) -> Option<OpenOrder> {
        let row = self.orders.row(id)?;
        let open = self.orders.remove(id)?;
        self.by_party.remove(open.party, row);
        self.by_series.remove(open.series, row);
        self.tree.touch(row.0 as usize);
        Some(open)
    }

    /// The root over all orders. Hashes each that changed since the last time, once.
    pub(crate) fn root(&mut self) -> SumNode {
        let orders = &self.orders;
        self.tree.refresh(|leaf| {
            let row = u32::try_from(leaf).map(Row).expect("leaves are numbered as rows");
            let open = orders.at(row).map(|(_, open)| open);
            open.map_or(SumNode::EMPTY, |open| SumNode::leaf(open, open.remaining.into()))
        });
        self.tree.root()
    }

    /// An order with the proof that it is counted in the root.
    pub(crate) fn prove(&mut self, id: OrderId) -> Option<(OpenOrder, SumProof)> {
        let row = self.orders.row(id)?;
        self.root();
        let (_, open) = self.orders.at(row)?;
        Some((*open, self.tree.prove(row.0 as usize)?))
    }

    /// The orders of `party`, in one book or in all, by book and then id.
    pub(crate) fn of(&self, party: PartyId, series: Option<SeriesId>) -> Vec<OpenOrder> {
        let theirs = self.by_party.rows(party).filter_map(|row| self.orders.at(row));
        let theirs = theirs.map(|(_, open)| *open);
        let mut open: Vec<OpenOrder> =
            theirs.filter(|open| series.is_none_or(|series| open.series == series)).collect();
        open.sort_unstable_by_key(|open| (open.series, open.id));
        open
    }

    /// Whether anybody but the issuer has an open order in a book.
    pub(crate) fn any_in_series(&self, series: SeriesId) -> bool {
        let mut rows = self.by_series.rows(series).filter_map(|row| self.orders.at(row));
        rows.any(|(_, open)| !open.primary())
    }

    /// The orders of one book, in the order of their ids.
    pub(crate) fn in_series(&self, series: SeriesId) -> Vec<OpenOrder> {
        let rows = self.by_series.rows(series).filter_map(|row| self.orders.at(row));
        let mut open: Vec<OpenOrder> = rows.map(|(_, open)| *open).collect();
        open.sort_unstable_by_key(|open| open.id);
        open
    }
}

impl Freeze for OpenOrders {
    fn shared(&self) -> OpenOrders {
        OpenOrders { orders: self.orders.shared(), ..OpenOrders::default() }
    }
}
