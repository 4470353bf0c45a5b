//! What staff see of the node's own working, and the credentials that it has given out.

use crate::Scope;
use crate::api::store_problem;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::money::JobReport;
use gcfn_api_wire::personal::{CallList, CallReport, LogPage};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::staff::{
    KeyList, KeyMade, KeyReport, KeyRequest, KeyRevocation, KeyRevoked, RoleTable, VenueTerms,
};
use gcfn_api_wire::term::Text;
use gcfn_model::{CommandId, PartyId};
use gcfn_store::{Credential, Grant, NotedPlace, PAGE_MAX};
use gcfn_venue::{MakerStatus, PartyKind, Rejection, Venue};

pub(crate) async fn jobs(call: Read, (): ()) -> Result<JobReport, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let (items_unbundled, items_in_cycles) = venue.open_items();
        JobReport {
            next_due: venue.next_due().map(Text),
            proposals: venue.proposals().count(),
            items_unbundled,
            items_in_cycles,
            suspense: venue.suspense().count(),
            unposted: venue.unposted().len(),
            withdrawals: venue.withdrawals().count(),
            flags: venue.flags().count(),
            currency: Text(venue.terms().currency),
            as_of,
        }
    }))
}

/// What staff have asked the node to change.
pub(crate) async fn calls(call: Read, Query(page): Query<LogPage>) -> Result<CallList, Problem> {
    let from = page.before.map(|text| text.parse::<NotedPlace>()).transpose();
    let from = from.map_err(|fault| Problem::rule("before", fault.to_string()))?;
    let limit = page.limit.clamp(1, PAGE_MAX);
    let noted = call.api.store().audit().page(from.as_ref(), limit).await;
    let noted = noted.map_err(|fault| store_problem(&fault))?;
    let is_full = u32::try_from(noted.len()) == Ok(limit);
    let next = noted.last().filter(|_| is_full).map(|last| NotedPlace::before(last).to_string());
    let calls = noted.into_iter().map(|noted| CallReport {
        request: noted.request,
        at: Text(noted.at),
        by: Text(noted.party),
        action: noted.action,
        subject: noted.subject,
        outcome: noted.outcome,
    });
    Ok(CallList { calls: calls.collect(), next })
}

pub(crate) async fn terms(call: Read, (): ()) -> Result<VenueTerms, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let terms = serde_json::to_value(venue.terms()).expect("terms are plain data");
        VenueTerms { terms, as_of }
    }))
}

pub(crate) async fn roles(call: Read, (): ()) -> Result<RoleTable, Problem> {
    Ok(call.api.roles().clone())
}

pub(crate) async fn keys(call: Read, (): ()) -> Result<KeyList, Problem> {
    let known = call.api.store().credentials().list().await;
    let known = known.map_err(|fault| store_problem(&fault))?;
    Ok(KeyList { keys: known.into_iter().map(report).collect() })
}

fn report(credential: Credential) -> KeyReport {
    let Credential { id, grant, revoked_at } = credential;
    KeyReport {
        key: id,
        scope: grant.scope,
        party: grant.party.map(Text),
        created_at: Text(grant.created_at),
        expires_at: grant.expires_at.map(Text),
        revoked_at: revoked_at.map(Text),
    }
}

/// Makes a credential for a party. None for staff: one person who could make another would be
/// two (DRV-24).
pub(crate) async fn make_key(
    call: Write,
    Body(request): Body<KeyRequest>,
) -> Result<KeyMade, Problem> {
    let Text(party) = request.party;
    let scope = call
        .api
        .gateway()
        .read(|venue, _| scope_of(venue, party, request.market_maker))
        .map_err(|refusal| Problem::from(refusal).at("party"))?;
    let grant = Grant {
        scope: scope.to_string(),
        party: Some(party),
        created_at: call.api.node().now(),
        expires_at: None,
    };
    // The same key sent with another wish makes another credential.
    let words = [call.command.as_bytes(), party.as_bytes(), scope.as_str().as_bytes()];
    let (id, secret) = call.api.key_of(CommandId::derive(&words));
    let granted = call.api.store().credentials().grant_once(&id, &secret, &grant).await;
    granted.map_err(|fault| store_problem(&fault))?;
    Ok(KeyMade { api_key: format!("{id}.{}", secret.reveal()), scope: grant.scope })
}

/// What a credential of `party` opens.
fn scope_of(venue: &Venue, party: PartyId, makes_markets: bool) -> Result<Scope, Rejection> {
    let known = venue.find_party(party).ok_or(Rejection::UnknownParty)?;
    if makes_markets {
        let admitted = venue.market_maker(party).is_some_and(|of| of.status == MakerStatus::Active);
        return if admitted { Ok(Scope::MarketMaker) } else { Err(Rejection::UnknownMaker) };
    }
    match known.kind {
        PartyKind::User | PartyKind::Merchant => Ok(Scope::User),
        PartyKind::Issuer => Ok(Scope::Issuer),
        PartyKind::Member => Err(Rejection::PartyKind),
    }
}

/// Refuses a credential of a party from now on. Those of staff are not revoked here, where one
/// of them could lock all the others out.
pub(crate) async fn revoke_key(
    call: Write,
    Body(sent): Body<KeyRevocation>,
) -> Result<KeyRevoked, Problem> {
    let (credentials, now) = (call.api.store().credentials(), call.api.node().now());
    let known = credentials.list().await.map_err(|fault| store_problem(&fault))?;
    let of_party = known.iter().any(|known| known.id == sent.key && known.grant.party.is_some());
    if !of_party {
        return Err(Problem::from(Code::NotFound).at("key"));
    }
    let was_usable = credentials.revoke(&sent.key, now).await;
    let was_usable = was_usable.map_err(|fault| store_problem(&fault))?;
    Ok(KeyRevoked { was_usable })
}
