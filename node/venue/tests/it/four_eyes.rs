//! What one member of staff may not do alone.

use crate::world::{World, party};
use gcfn_model::{Pool, ProposalId};
use gcfn_venue::{Done, Event, FreezeReason, Outcome, PartyKind, Rejection, Role, Verb};

fn frozen() -> World {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 100_00);
    world.freeze("ann");
    world
}

fn unfreeze(world: &mut World, who: &str) -> Outcome {
    world.ask(
        who,
        Role::Operator,
        Verb::Unfreeze { party: party("ann"), reason: FreezeReason::Compliance },
    )
}

fn proposed(outcome: Outcome) -> ProposalId {
    match outcome.expect("a wish that can be fulfilled") {
        Done::Proposed { proposal } => proposal,
        other => panic!("{other:?} is not a proposal"),
    }
}

#[test]
fn the_same_wish_of_a_second_person_is_an_approval() {
    let mut world = frozen();
    proposed(unfreeze(&mut world, "olga"));
    assert_eq!(world.available("ann"), 0, "one person lifts no freeze");
    assert_eq!(unfreeze(&mut world, "olga"), Err(Rejection::SecondPerson));
    assert_eq!(unfreeze(&mut world, "oscar"), Ok(Done::Accepted));
    assert_eq!(world.available("ann"), 100_00);
    assert_eq!(world.venue.proposals().count(), 0);
}

#[test]
fn a_proposal_is_approved_by_its_id() {
    let mut world = frozen();
    let proposal = proposed(unfreeze(&mut world, "olga"));
    let approve = Verb::ApproveProposal { proposal };
    let alone = world.ask("olga", Role::Operator, approve.clone());
    assert_eq!(alone, Err(Rejection::SecondPerson));
    world.ask("oscar", Role::Operator, approve.clone()).expect("a second person");
    assert_eq!(world.available("ann"), 100_00);
    let again = world.ask("oscar", Role::Operator, approve);
    assert_eq!(again, Err(Rejection::UnknownProposal));
}

#[test]
fn a_proposal_is_dismissed_or_lapses() {
    let mut world = frozen();
    let proposal = proposed(unfreeze(&mut world, "olga"));
    world.operator(Verb::DismissProposal { proposal });
    assert_eq!(proposed(unfreeze(&mut world, "oscar")), proposal, "it begins anew");
    world.until(1001, 10);
    let late = world.ask("olga", Role::Operator, Verb::ApproveProposal { proposal });
    assert_eq!(late, Err(Rejection::UnknownProposal));
    let ends = world.events.iter().filter(|e| matches!(e, Event::Dismissed { .. }));
    assert_eq!(ends.count(), 2);
}

#[test]
fn what_the_second_would_be_refused_is_refused_at_the_first() {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    assert_eq!(unfreeze(&mut world, "olga"), Err(Rejection::NotFrozen));
}
