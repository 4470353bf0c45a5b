//! The vocabulary, checked.

mod calendar;
mod currency;
mod xqid;
