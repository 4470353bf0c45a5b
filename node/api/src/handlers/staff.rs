//! What members of staff decide together.

use crate::route::{Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::staff::{ProposalList, ProposalReport};
use gcfn_model::ProposalId;
use gcfn_venue::Verb;

pub(crate) async fn proposals(call: Read, (): ()) -> Result<ProposalList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let proposals = venue.proposals().map(|(id, proposal)| ProposalReport::new(*id, proposal));
        ProposalList { proposals: proposals.collect(), as_of }
    }))
}

pub(crate) async fn approve(call: Write<ProposalId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ApproveProposal { proposal: call.id }).await
}

pub(crate) async fn dismiss(call: Write<ProposalId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::DismissProposal { proposal: call.id }).await
}
