//! Whole replicas, in one process, on real files.
#![expect(missing_docs, unreachable_pub, reason = "a test binary has no readers from outside")]

mod single;
mod world;
