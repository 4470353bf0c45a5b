//! Money in and out, the money desk, disputes, limits.

use super::{HOLDERS, OVERSEERS, PARTIES};
use crate::handlers::{bank, desk, disputes, fees, node, reconciliation, risk, settlement};
use crate::route::Route;
use gcfn_venue::Role::{Operator, Regulator, User};

pub(super) fn payments() -> Vec<Route> {
    vec![
        Route::write(
            "/api/v1/payments/withdrawals",
            &[User],
            "Withdraw money to the caller's bank account.",
            settlement::withdraw,
        )
        .creates(),
        Route::read(
            "/api/v1/payments/withdrawals",
            PARTIES,
            "Withdrawals that are not paid: the caller's own, or all for staff and supervisors.",
            settlement::withdrawals,
        ),
        Route::write(
            "/api/v1/payments/withdrawals/{withdrawal}/approve",
            &[Operator],
            "Let a large withdrawal go.",
            settlement::approve_withdrawal,
        ),
        Route::write(
            "/api/v1/payments/withdrawals/{withdrawal}/cancel",
            &[User, Operator],
            "Stop a withdrawal that has not left.",
            settlement::cancel_withdrawal,
        ),
        Route::read("/api/v1/payments/deposits", HOLDERS, "How to pay in.", settlement::deposits),
        Route::read(
            "/api/v1/settle/cycles",
            OVERSEERS,
            "The cycles of this node's clearing house.",
            settlement::cycles,
        ),
        Route::read(
            "/api/v1/node/conservation",
            &[Operator, Regulator],
            "Whether every total holds.",
            node::conservation,
        ),
        Route::read(
            "/api/v1/trust/accounts",
            &[Operator, Regulator],
            "The node's accounts at banks, and what the books say of them.",
            node::pools,
        ),
    ]
}

/// What banks have booked and nobody has explained.
pub(super) fn suspense() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/payments/suspense",
            &[Operator, Regulator],
            "Bank movements that nobody has explained yet.",
            desk::suspense,
        ),
        Route::write(
            "/api/v1/payments/suspense/match",
            &[Operator],
            "Let two items in suspense explain each other; two persons must.",
            desk::match_suspense,
        ),
        Route::write(
            "/api/v1/payments/suspense/{item}/assign",
            &[Operator],
            "Say who of the staff looks after an item in suspense.",
            desk::assign_suspense,
        ),
        Route::write(
            "/api/v1/payments/suspense/{item}/resolve",
            &[Operator],
            "Say whose an item in suspense is; two persons must.",
            desk::resolve_suspense,
        ),
        Route::write(
            "/api/v1/payments/suspense/{item}/interest",
            &[Operator],
            "Recognise an item as the bank's interest; two persons must.",
            desk::recognise_interest,
        ),
        Route::write(
            "/api/v1/bank/reconciliation/diffs",
            &[Operator],
            "Recognise that a bank's account differs from its mirror; two persons must.",
            desk::recognise_difference,
        ),
    ]
}

/// How the node's accounts, and those of the house that it runs, tie.
pub(super) fn ties() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/bank/reconciliation",
            &[Operator, Regulator],
            "The differences between the banks' books and the node's, with age and owner.",
            reconciliation::breaks,
        ),
        Route::read(
            "/api/v1/bank/reconciliation/accounts",
            &[Operator, Regulator],
            "How the node's accounts tie to what banks say, day by day, and its pools to what they \
             owe.",
            reconciliation::accounts,
        ),
        Route::write(
            "/api/v1/bank/statements/ask",
            &[Operator],
            "Ask the bank for the statements of a day that did not come.",
            reconciliation::ask_for_statements,
        ),
        Route::write(
            "/api/v1/bank/reconciliation/{break}/assign",
            &[Operator],
            "Say who of the staff looks after a break.",
            reconciliation::assign,
        ),
        Route::write(
            "/api/v1/bank/reconciliation/{break}/resolve",
            &[Operator],
            "Say how a break ends; two persons must.",
            reconciliation::resolve,
        ),
    ]
}

/// What banks have under way.
pub(super) fn banks() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/settle/instructions",
            OVERSEERS,
            "Payments that a bank has not finished, with their age.",
            settlement::instructions,
        ),
        Route::read(
            "/api/v1/bank/payments/{uetr}",
            &[Operator, Regulator],
            "Where a payment stands, and every message about it.",
            bank::trace,
        ),
        Route::write(
            "/api/v1/bank/payments/{uetr}/ask",
            &[Operator],
            "Ask the bank how a payment stands, without waiting for its time.",
            bank::ask,
        ),
        Route::write(
            "/api/v1/bank/payments/{uetr}/recall",
            &[Operator],
            "Ask the bank not to make a payment, or to get it back; two persons must.",
            bank::recall,
        ),
    ]
}

/// Entries by hand, what is undone of them, and what is owed.
pub(super) fn entries() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/admin/postings",
            &[Operator, Regulator],
            "The entries that can be reversed by their number.",
            desk::entries,
        ),
        Route::write(
            "/api/v1/admin/postings",
            &[Operator],
            "Post by hand; two persons must.",
            desk::post_by_hand,
        ),
        Route::write(
            "/api/v1/settle/reversals",
            &[Operator],
            "Reverse an entry; two persons must.",
            desk::reverse,
        ),
        Route::read(
            "/api/v1/admin/receivables",
            &[Operator, Regulator],
            "What parties owe.",
            desk::receivables,
        ),
        Route::write(
            "/api/v1/admin/receivables/write-off",
            &[Operator],
            "Give up what a party owes; two persons must.",
            desk::write_off,
        ),
        Route::read(
            "/api/v1/admin/taxes",
            &[Operator, Regulator],
            "What the node withholds for authorities.",
            desk::taxes,
        ),
    ]
}

pub(super) fn fees() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/admin/shares",
            &[Operator, Regulator],
            "How fees are split, and what of them is not paid out.",
            fees::shares,
        ),
        Route::write(
            "/api/v1/admin/shares/payouts",
            &[Operator],
            "Pay part of a share to a party's bank; two persons must.",
            fees::pay_share,
        ),
        Route::write(
            "/api/v1/admin/rebates",
            &[Operator],
            "Give a user something out of the platform's share; two persons must.",
            fees::grant_rebate,
        ),
        Route::write(
            "/api/v1/admin/reviews/rewards",
            &[Operator],
            "Give a user points for a good review; two persons must.",
            fees::reward_review,
        ),
        Route::write(
            "/api/v1/admin/penalties",
            &[Operator],
            "Take a penalty; two persons must.",
            fees::impose_penalty,
        ),
        Route::read(
            "/api/v1/admin/stakes/{node}",
            &[Operator, Regulator],
            "What a node has staked.",
            fees::stake,
        ),
        Route::write(
            "/api/v1/admin/stakes/{node}/return",
            &[Operator],
            "Give a node's stake back; two persons must.",
            fees::return_stake,
        ),
        Route::write(
            "/api/v1/admin/stakes/{node}/slash",
            &[Operator],
            "Cut a node's stake; two persons must.",
            fees::slash,
        ),
    ]
}

pub(super) fn disputes() -> Vec<Route> {
    vec![
        Route::write("/api/v1/disputes", HOLDERS, "Open a dispute about a trade.", disputes::open)
            .creates(),
        Route::read(
            "/api/v1/disputes",
            PARTIES,
            "Disputes: those of the caller's trades, or all for staff and supervisors.",
            disputes::disputes,
        ),
        Route::read("/api/v1/disputes/{dispute}", PARTIES, "A dispute.", disputes::dispute),
        Route::write(
            "/api/v1/disputes/{dispute}/evidence",
            HOLDERS,
            "Show something in a dispute.",
            disputes::add_evidence,
        ),
        Route::write(
            "/api/v1/disputes/{dispute}/withdraw",
            HOLDERS,
            "Give a dispute up.",
            disputes::withdraw,
        ),
        Route::write(
            "/api/v1/disputes/{dispute}/take-up",
            &[Operator],
            "Take a dispute up.",
            disputes::take_up,
        ),
        Route::write(
            "/api/v1/disputes/{dispute}/arbitrate",
            &[Operator],
            "Close the evidence: the decision may be made.",
            disputes::arbitrate,
        ),
        Route::write(
            "/api/v1/disputes/{dispute}/decision",
            &[Operator],
            "Decide a dispute; two persons must who have not handled it.",
            disputes::decide,
        ),
    ]
}

pub(super) fn risk() -> Vec<Route> {
    vec![
        Route::read(
            "/api/v1/risk/limits",
            PARTIES,
            "What parties may do here, and what is noticed.",
            risk::limits,
        ),
        Route::read(
            "/api/v1/risk/limits/{party}",
            &[Operator, Regulator],
            "What one party may do.",
            risk::limits_of,
        ),
        Route::write(
            "/api/v1/risk/limits/{party}",
            &[Operator],
            "Give a party limits of its own, or none; two persons must.",
            risk::set_limits,
        )
        .by_put(),
        Route::read(
            "/api/v1/risk/liquidity",
            &[Operator, Regulator],
            "Whether issuers could pay if holders came to redeem at once.",
            risk::liquidity,
        ),
        Route::read(
            "/api/v1/risk/alerts",
            &[Operator, Regulator],
            "What rules have noticed and nobody has reviewed.",
            risk::alerts,
        ),
        Route::write(
            "/api/v1/risk/alerts/review",
            &[Operator],
            "Close the review of what a rule has noticed.",
            risk::review_alert,
        ),
    ]
}
