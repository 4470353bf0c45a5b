//! `docs/ARCHITECTURE.md` names every crate, and no crate that is not there.

use crate::finding::Finding;
use crate::tree::Tree;
use std::collections::BTreeSet;

const FILE: &str = "docs/ARCHITECTURE.md";

/// Compares the map with the members. Without a map there is nothing to compare.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = &tree.architecture else { return Vec::new() };
    let named: Vec<(usize, &str)> = (1..)
        .zip(text.lines())
        .flat_map(|(line, row)| words(row).map(move |w| (line, w)))
        .collect();
    let members: BTreeSet<&str> = tree.members.iter().map(String::as_str).collect();
    let mut findings = Vec::new();
    for member in &members {
        if !named.iter().any(|(_, word)| word == member) {
            let found = format!("{member} is not named");
            findings.push(Finding::new(FILE, 1, found, "say what it is for, in one line"));
        }
    }
    for (line, word) in named {
        if looks_like_a_member(word, &members) && !members.contains(word) {
            let remedy = "name it as it is now, or delete it from the map";
            findings.push(Finding::new(FILE, line, format!("there is no crate {word}"), remedy));
        }
    }
    findings
}

/// The path-like words of a line.
fn words(row: &str) -> impl Iterator<Item = &str> {
    row.split(|c: char| !(c.is_ascii_alphanumeric() || "/-_.".contains(c)))
        .map(|word| word.trim_end_matches(['/', '.']))
}

/// Whether `word` is a folder beside a member's: `node/engine`. The catalog of templates is
/// data and no crate.
fn looks_like_a_member(word: &str, members: &BTreeSet<&str>) -> bool {
    let Some((top, rest)) = word.split_once('/') else { return false };
    let beside = members.iter().any(|member| member.split('/').next() == Some(top));
    beside && !rest.contains(['/', '.']) && word != "region-templates/catalog"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(map: &str) -> Vec<String> {
        let members = ["node/model", "node/venue", "cli/gcfn"].map(str::to_owned).to_vec();
        let tree = Tree { members, architecture: Some(map.to_owned()), ..Tree::default() };
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_map_of_every_crate_and_no_other_is_in_order() {
        let map = "| `node/model` | terms |\n- node/venue: the machine, see `node/venue/src/lib.rs`.\n\
                   cli/gcfn/ (and region-templates/catalog, docs/adr)";
        assert_eq!(found(map), [""; 0]);
    }

    #[test]
    fn what_is_missing_and_what_is_gone_are_named() {
        let map = "node/model and node/venue.\nThe engine is in `node/engine`.";
        assert_eq!(
            found(map),
            [
                "docs/ARCHITECTURE.md:1: cli/gcfn is not named: say what it is for, in one line",
                "docs/ARCHITECTURE.md:2: there is no crate node/engine: \
                 name it as it is now, or delete it from the map",
            ]
        );
    }
}
