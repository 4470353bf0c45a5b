//! `gcfn federation`: found a network, look at its members and anchors, and what validators decide.

mod decision;

use crate::failure::{Ended, Failure};
use crate::home::{Home, block_on};
use crate::output::{self, Format};
use clap::{Args, Subcommand};
use decision::{Cap, OfMember, Rotation};
use gcfn_api_wire::federation::NewCalendar;
use gcfn_daemon::network::{self, FoundingTerms};
use gcfn_daemon::region::Region;
use gcfn_model::{Amount, BusinessDate, CommandId, Currency, NetworkId, NodeId};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Federation {
    /// Found a network: every founder signs the genesis, the root certifies them.
    #[command(after_help = FOUND)]
    Found(Found),
    /// List the members and applicants.
    #[command(after_help = MEMBERS)]
    Members(Home),
    /// Approve an applicant, as a validator; two thirds of the validators must.
    #[command(after_help = ADMIT)]
    Admit(Admit),
    /// Let a member not act until it is resumed, as a validator; two thirds of them must.
    #[command(after_help = decision::SUSPEND)]
    Suspend(OfMember),
    /// Let a suspended member act again, as a validator; two thirds of them must.
    #[command(after_help = decision::RESUME)]
    Resume(OfMember),
    /// Let a member or an applicant leave for good, as a validator; two thirds of them must.
    #[command(after_help = decision::REMOVE)]
    Remove(OfMember),
    /// Let a node sign with another key, as a validator; two thirds of them must.
    #[command(after_help = decision::ROTATE)]
    RotateKey(Rotation),
    /// Limit what a member may owe for purchases abroad, as a validator; two thirds of them must.
    #[command(after_help = decision::CAP)]
    Cap(Cap),
    /// Show what waits for the word of more validators.
    #[command(after_help = decision::PENDING)]
    Pending(Home),
    /// Let a currency settle on other days from a day on, as a validator; two thirds of the
    /// validators must say the same.
    #[command(after_help = CALENDAR)]
    Calendar(NewDays),
    /// Show the latest final round and the cells under it.
    #[command(after_help = ANCHORS)]
    Anchors(Home),
}

const FOUND: &str = "\
Example: a network of a root and two regionals, whose folders `gcfn node init` has made:
  gcfn federation found --network gcfn-demo ./root ./cn ./sg";
const MEMBERS: &str = "\
Example, at a root or a regional:
  gcfn federation members --dir ./root";
const ADMIT: &str = "\
Example, at each of two thirds of the validators:
  gcfn federation admit cn-sha --dir ./root
  gcfn federation admit cn-sha --dir ./cn";
const CALENDAR: &str = "\
Example, at each of two thirds of the validators; the folder has a region.toml and its lists of days:
  gcfn federation calendar ./region-of-2029/sg --from 2029-01-01 --dir ./root
  gcfn federation calendar ./region-of-2029/sg --from 2029-01-01 --dir ./cn";
const ANCHORS: &str = "\
Example:
  gcfn federation anchors --dir ./root --output json";

#[derive(Debug, Args)]
pub(crate) struct Found {
    /// The network's name.
    #[arg(long)]
    network: NetworkId,
    /// The founders' folders: the root's first, then the regionals'.
    #[arg(required = true, value_name = "FOLDER")]
    founders: Vec<PathBuf>,
    /// The clocks of the network may be moved: never where money is real.
    #[arg(long)]
    testnet: bool,
    /// How much a member may owe at a time for purchases abroad, in each currency, such as
    /// 1000000.00; nobody buys abroad without it.
    #[arg(long, value_name = "AMOUNT")]
    debit_cap: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Admit {
    /// The applicant.
    node: NodeId,
    #[command(flatten)]
    home: Home,
}

#[derive(Debug, Args)]
pub(crate) struct NewDays {
    /// The folder of a region's template, whose currency and days are meant.
    #[arg(value_name = "FOLDER")]
    region: PathBuf,
    /// The first day that is to change, after today.
    #[arg(long, value_name = "DATE")]
    from: BusinessDate,
    #[command(flatten)]
    home: Home,
}

impl Federation {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self {
            Federation::Found(found) => found.run(format),
            Federation::Members(home) => members(&home, format),
            Federation::Admit(admit) => admit.run(format),
            Federation::Suspend(of) => of.run("suspend", format),
            Federation::Resume(of) => of.run("resume", format),
            Federation::Remove(of) => of.run("remove", format),
            Federation::RotateKey(rotation) => rotation.run(format),
            Federation::Cap(cap) => cap.run(format),
            Federation::Pending(home) => decision::pending(&home, format),
            Federation::Calendar(days) => days.run(format),
            Federation::Anchors(home) => anchors(&home, format),
        }
    }
}

impl Found {
    fn run(self, format: Format) -> Ended {
        let caps = self.caps()?;
        let calendars = network::catalog_calendars().map_err(|fault| Failure::usage(&fault))?;
        let terms = FoundingTerms {
            network: self.network,
            testnet: self.testnet,
            params: gcfn_localnet::contract::params(caps),
            calendars,
            now: gcfn_localnet::contract::now(),
        };
        let root = self.founders.first().cloned().unwrap_or_default();
        network::found(&root, &self.founders, &terms).map_err(|fault| Failure::usage(&fault))?;
        let network = self.network;
        match format {
            Format::Json => output::json(&json!({
                "network": network,
                "founders": self.founders.len(),
                "authority": root.join("ca").display().to_string(),
            }))?,
            Format::Table => output::line(&format!(
                "{network} is founded by {} nodes; its authority is in {}",
                self.founders.len(),
                root.join("ca").display()
            ))?,
        }
        Ok(())
    }

    fn caps(&self) -> Result<BTreeMap<Currency, Amount>, Failure> {
        let Some(text) = &self.debit_cap else { return Ok(BTreeMap::new()) };
        let cap = |currency: Currency| {
            // An amount with decimals is whole units where a currency has none.
            let whole = text.split('.').next().unwrap_or(text);
            let text = if currency.decimals() == 0 { whole } else { text };
            let amount = Amount::parse(text, currency);
            amount.map(|amount| (currency, amount))
        };
        let caps: Result<_, _> = Currency::ALL.into_iter().map(cap).collect();
        caps.map_err(|fault| Failure::Usage(format!("--debit-cap {text}: {fault}")))
    }
}

impl Admit {
    fn run(self, format: Format) -> Ended {
        let api = self.home.operator()?;
        let body = json!({ "node": self.node });
        let now = gcfn_localnet::contract::now().micros().to_be_bytes();
        let key = CommandId::derive(&[&now, self.node.as_str().as_bytes()]);
        let heard: Value = block_on(api.post("/api/v1/federation/approvals", key, &body))??;
        decision::tell(&heard, &format!("admission of {}", self.node), format)
    }
}

impl NewDays {
    fn run(self, format: Format) -> Ended {
        let region = Region::read(&self.region).map_err(|fault| Failure::usage(&fault))?;
        let currency = region.template.currency;
        let change = NewCalendar::of(currency, self.from, &region.calendar);
        let body =
            serde_json::to_value(&change).map_err(|fault| Failure::Usage(fault.to_string()))?;
        let now = gcfn_localnet::contract::now().micros().to_be_bytes();
        let key = CommandId::derive(&[&now, currency.code().as_bytes()]);
        let api = self.home.operator()?;
        let heard: Value = block_on(api.post("/api/v1/federation/calendars", key, &body))??;
        let (from, last) = (self.from, region.calendar.last);
        decision::tell(&heard, &format!("days of {currency} from {from} to {last}"), format)
    }
}

/// The text of a field, whatever it is.
pub(crate) fn text_of(object: &Value, field: &str) -> String {
    match object.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(value) => value.to_string(),
    }
}

/// The objects in a list of a document.
pub(crate) fn list<'v>(document: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    document.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// The rows of a list of a document, one column for each field.
pub(crate) fn rows(document: &Value, list_of: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let row = |object| fields.iter().map(|field| text_of(object, field)).collect();
    list(document, list_of).map(row).collect()
}

fn members(home: &Home, format: Format) -> Ended {
    let document: Value = home.get("/api/v1/federation/members")?;
    match format {
        Format::Json => output::json(&document)?,
        Format::Table => output::table(
            &["NODE", "ROLE", "REGION", "STATUS", "CURRENCY", "WEIGHT", "CERTIFIED"],
            rows(
                &document,
                "members",
                &["node", "role", "region", "status", "currency", "weight", "certified"],
            ),
        )?,
    }
    Ok(())
}

fn anchors(home: &Home, format: Format) -> Ended {
    let document: Value = home.get("/api/v1/federation/anchors")?;
    if format == Format::Json {
        output::json(&document)?;
        return Ok(());
    }
    match document.get("round").filter(|round| !round.is_null()) {
        Some(round) => output::line(&format!(
            "round {} closed at {}, final, co-signed by {}",
            text_of(round, "number"),
            text_of(round, "closed_at"),
            list(&document, "cosigners").filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        ))?,
        None => output::line("no round is final yet")?,
    }
    output::table(
        &["CELL", "EPOCHS", "ROOT"],
        rows(&document, "cells", &["cell", "epochs", "root"]),
    )?;
    Ok(())
}
