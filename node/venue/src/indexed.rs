//! Rows that are found by what they concern, as well as by their key.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::ops::Bound;
use gcfn_model::{PartyId, SeriesId};
use gcfn_table::{Freeze, Key, Map};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a row may concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// Nothing in particular: every row does.
    All,
    /// A party: whose it is, or whom it is for.
    Party(PartyId),
    /// A series.
    Series(SeriesId),
    /// Coupons that are alive.
    Alive,
}

/// What is found by what it concerns.
pub(crate) trait Concerns {
    /// Everything that it concerns, beside [`By::All`].
    fn concerns(&self) -> [Option<By>; 3];
}

/// Rows by key, and in the order of keys by what they concern: what it costs to find some grows
/// with how many are found, not with how many there are.
///
/// State are the rows; what they are found by follows. A row is changed through
/// [`Indexed::change`] alone, so that it is always found by what it concerns now.
#[derive(Clone, Debug)]
pub(crate) struct Indexed<K, V> {
    rows: Map<K, V>,
    by: BTreeMap<By, BTreeSet<K>>,
}

impl<K, V> Default for Indexed<K, V> {
    fn default() -> Indexed<K, V> {
        Indexed { rows: Map::new(), by: BTreeMap::new() }
    }
}

fn every<V: Concerns>(value: &V) -> impl Iterator<Item = By> + use<V> {
    value.concerns().into_iter().flatten().chain([By::All])
}

/// By what each of `rows` is found.
fn filed<K: Key, V: Concerns>(rows: &Map<K, V>) -> BTreeMap<By, BTreeSet<K>> {
    let mut by = BTreeMap::<By, BTreeSet<K>>::new();
    for (key, value) in rows.iter() {
        for concern in every(value) {
            by.entry(concern).or_default().insert(*key);
        }
    }
    by
}

impl<K: Key, V: Concerns + Clone> Indexed<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// Sets the value of `key`. Gives the one that it had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = self.remove(&key);
        self.file(key, &value);
        self.rows.insert(key, value);
        before
    }

    /// Removes `key`, and gives the value that it had.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let value = self.rows.remove(key)?;
        self.take_out(key, &value);
        Some(value)
    }

    /// Changes the value of `key`, and gives what `change` gives; `None` when there is none.
    pub(crate) fn change<R>(&mut self, key: &K, change: impl FnOnce(&mut V) -> R) -> Option<R> {
        let value = self.rows.get_mut(key)?;
        let before = value.concerns();
        let given = change(value);
        if value.concerns() != before {
            let after = value.clone();
            for by in before.into_iter().flatten() {
                self.take_from(by, key);
            }
            self.file(*key, &after);
        }
        Some(given)
    }

    fn file(&mut self, key: K, value: &V) {
        for by in every(value) {
            self.by.entry(by).or_default().insert(key);
        }
    }

    fn take_out(&mut self, key: &K, value: &V) {
        every(value).for_each(|by| self.take_from(by, key));
    }

    fn take_from(&mut self, by: By, key: &K) {
        if let Some(keys) = self.by.get_mut(&by) {
            keys.remove(key);
            if keys.is_empty() {
                self.by.remove(&by);
            }
        }
    }

    /// Every row, in the order of keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.of(By::All)
    }

    /// The rows that concern something, in the order of keys.
    pub(crate) fn of(&self, by: By) -> impl Iterator<Item = (&K, &V)> {
        self.after(by, None)
    }

    /// The same, from beyond a key on.
    pub(crate) fn after(&self, by: By, key: Option<K>) -> impl Iterator<Item = (&K, &V)> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        let keys = self.by.get(&by).into_iter();
        let keys = keys.flat_map(move |keys| keys.range((from, Bound::Unbounded)));
        keys.filter_map(|key| Some((key, self.rows.get(key)?)))
    }

    /// Whether every row is found by what it concerns, and by nothing else. Looks at all of them.
    pub(crate) fn is_filed(&self) -> bool {
        self.by == filed(&self.rows)
    }

    /// Whether any of the rows that concern something is such a one.
    pub(crate) fn any(&self, by: By, is: impl Fn(&V) -> bool) -> bool {
        self.of(by).any(|(_, value)| is(value))
    }

    /// The keys of such rows among those that concern something, in order.
    pub(crate) fn select(&self, by: By, is: impl Fn(&V) -> bool) -> Vec<K> {
        self.of(by).filter(|(_, value)| is(value)).map(|(key, _)| *key).collect()
    }
}

impl<K, V> Freeze for Indexed<K, V> {
    fn shared(&self) -> Indexed<K, V> {
        Indexed { rows: self.rows.shared(), by: BTreeMap::new() }
    }
}

impl<K: Serialize, V: Serialize> Serialize for Indexed<K, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(to)
    }
}

impl<'de, K, V> Deserialize<'de> for Indexed<K, V>
where
    K: Key + Deserialize<'de>,
    V: Concerns + Clone + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Indexed<K, V>, D::Error> {
        let rows = Map::<K, V>::deserialize(from)?;
        let by = filed(&rows);
        Ok(Indexed { rows, by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {
        of: u8,
        series: u8,
        alive: bool,
    }

    fn party(n: u8) -> By {
        By::Party(PartyId::from_bytes([n; 16]))
    }

    fn series(n: u8) -> By {
        By::Series(SeriesId::from_bytes([n; 16]))
    }

    impl Concerns for Thing {
        fn concerns(&self) -> [Option<By>; 3] {
            [Some(party(self.of)), Some(series(self.series)), self.alive.then_some(By::Alive)]
        }
    }

    fn things() -> Indexed<u64, Thing> {
        let mut things = Indexed::default();
        for (key, of) in [(5, 1), (3, 2), (9, 1), (7, 1)] {
            assert_eq!(things.insert(key, Thing { of, series: 8, alive: key != 7 }), None);
        }
        things
    }

    fn keys(things: &Indexed<u64, Thing>, by: By) -> Vec<u64> {
        things.of(by).map(|(key, _)| *key).collect()
    }

    #[test]
    fn rows_are_found_by_what_they_concern_in_the_order_of_keys() {
        let things = things();
        assert_eq!(keys(&things, party(1)), [5, 7, 9]);
        assert_eq!(keys(&things, party(3)), []);
        assert_eq!(keys(&things, series(8)), [3, 5, 7, 9]);
        assert_eq!(keys(&things, By::Alive), [3, 5, 9]);
        assert_eq!(things.iter().count(), 4);
        let after: Vec<u64> = things.after(By::All, Some(5)).map(|(key, _)| *key).collect();
        assert_eq!(after, [7, 9]);
    }

    #[test]
    fn a_row_that_changes_is_found_by_what_it_concerns_now() {
        let mut things = things();
        assert_eq!(things.change(&5, |thing| core::mem::replace(&mut thing.of, 2)), Some(1));
        assert_eq!(things.change(&4, |thing| thing.of), None);
        assert_eq!(
            (keys(&things, party(1)), keys(&things, party(2))),
            ([7, 9].to_vec(), [3, 5].to_vec())
        );
        assert_eq!(things.insert(9, Thing { of: 4, series: 1, alive: false }).unwrap().of, 1);
        assert_eq!(things.remove(&3).unwrap().of, 2);
        assert_eq!(
            (keys(&things, By::Alive), keys(&things, series(8))),
            ([5].to_vec(), [5, 7].to_vec())
        );
    }

    #[test]
    fn what_is_read_back_is_found_in_the_same_way() {
        let mut things = things();
        things.remove(&5);
        let bytes = postcard::to_allocvec(&things).unwrap();
        let read: Indexed<u64, Thing> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(read.by, things.by);
        assert_eq!(postcard::to_allocvec(&read).unwrap(), bytes);
    }
}
