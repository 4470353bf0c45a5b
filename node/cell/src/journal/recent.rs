//! The newest records, as they were applied: a reader that keeps up neither reads nor decodes.

use super::Record;
use std::collections::VecDeque;
use std::sync::Arc;

/// Records in order of their index, the newest ones that fit.
#[derive(Debug)]
pub(super) struct Recent<C, E> {
    records: VecDeque<Kept<C, E>>,
    bytes: usize,
    bytes_max: usize,
}

/// One record, and where the file goes on after it.
#[derive(Debug)]
pub(super) struct Kept<C, E> {
    pub(super) record: Arc<Record<C, E>>,
    /// The record before this one.
    pub(super) previous: u64,
    /// The segment that it stands in, by its first index.
    pub(super) segment: u64,
    /// Where it ends there.
    pub(super) end: u64,
    /// Its size there.
    pub(super) bytes: usize,
}

impl<C, E> Recent<C, E> {
    /// Keeps at most about `bytes_max`, counted as they are written.
    pub(super) fn new(bytes_max: usize) -> Recent<C, E> {
        Recent { records: VecDeque::new(), bytes: 0, bytes_max }
    }

    pub(super) fn push(&mut self, kept: Kept<C, E>) {
        self.bytes = self.bytes.saturating_add(kept.bytes);
        self.records.push_back(kept);
        while self.bytes_max < self.bytes {
            let Some(oldest) = self.records.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(oldest.bytes);
        }
    }

    /// The record that follows record `last`, if it is here.
    pub(super) fn after(&self, last: u64) -> Option<&Kept<C, E>> {
        let place = self.records.partition_point(|kept| kept.record.index <= last);
        self.records.get(place).filter(|kept| kept.previous <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gcfn_model::Timestamp;

    fn kept(index: u64, previous: u64) -> Kept<(), ()> {
        let at = Timestamp::EPOCH;
        let record = Record { index, at, first_event: 0, commands: vec![()], events: vec![] };
        Kept { record: Arc::new(record), previous, segment: 1, end: 0, bytes: 10 }
    }

    fn found(recent: &Recent<(), ()>, last: u64) -> Option<u64> {
        recent.after(last).map(|kept| kept.record.index)
    }

    #[test]
    fn a_record_is_found_after_the_one_before_it_and_no_earlier() {
        let mut recent = Recent::new(100);
        for (index, previous) in [(4, 2), (5, 4), (9, 5)] {
            recent.push(kept(index, previous));
        }
        assert_eq!(found(&recent, 1), None, "record 2 is not here");
        assert_eq!(found(&recent, 2), Some(4));
        assert_eq!(found(&recent, 3), Some(4));
        assert_eq!(found(&recent, 5), Some(9));
        assert_eq!(found(&recent, 9), None);
    }

    #[test]
    fn a_gap_is_not_passed_over() {
        let mut recent = Recent::new(100);
        recent.push(kept(4, 2));
        recent.push(kept(90, 80));
        assert_eq!(found(&recent, 4), None);
        assert_eq!(found(&recent, 80), Some(90));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut recent = Recent::new(25);
        (1..=4).for_each(|index| recent.push(kept(index, index - 1)));
        assert_eq!(found(&recent, 1), None);
        assert_eq!(found(&recent, 2), Some(3));
        assert_eq!(recent.bytes, 20);
    }
}
