//! What a kind cannot meet fails the item, wherever it is expected.

use super::*;

/// What an option asks for that is true of every artefact of the kinds that have such a thing.
fn expectations() -> Vec<(&'static str, Vec<String>, &'static [&'static str])> {
    const JWT: &[&str] = &["id-token", "access-token", "jws"];
    const DEVICES: &[&str] = &[
        "device-data",
        "digital-id",
        "sbi-device-info",
        "sbi-rcapture",
        "sbi-capture",
        "sbi-data",
        "cbeff",
        "sbi-management",
    ];
    const DVS: &[&str] = &["dvs-certificate", "dvs-signature"];
    let option = |name: &str, value: &str| vec![format!("--{name}"), value.to_owned()];
    vec![
        ("hash", option("hash", HASH), DVS),
        ("document", option("document", &WORLD.path("document")), DVS),
        ("request", option("request", &WORLD.path("request.json")), DVS),
        ("issuer", option("issuer", ISSUER), JWT),
        (
            "audience",
            option("audience", "me"),
            &["id-token", "access-token", "jws", "dvs-signature"],
        ),
        (
            "subject",
            option("subject", "user"),
            &["id-token", "access-token", "jws", "dvs-signature"],
        ),
        ("nonce", option("nonce", "n"), JWT),
        ("typ", option("typ", "JWT"), &["jws"]),
        ("scope", option("scope", "openid"), &["id-token", "access-token", "dvs-signature"]),
        ("longest-life", option("longest-life", "3600"), &["id-token", "access-token"]),
        (
            "timestamp-window",
            option("timestamp-window", "100000"),
            &[
                "mosip-registration",
                "device-data",
                "digital-id",
                "sbi-device-info",
                "sbi-rcapture",
                "sbi-capture",
                "sbi-data",
                "cbeff",
                "sbi-management",
            ],
        ),
        (
            "previous-hash",
            option("previous-hash", &"00".repeat(32)),
            &["sbi-rcapture", "sbi-capture"],
        ),
        ("trust-policy", option("trust-policy", "keymanager-v1"), DEVICES),
        (
            "domain",
            option("domain", "device"),
            // Those of IDA, which are the default for captures, leave no choice.
            &[
                "device-data",
                "digital-id",
                "sbi-device-info",
                "sbi-rcapture",
                "sbi-data",
                "cbeff",
                "sbi-management",
            ],
        ),
        (
            "organization",
            option("organization", Pki::MAKER),
            &[
                "device-data",
                "sbi-device-info",
                "sbi-rcapture",
                "sbi-capture",
                "sbi-data",
                "cbeff",
                "sbi-management",
            ],
        ),
        // The rules that these kinds have without being told do not decide by the level.
        ("level", option("level", "L0"), &[]),
    ]
}

#[test]
fn row_32_what_a_kind_cannot_meet_fails_the_item_though_everything_else_holds() {
    let mut unused = 0;
    for (kind, artefact, own) in artefacts() {
        assert_eq!(judge(&stream(&own), &json!({ "artefact": artefact }))["kind"], kind);
        assert_eq!(code(&own, &artefact), "ok", "{kind}");
        for (name, option, kinds) in expectations() {
            if kinds.contains(&kind) {
                continue;
            }
            let mut options = own.clone();
            options.extend(option.iter().map(String::as_str));
            let report = judge(&stream(&options), &json!({ "artefact": artefact }));
            assert_eq!(report["code"], "expectation-unused", "{kind} {name}: {report}");
            assert_eq!(report["verdict"], "invalid");
            assert!(report.get("claims").is_none(), "{kind} {name}");
            let check = &report["checks"][0];
            assert_eq!(check["check"], "expectations");
            assert!(
                check["detail"].as_str().is_some_and(|detail| detail.contains(name)),
                "{check}"
            );
            unused += 1;
        }
    }
    let applicable: usize = expectations().iter().map(|(_, _, kinds)| kinds.len()).sum();
    assert_eq!((unused, applicable), (14 * 16 - 59, 59), "each beside each");
}

#[test]
fn row_32_files_fail_too_and_quietly() {
    let file = WORLD.file("digital-id.jwt", &digital_id(&WORLD.pki.device));
    assert_eq!(verify(&arguments(&[]), &[&file], "").status.code(), Some(0));
    for (option, value) in [("--hash", "aa"), ("--issuer", "i"), ("--nonce", "n")] {
        let output = verify(&arguments(&[option, value, "-q"]), &[&file], "");
        assert_eq!((output.status.code(), output.stdout), (Some(1), vec![]), "{option}");
        let output = verify(&arguments(&[option, value]), &[&file], "");
        assert_eq!(output.status.code(), Some(1), "{option}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.starts_with("INVALID") && text.contains("expectation-unused"), "{text}");
        // Known before any input is read.
        let output = verify(&arguments(&[option, value, "--kind", "digital-id"]), &["none"], "");
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(option), "{option}");
    }
}

#[test]
fn row_32_an_expectation_of_a_record_is_not_passed_over_whoever_decides() {
    for (members, artefact, own) in [
        (json!({ "hash": "aa" }), digital_id(&WORLD.pki.device), &[][..]),
        (json!({ "request": request(1) }), digital_id(&WORLD.pki.device), &[]),
        (json!({ "issuer": "i" }), certificate(), &["--hash", HASH]),
        (json!({ "subject": "s" }), certificate(), &["--hash", HASH]),
        (json!({ "nonce": "n" }), registration(), &[]),
        (json!({ "audience": "a" }), rcapture(), &[]),
        (json!({ "previous-hash": "00".repeat(32) }), registration(), &[]),
    ] {
        assert_eq!(code(own, &artefact), "ok");
        for more in [&[][..], &["--trust-records"]] {
            let mut record = members.clone();
            record["artefact"] = artefact.as_str().into();
            let report = judge(&stream(&[own, more].concat()), &record);
            assert_eq!(report["code"], "expectation-unused", "{members}: {report}");
        }
    }
}

#[test]
fn row_32_what_is_known_to_fail_does_not_hide_behind_undecided() {
    let stream = |more: &[&str]| {
        let arguments = [more, &["--at", AT, "--ndjson", "-"]].concat();
        Stream::new(&arguments).expect("the arguments are right")
    };
    let record = json!({ "artefact": certificate() });
    let without_keys = judge(&stream(&["--hash", HASH]), &record);
    assert_eq!(without_keys["code"], "no-key");
    let report = judge(&stream(&["--hash", HASH, "--issuer", "i"]), &record);
    assert_eq!(
        (&report["verdict"], &report["code"]),
        (&json!("invalid"), &json!("expectation-unused"))
    );
    let record = json!({ "artefact": certificate(), "hash": "00" });
    let report = judge(&stream(&["--hash", HASH]), &record);
    assert_eq!((&report["verdict"], &report["code"]), (&json!("invalid"), &json!("hash-mismatch")));
}

#[test]
fn what_gives_and_expects_nothing_fails_no_kind() {
    let device = WORLD.path("device.pem");
    for (kind, artefact, own) in artefacts() {
        for more in [
            &["--unbound"][..],
            &["--trust", &device],
            &["--lenient", "x5c-encoding"],
            &["--allow-rsa-1024"],
            &["--leeway", "5"],
        ] {
            let own: Vec<&str> = match more {
                // One of the two is all that the command takes.
                ["--unbound"] => own
                    .iter()
                    .filter(|o| !["--hash", HASH, DVS_SIGNATURE_HASH].contains(o))
                    .copied()
                    .collect(),
                _ => own.clone(),
            };
            assert_eq!(code(&[&own, more].concat(), &artefact), "ok", "{kind} {more:?}");
        }
        // That everybody is believed expects nothing of those whose keys are given.
        let is_device =
            ["device-data", "digital-id", "cbeff"].contains(&kind) || kind.starts_with("sbi");
        if !is_device {
            let options = [&own[..], &["--trust-policy", "self-asserted"]].concat();
            let report = judge(&stream_without_trust(&options), &json!({ "artefact": artefact }));
            assert_eq!(report["code"], "ok", "{kind}: {report}");
        }
    }
}
