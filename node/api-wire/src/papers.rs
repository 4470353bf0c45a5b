//! An issuer's qualification papers, named by their digests: what they say stays with the issuer
//! and with whoever reviews it.

use crate::term::{Hash, Party, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most papers of one issuer.
pub const PAPERS_MAX: usize = 32;

/// What a paper is (ISS-02, ISS-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// An enterprise's business licence.
    BusinessLicence,
    /// An authority's approval, of a government issuer.
    GovernmentApproval,
    /// What an institution proves itself by.
    InstitutionProof,
    /// A bank's word that the account is the issuer's.
    BankConfirmation,
    /// The right to a brand.
    BrandRight,
    /// Something else.
    Other,
}

/// A paper to be handed in.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaper {
    /// What it is.
    pub kind: PaperKind,
    /// Its SHA-256. The paper itself goes to the reviewers by another way.
    pub digest: Hash,
}

/// The papers that an issuer has handed in, the first one first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PaperList {
    /// Whose.
    pub issuer: Party,
    /// The papers.
    pub papers: Vec<Paper>,
}

/// A paper that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paper {
    /// What it is.
    pub kind: PaperKind,
    /// Its SHA-256.
    pub digest: Hash,
    /// When it was handed in.
    pub at: Time,
}
