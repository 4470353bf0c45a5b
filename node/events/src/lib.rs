//! Outboxes over the journal: Kafka.
