//! A restored table goes on as the original does, and nonsense is not restored.

use crate::model::{apply, step};
use gcfn_table::{Row, Table};
use proptest::prelude::*;

/// A slot as it is written.
#[derive(serde::Serialize)]
enum Slot {
    Held(u128, u64),
    Vacant(Option<Row>),
}

fn restored(vacant: Option<u32>, slots: &[Slot]) -> Result<Table<u128, u64>, postcard::Error> {
    let written = postcard::to_allocvec(&(vacant.map(Row), slots)).expect("slots encode");
    postcard::from_bytes(&written)
}

proptest! {
    #[test]
    fn a_restored_table_goes_on_as_the_original(
        before in prop::collection::vec(step(), 0..200),
        after in prop::collection::vec(step(), 0..200),
    ) {
        let mut table = Table::new();
        for &step in &before {
            apply(&mut table, step);
        }
        let written = postcard::to_allocvec(&table).expect("tables encode");
        let mut restored: Table<u128, u64> = postcard::from_bytes(&written).expect("it reads back");
        for &step in &after {
            prop_assert_eq!(apply(&mut restored, step), apply(&mut table, step));
        }
        prop_assert!(restored.iter().eq(table.iter()));
        let again = postcard::to_allocvec(&restored).expect("tables encode");
        prop_assert_eq!(again, postcard::to_allocvec(&table).expect("tables encode"));
    }
}

#[test]
fn two_rows_with_one_key_are_refused() {
    assert!(restored(None, &[Slot::Held(1, 0), Slot::Held(2, 0)]).is_ok());
    assert!(restored(None, &[Slot::Held(1, 0), Slot::Held(1, 9)]).is_err());
}

#[test]
fn every_vacant_slot_is_listed_once() {
    let vacant = |next: Option<u32>| Slot::Vacant(next.map(Row));
    assert!(restored(Some(0), &[vacant(Some(1)), vacant(None)]).is_ok());
    assert!(restored(Some(0), &[vacant(None), vacant(None)]).is_err(), "one is forgotten");
    assert!(restored(Some(0), &[vacant(Some(0)), vacant(None)]).is_err(), "a circle");
    assert!(restored(Some(0), &[vacant(Some(7)), vacant(None)]).is_err(), "one that is not there");
    let held = [Slot::Held(1, 0), Slot::Held(2, 0), vacant(None)];
    assert!(restored(Some(3), &held).is_err(), "one where there is room, and no slot yet");
    assert!(restored(Some(0), &[Slot::Held(1, 0)]).is_err(), "one that is not vacant");
    assert!(restored(None, &[vacant(None)]).is_err(), "none is listed");
}
