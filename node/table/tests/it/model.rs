//! A table against the simplest thing that could be right: an ordered map and a list of slots.

use gcfn_table::{Row, Table};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Insert(u128, u64),
    Change(u128, u64),
    Remove(u128),
}

/// Of these keys many share one hash: the low half cancels the constant of the hash.
pub(crate) fn key() -> impl Strategy<Value = u128> {
    let alike = |n: u128| (n << 64) | 0xf39c_c060_5ced_c835;
    prop_oneof![0u128..40, (0u128..40).prop_map(alike)]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (key(), any::<u64>()).prop_map(|(key, value)| Step::Insert(key, value)),
        2 => (key(), any::<u64>()).prop_map(|(key, value)| Step::Change(key, value)),
        3 => key().prop_map(Step::Remove),
    ]
}

pub(crate) fn apply(table: &mut Table<u128, u64>, step: Step) -> Option<u64> {
    match step {
        Step::Insert(key, value) => table.insert(key, value).ok().map(|row| u64::from(row.0)),
        Step::Change(key, value) => table.find_mut(key).map(|held| core::mem::replace(held, value)),
        Step::Remove(key) => table.remove(key),
    }
}

proptest! {
    #[test]
    fn a_table_is_a_map(steps in prop::collection::vec(step(), 0..400)) {
        let (mut table, mut map) = (Table::new(), BTreeMap::new());
        for &step in &steps {
            let answer = apply(&mut table, step);
            match step {
                Step::Insert(key, value) => {
                    let inserted = !map.contains_key(&key);
                    prop_assert_eq!(answer.is_some(), inserted);
                    map.entry(key).or_insert(value);
                }
                Step::Change(key, value) => {
                    let before = map.get_mut(&key).map(|held| core::mem::replace(held, value));
                    prop_assert_eq!(answer, before);
                }
                Step::Remove(key) => prop_assert_eq!(answer, map.remove(&key)),
            }
            prop_assert_eq!(table.len() as usize, map.len());
        }
        for key in (0..40).chain((0..40u128).map(|n| (n << 64) | 0xf39c_c060_5ced_c835)) {
            prop_assert_eq!(table.find(key), map.get(&key));
        }
        let mut rows: Vec<(u128, u64)> = table.iter().map(|(_, key, value)| (*key, *value)).collect();
        rows.sort_unstable();
        prop_assert_eq!(rows, map.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_row_keeps_its_slot_until_it_is_removed(steps in prop::collection::vec(step(), 0..400)) {
        let (mut table, mut slots) = (Table::new(), BTreeMap::new());
        for &step in &steps {
            match (step, apply(&mut table, step)) {
                (Step::Insert(key, _), Some(row)) => {
                    slots.insert(key, Row(u32::try_from(row).expect("a row")));
                }
                (Step::Remove(key), Some(_)) => {
                    slots.remove(&key);
                }
                _ => {}
            }
            for (&key, &row) in &slots {
                prop_assert_eq!(table.row(key), Some(row));
                prop_assert_eq!(table.at(row).map(|(key, _)| *key), Some(key));
            }
        }
        prop_assert!(table.iter().map(|(row, ..)| row).is_sorted());
    }
}

#[test]
fn the_slot_that_was_vacated_last_is_used_first() {
    let mut table: Table<u128, ()> = Table::new();
    for key in 0..5 {
        table.insert(key, ()).expect("a new key");
    }
    assert_eq!(table.insert(3, ()), Err(Row(3)));
    table.remove(1).expect("there");
    table.remove(3).expect("there");
    assert_eq!(table.insert(10, ()), Ok(Row(3)));
    assert_eq!(table.insert(11, ()), Ok(Row(1)));
    assert_eq!(table.insert(12, ()), Ok(Row(5)));
}
