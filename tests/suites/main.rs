//! Other people's test suites: one named test per file, and what came out of it.
//!
//! Each test asks the library about every vector of its file, RSA with every kernel, and compares
//! with the published verdict. Where the library differs on purpose, the difference is listed with
//! its reason; one that no longer differs fails the test, and so does a file without vectors. The
//! figures are printed, and `SECURITY.md` has to have the same.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod cookbook;
mod jose;
mod kernels;
mod primitives;
mod public;
mod rfc7515;
mod tally;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use tally::Tally;

/// A file of vectors, and how it is judged.
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) run: Box<dyn Fn(&mut Tally) + Send + Sync>,
    pub(crate) source: Source,
}

/// Where the vectors come from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// Out of this repository or a crate: always there.
    Here,
    /// A folder of the public vectors, which are not part of this repository.
    Public(&'static str),
}

/// The rows of `SECURITY.md`, by suite.
type Rows = Arc<Mutex<BTreeMap<String, String>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suites: Vec<Suite> =
        [primitives::suites(), jose::suites(), cookbook::suites(), rfc7515::suites()]
            .into_iter()
            .flatten()
            .collect();
    let names: Vec<String> = suites.iter().map(|suite| suite.name.clone()).collect();
    let rows = Rows::default();
    let mut trials: Vec<Trial> =
        suites.into_iter().map(|suite| trial(suite, Arc::clone(&rows))).collect();
    trials.push(Trial::test("security_md_has_no_row_without_a_suite", move || {
        match tabled().iter().find(|row| !names.iter().any(|name| row.starts_with(&start(name)))) {
            Some(row) => Err(format!("no suite has the row {row}").into()),
            None => Ok(()),
        }
    }));
    trials.push(Trial::test("a_tally_is_strict", || Ok(tally::is_strict()?)));
    let conclusion = libtest_mimic::run(&arguments, trials);
    let rows = rows.lock().unwrap();
    if !rows.is_empty() {
        println!("| suite | vectors | agree | excluded | because |\n|---|---|---|---|---|");
    }
    for row in rows.values() {
        println!("{row}");
    }
    conclusion.exit_code()
}

/// Makes a test of a suite. Without its vectors it is ignored, but in CI it fails.
fn trial(suite: Suite, rows: Rows) -> Trial {
    let absent = match suite.source {
        Source::Here => None,
        Source::Public(folder) => Some(public::folder(folder)).filter(|path| !path.is_dir()),
    };
    if let Some(path) = &absent {
        eprintln!("skipped: {}, as {} is absent", suite.name, path.display());
    }
    let ignored = absent.is_some() && !public::in_ci();
    Trial::test(suite.name.clone(), move || {
        if let Some(path) = &absent {
            return Err(format!("{} is absent", path.display()).into());
        }
        let mut tally = Tally::default();
        (suite.run)(&mut tally);
        let row = tally.row(&suite.name);
        rows.lock().unwrap().insert(suite.name.clone(), row.clone());
        tally.verdict()?;
        if tabled().contains(&row) {
            Ok(())
        } else {
            Err(Failed::from(format!("SECURITY.md lacks the row\n{row}")))
        }
    })
    .with_ignored_flag(ignored)
}

/// How the row of a suite begins.
fn start(name: &str) -> String {
    format!("| `{name}` | ")
}

/// The rows of the table of suites in `SECURITY.md`.
fn tabled() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md");
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .skip_while(|line| !line.starts_with("| Suite | Vectors |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(str::to_owned)
        .collect()
}
