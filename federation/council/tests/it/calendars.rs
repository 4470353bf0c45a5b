//! How validators change the days on which a currency settles.

use crate::commands::Desk;
use crate::world::{calendar, name};
use gcfn_council::{CALENDAR_DAYS_MAX, CalendarChange, Done, Event, Refusal, Verb};
use gcfn_model::{BusinessDate, Calendar, Currency};

/// A network on 2026-11-23, whose calendars end with 2027.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.must("at 10");
    desk.must("root date 2026-11-23");
    desk
}

fn date(text: &str) -> BusinessDate {
    name(text)
}

/// From `from` on, until the end of 2030, Hong Kong has these holidays.
fn change(from: &str, holidays: &[&str]) -> CalendarChange {
    let calendar = Calendar { last: date("2030-12-31"), ..calendar(holidays) };
    CalendarChange { currency: Currency::Hkd, from: date(from), calendar }
}

fn say(desk: &mut Desk, by: &str, change: &CalendarChange) -> (gcfn_council::Outcome, Vec<Event>) {
    desk.world.say(by, Verb::ChangeCalendar(Box::new(change.clone())))
}

fn is_open(desk: &Desk, day: &str) -> bool {
    desk.world.council.calendars()[&Currency::Hkd].is_business_day(date(day)) == Ok(true)
}

#[test]
fn two_thirds_of_the_validators_lengthen_a_calendar_and_days_before_stay() {
    let mut desk = desk();
    let longer = change("2027-01-01", &["2026-12-01", "2027-12-31", "2030-01-02"]);
    assert!(!is_open(&desk, "2026-11-26") && is_open(&desk, "2026-12-01"));
    for by in ["root", "cn"] {
        assert!(matches!(say(&mut desk, by, &longer).0, Ok(Done::Waits(_))));
        assert!(!is_open(&desk, "2030-01-03"), "not yet");
    }
    assert_eq!(desk.world.council.ballots().count(), 1);
    let (outcome, events) = say(&mut desk, "hk", &longer);
    assert_eq!(outcome, Ok(Done::Accepted));
    let told = events.iter().any(|event| match event {
        Event::CalendarChanged { change, approvals } => **change == longer && approvals.len() == 3,
        _ => false,
    });
    assert!(told, "{events:?}");
    assert!(!is_open(&desk, "2026-11-26"), "as before");
    assert!(is_open(&desk, "2026-12-01"), "the change says nothing of it");
    assert!(!is_open(&desk, "2027-12-31") && !is_open(&desk, "2030-01-02"));
    assert!(is_open(&desk, "2030-01-03"));
    assert_eq!(desk.world.council.ballots().count(), 0);
    assert_eq!(say(&mut desk, "sg", &longer).0, Ok(Done::Repeated));
}

#[test]
fn rates_are_locked_for_days_that_the_charter_did_not_know() {
    let mut desk = Desk::new();
    for said in ["at 10", "root date 2027-12-01"] {
        desk.must(said);
    }
    let longer = |currency| CalendarChange { currency, ..change("2027-12-02", &[]) };
    for currency in [Currency::Hkd, Currency::Cny] {
        for by in ["root", "cn", "hk"] {
            say(&mut desk, by, &longer(currency)).0.expect("sound");
        }
    }
    desk.must("root date 2027-12-30");
    desk.must("sg-fx quote CNY/HKD 108 110 1000 30");
    desk.must("cn-sha lock L1 CNY HKD 100");
    let (rate, _) = desk.world.council.locks().next().expect("one");
    assert_eq!(rate.value_date, date("2028-01-03"));
}

#[test]
fn a_day_on_which_a_locked_rate_settles_is_not_closed() {
    let mut desk = desk();
    for said in ["sg-fx quote CNY/HKD 108 110 5000 30", "cn-sha lock L1 CNY HKD 100"] {
        desk.must(said);
    }
    let closing = change("2026-11-25", &["2026-11-27"]);
    let taken = Err(Refusal::CalendarTaken(date("2026-11-27")));
    assert_eq!(say(&mut desk, "root", &closing).0, taken);
    let later = change("2026-11-25", &["2026-11-30"]);
    assert!(matches!(say(&mut desk, "root", &later).0, Ok(Done::Waits(_))));
    let other = CalendarChange { currency: Currency::Sgd, ..closing };
    let outcome = say(&mut desk, "root", &other).0;
    assert!(matches!(outcome, Ok(Done::Waits(_))), "none in it settles");
}

#[test]
fn what_is_no_calendar_or_comes_too_late_is_refused() {
    let mut desk = desk();
    let sound = change("2027-01-01", &[]);
    let with = |edit: fn(&mut CalendarChange)| {
        let mut wrong = sound.clone();
        edit(&mut wrong);
        wrong
    };
    let shapeless = [
        with(|change| change.calendar.weekend = (0..7).collect()),
        with(|change| change.calendar.weekend = [7].into()),
        with(|change| change.calendar.first = change.calendar.last.plus_days(1)),
        with(|change| change.calendar.last = change.calendar.first.plus_days(36_600)),
        with(|change| change.from = change.calendar.last.plus_days(1)),
        with(|change| {
            let days = 0..i32::try_from(CALENDAR_DAYS_MAX + 1).expect("small");
            change.calendar.holidays = days.map(BusinessDate::from_days).collect();
        }),
    ];
    for wrong in shapeless {
        assert_eq!(say(&mut desk, "root", &wrong).0, Err(Refusal::CalendarShape), "{wrong:?}");
    }
    let today = with(|change| change.from = name("2026-11-23"));
    assert_eq!(say(&mut desk, "root", &today).0, Err(Refusal::CalendarPast(date("2026-11-23"))));
    let gap = with(|change| change.from = name("2028-06-01"));
    assert_eq!(say(&mut desk, "root", &gap).0, Err(Refusal::CalendarGap));
    for by in ["cn-sha", "sg-fx", "cn-reg"] {
        assert_eq!(say(&mut desk, by, &sound).0, Err(Refusal::NotPermitted), "{by}");
    }
    assert_eq!(desk.world.council.ballots().count(), 0);
}

#[test]
fn a_validator_stands_by_one_change_of_a_currency_at_a_time() {
    let mut desk = desk();
    let [one, other] = ["2027-01-01", "2027-02-01"].map(|from| change(from, &[]));
    for by in ["root", "cn"] {
        say(&mut desk, by, &one).0.expect("sound");
    }
    say(&mut desk, "cn", &other).0.expect("it has thought better of it");
    let (_, events) = say(&mut desk, "hk", &one);
    assert!(!events.iter().any(|event| matches!(event, Event::CalendarChanged { .. })));
    let words = desk.world.council.ballots().map(|ballot| ballot.words().count());
    assert_eq!(words.sum::<usize>(), 3);
}
