//! Whatever a fuzzer says: the driver of the venue's own chaos tests, led by its bytes.

#![no_main]
#![allow(dead_code, reason = "the world has more to offer than this target uses")]
#![allow(clippy::inconsistent_digit_grouping, reason = "amounts read as major units and cents")]

#[path = "../../../node/venue/tests/it/chaos/mod.rs"]
mod chaos;
#[path = "../../../node/venue/tests/it/world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| chaos::survive_bytes(bytes));
