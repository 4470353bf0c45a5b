//! `gcfn clearing`: the cycles of a clearing house.

use crate::failure::{Ended, Failure};
use crate::federation::{list, text_of};
use crate::home::Home;
use crate::output::{self, Format};
use clap::Subcommand;
use gcfn_link::identity::Role;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum Clearing {
    /// List the cycles of the house that a node runs: a regional's, or the federation's at the
    /// root.
    #[command(after_help = CYCLES)]
    Cycles(Home),
}

const CYCLES: &str = "\
Examples:
  gcfn clearing cycles --dir ./cn       the T+1 cycles of a region
  gcfn clearing cycles --dir ./root     the T+2 cycles of the federation";

impl Clearing {
    pub(crate) fn run(self, format: Format) -> Ended {
        let Clearing::Cycles(home) = self;
        let config = home.config()?;
        let path = match config.role {
            Role::Root => "/api/v1/federation/cycles",
            Role::Regional => "/api/v1/settle/cycles",
            role => {
                return Err(Failure::Usage(format!(
                    "{} is a {role} node and runs no clearing house; ask its regional {}, or the \
                     root",
                    config.node, config.regional
                )));
            }
        };
        let document: Value = home.get(path)?;
        match format {
            Format::Json => output::json(&document)?,
            Format::Table => {
                let row = |cycle: &Value| {
                    let positions = list(cycle, "positions").count();
                    let field = |name| text_of(cycle, name);
                    vec![
                        field("value_date"),
                        field("phase"),
                        field("bundles"),
                        positions.to_string(),
                        field("cycle"),
                    ]
                };
                let header = ["VALUE DATE", "PHASE", "BUNDLES", "POSITIONS", "CYCLE"];
                output::table(&header, list(&document, "cycles").map(row))?;
            }
        }
        Ok(())
    }
}
