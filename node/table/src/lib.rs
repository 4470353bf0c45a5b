//! Rows that are found by key in constant time, and written down without stopping for it.
//!
//! - [`Index`] finds the row of a key: one bucket, and one tree for what overflows it.
//! - [`Slots`] holds rows in dense slots that never move, in chunks that are copied only while
//!   somebody else still reads them.
//! - [`Table`] is both: a map whose rows have handles.
//! - [`Map`] is a table to be used as an ordered map; [`Shared`] is for values that are large.
//! - [`Frozen`] is a state as it was at one moment: it shares its chunks with the live one, can be
//!   sent to another thread and can only be serialized.
//!
//! Decides where rows lie and how they are found. Knows nothing of what is in them. The same
//! history gives the same slots, here and in a copy that was restored on the way; the order of
//! the index is never observable.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod frozen;
mod index;
mod key;
mod map;
mod shared;
mod slots;
mod table;

pub use frozen::{Freeze, Frozen};
pub use index::Index;
pub use key::Key;
pub use map::Map;
pub use shared::Shared;
pub use slots::{Row, Slots};
pub use table::Table;
