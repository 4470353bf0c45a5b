//! The tree, read once: packages with what they depend on, and the text of every source file.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A workspace, as the rules see it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The root `Cargo.toml`: the text.
    pub manifest: String,
    /// Every member's folder, in the order of the manifest.
    pub members: Vec<String>,
    /// Every package, by name.
    pub packages: BTreeMap<String, Package>,
    /// Every Rust file of the members.
    pub sources: Vec<Source>,
    /// `docs/ARCHITECTURE.md`, when it exists.
    pub architecture: Option<String>,
}

/// A member of the workspace.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// Its folder, from the root of the tree.
    pub folder: String,
    /// The text of its `Cargo.toml`.
    pub manifest: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

impl Package {
    /// The line of its manifest that names `dependency`; 1 when none does.
    #[must_use]
    pub fn line_of(&self, dependency: &str) -> usize {
        let names = |line: &str| {
            let rest = line.trim_start().strip_prefix(dependency);
            rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        };
        (1..).zip(self.manifest.lines()).find(|(_, line)| names(line)).map_or(1, |at| at.0)
    }
}

/// An edge.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The package depended on.
    pub name: String,
    /// Whether only tests use it.
    pub dev: bool,
}

/// A Rust file.
#[derive(Clone, Debug)]
pub struct Source {
    /// From the root of the tree.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Whether the file holds nothing but tests.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.file.split('/').any(|part| part == "tests" || part == "tests.rs")
    }
}

/// Why the tree could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeFault {
    /// A file.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Cargo.
    #[error("ask cargo for its metadata: {0}")]
    Cargo(String),
    /// The manifest.
    #[error("read members of Cargo.toml: {0}")]
    Manifest(String),
}

impl Tree {
    /// Reads the workspace at `root`.
    ///
    /// # Errors
    /// [`TreeFault`].
    pub fn load(root: &Path) -> Result<Tree, TreeFault> {
        let manifest = read(&root.join("Cargo.toml"))?;
        let members = members(&manifest)?;
        let packages = packages(root)?;
        let mut sources = Vec::new();
        for member in &members {
            walk(root, &root.join(member), &mut sources)?;
        }
        let architecture = root.join("docs/ARCHITECTURE.md");
        let architecture = if architecture.exists() { Some(read(&architecture)?) } else { None };
        Ok(Tree { manifest, members, packages, sources, architecture })
    }

    /// Whether a package has code yet. One that is only laid out promises nothing.
    #[must_use]
    pub fn has_code(&self, package: &Package) -> bool {
        let folder = format!("{}/src/", package.folder);
        let ours = self.sources.iter().filter(|source| source.file.starts_with(&folder));
        2 < ours.map(|source| source.text.lines().count()).sum::<usize>()
    }

    /// The line of the root manifest that holds `text`; 1 when none does.
    #[must_use]
    pub fn manifest_line(&self, text: &str) -> usize {
        (1..).zip(self.manifest.lines()).find(|(_, line)| line.contains(text)).map_or(1, |at| at.0)
    }
}

fn read(path: &Path) -> Result<String, TreeFault> {
    fs::read_to_string(path).map_err(|source| TreeFault::Read { path: path.to_owned(), source })
}

fn members(manifest: &str) -> Result<Vec<String>, TreeFault> {
    let wrong = |text: &str| TreeFault::Manifest(text.to_owned());
    let manifest: toml::Table = manifest.parse().map_err(|_| wrong("not TOML"))?;
    let members = manifest.get("workspace").and_then(|workspace| workspace.get("members"));
    let members = members.and_then(|members| members.as_array()).ok_or_else(|| wrong("none"))?;
    let member = |member: &toml::Value| member.as_str().map(str::to_owned);
    members.iter().map(member).collect::<Option<_>>().ok_or_else(|| wrong("not texts"))
}

fn packages(root: &Path) -> Result<BTreeMap<String, Package>, TreeFault> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .map_err(|fault| TreeFault::Cargo(fault.to_string()))?;
    if !output.status.success() {
        return Err(TreeFault::Cargo(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|fault| TreeFault::Cargo(fault.to_string()))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut members = BTreeMap::new();
    for (name, mut package) in packages.filter_map(|package| named(root, package)) {
        package.manifest = read(&root.join(&package.folder).join("Cargo.toml"))?;
        members.insert(name, package);
    }
    Ok(members)
}

fn named(root: &Path, package: &Value) -> Option<(String, Package)> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let folder = manifest.parent()?.strip_prefix(root).ok()?.to_str()?.to_owned();
    let dependencies = package["dependencies"].as_array()?.iter();
    let dependencies = dependencies
        .filter_map(|dependency| {
            let name = dependency["name"].as_str()?.to_owned();
            Some(Dependency { name, dev: dependency["kind"] == "dev" })
        })
        .collect();
    let name = package["name"].as_str()?.to_owned();
    Some((name, Package { folder, dependencies, ..Package::default() }))
}

/// Every `.rs` below `folder`, in the order of names.
fn walk(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<(), TreeFault> {
    let fault = |source| TreeFault::Read { path: folder.to_owned(), source };
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).map_err(fault)?.collect();
    let mut paths: Vec<PathBuf> =
        entries.map_err(fault)?.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(root, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            sources.push(Source { file, text: read(&path)? });
        }
    }
    Ok(())
}
