//! The book from outside: scripts that show what it does, and laws that it keeps on thousands
//! of random streams, beside a naive reference.
#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]
#![expect(clippy::needless_pass_by_value, reason = "expect! is made where check is called")]

mod amendments;
mod changes;
mod icebergs;
mod laws;
mod phases;
mod reference;
mod requests;
mod script;
mod scripts;
mod snapshot;
