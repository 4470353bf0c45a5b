//! Business calendars from their files.
//!
//! A file lists days, one a line: `YYYY-MM-DD`, a tab, the name of the day; in order, without
//! repetition. Listing a weekend day as closed is harmless.

use crate::problem::{Notes, TemplateProblems};
use crate::region::CalendarRules;
use gcfn_model::{BusinessDate, Calendar};
use std::collections::{BTreeMap, BTreeSet};

/// Reads one file of days between two years. `file` is how problems name it.
///
/// # Errors
/// [`TemplateProblems`]: all that is wrong with it.
pub fn parse(
    file: &str,
    text: &str,
    (first_year, last_year): (i32, i32),
) -> Result<BTreeSet<BusinessDate>, TemplateProblems> {
    let mut notes = Notes::new(file, text);
    let days = read(&mut notes, text, (first_year, last_year));
    notes.conclude(Some(days))
}

fn read(
    notes: &mut Notes,
    text: &str,
    (first_year, last_year): (i32, i32),
) -> BTreeSet<BusinessDate> {
    let mut days = BTreeSet::new();
    for (line, row) in (1..).zip(text.lines()) {
        let named = row.split_once('\t').filter(|(_, name)| !name.trim().is_empty());
        let day = named.and_then(|(day, _)| day.parse::<BusinessDate>().ok());
        let Some(day) = day else {
            notes.add(line, format!("{row:?}"), "YYYY-MM-DD, a tab and the name of the day");
            continue;
        };
        let (year, _, _) = day.ymd();
        if year < first_year || last_year < year {
            notes.add(line, day.to_string(), format!("days of {first_year} to {last_year}"));
        }
        if days.last().is_some_and(|last| day <= *last) {
            notes.add(line, day.to_string(), "days in order, each once");
        }
        days.insert(day);
    }
    days
}

/// The days of a file that [`parse`] takes, with their names. Lines that it refuses are left out.
#[must_use]
pub fn names(text: &str) -> BTreeMap<BusinessDate, &str> {
    let rows = text.lines().filter_map(|row| row.split_once('\t'));
    rows.filter_map(|(day, name)| Some((day.parse().ok()?, name.trim()))).collect()
}

impl CalendarRules {
    /// The calendar of the region, from the texts of the files that the template names.
    ///
    /// # Errors
    /// [`TemplateProblems`]: all that is wrong with the first file that is wrong.
    pub fn calendar(
        &self,
        holidays: &str,
        workdays: Option<&str>,
    ) -> Result<Calendar, TemplateProblems> {
        let years = (self.first_year, self.last_year);
        let holidays = parse(&self.holidays, holidays, years)?;
        let mut open = BTreeSet::new();
        if let (Some(file), Some(text)) = (&self.workdays, workdays) {
            let mut notes = Notes::new(file, text);
            open = read(&mut notes, text, years);
            for (line, row) in (1..).zip(text.lines()) {
                let day = row.split_once('\t').and_then(|(day, _)| day.parse().ok());
                if day.is_some_and(|day: BusinessDate| !self.weekend.contains(&day.weekday())) {
                    notes.add(line, row.to_owned(), "weekend days: other days are open anyway");
                }
                if day.is_some_and(|day| holidays.contains(&day)) {
                    notes.add(line, row.to_owned(), "days that are not holidays as well");
                }
            }
            open = notes.conclude(Some(open))?;
        }
        let day = |year, month, day| {
            BusinessDate::from_ymd(year, month, day).expect("the years are 2000 to 2100")
        };
        Ok(Calendar {
            weekend: self.weekend.clone(),
            holidays,
            workdays: open,
            first: day(self.first_year, 1, 1),
            last: day(self.last_year, 12, 31),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn every_bad_line_is_named() {
        let text = "2026-01-01\tNew Year's Day\n\
                    2026-02-30\tno such day\n\
                    2026-05-01 Labour Day\n\
                    2025-12-25\tChristmas Day\n\
                    2031-01-01\tfar away\n";
        let problems = parse("holidays.tsv", text, (2025, 2028)).expect_err("refused");
        expect![[r#"
            holidays.tsv:2: "2026-02-30\tno such day"; allowed: YYYY-MM-DD, a tab and the name of the day
            holidays.tsv:3: "2026-05-01 Labour Day"; allowed: YYYY-MM-DD, a tab and the name of the day
            holidays.tsv:4: 2025-12-25; allowed: days in order, each once
            holidays.tsv:5: 2031-01-01; allowed: days of 2025 to 2028"#]]
        .assert_eq(&problems.to_string());
    }

    #[test]
    fn a_make_up_day_is_a_weekend_day_that_is_no_holiday() {
        let rules = CalendarRules {
            weekend: [5, 6].into(),
            first_year: 2026,
            last_year: 2026,
            firm_until: 2026,
            holidays: "holidays.tsv".to_owned(),
            workdays: Some("workdays.tsv".to_owned()),
        };
        let holidays = "2026-10-03\tNational Day\n";
        let problems = rules
            .calendar(holidays, Some("2026-10-03\tboth\n2026-10-05\tMonday\n2026-10-10\tgood\n"))
            .expect_err("refused");
        expect![[r#"
            workdays.tsv:1: 2026-10-03	both; allowed: days that are not holidays as well
            workdays.tsv:2: 2026-10-05	Monday; allowed: weekend days: other days are open anyway"#]]
        .assert_eq(&problems.to_string());
        let calendar = rules.calendar(holidays, Some("2026-10-10\tgood\n")).expect("in order");
        let day = "2026-10-10".parse().expect("a date");
        assert_eq!(calendar.is_business_day(day), Ok(true));
    }
}
