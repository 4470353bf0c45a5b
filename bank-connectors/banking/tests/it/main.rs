//! Scripts and laws against the public boundary of the desk.

#![expect(clippy::unwrap_used, reason = "a test stops at what does not hold")]
#![expect(clippy::needless_pass_by_value, reason = "`expect!` is written in place")]

mod breaks;
mod forgetting;
mod laws;
mod missing;
mod payments;
mod script;
mod silence;
