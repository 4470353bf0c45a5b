//! A book as bytes: its terms, its sequence, its phase, its orders in priority order, and the slots
//! that they and the orders to come are in.

use crate::orders::Orders;
use crate::{Book, BookTerms, Phase, Resting, Ticket};
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a book is, without how it came to be.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    terms: BookTerms,
    sequence: u64,
    phase: Phase,
    orders: Vec<Resting>,
    tickets: Vec<Ticket>,
}

impl Serialize for Book {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (terms, sequence, phase) = (*self.terms(), self.sequence(), self.phase());
        let (orders, tickets) = (self.orders().collect(), self.tickets().collect());
        Snapshot { terms, sequence, phase, orders, tickets }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Book {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Book, D::Error> {
        let Snapshot { terms, sequence, phase, orders, tickets } = Snapshot::deserialize(from)?;
        let store = Orders::to_be_used(&tickets).filter(|_| orders.len() <= tickets.len());
        let store = store.ok_or(de::Error::custom("slots are not those of a store, each once"))?;
        let book = Book::restore(terms, (sequence, phase), &orders, store);
        let book = book.map_err(de::Error::custom)?;
        if !book.orders().eq(orders) {
            return Err(de::Error::custom("orders are not in priority order"));
        }
        Ok(book)
    }
}
