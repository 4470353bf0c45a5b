//! Projections of the journal for questions that the machine does not index.
//!
//! Rows are generic: a kind, a key, whom and what they concern, and a JSON body. What they mean
//! is decided by whoever projects them. Everything here can be dropped and built again.

use crate::cursors;
use crate::db::{Db, Row as DbRow, Statement, Tx, Value, int};
use crate::{StoreError, names};
use core::fmt;
use core::str::FromStr;
use gcfn_model::{PartyId, SeriesId, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How many rows are recorded by one statement: as many as possible of the first, then of the next. A
/// statement is a hand-over to the engine's thread or a turn over the network; a row is little more.
/// Not more still: the driver looks every place up among all places.
const ROWS_A_STATEMENT: [usize; 3] = [16, 4, 1];

static RECORD: LazyLock<[String; 3]> = LazyLock::new(|| ROWS_A_STATEMENT.map(record));

/// Records so many rows, each of another thing. A later state of the same thing replaces an earlier
/// one; an earlier one never comes back.
fn record(rows: usize) -> String {
    const COLUMNS: usize = 8;
    let values = |row: usize| {
        let places: Vec<String> =
            (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
        format!("({})", places.join(", "))
    };
    let values: Vec<String> = (0..rows).map(values).collect();
    format!(
        "INSERT INTO read_model (kind, key, projection, party, series, at, seq, body)
         VALUES {}
         ON CONFLICT (kind, key) DO UPDATE SET
           projection = excluded.projection, party = excluded.party, series = excluded.series,
           at = excluded.at, seq = excluded.seq, body = excluded.body
         WHERE read_model.seq <= excluded.seq",
        values.join(", "),
    )
}

const DROP: Statement =
    Statement::new("drop a projection", "DELETE FROM read_model WHERE projection = $1");
const READ: Statement = Statement::new(
    "read a projected row",
    "SELECT kind, key, party, series, at, seq, body FROM read_model
     WHERE kind = $1 AND key = $2",
);
const LIST: Statement = Statement::new(
    "list projected rows",
    "SELECT kind, key, party, series, at, seq, body FROM read_model
     WHERE kind = $1 AND (seq, key) < ($2, $3)
     ORDER BY seq DESC, key DESC LIMIT $4",
);
const LIST_PARTY: Statement = Statement::new(
    "list projected rows of a party",
    "SELECT kind, key, party, series, at, seq, body FROM read_model
     WHERE kind = $1 AND (seq, key) < ($2, $3) AND party = $5
     ORDER BY seq DESC, key DESC LIMIT $4",
);
const LIST_SERIES: Statement = Statement::new(
    "list projected rows of a series",
    "SELECT kind, key, party, series, at, seq, body FROM read_model
     WHERE kind = $1 AND (seq, key) < ($2, $3) AND series = $5
     ORDER BY seq DESC, key DESC LIMIT $4",
);

/// The most rows of one page.
pub const PAGE_MAX: u32 = 500;

/// One projected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is about: `trade`, `order`, `entry`, `cycle`.
    pub kind: String,
    /// Which one, unique within its kind. A thing that concerns two parties is two rows.
    pub key: String,
    /// Whom it concerns, by pseudonym.
    pub party: Option<PartyId>,
    /// Which series it concerns.
    pub series: Option<SeriesId>,
    /// When it happened.
    pub at: Timestamp,
    /// The journal entry that it was last projected from.
    pub seq: u64,
    /// The rest, without personal data.
    pub body: Json,
}

/// Which rows of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// Those that concern a party.
    Party(PartyId),
    /// Those that concern a series.
    Series(SeriesId),
}

/// Where a page ends. Text form: `<seq>.<key>`, for links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    seq: u64,
    key: String,
}

/// A text that is not a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("page place is not one that a page named as its next")]
pub struct PlaceFault;

impl FromStr for Place {
    type Err = PlaceFault;
    fn from_str(text: &str) -> Result<Place, PlaceFault> {
        let (seq, key) = text.split_once('.').ok_or(PlaceFault)?;
        let seq = seq.parse().map_err(|_| PlaceFault)?;
        Ok(Place { seq, key: key.to_owned() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.seq, self.key)
    }
}

/// Some rows, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Place>,
}

/// The read model.
#[derive(Clone, Debug)]
pub struct ReadModel {
    pub(crate) db: Db,
}

impl ReadModel {
    /// Records `rows` and moves the cursor `projection` to `upto`, both or neither. Says whether
    /// it did: entries up to a place that the cursor has passed were applied before. A power cut may
    /// undo both: the cursor says then from where it is to be done again.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a projection or kind that is not a name.
    pub async fn apply(
        &self,
        projection: &str,
        upto: u64,
        rows: &[Row],
    ) -> Result<bool, StoreError> {
        names::check("projection", projection)?;
        let mut tx = self.db.begin_careless().await?;
        // The cursor first: its row is the lock that keeps two appliers apart.
        if !cursors::advance(&mut tx, projection, upto).await? {
            return Ok(false);
        }
        let mut latest = BTreeMap::new();
        for row in rows {
            names::check("kind", &row.kind)?;
            let kept = latest.entry((&row.kind, &row.key)).or_insert(row);
            if kept.seq <= row.seq {
                *kept = row;
            }
        }
        let rows: Vec<&Row> = latest.into_values().collect();
        let mut rest = rows.as_slice();
        for (size, text) in ROWS_A_STATEMENT.into_iter().zip(RECORD.iter()) {
            while let Some((some, others)) = rest.split_at_checked(size) {
                record_some(
                    &mut tx,
                    Statement::new("record projected rows", text),
                    projection,
                    some,
                )
                .await?;
                rest = others;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets everything that `projection` recorded and puts its cursor back to the beginning.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn reset(&self, projection: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        cursors::remove(&mut tx, projection).await?;
        tx.execute(&DROP, &[projection.into()]).await?;
        tx.commit().await
    }

    /// The row of `kind` with this key.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn get(&self, kind: &str, key: &str) -> Result<Option<Row>, StoreError> {
        self.db.row(&READ, &[kind.into(), key.into()]).await?.as_ref().map(row).transpose()
    }

    /// At most `limit` rows of `kind` that pass `filter`, newest first, from where an earlier
    /// page ended. No page is longer than [`PAGE_MAX`].
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn page(
        &self,
        kind: &str,
        filter: Filter,
        from: Option<&Place>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        let limit = limit.clamp(1, PAGE_MAX);
        // A place comes from outside; beyond the last number is before the first row.
        let seq = from.and_then(|place| i64::try_from(place.seq).ok()).unwrap_or(i64::MAX);
        let key = from.map_or("", |place| place.key.as_str());
        let mut args = vec![kind.into(), seq.into(), key.into(), i64::from(limit).into()];
        let statement = match &filter {
            Filter::All => &LIST,
            Filter::Party(party) => {
                args.push(party.into());
                &LIST_PARTY
            }
            Filter::Series(series) => {
                args.push(series.into());
                &LIST_SERIES
            }
        };
        let rows = self.db.rows(statement, &args).await?;
        let rows: Vec<Row> = rows.iter().map(row).collect::<Result<_, _>>()?;
        let full = u32::try_from(rows.len()) == Ok(limit);
        let last = rows.last().filter(|_| full);
        let next = last.map(|row| Place { seq: row.seq, key: row.key.clone() });
        Ok(Page { rows, next })
    }
}

/// Records exactly as many rows as `statement` takes.
async fn record_some(
    tx: &mut Tx,
    statement: Statement,
    projection: &str,
    rows: &[&Row],
) -> Result<(), StoreError> {
    let bodies: Vec<String> = rows.iter().map(|row| row.body.to_string()).collect();
    let mut args: Vec<Value<'_>> = Vec::new();
    for (row, body) in rows.iter().zip(&bodies) {
        let values: [Value<'_>; 8] = [
            row.kind.as_str().into(),
            row.key.as_str().into(),
            projection.into(),
            (&row.party).into(),
            (&row.series).into(),
            row.at.into(),
            int("sequence number", row.seq)?.into(),
            body.as_str().into(),
        ];
        args.extend(values);
    }
    tx.execute(&statement, &args).await.map(drop)
}

fn row(row: &DbRow) -> Result<Row, StoreError> {
    let damaged = |what| StoreError::Damaged { table: "read_model", what };
    let body: String = row.get(6)?;
    Ok(Row {
        kind: row.get(0)?,
        key: row.get(1)?,
        party: row.id(2)?,
        series: row.id(3)?,
        at: row.time(4)?.ok_or(damaged("a time"))?,
        seq: row.number(5)?,
        body: serde_json::from_str(&body).map_err(|_| damaged("a body"))?,
    })
}
