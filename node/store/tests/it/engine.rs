//! Fresh stores on either engine, and a look at the bare tables behind them.

use gcfn_model::{Id, Kind, Timestamp};
use gcfn_store::{Store, VaultKey};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::io::Write as _;
use std::path::PathBuf;

/// Where the stores of one run live.
pub(crate) enum Engine {
    /// Files in a folder that goes with this value.
    Sqlite(tempfile::TempDir),
    /// Databases of one server.
    Postgres(String),
}

impl Engine {
    pub(crate) fn sqlite() -> Engine {
        Engine::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) fn postgres() -> Option<Engine> {
        let url = std::env::var("GCFN_TEST_POSTGRES").ok();
        if url.is_none() {
            // Past the capture of test output: whoever runs the tests has to see the gap.
            let gap = "SKIPPED: GCFN_TEST_POSTGRES is not set; `make test` starts a server";
            std::io::stderr().write_all(format!("{gap}\n").as_bytes()).unwrap();
        }
        url.map(Engine::Postgres)
    }

    /// The URL of a database that nobody has used yet.
    pub(crate) async fn fresh(&self) -> String {
        let name = format!("t{}", VaultKey::generate().id());
        match self {
            Engine::Sqlite(folder) => {
                let path: PathBuf = folder.path().join(format!("{name}.db"));
                format!("sqlite://{}", path.display())
            }
            Engine::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
                sqlx::query(create).execute(&mut connection).await.unwrap();
                let (server, _) = url.rsplit_once('/').unwrap();
                format!("{server}/{name}")
            }
        }
    }

    /// A new store under a new key.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.fresh().await, &VaultKey::generate()).await.unwrap()
    }
}

/// Runs `sql` on the bare database, as somebody who has it but not the keys.
pub(crate) async fn tamper(url: &str, sql: &'static str) {
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut connection = SqliteConnection::connect(path).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        None => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
    }
}

/// Every value of the vault's and the archive's tables, as bytes in one heap.
pub(crate) async fn bare_bytes(url: &str) -> Vec<u8> {
    let mut rows = bare_subjects(url).await;
    rows.extend(bare(url, "SELECT CAST(field AS BYTEA), sealed FROM vault_field").await);
    rows.extend(bare(url, "SELECT CAST(kind AS BYTEA), mac FROM vault_handle").await);
    rows.extend(bare(url, "SELECT CAST(message_id AS BYTEA), sealed FROM archive").await);
    rows.into_iter().flat_map(|(a, b)| [a, b].concat()).collect()
}

/// Every subject of the vault with its sealed key.
pub(crate) async fn bare_subjects(url: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    bare(url, "SELECT subject, sealed_key FROM vault_subject").await
}

async fn bare(url: &str, sql: &'static str) -> Vec<(Vec<u8>, Vec<u8>)> {
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut connection = SqliteConnection::connect(path).await.unwrap();
            let sql = AssertSqlSafe(sql.replace("BYTEA", "BLOB"));
            sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
        }
        None => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap()
        }
    }
}

/// The id that follows from `name`.
pub(crate) fn id<K: Kind>(name: &str) -> Id<K> {
    Id::derive(&[name.as_bytes()])
}

/// `seconds` after the beginning.
pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}
