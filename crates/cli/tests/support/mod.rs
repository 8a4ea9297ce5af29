//! Runs the command as a shell would.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The command, in the root of the repository, so that samples are named as in the README.
pub(crate) fn countersign(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(args).current_dir(root()).env_remove("NO_COLOR");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Puts what a text report broke at its last column back on one line.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace("\n        ", "\n\t")
        .split("\n\t")
        .map(str::trim_start)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads a sample of the platforms' documentation as text without its last line break.
pub(crate) fn seed(name: &str) -> String {
    let path = root().join("test-vectors/seed").join(name);
    std::fs::read_to_string(path).expect("the sample is there").trim_end().to_string()
}

/// Reads the token out of the sample's `{"certificate": …}`.
pub(crate) fn certificate() -> String {
    let body = seed("dvs-verify-response.json");
    body.split('"').find(|text| text.contains('.')).expect("the sample has a token").to_string()
}

/// Reads the token of RFC 7515 appendix A.2.
pub(crate) fn jws() -> String {
    let path = root().join("crates/cli/tests/cmd/data/rfc7515-a2.jws");
    std::fs::read_to_string(path).expect("the sample is there").trim_end().to_string()
}
