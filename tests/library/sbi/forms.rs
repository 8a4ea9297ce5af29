//! What devices and servers sign, in other forms: bare, from a management server, and what a device
//! writes that is not registered.

use super::*;
use countersign::Algorithm;
use countersign::mosip::trust::Leniency;
use countersign_testkit::Issuer as _;
use countersign_testkit::sbi::{key_rotation, snapshot};

#[test]
fn a_plain_digital_id_can_be_read_and_is_never_verified() {
    let plain = digital_id("1").to_string();
    let text = |id: &Value<'_>| {
        let mut payload = service_info("", "L0").into_owned();
        payload.set("digitalId", id.clone().into_owned());
        payload.to_string()
    };
    let allowed = || Trust::self_asserted().with_partly_signed(PartlySigned::Allow);
    let unsigned = Error::UnsignedLayer { part: "digitalId" };
    for id in [Value::from(plain.as_str()), digital_id("1").into()] {
        // Whatever is signed around it.
        let signed = pki().device.sign(&text(&id)).unwrap();
        let body = format!(r#"[{{"deviceInfo":"{signed}"}}]"#);
        for trust in [trust(Consumer::RegistrationClient), Trust::self_asserted(), allowed()] {
            for input in [&body, &signed] {
                let report = explain_info(trust.clone(), input, now());
                assert_eq!(failure(&report).map(|(_, error)| error), Some(&unsigned), "{input}");
                let names = report.checks.iter().any(|entry| {
                    entry.detail.to_string().contains("digitalId")
                        && matches!(entry.outcome, Outcome::Fail(_))
                });
                assert!(names, "{report:?}");
            }
        }
        // A device that is not registered signs nothing.
        let encoded = base64::encode_url(text(&id).as_bytes());
        let body = format!(r#"[{{"deviceInfo":"{encoded}"}}]"#);
        let report = explain_info(allowed(), &body, now());
        assert_eq!(report.code(), Code::UnsignedLayer);
        let mut data = data("", "Finger", "AAAA").into_owned();
        data.set("digitalId", id.clone().into_owned());
        let token = pki().device.sign(&data.to_string()).unwrap();
        let verifier = DataVerifier::new(Trust::self_asserted(), Policy::default());
        let report = verifier.explain(token.as_bytes(), &Expected::new(), now());
        assert_eq!(failure(&report).map(|(_, error)| error), Some(&unsigned));
        // Reading it is another thing.
        let answer = format!("[{}]", text(&id));
        let found = Discovered::parse(answer.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(found[0].digital_id.as_ref().unwrap().serial_no, "1");
    }
    for wrong in ["{", "{}", "1"] {
        let token = pki().device.sign(&text(&Value::from(wrong))).unwrap();
        assert_ne!(explain_info(allowed(), &token, now()).code(), Code::Ok, "{wrong}");
    }
}

#[test]
fn a_bare_device_info_is_verified_as_within_an_answer() {
    let (device, chip) = (&pki().device, &pki().chip);
    let id = chip.sign(&digital_id("1").to_string()).unwrap();
    let token = device.sign(&service_info(&id, "L1").to_string()).unwrap();
    assert_eq!(explain_info(trust(Consumer::Ida), &token, now()).code(), Code::Ok);
    let untrusted = explain_info(trust(Consumer::RegistrationClient), &token, now());
    assert_eq!(untrusted.code(), Code::UntrustedChain);
    let altered = format!("{}AAAA", &token[..token.len() - 4]);
    let report = explain_info(Trust::self_asserted(), &altered, now());
    assert_eq!(report.code(), Code::SignatureMismatch);
    let unsigned = base64::encode_url(service_info(&id, "L1").to_string().as_bytes());
    let report = explain_info(trust(Consumer::Ida), &unsigned, now());
    assert_eq!(report.code(), Code::UnsignedLayer);
    for other in [id, device.sign(&data(&token, "Finger", "AAAA").to_string()).unwrap()] {
        assert_ne!(explain_info(Trust::self_asserted(), &other, now()).code(), Code::Ok);
    }
}

#[test]
fn answers_of_a_management_server_are_verified_each_as_its_kind() {
    let sign = |payload: &Object<'_>| pki().device.sign(&payload.to_string()).unwrap();
    let judge = |trust: Trust, input: &str, at: At| {
        let verifier = ManagementVerifier::new(trust, Policy::default());
        let expected = ManagementExpected::default();
        let report = verifier.explain(input.as_bytes(), &expected, at);
        let verdict = verifier.verify(input.as_bytes(), &expected, at);
        assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
        report
    };
    let (state, rotation) = (sign(&snapshot()), sign(&key_rotation("MIIB")));
    let body = |member: &str, token: &str| format!(r#"{{"{member}":"{token}"}}"#);
    let client = || trust(Consumer::RegistrationClient);
    for (input, code) in [
        (body("snapShot", &state), Code::Ok),
        (body("keyRotation", &rotation), Code::Ok),
        (state.clone(), Code::Ok),
        (rotation.clone(), Code::Ok),
        // A `null` is an absence, within a body and without one.
        (sign(&key_rotation("MIIB").with("snapshotValidity", Value::Null)), Code::Ok),
        (body("keyRotation", &state), Code::ContentMismatch),
        (body("snapShot", &rotation), Code::ContentMismatch),
        (sign(&Object::new().with("responseCode", "0")), Code::MissingMember),
        (sign(&snapshot().with("digitalId", "e30")), Code::ContentMismatch),
        (sign(&snapshot().with("signedDeviceCertificate", "")), Code::ContentMismatch),
        (format!("{}AAAA", &rotation[..rotation.len() - 4]), Code::SignatureMismatch),
        (base64::encode_url(snapshot().to_string().as_bytes()), Code::UnsignedLayer),
        ("{}".into(), Code::MissingMember),
        (r#"{"snapShot":1}"#.into(), Code::WrongType),
        (r#"{"snapShot":"","keyRotation":""}"#.into(), Code::UnsupportedFormat),
    ] {
        assert_eq!(judge(client(), &input, now().into()).code(), code, "{input}");
    }
    // What stands beside it is named.
    let beside = body("snapShot", &state).replace('{', r#"{"description":"x","#);
    let claims = judge(client(), &beside, now().into()).claims.unwrap();
    assert_eq!(claims.member("unauthenticated").unwrap().to_string(), r#"["description"]"#);
    // Its own time is `timeStamp`, which not all say.
    assert_eq!(judge(client(), &state, At::Issued).code(), Code::Ok);
    let mut timeless = Object::new();
    for (name, value) in snapshot_members() {
        timeless.set(name, value);
    }
    let report = judge(client(), &sign(&timeless), At::Issued);
    assert_eq!(report.code(), Code::MissingMember);
    // Servers break the lines of `x5c`.
    let x5c = pki().device.x5c()[0].to_x5c();
    let (start, end) = x5c.split_at(76);
    let broken = Value::Array(vec![Value::from(format!("{start}\r\n{end}"))]);
    let header = Object::new().with("alg", "RS256").with("x5c", broken);
    let payload = snapshot().to_string();
    let token = pki().device.key().sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap();
    let strict = judge(client(), &token, now().into());
    assert_eq!(strict.code(), Code::Malformed);
    assert!(strict.hints.iter().any(|hint| hint.contains("--lenient x5c-encoding")));
    let lenient = judge(client().with_leniency(Leniency::X5cEncoding), &token, now().into());
    assert_eq!(lenient.code(), Code::Ok);
}

/// All members of a snapshot but its time.
fn snapshot_members() -> Vec<(String, Value<'static>)> {
    let all = snapshot();
    let named = all.iter().filter(|(name, _)| *name != "timeStamp");
    named.map(|(name, value)| (name.to_string(), value.clone().into_owned())).collect()
}
