//! Alliances of issuers that accept each other's coupons.

use crate::auth::Caller;
use crate::route::{Body, Read, Write};
use gcfn_api_wire::alliance::{
    AllianceDetail, AllianceFounded, AllianceInvitation, AllianceList, AllianceReport,
};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::AllianceId;
use gcfn_venue::{Alliance, AllianceAct, Verb};

/// Everybody may know at whose merchants a coupon is good.
pub(crate) async fn list(call: Read, (): ()) -> Result<AllianceList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let alliances = venue.alliances().map(|(id, known)| shown(&call.caller, *id, known));
        AllianceList { alliances: alliances.collect(), as_of }
    }))
}

/// Whom an alliance has invited, its members and the invited may know, and overseers.
fn shown(caller: &Caller, id: AllianceId, known: &Alliance) -> AllianceReport {
    let report = AllianceReport::new(id, known);
    let insiders = known.members.iter().chain(&known.invited);
    match insiders.into_iter().any(|party| caller.may_see(*party)) {
        true => report,
        false => AllianceReport { invited: Vec::new(), ..report },
    }
}

pub(crate) async fn show(call: Read<AllianceId>, (): ()) -> Result<AllianceDetail, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        let alliance = shown(&call.caller, call.id, venue.alliance(call.id)?);
        Some(AllianceDetail { alliance, as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn found(call: Write, (): ()) -> Result<AllianceFounded, Problem> {
    let alliance = AllianceId::derive(&[call.command.as_bytes()]);
    call.submit(Verb::Alliance(AllianceAct::Found { alliance })).await?;
    Ok(AllianceFounded { alliance: Text(alliance), as_of: call.as_of() })
}

pub(crate) async fn invite(
    call: Write<AllianceId>,
    Body(sent): Body<AllianceInvitation>,
) -> Result<Accepted, Problem> {
    let act = AllianceAct::Invite { alliance: call.id, issuer: sent.issuer.0 };
    call.accepted(Verb::Alliance(act)).await
}

pub(crate) async fn join(call: Write<AllianceId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::Alliance(AllianceAct::Join { alliance: call.id })).await
}

pub(crate) async fn leave(call: Write<AllianceId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::Alliance(AllianceAct::Leave { alliance: call.id })).await
}
