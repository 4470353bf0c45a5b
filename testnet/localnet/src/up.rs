//! A network that is left running.

use crate::contract;
use crate::layout::FILE;
use crate::network::Localnet;
use crate::processes::running_in;
use crate::scenario::Scenario;
use anyhow::{Result, bail};
use std::path::Path;

/// Makes the network in `dir`, if there is none, starts it, and lets it live on.
///
/// # Errors
/// When it runs already, or what did not come.
pub async fn up(dir: &Path, scenario: &Scenario, program: &Path) -> Result<Localnet> {
    let is_new = !dir.join(FILE).exists();
    if !is_new && running_in(dir).is_ok_and(|running| !running.is_empty()) {
        bail!("the network in {} runs already", dir.display());
    }
    let mut net = if is_new {
        let (today, _) = contract::now().utc();
        Localnet::make(dir, scenario, program, today)?
    } else {
        Localnet::open(dir, program)?
    };
    if is_new {
        net.start().await?;
    } else {
        net.start_again().await?;
    }
    net.processes.let_stay();
    Ok(net)
}
