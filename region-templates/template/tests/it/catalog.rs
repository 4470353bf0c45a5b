//! The catalog that ships is in order.

use expect_test::{expect, expect_file};
use gcfn_model::Calendar;
use gcfn_template::catalog::{CATALOG, CatalogEntry, find};
use gcfn_template::{RegionTemplate, keys, parse};

pub(crate) fn template(entry: &CatalogEntry) -> RegionTemplate {
    let file = format!("catalog/{}/region.toml", entry.code);
    parse(&file, entry.region).unwrap_or_else(|problems| panic!("{problems}"))
}

pub(crate) fn calendar(entry: &CatalogEntry) -> Calendar {
    let rules = template(entry).calendar;
    let calendar = rules.calendar(entry.holidays, entry.workdays);
    calendar.unwrap_or_else(|problems| panic!("{}: {problems}", entry.code))
}

#[test]
fn every_entry_reads_without_a_problem() {
    for entry in &CATALOG {
        let template = template(entry);
        assert_eq!(template.region.as_str(), entry.code);
        assert_eq!(template.calendar.workdays.is_some(), entry.workdays.is_some());
        let house = find(template.federation.regional.as_str()).expect("a region of the catalog");
        let regional = self::template(house).federation.regional;
        assert_eq!(regional.as_str(), house.code, "{}: its house has another house", entry.code);
    }
}

#[test]
fn calendars_cover_2024_to_2028() {
    let mut table = String::new();
    for entry in &CATALOG {
        let calendar = calendar(entry);
        let mut counts = [0_u32; 5];
        let mut date = calendar.first;
        while date <= calendar.last {
            let open = calendar.is_business_day(date).expect("within the years");
            let year = usize::try_from(date.ymd().0 - 2024).expect("2024 or later");
            counts[year] += u32::from(open);
            date = date.plus_days(1);
        }
        table.push_str(&format!("{} {counts:?}\n", entry.code));
    }
    // The business days a year that the sources give.
    expect![[r#"
        cn [251, 248, 248, 248, 248]
        hk [247, 246, 247, 248, 246]
        sg [252, 252, 251, 253, 250]
        us [251, 250, 251, 252, 251]
        eu [256, 255, 256, 258, 255]
        jp [245, 243, 242, 244, 245]
        ae [252, 252, 250, 253, 255]
        gb [254, 253, 253, 253, 252]
    "#]]
    .assert_eq(&table);
}

#[test]
fn cut_offs_are_instants() {
    let utc = |code: &str, date: &str| {
        let template = template(find(code).expect("in the catalog"));
        let at = template.cut_off_utc(date.parse().expect("a date")).expect("in range");
        at.to_string().replace(".000000", "")
    };
    // Central European summer time ends on 2026-10-25.
    assert_eq!(utc("eu", "2026-10-23"), "2026-10-23T13:30:00Z");
    assert_eq!(utc("eu", "2026-10-26"), "2026-10-26T14:30:00Z");
    assert_eq!(utc("eu", "2026-03-27"), "2026-03-27T14:30:00Z");
    assert_eq!(utc("eu", "2026-03-30"), "2026-03-30T13:30:00Z");
    assert_eq!(utc("cn", "2026-07-01"), "2026-07-01T08:00:00Z");
    assert_eq!(utc("us", "2026-07-01"), "2026-07-01T21:00:00Z");
}

#[test]
fn jobs_run_at_local_midnight_and_two_hours_later() {
    let template = template(find("jp").expect("in the catalog"));
    let date = "2026-11-21".parse().expect("a date");
    let (expiry, breakage) = (template.expiry_utc(date), template.breakage_utc(date));
    let expiry = expiry.expect("in range");
    assert_eq!(expiry.to_string(), "2026-11-20T15:00:00.000000Z");
    assert_eq!(breakage.expect("in range").to_string(), "2026-11-20T17:00:00.000000Z");
    assert_eq!(template.zone.date(expiry), date);
}

#[test]
fn the_table_of_keys_is_up_to_date() {
    // UPDATE_EXPECT=1 writes it anew.
    let text = format!(
        "# Region templates: the keys of `region.toml`\n\n\
         Made from `region-templates/template/src/keys.rs` by a test; do not edit.\n\n\
         Every key is read by a part of a node, or its meaning says that it is for people. What is \
         the same in all regions is in no template: the network's charter says in how many business \
         days a trade across regions settles and how long a locked rate is good (`Params` in \
         `federation/council`), and `regnode/watch` from which lag of a mirror on a finding is \
         filed. A withdrawal is paid with the value date of its trading day, T+n of \
         `settlement.domestic_days`, once `money.withdrawal_hold_minutes` have passed. How dates and \
         times follow from these keys: [settlement](protocols/settlement.md), \"Dates and times\"; \
         where the calendars come from: `region-templates/catalog/SOURCES.md`. T+0 takes the house \
         as well: a node that has it under a house that does not settles on the next day.\n\n{}",
        keys::markdown()
    );
    expect_file!["../../../../docs/region-templates.md"].assert_eq(&text);
}
