//! A node's folder, as the one who asks the node has it at hand.

use crate::failure::Failure;
use clap::Args;
use gcfn_daemon::config::Config;
use gcfn_daemon::files::{NodeFiles, Running};
use gcfn_daemon::init::read_config;
use gcfn_daemon::network::Network;
use gcfn_localnet::client::{Api, http};
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// Which node is asked.
#[derive(Debug, Args)]
pub(crate) struct Home {
    /// The node's folder: it says where the node listens, and holds its operator's key.
    #[arg(long, value_name = "FOLDER", env = "GCFN_DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
}

impl Home {
    /// The node's settings.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        read_config(&self.dir).map_err(|fault| Failure::usage(&fault))
    }

    /// Where the node listens, if it has ever run.
    pub(crate) fn running(&self) -> Result<Running, Failure> {
        let missing = |_| {
            let dir = self.dir.display();
            Failure::Unreachable(format!("{dir} has no run.json: start it with gcfn node start"))
        };
        NodeFiles::new(&self.dir).read_json("run.json").map_err(missing)
    }

    /// The node's API, for its operator.
    pub(crate) fn operator(&self) -> Result<Api, Failure> {
        let files = NodeFiles::new(&self.dir);
        let network: Network =
            files.read_json("network.json").map_err(|fault| Failure::usage(&fault))?;
        let path = files.path("keys/operator.key");
        let key = std::fs::read_to_string(&path)
            .map_err(|fault| Failure::Usage(format!("read {}: {fault}", path.display())))?;
        let running = self.running()?;
        Ok(Api::new(http(&network.ca, None)?, running.api).with_key(&key))
    }

    /// Reads one path of the node's API.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let api = self.operator()?;
        Ok(block_on(api.get(path))??)
    }
}

/// Runs a call to its end.
pub(crate) fn block_on<F: Future>(call: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|fault| Failure::Machine(format!("start threads: {fault}")))?;
    Ok(runtime.block_on(call))
}
