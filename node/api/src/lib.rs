//! The doors of a node for people and programs: REST and gRPC over one router.
//!
//! Decides who calls, whether the role may, whether it calls too often, and what the wish is
//! called, so that asking twice does it once. It decides nothing about money: wishes go to the
//! machine through a [`Gateway`], and what the machine says goes back through one table of
//! refusals. Personal data goes to the vault and to nobody but its owner.
//!
//! Read in this order: [`gateway`] (what is behind the API), `auth` and `limits` (who may come
//! in), `route` (a request's way through), `table` (every route and who may call it), then one
//! file of handlers per part of the business.

pub mod feed;
pub mod gateway;
pub mod projection;

mod aliases;
mod answers;
mod api;
mod auth;
mod documents;
mod example;
mod grpc;
mod handlers;
mod limits;
mod openapi;
mod route;
mod schema;
mod table;

pub use api::{Api, Settings};
pub use auth::{Scope, UnknownScope};
pub use gateway::Gateway;
pub use handlers::vault_field;
pub use limits::{Exceeded, Limiter, RateLimits};
