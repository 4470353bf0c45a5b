//! A small federation with fixed keys, for the tests.

use crate::epoch::{EpochHeader, Epochs};
use crate::event_tree::{EventTree, SaltKey};
use crate::fold::{GlobalFold, RegionFold};
use crate::header_log::HeaderLog;
use crate::keys::Signer;
use crate::receipt::{EventProof, HeadProof, Receipt, RegionStep, VERSION};
use crate::roster::{Roster, Validator};
use crate::round::{Cosignature, Round};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;
use gcfn_model::{Digest, NodeId, Timestamp};

pub(crate) fn name<T: core::str::FromStr<Err: core::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a sample's name is sound")
}

pub(crate) fn at(second: u64) -> Timestamp {
    Timestamp::from_micros(second.saturating_mul(1_000_000)).expect("samples are in range")
}

/// The key of `node`: its name, padded, is the seed.
pub(crate) fn signer(node: &str) -> Signer {
    let mut seed = [0; 32];
    seed.iter_mut().zip(node.bytes()).for_each(|(to, from)| *to = from);
    Signer::from_seed(&seed)
}

/// Validators `root`, `cn`, `hk` and `sg` of weight 1.
pub(crate) fn roster() -> Roster {
    let validator = |node| (name(node), Validator { key: signer(node).public_key(), weight: 1 });
    let validators = ["root", "cn", "hk", "sg"].map(validator);
    Roster { network: name("gcfn-test"), validators: BTreeMap::from(validators) }
}

pub(crate) fn cosign(round: &Round, validators: &[&str]) -> Vec<Cosignature> {
    validators.iter().map(|node| round.cosign(name(node), &signer(node))).collect()
}

/// A cell with its journal: epoch `n` has `n + 1` events.
pub(crate) struct Cell {
    pub(crate) events: Vec<Vec<Vec<u8>>>,
    pub(crate) headers: Vec<EpochHeader>,
    pub(crate) log: HeaderLog,
    salt_key: SaltKey,
}

impl Cell {
    pub(crate) fn new(cell: &str, epochs: u64) -> Cell {
        let id: NodeId = name(cell);
        let salt_key = SaltKey::from_bytes([7; 32]);
        let mut open = Epochs::new(id, salt_key.clone());
        let mut this =
            Cell { events: Vec::new(), headers: Vec::new(), log: HeaderLog::new(id), salt_key };
        for epoch in 0..epochs {
            let events = (0..=epoch).map(|n| format!("{cell} event {epoch}.{n}").into_bytes());
            this.events.push(events.collect());
            this.events.last().into_iter().flatten().for_each(|event| {
                open.record(event);
            });
            let header = open.close(at(epoch), Digest([9; 32])).expect("not empty");
            this.log.append(&header).expect("in order");
            this.headers.push(header);
        }
        assert_eq!(this.log.head(), open.head());
        this
    }

    pub(crate) fn prove(&self, epoch: usize, index: usize) -> (Vec<u8>, EventProof) {
        let (header, events) = (self.headers[epoch].clone(), &self.events[epoch]);
        let mut tree = EventTree::default();
        for (seq, event) in (header.first_seq..).zip(events) {
            tree.append(&self.salt_key.salt(seq), event);
        }
        let place = index as u64;
        let salt = self.salt_key.salt(header.first_seq.saturating_add(place));
        let path = tree.prove(place).expect("in the epoch");
        let header_path = self.log.prove(header.epoch, self.log.head().size).expect("in the log");
        (events[index].clone(), EventProof { salt, index: place, path, header, header_path })
    }
}

/// Cells `cn-sha`, `cn-pek` and `cn-can` of `cn`, one cell each of `hk` and `sg`, the federation,
/// and a round over them that `cn`, `hk` and `root` have co-signed.
pub(crate) struct Federation {
    pub(crate) cell: Cell,
    pub(crate) sha: Cell,
    cn: RegionFold,
    fold: GlobalFold,
    round: Round,
}

impl Federation {
    pub(crate) fn new() -> Federation {
        let head = |cell: &str, epochs| Cell::new(cell, epochs).log.head();
        let (cell, sha) = (Cell::new("federation", 3), Cell::new("cn-sha", 5));
        let cn = [head("cn-pek", 2), sha.log.head(), head("cn-can", 1)];
        let cn = RegionFold::new(name("cn"), cn);
        let hk = RegionFold::new(name("hk"), [head("hk-hkg", 4)]);
        let sg = RegionFold::new(name("sg"), [head("sg-sin", 1)]);
        let fold = GlobalFold::new(&cell.log.head(), [sg.head(), hk.head(), cn.head()]);
        let digest = roster().digest();
        let round = Round::first(&fold, digest, at(10)).next(&fold, digest, at(12));
        Federation { cell, sha, cn, fold, round }
    }

    /// A receipt of an event of `cn-sha`.
    pub(crate) fn venue_receipt(&self) -> Receipt {
        let (event, proof) = self.sha.prove(4, 2);
        let cell = self.cn.prove(name("cn-sha")).expect("folded");
        let region = Some(RegionStep { head: self.cn.head(), cell });
        let global = self.fold.prove(name("cn")).expect("folded");
        let (head, round) = (self.sha.log.head(), self.round);
        let cosignatures = cosign(&round, &["cn", "hk", "root"]);
        let anchor = HeadProof { head, region, global, round, cosignatures };
        Receipt { version: VERSION, event, proof, anchor }
    }

    /// A receipt of an event of the federation's own cell.
    pub(crate) fn federation_receipt(&self) -> Receipt {
        let (event, proof) = self.cell.prove(1, 0);
        let (head, global, round) =
            (self.cell.log.head(), self.fold.prove_federation(), self.round);
        let cosignatures = cosign(&round, &["cn", "hk", "root", "sg"]);
        let anchor = HeadProof { head, region: None, global, round, cosignatures };
        Receipt { version: VERSION, event, proof, anchor }
    }
}
