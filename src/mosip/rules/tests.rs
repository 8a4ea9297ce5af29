use super::*;
use crate::encoding::base64;
use crate::encoding::json::Object;
use crate::mosip::registration::{Expected, Status};
use crate::report::Outcome;
use alloc::string::{String, ToString as _};
use alloc::vec;

const MADE: &str = "2020-01-13T12:50:42.000Z";

fn now() -> Time {
    Time::parse_rfc3339("2020-01-13T12:51:00Z").unwrap()
}

fn encode(object: &Object<'_>) -> String {
    base64::encode_standard(object.to_string().as_bytes())
}

/// The `deviceData` of a request, as the server wants it.
fn request(server: Server, purpose: &str, serial: &str) -> String {
    let id = Object::new()
        .with("serialNo", serial)
        .with("deviceProvider", "Vendor")
        .with("deviceProviderId", "p")
        .with("make", "m")
        .with("model", "n")
        .with("dateTime", MADE)
        .with("type", "Finger")
        .with("deviceSubType", "Single");
    let info = Object::new()
        .with("certification", "L0")
        .with("firmware", "f")
        .with("timeStamp", MADE)
        .with("digitalId", encode(&id));
    let data = Object::new()
        .with("deviceId", "d")
        .with("purpose", purpose)
        .with("foundationalTrustProviderId", "");
    match server {
        Server::Kernel => encode(&data.with("deviceInfo", info)),
        Server::PartnerManagement => encode(&data.with("deviceInfo", encode(&info))),
    }
}

fn device(code: &str, serial: &str) -> Device {
    Device {
        code: code.into(),
        serial_no: serial.into(),
        provider: "Vendor".into(),
        provider_id: "p".into(),
        make: "m".into(),
        model: "n".into(),
        device_type: "Finger".into(),
        device_sub_type: "Single".into(),
        ..Device::default()
    }
}

fn records() -> Records {
    let code = |code: &str| TypeCode { code: code.into(), ..TypeCode::default() };
    let provider = Provider { id: "p".into(), name: "Vendor".into(), ..Provider::default() };
    Records {
        providers: vec![provider],
        device_types: vec![code("Finger")],
        device_sub_types: vec![code("Single")],
        devices: vec![
            device("here", "here"),
            Device { status: DeviceStatus::Revoked, ..device("revoked", "revoked") },
            Device {
                status: DeviceStatus::Retired,
                activity: Activity::Inactive,
                ..device("old", "old")
            },
            Device { activity: Activity::Inactive, ..device("off", "off") },
        ],
        device_master: vec![MasterDevice { serial_no: "s".into(), id: "master".into() }],
        device_details: vec![DeviceDetail {
            make: "m".into(),
            model: "n".into(),
            provider_id: "p".into(),
            device_type: "Finger".into(),
            device_sub_type: "Single".into(),
        }],
        ..Records::default()
    }
}

const SERVERS: [Server; 2] = [Server::Kernel, Server::PartnerManagement];

#[test]
fn the_code_of_the_device_is_known_where_the_server_does_not_make_it_up() {
    for (server, purpose, serial, code) in [
        (Server::Kernel, "Auth", "s", None),
        (Server::Kernel, "REGISTRATION", "s", Some("master")),
        (Server::PartnerManagement, "Auth", "s", None),
        (Server::PartnerManagement, "Registration", "s", None),
        (Server::PartnerManagement, "Auth", "old", Some("old")),
        (Server::PartnerManagement, "Auth", "off", None),
    ] {
        let rules = RegistrationRules::new(server, TimeRule::default());
        let text = request(server, purpose, serial);
        let accepted = rules.verify(text.as_bytes(), &records(), now()).unwrap();
        assert_eq!(accepted.device_code(), code, "{server:?} {purpose} {serial}");
        assert_eq!(accepted.text(), text);
        assert_eq!(accepted.device_data().unwrap().device_info.digital_id.serial_no, serial);
    }
}

#[test]
fn the_answer_to_an_accepted_request_has_to_repeat_its_digital_id_its_time_and_a_known_code() {
    for (server, purpose, serial, code) in [
        (Server::Kernel, "Auth", "s", None),
        (Server::Kernel, "Registration", "s", Some("master")),
        (Server::PartnerManagement, "Auth", "old", Some("old")),
    ] {
        let rules = RegistrationRules::new(server, TimeRule::default());
        let text = request(server, purpose, serial);
        let accepted = rules.verify(text.as_bytes(), &records(), now()).unwrap();
        let mut wanted = Expected::new()
            .status(Status::Registered)
            .request(&accepted.device_data().unwrap())
            .time_stamp(MADE);
        if let Some(code) = code {
            wanted = wanted.device_code(code);
        }
        assert_eq!(accepted.expected_answer().unwrap(), wanted, "{server:?} {purpose} {serial}");
    }
}

#[test]
fn a_service_of_devices_that_differ_in_one_member_is_none_for_the_device() {
    let service = || DeviceService {
        version: "1".into(),
        provider_id: "p".into(),
        device_type: "Finger".into(),
        device_sub_type: "Single".into(),
        make: "m".into(),
        model: "n".into(),
        ..DeviceService::default()
    };
    let body = r#"{"request": {"deviceCode": "here", "deviceServiceVersion": "1", "digitalId":
        {"make": "m", "model": "n", "dpId": "p", "dp": "Vendor", "serialNo": "here",
        "type": "Finger", "deviceSubType": "Single"}}}"#;
    let other = || String::from("other");
    for (service, refusal) in [
        (service(), None),
        (DeviceService { version: other(), ..service() }, Some(ErrorCode::AdmDpm005)),
        (DeviceService { provider_id: other(), ..service() }, Some(ErrorCode::AdmDpm007)),
        (DeviceService { device_type: other(), ..service() }, Some(ErrorCode::AdmDpm007)),
        (DeviceService { device_sub_type: other(), ..service() }, Some(ErrorCode::AdmDpm007)),
        (DeviceService { make: other(), ..service() }, Some(ErrorCode::AdmDpm007)),
        (DeviceService { model: other(), ..service() }, Some(ErrorCode::AdmDpm007)),
    ] {
        let records = Records { services: vec![service.clone()], ..records() };
        let found = ValidationRules::new(Server::Kernel).answer(body.as_bytes(), &records);
        let found = found.err().map(|errors| errors[0].code.clone());
        assert_eq!(found, refusal, "{service:?}");
    }
}

#[test]
fn a_report_goes_on_after_a_refusal_and_the_answer_does_not() {
    for server in SERVERS {
        let rules = RegistrationRules::new(server, TimeRule::Minus(5));
        let text = request(server, "Auth", "here");
        let records = Records::default();
        let report = rules.explain(text.as_bytes(), &records, now());
        let failed = |entry: &&crate::report::Entry| matches!(entry.outcome, Outcome::Fail(_));
        let failed = report.checks.iter().filter(failed).count();
        assert!(failed > 1, "{report:?}");
        assert_eq!(report.code(), crate::Code::TimestampWindow);
        assert_eq!(report.hints.len(), failed, "every refusal is named: {:?}", report.hints);
        assert_eq!(rules.answer(text.as_bytes(), &records, now()).unwrap_err().len(), 1);
        let error = rules.verify(text.as_bytes(), &records, now()).unwrap_err();
        assert!(matches!(error, Error::TimestampWindow { .. }));
    }
}

#[test]
fn the_two_sides_of_the_documented_window_have_codes_of_their_own() {
    let text = request(Server::PartnerManagement, "Auth", "s");
    let rules = RegistrationRules::new(Server::PartnerManagement, TimeRule::Documented(5));
    for (at, code) in [
        ("2020-01-13T12:55:42Z", ErrorCode::PmsAut013),
        ("2020-01-13T12:45:42Z", ErrorCode::PmsAut012),
    ] {
        let at = Time::parse_rfc3339(at).unwrap();
        let refusal = rules.answer(text.as_bytes(), &records(), at).unwrap_err();
        assert_eq!(refusal.iter().map(|error| &error.code).collect::<Vec<_>>(), [&code]);
    }
}

#[test]
fn time_rules_read_like_the_property() {
    for (text, rule) in [
        ("+5", Some(TimeRule::Plus(5))),
        ("-0", Some(TimeRule::Minus(0))),
        ("+65535", Some(TimeRule::Plus(65535))),
        ("+65536", None),
        ("", None),
        ("+", None),
        ("5", None),
        ("++5", None),
        ("+-5", None),
        ("é5", None),
        ("+5 ", None),
    ] {
        assert_eq!(TimeRule::from_property(text), rule, "{text}");
    }
}

#[test]
fn times_have_one_pattern() {
    assert_eq!(milliseconds("1970-01-01T00:00:01.020Z"), Some(1020));
    for text in [
        "1970-01-01T00:00:01Z",
        "1970-01-01T00:00:01.02Z",
        "1970-01-01T00:00:01.0200Z",
        "1970-01-01T00:00:01.+20Z",
        "1970-01-01T00:00+01:00",
        "1970-01-01T01:00:01+01:0",
        "",
    ] {
        assert_eq!(milliseconds(text), None, "{text}");
    }
}

#[test]
fn what_is_larger_than_the_limits_is_refused() {
    for server in SERVERS {
        let limits = crate::Limits::default().with_message_bytes(300);
        let rules = RegistrationRules::new(server, TimeRule::default()).with_limits(limits);
        let text = request(server, "Auth", "s");
        let error = rules.verify(text.as_bytes(), &records(), now()).unwrap_err();
        assert_eq!(error.code(), crate::Code::TooLarge);
        let body = Object::new().with("request", Object::new().with("x", text)).to_string();
        let error = ValidationRules::new(server).with_limits(limits);
        let error = error.verify(body.as_bytes(), &records()).unwrap_err();
        assert_eq!(error.code(), crate::Code::TooLarge);
    }
}

#[test]
fn a_change_of_status_is_judged_in_the_kernels_order() {
    let records = records();
    for (code, status, error) in [
        ("here", "Revoked", None),
        ("here", "Retired", None),
        ("nowhere", "Nothing", Some(ErrorCode::AdmDpm038)),
        ("off", "Revoked", Some(ErrorCode::AdmDpm038)),
        ("here", "REGISTERED", Some(ErrorCode::KerDpm039)),
        ("here", "REVOKED", Some(ErrorCode::AdmDpm037)),
        ("here", "", Some(ErrorCode::AdmDpm037)),
        ("revoked", "Revoked", Some(ErrorCode::KerDpm039)),
        ("revoked", "Registered", Some(ErrorCode::AdmDpm037)),
    ] {
        let found = check_status_change(&records, code, status);
        assert_eq!(found.err().map(|error| error.code), error, "{code} {status}");
    }
}

#[test]
fn a_deregistration_is_judged_in_the_servers_order() {
    let (longest, long) = ("x".repeat(36), "x".repeat(37));
    let records = records();
    for (code, env, kernel, partner) in [
        ("here", "e", None, None),
        ("", "e", Some(ErrorCode::KerDpr001), Some(ErrorCode::PmsAut016)),
        ("here", "", Some(ErrorCode::KerDpr001), Some(ErrorCode::PmsAut016)),
        (longest.as_str(), "e", Some(ErrorCode::KerDpr001), Some(ErrorCode::PmsAut016)),
        (long.as_str(), "f", Some(ErrorCode::KerDpr003), Some(ErrorCode::PmsAut025)),
        ("nowhere", "f", Some(ErrorCode::KerDpr004), Some(ErrorCode::PmsAut024)),
        ("nowhere", "e", Some(ErrorCode::KerDpr001), Some(ErrorCode::PmsAut016)),
        ("old", "e", Some(ErrorCode::KerDpr001), Some(ErrorCode::PmsAut016)),
        ("revoked", "e", Some(ErrorCode::KerDpr002), Some(ErrorCode::PmsAut024)),
    ] {
        for (server, error) in SERVERS.into_iter().zip([kernel, partner]) {
            let found = check_deregistration(server, &records, code, env, "e");
            assert_eq!(found.err().map(|error| error.code), error, "{server:?} {code} {env}");
        }
    }
}

#[test]
fn the_misspelt_time_of_the_documentation_is_pointed_out() {
    let body = r#"{"request": {"deviceCode": "here", "deviceServiceVersion": "1",
        "timestamp": "2020-01-13T12:50:42.000Z", "digitalId": {}}}"#;
    let rules = ValidationRules::new(Server::Kernel);
    let report = rules.explain(body.as_bytes(), &records());
    assert!(report.hints.iter().any(|hint| hint.contains("`timestamp`")), "{:?}", report.hints);
    assert_eq!(report.at, None);
}

#[test]
fn every_report_says_that_acceptable_is_not_authentic() {
    let warned = |report: &crate::Report| report.warnings == [crate::Warning::Unauthenticated];
    for server in SERVERS {
        let rules = RegistrationRules::new(server, TimeRule::default());
        let text = request(server, "Auth", "s");
        for (records, code) in
            [(records(), crate::Code::Ok), (Records::default(), crate::Code::ValidationFailed)]
        {
            let report = rules.explain(text.as_bytes(), &records, now());
            assert!(report.code() == code && warned(&report), "{report:?}");
        }
        assert!(warned(&rules.explain(b"", &records(), now())));
        assert!(warned(&ValidationRules::new(server).explain(b"{}", &records())));
    }
}
