//! Rows in dense slots.

use crate::Freeze;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a row lies: the number of its slot. It keeps it until it is removed; after that
/// another row may get it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Row(pub u32);

/// Rows are kept and shared in chunks of this many: small enough that a copy of one goes
/// unnoticed, large enough that a million rows are some thousand pointers.
const CHUNK_BITS: u32 = 8;
const CHUNK: usize = 1 << CHUNK_BITS;

/// Rows of type `T` in numbered slots.
///
/// A slot that was vacated is used again, the latest first. Which slot comes next is part of
/// the state and of its bytes, so that a restored copy goes on as the original does. To iterate
/// is to go through the slots in order: the same history, the same order.
///
/// Chunks of rows stand behind shared pointers. A chunk that somebody else still has is copied
/// before it changes; a clone costs a pointer per chunk.
#[derive(Clone, Debug)]
pub struct Slots<T> {
    /// The rows lie beside the counts of their pointer: to get at one reads no other memory. What
    /// the last chunk has beyond `width` is room.
    chunks: Vec<Arc<[Slot<T>]>>,
    /// How many slots there are, vacant ones included.
    width: u32,
    /// How many of them hold a row.
    len: u32,
    /// The slot that is used next; the others follow from it.
    vacant: Option<Row>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Slot<T> {
    Held(T),
    /// With the slot that was vacated before it and is still vacant.
    Vacant(Option<Row>),
}

impl<T> Default for Slots<T> {
    fn default() -> Slots<T> {
        Slots::new()
    }
}

impl<T> Slots<T> {
    /// No slots. Allocates nothing.
    #[must_use]
    pub const fn new() -> Slots<T> {
        Slots { chunks: Vec::new(), width: 0, len: 0, vacant: None }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many slots there are, vacant ones included: every row lies below.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// The row in a slot; `None` when it is vacant.
    #[must_use]
    pub fn at(&self, row: Row) -> Option<&T> {
        match self.slot(row)? {
            Slot::Held(held) => Some(held),
            Slot::Vacant(_) => None,
        }
    }

    /// Every row with its slot, in the order of slots.
    pub fn iter(&self) -> impl Iterator<Item = (Row, &T)> {
        let rows = (0..self.width).map(Row);
        rows.filter_map(|row| Some((row, self.at(row)?)))
    }

    fn slot(&self, row: Row) -> Option<&Slot<T>> {
        self.chunks.get((row.0 >> CHUNK_BITS) as usize)?.get(row.0 as usize % CHUNK)
    }
}

impl<T: Clone> Slots<T> {
    /// The row in a slot, to be changed. Copies its chunk if it is shared.
    pub fn at_mut(&mut self, row: Row) -> Option<&mut T> {
        match self.slot_mut(row)? {
            Slot::Held(held) => Some(held),
            Slot::Vacant(_) => None,
        }
    }

    /// Puts a row into the slot that was vacated last, or into a new one.
    pub fn insert(&mut self, held: T) -> Row {
        self.len = self.len.checked_add(1).expect("rows are numbered in 32 bits");
        let Some(row) = self.vacant else { return self.push(Slot::Held(held)) };
        let slot = self.slot_mut(row).expect("a vacant slot is there");
        let before = core::mem::replace(slot, Slot::Held(held));
        let Slot::Vacant(next) = before else { unreachable!("only vacant slots are listed") };
        self.vacant = next;
        row
    }

    /// Vacates a slot. Gives the row that was in it, `None` when it was vacant.
    pub fn remove(&mut self, row: Row) -> Option<T> {
        self.at(row)?;
        let next = self.vacant.replace(row);
        self.len = self.len.checked_sub(1).expect("the row was counted");
        match core::mem::replace(self.slot_mut(row)?, Slot::Vacant(next)) {
            Slot::Held(held) => Some(held),
            Slot::Vacant(_) => None,
        }
    }

    fn slot_mut(&mut self, row: Row) -> Option<&mut Slot<T>> {
        let chunk = self.chunks.get_mut((row.0 >> CHUNK_BITS) as usize)?;
        Arc::make_mut(chunk).get_mut(row.0 as usize % CHUNK)
    }

    fn push(&mut self, slot: Slot<T>) -> Row {
        let row = Row(self.width);
        self.width = self.width.checked_add(1).expect("rows are numbered in 32 bits");
        if self.slot(row).is_none() {
            self.make_room();
        }
        *self.slot_mut(row).expect("room was made") = slot;
        row
    }

    /// Makes room for one slot more, at least. Many tables are small, so the first chunk grows by
    /// doubling; the others are whole.
    fn make_room(&mut self) {
        let growing = self.chunks.pop_if(|chunk| chunk.len() < CHUNK);
        let room = match (&growing, self.chunks.is_empty()) {
            (Some(first), _) => first.len().saturating_mul(2).min(CHUNK),
            (None, true) => 1,
            (None, false) => CHUNK,
        };
        let before = growing.iter().flat_map(|first| first.iter().cloned());
        let slots = before.chain(core::iter::repeat(Slot::Vacant(None))).take(room);
        self.chunks.push(slots.collect());
    }

    /// Whether the list of vacant slots is what it should be: each vacant slot once.
    fn vacancies_are_listed(&self) -> bool {
        let mut next = self.vacant;
        for _ in self.len..self.width {
            // What lies beyond the width is room, and no slot.
            let slot = next.filter(|row| row.0 < self.width).and_then(|row| self.slot(row));
            let Some(Slot::Vacant(after)) = slot else {
                return false;
            };
            next = *after;
        }
        next.is_none()
    }
}

impl<T> Freeze for Slots<T> {
    fn shared(&self) -> Slots<T> {
        Slots { chunks: self.chunks.clone(), ..*self }
    }
}

impl<T: Serialize> Serialize for Slots<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename = "Slots", bound = "T: Serialize")]
        struct State<'a, T> {
            vacant: Option<Row>,
            slots: InOrder<'a, T>,
        }
        State { vacant: self.vacant, slots: InOrder(self) }.serialize(to)
    }
}

/// The slots as one sequence.
struct InOrder<'a, T>(&'a Slots<T>);

impl<T: Serialize> Serialize for InOrder<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut sequence = to.serialize_seq(Some(self.0.width as usize))?;
        let slots = self.0.chunks.iter().flat_map(|chunk| chunk.iter());
        for slot in slots.take(self.0.width as usize) {
            sequence.serialize_element(slot)?;
        }
        sequence.end()
    }
}

impl<'de, T: Deserialize<'de> + Clone> Deserialize<'de> for Slots<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Slots<T>, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Slots", bound = "T: Deserialize<'de> + Clone")]
        struct State<T> {
            vacant: Option<Row>,
            slots: Restored<T>,
        }
        let State { vacant, slots: Restored(slots) } = State::deserialize(from)?;
        let slots = Slots { vacant, ..slots };
        if !slots.vacancies_are_listed() {
            return Err(D::Error::custom("vacant slots are not listed once each"));
        }
        Ok(slots)
    }
}

/// Slots that do not know yet which vacant one comes next.
struct Restored<T>(Slots<T>);

impl<'de, T: Deserialize<'de> + Clone> Deserialize<'de> for Restored<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Restored<T>, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Clone> Visitor<'de> for InOrder<T> {
            type Value = Restored<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("slots in order")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Restored<T>, A::Error> {
                let mut slots = Slots::new();
                while let Some(slot) = from.next_element()? {
                    slots.len = slots.len.saturating_add(u32::from(matches!(slot, Slot::Held(_))));
                    slots.push(slot);
                }
                Ok(Restored(slots))
            }
        }
        from.deserialize_seq(InOrder(PhantomData))
    }
}
