//! One message there, and what comes back of it.

use super::{Terms, left};
use gcfn_banking::{BankEntry, BankWord, RecallOutcome, StatusReport};
use gcfn_iso20022::{BYTES_MAX, Bic, BusinessMessage, write};
use gcfn_model::Uetr;
use gcfn_transport::{
    AccountBook, Check, FolderChannel, FolderFault, Incoming, Intake, Pen, Understood, Verdict,
    read_signature, understand,
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(20);

/// The node's side of the folder.
pub(super) struct Letters<'t> {
    way: (FolderChannel, Pen, Option<Check>),
    book: (&'t AccountBook, &'t Bic),
    terms: &'t Terms,
    sent: u32,
    /// Everything that has come, for what holds of all.
    pub(super) heard: Vec<Heard>,
}

/// A message as the node hears it.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) message: Understood,
    /// Why it is not the bank's own word, if it is not.
    pub(super) unsigned: Option<String>,
}

/// What has come after one message, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers(pub(super) Vec<Heard>);

impl<'t> Letters<'t> {
    pub(super) fn new(
        way: (FolderChannel, Pen, Option<Check>),
        book: (&'t AccountBook, &'t Bic),
        terms: &'t Terms,
    ) -> Letters<'t> {
        Letters { way, book, terms, sent: 0, heard: Vec::new() }
    }

    /// Puts away what is there from before, until nothing more comes.
    pub(super) async fn clear(&mut self) -> Result<(), FolderFault> {
        loop {
            sleep(self.terms.lull).await;
            self.listen().await?;
            if self.heard.is_empty() {
                return Ok(());
            }
            self.heard.clear();
        }
    }

    /// Sends `message` and hears until it is enough and nothing more comes, or patience ends.
    pub(super) async fn exchange(
        &mut self,
        message: &BusinessMessage,
        enough: impl Fn(&Answers) -> bool,
    ) -> Result<Answers, FolderFault> {
        self.exchange_bytes(&write(message), enough).await
    }

    /// The same for what need not be a message.
    pub(super) async fn exchange_bytes(
        &mut self,
        bytes: &[u8],
        enough: impl Fn(&Answers) -> bool,
    ) -> Result<Answers, FolderFault> {
        let (folder, pen, _) = &self.way;
        self.sent += 1;
        let name = format!("{}-{:03}", self.terms.at.micros(), self.sent);
        folder.put(&name, bytes, Some(&pen.sign(bytes))).await?;
        let end = Instant::now() + self.terms.patience;
        let mut answers = Answers::default();
        let mut last = Instant::now();
        loop {
            let before = self.heard.len();
            self.listen().await?;
            let new = self.heard.get(before..).unwrap_or_default();
            if !new.is_empty() {
                last = Instant::now();
                answers.0.extend_from_slice(new);
            }
            let lull = enough(&answers) && self.terms.lull <= last.elapsed();
            if lull || left(end).is_zero() {
                return Ok(answers);
            }
            sleep(LOOK.min(left(end))).await;
        }
    }

    async fn listen(&mut self) -> Result<(), FolderFault> {
        let (folder, _, check) = &self.way;
        let mut intake = folder.intake(BYTES_MAX, LOOK);
        while let Some(arrival) = intake.first().await? {
            let signature = arrival.signature.as_deref().map(read_signature).transpose();
            let signed = signature.and_then(|signature| {
                check
                    .as_ref()
                    .map_or(Ok(()), |check| check.check(&arrival.bytes, signature.as_ref()))
            });
            let message = understand(self.book.0, self.book.1, &arrival.bytes);
            let unsigned = signed.err().map(|fault| fault.to_string());
            self.heard.push(Heard { message, unsigned });
            intake.put_away(arrival, &Verdict::Taken).await?;
        }
        Ok(())
    }
}

impl Answers {
    /// Everything that was understood, with the number of its message.
    fn said(&self) -> impl Iterator<Item = (usize, &Incoming)> {
        let messages = self.0.iter().enumerate();
        messages.flat_map(|(at, heard)| heard.message.said.iter().flatten().map(move |s| (at, s)))
    }

    /// The statuses of a payment, and where they came.
    pub(super) fn statuses(&self, uetr: Uetr) -> Vec<(usize, StatusReport)> {
        let of = |(at, said): (usize, &Incoming)| match said {
            Incoming::Status(report) if report.uetr == uetr => Some((at, *report)),
            _ => None,
        };
        self.said().filter_map(of).collect()
    }

    /// What was booked of a payment, and where that came.
    pub(super) fn bookings(&self, uetr: Uetr) -> Vec<(usize, BankEntry)> {
        let of = |(at, said): (usize, &Incoming)| match said {
            Incoming::Booked(entry) if entry.uetr == Some(uetr) => Some((at, *entry)),
            _ => None,
        };
        self.said().filter_map(of).collect()
    }

    /// How requests to cancel a payment ended.
    pub(super) fn recalls(&self, uetr: Uetr) -> Vec<RecallOutcome> {
        let of = |(_, said): (usize, &Incoming)| match said {
            Incoming::Word(BankWord::Recall(answer)) if answer.uetr == uetr => Some(answer.outcome),
            _ => None,
        };
        self.said().filter_map(of).collect()
    }

    /// Whether it was announced that a payment comes back.
    pub(super) fn returning(&self, uetr: Uetr) -> bool {
        self.said().any(|(_, said)| {
            matches!(said, Incoming::Word(BankWord::Returning(notice)) if notice.uetr == uetr)
        })
    }

    /// What was said of an account as a whole.
    pub(super) fn reports(&self) -> impl Iterator<Item = &Incoming> {
        let is_report =
            |said: &&Incoming| matches!(said, Incoming::Reported(_) | Incoming::Statement(_));
        self.said().map(|(_, said)| said).filter(is_report)
    }

    /// The definition of the message at `at`.
    pub(super) fn definition(&self, at: usize) -> &'static str {
        self.0.get(at).map_or("", |heard| heard.message.definition)
    }

    /// An id that more than one message has.
    pub(super) fn twice(&self) -> Option<&str> {
        let ids = self.0.iter().map(|heard| heard.message.id.as_str()).filter(|id| !id.is_empty());
        let ids: Vec<&str> = ids.collect();
        let mut numbered = ids.iter().enumerate();
        numbered
            .find(|(at, id)| ids.iter().take(*at).any(|before| before == *id))
            .map(|(_, id)| *id)
    }

    /// What came, in a line.
    pub(super) fn summary(&self) -> String {
        if self.0.is_empty() {
            return "nothing came".to_owned();
        }
        let told = self.0.iter().map(|heard| match &heard.message.said {
            Ok(_) => heard.message.definition.to_owned(),
            Err(fault) => format!("a message that is refused ({fault})"),
        });
        format!("came: {}", told.collect::<Vec<_>>().join(", "))
    }
}
