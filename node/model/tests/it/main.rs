//! The vocabulary, checked.

mod xqid;
