//! Templates: what a kind of batch may promise, as JSON Schema documents in versions.

use crate::term::{Hash, Money, Party, Template, Text};
use crate::word::words;
use gcfn_model::{Amount, Currency, Millis, TemplateId};
use gcfn_venue::{Bounds, TemplateBounds, TemplateRef};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

words! {
    /// What a coupon gives its holder.
    CouponKind = gcfn_venue::CouponKind {
        /// Goods or services for its face.
        Voucher,
        /// Its face off a purchase.
        Discount,
        /// Something for nothing.
        Gift,
    }
}

words! {
    /// What class of product a coupon is.
    Track = gcfn_venue::Track {
        /// A consumption voucher: it never sells above face value.
        Utility,
        /// Any other.
        Securities,
    }
}

/// Declares a kind of document: JSON that is taken and shown as it is.
macro_rules! documents {
    ($($name:ident $described:literal $example:tt;)*) => {$(
        #[doc = $described]
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Value);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::Object)
                    .description(Some($described))
                    .examples([json!($example)])
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

documents! {
    SchemaDocument "A JSON Schema of draft 2020-12." {
        "type": "object",
        "properties": { "use": { "type": "string", "maxLength": 200 } },
        "required": ["use"]
    };
    AttributeDocument "What a batch says under the schema of its template." {
        "use": "Tea for two."
    };
}

/// A version of a template to be published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDraft {
    /// A JSON Schema of draft 2020-12, of an object. The keywords that are read are listed in the
    /// documentation; a schema with another is refused.
    pub schema: SchemaDocument,
    /// What it promises of every batch.
    pub bounds: TemplateLimits,
}

/// The next version of a template.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRevision {
    /// Which version it is: one more than the last.
    #[schema(minimum = 2)]
    pub version: u32,
    /// A JSON Schema, as of a first version.
    pub schema: SchemaDocument,
    /// What it promises of every batch.
    pub bounds: TemplateLimits,
}

/// The bounds of a template; all of them are included.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateLimits {
    /// Face value of one coupon, at least.
    pub face_min: Money,
    /// Face value of one coupon, at most.
    pub face_max: Money,
    /// How many coupons, at least.
    #[schema(minimum = 1)]
    pub quantity_min: u64,
    /// How many coupons, at most.
    #[schema(minimum = 1)]
    pub quantity_max: u64,
    /// From the start of validity to its end, in seconds, at least.
    pub validity_seconds_min: u64,
    /// From the start of validity to its end, in seconds, at most.
    #[schema(example = 94_608_000)]
    pub validity_seconds_max: u64,
    /// What a coupon gives.
    pub kind: CouponKind,
    /// What class of product it is.
    pub track: Track,
}

impl TemplateLimits {
    /// The same in the machine's words, with the faces as the caller has read them.
    #[must_use]
    pub fn bounds(&self, face: Bounds<Amount>) -> TemplateBounds {
        let span = |seconds: u64| Millis(seconds.saturating_mul(1000));
        TemplateBounds {
            face,
            quantity: Bounds { min: self.quantity_min, max: self.quantity_max },
            validity: Bounds {
                min: span(self.validity_seconds_min),
                max: span(self.validity_seconds_max),
            },
            kind: self.kind.into(),
            track: self.track.into(),
        }
    }

    fn new(bounds: &TemplateBounds, currency: Currency) -> TemplateLimits {
        TemplateLimits {
            face_min: Money::new(bounds.face.min, currency),
            face_max: Money::new(bounds.face.max, currency),
            quantity_min: bounds.quantity.min,
            quantity_max: bounds.quantity.max,
            validity_seconds_min: bounds.validity.min.0 / 1000,
            validity_seconds_max: bounds.validity.max.0 / 1000,
            kind: bounds.kind.into(),
            track: bounds.track.into(),
        }
    }
}

/// A version that was published.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct TemplatePublished {
    /// The template.
    pub template: Template,
    /// The version.
    pub version: u32,
    /// SHA-256 of the schema, written without spaces and with its names in order.
    pub schema: Hash,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A version that is to be used no more.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRetirement {
    /// Which version.
    #[schema(minimum = 1)]
    pub version: u32,
}

/// The published versions of templates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TemplateList {
    /// The versions, by template and then version.
    pub templates: Vec<TemplateReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// One version of a template.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct TemplateReport {
    /// The template.
    pub template: Template,
    /// The version.
    pub version: u32,
    /// Who published it.
    pub publisher: Party,
    /// Whether every issuer may use it: the operator published it.
    pub shared: bool,
    /// SHA-256 of its schema.
    pub schema: Hash,
    /// What it promises of every batch.
    pub bounds: TemplateLimits,
    /// Whether no batch may be submitted under it any more.
    pub retired: bool,
}

impl TemplateReport {
    /// `known` as it is shown.
    #[must_use]
    pub fn new(
        (template, version): (TemplateId, u32),
        known: &gcfn_venue::Template,
        currency: Currency,
    ) -> TemplateReport {
        TemplateReport {
            template: Text(template),
            version,
            publisher: Text(known.publisher),
            shared: known.shared,
            schema: Text(known.schema),
            bounds: TemplateLimits::new(&known.bounds, currency),
            retired: known.retired,
        }
    }
}

/// Which version of a template to show.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VersionWanted {
    /// The version; the last one when left out.
    pub version: Option<u32>,
}

/// One version of a template with its schema.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TemplateDocument {
    /// What is published of it.
    pub template: TemplateReport,
    /// The JSON Schema.
    pub document: SchemaDocument,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// The template that a batch is made from, with the document that fills its schema.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateUse {
    /// Which template.
    pub template: Template,
    /// Which version of it.
    #[schema(minimum = 1)]
    pub version: u32,
    /// The attributes: use conditions, scenes, purpose. They must fit the schema.
    pub attributes: AttributeDocument,
}

/// The template of a batch, as it is shown.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct TemplateUsed {
    /// Which template.
    pub template: Template,
    /// Which version of it.
    pub version: u32,
    /// SHA-256 of that version's schema.
    pub schema: Hash,
    /// SHA-256 of the attributes.
    pub attributes: Hash,
}

impl From<TemplateRef> for TemplateUsed {
    fn from(used: TemplateRef) -> TemplateUsed {
        let TemplateRef { template, version, schema, attributes } = used;
        TemplateUsed {
            template: Text(template),
            version,
            schema: Text(schema),
            attributes: Text(attributes),
        }
    }
}
