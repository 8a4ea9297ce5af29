//! Streams of records: one report a line, whatever is on it, and one for the blank ones.
//!
//! It needs the crate that judges records and not only the library, so it is no part of `lib.rs`.

use std::path::Path;
use std::sync::LazyLock;

use countersign::Time;
use countersign_audit::{Auditor, Disk, Inputs, Lines, Options, PolicyFile, Records};
use serde_json::Value;

static AUDITOR: LazyLock<Auditor> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policy = "test-vectors/seed/policy.toml";
    let path = here.ancestors().map(|folder| folder.join(policy)).find(|path| path.exists());
    let path = path.expect("the repository has a policy");
    let policy = PolicyFile::parse(&path, &std::fs::read(&path).expect("it can be read"));
    let options = Options { inputs: Inputs::Records(Records::Tighten), ..Options::default() };
    let now = Time::from_unix(1_649_404_585).expect("a time");
    Auditor::new(&policy.expect("it is right"), options, &Disk, now).expect("its files are there")
});

/// Returns one report for each line, in order, and one for all blank lines.
fn judge(data: &[u8]) -> Vec<String> {
    let mut lines = Lines::with_capacity(1 << 13, data);
    let mut reports = Vec::new();
    loop {
        let (chunk, error) = lines.next_chunk();
        assert!(error.is_none(), "memory can be read");
        let mut batch = AUDITOR.batch();
        chunk.iter().for_each(|line| batch.record("-", line));
        if chunk.is_empty() {
            lines.blank().into_iter().for_each(|blank| batch.blank("-", blank));
        }
        let judged = batch.judge().into_iter();
        reports.extend(judged.map(|judged| judged.report.to_json().to_string()));
        if chunk.is_empty() {
            return reports;
        }
    }
}

pub fn run(data: &[u8]) {
    let reports = judge(data);
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
    assert_eq!(judge(data), reports, "the same bytes, the same reports");
}
