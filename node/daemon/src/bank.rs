//! A simulated bank as a process of its own: mutual TLS around the simulator.

use crate::bank_desk::https_client;
use crate::files::{NodeFiles, Running};
use crate::network::Network;
use anyhow::{Context, Result};
use gcfn_anchor::keys::Signer;
use gcfn_link::certificate::Denylist;
use gcfn_link::keys::{SigningSeed, TlsKey};
use gcfn_link::listener::{Limits, Listener};
use gcfn_link::tls::{Credentials, Trust, client_by_address, server_mutual};
use gcfn_simulator::{BankConfig, SharedBank, deliver, router};
use gcfn_telemetry::{Importance, Supervisor};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// `bank.toml`: where the bank listens, and what it is.
#[derive(Debug, Deserialize)]
struct BankFile {
    listen: SocketAddr,
    bank: BankConfig,
}

/// Runs the bank in `dir` until it is asked to end.
///
/// # Errors
/// What keeps it from starting, or that its state cannot be written down.
pub async fn serve(dir: &Path, stop: impl Future<Output = ()>) -> Result<()> {
    let files = NodeFiles::new(dir);
    let path = files.path("bank.toml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let file: BankFile =
        toml::from_str(&text).with_context(|| format!("understand {}", path.display()))?;
    let network: Network = files.read_json("network.json")?;
    let pem =
        std::fs::read_to_string(files.path("certificate.pem")).context("read certificate.pem")?;
    let key = TlsKey::load(&files.path("keys/tls.key"))?;
    let credentials = Credentials::new(&pem, &key)?;
    let trust = Trust::new(network.network, &network.ca, Denylist::default())?;

    // A bank that has a key signs.
    let path = files.path("keys/signing.key");
    let seed = path.exists().then(|| SigningSeed::load(&path)).transpose()?;
    let signer = seed.map(|seed| Arc::new(Signer::from_seed(&seed.to_bytes())));
    let bank = SharedBank::open(&files.path("data"), &file.bank, signer.as_ref())?;
    let client = https_client(client_by_address(Some(&credentials), &network.ca)?)?;
    let supervisor = Supervisor::new();
    let tls = server_mutual(&credentials, &trust)?;
    let listener = Listener::bind(file.listen, tls, Limits::API)
        .await
        .with_context(|| format!("listen on {}", file.listen))?;
    let address = listener.address()?;
    let shutdown = supervisor.shutdown();
    let app = router(bank.clone());
    supervisor.spawn("bank", Importance::Critical, async move {
        listener.serve(app, shutdown).await;
        anyhow::Ok(())
    });
    let mut ended = supervisor.shutdown();
    supervisor.spawn("bank-delivery", Importance::Critical, async move {
        tokio::select! {
            result = deliver(bank, client) => anyhow::Ok(result?),
            changed = ended.wait_for(|ended| *ended) => {
                drop(changed);
                Ok(())
            }
        }
    });
    files.write_json(
        "run.json",
        &Running { pid: std::process::id(), api: address, link: address },
    )?;
    let mut ended = supervisor.shutdown();
    tokio::select! {
        () = stop => supervisor.shut_down("asked to"),
        changed = ended.wait_for(|ended| *ended) => drop(changed),
    }
    drop(supervisor.drained(std::time::Duration::from_secs(5)).await);
    supervisor.lost().map_or(Ok(()), |lost| Err(lost.into()))
}
