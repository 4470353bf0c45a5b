//! The bank desk: what is under way at banks, and where their books differ from the node's.

use crate::verbs::{Entry, group, show};

pub(super) fn bank() -> Entry {
    group(
        "bank",
        "Payments at banks, and differences between their books and the node's.",
        vec![
            show("queue", "/api/v1/settle/instructions", "Payments that a bank has not finished.")
                .list("instructions", &["uetr", "amount", "purpose", "state", "age_seconds"]),
            show("trace", "/api/v1/bank/payments/{uetr}", "A payment, and every message about it."),
            show("breaks", "/api/v1/bank/reconciliation", "Where the books differ, and since when.")
                .list(
                    "breaks",
                    &["account", "date", "class", "ours", "bank", "bank_reference", "age_seconds"],
                ),
        ],
    )
}
