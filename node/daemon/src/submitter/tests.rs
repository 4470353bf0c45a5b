use super::{Next, after, command_id};
use gcfn_clearing::Bundle;
use gcfn_council::{Refusal, Verb};
use gcfn_model::{BusinessDate, Digest, Timestamp};

fn at(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros).expect("in range")
}

fn affirmation() -> Verb {
    let bundle = Bundle {
        reference: Digest([1; 32]),
        value_date: BusinessDate::from_days(20_000),
        obligations: Vec::new(),
        trades: 0,
        trades_root: Digest([2; 32]),
    };
    Verb::Affirm { bundle, uses: Vec::new() }
}

#[test]
fn a_wish_waits_while_its_author_is_not_heard() {
    for unheard in [Refusal::UnknownAuthor, Refusal::WrongSignature, Refusal::ExpiresTooLate] {
        assert_eq!(after(unheard, &affirmation()), Next::Again, "{unheard}");
    }
    for spent in [Refusal::Expired, Refusal::IdempotencyConflict] {
        assert_eq!(after(spent, &affirmation()), Next::DatedAnew, "{spent}");
    }
    assert_eq!(after(Refusal::UsesDiffer, &affirmation()), Next::Answered);
}

#[test]
fn the_venue_hears_of_an_affirmation_of_a_suspended_node_by_an_event() {
    let other = Verb::OpenDate(BusinessDate::from_days(20_000));
    assert_eq!(after(Refusal::NotActive, &affirmation()), Next::Answered);
    assert_eq!(after(Refusal::NotActive, &other), Next::DatedAnew);
}

#[test]
fn a_new_date_is_a_new_command() {
    let (node, said_at) = ("cn-sha".parse().expect("a node"), at(1));
    let first = command_id(node, 7, said_at, said_at);
    assert_eq!(first, command_id(node, 7, said_at, said_at));
    assert_ne!(first, command_id(node, 7, said_at, at(2)));
    assert_ne!(first, command_id(node, 8, said_at, said_at));
}
