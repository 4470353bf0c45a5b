use super::*;

/// The ids in the order of their slots, and the index over them.
fn indexed(ids: impl Iterator<Item = OrderId>) -> (Vec<OrderId>, Index) {
    let (ids, mut index) = (ids.collect::<Vec<_>>(), Index::new());
    for (slot, id) in (0..).zip(&ids) {
        index.insert(*id, slot);
    }
    (ids, index)
}

fn find(ids: &[OrderId], index: &Index, id: OrderId) -> Option<Slot> {
    index.find(id, |slot| ids.get(slot as usize) == Some(&id))
}

/// Every id is found at its slot, and none of the even ones once they are removed.
fn check(ids: &[OrderId], mut index: Index) {
    for (slot, &id) in (0..).zip(ids) {
        assert_eq!(find(ids, &index, id), Some(slot));
    }
    for (slot, &id) in (0..).zip(ids).step_by(2) {
        index.remove(id, slot);
    }
    for (slot, &id) in (0..).zip(ids) {
        assert_eq!(find(ids, &index, id), Some(slot).filter(|slot| slot % 2 == 1));
    }
}

#[test]
fn ids_in_sequence_are_found_in_buckets() {
    let (ids, index) = indexed((0..10_000u128).map(|n| OrderId::from_bytes(n.to_be_bytes())));
    assert!(index.overflow.len() < 100, "{} of 10,000 overflow", index.overflow.len());
    check(&ids, index);
}

#[test]
fn ids_made_to_collide_are_found_in_the_tree() {
    // The low half cancels the hash's own constant: every id hashes to 0.
    let low = MASKS & 0xffff_ffff_ffff_ffff;
    let (ids, index) =
        indexed((0..10_000u128).map(|n| OrderId::from_bytes(((n << 64) | low).to_be_bytes())));
    assert_eq!(index.overflow.len(), 9_999);
    check(&ids, index);
}
