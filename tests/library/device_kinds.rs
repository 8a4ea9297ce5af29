//! Every object that a device or its server signs, before every verifier of such objects.
//!
//! One key signs everything, and every verifier believes it: only what the objects say can keep them
//! apart. Each object is put before each verifier in the wrapping that the verifier expects.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use std::sync::LazyLock;

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::jose::{Jwk, JwkSet};
use countersign::mosip::device;
use countersign::mosip::registration::{self, Era};
use countersign::mosip::sbi::{self, HashChain, Scheme, cbeff};
use countersign::mosip::trust::{PartlySigned, Trust};
use countersign::x509::{Certificate, NegativeModulus};
use countersign::{Algorithm, Code, Policy, Time};
use countersign_testkit::mosip::{self, digital_id};
use countersign_testkit::{
    self as testkit, Device, Issuer as _, Rng, RsaIssuer, device_data, device_info, sbi as kit,
};

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signed {
    DeviceData,
    /// Device data around the information of a device service, instead of that of a request.
    ForeignDeviceData,
    RequestInfo,
    ServiceInfo,
    Captured,
    DigitalId,
    /// The answer of the registration server.
    Registration,
    Deregistration,
    /// What a management server answers.
    KeyRotation,
    Snapshot,
}

impl Signed {
    const ALL: [Self; 10] = [
        Self::DeviceData,
        Self::ForeignDeviceData,
        Self::RequestInfo,
        Self::ServiceInfo,
        Self::Captured,
        Self::DigitalId,
        Self::Registration,
        Self::Deregistration,
        Self::KeyRotation,
        Self::Snapshot,
    ];
}

/// Who judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judge {
    DeviceData,
    DigitalId,
    Info,
    Capture,
    RegistrationCapture,
    Data,
    Packet,
    KeyRotation,
    Snapshot,
    Registration,
}

impl Judge {
    const ALL: [Self; 10] = [
        Self::DeviceData,
        Self::DigitalId,
        Self::Info,
        Self::Capture,
        Self::RegistrationCapture,
        Self::Data,
        Self::Packet,
        Self::KeyRotation,
        Self::Snapshot,
        Self::Registration,
    ];
}

/// What is valid: the diagonal, and of captured data each form in which it is sent. That it was
/// captured for authentication is said by members that nobody signs (`sessionKey`).
const VALID: [(Signed, Judge); 10] = [
    (Signed::DeviceData, Judge::DeviceData),
    (Signed::DigitalId, Judge::DigitalId),
    (Signed::ServiceInfo, Judge::Info),
    (Signed::Captured, Judge::RegistrationCapture),
    (Signed::Captured, Judge::Data),
    (Signed::Captured, Judge::Packet),
    (Signed::KeyRotation, Judge::KeyRotation),
    (Signed::Snapshot, Judge::Snapshot),
    (Signed::Registration, Judge::Registration),
    // An answer to a deregistration is an answer of the same server.
    (Signed::Deregistration, Judge::Registration),
];

const VALUE: &[u8] = b"bdb-1";

static DEVICE: LazyLock<Device> = LazyLock::new(|| {
    let key = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
    let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
    let own = testkit::Certificate::self_signed(&key, "x", start, end).unwrap();
    Device::new(key, vec![own])
});

fn now() -> Time {
    Time::parse_rfc3339(kit::TIMESTAMP).unwrap()
}

fn sign(payload: &Object<'_>) -> String {
    DEVICE.sign(&payload.to_string()).unwrap()
}

fn token(signed: Signed) -> String {
    let id = sign(&digital_id("1"));
    let value = countersign::encoding::base64::encode_url(VALUE);
    match signed {
        Signed::DeviceData => sign(&device_data(sign(&device_info(&id, "L0")))),
        Signed::ForeignDeviceData => sign(&device_data(sign(&kit::service_info(&id, "L0")))),
        Signed::RequestInfo => sign(&device_info(&id, "L0")),
        Signed::ServiceInfo => sign(&kit::service_info(&id, "L0")),
        Signed::Captured => sign(&kit::data(&id, "Finger", &value)),
        Signed::DigitalId => id,
        Signed::KeyRotation => sign(&kit::key_rotation("MIIB")),
        Signed::Snapshot => sign(&kit::snapshot()),
        Signed::Registration => {
            let answer = Object::new()
                .with("status", "Registered")
                .with("digitalId", id)
                .with("deviceCode", "c")
                .with("env", "Staging")
                .with("timeStamp", kit::TIMESTAMP);
            sign(&answer)
        }
        Signed::Deregistration => {
            let answer = Object::new()
                .with("status", "success")
                .with("deviceCode", "c")
                .with("env", "Staging")
                .with("timeStamp", kit::TIMESTAMP);
            sign(&answer)
        }
    }
}

/// Asks a verifier both ways.
macro_rules! ask {
    ($verifier:expr, $input:expr, $expected:ty) => {{
        let (verifier, input, expected) = ($verifier, $input, <$expected>::default());
        let verdict = verifier.verify(input.as_bytes(), &expected, now());
        let report = verifier.explain(input.as_bytes(), &expected, now());
        let code = verdict.err().map_or(Code::Ok, |error| error.code());
        assert_eq!(report.code(), code);
        code
    }};
}

/// Takes a token apart that has no value to keep apart.
fn segment_of(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let payload = base64::decode_mosip(parts[1].as_bytes()).unwrap();
    let sb = base64::encode_standard(format!("{}..{}", parts[0], parts[2]).as_bytes());
    let payload = String::from_utf8_lossy(&payload).into_owned();
    format!("<BIR><SB>{sb}</SB><Others><Key>PAYLOAD</Key><Value>{payload}</Value></Others></BIR>")
}

/// Judges a token in the wrapping of a kind.
fn judge(judge: Judge, trust: Trust, token: &str) -> Code {
    let policy = Policy::default();
    let capture = || {
        let mut chain = HashChain::new(Scheme::Current);
        chain.extend(VALUE);
        kit::answer(vec![kit::biometric(token, &chain.hash())]).to_string()
    };
    match judge {
        Judge::DeviceData => {
            let request = Object::new().with("deviceData", token);
            let body = Object::new().with("request", request).to_string();
            let code = ask!(device::Verifier::new(trust.clone(), policy), body, device::Expected);
            let bare = ask!(device::Verifier::new(trust, policy), token, device::Expected);
            assert_eq!(bare, code);
            code
        }
        Judge::DigitalId => {
            ask!(device::DigitalIdVerifier::new(trust, policy), token, device::Expected)
        }
        Judge::Info => {
            let element = Object::new().with("deviceInfo", token);
            let body = Value::Array(vec![element.into()]).to_string();
            let code = ask!(sbi::InfoVerifier::new(trust.clone(), policy), body, sbi::InfoExpected);
            let bare = ask!(sbi::InfoVerifier::new(trust, policy), token, sbi::InfoExpected);
            assert_eq!(bare, code);
            code
        }
        Judge::Capture => ask!(sbi::CaptureVerifier::new(trust, policy), capture(), sbi::Expected),
        Judge::RegistrationCapture => {
            ask!(sbi::RegistrationCaptureVerifier::new(trust, policy), capture(), sbi::Expected)
        }
        Judge::Data => ask!(sbi::DataVerifier::new(trust, policy), token, sbi::Expected),
        Judge::Packet => {
            let packet = kit::packet(&[kit::segment(token).unwrap_or_else(|| segment_of(token))]);
            ask!(cbeff::Verifier::new(trust, policy), packet, sbi::Expected)
        }
        Judge::KeyRotation | Judge::Snapshot => {
            let member = if judge == Judge::Snapshot { "snapShot" } else { "keyRotation" };
            let body = Object::new().with(member, token).to_string();
            ask!(sbi::ManagementVerifier::new(trust, policy), body, sbi::ManagementExpected)
        }
        Judge::Registration => {
            let own =
                Certificate::from_der(DEVICE.x5c()[0].to_der(), NegativeModulus::Refuse).unwrap();
            let keys: JwkSet = Jwk::from(own.key().unwrap().clone()).into();
            ask!(registration::Verifier::new(keys, policy), token, registration::Expected)
        }
    }
}

#[test]
fn every_signed_object_is_valid_for_its_own_verifier_and_for_no_other() {
    for partly_signed in [PartlySigned::Deny, PartlySigned::Allow] {
        let trust = || Trust::self_asserted().with_partly_signed(partly_signed);
        for signed in Signed::ALL {
            let token = token(signed);
            for asked in Judge::ALL {
                let code = judge(asked, trust(), &token);
                let expected = VALID.contains(&(signed, asked));
                assert_eq!(code == Code::Ok, expected, "{signed:?} before {asked:?}: {code}");
            }
        }
    }
}

#[test]
fn the_mark_of_another_kind_and_a_missing_member_have_codes_of_their_own() {
    for (signed, asked, expected) in [
        (Signed::Captured, Judge::Info, Code::ContentMismatch),
        (Signed::RequestInfo, Judge::Info, Code::ContentMismatch),
        (Signed::Registration, Judge::Info, Code::MissingMember),
        (Signed::DeviceData, Judge::Info, Code::MissingMember),
        (Signed::ForeignDeviceData, Judge::DeviceData, Code::ContentMismatch),
        (Signed::ServiceInfo, Judge::Data, Code::MissingMember),
        (Signed::DigitalId, Judge::Info, Code::MissingMember),
    ] {
        let code = judge(asked, Trust::self_asserted(), &token(signed));
        assert_eq!(code, expected, "{signed:?} before {asked:?}");
    }
}

#[test]
fn answers_of_the_earlier_eras_are_no_messages_of_devices() {
    let issuer = DEVICE.key();
    let id = digital_id("1");
    for era in [Era::A, Era::APrime, Era::B, Era::C] {
        let payload = mosip::payload(issuer, era, &id, "c", "e", kit::TIMESTAMP).unwrap();
        let token = mosip::token(issuer, era, payload.as_bytes()).unwrap();
        for asked in Judge::ALL {
            let code = judge(asked, Trust::self_asserted(), &token);
            assert_eq!(code == Code::Ok, asked == Judge::Registration, "{era} {asked:?}: {code}");
        }
    }
}

#[test]
fn an_object_with_the_members_of_two_kinds_is_of_one_at_most() {
    let id = sign(&digital_id("1"));
    let info = sign(&device_info(&id, "L0"));
    let service = kit::service_info(&id, "L0").into_owned();
    let captured = kit::data(&id, "Finger", "AAAA").into_owned();
    let request = device_info(&id, "L0").into_owned();
    let data = device_data(info).into_owned();
    let plain = digital_id("1").into_owned();
    let all = [service, captured, request, data, plain];
    for (place, one) in all.iter().enumerate() {
        for other in all.iter().skip(place + 1) {
            let mut both = one.clone();
            for (name, value) in other.iter() {
                both.set(name.to_owned(), value.clone());
            }
            let header = DEVICE.header();
            let token = DEVICE.key().sign(&header, both.to_string().as_bytes(), Algorithm::Rs256);
            let token = token.unwrap();
            // Captured data may come alone, in either answer, or in a packet.
            let elsewhere = [Judge::Capture, Judge::RegistrationCapture, Judge::Packet];
            let kinds = Judge::ALL.into_iter().filter(|asked| {
                !elsewhere.contains(asked)
                    && judge(*asked, Trust::self_asserted(), &token) == Code::Ok
            });
            let kinds: Vec<_> = kinds.collect();
            assert!(kinds.len() <= 1, "{both}: {kinds:?}");
        }
    }
}
