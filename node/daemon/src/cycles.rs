//! On which days a house opens cycles, and at which instants they close, call and end.
//!
//! A cycle is opened for every day that can be the value date of something the house clears, and
//! for no other. What stands in a log is the schedule in UTC, so no replica needs calendars or
//! time zones to follow it (ADR 0011).

use crate::region::Region;
use gcfn_clearing::Schedule;
use gcfn_council::Council;
use gcfn_model::{BusinessDate, Calendar, Currency, RegionId, Timestamp};
use gcfn_template::catalog::CATALOG;
use gcfn_template::{LocalTime, RegionTemplate, TemplateProblems};
use std::collections::BTreeMap;

/// How many cycles are known ahead: more business days than any value date is away, a T+5 across
/// the longest holidays included.
const CYCLES_AHEAD: usize = 15;
/// How long after the cut-off of its own day a cycle of T+0 stays open: what is bundled at the
/// cut-off has to be affirmed.
const AFFIRM_SECONDS: u64 = 15 * 60;
/// From when on a regional calls for money.
const CALL_AT: &str = "08:00";

/// The calendars of the currencies that trade in `region`, as the federation has them. A member
/// that is suspended has still to settle.
#[must_use]
pub(crate) fn calendars_of(council: &Council, region: RegionId) -> Vec<Calendar> {
    let here = council.directory().members().filter(|member| member.profile.region == region);
    let mut currencies: Vec<Currency> = here.filter_map(|m| m.profile.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    currencies.iter().filter_map(|of| council.calendars().get(of)).cloned().collect()
}

/// The cycles that a regional's house has open or opens now.
///
/// Between the pools of one node only its own currency moves, so a day counts on which one of
/// `calendars` is open: those of the currencies of the house's members. With T+n a cycle closes
/// when its day begins, calls at eight, and has failed whoever has not paid in by the deadline.
/// With T+0 it closes a quarter of an hour after the day's cut-off and calls at once.
#[must_use]
pub(crate) fn of_regional(
    region: &Region,
    calendars: &[Calendar],
    now: Timestamp,
) -> Vec<Schedule> {
    let template = &region.template;
    let at = |date: BusinessDate, time: &str| {
        let time: LocalTime = time.parse().expect("a time of day");
        template.zone.instant(date, time)
    };
    let schedule = |value_date: BusinessDate| {
        let (cut_off, pay_in_from) = match template.settlement.domestic_days {
            0 => {
                let closes = template.cut_off_utc(value_date)?.micros();
                let closes = Timestamp::from_micros(closes + AFFIRM_SECONDS * 1_000_000)?;
                (closes, closes)
            }
            _ => (at(value_date, "00:00")?, at(value_date, CALL_AT)?),
        };
        let pay_in_by = template.pay_in_by_utc(value_date)?;
        Some(Schedule { value_date, cut_off, pay_in_from, pay_in_by })
    };
    let calendars: Vec<&Calendar> = calendars.iter().collect();
    ahead(&calendars, 1, template.zone.date(now), now, schedule)
}

/// The clocks of every currency: the template of its region in the catalog.
///
/// # Errors
/// When the catalog is unsound.
pub(crate) fn clocks() -> Result<BTreeMap<Currency, RegionTemplate>, TemplateProblems> {
    let read = CATALOG.iter().map(|entry| entry.read().map(|(template, _)| template));
    read.map(|template| template.map(|template| (template.currency, template))).collect()
}

/// The cycles that the federation's house has open or opens now.
///
/// A deal moves two currencies, so a day counts on which two of `calendars` are open. A cycle
/// closes when its day begins in UTC, as the federation's dates do, and calls an hour later. All
/// its currencies settle at once, so whoever has not paid in has failed it at the earliest
/// deadline of a region that is open on the day: later, its bank would not pay out that day.
#[must_use]
pub(crate) fn of_federation(
    calendars: &BTreeMap<Currency, Calendar>,
    clocks: &BTreeMap<Currency, RegionTemplate>,
    now: Timestamp,
) -> Vec<Schedule> {
    let schedule = |value_date: BusinessDate| {
        let open = calendars.iter().filter(|(_, calendar)| is_open(calendar, value_date));
        let deadlines = open.filter_map(|(of, _)| clocks.get(of)?.pay_in_by_utc(value_date));
        let pay_in_by = deadlines.min()?;
        let hour = |hour: u32| Timestamp::from_utc(value_date, hour * 3600);
        Some(Schedule { value_date, cut_off: hour(0)?, pay_in_from: hour(1)?, pay_in_by })
    };
    let known: Vec<&Calendar> = calendars.values().collect();
    ahead(&known, 2, now.utc().0, now, schedule)
}

fn is_open(calendar: &Calendar, date: BusinessDate) -> bool {
    calendar.is_business_day(date) == Ok(true)
}

/// The schedules of the next days from `today` on which `least` of `calendars` are open, as far as
/// any of them knows, without those that have closed already.
fn ahead(
    calendars: &[&Calendar],
    least: usize,
    today: BusinessDate,
    now: Timestamp,
    schedule: impl Fn(BusinessDate) -> Option<Schedule>,
) -> Vec<Schedule> {
    let Some(last) = calendars.iter().map(|calendar| calendar.last).max() else {
        return Vec::new();
    };
    let known = (0..).map(|days| today.plus_days(days)).take_while(|date| *date <= last);
    let counts = |date: &BusinessDate| {
        least <= calendars.iter().filter(|calendar| is_open(calendar, *date)).count()
    };
    let schedules = known.filter(counts).filter_map(schedule);
    schedules.filter(|schedule| now < schedule.cut_off).take(CYCLES_AHEAD).collect()
}

#[cfg(test)]
mod tests;
