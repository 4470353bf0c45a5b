//! Disputes about trades. Evidence and reasons are named by their digests: what they say stays
//! with whoever has them.

use crate::page::{Span, page_size};
use crate::term::{Dispute, Hash, Party, Text, Time, Trade};
use crate::word::words;
use gcfn_model::DisputeId;
use gcfn_venue::{DisputeOutcome, DisputeState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// What a dispute is about.
    DisputeKind = gcfn_venue::DisputeKind {
        /// The buyer complains.
        BuyerComplaint,
        /// The seller complains.
        SellerComplaint,
        /// The buyer wants the money back.
        RefundRequest,
    }
}

/// A dispute to be opened.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeOpening {
    /// About which trade.
    pub trade: Trade,
    /// About what.
    pub kind: DisputeKind,
    /// The digest of the first piece of evidence.
    pub evidence: Hash,
}

/// A dispute that was opened.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct DisputeOpened {
    /// Its id.
    pub dispute: Dispute,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A piece of evidence.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The digest of what is shown.
    pub evidence: Hash,
}

/// What an arbitrator decides.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeDecision {
    /// Whether the trade is undone.
    pub refund: bool,
    /// The digest of the reasons.
    pub reasons: Hash,
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStage {
    /// Waits for an operator.
    Submitted,
    /// Both sides are heard.
    EvidenceCollection,
    /// Waits for the decision.
    Arbitration,
    /// It took too long; the decision is due at once.
    Escalated,
    /// The trade was undone: final.
    Refunded,
    /// The trade stands: final.
    Denied,
    /// Whoever opened it gave it up: final.
    Withdrawn,
}

impl From<DisputeState> for DisputeStage {
    fn from(state: DisputeState) -> DisputeStage {
        match state {
            DisputeState::Submitted => DisputeStage::Submitted,
            DisputeState::EvidenceCollection => DisputeStage::EvidenceCollection,
            DisputeState::Arbitration => DisputeStage::Arbitration,
            DisputeState::Escalated => DisputeStage::Escalated,
            DisputeState::Resolved(DisputeOutcome::Refunded) => DisputeStage::Refunded,
            DisputeState::Resolved(DisputeOutcome::Denied) => DisputeStage::Denied,
            DisputeState::Resolved(DisputeOutcome::Withdrawn) => DisputeStage::Withdrawn,
        }
    }
}

/// Which disputes to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DisputePage {
    /// Those that the machine knows, or past ones: resolved, and about trades that are too old to
    /// be disputed again.
    #[serde(default)]
    #[param(inline)]
    pub span: Span,
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page. Not of past ones.
    pub after: Option<Dispute>,
    /// Of past ones: only those before, the `next` of an earlier page.
    pub before: Option<String>,
}

/// Disputes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DisputeList {
    /// The disputes, by id; past ones from the one that was forgotten last.
    pub disputes: Vec<DisputeReport>,
    /// What to send as `after`, of past ones as `before`, to see more, if there may be any.
    pub next: Option<String>,
    /// The state read holds at least everything up to this log entry. Past disputes are listed
    /// from the journal and may be a moment behind what other answers show.
    pub as_of: u64,
}

/// A dispute, with how fresh that is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DisputeDetail {
    /// The dispute.
    pub dispute: DisputeReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A dispute about a trade.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DisputeReport {
    /// Its id.
    pub dispute: Dispute,
    /// Which trade.
    pub trade: Trade,
    /// About what.
    pub kind: DisputeKind,
    /// Who opened it: shown to itself, to staff and to supervisors.
    pub by: Option<Party>,
    /// Where it stands.
    pub state: DisputeStage,
    /// What each side has shown, oldest first.
    pub evidence: Vec<EvidenceShown>,
    /// The staff who have handled it and may not decide it; shown to staff and supervisors.
    pub handled_by: Vec<Party>,
    /// When it was submitted.
    pub at: Time,
}

/// A piece of evidence, and who has shown it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct EvidenceShown {
    /// Who: shown to itself, to staff and to supervisors.
    pub by: Option<Party>,
    /// The digest of what was shown.
    pub evidence: Hash,
}

impl DisputeReport {
    /// `dispute` as staff see it.
    #[must_use]
    pub fn new(id: DisputeId, dispute: &gcfn_venue::Dispute) -> DisputeReport {
        let shown =
            |(by, digest): &(_, _)| EvidenceShown { by: Some(Text(*by)), evidence: Text(*digest) };
        DisputeReport {
            dispute: Text(id),
            trade: Text(dispute.trade),
            kind: dispute.kind.into(),
            by: Some(Text(dispute.by)),
            state: dispute.state.into(),
            evidence: dispute.evidence.iter().map(shown).collect(),
            handled_by: dispute.handled_by.iter().copied().map(Text).collect(),
            at: Text(dispute.at),
        }
    }

    /// The same as `party`, a side of the trade, sees it: without anybody else.
    #[must_use]
    pub fn seen_by(mut self, party: Party) -> DisputeReport {
        self.handled_by.clear();
        self.by = self.by.filter(|by| *by == party);
        for shown in &mut self.evidence {
            shown.by = shown.by.filter(|by| *by == party);
        }
        self
    }
}
