//! The rules between the files of a crate, which no compiler checks.
#![allow(clippy::expect_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::architecture::{is_test, strip};

/// The code of a crate's modules, by their paths: `kinds::device`, and `` for `lib.rs`.
fn modules(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let below = path.strip_prefix(root).expect("below the root");
            if is_test(below) || path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let folder = below.parent().expect("a folder");
            let mut parts: Vec<String> =
                folder.components().map(|part| part.as_os_str().to_string_lossy().into()).collect();
            if !["lib", "main", "mod"].contains(&name.as_str()) {
                parts.push(name.clone());
            }
            if name != "main" {
                let text = fs::read_to_string(&path).expect("UTF-8");
                found.insert(parts.join("::"), code(&text));
            }
        }
    }
    assert!(found.len() > 5, "the sources were not found");
    found
}

/// Drops what is no code of the crate, and who may see an item: that is no import.
fn code(text: &str) -> String {
    let mut code = strip(text);
    while let Some(start) = code.find("pub(in ") {
        let end = code[start..].find(')').map_or(code.len(), |end| start + end + 1);
        code.replace_range(start..end, "pub");
    }
    code
}

/// Returns the paths that follow a prefix: each leaf of a tree of imports on its own.
fn paths(code: &str, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        expand(&code[at + prefix.len()..], "", &mut found);
    }
    found
}

/// Reads one path, or a group of them, and returns what follows.
fn expand<'c>(rest: &'c str, before: &str, found: &mut Vec<String>) -> &'c str {
    let rest = rest.trim_start();
    if let Some(mut rest) = rest.strip_prefix('{') {
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            match rest.strip_prefix('}') {
                Some(rest) => return rest,
                None if rest.is_empty() => return rest,
                None => rest = expand(rest, before, found),
            }
        }
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let path = if before.is_empty() { name.to_owned() } else { format!("{before}::{name}") };
    match after.strip_prefix("::") {
        Some(after) => expand(after, &path, found),
        None => {
            found.push(path);
            // A star, or a name after `as`.
            let next = after.find([',', '}', ';', '\n']).unwrap_or(after.len());
            if name.is_empty() && next == 0 { "" } else { &after[next..] }
        }
    }
}

/// Tells which modules each module names.
fn imports(modules: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let module_of = |path: &str| {
        let mut path = path;
        loop {
            if modules.contains_key(path) {
                return path.to_owned();
            }
            path = path.rsplit_once("::").map_or("", |(parent, _)| parent);
        }
    };
    let edges = modules.iter().map(|(module, code)| {
        let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
        let join = |base: &str, path: &str| {
            if base.is_empty() { path.to_owned() } else { format!("{base}::{path}") }
        };
        let mut named: BTreeSet<String> = BTreeSet::new();
        named.extend(paths(code, "crate::").iter().map(|path| module_of(path)));
        named.extend(paths(code, "super::").iter().map(|path| module_of(&join(parent, path))));
        // A module and those that it declares.
        let children = modules.keys().filter(|other| {
            let below = other.strip_prefix(module.as_str()).unwrap_or_default();
            let below =
                if module.is_empty() { Some(other.as_str()) } else { below.strip_prefix("::") };
            below.is_some_and(|below| !below.is_empty() && !below.contains("::"))
        });
        for child in children {
            let name = child.rsplit("::").next().unwrap_or(child);
            if !paths(code, &format!("{name}::")).is_empty() {
                named.insert(child.clone());
            }
        }
        named.remove(module);
        (module.clone(), named)
    });
    edges.collect()
}

/// The sources of the library, or of a crate below `crates`.
fn root(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if name == LIBRARY { root.join("src") } else { root.join("crates").join(name).join("src") }
}

const LIBRARY: &str = "countersign";

/// Every crate, with fewer imports among files than it has: none would mean that none was found.
const CRATES: [(&str, usize); 7] = [
    (LIBRARY, 150),
    ("api", 40),
    ("audit", 40),
    ("cli", 40),
    ("fetch", 15),
    ("kernels", 15),
    ("testkit", 15),
];

#[test]
fn the_files_of_a_crate_import_each_other_in_one_direction_only() {
    for (name, least) in CRATES {
        let mut left = imports(&modules(&root(name)));
        let edges: usize = left.values().map(BTreeSet::len).sum();
        assert!(edges > least, "{name}: the imports were not found: {left:#?}");
        // Whoever names nobody that is left is in no circle.
        loop {
            let free: Vec<String> = left
                .iter()
                .filter(|(_, named)| named.iter().all(|other| !left.contains_key(other)))
                .map(|(module, _)| module.clone())
                .collect();
            if free.is_empty() {
                break;
            }
            left.retain(|module, _| !free.contains(module));
        }
        assert!(left.is_empty(), "{name}: in circles, or above one: {left:#?}");
    }
}

#[test]
fn every_crate_is_looked_at() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    let found = fs::read_dir(crates).expect("a folder");
    let found = found.map(|entry| entry.expect("an entry").file_name());
    let found: BTreeSet<String> = found.map(|name| name.to_string_lossy().into()).collect();
    let named = CRATES.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name != LIBRARY);
    assert_eq!(found, named.collect());
}

#[test]
fn imports_behind_the_declaration_of_tests_are_seen() {
    let declared = "mod a;\n#[cfg(test)]\nmod tests;\n\nuse crate::b::B; // crate::c\n";
    let modules = [("", "mod b;"), ("a", declared), ("b", ""), ("c", "")];
    let modules = modules.map(|(name, text)| (name.to_owned(), code(text)));
    let named = imports(&BTreeMap::from(modules)).remove("a").expect("a module");
    assert_eq!(named, BTreeSet::from(["b".to_owned()]));
    // Those of a module of tests in the file itself are not the crate's.
    let inside = "use crate::b::B;\n\n#[cfg(test)]\nmod tests {\n    use crate::c::C;\n}\n";
    assert!(!code(inside).contains("crate::c") && code(inside).contains("crate::b"));
    assert_eq!(code("pub(in crate::c) fn f() {}"), "pub fn f() {}");
}

#[test]
fn a_circle_of_files_is_found() {
    let module = |name: &str, code: &str| (name.to_owned(), code.to_owned());
    let modules = BTreeMap::from([
        module("", "mod a; use a::A;"),
        module("a", "use crate::{\n    b::{B, C as D},\n    c::*,\n};"),
        module("b", "fn f() -> crate::c::C {}"),
        module("c", "use super::a::inner::A;"),
    ]);
    let named = |name: &str| -> Vec<String> {
        imports(&modules).remove(name).expect("a module").into_iter().collect()
    };
    assert_eq!(named(""), ["a"]);
    assert_eq!(named("a"), ["b", "c"]);
    assert_eq!(named("b"), ["c"]);
    assert_eq!(named("c"), ["a"]);
}

#[test]
fn arguments_name_no_other_file_of_the_command() {
    let named = imports(&modules(&root("cli"))).remove("args").expect("the arguments");
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn what_judges_has_no_terminal_no_network_no_clock_and_one_file_that_reads_files() {
    let manifest = fs::read_to_string(root("audit").join("../Cargo.toml")).expect("a manifest");
    let (_, dependencies) = manifest.split_once("\n[dependencies]").expect("dependencies");
    let (dependencies, _) = dependencies.split_once("\n[dev-").expect("those of tests");
    let lines = dependencies.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let names: Vec<&str> = lines.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, ["countersign", "serde", "strsim", "toml"]);
    assert!(!dependencies.contains("\"fetch\""), "no network");
    for (module, code) in modules(&root("audit")) {
        for (impure, allowed) in [
            ("std::net", ""),
            ("std::env", ""),
            ("std::process", ""),
            ("std::thread", ""),
            ("std::time", ""),
            ("stdout", ""),
            ("stderr", ""),
            ("println!", ""),
            ("std::fs", "files"),
        ] {
            assert!(module == allowed || !code.contains(impure), "{module} names {impure}");
        }
    }
}

#[test]
fn no_file_has_more_than_800_lines() {
    let mut count = 0;
    let mut long = Vec::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR"))];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                // What cargo builds is not ours, nor what git keeps.
                folders.extend((name != "target" && !name.starts_with('.')).then_some(path));
            } else if name.ends_with(".rs") {
                let lines = fs::read_to_string(&path).expect("UTF-8").lines().count();
                count += 1;
                long.extend((lines > 800).then(|| format!("{}: {lines}", path.display())));
            }
        }
    }
    assert!(count > 300, "the sources were not found");
    assert!(long.is_empty(), "{long:#?}");
}
