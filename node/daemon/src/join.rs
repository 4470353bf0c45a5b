//! Becoming a member: the request goes to the root, whose authority answers with a certificate
//! once the validators have admitted the node.

use crate::bank_desk::https_client;
use crate::clock;
use crate::files::NodeFiles;
use crate::network::Network;
use anyhow::{Context, Result};
use gcfn_api_wire::federation::{Application, ClockShown};
use gcfn_council::{Role, SignedJoinRequest};
use gcfn_link::tls::client_by_address;
use std::time::Duration;

/// Where a testnet's root shows its clock.
const CLOCK: &str = "/api/v1/testnet/clock";
const PAUSE: Duration = Duration::from_millis(500);

/// The network does not take the request to join, and will not take it the next time.
#[derive(Debug, thiserror::Error)]
#[error("the network refuses: {0}")]
pub struct Declined(String);

/// Waits until the node is a member, however long that takes, and writes its certificate.
///
/// # Errors
/// When the network file or the request is unusable, or the network refuses the node.
pub(crate) async fn join(files: &NodeFiles, network: &Network) -> Result<()> {
    if files.path("certificate.pem").exists() {
        return Ok(());
    }
    let request: SignedJoinRequest = files.read_json("join-request.json")?;
    let root = network.founders.iter().find(|founder| founder.role == Role::Root);
    let root = &root.context("the network has no root")?.endpoints.api;
    let client = https_client(client_by_address(None, &network.ca)?)?;
    let node = request.request.profile.node;
    let post = format!("{root}/api/v1/federation/join-requests");
    let get = format!("{root}/api/v1/federation/join-requests/{node}");
    tracing::info!(%node, %root, "ask to be admitted");
    let mut applied = false;
    loop {
        if !applied {
            match client.post(&post).json(&request).send().await {
                Ok(answer) if answer.status().is_success() => applied = true,
                Ok(answer) if answer.status().as_u16() == 422 => {
                    return Err(Declined(answer.text().await?).into());
                }
                Ok(answer) => tracing::debug!(status = %answer.status(), "not taken yet"),
                Err(error) => tracing::debug!(%error, "root not reached"),
            }
        } else if let Some(pem) = ask(&client, &get).await {
            if network.testnet {
                let Some(shown) = clock_of(&client, root).await else {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                // Before the certificate: with that the node is a member and asks no more.
                clock::begin_with(files, Duration::from_millis(shown.offset_ms))?;
            }
            files.write("certificate.pem", pem.as_bytes(), 0o644)?;
            tracing::info!(%node, "admitted");
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(client: &reqwest::Client, url: &str) -> Option<String> {
    let answer = client.get(url).send().await.ok()?;
    answer.json::<Application>().await.ok()?.certificate
}

/// What the clock of a testnet shows.
async fn clock_of(client: &reqwest::Client, root: &str) -> Option<ClockShown> {
    let answer = client.get(format!("{root}{CLOCK}")).send().await.ok()?;
    answer.json().await.ok()
}
