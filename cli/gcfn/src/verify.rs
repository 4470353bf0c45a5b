//! `gcfn verify`: what a receipt proves, offline.

use crate::failure::{Ended, Failure};
use crate::output::{self, Format};
use clap::Args;
use gcfn_anchor::receipt::{Receipt, Verified, verify};
use gcfn_anchor::roster::Roster;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Verify {
    /// The receipt, as a node's API gives it out.
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
    /// The validators' public keys. Compare its fingerprint with one from a source you trust.
    #[arg(long, value_name = "FILE", help = KEYS)]
    keys: Option<PathBuf>,
}

const KEYS: &str = "The validators' public keys; validators.json beside the receipt when left out";

const EXAMPLE: &str = "\
Checks event, epoch, cell, region, global root and co-signatures, and asks nobody.
Example:
  gcfn verify receipt.json --keys validators.json
A receipt that does not verify is refused with exit code 1 and the first step that does not match;
with --output json as { \"valid\": false, \"reason\": ... } on standard output.";

impl Verify {
    pub(crate) fn run(self, format: Format) -> Ended {
        let beside = || self.receipt.with_file_name("validators.json");
        let keys = self.keys.clone().unwrap_or_else(beside);
        let roster: Roster = read(&keys, "validators' keys").map_err(|fault| match fault {
            Failure::Refused(text) => {
                Failure::Usage(format!("{} is refused: {text}", keys.display()))
            }
            other => other,
        })?;
        let receipt: Receipt = match read(&self.receipt, "a receipt") {
            Err(Failure::Refused(reason)) => return self.refuse(format, &reason),
            other => other?,
        };
        let verified = match verify(&receipt, &roster) {
            Ok(verified) => verified,
            Err(fault) => return self.refuse(format, &fault.to_string()),
        };
        match format {
            Format::Json => output::json(&document(&verified, &receipt, &roster))?,
            Format::Table => show(&verified, &receipt, &roster)?,
        }
        Ok(())
    }

    /// A program is told on standard output as well.
    fn refuse(&self, format: Format, reason: &str) -> Ended {
        let receipt = self.receipt.display();
        if format == Format::Json {
            output::json(&json!({
                "valid": false,
                "verified": false,
                "receipt": receipt.to_string(),
                "reason": reason,
            }))?;
        }
        Err(Failure::Refused(format!("{receipt} is refused: {reason}")))
    }
}

/// Reads a JSON file. One that is not there is a mistake of the caller; one that is not what it
/// should be proves nothing.
fn read<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Failure> {
    let text = std::fs::read(path)
        .map_err(|fault| Failure::Usage(format!("read {}: {fault}", path.display())))?;
    serde_json::from_slice(&text)
        .map_err(|fault| Failure::Refused(format!("it is not {what}: {fault}")))
}

/// The event, if it is one that this program knows.
fn known(bytes: &[u8]) -> Option<gcfn_replica::Event> {
    let known = postcard::from_bytes::<gcfn_replica::Event>(bytes).ok();
    // Other bytes that read the same are not what was signed.
    known.filter(|event| postcard::to_allocvec(event).is_ok_and(|encoded| encoded == bytes))
}

/// The event for people.
fn in_words(bytes: &[u8]) -> String {
    known(bytes).map_or_else(|| format!("{} bytes", bytes.len()), |event| format!("{event:?}"))
}

/// The event for programs: its bytes as they were signed, and what they say in the form in
/// which they are recorded; `null` where this program does not know them.
fn document_of(bytes: &[u8]) -> serde_json::Value {
    let bytes_hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let says = known(bytes).and_then(|event| serde_json::to_value(event).ok());
    json!({ "bytes": bytes_hex, "says": says })
}

fn show(verified: &Verified<'_>, receipt: &Receipt, roster: &Roster) -> Ended {
    let header = verified.header();
    let round = verified.round();
    let anchor = &receipt.anchor;
    let region = anchor.region.as_ref().map_or("-".to_owned(), |step| step.head.region.to_string());
    let by: Vec<String> = anchor.cosignatures.iter().map(|by| by.validator.to_string()).collect();
    let rows = [
        ("network", roster.network.to_string()),
        ("cell", verified.cell().to_string()),
        ("event", format!("{} of the cell", verified.seq())),
        ("epoch", format!("{}, closed at {}", header.epoch, header.closed_at)),
        ("region", region),
        ("round", format!("{}, closed at {}", round.number, round.closed_at)),
        ("co-signed by", format!("{} of {}", by.join(", "), roster.validators.len())),
        ("roster", roster.digest().to_string()),
        ("says", in_words(verified.event())),
    ];
    output::line("verified: this event is final")?;
    for (name, value) in rows {
        output::line(&format!("  {name:<13} {value}"))?;
    }
    Ok(())
}

fn document(verified: &Verified<'_>, receipt: &Receipt, roster: &Roster) -> serde_json::Value {
    let header = verified.header();
    let round = verified.round();
    let cosigners: Vec<_> = receipt.anchor.cosignatures.iter().map(|by| by.validator).collect();
    json!({
        "valid": true,
        "verified": true,
        "network": roster.network,
        "cell": verified.cell(),
        "seq": verified.seq(),
        "epoch": header.epoch,
        "epoch_closed_at": header.closed_at,
        "state_root": header.state_root,
        "region": receipt.anchor.region.as_ref().map(|step| step.head.region),
        "round": round.number,
        "round_closed_at": round.closed_at,
        "cosigners": cosigners,
        "validators": roster.validators.len(),
        "roster": roster.digest(),
        "event": document_of(verified.event()),
    })
}
