//! The paths of the founding documents, and the canonical path that each stands for.
//!
//! An alias is answered as its canonical path is, by the same route: whatever stands below a
//! canonical path stands below its alias too. One whose canonical path is not served here is not
//! served either.

use crate::route::Route;

/// Alias and canonical path (5.1 to 5.16); `{}` is the variable part. Where a founding document
/// means two paths by one, it stands for the first. Where it leaves out what the path is about,
/// that stands at its end.
const ALIASES: &[(&str, &str)] = &[
    ("/api/v1/merchants", "/api/v1/issuers"),
    ("/api/b2b/account", "/api/v1/issuers"),
    ("/api/b2b/finance/{}", "/api/v1/issuers/{}/finance"),
    ("/api/b2b/promo/{}", "/api/v1/issuers/{}/promotions"),
    ("/api/b2b/bi/{}", "/api/v1/issuers/{}/bi"),
    ("/api/v1/issuer/report/{}", "/api/v1/issuers/{}/reports"),
    ("/api/v1/dev/credit_score/{}", "/api/v1/issuers/{}/credit"),
    ("/credit/{}", "/api/v1/issuers/{}/credit"),
    ("/api/ai/credit", "/api/v1/ai/credit"),
    ("/api/ai/recommend", "/api/v1/ai/recommend"),
    ("/api/v1/issuer/create", "/api/v1/coupons/batches"),
    ("/api/b2b/issue", "/api/v1/coupons/batches"),
    ("/issue", "/api/v1/coupons/batches"),
    ("/api/v1/issuer/status/{}", "/api/v1/coupons/batches/{}"),
    ("/api/v1/issuer/redeem/{}", "/api/v1/coupons/{}/redeem"),
    ("/api/b2c/redeem/{}", "/api/v1/coupons/{}/redeem"),
    ("/redeem/{}", "/api/v1/coupons/{}/redeem"),
    ("/api/v1/dev/coupons", "/api/v1/coupons/search"),
    ("/api/v1/trade/order", "/api/v1/trades/orders"),
    ("/api/trade/order", "/api/v1/trades/orders"),
    ("/trade", "/api/v1/trades/orders"),
    ("/api/v1/dev/market", "/api/v1/market"),
    ("/api/v1/user/profile", "/api/v1/users/me"),
    ("/api/b2c/user", "/api/v1/users/me"),
    ("/api/b2c/wallet", "/api/v1/wallets/me"),
    ("/api/b2c/portfolio", "/api/v1/wallets/me/portfolio"),
    ("/api/v1/pay/transfer", "/api/v1/payments/transfers"),
    ("/api/bank/clearing", "/api/v1/settle"),
    ("/api/v1/trust/account", "/api/v1/trust/accounts"),
    ("/api/bank/trust", "/api/v1/trust/accounts"),
    ("/api/bank/audit", "/api/v1/bank/reconciliation"),
    ("/api/finance/abs", "/api/v1/finance/abs"),
    ("/api/risk/liquidity", "/api/v1/risk/liquidity"),
    ("/api/regnode/sync", "/api/v1/regnode/sync"),
    ("/api/regnode/report", "/api/v1/regnode/reports"),
    ("/api/regnode/alert", "/api/v1/regnode/alerts"),
    ("/api/v1/regnode/alert", "/api/v1/regnode/alerts"),
    ("/api/v1/regnode/report_alert", "/api/v1/regnode/alerts"),
    ("/api/v1/regnode/tax", "/api/v1/regnode/tax_report"),
    ("/api/audit/trace", "/api/v1/regnode/trace"),
    ("/api/v1/reg/audit", "/api/v1/regnode/audit_verify"),
    ("/api/audit/logs", "/api/v1/audit/logs"),
    ("/stats", "/api/v1/stats"),
    ("/analytics", "/api/v1/analytics"),
];

/// The aliases of a route.
pub(crate) fn of(route: &Route) -> Vec<String> {
    let stands_for = |(alias, canonical): &(&str, &str)| beneath(route.path, alias, canonical);
    ALIASES.iter().filter_map(stands_for).collect()
}

/// What `path` is called under `alias`, if it is `canonical` or stands below it.
fn beneath(path: &str, alias: &str, canonical: &str) -> Option<String> {
    let mut parts = path.split('/');
    let mut variables = Vec::new();
    for expected in canonical.split('/') {
        let part = parts.next()?;
        match expected {
            "{}" if part.starts_with('{') => variables.push(part),
            expected if expected == part => {}
            _ => return None,
        }
    }
    let mut variables = variables.into_iter();
    let named = alias.split('/').map(|part| match part {
        "{}" => variables.next().unwrap_or(part),
        part => part,
    });
    let all: Vec<&str> = named.chain(parts).collect();
    Some(all.join("/"))
}
