//! The clearing house as its members and its bank see it.

mod defaults;
mod laws;
mod looking;
mod queue;
mod runs;
mod world;
