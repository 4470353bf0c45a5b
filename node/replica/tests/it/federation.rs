//! A federation that proves what it decides, as far as a trading node sees of it.

use crate::world::{cents, date, instant, name, signer};
use gcfn_anchor::epoch::{EpochHeader, Epochs};
use gcfn_anchor::event_tree::{EventTree, SaltKey};
use gcfn_anchor::fold::GlobalFold;
use gcfn_anchor::header_log::{CellHead, HeaderLog};
use gcfn_anchor::receipt::{EventProof, HeadProof};
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_anchor::round::Round;
use gcfn_council::{
    Decision, Endpoints, Event, JoinRequest, Profile, Request, Role, Verb, cell_id,
};
use gcfn_model::{CommandId, Currency, Digest, LockId, NodeId, QuoteId, Rate};
use gcfn_replica::{FinalEvent, Founded};
use gcfn_venue::LockedRate;

/// Validators `root`, `cn` and `eu` of weight 1: any two are enough.
pub(crate) fn roster() -> Roster {
    let validator = |node| (name(node), Validator { key: signer(node).public_key(), weight: 1 });
    Roster { network: name("gcfn-test"), validators: ["root", "cn", "eu"].map(validator).into() }
}

pub(crate) fn profile(node: &str, region: &str, role: Role, currency: Option<Currency>) -> Profile {
    Profile {
        node: name(node),
        region: name(region),
        role,
        key: signer(node).public_key(),
        endpoints: Endpoints { api: format!("{node}:80"), link: format!("{node}:81") },
        currency,
        dealer: false,
    }
}

/// The validators, and the locals `cn-sha` and `de`.
pub(crate) fn founded() -> Founded {
    let founders = vec![
        profile("root", "global", Role::Root, None),
        profile("cn", "cn", Role::Regional, Some(Currency::Cny)),
        profile("eu", "eu", Role::Regional, Some(Currency::Eur)),
        profile("cn-sha", "cn", Role::Local, Some(Currency::Cny)),
        profile("de", "eu", Role::Local, Some(Currency::Eur)),
    ];
    Founded { roster: roster(), founders }
}

fn bytes(event: &Event) -> Vec<u8> {
    postcard::to_allocvec(event).expect("plain data")
}

/// The proof that `head` is in a round that `validators` have co-signed.
pub(crate) fn anchor(head: CellHead, validators: &[&str]) -> HeadProof {
    anchor_by(&roster(), head, validators)
}

/// The same, of a round that names `roster`.
pub(crate) fn anchor_by(roster: &Roster, head: CellHead, validators: &[&str]) -> HeadProof {
    let fold = GlobalFold::new(&head, []);
    let round = Round::first(&fold, roster.digest(), instant(1000, 8));
    let cosignatures = validators.iter().map(|node| round.cosign(name(node), &signer(node)));
    let (global, cosignatures) = (fold.prove_federation(), cosignatures.collect());
    HeadProof { head, region: None, global, round, cosignatures }
}

/// The federation's own cell.
pub(crate) struct Federation {
    salts: SaltKey,
    epochs: Epochs,
    headers: HeaderLog,
    closed: Option<EpochHeader>,
}

impl Federation {
    pub(crate) fn new() -> Federation {
        Federation::under(cell_id())
    }

    /// One whose cell has another name.
    pub(crate) fn under(cell: NodeId) -> Federation {
        let salts = SaltKey::from_bytes([9; 32]);
        Federation {
            epochs: Epochs::new(cell, salts.clone()),
            headers: HeaderLog::new(cell),
            closed: None,
            salts,
        }
    }

    pub(crate) fn decide(&mut self, event: &Event) -> FinalEvent {
        self.prove(bytes(event))
    }

    /// `event` is the last of an epoch, in a round that two thirds have co-signed.
    pub(crate) fn prove(&mut self, event: Vec<u8>) -> FinalEvent {
        let closed = self.closed.take().map(|header| bytes(&Event::EpochClosed(header)));
        let leaves: Vec<Vec<u8>> = closed.into_iter().chain([event]).collect();
        let (mut tree, mut salt) = (EventTree::default(), Digest::ZERO);
        for leaf in &leaves {
            salt = self.salts.salt(self.epochs.record(leaf));
            tree.append(&salt, leaf);
        }
        let header = self.epochs.close(instant(1000, 8), Digest::ZERO).expect("not empty");
        self.headers.append(&header).expect("in order");
        self.closed = Some(header.clone());
        let (index, head) = (leaves.len() as u64 - 1, self.headers.head());
        let path = tree.prove(index).expect("the last leaf");
        let header_path = self.headers.prove(header.epoch, head.size).expect("the last header");
        let proof = EventProof { salt, index, path, header, header_path };
        let event = leaves.last().expect("not empty").clone();
        FinalEvent { event, proof, anchor: anchor(head, &["cn", "root"]) }
    }

    pub(crate) fn decided(&mut self, decision: Decision) -> FinalEvent {
        self.decide(&Event::Decided { decision, approvals: Vec::new() })
    }

    /// A node asks to be admitted, and is: both events.
    pub(crate) fn admits(&mut self, profile: &Profile) -> [FinalEvent; 2] {
        let request = JoinRequest {
            network: name("gcfn-test"),
            profile: profile.clone(),
            filing: String::new(),
            deposit: String::new(),
            certificate_request: String::new(),
        };
        let (node, digest) = (profile.node, request.digest());
        let verb = Verb::Apply(Box::new(request.sign(&signer(node.as_str()))));
        let id = CommandId::derive(&[node.as_str().as_bytes()]);
        let wish = Request { author: name("cn"), id, expires_at: instant(1001, 0), verb };
        let applied = wish.sign(name("gcfn-test"), &signer("cn"));
        let applied = self.decide(&Event::Accepted(Box::new(applied)));
        [applied, self.decided(Decision::Admit { node, request: digest })]
    }

    /// A rate of 7.80 CNY for an EUR is locked for `de`.
    pub(crate) fn locks(&mut self, lock: &str) -> FinalEvent {
        let quote = QuoteId::derive(&[lock.as_bytes()]);
        self.decide(&Event::Locked { rate: rate(lock), quote })
    }
}

/// The rate of a lock of that name.
pub(crate) fn rate(lock: &str) -> LockedRate {
    LockedRate {
        lock: LockId::derive(&[lock.as_bytes()]),
        holder: name("de"),
        dealer: name("eu"),
        pays: Currency::Eur,
        needs: Currency::Cny,
        rate: Rate::new(780, 100).expect("positive"),
        size: cents(1_000_00),
        expires_at: instant(1000, 18),
        value_date: date(1002),
    }
}
