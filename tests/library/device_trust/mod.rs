//! Whom each consumer believes, with authorities of our own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::sync::OnceLock;

use countersign::encoding::json::{Object, Value};
use countersign::encoding::{Fault, base64};
use countersign::mosip::device::{
    Certification, DeviceData, DigitalIdVerifier, Expected, Layer, Verifier,
};
use countersign::mosip::trust::*;
use countersign::x509::{self, Certificate, Modulus};
use countersign::{
    Algorithm, At, ChainFault, Check, Code, Error, Outcome, Policy, Report, Rsa1024, Time, Warning,
};
use countersign_testkit::{
    self as testkit, Authority, Critical, Device, EcIssuer, Issuer as _, Pki, Rng, RsaIssuer,
    Template, device_data, device_info, mosip::digital_id,
};

const NOW: i64 = 1_578_919_842; // 2020-01-13T12:50:42Z

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

/// Before the time of the digital ids.
fn start() -> Time {
    time(NOW - 20_000)
}

fn end() -> Time {
    time(NOW + 1000)
}

fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| Pki::generate(&mut Rng::from_seed(7), start(), end()).unwrap())
}

/// Somebody else with a key.
fn other_key() -> &'static RsaIssuer {
    static KEY: OnceLock<RsaIssuer> = OnceLock::new();
    KEY.get_or_init(|| RsaIssuer::generate(&mut Rng::from_seed(8), 2048, None).unwrap())
}

fn read(certificate: &testkit::Certificate) -> Certificate {
    Certificate::from_der(certificate.to_der(), Modulus::Strict).unwrap()
}

fn rules(consumer: Consumer) -> Rules {
    match consumer {
        Consumer::ComplianceToolkit => Rules::of(consumer).with_organization(Pki::MAKER),
        _ => Rules::of(consumer),
    }
}

fn id_text() -> String {
    digital_id("1801160992").to_string()
}

/// Three layers: the device around a digital id that somebody signed.
fn nested(device: &Device, id: &Device, level: &str) -> String {
    let id = id.sign(&id_text()).unwrap();
    let info = device.sign(&device_info(&id, level).to_string()).unwrap();
    device.sign(&device_data(info.as_str()).to_string()).unwrap()
}

fn explain(trust: Trust, message: &str, at: impl Into<At>) -> Report {
    let at = at.into();
    let verifier = Verifier::new(trust, Policy::default());
    let report = verifier.explain(message.as_bytes(), &Expected::new(), at);
    let verdict = verifier.verify(message.as_bytes(), &Expected::new(), at);
    assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
    report
}

/// Judges a digital id under rules, with a store.
fn judge_id(
    store: TrustStore,
    rules: Rules,
    token: &str,
) -> Result<Verified<countersign::mosip::device::DigitalId>, Error> {
    let verifier = DigitalIdVerifier::new(Trust::new(store, rules), Policy::default());
    let verdict = verifier.verify(token.as_bytes(), &Expected::new(), time(NOW));
    let report = verifier.explain(token.as_bytes(), &Expected::new(), time(NOW));
    assert_eq!(report.code(), verdict.as_ref().err().map_or(Code::Ok, Error::code));
    verdict
}

/// The fault of a chain, or nothing if it is trusted.
fn fault(store: TrustStore, rules: Rules, token: &str) -> Option<ChainFault> {
    match judge_id(store, rules, token) {
        Ok(_) => None,
        Err(Error::UntrustedChain { fault }) => Some(fault),
        Err(error) => panic!("{error}"),
    }
}

/// A digital id by a device with this `x5c`.
fn by(key: &RsaIssuer, x5c: Vec<testkit::Certificate>) -> String {
    Device::new(key.clone(), x5c).sign(&id_text()).unwrap()
}

/// A device that sends its whole chain along.
fn sending(device: &Device) -> Device {
    let p = pki();
    let (intermediate, root) = if device.x5c() == p.device.x5c() {
        (&p.device_intermediate, &p.device_root)
    } else {
        (&p.ftm_intermediate, &p.ftm_root)
    };
    let above = [intermediate.certificate().clone(), root.certificate().clone()];
    Device::new(device.key().clone(), [device.x5c(), &above].concat())
}

#[test]
fn every_consumer_asks_for_its_domains() {
    let (device, chip) = (&pki().device, &pki().chip);
    for (consumer, level, id, expected) in [
        (Consumer::Ida, "L1", chip, Code::Ok),
        (Consumer::Ida, "L0", device, Code::UntrustedChain),
        (Consumer::RegistrationClient, "L0", device, Code::Ok),
        (Consumer::RegistrationClient, "L1", chip, Code::UntrustedChain),
        (Consumer::RegistrationProcessor, "L0", device, Code::Ok),
        (Consumer::RegistrationProcessor, "L1", chip, Code::UntrustedChain),
        (Consumer::ComplianceToolkit, "L0", device, Code::Ok),
        (Consumer::ComplianceToolkit, "L1", chip, Code::Ok),
        (Consumer::ComplianceToolkit, "L0", chip, Code::UntrustedChain),
        (Consumer::ComplianceToolkit, "L1", device, Code::UntrustedChain),
        (Consumer::ComplianceToolkit, "L2", chip, Code::UntrustedChain),
        (Consumer::KeymanagerV1, "L0", device, Code::Ok),
        (Consumer::KeymanagerV1, "L1", chip, Code::UntrustedChain),
        (Consumer::KeymanagerV2, "L0", device, Code::Ok),
        (Consumer::KeymanagerV2, "L1", chip, Code::UntrustedChain),
    ] {
        let trust = Trust::new(pki().store(), rules(consumer));
        let message = match consumer {
            Consumer::KeymanagerV2 => nested(&sending(device), &sending(id), level),
            _ => nested(device, id, level),
        };
        let report = explain(trust, &message, time(NOW));
        assert_eq!(report.code(), expected, "{consumer} {level}");
        assert_eq!(report.claims.is_some(), expected == Code::Ok);
        // The chip never signs data.
        let trust = Trust::new(pki().store(), rules(consumer));
        let report = explain(trust, &nested(chip, chip, "L1"), time(NOW));
        assert_eq!(report.code(), Code::UntrustedChain, "{consumer}");
    }
    let client = rules(Consumer::RegistrationClient).with_digital_id_domain(Domain::Ftm);
    let report = explain(Trust::new(pki().store(), client), &nested(device, chip, "L1"), time(NOW));
    assert_eq!(report.code(), Code::Ok);
    let manager = rules(Consumer::KeymanagerV1).with_data_domain(Domain::Ftm);
    let report =
        explain(Trust::new(pki().store(), manager), &nested(chip, device, "L1"), time(NOW));
    assert_eq!(report.code(), Code::Ok);
}

#[test]
fn a_chain_to_the_wrong_domain_is_named_in_a_hint() {
    let trust = Trust::new(pki().store(), rules(Consumer::Ida));
    let report = explain(trust, &nested(&pki().device, &pki().device, "L1"), time(NOW));
    let fault = Error::UntrustedChain { fault: ChainFault::NoPath };
    let failed = report.checks.iter().find(|entry| entry.outcome == Outcome::Fail(fault.clone()));
    assert_eq!(failed.unwrap().part.as_deref(), Some("digitalId"));
    assert!(report.hints[0].contains("an authority of DEVICE vouches"), "{:?}", report.hints);
}

#[test]
fn each_layer_reports_its_signature_certificate_and_trust() {
    let message = nested(&pki().device, &pki().device, "L0");
    let rules = rules(Consumer::RegistrationClient);
    let report = explain(Trust::new(pki().store(), rules.clone()), &message, time(NOW));
    for part in ["deviceData", "deviceInfo", "digitalId"] {
        for check in ["key", "algorithm", "signature", "key-certificate", "trust"] {
            let entries = report
                .checks
                .iter()
                .filter(|entry| entry.part.as_deref() == Some(part) && entry.check.name() == check);
            let outcomes: Vec<_> = entries.map(|entry| &entry.outcome).collect();
            assert_eq!(outcomes, [&Outcome::Pass], "{part} {check}");
        }
    }
    let verifier = Verifier::new(Trust::new(pki().store(), rules), Policy::default());
    let found = verifier.verify(message.as_bytes(), &Expected::new(), At::Issued).unwrap();
    assert_eq!(found.at(), time(NOW));
    let times: Vec<_> = found.parts().iter().map(|part| NOW - part.at().unix()).collect();
    assert_eq!(times, [0, 0, 19_800]);
    let parts: Vec<_> = found.parts().iter().map(SignedPart::part).collect();
    assert_eq!(parts, ["deviceData", "deviceInfo", "digitalId"]);
    let root = read(pki().device_root.certificate());
    let standing = Standing::Rooted { domain: Domain::Device, root };
    assert!(found.parts().iter().all(|part| *part.standing() == standing));
    let data = found.content().device_data().unwrap();
    assert_eq!(data.origin().layer(), Layer::VerifiedJws);
    assert_eq!(found.unauthenticated(), [""; 0]);
}

#[test]
fn without_roots_nothing_is_trusted_unless_the_caller_says_so() {
    let message = nested(&pki().device, &pki().device, "L0");
    for consumer in Consumer::ALL {
        let report = explain(Trust::new(TrustStore::new(), rules(consumer)), &message, time(NOW));
        assert_eq!(report.code(), Code::UntrustedChain);
        let signatures = report.checks.iter().filter(|entry| entry.check.name() == "signature");
        assert!(signatures.clone().all(|entry| entry.outcome == Outcome::Pass));
        assert_eq!(signatures.count(), 3);
    }
    let report = explain(Trust::self_asserted(), &message, time(NOW));
    assert_eq!(report.code(), Code::Ok);
    assert_eq!(report.warnings, [Warning::SelfAsserted]);
    // Dates count all the same.
    for late in [start().unix() - 1, end().unix() + 1] {
        let report = explain(Trust::self_asserted(), &message, time(late));
        assert_eq!(report.code(), Code::CertificateExpired);
    }
}

#[test]
fn a_swapped_or_altered_layer_breaks_the_signature_around_it() {
    let (device, chip) = (&pki().device, &pki().chip);
    let id = |serial: &str| chip.sign(&digital_id(serial).to_string()).unwrap();
    let info = device.sign(&device_info(&id("1"), "L1").to_string()).unwrap();
    let genuine = device.sign(&device_data(info.as_str()).to_string()).unwrap();
    let trust = || Trust::new(pki().store(), rules(Consumer::Ida));
    assert_eq!(explain(trust(), &genuine, time(NOW)).code(), Code::Ok);

    // Another genuine digital id in the place of the first.
    let part = |token: &str, place: usize| token.split('.').nth(place).unwrap().to_string();
    let swap = |token: &str, payload: &str| {
        let payload = base64::encode_url(payload.as_bytes());
        format!("{}.{payload}.{}", part(token, 0), part(token, 2))
    };
    let swapped_info = swap(&info, &device_info(&id("2"), "L1").to_string());
    let swapped = swap(&genuine, &device_data(swapped_info.as_str()).to_string());
    let report = explain(trust(), &swapped, time(NOW));
    assert_eq!(report.code(), Code::SignatureMismatch);
    let mismatch = Outcome::Fail(Error::SignatureMismatch);
    let failed: Vec<_> = report
        .checks
        .iter()
        .filter(|entry| entry.outcome == mismatch)
        .map(|entry| entry.part.as_deref().unwrap())
        .collect();
    assert_eq!(failed, ["deviceData", "deviceInfo"]);
    // The same, and signed again on the outside only.
    let resigned = device.sign(&device_data(swapped_info.as_str()).to_string()).unwrap();
    let report = explain(trust(), &resigned, time(NOW));
    let failed = report.checks.iter().find(|entry| entry.outcome == mismatch).unwrap();
    assert_eq!(failed.part.as_deref(), Some("deviceInfo"));
}

#[test]
fn any_changed_byte_of_the_nested_message_is_refused() {
    let message = nested(&pki().device, &pki().chip, "L1");
    let verifier =
        Verifier::new(Trust::new(pki().store(), rules(Consumer::Ida)), Policy::default());
    for place in (0..message.len()).step_by(41) {
        let mut altered = message.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let verdict = verifier.verify(&altered, &Expected::new(), time(NOW));
        assert!(verdict.is_err(), "{place}");
    }
}

/// Encoded, and not signed.
fn encode(text: &str) -> String {
    base64::encode_standard(text.as_bytes())
}

fn client() -> Trust {
    Trust::new(pki().store(), rules(Consumer::RegistrationClient))
}

/// Device data around a genuine digital id, of which nothing but that is signed.
fn stripped(id: &Device, level: &str) -> String {
    let id = id.sign(&id_text()).unwrap();
    encode(&device_data(Value::Object(device_info(&id, level))).to_string())
}

/// A key with a certificate of its own making.
fn stranger(seed: u64) -> Device {
    let key = RsaIssuer::generate(&mut Rng::from_seed(seed), 2048, None).unwrap();
    let own = testkit::Certificate::self_signed(&key, "x", start(), end()).unwrap();
    Device::new(key, vec![own])
}

fn first_failure(report: &Report) -> Option<(&str, &Error)> {
    report.checks.iter().find_map(|entry| match &entry.outcome {
        Outcome::Fail(error) => Some((entry.part.as_deref().unwrap_or_default(), error)),
        _ => None,
    })
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

/// A device whose certificate is valid within these seconds around `NOW`, and a root for it.
fn dated(seed: u64, from: i64, to: i64) -> (Device, Certificate) {
    let mut rng = Rng::from_seed(seed);
    let wide = Template::new("root", time(0), time(NOW * 2)).authority(None);
    let root = Authority::root(EcIssuer::generate(&mut rng, None), &wide).unwrap();
    let key = RsaIssuer::generate(&mut rng, 2048, None).unwrap();
    let template = Template::new("dated", time(NOW + from), time(NOW + to)).end_entity();
    let certificate = root.issue(&key, &template).unwrap();
    (Device::new(key, vec![certificate]), read(root.certificate()))
}

/// A digital id that says to have been made so many seconds after `NOW`.
fn id_at(offset: i64) -> String {
    digital_id("1").with("dateTime", time(NOW + offset).to_string()).to_string()
}

/// Device information with this time, or without.
fn info_at(id: &str, offset: Option<i64>) -> String {
    let mut info = device_info(id, "L1");
    match offset {
        Some(offset) => info.set("timeStamp", time(NOW + offset).to_string()),
        None => info.set("timeStamp", Value::Null),
    }
    info.to_string()
}

#[test]
fn as_issued_each_signer_is_judged_at_the_time_of_its_own_layer() {
    let (device, device_root) = dated(30, 0, 100);
    let (chip, chip_root) = dated(31, 1000, 1100);
    let store = TrustStore::new()
        .with_roots(Domain::Device, [device_root])
        .with_roots(Domain::Ftm, [chip_root]);
    let trust = || Trust::new(store.clone(), rules(Consumer::Ida));
    let message = |info: Option<i64>, id: i64| {
        let id = chip.sign(&id_at(id)).unwrap();
        let info = device.sign(&info_at(&id, info)).unwrap();
        device.sign(&device_data(info.as_str()).to_string()).unwrap()
    };
    let good = message(Some(100), 1000);
    let found = Verifier::new(trust(), Policy::default());
    let found = found.verify(good.as_bytes(), &Expected::new(), At::Issued).unwrap();
    let times: Vec<_> = found.parts().iter().map(SignedPart::at).collect();
    assert_eq!(times, [100, 100, 1000].map(|offset| time(NOW + offset)));
    assert_eq!(found.at(), time(NOW + 100));
    let report = explain(trust(), &good, At::Issued);
    assert_eq!((report.code(), report.at), (Code::Ok, Some(time(NOW + 100))));
    assert_eq!(report.warnings, [Warning::AtIssued]);

    for (info, id, part) in [
        (Some(101), 1000, Some("deviceData")),
        (Some(-1), 1000, Some("deviceData")),
        (Some(0), 999, Some("digitalId")),
        (Some(0), 1101, Some("digitalId")),
        // Without a time of its own, that of the digital id inside.
        (None, 1000, Some("deviceData")),
    ] {
        let report = explain(trust(), &message(info, id), At::Issued);
        let (found, error) = first_failure(&report).unzip();
        assert_eq!(found, part, "{info:?} {id}");
        assert_eq!(error.unwrap().code(), Code::CertificateExpired);
    }
    // No one time suits both.
    for offset in [0, 100, 1000, 1100] {
        let report = explain(trust(), &good, time(NOW + offset));
        assert_eq!(report.code(), Code::CertificateExpired, "{offset}");
    }
}

#[test]
fn no_time_comes_out_of_a_layer_that_nobody_signed() {
    let (device, root) = dated(32, -900, -800);
    let store = || TrustStore::new().with_roots(Domain::Device, [root.clone()]);
    let id = device.sign(&id_at(0)).unwrap();
    let forged = encode(&device_data(encode(&info_at(&id, Some(-850)))).to_string());
    let trust = Trust::new(store(), rules(Consumer::RegistrationClient));
    let alone = DigitalIdVerifier::new(trust.clone(), Policy::default());
    let alone = alone.verify(id.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(alone.unwrap_err().code(), Code::CertificateExpired);
    assert_eq!(explain(trust, &forged, At::Issued).code(), Code::UnsignedLayer);
    // Nor where that layer is accepted.
    let allowed = || Trust::self_asserted().with_partly_signed(PartlySigned::Allow);
    let report = explain(allowed(), &forged, At::Issued);
    assert_eq!((report.code(), report.at), (Code::CertificateExpired, Some(time(NOW))));
    let id = device.sign(&id_at(-850)).unwrap();
    let honest = encode(&device_data(encode(&info_at(&id, Some(0)))).to_string());
    let report = explain(allowed(), &honest, At::Issued);
    assert_eq!((report.code(), report.at), (Code::Ok, Some(time(NOW - 850))));
}

#[test]
fn a_layer_whose_time_cannot_be_read_has_none_to_be_judged_at() {
    let device = &pki().device;
    let late = |id: &str| id.replace("2020-01-13T07:20:42.195Z", "13.01.2020");
    let token = device.sign(&late(&id_text())).unwrap();
    let verifier = DigitalIdVerifier::new(client(), Policy::default());
    let unreadable = |member| Error::Malformed { part: member, fault: Fault::Time };
    let verdict = verifier.verify(token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(verdict.unwrap_err(), unreadable("dateTime"));
    let report = verifier.explain(token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(first_failure(&report), Some(("digitalId", &unreadable("dateTime"))));
    assert_eq!(report.at, None);
    // Nor is it whole at a time that the caller knows.
    let verdict = verifier.verify(token.as_bytes(), &Expected::new(), time(NOW));
    assert_eq!(verdict.unwrap_err(), unreadable("dateTime"));

    // A time of its own that cannot be read is not made up for by one further inside.
    let id = device.sign(&id_text()).unwrap();
    let info = info_at(&id, None).replace(r#""timeStamp":null"#, r#""timeStamp":"then""#);
    let message = device.sign(&device_data(device.sign(&info).unwrap().as_str()).to_string());
    let message = message.unwrap();
    for at in [At::Issued, time(NOW).into()] {
        let report = explain(client(), &message, at);
        assert_eq!(first_failure(&report), Some(("deviceInfo", &unreadable("timeStamp"))));
    }
}

/// What the report says of the number of keys.
fn keys(report: &Report) -> Option<&str> {
    let mut entries = report.checks.iter();
    let entry = entries.find(|entry| entry.check.name() == "key" && entry.part.is_none())?;
    Some(entry.detail.as_str())
}

#[test]
fn keys_are_counted_and_different_ones_within_a_domain_are_warned_of() {
    let (device, chip) = (&pki().device, &pki().chip);
    let template = Template::new("other", start(), end()).organization(Pki::MAKER).end_entity();
    let certificate = pki().device_intermediate.issue(other_key(), &template).unwrap();
    let other = &Device::new(other_key().clone(), vec![certificate]);
    let message = |data: &Device, info: &Device, id: &Device, level: &str| {
        let id = id.sign(&id_text()).unwrap();
        let info = info.sign(&device_info(&id, level).to_string()).unwrap();
        data.sign(&device_data(info.as_str()).to_string()).unwrap()
    };
    let trusted = |consumer| Trust::new(pki().store(), rules(consumer));
    let (one, warned) = (Warning::SelfAsserted, Warning::OtherSigner);
    let asserted = Trust::self_asserted;
    for (trust, message, number, warnings) in [
        (asserted(), message(device, device, device, "L0"), 1, &[one][..]),
        (asserted(), message(device, device, device, "L1"), 1, &[one]),
        // A device and its chip.
        (asserted(), message(device, device, chip, "L1"), 2, &[one]),
        (asserted(), message(device, device, chip, "L9"), 2, &[one]),
        // A device that has no chip.
        (asserted(), message(device, device, chip, "L0"), 2, &[one, warned]),
        (asserted(), message(device, other, other, "L0"), 2, &[one, warned]),
        (asserted(), message(device, other, chip, "L1"), 3, &[one, warned]),
        (trusted(Consumer::Ida), message(device, device, chip, "L1"), 2, &[]),
        (trusted(Consumer::Ida), message(device, other, chip, "L1"), 3, &[warned]),
        (trusted(Consumer::ComplianceToolkit), message(device, device, chip, "L1"), 2, &[]),
        (trusted(Consumer::RegistrationClient), message(device, device, other, "L0"), 2, &[warned]),
        (trusted(Consumer::KeymanagerV1), message(other, device, device, "L0"), 2, &[warned]),
    ] {
        let report = explain(trust, &message, time(NOW));
        assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, warnings));
        let expected = format!("signatures: 3, distinct keys: {number}");
        assert_eq!(keys(&report), Some(expected.as_str()));
    }
    // Of one signature nothing is counted.
    let verifier = DigitalIdVerifier::new(asserted(), Policy::default());
    let token = device.sign(&id_text()).unwrap();
    let report = verifier.explain(token.as_bytes(), &Expected::new(), time(NOW));
    assert_eq!((report.code(), keys(&report)), (Code::Ok, None));
}

#[test]
fn a_device_states_the_level_that_the_caller_knows_or_is_refused() {
    let (device, chip) = (&pki().device, &pki().chip);
    for (known, said, id, expected) in [
        (Certification::L0, "L0", device, None),
        (Certification::L1, "L1", chip, None),
        (Certification::L0, "L1", device, Some(ChainFault::Level)),
        (Certification::L0, "L1", chip, Some(ChainFault::Level)),
        (Certification::L1, "L0", chip, Some(ChainFault::Level)),
        (Certification::L1, "L7", chip, Some(ChainFault::Level)),
        (Certification::Sbi1, "SBI 1.0", device, Some(ChainFault::Level)),
    ] {
        let rules = rules(Consumer::ComplianceToolkit).with_level(known.clone());
        let report =
            explain(Trust::new(pki().store(), rules), &nested(device, id, said), time(NOW));
        let expected = expected.map(|fault| Error::UntrustedChain { fault });
        assert_eq!(first_failure(&report).map(|(_, error)| error), expected.as_ref(), "{known:?}");
    }
    // Rules that do not decide by the level compare it all the same.
    let client = rules(Consumer::RegistrationClient).with_level(Certification::L1);
    let report =
        explain(Trust::new(pki().store(), client), &nested(device, device, "L0"), time(NOW));
    assert_eq!(report.code(), Code::UntrustedChain);
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

#[test]
fn a_digital_id_of_another_device_within_the_domain_is_a_warning() {
    let template = Template::new("other", start(), end()).organization(Pki::MAKER).end_entity();
    let certificate = pki().device_intermediate.issue(other_key(), &template).unwrap();
    let other = Device::new(other_key().clone(), vec![certificate]);
    let trust = Trust::new(pki().store(), rules(Consumer::RegistrationClient));
    let report = explain(trust, &nested(&pki().device, &other, "L0"), time(NOW));
    assert_eq!((report.code(), &report.warnings[..]), (Code::Ok, &[Warning::OtherSigner][..]));
}

#[test]
fn the_toolkit_wants_the_partners_organisation() {
    let message = nested(&pki().device, &pki().chip, "L1");
    for (organization, expected) in [
        (Some(Pki::MAKER), Code::Ok),
        (Some("test vendor"), Code::Ok),
        (Some("Test Vendors"), Code::UntrustedChain),
        (None, Code::UntrustedChain),
    ] {
        let mut rules = Rules::of(Consumer::ComplianceToolkit);
        if let Some(organization) = organization {
            rules = rules.with_organization(organization);
        }
        let report = explain(Trust::new(pki().store(), rules), &message, time(NOW));
        assert_eq!(report.code(), expected, "{organization:?}");
    }
    // A digital id says nothing of levels.
    let token = pki().device.sign(&id_text()).unwrap();
    let rules = rules(Consumer::ComplianceToolkit);
    assert_eq!(fault(pki().store(), rules.clone(), &token), Some(ChainFault::Level));
    let rules = rules.with_level(Certification::L0);
    assert_eq!(fault(pki().store(), rules, &token), None);
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

fn signer_key() -> EcIssuer {
    EcIssuer::generate(&mut Rng::from_seed(13), None)
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
fn signatures_and_layers_are_counted() {
    let message = nested(&pki().device, &pki().device, "L0");
    for (limits, expected) in [
        (countersign::Limits::default().with_signatures(3), Code::Ok),
        (countersign::Limits::default().with_signatures(2), Code::TooLarge),
        (countersign::Limits::default().with_layers(3), Code::Ok),
        (countersign::Limits::default().with_layers(2), Code::TooLarge),
    ] {
        let policy = Policy::default().with_limits(limits);
        let verifier = Verifier::new(Trust::self_asserted(), policy);
        let report = verifier.explain(message.as_bytes(), &Expected::new(), time(NOW));
        assert_eq!(report.code(), expected);
        let verdict = verifier.verify(message.as_bytes(), &Expected::new(), time(NOW));
        assert_eq!(verdict.err().map_or(Code::Ok, |error| error.code()), expected);
    }
    // A token within a token: both signatures count.
    let inner = pki().device.sign(&id_text()).unwrap();
    let outer = by(
        other_key(),
        vec![
            Authority::root(other_key().clone(), &Template::new("o", start(), end()))
                .unwrap()
                .certificate()
                .clone(),
        ],
    );
    let mut twice =
        Device::new(pki().device.key().clone(), pki().device.x5c().to_vec()).sign(&inner).unwrap();
    let verifier = DigitalIdVerifier::new(Trust::self_asserted(), Policy::default());
    let report = verifier.explain(twice.as_bytes(), &Expected::new(), time(NOW));
    assert_eq!(report.code(), Code::Ok);
    assert!(report.warnings.contains(&Warning::EncodedTwice));
    let dot = twice.rfind('.').unwrap();
    twice.replace_range(dot.., outer.get(outer.rfind('.').unwrap()..).unwrap());
    let report = verifier.explain(twice.as_bytes(), &Expected::new(), time(NOW));
    assert_eq!(report.code(), Code::SignatureMismatch);
}

#[test]
fn what_is_expected_is_compared() {
    let message = nested(&pki().device, &pki().chip, "L1");
    let data = DeviceData::decode(message.as_bytes(), &countersign::Limits::default()).unwrap();
    let verifier =
        Verifier::new(Trust::new(pki().store(), rules(Consumer::Ida)), Policy::default());
    let mut wanted = data.device_info.digital_id;
    let expected = Expected::new().digital_id(wanted.clone());
    assert!(verifier.verify(message.as_bytes(), &expected, time(NOW)).is_ok());
    wanted.make = "X".into();
    let expected = Expected::new().digital_id(wanted);
    let report = verifier.explain(message.as_bytes(), &expected, time(NOW));
    assert_eq!(report.code(), Code::ContentMismatch);
    assert!(report.hints.iter().any(|hint| hint.contains("`make`")));
    let _ = x509::Certificate::from_der(b"", Modulus::Strict).unwrap_err();
}

#[test]
fn names_read_back() {
    for domain in Domain::ALL {
        assert_eq!(domain.as_str().to_ascii_lowercase().parse(), Ok(domain));
    }
    for consumer in Consumer::ALL {
        assert_eq!(consumer.as_str().parse(), Ok(consumer));
    }
    for leniency in Leniency::ALL {
        assert_eq!(leniency.as_str().parse(), Ok(leniency));
    }
    assert!("partner".parse::<Domain>().is_err() && "IDA".parse::<Consumer>().is_err());
}

#[test]
fn a_layer_that_two_keys_signed_one_around_the_other_is_warned_of() {
    let (device, chip) = (&pki().device, &pki().chip);
    let twice = |outer: &Device, inner: &Device, text: &str| {
        outer.sign(&inner.sign(text).unwrap()).unwrap()
    };
    let verifier = DigitalIdVerifier::new(Trust::self_asserted(), Policy::default());
    for (outer, inner, expected) in
        [(device, chip, true), (chip, device, true), (chip, chip, false)]
    {
        let token = twice(outer, inner, &id_text());
        let report = verifier.explain(token.as_bytes(), &Expected::new(), time(NOW));
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(report.warnings.contains(&Warning::OtherSigner), expected);
        // Within device data of a level that may have a chip as well.
        let info = device.sign(&device_info(&token, "L1").to_string()).unwrap();
        let message = device.sign(&device_data(info.as_str()).to_string()).unwrap();
        let report = explain(Trust::self_asserted(), &message, time(NOW));
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(report.warnings.contains(&Warning::OtherSigner), expected);
    }
    // Each of them has to be trusted.
    let store = || pki().store();
    let ida = || rules(Consumer::Ida);
    assert_eq!(fault(store(), ida(), &twice(chip, chip, &id_text())), None);
    for (outer, inner) in [(device, chip), (chip, device)] {
        let token = twice(outer, inner, &id_text());
        assert_eq!(fault(store(), ida(), &token), Some(ChainFault::NoPath));
    }
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
fn a_digital_id_alone_or_within_device_data_has_no_member_of_another_kind() {
    let device = &pki().device;
    for member in ["bioValue", "deviceStatus", "deviceInfo", "digitalId", "deviceExpiry"] {
        let id = device.sign(&digital_id("1").with(member, "AAAA").to_string()).unwrap();
        let error = Error::ContentMismatch { member };
        let alone = judge_id(pki().store(), rules(Consumer::RegistrationClient), &id);
        assert_eq!(alone.unwrap_err(), error);
        let info = device.sign(&device_info(&id, "L0").to_string()).unwrap();
        let message = device.sign(&device_data(info.as_str()).to_string()).unwrap();
        let report = explain(client(), &message, time(NOW));
        assert_eq!(first_failure(&report), Some(("digitalId", &error)));
    }
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
