//! The tables, written once and given to each engine in its own words.
//!
//! The migration files use three column types, `BIGINT`, `TEXT` and `BYTEA`, as PostgreSQL
//! spells them. SQLite gets its own spelling and `STRICT`, so that it refuses a value of another
//! type as PostgreSQL does. Files are append-only: a released one never changes.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

/// The files of `migrations/` in order.
const FILES: [(&str, &str); 10] = [
    ("keyring", include_str!("../migrations/0001_keyring.sql")),
    ("vault", include_str!("../migrations/0002_vault.sql")),
    ("archive", include_str!("../migrations/0003_archive.sql")),
    ("credential", include_str!("../migrations/0004_credential.sql")),
    ("cursor", include_str!("../migrations/0005_cursor.sql")),
    ("read model", include_str!("../migrations/0006_read_model.sql")),
    ("document", include_str!("../migrations/0007_document.sql")),
    ("audit", include_str!("../migrations/0008_audit.sql")),
    ("archive by id", include_str!("../migrations/0009_archive_by_id.sql")),
    ("archive signature", include_str!("../migrations/0010_archive_signature.sql")),
];

/// The migrations as PostgreSQL takes them.
pub(crate) fn postgres() -> Migrator {
    migrator(str::to_owned)
}

/// The migrations as SQLite takes them.
pub(crate) fn sqlite() -> Migrator {
    migrator(|sql| {
        sql.replace("BIGINT", "INTEGER").replace("BYTEA", "BLOB").replace("\n);", "\n) STRICT;")
    })
}

fn migrator(spell: impl Fn(&str) -> String) -> Migrator {
    let migrations = (1..).zip(FILES).map(|(version, (name, sql))| {
        let sql = AssertSqlSafe(spell(sql)).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}
