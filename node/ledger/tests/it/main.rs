//! The books against scripts and laws.

#![expect(clippy::needless_pass_by_value, reason = "`expect!` is written in place")]

mod chart;
mod golden;
mod laws;
mod money;
mod moves;
mod names;
mod title;
mod title_model;
mod trees;
