//! A hundred megabytes of one thing to the command itself, which may have 256 MiB of memory.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, and measures time"
)]
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const HUNDRED: usize = 100_000_000;

/// Long enough for a machine with better things to do.
const SOON: Duration = Duration::from_secs(60);

const PATTERNS: &[(&str, &str)] = &[
    ("", "."),
    ("", "["),
    ("", r#"{"a":"#),
    (r#"{"artefact":"#, "1"),
    (r#"{"artefact":""#, r"\u0061"),
    ("", "\""),
    ("", " "),
    (r#"{"artefact":""#, "A"),
    ("{", r#""id":0,"#),
    ("-----BEGIN CERTIFICATE-----\n", "MIIB\n"),
];

/// Starts the command with so much address space that a few inputs of the largest size fit, and no
/// more: what it cannot have makes it abort.
fn start(arguments: &[&str]) -> Child {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 262144; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_countersign")]);
    command.args(arguments).current_dir(root);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

/// Writes the pattern over and over, until it is enough or nobody reads any more.
fn write(mut to: impl Write, (start, pattern): (&str, &str), end: &str) {
    let block = pattern.repeat((1 << 16) / pattern.len());
    let mut written = start.len();
    let mut result = to.write_all(start.as_bytes());
    while result.is_ok() && written < HUNDRED {
        result = to.write_all(block.as_bytes());
        written += block.len();
    }
    let _ = result.and_then(|()| to.write_all(end.as_bytes()));
}

/// Waits for the end, which comes soon and is an exit code, and returns what was said.
fn finish(child: Child, what: &str) -> (i32, String) {
    let start = Instant::now();
    let output = child.wait_with_output().expect("the command ends");
    assert!(start.elapsed() < SOON, "{what} took {:?}", start.elapsed());
    let code = output.status.code().unwrap_or_else(|| panic!("{what}: {}", output.status));
    assert!(output.stdout.len() + output.stderr.len() < 1 << 16, "{what} is loud");
    (code, String::from_utf8(output.stdout).expect("output is UTF-8"))
}

#[test]
fn a_file_is_refused_by_every_command() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    let file = path.display().to_string();
    let secret = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile-secret");
    fs::write(&secret, "secret").expect("a file is written");
    let secret = secret.display().to_string();
    for pattern in PATTERNS {
        write(File::create(&path).expect("a file is made"), *pattern, "");
        for arguments in [
            &["verify", &file][..],
            &["verify", "--format", "json", "--kind", "jws", "--unbound", &file],
            &["decode", &file],
            &["jwks", "show", &file],
            &["verify", "--jwks", &file, "x"],
            &["verify", "--key", &file, "x"],
            &["verify", "--policy", &file, "x"],
            &["verify", "--request", &file, "x"],
            &["otp", "open", "--secret-file", &secret, "--key-derivation", "auto", &file],
            &["otp", "open", "--secret-file", &file, "--key-derivation", "auto", &secret],
        ] {
            let what = format!("{arguments:?} of {pattern:?}");
            let (code, _) = finish(start(arguments), &what);
            assert_ne!(code, 0, "{what}");
        }
    }
    fs::remove_file(path).expect("the file is removed");
}

#[test]
fn stdin_is_refused_without_being_read_whole() {
    for pattern in PATTERNS {
        let mut child = start(&["verify", "-"]);
        write(child.stdin.take().expect("stdin is piped"), *pattern, "");
        let (code, output) = finish(child, &format!("{pattern:?}"));
        assert_eq!(code, 1, "{output}");
        assert!(output.contains("too-large"), "{output}");
    }
}

#[test]
fn a_line_of_a_stream_is_a_report_and_the_next_line_is_read() {
    for pattern in PATTERNS {
        let next = "\n{\"id\":\"next\",\"artefact\":\"x\"}\n";
        let mut child = start(&["verify", "--ndjson", "--threads", "1", "-"]);
        // No pattern has a line break but that of PEM, of which each line is one of its own.
        let pattern = (pattern.0, pattern.1.trim_end_matches('\n'));
        write(child.stdin.take().expect("stdin is piped"), pattern, next);
        let (code, output) = finish(child, &format!("{pattern:?}"));
        assert_eq!(code, 1, "{output}");
        let reports: Vec<&str> = output.lines().collect();
        let lines = 2 + pattern.0.matches('\n').count();
        assert_eq!(reports.len(), lines, "{output}");
        assert!(reports[lines - 2].contains("too-large"), "{output}");
        assert!(reports[lines - 1].contains(r#""id":"next""#), "{output}");
    }
}
