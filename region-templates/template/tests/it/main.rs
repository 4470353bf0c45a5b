//! Templates against their catalog, their documentation and other people's calendars.

mod catalog;
mod conformance;
mod problems;
