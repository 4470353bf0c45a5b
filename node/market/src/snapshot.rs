//! A book as bytes: its terms, its sequence, its phase, and its orders in priority order.

use crate::{Book, BookTerms, Phase, Resting};
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a book is, without how it came to be.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    terms: BookTerms,
    sequence: u64,
    phase: Phase,
    orders: Vec<Resting>,
}

impl Serialize for Book {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (terms, sequence, phase) = (*self.terms(), self.sequence(), self.phase());
        Snapshot { terms, sequence, phase, orders: self.orders().collect() }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Book {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Book, D::Error> {
        let Snapshot { terms, sequence, phase, orders } = Snapshot::deserialize(from)?;
        let book = Book::restore(terms, sequence, phase, &orders).map_err(de::Error::custom)?;
        if !book.orders().eq(orders) {
            return Err(de::Error::custom("orders are not in priority order"));
        }
        Ok(book)
    }
}
