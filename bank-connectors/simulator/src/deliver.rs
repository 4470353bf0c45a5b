//! Hands the bank's messages to the nodes, in order, until each is taken.

use crate::config::NodeConfig;
use crate::file::{FileFault, SharedBank};
use crate::folder::exchange;
use gcfn_anchor::keys::Signature;
use gcfn_model::NodeId;
use gcfn_telemetry::ErrorChain;
use gcfn_transport::{FolderChannel, SIGNATURE_HEADER};
use reqwest::{Client, StatusCode, header};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);
const INBOUND: &str = "api/v1/bank/iso20022/inbound";

/// Delivers for as long as the bank lives; one node that is down does not hold up the others.
/// `client` shows the bank's certificate.
///
/// # Errors
/// [`FileFault`] when a delivery cannot be written down: the bank must stop then.
pub async fn deliver(bank: SharedBank, client: Client) -> Result<(), FileFault> {
    let mut nodes = JoinSet::new();
    for NodeConfig { node, api, folder, .. } in bank.nodes() {
        if let Some(api) = api {
            nodes.spawn(to_node(bank.clone(), client.clone(), (*node, api.clone())));
        }
        if let Some(folder) = folder {
            let folder = FolderChannel::of_bank(folder);
            nodes.spawn(exchange(bank.clone(), *node, folder));
        }
    }
    while let Some(ended) = nodes.join_next().await {
        match ended {
            Ok(result) => result?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    Ok(())
}

async fn to_node(
    bank: SharedBank,
    client: Client,
    (node, api): (NodeId, String),
) -> Result<(), FileFault> {
    let url = format!("{}/{INBOUND}", api.trim_end_matches('/'));
    let mut changes = bank.changes();
    let mut pause = PAUSE_FIRST;
    loop {
        changes.mark_unchanged();
        let next = bank
            .read(|bank| bank.next_for(node).map(|(number, out)| (number, out.xml.clone())))
            .await;
        let Some((number, xml)) = next else {
            if changes.changed().await.is_err() {
                return Ok(());
            }
            continue;
        };
        let signature = bank.sign(node, xml.as_bytes());
        if taken(&client, &url, xml, signature).await {
            bank.change(|bank| bank.delivered(number)).await?;
            pause = PAUSE_FIRST;
        } else {
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

/// Whether the node has this message off the bank's hands.
///
/// A message that the node calls malformed will not become better: it counts as taken, and the
/// statement of the day tells what it would have told.
async fn taken(client: &Client, url: &str, xml: String, signature: Option<Signature>) -> bool {
    let mut message = client.post(url).header(header::CONTENT_TYPE, "application/xml").body(xml);
    if let Some(signature) = signature {
        message = message.header(SIGNATURE_HEADER, signature.to_string());
    }
    match message.send().await.map(|response| response.status()) {
        Ok(status) if status.is_success() => true,
        Ok(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => {
            tracing::warn!(url, "node refuses a message as malformed");
            true
        }
        Ok(status) => {
            tracing::info!(url, %status, "node does not take a message yet");
            false
        }
        Err(fault) => {
            tracing::info!(url, error = %ErrorChain(&fault), "node is not reached");
            false
        }
    }
}
