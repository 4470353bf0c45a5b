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

/// What our calendars answer.
fn answer(case: &Value, calendars: &[&Calendar]) -> Option<BusinessDate> {
    let from = date(case, "date");
    match (case["op"].as_str()?, case["conv"].as_str(), case["n"].as_u64()) {
        ("adjust", Some(convention), None) => {
            let roll = convention.replace('_', "-").parse().ok()?;
            Calendar::roll(calendars, from, roll).ok()
        }
        ("advance_business_days", None, Some(days)) => {
            Calendar::value_date(calendars, from, u32::try_from(days).ok()?).ok()
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
    for case in &cases {
        let names = case["cal"].as_array().expect("a list").iter();
        let calendars: Vec<&Calendar> =
            names.map(|name| &ours[name.as_str().expect("a name")]).collect();
        assert_eq!(answer(case, &calendars), Some(date(case, "result")), "{case}");
    }
    assert!(900 < cases.len(), "only {} cases in {}", cases.len(), path.display());
}
