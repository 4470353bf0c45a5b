//! A bank that speaks ISO 20022 and can misbehave.
