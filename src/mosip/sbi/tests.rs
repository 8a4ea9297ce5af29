//! Answers of a device of our own, whole and damaged.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use std::sync::OnceLock;

use super::cbeff::{Padding, Segment};
use super::*;
use crate::encoding::base64;
use crate::encoding::json::{Object, Value};
use crate::error::{ChainFault, Code, Error};
use crate::limits::Limits;
use crate::mosip::trust::{Consumer, Rules, Trust, TrustStore};
use crate::policy::Policy;
use crate::report::{Outcome, Report, Warning};
use crate::testkit::mosip::digital_id;
use crate::testkit::sbi::{
    TIMESTAMP, TRANSACTION_ID, answer, biometric, captured, data, encrypted, info,
};
use crate::testkit::{Pki, Rng};
use crate::time::{At, Time};

fn now() -> Time {
    Time::parse_rfc3339(TIMESTAMP).unwrap()
}

fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| {
        let (start, end) = (now().unix() - 1000, now().unix() + 1000);
        let [start, end] = [start, end].map(|seconds| Time::from_unix(seconds).unwrap());
        Pki::generate(&mut Rng::from_seed(7), start, end).unwrap()
    })
}

fn trust(consumer: Consumer) -> Trust {
    Trust::new(pki().store(), Rules::of(consumer))
}

const VALUES: &[&[u8]] = &[b"bdb-1", b"bdb-2", b"bdb-3"];

fn elements(scheme: Scheme) -> Vec<Object<'static>> {
    captured(&pki().device, &pki().chip, VALUES, scheme).unwrap()
}

fn explain(elements: &[Object<'static>], expected: &Expected) -> Report {
    let body = answer(elements.to_vec()).to_string();
    let verifier = RegistrationCaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    let report = verifier.explain(body.as_bytes(), expected, now());
    let verdict = verifier.verify(body.as_bytes(), expected, now());
    assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
    report
}

fn failure(report: &Report) -> Option<(&str, &Error)> {
    report.checks.iter().find_map(|entry| match &entry.outcome {
        Outcome::Fail(error) => Some((entry.part.as_deref().unwrap_or_default(), error)),
        _ => None,
    })
}

#[test]
fn both_schemes_of_hashes_are_detected_and_can_be_demanded() {
    for (scheme, other) in [(Scheme::Current, Scheme::Legacy), (Scheme::Legacy, Scheme::Current)] {
        let body = answer(elements(scheme)).to_string();
        let verifier = RegistrationCaptureVerifier::new(trust(Consumer::Ida), Policy::default());
        let verify = |expected: &Expected| verifier.verify(body.as_bytes(), expected, now());
        let found = verify(&Expected::new()).unwrap();
        assert_eq!(found.content().scheme, Some(scheme));
        assert_eq!(found.content().biometrics[2].data.as_ref().unwrap().bio_value, VALUES[2]);
        assert!(verify(&Expected::new().scheme(HashScheme::Only(scheme))).is_ok());
        let wrong = verify(&Expected::new().scheme(HashScheme::Only(other)));
        assert_eq!(wrong.unwrap_err(), Error::HashChain { index: 0 });
    }
}

#[test]
fn a_chain_breaks_at_the_first_altered_moved_or_missing_item_and_says_which() {
    for scheme in [Scheme::Current, Scheme::Legacy] {
        let genuine = elements(scheme);
        assert_eq!(explain(&genuine, &Expected::new()).code(), Code::Ok);
        let mut cases: Vec<(Vec<Object<'static>>, usize)> = Vec::new();
        for index in 0..3 {
            // Another value, genuinely signed, under the hash of the one before.
            let mut replaced = genuine.clone();
            let other = captured(&pki().device, &pki().chip, &[b"other"], scheme).unwrap();
            replaced[index].set("data", other[0].member("data").unwrap().clone());
            cases.push((replaced, index));
            let mut altered = genuine.clone();
            let hash = altered[index].string("t", "hash").unwrap().replace('0', "1");
            altered[index].set("hash", hash);
            cases.push((altered, index));
            let mut lower = genuine.clone();
            let hash = lower[index].string("t", "hash").unwrap().to_ascii_lowercase();
            lower[index].set("hash", hash);
            cases.push((lower, index));
        }
        let mut swapped = genuine.clone();
        swapped.swap(1, 2);
        cases.push((swapped, 1));
        cases.push((genuine[1..].to_vec(), 0));
        cases.push((alloc::vec![genuine[0].clone(), genuine[2].clone()], 1));
        for (elements, index) in cases {
            let report = explain(&elements, &Expected::new());
            let (part, error) = failure(&report).unwrap();
            assert_eq!(*error, Error::HashChain { index });
            assert_eq!(part, format!("biometrics[{index}]"));
            assert_eq!(report.code(), Code::HashMismatch);
        }
        // What is cut off behind cannot be noticed; what goes on before is the caller's to say.
        assert_eq!(explain(&genuine[..2], &Expected::new()).code(), Code::Ok);
        let first = genuine[0].string("t", "hash").unwrap();
        let rest = explain(&genuine[1..], &Expected::new().previous_hash(first));
        assert_eq!(rest.code(), Code::Ok);
        let malformed = explain(&genuine, &Expected::new().previous_hash("00"));
        assert_eq!(malformed.code(), Code::Malformed);
        let mut missing = genuine.clone();
        missing[1] = Object::new().with("data", genuine[1].member("data").unwrap().clone());
        assert_eq!(explain(&missing, &Expected::new()).code(), Code::MissingMember);
    }
}

#[test]
fn what_stands_outside_the_signatures_is_listed() {
    let report = explain(&elements(Scheme::Current)[..1], &Expected::new());
    assert_eq!((report.code(), report.warnings.len()), (Code::Ok, 0));
    let claims = report.claims.unwrap();
    assert_eq!(
        claims.member("unauthenticated").unwrap().to_string(),
        r#"["biometrics[0].specVersion","biometrics[0].hash","biometrics[0].error"]"#
    );
    let Some(Value::Array(biometrics)) = claims.member("biometrics") else { panic!("an array") };
    let value = biometrics[0].as_object().unwrap().member("bioValue").unwrap().to_string();
    assert!(value.starts_with(r#"{"bytes":5,"sha256":""#), "{value}");
}

#[test]
fn every_part_has_its_signature_certificate_and_trust() {
    let report = explain(&elements(Scheme::Current), &Expected::new());
    for index in 0..3 {
        for part in [format!("biometrics[{index}].data"), format!("biometrics[{index}].digitalId")]
        {
            for check in ["signature", "key-certificate", "trust"] {
                let found = report.checks.iter().find(|entry| {
                    entry.part.as_deref() == Some(part.as_str()) && entry.check.name() == check
                });
                assert_eq!(found.unwrap().outcome, Outcome::Pass, "{part} {check}");
            }
        }
    }
    // A device in the place of its chip, and nobody in the place of roots.
    let by_device = captured(&pki().device, &pki().device, VALUES, Scheme::Current).unwrap();
    let report = explain(&by_device, &Expected::new());
    let (part, error) = failure(&report).unwrap();
    let fault = ChainFault::NoPath;
    assert_eq!((part, error), ("biometrics[0].digitalId", &Error::UntrustedChain { fault }));
    let body = answer(by_device).to_string();
    let nobody = Trust::new(TrustStore::new(), Rules::of(Consumer::RegistrationClient));
    for (trust, expected) in [
        (trust(Consumer::RegistrationClient), Code::Ok),
        (Trust::self_asserted(), Code::Ok),
        (nobody, Code::UntrustedChain),
    ] {
        let verifier = RegistrationCaptureVerifier::new(trust, Policy::default());
        assert_eq!(verifier.explain(body.as_bytes(), &Expected::new(), now()).code(), expected);
    }
}

#[test]
fn an_altered_biometric_is_named() {
    let mut altered = elements(Scheme::Current);
    let mut token = altered[1].string("t", "data").unwrap().to_string();
    let place = token.find('.').unwrap() + 500;
    let other = if token.as_bytes()[place] == b'A' { "B" } else { "A" };
    token.replace_range(place..=place, other);
    altered[1].set("data", token);
    let report = explain(&altered, &Expected::new());
    assert_eq!(failure(&report), Some(("biometrics[1].data", &Error::SignatureMismatch)));
}

#[test]
fn what_is_expected_is_required_of_every_biometric() {
    let genuine = elements(Scheme::Current);
    let good = Expected::new()
        .transaction_id(TRANSACTION_ID)
        .env("Staging")
        .purpose("Registration")
        .domain_uri("https://example.org");
    assert_eq!(explain(&genuine, &good).code(), Code::Ok);
    for (wrong, member) in [
        (good.clone().transaction_id("1"), "transactionId"),
        (good.clone().env("staging"), "env"),
        (good.clone().purpose("Auth"), "purpose"),
        (good.domain_uri(""), "domainUri"),
    ] {
        let report = explain(&genuine, &wrong);
        let error = Error::ContentMismatch { member };
        assert_eq!(failure(&report), Some(("biometrics[0].data", &error)));
    }
}

#[test]
fn encrypted_values_are_chained_by_what_they_were_before() {
    let verifier = CaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    // The hashes are those of `VALUES`, and the signed data hold something else.
    let ciphertexts: [&[u8]; 3] = [b"x", b"y", b"z"];
    let mut current = captured(&pki().device, &pki().chip, &ciphertexts, Scheme::Current).unwrap();
    for (element, plain) in current.iter_mut().zip(elements(Scheme::Current)) {
        element.set("hash", plain.member("hash").unwrap().clone());
        *element = encrypted(element.clone(), b"certificate");
    }
    let body = answer(current).to_string();
    let judge = |expected: &Expected| verifier.explain(body.as_bytes(), expected, now());
    let values = || VALUES.iter().map(|value| value.to_vec()).collect::<Vec<_>>();

    let report = judge(&Expected::new());
    assert_eq!(report.code(), Code::Ok);
    let hashes = report.checks.iter().find(|entry| entry.check.name() == "hash-chain").unwrap();
    assert_eq!(hashes.outcome, Outcome::Skip);
    let found = verifier.verify(body.as_bytes(), &Expected::new(), now()).unwrap();
    assert_eq!(found.content().scheme, None);
    assert_eq!(
        found.content().biometrics[0].thumbprint.as_deref(),
        Some(thumbprint(b"certificate").as_str())
    );

    let expected = Expected::new().decrypted_values(values());
    let found = verifier.verify(body.as_bytes(), &expected, now()).unwrap();
    assert_eq!(found.content().scheme, Some(Scheme::Current));
    let mut wrong = values();
    wrong[2].push(0);
    let report = judge(&Expected::new().decrypted_values(wrong));
    assert_eq!(failure(&report), Some(("biometrics[2]", &Error::HashChain { index: 2 })));
    let report = judge(&Expected::new().decrypted_values(values()[1..].to_vec()));
    assert_eq!(report.code(), Code::HashMismatch);
    let legacy = Expected::new().scheme(HashScheme::Only(Scheme::Legacy));
    assert_eq!(judge(&legacy).code(), Code::HashMismatch);

    // The legacy scheme needs no secrets.
    let legacy = elements(Scheme::Legacy).into_iter().map(|element| encrypted(element, b""));
    let body = answer(legacy.collect()).to_string();
    let found = verifier.verify(body.as_bytes(), &Expected::new(), now()).unwrap();
    assert_eq!(found.content().scheme, Some(Scheme::Legacy));
}

#[test]
fn biometrics_without_data_are_kept_and_an_answer_without_any_is_refused() {
    let failed = || {
        let error = Object::new().with("errorCode", "101").with("errorInfo", "nothing there");
        Object::new().with("data", "").with("error", error)
    };
    let mut some = elements(Scheme::Current);
    some.insert(1, failed());
    let body = answer(some).to_string();
    let verifier = RegistrationCaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    let found = verifier.verify(body.as_bytes(), &Expected::new(), At::Issued).unwrap();
    let second = &found.content().biometrics[1];
    assert!(second.data.is_none() && !second.error.as_ref().unwrap().is_success());
    for body in [answer(alloc::vec![failed()]).to_string(), answer(Vec::new()).to_string()] {
        let error = verifier.verify(body.as_bytes(), &Expected::new(), now()).unwrap_err();
        assert_eq!(error.code(), Code::UnsupportedFormat);
    }
}

#[test]
fn answers_that_are_not_the_format_are_refused() {
    let token = |payload: &str| pki().device.sign(payload).unwrap();
    let id = pki().chip.sign(&digital_id("1").to_string()).unwrap();
    let with = |name: &'static str, value: Value<'static>| {
        token(&data(&id, "Iris", "AAAA").into_owned().with(name, value).to_string())
    };
    for (body, expected) in [
        ("".to_string(), Code::Malformed),
        ("{}".into(), Code::MissingMember),
        (r#"{"biometrics":{}}"#.into(), Code::WrongType),
        (r#"{"biometrics":[1]}"#.into(), Code::WrongType),
        (r#"{"biometrics":[{"data":1}]}"#.into(), Code::WrongType),
        (r#"{"biometrics":[{"data":"a.b"}]}"#.into(), Code::Malformed),
        (r#"{"biometrics":[{"data":"","error":1}]}"#.into(), Code::WrongType),
        (answer(alloc::vec![biometric(&token("no JSON"), "")]).to_string(), Code::Malformed),
        (answer(alloc::vec![biometric(&token("{}"), "")]).to_string(), Code::MissingMember),
        (
            answer(alloc::vec![biometric(&with("bioValue", "*".into()), "")]).to_string(),
            Code::Malformed,
        ),
        (
            answer(alloc::vec![biometric(&with("timestamp", "then".into()), "")]).to_string(),
            Code::Malformed,
        ),
        (answer(alloc::vec![biometric("", ""); 17]).to_string(), Code::TooLarge),
    ] {
        let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
        let report = verifier.explain(body.as_bytes(), &Expected::new(), At::Issued);
        let verdict = verifier.verify(body.as_bytes(), &Expected::new(), At::Issued);
        assert_eq!(report.code(), expected, "{body}");
        assert_eq!(verdict.unwrap_err().code(), expected, "{body}");
    }
}

#[test]
fn ten_megabytes_are_verified_within_their_own_limits() {
    let value = alloc::vec![0x5a; 2_500_000];
    let values: [&[u8]; 3] = [&value, &value[1..], &value[2..]];
    let elements = captured(&pki().device, &pki().chip, &values, Scheme::Current).unwrap();
    let body = answer(elements).to_string();
    assert!(body.len() > 10_000_000);
    let at = |limits: Limits| {
        let policy = Policy::default().with_limits(limits);
        let verifier = RegistrationCaptureVerifier::new(trust(Consumer::Ida), policy);
        let verdict = verifier.verify(body.as_bytes(), &Expected::new(), now());
        verdict.map_or_else(|error| error.code(), |_| Code::Ok)
    };
    assert_eq!(at(Limits::default()), Code::Ok);
    assert_eq!(at(Limits::default().with_capture_bytes(body.len())), Code::Ok);
    assert_eq!(at(Limits::default().with_capture_bytes(body.len() - 1)), Code::TooLarge);
    assert_eq!(at(Limits::default().with_capture_segments(2)), Code::TooLarge);
}

#[test]
fn information_is_verified_with_the_rules_for_its_level() {
    let toolkit = || Rules::of(Consumer::ComplianceToolkit).with_organization(Pki::MAKER);
    let (device, chip) = (&pki().device, &pki().chip);
    for (level, id, expected) in [
        ("L0", device, Code::Ok),
        ("SBI 1.0", device, Code::Ok),
        ("L1", chip, Code::Ok),
        ("SBI 2.0", chip, Code::Ok),
        ("L0", chip, Code::UntrustedChain),
        ("L1", device, Code::UntrustedChain),
        ("L9", chip, Code::UntrustedChain),
    ] {
        let body = info(device, id, level).unwrap();
        let verifier = InfoVerifier::new(Trust::new(pki().store(), toolkit()), Policy::default());
        let expectation = InfoExpected::default();
        let report = verifier.explain(body.as_bytes(), &expectation, now());
        assert_eq!(report.code(), expected, "{level}");
        let verdict = verifier.verify(body.as_bytes(), &expectation, now());
        assert_eq!(verdict.err().map_or(Code::Ok, |error| error.code()), expected);
    }
    // Two devices, of two levels.
    let [first, second] =
        [("L0", device), ("L1", chip)].map(|(level, id)| info(device, id, level).unwrap());
    let both = format!("{},{}", first.trim_end_matches(']'), second.trim_start_matches('['));
    let verifier = InfoVerifier::new(Trust::new(pki().store(), toolkit()), Policy::default());
    let found = verifier.verify(both.as_bytes(), &InfoExpected::default(), now()).unwrap();
    assert_eq!(found.content().len(), 2);
    assert_eq!(found.content()[1].device_id.as_deref(), Some("1"));
    assert_eq!(found.unauthenticated(), ["[0].error", "[1].error"]);
}

#[test]
fn information_of_a_device_that_is_not_registered_is_no_signed_information() {
    let id = base64::encode_url(digital_id("1").to_string().as_bytes());
    let text = format!(r#"{{"deviceStatus":"Not Registered","digitalId":"{id}"}}"#);
    let bare = base64::encode_url(text.as_bytes());
    let signed = info(&pki().device, &pki().chip, "L1").unwrap();
    let verifier = InfoVerifier::new(trust(Consumer::Ida), Policy::default());
    let alone = format!(r#"[{{"deviceInfo":"{bare}"}}]"#);
    let error = verifier.verify(alone.as_bytes(), &InfoExpected::default(), now()).unwrap_err();
    assert_eq!(error.code(), Code::UnsupportedFormat);
    let beside = format!(r#"{},{{"deviceInfo":"{bare}"}}]"#, signed.trim_end_matches(']'));
    let report = verifier.explain(beside.as_bytes(), &InfoExpected::default(), now());
    assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &[Warning::Unauthenticated][..]));
    let claims = report.claims.unwrap();
    assert_eq!(claims.member("deviceInfo").unwrap().as_array().unwrap().len(), 1);
    for body in ["", "1", "[1]", "[{}]", r#"[{"deviceInfo":1}]"#, r#"[{"deviceInfo":"e30"}]"#] {
        let report = verifier.explain(body.as_bytes(), &InfoExpected::default(), now());
        assert_ne!(report.code(), Code::Ok, "{body}");
    }
}

#[test]
fn discovery_is_read_and_nothing_else() {
    let id = base64::encode_url(digital_id("1").to_string().as_bytes());
    let body = format!(
        r#"[{{"deviceId":"1","deviceStatus":"Ready","certification":"SBI 2.0","serviceVersion":"1",
        "deviceSubId":["1","2"],"callbackId":"http://127.0.0.1:4501/","digitalId":"{id}",
        "specVersion":["1.0"],"error":{{"errorCode":100,"errorInfo":"x"}}}}]"#
    );
    let found = Discovered::parse(body.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(found[0].digital_id.as_ref().unwrap().serial_no, "1");
    assert_eq!(found[0].error.as_ref().unwrap().code, "100");
    assert_eq!(found[0].spec_versions, ["1.0"]);
    for body in ["[1]", r#"[{"deviceStatus":1}]"#, r#"[{"specVersion":[1]}]"#] {
        assert!(Discovered::parse(body.as_bytes(), &Limits::default()).is_err(), "{body}");
    }
}

#[test]
fn segments_are_put_together_with_padding_and_without() {
    let (device, chip) = (&pki().device, &pki().chip);
    let id = chip.sign(&digital_id("1").to_string()).unwrap();
    let verifier = DataVerifier::new(trust(Consumer::Ida), Policy::default());
    for length in [3, 4, 5] {
        let value = alloc::vec![0xfb; length];
        let bare = base64::encode_url(&value);
        let padded = format!("{bare}{}", "=".repeat((4 - bare.len() % 4) % 4));
        for (written, padding) in [(bare, Padding::Absent), (padded, Padding::Present)] {
            // Of a value without padding, both are the same.
            let padding = if length == 3 { Padding::Absent } else { padding };
            let token = device.sign(&data(&id, "Finger", &written).to_string()).unwrap();
            let (head, rest) = token.split_once('.').unwrap();
            let (_, signature) = rest.split_once('.').unwrap();
            let sb = format!("{head}..{signature}");
            let payload = data(&id, "Finger", "<bioValue>").to_string();
            let segment = Segment { sb: &sb, bdb: &value, payload: &payload };
            assert_eq!(segment.token(padding).unwrap(), token);
            let (found, by) = segment.verify(&verifier, &Expected::new(), At::Issued).unwrap();
            assert_eq!((found.content().bio_value.as_slice(), by), (value.as_slice(), padding));

            let wrong = |segment: Segment<'_>| {
                segment.verify(&verifier, &Expected::new(), now()).unwrap_err().code()
            };
            assert_eq!(wrong(Segment { bdb: b"else", ..segment }), Code::SignatureMismatch);
            let spaced = format!("{payload} ");
            assert_eq!(wrong(Segment { payload: &spaced, ..segment }), Code::SignatureMismatch);
            assert_eq!(wrong(Segment { payload: "{}", ..segment }), Code::Malformed);
            assert_eq!(wrong(Segment { sb: &token, ..segment }), Code::Malformed);
        }
    }
}
