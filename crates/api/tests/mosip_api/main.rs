//! MOSIP's device management API: every call against a server on the loopback interface that speaks
//! the documented shapes, and every example of the documents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod documents;
#[path = "../loopback/mod.rs"]
mod loopback;
mod server;
mod shapes;
mod table;

use countersign::encoding::base64;
use countersign::encoding::json::Object;
use countersign::mosip::device::DeviceData;
use countersign::mosip::registration::{Expected, Status, Verifier};
use countersign::{Limits, Policy, Secret};
use countersign_api::mosip::rules::{Activity, DeviceStatus};
use countersign_api::mosip::{ErrorCode, *};
use countersign_api::{ApiError, Call, Credentials, StatusCode};
use countersign_testkit::mosip;
use loopback::Client;

fn send<C: Call>(call: &C) -> Result<C::Answer, ApiError<C::Refusal>> {
    let token = token(Secret::new(server::TOKEN.as_bytes().to_vec())).unwrap();
    Client::of_shared_server().send(call, &token)
}

fn enveloped<T: Body>(request: T) -> RequestEnvelope<T> {
    RequestEnvelope::new(request, server::now())
}

/// Sends what has an envelope, and returns what the answer's holds.
fn ask<T: Body>(request: T) -> Result<T::Answer, ApiError<Refusal>> {
    Ok(send(&enveloped(request))?.response.expect("an answer"))
}

/// Asserts that a call is refused with exactly these codes, and returns the HTTP status.
fn assert_refused<A>(answer: Result<A, ApiError<Refusal>>, codes: &[ErrorCode]) -> StatusCode {
    match answer {
        Err(ApiError::Refused { status, refusal }) => {
            let found: Vec<_> = refusal.errors().iter().map(|error| error.code.clone()).collect();
            assert_eq!(found, codes, "{refusal}");
            assert!(codes.iter().all(|code| refusal.has(code)));
            status
        }
        Err(error) => panic!("{:?} {error}", error.status()),
        Ok(_) => panic!("an answer"),
    }
}

#[test]
fn a_device_provider_is_made() {
    let mut request = CreateDeviceProvider::new("Test Vendor", Activity::Active);
    request.address = Some("Address of Test Vendor".into());
    let made = ask(request.clone()).unwrap();
    assert_eq!((made.id.as_str(), made.vendor_name.as_str()), (server::ID, "Test Vendor"));
    assert_eq!((made.address, made.is_active), (request.address.clone(), Activity::Active));
    request.vendor_name = "Known Vendor".into();
    assert_refused(ask(request.clone()), &[ErrorCode::AdmDpm011]);
    request.vendor_name = String::new();
    request.contact_number = Some("1".repeat(17));
    assert_refused(ask(request), &[ErrorCode::KerMsd999, ErrorCode::KerMsd999]);
}

#[test]
fn a_device_provider_is_changed() {
    let request = UpdateDeviceProvider::new(server::ID, "Test Vendor", Activity::Inactive);
    assert_eq!(ask(request).unwrap().is_active, Activity::Inactive);
    let request = UpdateDeviceProvider::new("another", "Test Vendor", Activity::Active);
    assert_refused(ask(request), &[ErrorCode::AdmDpm003]);
}

#[test]
fn a_trust_provider_is_made() {
    let request = CreateTrustProvider::new("FTP 1", "address", "FTP1@mosip.example", "1", "Test");
    let made = ask(request).unwrap();
    assert_eq!((made.id.as_str(), made.name.as_str()), (server::ID, "FTP 1"));
    assert_eq!(made.created.map(|time| time.time()), Some(server::now()));
}

#[test]
fn a_trust_provider_is_changed_and_an_error_at_status_500_is_read() {
    let request = |id| UpdateTrustProvider::new(id, "FTP 1", "address", "e", "1", "Test");
    assert!(ask(request(server::ID)).unwrap().updated.is_some());
    let status = assert_refused(ask(request("another")), &[ErrorCode::AdmDpm016]);
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
}

/// The `deviceData` of a request that was made at this time.
fn device_data(serial: &str, time: &str) -> String {
    let encode = |object: &Object<'_>| base64::encode_standard(object.to_string().as_bytes());
    let info = Object::new()
        .with("deviceSubId", "1")
        .with("certification", "L0")
        .with("digitalId", encode(&mosip::digital_id(serial)))
        .with("firmware", "firmware")
        .with("timeStamp", time);
    let data = Object::new()
        .with("deviceId", "70959dd5-e45f-438a-9ff8-9b263908e572")
        .with("purpose", "AUTH")
        .with("deviceInfo", info)
        .with("foundationalTrustProviderId", "");
    encode(&data)
}

#[test]
fn a_device_is_registered_and_the_signed_answer_is_that_to_the_request() {
    let text = device_data("new", "2020-02-16T09:13:42.208Z");
    let token = ask(RegisterDevice::new(text.as_str())).unwrap();
    let data = DeviceData::decode(text.as_bytes(), &Limits::default()).unwrap();
    let verifier = Verifier::new(server::key().into(), Policy::default());
    let expected =
        Expected::new().status(Status::Registered).request(&data).device_code(server::ID);
    let registration = verifier.verify(token.as_bytes(), &expected, server::now()).unwrap();
    assert_eq!(registration.env(), server::ENV);

    let other = DeviceData::decode(device_data("other", "").as_bytes(), &Limits::default());
    let expected = Expected::new().request(&other.unwrap());
    let error = verifier.verify(token.as_bytes(), &expected, server::now()).unwrap_err();
    assert_eq!(error.code(), countersign::Code::ContentMismatch);

    let late = RegisterDevice::new(device_data("new", "2020-02-16T09:00:00.000Z"));
    let status = assert_refused(ask(late), &[ErrorCode::MsdRds001]);
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let known = RegisterDevice::new(device_data("1801160992", "2020-02-16T09:13:42.208Z"));
    assert_refused(ask(known), &[ErrorCode::AdmDpm043]);
}

#[test]
fn a_device_is_deregistered_as_servers_did_until_1_1_1() {
    let done = send(&DeleteDevice::new("known")).unwrap().response.unwrap();
    assert_eq!(done.status, "success");
    assert_refused(send(&DeleteDevice::new("a/../known")), &[ErrorCode::KerDpm001]);
    assert!(DeleteDevice::new("..").target().is_err());
}

#[test]
fn a_device_is_deregistered_with_a_signed_answer() {
    let request = |code, env| {
        let device = Object::new().with("deviceCode", code).with("env", env);
        DeregisterDevice::new(base64::encode_standard(device.to_string().as_bytes()))
    };
    let token = ask(request("known", server::ENV)).unwrap();
    let verifier = Verifier::new(server::key().into(), Policy::default());
    let expected = Expected::new().status(Status::Deregistered).device_code("known");
    assert!(verifier.verify(token.as_bytes(), &expected, server::now()).is_ok());
    assert_refused(ask(request("known", "Production")), &[ErrorCode::KerDpr004]);
    assert_refused(ask(request("revoked", server::ENV)), &[ErrorCode::KerDpr002]);
}

#[test]
fn a_status_is_changed_by_the_path_that_servers_have() {
    let mut call = UpdateDeviceStatus::new("known", DeviceStatus::Revoked);
    let answer = send(&call).unwrap();
    assert!(matches!(answer, StatusAnswer::Bare(_)));
    assert_eq!(answer.acknowledgement().unwrap().status, "Success");
    call.paths = Paths::Documented;
    assert_refused(send(&call), &[ErrorCode::KerMsd500]);
    let call = UpdateDeviceStatus::new("known", DeviceStatus::Other("REVOKED".into()));
    assert_refused(send(&call), &[ErrorCode::AdmDpm037]);
    let call = UpdateDeviceStatus::new("known", DeviceStatus::Registered);
    assert_refused(send(&call), &[ErrorCode::KerDpm039]);
}

#[test]
fn a_device_is_validated_and_every_difference_is_named() {
    let claim = |make: &str, serial: &str| {
        let (provider, id) = ("Test Vendor", "TEST.VENDOR.01");
        DeviceClaim::new(serial, provider, id, make, "MODEL1", "Fingerprint", "Single")
    };
    let request = ValidateDevice::new("known", "1.0", claim("TEST1", "1801160992"));
    let valid = ask(request.clone()).unwrap();
    assert_eq!(valid.first().unwrap().status, "Valid");
    let two = ValidateDevice::new("known", "1.0", claim("other", "other"));
    assert_refused(ask(two), &[ErrorCode::AdmDpm008, ErrorCode::AdmDpm008]);
    let mut call = enveloped(request);
    call.paths = Paths::Documented;
    assert_refused(send(&call), &[ErrorCode::KerMsd500]);
}

#[test]
fn a_device_service_is_made() {
    let request = |kind: &str| {
        CreateDeviceService::new("v1", "p", kind, "Single", "m", "n", "hash", Activity::Active)
    };
    assert_eq!(ask(request("Fingerprint")).unwrap().id, server::ID);
    assert_refused(ask(request("Palm")), &[ErrorCode::AdmDpm040]);
}

#[test]
fn a_device_service_is_changed() {
    let request =
        |id: &str| UpdateDeviceService::new(id, "v2", "p", "Finger", "Single", "m", "n", "hash");
    assert_eq!(ask(request(server::ID)).unwrap().sw_version, "v2");
    assert_refused(ask(request("another")), &[ErrorCode::AdmDpm023]);
}

#[test]
fn who_has_no_token_is_refused_with_status_200() {
    let call = enveloped(CreateDeviceProvider::new("Test Vendor", Activity::Active));
    for credentials in [
        Credentials::None,
        Credentials::bearer(Secret::new(server::TOKEN.as_bytes().to_vec())).unwrap(),
    ] {
        let answer = Client::of_shared_server().send(&call, &credentials);
        assert_eq!(assert_refused(answer, &[ErrorCode::KerAth401]), StatusCode::OK);
    }
}
