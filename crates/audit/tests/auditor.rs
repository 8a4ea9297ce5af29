//! Policies and files in memory, what is wrong with them, and many artefacts at once.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use countersign::{Code, Detail, Report, Time, Verdict};
use countersign_audit::{
    Auditor, ConfigError, Inputs, Kind, Line, Names, Options, Overrides, PolicyFile, Records,
};
use serde_json::Value;

const POLICY: &str = "/nowhere/policy.toml";

fn now() -> Time {
    Time::from_unix(1_649_404_585).expect("a time")
}

/// A file of the samples, in memory.
fn sample(name: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/seed");
    fs::read(samples.join(name)).expect("a sample")
}

fn files(named: &[(&str, Vec<u8>)]) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = Path::new("/nowhere");
    named.iter().map(|(name, content)| (folder.join(name), content.clone())).collect()
}

fn auditor(
    policy: &str,
    options: Options,
    files: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<Auditor, ConfigError> {
    let policy = PolicyFile::parse(Path::new(POLICY), policy.as_bytes())?;
    Auditor::new(&policy, options, files, now())
}

#[test]
fn a_policy_and_every_file_that_it_names_may_be_in_memory() {
    let policy = r#"
        [dvs-certificate]
        jwks = ["dvs-jwks.json"]
        allow-rsa-1024 = true
        request = "dvs-verify-request.json"
        at = "issued"
        [dvs-signature]
        document = "document.txt"
        at = "issued"
        [mosip-registration]
        keys = ["signer.jwk.json"]
        at = "issued"
        [digital-id]
        trust = ["device=device.pem"]
    "#;
    let certificate = include_bytes!("data/device-authorities.pem");
    let files = files(&[
        ("dvs-jwks.json", sample("dvs-jwks.json")),
        ("dvs-verify-request.json", sample("dvs-verify-request.json")),
        ("document.txt", b"test".to_vec()),
        ("signer.jwk.json", sample("mosip-signer.jwk.json")),
        ("device.pem", certificate.to_vec()),
    ]);
    let auditor = auditor(policy, Options::default(), &files).expect("everything is there");
    for (input, kind) in [
        ("dvs-verify-response.json", "dvs-certificate"),
        ("registered-devices-response.json", "mosip-registration"),
    ] {
        let report = auditor.judge(&sample(input));
        assert_eq!((report.kind, report.code()), (kind, Code::Ok), "{input}");
        assert!(report.policy_sha256.is_some() && report.id.is_none());
    }
    let report = auditor.judge(&sample("dvs-verify-request.json"));
    assert_eq!((report.kind, report.code()), ("dvs-signature", Code::HashMismatch));
    for missing in files.keys() {
        let mut files = files.clone();
        files.remove(missing);
        let error = self::auditor(policy, Options::default(), &files).expect_err("a file is gone");
        let name = missing.display().to_string();
        assert!(error.to_string().contains(&name), "{error}");
    }
}

#[test]
fn what_is_wrong_with_a_policy_is_typed_and_names_line_table_and_member() {
    let refused = |policy: &str, options: Options| {
        auditor(policy, options, &BTreeMap::new()).expect_err(policy)
    };
    for (policy, line, says) in [
        ("[jws]\nleewya = 1", 2, "unknown member `leewya`; the nearest is `leeway`"),
        ("\n[jwt]", 2, "unknown table `jwt`; the nearest is `jws`"),
        ("[jws]\n\nkeys = [\"k.json\"]", 3, "[jws]: `keys`: /nowhere/k.json: "),
        ("[id-token]\nunbound = true", 2, "[id-token]: `unbound`: does not apply to this kind"),
        ("[jws]\nserver-secret = \"s\"", 2, "[jws]: `server-secret`: does not apply to this kind"),
        (
            "[dvs-signature]\nserver-secret = \"s\"",
            2,
            "[dvs-signature]: `server-secret`: secret file /nowhere/s: ",
        ),
        ("[jws]\nlenient = [\"a\"]", 2, "[jws]: `lenient`: does not apply to this kind"),
        ("[cbeff]\nlenient = [\"a\"]", 2, "[cbeff]: `lenient`: unknown name `a`"),
    ] {
        let error = refused(policy, Options::default());
        assert!(error.to_string().contains(says), "{error}");
        let ConfigError::Policy { path, line: Some(found), .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!((path.to_str(), found), (Some(POLICY), line));
    }
    let toolkit = refused("[cbeff]\ntrust-policy = \"compliance-toolkit\"", Options::default());
    assert!(matches!(toolkit, ConfigError::Trust(_)), "{toolkit:?}");
    let kind = Kind::from_name("jws");
    let incomplete = refused("", Options { kind, ..Options::default() });
    assert!(matches!(incomplete, ConfigError::Incomplete { .. }), "{incomplete:?}");
    let overrides = Overrides { longest_life: Some(1), ..Overrides::default() };
    let unused = refused("", Options { kind, overrides, ..Options::default() });
    assert_eq!(unused.to_string(), "--longest-life does not apply to the kind jws");
}

/// Inputs of the vectors, of every verdict and many kinds.
fn inputs() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for name in ["dvs-certificate", "jws", "miracl-token", "mosip-registration", "mosip-device"] {
        let path = format!("../../test-vectors/{name}.json");
        let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("vectors");
        let file: Value = serde_json::from_slice(&text).expect("JSON");
        let groups = file["testGroups"].as_array().expect("groups");
        let tests = groups.iter().flat_map(|group| group["tests"].as_array().expect("tests"));
        let texts = tests.filter_map(|test| test["input"].as_str()).step_by(7);
        found.extend(texts.map(|text| text.as_bytes().to_vec()));
    }
    // Kinds alternate, so that places and batches differ.
    let half = found.split_off(found.len() / 2);
    let mut mixed = Vec::new();
    for (index, input) in half.into_iter().enumerate() {
        mixed.push(input);
        mixed.extend(found.get(index).cloned());
    }
    mixed
}

#[test]
fn each_of_many_has_in_its_place_the_report_that_it_has_alone() {
    let names = Names {
        issuer: Some("https://api.mpin.io".into()),
        audiences: vec!["86cd3e64-f641-416a-bf80-64b9b7eef8ea".into()],
        ..Names::default()
    };
    let overrides = Overrides { names, ..Overrides::default() };
    let options = Options { overrides, ..Options::default() };
    let auditor = auditor("[jws]\nunbound = true", options, &BTreeMap::new()).expect("a policy");
    let inputs = inputs();
    let mut batch = auditor.batch();
    for (index, input) in inputs.iter().enumerate() {
        batch.artefact(index.to_string(), input);
    }
    let judged = batch.judge();
    assert!(judged.len() == inputs.len() && inputs.len() > 100, "{}", inputs.len());
    let mut kinds: Vec<&str> = Vec::new();
    for (index, judged) in judged.into_iter().enumerate() {
        let mut alone = auditor.judge(&inputs[index]);
        alone.id = Some(index.to_string());
        kinds.push(alone.kind);
        assert_eq!(judged.report.to_json().to_string(), alone.to_json().to_string());
    }
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.len() > 8, "{kinds:?}");
}

#[test]
fn the_level_of_detail_is_the_runs_or_that_of_the_kinds_table_and_changes_no_report() {
    use Detail::{Failures, Full, None as Nothing};
    let files = files(&[("k", sample("dvs-jwks.json"))]);
    let reports = |table: &str, detail: Option<Detail>| {
        let policy = format!(
            "[dvs-certificate]\njwks = [\"k\"]\nallow-rsa-1024 = true\nunbound = true\n{table}"
        );
        let options = Options { detail, ..Options::default() };
        let auditor = auditor(&policy, options, &files).expect("a policy");
        let mut batch = auditor.batch();
        batch.artefact("a", &sample("dvs-verify-response.json"));
        batch.artefact("b", b"e30.e30.AA");
        batch.artefact("c", b"?");
        let mut judged = batch.judge();
        judged.iter_mut().for_each(|judged| judged.report.policy_sha256 = None);
        let (reports, details): (Vec<Report>, Vec<Detail>) =
            judged.into_iter().map(|judged| (judged.report, judged.detail)).unzip();
        (reports, details)
    };
    let (usual, details) = reports("", None);
    assert_eq!(details, [Full; 3]);
    for (table, run, wanted) in [
        ("detail = \"none\"", None, [Nothing, Full, Full]),
        ("detail = \"none\"\n[jws]\ndetail = \"failures\"", None, [Nothing, Failures, Full]),
        ("detail = \"none\"", Some(Failures), [Failures; 3]),
        ("", Some(Nothing), [Nothing; 3]),
        ("detail = \"full\"", Some(Full), [Full; 3]),
    ] {
        let (found, details) = reports(table, run);
        assert_eq!(details, wanted, "{table} {run:?}");
        assert_eq!(found, usual, "{table} {run:?}");
    }
}

#[test]
fn records_under_many_policies_stay_in_their_places() {
    let policy = "[dvs-certificate]\njwks = [\"k\"]\nallow-rsa-1024 = true\nunbound = true";
    let options = Options { inputs: Inputs::Records(Records::Override), ..Options::default() };
    let files = files(&[("k", sample("dvs-jwks.json"))]);
    let auditor = auditor(policy, options, &files).expect("a policy");
    let answer = String::from_utf8(sample("dvs-verify-response.json")).expect("JSON");
    let mut batch = auditor.batch();
    let leeway = |number: u64| 100 * (number % 3);
    for number in 1..=30_u64 {
        let at = if number.is_multiple_of(5) { 1_649_404_500 } else { 1_649_404_585 };
        let (leeway, name) = (leeway(number), format!("n{number}"));
        let record = format!(
            r#"{{"id":"{name}","at":{at},"leeway":{leeway},"artefact":{}}}"#,
            answer.trim()
        );
        batch.record("s", &Line::new(number, record.into_bytes()));
    }
    let reports: Vec<Report> = batch.judge().into_iter().map(|judged| judged.report).collect();
    assert_eq!(reports.len(), 30);
    for (number, report) in (1_u64..).zip(&reports) {
        assert_eq!(report.id, Some(format!("n{number}")));
        assert_eq!(report.place, Some(format!("s:{number}")));
        // Too early, unless the leeway covers it.
        let is_valid = !number.is_multiple_of(5) || leeway(number) > 0;
        assert_eq!(report.verdict() == Verdict::Valid, is_valid, "{number}: {}", report.to_json());
    }
}
