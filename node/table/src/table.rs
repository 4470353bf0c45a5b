//! Rows with keys.

use crate::{Freeze, Index, Key, Row, Slots};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A map from `K` to `V` whose rows have handles: [`Slots`] behind one [`Index`].
///
/// Serializes as its slots. The index follows from them: it is built anew on reading, and two
/// rows with one key are an error then.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    rows: Slots<(K, V)>,
    index: Index<K>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Table<K, V> {
        Table::new()
    }
}

impl<K, V> Table<K, V> {
    /// A table without rows. Allocates nothing.
    #[must_use]
    pub const fn new() -> Table<K, V> {
        Table { rows: Slots::new(), index: Index::new() }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.rows.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many slots there are, vacant ones included: every row lies below.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.rows.width()
    }

    /// The key and the value in a row; `None` when it is vacant.
    #[must_use]
    pub fn at(&self, row: Row) -> Option<(&K, &V)> {
        self.rows.at(row).map(|(key, value)| (key, value))
    }

    /// Every row with its key and value, in the order of slots.
    pub fn iter(&self) -> impl Iterator<Item = (Row, &K, &V)> {
        self.rows.iter().map(|(row, (key, value))| (row, key, value))
    }
}

impl<K: Key, V> Table<K, V> {
    /// The row of `key`.
    #[must_use]
    pub fn row(&self, key: K) -> Option<Row> {
        self.index.find(key, |row| self.rows.at(row).is_some_and(|(held, _)| *held == key))
    }

    /// The value of `key`.
    #[must_use]
    pub fn find(&self, key: K) -> Option<&V> {
        Some(&self.rows.at(self.row(key)?)?.1)
    }
}

impl<K: Key, V: Clone> Table<K, V> {
    /// The value of `key`, to be changed.
    pub fn find_mut(&mut self, key: K) -> Option<&mut V> {
        let row = self.row(key)?;
        self.at_mut(row)
    }

    /// The value in a row, to be changed.
    pub fn at_mut(&mut self, row: Row) -> Option<&mut V> {
        Some(&mut self.rows.at_mut(row)?.1)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The row that has this key already. Nothing has changed.
    pub fn insert(&mut self, key: K, value: V) -> Result<Row, Row> {
        match self.row(key) {
            Some(row) => Err(row),
            None => Ok(self.add(key, value)),
        }
    }

    /// Adds a row under a key that no row has.
    pub(crate) fn add(&mut self, key: K, value: V) -> Row {
        let row = self.rows.insert((key, value));
        self.index.insert(key, row);
        row
    }

    /// Removes the row of `key`, and gives what was in it.
    pub fn remove(&mut self, key: K) -> Option<V> {
        let row = self.row(key)?;
        self.index.remove(key, row);
        self.rows.remove(row).map(|(_, value)| value)
    }
}

impl<K, V> Freeze for Table<K, V> {
    fn shared(&self) -> Table<K, V> {
        Table { rows: self.rows.shared(), index: Index::new() }
    }
}

impl<K: Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(to)
    }
}

impl<'de, K, V> Deserialize<'de> for Table<K, V>
where
    K: Key + Deserialize<'de>,
    V: Clone + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Table<K, V>, D::Error> {
        let mut table = Table { rows: Slots::deserialize(from)?, index: Index::new() };
        for (row, &(key, _)) in table.rows.iter() {
            let held = |row| table.rows.at(row).is_some_and(|(held, _)| *held == key);
            if table.index.find(key, held).is_some() {
                return Err(de::Error::custom("two rows have one key"));
            }
            table.index.insert(key, row);
        }
        Ok(table)
    }
}
