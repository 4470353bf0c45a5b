//! Several replicas: elections, learners, snapshots over the network, lost quorums.

use crate::world::{
    Command, Net, Tally, TallyCell, config, count, count_up, open, open_with, records, until,
};
use gcfn_cell::{CellConfig, CellMetrics, JournalError, Role, SubmitError};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

struct Group {
    net: Arc<Net>,
    dirs: Vec<TempDir>,
    cells: Vec<TallyCell>,
    change: fn(&mut CellConfig),
}

impl Group {
    /// Replicas 1 to 3, founded.
    async fn of_three(change: fn(&mut CellConfig)) -> Group {
        let mut group = Group { net: Arc::default(), dirs: vec![], cells: vec![], change };
        for _ in 0..3 {
            group.add().await;
        }
        group.cells[0].initialize([1, 2, 3].into()).await.unwrap();
        group
    }

    /// Opens one more replica; it knows nobody yet.
    async fn add(&mut self) -> TallyCell {
        let dir = TempDir::new().unwrap();
        let cell = open(&self.net, self.config(&dir, self.cells.len())).await.unwrap();
        self.dirs.push(dir);
        self.cells.push(cell.clone());
        cell
    }

    fn config(&self, dir: &TempDir, position: usize) -> CellConfig {
        let mut config = config(dir.path(), position as u64 + 1);
        (self.change)(&mut config);
        config
    }

    /// The leader that `among` agree on, other than `former`.
    async fn leader(&self, among: &[u64], former: Option<u64>) -> (u64, TallyCell) {
        let first = &self.cells[usize::try_from(among[0]).unwrap() - 1];
        let new = |leader: Option<u64>| leader.is_some() && leader != former;
        let leader = until(first, |metrics| new(metrics.leader)).await.leader.unwrap();
        let cell = self.cells[usize::try_from(leader).unwrap() - 1].clone();
        until(&cell, CellMetrics::is_leader).await;
        (leader, cell)
    }

    /// Every replica in `among` has the state of the first.
    async fn agree(&self, among: &[u64]) {
        let cells = || among.iter().map(|&id| &self.cells[usize::try_from(id).unwrap() - 1]);
        let mut index = 0;
        for cell in cells() {
            index = index.max(cell.metrics().last_log_index);
        }
        for cell in cells() {
            cell.applied().wait_for(|applied| index <= applied.index).await.unwrap();
        }
        let states: Vec<_> = cells().map(|cell| cell.read(Clone::clone)).collect();
        assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "replicas differ");
    }

    async fn shutdown(self) {
        futures::future::join_all(self.cells.iter().map(TallyCell::shutdown)).await;
    }
}

fn others(id: u64) -> Vec<u64> {
    (1..=3).filter(|&other| other != id).collect()
}

#[tokio::test]
async fn three_replicas_elect_and_go_on_without_their_leader() {
    let group = Group::of_three(|_| ()).await;
    let (first, leader) = group.leader(&[1], None).await;
    count_up(&leader, 0..20).await;

    group.net.cut_off(first);
    let rest = others(first);
    let (_, second) = group.leader(&rest, Some(first)).await;
    count_up(&second, 20..40).await;
    group.agree(&rest).await;

    group.net.heal();
    until(&leader, |metrics| metrics.role == Role::Follower).await;
    group.agree(&[1, 2, 3]).await;
    let state = leader.read(Clone::clone);
    assert_eq!(state.seen.len(), 40);
    assert!(state.seen.values().all(|&times| times == 1));
    assert_eq!(records(&group.cells[0]), records(&group.cells[1]));
    group.shutdown().await;
}

#[tokio::test]
async fn a_dropped_replica_comes_back_from_its_files() {
    let mut group = Group::of_three(|_| ()).await;
    let (first, leader) = group.leader(&[1], None).await;
    count_up(&leader, 0..10).await;
    leader.shutdown().await;
    group.net.forget(first);
    let rest = others(first);
    let (_, second) = group.leader(&rest, Some(first)).await;
    count_up(&second, 10..20).await;

    let position = usize::try_from(first).unwrap() - 1;
    let config = group.config(&group.dirs[position], position);
    group.cells[position] = open(&group.net, config).await.unwrap();
    until(&group.cells[position], |metrics| metrics.leader.is_some()).await;
    group.agree(&[1, 2, 3]).await;
    assert_eq!(group.cells[position].read(|tally| tally.seen.len()), 20);
    group.shutdown().await;
}

#[tokio::test]
async fn a_learner_receives_and_cannot_propose() {
    let mut group = Group::of_three(|_| ()).await;
    let (id, leader) = group.leader(&[1], None).await;
    count_up(&leader, 0..10).await;
    let learner = group.add().await;
    leader.add_learner(4).await.unwrap();
    count_up(&leader, 10..20).await;

    until(&learner, |metrics| metrics.leader == Some(id)).await;
    learner.linearizable().await.unwrap();
    assert_eq!(learner.read(|tally| tally.seen.len()), 20);
    assert_eq!(learner.metrics().role, Role::Learner);
    let refused = learner.submit(&[Command::Count(1)]).await;
    assert_eq!(refused, Err(SubmitError::NotLeader { leader: Some(id) }));

    leader.change_voters([1, 2, 3, 4].into()).await.unwrap();
    until(&learner, |metrics| metrics.role == Role::Follower).await;
    leader.hand_over(4).await.unwrap();
    until(&learner, CellMetrics::is_leader).await;
    assert_eq!(count(&learner, 20).await, Ok(1));
    group.shutdown().await;
}

#[tokio::test]
async fn a_lagging_replica_gets_a_snapshot_and_says_what_its_journal_lacks() {
    let mut group = Group::of_three(|config| {
        config.limits.snapshot_every = 20;
        config.limits.log_keep = 1;
        config.limits.log_segment_bytes = 4 << 10;
    })
    .await;
    let (id, leader) = group.leader(&[1], None).await;
    count_up(&leader, 0..5).await;
    let behind = others(id)[0];
    let position = usize::try_from(behind).unwrap() - 1;
    group.agree(&[1, 2, 3]).await;
    group.net.cut_off(behind);
    let had = group.cells[position].applied().borrow().index;
    for number in 5..100 {
        // In the end the snapshot takes more than one message.
        leader.submit(&[Command::Fill(number, vec![1; 20_000])]).await.unwrap();
    }
    until(&leader, |metrics| had + 10 < metrics.purged_index).await;
    group.net.heal();
    until(&group.cells[position], |metrics| had < metrics.snapshot_index).await;
    group.agree(&[1, 2, 3]).await;

    let mut journal = group.cells[position].journal(1);
    let gap = loop {
        match journal.try_next() {
            Ok(Some(_)) => {}
            Ok(None) => {
                // Nothing came after the snapshot yet; the next record shows the gap.
                let (_, leader) = group.leader(&[id], None).await;
                leader.submit(&[Command::Count(7_000)]).await.unwrap();
                group.agree(&[1, 2, 3]).await;
            }
            Err(gap) => break gap,
        }
    };
    let JournalError::Gap { after, mut resumes_at } = gap else { panic!("{gap}") };
    assert!(after <= had, "{gap}");
    // Where the leader purged once more meanwhile, a second snapshot left a gap of its own.
    let mut journal = group.cells[position].journal(resumes_at);
    loop {
        match journal.try_next() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(JournalError::Gap { resumes_at: next, .. }) if resumes_at < next => {
                resumes_at = next;
                journal = group.cells[position].journal(resumes_at);
            }
            Err(other) => panic!("{other}"),
        }
    }

    // A snapshot that came over the network starts a replica like its own.
    group.cells[position].shutdown().await;
    group.net.forget(behind);
    let config = group.config(&group.dirs[position], position);
    group.cells[position] = open(&group.net, config).await.unwrap();
    until(&group.cells[position], |metrics| metrics.leader.is_some()).await;
    group.agree(&[1, 2, 3]).await;
    group.shutdown().await;
}

#[tokio::test]
async fn without_a_quorum_the_outcome_is_unknown() {
    let group = Group::of_three(|config| config.timing.submit = Duration::from_millis(300)).await;
    let (id, leader) = group.leader(&[1], None).await;
    count_up(&leader, 0..3).await;
    group.net.cut_off(id);
    assert_eq!(leader.submit(&[Command::Count(3)]).await, Err(SubmitError::Unknown));

    // The others never saw it. When the old leader hears of them, its entry gives way.
    let rest = others(id);
    let (_, second) = group.leader(&rest, Some(id)).await;
    assert_eq!(count(&second, 4).await, Ok(1));
    group.net.heal();
    until(&leader, |metrics| metrics.role == Role::Follower).await;
    group.agree(&[1, 2, 3]).await;
    assert_eq!(leader.read(|tally| tally.seen.get(&3).copied()), None);
    group.shutdown().await;
}

/// DRV-06.
#[tokio::test]
async fn a_replica_whose_state_differs_stops_and_the_others_go_on() {
    let group = Group::of_three(|_| ()).await;
    let (_, leader) = group.leader(&[1], None).await;
    count(&leader, 1).await.unwrap();
    let dir = TempDir::new().unwrap();
    let wrong = Tally { ballast: vec![7], ..Tally::default() };
    let config = group.config(&dir, 3);
    let fourth = open_with(&group.net, config, wrong).await.unwrap();
    leader.add_learner(4).await.unwrap();
    leader.submit(&[Command::Fill(2, vec![1, 2, 3])]).await.unwrap();

    leader.submit(&[Command::Weigh(3)]).await.unwrap();

    let stopped = until(&fourth, |metrics| metrics.halted.is_some()).await;
    let reason = stopped.halted.unwrap();
    assert!(reason.contains("is not that of the leader"), "{reason}");
    assert!(!records(&fourth).iter().any(|record| record.commands == [Command::Weigh(3)]));
    count(&leader, 3).await.unwrap();
    group.agree(&[1, 2, 3]).await;
    assert_eq!(leader.metrics().halted, None);
    group.shutdown().await;
}

/// The leader may be the one that is wrong, and its word stays in the log.
#[tokio::test]
async fn a_replica_that_stopped_at_a_wrong_leaders_word_can_be_started_again() {
    let net = Arc::default();
    let (wrong_dir, dir) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let wrong = Tally { ballast: vec![7], ..Tally::default() };
    let leader = open_with(&net, config(wrong_dir.path(), 1), wrong).await.unwrap();
    leader.initialize([1].into()).await.unwrap();
    until(&leader, CellMetrics::is_leader).await;
    count(&leader, 1).await.unwrap();
    let right = open(&net, config(dir.path(), 2)).await.unwrap();
    leader.add_learner(2).await.unwrap();

    leader.submit(&[Command::Weigh(1)]).await.unwrap();
    let stopped_at = leader.applied().borrow().index;
    until(&right, |metrics| metrics.halted.is_some()).await;

    right.shutdown().await;
    net.forget(2);
    let right = open(&net, config(dir.path(), 2)).await.unwrap();
    let started = until(&right, |metrics| stopped_at <= metrics.applied_index).await;
    assert_eq!(started.halted, None);
    count(&leader, 2).await.unwrap();
    let went_on = until(&right, |metrics| stopped_at < metrics.applied_index).await;
    assert_eq!(went_on.halted, None);
    futures::future::join_all([&leader, &right].map(TallyCell::shutdown)).await;
}
