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
use countersign::mosip::sbi::*;
use countersign::mosip::trust::{Consumer, PartlySigned, Rules, Trust, TrustStore};
use countersign::{
    At, ChainFault, Check, Code, Entry, Error, Finding, Leeway, Limits, Outcome, Policy, Report,
    Time, Warning,
};
use countersign_testkit::mosip::digital_id;
use countersign_testkit::sbi::{
    TIMESTAMP, TRANSACTION_ID, answer, biometric, captured, captured_for, data, encrypted, info,
    service_info,
};
use countersign_testkit::{Pki, Rng};

mod forms;
mod hashes;
mod information;
mod mixed;
mod packets;

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

fn explain_data(token: &str, expected: &Expected) -> Report {
    let verifier = DataVerifier::new(trust(Consumer::Ida), Policy::default());
    let report = verifier.explain(token.as_bytes(), expected, now());
    let verdict = verifier.verify(token.as_bytes(), expected, now());
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
    let token = genuine[0].string("t", "data").unwrap();
    let compared = |report: &Report, part: Option<&str>| -> Vec<_> {
        let own = |entry: &&Entry| entry.check == Check::CONTENT && entry.part.as_deref() == part;
        let entries = report.checks.iter().filter(own);
        entries.map(|entry| (entry.outcome.clone(), entry.detail.to_string())).collect()
    };
    let all = ["transactionId", "env", "purpose", "domainUri"]
        .map(|member| (Outcome::Pass, format!("`{member}` is as expected")));
    let nothing = [(Outcome::Skip, "nothing is expected".to_string())];
    for (expected, wanted) in [(&good, &all[..]), (&Expected::new(), &nothing)] {
        let report = explain(&genuine, expected);
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(compared(&report, Some("biometrics[0].data")), wanted);
        let report = explain_data(token, expected);
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(compared(&report, None), wanted);
    }
    for (wrong, member) in [
        (good.clone().transaction_id("1"), "transactionId"),
        (good.clone().env("staging"), "env"),
        (good.clone().purpose("Auth"), "purpose"),
        (good.domain_uri(""), "domainUri"),
    ] {
        let report = explain(&genuine, &wrong);
        let error = Error::ContentMismatch { member };
        assert_eq!(failure(&report), Some(("biometrics[0].data", &error)));
        let report = explain_data(token, &wrong);
        assert_eq!(failure(&report), Some(("", &error)));
    }
}

#[test]
fn captured_data_that_are_encoded_once_more_are_read_and_warned_of() {
    let id = pki().chip.sign(&digital_id("1").to_string()).unwrap();
    let plain = data(&id, "Finger", "AAAA").to_string();
    let encoded = base64::encode_url(plain.as_bytes());
    let verifier = RegistrationCaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    for (payload, warned) in [
        (plain.clone(), Some(false)),
        (format!(" \n{plain}"), Some(false)),
        (encoded.clone(), Some(true)),
        (base64::encode_standard(plain.as_bytes()), Some(true)),
        (base64::encode_url(format!("\t{plain}").as_bytes()), Some(true)),
        (base64::encode_url(encoded.as_bytes()), None),
        (format!("{encoded}*"), None),
    ] {
        let token = pki().device.sign(&payload).unwrap();
        let report = explain_data(&token, &Expected::new());
        assert_eq!(report.code() == Code::Ok, warned.is_some(), "{:?}", failure(&report));
        // The legacy scheme hashes what was signed, encoded as it is.
        let mut chain = HashChain::new(Scheme::Legacy);
        chain.extend(payload.as_bytes());
        let body = answer(vec![biometric(&token, &chain.hash())]).to_string();
        let verdict = verifier.verify(body.as_bytes(), &Expected::new(), now());
        let Some(warned) = warned else {
            assert_eq!(failure(&report).unwrap().1.code(), Code::Malformed);
            assert_eq!(verdict.unwrap_err().code(), Code::Malformed);
            continue;
        };
        assert_eq!(report.warnings.contains(&Warning::EncodedTwice), warned, "{payload}");
        let found = verdict.unwrap();
        assert_eq!(found.content().scheme, Some(Scheme::Legacy));
        assert_eq!(found.content().biometrics[0].data.as_ref().unwrap().bio_value, [0; 3]);
    }
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
fn an_answer_has_a_limit_of_its_own_also_where_other_texts_may_be_longer() {
    let body = answer(elements(Scheme::Current)).to_string();
    let limit = body.len() - 1;
    let too_large = Error::TooLarge { what: "answer", limit };
    for (limit, expected) in [(body.len(), None), (limit, Some(too_large))] {
        let limits = Limits::default().with_capture_bytes(limit);
        assert!(limits.response_bytes() > body.len());
        let policy = Policy::default().with_limits(limits);
        let verifier = RegistrationCaptureVerifier::new(trust(Consumer::Ida), policy);
        let verdict = verifier.verify(body.as_bytes(), &Expected::new(), now());
        assert_eq!(verdict.err(), expected);
        let report = verifier.explain(body.as_bytes(), &Expected::new(), now());
        assert_eq!(failure(&report).map(|(_, error)| error), expected.as_ref());
    }
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
    // Whoever took the wrong verifier is told which is the right one.
    let hints = |report: Report, purpose: &str, kind: &str| {
        let hint = format!("what was captured for {purpose} is of the kind {kind}");
        let expected = if report.code() == Code::Ok { vec![] } else { vec![hint] };
        assert_eq!(report.hints, expected);
    };
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
        hints(report, "Registration", "sbi-rcapture");
        let verdict = registration.verify(body, &expected, now());
        assert_eq!(verdict.err().as_ref(), by_registration, "{purpose:?}");
        let report = registration.explain(body, &expected, now());
        assert_eq!(failure(&report), by_registration.map(|error| ("biometrics[0].data", error)));
        hints(report, "Auth", "sbi-capture");
    }
}
