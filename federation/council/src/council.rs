//! The state of the federation.

use crate::answers::Answers;
use crate::ballots::Ballots;
use crate::clearing::Clearing;
use crate::directory::Directory;
use crate::event::Event;
use crate::genesis::{Genesis, GenesisFault, Params};
use crate::locks::Locks;
use crate::quotes::{Quote, Quotes};
use crate::report::Reported;
use crate::rounds::{FinalRound, Rounds};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::epoch::Epochs;
use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::receipt::HeadProof;
use gcfn_anchor::roster::Roster;
use gcfn_anchor::round::Round;
use gcfn_clearing::{BundleRef, House};
use gcfn_ledger::Books;
use gcfn_model::{
    Amount, BusinessDate, Calendar, Currency, Digest, Hasher, HouseId, NetworkId, NodeId, Timestamp,
};
use gcfn_venue::LockedRate;
use serde::{Deserialize, Serialize};

/// The name of the federation's cell and of its clearing house. No node has it.
pub const FEDERATION: &str = "federation";

/// [`FEDERATION`] as the name of a cell.
#[must_use]
pub fn cell_id() -> NodeId {
    FEDERATION.parse().expect("the name is sound")
}

/// [`FEDERATION`] as the name of a clearing house.
#[must_use]
pub fn house_id() -> HouseId {
    FEDERATION.parse().expect("the name is sound")
}

/// The replicated machine of the federation cell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Council {
    pub(crate) params: Params,
    pub(crate) calendars: BTreeMap<Currency, Calendar>,
    pub(crate) charter: Digest,
    pub(crate) now: Timestamp,
    pub(crate) answers: Answers,

    pub(crate) directory: Directory,
    /// What takes more than one word.
    pub(crate) ballots: Ballots,
    /// The latest head that each cell has shown.
    pub(crate) cells: BTreeMap<NodeId, Reported>,
    pub(crate) rounds: Rounds,

    /// The business date today.
    pub(crate) date: Option<BusinessDate>,
    pub(crate) quotes: Quotes,
    pub(crate) locks: Locks,
    pub(crate) clearing: Clearing,

    /// The federation's own events.
    pub(crate) epochs: Epochs,
    /// The last event of its last closed epoch.
    pub(crate) closed_seq: u64,
    /// Whether the last head that a leader told is not this replica's. Not state: it says something
    /// about one replica.
    #[serde(skip)]
    pub(crate) diverged: bool,
}

/// One application of a command: the time it happens at and what comes of it.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) at: Timestamp,
    pub(crate) events: &'a mut Vec<Event>,
}

impl Step<'_> {
    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl Council {
    /// The federation as it was founded.
    ///
    /// # Errors
    /// [`GenesisFault`].
    pub fn new(genesis: Genesis) -> Result<Council, GenesisFault> {
        genesis.check()?;
        let charter = genesis.charter;
        let root = charter.root()?;
        Ok(Council {
            charter: charter.digest(),
            now: Timestamp::EPOCH,
            answers: Answers::default(),
            directory: Directory::new(&charter),
            cells: BTreeMap::new(),
            rounds: Rounds::new(charter.roster()),
            date: None,
            quotes: Quotes::default(),
            locks: Locks::default(),
            clearing: Clearing::new(
                House::new(house_id(), root).alarmed(charter.params.alarm_after),
            ),
            epochs: Epochs::new(cell_id(), charter.salt_key),
            closed_seq: 0,
            diverged: false,
            params: charter.params,
            calendars: charter.calendars,
            ballots: Ballots::default(),
        })
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> NetworkId {
        self.directory.network()
    }

    /// The rules.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// On which days each currency settles, as the validators have last decided.
    #[must_use]
    pub fn calendars(&self) -> &BTreeMap<Currency, Calendar> {
        &self.calendars
    }

    /// The time of the last command. Authors let their commands expire by this clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Who is a member, and what is listed.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The latest head that a cell has shown, final or not: where its next consistency proof
    /// must start.
    #[must_use]
    pub fn reported_head(&self, cell: NodeId) -> Option<CellHead> {
        self.cells.get(&cell).map(|reported| reported.head)
    }

    /// The rounds that wait for co-signatures, in order.
    pub fn open_rounds(&self) -> impl Iterator<Item = &Round> {
        self.rounds.open()
    }

    /// The latest final round.
    #[must_use]
    pub fn latest_final(&self) -> Option<&FinalRound> {
        self.rounds.latest_final()
    }

    /// A final round, if it is one of the last [`ROUNDS_KEPT`](crate::ROUNDS_KEPT).
    #[must_use]
    pub fn final_round(&self, number: u64) -> Option<&FinalRound> {
        self.rounds.find(number)
    }

    /// The sequence number of the last event of the federation's own cell that is final; zero
    /// while none is.
    #[must_use]
    pub fn final_seq(&self) -> u64 {
        self.rounds.final_seq()
    }

    /// The way from a venue cell's head, as it was last anchored, to the latest final round.
    #[must_use]
    pub fn head_proof(&self, cell: NodeId) -> Option<HeadProof> {
        self.rounds.head_proof(cell)
    }

    /// The way from the federation's own head to the latest final round.
    #[must_use]
    pub fn federation_proof(&self) -> Option<HeadProof> {
        self.rounds.federation_proof()
    }

    /// The way from the federation's own head to a final round, by which somebody who has heard
    /// of every event before `seq` can check that event: co-signed by the validators whom they
    /// know by then. `None` while the event is not final.
    #[must_use]
    pub fn proof_for(&self, seq: u64) -> Option<HeadProof> {
        if self.final_seq() < seq {
            return None;
        }
        let handed_over = self.rounds.succession().proof_of(seq).cloned();
        handed_over.or_else(|| self.federation_proof())
    }

    /// The validators whose co-signatures make the next round final.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        self.rounds.succession().current()
    }

    /// The validators that a round names, the present ones or former ones.
    #[must_use]
    pub fn find_roster(&self, digest: Digest) -> Option<&Roster> {
        self.rounds.succession().find(digest)
    }

    /// The head of the federation's own cell.
    #[must_use]
    pub fn head(&self) -> CellHead {
        self.epochs.head()
    }

    /// The business date today.
    #[must_use]
    pub fn date(&self) -> Option<BusinessDate> {
        self.date
    }

    /// The quotes that are good at `at`, by pair and dealer, with what locks have left of them.
    pub fn quotes(&self, at: Timestamp) -> impl Iterator<Item = (NodeId, &Quote, Amount)> {
        self.quotes.live(at.max(self.now))
    }

    /// The locked rates that can still settle, with the bundle that has used them.
    pub fn locks(&self) -> impl Iterator<Item = (&LockedRate, Option<BundleRef>)> {
        self.locks.rates()
    }

    /// The clearing house between regions.
    #[must_use]
    pub fn house(&self) -> &House {
        &self.clearing.house
    }

    /// The house's books.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.clearing.books
    }

    /// What the federation's state comes to, as its epoch headers say it: the books of its
    /// clearing house, the directory with its listed series, what waits for more words, and every
    /// locked rate with what has used it.
    ///
    /// Layout `gcfn/council/v2`: the state root of the books, then directory, ballots and locks in
    /// postcard. Costs one hash over the directory, which grows with nodes and series and not
    /// with what is traded. Heads and rounds are not in it, for they are what anchors it; nor are
    /// cycles, which follow from the events that every epoch commits to.
    pub fn state_root(&mut self) -> Digest {
        let books = self.clearing.books.state_root();
        let state = postcard::to_allocvec(&(&self.directory, &self.ballots, &self.locks));
        let state = state.expect("the state is plain data");
        Hasher::new("gcfn/council/v2").part(books.as_bytes()).part(&state).finish()
    }
}
