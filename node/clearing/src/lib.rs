//! Clearing: obligations between settlement accounts, from affirmation to finality.
//!
//! One machine, used by a regional for the pools of its locals and by the federation for nodes
//! of different regions. It knows obligations, cycles and the house's own accounts; it does not
//! know trades, people or coupons. Cut-offs reach it as instants, never as local times.
//!
//! One file per idea: `obligation` and `volume` say what may enter; `house` takes affirmations and
//! moves cycles on; `caps` and `queue` say what has to wait; `netting`, `pay_in`, `settlement`,
//! `pay_out` and `reconciliation` are the phases of a `cycle` in their order. `deposit` is what
//! members keep at the house and `paying_back` gives back: `run` settles with it between cycles, `waterfall` draws on it for who
//! does not pay in, and `selection` finds for both what settles the most value; `claim` is what a bank takes
//! back of what was paid in. `preview` asks what would happen, and recounts what has; `waiting` says
//! what a cycle waits for, and `statements` asks the bank for it.
//!
//! Source: protocols "A clearing cycle"; CPMI-IOSCO PFMI principles 8 (finality), 9 (money
//! settlements) and 12 (exchange of value).
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod caps;
mod claim;
mod correcting;
mod cycle;
mod deposit;
mod event;
mod house;
mod lateness;
mod netting;
mod obligation;
mod pay_in;
mod pay_out;
mod paying_back;
mod preview;
mod queue;
mod reconciliation;
mod refusal;
mod run;
mod selection;
mod settlement;
mod statements;
mod suspense;
mod volume;
mod waiting;
mod waterfall;

pub use caps::Cap;
pub use claim::{CallAgain, Claim, member_party};
pub use cycle::{Cycle, PayIn, Phase, Schedule, Standing};
pub use deposit::{Deposit, Layer};
pub use event::ClearingEvent;
pub use house::{House, HousePayment};
pub use netting::{NetPosition, Netting, Positions, dues, net, payments};
pub use obligation::{Bundle, BundleRef, Obligation};
pub use preview::{Preview, Replay};
pub use queue::{Priority, QueueChange, Queued};
pub use refusal::HouseRefusal;
pub use run::{RunPlan, Saving};
pub use statements::STATEMENT_GRACE;
pub use suspense::SuspenseEnd;
pub use waiting::{Unaffirmed, Wait};
pub use waterfall::{Cover, DefaultPlan};
