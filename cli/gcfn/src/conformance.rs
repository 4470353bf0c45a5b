//! `gcfn conformance`: whether a bank's connector keeps its side of the conversation.

use crate::failure::{Ended, Failure};
use crate::home::block_on;
use crate::output::{self, Format};
use anyhow::Context;
use clap::{Args, Subcommand};
use gcfn_anchor::keys::{PublicKey, Signer};
use gcfn_iso20022::{AccountNumber, Bic, Text};
use gcfn_link::keys::SigningSeed;
use gcfn_localnet::contract::now;
use gcfn_model::{Amount, BusinessDate, Currency, NetworkId, NodeId, Timestamp};
use gcfn_simulator::conformance::{Report, Terms, examine, practise};
use gcfn_simulator::{FaultScript, exchange};
use gcfn_transport::{Correspondents, FolderChannel, Pen};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::ctrl_c;

#[derive(Debug, Subcommand)]
pub(crate) enum Conformance {
    /// Play the node's side against a bank's connector, and say which cases it passes.
    #[command(after_help = BANK)]
    Bank(Grade),
    /// Be a bank at the other end of a folder, that keeps its side or misbehaves by a script.
    #[command(after_help = SIMULATOR)]
    Simulator(Practise),
}

const BANK: &str = "\
Exit code 0 where no case fails, else 1; the report is in Markdown. The node's user custody holds a
hundred times the amount; its accounts have the numbers GCFN-<NODE>-<POOL>-<CURRENCY>.
docs/guides/bank-messages.md says more.
Examples:
  gcfn conformance bank --folder ./shared --bic BANKCNSH --payee CUSTOMER-1
  gcfn conformance bank --folder ./shared --timeout 60 --report report.md --output json";

const SIMULATOR: &str = "\
Ends with Ctrl-C. The lines of a script are those of `gcfn testnet misbehave`.
Example, to see both ends in two terminals:
  gcfn conformance simulator --folder ./shared
  gcfn conformance bank --folder ./shared";

/// What both ends agree on.
#[derive(Debug, Args)]
struct Agreed {
    /// The folder that both ends share.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// The network that signatures name.
    #[arg(long, value_name = "NAME", default_value = "gcfn-conformance")]
    network: NetworkId,
    /// The node that is played.
    #[arg(long, value_name = "NODE", default_value = "conformance")]
    node: NodeId,
    /// The bank.
    #[arg(long, value_name = "BIC", default_value = "GCFNCNSH")]
    bic: Bic,
    /// The currency of the node's accounts.
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    currency: Currency,
    /// The account of a customer of the bank, who is paid.
    #[arg(long, value_name = "NUMBER", default_value = "CUSTOMER-1")]
    payee: AccountNumber,
    /// The customer's name.
    #[arg(long, value_name = "NAME", default_value = "Conformance Customer")]
    name: Text<140>,
    /// The amount of each payment.
    #[arg(long, value_name = "AMOUNT", default_value = "10.00")]
    amount: String,
    /// The business day that the bank is in; today when left out.
    #[arg(long, value_name = "DATE")]
    date: Option<BusinessDate>,
}

#[derive(Debug, Args)]
pub(crate) struct Grade {
    #[command(flatten)]
    agreed: Agreed,
    /// The file with the key that the node signs with, as `gcfn bank key` makes it; one that is
    /// forgotten afterwards when left out.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// The bank's public key: its messages must be signed.
    #[arg(long, value_name = "KEY")]
    key: Option<PublicKey>,
    /// How many seconds each answer may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    timeout: u16,
    /// For how many milliseconds nothing more may come before the next message is sent.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 500)]
    lull: u16,
    /// Write the report to this file as well, in Markdown.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Practise {
    #[command(flatten)]
    agreed: Agreed,
    /// The file with the key that the bank signs with; it does not sign when left out.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// The node's public key: its messages must be signed.
    #[arg(long, value_name = "KEY")]
    key: Option<PublicKey>,
    /// A script of faults.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
}

impl Conformance {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self {
            Conformance::Bank(verb) => verb.run(format),
            Conformance::Simulator(verb) => verb.run(format),
        }
    }
}

impl Agreed {
    fn terms(&self, at: Timestamp) -> Result<Terms, Failure> {
        let Agreed { network, node, currency, .. } = *self;
        let amount = Amount::parse(&self.amount, currency);
        let amount = amount.map_err(|fault| Failure::Usage(format!("--amount: {fault}")))?;
        if amount.is_zero() {
            return Err(Failure::Usage("--amount: a payment of nothing is none".to_owned()));
        }
        Ok(Terms {
            network,
            node,
            bank: self.bic.clone(),
            currency,
            payee: self.payee.clone(),
            name: self.name.clone(),
            amount,
            date: self.date.unwrap_or(at.utc().0),
            at,
            key: None,
            patience: Duration::ZERO,
            lull: Duration::ZERO,
        })
    }
}

fn signer(file: &Path) -> Result<Arc<Signer>, Failure> {
    let seed = SigningSeed::load(file).map_err(|fault| Failure::machine(&fault.into()))?;
    Ok(Arc::new(Signer::from_seed(&seed.to_bytes())))
}

impl Grade {
    fn run(self, format: Format) -> Ended {
        let signer = match &self.seed {
            Some(file) => signer(file)?,
            None => {
                let seed = SigningSeed::generate();
                let seed = seed.map_err(|fault| Failure::machine(&fault.into()))?;
                Arc::new(Signer::from_seed(&seed.to_bytes()))
            }
        };
        let terms = Terms {
            key: self.key,
            patience: Duration::from_secs(u64::from(self.timeout)),
            lull: Duration::from_millis(u64::from(self.lull)),
            ..self.agreed.terms(now())?
        };
        let to_bank = Correspondents::to_bank(terms.network, terms.node, &terms.bank);
        let folder = FolderChannel::open(&self.agreed.folder);
        let folder = folder.map_err(|fault| Failure::machine(&fault.into()))?;
        let report = block_on(examine(&terms, folder, Pen::new(to_bank, signer)))?;
        let report = report.map_err(|fault| Failure::machine(&fault.into()))?;
        let text = markdown(&terms, &report);
        if let Some(file) = &self.report {
            let written =
                std::fs::write(file, &text).with_context(|| format!("write {}", file.display()));
            written.map_err(|fault| Failure::machine(&fault))?;
        }
        match format {
            Format::Table => output::line(text.trim_end())?,
            Format::Json => output::json(&json!({
                "bank": terms.bank.to_string(),
                "node": terms.node,
                "date": terms.date,
                "passes": report.passes(),
                "cases": report.cases,
            }))?,
        }
        if report.passes() {
            return Ok(());
        }
        Err(Failure::Refused(format!("failed: {}", report.failed().join(", "))))
    }
}

fn markdown(terms: &Terms, report: &Report) -> String {
    let Terms { bank, node, currency, date, at, .. } = terms;
    format!(
        "# Conformance of {bank}\n\nAs the bank of node {node} in {currency}, on {date}; begun at \
         {at}.\n\n{report}"
    )
}

impl Practise {
    fn run(self, format: Format) -> Ended {
        let terms = self.agreed.terms(now())?;
        let script: FaultScript = match &self.faults {
            None => FaultScript::default(),
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("read {}", file.display()));
                let text = text.map_err(|fault| Failure::machine(&fault))?;
                let read = text.parse();
                read.map_err(|fault| Failure::Usage(format!("{}: {fault}", file.display())))?
            }
        };
        let signer = self.seed.as_deref().map(signer).transpose()?;
        let machine = |fault: anyhow::Error| Failure::machine(&fault);
        let folder = FolderChannel::open_as_bank(&self.agreed.folder);
        let folder = folder.map_err(|fault| machine(fault.into()))?;
        let home = self.agreed.folder.join("bank");
        let (bic, shared) = (terms.bank.to_string(), self.agreed.folder.display().to_string());
        block_on(async {
            let keys = (signer.as_ref(), self.key);
            let bank = practise(&home, &terms, keys, script).await;
            let bank = bank.map_err(|fault| machine(fault.into()))?;
            match format {
                Format::Json => output::json(&json!({ "bank": bic, "folder": shared }))?,
                Format::Table => {
                    output::line(&format!(
                        "{bic} is at the other end of {shared}; Ctrl-C ends it"
                    ))?;
                }
            }
            tokio::select! {
                ended = exchange(bank, terms.node, folder) => {
                    ended.map_err(|fault| machine(fault.into()))
                }
                asked = ctrl_c() => asked.map_err(|fault| machine(fault.into())),
            }
        })?
    }
}
