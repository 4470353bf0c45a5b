//! An issuer's qualification papers: which there are, by their digests (ISS-02, ISS-10).
//!
//! They are kept in the issuer's own part of the vault, before and after it applies, so that whoever
//! reviews the application knows which papers were shown for it.

use crate::Api;
use crate::api::store_problem;
use crate::handlers::vault_field;
use crate::route::{Body, Read, Write};
use gcfn_api_wire::papers::{NewPaper, PAPERS_MAX, Paper, PaperList};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::PartyId;
use gcfn_venue::PartyKind;

/// For the issuer itself, and for those who review it.
pub(crate) async fn papers(call: Read<PartyId>, (): ()) -> Result<PaperList, Problem> {
    let kind = call.api.gateway().read(|venue, _| venue.find_party(call.id).map(|of| of.kind));
    if !call.caller.may_see(call.id) || kind != Some(PartyKind::Issuer) {
        return Err(Code::NotFound.into());
    }
    let papers = papers_of(&call.api, call.id).await?;
    Ok(PaperList { issuer: Text(call.id), papers })
}

/// Hands a paper in; the same again changes nothing.
pub(crate) async fn hand_in(
    call: Write<PartyId>,
    Body(sent): Body<NewPaper>,
) -> Result<PaperList, Problem> {
    call.must_be(call.id)?;
    let NewPaper { kind, digest } = sent;
    let mut papers = papers_of(&call.api, call.id).await?;
    if !papers.iter().any(|paper| (paper.kind, paper.digest) == (kind, digest)) {
        if PAPERS_MAX <= papers.len() {
            return Err(Problem::rule("digest", "there are 32 papers already"));
        }
        papers.push(Paper { kind, digest, at: Text(call.api.node().now()) });
        let text = serde_json::to_string(&papers).expect("papers are plain data");
        let vault = call.api.store().vault();
        let written = vault.put(call.id, vault_field::PAPERS, text.as_bytes()).await;
        written.map_err(|fault| store_problem(&fault))?;
    }
    Ok(PaperList { issuer: Text(call.id), papers })
}

async fn papers_of(api: &Api, issuer: PartyId) -> Result<Vec<Paper>, Problem> {
    let kept = api.store().vault().get(issuer, vault_field::PAPERS).await;
    let kept = kept.map_err(|fault| store_problem(&fault))?;
    let read = kept.and_then(|kept| serde_json::from_str(kept.reveal_text()?).ok());
    Ok(read.unwrap_or_default())
}
