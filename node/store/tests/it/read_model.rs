use crate::engine::{Engine, at, id};
use gcfn_store::{Filter, Place, ReadModel, Row};
use serde_json::json;
use std::cell::Cell;

pub(crate) async fn holds(engine: &Engine) {
    pages_newest_first(engine).await;
    applies_once(engine).await;
    applies_many_with_the_latest_of_each(engine).await;
    applies_all_or_nothing(engine).await;
    rebuilds_to_the_same_rows(engine).await;
    keeps_no_other_writer_out(engine).await;
}

fn trade(seq: u64, key: &str, party: &str, series: &str) -> Row {
    Row {
        kind: "trade".to_owned(),
        key: key.to_owned(),
        party: Some(id(party)),
        series: Some(id(series)),
        at: at(seq),
        seq,
        body: json!({ "price": "1250", "seq": seq }),
    }
}

/// Journal of seven trades; two share an entry.
fn trades() -> Vec<Row> {
    vec![
        trade(1, "t1", "ada", "tea"),
        trade(2, "t2", "bob", "tea"),
        trade(3, "t3", "ada", "ice"),
        trade(4, "t4a", "ada", "tea"),
        trade(4, "t4b", "bob", "tea"),
        trade(5, "t5", "bob", "ice"),
        Row { kind: "cycle".to_owned(), party: None, series: None, ..trade(6, "c6", "-", "-") },
    ]
}

async fn walk(model: &ReadModel, kind: &str, filter: Filter, limit: u32) -> Vec<String> {
    let mut keys = Vec::new();
    let mut from: Option<Place> = None;
    loop {
        let page = model.page(kind, filter, from.as_ref(), limit).await.unwrap();
        keys.extend(page.rows.into_iter().map(|row| row.key));
        let Some(next) = page.next else { return keys };
        from = Some(next.to_string().parse().unwrap());
    }
}

async fn pages_newest_first(engine: &Engine) {
    let model = engine.store().await.read_model();
    assert!(model.apply("history", 6, &trades()).await.unwrap());

    for limit in [1, 2, 3, 100] {
        let all = walk(&model, "trade", Filter::All, limit).await;
        assert_eq!(all, ["t5", "t4b", "t4a", "t3", "t2", "t1"], "pages of {limit}");
        let ada = walk(&model, "trade", Filter::Party(id("ada")), limit).await;
        assert_eq!(ada, ["t4a", "t3", "t1"], "pages of {limit}");
        let tea = walk(&model, "trade", Filter::Series(id("tea")), limit).await;
        assert_eq!(tea, ["t4b", "t4a", "t2", "t1"], "pages of {limit}");
    }
    assert_eq!(walk(&model, "cycle", Filter::All, 9).await, ["c6"]);
    assert_eq!(walk(&model, "order", Filter::All, 9).await, Vec::<String>::new());
    assert_eq!(model.get("trade", "t3").await.unwrap(), Some(trade(3, "t3", "ada", "ice")));
    assert_eq!(model.get("trade", "c6").await.unwrap(), None);
    let far: Place = format!("{}.x", u64::MAX).parse().unwrap();
    assert_eq!(model.page("trade", Filter::All, Some(&far), 1).await.unwrap().rows[0].key, "t5");
}

async fn applies_many_with_the_latest_of_each(engine: &Engine) {
    let model = engine.store().await.read_model();
    let of_order = |seq: u64| trade(seq, &format!("t{:03}", seq % 100), "ada", "tea");
    // A hundred things with two states each, in either order, some known before in a later one.
    assert!(model.apply("history", 1, &[of_order(507)]).await.unwrap());
    let rows: Vec<Row> = (0..50).rev().chain(50..150).chain(150..200).map(of_order).collect();
    assert!(model.apply("history", 2, &rows).await.unwrap());
    for number in (0..100).filter(|number| *number != 7) {
        let key = format!("t{number:03}");
        assert_eq!(model.get("trade", &key).await.unwrap(), Some(of_order(100 + number)));
    }
    assert_eq!(model.get("trade", "t007").await.unwrap(), Some(of_order(507)));
}

async fn applies_once(engine: &Engine) {
    let store = engine.store().await;
    let model = store.read_model();
    let filled =
        |seq, left: u64| Row { body: json!({ "left": left }), ..trade(seq, "o", "ada", "tea") };
    assert!(model.apply("history", 2, &[filled(1, 9), filled(2, 5)]).await.unwrap());
    assert!(!model.apply("history", 2, &[filled(2, 4)]).await.unwrap(), "seen");
    assert!(model.apply("history", 3, &[filled(1, 9), filled(3, 0)]).await.unwrap(), "overlap");
    assert_eq!(model.get("trade", "o").await.unwrap(), Some(filled(3, 0)));
    assert!(model.apply("history", 4, &[filled(1, 9)]).await.unwrap());
    assert_eq!(model.get("trade", "o").await.unwrap(), Some(filled(3, 0)), "never back");
    assert_eq!(store.cursors().position("history").await.unwrap(), 4);
}

async fn applies_all_or_nothing(engine: &Engine) {
    let store = engine.store().await;
    let model = store.read_model();
    let bad = Row { kind: "Not a name".to_owned(), ..trade(2, "t2", "ada", "tea") };
    assert!(model.apply("history", 2, &[trade(1, "t1", "ada", "tea"), bad]).await.is_err());
    assert_eq!(model.get("trade", "t1").await.unwrap(), None);
    assert_eq!(store.cursors().position("history").await.unwrap(), 0);
}

async fn rebuilds_to_the_same_rows(engine: &Engine) {
    let store = engine.store().await;
    let model = store.read_model();
    let all = || async { model.page("trade", Filter::All, None, 100).await.unwrap() };
    model.apply("history", 6, &trades()).await.unwrap();
    let alert = Row { kind: "alert".to_owned(), ..trade(6, "a", "ada", "tea") };
    model.apply("alerts", 6, &[alert]).await.unwrap();
    let before = all().await;

    model.reset("history").await.unwrap();
    assert!(all().await.rows.is_empty());
    assert_eq!(store.cursors().position("history").await.unwrap(), 0);
    assert_eq!(walk(&model, "alert", Filter::All, 9).await, ["a"], "another projection's");
    for entry in trades().chunk_by(|a, b| a.seq == b.seq) {
        assert!(model.apply("history", entry[0].seq, entry).await.unwrap());
    }
    assert_eq!(all().await, before);
}

/// A projector that catches up writes one transaction after another; whoever else has something
/// to write must not wait for its end.
async fn keeps_no_other_writer_out(engine: &Engine) {
    const TRANSACTIONS: u64 = 200;
    let store = engine.store().await;
    let (model, cursors) = (store.read_model(), store.cursors());
    let done = Cell::new(0);
    let catching_up = async {
        for upto in 1..=TRANSACTIONS {
            let rows = [trade(upto, &format!("t{upto}"), "ada", "tea")];
            assert!(model.apply("history", upto, &rows).await.unwrap());
            done.set(upto);
        }
    };
    let other = async {
        assert!(cursors.advance("other", 1).await.unwrap());
        done.get()
    };
    let ((), waited_for) = tokio::join!(catching_up, other);
    assert!(waited_for < TRANSACTIONS / 4, "waited for {waited_for} of {TRANSACTIONS}");
}
