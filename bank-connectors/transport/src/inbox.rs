//! What one bank sends to the node: archived, understood, answered for.
//!
//! A message is archived before anything of it is acted on or answered, refused ones too. Its
//! label says what it is, which takes reading it first; reading has no effect, so to the world
//! the archive comes first. The same message again gives the same answer; another one under the
//! same id is refused.

use crate::incoming::{Understood, understand};
use crate::{AccountBook, Check, Incoming, IncomingFault, SignatureFault, read_signature};
use gcfn_anchor::keys::Signature;
use gcfn_iso20022::Bic;
use gcfn_model::{Currency, SettlementAccount, Timestamp, Uetr};
use gcfn_store::{Archive, Direction, Kept, Label, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A reason in the archive is cut to this many characters: it may quote a long element name.
const REASON_MAX: usize = 200;

/// Why a message is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The bank is told that it sent something unusable: a client error.
    #[error(transparent)]
    Refused(#[from] IncomingFault),
    /// The node cannot keep it now; the bank sends it again: a server error.
    #[error("archive a message of a bank")]
    Store(#[from] StoreError),
}

/// How many messages were taken in and refused since the start, repeats included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Understood.
    pub taken: u64,
    /// Refused. Anything but zero is in the archive with its reason.
    pub refused: u64,
}

/// The messages of one bank to this node, by whichever channel they come.
#[derive(Debug)]
pub struct Inbox {
    bank: Bic,
    book: Arc<AccountBook>,
    archive: Archive,
    check: Option<Check>,
    taken: AtomicU64,
    refused: AtomicU64,
}

impl Inbox {
    /// The inbox for `bank`. That a message is from this bank is the channel's proof; the bank
    /// is heard about its own accounts only.
    #[must_use]
    pub fn new(archive: Archive, book: Arc<AccountBook>, bank: Bic) -> Inbox {
        let (taken, refused) = (AtomicU64::new(0), AtomicU64::new(0));
        Inbox { bank, book, archive, check: None, taken, refused }
    }

    /// The same, where the bank's messages are signed and pass `check`: no other is heard.
    #[must_use]
    pub fn checked(self, check: Check) -> Inbox {
        Inbox { check: Some(check), ..self }
    }

    /// Takes in a message that was received at `at`, with what was beside it as its signature:
    /// what the machine is to be told, in order.
    ///
    /// # Errors
    /// [`InboxError::Refused`] for good, [`InboxError::Store`] for now.
    pub async fn take(
        &self,
        at: Timestamp,
        bytes: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<Vec<Incoming>, InboxError> {
        let Understood { id: message_id, definition, said: mut understood } =
            understand(&self.book, &self.bank, bytes);
        let signature = signature.map(read_signature);
        if let Err(fault) = self.is_written_by_the_bank(bytes, signature) {
            understood = Err(fault.into());
        }
        if let Ok(said) = &understood
            && self.used_before(&message_id, (definition, said), bytes).await?
        {
            understood = Err(IncomingFault::IdInUse);
        }
        let label = Label {
            direction: Direction::Received,
            bank: self.bank.to_string(),
            message_id,
            kind: match &understood {
                Ok(_) => definition.to_owned(),
                Err(fault) => {
                    let kind = format!("{}{fault}", Label::REFUSED);
                    kind.chars().take(REASON_MAX).collect()
                }
            },
            uetr: understood.as_deref().ok().and_then(subject),
            at,
            signature: signature.and_then(Result::ok).map(|made| made.as_bytes().to_vec()),
        };
        self.archive.keep(&label, bytes).await?;
        match &understood {
            Ok(_) => self.taken.fetch_add(1, Ordering::Relaxed),
            Err(fault) => {
                tracing::warn!(bank = %self.bank, message = label.message_id, %fault, "refused");
                self.refused.fetch_add(1, Ordering::Relaxed)
            }
        };
        Ok(understood?)
    }

    /// What is no signature is refused even where none is asked for: its sender means something
    /// by it.
    fn is_written_by_the_bank(
        &self,
        bytes: &[u8],
        signature: Option<Result<Signature, SignatureFault>>,
    ) -> Result<(), SignatureFault> {
        let signature = signature.transpose()?;
        self.check.as_ref().map_or(Ok(()), |check| check.check(bytes, signature.as_ref()))
    }

    /// Whether the bank has said something else under the same id, in a message of this kind, and
    /// was heard. A repeat may come under another header or with the time of now.
    async fn used_before(
        &self,
        id: &str,
        (definition, said): (&str, &[Incoming]),
        bytes: &[u8],
    ) -> Result<bool, StoreError> {
        let (bank, digest) = (self.bank.to_string(), Archive::digest(bytes));
        let known = self.archive.named(Direction::Received, &bank, id).await?;
        let heard = |kept: &&Kept| kept.label.kind == definition && kept.digest != digest;
        for kept in known.iter().filter(heard) {
            let before = self.archive.fetch(Direction::Received, &bank, kept.digest).await?;
            let before = before.map(|b| understand(&self.book, &self.bank, b.reveal()).said);
            if before.is_none_or(|before| before.as_deref() != Ok(said)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether this is the bank where the node holds `account` in `currency`.
    #[must_use]
    pub fn speaks_for(&self, account: SettlementAccount, currency: Currency) -> bool {
        self.book.is_own(account, currency, &self.bank)
    }

    /// How many messages have come.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            taken: self.taken.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}

/// The payment that a message is about, if it is about one.
fn subject(incoming: &[Incoming]) -> Option<Uetr> {
    let uetrs: BTreeSet<Option<Uetr>> = incoming
        .iter()
        .map(|incoming| match incoming {
            Incoming::Booked(entry) => entry.uetr,
            Incoming::Status(report) => Some(report.uetr),
            Incoming::Word(word) => Some(word.uetr()),
            Incoming::Statement(_) | Incoming::Part(_) | Incoming::Reported(_) => None,
        })
        .collect();
    let mut uetrs = uetrs.into_iter();
    uetrs.next().flatten().filter(|_| uetrs.next().is_none())
}
