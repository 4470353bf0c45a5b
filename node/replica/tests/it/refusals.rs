//! What is refused leaves no trace in the root.

use crate::world::{Node, date, home, instant, line, name, party, root};
use gcfn_market::Side;
use gcfn_model::{Amount, Timestamp};
use gcfn_replica::{Command, Event, Refused, Reply};
use gcfn_venue::{Notice, Rejection, Role, Verb};

/// Asks for what the venue refuses, and checks that the root is as it was.
fn rejected(node: &mut Node, command: &Command) -> Rejection {
    let before = (root(&node.replica), node.journal.len());
    let reply = node.apply(command).expect("the venue answers");
    let Reply::Venue(Err(rejection)) = reply else { panic!("{reply:?} is no refusal") };
    assert_eq!((root(&node.replica), node.journal.len()), before, "after {command:?}");
    rejection
}

#[test]
fn what_the_venue_refuses() {
    let (mut home, series) = home();
    let order = home.order("ann", Side::Buy, series, 20, 95_00);
    assert_eq!(rejected(&mut home, &order), Rejection::InsufficientFunds);
    let gift = Verb::Gift { to: party("ben"), series, quantity: 1 };
    let gift = home.request("ann", Role::User, gift);
    assert_eq!(rejected(&mut home, &gift), Rejection::InsufficientCoupons);
    let reason = gcfn_venue::FreezeReason::Compliance;
    let freeze = Verb::Freeze { party: party("ben"), reason };
    let freeze = home.request("ann", Role::User, freeze);
    assert_eq!(rejected(&mut home, &freeze), Rejection::NotPermitted);
    let stranger = home.order("nobody", Side::Buy, series, 1, 95_00);
    assert_eq!(rejected(&mut home, &stranger), Rejection::UnknownParty);
    let cycle = gcfn_clearing::Schedule {
        value_date: date(1001),
        cut_off: instant(1000, 20),
        pay_in_from: instant(1001, 8),
        pay_in_by: instant(1001, 15),
    };
    let cycle = Command::Venue(gcfn_venue::Command::OpenCycle(cycle));
    assert_eq!(rejected(&mut home, &cycle), Rejection::NoHouse, "its regional runs the house");
}

#[test]
fn what_other_nodes_and_the_federation_say_when_it_comes_another_way() {
    let (mut home, _) = home();
    let (node, region, debit_cap) = (name("hk"), name("hk"), Amount::MAX);
    let notices = [
        Notice::MemberAdmitted { node, region, debit_cap },
        Notice::MemberSuspended { node: name("de") },
    ];
    for notice in notices {
        let notice = Command::Venue(gcfn_venue::Command::Notice(notice));
        assert_eq!(home.refuses(&notice), Refused::Misrouted);
    }
    let order = gcfn_model::OrderId::derive(&[b"o"]);
    let body = gcfn_venue::Dispatch::DealDone { order, fills: Vec::new(), refused: None };
    let dispatch = gcfn_venue::Command::Dispatch { from: name("de"), body };
    assert_eq!(home.refuses(&Command::Venue(dispatch)), Refused::Misrouted);
}

#[test]
fn a_log_with_refused_commands_has_the_head_of_the_log_without_them() {
    let run = |with_refused: bool| {
        let (mut home, series) = home();
        for quantity in 1..4 {
            let order = home.order("ann", Side::Buy, series, quantity, 95_00);
            home.must(&order);
            let dear = home.order("ann", Side::Buy, series, 100, 95_00);
            let refused = [
                dear,
                Command::ResumeLine(line("de")),
                Command::Acknowledged { line: line("de"), seq: 7 },
                Command::Venue(gcfn_venue::Command::Notice(Notice::MemberSuspended {
                    node: name("de"),
                })),
            ];
            for command in &refused {
                if with_refused {
                    drop(home.apply(command));
                } else {
                    home.at += 1_000_000;
                }
            }
            home.must(&Command::CloseEpoch);
        }
        (home.replica.head(), home.journal)
    };
    let (with, without) = (run(true), run(false));
    assert_eq!(with.0.size, 3);
    assert_eq!(with, without);
}

#[test]
fn time_does_not_run_backwards() {
    let (mut home, series) = home();
    home.must(&Command::CloseEpoch);
    let late = home.at;
    home.at = 0;
    let order = home.order("ann", Side::Buy, series, 1, 95_00);
    home.must(&order);
    home.must(&Command::CloseEpoch);
    let Some(Event::EpochClosed(header)) = home.journal.last() else { panic!("closed") };
    assert_eq!(header.closed_at, Timestamp::from_micros(late).expect("in range"));
}
