//! The command's stream of records: one report a line, whatever is on it, and one for the blank ones.
//!
//! It needs the command and not only the library, so it is no part of `lib.rs`.

use std::path::Path;
use std::sync::LazyLock;

use countersign_cli::Stream;
use serde_json::Value;

static STREAM: LazyLock<Stream> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policy = "test-vectors/seed/policy.toml";
    let policy = here.ancestors().map(|folder| folder.join(policy)).find(|path| path.exists());
    let policy = policy.expect("the repository has a policy").display().to_string();
    Stream::new(&["--ndjson", "--policy", &policy, "-"]).expect("the arguments are right")
});

pub fn run(data: &[u8]) {
    let reports = STREAM.judge(data);
    let is_blank = |line: &&[u8]| line.trim_ascii().is_empty();
    let (blank, lines): (Vec<_>, Vec<_>) =
        data.split_inclusive(|b| *b == b'\n').partition(is_blank);
    let all = lines.len() + usize::from(!blank.is_empty());
    assert_eq!(reports.len(), all, "one report for each line, and one for all blank ones");
    for report in &reports {
        assert!(!report.chars().any(char::is_control), "{report}");
        let report: Value = serde_json::from_str(report).expect("a report is JSON");
        assert_eq!(report["schema"], "countersign.report/1");
        assert!(report["id"].is_string());
        let valid = report["verdict"] == "valid";
        assert_eq!(valid, report["code"] == "ok");
        assert_eq!(valid, report.get("claims").is_some(), "claims are shown if they are verified");
    }
    assert_eq!(STREAM.judge(data), reports, "the same bytes, the same reports");
}
