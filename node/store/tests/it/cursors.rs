use crate::engine::Engine;
use gcfn_store::{Store, VaultKey};

pub(crate) async fn holds(engine: &Engine) {
    let (url, key) = (engine.fresh().await, VaultKey::generate());
    let store = Store::open(&url, &key).await.unwrap();
    let cursors = store.cursors();
    assert_eq!(cursors.position("kafka").await.unwrap(), 0);
    assert!(cursors.advance("kafka", 7).await.unwrap());
    assert!(!cursors.advance("kafka", 7).await.unwrap());
    assert!(!cursors.advance("kafka", 3).await.unwrap());
    assert!(cursors.advance("webhooks", 2).await.unwrap());
    assert!(cursors.advance("kafka", u64::MAX).await.is_err());
    store.close().await;

    let cursors = Store::open(&url, &key).await.unwrap().cursors();
    assert_eq!(cursors.position("kafka").await.unwrap(), 7);
    assert_eq!(cursors.position("webhooks").await.unwrap(), 2);
}
