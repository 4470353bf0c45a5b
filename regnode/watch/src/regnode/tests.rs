//! A supervisor's node over a cell in the same process: no network, a real store, real files.

use super::{Clock, RegNode, Sources, Watched};
use crate::findings::{Filter, Findings};
use crate::source::{Items, Journals, Rounds, SourceFault};
use crate::watcher::View;
use expect_test::expect;
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::fold::{GlobalFold, RegionFold};
use gcfn_anchor::header_log::{CellHead, HeaderLog};
use gcfn_anchor::keys::Signer;
use gcfn_anchor::receipt::{HeadProof, RegionStep};
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_anchor::round::Round;
use gcfn_api_wire::supervision::FindingFilter;
use gcfn_audit::{FindingKind, Item, Record, Severity};
use gcfn_model::{
    Amount, BasisPoints, CommandId, Currency, Digest, Machine, Millis, NodeId, PartyId, Timestamp,
};
use gcfn_replica::{Command, Event, Founded, Genesis, Replica};
use gcfn_store::{Store, VaultKey};
use gcfn_telemetry::Supervisor;
use gcfn_venue::{
    Actor, CreditRules, FeePreset, FeeSchedule, IssuingTerms, MoneyTerms, PartyKind, PricingRules,
    RedemptionDetail, ReserveMode, Role, Terms, TradingTerms, Verb,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a name")
}

fn second(n: u64) -> Timestamp {
    Timestamp::from_micros(n * 1_000_000).expect("in range")
}

fn signer() -> Signer {
    Signer::from_seed(&[1; 32])
}

fn roster() -> Roster {
    let root = Validator { key: signer().public_key(), weight: 1 };
    Roster { network: name("gcfn-test"), validators: BTreeMap::from([(name("root"), root)]) }
}

fn genesis() -> Genesis {
    let fees = FeeSchedule::of(FeePreset::DEFAULT, Currency::Sgd);
    Genesis {
        terms: Terms {
            node: name("sg"),
            region: name("sg"),
            currency: Currency::Sgd,
            house: name("sg"),
            house_node: name("sg"),
            netting: Default::default(),
            fees,
            reserve_mode: ReserveMode::Face,
            reserve_ratio: BasisPoints::ONE,
            refund_window: Millis(1),
            redeem_lock: Millis(1),
            redemption_detail: RedemptionDetail::Hash,
            resales_max: 3,
            self_custody_resells_freely: false,
            kyc_to_trade: 1,
            outcome_kept: Millis(1),
            proposal_kept: Millis(1),
            statement_grace: Millis(1),
            trading: TradingTerms::of(Currency::Sgd),
            money: MoneyTerms::of(Currency::Sgd),
            credit: CreditRules::standard(Currency::Sgd),
            pricing: PricingRules::STANDARD,
            issuing: IssuingTerms::of(Currency::Sgd),
        },
        salt_key: SaltKey::from_bytes([7; 32]),
        founded: Founded { roster: roster(), founders: Vec::new() },
        debit_cap: Amount::ZERO,
        mailbox_capacity: 10,
    }
}

/// The journal of `sg`: epoch `n` is closed at second `n + 1`, by record `2n + 2`.
struct Cell {
    records: Vec<Record>,
    headers: HeaderLog,
}

impl Cell {
    fn new(epochs: u64) -> Cell {
        let mut replica = Replica::new(genesis());
        let mut cell = Cell { records: Vec::new(), headers: HeaderLog::new(name("sg")) };
        for epoch in 0..epochs {
            let party = PartyId::derive(&[&epoch.to_be_bytes()]);
            let request = gcfn_venue::Command::Request(gcfn_venue::Request {
                id: CommandId::derive(&[&epoch.to_be_bytes()]),
                actor: Actor { party, role: Role::Operator },
                verb: Verb::Register { party, kind: PartyKind::Merchant, kyc: 1 },
            });
            let early = Timestamp::from_micros(epoch * 1_000_000 + 1).expect("in range");
            cell.entry(&mut replica, early, Command::Venue(request));
            cell.entry(&mut replica, second(epoch + 1), Command::CloseEpoch);
        }
        cell
    }

    fn entry(&mut self, replica: &mut Replica, at: Timestamp, command: Command) {
        let mut events = Vec::new();
        replica.apply(at, &command, &mut events).expect("possible");
        if let Some(Event::EpochClosed(header)) = events.last() {
            self.headers.append(header).expect("in order");
        }
        let first_event = self.records.last().map_or(0, |last| last.first_event + 1);
        let index = self.records.len() as u64 + 1;
        let commands = vec![command];
        self.records.push(Record { index, at, first_event, commands, events });
    }

    /// The proof of a head after `size` epochs in a final round of this number.
    fn anchored(&self, number: u64, size: u64) -> HeadProof {
        self.proof_of(number, self.headers.head_at(size).expect("closed"))
    }

    fn proof_of(&self, number: u64, head: CellHead) -> HeadProof {
        let cells = RegionFold::new(name("sg"), [head]);
        let federation = CellHead { cell: name("federation"), size: 0, root: Digest::ZERO };
        let fold = GlobalFold::new(&federation, [cells.head()]);
        let round =
            Round { number, ..Round::first(&fold, roster().digest(), second(head.size + 1)) };
        HeadProof {
            head,
            region: Some(RegionStep {
                head: cells.head(),
                cell: cells.prove(head.cell).expect("folded"),
            }),
            global: fold.prove(name("sg")).expect("folded"),
            round,
            cosignatures: vec![round.cosign(name("root"), &signer())],
        }
    }
}

/// What the watched node hands out so far; the stream breaks after `breaks_after` items.
#[derive(Clone)]
struct Outlet {
    items: watch::Receiver<Vec<Record>>,
    breaks_after: usize,
    followed_from: Arc<AtomicU64>,
}

struct Stream {
    outlet: Outlet,
    next: u64,
    given: usize,
}

impl Journals for Outlet {
    type Items = Stream;

    async fn follow(&self, _: NodeId, from_index: u64) -> Result<Stream, SourceFault> {
        self.followed_from.store(from_index, Ordering::Relaxed);
        Ok(Stream { outlet: self.clone(), next: from_index, given: 0 })
    }
}

impl Items for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceFault> {
        if self.given == self.outlet.breaks_after {
            return Err("connection is broken".into());
        }
        let item = if self.next == 0 {
            Item::Genesis(Box::new(genesis()))
        } else {
            let next = self.next;
            let there = |records: &Vec<Record>| records.last().is_some_and(|r| next <= r.index);
            let records = self.outlet.items.wait_for(there).await?;
            let record = records.iter().find(|record| next <= record.index).expect("there");
            Item::Record(record.clone())
        };
        self.next = if let Item::Record(record) = &item { record.index + 1 } else { 1 };
        self.given += 1;
        Ok(Some(item.encode()))
    }
}

/// The final rounds so far.
struct Finals(watch::Receiver<Vec<HeadProof>>);

impl Rounds for Finals {
    async fn head_after(&self, _: NodeId, round: u64) -> Result<HeadProof, SourceFault> {
        let newer = |proof: &&HeadProof| round < proof.round.number;
        let mut finals = self.0.clone();
        let finals = finals.wait_for(|finals| finals.iter().any(|proof| newer(&proof))).await?;
        Ok(finals.iter().rfind(newer).expect("there").clone())
    }

    fn roster(&self, digest: Digest) -> Option<Roster> {
        Some(roster()).filter(|roster| roster.digest() == digest)
    }
}

/// A supervisor's node on a directory, with the levers of everything around it.
struct World {
    dir: TempDir,
    key: VaultKey,
    now: Arc<AtomicU64>,
    journal: watch::Sender<Vec<Record>>,
    finals: watch::Sender<Vec<HeadProof>>,
    outlet: Outlet,
}

impl World {
    /// A watched node that has handed out nothing yet, at second 1.
    fn new() -> World {
        let (journal, items) = watch::channel(Vec::new());
        let followed_from = Arc::new(AtomicU64::new(u64::MAX));
        World {
            dir: tempfile::tempdir().expect("a directory"),
            key: VaultKey::generate(),
            now: Arc::new(AtomicU64::new(1)),
            journal,
            finals: watch::Sender::new(Vec::new()),
            outlet: Outlet { items, breaks_after: usize::MAX, followed_from },
        }
    }

    async fn start(&self) -> (RegNode, Supervisor) {
        self.start_with(None).await
    }

    async fn start_with(&self, genesis: Option<Digest>) -> (RegNode, Supervisor) {
        let url = format!("sqlite://{}", self.dir.path().join("store.db").display());
        let store = Store::open(&url, &self.key).await.expect("a store");
        let findings = Findings::open(&store).await.expect("readable");
        let now = Arc::clone(&self.now);
        let clock: Clock = Arc::new(move || second(now.load(Ordering::Relaxed)));
        let (journals, rounds) = (self.outlet.clone(), Finals(self.finals.subscribe()));
        let sources = Sources { journals, rounds, clock };
        let supervisor = Supervisor::new();
        let cells = [Watched { cell: name("sg"), genesis }];
        let dir = self.dir.path().join("mirrors");
        let node = RegNode::start(&cells, &dir, sources, (findings, &supervisor));
        (node.expect("a directory"), supervisor)
    }

    /// Hands out the records of `cell` up to the close of epoch `last`, `last` seconds and one
    /// after the beginning.
    fn hand_out(&self, cell: &Cell, last: u64) {
        self.now.store(last + 1, Ordering::Relaxed);
        let count = usize::try_from(2 * last + 2).expect("a small figure");
        self.journal.send_replace(cell.records[..count].to_vec());
    }

    fn make_final(&self, proof: HeadProof) {
        self.finals.send_modify(|finals| finals.push(proof));
    }
}

/// What is known of `sg`, once it is as `wanted`.
async fn until(node: &RegNode, wanted: impl FnMut(&View) -> bool) -> View {
    let limit = Duration::from_secs(20);
    let viewed = tokio::time::timeout(limit, node.boards[0].until(wanted)).await;
    viewed.unwrap_or_else(|_| panic!("not so: {:?}", node.boards[0].read()))
}

fn verified(view: &View) -> Option<u64> {
    Some(view.status.as_ref()?.verified?.epoch)
}

async fn stop(supervisor: &Supervisor) {
    supervisor.shut_down("the test is over");
    assert!(supervisor.drained(Duration::from_secs(20)).await.is_empty());
}

async fn kinds(node: &RegNode) -> Vec<FindingKind> {
    let filed = node.findings().list(Filter::default()).await;
    filed.iter().map(|filed| filed.finding.kind).collect()
}

/// What the console shows, as callers read it.
fn as_read(answer: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(answer).expect("plain data")
}

#[tokio::test]
async fn an_honest_cell_is_verified_saved_and_shown() {
    let (world, cell) = (World::new(), Cell::new(3));
    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 2);
    world.make_final(cell.anchored(1, 2));
    until(&node, |view| view.saved_epoch == Some(2)).await;
    until(&node, |view| view.status.as_ref().is_some_and(|s| s.anchored.is_some())).await;
    let status = as_read(&node.status().await);
    expect![[r#"
        {
          "cells": [
            {
              "anchored_round": 1,
              "cell": "sg",
              "fault": null,
              "lag_ms": 0,
              "lag_p50_ms": 1000,
              "lag_p99_ms": 2000,
              "open_findings": 0,
              "state": "verifying",
              "verified_epoch": 2,
              "verified_seq": 5
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&status).expect("JSON"));
    let mirror = as_read(&node.mirrors());
    let mirror = &mirror["mirrors"][0];
    assert_eq!(mirror["header_log_root"], cell.headers.head().root.to_string());
    assert_eq!(mirror["header_log_size"], 3);
    assert_eq!(mirror["saved_epoch"], 2);
    assert_eq!(mirror["anchored"]["size"], 2);
    assert_eq!(mirror["verified_until"], second(3).to_string());
    assert_eq!(kinds(&node).await, []);
    stop(&supervisor).await;
}

#[tokio::test]
async fn a_restart_goes_on_after_the_last_saved_epoch() {
    let (world, cell) = (World::new(), Cell::new(5));
    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 2);
    until(&node, |view| view.saved_epoch == Some(2)).await;
    stop(&supervisor).await;
    drop(node);

    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 4);
    let view = until(&node, |view| verified(view) == Some(4)).await;
    assert_eq!(world.outlet.followed_from.load(Ordering::Relaxed), 7);
    assert_eq!(view.head.expect("known"), cell.headers.head());
    stop(&supervisor).await;
}

#[tokio::test]
async fn a_stream_that_breaks_is_begun_again_where_it_ended() {
    let (mut world, cell) = (World::new(), Cell::new(3));
    world.outlet.breaks_after = 2;
    world.hand_out(&cell, 2);
    let (node, supervisor) = world.start().await;
    let view = until(&node, |view| verified(view) == Some(2)).await;
    assert_eq!(view.head.expect("known"), cell.headers.head());
    assert_eq!(kinds(&node).await, []);
    stop(&supervisor).await;
}

#[tokio::test]
async fn a_lie_is_filed_once_with_its_evidence_and_acknowledged_by_a_person() {
    let (world, mut cell) = (World::new(), Cell::new(3));
    let Some(Event::EpochClosed(header)) = cell.records[3].events.last_mut() else {
        panic!("the fourth record closes the second epoch");
    };
    header.state_root = Digest([9; 32]);
    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 2);
    let stopped = |view: &View| view.fault.is_some();
    assert_eq!(verified(&until(&node, stopped).await), Some(0));
    assert_eq!(kinds(&node).await, [FindingKind::StateRootDiffers]);
    let status = as_read(&node.status().await);
    assert_eq!(status["cells"][0]["state"], "stopped");
    assert_eq!(status["cells"][0]["open_findings"], 1);
    stop(&supervisor).await;

    // Found again by the next process: still one finding, counted.
    let (node, supervisor) = world.start().await;
    until(&node, stopped).await;
    let filed = node.findings().list(Filter::default()).await;
    assert_eq!((filed.len(), filed[0].times), (1, 2));
    let grave = FindingFilter {
        severity: Some(gcfn_audit::Severity::L1),
        cell: Some("sg".parse::<NodeId>().expect("a name").into()),
        acknowledged: None,
    };
    let findings = as_read(&node.found(grave).await);
    let shown = &findings["findings"][0];
    assert_eq!(shown["code"], "F-07");
    assert_eq!(shown["kind"], "state_root_differs");
    assert_eq!(shown["found"], Digest([9; 32]).to_string());
    assert_eq!(shown["epoch"], 1);
    assert_eq!(shown["acknowledged"], serde_json::Value::Null);

    let findings = node.findings();
    assert!(findings.acknowledge(2, "mei", second(9)).await.is_err());
    findings.acknowledge(1, "mei", second(9)).await.expect("known");
    findings.acknowledge(1, "bo", second(10)).await.expect("the first stands");
    let seen = FindingFilter { acknowledged: Some(true), ..FindingFilter::default() };
    let listed = as_read(&node.found(seen).await);
    assert_eq!(listed["findings"][0]["acknowledged"]["by"], "mei");
    let open = Filter { acknowledged: Some(false), ..Filter::default() };
    assert_eq!(findings.list(open).await, []);
    stop(&supervisor).await;
}

#[tokio::test]
async fn another_history_than_the_networks_stops_the_mirror() {
    let (world, cell) = (World::new(), Cell::new(3));
    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 2);
    until(&node, |view| verified(view) == Some(2)).await;
    let told = CellHead { cell: name("sg"), size: 2, root: Digest([9; 32]) };
    world.make_final(cell.proof_of(1, told));
    until(&node, |view| view.fault.is_some()).await;
    assert_eq!(kinds(&node).await, [FindingKind::OtherHistory]);
    stop(&supervisor).await;
}

#[tokio::test]
async fn a_head_that_no_validator_signed_says_nothing() {
    let (world, cell) = (World::new(), Cell::new(3));
    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 2);
    let told = CellHead { cell: name("sg"), size: 2, root: Digest([9; 32]) };
    let unsigned = HeadProof { cosignatures: Vec::new(), ..cell.proof_of(1, told) };
    world.make_final(unsigned);
    world.make_final(cell.anchored(2, 3));
    let anchored = |view: &View| view.status.as_ref().is_some_and(|s| s.anchored.is_some());
    until(&node, anchored).await;
    assert_eq!(kinds(&node).await, []);
    stop(&supervisor).await;
}

#[tokio::test]
async fn lag_is_filed_when_it_grows_too_large() {
    let (world, cell) = (World::new(), Cell::new(4));
    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 0);
    until(&node, |view| verified(view) == Some(0)).await;
    // The node shows its second epoch four seconds late, its third six.
    for (epoch, late, kind) in [(1, 4, FindingKind::LagWarning), (2, 6, FindingKind::LagBreach)] {
        world.hand_out(&cell, epoch);
        world.journal.send_modify(|_| world.now.store(epoch + 1 + late, Ordering::Relaxed));
        until(&node, |view| view.saved_epoch == Some(epoch)).await;
        assert_eq!(kinds(&node).await.first(), Some(&kind));
    }
    let severe = Filter { severity: Some(Severity::L2), ..Filter::default() };
    let filed = node.findings().list(severe).await;
    assert_eq!(filed[0].finding.detail, "the mirror is 6000 ms behind");
    stop(&supervisor).await;
}

#[tokio::test]
async fn epochs_that_the_network_knows_and_the_supervisor_is_not_shown_are_lag() {
    let (world, cell) = (World::new(), Cell::new(4));
    let (node, supervisor) = world.start().await;
    world.hand_out(&cell, 0);
    until(&node, |view| verified(view) == Some(0)).await;
    world.make_final(cell.anchored(1, 3));
    world.now.store(20, Ordering::Relaxed);
    until(&node, |view| view.lag == Millis(16_000)).await;
    assert_eq!(kinds(&node).await, [FindingKind::LagBreach]);
    stop(&supervisor).await;
}

#[tokio::test]
async fn another_genesis_than_the_filed_one_is_found() {
    let world = World::new();
    let (node, supervisor) = world.start_with(Some(Digest([9; 32]))).await;
    until(&node, |view| view.fault.is_some()).await;
    assert_eq!(kinds(&node).await, [FindingKind::OtherGenesis]);
    stop(&supervisor).await;
}

#[tokio::test]
async fn a_damaged_file_is_refused_by_name() {
    let world = World::new();
    let mirrors = world.dir.path().join("mirrors");
    std::fs::create_dir(&mirrors).expect("a directory");
    std::fs::write(mirrors.join("sg.mirror"), b"something else altogether").expect("written");
    let (node, supervisor) = world.start().await;
    let fault = until(&node, |view| view.fault.is_some()).await.fault.expect("a fault");
    assert!(fault.contains("sg.mirror is damaged"), "{fault}");
    stop(&supervisor).await;
}
