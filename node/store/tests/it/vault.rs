use crate::engine::{Engine, at, bare_bytes, bare_subjects, id, tamper};
use gcfn_model::PartyId;
use gcfn_store::{Claim, Handle, Store, StoreError, Vault, VaultKey};

pub(crate) async fn holds(engine: &Engine) {
    keeps_fields_apart(engine).await;
    shows_nothing_without_the_key(engine).await;
    refuses_another_key_by_name(engine).await;
    rotates(engine).await;
    shreds_for_ever(engine).await;
    leaves_no_key_in_the_files(engine).await;
    finds_people_however_typed(engine).await;
    notices_a_moved_row(engine).await;
    keeps_all_concurrent_fields(engine).await;
}

async fn read(vault: &Vault, subject: PartyId, field: &str) -> Option<String> {
    let value = vault.get(subject, field).await.unwrap();
    value.map(|value| value.reveal_text().unwrap().to_owned())
}

async fn keeps_fields_apart(engine: &Engine) {
    let vault = engine.store().await.vault();
    let (ada, bob) = (id("ada"), id("bob"));
    vault.put(ada, "name", b"Ada").await.unwrap();
    vault.put(ada, "city", b"Shanghai").await.unwrap();
    vault.put(ada, "city", b"Hong Kong").await.unwrap();
    vault.put(bob, "name", b"").await.unwrap();

    assert_eq!(read(&vault, ada, "name").await.as_deref(), Some("Ada"));
    assert_eq!(read(&vault, ada, "city").await.as_deref(), Some("Hong Kong"));
    assert_eq!(read(&vault, bob, "name").await.as_deref(), Some(""));
    assert_eq!(read(&vault, bob, "city").await, None);
    assert_eq!(vault.fields(ada).await.unwrap(), ["city", "name"]);
    let refused = vault.put(ada, "Ada's address", b"x").await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused { what: "vault field", .. }));
    let shown = format!("{:?} {vault:?}", vault.get(ada, "name").await.unwrap());
    assert_eq!(shown, "Some(Personal(3 bytes)) Vault { .. }");
    assert!(vault.remove(ada, "city").await.unwrap());
    assert!(!vault.remove(ada, "city").await.unwrap(), "gone already");
    assert_eq!(vault.fields(ada).await.unwrap(), ["name"]);
}

async fn shows_nothing_without_the_key(engine: &Engine) {
    let url = engine.fresh().await;
    let vault = Store::open(&url, &VaultKey::generate()).await.unwrap().vault();
    vault.put(id("ada"), "phone", b"+8613800001111").await.unwrap();
    vault.claim(id("ada"), &[(Handle::Phone, "+8613800001111")]).await.unwrap();

    let heap = bare_bytes(&url).await;
    assert!(!heap.is_empty());
    assert!(!heap.windows(8).any(|bytes| bytes == b"13800001"));
}

async fn refuses_another_key_by_name(engine: &Engine) {
    let url = engine.fresh().await;
    let (right, wrong) = (VaultKey::generate(), VaultKey::generate());
    Store::open(&url, &right).await.unwrap().close().await;

    let refused = Store::open(&url, &wrong).await.unwrap_err();
    let text = refused.to_string();
    assert!(text.contains(&right.id().to_string()), "{text}");
    assert!(text.contains(&wrong.id().to_string()), "{text}");
    assert!(!text.contains(&right.reveal()), "{text}");
}

async fn rotates(engine: &Engine) {
    let url = engine.fresh().await;
    let (old, new) = (VaultKey::generate(), VaultKey::generate());
    let store = Store::open(&url, &old).await.unwrap();
    store.vault().put(id("ada"), "name", b"Ada").await.unwrap();
    store.rotate(&old, &new).await.unwrap();
    assert!(store.rotate(&old, &new).await.is_err());

    assert!(Store::open(&url, &old).await.is_err());
    let store = Store::open(&url, &new).await.unwrap();
    assert_eq!(read(&store.vault(), id("ada"), "name").await.as_deref(), Some("Ada"));
}

async fn shreds_for_ever(engine: &Engine) {
    let vault = engine.store().await.vault();
    let (ada, bob) = (id("ada"), id("bob"));
    vault.put(ada, "name", b"Ada").await.unwrap();
    vault.put(bob, "name", b"Bob").await.unwrap();
    vault.claim(ada, &[(Handle::Email, "ada@example.org")]).await.unwrap();

    assert_eq!(vault.with_field("name").await.unwrap().len(), 2);
    assert!(vault.shred(ada, at(7)).await.unwrap());
    assert_eq!(vault.with_field("name").await.unwrap(), [bob]);
    assert_eq!(vault.shredded().await.unwrap(), [(ada, at(7))]);
    assert!(!vault.shred(ada, at(9)).await.unwrap());
    assert_eq!(vault.shredded_at(ada).await.unwrap(), Some(at(7)));
    assert_eq!(vault.shredded_at(bob).await.unwrap(), None);
    assert_eq!(read(&vault, ada, "name").await, None);
    assert!(vault.fields(ada).await.unwrap().is_empty());
    assert_eq!(vault.find(Handle::Email, "ada@example.org").await.unwrap(), None);
    let refused = vault.put(ada, "name", b"Ada").await.unwrap_err();
    assert!(matches!(refused, StoreError::Shredded { subject } if subject == ada));
    assert_eq!(read(&vault, bob, "name").await.as_deref(), Some("Bob"));
}

/// On the engine whose files are ours to look at.
async fn leaves_no_key_in_the_files(engine: &Engine) {
    let url = engine.fresh().await;
    let Some(path) = url.strip_prefix("sqlite://") else { return };
    let files = || {
        let read = |suffix| std::fs::read(format!("{path}{suffix}")).unwrap();
        [read(""), read("-wal")].concat()
    };
    let vault = Store::open(&url, &VaultKey::generate()).await.unwrap().vault();
    vault.put(id("ada"), "name", b"Ada").await.unwrap();
    let (_, key) = bare_subjects(&url).await.pop().unwrap();
    let holds_key = |files: &[u8]| files.windows(key.len()).any(|bytes| bytes == key);
    assert!(holds_key(&files()));

    vault.shred(id("ada"), at(7)).await.unwrap();
    assert!(!holds_key(&files()));
}

async fn finds_people_however_typed(engine: &Engine) {
    let vault = engine.store().await.vault();
    let (ada, bob) = (id("ada"), id("bob"));
    let phone = "+86 138-0000 1111";
    assert_eq!(vault.claim(ada, &[(Handle::Phone, phone)]).await.unwrap(), Claim::Held);
    assert_eq!(vault.claim(ada, &[(Handle::Phone, phone)]).await.unwrap(), Claim::Held);
    assert_eq!(vault.claim(bob, &[(Handle::Phone, "+852 5555")]).await.unwrap(), Claim::Held);
    assert_eq!(
        vault.claim(bob, &[(Handle::Phone, phone)]).await.unwrap(),
        Claim::Taken(Handle::Phone)
    );
    assert_eq!(
        vault.claim(bob, &[(Handle::Email, " Bob@Example.org")]).await.unwrap(),
        Claim::Held
    );

    assert_eq!(vault.find(Handle::Phone, "+8613800001111").await.unwrap(), Some(ada));
    assert_eq!(vault.find(Handle::Phone, "+8525555").await.unwrap(), Some(bob), "kept");
    assert_eq!(vault.find(Handle::Email, "bob@example.org").await.unwrap(), Some(bob));
    assert_eq!(vault.find(Handle::Email, "+8525555").await.unwrap(), None);

    assert_eq!(vault.claim(ada, &[(Handle::Phone, "+65 9999")]).await.unwrap(), Claim::Held);
    assert_eq!(vault.find(Handle::Phone, phone).await.unwrap(), None, "moved house");

    let one_is_taken = [(Handle::Phone, "+65 1111"), (Handle::Email, "bob@example.org")];
    let claimed = vault.claim(ada, &one_is_taken).await.unwrap();
    assert_eq!(claimed, Claim::Taken(Handle::Email));
    assert_eq!(vault.find(Handle::Phone, "+65 1111").await.unwrap(), None, "all or none");
    assert_eq!(vault.find(Handle::Phone, "+65 9999").await.unwrap(), Some(ada), "kept");
}

async fn notices_a_moved_row(engine: &Engine) {
    let url = engine.fresh().await;
    let store = Store::open(&url, &VaultKey::generate()).await.unwrap();
    let vault = store.vault();
    vault.put(id("ada"), "limit", b"100").await.unwrap();
    vault.put(id("ada"), "quota", b"999").await.unwrap();
    const SWAP: &str = "UPDATE vault_field SET sealed =
        (SELECT sealed FROM vault_field WHERE field = 'quota') WHERE field = 'limit'";
    tamper(&url, SWAP).await;

    let damaged = vault.get(id("ada"), "limit").await.unwrap_err();
    assert!(matches!(damaged, StoreError::Damaged { table: "vault_field", .. }));
}

async fn keeps_all_concurrent_fields(engine: &Engine) {
    let vault = engine.store().await.vault();
    let puts = (0..16).map(|n| {
        let vault = vault.clone();
        async move { vault.put(id("ada"), &format!("field-{n:02}"), b"x").await }
    });
    let mut all = tokio::task::JoinSet::new();
    puts.for_each(|put| drop(all.spawn(put)));
    all.join_all().await.into_iter().for_each(|put| put.unwrap());
    for field in vault.fields(id("ada")).await.unwrap() {
        assert_eq!(read(&vault, id("ada"), &field).await.as_deref(), Some("x"));
    }
    assert_eq!(vault.fields(id("ada")).await.unwrap().len(), 16);
}
