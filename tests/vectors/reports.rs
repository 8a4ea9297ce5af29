//! What the reports of the vectors say, to the word: one report of every shape is recorded.
//!
//! Two reports have the same shape if the same checks passed, failed and were skipped, with the
//! same codes and warnings and as many hints.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;

use countersign::encoding::json::Object;
use countersign::{Code, Entry, Outcome, Report};
use libtest_mimic::Failed;

use crate::run::Runner;

/// Set to write the records anew, for a look at the difference.
const WRITE: &str = "COUNTERSIGN_WRITE_REPORTS";

/// Compares the reports of a file's vectors with those recorded.
pub(crate) fn compare(
    name: &str,
    runner: Runner,
    file: &'static Object<'static>,
) -> Result<(), Failed> {
    let path = super::path(&format!("reports/{name}.txt"));
    let made = reports(runner, file)?;
    if made.is_empty() {
        // Keys and secrets are read or opened; only what is signed is explained.
        return if path.exists() { Err("no vector has a report".into()) } else { Ok(()) };
    }
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, &made)?;
    }
    let recorded = fs::read_to_string(&path)?;
    match super::difference(&recorded, &made) {
        None => Ok(()),
        Some(line) => {
            let of = |text: &str| text.lines().nth(line - 1).unwrap_or_default().to_owned();
            let (recorded, made) = (of(&recorded), of(&made));
            let path = path.display();
            Err(format!("{path}, line {line}: `{recorded}` became `{made}`; see {WRITE}").into())
        }
    }
}

fn reports(runner: Runner, file: &'static Object<'static>) -> Result<String, Failed> {
    let (mut seen, mut out) = (HashSet::new(), String::new());
    for (group, test) in super::tests(file) {
        let Some(report) = runner(group, test)? else { continue };
        if seen.insert(shape(&report)) {
            let id = test.integer("test", "tcId").unwrap();
            let comment = test.string("test", "comment").unwrap();
            writeln!(out, "{id}: {comment}").unwrap();
            write(&mut out, &report);
            out.push('\n');
        }
    }
    Ok(out)
}

fn shape(report: &Report) -> String {
    let checks: Vec<_> = report
        .checks
        .iter()
        .map(|Entry { check, part, outcome, .. }| match outcome {
            Outcome::Fail(error) => (check, part, error.code()),
            Outcome::Pass => (check, part, Code::Ok),
            _ => (check, part, Code::Unreadable),
        })
        .collect();
    format!("{checks:?} {:?} {}", report.warnings, report.hints.len())
}

fn write(out: &mut String, report: &Report) {
    let mut line = |text: String| {
        let text = text.trim_end().replace(char::is_control, "\u{fffd}");
        writeln!(out, "    {text}").unwrap();
    };
    let json = report.to_json();
    let member = |name: &str| json.member(name).map(ToString::to_string);
    for name in ["verdict", "code", "at", "key", "key_set"] {
        if let Some(value) = member(name) {
            line(format!("{name} {value}"));
        }
    }
    for Entry { check, part, outcome, detail, reference, .. } in &report.checks {
        let outcome = match outcome {
            Outcome::Fail(_) => "fail",
            Outcome::Pass => "pass",
            _ => "skip",
        };
        let part = part.as_ref().map(|part| format!(" of {part}")).unwrap_or_default();
        let reference =
            if reference.is_empty() { String::new() } else { format!(" [{reference}]") };
        line(format!("{outcome} {}{part}: {detail}{reference}", check.name()));
    }
    for warning in &report.warnings {
        line(format!("warning {}", warning.as_str()));
    }
    for hint in &report.hints {
        line(format!("hint {hint}"));
    }
    if let Some(claims) = member("claims") {
        line(format!("claims {claims}"));
    }
}
