//! A node, assembled: configuration, roles, wiring, schedulers, shutdown.
//!
//! Everything decided about money is decided in the pure crates; here their commands are brought
//! in, what they say is carried out, and nothing is decided but when to try again. Read in this
//! order: [`config`] and [`files`] (what a node is told and has), [`init`], [`network`] and
//! [`join`] (how it becomes a member), [`node`] (the assembly), then one file per task.

mod alone;
pub mod bank;
mod bank_desk;
mod bus;
mod certifier;
mod clock;
mod condition;
pub mod config;
mod courier;
mod cycles;
mod directory;
mod federation;
pub mod files;
mod gateway;
mod gauges;
mod handler;
pub mod init;
mod join;
mod membership;
pub mod network;
pub mod node;
mod notices;
mod own_certificate;
mod projector;
mod prover;
mod raft_transport;
pub mod region;
mod retention;
mod scheduler;
pub mod signing_key;
mod submitter;
mod supervise;
mod testnet;
mod ticker;
mod voice;
