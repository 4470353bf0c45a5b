//! What is behind a node's API beside its venue: the federation, mirrors, banks, a testnet.

use gcfn_api::gateway::{BankDoor, Federation, Mirrors, Testnet, Unavailable};
use gcfn_api_wire::bank::BankQueue;
use gcfn_api_wire::federation::{
    Anchors, Application, ClockShown, LockList, MemberList, QuoteList, SeriesListed,
    ValidatorRoster,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::settlement::CycleList;
use gcfn_api_wire::supervision::{FindingFilter, FindingList, MirrorList, WatchedCells};
use gcfn_council::{Council, Refusal, SignedJoinRequest, Verb};
use gcfn_link::identity::NodeIdentity;
use gcfn_model::{CommandId, Millis, NodeId, ProposalId, Timestamp};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A bank, its message, and what was beside it.
pub(crate) type Delivered = (NodeIdentity, Vec<u8>, Option<Vec<u8>>);

/// Takes down what it is asked for.
#[derive(Default)]
pub(crate) struct Neighbours {
    /// What was said in the federation, by the command's id.
    pub(crate) said: Mutex<Vec<(CommandId, Verb)>>,
    /// Why the federation refuses, if it does.
    pub(crate) refuses: Mutex<Option<Refusal>>,
    /// This node's replica of the federation, if it has one.
    pub(crate) council: Mutex<Option<Council>>,
    /// What banks have delivered.
    pub(crate) delivered: Mutex<Vec<Delivered>>,
    /// What waits for banks.
    pub(crate) queues: Mutex<Vec<BankQueue>>,
    /// Which findings were asked for.
    pub(crate) filters: Mutex<Vec<Option<bool>>>,
}

#[tonic::async_trait]
impl Federation for Neighbours {
    async fn members(&self) -> Result<MemberList, Unavailable> {
        Ok(MemberList { members: Vec::new(), leader: None })
    }

    async fn anchors(&self) -> Result<Anchors, Unavailable> {
        let roster =
            ValidatorRoster { network: "gcfn-demo".to_owned(), validators: BTreeMap::new() };
        let (final_seq, cells) = (7, Vec::new());
        Ok(Anchors { roster, final_seq, round: None, cosigners: None, cells })
    }

    async fn series(&self) -> Result<SeriesListed, Unavailable> {
        Ok(SeriesListed { series: Vec::new() })
    }

    async fn quotes(&self) -> Result<QuoteList, Unavailable> {
        Ok(QuoteList { quotes: Vec::new(), at: gcfn_api_wire::term::Text(Timestamp::EPOCH) })
    }

    fn locks(&self) -> Option<LockList> {
        None
    }

    fn cycles(&self) -> Option<CycleList> {
        None
    }

    fn look(&self, look: &mut dyn FnMut(&Council, u64)) {
        if let Some(council) = self.council.lock().unwrap().as_ref() {
            look(council, 7);
        }
    }

    async fn say(&self, command: CommandId, verb: Verb) -> Result<Option<ProposalId>, Problem> {
        self.said.lock().unwrap().push((command, verb));
        self.refuses.lock().unwrap().map_or(Ok(None), |refusal| Err(refusal.into()))
    }

    async fn apply(&self, _request: SignedJoinRequest) -> Result<(), Problem> {
        Ok(())
    }

    fn application(&self, _node: NodeId) -> Option<Application> {
        None
    }
}

#[tonic::async_trait]
impl Mirrors for Neighbours {
    async fn status(&self) -> WatchedCells {
        WatchedCells { cells: Vec::new() }
    }

    fn mirrors(&self) -> MirrorList {
        MirrorList { mirrors: Vec::new() }
    }

    async fn findings(&self, filter: FindingFilter) -> FindingList {
        self.filters.lock().unwrap().push(filter.acknowledged);
        FindingList { findings: Vec::new() }
    }
}

#[tonic::async_trait]
impl BankDoor for Neighbours {
    async fn take(
        &self,
        bank: NodeIdentity,
        message: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<(), Problem> {
        if message == b"nonsense" {
            return Err(Code::BankMessage.into());
        }
        let delivered = (bank, message.to_vec(), signature.map(<[u8]>::to_vec));
        self.delivered.lock().unwrap().push(delivered);
        Ok(())
    }

    fn queues(&self) -> Vec<BankQueue> {
        self.queues.lock().unwrap().clone()
    }
}

#[tonic::async_trait]
impl Testnet for Neighbours {
    fn clock(&self) -> ClockShown {
        ClockShown { offset_ms: 0, now: Timestamp::EPOCH.into() }
    }

    fn shift(&self, offset: Millis) -> Result<ClockShown, Problem> {
        let now = Timestamp::EPOCH.checked_add(offset).ok_or(Code::ClockTooFar)?;
        Ok(ClockShown { offset_ms: offset.0, now: now.into() })
    }

    async fn snapshot(&self) -> Result<u64, Unavailable> {
        Ok(7)
    }
}
