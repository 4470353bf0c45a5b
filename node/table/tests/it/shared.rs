//! A shared value changes for whoever changes it, and for nobody else.

use crate::model::key;
use gcfn_table::{Freeze, Map, Shared};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn bytes(state: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_allocvec(state).expect("values encode")
}

proptest! {
    /// Several handles of one value, each of which pushes to its own: a list of lists is the model.
    #[test]
    fn handles_go_their_own_ways(steps in prop::collection::vec((0..6usize, any::<u64>()), 0..100)) {
        let mut handles: Vec<Shared<Vec<u64>>> = vec![Shared::new(Vec::new())];
        let mut model: Vec<Vec<u64>> = vec![Vec::new()];
        for (pick, value) in steps {
            let at = pick % handles.len();
            if value % 4 == 0 {
                handles.push(handles[at].clone());
                model.push(model[at].clone());
            } else {
                handles[at].push(value);
                model[at].push(value);
            }
            for (handle, expected) in handles.iter().zip(&model) {
                prop_assert_eq!(&**handle, expected);
            }
        }
    }

    #[test]
    fn a_frozen_row_keeps_its_shared_value(
        rows in prop::collection::btree_map(key(), prop::collection::vec(any::<u64>(), 0..4), 0..60),
        pushes in prop::collection::vec((key(), any::<u64>()), 0..100),
    ) {
        let mut map: Map<u128, Shared<Vec<u64>>> = Map::new();
        for (&key, row) in &rows {
            map.insert(key, Shared::new(row.clone()));
        }
        let (mut model, then, frozen): (BTreeMap<_, _>, _, _) =
            (rows.clone(), bytes(&map), map.freeze());
        for (key, value) in pushes {
            if let Some(row) = map.get_mut(&key) {
                row.push(value);
            }
            if let Some(row) = model.get_mut(&key) {
                row.push(value);
            }
        }
        prop_assert_eq!(bytes(&frozen), then);
        prop_assert!(map.iter().map(|(key, row)| (*key, &**row)).eq(
            model.iter().map(|(key, row)| (*key, row))
        ));
    }
}

#[test]
fn a_value_that_nobody_else_has_is_changed_where_it_is() {
    let mut value = Shared::new([0u64; 4]);
    let place: *const [u64; 4] = &raw const *value;
    value[0] = 1;
    assert_eq!(&raw const *value, place);
    let other = value.clone();
    assert_eq!(&raw const *other, place, "a clone costs a pointer");
    value[0] = 2;
    assert_ne!(&raw const *value, place, "copied, for somebody else has it");
    assert_eq!((value[0], other[0]), (2, 1));
}

#[test]
fn a_shared_value_is_written_as_the_value_itself() {
    let value = vec![1u64, 2, 3];
    let shared = Shared::new(value.clone());
    assert_eq!(bytes(&shared), bytes(&value));
    assert_eq!(postcard::from_bytes(&bytes(&value)), Ok(shared));
}
