//! What is written of the reports of the vectors: at every level, the bytes of a tree of values that
//! is built member by member.

use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign::{Detail, Entry, KeyInfo, KeySetInfo, Outcome, Report, SCHEMA, Verdict};
use libtest_mimic::Failed;

use crate::run::Runner;

/// Compares every report of a file's vectors, as it is and with what only a stream adds to it.
pub(crate) fn compare(runner: Runner, file: &'static Object<'static>) -> Result<(), Failed> {
    for (group, test) in super::tests(file) {
        let Some(mut report) = runner(group, test)? else { continue };
        check(&report)?;
        report.id =
            Some("a \"name\"\\ \u{1b}[31m \u{202e}é😀\u{e0041} of more than 32 bytes".into());
        report.place = Some("file:7".into());
        report.hints.push("\u{7f}\n".into());
        report.overrides = vec!["at".into(), "unbound".into()];
        report.policy_sha256 = Some([0xa5; 32]);
        check(&report)?;
    }
    Ok(())
}

fn check(report: &Report) -> Result<(), Failed> {
    for detail in Detail::ALL {
        let mut written = "before ".to_string();
        report.write_json(&mut written, detail);
        let wanted = format!("before {}", tree(report, detail));
        if written != wanted {
            return Err(format!("{detail}: `{written}` instead of `{wanted}`").into());
        }
    }
    let read = report.to_json();
    if read != tree(report, Detail::Full) {
        return Err(format!("`{read}` was read").into());
    }
    Ok(())
}

/// The members of a report at a level.
fn tree(report: &Report, detail: Detail) -> Object<'static> {
    let mut tree = whole(report);
    if detail == Detail::Full {
        return tree;
    }
    let checks = tree.take("checks");
    if detail == Detail::None {
        for name in ["at", "input", "key_set", "hints", "policy", "tool"] {
            let _ = tree.take(name);
        }
        if report.warnings.is_empty() {
            let _ = tree.take("warnings");
        }
    }
    let mut below = Object::new();
    for (name, value) in tree.iter() {
        let after_key = ["warnings", "hints", "claims", "overrides", "policy", "tool"];
        if detail == Detail::Failures
            && report.verdict() != Verdict::Valid
            && after_key.contains(&name)
            && below.member("checks").is_none()
        {
            below.set("checks", checks.clone().unwrap());
        }
        below.set(name.to_string(), value.clone());
        if name == "schema" {
            below.set("detail", detail.as_str());
        }
    }
    below
}

fn whole(report: &Report) -> Object<'static> {
    let mut tree = Object::new().with("schema", SCHEMA);
    if let Some(id) = &report.id {
        tree.set("id", id.clone());
    }
    if let Some(place) = &report.place {
        tree.set("place", place.clone());
    }
    tree.set("kind", report.kind);
    tree.set("verdict", report.verdict().as_str());
    tree.set("code", report.code().as_str());
    if let Some(at) = report.at {
        tree.set("at", at.to_string());
    }
    let digest = hex::encode(&report.input_sha256);
    tree.set("input", Object::new().with("sha256", digest).with("bytes", report.input_bytes));
    if let Some(key) = &report.key {
        tree.set("key", of_key(key));
    }
    if let Some(set) = &report.key_set {
        tree.set("key_set", of_set(set));
    }
    tree.set("checks", Value::Array(report.checks.iter().map(of_entry).collect()));
    tree.set("warnings", texts(report.warnings.iter().map(|warning| warning.as_str())));
    if !report.hints.is_empty() {
        tree.set("hints", texts(report.hints.iter().map(String::as_str)));
    }
    if let Some(claims) = &report.claims {
        tree.set("claims", claims.to_object().into_owned().into_owned());
    }
    if !report.overrides.is_empty() {
        tree.set("overrides", texts(report.overrides.iter().map(String::as_str)));
    }
    if let Some(digest) = &report.policy_sha256 {
        tree.set("policy", Object::new().with("sha256", hex::encode(digest)));
    }
    tree.with("tool", concat!("countersign ", env!("CARGO_PKG_VERSION")))
}

fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> Value<'static> {
    Value::Array(texts.map(|text| text.to_string().into()).collect())
}

fn of_key(key: &KeyInfo) -> Object<'static> {
    let mut tree = Object::new();
    if let Some(kid) = &key.kid {
        tree.set("kid", kid.to_string());
    }
    tree.set("alg", key.algorithm.name());
    if let Some(bits) = key.bits {
        tree.set("bits", bits);
    }
    if let Some(thumbprint) = &key.thumbprint {
        tree.set("thumbprint", thumbprint.to_string());
    }
    tree
}

fn of_set(set: &KeySetInfo) -> Object<'static> {
    let tree = Object::new().with("sha256", hex::encode(&set.sha256));
    match set.fetched {
        Some(fetched) => tree.with("fetched", fetched.to_string()),
        None => tree,
    }
}

fn of_entry(entry: &Entry) -> Value<'static> {
    let mut tree = Object::new().with("check", entry.check.name());
    if let Some(part) = &entry.part {
        tree.set("part", part.to_string());
    }
    let outcome = match &entry.outcome {
        Outcome::Pass => "pass",
        Outcome::Fail(_) => "fail",
        _ => "skip",
    };
    tree.set("outcome", outcome);
    if let Outcome::Fail(error) = &entry.outcome {
        tree.set("code", error.code().as_str());
    }
    tree.set("detail", entry.detail.to_string());
    if !entry.reference.is_empty() {
        tree.set("reference", entry.reference);
    }
    tree.into()
}
