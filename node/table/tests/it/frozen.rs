//! What is frozen stays as it was, whatever the live table does.

use crate::model::{apply, step};
use gcfn_table::{Freeze, Frozen, Table};
use proptest::prelude::*;
use serde::Serialize;

fn bytes(state: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(state).expect("tables encode")
}

proptest! {
    #[test]
    fn what_is_frozen_does_not_change(
        before in prop::collection::vec(step(), 0..200),
        after in prop::collection::vec(step(), 0..200),
    ) {
        let mut table = Table::new();
        for &step in &before {
            apply(&mut table, step);
        }
        let (then, frozen) = (bytes(&table), table.freeze());
        prop_assert_eq!(&bytes(&frozen), &then);
        for &step in &after {
            apply(&mut table, step);
        }
        prop_assert_eq!(&bytes(&frozen), &then);
    }

    #[test]
    fn a_clone_goes_its_own_way(
        before in prop::collection::vec(step(), 0..100),
        after in prop::collection::vec(step(), 0..100),
    ) {
        let mut table = Table::new();
        for &step in &before {
            apply(&mut table, step);
        }
        let (then, mut clone) = (bytes(&table), table.clone());
        for &step in &after {
            apply(&mut clone, step);
        }
        prop_assert_eq!(&bytes(&table), &then);
        for &step in &after {
            apply(&mut table, step);
        }
        prop_assert_eq!(bytes(&table), bytes(&clone));
    }
}

#[test]
fn what_is_frozen_is_written_by_another_thread() {
    let mut table: Table<u128, u64> = Table::new();
    for key in 0..100_000 {
        table.insert(key, 0).expect("a new key");
    }
    let then = bytes(&table);
    let frozen: Frozen<Table<u128, u64>> = table.freeze();
    let writer = std::thread::spawn(move || bytes(&frozen));
    for key in 0..100_000 {
        *table.find_mut(key).expect("there") = 1;
    }
    assert_eq!(writer.join().expect("the writer ends"), then);
}
