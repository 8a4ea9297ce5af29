//! The rules of `ARCHITECTURE.md` that a compiler does not check, read off the sources.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// The crates whose sources these rules are for, beside the library itself: what cargo does not
/// enforce by their dependencies. Their modules go by the name of the crate.
const EDGES: &[&str] = &["api", "fetch", "testkit"];

/// The layers of the library from top to bottom. A file may name its own layer and those below.
const LAYERS: &[(&str, &[&str])] = &[
    ("internals", &["internals"]),
    ("danger", &["danger"]),
    ("domain", &["miracl", "mosip"]),
    ("jose", &["jose"]),
    ("verify", &["verify"]),
    ("x509", &["x509"]),
    ("report", &["report", "policy"]),
    ("crypto", &["crypto"]),
    ("base", &["code", "encoding", "error", "limits", "time"]),
];

/// Upward references that are meant, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "error",
    "crypto",
    "`Error::AlgorithmMismatch` names algorithms; `Algorithm` is a name, not a primitive",
)];

/// Crates below the library that hold primitives or key formats: `crypto` may name them, and the few
/// others listed.
const BACKENDS: &[(&str, &[&str])] = &[
    ("aes_gcm", &["crypto"]),
    ("ark_ec", &["crypto"]),
    ("ark_ff", &["crypto"]),
    ("aws_lc_rs", &["crypto"]),
    ("countersign_kernels", &["crypto", "testkit"]),
    ("hmac", &["crypto"]),
    ("p256", &["crypto"]),
    ("rayon", &["verify"]),
    ("sha1", &["crypto"]),
    ("sha2", &["crypto"]),
    ("subtle", &["crypto"]),
    ("base64", &["encoding"]),
    ("base64_simd", &["encoding"]),
    ("base16ct", &["encoding"]),
    ("percent_encoding", &["encoding"]),
    ("x509_cert", &["jose", "x509"]),
];

/// What a pure library never names, and what of it the edge does.
const IMPURE: &[(&str, &[&str])] = &[
    ("std::net", &["fetch"]),
    ("std::fs", &[]),
    ("std::env", &[]),
    ("std::process", &[]),
    ("std::thread", &["fetch"]),
    // A lock is no effect: what is remembered of certificates changes no verdict.
    ("std::sync", &["fetch", "x509"]),
    ("std::io", &["fetch"]),
    ("SystemTime", &["fetch"]),
    ("Instant::", &[]),
];

struct Source {
    path: PathBuf,
    /// First component below `src`, without `.rs`; of an edge, the name of its crate.
    module: String,
    /// The code without comments, and without the tests at the file's end.
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The library's own files.
fn sources() -> Vec<Source> {
    let found = sources_below(&root().join("src"));
    assert!(found.len() > 15, "the sources were not found");
    found
}

/// Those of the library and of the edges.
fn all_sources() -> Vec<Source> {
    let mut found = sources();
    for edge in EDGES {
        let below = sources_below(&root().join("crates").join(edge).join("src"));
        assert!(!below.is_empty(), "the sources of {edge} were not found");
        found.extend(below.into_iter().map(|s| Source { module: (*edge).to_owned(), ..s }));
    }
    found
}

/// Those of the kernels, files of tests included.
fn kernels() -> Vec<Source> {
    let found = sources_below(&root().join("crates/kernels/src"));
    assert!(found.len() > 15, "the kernels were not found");
    let read = |path: &Path| strip(&fs::read_to_string(path).expect("UTF-8"));
    found.into_iter().map(|source| Source { code: read(&source.path), ..source }).collect()
}

fn sources_below(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(root).expect("below src");
            let first = relative.components().next().expect("a name").as_os_str();
            let module = first.to_string_lossy().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("UTF-8");
            let code = if is_test(relative) { String::new() } else { strip(&text) };
            found.push(Source { path, module, code });
        }
    }
    found
}

/// Tells whether a file of a crate is of tests only, by its path within the sources.
pub(super) fn is_test(below: &Path) -> bool {
    below.iter().any(|part| {
        let part = part.to_string_lossy();
        part == "tests" || part == "tests.rs" || part.starts_with("test_")
    })
}

/// Drops comments and everything from `#[cfg(test)]` on a `mod` at the file's end.
pub(super) fn strip(text: &str) -> String {
    let is_module = |at: usize| {
        let (_, after) = text[at..].split_once('\n').unwrap_or_default();
        after.lines().next().is_some_and(|line| line.ends_with("mod tests {"))
    };
    let mut marks = text.match_indices("#[cfg(test)]\n").map(|(at, _)| at);
    let end = marks.find(|at| is_module(*at)).unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, modules)| modules.contains(&module))
}

#[test]
fn no_module_names_a_layer_above_its_own() {
    let mut wrong = Vec::new();
    let mut used = vec![false; EXCEPTIONS.len()];
    for source in sources() {
        if source.module == "lib" {
            continue;
        }
        let own = layer(&source.module)
            .unwrap_or_else(|| panic!("{} belongs to no layer", source.path.display()));
        for (index, (_, modules)) in LAYERS.iter().enumerate() {
            for module in *modules {
                if index >= own || !source.code.contains(&format!("crate::{module}")) {
                    continue;
                }
                let exception = EXCEPTIONS
                    .iter()
                    .position(|(from, to, _)| *from == source.module && to == module);
                match exception {
                    Some(exception) => used[exception] = true,
                    None => wrong.push(format!("{} names {module}", source.path.display())),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "upward references: {wrong:#?}");
    assert!(used.iter().all(|used| *used), "an exception is no longer needed");
}

#[test]
fn the_two_platforms_do_not_know_each_other() {
    for source in sources() {
        for (own, other) in [("miracl", "crate::mosip"), ("mosip", "crate::miracl")] {
            assert!(
                source.module != own || !source.code.contains(other),
                "{} names {other}",
                source.path.display()
            );
        }
    }
}

/// Tells whether the code has one of these words.
fn has_word(code: &str, words: &[&str]) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| words.contains(&word))
}

/// The folders of the members of the workspace.
fn members() -> Vec<PathBuf> {
    let mut members = vec![root().to_owned(), root().join("xtask")];
    let crates = fs::read_dir(root().join("crates")).expect("folder");
    members.extend(crates.map(|entry| entry.expect("entry").path()));
    members
}

#[test]
fn every_member_has_the_lints_of_the_workspace() {
    for member in members() {
        let manifest = fs::read_to_string(member.join("Cargo.toml")).expect("UTF-8");
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{}", member.display());
    }
}

#[test]
fn every_crate_but_the_kernels_forbids_unsafe_code() {
    let apart = ["fuzz/src/lib.rs", "mutants/src/main.rs"];
    let mut roots: Vec<PathBuf> = apart.iter().map(|path| root().join(path)).collect();
    for member in members().iter().filter(|member| !member.ends_with("kernels")) {
        let found = ["src/lib.rs", "src/main.rs"].map(|file| member.join(file));
        roots.extend(found.into_iter().filter(|file| file.is_file()));
    }
    assert!(roots.len() > 4, "{roots:?}");
    for path in roots {
        let code = strip(&fs::read_to_string(&path).expect("UTF-8"));
        assert!(code.contains("#![forbid(unsafe_code)]"), "{}", path.display());
    }
}

#[test]
fn unsafe_code_stands_with_the_vector_instructions_only() {
    for Source { path, code, .. } in kernels() {
        let is_simd = path.components().any(|folder| folder.as_os_str() == "simd");
        assert!(is_simd || !has_word(&code, &["unsafe"]), "{}", path.display());
    }
}

/// What chooses instructions is a value of the kernels' crate.
#[test]
fn no_file_of_the_library_names_an_instruction_set() {
    for source in sources() {
        let code = source.code.to_lowercase();
        for name in ["ifma", "avx", "sse", "neon", "target_feature", "is_x86_feature", "core::arch"]
        {
            let found = code
                .match_indices(name)
                .any(|(at, _)| !code[..at].chars().next_back().is_some_and(char::is_alphanumeric));
            assert!(!found, "{} names {name}", source.path.display());
        }
    }
}

#[test]
fn the_kernels_know_no_format_and_no_policy() {
    for Source { path, code, .. } in kernels() {
        let code = code.to_lowercase();
        for name in
            ["jose", "jwk", "jws", "jwt", "base64", "policy", "algorithm::", "mosip", "miracl"]
        {
            assert!(!code.contains(name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn backends_are_named_where_they_belong() {
    for source in sources() {
        for (backend, allowed) in BACKENDS {
            if allowed.contains(&source.module.as_str()) {
                continue;
            }
            let path = format!("{backend}::");
            // A module of ours is called `base64` too: there, only an import counts.
            let named = if *backend == "base64" {
                source.code.lines().any(|line| line.starts_with(&format!("use {path}")))
            } else {
                source.code.match_indices(&path).any(|(at, _)| {
                    let before = source.code[..at].chars().next_back();
                    !before.is_some_and(|c| c == ':' || c == '_' || c.is_alphanumeric())
                })
            };
            assert!(!named, "{} names {backend}", source.path.display());
        }
    }
}

#[test]
fn the_library_and_its_edges_read_no_clock_file_environment_or_network_but_for_fetch() {
    for source in all_sources() {
        for (name, allowed) in IMPURE {
            let is_edge = allowed.contains(&source.module.as_str());
            assert!(
                is_edge || !source.code.contains(name),
                "{} names {name}",
                source.path.display()
            );
        }
    }
}

#[test]
fn every_public_function_takes_no_bool() {
    for source in all_sources() {
        for (at, _) in
            source.code.match_indices("pub fn ").chain(source.code.match_indices("pub const fn "))
        {
            let signature = source.code[at..].split(['{', ';']).next().unwrap_or_default();
            let arguments = signature.split("->").next().unwrap_or_default();
            assert!(!arguments.contains(": bool"), "{}: {signature}", source.path.display());
        }
    }
}
