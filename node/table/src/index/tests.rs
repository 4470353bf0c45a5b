use super::*;
use crate::key::MASKS;

/// The keys in the order of their rows, and the index over them.
fn indexed(keys: impl Iterator<Item = u128>) -> (Vec<u128>, Index<u128>) {
    let (keys, mut index) = (keys.collect::<Vec<_>>(), Index::new());
    for (row, key) in (0..).map(Row).zip(&keys) {
        index.insert(*key, row);
    }
    (keys, index)
}

fn find(keys: &[u128], index: &Index<u128>, key: u128) -> Option<Row> {
    index.find(key, |row| keys.get(row.0 as usize) == Some(&key))
}

/// Every key is found in its row, and none of the even ones once they are removed.
fn check(keys: &[u128], mut index: Index<u128>) {
    let rows = || (0..).map(Row).zip(keys);
    for (row, &key) in rows() {
        assert_eq!(find(keys, &index, key), Some(row));
    }
    for (row, &key) in rows().step_by(2) {
        index.remove(key, row);
    }
    for (row, &key) in rows() {
        assert_eq!(find(keys, &index, key), Some(row).filter(|row| row.0 % 2 == 1));
    }
    for (row, &key) in rows().step_by(2) {
        index.insert(key, row);
    }
    for (row, &key) in rows() {
        assert_eq!(find(keys, &index, key), Some(row));
    }
    for place in 0..index.buckets {
        let spilled = index.bucket(place).expect("a bucket").spilled;
        assert_eq!(spilled, index.spills(place), "bucket {place}");
    }
}

#[test]
fn keys_in_sequence_are_found_in_buckets() {
    for count in [1, 2, 3, 100, 9_000, 10_000, 16_000] {
        let (keys, index) = indexed(0..count);
        let (overflow, most) = (index.overflow.len(), usize::try_from(count / 100).expect("few"));
        assert!(overflow <= most, "{overflow} of {count} overflow");
        check(&keys, index);
    }
}

#[test]
fn keys_made_to_collide_are_found_in_the_tree() {
    // The low half cancels the hash's own constant: every key hashes to 0.
    let low = MASKS & 0xffff_ffff_ffff_ffff;
    let (keys, index) = indexed((0..10_000u128).map(|n| (n << 64) | low));
    assert_eq!(index.overflow.len(), 9_999);
    check(&keys, index);
}

#[test]
fn keys_made_for_one_bucket_are_found_in_the_tree() {
    let same = |key: &u128| hash(*key).trailing_zeros() >= 10;
    let (keys, index) = indexed((0..2_000_000u128).filter(same));
    assert!(keys.len() / 2 < index.overflow.len());
    check(&keys, index);
}

#[test]
fn the_keys_of_a_bucket_are_one_range_of_the_tree() {
    let (_, mut index) = indexed(0..0);
    for count in 1..200 {
        index.grow();
        assert_eq!(index.buckets, count);
        for hash in (0..1000u32).map(|n| n.wrapping_mul(0x9e37_79b9)) {
            let key = spilled(hash, 0);
            let within = |place: &u32| index.spilled_of(*place).contains(&key);
            let places: Vec<u32> = (0..count).filter(within).collect();
            assert_eq!(places, [index.place(hash)]);
        }
    }
}
