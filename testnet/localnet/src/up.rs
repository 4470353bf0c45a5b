//! A network that is left running.

use crate::contract;
use crate::layout::FILE;
use crate::network::Localnet;
use crate::processes::running_in;
use crate::scenario::Scenario;
use anyhow::Result;
use std::path::Path;

/// Makes the network in `dir`, if there is none, starts what of it does not run, and lets it live
/// on. Doing that again changes nothing.
///
/// # Errors
/// What did not come.
pub async fn up(dir: &Path, scenario: &Scenario, program: &Path) -> Result<Localnet> {
    let mut net = if dir.join(FILE).exists() {
        Localnet::open(dir, program)?
    } else {
        let (today, _) = contract::now().utc();
        Localnet::make(dir, scenario, program, today)?
    };
    let running = running_in(&net.dir)?;
    net.start_missing(&running).await?;
    net.processes.let_stay();
    Ok(net)
}
