//! The files of a node's directory.
//!
//! ```text
//! node.toml            configuration
//! network.json         the network: its genesis and its CA (public)
//! region/              the region's template and calendars
//! keys/signing.key     Ed25519 seed of the node            (0600)
//! keys/signing-next.key  the one that is to take its place   (0600)
//! keys/signing-last.key  the one whose place it has taken    (0600)
//! keys/rotated.json    the public keys that have taken the place of the first
//! keys/tls.key         private key of its certificate      (0600)
//! keys/vault.key       seals personal data                 (0600)
//! keys/operator.key    API key of the node's operator      (0600)
//! keys/approver.key    API key of the second person        (0600)
//! join-request.json    what the validators are asked to approve
//! certificate.pem      what the network CA answered
//! ca/                  the network CA, on the root alone   (0600)
//! data/                cells, store
//! run.json             where the running node listens
//! ```

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The paths of one node's directory.
#[derive(Clone, Debug)]
pub struct NodeFiles(PathBuf);

/// Where a running node listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Running {
    /// Its process.
    pub pid: u32,
    /// Its API.
    pub api: SocketAddr,
    /// Its link.
    pub link: SocketAddr,
}

impl NodeFiles {
    /// The files of the node in `dir`.
    #[must_use]
    pub fn new(dir: &Path) -> NodeFiles {
        NodeFiles(dir.to_owned())
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.0
    }

    /// A file by its name within the directory.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Reads a JSON file.
    ///
    /// # Errors
    /// Names the file.
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let path = self.path(name);
        let text = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("understand {}", path.display()))
    }

    /// Makes sure that the cell in the folder `cell` has not begun, because `genesis`, which it
    /// began with, is not there: another one would not be its own.
    ///
    /// # Errors
    /// Names the file.
    pub fn before_the_first_start(&self, genesis: &str, cell: &str) -> Result<()> {
        let (genesis, cell) = (self.path(genesis), self.path(cell));
        let begun = cell.try_exists().with_context(|| format!("look for {}", cell.display()))?;
        anyhow::ensure!(
            !begun,
            "{} is missing, but {} has begun with it; put it back from a copy",
            genesis.display(),
            cell.display()
        );
        Ok(())
    }

    /// Reads a JSON file that need not be there. One that is there and cannot be understood is a
    /// fault: it must not be taken for one that is yet to be made.
    ///
    /// # Errors
    /// Names the file.
    pub fn read_json_if_any<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let path = self.path(name);
        let there = path.try_exists().with_context(|| format!("look for {}", path.display()))?;
        if there { self.read_json(name).map(Some) } else { Ok(None) }
    }

    /// Writes a JSON file whole or not at all.
    ///
    /// # Errors
    /// Names the file.
    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let text = serde_json::to_vec_pretty(value).context("encode JSON")?;
        self.write(name, &text, 0o644)
    }

    /// Writes a file whole or not at all: to a temporary name, synced, then renamed.
    ///
    /// # Errors
    /// Names the file.
    pub fn write(&self, name: &str, bytes: &[u8], mode: u32) -> Result<()> {
        let path = self.path(name);
        let parent = path.parent().unwrap_or(&self.0);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(parent)?;
            let temporary = path.with_extension("new");
            let mut options = fs::OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            fs::File::open(parent)?.sync_all()
        };
        write().with_context(|| format!("write {}", path.display()))
    }
}

#[cfg(test)]
mod tests;
