//! What a token, an API key and a client certificate open, and until when.

use crate::world::{Key, World, identity, request, time};
use axum::body::Body;
use axum::http::StatusCode;
use gcfn_api::Scope;
use gcfn_link::ca::{Admitted, Issued, NetworkCa, Validity};
use gcfn_link::certificate::{MemberCertificate, PeerIdentity};
use gcfn_link::keys::TlsKey;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_opens_what_its_key_opens_until_it_expires() {
    let world = World::new().await;
    let key = world.key(Scope::Regulator, None).await;
    let api_key = key.header.strip_prefix("ApiKey ").unwrap();
    let body = json!({ "api_key": api_key }).to_string();
    let asked = request("POST", "/api/v1/users/token", None).body(Body::from(body)).unwrap();
    let (status, token) = world.send(asked).await;
    assert_eq!((status, &token["scope"]), (StatusCode::OK, &json!("regulator")));

    let header = format!("Bearer {}", token["token"].as_str().unwrap());
    let bearer = Key { party: key.party, header };
    let (status, me) = world.get(&bearer, "/api/v1/users/me").await;
    assert_eq!((status, me["party"].as_str().unwrap()), (StatusCode::OK, &*key.party.to_string()));

    let expires_at = token["expires_at"].as_str().unwrap().parse().unwrap();
    *world.gateway.now.lock().unwrap() = expires_at;
    let (status, _) = world.get(&bearer, "/api/v1/users/me").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    let world = World::new().await;
    let key = world.key(Scope::Operator, None).await;
    let id = key.header.trim_start_matches("ApiKey ").split('.').next().unwrap();
    let now = time("2026-11-23T01:00:00Z");
    assert!(world.store.credentials().revoke(id, now).await.unwrap());
    assert_eq!(world.get(&key, "/api/v1/node").await.0, StatusCode::UNAUTHORIZED);
}

/// What `path` answers the holder of a certificate.
async fn shown(world: &World, certificate: &str, path: &str) -> (StatusCode, Value) {
    let mut asked = request("GET", path, None).body(Body::empty()).unwrap();
    asked.extensions_mut().insert(Authority::new().peer(certificate));
    world.send(asked).await
}

#[tokio::test]
async fn a_client_certificate_opens_what_its_role_may_see() {
    let world = World::new().await;
    let with = async |certificate: &str, path: &str| shown(&world, certificate, path).await.0;
    let (supervisor, bank) = ("cn/regulator/reg-cn", "cn/bank/bank-cny");
    assert_eq!(with(supervisor, "/api/v1/node/conservation").await, StatusCode::OK);
    assert_eq!(with(supervisor, "/api/v1/trades").await, StatusCode::OK);
    assert_eq!(with(bank, "/api/v1/settle/instructions").await, StatusCode::OK);
    assert_eq!(with(bank, "/api/v1/node/conservation").await, StatusCode::FORBIDDEN);
    assert_eq!(with("cn/operator/cn-sha", "/metrics").await, StatusCode::OK);
}

#[tokio::test]
async fn a_client_certificate_of_elsewhere_opens_nothing() {
    let world = World::new().await;
    for (certificate, path) in [
        ("eu/regulator/reg-eu", "/api/v1/trades"),
        ("eu/regulator/reg-eu", "/api/v1/node/conservation"),
        ("eu/bank/bank-eur", "/api/v1/settle/instructions"),
        ("eu/bank/bank-cny", "/api/v1/settle/instructions"),
        ("cn/bank/bank-eur", "/api/v1/settle/instructions"),
        ("global/operator/testnet", "/metrics"),
        ("cn/operator/cn", "/metrics"),
        ("eu/operator/cn-sha", "/metrics"),
        ("cn/local/cn-sha", "/api/v1/node"),
        ("cn/regional/cn", "/api/v1/node"),
    ] {
        let (status, problem) = shown(&world, certificate, path).await;
        let told = (status, problem["code"].as_str());
        assert_eq!(told, (StatusCode::FORBIDDEN, Some("ForeignCertificate")), "{certificate}");
    }
    let (status, _) = shown(&world, "eu/regulator/reg-eu", "/healthz").await;
    assert_eq!(status, StatusCode::OK, "what anybody may see, everybody may");
}

/// Makes peers as a handshake does.
pub(crate) struct Authority(NetworkCa, Validity);

impl Authority {
    pub(crate) fn new() -> Authority {
        let validity = Validity {
            not_before: time("2026-01-01T00:00:00Z"),
            not_after: time("2027-01-01T00:00:00Z"),
        };
        let (ca, _) = NetworkCa::create("gcfn-demo".parse().unwrap(), validity).unwrap();
        Authority(ca, validity)
    }

    pub(crate) fn peer(&self, certificate: &str) -> PeerIdentity {
        let Authority(ca, validity) = self;
        let identity = identity(certificate);
        let request = TlsKey::generate().unwrap().certificate_request().unwrap();
        let admitted = Admitted { identity, hosts: Vec::new() };
        let Issued { serial, .. } = ca.issue(&request, &admitted, *validity).unwrap();
        let not_after = validity.not_after;
        PeerIdentity::dangerously_assume(MemberCertificate { identity, serial, not_after })
    }
}
