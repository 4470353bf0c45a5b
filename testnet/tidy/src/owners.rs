//! Which crate may name which library.
//!
//! A library with an owner is spoken to in one place and can be replaced there. A pure crate
//! uses only what is known to be deterministic and to need no operating system.

use crate::finding::Finding;
use crate::layers::{CRATES, Layer};
use crate::tree::Tree;

/// A library, the crates that may name it, and what to use instead.
const OWNED: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["gcfn-store"], "ask gcfn-store"),
    ("openraft", &["gcfn-cell"], "propose to a gcfn-cell"),
    ("redb", &["gcfn-cell"], "propose to a gcfn-cell"),
    ("rdkafka", &["gcfn-events"], "publish through an outbox of gcfn-events"),
    ("quick-xml", &["gcfn-iso20022"], "speak in messages of gcfn-iso20022"),
    ("prost", &["gcfn-api-wire", "gcfn-link"], "speak in their types"),
    ("tonic-prost", &["gcfn-api-wire", "gcfn-link"], "speak in their types"),
    ("metrics", &["gcfn-telemetry"], "record through its enums"),
    ("metrics-exporter-prometheus", &["gcfn-telemetry"], "record through its enums"),
    ("tracing-subscriber", &["gcfn-telemetry"], "call init_logs"),
];

/// What term and pure crates may use. Everything here builds without an operating system.
const PURE: &[&str] =
    &["base64", "blake3", "ed25519-dalek", "postcard", "rs_merkle", "serde", "sha2", "thiserror"];

/// Owned libraries stay with their owners, and pure crates stay pure.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, package) in tree.packages.iter().filter(|(_, package)| tree.has_code(package)) {
        let pure = CRATES.iter().any(|(known, layer)| known == name && *layer <= Layer::Pure);
        for dependency in &package.dependencies {
            let library = dependency.name.as_str();
            let mut add = |remedy: String| {
                let file = format!("{}/Cargo.toml", package.folder);
                let line = package.line_of(library);
                findings.push(Finding::new(file, line, format!("{name} uses {library}"), remedy));
            };
            let owned = OWNED.iter().find(|(known, _, _)| *known == library);
            if let Some((_, owners, instead)) = owned
                && !owners.contains(&name.as_str())
            {
                add(format!("it belongs to {}: {instead}", owners.join(" and ")));
            }
            let foreign = !tree.packages.contains_key(library) && !dependency.dev;
            if pure && foreign && !PURE.contains(&library) {
                add("a pure crate uses no clock, no I/O, no runtime: see PURE in tidy".into());
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Dependency, Package, Source};

    fn found(name: &str, library: &str) -> Vec<String> {
        let dependency = Dependency { name: library.to_owned(), dev: false };
        let manifest = format!("[dependencies]\n{library} = \"1\"\n");
        let package = Package { folder: "x".to_owned(), manifest, dependencies: vec![dependency] };
        let packages = [(name.to_owned(), package)].into();
        let code = Source { file: "x/src/lib.rs".to_owned(), text: "\n".repeat(9) };
        let tree = Tree { packages, sources: vec![code], ..Tree::default() };
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn libraries_stay_with_their_owners() {
        assert_eq!(found("gcfn-store", "sqlx"), [""; 0]);
        assert_eq!(
            found("gcfn-api", "sqlx"),
            ["x/Cargo.toml:2: gcfn-api uses sqlx: it belongs to gcfn-store: ask gcfn-store"]
        );
    }

    #[test]
    fn pure_crates_stay_pure() {
        assert_eq!(found("gcfn-venue", "serde"), [""; 0]);
        assert_eq!(found("gcfn-venue", "tokio").len(), 1);
    }
}
