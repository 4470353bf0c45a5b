//! Templates: what a kind of batch may promise, published in versions (003 §2.3.2, CPN-30).
//!
//! The schema itself and the attributes that fill it are documents outside the log. Here are
//! their digests and the bounds that the schema promises, so that every replica can hold a batch
//! to them.

use crate::batch::{BatchTerms, CouponKind};
use crate::command::{Actor, Role};
use crate::issuer::IssuerStatus;
use crate::issuing_event::IssuingEvent;
use crate::outcome::{Done, Outcome};
use crate::pricing::Track;
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_model::{Amount, Digest, Millis, PartyId, TemplateId, Timestamp};
use serde::{Deserialize, Serialize};

/// The template of a batch, with the documents that make its promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRef {
    /// Which template.
    pub template: TemplateId,
    /// Which version of it.
    pub version: u32,
    /// The digest of that version's schema.
    pub schema: Digest,
    /// The digest of the document that fills the schema: use conditions, scenes, purpose.
    pub attributes: Digest,
}

/// From one value to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds<T> {
    /// At least.
    pub min: T,
    /// At most.
    pub max: T,
}

impl<T: PartialOrd> Bounds<T> {
    /// Whether `value` is within.
    pub fn contain(&self, value: &T) -> bool {
        self.min <= *value && *value <= self.max
    }

    /// Whether there is anything within.
    pub fn is_range(&self) -> bool {
        self.min <= self.max
    }
}

/// What the schema of one version promises of every batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateBounds {
    /// Face value of one coupon.
    pub face: Bounds<Amount>,
    /// How many coupons.
    pub quantity: Bounds<u64>,
    /// From the start of validity to its end.
    pub validity: Bounds<Millis>,
    /// What a coupon gives.
    pub kind: CouponKind,
    /// What class of product it is.
    pub track: Track,
}

/// A version to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateVersion {
    /// Which template.
    pub template: TemplateId,
    /// Which version: one more than the last.
    pub version: u32,
    /// The digest of the schema.
    pub schema: Digest,
    /// What it promises.
    pub bounds: TemplateBounds,
}

/// A published version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Who published it; batches of others may use an operator's only.
    pub publisher: PartyId,
    /// Whether it is the operator's, and so everybody's.
    pub shared: bool,
    /// The digest of the schema.
    pub schema: Digest,
    /// What it promises.
    pub bounds: TemplateBounds,
    /// Whether no batch may be submitted under it any more.
    pub retired: bool,
}

impl Venue {
    /// Publishes the next version of a template. It never changes afterwards. An applicant may
    /// prepare one; whoever is no issuer any more may not.
    pub(crate) fn publish_template(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        published: TemplateVersion,
    ) -> Outcome {
        let TemplateVersion { template, version, schema, bounds } = published;
        let shared = actor.role == Role::Operator;
        if !shared {
            self.free_party(actor.party)?;
            let issuer = self.issuers.get(&actor.party).ok_or(Rejection::UnknownIssuer)?;
            if matches!(issuer.status, IssuerStatus::Rejected | IssuerStatus::Terminated) {
                return Err(Rejection::IssuerState);
            }
        }
        let sound = bounds.face.is_range()
            && bounds.quantity.is_range()
            && bounds.validity.is_range()
            && !bounds.face.min.is_zero()
            && bounds.quantity.min != 0;
        if !sound {
            return Err(Rejection::TemplateBounds);
        }
        let last = self.templates.range((template, 0)..=(template, u32::MAX)).next_back();
        let next = match last {
            Some((_, known)) if shared != known.shared => return Err(Rejection::NotYours),
            Some((_, known)) if !shared && known.publisher != actor.party => {
                return Err(Rejection::NotYours);
            }
            Some(((_, last), _)) => last.checked_add(1),
            None => Some(1),
        };
        if next != Some(version) {
            return Err(Rejection::TemplateVersion);
        }
        let publisher = actor.party;
        let kept = Template { publisher, shared, schema, bounds, retired: false };
        self.templates.insert((template, version), kept);
        step.emit(
            IssuingEvent::TemplatePublished { template, version, schema, by: publisher }.into(),
        );
        Ok(Done::Accepted)
    }

    /// Retires a version: batches under it go on, new ones are not submitted.
    pub(crate) fn retire_template(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        template: TemplateId,
        version: u32,
    ) -> Outcome {
        let known = self.templates.get_mut(&(template, version));
        let known = known.ok_or(Rejection::UnknownTemplate)?;
        if actor.role != Role::Operator && known.publisher != actor.party {
            return Err(Rejection::NotYours);
        }
        if known.retired {
            return Err(Rejection::TemplateRetired);
        }
        known.retired = true;
        step.emit(IssuingEvent::TemplateRetired { template, version }.into());
        Ok(Done::Accepted)
    }

    /// Holds the terms of a batch of `issuer` to the template that they name.
    pub(crate) fn check_template(
        &self,
        issuer: PartyId,
        terms: &BatchTerms,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        let Some(named) = terms.template else { return Ok(()) };
        let known = self.templates.get(&(named.template, named.version));
        let known = known.ok_or(Rejection::UnknownTemplate)?;
        if !known.shared && known.publisher != issuer {
            return Err(Rejection::NotYours);
        }
        if known.retired {
            return Err(Rejection::TemplateRetired);
        }
        if known.schema != named.schema {
            return Err(Rejection::TemplateSchema);
        }
        let bounds = &known.bounds;
        let within = bounds.face.contain(&terms.face)
            && bounds.quantity.contain(&terms.quantity)
            && bounds.validity.contain(&terms.validity(at))
            && (bounds.kind, bounds.track) == (terms.kind, terms.track);
        if within { Ok(()) } else { Err(Rejection::OutsideTemplate) }
    }

    /// A published version of a template.
    #[must_use]
    pub fn template(&self, template: TemplateId, version: u32) -> Option<&Template> {
        self.templates.get(&(template, version))
    }

    /// Every published version, by template and then version.
    pub fn templates(&self) -> impl Iterator<Item = (&(TemplateId, u32), &Template)> {
        self.templates.iter()
    }
}
