//! Who may import whom.
//!
//! A crate depends only on lower rows. An edge inside a row is written down with its reason;
//! so the list below is also the shortest description of how the pure crates fit together.

use crate::finding::Finding;
use crate::tree::Tree;

/// A row of the house, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Vocabulary.
    Term,
    /// `no_std`, deterministic.
    Pure,
    /// Bytes to terms and back.
    Codec,
    /// I/O.
    Shell,
    /// Tests of more than one crate.
    Test,
    /// The binary.
    Bin,
}

/// Every crate and its row, in the order of the members.
pub const CRATES: &[(&str, Layer)] = &[
    ("gcfn-model", Layer::Term),
    ("gcfn-table", Layer::Pure),
    ("gcfn-ledger", Layer::Pure),
    ("gcfn-market", Layer::Pure),
    ("gcfn-anchor", Layer::Pure),
    ("gcfn-peering", Layer::Pure),
    ("gcfn-banking", Layer::Pure),
    ("gcfn-clearing", Layer::Pure),
    ("gcfn-venue", Layer::Pure),
    ("gcfn-council", Layer::Pure),
    ("gcfn-replica", Layer::Pure),
    ("gcfn-audit", Layer::Pure),
    ("gcfn-template", Layer::Codec),
    ("gcfn-iso20022", Layer::Codec),
    ("gcfn-api-wire", Layer::Codec),
    ("gcfn-telemetry", Layer::Shell),
    ("gcfn-store", Layer::Shell),
    ("gcfn-cell", Layer::Shell),
    ("gcfn-events", Layer::Shell),
    ("gcfn-link", Layer::Shell),
    ("gcfn-transport", Layer::Shell),
    ("gcfn-simulator", Layer::Shell),
    ("gcfn-api", Layer::Shell),
    ("gcfn-watch", Layer::Shell),
    ("gcfn-daemon", Layer::Shell),
    ("gcfn-fixtures", Layer::Test),
    ("gcfn-localnet", Layer::Test),
    ("gcfn-tidy", Layer::Test),
    ("gcfn", Layer::Bin),
];

/// Edges inside a row: from, to, why.
const WITHIN_A_ROW: &[(&str, &str, &str)] = &[
    ("gcfn-ledger", "gcfn-table", "accounts and runs of coupons are rows"),
    ("gcfn-peering", "gcfn-anchor", "envelopes are signed and hashed as checkpoints are"),
    ("gcfn-clearing", "gcfn-ledger", "a house settles in books of its own"),
    ("gcfn-clearing", "gcfn-banking", "pay-ins and pay-outs are instructions"),
    ("gcfn-clearing", "gcfn-table", "netting finds accounts by rows"),
    ("gcfn-banking", "gcfn-table", "counted entries of statements are rows"),
    ("gcfn-venue", "gcfn-table", "parties, batches, orders and trades are rows"),
    ("gcfn-replica", "gcfn-table", "freezes its state as tables are frozen"),
    ("gcfn-venue", "gcfn-ledger", "a venue keeps books"),
    ("gcfn-venue", "gcfn-market", "a venue matches orders"),
    ("gcfn-venue", "gcfn-anchor", "a bundle names the tree of its trades"),
    ("gcfn-venue", "gcfn-clearing", "a regional's venue has a house inside"),
    ("gcfn-venue", "gcfn-banking", "withdrawals are instructions"),
    ("gcfn-replica", "gcfn-venue", "what it binds together"),
    ("gcfn-replica", "gcfn-ledger", "a receipt of a coupon is a proof in the books"),
    ("gcfn-replica", "gcfn-peering", "what it binds together"),
    ("gcfn-replica", "gcfn-anchor", "what it binds together"),
    ("gcfn-replica", "gcfn-clearing", "it hears of the federation's house"),
    ("gcfn-replica", "gcfn-council", "it reads the federation's events"),
    ("gcfn-council", "gcfn-anchor", "rounds and co-signatures"),
    ("gcfn-council", "gcfn-ledger", "the house between regions keeps books"),
    ("gcfn-council", "gcfn-clearing", "the house between regions"),
    ("gcfn-council", "gcfn-venue", "answers what venues ask of the federation, in their terms"),
    ("gcfn-council", "gcfn-banking", "pay-ins and pay-outs of that house"),
    ("gcfn-audit", "gcfn-anchor", "checks proofs"),
    ("gcfn-audit", "gcfn-replica", "re-executes the machine it supervises"),
    ("gcfn-audit", "gcfn-venue", "recomputes from its events"),
    ("gcfn-audit", "gcfn-ledger", "recomputes its roots"),
    ("gcfn-audit", "gcfn-clearing", "recounts what a house nets"),
    ("gcfn-audit", "gcfn-market", "recounts who paid as taker and who as maker"),
    ("gcfn-cell", "gcfn-telemetry", "measures, and supervises its tasks"),
    ("gcfn-events", "gcfn-store", "outbox cursors are durable"),
    ("gcfn-link", "gcfn-telemetry", "logs chains of errors"),
    ("gcfn-transport", "gcfn-store", "archives every message"),
    ("gcfn-transport", "gcfn-events", "a bank may read and write topics"),
    ("gcfn-simulator", "gcfn-link", "a bank shows a certificate"),
    ("gcfn-simulator", "gcfn-telemetry", "supervises its tasks"),
    ("gcfn-simulator", "gcfn-transport", "is at the other end of the ways to a bank"),
    ("gcfn-api", "gcfn-telemetry", "counts requests, and logs chains of errors"),
    ("gcfn-api", "gcfn-store", "answers from the read model"),
    ("gcfn-api", "gcfn-link", "knows callers by their certificate"),
    ("gcfn-watch", "gcfn-telemetry", "measures lag, and supervises its tasks"),
    ("gcfn-watch", "gcfn-link", "follows cells"),
    ("gcfn-watch", "gcfn-store", "remembers how far it has verified"),
    ("gcfn-daemon", "gcfn-telemetry", "assembles a node"),
    ("gcfn-daemon", "gcfn-store", "assembles a node"),
    ("gcfn-daemon", "gcfn-cell", "assembles a node"),
    ("gcfn-daemon", "gcfn-events", "assembles a node"),
    ("gcfn-daemon", "gcfn-link", "assembles a node"),
    ("gcfn-daemon", "gcfn-transport", "assembles a node"),
    ("gcfn-daemon", "gcfn-simulator", "runs a simulated bank as a process"),
    ("gcfn-daemon", "gcfn-api", "assembles a node"),
    ("gcfn-daemon", "gcfn-watch", "assembles a node"),
];

/// Edges from the binary into the test row: from, to, why.
const INTO_TESTS: &[(&str, &str, &str)] = &[
    ("gcfn", "gcfn-fixtures", "the verbs `gcfn script ...` run it"),
    ("gcfn", "gcfn-localnet", "the verbs `gcfn testnet ...` run it"),
];

/// Edges that no row would refuse and that are wrong all the same: from, to, why.
const NEVER: &[(&str, &str, &str)] = &[
    ("gcfn-venue", "gcfn-peering", "effects and envelopes meet in replica"),
    ("gcfn-peering", "gcfn-venue", "a mailbox does not know what it carries"),
];

fn layer(name: &str) -> Option<Layer> {
    CRATES.iter().find(|(known, _)| *known == name).map(|(_, layer)| *layer)
}

/// The members stand in the order of [`CRATES`], and no crate is missing there.
#[must_use]
pub fn order(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, package) in &tree.packages {
        if layer(name).is_none() {
            let line = tree.manifest_line(&format!("\"{}\"", package.folder));
            let remedy = "give it a row in CRATES of testnet/tidy/src/layers.rs";
            findings.push(Finding::new("Cargo.toml", line, format!("{name} has no row"), remedy));
        }
    }
    let folder_of = |name: &str| tree.packages.get(name).map(|package| package.folder.clone());
    let expected = CRATES.iter().filter_map(|(name, _)| folder_of(name));
    for (member, expected) in tree.members.iter().zip(expected) {
        if *member != expected {
            let line = tree.manifest_line(&format!("\"{member}\""));
            let found = format!("{member} stands where {expected} is expected");
            let remedy = "members stand in layer order, as in CRATES of testnet/tidy";
            findings.push(Finding::new("Cargo.toml", line, found, remedy));
            break;
        }
    }
    findings
}

/// Every edge goes down a row, or is written down above.
#[must_use]
pub fn edges(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (from, package) in &tree.packages {
        let ours = package.dependencies.iter().filter(|to| tree.packages.contains_key(&to.name));
        for to in ours {
            if let Some(remedy) = wrong(from, &to.name, to.dev) {
                let file = format!("{}/Cargo.toml", package.folder);
                let line = package.line_of(&to.name);
                findings.push(Finding::new(file, line, format!("{from} uses {}", to.name), remedy));
            }
        }
    }
    findings
}

fn listed(list: &[(&str, &str, &str)], from: &str, to: &str) -> Option<String> {
    let found = list.iter().find(|(f, t, _)| (*f, *t) == (from, to));
    found.map(|(_, _, why)| (*why).to_owned())
}

/// What is wrong with an edge.
fn wrong(from: &str, to: &str, dev: bool) -> Option<String> {
    if let Some(why) = listed(NEVER, from, to) {
        return Some(format!("never: {why}"));
    }
    let (above, below) = (layer(from)?, layer(to)?);
    if below == Layer::Test {
        let allowed = dev || above == Layer::Test || listed(INTO_TESTS, from, to).is_some();
        return (!allowed)
            .then(|| "only tests use test crates: move it to dev-dependencies".into());
    }
    if below < above || dev || listed(WITHIN_A_ROW, from, to).is_some() {
        return None;
    }
    if below == above {
        return Some(
            "list it in WITHIN_A_ROW of testnet/tidy with its reason, or do without".into(),
        );
    }
    Some(format!("a {above:?} crate uses lower rows only: move what is shared down"))
}

/// Written-down edges that are there no longer.
#[must_use]
pub fn stale_exceptions(tree: &Tree) -> Vec<Finding> {
    let used = |from: &str, to: &str| {
        let package = tree.packages.get(from);
        package.is_some_and(|package| package.dependencies.iter().any(|used| used.name == to))
    };
    let stale = WITHIN_A_ROW.iter().chain(INTO_TESTS).filter(|(from, to, _)| !used(from, to));
    stale
        .map(|(from, to, _)| {
            let found = format!("{from} uses {to} no longer");
            Finding::new("testnet/tidy/src/layers.rs", 1, found, "delete the line")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_its_rows() {
        let rows: Vec<Layer> = CRATES.iter().map(|(_, layer)| *layer).collect();
        assert!(rows.is_sorted());
        let place = |name: &str| CRATES.iter().position(|(known, _)| *known == name);
        for (from, to, _) in WITHIN_A_ROW {
            assert_eq!(layer(from), layer(to), "{from} to {to} is not within a row");
            assert!(place(to) < place(from), "{from} to {to} goes up the list");
        }
    }

    #[test]
    fn edges_go_down() {
        assert_eq!(wrong("gcfn-venue", "gcfn-model", false), None);
        assert_eq!(wrong("gcfn-venue", "gcfn-ledger", false), None);
        assert_eq!(wrong("gcfn", "gcfn-localnet", false), None);
        assert_eq!(wrong("gcfn", "gcfn-fixtures", false), None);
        assert_eq!(wrong("gcfn-venue", "gcfn-fixtures", true), None);
        let refused = |from, to| wrong(from, to, false).expect("refused");
        assert!(refused("gcfn-venue", "gcfn-store").contains("lower rows only"));
        assert!(refused("gcfn-ledger", "gcfn-market").contains("WITHIN_A_ROW"));
        assert!(refused("gcfn-venue", "gcfn-peering").starts_with("never"));
        assert!(refused("gcfn-daemon", "gcfn-fixtures").contains("dev-dependencies"));
        assert!(refused("gcfn", "gcfn-tidy").contains("dev-dependencies"));
    }
}
