//! What devices and servers sign, in the other forms in which it is kept: bare, in packets, and what a
//! device writes that is not registered.

use super::*;
use countersign::Algorithm;
use countersign::mosip::trust::Leniency;
use countersign_testkit::Issuer as _;
use countersign_testkit::sbi::{key_rotation, packet, segment, snapshot};

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
                    entry.detail.contains("digitalId") && matches!(entry.outcome, Outcome::Fail(_))
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

/// The tokens of captured data, with values of these lengths, and padding in what is signed.
fn captured_tokens(lengths: &[usize], padding: &str) -> Vec<String> {
    let id = pki().chip.sign(&digital_id("1").to_string()).unwrap();
    let sign = |length: &usize| {
        let bare = base64::encode_url(&vec![0xfb; *length]);
        let padding = padding.repeat((4 - bare.len() % 4) % 4);
        let payload = data(&id, "Finger", &format!("{bare}{padding}")).to_string();
        pki().device.sign(&payload).unwrap()
    };
    lengths.iter().map(sign).collect()
}

fn explain_packet(trust: Trust, xml: &str) -> Report {
    let verifier = cbeff::Verifier::new(trust, Policy::default());
    let report = verifier.explain(xml.as_bytes(), &Expected::new(), now());
    let verdict = verifier.verify(xml.as_bytes(), &Expected::new(), now());
    assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
    report
}

const EXCEPTION: &str = "<BIR><Others><Key>EXCEPTION</Key><Value>true</Value></Others></BIR>";

#[test]
fn every_segment_of_a_packet_is_verified_in_either_form() {
    for padding in ["", "="] {
        let tokens = captured_tokens(&[3, 4, 5], padding);
        let mut segments: Vec<_> = tokens.iter().map(|one| segment(one).unwrap()).collect();
        segments.push(EXCEPTION.into());
        let xml = packet(&segments);
        let report = explain_packet(trust(Consumer::Ida), &xml);
        assert_eq!(report.code(), Code::Ok, "{:?}", failure(&report));
        let claims = report.claims.unwrap();
        assert_eq!(claims.member("segments").unwrap().as_array().unwrap().len(), 3);
        let outside = claims.member("unauthenticated").unwrap().to_string();
        assert!(outside.contains("segments[0].BDBInfo") && outside.contains("[3].EXCEPTION"));
        // The other form of what stands beside the value, and white space in base64.
        let other = xml
            .replace("<Others><Key>PAYLOAD</Key><Value>", "<others><entry key=\"PAYLOAD\">")
            .replace(
                "</Value></Others></BIR><BIR><BDBInfo>",
                "</entry></others></BIR><BIR><BDBInfo>",
            )
            .replace("</Value></Others></BIR><BIR><Others>", "</entry></others></BIR><BIR><Others>")
            .replace("<SB>", "<SB>\r\n  ")
            .replace("</SB>", "\n</SB>");
        assert_ne!(other, xml);
        assert_eq!(explain_packet(trust(Consumer::Ida), &other).code(), Code::Ok);
        // A packet may be one segment.
        assert_eq!(explain_packet(trust(Consumer::Ida), &segments[0]).code(), Code::Ok);
        // Those of other rules, of nobody, and another value.
        let client = explain_packet(trust(Consumer::RegistrationClient), &xml);
        assert_eq!(client.code(), Code::UntrustedChain);
        let value = base64::encode_standard(&[0xfb; 4]);
        let altered = xml.replace(&format!("<BDB>{value}"), "<BDB>AAAAAA==");
        assert_ne!(altered, xml);
        let report = explain_packet(Trust::self_asserted(), &altered);
        assert_eq!(failure(&report), Some(("segments[1].data", &Error::SignatureMismatch)));
    }
}

#[test]
fn a_segment_that_is_not_signed_or_says_more_than_it_holds_is_refused() {
    let token = &captured_tokens(&[3], "")[0];
    let good = segment(token).unwrap();
    let sb = good.split("<SB>").nth(1).unwrap().split("</SB>").next().unwrap();
    let without_sb = good.replace(&format!("<SB>{sb}</SB>"), "");
    let exception = "<Others><Key>EXCEPTION</Key><Value>true</Value></Others></BIR>";
    for (segments, code) in [
        (vec![without_sb.clone()], Code::UnsignedLayer),
        (vec![good.clone(), without_sb.clone()], Code::UnsignedLayer),
        // Whoever gives a value cannot have had nothing to capture.
        (vec![without_sb.replace("</BIR>", exception)], Code::UnsignedLayer),
        (vec![good.replace("</BIR>", exception)], Code::Ok),
        (vec![good.clone(), "<BIR/>".into()], Code::UnsignedLayer),
        (vec![EXCEPTION.into()], Code::UnsupportedFormat),
        (vec![good.clone(); 17], Code::TooLarge),
        (vec![good.replace("<SB>", "<SB>AAAA</SB><SB>")], Code::DuplicateMember),
        (vec![good.replace("<BDB>", "<BDB>AAAA</BDB><BDB>")], Code::DuplicateMember),
        (
            vec![good.replace("<Others>", "<Others><Key>PAYLOAD</Key><Value/></Others><Others>")],
            Code::DuplicateMember,
        ),
        (vec![good.replace("<SB>", "<SB><x/>")], Code::WrongType),
        (vec![good.replace("<BDB>", "<BDB>!")], Code::Malformed),
        (vec![good.replace("&lt;bioValue&gt;", "")], Code::Malformed),
        (vec!["<x/>".into()], Code::UnsignedLayer),
    ] {
        let trust = Trust::self_asserted().with_partly_signed(PartlySigned::Allow);
        let report = explain_packet(trust, &packet(&segments));
        assert_eq!(report.code(), code, "{segments:?}: {:?}", failure(&report));
    }
    let root = packet(core::slice::from_ref(&good));
    let nested = root.replacen("<BIR><BDBInfo>", "<SB>AAAA</SB><BIR><BDBInfo>", 1);
    assert_eq!(explain_packet(Trust::self_asserted(), &nested).code(), Code::DuplicateMember);
    for (xml, code) in [
        ("<html/>", Code::UnsupportedFormat),
        ("", Code::Malformed),
        ("{}", Code::Malformed),
        ("<!DOCTYPE BIR><BIR/>", Code::Malformed),
    ] {
        assert_eq!(explain_packet(Trust::self_asserted(), xml).code(), code, "{xml}");
    }
}

#[test]
fn what_is_expected_of_captured_data_is_required_of_every_segment() {
    let tokens = captured_tokens(&[3, 4], "");
    let xml = packet(&tokens.iter().map(|one| segment(one).unwrap()).collect::<Vec<_>>());
    let verifier = cbeff::Verifier::new(Trust::self_asserted(), Policy::default());
    for (expected, code) in [
        (Expected::new().purpose("Registration"), Code::Ok),
        (Expected::new().purpose("Auth"), Code::ContentMismatch),
        (Expected::new().transaction_id("-"), Code::ContentMismatch),
    ] {
        let report = verifier.explain(xml.as_bytes(), &expected, At::Issued);
        assert_eq!(report.code(), code);
        let verdict = verifier.verify(xml.as_bytes(), &expected, At::Issued);
        assert_eq!(verdict.err().map_or(Code::Ok, |error| error.code()), code);
    }
}

#[test]
fn what_is_expected_of_captures_together_is_refused_of_a_packet_which_nobody_captured_at_once() {
    let tokens = captured_tokens(&[3, 4], "");
    let xml = packet(&tokens.iter().map(|one| segment(one).unwrap()).collect::<Vec<_>>());
    let verifier = cbeff::Verifier::new(Trust::self_asserted(), Policy::default());
    for (expected, expectation) in [
        (Expected::new().span(0), "span"),
        (Expected::new().mixed(Mixed::Deny), "deny-mixed"),
        (Expected::new().previous_hash("AA"), "previous-hash"),
    ] {
        let report = verifier.explain(xml.as_bytes(), &expected, now());
        let unused = Error::ExpectationUnused { expectation };
        assert_eq!(failure(&report).map(|(_, error)| error), Some(&unused));
        assert_eq!(verifier.verify(xml.as_bytes(), &expected, now()), Err(unused));
    }
}

#[test]
fn a_segment_that_calls_itself_an_exception_and_is_none_has_that_named() {
    let good = segment(&captured_tokens(&[3], "")[0]).unwrap();
    for said in ["true", "false"] {
        let exception = format!("<Others><Key>EXCEPTION</Key><Value>{said}</Value></Others></BIR>");
        let xml = packet(&[good.replace("</BIR>", &exception)]);
        let claims = explain_packet(Trust::self_asserted(), &xml).claims.unwrap();
        let outside = claims.member("unauthenticated").unwrap().to_string();
        assert!(outside.contains("segments[0].EXCEPTION"), "{outside}");
    }
    // Nothing beside the layer has its name.
    let xml = packet(&[good.replace("<BDB>", "<data>x</data><BDB>")]);
    let claims = explain_packet(Trust::self_asserted(), &xml).claims.unwrap();
    let outside = claims.member("unauthenticated").unwrap().as_array().unwrap();
    let names: Vec<_> = outside.iter().filter_map(Value::as_str).collect();
    assert_eq!(names, ["segments[0].BDBInfo", "segments[0][\"data\"]"]);
}

#[test]
fn a_segment_with_padding_says_what_is_wrong_beyond_its_signature() {
    let token = &captured_tokens(&[4], "=")[0];
    let payload =
        String::from_utf8(base64::decode_url(token.split('.').nth(1).unwrap().as_bytes()).unwrap());
    let bare = base64::encode_url(&[0xfb; 4]);
    let payload = payload.unwrap().replace(&format!("{bare}=="), "<bioValue>");
    let parts: Vec<&str> = token.split('.').collect();
    let sb = format!("{}..{}", parts[0], parts[2]);
    let segment = Segment { sb: &sb, bdb: &[0xfb; 4], payload: &payload };
    let code = |trust: Trust, bdb| {
        let verifier = DataVerifier::new(trust, Policy::default());
        let verdict = Segment { bdb, ..segment }.verify(&verifier, &Expected::new(), now());
        verdict.map_or_else(|error| error.code(), |_| Code::Ok)
    };
    assert_eq!(code(trust(Consumer::Ida), &[0xfb; 4]), Code::Ok);
    assert_eq!(code(trust(Consumer::RegistrationClient), &[0xfb; 4]), Code::UntrustedChain);
    assert_eq!(code(trust(Consumer::Ida), &[0; 4]), Code::SignatureMismatch);
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
