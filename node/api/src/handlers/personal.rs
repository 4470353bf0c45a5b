//! A party's own data over time: changed, and erased at its wish.

use crate::api::store_problem;
use crate::handlers::party;
use crate::handlers::registration::{check_email, check_phone, claim_handles, vault_field};
use crate::route::{Body, Read, Write};
use gcfn_api_wire::party::Me;
use gcfn_api_wire::personal::{
    ErasureList, ErasureOrder, ErasureReport, ErasureStage, ProfileChange,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::{Millis, PartyId, Timestamp};
use gcfn_store::Vault;

/// Changes how the caller is reached; done again it is as it was.
pub(crate) async fn change(call: Write, Body(sent): Body<ProfileChange>) -> Result<Me, Problem> {
    let ProfileChange { phone, email } = sent;
    check_phone(phone.as_deref())?;
    check_email(email.as_deref())?;
    if phone.is_none() && email.is_none() {
        return Err(Problem::rule("phone", "say what is to change"));
    }
    let (vault, caller) = (call.api.store().vault(), call.caller.party);
    claim_handles(&vault, caller, (phone.as_deref(), email.as_deref())).await?;
    for (field, value) in [(vault_field::PHONE, phone), (vault_field::EMAIL, email)] {
        let Some(value) = value else { continue };
        let written = vault.put(caller, field, value.as_bytes()).await;
        written.map_err(|fault| store_problem(&fault))?;
    }
    party::me(Read { api: call.api, caller: call.caller, id: () }, ()).await
}

/// Notes that the caller wants its data erased. What the law has kept is kept until its time.
pub(crate) async fn ask_erasure(call: Write, (): ()) -> Result<ErasureReport, Problem> {
    let (vault, now) = (call.api.store().vault(), call.api.node().now());
    note_once(&vault, call.caller.party, vault_field::ERASURE, now).await?;
    standing(&vault, call.caller.party, call.api.settings().personal_data_kept)
        .await
        .map(|report| report.at(now))
}

pub(crate) async fn erasure(call: Read, (): ()) -> Result<ErasureReport, Problem> {
    let (vault, now) = (call.api.store().vault(), call.api.node().now());
    standing(&vault, call.caller.party, call.api.settings().personal_data_kept)
        .await
        .map(|report| report.at(now))
}

/// Every erasure that was asked for or done.
pub(crate) async fn erasures(call: Read, (): ()) -> Result<ErasureList, Problem> {
    let (vault, now) = (call.api.store().vault(), call.api.node().now());
    let kept = call.api.settings().personal_data_kept;
    let asked = vault.with_field(vault_field::ERASURE).await;
    let done = vault.shredded().await.map_err(|fault| store_problem(&fault))?;
    let mut erasures = Vec::new();
    for party in asked.map_err(|fault| store_problem(&fault))? {
        erasures.push(standing(&vault, party, kept).await?.at(now));
    }
    erasures.extend(done.into_iter().map(|(party, at)| erased(party, at)));
    Ok(ErasureList { erasures })
}

/// Destroys the key of a party's data, once nothing has it kept. The machine keeps its pseudonym,
/// which nobody can tell from any other then.
pub(crate) async fn erase(
    call: Write,
    Body(sent): Body<ErasureOrder>,
) -> Result<ErasureReport, Problem> {
    let Text(party) = sent.party;
    let (vault, now) = (call.api.store().vault(), call.api.node().now());
    let is_here = call.api.gateway().read(|venue, _| venue.find_party(party).is_some());
    let fields = vault.fields(party).await.map_err(|fault| store_problem(&fault))?;
    if !is_here && !fields.is_empty() {
        // Closed where nobody could write it down.
        note_once(&vault, party, vault_field::CLOSED, now).await?;
    }
    let stands = standing(&vault, party, call.api.settings().personal_data_kept).await?;
    match stands {
        Standing { erased_at: Some(_), .. } => Ok(stands.at(now)),
        Standing { until: Some(until), .. } if !is_here && until <= now => {
            vault.shred(party, now).await.map_err(|fault| store_problem(&fault))?;
            Ok(erased(party, now))
        }
        _ => Err(Problem::from(Code::MustBeKept).at("party")),
    }
}

/// Writes down that something happened `at` this time, unless it is written down already.
pub(crate) async fn note_once(
    vault: &Vault,
    party: PartyId,
    field: &str,
    at: Timestamp,
) -> Result<(), Problem> {
    let problem = |fault| store_problem(&fault);
    if vault.get(party, field).await.map_err(problem)?.is_none() {
        vault.put(party, field, at.to_string().as_bytes()).await.map_err(problem)?;
    }
    Ok(())
}

/// What is known of the erasure of a party's data.
struct Standing {
    party: PartyId,
    requested_at: Option<Timestamp>,
    /// Until when a closed party's data is kept.
    until: Option<Timestamp>,
    erased_at: Option<Timestamp>,
}

async fn standing(vault: &Vault, party: PartyId, kept: Millis) -> Result<Standing, Problem> {
    let problem = |fault| store_problem(&fault);
    let erased_at = vault.shredded_at(party).await.map_err(problem)?;
    let noted = async |field| {
        let value = vault.get(party, field).await.map_err(problem)?;
        let time = value.and_then(|value| value.reveal_text()?.parse::<Timestamp>().ok());
        Ok::<_, Problem>(time)
    };
    let requested_at = noted(vault_field::ERASURE).await?;
    let closed_at = noted(vault_field::CLOSED).await?;
    let until = closed_at.and_then(|at| at.checked_add(kept));
    Ok(Standing { party, requested_at, until, erased_at })
}

impl Standing {
    /// How it stands at `now`.
    fn at(&self, now: Timestamp) -> ErasureReport {
        let status = match (self.erased_at, self.requested_at, self.until) {
            (Some(_), ..) => ErasureStage::Completed,
            (None, None, _) => ErasureStage::NotRequested,
            (None, Some(_), None) => ErasureStage::Requested,
            (None, Some(_), Some(until)) if now < until => ErasureStage::Deferred,
            (None, Some(_), Some(_)) => ErasureStage::Due,
        };
        ErasureReport {
            party: Text(self.party),
            status,
            requested_at: self.requested_at.map(Text),
            deferred_until: self.until.map(Text),
            erased_at: self.erased_at.map(Text),
        }
    }
}

fn erased(party: PartyId, at: Timestamp) -> ErasureReport {
    let erased_at = Some(at);
    Standing { party, requested_at: None, until: None, erased_at }.at(at)
}
