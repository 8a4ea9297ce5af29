//! What the feature costs those who do not use it: nothing.

use std::process::Command;

#[test]
fn the_default_dependency_tree_has_nothing_of_the_edge() {
    let tree = |features: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--locked", "-p", "countersign", "-e", "normal"])
            .args(["--prefix", "none", "--format", "{p}"])
            .args(features)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let names = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned);
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let edge = ["arc-swap", "http", "rustls", "rustls-graviola", "ureq"];
    let default = tree(&[]);
    assert!(default.contains("sha2"), "the tree was read");
    for name in edge {
        assert!(!default.contains(name), "{name} is in the default tree");
    }
    let with = tree(&["--features", "fetch"]);
    for name in edge {
        assert!(with.contains(name), "{name} is not in the tree of the feature");
    }
    // None of these builds without a C compiler.
    for name in ["ring", "aws-lc-rs", "aws-lc-sys", "openssl-sys", "cc"] {
        assert!(!with.contains(name), "{name} is in the tree of the feature");
    }
}
