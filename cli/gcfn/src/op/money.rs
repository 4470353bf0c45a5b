//! The money desk: suspense, withdrawals, entries by hand, fees.

use crate::verbs::{Entry, act, group, show};
use gcfn_api_wire::fees::{PenaltyNotice, RebateGrant, ReviewReward, SharePayout};
use gcfn_api_wire::money::{
    DifferenceFound, EntryPage, HandPosting, Reversal, SuspenseMatching, SuspensePage,
    SuspenseResolving, WritingOff,
};
use gcfn_api_wire::reconciliation::BreakOwner;
use gcfn_api_wire::settlement::WithdrawalPage;

/// What is shown of items in suspense, at a node and at its house.
pub(crate) const SUSPENSE: &[&str] =
    &["item", "account", "side", "amount", "bank_reference", "booked_on", "age_seconds", "owner"];

pub(super) fn suspense() -> Entry {
    group(
        "suspense",
        "Bank movements that nobody has explained yet.",
        vec![
            show("list", "/api/v1/payments/suspense", "The items.")
                .query::<SuspensePage>()
                .list("items", SUSPENSE),
            act(
                "assign",
                "/api/v1/payments/suspense/{item}/assign",
                "Say who of the staff looks after an item: yourself, unless another is named.",
            )
            .body::<BreakOwner>(),
            act("resolve", "/api/v1/payments/suspense/{item}/resolve", "Say whose an item is.")
                .body::<SuspenseResolving>(),
            act(
                "interest",
                "/api/v1/payments/suspense/{item}/interest",
                "It is the bank's interest.",
            ),
            act("match", "/api/v1/payments/suspense/match", "Two items explain each other.")
                .body::<SuspenseMatching>(),
            act(
                "difference",
                "/api/v1/bank/reconciliation/diffs",
                "A bank's account differs from its mirror.",
            )
            .body::<DifferenceFound>(),
        ],
    )
}

pub(super) fn withdrawals() -> Entry {
    group(
        "withdrawal",
        "Withdrawals that are not paid.",
        vec![
            show("list", "/api/v1/payments/withdrawals", "The withdrawals.")
                .query::<WithdrawalPage>()
                .list("withdrawals", &["withdrawal", "party", "amount", "fee", "state", "at"]),
            act(
                "approve",
                "/api/v1/payments/withdrawals/{withdrawal}/approve",
                "Let a large one go.",
            ),
            act(
                "cancel",
                "/api/v1/payments/withdrawals/{withdrawal}/cancel",
                "Stop one that has not left.",
            ),
        ],
    )
}

pub(super) fn entries() -> Entry {
    group(
        "entry",
        "Entries of the books.",
        vec![
            show("list", "/api/v1/admin/postings", "Those that can be reversed.")
                .query::<EntryPage>()
                .list("entries", &["number", "kind", "from", "to", "amount", "at", "reversed"]),
            act("post", "/api/v1/admin/postings", "Post by hand; two persons must.")
                .body::<HandPosting>(),
            act("reverse", "/api/v1/settle/reversals", "Reverse one; two persons must.")
                .body::<Reversal>(),
            show("receivables", "/api/v1/admin/receivables", "What parties owe.")
                .list("receivables", &["party", "pool", "amount"]),
            act("write-off", "/api/v1/admin/receivables/write-off", "Give up what a party owes.")
                .body::<WritingOff>()
                .at(&["party", "pool", "amount"]),
        ],
    )
}

pub(super) fn fees() -> Entry {
    group(
        "fee",
        "Fees and what becomes of them.",
        vec![
            show("shares", "/api/v1/admin/shares", "How fees are split, and what is not paid out."),
            act("pay-out", "/api/v1/admin/shares/payouts", "Pay part of a share out.")
                .body::<SharePayout>()
                .at(&["share", "to", "amount"]),
            act("rebate", "/api/v1/admin/rebates", "Give a user something out of a share.")
                .body::<RebateGrant>()
                .at(&["party", "amount"]),
            act("reward-review", "/api/v1/admin/reviews/rewards", "Give points for a good review.")
                .body::<ReviewReward>()
                .at(&["party", "review"]),
            act("penalise", "/api/v1/admin/penalties", "Take a penalty.")
                .body::<PenaltyNotice>()
                .at(&["party", "amount", "reason"]),
            show("taxes", "/api/v1/admin/taxes", "What is withheld for authorities."),
        ],
    )
}
