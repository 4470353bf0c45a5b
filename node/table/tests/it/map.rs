//! A map against an ordered map: the same answers, in the same order, whatever was done to it.

use crate::model::key;
use gcfn_table::{Freeze, Map};
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
enum Step {
    Insert(u128, u64),
    Change(u128, u64),
    OrInsert(u128, u64),
    Remove(u128),
    /// Keeps values that leave this rest when they are divided by three.
    Retain(u64),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (key(), any::<u64>()).prop_map(|(key, value)| Step::Insert(key, value)),
        10 => (key(), any::<u64>()).prop_map(|(key, value)| Step::Change(key, value)),
        10 => (key(), any::<u64>()).prop_map(|(key, value)| Step::OrInsert(key, value)),
        15 => key().prop_map(Step::Remove),
        2 => (0..3u64).prop_map(Step::Retain),
        1 => Just(Step::Clear),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 0..120)
}

/// Does it to both, and gives both answers.
fn apply(
    map: &mut Map<u128, u64>,
    model: &mut BTreeMap<u128, u64>,
    step: Step,
) -> (Option<u64>, Option<u64>) {
    match step {
        Step::Insert(key, value) => (map.insert(key, value), model.insert(key, value)),
        Step::Change(key, value) => {
            let put = |held| core::mem::replace(held, value);
            (map.get_mut(&key).map(put), model.get_mut(&key).map(put))
        }
        Step::OrInsert(key, value) => {
            let (held, expected) =
                (map.or_insert_with(key, || value), model.entry(key).or_insert(value));
            *held ^= 1;
            *expected ^= 1;
            (Some(*held), Some(*expected))
        }
        Step::Remove(key) => (map.remove(&key), model.remove(&key)),
        Step::Retain(rest) => {
            map.retain(|_, value| value % 3 == rest);
            model.retain(|_, value| *value % 3 == rest);
            (None, None)
        }
        Step::Clear => {
            map.clear();
            model.clear();
            (None, None)
        }
    }
}

fn played(steps: &[Step]) -> (Map<u128, u64>, BTreeMap<u128, u64>) {
    let (mut map, mut model) = (Map::new(), BTreeMap::new());
    for &step in steps {
        apply(&mut map, &mut model, step);
    }
    (map, model)
}

fn bytes(state: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_allocvec(state).expect("maps encode")
}

proptest! {
    #[test]
    fn a_map_answers_as_an_ordered_map(steps in steps()) {
        let (mut map, mut model) = (Map::new(), BTreeMap::new());
        for &step in &steps {
            let (answer, expected) = apply(&mut map, &mut model, step);
            prop_assert_eq!(answer, expected, "{:?}", step);
            prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
        }
        for key in model.keys().copied().chain(0..40) {
            prop_assert_eq!(map.get(&key), model.get(&key));
            prop_assert_eq!(map.contains_key(&key), model.contains_key(&key));
        }
    }

    #[test]
    fn a_map_is_gone_through_in_the_order_of_keys(steps in steps()) {
        let (map, model) = played(&steps);
        prop_assert!(map.iter().eq(model.iter()));
        prop_assert!(map.keys().eq(model.keys()));
        prop_assert!(map.values().eq(model.values()));
    }

    #[test]
    fn what_is_selected_is_what_going_through_it_finds(steps in steps(), rest in 0..7u64) {
        let (map, model) = played(&steps);
        let is = |value: &u64| value % 7 == rest;
        let expected: Vec<u128> =
            model.iter().filter(|(_, value)| is(value)).map(|(key, _)| *key).collect();
        prop_assert_eq!(map.any(is), !expected.is_empty());
        prop_assert_eq!(map.select(is), expected);
    }

    #[test]
    fn a_page_is_what_stands_first_of_what_comes_after(
        steps in steps(), after in prop::option::of(key()), count in 0..9usize, rest in 0..3u64,
    ) {
        let (map, model) = played(&steps);
        let is = |value: &u64| value % 3 != rest;
        let wanted = || model.iter().filter(|(_, value)| is(value)).map(|(key, _)| *key);
        let later = wanted().filter(|key| after.is_none_or(|after| after < *key));
        prop_assert_eq!(map.page(after.as_ref(), count, |key| key, is), later.take(count).collect::<Vec<_>>());
        let earlier = wanted().rev().filter(|key| after.is_none_or(|before| *key < before));
        let earlier: Vec<_> = earlier.map(Reverse).take(count).collect();
        prop_assert_eq!(map.page(after.map(Reverse).as_ref(), count, Reverse, is), earlier);
    }

    #[test]
    fn two_maps_with_the_same_values_are_equal_in_whatever_rows(steps in steps()) {
        let (map, model) = played(&steps);
        let mut other = Map::new();
        for (&key, &value) in model.iter().rev() {
            other.insert(key, value);
        }
        prop_assert_eq!(&map, &other);
        if let Some((&key, &value)) = model.first_key_value() {
            other.insert(key, value ^ 1);
            prop_assert_ne!(&map, &other, "another value");
            other.remove(&key);
            prop_assert_ne!(&map, &other, "a key is missing");
            other.insert(1 << 100, value);
            prop_assert_ne!(&map, &other, "another key");
        }
    }

    #[test]
    fn a_frozen_map_stays_while_the_live_one_goes_on(before in steps(), after in steps()) {
        let (mut map, mut model) = played(&before);
        let (then, frozen, clone) = (bytes(&map), map.freeze(), map.clone());
        let of_then = model.clone();
        for &step in &after {
            let (answer, expected) = apply(&mut map, &mut model, step);
            prop_assert_eq!(answer, expected);
        }
        prop_assert!(map.iter().eq(model.iter()), "freezing disturbs nobody");
        prop_assert_eq!(&bytes(&frozen), &then);
        prop_assert!(clone.iter().eq(of_then.iter()), "nor does a clone follow");
    }

    #[test]
    fn a_restored_map_goes_on_as_the_original(before in steps(), after in steps()) {
        let (mut map, mut model) = played(&before);
        let mut restored: Map<u128, u64> = postcard::from_bytes(&bytes(&map)).expect("its own");
        prop_assert_eq!(&restored, &map);
        for &step in &after {
            let mut again = model.clone();
            let (answer, _) = apply(&mut restored, &mut again, step);
            let (original, _) = apply(&mut map, &mut model, step);
            prop_assert_eq!(answer, original);
        }
        prop_assert_eq!(bytes(&restored), bytes(&map), "row for row");
    }
}

#[test]
fn a_value_that_is_there_is_not_made_again() {
    let mut map: Map<u128, u64> = Map::new();
    assert_eq!(*map.or_insert_with(1, || 7), 7);
    assert_eq!(*map.or_insert_with(1, || unreachable!("it is there")), 7);
}
