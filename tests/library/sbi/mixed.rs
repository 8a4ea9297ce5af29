//! Whether the captures of one answer belong together.

use super::*;

#[test]
fn captures_that_do_not_belong_together_are_warned_of_or_refused_though_their_hashes_fit() {
    let other = Pki::generate(&mut Rng::from_seed(42), at(-1000), at(1000)).unwrap();
    let shot = |device: &countersign_testkit::Device,
                id: &str,
                value: &[u8],
                transaction: &str,
                seconds| {
        let bio_value = base64::encode_url(value);
        let payload = data(id, "Finger", &bio_value)
            .with("transactionId", transaction)
            .with("timestamp", at(seconds).to_string());
        device.sign(&payload.to_string()).unwrap()
    };
    let id = |chip: &countersign_testkit::Device, serial: &str| {
        chip.sign(&digital_id(serial).to_string()).unwrap()
    };
    let (device, chip) = (&pki().device, &pki().chip);
    let own = id(chip, "1");
    let first = shot(device, &own, b"a", "AAAA", 0);
    let second = shot(device, &own, b"b", "AAAA", 60);
    let again = shot(device, &id(chip, "1"), b"b", "AAAA", 60);
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let judge = |pair: [&str; 2], expected: Expected| {
        let values: [&[u8]; 2] = if pair[0] == pair[1] { [b"a", b"a"] } else { [b"a", b"b"] };
        let elements = chained(&[(pair[0], values[0]), (pair[1], values[1])]);
        let body = answer(elements).to_string();
        let report = verifier.explain(body.as_bytes(), &expected, at(60));
        let verdict = verifier.verify(body.as_bytes(), &expected, at(60));
        assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
        report
    };
    let deny = || Expected::new().mixed(Mixed::Deny);
    for together in [[first.as_str(), &second], [&first, &again]] {
        let report = judge(together, deny().span(60));
        assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &[Warning::SelfAsserted][..]));
    }
    for (other, member, hint) in [
        (shot(&other.device, &own, b"b", "AAAA", 0), "x5c", "different keys"),
        (shot(device, &id(&other.chip, "1"), b"b", "AAAA", 0), "digitalId", "different signers"),
        (shot(device, &id(chip, "2"), b"b", "AAAA", 0), "digitalId", "different devices"),
        (shot(device, &own, b"b", "BBBB", 0), "transactionId", "`transactionId`"),
        (first.clone(), "data", "the same capture"),
    ] {
        let report = judge([&first, &other], Expected::new());
        assert_eq!(report.code(), Code::Ok, "{hint}");
        // Each element by itself is of one device.
        assert_eq!(report.warnings, [Warning::MixedCapture, Warning::SelfAsserted], "{hint}");
        let named = "biometrics[0] and [1]";
        let is_named = |text: &String| text.contains(hint) && text.contains(named);
        assert!(report.hints.iter().any(is_named), "{:?}", report.hints);
        let report = judge([&first, &other], deny());
        assert_eq!(failure(&report), Some(("", &Error::ContentMismatch { member })));
        assert!(!report.warnings.contains(&Warning::MixedCapture));
    }
    // How far apart is the caller's to say.
    let mixed = |report: Report| report.warnings.contains(&Warning::MixedCapture);
    assert!(!mixed(judge([&first, &second], Expected::new())));
    assert!(!mixed(judge([&first, &second], Expected::new().span(60))));
    assert!(mixed(judge([&first, &second], Expected::new().span(59))));
    let report = judge([&first, &second], deny().span(59));
    assert_eq!(failure(&report), Some(("", &Error::ContentMismatch { member: "timestamp" })));
    assert!(report.hints[0].contains("60 s apart"), "{:?}", report.hints);
}

#[test]
fn captures_that_were_left_out_moved_repeated_or_mixed_are_not_seen_by_their_hashes_alone() {
    let other = Pki::generate(&mut Rng::from_seed(43), at(-1000), at(1000)).unwrap();
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let one = |pki: &Pki, value: &'static [u8]| {
        let elements = captured(&pki.device, &pki.chip, &[value], Scheme::Current).unwrap();
        (elements[0].string("t", "data").unwrap().to_string(), value)
    };
    let (a, b, c) = (one(pki(), b"a"), one(pki(), b"b"), one(&other, b"c"));
    for (order, mixed) in [
        (vec![&a, &b], false),
        // What the hashes say of order and number is what their writer says.
        (vec![&b, &a], false),
        (vec![&b], false),
        (vec![&a, &a], true),
        (vec![&a, &c, &b], true),
    ] {
        let tokens: Vec<_> = order.iter().map(|(token, value)| (token.as_str(), *value)).collect();
        let body = answer(chained(&tokens)).to_string();
        let report = verifier.explain(body.as_bytes(), &Expected::new(), now());
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(report.warnings.contains(&Warning::MixedCapture), mixed, "{}", order.len());
        let report = verifier.explain(body.as_bytes(), &Expected::new().mixed(Mixed::Deny), now());
        assert_eq!(report.code() == Code::ContentMismatch, mixed);
    }
}

#[test]
fn captures_with_digital_ids_of_another_provider_or_an_inner_signer_do_not_belong_together() {
    let other = Pki::generate(&mut Rng::from_seed(43), at(-1000), at(1000)).unwrap();
    let (device, chip) = (&pki().device, &pki().chip);
    let id = |provider: &str, made: i64| {
        let id = digital_id("1").with("dateTime", at(made).to_string());
        id.with("deviceProviderId", provider).to_string()
    };
    let shot = |id: &str, value: &[u8]| {
        let value = base64::encode_url(value);
        device.sign(&data(id, "Finger", &value).to_string()).unwrap()
    };
    let twice = |inner: &countersign_testkit::Device| {
        chip.sign(&inner.sign(&id("one", 0)).unwrap()).unwrap()
    };
    let one = |provider, made| chip.sign(&id(provider, made)).unwrap();
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    for (first, second, hint) in [
        (one("one", 0), one("one", 5), None),
        (one("one", 0), one("two", 0), Some("different devices")),
        (twice(chip), twice(chip), None),
        (one("one", 0), twice(&other.chip), Some("different signers")),
        (twice(chip), twice(&other.chip), Some("different signers")),
    ] {
        let (first, second) = (shot(&first, b"a"), shot(&second, b"b"));
        let elements = chained(&[(&first, b"a"), (&second, b"b")]);
        let body = answer(elements).to_string();
        let report = verifier.explain(body.as_bytes(), &Expected::new(), at(5));
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(report.warnings.contains(&Warning::MixedCapture), hint.is_some(), "{hint:?}");
        assert!(hint.is_none_or(|hint| report.hints.iter().any(|text| text.contains(hint))));
        let deny = Expected::new().mixed(Mixed::Deny);
        let verdict = verifier.verify(body.as_bytes(), &deny, at(5));
        let error = Error::ContentMismatch { member: "digitalId" };
        assert_eq!(verdict.err(), hint.map(|_| error));
    }
}
