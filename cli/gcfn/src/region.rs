//! `gcfn region`: business days and value dates, by the calendars that this program ships.

use crate::failure::{Ended, Failure};
use crate::output::{self, Format};
use clap::{Args, Subcommand};
use gcfn_model::{BusinessDate, Calendar, CalendarFault, Roll};
use gcfn_template::catalog::{self, CatalogEntry};
use gcfn_template::{RegionTemplate, calendar};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Subcommand)]
pub(crate) enum Region {
    /// Work out on which day money moves that is owed from another day on.
    #[command(after_help = VALUE_DATE)]
    ValueDate(ValueDate),
    /// List the closed days of a year, and the weekend days that are worked.
    #[command(after_help = CALENDAR)]
    Calendar(Year),
}

const VALUE_DATE: &str = "\
A day counts on which every calendar is open. Where the first is none, it is rolled, and the
business days count from there. Exit code 1 where a calendar does not reach.
Examples:
  gcfn region value-date --calendars US,SG --from 2026-11-25 --business-days 2
  gcfn region value-date --calendars EU --from 2026-05-31 --business-days 0 --roll preceding";
const CALENDAR: &str = "\
Examples:
  gcfn region calendar CN --year 2026
  gcfn region calendar JP --year 2027 --output json";

#[derive(Debug, Args)]
pub(crate) struct ValueDate {
    /// The regions that have to be open, such as US,SG.
    #[arg(long, required = true, value_delimiter = ',', value_name = "REGIONS")]
    calendars: Vec<String>,
    /// The day to count from.
    #[arg(long, value_name = "DATE")]
    from: BusinessDate,
    /// How many business days later: 2 for T+2.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(0..=366))]
    business_days: u32,
    /// Where the first day goes if it is no business day: following, modified-following or
    /// preceding.
    #[arg(long, default_value = "following", value_name = "ROLL")]
    roll: Roll,
}

#[derive(Debug, Args)]
pub(crate) struct Year {
    /// The region.
    #[arg(value_name = "REGION")]
    region: String,
    /// The year.
    #[arg(long, value_name = "YEAR")]
    year: i32,
}

impl Region {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self {
            Region::ValueDate(ask) => ask.run(format),
            Region::Calendar(ask) => ask.run(format),
        }
    }
}

/// A region of the catalog with the names of its days.
struct Known {
    code: String,
    template: RegionTemplate,
    calendar: Calendar,
    closed: BTreeMap<BusinessDate, &'static str>,
    worked: BTreeMap<BusinessDate, &'static str>,
}

impl Known {
    fn find(code: &str) -> Result<Known, Failure> {
        let entry: &CatalogEntry = catalog::find(&code.trim().to_lowercase())
            .map_err(|fault| Failure::Usage(fault.to_string()))?;
        let (template, calendar) =
            entry.read().map_err(|fault| Failure::Usage(fault.to_string()))?;
        Ok(Known {
            code: entry.code.to_uppercase(),
            template,
            calendar,
            closed: calendar::names(entry.holidays),
            worked: entry.workdays.map(calendar::names).unwrap_or_default(),
        })
    }

    /// Why the region is closed on a day, if it is.
    fn closed_for(&self, date: BusinessDate) -> Option<&'static str> {
        let open = self.calendar.is_business_day(date).ok()?;
        (!open).then(|| self.closed.get(&date).copied().unwrap_or("weekend"))
    }

    /// Whether the days of a year are announced, not computed.
    fn is_firm(&self, year: i32) -> bool {
        year <= self.template.calendar.firm_until
    }
}

/// A day on which somebody is closed.
#[derive(Debug, Serialize)]
struct Closed {
    date: BusinessDate,
    calendar: String,
    name: &'static str,
}

fn refused(fault: CalendarFault) -> Failure {
    Failure::Refused(fault.to_string())
}

impl ValueDate {
    fn run(self, format: Format) -> Ended {
        let known: Vec<Known> =
            self.calendars.iter().map(|code| Known::find(code)).collect::<Result<_, _>>()?;
        let calendars: Vec<&Calendar> = known.iter().map(|known| &known.calendar).collect();
        let start = Calendar::roll(&calendars, self.from, self.roll).map_err(refused)?;
        let value_date = Calendar::value_date(&calendars, start, self.business_days);
        let value_date = value_date.map_err(refused)?;
        let closed = closed_between(&known, self.from.min(start), value_date.max(self.from));
        let year = value_date.ymd().0;
        let computed: Vec<&str> =
            known.iter().filter(|k| !k.is_firm(year)).map(|k| k.code.as_str()).collect();
        match format {
            Format::Json => output::json(&json!({
                "calendars": known.iter().map(|known| &known.code).collect::<Vec<_>>(),
                "from": self.from,
                "business_days": self.business_days,
                "roll": self.roll,
                "value_date": value_date,
                "closed": closed,
                "computed": computed,
            }))?,
            Format::Table => {
                output::line(&value_date.to_string())?;
                for Closed { date, calendar, name } in closed {
                    output::line(&format!("  {date}  {calendar} is closed: {name}"))?;
                }
                if !computed.is_empty() {
                    let who = computed.join(", ");
                    let told = format!("  the days of {year} in {who} are computed, not announced");
                    output::line(&told)?;
                }
            }
        }
        Ok(())
    }
}

/// The days from one to another on which a region is closed, weekends of all left out.
fn closed_between(known: &[Known], first: BusinessDate, last: BusinessDate) -> Vec<Closed> {
    let days = (0..).map(|days| first.plus_days(days)).take_while(|date| *date <= last);
    let closed_on = |date: BusinessDate| {
        known.iter().filter_map(move |known| {
            let name = known.closed_for(date)?;
            Some(Closed { date, calendar: known.code.clone(), name })
        })
    };
    days.flat_map(closed_on).filter(|closed| closed.name != "weekend").collect()
}

impl Year {
    fn run(self, format: Format) -> Ended {
        let known = Known::find(&self.region)?;
        let year = self.year;
        let first = BusinessDate::from_ymd(year, 1, 1)
            .ok_or_else(|| Failure::Usage(format!("{year} is no year of a calendar")))?;
        let days = (0..366).map(|day| first.plus_days(day)).filter(|date| date.ymd().0 == year);
        let mut business_days = 0_u32;
        for date in days {
            business_days += u32::from(known.calendar.is_business_day(date).map_err(refused)?);
        }
        let of_year = |days: &BTreeMap<BusinessDate, &'static str>| -> Vec<(BusinessDate, &str)> {
            let days = days.iter().filter(|(date, _)| date.ymd().0 == year);
            days.map(|(date, name)| (*date, *name)).collect()
        };
        let (closed, worked) = (of_year(&known.closed), of_year(&known.worked));
        let announced = if known.is_firm(year) { "announced" } else { "computed, not announced" };
        match format {
            Format::Json => output::json(&json!({
                "calendar": known.code,
                "year": year,
                "announced": known.is_firm(year),
                "business_days": business_days,
                "closed": documents(&closed),
                "worked": documents(&worked),
            }))?,
            Format::Table => {
                let row = |kind: &'static str| {
                    move |&(date, name): &(BusinessDate, &str)| {
                        let day = WEEK[usize::from(date.weekday())];
                        vec![date.to_string(), day.to_owned(), kind.to_owned(), name.to_owned()]
                    }
                };
                let mut rows: Vec<_> = closed.iter().map(row("closed")).collect();
                rows.extend(worked.iter().map(row("worked")));
                rows.sort();
                output::table(&["DATE", "DAY", "IS", "NAME"], rows)?;
                let told = format!("{business_days} business days in {year}, {announced}");
                output::line(&told)?;
            }
        }
        Ok(())
    }
}

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn documents(days: &[(BusinessDate, &str)]) -> Vec<Value> {
    days.iter().map(|(date, name)| json!({ "date": date, "name": name })).collect()
}
