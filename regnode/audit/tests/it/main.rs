//! A cell that is watched, and everything its operator might do about it.
#![expect(clippy::inconsistent_digit_grouping, reason = "1_000_00 is a thousand, to the cent")]

mod mirror;
mod world;
