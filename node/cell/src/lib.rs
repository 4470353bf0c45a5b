//! One Raft group: proposer, log, snapshots, journal.
