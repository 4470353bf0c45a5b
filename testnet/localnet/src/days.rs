//! Business days of a demo: which date it plays on, and what time its clocks show.
//!
//! A demo's clocks are real time plus an offset that only grows. Every region's day is passed
//! at two instants: at `MIDDAY` all markets are open and every cycle of the day can be paid in;
//! at `EVENING` every cut-off of the day has passed and no next day has begun.

use crate::layout::Layout;
use anyhow::{Context, Result};
use gcfn_model::{BusinessDate, Calendar, Timestamp};
use std::collections::BTreeSet;

/// 07:30 UTC: after 08:00 in Berlin, before the cut-off at 16:00 in Shanghai, in any season.
pub(crate) const MIDDAY: u32 = 7 * 3600 + 1800;
/// 15:00 UTC: after the cut-off at 15:30 in Berlin, before midnight in Shanghai.
pub(crate) const EVENING: u32 = 15 * 3600;
/// How many business days in a row a demo needs.
const DAYS: i32 = 5;
const SEARCH: i32 = 60;

/// The calendars of every region of the network.
pub(crate) fn calendars(layout: &Layout) -> Result<Vec<Calendar>> {
    let codes: BTreeSet<&str> = layout.traders().map(Layout::template_of).collect();
    let calendar = |code: &&str| {
        let entry =
            gcfn_template::catalog::find(code).with_context(|| format!("template {code}"))?;
        let template = gcfn_template::parse("region.toml", entry.region)?;
        Ok(template.calendar.calendar(entry.holidays, entry.workdays)?)
    };
    codes.iter().map(calendar).collect()
}

/// The first of enough days in a row after `today` on which every region works.
pub(crate) fn first_day(calendars: &[Calendar], today: BusinessDate) -> Result<BusinessDate> {
    let works = |date: BusinessDate| {
        calendars.iter().all(|calendar| calendar.is_business_day(date).unwrap_or(false))
    };
    let fits = |start: &BusinessDate| (0..DAYS).all(|day| works(start.plus_days(day)));
    let mut starts = (2..SEARCH).map(|day| today.plus_days(day));
    starts.find(fits).context("no week within two months in which every region works")
}

/// The first day after `last` on which every region works and whose `MIDDAY` is not before `now`.
pub(crate) fn next_day(
    calendars: &[Calendar],
    last: BusinessDate,
    now: Timestamp,
) -> Result<BusinessDate> {
    let works = |date: &BusinessDate| {
        let is_ahead = instant(*date, MIDDAY).is_ok_and(|midday| now <= midday);
        let works = |calendar: &Calendar| calendar.is_business_day(*date).unwrap_or(false);
        is_ahead && calendars.iter().all(works)
    };
    let (today, _) = now.utc();
    let mut days = (1..SEARCH).map(|day| last.max(today.plus_days(-1)).plus_days(day));
    days.find(works).context("no day within two months on which every region works")
}

/// The instant `second` of `date` in UTC.
pub(crate) fn instant(date: BusinessDate, second: u32) -> Result<Timestamp> {
    Timestamp::from_utc(date, second).context("a date after 1970")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn first(today: &str) -> String {
        let layout = Layout::choose(&Scenario::built_in().expect("sound").network).expect("ports");
        let calendars = calendars(&layout).expect("sound");
        first_day(&calendars, today.parse().expect("a date")).expect("a week").to_string()
    }

    fn next(last: &str, now: &str) -> String {
        let layout = Layout::choose(&Scenario::built_in().expect("sound").network).expect("ports");
        let calendars = calendars(&layout).expect("sound");
        let (last, now) = (last.parse().expect("a date"), now.parse().expect("a time"));
        next_day(&calendars, last, now).expect("a day").to_string()
    }

    #[test]
    fn a_network_goes_on_with_the_next_day_on_which_everybody_works() {
        assert_eq!(next("2026-12-03", "2026-12-03T07:35:00Z"), "2026-12-04");
        assert_eq!(next("2026-12-04", "2026-12-04T15:00:00Z"), "2026-12-07", "after a weekend");
        // Left alone for days: its clock has gone on, its banks have not.
        assert_eq!(next("2026-12-03", "2026-12-09T06:00:00Z"), "2026-12-09");
        assert_eq!(next("2026-12-03", "2026-12-09T09:00:00Z"), "2026-12-10");
    }

    #[test]
    fn a_demo_plays_in_a_week_in_which_everybody_works() {
        assert_eq!(first("2026-11-21"), "2026-11-23");
        assert_eq!(first("2026-11-24"), "2026-11-30");
        // Christmas in the EU, then New Year: the week of the 4th.
        assert_eq!(first("2026-12-20"), "2027-01-04");
    }
}
