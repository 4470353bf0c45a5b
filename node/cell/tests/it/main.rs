//! Whole replicas, in one process, on real files.
#![expect(unreachable_pub, reason = "a test binary has no readers from outside")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod damage;
mod group;
mod journal;
mod single;
mod world;
