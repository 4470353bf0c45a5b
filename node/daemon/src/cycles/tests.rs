use super::{clocks, of_federation, of_regional};
use crate::network::catalog_calendars;
use crate::region::Region;
use gcfn_clearing::Schedule;
use gcfn_model::{BusinessDate, Calendar, Currency, Millis, Timestamp};
use std::collections::BTreeMap;
use std::path::Path;

fn region(code: &str) -> Region {
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../region-templates/catalog");
    Region::read(&catalog.join(code)).expect("the catalog is sound")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn date(text: &str) -> BusinessDate {
    text.parse().expect("a date")
}

/// The calendars of these currencies.
fn calendars(of: &[Currency]) -> BTreeMap<Currency, Calendar> {
    let all = catalog_calendars().expect("sound").into_iter();
    all.filter(|(currency, _)| of.contains(currency)).collect()
}

fn clearing_in(code: &str, of: &[Currency], now: &str) -> Vec<Schedule> {
    let calendars: Vec<Calendar> = calendars(of).into_values().collect();
    of_regional(&region(code), &calendars, time(now))
}

fn days(schedules: &[Schedule]) -> Vec<String> {
    schedules.iter().map(|schedule| schedule.value_date.to_string()[5..].to_owned()).collect()
}

/// Cut-off, call and deadline.
fn times(schedule: &Schedule) -> [String; 3] {
    [schedule.cut_off, schedule.pay_in_from, schedule.pay_in_by]
        .map(|at| at.to_string().replace(":00.000000", ""))
}

#[test]
fn a_house_has_cycles_for_the_days_on_which_one_of_its_currencies_settles() {
    use Currency::{Cny, Hkd};
    // China is closed from 1 to 7 October and open on Saturday the 10th, Hong Kong the other way
    // round; both are closed on the 1st.
    let both = clearing_in("cn", &[Cny, Hkd], "2026-09-29T03:00:00Z");
    let expected = ["09-30", "10-02", "10-05", "10-06", "10-07", "10-08", "10-09", "10-10"];
    assert_eq!(days(&both)[..8], expected);
    let alone = clearing_in("cn", &[Cny], "2026-09-29T03:00:00Z");
    assert_eq!(days(&alone)[..4], ["09-30", "10-08", "10-09", "10-10"]);
}

#[test]
fn a_day_has_a_cycle_between_regions_if_two_currencies_settle_on_it() {
    let all = of_federation(
        &calendars(&Currency::ALL),
        &clocks().expect("sound"),
        time("2026-10-07T09:00:00Z"),
    );
    // Saturday the 10th is a business day in China alone.
    assert_eq!(days(&all)[..3], ["10-08", "10-09", "10-12"]);
    let new_year = of_federation(
        &calendars(&Currency::ALL),
        &clocks().expect("sound"),
        time("2026-12-30T09:00:00Z"),
    );
    assert_eq!(days(&new_year)[..2], ["12-31", "01-04"]);
}

#[test]
fn cycles_follow_the_clocks_of_their_regions_summer_time_included() {
    use Currency::{Eur, Jpy, Usd};
    let winter = clearing_in("eu", &[Eur], "2026-03-26T12:00:00Z");
    assert_eq!(days(&winter)[..2], ["03-27", "03-30"]);
    assert_eq!(times(&winter[0]), ["2026-03-26T23:00Z", "2026-03-27T07:00Z", "2026-03-27T14:30Z"]);
    assert_eq!(times(&winter[1]), ["2026-03-29T22:00Z", "2026-03-30T06:00Z", "2026-03-30T13:30Z"]);
    // Between regions: the earliest deadline of those that are open. Japan is closed on 20 March.
    let between = |of: &[Currency], now| {
        times(&of_federation(&calendars(of), &clocks().expect("sound"), time(now))[0])
    };
    let all = between(&[Eur, Jpy, Usd], "2026-03-18T12:00:00Z");
    assert_eq!(all, ["2026-03-19T00:00Z", "2026-03-19T01:00Z", "2026-03-19T08:00Z"]);
    let without_japan = between(&[Eur, Jpy, Usd], "2026-03-19T12:00:00Z");
    assert_eq!(without_japan[2], "2026-03-20T14:30Z");
    assert_eq!(between(&[Eur, Usd], "2026-03-29T12:00:00Z")[2], "2026-03-30T13:30Z");
}

#[test]
fn with_t_0_the_cycle_of_a_day_takes_what_was_traded_on_it() {
    let mut sg = region("sg");
    sg.template.settlement.domestic_days = 0;
    sg.template.settlement.pay_in_by = "18:15".parse().expect("a time of day");
    let calendars: Vec<Calendar> = calendars(&[Currency::Sgd]).into_values().collect();
    // Friday 2026-11-20, half past four in Singapore.
    let now = time("2026-11-20T08:30:00Z");
    let traded = sg.trading_days(now, 1).expect("known years");
    assert_eq!((traded[0].date, traded[0].value_date), (date("2026-11-20"), date("2026-11-20")));
    let cycle = of_regional(&sg, &calendars, now)[0];
    assert_eq!(cycle.value_date, traded[0].value_date);
    assert!(traded[0].cut_off < cycle.cut_off, "what is bundled at the cut-off is affirmed");
    assert_eq!(times(&cycle), ["2026-11-20T09:15Z", "2026-11-20T09:15Z", "2026-11-20T10:15Z"]);
    // Once it has closed, the next is Monday's.
    let next = of_regional(&sg, &calendars, time("2026-11-20T09:15:00Z"))[0];
    assert_eq!(next.value_date, date("2026-11-23"));
}

#[test]
fn cycles_close_before_they_call_and_call_before_they_fail() {
    let (all, clocks) = (calendars(&Currency::ALL), clocks().expect("sound"));
    for day in 0..1_400 {
        let (now, at) = (date("2025-01-01").plus_days(day), 43_200);
        let now = Timestamp::from_utc(now, at).expect("in range");
        let next = of_federation(&all, &clocks, now)[0];
        let regional = of_regional(&region("us"), &[all[&Currency::Usd].clone()], now)[0];
        for cycle in [next, regional] {
            assert!(now < cycle.cut_off && cycle.cut_off < cycle.pay_in_from, "{cycle:?}");
            assert!(cycle.pay_in_from < cycle.pay_in_by, "{cycle:?}");
        }
    }
}

#[test]
fn beyond_the_calendars_there_are_no_cycles() {
    let (all, clocks) = (calendars(&Currency::ALL), clocks().expect("sound"));
    let last = of_federation(&all, &clocks, time("2028-12-27T12:00:00Z"));
    assert_eq!(days(&last), ["12-28", "12-29"]);
    assert!(of_federation(&all, &clocks, time("2029-01-02T12:00:00Z")).is_empty());
    assert!(of_federation(&BTreeMap::new(), &clocks, time("2026-01-02T12:00:00Z")).is_empty());
    assert!(of_regional(&region("cn"), &[], time("2026-01-02T12:00:00Z")).is_empty());
}

#[test]
fn what_is_traded_at_a_locked_rate_is_bundled_before_its_cycle_closes() {
    // A rate that is locked at the end of a UTC day for T+2 may be used a quarter of an hour
    // later, when it is another day at home, whose cut-off may be a day and a weekend away.
    let lock_lifetime = Millis(900_000);
    let homes = ["cn", "hk", "sg", "us", "eu", "jp", "ae", "gb"].map(region);
    for day in 0..1_300 {
        let today = date("2025-01-01").plus_days(day);
        let locked = Timestamp::from_utc(today, 86_399).expect("in range");
        let used = locked.checked_add(lock_lifetime).expect("in range");
        for home in &homes {
            let traded = home.trading_days(used, 1).expect("known years")[0];
            for other in homes.iter().filter(|o| o.template.region != home.template.region) {
                let both = [&home.calendar, &other.calendar];
                let value_date = Calendar::value_date(&both, today, 2).expect("known years");
                let closes = Timestamp::from_utc(value_date, 0).expect("in range");
                assert!(traded.cut_off < closes, "{} {today}", home.template.region);
            }
        }
    }
}
