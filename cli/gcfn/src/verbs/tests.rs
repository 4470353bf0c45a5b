//! The tables against the routes that there are.

use super::{Chosen, Entry, Row, Table};
use crate::app::more::OfParties;
use crate::bank::OfDesk;
use crate::clearing::OfHouse;
use crate::op::OfStaff;
use clap::{Command, FromArgMatches, Subcommand};
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};

/// Routes by method and path, with who may call them.
fn routes() -> BTreeMap<(String, String), Vec<String>> {
    let path = format!("{}/../../docs/api-routes.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the list of routes");
    let lines = text.lines().take_while(|line| *line != "## Aliases");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, method, path, roles, ..] = cells.as_slice() else { return None };
        let roles = roles.split(", ").map(str::to_owned).collect();
        Some(((method.to_string(), path.trim_matches('`').to_owned()), roles))
    };
    lines.filter_map(row).collect()
}

fn rows<T: Table>() -> Vec<(Option<&'static str>, Row)> {
    let rows = T::entries().into_iter().flat_map(|entry| match entry {
        Entry::Verb(row) => vec![(None, row)],
        Entry::Group(group) => group.rows.into_iter().map(|row| (Some(group.name), row)).collect(),
    });
    rows.collect()
}

fn route_of(row: &Row) -> (String, String) {
    (row.method.to_string(), row.path.to_owned())
}

/// Every verb calls a route that one of `roles` may call.
fn check_rows<T: Table>(roles: &[&str]) {
    let routes = routes();
    for (_, row) in rows::<T>() {
        let may = routes.get(&route_of(&row));
        let may = may.unwrap_or_else(|| panic!("{}: {:?} is no route", row.name, route_of(&row)));
        assert!(may.iter().any(|role| roles.contains(&role.as_str())), "{} {may:?}", row.path);
    }
}

/// The example of every verb is understood, and its route takes what is said by it.
fn check_examples<T: Table>() {
    for (group, row) in rows::<T>() {
        let line = format!("gcfn {} {}", group.unwrap_or_default(), row.example());
        let words = split(&line);
        let command = Chosen::<T>::augment_subcommands(Command::new("gcfn"));
        let typed = command.try_get_matches_from(words);
        let typed = typed.unwrap_or_else(|fault| panic!("{line}: {fault}"));
        let chosen = Chosen::<T>::from_arg_matches(&typed).expect("a verb");
        let mut said = Map::new();
        row.given.iter().for_each(|(name, value)| drop(said.insert((*name).into(), json!(value))));
        let money = |amount: &str| Ok(json!({ "amount": amount, "currency": "CNY" }));
        for (field, _) in row.said() {
            let value = field.value(&chosen.typed, &money);
            if let Some(value) = value.unwrap_or_else(|fault| panic!("{line}: {fault:?}")) {
                field.put(&mut said, value);
            }
        }
        (row.check)(&said.into()).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    }
}

/// The words of a line as a shell has them.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('\'').enumerate() {
        match place % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

#[test]
fn every_verb_is_a_route_that_whoever_asks_may_call() {
    check_rows::<OfStaff>(&["operator"]);
    check_rows::<OfHouse>(&["operator"]);
    check_rows::<OfDesk>(&["operator"]);
    check_rows::<OfParties>(&["user", "issuer"]);
}

#[test]
fn every_example_can_be_typed_and_is_taken() {
    check_examples::<OfStaff>();
    check_examples::<OfHouse>();
    check_examples::<OfDesk>();
    check_examples::<OfParties>();
}

#[test]
fn whatever_staff_alone_may_do_has_a_verb() {
    let rows = rows::<OfStaff>().into_iter().chain(rows::<OfHouse>()).chain(rows::<OfDesk>());
    let here: BTreeSet<_> = rows.map(|(_, row)| route_of(&row)).collect();
    // Other verbs of the program, other machines, and a testnet's switches.
    let elsewhere = [
        "/federation/",
        "/regnode/",
        "/testnet/",
        "/settle/cycles",
        "/xborder/",
        "/metrics",
        "/node/condition",
    ];
    for (route, roles) in routes() {
        let of_staff = roles.contains(&"operator".to_owned())
            && !roles.iter().any(|role| ["user", "issuer"].contains(&role.as_str()));
        let is_elsewhere = elsewhere.iter().any(|part| route.1.contains(part));
        assert!(!of_staff || is_elsewhere || here.contains(&route), "no verb for {route:?}");
    }
}

#[test]
fn whatever_parties_may_change_has_a_verb() {
    let here: BTreeSet<_> = rows::<OfParties>().iter().map(|(_, row)| route_of(row)).collect();
    // Verbs of their own in `app::holder`; acts by the hundred; what a dealer abroad locks.
    let elsewhere = [
        "/trades/orders",
        "/coupons/gifts",
        "/transfer",
        "/redeem/lock",
        "/redemptions/",
        "/refunds",
        "/payments/withdrawals",
        "/mm/batch-orders",
        "/xborder/quotes",
        "/coupons/templates/",
    ];
    for (route, roles) in routes() {
        let of_parties = roles.iter().any(|role| ["user", "issuer"].contains(&role.as_str()));
        let is_elsewhere = elsewhere.iter().any(|part| route.1.contains(part));
        let changes = route.0 != "GET";
        assert!(
            !of_parties || !changes || is_elsewhere || here.contains(&route),
            "no verb for {route:?}"
        );
    }
}
