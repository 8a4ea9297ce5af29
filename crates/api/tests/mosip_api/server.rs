//! A server that speaks the documented shapes, on the loopback interface. It reads requests and
//! writes answers with the types under test, decides by the rules of the library, and signs as
//! servers of era B do. Nothing is remembered from one request to the next.

use std::net::SocketAddr;
use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body as HttpBody, to_bytes};
use countersign::encoding::json::{self, Object, Value};
use countersign::encoding::percent::{Plus, decode};
use countersign::encoding::{base64, percent};
use countersign::jose::Jwk;
use countersign::mosip::device::Purpose;
use countersign::mosip::registration::Era;
use countersign::{Limits, Time};
use countersign_api::mosip::rules::{
    self, Deregistration, Device, DeviceStatus, KernelVersion, Provider, Records, Refusal,
    RegistrationRules, Server, TimeRule, TypeCode, ValidationRules, check_deregistration,
    check_status_change,
};
use countersign_api::mosip::{ErrorCode, ServiceError, *};
use countersign_api::{Method, Request, Response, Timestamp};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer, mosip};

use crate::loopback;

/// The token of the one user with all roles.
pub(crate) const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMTAwMDYifQ.c2ln";
pub(crate) const ENV: &str = "Staging";
/// The id of whatever is made.
pub(crate) const ID: &str = "0e90bb45-cc9b-4521-9644-72755f6aa1e9";
const NOW: &str = "2020-02-16T09:13:59.522Z";

pub(crate) fn now() -> Time {
    Time::parse_rfc3339(NOW).unwrap()
}

fn stamp() -> Timestamp {
    NOW.parse().unwrap()
}

/// Starts it, and returns where it listens. It ends with the process.
pub(crate) fn start() -> SocketAddr {
    loopback::serve(Router::new().fallback(handle))
}

async fn handle(request: Request<HttpBody>) -> Response<HttpBody> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default().to_vec();
    let (status, answer) = respond(&Request::from_parts(head, body));
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(HttpBody::from(answer.to_string()))
        .unwrap()
}

fn issuer() -> &'static RsaIssuer {
    static ISSUER: OnceLock<RsaIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| RsaIssuer::generate(&mut Rng::from_seed(6), 2048, None).unwrap())
}

/// The key that the server signs with.
pub(crate) fn key() -> Jwk {
    Jwk::parse(issuer().jwk().to_string().as_bytes(), &Limits::default()).unwrap()
}

/// What the server knows.
pub(crate) fn records() -> Records {
    let code = |code: &str| TypeCode { code: code.into(), ..TypeCode::default() };
    let device = |code: &str, status| Device {
        code: code.into(),
        serial_no: "1801160992".into(),
        provider: "Test Vendor".into(),
        provider_id: "TEST.VENDOR.01".into(),
        make: "TEST1".into(),
        model: "MODEL1".into(),
        device_type: "Fingerprint".into(),
        device_sub_type: "Single".into(),
        purpose: "AUTH".into(),
        status,
        ..Device::default()
    };
    let mut records = Records::default();
    records.providers.push(Provider {
        id: "TEST.VENDOR.01".into(),
        name: "Test Vendor".into(),
        ..Provider::default()
    });
    records.device_types.push(code("Fingerprint"));
    records.device_sub_types.push(code("Single"));
    records.devices.push(device("known", DeviceStatus::Registered));
    records.devices.push(device("revoked", DeviceStatus::Revoked));
    records.services.push(rules::DeviceService {
        version: "1.0".into(),
        provider_id: "TEST.VENDOR.01".into(),
        device_type: "Fingerprint".into(),
        device_sub_type: "Single".into(),
        make: "TEST1".into(),
        model: "MODEL1".into(),
        ..rules::DeviceService::default()
    });
    records
}

const VERSION: KernelVersion = KernelVersion::V1_0_9;
const SERVER: Server = Server::Kernel { version: VERSION };

fn refused(refusal: &Refusal) -> (u16, Vec<ServiceError>) {
    (refusal.http_status().unwrap(), refusal.errors().to_vec())
}

type Answer = Result<Object<'static>, (u16, Vec<ServiceError>)>;

fn respond(request: &Request<Vec<u8>>) -> (u16, Object<'static>) {
    let path: Vec<String> = request
        .uri()
        .path()
        .split('/')
        .skip(1)
        .map(|segment| decode(segment, Plus::Literal).unwrap().into_owned())
        .collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let cookie = request.headers().get("cookie").and_then(|value| value.to_str().ok());
    let answer = if cookie != Some(&format!("Authorization={TOKEN}")) {
        refuse(200, ErrorCode::KerAth401, "Authentication Failed")
    } else if let ["v1", "masterdata", rest @ ..] = path.as_slice() {
        endpoint(request, rest)
    } else {
        refuse(404, ErrorCode::KerMsd500, "no such path")
    };
    match answer {
        Ok(answer) => (200, answer),
        Err((status, errors)) => {
            let id = "io.mosip.masterdata";
            (status, ResponseEnvelope::<Value<'static>>::refusal(id, stamp(), errors).to_json())
        }
    }
}

fn refuse(status: u16, code: ErrorCode, reason: &str) -> Answer {
    Err((status, vec![ServiceError::new(code, reason)]))
}

fn endpoint(request: &Request<Vec<u8>>, path: &[&str]) -> Answer {
    match (request.method(), path) {
        (&Method::POST, ["deviceprovider"]) => {
            let body = read::<CreateDeviceProvider>(request)?;
            if body.vendor_name == "Known Vendor" {
                return refuse(200, ErrorCode::AdmDpm011, "it exists");
            }
            let mut made = DeviceProvider::new(ID, body.vendor_name, body.is_active);
            (made.address, made.email) = (body.address, body.email);
            made.contact_number = body.contact_number;
            made.certificate_alias = body.certificate_alias;
            made.created_by = Some("110006".into());
            success::<CreateDeviceProvider>(made.to_json())
        }
        (&Method::PUT, ["deviceprovider"]) => {
            let body = read::<UpdateDeviceProvider>(request)?;
            if body.id != ID {
                return refuse(200, ErrorCode::AdmDpm003, "no such provider");
            }
            let mut changed = DeviceProvider::new(body.id, body.vendor_name, body.is_active);
            (changed.address, changed.email) = (body.address, body.email);
            changed.updated_by = Some("110005".into());
            success::<UpdateDeviceProvider>(changed.to_json())
        }
        (&Method::POST, ["foundationaltrustprovider"]) => {
            let body = read::<CreateTrustProvider>(request)?;
            let mut made = TrustProvider::new(ID, body.name);
            (made.address, made.email) = (Some(body.address), Some(body.email));
            (made.created, made.is_active) = (Some(stamp()), body.is_active);
            success::<CreateTrustProvider>(made.to_json())
        }
        (&Method::PUT, ["foundationaltrustprovider"]) => {
            let body = read::<UpdateTrustProvider>(request)?;
            if body.id != ID {
                // The kernel's own errors have this status.
                return refuse(500, ErrorCode::AdmDpm016, "no such provider");
            }
            let mut changed = TrustProvider::new(body.id, body.name);
            (changed.updated, changed.is_active) = (Some(stamp()), body.is_active);
            success::<UpdateTrustProvider>(changed.to_json())
        }
        (&Method::POST, ["registereddevices"]) => {
            read::<RegisterDevice>(request)?;
            // Devices of the testkit say `subType`.
            let server = Server::Kernel { version: KernelVersion::V1_0_7 };
            let rules = RegistrationRules::new(server, TimeRule::Plus(5));
            let accepted = rules.answer(request.body(), &records(), now());
            let accepted = accepted.map_err(|refusal| refused(&refusal))?;
            let info = accepted.device_data().unwrap().device_info;
            let time = info.time_stamp.unwrap();
            let id = &info.digital_id.origin().members().to_object();
            let payload = mosip::payload(issuer(), Era::B, id, ID, ENV, time.text()).unwrap();
            let token = mosip::token(issuer(), Era::B, payload.as_bytes()).unwrap();
            success::<RegisterDevice>(Value::from(token))
        }
        (&Method::DELETE, ["registereddevices", "deregister", code]) => {
            if records().devices.iter().any(|device| device.code == *code) {
                let done = Acknowledgement::new("success", "Device deregistered successfully");
                let id = "io.mosip.masterdata.device.delete";
                Ok(ResponseEnvelope::success(id, stamp(), done).to_json())
            } else {
                refuse(200, ErrorCode::KerDpm001, "no such device")
            }
        }
        (&Method::POST, ["registereddevices", "deregister"]) => deregister(request),
        (&Method::PUT, ["registereddevices", "update", "status"]) => {
            let parameter = |wanted: &str| {
                let pairs = request.uri().query().unwrap_or_default().split('&');
                let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
                let (_, value) = pairs.find(|(name, _)| *name == wanted)?;
                Some(percent::decode(value, Plus::Space).unwrap().into_owned())
            };
            let (code, status) =
                (parameter("deviceCode").unwrap(), parameter("statusCode").unwrap());
            match check_status_change(VERSION, &records(), &code, &status) {
                Ok(_) => {
                    let text = "Device status updated successfully";
                    Ok(Acknowledgement::new("Success", text).to_json())
                }
                Err(refusal) => Err(refused(&refusal)),
            }
        }
        (&Method::POST, ["deviceprovidermanagement", "validate"]) => {
            read::<ValidateDevice>(request)?;
            let rules = ValidationRules::new(SERVER);
            rules.answer(request.body(), &records()).map_err(|refusal| refused(&refusal))?;
            // Two blanks, as servers write it.
            let valid = Acknowledgement::new("Valid", "Device  details validated successfully");
            success::<ValidateDevice>(valid.to_json())
        }
        (&Method::POST, ["mosipdeviceservice"]) => {
            let body = read::<CreateDeviceService>(request)?;
            if body.device_type != "Fingerprint" {
                return refuse(200, ErrorCode::AdmDpm040, "no such type");
            }
            let made = DeviceService::new(
                ID,
                body.sw_version,
                body.device_provider_id,
                body.device_type,
                body.device_sub_type,
                body.make,
                body.model,
            );
            success::<CreateDeviceService>(made.to_json())
        }
        (&Method::PUT, ["mosipdeviceservice"]) => {
            let body = read::<UpdateDeviceService>(request)?;
            if body.id != ID {
                return refuse(200, ErrorCode::AdmDpm023, "no such service");
            }
            let changed = DeviceService::new(
                body.id,
                body.sw_version,
                body.device_provider_id,
                body.device_type,
                body.device_sub_type,
                body.make,
                body.model,
            );
            success::<UpdateDeviceService>(changed.to_json())
        }
        _ => refuse(404, ErrorCode::KerMsd500, "no such path"),
    }
}

/// Reads a request with its envelope, and checks the lengths.
fn read<T: Body>(request: &Request<Vec<u8>>) -> Result<T, (u16, Vec<ServiceError>)> {
    let envelope =
        RequestEnvelope::<T>::parse(request.body(), &Limits::default()).map_err(|misfit| {
            (200, vec![ServiceError::new(ErrorCode::KerMsd999, misfit.to_string())])
        })?;
    let errors = envelope.rules();
    if errors.is_empty() { Ok(envelope.request) } else { Err((200, errors)) }
}

fn success<T: Body>(response: impl Into<Value<'static>>) -> Answer {
    Ok(ResponseEnvelope::success(T::ID, stamp(), response.into()).to_json())
}

fn deregister(request: &Request<Vec<u8>>) -> Answer {
    let body = read::<DeregisterDevice>(request)?;
    let device = base64::decode_standard(body.device.as_bytes()).unwrap();
    let device = json::parse_object("device", &device, &Limits::default()).unwrap();
    let (code, env) = (device.string("", "deviceCode").unwrap(), device.string("", "env").unwrap());
    let records = records();
    let named = Deregistration { device_code: code, env, purpose: Purpose::Auth };
    check_deregistration(SERVER, &records, &named, ENV).map_err(|refusal| refused(&refusal))?;
    let payload = Object::new()
        .with("status", "success")
        .with("deviceCode", code)
        .with("env", ENV)
        .with("timeStamp", NOW);
    let token = mosip::token(issuer(), Era::B, payload.to_string().as_bytes()).unwrap();
    success::<DeregisterDevice>(Value::from(token))
}
