//! A node, assembled: configuration, roles, schedulers, shutdown.
