//! The life of a payment instruction, matching and reconciliation.
