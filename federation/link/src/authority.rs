//! Which role may call which method: the one table, consulted before any handler runs.
//!
//! The table is coarse on purpose. It bounds what a certificate can do at all; that a replica
//! belongs to the cell it names, or a mirror to the jurisdiction it asks for, is known only to
//! the handler and checked there as well.

use crate::identity::Role;
use std::fmt;

/// A method of the link service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Consensus of a cell.
    Raft,
    /// Envelopes between nodes.
    Deliver,
    /// Commands for the federation.
    Submit,
    /// A cell's journal.
    Follow,
    /// Reads.
    Query,
}

const SERVICE_PATH: &str = "/gcfn.link.v1.Link/";

impl Method {
    /// Every method.
    pub const ALL: [Method; 5] =
        [Method::Raft, Method::Deliver, Method::Submit, Method::Follow, Method::Query];

    /// Its name in `link.proto`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Raft => "Raft",
            Method::Deliver => "Deliver",
            Method::Submit => "Submit",
            Method::Follow => "Follow",
            Method::Query => "Query",
        }
    }

    /// The method that an HTTP path calls.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Method> {
        let name = path.strip_prefix(SERVICE_PATH)?;
        Method::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a holder of `role` may call `method`.
///
/// A regulator is *called* by the federation's leader, as a learner; it never calls consensus
/// itself. A learner that could would depose a leader with one message of a high term, and a
/// supervisor reads and decides nothing.
#[must_use]
pub const fn may(role: Role, method: Method) -> bool {
    match role {
        Role::Root | Role::Regional | Role::Local => true,
        Role::Regulator => matches!(method, Method::Follow | Method::Query),
        Role::Bank | Role::Operator => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_and_every_method() {
        use Method::{Deliver, Follow, Query, Raft, Submit};
        let table: [(Role, &[Method]); 6] = [
            (Role::Root, &[Raft, Deliver, Submit, Follow, Query]),
            (Role::Regional, &[Raft, Deliver, Submit, Follow, Query]),
            (Role::Local, &[Raft, Deliver, Submit, Follow, Query]),
            (Role::Regulator, &[Follow, Query]),
            (Role::Bank, &[]),
            (Role::Operator, &[]),
        ];
        assert_eq!(table.map(|(role, _)| role), Role::ALL);
        for (role, allowed) in table {
            for method in Method::ALL {
                assert_eq!(may(role, method), allowed.contains(&method), "{role} {method}");
            }
        }
    }

    #[test]
    fn a_path_names_a_method_or_nothing() {
        for method in Method::ALL {
            assert_eq!(Method::from_path(&format!("/gcfn.link.v1.Link/{method}")), Some(method));
        }
        for path in ["", "/gcfn.link.v1.Link/", "/gcfn.link.v1.Link/raft", "/x/Raft", "Raft"] {
            assert_eq!(Method::from_path(path), None, "{path}");
        }
    }
}
