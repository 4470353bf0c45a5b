//! Value dates against answers computed by QuantLib, which has never seen our files.

use crate::catalog::calendar;
use gcfn_model::{BusinessDate, Calendar};
use gcfn_template::catalog::CATALOG;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// The folder of reference data: `GCFN_REFERENCE`, or `shared/reference` beside the checkout.
fn reference() -> PathBuf {
    std::env::var_os("GCFN_REFERENCE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference")),
        PathBuf::from,
    )
}

fn date(case: &Value, key: &str) -> BusinessDate {
    case[key].as_str().and_then(|text| text.parse().ok()).expect("a date")
}

/// What our calendars answer; `None` for a question that the network never asks.
fn answer(case: &Value, calendars: &[&Calendar]) -> Option<BusinessDate> {
    let from = date(case, "date");
    match (case["op"].as_str()?, case["conv"].as_str()) {
        ("adjust", Some("following")) => Calendar::following(calendars, from).ok(),
        ("advance_business_days", None) => {
            let days = u32::try_from(case["n"].as_u64()?).ok()?;
            Calendar::value_date(calendars, from, days).ok()
        }
        _ => None,
    }
}

#[test]
fn value_dates_are_those_of_quantlib() {
    let path = reference().join("vectors/value_dates.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        writeln!(std::io::stderr(), "SKIPPED: no {}; set GCFN_REFERENCE", path.display())
            .expect("stderr is open");
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let ours: BTreeMap<String, Calendar> =
        CATALOG.iter().map(|entry| (entry.code.to_uppercase(), calendar(entry))).collect();
    let mut checked = 0;
    for case in &cases {
        let names = case["cal"].as_array().expect("a list").iter();
        let calendars: Vec<&Calendar> =
            names.map(|name| &ours[name.as_str().expect("a name")]).collect();
        if let Some(answer) = answer(case, &calendars) {
            assert_eq!(answer, date(case, "result"), "{case}");
            checked += 1;
        }
    }
    assert!(500 < checked, "only {checked} of {} cases were checked", cases.len());
}
