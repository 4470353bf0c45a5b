//! What members of staff decide together.

use crate::route::{Read, Write};
use gcfn_api_wire::decision::proposals_at_house;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::staff::{ProposalList, ProposalReport};
use gcfn_council::StaffWish;
use gcfn_model::ProposalId;
use gcfn_venue::Verb;

/// What waits for a second person: at the venue, or, without a venue, at the federation's house.
pub(crate) async fn proposals(call: Read, (): ()) -> Result<ProposalList, Problem> {
    if let Some(gateway) = call.api.venue() {
        return Ok(gateway.read(|venue, as_of| {
            let known = venue.proposals();
            let proposals = known.map(|(id, proposal)| ProposalReport::new(*id, proposal));
            ProposalList { proposals: proposals.collect(), as_of }
        }));
    }
    let seen = call.api.federation().read(|council, as_of| {
        let proposals = proposals_at_house(council);
        ProposalList { proposals, as_of }
    });
    seen.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn approve(call: Write<ProposalId>, (): ()) -> Result<Accepted, Problem> {
    let proposal = call.id;
    match call.api.venue() {
        Some(_) => call.accepted(Verb::ApproveProposal { proposal }).await,
        None => call.as_staff(StaffWish::Approve(proposal)).await,
    }
}

pub(crate) async fn dismiss(call: Write<ProposalId>, (): ()) -> Result<Accepted, Problem> {
    let proposal = call.id;
    match call.api.venue() {
        Some(_) => call.accepted(Verb::DismissProposal { proposal }).await,
        None => call.as_staff(StaffWish::Dismiss(proposal)).await,
    }
}
