//! The bank at the other end of a folder: takes what a node puts there, and puts there what it
//! has to say, in order.

use crate::file::{FileFault, SharedBank};
use gcfn_iso20022::{BYTES_MAX, read};
use gcfn_model::NodeId;
use gcfn_telemetry::ErrorChain;
use gcfn_transport::{Arrival, FilePlace, FolderChannel, FolderFault, Intake, Refusal, Verdict};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How often the bank looks what is new.
const LOOK: Duration = Duration::from_millis(50);
/// How long it waits where the folder cannot be used.
const PAUSE: Duration = Duration::from_secs(1);

/// Exchanges messages with `node` in `folder` for as long as the bank lives.
///
/// A message stays where it is until the bank has written down what it does about it, and what
/// the bank says is forgotten once it is in place: a crash between two steps repeats the last.
///
/// # Errors
/// [`FileFault`] when the bank cannot be written down: it must stop then.
pub async fn exchange(
    bank: SharedBank,
    node: NodeId,
    folder: FolderChannel,
) -> Result<(), FileFault> {
    let mut changes = bank.changes();
    loop {
        changes.mark_unchanged();
        match round(&bank, node, &folder).await {
            Ok(()) => {
                if let Ok(Err(_)) = timeout(LOOK, changes.changed()).await {
                    return Ok(());
                }
            }
            Err(Halt::Bank(fault)) => return Err(fault),
            Err(Halt::Folder(fault)) => {
                tracing::warn!(error = %ErrorChain(&fault), "folder of a node cannot be used");
                sleep(PAUSE).await;
            }
        }
    }
}

/// What keeps a round from its end.
enum Halt {
    Bank(FileFault),
    Folder(FolderFault),
}

impl From<FileFault> for Halt {
    fn from(fault: FileFault) -> Halt {
        Halt::Bank(fault)
    }
}

impl From<FolderFault> for Halt {
    fn from(fault: FolderFault) -> Halt {
        Halt::Folder(fault)
    }
}

/// Takes everything that is there, and says everything that is to be said.
async fn round(bank: &SharedBank, node: NodeId, folder: &FolderChannel) -> Result<(), Halt> {
    let mut intake = folder.intake(BYTES_MAX, LOOK);
    while let Some(arrival) = intake.first().await? {
        let verdict = match take(bank, node, &arrival).await? {
            Ok(()) => Verdict::Taken,
            Err(refusal) => {
                tracing::warn!(%node, %refusal, "message of a node is refused");
                Verdict::Refused(refusal)
            }
        };
        intake.put_away(arrival, &verdict).await?;
    }
    loop {
        let next = bank.read(|bank| {
            let (number, outgoing) = bank.next_for(node)?;
            Some((number, outgoing.xml.clone()))
        });
        let Some((number, xml)) = next.await else { return Ok(()) };
        let signature = bank.sign(node, xml.as_bytes());
        // Names in the order in which it was said: a node reads by name.
        let name = format!("{number:012}");
        folder.put(&name, xml.as_bytes(), signature.as_ref()).await?;
        bank.change(|bank| bank.delivered(number)).await?;
    }
}

async fn take(
    bank: &SharedBank,
    node: NodeId,
    arrival: &Arrival<FilePlace>,
) -> Result<Result<(), Refusal>, FileFault> {
    if let Err(fault) = bank.check(node, &arrival.bytes, arrival.signature.as_deref()) {
        return Ok(Err(fault.into()));
    }
    let message = match read(&arrival.bytes) {
        Ok(message) => message,
        Err(fault) => return Ok(Err(fault.into())),
    };
    let taken = bank.change(|bank| bank.receive(node, &message.document)).await?;
    Ok(taken.map_err(|fault| Refusal::whole("not-for-a-bank", fault.to_string())))
}
