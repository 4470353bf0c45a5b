//! One database, whichever of the two engines it is.
//!
//! A statement is static text with `$1` placeholders that both engines take, and only three types
//! of value cross: integers, text and bytes. Nothing above this file knows the engine.

use crate::{StoreError, schema};
use gcfn_model::{Id, Timestamp};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{ColumnIndex, Database, Decode, Encode, PgPool, Postgres, Sqlite, SqlitePool, Type};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

/// SQLite has one writer at a time: more connections only help readers.
const SQLITE_CONNECTIONS_MAX: u32 = 4;
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// How long a statement waits for a connection or for SQLite's writer.
const PATIENCE: Duration = Duration::from_secs(10);

/// One statement: what it does, for errors, and its text.
#[derive(Debug)]
pub(crate) struct Statement {
    action: &'static str,
    text: &'static str,
}

impl Statement {
    pub(crate) const fn new(action: &'static str, text: &'static str) -> Statement {
        Statement { action, text }
    }
}

/// What a placeholder is given. The type stays known when there is no value, because PostgreSQL
/// asks for it.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(Some(value))
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(Some(value))
    }
}
impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Value::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Bytes(Some(value))
    }
}
impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Value::Bytes(value)
    }
}
impl<'a, K> From<&'a Id<K>> for Value<'a> {
    fn from(id: &'a Id<K>) -> Self {
        Value::Bytes(Some(id.as_bytes()))
    }
}
impl<'a, K> From<&'a Option<Id<K>>> for Value<'a> {
    fn from(id: &'a Option<Id<K>>) -> Self {
        Value::Bytes(id.as_ref().map(|id| id.as_bytes().as_slice()))
    }
}
impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Value::from(Some(at))
    }
}
impl From<Option<Timestamp>> for Value<'_> {
    fn from(at: Option<Timestamp>) -> Self {
        let micros = |at: Timestamp| i64::try_from(at.micros()).expect("the year 9999 fits");
        Value::Int(at.map(micros))
    }
}

/// `number` as the databases keep it, which is one bit narrower.
pub(crate) fn int(what: &'static str, number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Refused { what, allowed: "below 2^63" })
}

/// A pool of connections to one of the engines.
#[derive(Clone)]
pub(crate) struct Db {
    pool: Pool,
    /// For what can be made again: a commit does not wait for the disk.
    careless: Pool,
    turn: Arc<Mutex<()>>,
}

/// Lets a transaction of PostgreSQL be lost in a power cut, as a whole.
const CARELESS: Statement =
    Statement::new("let a transaction be lost", "SET LOCAL synchronous_commit TO OFF");

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A write transaction. Dropping it without [`Tx::commit`] undoes it.
pub(crate) struct Tx {
    // Dropped in this order: the next writer comes when this one is done.
    begun: Begun,
    turn: Option<OwnedMutexGuard<()>>,
    /// Where it will be, for errors.
    place: String,
}

enum Begun {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// One row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// The same expression for either engine.
macro_rules! either {
    ($kind:ident, $target:expr, $inner:pat => $body:expr) => {
        match $target {
            $kind::Sqlite($inner) => $body,
            $kind::Postgres($inner) => $body,
        }
    };
}

impl Db {
    /// Connects to the database at `url` and brings its tables up to date.
    pub(crate) async fn open(url: &str) -> Result<Db, StoreError> {
        let migrate = |source| StoreError::Schema { source };
        if let Some(path) = url.strip_prefix("sqlite://") {
            let options = sqlite_options(Path::new(path))?;
            let pool = open_sqlite(&options).await?;
            schema::sqlite().run(&pool).await.map_err(migrate)?;
            // The write-ahead log stays whole, and what others commit is synced with all before it.
            let careless = options.synchronous(SqliteSynchronous::Normal);
            let careless = sqlite_pool().max_connections(1).connect_lazy_with(careless);
            Ok(Db::over(Pool::Sqlite(pool), Pool::Sqlite(careless)))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = open_postgres(url).await?;
            schema::postgres().run(&pool).await.map_err(migrate)?;
            Ok(Db::over(Pool::Postgres(pool.clone()), Pool::Postgres(pool)))
        } else {
            Err(StoreError::UnknownEngine)
        }
    }

    fn over(pool: Pool, careless: Pool) -> Db {
        Db { pool, careless, turn: Arc::default() }
    }

    /// The database, without what only its owner may know.
    fn place(&self) -> String {
        match &self.pool {
            Pool::Sqlite(pool) => pool.connect_options().get_filename().display().to_string(),
            Pool::Postgres(pool) => place_of(&pool.connect_options()),
        }
    }

    fn fault(&self, action: &'static str, source: sqlx::Error) -> StoreError {
        StoreError::from_driver(action, self.place(), source)
    }

    /// Waits for the turn to write. SQLite has one writer at a time and lets whoever asks at the
    /// right moment be it: a task that writes one transaction after another would keep the others
    /// out until their patience ends. Here they come in the order in which they asked, and wait no
    /// longer for a writer that is stuck than they would for the database.
    async fn turn(&self) -> Result<Option<OwnedMutexGuard<()>>, StoreError> {
        match self.pool {
            Pool::Sqlite(_) => match timeout(PATIENCE, self.turn.clone().lock_owned()).await {
                Ok(turn) => Ok(Some(turn)),
                Err(_) => Err(self.fault("wait for the turn to write", sqlx::Error::PoolTimedOut)),
            },
            Pool::Postgres(_) => Ok(None),
        }
    }

    /// Begins a transaction that will write. Nothing else may be written before it has ended.
    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_in(&self.pool).await
    }

    /// The same for what can be made again. All of it may be lost in a power cut, and nothing of
    /// anybody else: a sync of it would keep the log waiting, which is on the same disk.
    pub(crate) async fn begin_careless(&self) -> Result<Tx, StoreError> {
        let mut tx = self.begin_in(&self.careless).await?;
        if matches!(self.careless, Pool::Postgres(_)) {
            tx.execute(&CARELESS, &[]).await?;
        }
        Ok(tx)
    }

    async fn begin_in(&self, pool: &Pool) -> Result<Tx, StoreError> {
        let turn = self.turn().await?;
        let begun = match pool {
            // Taking SQLite's write lock first: upgrading a read lock later can only fail.
            Pool::Sqlite(pool) => pool.begin_with("BEGIN IMMEDIATE").await.map(Begun::Sqlite),
            Pool::Postgres(pool) => pool.begin().await.map(Begun::Postgres),
        };
        let begun = begun.map_err(|source| self.fault("begin a transaction", source))?;
        Ok(Tx { begun, turn, place: self.place() })
    }

    /// Runs one statement that writes by itself; the number of rows that it touched.
    pub(crate) async fn execute(
        &self,
        statement: &Statement,
        args: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let _turn = self.turn().await?;
        either!(Pool, &self.pool, pool => bind(statement, args)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))
        .map_err(|source| self.fault(statement.action, source))
    }

    /// All rows that a statement answers.
    pub(crate) async fn rows(
        &self,
        statement: &Statement,
        args: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let rows = match &self.pool {
            Pool::Sqlite(pool) => bind(statement, args)
                .fetch_all(pool)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Pool::Postgres(pool) => bind(statement, args)
                .fetch_all(pool)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        };
        rows.map_err(|source| self.fault(statement.action, source))
    }

    /// The one row that a statement answers, if any.
    pub(crate) async fn row(
        &self,
        statement: &Statement,
        args: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        let row = match &self.pool {
            Pool::Sqlite(pool) => {
                bind(statement, args).fetch_optional(pool).await.map(|row| row.map(Row::Sqlite))
            }
            Pool::Postgres(pool) => {
                bind(statement, args).fetch_optional(pool).await.map(|row| row.map(Row::Postgres))
            }
        };
        row.map_err(|source| self.fault(statement.action, source))
    }

    /// Runs the statement of this engine outside a transaction.
    pub(crate) async fn maintain(
        &self,
        sqlite: &Statement,
        postgres: &Statement,
    ) -> Result<(), StoreError> {
        let statement = match self.pool {
            Pool::Sqlite(_) => sqlite,
            Pool::Postgres(_) => postgres,
        };
        self.execute(statement, &[]).await.map(drop)
    }

    /// Closes every connection after what is under way.
    pub(crate) async fn close(&self) {
        either!(Pool, &self.careless, pool => pool.close().await);
        either!(Pool, &self.pool, pool => pool.close().await);
    }
}

impl Tx {
    /// Runs one statement; the number of rows that it touched.
    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
        args: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        either!(Begun, &mut self.begun, tx => bind(statement, args)
            .execute(&mut **tx)
            .await
            .map(|done| done.rows_affected()))
        .map_err(|source| StoreError::from_driver(statement.action, self.place.clone(), source))
    }

    /// The one row that a statement answers, if any.
    pub(crate) async fn row(
        &mut self,
        statement: &Statement,
        args: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        let row = match &mut self.begun {
            Begun::Sqlite(tx) => bind(statement, args)
                .fetch_optional(&mut **tx)
                .await
                .map(|row| row.map(Row::Sqlite)),
            Begun::Postgres(tx) => bind(statement, args)
                .fetch_optional(&mut **tx)
                .await
                .map(|row| row.map(Row::Postgres)),
        };
        row.map_err(|source| StoreError::from_driver(statement.action, self.place.clone(), source))
    }

    /// Makes everything since the beginning durable.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let Tx { begun, turn, place } = self;
        let committed = either!(Begun, begun, tx => tx.commit().await);
        drop(turn);
        committed.map_err(|source| StoreError::from_driver("commit a transaction", place, source))
    }
}

impl Row {
    /// The value in column `index`, counted from 0.
    pub(crate) fn get<T>(&self, index: usize) -> Result<T, StoreError>
    where
        T: for<'r> Decode<'r, Sqlite>
            + Type<Sqlite>
            + for<'r> Decode<'r, Postgres>
            + Type<Postgres>,
        usize: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        use sqlx::Row as _;
        either!(Row, self, row => row.try_get(index))
            .map_err(|source| StoreError::Statement { action: "read a column", source })
    }

    /// The id in column `index`.
    pub(crate) fn id<K>(&self, index: usize) -> Result<Option<Id<K>>, StoreError> {
        let Some(bytes) = self.get::<Option<Vec<u8>>>(index)? else { return Ok(None) };
        let damaged = StoreError::Damaged { table: "of ids", what: "an id" };
        bytes.try_into().map(|bytes| Some(Id::from_bytes(bytes))).map_err(|_| damaged)
    }

    /// The non-negative number in column `index`.
    pub(crate) fn number(&self, index: usize) -> Result<u64, StoreError> {
        u64::try_from(self.get::<i64>(index)?)
            .map_err(|_| StoreError::Damaged { table: "of numbers", what: "a negative number" })
    }

    /// The instant in column `index`.
    pub(crate) fn time(&self, index: usize) -> Result<Option<Timestamp>, StoreError> {
        let Some(micros) = self.get::<Option<i64>>(index)? else { return Ok(None) };
        let at = u64::try_from(micros).ok().and_then(Timestamp::from_micros);
        at.map(Some).ok_or(StoreError::Damaged { table: "of times", what: "a time" })
    }
}

/// Makes a query of `statement` with `args` in their places.
fn bind<'q, D: Database>(
    statement: &Statement,
    args: &[Value<'_>],
) -> sqlx::query::Query<'q, D, D::Arguments>
where
    for<'v> Option<i64>: Encode<'v, D> + Type<D>,
    for<'v> Option<&'v str>: Encode<'v, D> + Type<D>,
    for<'v> Option<&'v [u8]>: Encode<'v, D> + Type<D>,
{
    args.iter().fold(sqlx::query(statement.text), |query, arg| match *arg {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

fn sqlite_options(path: &Path) -> Result<SqliteConnectOptions, StoreError> {
    let file = |source| StoreError::File { path: path.display().to_string(), source };
    create_private(path).map_err(file)?;
    Ok(SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // What is deleted is overwritten: a shredded key must not lie in a free page.
        .pragma("secure_delete", "ON"))
}

fn sqlite_pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(SQLITE_CONNECTIONS_MAX).acquire_timeout(PATIENCE)
}

async fn open_sqlite(options: &SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    sqlite_pool().connect_with(options.clone()).await.map_err(|source| {
        let place = options.get_filename().display().to_string();
        StoreError::from_driver("open the store", place, source)
    })
}

/// Makes the database file for this user only, unless it is there; SQLite gives its journal files
/// the same rights.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn open_postgres(url: &str) -> Result<PgPool, StoreError> {
    let options: PgConnectOptions =
        url.parse().map_err(|source| StoreError::UnreadableUrl { source })?;
    let place = place_of(&options);
    PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS_MAX)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .map_err(|source| StoreError::from_driver("connect to the store", place, source))
}

/// Host and name: the rest of a URL may hold a password.
fn place_of(options: &PgConnectOptions) -> String {
    format!("{}/{}", options.get_host(), options.get_database().unwrap_or_default())
}

/// Only which engine it is: a pool's options may hold a password.
impl core::fmt::Debug for Db {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.pool {
            Pool::Sqlite(_) => "Sqlite",
            Pool::Postgres(_) => "Postgres",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_writer_that_is_stuck_does_not_keep_the_others_for_ever() {
        let dir = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", dir.path().join("store.db").display());
        let db = Db::open(&url).await.expect("opened");
        let stuck = db.begin().await.expect("begun");
        tokio::time::pause();
        let Err(late) = db.begin().await else { panic!("two at once") };
        assert!(late.may_pass(), "{late}");
        tokio::time::resume();
        drop(stuck);
        assert!(db.begin().await.is_ok());
    }
}
