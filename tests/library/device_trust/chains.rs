//! Certificates: those that a message brings, and their paths to a root.

use super::*;

/// The signed `deviceInfo` of a request.
fn nested_info(device: &Device, id: &Device) -> String {
    let id = id.sign(&id_text()).unwrap();
    device.sign(&device_info(&id, "L1").to_string()).unwrap()
}

/// A device whose certificate ends then.
fn self_signed_until(end: i64) -> Device {
    let key = pki().chip.key().clone();
    let own = testkit::Certificate::self_signed(&key, "x", start(), time(end)).unwrap();
    Device::new(key, vec![own])
}

fn signer_key() -> EcIssuer {
    EcIssuer::generate(&mut Rng::from_seed(13), None)
}

#[test]
fn keymanager_2_takes_intermediates_from_x5c_without_its_last_member_and_the_others_from_the_store()
{
    let intermediate = pki().device_intermediate.certificate();
    let device = &pki().device;
    let roots_only =
        || TrustStore::new().with_roots(Domain::Device, [read(pki().device_root.certificate())]);
    let own = device.x5c()[0].clone();
    let alone = by(device.key(), vec![own.clone()]);
    let chain = by(device.key(), vec![own.clone(), intermediate.clone()]);
    let (v1, v2) = (rules(Consumer::KeymanagerV1), rules(Consumer::KeymanagerV2));
    assert_eq!(fault(roots_only(), v1.clone(), &chain), Some(ChainFault::NoPath));
    assert_eq!(fault(pki().store(), v1.clone(), &alone), None);
    for store in [roots_only, || pki().store()] {
        for (x5c, expected) in [
            (&alone, Some(ChainFault::NoPath)),
            (&chain, Some(ChainFault::NoPath)),
            (&by(device.key(), sending(device).x5c().to_vec()), None),
        ] {
            assert_eq!(fault(store(), v2.clone(), x5c), expected);
        }
    }
    // The last member need not be a root, as the root itself is never taken from there.
    let last = vec![own.clone(), intermediate.clone(), own.clone()];
    assert_eq!(fault(roots_only(), v2.clone(), &by(device.key(), last)), None);

    // The signer comes first. In any other order, its key is somebody else's.
    let reordered = by(device.key(), vec![intermediate.clone(), own.clone()]);
    for rules in [v1, v2.clone()] {
        let error = judge_id(pki().store(), rules, &reordered).unwrap_err();
        assert!(matches!(error.code(), Code::KeyUnusable | Code::AlgorithmMismatch), "{error}");
    }
    // What the device sends along is no root.
    let root = pki().device_root.certificate().clone();
    let all = by(device.key(), vec![own, intermediate.clone(), root.clone(), root]);
    assert_eq!(fault(TrustStore::new(), v2.clone(), &all), Some(ChainFault::NoRoot));
    let wrong = TrustStore::new().with_roots(Domain::Device, [read(pki().ftm_root.certificate())]);
    assert_eq!(fault(wrong, v2, &all), Some(ChainFault::SelfSigned));
}

#[test]
fn without_roots_a_good_signature_may_be_undecided_and_nothing_wrong_hides_behind_that() {
    let undecided =
        |consumer| Trust::new(TrustStore::new(), rules(consumer)).with_no_roots(NoRoots::Undecided);
    let (device, chip) = (&pki().device, &pki().chip);
    for consumer in Consumer::ALL.into_iter().filter(|one| *one != Consumer::ComplianceToolkit) {
        // The processor wants one certificate in both.
        let id = if consumer == Consumer::RegistrationProcessor { device } else { chip };
        let report = explain(undecided(consumer), &nested(device, id, "L1"), time(NOW));
        assert_eq!((report.code(), report.claims), (Code::NoKey, None), "{consumer}");
        let trust = report.checks.iter().filter(|entry| entry.check == Check::TRUST);
        // Whether certificates are the same needs no root.
        let trust = trust.map(|entry| &entry.outcome).filter(|outcome| **outcome != Outcome::Pass);
        let trust: Vec<&Outcome> = trust.collect();
        let skip = &Outcome::Skip;
        assert_eq!(trust, [skip, skip, skip, &Outcome::Fail(Error::NoKey)]);
        let hints = report.hints.join("\n");
        for option in ["--trust ", "--trust-policy self-asserted", "names as issuer"] {
            assert!(hints.contains(option), "{hints}");
        }
    }
    let client = || undecided(Consumer::RegistrationClient);
    let message = nested(device, chip, "L1");
    // A changed signature, an unsigned layer, an expired certificate, another organisation, a level
    // that the rules do not know: wrong whatever the roots are.
    let cut = message.len() - 4;
    let altered = format!("{}AAAA", &message[..cut]);
    assert_eq!(explain(client(), &altered, time(NOW)).code(), Code::SignatureMismatch);
    let plain =
        base64::encode_url(device_data(nested_info(device, chip).as_str()).to_string().as_bytes());
    assert_eq!(explain(client(), &plain, time(NOW)).code(), Code::UnsignedLayer);
    let late = time(end().unix() + 1);
    assert_eq!(explain(client(), &message, late).code(), Code::CertificateExpired);
    let another = rules(Consumer::RegistrationClient).with_organization("Another");
    let trust = Trust::new(TrustStore::new(), another).with_no_roots(NoRoots::Undecided);
    assert_eq!(explain(trust, &message, time(NOW)).code(), Code::UntrustedChain);
    // The chip's signature must not be left out where the rules ask for the chip.
    let id = base64::encode_url(id_text().as_bytes());
    let info = device.sign(&device_info(&id, "L1").to_string()).unwrap();
    let without_chip = device.sign(&device_data(info.as_str()).to_string()).unwrap();
    let ida = undecided(Consumer::Ida);
    assert_eq!(explain(ida, &without_chip, time(NOW)).code(), Code::UntrustedChain);
    // A certificate with a restriction that nobody knows is no signer's, by whatever authority.
    let unknown = testkit::Template::new("unknown", start(), end());
    let unknown = unknown.extension(&[0x2a, 3], Critical::Yes, &[5, 0]);
    let own = Authority::root(other_key().clone(), &unknown).unwrap();
    let restricted = Device::new(other_key().clone(), vec![own.certificate().clone()]);
    for message in [nested(&restricted, chip, "L1"), nested(device, &restricted, "L1")] {
        let report = explain(client(), &message, time(NOW));
        assert_eq!(report.code(), Code::UntrustedChain, "{:?}", first_failure(&report));
    }
    // The last of several signers counts as well.
    let stranger = nested(device, &self_signed_until(NOW - 1), "L1");
    assert_eq!(explain(client(), &stranger, time(NOW)).code(), Code::CertificateExpired);
    // One root of one domain is somebody to trust.
    let store = TrustStore::new().with_roots(Domain::Ftm, [read(pki().ftm_root.certificate())]);
    let trust = Trust::new(store, rules(Consumer::RegistrationClient));
    let report = explain(trust.with_no_roots(NoRoots::Undecided), &message, time(NOW));
    assert_eq!(report.code(), Code::UntrustedChain);
    let none = TrustStore::new().with_roots(Domain::Device, []);
    let trust = Trust::new(none, rules(Consumer::RegistrationClient));
    let report = explain(trust.with_no_roots(NoRoots::Undecided), &message, time(NOW));
    assert_eq!(report.code(), Code::NoKey);
}

/// One way of making a chain wrong, and what is said about it.
#[test]
fn chains_that_lead_nowhere_say_why() {
    let key = other_key();
    let mut rng = Rng::from_seed(9);
    let mut ec = || EcIssuer::generate(&mut rng, None);
    let template = |name| Template::new(name, start(), end());
    let leaf = template("leaf").end_entity();
    let root = &pki().device_root;
    let v1 = || rules(Consumer::KeymanagerV1);
    let through = |issuer: &Authority<EcIssuer>, leaf: &Template| {
        let store = pki().store().with_intermediates(Domain::Device, [read(issuer.certificate())]);
        fault(store, v1(), &by(key, vec![issuer.issue(key, leaf).unwrap()]))
    };

    let good = root.subordinate(ec(), &template("good").authority(Some(0))).unwrap();
    assert_eq!(through(&good, &leaf), None);
    // Neither purposes nor what a leaf calls itself matter.
    let purpose = leaf.clone().extension(&[0x55, 29, 37], Critical::Yes, &[0x30, 0]);
    assert_eq!(through(&good, &purpose), None);
    assert_eq!(through(&good, &template("leaf").authority(None)), None);
    assert_eq!(through(&good, &template("leaf").version_1()), None);

    for (why, issuer, expected) in [
        ("no extensions", template("i"), ChainFault::NotAnIssuer),
        ("an end entity", template("i").end_entity(), ChainFault::NotAnIssuer),
        ("version 1", template("i").version_1(), ChainFault::NotAnIssuer),
        (
            "an issuer that may sign data only",
            template("i")
                .extension(&[0x55, 29, 19], Critical::Yes, &[0x30, 3, 1, 1, 0xff])
                .extension(&[0x55, 29, 15], Critical::Yes, &[3, 2, 7, 0x80]),
            ChainFault::NotAnIssuer,
        ),
        (
            "an unknown critical extension",
            template("i").authority(None).extension(&[0x2a, 3], Critical::Yes, &[5, 0]),
            ChainFault::Extension,
        ),
        (
            "constraints on names",
            template("i").authority(None).extension(&[0x55, 29, 30], Critical::No, &[0x30, 0]),
            ChainFault::Extension,
        ),
    ] {
        let issuer = root.subordinate(ec(), &issuer).unwrap();
        assert_eq!(through(&issuer, &leaf), Some(expected), "{why}");
    }
    let unknown = leaf.clone().extension(&[0x2a, 3], Critical::Yes, &[5, 0]);
    assert_eq!(through(&good, &unknown), Some(ChainFault::Extension));

    // A name is not a signature.
    let impostor = Authority::root(ec(), &template("good").authority(None)).unwrap();
    let by_impostor = by(key, vec![impostor.issue(key, &leaf).unwrap()]);
    let store = || pki().store().with_intermediates(Domain::Device, [read(good.certificate())]);
    assert_eq!(fault(store(), v1(), &by_impostor), Some(ChainFault::Signature));

    // One issuer more than the intermediate allows; a self-issued one does not count.
    let deep = good.subordinate(ec(), &template("deep").authority(None)).unwrap();
    let store = || {
        let issuers = [&good, &deep].map(|issuer| read(issuer.certificate()));
        pki().store().with_intermediates(Domain::Device, issuers)
    };
    let token = by(key, vec![deep.issue(key, &leaf).unwrap()]);
    assert_eq!(fault(store(), v1(), &token), Some(ChainFault::PathLength));

    let own = Authority::root(key.clone(), &leaf).unwrap();
    let self_signed = by(key, vec![own.certificate().clone()]);
    assert_eq!(fault(pki().store(), v1(), &self_signed), Some(ChainFault::SelfSigned));
    // Given as a root, it stands for itself and for nobody else.
    let pinned = || TrustStore::new().with_roots(Domain::Device, [read(own.certificate())]);
    assert_eq!(fault(pinned(), v1(), &self_signed), None);
    let issued = Device::new(key.clone(), vec![own.issue(key, &template("x")).unwrap()]);
    let issued = issued.sign(&id_text()).unwrap();
    assert_eq!(fault(pinned(), v1(), &issued), Some(ChainFault::NotAnIssuer));
}

#[test]
fn every_certificate_of_a_path_has_its_dates() {
    let key = other_key();
    let mut rng = Rng::from_seed(10);
    let mut ec = || EcIssuer::generate(&mut rng, None);
    let leaf = Template::new("leaf", start(), end()).end_entity();
    for (name, from, to, expected) in [
        ("exact", NOW, NOW, Code::Ok),
        ("expired", NOW - 10, NOW - 1, Code::CertificateExpired),
        ("not yet", NOW + 1, NOW + 10, Code::CertificateExpired),
    ] {
        let template = Template::new(name, time(from), time(to)).authority(None);
        let verdict = |store: TrustStore, token: &str| {
            let verdict = judge_id(store, rules(Consumer::KeymanagerV1), token);
            verdict.err().map_or(Code::Ok, |error| error.code())
        };
        let issuer = pki().device_root.subordinate(ec(), &template).unwrap();
        let store = pki().store().with_intermediates(Domain::Device, [read(issuer.certificate())]);
        let token = by(key, vec![issuer.issue(key, &leaf).unwrap()]);
        assert_eq!(verdict(store, &token), expected, "intermediate {name}");

        let root = Authority::root(ec(), &template).unwrap();
        let store = TrustStore::new().with_roots(Domain::Device, [read(root.certificate())]);
        let token = by(key, vec![root.issue(key, &leaf).unwrap()]);
        assert_eq!(verdict(store.clone(), &token), expected, "root {name}");

        let own = Template::new("leaf", time(from), time(to)).end_entity();
        let token = by(key, vec![pki().device_intermediate.issue(key, &own).unwrap()]);
        assert_eq!(verdict(pki().store(), &token), expected, "leaf {name}");
    }
}

#[test]
fn roots_of_every_algorithm_and_version_and_no_small_ones() {
    let key = other_key();
    let leaf =
        |algorithm| Template::new("leaf", start(), end()).end_entity().signed_with(algorithm);
    let root = Template::new("RSA", start(), end());
    for template in [root.clone().authority(None), root.clone().version_1()] {
        let authority = Authority::root(pki().chip.key().clone(), &template).unwrap();
        let store =
            || TrustStore::new().with_roots(Domain::Device, [read(authority.certificate())]);
        for algorithm in [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512] {
            let certificate = authority.issue(key, &leaf(algorithm)).unwrap();
            let token = by(key, vec![certificate]);
            assert_eq!(fault(store(), rules(Consumer::KeymanagerV1), &token), None);
        }
    }
    let small = RsaIssuer::generate(&mut Rng::from_seed(11), 1024, None).unwrap();
    let authority = Authority::root(small, &root.authority(None)).unwrap();
    let token = by(key, vec![authority.issue(key, &leaf(Algorithm::Rs256)).unwrap()]);
    for (rsa_1024, expected) in [(Rsa1024::Deny, Code::KeyTooSmall), (Rsa1024::Allow, Code::Ok)] {
        let store = TrustStore::new().with_roots(Domain::Device, [read(authority.certificate())]);
        let trust = Trust::new(store, rules(Consumer::KeymanagerV1));
        let verifier = DigitalIdVerifier::new(trust, Policy::default().with_rsa_1024(rsa_1024));
        let report = verifier.explain(token.as_bytes(), &Expected::new(), time(NOW));
        assert_eq!(report.code(), expected);
    }
}

#[test]
fn a_search_ends_however_many_certificates_look_alike() {
    let key = other_key();
    let mut rng = Rng::from_seed(12);
    let mut ec = || EcIssuer::generate(&mut rng, None);
    // Authorities of one name, each issued by all others.
    let same = Template::new("same", start(), end()).authority(None);
    let signer = Authority::root(ec(), &same).unwrap();
    let all: Vec<_> = (0..30)
        .map(|serial| {
            let template = same.clone().serial(serial);
            read(&signer.issue(&ec(), &template).unwrap())
        })
        .collect();
    let leaf = signer.issue(key, &Template::new("leaf", start(), end())).unwrap();
    let token = by(key, vec![leaf]);
    let store = pki().store().with_intermediates(Domain::Device, all);
    let error = judge_id(store, rules(Consumer::KeymanagerV1), &token).unwrap_err();
    assert_eq!(error, Error::UntrustedChain { fault: ChainFault::Signature });
    // The signer itself, many times over with other numbers: each step verifies.
    let all = (0..30).map(|serial| {
        read(
            &Authority::root(signer_key(), &same.clone().serial(serial))
                .unwrap()
                .certificate()
                .clone(),
        )
    });
    let leaf = Authority::root(signer_key(), &same).unwrap();
    let leaf = leaf.issue(key, &Template::new("leaf", start(), end())).unwrap();
    let store = pki().store().with_intermediates(Domain::Device, all);
    let error = judge_id(store, rules(Consumer::KeymanagerV1), &by(key, vec![leaf]));
    assert_eq!(error.unwrap_err().code(), Code::TooLarge);
}

#[test]
fn headers_that_are_not_the_format_are_refused_or_named() {
    let device = &pki().device;
    let own = device.x5c()[0].to_x5c();
    let header = |x5c: Value<'static>| Object::new().with("alg", "RS256").with("x5c", x5c);
    let array = |text: String| Value::Array(vec![text.into()]);
    let sign = |header: &Object<'_>| {
        device.key().sign(header, id_text().as_bytes(), Algorithm::Rs256).unwrap()
    };
    let url = base64::encode_url(&base64::decode_standard(own.as_bytes()).unwrap());
    let mut broken = own.clone();
    broken.insert_str(64, "\r\n");
    let judge = |trust: &Trust, header: &Object<'_>| {
        let verifier = DigitalIdVerifier::new(trust.clone(), Policy::default());
        verifier.explain(sign(header).as_bytes(), &Expected::new(), time(NOW))
    };
    let strict = Trust::new(pki().store(), rules(Consumer::RegistrationClient));
    let lenient = strict.clone().with_leniency(Leniency::X5cEncoding);
    for x5c in [array(url), array(broken), Value::from(own.clone())] {
        let header = header(x5c);
        assert!(matches!(judge(&strict, &header).code(), Code::Malformed | Code::WrongType));
        let report = judge(&lenient, &header);
        assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &[Warning::X5cEncoding][..]));
    }
    let good = header(array(own.clone()));
    for trust in [&strict, &lenient] {
        let report = judge(trust, &good);
        assert_eq!((report.code(), report.warnings.len()), (Code::Ok, 0));
        let digest = base64::encode_url(read(&device.x5c()[0]).sha256());
        let with = |digest: &str| good.clone().with("x5t#S256", digest.to_string());
        for (header, expected) in [
            (with(&digest), Code::Ok),
            (with(&digest.replace(&digest[..1], "_")), Code::ContentMismatch),
            (with("AAAA"), Code::Malformed),
            (Object::new().with("alg", "RS256"), Code::MissingMember),
            (header(Value::Array(Vec::new())), Code::MissingMember),
            (header(Value::Array(vec![Value::Null])), Code::WrongType),
            (header(array("AAAA".into())), Code::Malformed),
            (header(Value::Array(vec![own.clone().into(); 9])), Code::TooLarge),
            (
                Object::new().with("alg", "RS512").with("x5c", array(own.clone())),
                Code::AlgorithmMismatch,
            ),
            (
                Object::new().with("alg", "HS256").with("x5c", array(own.clone())),
                Code::AlgorithmMismatch,
            ),
            (
                Object::new().with("alg", "none").with("x5c", array(own.clone())),
                Code::UnsupportedAlgorithm,
            ),
            (good.clone().with("crit", Value::Array(vec!["x5c".into()])), Code::CriticalHeader),
        ] {
            assert_eq!(judge(trust, &header).code(), expected, "{header}");
        }
    }
}

#[test]
fn a_negative_modulus_is_read_only_where_that_is_asked_for() {
    let key = other_key();
    let template = Template::new("old", start(), end()).negative_modulus();
    let certificate = pki().device_intermediate.issue(key, &template).unwrap();
    let token = by(key, vec![certificate]);
    let strict = Trust::new(pki().store(), rules(Consumer::RegistrationClient));
    let judge = |trust: Trust| {
        let verifier = DigitalIdVerifier::new(trust, Policy::default());
        verifier.explain(token.as_bytes(), &Expected::new(), time(NOW))
    };
    assert_eq!(judge(strict.clone()).code(), Code::Malformed);
    let report = judge(strict.with_leniency(Leniency::NegativeModulus));
    assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &[Warning::NegativeModulus][..]));
}

#[test]
fn a_negative_modulus_of_an_issuer_that_the_message_brings_is_warned_of_too() {
    let mut rng = Rng::from_seed(50);
    let wide = |name| Template::new(name, start(), end()).authority(None);
    let root = Authority::root(EcIssuer::generate(&mut rng, None), &wide("root")).unwrap();
    let key = RsaIssuer::generate(&mut rng, 2048, None).unwrap();
    let template = wide("intermediate").negative_modulus();
    let intermediate = root.subordinate(key, &template).unwrap();
    let leaf = Template::new("leaf", start(), end()).end_entity();
    let leaf = intermediate.issue(other_key(), &leaf).unwrap();
    let issuers = [intermediate.certificate().clone(), root.certificate().clone()];
    let token = by(other_key(), [&[leaf][..], &issuers].concat());
    let store = TrustStore::new().with_roots(Domain::Device, [read(root.certificate())]);
    let trust = Trust::new(store, rules(Consumer::KeymanagerV2));
    let judge = |trust: Trust| {
        let verifier = DigitalIdVerifier::new(trust, Policy::default());
        verifier.explain(token.as_bytes(), &Expected::new(), time(NOW))
    };
    assert_ne!(judge(trust.clone()).code(), Code::Ok);
    let report = judge(trust.with_leniency(Leniency::NegativeModulus));
    assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &[Warning::NegativeModulus][..]));
}

#[test]
fn certificates_and_their_signatures_are_counted() {
    let token = pki().device.sign(&id_text()).unwrap();
    let code = |limits| {
        let policy = Policy::default().with_limits(limits);
        let trust = Trust::new(pki().store(), rules(Consumer::RegistrationClient));
        let verdict = DigitalIdVerifier::new(trust, policy).verify(
            token.as_bytes(),
            &Expected::new(),
            time(NOW),
        );
        verdict.err().map_or(Code::Ok, |error| error.code())
    };
    let limits = countersign::Limits::default;
    let certificates = |most| code(limits().with_chain_certificates(most));
    let signatures = |most| code(limits().with_chain_signatures(most));
    let steps = |most| code(limits().with_chain_steps(most));
    // The device, what issued it, and the root.
    assert_eq!([2, 3, 4].map(certificates), [Code::TooLarge, Code::Ok, Code::Ok]);
    // The root's own signature is not looked at.
    assert_eq!([1, 2, 3].map(signatures), [Code::TooLarge, Code::Ok, Code::Ok]);
    assert_eq!([1, 2, 3].map(steps), [Code::TooLarge, Code::Ok, Code::Ok]);
    assert_eq!((limits().chain_signatures(), limits().chain_steps()), (32, 256));
}

#[test]
fn a_certificate_that_is_not_for_signatures_is_no_devices() {
    // `keyUsage`: unused bits, and the first byte.
    for (unused, bits, expected) in
        [(7, 0x80, Code::Ok), (6, 0x40, Code::Ok), (5, 0x20, Code::KeyUse), (2, 0x04, Code::KeyUse)]
    {
        let template = Template::new("device", start(), end());
        let template = template.extension(&[0x55, 29, 15], Critical::Yes, &[3, 2, unused, bits]);
        let certificate = pki().device_intermediate.issue(other_key(), &template).unwrap();
        let token = by(other_key(), vec![certificate]);
        let verdict = judge_id(pki().store(), rules(Consumer::RegistrationClient), &token);
        assert_eq!(verdict.err().map_or(Code::Ok, |error| error.code()), expected, "{bits:x}");
        let asserted = DigitalIdVerifier::new(Trust::self_asserted(), Policy::default());
        let report = asserted.explain(token.as_bytes(), &Expected::new(), time(NOW));
        assert_eq!(report.code(), expected, "{bits:x}");
    }
}
