//! The vectors of `test-vectors`: one named test for each, and what holds for all of them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "../../xtask/src/vectors/mod.rs"]
mod files;
mod records;
mod reports;
mod run;
mod schema;
mod written;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use countersign::encoding::json::{self, Object, Value};
use countersign::{Code, Limits};
use libtest_mimic::{Arguments, Failed, Trial};

/// Codes without a vector, each with its reason.
const EXCEPTIONS: &[(Code, &str)] = &[
    (Code::SignatureRefused, "a status of the service, not an artefact"),
    (Code::IdentityRevoked, "a status of the service, not an artefact"),
    (Code::NoAnswer, "a status of the service, not an artefact"),
    (Code::Defect, "no input may reach it; src/verify has a format that does"),
    (Code::Unreadable, "the library is given bytes; reading them is the command's"),
    (
        Code::Unreachable,
        "a vector brings its keys; tests/library/key_source.rs has sources without any",
    ),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for &(name, runner) in run::FILES {
        // Kept until the process ends, as the tests run in threads.
        let file: &'static Object<'static> = Box::leak(Box::new(load(name)));
        let before = trials.len();
        for (group, test) in tests(file) {
            let title = title(name, test);
            trials.push(Trial::test(title, move || Ok(runner(group, test).map(drop)?)));
        }
        assert!(trials.len() > before, "{name} has no tests");
        trials.push(Trial::test(format!("all::{name}::follows_its_schema"), move || {
            schema::check(name, &Value::Object(file.clone())).map_err(Failed::from)
        }));
        trials.push(Trial::test(format!("all::{name}::counts_and_flags_agree"), move || {
            counts_and_flags(file)
        }));
        trials.push(Trial::test(format!("all::{name}::reports_are_those_recorded"), move || {
            reports::compare(name, runner, file)
        }));
        trials.push(Trial::test(
            format!("all::{name}::reports_are_written_as_trees_are"),
            move || written::compare(runner, file),
        ));
    }
    trials.push(Trial::test("all::every_code_has_a_vector_or_a_reason", codes));
    trials.push(Trial::test("all::the_schema_knows_every_code", codes_of_schema));
    trials.push(Trial::test("all::the_files_are_what_the_generator_makes", generated));
    trials.push(Trial::test("all::every_file_of_the_generator_has_a_runner", runners));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "test-vectors", name].iter().collect()
}

fn load(name: &str) -> Object<'static> {
    let path = path(&format!("{name}.json"));
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    json::parse_object("vectors", &text, &Limits::default()).unwrap().into_owned()
}

fn array<'o>(object: &'o Object<'static>, member: &str) -> &'o [Value<'static>] {
    object.member(member).and_then(Value::as_array).unwrap_or_else(|| panic!("no array {member}"))
}

fn objects<'o>(
    object: &'o Object<'static>,
    member: &str,
) -> impl Iterator<Item = &'o Object<'static>> {
    array(object, member).iter().map(|element| element.as_object().unwrap())
}

/// Every test with its group.
fn tests(
    file: &'static Object<'static>,
) -> impl Iterator<Item = (&'static Object<'static>, &'static Object<'static>)> {
    objects(file, "testGroups")
        .flat_map(|group| objects(group, "tests").map(move |test| (group, test)))
}

/// A name such as `dvs_certificate::tc12_expired_at_exp`.
fn title(file: &str, test: &Object<'_>) -> String {
    let comment = test.string("test", "comment").unwrap();
    let words: Vec<&str> =
        comment.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let id = test.integer("test", "tcId").unwrap();
    format!("{}::tc{id}_{}", file.replace('-', "_"), words.join("_").to_lowercase())
}

fn counts_and_flags(file: &'static Object<'static>) -> Result<(), Failed> {
    let mut used = BTreeSet::new();
    let mut count = 0;
    for (_, test) in tests(file) {
        count += 1;
        if test.integer("test", "tcId") != Ok(count) {
            return Err(format!("tcId {count} is not in its place").into());
        }
        used.extend(array(test, "flags").iter().map(|flag| flag.as_str().unwrap()));
    }
    if file.integer("file", "numberOfTests") != Ok(count) {
        return Err(format!("there are {count} tests").into());
    }
    let notes = file.member("notes").and_then(Value::as_object).unwrap();
    let explained: BTreeSet<&str> = notes.iter().map(|(flag, _)| flag).collect();
    let difference: Vec<_> = used.symmetric_difference(&explained).collect();
    if difference.is_empty() {
        Ok(())
    } else {
        Err(format!("flags that are not explained, or not used: {difference:?}").into())
    }
}

fn codes() -> Result<(), Failed> {
    let files: Vec<Object<'static>> = run::FILES.iter().map(|(name, _)| load(name)).collect();
    let mut found = BTreeSet::new();
    for group in files.iter().flat_map(|file| objects(file, "testGroups")) {
        found.extend(objects(group, "tests").map(run::expected_code));
    }
    for code in Code::ALL {
        let excepted = EXCEPTIONS.iter().find(|(exception, _)| exception == code);
        match (found.contains(code), excepted) {
            (true, None) | (false, Some(_)) => {}
            (false, None) => return Err(format!("`{code}` has no vector").into()),
            (true, Some((_, reason))) => {
                return Err(format!("`{code}` has a vector, although {reason}").into());
            }
        }
    }
    Ok(())
}

fn codes_of_schema() -> Result<(), Failed> {
    let known = schema::codes();
    let all: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    if known == all { Ok(()) } else { Err(format!("{known:?} are not {all:?}").into()) }
}

fn generated() -> Result<(), Failed> {
    for (name, text) in files::all() {
        let found = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))?;
        if let Some(line) = difference(&found, &text) {
            return Err(format!("{name}, line {line}: run `cargo xtask vectors`").into());
        }
    }
    Ok(())
}

fn runners() -> Result<(), Failed> {
    let made = files::all();
    let made = made.iter().filter_map(|(path, _)| path.strip_prefix("test-vectors/"));
    let made: BTreeSet<&str> = made.map(|name| name.trim_end_matches(".json")).collect();
    let run: BTreeSet<&str> = run::FILES.iter().map(|(name, _)| *name).collect();
    if made == run { Ok(()) } else { Err(format!("{made:?} are not {run:?}").into()) }
}

/// The first line in which two texts differ, counted from one.
fn difference(recorded: &str, made: &str) -> Option<usize> {
    let (mut recorded, mut made) = (recorded.split('\n'), made.split('\n'));
    (1..).find_map(|line| match (recorded.next(), made.next()) {
        (None, None) => Some(None),
        (recorded, made) => (recorded != made).then_some(Some(line)),
    })?
}
