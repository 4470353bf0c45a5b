//! Faults of a simulated bank, switched on by hand while a network runs.

use crate::network::Localnet;
use anyhow::Result;
use gcfn_model::Currency;
use serde_json::json;

/// Has the bank of `currency` follow `script` from now on: lines of `<when>: <what>`, as
/// `gcfn_simulator::FaultScript` reads them. An empty one ends it. What the bank holds back is let
/// go when `release` is asked for.
///
/// # Errors
/// When the bank is not there, or a line cannot be read: the answer names it.
pub async fn misbehave(
    net: &Localnet,
    currency: Currency,
    script: Option<&str>,
    release: bool,
) -> Result<()> {
    let bank = net.bank(currency)?;
    if let Some(script) = script {
        bank.tell("/control/script", &json!({ "script": script })).await?;
    }
    if release {
        bank.tell("/control/release", &json!({})).await?;
    }
    Ok(())
}
