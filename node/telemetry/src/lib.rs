//! Metric names, logs and supervised tasks.
