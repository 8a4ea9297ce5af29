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
    Certification, DeviceData, DeviceInfo, DigitalId, DigitalIdVerifier, Expected, Layer, Verifier,
};
use countersign::mosip::trust::*;
use countersign::x509::{self, Certificate, NegativeModulus};
use countersign::{
    Algorithm, At, ChainFault, Check, Code, Error, Outcome, Policy, Report, Rsa1024, Time, Warning,
};
use countersign_testkit::{
    self as testkit, Authority, Critical, Device, EcIssuer, Issuer as _, Pki, Rng, RsaIssuer,
    Template, device_data, device_info, mosip::digital_id,
};

mod chains;
mod known;
mod times;
mod unsigned;

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
    Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse).unwrap()
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

/// What the report says of the number of keys.
fn keys(report: &Report) -> Option<String> {
    let mut entries = report.checks.iter();
    let entry = entries.find(|entry| entry.check.name() == "key" && entry.part.is_none())?;
    Some(entry.detail.to_string())
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
        assert_eq!(keys(&report), Some(expected));
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
    let _ = x509::Certificate::from_der(b"", NegativeModulus::Refuse).unwrap_err();
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
fn a_layer_that_is_encoded_twice_is_signed_if_either_encoding_is() {
    let chip = &pki().chip;
    let (plain, once) = (encode(&id_text()), chip.sign(&id_text()).unwrap());
    let verifier = DigitalIdVerifier::new(Trust::self_asserted(), Policy::default());
    let judge = |token: &str| {
        let report = verifier.explain(token.as_bytes(), &Expected::new(), time(NOW));
        let verdict = verifier.verify(token.as_bytes(), &Expected::new(), time(NOW));
        assert_eq!(report.code(), verdict.as_ref().map_or_else(Error::code, |_| Code::Ok));
        (verdict, report)
    };
    for token in [chip.sign(&once).unwrap(), chip.sign(&plain).unwrap(), encode(&once)] {
        let (verdict, report) = judge(&token);
        let found = verdict.unwrap();
        let origin = found.content().origin();
        assert_eq!((origin.layer(), origin.is_encoded_twice()), (Layer::VerifiedJws, true));
        assert!(report.checks.iter().all(|entry| !entry.detail.to_string().contains("not signed")));
        let read = DigitalId::decode(token.as_bytes(), &countersign::Limits::default()).unwrap();
        assert_eq!(read.origin().layer(), Layer::UnverifiedJws);
    }
    let neither = encode(&plain);
    let read = DigitalId::decode(neither.as_bytes(), &countersign::Limits::default()).unwrap();
    assert_eq!(read.origin().layer(), Layer::Base64);
    assert_eq!(judge(&neither).0.unwrap_err(), Error::UnsignedLayer { part: "digitalId" });
}

#[test]
fn every_level_is_read_as_it_is_written_and_any_other_text_is_no_level() {
    for (text, level) in [
        ("L0", Certification::L0),
        ("L1", Certification::L1),
        ("L2", Certification::L2),
        ("SBI 1.0", Certification::Sbi1),
        ("SBI 2.0", Certification::Sbi2),
        ("l2", Certification::Other("l2".into())),
        ("L3", Certification::Other("L3".into())),
    ] {
        let info = encode(&device_info(&encode(&id_text()), text).to_string());
        let read = DeviceInfo::decode(info.as_bytes(), &countersign::Limits::default()).unwrap();
        assert_eq!(read.certification, level);
        let message = nested(&pki().device, &pki().device, text);
        let verifier = Verifier::new(Trust::self_asserted(), Policy::default());
        let found = verifier.verify(message.as_bytes(), &Expected::new(), time(NOW)).unwrap();
        assert_eq!(found.content().device_data().unwrap().device_info.certification, level);
    }
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
