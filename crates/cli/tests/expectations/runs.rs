//! One input and one line among others, and wrong usage.

use std::time::Duration;

use super::*;

#[test]
fn row_43_one_bad_input_never_ends_a_run_of_files() {
    let access = miracl::access_claims(ISSUER, "me", "user", &["openid"], CAPTURED + 60);
    let files = [
        WORLD.file("bound-to-nothing.json", r#"{"certificate":"x"}"#),
        WORLD.file("access.jwt", &token(&access)),
        WORLD.file("nobodys.jws", &jws()),
        WORLD.file("good.jwt", &registration()),
    ];
    let mut inputs: Vec<&str> = files.iter().map(String::as_str).collect();
    inputs.insert(1, "no-such-file");
    for threads in ["1", "3"] {
        let output = verify(&arguments(&["--format", "ndjson", "--threads", threads]), &inputs, "");
        assert_eq!((output.status.code(), output.stderr), (Some(1), vec![]));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let reports = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let codes: Vec<_> = reports.map(|report: Value| report["code"].clone()).collect();
        let missing = "missing-member";
        assert_eq!(codes, [missing, "unreadable", missing, missing, "ok"]);
    }
}

/// Tells how the command ends while its stdin is open and nothing comes.
fn exit_with_open_stdin(arguments: &[&str]) -> Option<i32> {
    let mut child = countersign(arguments).spawn().expect("the command starts");
    let stdin = child.stdin.take();
    for _ in 0..600 {
        if let Some(status) = child.try_wait().expect("the command is ours") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(stdin);
    child.kill().expect("the command is ours");
    None
}

#[test]
fn row_43_wrong_usage_and_configuration_are_found_before_anything_is_read() {
    let misuse = Some(2);
    for arguments in [
        &["--kind", "dvs-certificate"][..],
        &["--kind", "dvs-signature", "--subject", "user"],
        &["--kind", "id-token", "--issuer", "i"],
        &["--kind", "jws", "--audience", "a"],
        &["--kind", "mosip-registration", "--hash", "00"],
        &["--kind", "sbi-capture", "--domain", "ftm"],
        &["--kind", "digital-id", "--organization", "o"],
        &["--kind", "dvs-certificate", "--issuer", "i", "--ndjson"],
        &["--key", "no-such-file"],
        &["--policy", "no-such-file"],
        &["--document", "no-such-file"],
        &["--trust", "no-such-file"],
        &["--trust-records"],
    ] {
        let arguments = [&["verify"], arguments, &["-"]].concat();
        assert_eq!(exit_with_open_stdin(&arguments), misuse, "{arguments:?}");
    }
    // Nor is a secret read, or a key set fetched, for what the command line alone shows.
    for arguments in [
        &["--kind", "dvs-signature", "--server-secret", "-"][..],
        &["--kind", "dvs-signature", "--server-secret", "-", "--unbound", "--issuer", "i"],
        &["--kind", "jws", "--jwks", "https://countersign.invalid/keys"],
    ] {
        let arguments = [&["verify"], arguments, &["no-such-file"]].concat();
        assert_eq!(exit_with_open_stdin(&arguments), misuse, "{arguments:?}");
    }
}

#[test]
fn row_47_an_id_that_is_the_place_of_another_line_is_told_apart_by_its_own_place() {
    let stream = stream(&["--hash", HASH]);
    let forged = json!({ "id": "-:2", "artefact": certificate() });
    let text = format!("{forged}\nno record\n{}\n", json!({ "id": 7, "artefact": "" }));
    let reports: Vec<Value> = stream
        .judge(text.as_bytes())
        .iter()
        .map(|report| serde_json::from_str(report).expect("JSON"))
        .collect();
    let of = |member: &str| reports.iter().map(|report| report[member].clone()).collect::<Vec<_>>();
    assert_eq!(of("id"), ["-:2", "-:2", "7"]);
    assert_eq!(of("place"), ["-:1", "-:2", "-:3"]);
    assert_eq!(of("code"), ["ok", "malformed", "malformed"]);
    let arguments = arguments(&["--hash", HASH, "--ndjson", "--format", "text"]);
    let output = verify(&arguments, &["-"], &text);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("VALID      -:2  dvs-certificate  ok\n  from -:1\n"), "{text}");
    assert!(text.contains("INVALID    -:2  unknown  malformed\n  ✗"), "{text}");
}
