//! Where the node is and who asks it.

use crate::failure::{Ended, Failure};
use crate::federation::text_of;
use crate::home::{Home, block_on};
use crate::output::{self, Format};
use clap::Args;
use gcfn_api_wire::term::Money;
use gcfn_daemon::files::NodeFiles;
use gcfn_daemon::network::Network;
use gcfn_localnet::client::{Api, Method, http};
use gcfn_model::{Amount, CommandId, Currency};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Which node is asked, and by whom.
#[derive(Debug, Args)]
pub(crate) struct Door {
    /// The folder of a node on this machine
    #[arg(long, global = true, value_name = "FOLDER", env = "GCFN_DIR", default_value = ".")]
    dir: PathBuf,
    /// A node elsewhere, instead of a folder; needs --ca
    #[arg(long, global = true, value_name = "ADDRESS:PORT", requires = "ca")]
    at: Option<SocketAddr>,
    /// The certificate of the network's authority (PEM)
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The caller's API key, in a file
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The caller's API key
    #[arg(long, global = true, env = "GCFN_API_KEY", hide_env_values = true, hide = true)]
    api_key: Option<String>,
    /// A name for this wish: under the same name it is done once, however often it is sent
    #[arg(long, global = true, value_name = "NAME")]
    once: Option<String>,
}

impl Door {
    /// The node's folder, if the node is asked by its folder.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.at.is_none().then_some(self.dir.as_path())
    }

    /// The folder of the node, where it is one on this machine.
    pub(crate) fn home(&self) -> Home {
        Home { dir: self.dir.clone() }
    }

    /// Opens it, for whoever has a key at hand, or for `person` of the staff whose keys the node's
    /// folder holds.
    pub(crate) fn open(self, format: Format, person: Option<&str>) -> Result<Desk, Failure> {
        let home = self.home();
        let (ca, address) = match (&self.ca, self.at) {
            (Some(ca), Some(address)) => (read(ca)?, address),
            _ => {
                let network: Network = NodeFiles::new(&home.dir)
                    .read_json("network.json")
                    .map_err(|fault| Failure::usage(&fault))?;
                (network.ca, home.running()?.api)
            }
        };
        let key = match (&self.key, self.api_key, person) {
            (Some(file), ..) => read(file)?,
            // Staff are asked for by name: a key in the environment is a party's.
            (None, _, Some(person)) => read(&home.dir.join(format!("keys/{person}.key")))?,
            (None, Some(key), None) => key,
            (None, None, None) => {
                let text = "say who asks: --key FILE, or GCFN_API_KEY with the API key itself";
                return Err(Failure::Usage(text.to_owned()));
            }
        };
        let api = Api::new(http(&ca, None)?, address).with_key(&key);
        Ok(Desk { api, once: self.once, format })
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let read = fs::read_to_string(path);
    read.map_err(|fault| Failure::Usage(format!("read {}: {fault}", path.display())))
}

/// An open door.
pub(crate) struct Desk {
    api: Api,
    once: Option<String>,
    format: Format,
}

impl Desk {
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        Ok(block_on(self.api.get(path))??)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(block_on(self.api.post(path, self.wish(), body))??)
    }

    /// Calls a route, under a key of this wish's own where it changes something.
    pub(crate) fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let key = (method != Method::GET).then(|| self.wish());
        Ok(block_on(self.api.call(method, path, key, body))??)
    }

    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn act(&self, path: &str) -> Result<Value, Failure> {
        Ok(block_on(self.api.act(path, self.wish()))??)
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value, Failure> {
        Ok(block_on(self.api.delete(path, self.wish()))??)
    }

    /// The key of this wish: from the name that the caller gave it, else one of its own.
    fn wish(&self) -> CommandId {
        match &self.once {
            Some(name) => CommandId::derive(&[b"once", name.as_bytes()]),
            None => {
                let now = gcfn_localnet::contract::now().micros().to_be_bytes();
                CommandId::derive(&[&now, &std::process::id().to_be_bytes()])
            }
        }
    }

    /// An amount, of the node's currency unless another is named behind it, as the API takes it.
    pub(crate) fn money(&self, text: &str) -> Result<Value, Failure> {
        if text.contains(' ') {
            return money_from(text, None);
        }
        let node: Value = self.get("/api/v1/node")?;
        let currency = text_of(&node, "currency").parse().map_err(|_| {
            let text = "this node has no currency: say which, as '100.00 CNY'";
            Failure::Usage(text.to_owned())
        })?;
        money_from(text, Some(currency))
    }

    /// Prints what was answered: the document, or a line and the ids that are needed next.
    pub(crate) fn tell(&self, document: &Value, line: &str) -> Ended {
        match self.format {
            Format::Json => output::json(document)?,
            Format::Table => output::line(line)?,
        }
        Ok(())
    }

    /// Prints a list of the document under a header.
    pub(crate) fn list(
        &self,
        document: &Value,
        header: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Ended {
        match self.format {
            Format::Json => output::json(document)?,
            Format::Table => output::table(header, rows)?,
        }
        Ok(())
    }
}

/// An amount as people write it, `95.00 CNY`, or `95.00` where the currency is known.
pub(crate) fn money_from(text: &str, currency: Option<Currency>) -> Result<Value, Failure> {
    let fault = |fault: &dyn std::fmt::Display| Failure::Usage(format!("{text}: {fault}"));
    let (number, currency) = match (text.split_once(' '), currency) {
        (Some((number, code)), None) => (number, code.parse().map_err(|error| fault(&error))?),
        (None, Some(currency)) => (text, currency),
        _ => return Err(fault(&"say an amount as '100.00 CNY'")),
    };
    let amount = Amount::parse(number, currency).map_err(|error| fault(&error))?;
    Ok(json!(Money::new(amount, currency)))
}

/// Money in a document as people write it: `95.00 CNY`.
pub(crate) fn money_of(object: &Value, field: &str) -> String {
    match object.get(field) {
        Some(money @ Value::Object(_)) => {
            format!("{} {}", text_of(money, "amount"), text_of(money, "currency"))
        }
        _ => "-".to_owned(),
    }
}
