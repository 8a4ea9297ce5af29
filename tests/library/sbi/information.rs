//! The information of devices, and what discovery says of them.

use super::*;

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
    assert_eq!(age.detail, "no window is expected, so age was not judged");
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
