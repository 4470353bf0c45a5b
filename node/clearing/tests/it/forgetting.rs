//! What the house remembers of a cycle that is long final.

use crate::world::{EUR, World, minor, owes};
use gcfn_banking::Side;
use gcfn_clearing::{ClearingEvent, Phase};
use gcfn_ledger::Account;
use gcfn_model::Pool;

#[test]
fn payments_that_nobody_can_refer_to_leave_the_state_when_a_later_cycle_closes() {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.finish(&["a"]);
    let instructed = world.events.iter().find_map(ClearingEvent::instructed).copied();
    let payment = instructed.expect("b is paid");
    assert_eq!(world.house.desk().payments().count(), 2, "what a has paid in, and b is paid");

    world.open(410);
    world.until(409, 18);
    assert_eq!(world.house.desk().payments().count(), 2, "a bank may be asked for one back");
    world.open(412);
    world.until(411, 18);
    assert_eq!(world.house.desk().payments().count(), 0);
    assert_eq!(world.phase(), Phase::Final, "the cycle itself is remembered");

    // Money that comes back all the same is nobody's until somebody says whose it is.
    world.book((Side::Credit, EUR, minor(100)), Some(payment.uetr()), None);
    let suspense = world.ledger.balance(Account::Suspense(Pool::ClearingHouse), EUR);
    assert_eq!((suspense.minor(), world.owed_to("b", EUR)), (100, 0));
}
