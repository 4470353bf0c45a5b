//! The mirror client of a regulator.
