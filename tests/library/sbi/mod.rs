//! Answers of a device of our own, whole and damaged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::sync::OnceLock;

use countersign::encoding::json::{Object, Value};
use countersign::encoding::{Fault, base64};
use countersign::mosip::Window;
use countersign::mosip::sbi::cbeff::{Padding, Segment};
use countersign::mosip::sbi::*;
use countersign::mosip::trust::{Consumer, PartlySigned, Rules, Trust, TrustStore};
use countersign::{
    At, ChainFault, Check, Code, Error, Leeway, Limits, Outcome, Policy, Report, Time, Warning,
};
use countersign_testkit::mosip::digital_id;
use countersign_testkit::sbi::{
    TIMESTAMP, TRANSACTION_ID, answer, biometric, captured, captured_for, data, encrypted, info,
    service_info,
};
use countersign_testkit::{Pki, Rng};

mod forms;

fn now() -> Time {
    Time::parse_rfc3339(TIMESTAMP).unwrap()
}

fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| {
        // Digital ids say to have been made five and a half hours before.
        let (start, end) = (now().unix() - 20_000, now().unix() + 1000);
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
        cases.push((vec![genuine[0].clone(), genuine[2].clone()], 1));
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
        for part in
            [format!("biometrics[{index}].data"), format!("biometrics[{index}].data.digitalId")]
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
    assert_eq!((part, error), ("biometrics[0].data.digitalId", &Error::UntrustedChain { fault }));
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
    let mut current =
        captured_for("Auth", &pki().device, &pki().chip, &ciphertexts, Scheme::Current).unwrap();
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
    let beside = found.content().biometrics[0].unauthenticated();
    assert_eq!(beside.thumbprint.as_deref(), Some(thumbprint(b"certificate").as_str()));

    let expected = Expected::new().decrypted_values(values());
    let found = verifier.verify(body.as_bytes(), &expected, now()).unwrap();
    assert_eq!(found.content().scheme, Some(Scheme::Current));
    let mut wrong = values();
    wrong[2].push(0);
    let report = judge(&Expected::new().decrypted_values(wrong));
    assert_eq!(failure(&report), Some(("biometrics[2]", &Error::HashChain { index: 2 })));
    // As many as there are captures: one more would be left over, and one less looked for.
    let mut more = values();
    more.push(b"bdb-4".to_vec());
    for (wrong, index) in [(more, 3), (values()[..2].to_vec(), 3), (Vec::new(), 3)] {
        let report = judge(&Expected::new().decrypted_values(wrong));
        assert_eq!(failure(&report), Some(("", &Error::HashChain { index })));
        assert!(report.hints[0].contains("not as many"), "{:?}", report.hints);
    }
    let legacy = Expected::new().scheme(HashScheme::Only(Scheme::Legacy));
    assert_eq!(judge(&legacy).code(), Code::HashMismatch);

    // The legacy scheme needs no secrets.
    let legacy = captured_for("Auth", &pki().device, &pki().chip, VALUES, Scheme::Legacy).unwrap();
    let legacy = legacy.into_iter().map(|element| encrypted(element, b""));
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
    let error = second.unauthenticated().error.as_ref().unwrap();
    assert!(second.data.is_none() && !error.is_success());
    for body in [answer(vec![failed()]).to_string(), answer(Vec::new()).to_string()] {
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
        (r#"{"biometrics":[{"data":"AAAA"}]}"#.into(), Code::Malformed),
        (r#"{"biometrics":[{"data":"","error":1}]}"#.into(), Code::WrongType),
        (answer(vec![biometric(&token("no JSON"), "")]).to_string(), Code::Malformed),
        (answer(vec![biometric(&token("{}"), "")]).to_string(), Code::MissingMember),
        (answer(vec![biometric(&with("bioValue", "*".into()), "")]).to_string(), Code::Malformed),
        (answer(vec![biometric("", ""); 17]).to_string(), Code::TooLarge),
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
    let value = vec![0x5a; 2_500_000];
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
        ("SBI 1.0", device, Code::UntrustedChain),
        ("L1", chip, Code::Ok),
        ("SBI 2.0", chip, Code::UntrustedChain),
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
    assert_eq!(found.content()[1].info().unwrap().device_id.as_deref(), Some("1"));
    let beside = found.content()[1].unauthenticated();
    assert!(beside.error.as_ref().unwrap().is_success() && beside.info.is_none());
    assert_eq!(found.unauthenticated(), ["[0].error", "[1].error"]);
}

/// A judge of information, by these rules.
fn explain_info(trust: Trust, body: &str, at: impl Into<At>) -> Report {
    let (verifier, at) = (InfoVerifier::new(trust, Policy::default()), at.into());
    let report = verifier.explain(body.as_bytes(), &InfoExpected::default(), at);
    let verdict = verifier.verify(body.as_bytes(), &InfoExpected::default(), at);
    assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
    report
}

/// Answers about several devices, as one.
fn joined(answers: &[&str]) -> String {
    let elements = answers.iter().map(|answer| answer.trim_matches(['[', ']']));
    format!("[{}]", elements.collect::<Vec<_>>().join(","))
}

/// The payload of the information of a device, as it is signed.
fn info_payload() -> Object<'static> {
    let id = pki().chip.sign(&digital_id("1801160992").to_string()).unwrap();
    service_info(&id, "L1").into_owned()
}

#[test]
fn information_of_a_device_that_is_not_registered_is_no_signed_information() {
    let id = base64::encode_url(digital_id("1").to_string().as_bytes());
    let text = info_payload().with("digitalId", id).to_string();
    let encoded = base64::encode_url(text.as_bytes());
    let alone = format!(r#"[{{"deviceInfo":"{encoded}"}}]"#);
    let object = format!(r#"[{{"deviceInfo":{text}}}]"#);
    // A genuine digital id within.
    let around = base64::encode_url(info_payload().to_string().as_bytes());
    let around = format!(r#"[{{"deviceInfo":"{around}"}}]"#);
    let signed = info(&pki().device, &pki().chip, "L1").unwrap();
    let unsigned = Error::UnsignedLayer { part: "deviceInfo" };
    let trusts = || [trust(Consumer::Ida), Trust::self_asserted()];
    for (body, part) in [
        (alone.clone(), "[0].deviceInfo"),
        (object.clone(), "[0].deviceInfo"),
        (around.clone(), "[0].deviceInfo"),
        (joined(&[&signed, &alone]), "[1].deviceInfo"),
        (joined(&[&alone, &signed]), "[0].deviceInfo"),
        (joined(&[&signed, &object]), "[1].deviceInfo"),
        (joined(&[&signed, &around]), "[1].deviceInfo"),
    ] {
        for trust in trusts() {
            let report = explain_info(trust, &body, now());
            assert_eq!(failure(&report), Some((part, &unsigned)), "{body}");
        }
    }

    // By choice, what is signed counts, and the rest is not handed out.
    let allowed = |trust: Trust| trust.with_partly_signed(PartlySigned::Allow);
    for (trust, body, expected) in [
        (trust(Consumer::Ida), joined(&[&signed, &alone]), Code::Ok),
        (trust(Consumer::Ida), alone.clone(), Code::UnsignedLayer),
        (trust(Consumer::Ida), joined(&[&signed, &around]), Code::UntrustedChain),
        (trust(Consumer::Ida), around.clone(), Code::UntrustedChain),
        (Trust::self_asserted(), alone.clone(), Code::UnsignedLayer),
        (Trust::self_asserted(), around.clone(), Code::Ok),
        (
            Trust::new(pki().store(), Rules::of(Consumer::Ida).with_organization(Pki::MAKER)),
            joined(&[&signed, &alone]),
            Code::UntrustedChain,
        ),
    ] {
        assert_eq!(explain_info(allowed(trust), &body, now()).code(), expected, "{body}");
    }
    let body = joined(&[&alone, &signed]);
    let report = explain_info(allowed(trust(Consumer::Ida)), &body, now());
    let warnings = [Warning::Unauthenticated, Warning::UnsignedLayers];
    assert_eq!(report.warnings, warnings);
    let claims = report.claims.unwrap();
    assert_eq!(claims.member("deviceInfo").unwrap().as_array().unwrap().len(), 1);
    let names = claims.member("unauthenticated").unwrap().to_string();
    assert_eq!(names, r#"["[0].deviceInfo","[0].deviceInfo.digitalId","[1].error"]"#);
    let verifier = InfoVerifier::new(allowed(trust(Consumer::Ida)), Policy::default());
    let found = verifier.verify(body.as_bytes(), &InfoExpected::default(), now()).unwrap();
    let [first, second] = &found.content()[..] else { panic!("two devices") };
    assert!(first.info().is_none() && first.digital_id().is_none());
    assert_eq!(first.unauthenticated().info.as_ref().unwrap().digital_id.serial_no, "1");
    assert_eq!(second.digital_id().unwrap().serial_no, "1801160992");
    // Of this one, the digital id is signed, and nobody asks who signed what is around it.
    let verifier = InfoVerifier::new(allowed(Trust::self_asserted()), Policy::default());
    let found = verifier.verify(around.as_bytes(), &InfoExpected::default(), now()).unwrap();
    let answer = &found.content()[0];
    assert!(answer.info().is_none() && answer.unauthenticated().info.is_some());
    assert_eq!(answer.digital_id().unwrap().serial_no, "1801160992");
    let report = verifier.explain(around.as_bytes(), &InfoExpected::default(), now());
    let claims = report.claims.unwrap();
    assert_eq!(claims.member("deviceInfo").unwrap().to_string(), "[]");
    assert_eq!(claims.member("digitalId").unwrap().as_array().unwrap().len(), 1);

    for body in ["", "1", "[1]", "[{}]", r#"[{"deviceInfo":1}]"#, r#"[{"deviceInfo":"e30"}]"#] {
        assert_ne!(explain_info(trust(Consumer::Ida), body, now()).code(), Code::Ok, "{body}");
    }
    let empty = explain_info(trust(Consumer::Ida), "[]", now());
    assert_eq!(empty.code(), Code::UnsupportedFormat);
}

#[test]
fn information_has_the_members_of_its_kind_and_no_others() {
    let judge = |payload: &Object<'_>| {
        let token = pki().device.sign(&payload.to_string()).unwrap();
        let body = format!(r#"[{{"deviceInfo":"{token}"}}]"#);
        let report = explain_info(trust(Consumer::Ida), &body, now());
        failure(&report).map(|(part, error)| (part.to_string(), error.clone()))
    };
    assert_eq!(judge(&info_payload()), None);
    for member in ["deviceStatus", "certification", "specVersion"] {
        let missing = Error::MissingMember { part: "deviceInfo", member };
        let absent = info_payload().with(member, Value::Null);
        assert_eq!(judge(&absent), Some(("[0].deviceInfo".into(), missing)), "{member}");
    }
    // The later version of the interface has `serialNo`, the earlier ones had no `env`.
    let mut later = Object::new().with("serialNo", "1");
    for (name, value) in info_payload().iter() {
        if !["deviceId", "deviceCode", "env"].contains(&name) {
            later.set(name.to_string(), value.clone());
        }
    }
    assert_eq!(judge(&later), None);
    for member in
        ["bioValue", "bioType", "deviceInfo", "deviceExpiry", "foundationalTrustProviderId"]
    {
        let foreign = info_payload().with(member, "");
        let error = Error::ContentMismatch { member };
        assert_eq!(judge(&foreign), Some(("[0].deviceInfo".into(), error)));
    }
}

#[test]
fn as_issued_each_element_is_judged_at_its_own_time() {
    // Two devices, whose certificates have no second in common.
    let early = Pki::generate(&mut Rng::from_seed(40), at(0), at(100)).unwrap();
    let late = Pki::generate(&mut Rng::from_seed(41), at(1000), at(1100)).unwrap();
    let id = |pki: &Pki, seconds| {
        let id = digital_id("1").with("dateTime", at(seconds).to_string());
        pki.chip.sign(&id.to_string()).unwrap()
    };
    let element = |pki: &Pki, captured: i64, made: i64| {
        let id = id(pki, made);
        let payload = data(&id, "Finger", "AAAA").with("timestamp", at(captured).to_string());
        let payload = payload.with("purpose", "Auth");
        biometric(&pki.device.sign(&payload.to_string()).unwrap(), "")
    };
    let info = |pki: &Pki, seconds| {
        let payload = info_payload().with("digitalId", id(pki, seconds));
        format!(r#"[{{"deviceInfo":"{}"}}]"#, pki.device.sign(&payload.to_string()).unwrap())
    };
    let asserted = || CaptureVerifier::new(Trust::self_asserted(), Policy::default());
    for (elements, part) in [
        ([element(&early, 0, 100), element(&late, 1000, 1100)], None),
        ([element(&late, 1100, 1000), element(&early, 100, 0)], None),
        // Neither the first element's time helps the second, nor the capture's the digital id.
        ([element(&early, 0, 0), element(&late, 0, 1000)], Some("biometrics[1].data")),
        ([element(&early, 0, 0), element(&late, 1000, 0)], Some("biometrics[1].data.digitalId")),
        (
            [element(&early, 0, 1000), element(&late, 1000, 1000)],
            Some("biometrics[0].data.digitalId"),
        ),
    ] {
        let first = elements[0].clone();
        let body = answer(elements.to_vec()).to_string();
        let report = asserted().explain(body.as_bytes(), &Expected::new(), At::Issued);
        let found = failure(&report);
        assert_eq!(found.map(|(part, _)| part), part);
        assert_eq!(found.map(|(_, error)| error.code()), part.map(|_| Code::CertificateExpired));
        let verdict = asserted().verify(body.as_bytes(), &Expected::new(), At::Issued);
        assert_eq!(verdict.err().map(|error| error.code()), part.map(|_| Code::CertificateExpired));
        // The report states the time of the first.
        let first = answer(vec![first]).to_string();
        let first = asserted().explain(first.as_bytes(), &Expected::new(), At::Issued);
        assert_eq!(report.at, first.at);
    }
    // That they are two devices is nothing to be warned of.
    let both = joined(&[&info(&early, 0), &info(&late, 1000)]);
    let report = explain_info(Trust::self_asserted(), &both, At::Issued);
    assert_eq!(report.warnings, [Warning::AtIssued, Warning::SelfAsserted]);
    for (body, part) in
        [(both, None), (joined(&[&info(&early, 0), &info(&late, 0)]), Some("[1].deviceInfo"))]
    {
        let report = explain_info(Trust::self_asserted(), &body, At::Issued);
        assert_eq!(failure(&report).map(|(part, _)| part), part);
        assert_eq!(report.at, Some(at(0)));
    }
    // A time that cannot be read is none, whatever the caller's.
    let id = id(&early, 0);
    let payload = data(&id, "Finger", "AAAA").with("purpose", "Auth");
    let payload = payload.with("timestamp", "then").to_string();
    let element = biometric(&early.device.sign(&payload).unwrap(), "");
    let body = answer(vec![element]).to_string();
    let unreadable = Error::Malformed { part: "timestamp", fault: Fault::Time };
    for at in [At::Issued, at(50).into()] {
        let report = asserted().explain(body.as_bytes(), &Expected::new(), at);
        assert_eq!(failure(&report), Some(("biometrics[0].data", &unreadable)));
        let verdict = asserted().verify(body.as_bytes(), &Expected::new(), at);
        assert_eq!(verdict.unwrap_err(), unreadable);
    }
    // An unsigned element in front has no time to give.
    let unsigned = base64::encode_url(info_payload().to_string().as_bytes());
    let unsigned = format!(r#"[{{"deviceInfo":"{unsigned}"}}]"#);
    let body = joined(&[&unsigned, &info(&late, 0)]);
    let allowed = Trust::self_asserted().with_partly_signed(PartlySigned::Allow);
    assert_eq!(explain_info(allowed, &body, At::Issued).code(), Code::CertificateExpired);
}

/// So many seconds after everything was captured.
fn at(offset: i64) -> Time {
    Time::from_unix(now().unix() + offset).unwrap()
}

#[test]
fn captured_data_that_nobody_signed_are_refused_whatever_is_allowed() {
    let id = pki().chip.sign(&digital_id("1").to_string()).unwrap();
    let payload = data(&id, "Finger", "AAAA").to_string();
    let genuine =
        captured_for("Auth", &pki().device, &pki().chip, &[b"a"], Scheme::Current).unwrap();
    let unsigned = Error::UnsignedLayer { part: "data" };
    for encoded in
        [base64::encode_url(payload.as_bytes()), base64::encode_standard(payload.as_bytes())]
    {
        let element = biometric(&encoded, "");
        for trust in [trust(Consumer::Ida), Trust::self_asserted()] {
            for partly_signed in [PartlySigned::Deny, PartlySigned::Allow] {
                let trust = trust.clone().with_partly_signed(partly_signed);
                let body = answer(vec![genuine[0].clone(), element.clone()]).to_string();
                let verifier = CaptureVerifier::new(trust.clone(), Policy::default());
                let report = verifier.explain(body.as_bytes(), &Expected::new(), now());
                assert_eq!(failure(&report), Some(("biometrics[1].data", &unsigned)));
                let failed = Outcome::Fail(unsigned.clone());
                let mut entries = report.checks.iter().filter(|entry| entry.outcome == failed);
                assert_eq!(entries.next().unwrap().check.name(), "signature");
                let verdict = verifier.verify(body.as_bytes(), &Expected::new(), now());
                assert_eq!(verdict.unwrap_err(), unsigned);
                let verifier = DataVerifier::new(trust, Policy::default());
                let verdict = verifier.verify(encoded.as_bytes(), &Expected::new(), now());
                assert_eq!(verdict.unwrap_err(), unsigned);
            }
        }
    }
}

#[test]
fn captured_data_have_the_members_of_their_kind_and_no_others() {
    let id = pki().chip.sign(&digital_id("1").to_string()).unwrap();
    let judge = |payload: Object<'_>| {
        let token = pki().device.sign(&payload.to_string()).unwrap();
        let verifier = DataVerifier::new(trust(Consumer::Ida), Policy::default());
        let verdict = verifier.verify(token.as_bytes(), &Expected::new(), now());
        let report = verifier.explain(token.as_bytes(), &Expected::new(), now());
        assert_eq!(report.code(), verdict.as_ref().err().map_or(Code::Ok, Error::code));
        verdict
    };
    let genuine = || data(&id, "Finger", "AAAA");
    assert!(judge(genuine()).is_ok());
    // Version 0.9.2 of the interface has neither.
    let old = genuine().with("bioType", Value::Null).with("transactionId", Value::Null);
    assert_eq!(judge(old).unwrap().content().bio_type, None);
    for member in ["bioValue", "timestamp", "digitalId"] {
        let error = judge(genuine().with(member, Value::Null)).unwrap_err();
        assert!(matches!(error.code(), Code::MissingMember | Code::WrongType), "{member}");
    }
    for member in ["deviceStatus", "callbackId", "deviceInfo", "deviceExpiry"] {
        let error = judge(genuine().with(member, "")).unwrap_err();
        assert_eq!(error, Error::ContentMismatch { member });
    }
    // A digital id is one as well.
    let id = digital_id("1").with("bioValue", "AAAA").to_string();
    let id = pki().chip.sign(&id).unwrap();
    let error = judge(data(&id, "Finger", "AAAA")).unwrap_err();
    assert_eq!(error, Error::ContentMismatch { member: "bioValue" });
}

/// Elements with hashes that fit, whatever they are.
fn chained(tokens: &[(&str, &[u8])]) -> Vec<Object<'static>> {
    let mut chain = HashChain::new(Scheme::Current);
    let element = |(token, value): &(&str, &[u8])| {
        chain.extend(value);
        biometric(token, &chain.hash())
    };
    tokens.iter().map(element).collect()
}

#[test]
fn captures_that_do_not_belong_together_are_warned_of_or_refused_though_their_hashes_fit() {
    let other = Pki::generate(&mut Rng::from_seed(42), at(-1000), at(1000)).unwrap();
    let shot = |device: &countersign_testkit::Device,
                id: &str,
                value: &[u8],
                transaction: &str,
                seconds| {
        let bio_value = base64::encode_url(value);
        let payload = data(id, "Finger", &bio_value)
            .with("transactionId", transaction)
            .with("timestamp", at(seconds).to_string());
        device.sign(&payload.to_string()).unwrap()
    };
    let id = |chip: &countersign_testkit::Device, serial: &str| {
        chip.sign(&digital_id(serial).to_string()).unwrap()
    };
    let (device, chip) = (&pki().device, &pki().chip);
    let own = id(chip, "1");
    let first = shot(device, &own, b"a", "AAAA", 0);
    let second = shot(device, &own, b"b", "AAAA", 60);
    let again = shot(device, &id(chip, "1"), b"b", "AAAA", 60);
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let judge = |pair: [&str; 2], expected: Expected| {
        let values: [&[u8]; 2] = if pair[0] == pair[1] { [b"a", b"a"] } else { [b"a", b"b"] };
        let elements = chained(&[(pair[0], values[0]), (pair[1], values[1])]);
        let body = answer(elements).to_string();
        let report = verifier.explain(body.as_bytes(), &expected, at(60));
        let verdict = verifier.verify(body.as_bytes(), &expected, at(60));
        assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
        report
    };
    let deny = || Expected::new().mixed(Mixed::Deny);
    for together in [[first.as_str(), &second], [&first, &again]] {
        let report = judge(together, deny().span(60));
        assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &[Warning::SelfAsserted][..]));
    }
    for (other, member, hint) in [
        (shot(&other.device, &own, b"b", "AAAA", 0), "x5c", "different keys"),
        (shot(device, &id(&other.chip, "1"), b"b", "AAAA", 0), "digitalId", "different signers"),
        (shot(device, &id(chip, "2"), b"b", "AAAA", 0), "digitalId", "different devices"),
        (shot(device, &own, b"b", "BBBB", 0), "transactionId", "`transactionId`"),
        (first.clone(), "data", "the same capture"),
    ] {
        let report = judge([&first, &other], Expected::new());
        assert_eq!(report.code(), Code::Ok, "{hint}");
        // Each element by itself is of one device.
        assert_eq!(report.warnings, [Warning::MixedCapture, Warning::SelfAsserted], "{hint}");
        let named = "biometrics[0] and [1]";
        let is_named = |text: &String| text.contains(hint) && text.contains(named);
        assert!(report.hints.iter().any(is_named), "{:?}", report.hints);
        let report = judge([&first, &other], deny());
        assert_eq!(failure(&report), Some(("", &Error::ContentMismatch { member })));
        assert!(!report.warnings.contains(&Warning::MixedCapture));
    }
    // How far apart is the caller's to say.
    let mixed = |report: Report| report.warnings.contains(&Warning::MixedCapture);
    assert!(!mixed(judge([&first, &second], Expected::new())));
    assert!(!mixed(judge([&first, &second], Expected::new().span(60))));
    assert!(mixed(judge([&first, &second], Expected::new().span(59))));
    let report = judge([&first, &second], deny().span(59));
    assert_eq!(failure(&report), Some(("", &Error::ContentMismatch { member: "timestamp" })));
    assert!(report.hints[0].contains("60 s apart"), "{:?}", report.hints);
}

#[test]
fn the_future_is_refused_and_age_is_judged_by_a_window_in_every_layer_that_states_a_time() {
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let judge = |captured: i64, made: i64, expected: Expected| {
        let id = digital_id("1").with("dateTime", at(made).to_string()).to_string();
        let id = pki().chip.sign(&id).unwrap();
        let payload = data(&id, "Finger", "AAAA").with("timestamp", at(captured).to_string());
        let token = pki().device.sign(&payload.to_string()).unwrap();
        let value = base64::decode_mosip(b"AAAA").unwrap();
        let body = answer(chained(&[(&token, &value)])).to_string();
        let report = verifier.explain(body.as_bytes(), &expected, now());
        let verdict = verifier.verify(body.as_bytes(), &expected, now());
        assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
        let failed = failure(&report).map(|(part, _)| part.to_string());
        (report.code(), failed)
    };
    let part = |member: &str| Some(format!("biometrics[0].{member}"));
    let window = |seconds| Expected::new().window(Window::symmetric(seconds));
    let (future, window_code) = (Code::NotYetValid, Code::TimestampWindow);
    for (captured, made, expected, wanted) in [
        (0, 0, Expected::new(), (Code::Ok, None)),
        (-900, -900, Expected::new(), (Code::Ok, None)),
        (1, 0, Expected::new(), (future, part("data"))),
        (0, 1, Expected::new(), (future, part("data.digitalId"))),
        // No window lets the future in.
        (1, 0, window(10), (future, part("data"))),
        (-9, -9, window(10), (Code::Ok, None)),
        (-10, 0, window(10), (window_code, part("data"))),
        (0, -10, window(10), (window_code, part("data.digitalId"))),
    ] {
        assert_eq!(judge(captured, made, expected), wanted, "{captured} {made}");
    }
    // Clocks may disagree.
    let policy = Policy::default().with_leeway(Leeway::from_seconds(5).unwrap());
    let verifier = DataVerifier::new(Trust::self_asserted(), policy);
    let judge = |captured: i64, expected: Expected| {
        let id = digital_id("1").with("dateTime", now().to_string()).to_string();
        let id = pki().chip.sign(&id).unwrap();
        let payload = data(&id, "Finger", "AAAA").with("timestamp", at(captured).to_string());
        let token = pki().device.sign(&payload.to_string()).unwrap();
        verifier.explain(token.as_bytes(), &expected, now()).code()
    };
    assert_eq!(judge(5, Expected::new()), Code::Ok);
    assert_eq!(judge(6, Expected::new()), future);
    assert_eq!(judge(-14, window(10)), Code::Ok);
    assert_eq!(judge(-15, window(10)), window_code);
}

#[test]
fn information_of_devices_is_judged_by_its_age_as_well_and_says_where_none_is_expected() {
    let info = |made: i64| {
        let id = digital_id("1").with("dateTime", at(made).to_string()).to_string();
        let payload = info_payload().with("digitalId", pki().chip.sign(&id).unwrap());
        format!(r#"[{{"deviceInfo":"{}"}}]"#, pki().device.sign(&payload.to_string()).unwrap())
    };
    let verifier = InfoVerifier::new(Trust::self_asserted(), Policy::default());
    let explain = |made, expected: InfoExpected| {
        let body = info(made);
        let verdict = verifier.verify(body.as_bytes(), &expected, now());
        let report = verifier.explain(body.as_bytes(), &expected, now());
        assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
        report
    };
    let (none, ten) = (InfoExpected::new(), InfoExpected::new().window(Window::symmetric(10)));
    assert_eq!(explain(1, none).code(), Code::NotYetValid);
    assert_eq!(explain(-10, ten).code(), Code::TimestampWindow);
    assert_eq!(explain(-9, ten).code(), Code::Ok);
    let report = explain(-900, none);
    assert_eq!(report.code(), Code::Ok);
    let age = report.checks.iter().find(|entry| entry.check == Check::WINDOW).unwrap();
    assert_eq!(age.detail, "no window is expected: its age was not judged");
}

#[test]
fn captures_that_were_left_out_moved_repeated_or_mixed_are_not_seen_by_their_hashes_alone() {
    let other = Pki::generate(&mut Rng::from_seed(43), at(-1000), at(1000)).unwrap();
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let one = |pki: &Pki, value: &'static [u8]| {
        let elements = captured(&pki.device, &pki.chip, &[value], Scheme::Current).unwrap();
        (elements[0].string("t", "data").unwrap().to_string(), value)
    };
    let (a, b, c) = (one(pki(), b"a"), one(pki(), b"b"), one(&other, b"c"));
    for (order, mixed) in [
        (vec![&a, &b], false),
        // What the hashes say of order and number is what their writer says.
        (vec![&b, &a], false),
        (vec![&b], false),
        (vec![&a, &a], true),
        (vec![&a, &c, &b], true),
    ] {
        let tokens: Vec<_> = order.iter().map(|(token, value)| (token.as_str(), *value)).collect();
        let body = answer(chained(&tokens)).to_string();
        let report = verifier.explain(body.as_bytes(), &Expected::new(), now());
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(report.warnings.contains(&Warning::MixedCapture), mixed, "{}", order.len());
        let report = verifier.explain(body.as_bytes(), &Expected::new().mixed(Mixed::Deny), now());
        assert_eq!(report.code() == Code::ContentMismatch, mixed);
    }
}

#[test]
fn a_chain_that_goes_on_after_an_earlier_answer_asks_for_its_last_hash() {
    for scheme in [Scheme::Current, Scheme::Legacy] {
        let all = elements(scheme);
        let hash = |index: usize| all[index].string("t", "hash").unwrap().to_string();
        let rest = || all[1..].to_vec();
        let report = explain(&rest(), &Expected::new());
        assert_eq!(failure(&report).unwrap().1, &Error::HashChain { index: 0 });
        let hint = |report: &Report| report.hints.iter().any(|h| h.contains("--previous-hash"));
        assert!(hint(&report), "{:?}", report.hints);
        let report = explain(&rest(), &Expected::new().previous_hash(hash(0)));
        assert_eq!((report.code(), report.hints.len()), (Code::Ok, 0));
        let report = explain(&rest(), &Expected::new().previous_hash(hash(1)));
        assert!(report.code() == Code::HashMismatch && hint(&report));
        // Elsewhere than at the beginning, no previous hash helps.
        let report = explain(&[all[0].clone(), all[2].clone()], &Expected::new());
        assert!(report.code() == Code::HashMismatch && !hint(&report));
        let mut without = rest();
        without[0].set("hash", Value::Null);
        let report = explain(&without, &Expected::new());
        assert!(report.code() == Code::MissingMember && !hint(&report));
    }
}

#[test]
fn the_signatures_and_devices_of_a_message_are_counted() {
    let code = |verdict: Result<(), Error>| verdict.err().map_or(Code::Ok, |error| error.code());
    let policy =
        |segments| Policy::default().with_limits(Limits::default().with_capture_segments(segments));
    // A digital id within a token of its own: three signatures instead of two.
    let twice = pki().chip.sign(&pki().chip.sign(&digital_id("1").to_string()).unwrap()).unwrap();
    let payload = data(&twice, "Finger", "AAAA").with("purpose", "Auth");
    let token = pki().device.sign(&payload.to_string()).unwrap();
    let capture = |count: usize, segments| {
        let body = answer(vec![biometric(&token, ""); count]).to_string();
        let verifier = CaptureVerifier::new(trust(Consumer::Ida), policy(segments));
        code(verifier.verify(body.as_bytes(), &Expected::new(), now()).map(drop))
    };
    assert_eq!(capture(1, 1), Code::TooLarge);
    assert_eq!(capture(1, 2), Code::Ok);
    assert_eq!(capture(2, 2), Code::TooLarge);
    assert_eq!(capture(2, 3), Code::Ok);
    let verifier = DataVerifier::new(trust(Consumer::Ida), policy(16));
    let verdict = verifier.verify(token.as_bytes(), &Expected::new(), now());
    assert_eq!(code(verdict.map(drop)), Code::TooLarge);

    let one = info(&pki().device, &pki().chip, "L1").unwrap();
    let body = |count: usize| joined(&vec![one.as_str(); count]);
    let devices = |count: usize, segments| {
        let verifier = InfoVerifier::new(trust(Consumer::Ida), policy(segments));
        let verdict = verifier.verify(body(count).as_bytes(), &InfoExpected::default(), now());
        code(verdict.map(drop))
    };
    assert_eq!([devices(2, 2), devices(3, 2)], [Code::Ok, Code::TooLarge]);
    let limits = Limits::default().with_capture_segments(2);
    let discovered = |count: usize| {
        let answer = joined(&vec![r#"{"deviceStatus":"Ready"}"#; count]);
        code(Discovered::parse(answer.as_bytes(), &limits).map(drop))
    };
    assert_eq!([discovered(2), discovered(3)], [Code::Ok, Code::TooLarge]);
    // Three signatures of one device are one too many as well.
    let payload = info_payload().with("digitalId", twice).to_string();
    let token = pki().device.sign(&payload).unwrap();
    let body = format!(r#"[{{"deviceInfo":"{token}"}}]"#);
    for (segments, expected) in [(1, Code::TooLarge), (2, Code::Ok)] {
        let verifier = InfoVerifier::new(trust(Consumer::Ida), policy(segments));
        let verdict = verifier.verify(body.as_bytes(), &InfoExpected::default(), now());
        assert_eq!(code(verdict.map(drop)), expected);
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
        let value = vec![0xfb; length];
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
            let both = payload.replace("Staging", "<bioValue>");
            assert_eq!(wrong(Segment { payload: &both, ..segment }), Code::Malformed);
            assert_eq!(wrong(Segment { sb: &token, ..segment }), Code::Malformed);
        }
    }
}

#[test]
fn what_is_expected_of_hashes_that_cannot_be_followed_is_refused_and_never_dropped() {
    let verifier = CaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    let ciphertexts: [&[u8]; 2] = [b"x", b"y"];
    let mut elements =
        captured_for("Auth", &pki().device, &pki().chip, &ciphertexts, Scheme::Current).unwrap();
    // The hashes are those of the values before they were encrypted.
    for (element, plain) in elements.iter_mut().zip(self::elements(Scheme::Current)) {
        element.set("hash", plain.member("hash").unwrap().clone());
    }
    let token = elements[0].string("t", "data").unwrap().to_string();
    let body = answer(elements).to_string();
    let judge = |expected: &Expected| {
        let report = verifier.explain(body.as_bytes(), expected, now());
        let verdict = verifier.verify(body.as_bytes(), expected, now());
        assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
        failure(&report).map(|(_, error)| error.clone())
    };
    let unused = |expectation| Some(Error::ExpectationUnused { expectation });
    let before = || Expected::new().previous_hash("00".repeat(32));
    let current = || Expected::new().scheme(HashScheme::Only(Scheme::Current));
    let values = || Expected::new().decrypted_values(vec![b"bdb-1".to_vec()]);
    assert_eq!(judge(&Expected::new()), None);
    assert_eq!(judge(&Expected::new().previous_hash("")), None);
    assert_eq!(judge(&before()), unused("previous-hash"));
    assert_eq!(judge(&current()), unused("hash-scheme"));
    let plain = VALUES[..2].iter().map(|value| value.to_vec()).collect();
    assert_eq!(judge(&current().decrypted_values(plain)), None);
    // A single `data` has no hashes at all.
    let verifier = DataVerifier::new(trust(Consumer::Ida), Policy::default());
    for (expected, error) in [
        (Expected::new(), None),
        (before(), unused("previous-hash")),
        (current(), unused("hash-scheme")),
        (values(), unused("decrypted-values")),
    ] {
        let report = verifier.explain(token.as_bytes(), &expected, now());
        assert_eq!(failure(&report).map(|(_, error)| error.clone()), error);
        let verdict = verifier.verify(token.as_bytes(), &expected, now());
        assert_eq!(verdict.err(), error);
    }
}

#[test]
fn no_member_beside_what_is_signed_has_the_name_of_a_layer() {
    let beside = |object: Object<'static>| {
        ["digitalId", "data.digitalId", "deviceInfo.digitalId", "", "a\"]"]
            .into_iter()
            .fold(object, |object, name| object.with(name, "mine"))
    };
    let names = |prefix: &str| {
        let quoted = [r#"["data.digitalId"]"#, r#"["deviceInfo.digitalId"]"#, r#"[""]"#];
        let quoted = quoted.map(|name| format!("{prefix}{name}"));
        let mut names = vec![format!("{prefix}.digitalId")];
        names.extend(quoted);
        names.push(format!(r#"{prefix}["a\"]"]"#));
        names
    };
    let captured =
        captured_for("Auth", &pki().device, &pki().chip, &[b"a"], Scheme::Current).unwrap();
    let [token, hash] = ["data", "hash"].map(|name| captured[0].member(name).unwrap().clone());
    let element = beside(Object::new().with("data", token).with("hash", hash));
    let body = answer(vec![element]).to_string();
    let verifier = CaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    let found = verifier.verify(body.as_bytes(), &Expected::new(), now()).unwrap();
    assert_eq!(found.unauthenticated()[0], "biometrics[0].hash");
    assert_eq!(found.unauthenticated()[1..], names("biometrics[0]"));
    assert!(found.unauthenticated().iter().all(|name| !found.is_authentic(name)));
    for layer in ["biometrics[0].data", "biometrics[0].data.digitalId"] {
        assert!(found.is_authentic(layer), "{layer}");
    }

    let answer = info(&pki().device, &pki().chip, "L1").unwrap();
    let info = answer.split('"').find(|text| text.starts_with("eyJ")).unwrap().to_string();
    let element = beside(Object::new().with("deviceInfo", info));
    let body = Value::Array(vec![element.into()]).to_string();
    let verifier = InfoVerifier::new(trust(Consumer::Ida), Policy::default());
    let found = verifier.verify(body.as_bytes(), &InfoExpected::default(), now()).unwrap();
    assert_eq!(found.unauthenticated(), names("[0]"));
    assert!(found.unauthenticated().iter().all(|name| !found.is_authentic(name)));
    let parts: Vec<_> = found.parts().iter().map(|part| part.part()).collect();
    assert_eq!(parts, ["[0].deviceInfo", "[0].deviceInfo.digitalId"]);
}

#[test]
fn information_has_one_of_two_names_for_the_device_though_one_is_a_number() {
    let judge = |payload: Object<'_>| {
        let token = pki().device.sign(&payload.to_string()).unwrap();
        let body = format!(r#"[{{"deviceInfo":"{token}"}}]"#);
        explain_info(trust(Consumer::Ida), &body, now()).code()
    };
    for id in [Value::from(1_i64), "1".into()] {
        assert_eq!(judge(info_payload().with("deviceId", id.clone())), Code::Ok);
        let both = info_payload().with("deviceId", id).with("serialNo", "2");
        assert_eq!(judge(both), Code::DuplicateMember);
    }
}

#[test]
fn captures_with_digital_ids_of_another_provider_or_an_inner_signer_do_not_belong_together() {
    let other = Pki::generate(&mut Rng::from_seed(43), at(-1000), at(1000)).unwrap();
    let (device, chip) = (&pki().device, &pki().chip);
    let id = |provider: &str, made: i64| {
        let id = digital_id("1").with("dateTime", at(made).to_string());
        id.with("deviceProviderId", provider).to_string()
    };
    let shot = |id: &str, value: &[u8]| {
        let value = base64::encode_url(value);
        device.sign(&data(id, "Finger", &value).to_string()).unwrap()
    };
    let twice = |inner: &countersign_testkit::Device| {
        chip.sign(&inner.sign(&id("one", 0)).unwrap()).unwrap()
    };
    let one = |provider, made| chip.sign(&id(provider, made)).unwrap();
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    for (first, second, hint) in [
        (one("one", 0), one("one", 5), None),
        (one("one", 0), one("two", 0), Some("different devices")),
        (twice(chip), twice(chip), None),
        (one("one", 0), twice(&other.chip), Some("different signers")),
        (twice(chip), twice(&other.chip), Some("different signers")),
    ] {
        let (first, second) = (shot(&first, b"a"), shot(&second, b"b"));
        let elements = chained(&[(&first, b"a"), (&second, b"b")]);
        let body = answer(elements).to_string();
        let report = verifier.explain(body.as_bytes(), &Expected::new(), at(5));
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(report.warnings.contains(&Warning::MixedCapture), hint.is_some(), "{hint:?}");
        assert!(hint.is_none_or(|hint| report.hints.iter().any(|text| text.contains(hint))));
        let deny = Expected::new().mixed(Mixed::Deny);
        let verdict = verifier.verify(body.as_bytes(), &deny, at(5));
        let error = Error::ContentMismatch { member: "digitalId" };
        assert_eq!(verdict.err(), hint.map(|_| error));
    }
}

#[test]
fn a_digital_id_within_information_has_no_member_of_another_kind() {
    for member in ["bioValue", "deviceStatus", "deviceInfo", "digitalId", "deviceExpiry"] {
        let id = digital_id("1").with(member, "AAAA").to_string();
        let payload = info_payload().with("digitalId", pki().chip.sign(&id).unwrap());
        let token = pki().device.sign(&payload.to_string()).unwrap();
        let body = format!(r#"[{{"deviceInfo":"{token}"}}]"#);
        let report = explain_info(trust(Consumer::Ida), &body, now());
        let error = Error::ContentMismatch { member };
        assert_eq!(failure(&report), Some(("[0].deviceInfo.digitalId", &error)));
    }
}

#[test]
fn a_capture_for_one_purpose_is_none_for_the_other_and_without_a_purpose_the_caller_decides() {
    let auth = CaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let registration = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let body = |purpose: Option<&str>| {
        let id = pki().chip.sign(&digital_id("1").to_string()).unwrap();
        let payload = data(&id, "Finger", "AAAA").to_string();
        let stated = purpose.map_or(String::new(), |name| format!(r#""purpose":"{name}","#));
        let payload = payload.replacen(r#""purpose":"Registration","#, &stated, 1);
        let token = pki().device.sign(&payload).unwrap();
        let value = base64::decode_mosip(b"AAAA").unwrap();
        answer(chained(&[(&token, &value)])).to_string()
    };
    let foreign = Error::ContentMismatch { member: "purpose" };
    for (purpose, by_auth, by_registration) in [
        (Some("Auth"), None, Some(&foreign)),
        (Some("AUTH"), None, Some(&foreign)),
        (Some("Registration"), Some(&foreign), None),
        (Some("registration"), Some(&foreign), None),
        (Some("Other"), None, None),
        (None, None, None),
    ] {
        let body = body(purpose);
        let (body, expected) = (body.as_bytes(), Expected::new());
        let verdict = auth.verify(body, &expected, now());
        assert_eq!(verdict.err().as_ref(), by_auth, "{purpose:?}");
        let report = auth.explain(body, &expected, now());
        assert_eq!(failure(&report), by_auth.map(|error| ("biometrics[0].data", error)));
        let verdict = registration.verify(body, &expected, now());
        assert_eq!(verdict.err().as_ref(), by_registration, "{purpose:?}");
        let report = registration.explain(body, &expected, now());
        assert_eq!(failure(&report), by_registration.map(|error| ("biometrics[0].data", error)));
    }
}
