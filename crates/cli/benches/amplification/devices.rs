//! Registrations, and what devices sign.

use super::hostile::capture;
use super::*;
use countersign::encoding::base64::encode_url;
use countersign::encoding::json::Value;
use countersign::mosip::device::DigitalIdVerifier;
use countersign::mosip::sbi::cbeff::{self, Segment};
use countersign::mosip::sbi::{
    self, CaptureVerifier, DataVerifier, Discovered, InfoExpected, InfoVerifier,
    RegistrationCaptureVerifier,
};
use countersign::mosip::trust::{Consumer, Rules, Trust};
use countersign::x509::Memory;

pub(super) fn registrations(cases: &mut Cases) {
    for bits in [2048, 4096, 8192] {
        let verifier = registration::Verifier::new(rsa_set(bits), Policy::default());
        let (small, large) = (encode_standard(b"{}"), encode_standard(&vec![b' '; 30_000]));
        let number = encode_standard(&vec![1; bits / 8]);
        let detached =
            format!("{}..{}", encode_url(br#"{"alg":"RS256"}"#), encode_url(&vec![1; bits / 8]));
        let long = mosip::wrap(b"{}", &large, number.as_bytes());
        let jws = forged("RS256", "{}", bits / 8);
        // What is too short to pay for trying all keys says so; what can pay does not fit.
        let all = bits == 2048;
        let inputs = vec![
            ("era A, shortest", hostile::forged_registration(bits), Code::TooLarge),
            ("era A, 40 KB", long, if all { Code::SignatureMismatch } else { Code::TooLarge }),
            ("era B", mosip::wrap(b"{}", &small, detached.as_bytes()), Code::TooLarge),
            ("era C", jws, Code::SignatureMismatch),
        ];
        let kind = format!("mosip-registration, 64 keys of {bits} bits");
        cases.verifier(&kind, verifier, registration::Expected::new(), inputs);
    }
}

fn trusted(consumer: Consumer) -> Trust {
    // What a message costs that nobody remembers.
    Trust::new(pki().store(), Rules::of(consumer)).with_memory(Memory::Forget)
}

/// Chains of certificates that cost as much as can be, by what they are.
fn chains(key: &RsaIssuer) -> Vec<(&'static str, Vec<testkit::Certificate>, Code)> {
    let large = |bits, count: u64| -> Vec<Smooth> {
        (1..=count).map(|seed| Smooth::new(seed, bits, Smooth::WORST_EXPONENT)).collect()
    };
    let one = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let untrusted = Code::UntrustedChain;
    let extended = vec![hostile::extended(&one, key, 64); 8];
    vec![
        ("a ladder of 4 authorities with P-256", ladder(key, &hostile::ec(1, 4)), untrusted),
        ("a ladder of 6 authorities with P-256", ladder(key, &hostile::ec(1, 6)), Code::TooLarge),
        ("a ladder of 4 authorities with 4096 bits", ladder(key, &large(4096, 4)), untrusted),
        ("a ladder of 6 authorities with 2048 bits", ladder(key, &large(2048, 6)), untrusted),
        ("a ladder of 4 authorities with 8192 bits", ladder(key, &large(8192, 4)), Code::TooLarge),
        ("a crowd of 6 authorities with one key", crowd(key, &one, 6), Code::TooLarge),
        ("8 certificates of 64 extensions", extended, untrusted),
        ("40,000 extensions", vec![hostile::extended(&one, key, 40_000)], Code::TooLarge),
        ("700 attributes in one name", vec![hostile::named(&one, key, 700)], untrusted),
        ("500 names", vec![hostile::renamed(&one, key, 500)], untrusted),
    ]
}

pub(super) fn signed(cases: &mut Cases) {
    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let verifier = || DigitalIdVerifier::new(trusted(Consumer::KeymanagerV2), Policy::default());
    let inputs = chains(&key).into_iter().map(|(what, x5c, code)| {
        let token = digital_id(&key, &x5c);
        // Nobody sends more than a message has room for.
        let code = if token.len() > 1 << 16 { Code::TooLarge } else { code };
        (what, token, code)
    });
    cases.verifier("digital-id", verifier(), device::Expected::new(), inputs.collect());

    let own = |key: &Smooth| {
        let own = Authority::root(key.clone(), &template("leaf").end_entity()).unwrap();
        digital_id(key, &[own.certificate().clone()])
    };
    let leaf = |bits, exponent| own(&Smooth::new(1, bits, exponent));
    let asserted = || Trust::self_asserted();
    let inputs = vec![
        ("a leaf of 4096 bits", leaf(4096, Smooth::WORST_EXPONENT), Code::Ok),
        ("a leaf of 4096 bits, exponent 65537", leaf(4096, 65_537), Code::Ok),
        ("a leaf of 8192 bits", leaf(8192, Smooth::WORST_EXPONENT), Code::TooLarge),
    ];
    let verifier = DigitalIdVerifier::new(asserted(), Policy::default());
    cases.verifier("digital-id, self-asserted", verifier, device::Expected::new(), inputs);

    let ladder_of_6 = ladder(&key, &hostile::ec(1, 6));
    let id = digital_id(&key, &ladder_of_6);
    let info = hostile::sign(&key, &ladder_of_6, &testkit::device_info(&id, "L0").to_string());
    let data = testkit::device_data(info.as_str()).to_string();
    let data = hostile::sign(&key, &ladder_of_6, &data);
    let verifier = device::Verifier::new(trusted(Consumer::KeymanagerV2), Policy::default());
    let inputs = vec![("three layers, a ladder each", data, Code::UntrustedChain)];
    cases.verifier("device-data", verifier, device::Expected::new(), inputs);
}

/// XML around signed data, and XML that is large by itself.
fn packets(cases: &mut Cases, key: &RsaIssuer) {
    let segment = |n: u64, length| {
        let id = digital_id(key, &ladder(key, &hostile::ec(2 * n + 1, length)));
        let data = testkit::sbi::data(&id, "Finger", "AAAA").to_string();
        let data = hostile::sign(key, &ladder(key, &hostile::ec(2 * n + 2, length)), &data);
        testkit::sbi::segment(&data).unwrap()
    };
    let ladders: Vec<String> = (0..16).map(|n| segment(n, 6)).collect();
    let inside = |content: String| format!("<BIR><BIR>{content}</BIR></BIR>");
    let attributes: String = (0..64).map(|n| format!(" a{n}=''")).collect();
    let inputs = vec![
        ("16 segments, 32 ladders of 6", testkit::sbi::packet(&ladders), Code::UntrustedChain),
        ("elements", inside("<a/>".repeat(200_000)), Code::TooLarge),
        ("elements within the limit", inside("<a/>".repeat(100_000)), Code::UnsignedLayer),
        ("elements between texts", inside("t<a/>".repeat(100_000)), Code::UnsignedLayer),
        ("depth", inside("<a>".repeat(100_000)), Code::TooLarge),
        ("attributes", inside(format!("<a{attributes}/>")), Code::UnsignedLayer),
        ("entities", inside("&amp;".repeat(200_000)), Code::UnsignedLayer),
        (
            "exceptions",
            {
                let exception = "<Others><Key>EXCEPTION</Key><Value>true</Value></Others>";
                format!("<BIR>{}</BIR>", format!("<BIR>{exception}</BIR>").repeat(30_000))
            },
            Code::UnsupportedFormat,
        ),
    ];
    let trust = trusted(Consumer::KeymanagerV2);
    let verifier = cbeff::Verifier::new(trust, Policy::default());
    cases.verifier("cbeff", verifier, sbi::Expected::new(), inputs);
}

pub(super) fn captures(cases: &mut Cases) {
    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let v2 = || trusted(Consumer::KeymanagerV2);
    let one = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let inputs = |purpose| {
        let (p, values, scheme) = (pki(), [&b"value"[..]; 16], sbi::Scheme::Current);
        let above =
            [&p.device_intermediate, &p.device_root].map(|issuer| issuer.certificate().clone());
        let x5c = [p.device.x5c(), &above].concat();
        let device = testkit::Device::new(p.device.key().clone(), x5c);
        let genuine = testkit::sbi::captured_for(purpose, &device, &device, &values, scheme);
        let genuine = testkit::sbi::answer(genuine.unwrap()).to_string();
        let ladders =
            |length| capture(purpose, &key, 16, |n| ladder(&key, &hostile::ec(n + 1, length)));
        let crowds = capture(purpose, &key, 16, |_| crowd(&key, &one, 6));
        let wide = capture(purpose, &key, 1, |_| vec![hostile::extended(&one, &key, 80_000)]);
        let empty = format!(r#"{{"biometrics":[{}{{}}]}}"#, "{},".repeat(1000));
        vec![
            ("16 biometrics, 32 ladders of 6", ladders(6), Code::UntrustedChain),
            ("16 biometrics, 32 ladders of 1", ladders(1), Code::UntrustedChain),
            ("16 biometrics, 32 crowds of 6", crowds, Code::TooLarge),
            ("a certificate of 80,000 extensions", wide, Code::TooLarge),
            ("16 genuine biometrics", genuine, Code::Ok),
            ("no biometrics", empty, Code::TooLarge),
        ]
    };
    let verifier = RegistrationCaptureVerifier::new(v2(), Policy::default());
    cases.verifier("sbi-rcapture", verifier, sbi::Expected::new(), inputs("Registration"));
    let verifier = CaptureVerifier::new(v2(), Policy::default());
    cases.verifier("sbi-capture", verifier, sbi::Expected::new(), inputs("Auth"));

    let x5c = ladder(&key, &hostile::ec(1, 6));
    let id = digital_id(&key, &x5c);
    let data = hostile::sign(&key, &x5c, &testkit::sbi::data(&id, "Finger", "AAAA").to_string());
    let verifier = || DataVerifier::new(v2(), Policy::default());
    let inputs = vec![("two ladders of 6", data.clone(), Code::UntrustedChain)];
    cases.verifier("sbi-data", verifier(), sbi::Expected::new(), inputs);

    // As a packet keeps it; the value has been taken out, so that no signature fits.
    let [header, _, signature] = data.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
    let sb = format!("{header}..{signature}");
    let payload = testkit::sbi::data(&id, "Finger", "<bioValue>").to_string();
    let (bytes, verifier) = (sb.len() + payload.len() + 4, verifier());
    cases.add("cbeff: two ladders of 6".into(), bytes, Code::SignatureMismatch, move || {
        let segment = Segment { sb: &sb, bdb: b"four", payload: &payload };
        code(&segment.verify(&verifier, &sbi::Expected::new(), time(NOW)))
    });

    packets(cases, &key);

    let info = |n: u64| {
        let id = digital_id(&key, &ladder(&key, &hostile::ec(2 * n + 1, 6)));
        let members = Object::new()
            .with("deviceStatus", "Ready")
            .with("certification", "L0")
            .with("specVersion", Value::Array(vec!["0.9.5".into()]))
            .with("env", "Staging")
            .with("digitalId", id);
        let x5c = ladder(&key, &hostile::ec(2 * n + 2, 6));
        let info = hostile::sign(&key, &x5c, &members.to_string());
        Value::from(Object::new().with("deviceInfo", info))
    };
    let devices = Value::Array((0..2).map(info).collect()).to_string();
    let verifier = InfoVerifier::new(v2(), Policy::default());
    let inputs = vec![("2 devices, 4 ladders of 6", devices.clone(), Code::UntrustedChain)];
    cases.verifier("sbi-device-info", verifier, InfoExpected::default(), inputs);
    let limits = Limits::default();
    let inputs = vec![("2 devices", devices.into_bytes(), Code::Ok)];
    cases.parser("sbi discovery", inputs, move |text| Discovered::parse(text, &limits));
}
