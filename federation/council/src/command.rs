//! What may be asked of the federation, and how its author signs it.

use crate::calendars::CalendarChange;
use crate::decision::Decision;
use crate::directory::Listing;
use crate::join::SignedJoinRequest;
use crate::quotes::Quote;
use crate::report::Report;
use crate::staff::StaffWish;
use alloc::boxed::Box;
use alloc::vec::Vec;
use gcfn_anchor::canon::{Canon, sha256};
use gcfn_anchor::checkpoint::Equivocation;
use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::keys::{Domain, PublicKey, Signature, Signer, WrongSignature, verify};
use gcfn_banking::{BankEntry, BankWord, DeskAct, IntradayReport, Statement, StatusReport};
use gcfn_clearing::{Bundle, Schedule};
use gcfn_model::{
    Amount, BusinessDate, CommandId, Currency, Digest, NetworkId, NodeId, PartyId, Timestamp, Uetr,
};
use gcfn_venue::{ClearingAct, FederationRequest, LockUse};
use serde::{Deserialize, Serialize};

/// One entry of the federation's log. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// A member's wish.
    Signed(Box<SignedCommand>),
    /// Whatever happened until now becomes an epoch. Nothing happens when nothing did.
    CloseEpoch,
    /// Time has passed: the clearing house does what is due.
    Tick,
    /// What the epochs that the leader has closed came to. Where they come to something else, the
    /// replica has diverged and stops (DRV-06).
    Compare(CellHead),
}

/// A wish and its author's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedCommand {
    /// The wish.
    pub request: Request,
    /// By the author's key.
    pub signature: Signature,
}

/// A wish: who wishes what, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks.
    pub author: NodeId,
    /// The author's id of it: the idempotency key.
    pub id: CommandId,
    /// The federation does not act on it from here on, and remembers its answer until then:
    /// nobody can make a signature take effect twice.
    pub expires_at: Timestamp,
    /// What is asked.
    pub verb: Verb,
}

/// What a member asks for. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    /// Any member: bring an applicant's own request in.
    Apply(Box<SignedJoinRequest>),
    /// A validator: let this be decided.
    Approve(Decision),
    /// The root: this certificate was issued.
    RecordCertificate {
        /// To whom.
        node: NodeId,
        /// Its serial number, to revoke it by.
        serial: [u8; 16],
        /// The certificate, DER.
        certificate: Vec<u8>,
    },
    /// Any member: this node signed two histories of its cell.
    Accuse {
        /// Who.
        node: NodeId,
        /// The two.
        proof: Box<Equivocation>,
    },
    /// A trading node: others may trade this series of mine.
    ListSeries(Listing),
    /// A regional: these are the heads of my region's cells.
    PublishRegion(Vec<Report>),
    /// A validator: let this be the next round.
    ProposeRound {
        /// Its number.
        number: u64,
        /// The global root, as the proposer computed it.
        root: Digest,
    },
    /// A validator: I have checked this round.
    Cosign {
        /// Its number.
        number: u64,
        /// Over the round's canonical bytes.
        signature: Signature,
    },
    /// A dealer: I buy and sell at these rates.
    Quote(Quote),
    /// A trading node: hold the best rate for me.
    RequestLock {
        /// What I pay in.
        pays: Currency,
        /// What I need.
        needs: Currency,
        /// How much of it at most.
        size: Amount,
    },
    /// The root: this business date begins.
    OpenDate(BusinessDate),
    /// The root: the cycle of a value date.
    OpenCycle(Schedule),
    /// A trading node: I stand by these obligations.
    Affirm {
        /// What is owed.
        bundle: Bundle,
        /// The locked rates behind it.
        uses: Vec<LockUse>,
    },
    /// The root: the bank booked this on the house's account (camt.054).
    BankBooked(BankEntry),
    /// The root: the bank answered a payment of the house (pacs.002).
    BankStatus(StatusReport),
    /// The root: the bank's statement of the house's account (camt.053).
    BankStatement(Statement),
    /// The root: a payment of the house was handed to the bank.
    BankSent(Uetr),
    /// The root: something that is done at the house by hand, and that one person may do. What
    /// says who is [`Verb::Staff`].
    Clearing(ClearingAct),
    /// The root: what else the bank said about a payment of the house (camt.029, pacs.004), or
    /// that the channel does not know whether it has it.
    BankWord(BankWord),
    /// The root: something that staff ask about a payment of the house, and that one person may.
    /// What says who is [`Verb::Staff`].
    Bank(DeskAct),
    /// A validator: let these be a currency's business days from a day to come on.
    ChangeCalendar(Box<CalendarChange>),
    /// The root: how the house's account stands during the day (camt.052).
    BankReport(IntradayReport),
    /// The root: a part of a long statement that more is to follow of; the last is
    /// `BankStatement`.
    BankPart(Statement),
    /// The root: a payment of the house is signed and archived, and is to be handed to the bank.
    BankSigned(Uetr),
    /// The root: one of its staff wishes something at the house.
    Staff {
        /// Who, by pseudonym.
        by: PartyId,
        /// What.
        wish: StaffWish,
    },
}

impl From<FederationRequest> for Verb {
    /// What a venue says to the federation; its shell signs it in the node's name.
    fn from(request: FederationRequest) -> Verb {
        match request {
            FederationRequest::Affirm { bundle, uses } => Verb::Affirm { bundle, uses },
            FederationRequest::ListSeries { series, face, minted, currency, expires_at } => {
                Verb::ListSeries(Listing { series, face, minted, currency, expires_at })
            }
        }
    }
}

impl Request {
    /// The canonical bytes, layout `gcfn/command/v1`: what the author signs.
    #[must_use]
    pub fn canonical(&self, network: NetworkId) -> Vec<u8> {
        let verb = postcard::to_allocvec(&self.verb).expect("a verb is plain data");
        Canon::new("gcfn/command/v1")
            .text(network.as_str())
            .text(self.author.as_str())
            .bytes(self.id.as_bytes())
            .time(self.expires_at)
            .bytes(&verb)
            .finish()
    }

    /// Signs the request for `network`.
    #[must_use]
    pub fn sign(self, network: NetworkId, signer: &Signer) -> SignedCommand {
        let signature = signer.sign(Domain::Command, &self.canonical(network));
        SignedCommand { request: self, signature }
    }
}

impl SignedCommand {
    /// Checks that the holder of `key` signed this for `network`. Returns the SHA-256 of what
    /// was signed.
    ///
    /// # Errors
    /// [`WrongSignature`].
    pub fn verify(&self, network: NetworkId, key: &PublicKey) -> Result<Digest, WrongSignature> {
        let bytes = self.request.canonical(network);
        verify(key, Domain::Command, &bytes, &self.signature)?;
        Ok(sha256(&bytes))
    }
}
