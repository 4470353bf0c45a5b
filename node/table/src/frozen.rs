//! A state as it was at one moment.

use serde::{Serialize, Serializer};

/// A state that can be frozen while it goes on changing.
pub trait Freeze: Sized {
    /// The same state, sharing all rows. What follows from the rows, such as an index, may be
    /// missing from it: it is good for [`Freeze::freeze`] only, of this state or of one around it.
    #[must_use]
    fn shared(&self) -> Self;

    /// This state as it is now. Costs a pointer per chunk of rows; a chunk that changes later
    /// is copied once, by whoever changes it.
    #[must_use]
    fn freeze(&self) -> Frozen<Self> {
        Frozen(self.shared())
    }
}

/// What [`Freeze::freeze`] gives: it serializes to the bytes of the live state at that moment,
/// and there is nothing else to be done with it.
#[derive(Debug)]
pub struct Frozen<T>(T);

impl<T: Serialize> Serialize for Frozen<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}
