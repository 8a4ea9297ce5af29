//! When a device's signature is trusted: authorities, organisation, domain and level.

use super::*;

#[test]
fn the_organisation_is_asked_for() {
    let data = signed_device_data(&WORLD.pki.device, &WORLD.pki.device);
    assert_eq!(code(&["--organization", Pki::MAKER], &data), "ok");
    assert_eq!(code(&["--organization", "Another"], &data), "untrusted-chain");
    let table = "[device-data]\norganization = 'Another'\n";
    let policy = WORLD.file("organization.toml", table);
    assert_eq!(code(&["--policy", &policy], &data), "untrusted-chain");
}

#[test]
fn the_toolkit_has_its_level_and_its_organisation_from_the_caller() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    let capture =
        |id| sbi::answer(elements(id, "Registration", &[b"a"], FROM_THE_BEGINNING)).to_string();
    let toolkit = |more: &[&str], artefact: &str| {
        let rules = ["--trust-policy", "compliance-toolkit", "--organization", "test vendor"];
        code(&[&rules, more].concat(), artefact)
    };
    // A capture states no level.
    assert_eq!(toolkit(&[], &capture(device)), "untrusted-chain");
    for (level, good, bad) in [("L0", device, chip), ("L1", chip, device)] {
        assert_eq!(toolkit(&["--level", level], &capture(good)), "ok");
        assert_eq!(toolkit(&["--level", level], &capture(bad)), "untrusted-chain");
        let table = format!(
            "[sbi-rcapture]\ntrust-policy = 'compliance-toolkit'\nany-organization = true\n\
             level = '{level}'\n"
        );
        let policy = WORLD.file(&format!("level-{level}.toml"), &table);
        assert_eq!(code(&["--policy", &policy], &capture(good)), "ok");
        assert_eq!(code(&["--policy", &policy], &capture(bad)), "untrusted-chain");
        // The command line goes before the table.
        let another = ["--policy", &policy, "--organization", "Another"];
        assert_eq!(code(&another, &capture(good)), "untrusted-chain");
    }
    // Nobody's organisation, by choice; not by having said nothing.
    let any = ["--trust-policy", "compliance-toolkit", "--level", "L0", "--any-organization"];
    assert_eq!(code(&any, &capture(device)), "ok");
    let nothing = &any[..4];
    for wrong in [nothing, &["--trust-policy", "ida", "--level", "L0"], &["--level", "SBI 1.0"]] {
        assert!(Stream::new(&[wrong, &["--ndjson", "-"]].concat()).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_domain_of_keymanagers_rules_is_that_of_everything() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    for rules in ["keymanager-v1", "keymanager-v2"] {
        let code =
            |domain, artefact: &str| code(&["--trust-policy", rules, "--domain", domain], artefact);
        assert_eq!(code("ftm", &signed_device_data(chip, chip)), "ok");
        // Only the digital id, and only the data, is what the domain vouches for.
        assert_eq!(code("ftm", &signed_device_data(chip, device)), "untrusted-chain");
        assert_eq!(code("ftm", &signed_device_data(device, chip)), "untrusted-chain");
        assert_eq!(code("device", &signed_device_data(device, device)), "ok");
    }
    // Those of the client leave the choice for digital ids alone.
    let client = ["--trust-policy", "registration-client", "--domain", "ftm"];
    assert_eq!(code(&client, &signed_device_data(chip, device)), "ok");
    assert_eq!(code(&client, &signed_device_data(chip, chip)), "untrusted-chain");
}

#[test]
fn a_domain_alone_is_that_of_the_default_rules_which_may_have_none_to_choose() {
    let chip = digital_id(&WORLD.pki.chip);
    assert_eq!(code(&[], &chip), "untrusted-chain");
    assert_eq!(code(&["--domain", "ftm"], &chip), "ok");
    assert_eq!(code(&["--domain", "ftm"], &capture()), "expectation-unused");
    assert!(Stream::new(&["--trust-policy", "ida", "--domain", "ftm", "--ndjson", "-"]).is_err());
}

#[test]
fn authorities_on_the_command_line_take_the_place_of_the_policys() {
    let table = format!("[digital-id]\ntrust = ['device={}']\n", WORLD.path("device.pem"));
    let policy = WORLD.file("trust.toml", &table);
    let code = |more: &[&str], device: &Device| {
        let arguments = [&["--policy", &policy], more, &["--at", AT, "--ndjson", "-"]].concat();
        let stream = Stream::new(&arguments).expect("the arguments are right");
        judge(&stream, &json!({ "artefact": digital_id(device) }))["code"].clone()
    };
    let other = format!("device={}", WORLD.path("other-device.pem"));
    assert_eq!(code(&[], &WORLD.pki.device), "ok");
    assert_eq!(code(&[], &WORLD.other.device), "untrusted-chain");
    assert_eq!(code(&["--trust", &other], &WORLD.other.device), "ok");
    assert_eq!(code(&["--trust", &other], &WORLD.pki.device), "untrusted-chain");
}

#[test]
fn captures_are_judged_by_the_rules_of_who_consumes_them() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    let answer =
        |id, purpose| sbi::answer(elements(id, purpose, &[b"a"], FROM_THE_BEGINNING)).to_string();
    for (id, purpose, expected) in [
        // IDA wants the chip to sign the digital id, the client the device.
        (chip, "Auth", "ok"),
        (device, "Auth", "untrusted-chain"),
        (chip, "Registration", "untrusted-chain"),
        (device, "Registration", "ok"),
    ] {
        assert_eq!(code(&[], &answer(id, purpose)), expected, "{purpose}");
    }
}

#[test]
fn intermediates_lead_to_an_authority_and_are_none_themselves() {
    let root = WORLD.file("root.pem", &WORLD.pki.device_root.certificate().to_pem());
    let between = WORLD.path("device.pem");
    let id = digital_id(&WORLD.pki.device);
    let judge = |more: &[&str]| {
        let report = judge(&stream_without_trust(more), &json!({ "artefact": id }));
        report["code"].as_str().expect("a code").to_owned()
    };
    assert_eq!(judge(&["--trust", &root]), "untrusted-chain");
    assert_eq!(judge(&["--trust", &root, "--intermediates", &between]), "ok");
    assert_eq!(
        judge(&["--trust", &root, "--intermediates", &format!("ftm={between}")]),
        "untrusted-chain"
    );
    assert_ne!(judge(&["--intermediates", &between]), "ok");
    let policy = format!("[digital-id]\ntrust = [\"{root}\"]\nintermediates = [\"{between}\"]");
    let policy = WORLD.file("intermediates.toml", &policy);
    assert_eq!(judge(&["--policy", &policy]), "ok");
}
