//! The rules of the house that no compiler checks: layers, owners of libraries, sizes, words,
//! and that the map shows the territory.
//!
//! Every rule reads the tree as data and returns [`Finding`]s; `tests/it` runs them all on this
//! tree (`cargo tidy`). Exceptions stand beside the rule, each with its reason.

pub mod finding;
pub mod functions;
pub mod layers;
pub mod map;
pub mod owners;
pub mod sources;
pub mod tree;

pub use finding::Finding;
pub use tree::Tree;

/// Everything that is refused and everything that is worth a look.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What fails the check.
    pub refused: Vec<Finding>,
    /// What does not, yet.
    pub warned: Vec<Finding>,
}

/// Runs every rule.
#[must_use]
pub fn check(tree: &Tree) -> Report {
    let mut report = Report::default();
    report.refused.extend(layers::order(tree));
    report.refused.extend(layers::edges(tree));
    report.warned.extend(layers::stale_exceptions(tree));
    report.refused.extend(owners::check(tree));
    report.refused.extend(sources::pure_attributes(tree));
    report.refused.extend(map::check(tree));
    for source in &tree.sources {
        let (refused, warned) = sources::size(source);
        report.refused.extend(refused);
        report.warned.extend(warned);
        report.refused.extend(sources::words(source));
        report.refused.extend(functions::check(source));
    }
    report
}
