//! A whole network on this machine: real processes, real keys, real messages.
//!
//! Decides which processes run where and what is asked of them; it knows a node only by its
//! command line, its folder and its public API, and a bank by its control calls. Whatever it
//! checks it has read from outside.
//!
//! Read in this order: [`scenario`] (what happens), [`layout`] (who is where), [`client`] (how
//! nodes are asked).

pub mod client;
pub mod contract;
mod days;
pub mod demo;
pub mod deposit;
pub mod layout;
pub mod load;
pub mod misbehave;
pub mod network;
mod opening;
pub mod processes;
pub mod restart;
pub mod scenario;
pub mod screen;
mod seed;
pub mod spread;
pub mod up;
