//! Who is at the node: users, issuers and merchants, what compliance says of them, their keys.

use crate::verbs::{Entry, act, group, set, show};
use gcfn_api_wire::coupon::{CouponFreezing, CouponThaw};
use gcfn_api_wire::party::{
    Classification, ComplianceAct, CustodySetting, KycDecision, Registration,
};
use gcfn_api_wire::personal::{ErasureOrder, PartyPage};
use gcfn_api_wire::redemption::{CustodianGift, CustodianLock};
use gcfn_api_wire::risk::LimitsSet;
use gcfn_api_wire::staff::{KeyRequest, KeyRevocation};
use gcfn_api_wire::statement::StatementPage;

pub(super) fn parties() -> Entry {
    group(
        "party",
        "Users, issuers and merchants.",
        vec![
            act("register", "/api/v1/users", "Register a party; its key is shown once.")
                .body::<Registration>(),
            show("list", "/api/v1/admin/users", "The parties of the node.")
                .query::<PartyPage>()
                .list("parties", &["party", "kind", "kyc", "frozen"]),
            show("show", "/api/v1/admin/users/{party}", "A party, by its pseudonym."),
            show("statement", "/api/v1/admin/users/{party}/statement", "What its money has done.")
                .query::<StatementPage>()
                .list("lines", &["at", "reason", "total", "changes"]),
            act("identify", "/api/v1/compliance/kyc/{party}", "Set how well it is identified.")
                .body::<KycDecision>()
                .at(&["kyc"]),
            show("identity", "/api/v1/compliance/kyc/{party}", "How well it is identified."),
            act("classify", "/api/v1/admin/users/{party}/class", "Say to which class it belongs.")
                .body::<Classification>()
                .at(&["class"]),
            act(
                "custody",
                "/api/v1/admin/users/{party}/custody",
                "Say who keeps its coupons: itself, or the platform by agreement.",
            )
            .body::<CustodySetting>()
            .at(&["keeper"]),
            act("give", "/api/v1/admin/users/{party}/gifts", "Give coupons away as its custodian.")
                .body::<CustodianGift>()
                .at(&["series", "quantity", "to"]),
            act(
                "lock",
                "/api/v1/admin/users/{party}/redemptions",
                "Lock a coupon for redemption as its custodian.",
            )
            .body::<CustodianLock>()
            .at(&["series", "merchant"]),
            show("limits", "/api/v1/risk/limits/{party}", "What it may do."),
            set("limit", "/api/v1/risk/limits/{party}", "Give it limits of its own, or none.")
                .body::<LimitsSet>(),
            act("close", "/api/v1/admin/users/{party}/close", "Close one that has nothing here."),
            show("erasures", "/api/v1/compliance/erasure", "Erasures that were asked for or done.")
                .list("erasures", &["party", "status", "deferred_until", "erased_at"]),
            act("erase", "/api/v1/compliance/erasure", "Erase what need not be kept any more.")
                .body::<ErasureOrder>()
                .at(&["party"]),
        ],
    )
}

pub(super) fn compliance() -> Entry {
    group(
        "freeze",
        "What stands still for compliance.",
        vec![
            act("party", "/api/v1/compliance/freeze", "Freeze a party.")
                .body::<ComplianceAct>()
                .at(&["party"]),
            act("thaw-party", "/api/v1/compliance/unfreeze", "Lift one reason for a freeze.")
                .body::<ComplianceAct>()
                .at(&["party"]),
            show("list", "/api/v1/compliance/coupon-freezes", "The coupons that are frozen.")
                .list("freezes", &["freeze", "series", "reason", "coupons"]),
            act("coupons", "/api/v1/coupons/{series}/freeze", "Freeze coupons by their serials.")
                .body::<CouponFreezing>()
                .at(&["serials"]),
            act("thaw-coupons", "/api/v1/coupons/{series}/unfreeze", "Set frozen coupons free.")
                .body::<CouponThaw>()
                .at(&["freeze"]),
        ],
    )
}

pub(super) fn keys() -> Entry {
    group(
        "key",
        "The API keys that the node has given out.",
        vec![
            show("list", "/api/v1/admin/keys", "The keys, without their secrets.")
                .list("keys", &["key", "scope", "party", "created_at", "revoked_at"]),
            act("make", "/api/v1/admin/keys", "Make a key for a party; it is shown once.")
                .body::<KeyRequest>()
                .at(&["party"]),
            act("revoke", "/api/v1/admin/keys/revoke", "Refuse a key from now on.")
                .body::<KeyRevocation>()
                .at(&["key"]),
        ],
    )
}
