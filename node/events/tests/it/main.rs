//! The outbox's promises: nothing lost, order kept per key, repeats told by id.
//!
//! Faults are made with librdkafka's own mock cluster; what a broker really does is tried on the
//! one at `GCFN_TEST_KAFKA`. Without it that part says that it was skipped; `make test` starts one.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod broker;
mod envelope;
mod faults;
mod journal;
mod partner;
mod world;
