//! How far each consumer of the journal has come.

use crate::StoreError;
use crate::db::{Db, Statement, Tx, int};

const READ: Statement =
    Statement::new("read a cursor", "SELECT position FROM cursor WHERE name = $1");
/// Never backwards: of two writers the one that is further wins.
const ADVANCE: Statement = Statement::new(
    "advance a cursor",
    "INSERT INTO cursor (name, position) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET position = excluded.position
     WHERE cursor.position < excluded.position",
);
const REMOVE: Statement = Statement::new("remove a cursor", "DELETE FROM cursor WHERE name = $1");

/// Durable cursors by name: the sequence number of the last entry that a consumer is done with,
/// 0 before the first.
#[derive(Clone, Debug)]
pub struct Cursors {
    pub(crate) db: Db,
}

impl Cursors {
    /// Where `name` stands.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn position(&self, name: &str) -> Result<u64, StoreError> {
        let row = self.db.row(&READ, &[name.into()]).await?;
        row.map_or(Ok(0), |row| row.number(0))
    }

    /// Moves `name` forward to `position` and says whether it moved: a cursor never goes back.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn advance(&self, name: &str, position: u64) -> Result<bool, StoreError> {
        let position = int("cursor position", position)?;
        Ok(self.db.execute(&ADVANCE, &[name.into(), position.into()]).await? == 1)
    }
}

/// [`Cursors::advance`] inside the transaction that does what the cursor stands for.
pub(crate) async fn advance(tx: &mut Tx, name: &str, position: u64) -> Result<bool, StoreError> {
    let position = int("cursor position", position)?;
    Ok(tx.execute(&ADVANCE, &[name.into(), position.into()]).await? == 1)
}

/// Puts `name` back to the beginning.
pub(crate) async fn remove(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    tx.execute(&REMOVE, &[name.into()]).await.map(drop)
}
