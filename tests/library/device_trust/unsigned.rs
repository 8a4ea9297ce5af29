//! Layers without a signature of their own.

use super::*;

/// Device data around a genuine digital id, of which nothing but that is signed.
fn stripped(id: &Device, level: &str) -> String {
    let id = id.sign(&id_text()).unwrap();
    encode(&device_data(Value::Object(device_info(&id, level))).to_string())
}

#[test]
fn a_message_whose_outermost_layer_is_not_signed_is_refused() {
    let info_text = device_info(&pki().device.sign(&id_text()).unwrap(), "L0").to_string();
    let info = pki().device.sign(&info_text).unwrap();
    let plain_info = device_info(&encode(&id_text()), "L0").to_string();
    for message in [
        encode(&device_data(info.as_str()).to_string()),
        encode(&device_data(encode(&info_text)).to_string()),
        stripped(&pki().device, "L0"),
        encode(&encode(&device_data(info.as_str()).to_string())),
        // Nothing at all is signed.
        encode(&device_data(encode(&plain_info)).to_string()),
        device_data(info.as_str()).to_string(),
    ] {
        for trust in [client(), Trust::self_asserted()] {
            let report = explain(trust, &message, time(NOW));
            let error = Error::UnsignedLayer { part: "deviceData" };
            assert_eq!(first_failure(&report).unwrap().1, &error, "{message}");
            assert_eq!((report.code(), report.claims), (Code::UnsignedLayer, None));
            assert!(!report.warnings.contains(&Warning::UnsignedLayers));
        }
    }
    // What is not signed is named, and nothing more is said of it.
    let report = explain(client(), &stripped(&pki().device, "L0"), time(NOW));
    let failed = report.checks.iter().filter(|entry| matches!(entry.outcome, Outcome::Fail(_)));
    let failed: Vec<_> = failed.map(|entry| (entry.part.as_deref(), entry.check.name())).collect();
    assert_eq!(failed, [(Some("deviceData"), "signature"), (Some("deviceInfo"), "signature")]);
    // What is no device data at all has other faults.
    for (body, code) in [
        ("{}", Code::MissingMember),
        (r#"{"purpose":"Auth"}"#, Code::MissingMember),
        (r#"{"deviceInfo":"e30"}"#, Code::MissingMember),
        (r#"{"request":{}}"#, Code::MissingMember),
        (r#"{"request":{"deviceData":{}}}"#, Code::WrongType),
    ] {
        assert_eq!(explain(client(), body, time(NOW)).code(), code, "{body}");
    }
    // Within signed data, an object needs no signature of its own.
    let inner = pki().device.sign(&device_data(encode(&info_text)).to_string()).unwrap();
    let report = explain(client(), &inner, time(NOW));
    assert_eq!((report.code(), report.warnings.len()), (Code::Ok, 0));

    for id in [encode(&id_text()), id_text(), format!(r#"{{"digitalId":{}}}"#, id_text())] {
        let error = judge_id(pki().store(), rules(Consumer::KeymanagerV1), &id).unwrap_err();
        assert_eq!(error, Error::UnsignedLayer { part: "digitalId" }, "{id}");
    }
    for other in ["{}", r#"{"serialNo":"1"}"#] {
        let error = judge_id(pki().store(), rules(Consumer::KeymanagerV1), other).unwrap_err();
        assert_eq!(error.code(), Code::UnsupportedFormat, "{other}");
    }
}

#[test]
fn a_partly_signed_message_is_valid_by_choice_only_and_hands_out_nothing_unsigned() {
    let device = &pki().device;
    let info_text = device_info(&device.sign(&id_text()).unwrap(), "L0").to_string();
    let info = device.sign(&info_text).unwrap();
    let allowed = |trust: Trust| trust.with_partly_signed(PartlySigned::Allow);
    let warnings = [Warning::Unauthenticated, Warning::UnsignedLayers];

    let outer = encode(&device_data(info.as_str()).to_string());
    let report = explain(allowed(client()), &outer, time(NOW));
    assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &warnings[..]));
    let claims = report.claims.unwrap();
    assert!(claims.member("deviceInfo").is_some() && claims.member("deviceData").is_none());
    assert_eq!(claims.member("unauthenticated").unwrap().to_string(), r#"["deviceData"]"#);
    let verifier = Verifier::new(allowed(client()), Policy::default());
    let found = verifier.verify(outer.as_bytes(), &Expected::new(), time(NOW)).unwrap();
    let layers = found.content();
    assert!(layers.device_data().is_none() && layers.device_info().is_some());
    assert_eq!(layers.digital_id().serial_no, "1801160992");
    assert_eq!(layers.unauthenticated_data().unwrap().device_id.as_deref().unwrap().len(), 36);
    assert_eq!(found.unauthenticated(), ["deviceData"]);
    for (part, expected) in [("deviceData", false), ("deviceInfo", true), ("deviceDate", false)] {
        assert_eq!(found.is_authentic(part), expected, "{part}");
    }
    // As the command says it.
    let lenient = client().with_leniency(Leniency::UnsignedLayers);
    assert_eq!(lenient, allowed(client()));
    assert_eq!(allowed(client()).with_partly_signed(PartlySigned::Deny), client());

    // Nothing but the digital id: without rules, it alone is handed out.
    let only_id = stripped(device, "L0");
    let verifier = Verifier::new(allowed(Trust::self_asserted()), Policy::default());
    let found = verifier.verify(only_id.as_bytes(), &Expected::new(), time(NOW)).unwrap();
    assert!(found.content().device_info().is_none() && found.content().device_data().is_none());
    assert_eq!(found.content().digital_id().serial_no, "1801160992");
    assert_eq!(found.unauthenticated(), ["deviceData", "deviceInfo"]);
    let report = verifier.explain(only_id.as_bytes(), &Expected::new(), time(NOW));
    let claims = report.claims.unwrap();
    assert!(claims.member("digitalId").is_some() && claims.member("deviceInfo").is_none());

    // All of it: nothing is unauthenticated, and no warning remains.
    let whole = device.sign(&device_data(encode(&info_text)).to_string()).unwrap();
    let found = Verifier::new(allowed(client()), Policy::default());
    let found = found.verify(whole.as_bytes(), &Expected::new(), time(NOW)).unwrap();
    assert!(found.content().device_data().is_some() && found.content().device_info().is_some());
    assert!(found.content().unauthenticated_data().is_none());
    assert!(found.is_authentic("deviceInfo") && found.unauthenticated().is_empty());

    // A message without any signature is none that is partly signed.
    let info = device_info(&encode(&id_text()), "L0").to_string();
    let nothing = encode(&device_data(encode(&info)).to_string());
    for trust in [client(), Trust::self_asserted()] {
        let report = explain(allowed(trust), &nothing, time(NOW));
        assert_eq!(report.code(), Code::UnsignedLayer);
    }
}

#[test]
fn no_rule_about_the_signer_of_data_is_got_around_by_leaving_that_signature_out() {
    let (device, chip, stranger) = (&pki().device, &pki().chip, stranger(99));
    let other = || Rules::of(Consumer::ComplianceToolkit).with_organization("Another Vendor");
    let all = Consumer::ALL.map(rules).into_iter().chain([
        other(),
        rules(Consumer::RegistrationClient).with_organization("Another Vendor"),
        rules(Consumer::KeymanagerV1).with_data_domain(Domain::Auth),
    ]);
    for rules in all {
        let trust = Trust::new(pki().store(), rules.clone());
        let allowed = trust.clone().with_partly_signed(PartlySigned::Allow);
        for (id, level) in [(device, "L0"), (chip, "L1")] {
            let message = stripped(id, level);
            assert_eq!(explain(trust.clone(), &message, time(NOW)).code(), Code::UnsignedLayer);
            let report = explain(allowed.clone(), &message, time(NOW));
            assert_eq!(report.code(), Code::UntrustedChain, "{rules:?} {level}");
        }
        // A stranger is none the more trusted for leaving out the outer one of two signatures.
        let id = device.sign(&id_text()).unwrap();
        let info = stranger.sign(&device_info(&id, "L0").to_string()).unwrap();
        let message = encode(&device_data(info.as_str()).to_string());
        let report = explain(allowed, &message, time(NOW));
        assert_eq!(report.code(), Code::UntrustedChain, "{rules:?}");
    }
    // Nor does the device get another organisation by it.
    let info = device.sign(&device_info(&device.sign(&id_text()).unwrap(), "L0").to_string());
    let message = encode(&device_data(info.unwrap().as_str()).to_string());
    for (rules, expected) in [
        (rules(Consumer::ComplianceToolkit), None),
        (other(), Some(Error::UntrustedChain { fault: ChainFault::Organization })),
    ] {
        let trust = Trust::new(pki().store(), rules).with_partly_signed(PartlySigned::Allow);
        let report = explain(trust, &message, time(NOW));
        assert_eq!(first_failure(&report).map(|(_, error)| error), expected.as_ref());
    }
    // What nobody signed says nothing about the level of its device.
    let toolkit = Trust::new(pki().store(), rules(Consumer::ComplianceToolkit));
    let toolkit = toolkit.with_partly_signed(PartlySigned::Allow);
    let report = explain(toolkit, &stripped(chip, "L1"), time(NOW));
    let level = Error::UntrustedChain { fault: ChainFault::Level };
    assert_eq!(first_failure(&report), Some(("digitalId", &level)));
}

#[test]
fn an_organisation_is_asked_of_a_digital_id_alone_where_the_device_signs_it() {
    let by = |device: &Device| device.sign(&id_text()).unwrap();
    let (device, chip) = (by(&pki().device), by(&pki().chip));
    let toolkit = |level| rules(Consumer::ComplianceToolkit).with_level(level);
    let ida = || rules(Consumer::Ida);
    for (rules, token, expected) in [
        (rules(Consumer::RegistrationClient).with_organization(Pki::MAKER), &device, None),
        (
            rules(Consumer::RegistrationClient).with_organization("Another Vendor"),
            &device,
            Some(ChainFault::Organization),
        ),
        (ida(), &chip, None),
        (ida().with_organization(Pki::MAKER), &chip, Some(ChainFault::Unsigned)),
        (ida().with_organization("Chip Maker"), &chip, Some(ChainFault::Unsigned)),
        (toolkit(Certification::L0), &device, None),
        (toolkit(Certification::L1), &chip, Some(ChainFault::Unsigned)),
        (
            Rules::of(Consumer::ComplianceToolkit).with_level(Certification::L0),
            &device,
            Some(ChainFault::Organization),
        ),
    ] {
        assert_eq!(fault(pki().store(), rules.clone(), token), expected, "{rules:?}");
    }
}

#[test]
fn a_device_cannot_speak_for_its_chip_by_leaving_its_signature_out() {
    let id = base64::encode_url(id_text().as_bytes());
    let info = pki().device.sign(&device_info(&id, "L1").to_string()).unwrap();
    let message = pki().device.sign(&device_data(info.as_str()).to_string()).unwrap();
    for (consumer, expected) in [
        (Consumer::Ida, Code::UntrustedChain),
        (Consumer::ComplianceToolkit, Code::UntrustedChain),
        // These verify the digital id by itself, whatever is around it.
        (Consumer::RegistrationClient, Code::UntrustedChain),
        (Consumer::RegistrationProcessor, Code::UntrustedChain),
        (Consumer::KeymanagerV1, Code::Ok),
    ] {
        let report = explain(Trust::new(pki().store(), rules(consumer)), &message, time(NOW));
        assert_eq!(report.code(), expected, "{consumer}");
    }
}
