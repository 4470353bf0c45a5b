//! Statements of a bank that do not come: asked for by the calendar, and by hand.

use crate::world::{DAY, World, date, instant};
use gcfn_banking::{DeskAct, DeskEvent, DeskRefusal, StatementRequest};
use gcfn_model::{BusinessDate, Currency, Pool};
use gcfn_venue::{Event, PartyKind, Rejection, Role, Verb};

/// Ann's money is in custody since day 1000, and nothing was stated.
fn world() -> World {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 100_00);
    world
}

fn asked(world: &World) -> Vec<StatementRequest> {
    let asked = world.events.iter().filter_map(|event| match event {
        Event::Bank(DeskEvent::StatementsAsked(request)) => Some(*request),
        _ => None,
    });
    asked.collect()
}

fn came(world: &World) -> usize {
    let is_end = |event: &&Event| matches!(event, Event::Bank(DeskEvent::StatementsCame { .. }));
    world.events.iter().filter(is_end).count()
}

/// The bank states `day`, which has passed.
fn stated(world: &mut World, day: u64) {
    let now = std::mem::replace(&mut world.at, day * DAY);
    world.statements();
    world.at = now;
}

fn wanted(pool: Option<Pool>, date: BusinessDate) -> Verb {
    Verb::Bank(DeskAct::AskForStatements { pool, currency: Currency::Sgd, date })
}

#[test]
fn a_day_is_asked_for_twelve_hours_after_its_cut_off() {
    let mut world = world();
    world.until(1001, 5);
    assert_eq!(asked(&world), []);
    assert_eq!(world.venue.next_due(), Some(instant(1001, 6)));
    world.until(1001, 6);
    let [request] = asked(&world).try_into().expect("one account has ever moved");
    assert_eq!(request.account.pool, Pool::UserCustody);
    assert_eq!((request.number, request.from, request.to), (1, date(1000), date(1000)));
    let again = world.venue.next_due().expect("it is asked again");
    assert!(instant(1001, 8) <= again && again < instant(1001, 9), "in two hours: {again}");

    stated(&mut world, 1000);
    assert_eq!(came(&world), 1);
    let ties = world.venue.desk().ties().find(|ties| ties.account.pool == Pool::UserCustody);
    let ties = ties.expect("a book");
    assert_eq!((ties.closed(), ties.asked()), (Some(date(1000)), None));
}

#[test]
fn a_day_that_was_stated_in_time_is_not_asked_for() {
    let mut world = world();
    world.statements();
    world.until(1001, 17);
    assert_eq!(asked(&world), []);
}

#[test]
fn an_operator_asks_for_the_accounts_of_a_currency_or_for_one() {
    let mut world = world();
    let mut ask = |pool, day| world.ask("olga", Role::Operator, wanted(pool, date(day)));
    let refused = |refusal| Err(Rejection::Desk(refusal));
    assert_eq!(ask(Some(Pool::SettlementHub), 1000), refused(DeskRefusal::UnknownAccount));
    assert_eq!(ask(Some(Pool::ClearingHouse), 1000), refused(DeskRefusal::UnknownAccount));
    assert_eq!(ask(None, 1001), refused(DeskRefusal::DayNotBegun));
    ask(None, 1000).expect("custody has moved");
    assert_eq!(ask(None, 1000), refused(DeskRefusal::StatementAsked));
    assert_eq!(ask(Some(Pool::UserCustody), 999), refused(DeskRefusal::StatementAsked));
    assert_eq!(asked(&world).len(), 1);

    stated(&mut world, 1000);
    assert_eq!(came(&world), 1);
    // All pools are known now, those of the house among them, and none has moved.
    let closed = world.ask("olga", Role::Operator, wanted(None, date(1000)));
    assert_eq!(closed, refused(DeskRefusal::DayClosed));
    world.at += DAY;
    world.ask("olga", Role::Operator, wanted(None, date(1001))).expect("open");
    let of_house = world.events.iter().filter(|event| {
        let Event::Clearing(gcfn_clearing::ClearingEvent::Bank(event)) = event else {
            return false;
        };
        matches!(event, DeskEvent::StatementsAsked(_))
    });
    assert_eq!(of_house.count(), 1, "the house asks for its own");
    assert!(1 < asked(&world).len(), "and the node for every pool");
}
