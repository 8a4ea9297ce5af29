//! What the edge brings along, and what the library does not have of it.

use std::collections::BTreeSet;
use std::process::Command;

fn tree(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-p", package, "-e", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_library_has_nothing_of_the_edge_and_the_edge_needs_no_c_compiler() {
    let (library, edge) = (tree("countersign"), tree("countersign-fetch"));
    assert!(library.contains("sha2"), "the tree was read");
    for name in ["arc-swap", "http", "rustls", "rustls-graviola", "ureq"] {
        assert!(!library.contains(name), "{name} is below the library");
        assert!(edge.contains(name), "{name} is not below the edge");
    }
    // None of these builds without a C compiler.
    for name in ["ring", "aws-lc-rs", "aws-lc-sys", "openssl-sys", "cc"] {
        assert!(!edge.contains(name), "{name} is below the edge");
    }
}
