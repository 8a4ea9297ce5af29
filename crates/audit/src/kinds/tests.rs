//! The table of kinds is complete, and says of every kind what it looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use countersign::encoding::base64;
use countersign::mosip::sbi::Mixed;
use countersign::{Code, Limits};
use serde_json::Value;

use super::*;
use crate::kind::{Content, Keys};
use crate::member::Member;
use crate::recognise::recognise;
use crate::terms::{Binding, Missing, Names, Overrides, Terms, Unbound};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// The groups of every file of vectors, by what the file is about.
fn vectors() -> BTreeMap<String, Vec<Value>> {
    let paths = fs::read_dir(repository().join("test-vectors")).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let read = |path| serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap();
    let about = |file: Value| {
        let groups = file["testGroups"].as_array().unwrap().clone();
        (file["algorithm"].as_str().unwrap().to_owned(), groups)
    };
    files.map(read).map(about).collect()
}

#[test]
fn every_kind_has_its_verifier_in_the_matrix_of_artefacts_and_verifiers() {
    let matrix = fs::read_to_string(repository().join("tests/library/matrix.rs")).unwrap();
    let matrix: String = matrix.split_whitespace().collect();
    for kind in Kind::all() {
        assert!(matrix.contains(&format!("add!(\"{kind}")), "{kind}");
    }
}

#[test]
fn every_verifier_of_the_library_has_a_row_and_every_row_a_verifier() {
    // What implements a format names its kind: as a constant, or as an argument of the macro for
    // messages of devices.
    let mut found = BTreeSet::new();
    let mut folders = vec![repository().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                found.extend(kinds_of(&fs::read_to_string(path).unwrap()));
            }
        }
    }
    let rows: BTreeSet<String> = Kind::all().map(|kind| kind.name().to_owned()).collect();
    assert_eq!(found, rows);
    assert_eq!(rows.len(), Kind::all().count(), "names are unique");
    for unsupported in UNSUPPORTED {
        assert!(!rows.contains(unsupported.name), "{}", unsupported.name);
    }
}

/// Returns the names of the kinds that a source of the library verifies.
fn kinds_of(source: &str) -> Vec<String> {
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    // `pub const KIND` names what is reported and no format: requests, transactions.
    let is_constant = |line: &&str| line.starts_with("const KIND: &'static str = \"");
    let constants = source.lines().map(str::trim_start).filter(is_constant);
    // `Name, "kind", …`
    let is_argument = |line: &&str| line.contains(", \"") && !line.starts_with("///");
    let of_macros = source.split("\nmessage! {").skip(1).filter_map(|rest| {
        let (arguments, _) = rest.split_once("\n}")?;
        arguments.lines().map(str::trim_start).find(is_argument)
    });
    constants.chain(of_macros).filter_map(quoted).collect()
}

#[test]
fn names_and_nouns_can_be_told_apart_from_those_of_other_families() {
    for family in TABLE {
        for kind in family.kinds {
            assert_eq!(Kind::from_name(kind.name()), Some(*kind));
            assert!(kind.noun().starts_with("a"), "{kind}");
            let is_other = |other: &Kind| !family.kinds.contains(other);
            assert!(
                Kind::all().filter(is_other).all(|other| other.noun() != kind.noun()),
                "{kind}"
            );
        }
    }
}

#[test]
fn the_recognition_of_each_kind_finds_its_samples() {
    let mut seen = BTreeSet::new();
    let names_kind = |hint: &str| hint.contains("--kind");
    let signed = |payload: &str| {
        let [header, payload] = [r#"{"alg":"RS256","x5c":[]}"#, payload]
            .map(|part| base64::encode_url(part.as_bytes()));
        format!("{header}.{payload}.AA")
    };
    for (kind, sample) in [
        (device::CAPTURED, signed(r#"{"digitalId":"","bioValue":"","purpose":"Auth"}"#)),
        (device::PACKET, "<BIR></BIR>".to_owned()),
        (device::MANAGEMENT, signed(r#"{"signedDeviceCertificate":""}"#)),
    ] {
        assert_eq!(recognise(sample.as_bytes(), &Limits::default()), kind.into(), "{sample}");
        seen.insert(kind.name().to_owned());
    }
    // And every vector that is valid, of the files whose groups, or all of it, are of a kind.
    for (file, groups) in vectors() {
        for group in groups {
            let name = group["kind"].as_str().or(group["form"].as_str()).unwrap_or(&file);
            let Some(kind) = Kind::from_name(name) else { continue };
            let valid = |test: &&Value| test["result"] == "valid";
            for test in group["tests"].as_array().unwrap().iter().filter(valid) {
                let Some(input) = test["input"].as_str() else { continue };
                match recognise(input.as_bytes(), &Limits::default()) {
                    Content::Known(found) if found == kind => drop(seen.insert(name.to_owned())),
                    // A token without marks, of which a policy or a record says what it is.
                    Content::Known(found) if kind.row().without_marks == Some(found) => {}
                    // What does not say what it is, the caller has to name.
                    Content::Unsupported(found) if found.hint.is_some_and(names_kind) => {}
                    found => panic!("{file}: {}: {kind}: {found:?}", test["comment"]),
                }
            }
        }
    }
    let all: BTreeSet<String> = Kind::all().map(|kind| kind.name().to_owned()).collect();
    let unseen: Vec<_> = all.difference(&seen).map(String::as_str).collect();
    // Authentication tokens have no marks.
    assert_eq!(unseen, ["auth-token"]);
}

/// Every expectation at once.
fn everything() -> (Overrides, Vec<Member>) {
    let name = || Some("a".to_owned());
    let overrides = Overrides {
        binding: Some(Binding::Hash("00".into())),
        unbound: Some(Unbound::Allow),
        names: Names {
            issuer: name(),
            audiences: vec!["a".into()],
            subject: name(),
            nonce: name(),
            typ: name(),
            scopes: vec!["a".into()],
        },
        longest_life: Some(1),
        previous_hash: name(),
        span: Some(1),
        mixed: Some(Mixed::Deny),
        window: Some(1),
        ..Overrides::default()
    };
    let trust = [Member::TrustPolicy, Member::Domain, Member::Organization, Member::Level];
    (overrides, trust.to_vec())
}

#[test]
fn every_pair_of_kind_and_expectation_is_looked_at_or_named_as_unused() {
    let all = [
        "hash",
        "issuer",
        "audience",
        "subject",
        "nonce",
        "typ",
        "scope",
        "longest-life",
        "previous-hash",
        "span",
        "deny-mixed",
        "timestamp-window",
        "trust-policy",
        "domain",
        "organization",
        "level",
    ];
    let token = ["issuer", "audience", "subject", "nonce", "scope", "longest-life"];
    let message = ["timestamp-window", "trust-policy", "domain", "organization", "level"];
    let capture = [&["previous-hash", "span", "deny-mixed"][..], &message].concat();
    let looked_at = [
        ("dvs-certificate", &["hash"][..]),
        ("dvs-signature", &["hash", "audience", "subject", "scope", "timestamp-window"]),
        ("mosip-registration", &["timestamp-window"]),
        ("auth-token", &token),
        ("id-token", &token),
        ("access-token", &token),
        ("activation-token", &token),
        ("new-user-token", &token),
        ("device-data", &message),
        ("digital-id", &["timestamp-window", "trust-policy", "domain", "level"]),
        ("sbi-device-info", &message),
        ("sbi-capture", &capture),
        ("sbi-rcapture", &capture),
        ("sbi-data", &message),
        ("cbeff", &message),
        ("sbi-management", &["timestamp-window", "trust-policy", "domain", "organization"]),
        ("jws", &["issuer", "audience", "subject", "nonce", "typ"]),
    ];
    assert!(Kind::all().map(Kind::name).eq(looked_at.iter().map(|(name, _)| *name)));
    let (overrides, trust) = everything();
    for (name, looks_at) in looked_at {
        let kind = Kind::from_name(name).unwrap();
        let mut expected = all.to_vec();
        expected.retain(|name| !looks_at.contains(name));
        assert_eq!(kind.unused(&overrides, &trust), expected, "{name}");
        assert!(kind.unused(&Overrides::default(), &[]).is_empty(), "{name}");
    }
}

#[test]
fn of_several_names_a_kind_takes_all_or_none() {
    let two = || vec!["a".to_owned(), "b".to_owned()];
    let names = Names { audiences: two(), scopes: two(), ..Names::default() };
    let several = Overrides { names, ..Overrides::default() };
    for (kind, unused) in [
        (jws::KIND, &["scope"][..]),
        (token::ACCESS, &["audience"]),
        (dvs_signature::KIND, &["audience", "scope"]),
    ] {
        assert_eq!(kind.unused(&several, &[]), unused, "{kind}");
    }
}

#[test]
fn opt_ins_and_keys_apply_to_the_kinds_that_have_them() {
    let takes = |member: Member| -> Vec<&str> {
        Kind::all().filter(|kind| kind.takes(member)).map(Kind::name).collect()
    };
    assert_eq!(takes(Member::ServerSecret), ["dvs-signature"]);
    assert_eq!(takes(Member::AllowNoExp), ["jws"]);
    assert_eq!(takes(Member::Unbound), ["dvs-certificate", "dvs-signature", "jws"]);
    for kind in Kind::all() {
        let (keys, alg) = (kind.takes(Member::Keys), kind.takes(Member::Alg));
        match kind.row().keys {
            Keys::Set => assert!(keys && alg, "{kind}"),
            Keys::Secret => assert!(!keys && !alg && kind.takes(Member::ServerSecret), "{kind}"),
            Keys::Trust { .. } => assert!(!alg && kind.takes(Member::Trust), "{kind}"),
        }
        let is_of_devices = matches!(kind.row().keys, Keys::Trust { .. });
        assert_eq!(kind.takes(Member::Lenient), is_of_devices, "{kind}");
        assert_eq!(kind.takes(Member::AllowRsa1024), kind != dvs_signature::KIND, "{kind}");
    }
}

#[test]
fn what_a_kind_needs_is_named_until_it_is_expected() {
    let terms = Terms::new(&Limits::default());
    let missing = |terms: &Terms, kind: Kind| (kind.row().subject.missing)(terms);
    let (jws, id) = (jws::KIND, token::ID);
    for (kind, name) in [(dvs_certificate::KIND, "hash"), (dvs_signature::KIND, "hash")] {
        assert_eq!(missing(&terms, kind), Some(Missing(name)));
        assert!(kind.needs().contains("--document"), "{}", kind.needs());
    }
    for kind in [jws, id] {
        let mut terms = terms.clone();
        assert_eq!(missing(&terms, kind), Some(Missing("issuer")));
        terms.names.issuer = Some("i".into());
        assert_eq!(missing(&terms, kind), Some(Missing("audience")));
        terms.names.audiences.push("a".into());
        assert_eq!(missing(&terms, kind), None);
        assert!(kind.needs().contains("--issuer and --audience"), "{}", kind.needs());
    }
    for kind in Kind::all() {
        let needs_nothing = missing(&terms, kind).is_none();
        assert_eq!(kind.needs().ends_with("needs nothing"), needs_nothing, "{kind}");
    }
    let unbound = Terms { unbound: Unbound::Allow, ..terms };
    for kind in [dvs_certificate::KIND, dvs_signature::KIND, jws] {
        assert_eq!(missing(&unbound, kind), None);
    }
    // No choice of the caller's makes up for whose a token of MIRACL Trust is.
    assert_eq!(missing(&unbound, id), Some(Missing("issuer")));
}

#[test]
fn the_verifier_of_a_row_reports_the_rows_kind() {
    let terms = Terms {
        unbound: Unbound::Allow,
        names: Names { issuer: Some("i".into()), audiences: vec!["a".into()], ..Names::default() },
        ..Terms::new(&Limits::default())
    };
    for kind in Kind::all() {
        let profile = (kind.row().subject.open)(Default::default(), terms.clone());
        let mut plan = profile.plan();
        let at = countersign::At::Issued;
        plan.add(1, b"b", &terms, at).unwrap();
        plan.add(0, b"aa", &terms, at).unwrap();
        let mut reports = Vec::new();
        plan.explain(&mut |place, artefact, report| {
            assert_eq!((report.kind, report.input_bytes), (kind.name(), artefact.len()));
            assert_ne!(report.code(), Code::Ok);
            reports.push((place, artefact.to_vec()));
        });
        assert_eq!(reports, [(1, b"b".to_vec()), (0, b"aa".to_vec())], "{kind}");
    }
}
