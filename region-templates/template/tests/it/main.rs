//! Templates against their catalog, their documentation and other people's calendars.

mod catalog;
mod charges;
mod conformance;
mod problems;
mod venue;
