//! The walk of one bank's payments out of the node: sign, archive, tell, hand over, tell, move the
//! cursor.
//!
//! In this order, so that a crash at any point repeats and nothing else: what the archive holds
//! of a payment decides what is sent, however often, even if the payee has moved since. The
//! machine is asked before each try whether the payment is still to be made: what it has cancelled
//! while the bank was down does not leave, although the archive may have it. What is signed it is
//! told at once for all that an entry has, so that no payment costs a round of the log for it.

use crate::channel::{Channel, Message};
use crate::outgoing::{self, Leaving, Order};
use crate::payee::Payee;
use crate::{AccountBook, Pen, Unpayable};
use gcfn_anchor::keys::Signature;
use gcfn_banking::{Creditor, Errand, ReasonCode, StatusReport, TransactionStatus};
use gcfn_iso20022::{Bic, BusinessMessage, write};
use gcfn_model::{Millis, Timestamp, Uetr};
use gcfn_store::{Direction, Kept, Label, Store, StoreError};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Journal entries without a payment that are walked again at most after a restart: the cursor
/// is not written for each.
const IDLE_ENTRIES_MAX: u64 = 1_000;
/// So many messages of an entry are made ready, and told of, at once: they wait in memory.
const READY_MAX: usize = 100;

/// What has become of an order. The machine is told, more than once after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Its message is made, signed and archived.
    Signed(Uetr),
    /// It was handed to the bank.
    Sent(Uetr),
    /// It was handed to the bank, or was not: the bank did not answer. It is not handed over
    /// again before the bank was asked.
    Unanswered(Uetr),
    /// It cannot leave and never will; to the machine this is the bank's rejection.
    Rejected(StatusReport),
}

/// Why the machine could not be asked or told.
pub type TellError = Box<dyn Error + Send + Sync>;

/// Why an outbox stopped short. The orders are delivered again, from the cursor.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// Archive, vault or cursor.
    #[error("keep what leaves for bank {bank}")]
    Store {
        /// Which bank.
        bank: Bic,
        /// What the store says.
        source: StoreError,
    },
    /// The machine was not asked or told; it is at the next try.
    #[error("ask or tell the machine what leaves for bank {bank}")]
    Tell {
        /// Which bank.
        bank: Bic,
        /// Why not.
        source: TellError,
    },
}

impl OutboxError {
    /// Whether the same may succeed later without anybody changing this node.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            OutboxError::Store { source, .. } => source.may_pass(),
            OutboxError::Tell { .. } => true,
        }
    }
}

/// How far an outbox has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last journal entry whose payments the bank has. Behind the journal's end is the lag.
    pub position: u64,
    /// When the message that is waited for was decided.
    pub oldest: Option<Timestamp>,
    /// How often the bank has not taken it.
    pub attempts: u32,
}

impl Progress {
    /// How long the message that is waited for has waited at `now`.
    #[must_use]
    pub fn age(self, now: Timestamp) -> Millis {
        self.oldest.map_or(Millis(0), |oldest| now.since(oldest))
    }
}

/// The payments of one journal to one bank, in order, at least once.
#[derive(Debug)]
pub struct Outbox<C> {
    bank: Bic,
    channel: C,
    pen: Pen,
    book: Arc<AccountBook>,
    store: Store,
    cursor: String,
    position: u64,
    progress: watch::Sender<Progress>,
}

/// Where a message is once it was tried.
enum Handed {
    /// The bank has it.
    Over,
    /// The bank may have it and may not.
    Perhaps,
    /// The bank does not have it and will not: the payment is over.
    Not,
}

/// What the archive says about an order.
enum Prepared {
    Message(Message),
    Rejected(ReasonCode),
}

impl<C: Channel> Outbox<C> {
    /// The outbox of the journal of the cell `journal` to `bank` over `channel`, signed with
    /// `pen`.
    ///
    /// # Errors
    /// [`OutboxError::Store`] when its cursor cannot be read.
    pub async fn open(
        store: Store,
        book: Arc<AccountBook>,
        (bank, channel, pen): (Bic, C, Pen),
        journal: &str,
    ) -> Result<Outbox<C>, OutboxError> {
        let cursor = format!("bank.{journal}.{}", bank.to_string().to_ascii_lowercase());
        let position = store.cursors().position(&cursor).await;
        let position = position.map_err(|source| OutboxError::Store { bank: bank.clone(), source });
        let position = position?;
        let progress = watch::Sender::new(Progress { position, ..Progress::default() });
        Ok(Outbox { bank, channel, pen, book, store, cursor, position, progress })
    }

    /// The last journal entry that is done with: the caller reads on after it.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// A view of how far it has come.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Delivers what is to leave by journal entry `index`, all of it in order; what is of other
    /// nodes and for other banks is passed over. Entries come in order, empty ones too. Waits
    /// for the bank however long it takes, and may be dropped at any point: what was not done
    /// by then is done again.
    ///
    /// `is_over` says whether the machine has ended a payment by everything it has acknowledged
    /// so far; that one is passed over.
    ///
    /// # Errors
    /// [`OutboxError`]: the entry is to be delivered again.
    pub async fn deliver<Ask, Over, Tell, Told>(
        &mut self,
        index: u64,
        due: &[Leaving],
        is_over: Ask,
        tell: Tell,
    ) -> Result<(), OutboxError>
    where
        Ask: Fn(Order) -> Over,
        Over: Future<Output = Result<bool, TellError>>,
        Tell: Fn(Vec<Departure>) -> Told,
        Told: Future<Output = Result<(), TellError>>,
    {
        if index <= self.position {
            return Ok(());
        }
        let own: Vec<&Leaving> = due.iter().filter(|leaving| self.is_own(leaving)).collect();
        let heard =
            async |departures| tell(departures).await.map_err(|source| self.machine_fault(source));
        for part in own.chunks(READY_MAX) {
            let (messages, news) = self.make_ready(part, &is_over).await?;
            if !news.is_empty() {
                heard(news).await?;
            }
            for (leaving, message) in messages {
                let Some(departure) = self.hand_over(leaving, message, &is_over).await? else {
                    continue;
                };
                heard(vec![departure]).await?;
            }
        }
        if own.is_empty() && index.saturating_sub(self.position) < IDLE_ENTRIES_MAX {
            return Ok(());
        }
        let advanced = self.store.cursors().advance(&self.cursor, index).await;
        advanced.map_err(|source| self.store_fault(source))?;
        self.position = index;
        self.progress.send_replace(Progress { position: index, ..Progress::default() });
        Ok(())
    }

    fn is_own(&self, leaving: &Leaving) -> bool {
        let (account, currency) = leaving.holding();
        self.book.is_own(account, currency, &self.bank)
    }

    /// The messages of `due` that are still to leave, archived, and what the machine is to be
    /// told before they do. Of a payment that goes again it knows that it was signed.
    async fn make_ready<'o, Over>(
        &self,
        due: &[&'o Leaving],
        is_over: &impl Fn(Order) -> Over,
    ) -> Result<(Vec<(&'o Leaving, Message)>, Vec<Departure>), OutboxError>
    where
        Over: Future<Output = Result<bool, TellError>>,
    {
        let (mut messages, mut news) = (Vec::new(), Vec::new());
        for &leaving in due {
            self.wait_for(leaving);
            if self.is_void(leaving, is_over).await? {
                continue;
            }
            match self.prepare(leaving).await.map_err(|source| self.store_fault(source))? {
                Prepared::Message(message) => {
                    let first = leaving.paying().filter(|order| order.errand.is_none());
                    news.extend(first.map(|order| Departure::Signed(order.uetr())));
                    messages.push((leaving, message));
                }
                Prepared::Rejected(reason) => {
                    let (status, reason) = (TransactionStatus::Rejected, Some(reason));
                    let rejected = |uetr| StatusReport { uetr, status, reason };
                    news.extend(leaving.uetr().map(rejected).map(Departure::Rejected));
                }
            }
        }
        Ok((messages, news))
    }

    /// What the machine is to be told, if anything: it has not waited for a question to leave,
    /// and knows itself what is over.
    async fn hand_over<Over>(
        &self,
        leaving: &Leaving,
        message: Message,
        is_over: &impl Fn(Order) -> Over,
    ) -> Result<Option<Departure>, OutboxError>
    where
        Over: Future<Output = Result<bool, TellError>>,
    {
        self.wait_for(leaving);
        let handed = self.send(message, leaving, is_over).await?;
        Ok(leaving.paying().and_then(|order| match handed {
            Handed::Over => Some(Departure::Sent(order.uetr())),
            Handed::Perhaps => Some(Departure::Unanswered(order.uetr())),
            Handed::Not => None,
        }))
    }

    fn wait_for(&self, leaving: &Leaving) {
        let waits = Progress { oldest: Some(leaving.at()), position: self.position, attempts: 0 };
        self.progress.send_replace(waits);
    }

    /// Whether `leaving` would make a payment that is over. A question about one does no harm.
    async fn is_void<Over>(
        &self,
        leaving: &Leaving,
        is_over: &impl Fn(Order) -> Over,
    ) -> Result<bool, OutboxError>
    where
        Over: Future<Output = Result<bool, TellError>>,
    {
        let Some(order) = leaving.paying() else { return Ok(false) };
        let is_void = is_over(*order).await.map_err(|source| self.machine_fault(source))?;
        if is_void {
            tracing::info!(bank = %self.bank, reference = %order.reference(), "payment is over");
        }
        Ok(is_void)
    }

    /// What was decided about `leaving` before, or is decided and archived now.
    async fn prepare(&self, leaving: &Leaving) -> Result<Prepared, StoreError> {
        if let Some(prepared) = self.archived(leaving).await? {
            return Ok(prepared);
        }
        match self.render(leaving).await? {
            Ok(message) => {
                let (definition, bytes) = (message.document.definition(), write(&message));
                let message = leaving.message(bytes, &self.pen);
                let signature = Some(&message.signature);
                self.keep(leaving, (definition, signature), &message.bytes).await?;
                Ok(Prepared::Message(message))
            }
            Err(unpayable) => {
                let (reason, reference) = (unpayable.reason(), leaving.message_id());
                tracing::warn!(bank = %self.bank, %reference, %unpayable, "payment cannot leave");
                let note = format!("{reference}: {unpayable}");
                let kind = format!("{}{reason}", Label::REFUSED);
                self.keep(leaving, (&kind, None), note.as_bytes()).await?;
                Ok(Prepared::Rejected(reason))
            }
        }
    }

    async fn archived(&self, leaving: &Leaving) -> Result<Option<Prepared>, StoreError> {
        let (archive, bank) = (self.store.archive(), self.bank.to_string());
        let id = leaving.message_id().to_string();
        let sent = match leaving.uetr() {
            Some(uetr) => archive.trace(uetr).await?,
            None => archive.named(Direction::Sent, &bank, &id).await?,
        };
        let sent = sent.into_iter().find(|Kept { label, .. }| {
            label.direction == Direction::Sent && label.bank == bank && label.message_id == id
        });
        let Some(sent) = sent else { return Ok(None) };
        let damaged = |what| StoreError::Damaged { table: "archive", what };
        if let Some(reason) = sent.label.kind.strip_prefix(Label::REFUSED) {
            let reason = reason.parse().map_err(|_| damaged("a reason that is no code"))?;
            return Ok(Some(Prepared::Rejected(reason)));
        }
        let bytes = archive.fetch(Direction::Sent, &bank, sent.digest).await?;
        let bytes = bytes.ok_or(damaged("a label without its message"))?.reveal().to_vec();
        Ok(Some(Prepared::Message(leaving.message(bytes, &self.pen))))
    }

    async fn render(
        &self,
        leaving: &Leaving,
    ) -> Result<Result<BusinessMessage, Unpayable>, StoreError> {
        let (book, bank) = (&self.book, &self.bank);
        let order = match leaving {
            Leaving::Payment(order) => order,
            Leaving::Question(asked) => {
                return Ok(Ok(outgoing::statement_request(book, bank, asked)));
            }
        };
        match order.errand {
            Some(Errand::Ask { .. }) => return Ok(Ok(outgoing::question(book, bank, order))),
            Some(Errand::Recall { reason, .. }) => {
                return Ok(Ok(outgoing::cancellation(book, bank, order, reason)));
            }
            // The same as at first: the archive has it, and says the same of the payee.
            Some(Errand::Resend { .. }) | None => {}
        }
        match order.instruction.creditor {
            Creditor::Account(creditor) => {
                Ok(Ok(outgoing::between_pools(book, bank, order, creditor)))
            }
            Creditor::Party(party) => {
                let payee = Payee::of(&self.store.vault(), party).await?;
                Ok(payee.map(|payee| outgoing::to_party(book, bank, order, payee)))
            }
        }
    }

    async fn keep(
        &self,
        leaving: &Leaving,
        (kind, signature): (&str, Option<&Signature>),
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let label = Label {
            direction: Direction::Sent,
            bank: self.bank.to_string(),
            message_id: leaving.message_id().to_string(),
            kind: kind.to_owned(),
            uetr: leaving.uetr(),
            at: leaving.at(),
            signature: signature.map(|signature| signature.as_bytes().to_vec()),
        };
        self.store.archive().keep(&label, bytes).await.map(drop)
    }

    /// Hands `message` over, however often that takes, signed with the key that counts by then. A
    /// payment is left where it is not known whether the bank has it, and where it is over by the
    /// next try.
    async fn send<Over>(
        &self,
        mut message: Message,
        leaving: &Leaving,
        is_over: &impl Fn(Order) -> Over,
    ) -> Result<Handed, OutboxError>
    where
        Over: Future<Output = Result<bool, TellError>>,
    {
        let mut pause = PAUSE_FIRST;
        loop {
            if self.is_void(leaving, is_over).await? {
                return Ok(Handed::Not);
            }
            message.signature = self.pen.sign(&message.bytes);
            let Err(fault) = self.channel.send(&message).await else { return Ok(Handed::Over) };
            // A question or a request may be put twice, a payment may not.
            if leaving.paying().is_some() && C::may_have_arrived(&fault) {
                tracing::warn!(
                    bank = %self.bank,
                    message = %message.id,
                    fault = &fault as &dyn Error,
                    "bank does not say whether it has a payment"
                );
                return Ok(Handed::Perhaps);
            }
            self.progress.send_modify(|progress| {
                progress.attempts = progress.attempts.saturating_add(1);
            });
            tracing::warn!(
                bank = %self.bank,
                message = %message.id,
                fault = &fault as &dyn Error,
                pause_ms = pause.as_millis(),
                "messages wait for the bank"
            );
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
    }

    fn machine_fault(&self, source: TellError) -> OutboxError {
        OutboxError::Tell { bank: self.bank.clone(), source }
    }

    fn store_fault(&self, source: StoreError) -> OutboxError {
        OutboxError::Store { bank: self.bank.clone(), source }
    }
}
