//! What is published is complete: packages hold the files that their sources and doc examples read.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// The crates that are published, with their folders.
const PUBLISHED: [(&str, &str); 7] = [
    ("countersign", ""),
    ("countersign-api", "crates/api"),
    ("countersign-audit", "crates/audit"),
    ("countersign-cli", "crates/cli"),
    ("countersign-fetch", "crates/fetch"),
    ("countersign-kernels", "crates/kernels"),
    ("countersign-testkit", "crates/testkit"),
];

/// What a file reads when it is compiled, from its own folder.
const COMPILED: [&str; 3] = ["include_bytes!(", "include_str!(", "#[path = "];

/// What an example reads when it runs, from the root of its package.
const RUN: [&str; 2] = ["fs::read(", "fs::read_to_string("];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files that `cargo package` would pack.
fn listed(package: &str) -> BTreeSet<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--package", package])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(PathBuf::from).collect()
}

/// The texts that follow a marker, each the first string after it.
fn texts<'a>(code: &'a str, markers: &[&str]) -> Vec<&'a str> {
    let after = |marker: &&str| {
        code.match_indices(*marker).map(|(at, found)| code.split_at(at + found.len()).1).collect()
    };
    let followed: Vec<Vec<&str>> = markers.iter().map(after).collect();
    // Only a string that stands there itself: a variable is no name of a file.
    let string = |code: &'a str| code.trim_start().strip_prefix('"')?.split('"').next();
    followed.into_iter().flatten().filter_map(string).collect()
}

/// A path without `..`, as far as it stays in the package.
fn normal(path: &Path) -> PathBuf {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::ParentDir if parts.pop().is_none() => return path.to_owned(),
            Component::ParentDir | Component::CurDir => {}
            part => parts.push(part),
        }
    }
    parts.into_iter().collect()
}

#[test]
fn every_package_has_the_files_that_its_sources_and_doc_examples_read() {
    for (package, folder) in PUBLISHED {
        let files = listed(package);
        assert!(files.contains(Path::new("src/lib.rs")), "{package} has no sources");
        let mut missing = Vec::new();
        for file in &files {
            let is_source = ["src", "examples"].iter().any(|folder| file.starts_with(folder));
            if !is_source && file != Path::new("README.md") {
                continue;
            }
            let Ok(code) = fs::read_to_string(root().join(folder).join(file)) else { continue };
            let own = file.parent().unwrap();
            let compiled = texts(&code, &COMPILED).into_iter().map(|name| own.join(name));
            let run = texts(&code, &RUN).into_iter().map(PathBuf::from);
            for path in compiled.chain(run).map(|path| normal(&path)) {
                if !files.contains(&path) {
                    missing.push(format!("{} reads {}", file.display(), path.display()));
                }
            }
        }
        assert!(missing.is_empty(), "not in the package {package}: {missing:#?}");
    }
}

#[test]
fn the_packages_are_those_of_the_workspace_that_may_be_published() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata.get("packages").and_then(|packages| packages.as_array()).unwrap();
    let names: BTreeSet<&str> = packages
        .iter()
        .filter(|package| package.get("publish").is_some_and(serde_json::Value::is_null))
        .filter_map(|package| package.get("name")?.as_str())
        .collect();
    assert_eq!(names, PUBLISHED.map(|(name, _)| name).into());
}
