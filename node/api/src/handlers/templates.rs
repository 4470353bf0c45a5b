//! Templates: their schemas in the store, their digests and bounds with the machine.

use crate::documents;
use crate::route::{Body, Query, Read, Write};
use crate::schema::Schema;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::template::{
    SchemaDocument, TemplateDocument, TemplateDraft, TemplateLimits, TemplateList,
    TemplatePublished, TemplateReport, TemplateRetirement, TemplateRevision, TemplateUse,
    VersionWanted,
};
use gcfn_api_wire::term::Text;
use gcfn_model::TemplateId;
use gcfn_venue::{Bounds, Rejection, TemplateRef, TemplateVersion, Verb};
use serde_json::Value;

pub(crate) async fn publish(
    call: Write,
    Body(draft): Body<TemplateDraft>,
) -> Result<TemplatePublished, Problem> {
    let template = TemplateId::derive(&[call.command.as_bytes()]);
    put_forward(&call, (template, 1), &draft.schema.0, draft.bounds).await
}

pub(crate) async fn revise(
    call: Write<TemplateId>,
    Body(revision): Body<TemplateRevision>,
) -> Result<TemplatePublished, Problem> {
    let TemplateRevision { version, schema, bounds } = revision;
    put_forward(&call, (call.id, version), &schema.0, bounds).await
}

async fn put_forward<K>(
    call: &Write<K>,
    (template, version): (TemplateId, u32),
    schema: &Value,
    limits: TemplateLimits,
) -> Result<TemplatePublished, Problem> {
    let face = Bounds {
        min: call.api.amount("bounds.face_min", limits.face_min)?,
        max: call.api.amount("bounds.face_max", limits.face_max)?,
    };
    Schema::of_template(schema).map_err(|fault| documents::fault_in("schema", &fault))?;
    let schema = documents::keep(&call.api, schema).await?;
    let bounds = limits.bounds(face);
    let published = TemplateVersion { template, version, schema, bounds };
    call.submit(Verb::PublishTemplate(published)).await?;
    let (template, schema) = (Text(template), Text(schema));
    Ok(TemplatePublished { template, version, schema, as_of: call.as_of() })
}

/// An issuer sees its own templates and those that everybody may use; overseers see all.
pub(crate) async fn list(call: Read, (): ()) -> Result<TemplateList, Problem> {
    let currency = call.api.terms().currency;
    Ok(call.api.gateway().read(|venue, as_of| {
        let seen =
            venue.templates().filter(|(_, of)| of.shared || call.caller.may_see(of.publisher));
        let templates = seen.map(|(id, known)| TemplateReport::new(*id, known, currency));
        TemplateList { templates: templates.collect(), as_of }
    }))
}

pub(crate) async fn show(
    call: Read<TemplateId>,
    Query(wanted): Query<VersionWanted>,
) -> Result<TemplateDocument, Problem> {
    let currency = call.api.terms().currency;
    let found = call.api.gateway().read(|venue, as_of| {
        let versions = venue.templates().filter(|((id, _), _)| *id == call.id);
        let versions =
            versions.filter(|((_, version), _)| wanted.version.is_none_or(|of| of == *version));
        let (id, known) = versions.last()?;
        let visible = known.shared || call.caller.may_see(known.publisher);
        visible.then(|| (TemplateReport::new(*id, known, currency), as_of))
    });
    let (template, as_of) = found.ok_or(Code::NotFound)?;
    let document = SchemaDocument(documents::fetch(&call.api, template.schema.0).await?);
    Ok(TemplateDocument { template, document, as_of })
}

pub(crate) async fn retire(
    call: Write<TemplateId>,
    Body(sent): Body<TemplateRetirement>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::RetireTemplate { template: call.id, version: sent.version }).await
}

/// What a batch names of its template, once its attributes fit the published schema and are kept.
pub(super) async fn filled<K>(call: &Write<K>, sent: &TemplateUse) -> Result<TemplateRef, Problem> {
    let TemplateUse { template: Text(template), version, attributes } = sent;
    let (template, version) = (*template, *version);
    let published = call.api.gateway().read(|venue, _| venue.template(template, version).copied());
    let published = published.filter(|of| of.shared || call.caller.may_see(of.publisher));
    let published = published.ok_or(Problem::from(Rejection::UnknownTemplate).at("template"))?;
    let schema = documents::fetch(&call.api, published.schema).await?;
    let schema = Schema::of_template(&schema).map_err(|_| Code::Internal)?;
    let fits = schema.check(&attributes.0);
    fits.map_err(|fault| documents::fault_in("template.attributes", &fault))?;
    let attributes = documents::keep(&call.api, &attributes.0).await?;
    Ok(TemplateRef { template, version, schema: published.schema, attributes })
}
