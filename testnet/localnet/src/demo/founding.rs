//! Step 1: nodes initialise, ask to join, are approved, certified, and serve.

use super::{Demo, Told, ensure};
use crate::days::{MIDDAY, instant};
use crate::network::Wait;

impl Demo {
    pub(super) async fn found(&mut self) -> Told {
        let approvals = self.net.start().await?;
        let root = self.net.root()?;
        let members = self.net.members().await?;
        let admitted = members.iter().filter(|member| member.status == "admitted").count();
        let nodes = self.net.layout.nodes.len();
        ensure(admitted == nodes, || format!("{admitted} of {nodes} nodes are admitted"))?;

        self.net.move_clocks(instant(self.date, MIDDAY)?).await?;
        let operator = self.net.operator(root)?;
        let wait = Wait::new(root, "the first final round");
        let round = async || {
            let anchors: super::anchors::Anchors =
                operator.get("/api/v1/federation/anchors").await?;
            Ok(anchors.round)
        };
        let round = self.net.until(wait, round).await?;
        for node in self.net.layout.nodes.clone() {
            self.net.until_ready(node.name).await?;
        }
        let (banks, validators) = (self.net.layout.banks.len(), self.net.layout.founders().count());
        let processes = self.net.processes.count();
        self.figures.set("nodes", nodes);
        self.figures.set("banks", banks);
        self.figures.set("processes", processes);
        self.figures.set("cells", self.net.layout.traders().count() + 1);
        let asked = nodes - validators;
        Ok(format!(
            "{nodes} nodes and {banks} banks in {processes} processes; {asked} join requests, \
             {approvals} signed approvals (at least 2/3 of {validators} each), all certified and \
             healthy; round {} is final; the clocks show {}",
            round.number, self.date
        ))
    }
}
