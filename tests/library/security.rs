//! `SECURITY.md` says what is so: the tests that it names exist, and the dependencies are those that
//! it lists. Its figures of public suites are held by `tests/suites`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Attacks on what does not exist yet. Naming a test for one of them makes the entry stale.
const NOT_YET: &[(usize, &str)] = &[];

/// The default tree is smaller than this.
const MOST_CRATES: usize = 64;

/// What the library is made of: crates of this workspace, of which the table lists the dependencies.
const OURS: [&str; 2] = ["countersign", "countersign-kernels"];

/// How many attacks the table has.
const ATTACKS: usize = 54;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The cells of the rows of a table of `SECURITY.md`.
fn table(heading: &str) -> Vec<Vec<String>> {
    let text = read("SECURITY.md");
    let rows: Vec<Vec<String>> = text
        .lines()
        .skip_while(|line| *line != heading)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "no table {heading}");
    rows
}

/// What stands between backticks.
fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Tells whether the name is that of a test: a function of `tests/library/attacks.rs`, `file::function`, a
/// flag of vectors (`jws.json#Padding`), or a public suite (`suites/aes_gcm`).
fn exists(name: &str) -> bool {
    let has = |path: &str, function: &str| read(path).contains(&format!("fn {function}("));
    if let Some((file, function)) = name.split_once("::") {
        has(file, function)
    } else if let Some((file, flag)) = name.split_once('#') {
        // Among its notes, all of which `tests/vectors` wants used.
        read(Path::new("test-vectors").join(file)).contains(&format!("\"{flag}\": {{"))
    } else if let Some(suite) = name.strip_prefix("suites/") {
        table("| Suite | Vectors | Agree | Excluded | Why excluded |")
            .iter()
            .any(|row| names(&row[0]) == [suite])
    } else {
        has("tests/library/attacks.rs", name)
    }
}

#[test]
fn every_attack_has_a_test_that_exists() {
    let rows = table("| # | Attack | What exercises it |");
    assert_eq!(rows.len(), ATTACKS);
    for (number, row) in (1..).zip(&rows) {
        assert_eq!(row[0], number.to_string());
        let names = names(&row[2]);
        let excepted = NOT_YET.iter().find(|(exception, _)| *exception == number);
        match excepted {
            Some((_, reason)) => assert!(names.is_empty(), "{number} has tests, although {reason}"),
            None => assert!(!names.is_empty(), "{number} has no test"),
        }
        for name in names {
            assert!(exists(name), "attack {number}: there is no {name}");
        }
    }
}

#[test]
fn every_test_of_an_attack_stands_in_the_table() {
    let rows = table("| # | Attack | What exercises it |");
    for line in read("tests/library/attacks.rs").lines() {
        let Some(name) = line.strip_prefix("fn row_") else { continue };
        let name = name.split('(').next().unwrap();
        let number: usize = name[..2].parse().expect("two digits");
        let named = format!("row_{name}");
        assert!(names(&rows[number - 1][2]).contains(&named.as_str()), "{named} is not named");
    }
}

/// The crates below one of ours with its default features: names, and names with versions.
fn default_tree(package: &str, arguments: &[&str]) -> (BTreeSet<String>, BTreeSet<String>) {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", package, "--prefix", "none"])
        .args(["--target", "all"])
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let words = |count: usize| {
        let first = |line: &str| line.split(' ').take(count).collect::<Vec<_>>().join(" ");
        text.lines().filter(|line| !line.is_empty()).map(first).collect()
    };
    (words(1), words(2))
}

#[test]
fn the_default_dependencies_are_those_of_the_table() {
    let mut found = BTreeSet::new();
    for package in OURS {
        found.extend(default_tree(package, &["--edges", "normal", "--depth", "1"]).0);
    }
    for package in OURS {
        assert!(found.remove(package), "the library is not made of {package}");
    }
    let listed: BTreeSet<String> = table("| Dependency | What for |")
        .iter()
        .flat_map(|row| names(&row[0]).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(found, listed);
}

#[test]
fn nothing_by_default_needs_a_c_compiler_or_holds_private_key_code() {
    let (tree, versions) = default_tree("countersign", &["--edges", "normal,build"]);
    assert!(tree.contains("sha2"), "the tree was read");
    assert!(tree.len() < MOST_CRATES, "{} crates", tree.len());
    assert_eq!(tree.len(), versions.len(), "one crate in two versions: {versions:?}");
    for name in &tree {
        let compiles_c =
            ["cc", "cmake", "bindgen", "pkg-config", "nasm-rs"].contains(&name.as_str());
        assert!(!compiles_c && !name.ends_with("-sys"), "{name} needs a C compiler");
        let private =
            ["rsa", "aws-lc-rs", "ring", "openssl", "jsonwebtoken"].contains(&name.as_str());
        assert!(!private, "{name} is below the library by default");
    }
}
