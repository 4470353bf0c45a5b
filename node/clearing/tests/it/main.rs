//! The clearing house as its members and its bank see it.

mod breaks;
mod claims;
mod defaults;
mod exhaustive;
mod forgetting;
mod lateness;
mod laws;
mod looking;
mod paying_back;
mod queue;
mod runs;
mod statements;
mod suspense;
mod world;
