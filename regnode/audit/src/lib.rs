//! Mirror verification, re-execution and findings.
