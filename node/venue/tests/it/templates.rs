//! Templates: versions, whose they are, and what batches under them may say (CPN-30).

use crate::world::{World, cents, party, terms, voucher};
use gcfn_model::{BatchId, Currency, Digest, Millis, TemplateId};
use gcfn_venue::{
    BatchTerms, Bounds, CouponKind, IssuingTerms, Rejection, TemplateBounds, TemplateRef,
    TemplateVersion, TermsField, Track, Verb,
};

const DAY: u64 = 86_400_000;

fn b1() -> BatchId {
    BatchId::derive(&[b"b1"])
}

fn version(version: u32) -> TemplateVersion {
    let bounds = TemplateBounds {
        face: Bounds { min: cents(10_00), max: cents(100_00) },
        quantity: Bounds { min: 1, max: 100 },
        validity: Bounds { min: Millis(DAY), max: Millis(30 * DAY) },
        kind: CouponKind::Voucher,
        track: Track::Utility,
    };
    TemplateVersion {
        template: TemplateId::derive(&[b"meal"]),
        version,
        schema: Digest([7; 32]),
        bounds,
    }
}

fn under(version: u32) -> BatchTerms {
    let template = TemplateRef {
        template: TemplateId::derive(&[b"meal"]),
        version,
        schema: Digest([7; 32]),
        attributes: Digest([8; 32]),
    };
    BatchTerms { template: Some(template), ..voucher() }
}

/// Submits a batch on those terms to a world with version 1 of the template.
fn submitted(terms: BatchTerms, retired: bool) -> Result<(), Rejection> {
    let mut world = World::new();
    world.admitted("brand", 2_000_00);
    world.operator(Verb::PublishTemplate(version(1)));
    if retired {
        let template = version(1).template;
        world.operator(Verb::RetireTemplate { template, version: 1 });
    }
    world.issuer("brand", Verb::DraftBatch { batch: b1(), terms }).expect("sound");
    world.issuer("brand", Verb::SubmitBatch { batch: b1() }).map(drop)
}

#[test]
fn a_batch_keeps_what_its_template_promises() {
    assert_eq!(submitted(under(1), false), Ok(()));
    assert_eq!(submitted(under(2), false), Err(Rejection::UnknownTemplate));
    assert_eq!(submitted(under(1), true), Err(Rejection::TemplateRetired));
    let outside = |change: fn(&mut BatchTerms)| {
        let mut terms = under(1);
        change(&mut terms);
        submitted(terms, false)
    };
    assert_eq!(outside(|t| t.quantity = 101), Err(Rejection::OutsideTemplate));
    assert_eq!(outside(|t| t.face = cents(101_00)), Err(Rejection::OutsideTemplate));
    assert_eq!(outside(|t| t.kind = CouponKind::Gift), Err(Rejection::OutsideTemplate));
    let mut other = under(1);
    other.template = other.template.map(|t| TemplateRef { schema: Digest::ZERO, ..t });
    assert_eq!(submitted(other, false), Err(Rejection::TemplateSchema));
}

#[test]
fn versions_of_a_template_ascend_and_belong_to_their_publisher() {
    let mut world = World::new();
    world.admitted("brand", 1);
    world.admitted("rival", 1);
    let publish = |version| Verb::PublishTemplate(version);
    let second = world.issuer("brand", publish(version(2)));
    assert_eq!(second, Err(Rejection::TemplateVersion));
    world.issuer("brand", publish(version(1))).expect("the first");
    let again = world.issuer("brand", publish(version(1)));
    assert_eq!(again, Err(Rejection::TemplateVersion));
    assert_eq!(world.issuer("rival", publish(version(2))), Err(Rejection::NotYours));
    let mut empty = version(2);
    empty.bounds.quantity = Bounds { min: 2, max: 1 };
    assert_eq!(world.issuer("brand", publish(empty)), Err(Rejection::TemplateBounds));
    world.issuer("brand", publish(version(2))).expect("the next");
    world.issuer("rival", Verb::DraftBatch { batch: b1(), terms: under(1) }).expect("sound");
    let of_another = world.issuer("rival", Verb::SubmitBatch { batch: b1() });
    assert_eq!(of_another, Err(Rejection::NotYours));
}

#[test]
fn a_region_may_ask_for_a_template() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.issuing = IssuingTerms { template_required: true, ..IssuingTerms::of(Currency::Sgd) };
    let mut world = World::of(region);
    world.admitted("brand", 2_000_00);
    let without = world.issuer("brand", Verb::DraftBatch { batch: b1(), terms: voucher() });
    assert_eq!(without, Err(Rejection::BatchTerms(TermsField::Template)));
}

#[test]
fn whoever_is_no_issuer_any_more_publishes_no_template() {
    let mut world = World::new();
    world.admitted("brand", 1);
    world.two(Verb::TerminateIssuer { issuer: party("brand") }).expect("nothing is open");
    let published = world.issuer("brand", Verb::PublishTemplate(version(1)));
    assert_eq!(published, Err(Rejection::IssuerState));
}
