//! REST and gRPC: authentication, limits, idempotency.
