use crate::engine::Engine;
use gcfn_model::Digest;
use gcfn_store::{Store, VaultKey};

pub(crate) async fn holds(engine: &Engine) {
    let (url, key) = (engine.fresh().await, VaultKey::generate());
    let store = Store::open(&url, &key).await.unwrap();
    let schema = br#"{"type":"object"}"#;
    let digest = store.documents().keep(schema).await.unwrap();
    assert_eq!(
        digest.to_string(),
        "a2c799262a3ce3c19ef5cdd983bf3d12b43ab3c426227091b909dcb7054738c0"
    );
    assert_eq!(store.documents().keep(schema).await.unwrap(), digest, "kept once");
    assert_ne!(store.documents().keep(b"{}").await.unwrap(), digest);
    store.close().await;

    let documents = Store::open(&url, &key).await.unwrap().documents();
    assert_eq!(documents.fetch(digest).await.unwrap().as_deref(), Some(&schema[..]));
    assert_eq!(documents.fetch(Digest::ZERO).await.unwrap(), None);
}
