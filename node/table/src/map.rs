//! A table to be used as an ordered map.

use crate::{Freeze, Key, Table};
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A [`Table`] with the interface of an ordered map, for maps that are looked up far more often
/// than they are gone through: to find costs the same however many keys there are, to iterate
/// sorts them.
#[derive(Clone, Debug)]
pub struct Map<K, V>(Table<K, V>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Map<K, V> {
        Map::new()
    }
}

impl<K, V> Map<K, V> {
    /// A map without keys. Allocates nothing.
    #[must_use]
    pub const fn new() -> Map<K, V> {
        Map(Table::new())
    }

    /// How many keys there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len() as usize
    }

    /// Whether there is no key.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Key, V> Map<K, V> {
    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.find(*key)
    }

    /// Whether `key` is there.
    #[must_use]
    pub fn contains_key(&self, key: &K) -> bool {
        self.0.row(*key).is_some()
    }

    /// Whether there is such a value. Looks at all of them, until there is.
    pub fn any(&self, is: impl Fn(&V) -> bool) -> bool {
        self.0.iter().any(|(_, _, value)| is(value))
    }

    /// The keys of such values, in order. Looks at all of them and sorts what it has found.
    pub fn select(&self, is: impl Fn(&V) -> bool) -> Vec<K> {
        let found = self.0.iter().filter(|(_, _, value)| is(value));
        let mut keys: Vec<K> = found.map(|(_, key, _)| *key).collect();
        keys.sort_unstable();
        keys
    }

    /// The first `count` keys after `after` with such values, in the order that `place` gives them.
    /// Looks at all of them, and keeps no more than are asked for.
    pub fn page<P: Ord>(
        &self,
        after: Option<&P>,
        count: usize,
        place: impl Fn(K) -> P,
        is: impl Fn(&V) -> bool,
    ) -> Vec<P> {
        let mut first = BinaryHeap::new();
        for (_, &key, value) in self.0.iter() {
            let place = place(key);
            let is_full = count <= first.len();
            let is_late = is_full && first.peek().is_none_or(|last| *last < place);
            if is_late || after.is_some_and(|after| place <= *after) || !is(value) {
                continue;
            }
            if is_full {
                first.pop();
            }
            first.push(place);
        }
        first.into_sorted_vec()
    }

    /// Every key with its value, in the order of keys. Sorts them.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let mut all: Vec<(&K, &V)> = self.0.iter().map(|(_, key, value)| (key, value)).collect();
        all.sort_unstable_by_key(|(key, _)| **key);
        all.into_iter()
    }

    /// Every key, in order. Sorts them.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        let mut keys: Vec<&K> = self.0.iter().map(|(_, key, _)| key).collect();
        keys.sort_unstable();
        keys.into_iter()
    }

    /// Every value, in the order of keys. Sorts them.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Key, V: Clone> Map<K, V> {
    /// The value of `key`, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.find_mut(*key)
    }

    /// Sets the value of `key`. Gives the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.0.row(key) {
            Some(row) => self.0.at_mut(row).map(|held| core::mem::replace(held, value)),
            None => {
                self.0.add(key, value);
                None
            }
        }
    }

    /// The value of `key`, to be changed: what `value` gives if there is none yet.
    pub fn or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let row = match self.0.row(key) {
            Some(row) => row,
            None => self.0.add(key, value()),
        };
        self.0.at_mut(row).expect("a row that is held")
    }

    /// Removes `key`, and gives the value that it had.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove(*key)
    }

    /// Removes every key that is not to be kept. Looks at all of them.
    pub fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        let gone = self.0.iter().filter(|(_, key, value)| !keep(key, value));
        let gone: Vec<K> = gone.map(|(_, key, _)| *key).collect();
        for key in gone {
            self.0.remove(key);
        }
    }

    /// Removes every key.
    pub fn clear(&mut self) {
        self.0 = Table::new();
    }
}

/// The same keys with the same values, in whatever rows.
impl<K: Key, V: PartialEq> PartialEq for Map<K, V> {
    fn eq(&self, other: &Map<K, V>) -> bool {
        let has = |(_, key, value): (_, &K, &V)| other.get(key) == Some(value);
        self.len() == other.len() && self.0.iter().all(has)
    }
}

impl<K: Key, V: Eq> Eq for Map<K, V> {}

impl<K, V> Freeze for Map<K, V> {
    fn shared(&self) -> Map<K, V> {
        Map(self.0.shared())
    }
}

impl<K: Serialize, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de, K, V> Deserialize<'de> for Map<K, V>
where
    K: Key + Deserialize<'de>,
    V: Clone + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Map<K, V>, D::Error> {
        Table::deserialize(from).map(Map)
    }
}
