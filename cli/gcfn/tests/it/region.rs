//! Business days and value dates, as an operations desk asks for them.

use crate::{gcfn, told};
use expect_test::{Expect, expect};

fn check(arguments: &str, code: i32, expected: &Expect) {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let (ended, text, errors) = told(&gcfn(&arguments));
    assert_eq!(ended, code, "{errors}");
    expected.assert_eq(if code == 0 { &text } else { &errors });
}

#[test]
fn a_value_date_is_told_with_the_holidays_on_the_way() {
    check(
        "region value-date --calendars US,SG --from 2026-11-20 --business-days 2",
        0,
        &expect![[r#"
            2026-11-24
        "#]],
    );
    check(
        "region value-date --calendars us,jp --from 2026-11-20 --business-days 3",
        0,
        &expect![[r#"
            2026-11-27
              2026-11-23  JP is closed: Labor Thanksgiving Day
              2026-11-26  US is closed: Thanksgiving Day
        "#]],
    );
}

#[test]
fn the_first_day_is_rolled_as_asked() {
    let ask = "region value-date --calendars EU --from 2026-05-31 --business-days 0 --roll";
    check(
        &format!("{ask} following"),
        0,
        &expect![[r#"
        2026-06-01
    "#]],
    );
    check(
        &format!("{ask} modified-following"),
        0,
        &expect![[r#"
        2026-05-29
    "#]],
    );
    check(
        &format!("{ask} preceding"),
        0,
        &expect![[r#"
        2026-05-29
    "#]],
    );
}

#[test]
fn programs_read_one_document() {
    check(
        "region value-date --calendars CN,HK --from 2027-12-31 --business-days 1 --output json",
        0,
        &expect![[r#"
            {
              "business_days": 1,
              "calendars": [
                "CN",
                "HK"
              ],
              "closed": [
                {
                  "calendar": "CN",
                  "date": "2028-01-01",
                  "name": "New Year's Day (projected; State Council notice not in source)"
                },
                {
                  "calendar": "HK",
                  "date": "2028-01-01",
                  "name": "New Year's Day"
                },
                {
                  "calendar": "CN",
                  "date": "2028-01-03",
                  "name": "New Year's Day (observed) (projected; State Council notice not in source)"
                }
              ],
              "computed": [
                "CN",
                "HK"
              ],
              "from": "2027-12-31",
              "roll": "following",
              "value_date": "2028-01-04"
            }
        "#]],
    );
}

#[test]
fn what_a_calendar_does_not_know_is_refused() {
    check(
        "region value-date --calendars CN --from 2028-12-29 --business-days 1",
        1,
        &expect![[r#"
        gcfn: 2029-01-01 is outside the calendar, which knows 2024-01-01 to 2028-12-31
    "#]],
    );
    check(
        "region value-date --calendars XX --from 2026-12-29 --business-days 1",
        2,
        &expect![[r#"
        gcfn: no region template xx in the catalog; there are cn, hk, sg, us, eu, jp, ae, gb
    "#]],
    );
    check(
        "region calendar CN --year 2031",
        1,
        &expect![[r#"
        gcfn: 2031-01-01 is outside the calendar, which knows 2024-01-01 to 2028-12-31
    "#]],
    );
}

#[test]
fn a_year_is_listed_with_its_make_up_days() {
    check(
        "region calendar CN --year 2026",
        0,
        &expect![[r#"
        DATE        DAY  IS      NAME
        2026-01-01  thu  closed  New Year's Day
        2026-01-02  fri  closed  New Year's Day (rest day moved by State Council notice)
        2026-01-03  sat  closed  New Year's Day
        2026-01-04  sun  worked  New Year's Day make-up working day
        2026-02-14  sat  worked  Spring Festival make-up working day
        2026-02-15  sun  closed  Spring Festival
        2026-02-16  mon  closed  Spring Festival
        2026-02-17  tue  closed  Spring Festival
        2026-02-18  wed  closed  Spring Festival
        2026-02-19  thu  closed  Spring Festival
        2026-02-20  fri  closed  Spring Festival (rest day moved by State Council notice)
        2026-02-21  sat  closed  Spring Festival
        2026-02-22  sun  closed  Spring Festival
        2026-02-23  mon  closed  Spring Festival (rest day moved by State Council notice)
        2026-02-28  sat  worked  Spring Festival make-up working day
        2026-04-04  sat  closed  Tomb-sweeping Day
        2026-04-05  sun  closed  Tomb-sweeping Day
        2026-04-06  mon  closed  Tomb-sweeping Day
        2026-05-01  fri  closed  Labour Day
        2026-05-02  sat  closed  Labour Day
        2026-05-03  sun  closed  Labour Day
        2026-05-04  mon  closed  Labour Day
        2026-05-05  tue  closed  Labour Day (rest day moved by State Council notice)
        2026-05-09  sat  worked  Labour Day make-up working day
        2026-06-19  fri  closed  Dragon Boat Festival
        2026-06-20  sat  closed  Dragon Boat Festival
        2026-06-21  sun  closed  Dragon Boat Festival
        2026-09-20  sun  worked  National Day make-up working day
        2026-09-25  fri  closed  Mid-autumn Festival
        2026-09-26  sat  closed  Mid-autumn Festival
        2026-09-27  sun  closed  Mid-autumn Festival
        2026-10-01  thu  closed  National Day
        2026-10-02  fri  closed  National Day
        2026-10-03  sat  closed  National Day
        2026-10-04  sun  closed  National Day
        2026-10-05  mon  closed  National Day
        2026-10-06  tue  closed  National Day (rest day moved by State Council notice)
        2026-10-07  wed  closed  National Day (rest day moved by State Council notice)
        2026-10-10  sat  worked  National Day make-up working day
        248 business days in 2026, announced
    "#]],
    );
    check(
        "region calendar EU --year 2027 --output json",
        0,
        &expect![[r#"
        {
          "announced": true,
          "business_days": 258,
          "calendar": "EU",
          "closed": [
            {
              "date": "2027-01-01",
              "name": "New Year's Day"
            },
            {
              "date": "2027-03-26",
              "name": "Good Friday"
            },
            {
              "date": "2027-03-29",
              "name": "Easter Monday"
            },
            {
              "date": "2027-05-01",
              "name": "Labour Day"
            },
            {
              "date": "2027-12-25",
              "name": "Christmas Day"
            },
            {
              "date": "2027-12-26",
              "name": "Christmas Holiday"
            }
          ],
          "worked": [],
          "year": 2027
        }
    "#]],
    );
}
