//! The store's promises, one suite run against both engines.
//!
//! PostgreSQL is the one at `GCFN_TEST_POSTGRES`; without it that half says that it was skipped.
//! `make test` starts one.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod archive;
mod audit;
mod credentials;
mod cursors;
mod documents;
mod engine;
mod read_model;
mod vault;

use engine::Engine;

/// Every promise on one engine. A promise names itself in the output when it breaks.
async fn suite(engine: &Engine) {
    vault::holds(engine).await;
    archive::holds(engine).await;
    audit::holds(engine).await;
    credentials::holds(engine).await;
    cursors::holds(engine).await;
    documents::holds(engine).await;
    read_model::holds(engine).await;
}

#[tokio::test]
async fn sqlite_keeps_every_promise() {
    suite(&Engine::sqlite()).await;
}

#[tokio::test]
async fn postgres_keeps_every_promise() {
    let Some(engine) = Engine::postgres() else { return };
    suite(&engine).await;
}
