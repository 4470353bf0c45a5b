//! ISO 20022 messages, typed and validated.
