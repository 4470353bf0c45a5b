//! The machine of the federation cell: who is a member, what is final, at which rate, and what
//! nodes of different regions owe each other.
//!
//! Every wish in its log is signed by its author and verified again here: whoever leads the
//! cell can delay, never forge. Every decision is an event beside the signed commands that made
//! it, so that a supervisor needs nobody's word for it. Time and the closing of epochs are the
//! only entries without a signature.
//!
//! One file per idea: `profile`, `join`, `decision` and `directory` say who is a member; `ballots`
//! what takes more than one word; `staff` what the root does at the house by hand;
//! `report`, `rounds` and `succession` what is anchored, and by whom; `quotes` and `locks` at
//! which rate currencies are exchanged; `clearing` what is owed; `calendars` on which days; `command`, `refusal` and `event`
//! what comes in and what goes out; `apply` which command goes where.
//!
//! Deliberately absent: people, coupons and trades, which never leave their node; transport and
//! keys, which are the shell's; the deposits of members, which no bank confirms to the federation.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod answers;
mod apply;
mod ballots;
mod calendars;
mod clearing;
mod command;
mod council;
mod decision;
mod directory;
mod event;
mod genesis;
mod join;
mod locks;
mod outcome;
mod profile;
mod quotes;
mod refusal;
mod report;
mod rounds;
mod staff;
mod succession;

pub use ballots::{Ballot, Motion};
pub use calendars::{CALENDAR_DAYS_MAX, CalendarChange};
pub use command::{Command, Request, SignedCommand, Verb};
pub use council::{Council, FEDERATION, cell_id, house_id};
pub use decision::{Approval, Decision};
pub use directory::{APPLICANTS_MAX, Certificate, Directory, Listing, Member, Series, Status};
pub use event::Event;
pub use genesis::{Charter, Consent, Founder, Genesis, GenesisFault, Params};
pub use join::{JoinRequest, SignedJoinRequest};
pub use locks::lock_id;
pub use outcome::{Done, Outcome};
pub use profile::{Endpoints, Profile, ProfileFault, Role, TEXT_MAX};
pub use quotes::{Pair, Quote, RATE_TERM_MAX};
pub use refusal::Refusal;
pub use report::{REPORTS_MAX, Report};
pub use rounds::{FinalRound, ROUNDS_KEPT, Turn};
pub use staff::{HouseAct, StaffWish};
