//! Answers and requests that MOSIP's repositories publish. They are not part of this repository.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

#[path = "../suites/public.rs"]
mod public;

use std::fs;

use countersign::encoding::json::{self, Object};
use countersign::jose::{Jwk, JwkSet};
use countersign::mosip::Window;
use countersign::mosip::device::{self, DeviceData, DigitalId, DigitalIdVerifier, Layer};
use countersign::mosip::registration::{Era, Expected, Status, Verifier};
use countersign::mosip::trust::{Consumer, Domain, Rules, Trust, TrustStore};
use countersign::x509::Certificate;
use countersign::{
    At, ChainFault, Check, Code, Error, Limits, Outcome, Policy, Report, Time, Verdict, Warning,
};

/// Reads a file of the collection. Where it is absent there is nothing to test, which only a
/// developer's machine may accept.
fn read(name: &str) -> Option<Vec<u8>> {
    let path = public::folder("mosip").join(name);
    let bytes = fs::read(&path).ok();
    if bytes.is_none() {
        assert!(!public::in_ci(), "{} is absent", path.display());
        eprintln!("skipped: {} is absent", path.display());
    }
    bytes
}

fn records(name: &str) -> Option<Vec<Object<'static>>> {
    let text = read(name)?;
    let value = json::parse("vectors", &text, &Limits::default()).expect("strict JSON");
    let records: Vec<_> = value
        .as_array()
        .expect("an array")
        .iter()
        .map(|record| record.as_object().expect("an object").clone().into_owned())
        .collect();
    assert!(!records.is_empty());
    Some(records)
}

fn member<'o>(record: &'o Object<'_>, name: &'static str) -> &'o str {
    record.string("record", name).expect("a string")
}

fn key(name: &str) -> Option<JwkSet> {
    Some(Jwk::from_pem(&read(name)?).expect("a certificate").into())
}

fn time(text: &str) -> Time {
    Time::parse_rfc3339(text).expect("a time")
}

#[test]
fn answers_of_era_b_are_valid_at_their_response_time_and_never_after_the_certificate() {
    let (Some(keys), Some(records)) = (key("era-b-signer.pem"), records("era-b-responses.json"))
    else {
        return;
    };
    let verifier = Verifier::new(keys, Policy::default());
    for record in &records {
        let token = member(record, "response").as_bytes();
        let at = time(member(record, "responsetime"));
        let expected =
            Expected::new().status(Status::Registered).env("mz").window(Window::as_servers_do(5));
        let found = verifier.verify(token, &expected, at).expect("valid");
        assert_eq!((found.era(), found.key().bits), (Era::B, Some(2048)));
        assert_eq!(found.digital_id().expect("a digital id").serial_no, "9149769");
        let report = verifier.explain(token, &expected, at);
        assert_eq!(report.verdict(), Verdict::Valid);
        assert_eq!(report.warnings, [Warning::UnsignedHeader]);
        assert!(report.hints.is_empty(), "{:?}", report.hints);

        assert!(verifier.verify(token, &Expected::new(), At::Issued).is_ok());
        let late = verifier.verify(token, &Expected::new(), time("2020-09-28T07:52:52Z"));
        assert_eq!(late.expect_err("expired").code(), Code::CertificateExpired);
        let mut altered = token.to_vec();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        let altered = verifier.verify(&altered, &Expected::new(), at);
        assert_eq!(altered.expect_err("altered").code(), Code::SignatureMismatch);
    }
}

#[test]
fn the_published_answer_of_era_a_is_valid_under_its_certificate_of_january_2020() {
    let Some(keys) = key("era-a-signer.pem") else {
        return;
    };
    let answer = include_bytes!("../../test-vectors/seed/registered-devices-response.json");
    let verifier = Verifier::new(keys.clone(), Policy::default());
    for (at, expected) in [
        ("2020-01-13T07:25:29Z", Code::Ok),
        ("2019-10-23T06:26:28Z", Code::CertificateExpired),
        ("2019-10-23T06:26:29Z", Code::Ok),
        ("2020-01-21T06:26:29Z", Code::Ok),
        ("2020-01-21T06:26:30Z", Code::CertificateExpired),
    ] {
        let report = verifier.explain(answer, &Expected::new(), time(at));
        assert_eq!(report.code(), expected, "{at}");
    }
    // Among other keys, too, and not without its own.
    let Some(mut others) = key("era-b-signer.pem") else {
        return;
    };
    let at = time("2020-01-13T07:25:29Z");
    let other = Verifier::new(others.clone(), Policy::default());
    let error = other.verify(answer, &Expected::new(), at).expect_err("another key");
    assert_eq!(error.code(), Code::SignatureMismatch);
    others.extend(keys);
    let both = Verifier::new(others, Policy::default());
    assert!(both.verify(answer, &Expected::new(), at).is_ok());
}

#[test]
fn logged_requests_decode_and_are_not_those_of_the_answers_beside_them() {
    let (Some(keys), Some(records)) = (key("era-b-signer.pem"), records("era-b-responses.json"))
    else {
        return;
    };
    let verifier = Verifier::new(keys, Policy::default());
    for record in &records {
        let text = member(record, "request_deviceData");
        let data = DeviceData::decode(text.as_bytes(), &Limits::default()).expect("decodes");
        assert_eq!(data.device_info.device_sub_ids, ["1", "2", "3"]);
        assert!(data.device_info.time_stamp.as_ref().is_some_and(|time| time.time().is_some()));
        // The logs pair them, but `dateTime` differs by milliseconds.
        let expected = Expected::new().request(&data);
        let token = member(record, "response").as_bytes();
        let report = verifier.explain(token, &expected, time(member(record, "responsetime")));
        assert_eq!(report.code(), Code::ContentMismatch);
        assert_eq!(report.hints, ["the digital IDs differ in `dateTime`"]);
    }
}

#[test]
fn nested_device_data_of_partner_management_decodes_through_three_signed_layers() {
    let Some(records) = records("pms-nested-device-data.json") else {
        return;
    };
    for record in &records {
        let text = member(record, "token").as_bytes();
        let data = DeviceData::decode(text, &Limits::default()).expect("decodes");
        let info = &data.device_info;
        let layers = [data.origin(), info.origin(), info.digital_id.origin()];
        assert_eq!(layers.map(|origin| origin.layer()), [Layer::UnverifiedJws; 3]);
        assert_eq!(info.device_sub_ids, ["1"]);
        assert_eq!(info.digital_id.device_provider_id, "Tech-123");
        assert_eq!(data.foundational_trust_provider_id, None);
    }
}

#[test]
fn digital_ids_of_devices_decode() {
    let Some(records) = records("digital-ids.json") else {
        return;
    };
    for record in &records {
        let text = member(record, "token").as_bytes();
        let id = DigitalId::decode(text, &Limits::default()).expect("decodes");
        assert_eq!(id.origin().layer(), Layer::UnverifiedJws);
        assert!(id.date_time.time().is_some());
    }
}

/// The outcomes of one check, in all parts.
fn outcomes(report: &Report, check: Check) -> Vec<&Outcome> {
    report.checks.iter().filter(|e| e.check == check).map(|e| &e.outcome).collect()
}

fn nobody_trusted() -> Trust {
    Trust::new(TrustStore::new(), Rules::of(Consumer::RegistrationClient))
}

#[test]
fn digital_ids_of_devices_verify_and_nobody_vouches_for_their_signers() {
    let Some(records) = records("digital-ids.json") else {
        return;
    };
    let expected = device::Expected::new();
    let asserted = DigitalIdVerifier::new(Trust::self_asserted(), Policy::default());
    let trusted = DigitalIdVerifier::new(nobody_trusted(), Policy::default());
    for record in &records {
        let token = member(record, "token").as_bytes();
        let verified = asserted.verify(token, &expected, At::Issued).expect("a valid signature");
        assert_eq!(verified.content().origin().layer(), Layer::VerifiedJws);
        assert_eq!(verified.parts().len(), 1);

        let report = trusted.explain(token, &expected, At::Issued);
        assert_eq!(report.code(), Code::UntrustedChain);
        assert_eq!(outcomes(&report, Check::SIGNATURE), [&Outcome::Pass]);
        assert_eq!(outcomes(&report, Check::KEY_CERTIFICATE), [&Outcome::Pass]);
        let missing = Outcome::Fail(Error::UntrustedChain { fault: ChainFault::NoRoot });
        assert_eq!(outcomes(&report, Check::TRUST), [&missing]);

        // Every certificate of the collection has expired by 2028.
        let late = asserted.verify(token, &expected, time("2028-01-01T00:00:00Z"));
        assert_eq!(late.expect_err("expired").code(), Code::CertificateExpired);
        let mut altered = token.to_vec();
        let place = altered.iter().position(|b| *b == b'.').expect("a dot") + 40;
        altered[place] ^= 1;
        let altered = asserted.verify(&altered, &expected, At::Issued);
        assert_eq!(altered.expect_err("altered").code(), Code::SignatureMismatch);
    }
}

#[test]
fn three_layers_of_partner_management_verify_and_nobody_vouches_for_their_signer() {
    let Some(records) = records("pms-nested-device-data.json") else {
        return;
    };
    let expected = device::Expected::new();
    for record in &records {
        let text = member(record, "token").as_bytes();
        let verifier = device::Verifier::new(Trust::self_asserted(), Policy::default());
        let verified = verifier.verify(text, &expected, At::Issued).expect("valid signatures");
        let parts: Vec<&str> = verified.parts().iter().map(|part| part.part()).collect();
        assert_eq!(parts, ["deviceData", "deviceInfo", "digitalId"]);
        assert_eq!(verified.unauthenticated(), [""; 0]);
        assert_eq!(verified.at(), time("2021-03-31T00:18:17Z"));

        let verifier = device::Verifier::new(nobody_trusted(), Policy::default());
        let report = verifier.explain(text, &expected, At::Issued);
        assert_eq!(report.code(), Code::UntrustedChain);
        assert_eq!(outcomes(&report, Check::SIGNATURE), [&Outcome::Pass; 3]);
        assert_eq!(outcomes(&report, Check::TRUST).len(), 3);
    }
}

#[test]
fn signers_of_the_eras_chain_to_their_authority_at_their_time_and_have_expired_since() {
    let certificate = |name| -> Option<Certificate> {
        let text = read(name)?;
        Certificate::from_pem(&text, &Limits::default()).expect("a certificate").pop()
    };
    let Some(authority) = certificate("lets-encrypt-authority-x3.pem") else {
        return;
    };
    let store = TrustStore::new().with_roots(Domain::Auth, [authority.clone()]);
    for (name, at) in
        [("era-a-signer.pem", "2020-01-13T07:25:29Z"), ("era-b-signer.pem", "2020-08-01T00:00:00Z")]
    {
        let Some(signer) = certificate(name) else {
            return;
        };
        let path = |at| store.path(&signer, Domain::Auth, time(at), &Policy::default());
        assert_eq!(path(at), Ok(vec![signer.clone(), authority.clone()]));
        let today = path("2026-11-22T00:00:00Z").expect_err("expired");
        assert_eq!(today.code(), Code::CertificateExpired);
        let elsewhere = store.path(&signer, Domain::Device, time(at), &Policy::default());
        assert_eq!(elsewhere.expect_err("no root").code(), Code::UntrustedChain);
    }
}
