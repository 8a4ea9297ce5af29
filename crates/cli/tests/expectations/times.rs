//! Times, ages and lives of artefacts.

use super::support::seed;
use super::*;

#[test]
fn a_sample_of_the_platform_is_still_valid_with_its_policy() {
    let policy = root().join("test-vectors/seed/policy.toml");
    let arguments = ["--policy", policy.to_str().expect("UTF-8"), "--ndjson", "-"];
    let stream = Stream::new(&arguments).expect("the arguments are right");
    for name in ["dvs-verify-response.json", "registered-devices-response.json"] {
        assert_eq!(judge(&stream, &json!({ "artefact": seed(name) }))["code"], "ok", "{name}");
    }
}

#[test]
fn what_is_dated_later_than_the_time_of_judgement_is_refused_and_age_is_judged_if_a_window_is_given()
 {
    let device = &WORLD.pki.device;
    let dated = |time: &str| {
        let id = mosip::digital_id("1").with("dateTime", time).to_string();
        device.sign(&id).expect("a token")
    };
    let (same, later) = (dated("2020-01-13T12:50:42Z"), dated("2020-01-13T12:50:43Z"));
    let age = |report: &Value| {
        let checks = report["checks"].as_array().expect("checks").clone();
        let age = checks.into_iter().find(|check| check["check"] == "timestamp-window");
        age.expect("a check of the age")
    };
    let report = judge(&stream(&[]), &json!({ "artefact": same }));
    assert_eq!(report["code"], "ok");
    assert_eq!(age(&report)["outcome"], "skip");
    assert!(age(&report)["detail"].as_str().is_some_and(|text| text.contains("no window")));
    assert_eq!(code(&[], &later), "not-yet-valid");
    assert_eq!(code(&["--leeway", "1"], &later), "ok");
    // Ends are excluded.
    for (window, wanted) in [("1", "ok"), ("0", "timestamp-window")] {
        assert_eq!(code(&["--window", window], &same), wanted);
        assert_eq!(code(&["--timestamp-window", window], &same), wanted);
    }
    // The window of a policy, in either spelling.
    for member in ["timestamp-window", "window"] {
        let policy = WORLD.file("window.toml", &format!("[digital-id]\n{member} = 0"));
        assert_eq!(code(&["--policy", &policy], &same), "timestamp-window");
    }
    // As at its own time, nothing has an age: an expectation that cannot be judged is none.
    let issued = ["--at", "issued", "--window", "10"];
    let report = judge(&stream(&issued), &json!({ "artefact": same }));
    assert_eq!(report["code"], "expectation-unused");
    assert!(report["hints"].to_string().contains("--at"), "{report}");
    // One verdict on a time that cannot be read, whenever it is judged.
    let unreadable = dated("yesterday");
    for at in [AT, "issued"] {
        assert_eq!(code(&["--at", at], &unreadable), "malformed", "{at}");
    }
    // Lower case is the same time.
    assert_eq!(code(&["--at", "2020-01-13t12:50:42z"], &same), "ok");
}

#[test]
fn a_token_lives_as_long_as_is_accepted_and_has_the_scopes_that_are_expected() {
    let names = ["--issuer", ISSUER, "--audience", "me"];
    let access = |expiry| token(&miracl::access_claims(ISSUER, "me", "user", &["openid"], expiry));
    let code = |more: &[&str], artefact: &str| code(&[&names[..], more].concat(), artefact);
    assert_eq!(code(&[], &access(CAPTURED + 3600)), "ok");
    assert_eq!(code(&[], &access(CAPTURED + 3601)), "timestamp-window");
    assert_eq!(code(&["--longest-life", "3601"], &access(CAPTURED + 3601)), "ok");
    assert_eq!(code(&["--longest-life", "59"], &access(CAPTURED + 60)), "timestamp-window");
    assert_eq!(code(&["--scope", "openid"], &access(CAPTURED + 60)), "ok");
    assert_ne!(code(&["--scope", "openid", "--scope", "email"], &access(CAPTURED + 60)), "ok");
    let policy = "[access-token]\nscope = [\"email\"]\nlongest-life = 60";
    let policy = WORLD.file("life.toml", policy);
    assert_ne!(code(&["--policy", &policy], &access(CAPTURED + 60)), "ok");
    assert_eq!(code(&["--policy", &policy, "--scope", "openid"], &access(CAPTURED + 60)), "ok");
    assert_eq!(
        code(&["--policy", &policy, "--scope", "openid"], &access(CAPTURED + 61)),
        "timestamp-window"
    );
}
