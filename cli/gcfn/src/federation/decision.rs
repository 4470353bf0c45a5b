//! What a validator says of members: two thirds of the validators must say the same.

use super::{list, text_of};
use crate::door::money_from;
use crate::failure::Ended;
use crate::home::{Home, block_on};
use crate::output::{self, Format};
use clap::Args;
use gcfn_anchor::keys::PublicKey;
use gcfn_localnet::client::Method;
use gcfn_model::{CommandId, NodeId};
use serde_json::{Value, json};

pub(super) const SUSPEND: &str = "\
Example, at each of two thirds of the validators:
  gcfn federation suspend cn-sha --dir ./root
  gcfn federation suspend cn-sha --dir ./cn
Other nodes do not listen to it until it is resumed; what it owes goes on.";
pub(super) const RESUME: &str = "\
Example, at each of two thirds of the validators:
  gcfn federation resume cn-sha --dir ./root
  gcfn federation resume cn-sha --dir ./cn";
pub(super) const REMOVE: &str = "\
Example, at each of two thirds of the validators:
  gcfn federation remove cn-sha --dir ./root
  gcfn federation remove cn-sha --dir ./cn
Its name and its keys stay taken. An applicant that is removed may apply again.";
pub(super) const ROTATE: &str = "\
Example: the node makes its next key, and two thirds of the validators say that it counts:
  gcfn node new-key --dir ./cn-sha
  gcfn federation rotate-key cn-sha 7d0c1f5b2e9a4c6d8f1a3b5c7e9d0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d1e \\
    --dir ./root
The node signs with it as soon as it hears that they have.";
pub(super) const CAP: &str = "\
Example, at each of two thirds of the validators:
  gcfn federation cap cn-sha '1000000.00 CNY' --dir ./root
  gcfn federation cap cn-sha '1000000.00 CNY' --dir ./cn";
pub(super) const PENDING: &str = "\
Example, at a root or a regional:
  gcfn federation pending --dir ./root";

/// A member, and the validator that speaks.
#[derive(Debug, Args)]
pub(crate) struct OfMember {
    /// The member.
    node: NodeId,
    #[command(flatten)]
    home: Home,
}

#[derive(Debug, Args)]
pub(crate) struct Rotation {
    /// The node.
    node: NodeId,
    /// Its new key, as `gcfn node new-key` shows it.
    key: PublicKey,
    #[command(flatten)]
    home: Home,
}

#[derive(Debug, Args)]
pub(crate) struct Cap {
    /// The member.
    node: NodeId,
    /// The most that it may owe at a time, with its currency: '1000000.00 CNY'.
    #[arg(value_name = "AMOUNT")]
    limit: String,
    #[command(flatten)]
    home: Home,
}

impl OfMember {
    /// Says that `node` is to be `what`: suspended, resumed or removed.
    pub(super) fn run(&self, what: &str, format: Format) -> Ended {
        say(&self.home, Method::POST, (self.node, what), None, format)
    }
}

impl Rotation {
    pub(super) fn run(&self, format: Format) -> Ended {
        let body = json!({ "key": self.key });
        say(&self.home, Method::PUT, (self.node, "key"), Some(&body), format)
    }
}

impl Cap {
    pub(super) fn run(&self, format: Format) -> Ended {
        let body = json!({ "limit": money_from(&self.limit, None)? });
        say(&self.home, Method::PUT, (self.node, "debit-cap"), Some(&body), format)
    }
}

/// Has the node in `home` say it, and tells whether it is decided.
fn say(
    home: &Home,
    method: Method,
    (node, what): (NodeId, &str),
    body: Option<&Value>,
    format: Format,
) -> Ended {
    let now = gcfn_localnet::contract::now().micros().to_be_bytes();
    let key = CommandId::derive(&[&now, node.as_str().as_bytes(), what.as_bytes()]);
    let path = format!("/api/v1/federation/members/{node}/{what}");
    let heard: Value = block_on(home.operator()?.call(method, &path, Some(key), body))??;
    tell(&heard, &format!("{what} of {node}"), format)
}

/// Tells what became of a validator's word.
pub(super) fn tell(heard: &Value, of: &str, format: Format) -> Ended {
    match (format, heard.get("proposal").and_then(Value::as_str)) {
        (Format::Json, _) => output::json(heard)?,
        (Format::Table, Some(_)) => {
            output::line(&format!("{of}: said by this node; more validators must say the same"))?;
        }
        (Format::Table, None) => output::line(&format!("{of}: decided"))?,
    }
    Ok(())
}

pub(super) fn pending(home: &Home, format: Format) -> Ended {
    let document: Value = home.get("/api/v1/federation/decisions")?;
    match format {
        Format::Json => output::json(&document)?,
        Format::Table => {
            let row = |of: &Value| {
                let by = list(of, "by").filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
                vec![text_of(of, "since"), by, text_of(of, "wish")]
            };
            output::table(&["SINCE", "SAID BY", "WHAT"], list(&document, "decisions").map(row))?;
        }
    }
    Ok(())
}
