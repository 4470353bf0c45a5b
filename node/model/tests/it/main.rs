//! The vocabulary, checked.

mod calendar;
mod xqid;
