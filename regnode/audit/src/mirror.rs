//! The mirror of one cell.

use crate::anchored::AnchoredHead;
use crate::finding::{Difference, Finding, FindingKind, Place};
use crate::record::{Record, genesis_digest};
use crate::recount::Recount;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::event_tree::{EventTree, SaltKey};
use gcfn_anchor::header_log::HeaderLog;
use gcfn_model::{Digest, Machine, NodeId, Timestamp};
use gcfn_replica::{Command, Event, Genesis, Replica};
use serde::{Deserialize, Serialize};

/// How many heads are remembered that the mirror has not come to yet. Later ones are passed over:
/// each head commits to all of the history before it, so none is needed that another one covers.
const AWAITED_MAX: usize = 64;

/// One watched cell, re-executed and recounted from its genesis.
///
/// It serializes whole, so that it is resumed where it was saved. Once it has a [`Finding`] it is
/// stopped: it gives the same finding to every further question, and only one that was saved
/// before can go on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mirror {
    cell: NodeId,
    genesis: Digest,
    salt_key: SaltKey,
    replica: Replica,
    recount: Recount,
    /// The events of the open epoch as they were shown.
    shown: EventTree,
    headers: HeaderLog,
    /// The place of the next event; the index is that of the last record.
    place: Place,
    /// The time of the last record.
    at: Timestamp,
    verified: Option<VerifiedEpoch>,
    /// The last head that agreed with this log.
    anchored: Option<AnchoredHead>,
    /// Heads of epochs that are not verified yet, by size.
    awaited: BTreeMap<u64, AnchoredHead>,
    /// The last round that was looked at, and the size of the cell's log in it.
    last_round: (u64, u64),
    #[serde(skip)]
    stopped: Option<Box<Finding>>,
}

/// An epoch whose events, header and state all agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedEpoch {
    /// Which one.
    pub epoch: u64,
    /// The sequence number of its last event.
    pub last_seq: u64,
    /// When the cell closed it.
    pub closed_at: Timestamp,
}

/// How far a mirror has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The cell.
    pub cell: NodeId,
    /// The digest of the genesis that it began with.
    pub genesis: Digest,
    /// The last verified epoch.
    pub verified: Option<VerifiedEpoch>,
    /// Where the next event stands. Its index is that of the last record: follow from the next.
    pub place: Place,
    /// The last head of a final round that agreed with the mirrored header log.
    pub anchored: Option<AnchoredHead>,
    /// The first head of a final round that the mirror has not come to: what it is behind with.
    pub awaited: Option<AnchoredHead>,
    /// The last round that was looked at. Ask for later ones.
    pub round: u64,
    /// Why it stopped, if it did.
    pub stopped: Option<Finding>,
}

/// Bytes that are not a saved [`Mirror`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes are not a mirror as this version saves it")]
pub struct MirrorFault;

impl Mirror {
    /// Begins at the genesis that the operator of `cell` handed over.
    ///
    /// `filed` is the digest of the genesis in the operator's filing. Without one the genesis is
    /// taken as it stands and its digest shown in [`Status`], for a person to compare.
    ///
    /// # Errors
    /// [`FindingKind::OtherGenesis`].
    pub fn begin(
        cell: NodeId,
        genesis: Genesis,
        filed: Option<Digest>,
    ) -> Result<Mirror, Box<Finding>> {
        let (expected, found) = (filed.unwrap_or_default(), genesis_digest(&genesis));
        let node = genesis.terms.node;
        if node != cell || filed.is_some_and(|filed| filed != found) {
            let detail = format!(
                "genesis of {node} is handed over as that of {cell}; its digest is {found}"
            );
            let kind = FindingKind::OtherGenesis;
            let difference = Difference { kind, expected, found, detail };
            return Err(Box::new(difference.at(cell, Place::default())));
        }
        Ok(Mirror {
            cell,
            genesis: found,
            salt_key: genesis.salt_key.clone(),
            recount: Recount::new(&genesis.terms),
            replica: Replica::new(genesis),
            shown: EventTree::default(),
            headers: HeaderLog::new(cell),
            place: Place { epoch: 0, seq: 1, index: 0 },
            at: Timestamp::EPOCH,
            verified: None,
            anchored: None,
            awaited: BTreeMap::new(),
            last_round: (0, 0),
            stopped: None,
        })
    }

    /// Goes on from what [`Mirror::save`] gave. The caller has checked that the bytes are whole.
    ///
    /// # Errors
    /// [`MirrorFault`].
    pub fn resume(bytes: &[u8]) -> Result<Mirror, MirrorFault> {
        postcard::from_bytes(bytes).map_err(|_| MirrorFault)
    }

    /// The mirror's bytes, once every recounted sum was compared with the books: what is saved
    /// has been verified in every way there is. Costs a walk over all accounts and holdings.
    ///
    /// # Errors
    /// [`Finding`]: the mirror is stopped, now or before.
    pub fn save(&mut self) -> Result<Vec<u8>, Box<Finding>> {
        self.unless_stopped(|mirror| {
            let compared = mirror.recount.compare(mirror.replica.venue().books());
            compared.map_err(|difference| mirror.found(difference))?;
            Ok(postcard::to_allocvec(mirror).expect("a mirror is plain data"))
        })
    }

    /// Takes the next record. Gives the header of the last epoch that it closes, if any: that
    /// epoch and everything before it is then verified.
    ///
    /// # Errors
    /// [`Finding`]: the mirror is stopped, now or before.
    pub fn apply(&mut self, record: &Record) -> Result<Option<EpochHeader>, Box<Finding>> {
        self.unless_stopped(|mirror| mirror.verify(record))
    }

    /// Compares the mirrored header log with the head that the network co-signed. A head of an
    /// epoch that is not verified yet is remembered and compared when it is.
    ///
    /// Heads come in the order of their rounds; one of an earlier round is passed over.
    ///
    /// # Errors
    /// [`Finding`]: the mirror is stopped, now or before.
    ///
    /// # Panics
    /// When the head is of another cell, which is the caller's mistake.
    pub fn checkpoint(&mut self, anchored: &AnchoredHead) -> Result<(), Box<Finding>> {
        assert_eq!(anchored.head().cell, self.cell);
        self.unless_stopped(|mirror| mirror.check_head(anchored))
    }

    /// Stops the mirror: its shell has found something about the cell that no record shows.
    pub fn stop(&mut self, kind: FindingKind, detail: &str) -> Box<Finding> {
        let nothing = None::<&()>;
        let finding = self.found(Difference::between(kind, nothing, nothing, detail.into()));
        self.stopped.get_or_insert(finding).clone()
    }

    /// Whether everything it has taken is verified: nothing came after the last header. Saved
    /// then, it holds nothing that a later header could contradict.
    #[must_use]
    pub fn is_at_epoch_end(&self) -> bool {
        // The header is itself the first event of the next epoch.
        self.shown.leaf_count() == 1 && self.verified.is_some()
    }

    /// How far it has come.
    #[must_use]
    pub fn status(&self) -> Status {
        Status {
            cell: self.cell,
            genesis: self.genesis,
            verified: self.verified,
            place: self.place,
            anchored: self.anchored,
            awaited: self.awaited.values().next().copied(),
            round: self.last_round.0,
            stopped: self.stopped.as_deref().cloned(),
        }
    }

    /// The verified headers, for proofs.
    #[must_use]
    pub fn headers(&self) -> &HeaderLog {
        &self.headers
    }

    /// The re-executed machine, for the supervisor's own questions.
    #[must_use]
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    fn unless_stopped<T>(
        &mut self,
        act: impl FnOnce(&mut Mirror) -> Result<T, Box<Finding>>,
    ) -> Result<T, Box<Finding>> {
        if let Some(finding) = &self.stopped {
            return Err(finding.clone());
        }
        act(self).inspect_err(|finding| self.stopped = Some(finding.clone()))
    }

    fn found(&self, difference: Difference) -> Box<Finding> {
        Box::new(difference.at(self.cell, self.place))
    }

    fn verify(&mut self, record: &Record) -> Result<Option<EpochHeader>, Box<Finding>> {
        self.check_order(record)?;
        (self.place.index, self.at) = (record.index, record.at);
        let (mut shown, mut closed) = (record.events.iter(), None);
        for command in &record.commands {
            let mut own = Vec::new();
            // What a command was answered is between its sender and the node; it leaves no trace
            // but in events and state, which are compared.
            drop(self.replica.apply(record.at, command, &mut own));
            for event in own {
                self.compare(&event, shown.next())?;
                closed = self.take(command, event)?.or(closed);
            }
        }
        match shown.next() {
            None => Ok(closed),
            Some(extra) => Err(self.event_differs(None, Some(extra))),
        }
    }

    fn check_order(&self, record: &Record) -> Result<(), Box<Finding>> {
        let Record { index, at, first_event, .. } = record;
        if *index <= self.place.index || *at <= self.at {
            let kind = FindingKind::OutOfOrder;
            let (last, last_at) = (self.place.index, self.at);
            let detail = format!("record {index} of {at} follows record {last} of {last_at}");
            let difference =
                Difference::between(kind, Some(&(last, last_at)), Some(&(index, at)), detail);
            return Err(self.found(difference));
        }
        let events = self.place.seq.saturating_sub(1);
        if *first_event != events {
            let detail =
                format!("record {index} follows {first_event} events, {events} were shown");
            let kind = FindingKind::Hole;
            let difference = Difference::between(kind, Some(&events), Some(first_event), detail);
            return Err(self.found(difference));
        }
        Ok(())
    }

    fn compare(&self, own: &Event, shown: Option<&Event>) -> Result<(), Box<Finding>> {
        match (own, shown) {
            (Event::EpochClosed(own), Some(Event::EpochClosed(shown))) => {
                self.compare_headers(own, shown).map_err(|difference| self.found(difference))
            }
            (own, Some(shown)) if own == shown => Ok(()),
            (own, shown) => Err(self.event_differs(Some(own), shown)),
        }
    }

    fn event_differs(&self, own: Option<&Event>, shown: Option<&Event>) -> Box<Finding> {
        let text = |event: Option<&Event>| event.map_or("nothing", name);
        let detail = format!("re-executed: {}; shown: {}", text(own), text(shown));
        self.found(Difference::between(FindingKind::EventDiffers, own, shown, detail))
    }

    fn compare_headers(&self, own: &EpochHeader, shown: &EpochHeader) -> Result<(), Difference> {
        let epoch = own.epoch;
        let events_root = self.shown.root().unwrap_or_default();
        let roots = [
            (FindingKind::EventsRootDiffers, "events", events_root, shown.events_root),
            (FindingKind::StateRootDiffers, "state", own.state_root, shown.state_root),
        ];
        for (kind, what, expected, found) in roots {
            if expected != found {
                let detail = format!("the {what} root of epoch {epoch} is {expected}, not {found}");
                return Err(Difference { kind, expected, found, detail });
            }
        }
        if own != shown {
            let (kind, expected, found) =
                (FindingKind::HeaderDiffers, own.digest(), shown.digest());
            let detail = format!("the header of epoch {epoch} is {own:?}, not {shown:?}");
            return Err(Difference { kind, expected, found, detail });
        }
        Ok(())
    }

    /// Takes an event that agreed; gives its header, if it closed an epoch.
    fn take(
        &mut self,
        command: &Command,
        event: Event,
    ) -> Result<Option<EpochHeader>, Box<Finding>> {
        if let Event::EpochClosed(header) = &event {
            self.close(header)?;
        }
        let bytes = postcard::to_allocvec(&event).expect("an event is plain data");
        self.shown.append(&self.salt_key.salt(self.place.seq), &bytes);
        if let Event::Venue(event) = &event {
            let counted = self.recount.count(command, event);
            counted.map_err(|difference| self.found(difference))?;
        }
        self.place.seq = self.place.seq.saturating_add(1);
        match event {
            Event::EpochClosed(header) => Ok(Some(header)),
            _ => Ok(None),
        }
    }

    fn close(&mut self, header: &EpochHeader) -> Result<(), Box<Finding>> {
        if let Err(fault) = self.headers.append(header) {
            let (kind, found) = (FindingKind::HeaderDiffers, header.digest());
            let (expected, detail) = (self.headers.head().root, format!("{fault}"));
            return Err(self.found(Difference { kind, expected, found, detail }));
        }
        self.shown = EventTree::default();
        let EpochHeader { epoch, last_seq, closed_at, .. } = *header;
        self.place.epoch = epoch.saturating_add(1);
        while let Some((&size, &anchored)) = self.awaited.first_key_value()
            && size <= self.place.epoch
        {
            self.awaited.remove(&size);
            self.agree(&anchored)?;
        }
        self.verified = Some(VerifiedEpoch { epoch, last_seq, closed_at });
        Ok(())
    }

    fn check_head(&mut self, anchored: &AnchoredHead) -> Result<(), Box<Finding>> {
        let (round, size) = (anchored.round(), anchored.head().size);
        let (last_round, last_size) = self.last_round;
        if round <= last_round {
            return Ok(());
        }
        if size < last_size {
            let kind = FindingKind::HeadWentBack;
            let detail = format!("{last_size} epochs in round {last_round}, {size} in {round}");
            return Err(self.found(Difference::between(
                kind,
                Some(&last_size),
                Some(&size),
                detail,
            )));
        }
        self.last_round = (round, size);
        if size <= self.place.epoch {
            return self.agree(anchored);
        }
        if self.awaited.len() < AWAITED_MAX {
            self.awaited.entry(size).or_insert(*anchored);
        }
        Ok(())
    }

    /// Compares a head with the log, which has come to it.
    fn agree(&mut self, anchored: &AnchoredHead) -> Result<(), Box<Finding>> {
        let (head, round) = (anchored.head(), anchored.round());
        let expected = self.headers.head_at(head.size).map(|own| own.root).unwrap_or_default();
        if expected != head.root {
            let (kind, found, size) = (FindingKind::OtherHistory, head.root, head.size);
            let detail = format!(
                "{size} epochs have root {expected} here and {found} in round {round}: the \
                 operator shows its supervisor one history and the network another"
            );
            return Err(self.found(Difference { kind, expected, found, detail }));
        }
        self.anchored = Some(*anchored);
        Ok(())
    }
}

/// What an event is, without what it says: a sentence for people names no party.
fn name(event: &Event) -> &'static str {
    match event {
        Event::Venue(_) => "an event of the venue",
        Event::EpochClosed(_) => "an epoch closed",
        Event::LineHalted { .. } => "a line halted",
        Event::LineResumed(_) => "a line resumed",
        Event::PeerKnown { .. } => "a peer known",
        Event::DispatchRefused { .. } => "a dispatch refused",
        Event::BodyNotUnderstood { .. } => "a body not understood",
        Event::MailboxFull { .. } => "a mailbox full",
    }
}
