//! Which rows of a table have something in common.

use alloc::vec::Vec;
use gcfn_table::{Key, Row, Table};

/// Rows by a key that many of them have: a list for each key, linked through the numbers of the
/// rows, so that to add or to remove one costs the same however many there are.
///
/// Follows from the table. The order of a list depends on the past: whoever shows it sorts.
#[derive(Clone, Debug)]
pub(crate) struct Lists<K> {
    heads: Table<K, Row>,
    /// The neighbours of each row in its list.
    links: Vec<Links>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Links {
    before: Option<Row>,
    after: Option<Row>,
}

impl<K> Default for Lists<K> {
    fn default() -> Lists<K> {
        Lists { heads: Table::new(), links: Vec::new() }
    }
}

impl<K: Key> Lists<K> {
    /// The rows of `key`.
    pub(crate) fn rows(&self, key: K) -> impl Iterator<Item = Row> {
        core::iter::successors(self.heads.find(key).copied(), |row| self.link(*row).after)
    }

    /// Adds a row that is in no list.
    pub(crate) fn add(&mut self, key: K, row: Row) {
        let after = match self.heads.row(key).and_then(|head| self.heads.at_mut(head)) {
            Some(head) => Some(core::mem::replace(head, row)),
            None => {
                self.heads.insert(key, row).expect("no list has this key");
                None
            }
        };
        if let Some(after) = after {
            self.link_mut(after).before = Some(row);
        }
        *self.link_mut(row) = Links { before: None, after };
    }

    /// Removes a row from the list that it is in.
    pub(crate) fn remove(&mut self, key: K, row: Row) {
        let Links { before, after } = core::mem::take(self.link_mut(row));
        if let Some(after) = after {
            self.link_mut(after).before = before;
        }
        match (before, after) {
            (Some(before), _) => self.link_mut(before).after = after,
            (None, Some(after)) => *self.heads.find_mut(key).expect("a list has a head") = after,
            (None, None) => {
                self.heads.remove(key);
            }
        }
    }

    fn link(&self, row: Row) -> Links {
        self.links.get(row.0 as usize).copied().unwrap_or_default()
    }

    fn link_mut(&mut self, row: Row) -> &mut Links {
        let place = row.0 as usize;
        if self.links.len() <= place {
            self.links.resize(place.saturating_add(1), Links::default());
        }
        self.links.get_mut(place).expect("there are as many as needed")
    }
}
