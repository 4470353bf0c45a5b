use crate::engine::{Engine, at, id};
use gcfn_store::{Grant, Secret, Store, VaultKey};

pub(crate) async fn holds(engine: &Engine) {
    let credentials = engine.store().await.credentials();
    let grant = Grant {
        scope: "trader".to_owned(),
        party: Some(id("ada")),
        created_at: at(10),
        expires_at: Some(at(20)),
    };
    let (key, secret) = credentials.create(&grant).await.unwrap();
    let (other_key, other_secret) = credentials.create(&grant).await.unwrap();
    let shown: Secret = secret.reveal().parse().unwrap();
    assert_eq!(format!("{secret:?}"), "Secret(..)");

    let known = credentials.authenticate(&key, &shown, at(19)).await.unwrap().unwrap();
    assert_eq!((known.grant, known.id), (grant.clone(), key.clone()));
    assert!(credentials.authenticate(&key, &shown, at(20)).await.unwrap().is_none(), "expired");
    assert!(credentials.authenticate(&key, &other_secret, at(19)).await.unwrap().is_none());
    assert!(credentials.authenticate("key-none", &shown, at(19)).await.unwrap().is_none());

    assert!(credentials.revoke(&key, at(15)).await.unwrap());
    assert!(!credentials.revoke(&key, at(16)).await.unwrap());
    assert!(credentials.authenticate(&key, &shown, at(15)).await.unwrap().is_none(), "revoked");
    let still = credentials.authenticate(&other_key, &other_secret, at(15)).await.unwrap();
    assert!(still.is_some());
    let revoked: Vec<_> =
        credentials.list().await.unwrap().iter().filter_map(|c| c.revoked_at).collect();
    assert_eq!(revoked, [at(15)]);

    let agreed: Secret = "07".repeat(32).parse().unwrap();
    let operator = Grant { scope: "operator".to_owned(), party: None, expires_at: None, ..grant };
    credentials.insert("ops", &agreed, &operator).await.unwrap();
    let refused = credentials.insert("ops", &shown, &operator).await.unwrap_err();
    assert_eq!(refused.to_string(), "credential id is not one that is free");
    let known = credentials.authenticate("ops", &agreed, at(99)).await.unwrap().unwrap();
    assert_eq!(known.grant.scope, "operator");

    another_replica_revokes(engine).await;
}

/// What is asked again within two seconds costs no query; that is how long a credential that
/// another replica has revoked lives on here, and no longer.
async fn another_replica_revokes(engine: &Engine) {
    let (url, vault_key) = (engine.fresh().await, VaultKey::generate());
    let here = Store::open(&url, &vault_key).await.unwrap().credentials();
    let there = Store::open(&url, &vault_key).await.unwrap().credentials();
    let grant =
        Grant { scope: "trader".to_owned(), party: None, created_at: at(10), expires_at: None };
    let (key, secret) = here.create(&grant).await.unwrap();
    let usable = async |when| here.authenticate(&key, &secret, at(when)).await.unwrap().is_some();
    assert!(usable(10).await);
    assert!(there.revoke(&key, at(10)).await.unwrap());
    assert!(usable(11).await);
    assert!(!usable(12).await);
    assert!(!usable(9).await, "a clock that was set back makes nothing younger");
}
