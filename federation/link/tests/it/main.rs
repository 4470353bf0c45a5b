//! The link on loopback: who is let in, who is not, and what each is told.

mod admission;
mod doors;
mod world;
