use crate::engine::{Engine, at, id};
use gcfn_store::{Noted, NotedPlace};

pub(crate) async fn holds(engine: &Engine) {
    let audit = engine.store().await.audit();
    let noted = |request: &str, second: u64| Noted {
        request: request.to_owned(),
        at: at(second),
        party: id("operator"),
        scope: "operator".to_owned(),
        action: "POST /api/v1/compliance/freeze".to_owned(),
        subject: None,
        outcome: "Done".to_owned(),
    };
    let calls = [noted("a", 1), noted("c", 2), noted("b", 2)];
    for call in &calls {
        audit.note(call).await.unwrap();
        audit.note(call).await.unwrap();
    }
    let [a, c, b] = calls;
    let newest = audit.page(None, 2).await.unwrap();
    assert_eq!(newest, [c, b.clone()], "newest first, each once");
    let place: NotedPlace = NotedPlace::before(&b).to_string().parse().unwrap();
    assert_eq!(audit.page(Some(&place), 2).await.unwrap(), [a]);
    assert!("b".parse::<NotedPlace>().is_err());
}
