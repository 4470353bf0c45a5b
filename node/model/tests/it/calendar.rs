//! Laws of business calendars, whatever days are closed.

use gcfn_model::{BusinessDate, Calendar, CalendarFault, Roll};
use proptest::collection::btree_set;
use proptest::prelude::*;

/// The days of the tests, from 2026-01-01 on.
const DAYS: i32 = 730;

fn day(text: &str) -> BusinessDate {
    text.parse().expect("a date")
}

fn nth(days: i32) -> BusinessDate {
    day("2026-01-01").plus_days(days)
}

fn days(count: usize) -> impl Strategy<Value = std::collections::BTreeSet<BusinessDate>> {
    btree_set((0..DAYS).prop_map(nth), 0..count)
}

prop_compose! {
    /// Two years of a region: a weekend of up to two days, holidays, and make-up days.
    fn calendar()(
        weekend in btree_set(0u8..7, 0..=2),
        holidays in days(60),
        workdays in days(12),
    ) -> Calendar {
        Calendar { weekend, holidays, workdays, first: nth(0), last: nth(DAYS - 1) }
    }
}

/// Every day of both calendars, one by one: what the searches must agree with.
fn open_days(calendars: &[&Calendar]) -> Vec<BusinessDate> {
    let open = |date: &BusinessDate| {
        calendars.iter().all(|c| {
            let off = c.weekend.contains(&date.weekday()) || c.holidays.contains(date);
            c.workdays.contains(date) || !off
        })
    };
    (0..DAYS).map(nth).filter(open).collect()
}

proptest! {
    #[test]
    fn an_amended_calendar_has_the_old_days_before_and_the_new_ones_after(
        old in calendar(), new in calendar(), n in 0..DAYS,
    ) {
        let amended = old.amended(nth(n), &new).expect("both know every day");
        for day in (0..DAYS).map(nth) {
            let of = if day < nth(n) { &old } else { &new };
            prop_assert_eq!(amended.is_business_day(day), of.is_business_day(day), "{}", day);
        }
        prop_assert_eq!(amended.amended(nth(n), &new), Ok(amended.clone()), "once is enough");
    }

    #[test]
    fn rolls_are_the_nearest_joint_business_days(a in calendar(), b in calendar(), n in 0..DAYS) {
        let (both, date) = ([&a, &b], nth(n));
        let open = open_days(&both);
        let later = open.iter().copied().find(|day| date <= *day);
        let earlier = open.iter().copied().rev().find(|day| *day <= date);
        prop_assert_eq!(Calendar::roll(&both, date, Roll::Following).ok(), later);
        prop_assert_eq!(Calendar::roll(&both, date, Roll::Preceding).ok(), earlier);
        let month = |date: BusinessDate| (date.ymd().0, date.ymd().1);
        let stays = later.filter(|later| month(*later) == month(date));
        let modified = Calendar::roll(&both, date, Roll::ModifiedFollowing);
        prop_assert_eq!(modified.ok(), stays.or(earlier));
    }

    #[test]
    fn a_value_date_is_the_nth_joint_business_day(
        a in calendar(), b in calendar(), n in 0..DAYS, count in 0usize..12,
    ) {
        let (both, date) = ([&a, &b], nth(n));
        let nth_open = open_days(&both).into_iter().filter(|day| date <= *day).nth(count);
        let steps = u32::try_from(count).expect("few");
        prop_assert_eq!(Calendar::value_date(&both, date, steps).ok(), nth_open);
        let swapped = Calendar::value_date(&[&b, &a], date, steps);
        prop_assert_eq!(swapped.ok(), nth_open, "the order of calendars says nothing");
    }

    #[test]
    fn days_add_up(a in calendar(), n in 0..DAYS, first in 0u32..6, then in 0u32..6) {
        let at_once = Calendar::value_date(&[&a], nth(n), first + then);
        let in_two = Calendar::value_date(&[&a], nth(n), first)
            .and_then(|between| Calendar::value_date(&[&a], between, then));
        prop_assert_eq!(at_once, in_two);
    }
}

fn weekdays(first: &str, last: &str) -> Calendar {
    let (first, last) = (day(first), day(last));
    Calendar { weekend: [5, 6].into(), holidays: [].into(), workdays: [].into(), first, last }
}

#[test]
fn beyond_its_years_a_calendar_has_no_answer() {
    let calendar = weekdays("2026-01-01", "2026-12-31");
    let only = [&calendar];
    let fault =
        |date| CalendarFault { date: day(date), first: calendar.first, last: calendar.last };
    // 2026-12-31 is a Thursday, 2026-01-01 too.
    let next = Calendar::value_date(&only, day("2026-12-31"), 1);
    assert_eq!(next, Err(fault("2027-01-01")));
    for roll in Roll::ALL {
        assert_eq!(Calendar::roll(&only, day("2027-01-02"), roll), Err(fault("2027-01-02")));
        assert_eq!(Calendar::roll(&only, day("2025-12-31"), roll), Err(fault("2025-12-31")));
    }
    let told = fault("2027-01-01").to_string();
    assert_eq!(told, "2027-01-01 is outside the calendar, which knows 2026-01-01 to 2026-12-31");
}

#[test]
fn a_day_that_one_of_them_does_not_know_has_no_answer_either() {
    let (short, long) =
        (weekdays("2026-01-01", "2026-06-30"), weekdays("2026-01-01", "2026-12-31"));
    // Saturday 2026-07-04 is closed in one, but the other may not be asked.
    for both in [[&long, &short], [&short, &long]] {
        assert!(Calendar::following(&both, day("2026-07-04")).is_err());
    }
}

#[test]
fn the_last_days_of_the_last_year_roll_back_within_their_month() {
    // Saturday 2027-01-30 and Sunday 2027-01-31: the next business day is in February.
    let calendar = weekdays("2026-01-01", "2027-01-31");
    let rolled = |roll| Calendar::roll(&[&calendar], day("2027-01-30"), roll);
    assert_eq!(rolled(Roll::ModifiedFollowing), Ok(day("2027-01-29")));
    assert_eq!(rolled(Roll::Preceding), Ok(day("2027-01-29")));
    assert!(rolled(Roll::Following).is_err());
}

#[test]
fn a_roll_is_named_as_it_is_read() {
    for roll in Roll::ALL {
        assert_eq!(roll.to_string().parse(), Ok(roll));
    }
    assert!("modified".parse::<Roll>().is_err());
}

#[test]
fn an_amendment_leaves_no_days_without_an_answer() {
    let year = |first: &str, last: &str| Calendar {
        weekend: [5, 6].into(),
        holidays: [].into(),
        workdays: [].into(),
        first: day(first),
        last: day(last),
    };
    let (old, new) = (year("2026-01-01", "2026-12-31"), year("2027-01-01", "2027-12-31"));
    let joined = old.amended(day("2027-01-01"), &new).expect("without a gap");
    assert_eq!((joined.first, joined.last), (day("2026-01-01"), day("2027-12-31")));
    assert!(old.amended(day("2027-01-02"), &new).is_err(), "who knows of the first of January?");
    assert!(old.amended(day("2026-12-31"), &new).is_err(), "the new one does not know it");
}
