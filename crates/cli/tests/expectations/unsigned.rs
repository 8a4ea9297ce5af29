//! Nothing that a sender writes outside a signature chooses what is checked.

use countersign::encoding::base64::encode_standard;

use super::*;

/// Calls with every way to put `sessionKey` and other unsigned members into the elements of a
/// capture, or to take them out.
fn with_unsigned_members(answer: &str, mut look: impl FnMut(&str)) {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let count = answer["biometrics"].as_array().expect("an array").len();
    for mask in 0..1_u32 << count {
        let mut changed = answer.clone();
        for index in 0..count {
            let element = changed["biometrics"][index].as_object_mut().expect("an object");
            if mask & (1 << index) == 0 {
                element.remove("sessionKey");
                element.remove("thumbprint");
            } else {
                element.insert("sessionKey".into(), json!("x"));
            }
        }
        look(&changed.to_string());
        for (member, value) in [
            ("error", json!({ "errorCode": "101", "errorInfo": "" })),
            ("purpose", json!("Auth")),
            ("certificate", json!(certificate())),
        ] {
            changed[member] = value;
            look(&changed.to_string());
        }
    }
}

#[test]
fn row_36_nothing_beside_the_signed_data_of_a_capture_makes_it_valid() {
    let policy = WORLD.file("bound.toml", &format!("[dvs-certificate]\nhash = '{HASH}'\n"));
    let own = &["--policy", &policy][..];
    assert_eq!(code(own, &certificate()), "ok", "what is put beside the captures is valid alone");
    let untrusted = elements(&WORLD.other.device, "Registration", &[b"a"], FROM_THE_BEGINNING);
    let no_chip = elements(&WORLD.pki.device, "Auth", &[b"a", b"b"], FROM_THE_BEGINNING);
    let with_chip = elements(&WORLD.pki.chip, "Registration", &[b"a"], FROM_THE_BEGINNING);
    let mixed: Vec<_> = elements(&WORLD.pki.device, "Registration", &[b"a"], FROM_THE_BEGINNING)
        .into_iter()
        .chain(elements(&WORLD.pki.chip, "Auth", &[b"b"], FROM_THE_BEGINNING))
        .collect();
    let unknown = elements(&WORLD.pki.chip, "Other", &[b"a"], FROM_THE_BEGINNING);
    let answer = |elements| sbi::answer(elements).to_string();
    for (answer, expected) in [
        (rcapture_broken(), "hash-mismatch"),
        (answer(untrusted), "untrusted-chain"),
        (answer(no_chip), "untrusted-chain"),
        (answer(with_chip), "untrusted-chain"),
        (answer(mixed), "unsupported-format"),
        (answer(unknown), "unsupported-format"),
    ] {
        let code = judge(&stream(&[]), &json!({ "artefact": answer }))["code"].clone();
        assert_eq!(code, expected);
        with_unsigned_members(&answer, |changed| {
            let report = judge(&stream(own), &json!({ "artefact": changed }));
            assert_eq!(report["verdict"], "invalid", "{report}");
        });
    }
    // And it makes nothing of what is valid but that.
    for (answer, kind) in [(rcapture(), "sbi-rcapture"), (capture(), "sbi-capture")] {
        let mut kinds = BTreeSet::new();
        with_unsigned_members(&answer, |changed| {
            let report = judge(&stream(&[]), &json!({ "artefact": changed }));
            let verdict = (report["kind"].to_string(), report["code"].to_string());
            kinds.insert(verdict);
        });
        let quoted = |text: &str| format!("\"{text}\"");
        let expected =
            [(quoted(kind), quoted("ok")), (quoted("unknown"), quoted("unsupported-format"))];
        assert_eq!(kinds, BTreeSet::from(expected));
    }
}

#[test]
fn row_36_a_capture_that_does_not_say_its_purpose_needs_a_kind_from_the_run() {
    let answer = elements(&WORLD.pki.chip, "Other", &[b"a"], FROM_THE_BEGINNING);
    let answer = sbi::answer(answer).to_string();
    let report = judge(&stream(&[]), &json!({ "artefact": answer }));
    assert_eq!(report["code"], "unsupported-format");
    assert!(report["hints"].to_string().contains("--kind sbi-rcapture"), "{report}");
    assert_eq!(code(&["--kind", "sbi-capture"], &answer), "ok");
    let large = vec![7; 1 << 20];
    let answer_of_megabytes = elements(&WORLD.pki.chip, "Other", &[&large], FROM_THE_BEGINNING);
    let file = WORLD.file("large.json", &sbi::answer(answer_of_megabytes).to_string());
    for (more, exit, text) in
        [(&[][..], 1, "--kind sbi-rcapture"), (&["--kind", "sbi-capture"], 0, "ok")]
    {
        let output = verify(&arguments(more), &[&file], "");
        assert_eq!(output.status.code(), Some(exit));
        assert!(String::from_utf8_lossy(&output.stdout).contains(text));
    }
    let named = json!({ "artefact": answer, "kind": "sbi-capture" });
    let report = judge(&stream(&[]), &named);
    assert_eq!(report["code"], "unsupported-format");
    assert!(report["hints"].to_string().contains("`kind` of the record"), "{report}");
    let report = judge(&stream(&["--trust-records"]), &named);
    assert_eq!((&report["code"], &report["overrides"]), (&json!("ok"), &json!(["kind"])));
}

#[test]
fn row_36_no_changed_character_of_a_devices_token_is_undecided() {
    let token = std::fs::read_to_string(data("digital-id.jwt")).expect("a file");
    let token = token.trim_end();
    // Nobody has to vouch for it, and no key is given.
    let arguments = ["--trust-policy", "self-asserted", "--unbound", "--at", AT, "--ndjson", "-"];
    let stream = Stream::new(&arguments).expect("the arguments are right");
    assert_eq!(judge(&stream, &json!({ "artefact": token }))["code"], "ok");
    for position in (0..token.len()).step_by(3) {
        let mut changed = token.as_bytes().to_vec();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        let report = judge(&stream, &json!({ "artefact": changed }));
        assert_eq!(report["verdict"], "invalid", "{position}: {report}");
    }
    // A device's token whose payload is of no known kind, with a good signature.
    let unknown = WORLD.pki.device.sign(r#"{"serialNo":"1"}"#).expect("a token");
    let report = judge(&stream, &json!({ "artefact": unknown }));
    assert_eq!(report["code"], "unsupported-format");
    assert!(report["hints"].to_string().contains("--kind jws"), "{report}");
}

#[test]
fn row_36_an_object_with_the_members_of_several_kinds_is_never_verified_in_part() {
    let own = ["--hash", HASH];
    let certificate: Value =
        serde_json::from_str(&miracl::certificate_answer(&certificate()).to_string())
            .expect("JSON");
    assert_eq!(code(&own, &certificate.to_string()), "ok");
    let info: Value = serde_json::from_str(&sbi_info()).expect("JSON");
    for (name, member) in [
        ("biometrics", json!([])),
        ("deviceInfo", info[0]["deviceInfo"].clone()),
        ("deviceData", json!("e30")),
        ("mpinId", json!("7b7d")),
    ] {
        let mut both = certificate.clone();
        both[name] = member;
        assert_eq!(code(&own, &both.to_string()), "unsupported-format", "{name}");
        let kind = [&own[..], &["--kind", "dvs-certificate"]].concat();
        assert_eq!(code(&kind, &both.to_string()), "ok", "{name}: the caller may choose");
    }
}

#[test]
fn unsigned_base64_of_a_devices_message_is_never_valid() {
    let info = device_info("e30", "L0");
    for text in [device_data(info.clone()).to_string(), info.to_string()] {
        let report = judge(&stream(&[]), &json!({ "artefact": encode_standard(text.as_bytes()) }));
        assert_eq!(report["verdict"], "invalid", "{report}");
    }
    let header = WORLD.issuer.header(Algorithm::Rs256).with("x5c", "none");
    let generic = WORLD.issuer.sign(&header, b"{\"exp\":1}", Algorithm::Rs256).expect("a token");
    assert_eq!(code(&["--unbound"], &generic), "unsupported-format");
}
