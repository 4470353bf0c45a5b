//! The signature beside a message, made and checked by hand. Asks nobody.

use super::message::bytes;
use crate::failure::{Ended, Failure};
use crate::output::{self, Format};
use clap::Args;
use gcfn_anchor::keys::{PublicKey, Signer};
use gcfn_link::keys::{KeyFault, SigningSeed};
use gcfn_model::NetworkId;
use gcfn_transport::{Check, Correspondents, Pen, read_signature};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct Key {
    /// Where the key is, or is to be.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Whose message to whom.
#[derive(Debug, Args)]
struct Letter {
    /// The message, as it is sent.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The network.
    #[arg(long, value_name = "NAME")]
    network: NetworkId,
    /// Who writes: a node's name, or a bank's BIC.
    #[arg(long, value_name = "NODE|BIC")]
    from: String,
    /// To whom: a bank's BIC, or a node's name.
    #[arg(long, value_name = "BIC|NODE")]
    to: String,
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    letter: Letter,
    /// The file with the sender's key, as `gcfn bank key` and `gcfn node init` make it.
    #[arg(long, value_name = "FILE")]
    seed: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CheckSignature {
    #[command(flatten)]
    letter: Letter,
    /// The sender's public key: 64 hexadecimal digits.
    #[arg(long, value_name = "KEY")]
    by: PublicKey,
    /// The signature: 128 hexadecimal digits; what is in FILE.sig when left out.
    #[arg(long, value_name = "SIGNATURE")]
    signature: Option<String>,
}

pub(super) const KEY: &str = "\
Prints the public key, which node.toml names as `key` of the bank. An existing file is read and
never overwritten.
Example:
  gcfn bank key bank.key";

pub(super) const SIGN: &str = "\
The signature goes beside the message: in the header Gcfn-Signature, or in FILE.sig.
Example:
  gcfn bank sign status.xml --seed bank.key --network gcfn-demo --from GCFNCNSH --to cn-sha > status.xml.sig";

pub(super) const CHECK: &str = "\
Exit code 1 where the signature is not the sender's over these bytes to this receiver.
Example:
  gcfn bank check pay.xml --by 8a88…6f5c --network gcfn-demo --from cn-sha --to GCFNCNSH";

impl Key {
    pub(crate) fn run(self, format: Format) -> Ended {
        let failed = |fault: KeyFault| Failure::machine(&fault.into());
        let seed = if self.file.exists() {
            SigningSeed::load(&self.file).map_err(failed)?
        } else {
            let seed = SigningSeed::generate().map_err(failed)?;
            seed.create(&self.file).map_err(failed)?;
            seed
        };
        let key = PublicKey::from_bytes(seed.verifying_key());
        match format {
            Format::Table => output::line(&key.to_string())?,
            Format::Json => output::json(&json!({ "key": key }))?,
        }
        Ok(())
    }
}

impl Letter {
    /// One of the two is a node, the other a bank.
    fn correspondents(&self) -> Result<Correspondents, Failure> {
        let Letter { network, from, to, .. } = self;
        if let (Ok(node), Ok(bank)) = (from.parse(), to.parse()) {
            return Ok(Correspondents::to_bank(*network, node, &bank));
        }
        if let (Ok(bank), Ok(node)) = (from.parse(), to.parse()) {
            return Ok(Correspondents::to_node(*network, &bank, node));
        }
        let rule = "one of --from and --to is a node's name, the other a bank's BIC";
        Err(Failure::Usage(format!("{from:?} to {to:?}: {rule}")))
    }
}

impl Sign {
    pub(crate) fn run(self, format: Format) -> Ended {
        let correspondents = self.letter.correspondents()?;
        let seed =
            SigningSeed::load(&self.seed).map_err(|fault| Failure::machine(&fault.into()))?;
        let signer = Signer::from_seed(&seed.to_bytes());
        let key = signer.public_key();
        let message = bytes(&self.letter.file)?;
        let signature = Pen::new(correspondents, Arc::new(signer)).sign(&message);
        match format {
            Format::Table => output::line(&signature.to_string())?,
            Format::Json => output::json(&json!({ "signature": signature, "key": key }))?,
        }
        Ok(())
    }
}

impl CheckSignature {
    pub(crate) fn run(self, format: Format) -> Ended {
        let check = Check::new(self.letter.correspondents()?, self.by);
        let file = &self.letter.file;
        let message = bytes(file)?;
        let beside = match self.signature {
            Some(signature) => signature.into_bytes(),
            None => bytes(&PathBuf::from(format!("{}.sig", file.display())))?,
        };
        let checked =
            read_signature(&beside).and_then(|signature| check.check(&message, Some(&signature)));
        if format == Format::Json {
            let reason = checked.err().map(|fault| fault.to_string());
            output::json(&json!({ "signed": checked.is_ok(), "reason": reason }))?;
        }
        checked.map_err(|fault| Failure::Refused(format!("{}: {fault}", file.display())))?;
        if format == Format::Table {
            output::line("signed by this key, over this message, to this receiver")?;
        }
        Ok(())
    }
}
