use super::clock::{milliseconds, resolves};
use super::*;
use crate::mosip::error_code::ErrorCode;
use countersign::Outcome;
use countersign::encoding::base64;
use countersign::encoding::json::{self, Object};
use countersign::mosip::device::Purpose;
use countersign::mosip::registration::{Expected, Status};
use countersign::{Error, Time};

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
    let partner = server == Server::PartnerManagement;
    let info = Object::new()
        .with("certification", "L0")
        .with("firmware", "f")
        .with(if partner { "timestamp" } else { "timeStamp" }, MADE)
        .with("digitalId", encode(&id));
    let data = Object::new()
        .with("deviceId", "d")
        .with("purpose", purpose)
        .with("foundationalTrustProviderId", "");
    if partner {
        let sub_ids = json::Value::Array(vec!["1".into()]);
        encode(&data.with("deviceInfo", encode(&info.with("deviceSubId", sub_ids))))
    } else {
        encode(&data.with("deviceInfo", info))
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

const KERNEL: Server = Server::Kernel { version: KernelVersion::V1_2_0 };
const SERVERS: [Server; 3] =
    [KERNEL, Server::Kernel { version: KernelVersion::V1_0_9 }, Server::PartnerManagement];

fn codes(refusal: &Refusal) -> Vec<&ErrorCode> {
    refusal.errors().iter().map(|error| &error.code).collect()
}

#[test]
fn the_code_of_the_device_is_known_where_the_server_does_not_make_it_up() {
    for (server, purpose, serial, code) in [
        (KERNEL, "Auth", "s", None),
        (KERNEL, "REGISTRATION", "s", Some("master")),
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
        (KERNEL, "Auth", "s", None),
        (KERNEL, "Registration", "s", Some("master")),
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
        let found = ValidationRules::new(KERNEL).answer(body.as_bytes(), &records);
        let found = found.err().map(|refusal| refusal.errors()[0].code.clone());
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
        let failed = |entry: &&countersign::Entry| matches!(entry.outcome, Outcome::Fail(_));
        let failed = report.checks.iter().filter(failed).count();
        assert!(failed > 1, "{report:?}");
        assert_eq!(report.code(), countersign::Code::TimestampWindow);
        assert_eq!(report.hints.len(), failed, "every refusal is named: {:?}", report.hints);
        let refusal = rules.answer(text.as_bytes(), &records, now()).unwrap_err();
        assert_eq!(refusal.errors().len(), 1);
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
        assert_eq!(codes(&refusal), [&code]);
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
        "1970-01-01t00:00:01.020Z",
        "1970-01-01 00:00:01.020Z",
        "",
    ] {
        assert_eq!(milliseconds(text), None, "{text}");
    }
}

#[test]
fn what_is_larger_than_the_limits_is_refused() {
    for server in SERVERS {
        let limits = countersign::Limits::default().with_message_bytes(300);
        let rules = RegistrationRules::new(server, TimeRule::default()).with_limits(limits);
        let text = request(server, "Auth", "s");
        let error = rules.verify(text.as_bytes(), &records(), now()).unwrap_err();
        assert_eq!(error.code(), countersign::Code::TooLarge);
        let body = Object::new().with("request", Object::new().with("x", text)).to_string();
        let error = ValidationRules::new(server).with_limits(limits);
        let error = error.verify(body.as_bytes(), &records()).unwrap_err();
        assert_eq!(error.code(), countersign::Code::TooLarge);
    }
}

#[test]
fn a_change_of_status_is_judged_in_the_kernels_order_and_with_its_http_status() {
    use ErrorCode::{AdmDpm037, AdmDpm038, KerDpm039, KerMsd999};
    let mut records = records();
    records.devices.push(Device { status: "REVOKED".into(), ..device("shouting", "shouting") });
    records.devices.push(Device { deletion: Deletion::Deleted, ..device("gone", "gone") });
    for (code, status, error) in [
        ("here", "Revoked", None),
        ("here", "Retired", None),
        ("gone", "Retired", None),
        ("", "Revoked", Some(KerMsd999)),
        ("nowhere", " ", Some(KerMsd999)),
        ("nowhere", "Nothing", Some(AdmDpm038)),
        ("off", "Revoked", Some(AdmDpm038)),
        ("here", "REGISTERED", Some(KerDpm039)),
        ("here", "REVOKED", Some(AdmDpm037)),
        ("revoked", "Revoked", Some(KerDpm039)),
        ("revoked", "Registered", Some(AdmDpm037)),
        ("shouting", "Registered", Some(AdmDpm037)),
    ] {
        for (version, of_its_own) in [(KernelVersion::V1_0_9, 500), (KernelVersion::V1_2_0, 200)] {
            let found = check_status_change(version, &records, code, status).err();
            let wanted = error
                .clone()
                .map(|code| (Some(if code == KerDpm039 { of_its_own } else { 200 }), vec![code]));
            let found = found.map(|refusal| {
                (refusal.http_status(), codes(&refusal).into_iter().cloned().collect())
            });
            assert_eq!(found, wanted, "{version} {code} {status}");
        }
    }
    let version = KernelVersion::V1_0_7;
    assert!(check_status_change(version, &records, "revoked", "Registered").is_ok());
}

#[test]
fn a_deregistration_is_judged_in_the_servers_order() {
    use ErrorCode::{KerDpr001, KerDpr002, KerDpr003, KerDpr004, PmsAut016, PmsAut024, PmsAut025};
    let (longest, long) = ("x".repeat(36), "x".repeat(37));
    let mut records = records();
    records.devices.push(Device { status: "REVOKED".into(), ..device("shouting", "shouting") });
    records.devices.push(Device { deletion: Deletion::Deleted, ..device("gone", "gone") });
    let servers = [
        (KERNEL, Purpose::Auth),
        (Server::PartnerManagement, Purpose::Registration),
        (Server::PartnerManagement, Purpose::Auth),
    ];
    for (code, env, errors) in [
        ("here", "e", [None, None, None]),
        ("", "e", [Some(KerDpr001), Some(PmsAut016), Some(PmsAut016)]),
        (" ", "e", [Some(KerDpr001), Some(PmsAut016), Some(PmsAut016)]),
        ("here", " ", [Some(KerDpr001), Some(PmsAut016), Some(PmsAut016)]),
        (longest.as_str(), "e", [Some(KerDpr001), Some(PmsAut016), Some(PmsAut016)]),
        (long.as_str(), "f", [Some(KerDpr003), Some(PmsAut025), Some(PmsAut016)]),
        ("nowhere", "f", [Some(KerDpr004), Some(PmsAut024), Some(PmsAut024)]),
        ("nowhere", "e", [Some(KerDpr001), Some(PmsAut016), Some(PmsAut016)]),
        ("old", "e", [Some(KerDpr001), Some(PmsAut016), Some(PmsAut016)]),
        ("revoked", "e", [Some(KerDpr002), Some(PmsAut024), Some(PmsAut024)]),
        ("shouting", "e", [None, None, None]),
        ("gone", "e", [None, None, Some(PmsAut016)]),
    ] {
        for ((server, purpose), error) in servers.iter().zip(errors) {
            let request = Deregistration { device_code: code, env, purpose: purpose.clone() };
            let found = check_deregistration(*server, &records, &request, "e").err();
            let found = found.map(|refusal| {
                assert_eq!(refusal.http_status(), Some(200));
                refusal.errors()[0].code.clone()
            });
            assert_eq!(found, error, "{server:?} {purpose:?} {code} {env}");
        }
    }
    let old = Server::Kernel { version: KernelVersion::V1_0_9 };
    let request = Deregistration { device_code: "revoked", env: "e", purpose: Purpose::Auth };
    let refusal = check_deregistration(old, &records, &request, "e").unwrap_err();
    assert_eq!(refusal.http_status(), Some(500));
}

#[test]
fn the_misspelt_time_of_the_documentation_is_refused_by_the_kernel_and_ignored_elsewhere() {
    let body = r#"{"request": {"deviceCode": "here", "deviceServiceVersion": "1",
        "timestamp": "2020-01-13T12:50:42.000Z"}}"#;
    let refusal = ValidationRules::new(KERNEL).answer(body.as_bytes(), &records()).unwrap_err();
    assert_eq!(codes(&refusal), [&ErrorCode::KerMsd999]);
    let message = refusal.errors()[0].message.as_deref();
    assert_eq!(message, Some("request has no member `timestamp`"));

    let rules = ValidationRules::new(Server::PartnerManagement);
    let report = rules.explain(body.as_bytes(), &records());
    assert!(report.hints.iter().any(|hint| hint.contains("`timestamp`")), "{:?}", report.hints);
    assert_eq!(report.at, None);
}

#[test]
fn a_deleted_row_counts_in_exactly_the_queries_that_do_not_look() {
    let deleted = |device: Device| Device { deletion: Deletion::Deleted, ..device };
    let with = |devices: Vec<Device>| Records { devices, ..records() };
    let asked = |server, purpose, records: &Records| {
        let rules = RegistrationRules::new(server, TimeRule::default());
        let text = request(server, purpose, "s");
        rules
            .answer(text.as_bytes(), records, now())
            .map(|accepted| accepted.device_code().map(String::from))
    };
    let partner = Server::PartnerManagement;

    let twin = with(vec![deleted(device("c", "s"))]);
    assert_eq!(codes(&asked(KERNEL, "Auth", &twin).unwrap_err()), [&ErrorCode::AdmDpm043]);
    assert_eq!(asked(partner, "Auth", &twin), Ok(None));
    let refusal = asked(partner, "Registration", &twin).unwrap_err();
    assert_eq!(codes(&refusal), [&ErrorCode::PmsAut015]);

    let retired =
        Device { status: DeviceStatus::Retired, activity: Activity::Inactive, ..device("c", "s") };
    let kept = with(vec![retired.clone()]);
    assert_eq!(asked(partner, "Auth", &kept), Ok(Some("c".into())));
    let retired = with(vec![deleted(retired)]);
    assert_eq!(asked(partner, "Auth", &retired), Ok(None), "deleted is not retired");
    assert_eq!(asked(partner, "Registration", &retired), Ok(Some("c".into())));

    let mut records = records();
    records.providers[0].deletion = Deletion::Deleted;
    let refusal = asked(KERNEL, "Auth", &records).unwrap_err();
    assert_eq!(codes(&refusal), [&ErrorCode::AdmDpm032]);
}

#[test]
fn a_refusal_of_this_library_names_no_code_and_no_status_of_the_server() {
    for server in SERVERS {
        let rules = RegistrationRules::new(server, TimeRule::default());
        let encoded = request(server, "Auth", "s");
        let json = base64::decode_standard(encoded.as_bytes()).unwrap();
        let text = String::from_utf8(json).unwrap().replacen('{', r#"{"purpose":"Auth","#, 1);
        let text = base64::encode_standard(text.as_bytes());
        let refusal = rules.answer(text.as_bytes(), &records(), now()).unwrap_err();
        assert_eq!(refusal.as_str(), "stricter-than-server", "{server:?}");
        assert_eq!((refusal.http_status(), refusal.errors()), (None, [].as_slice()));
        assert!(matches!(refusal, Refusal::StricterThanServer { .. }));
        let report = rules.explain(text.as_bytes(), &records(), now());
        assert_eq!(report.code(), countersign::Code::DuplicateMember);
        assert!(report.hints[0].starts_with("stricter-than-server: "), "{:?}", report.hints);
    }
}

#[test]
fn what_a_server_reads_loosely_is_judged_on_as_the_server_reads_it() {
    // A foreign character in base64: commons-codec skips it, and the serial number is taken.
    let server = Server::Kernel { version: KernelVersion::V1_0_9 };
    let rules = RegistrationRules::new(server, TimeRule::default());
    let loose = |serial| {
        let mut text = request(server, "Auth", serial);
        text.insert(8, '*');
        text
    };
    let refusal = rules.answer(loose("here").as_bytes(), &records(), now()).unwrap_err();
    assert_eq!(codes(&refusal), [&ErrorCode::AdmDpm043]);
    let refusal = rules.answer(loose("s").as_bytes(), &records(), now()).unwrap_err();
    assert_eq!(refusal.as_str(), "stricter-than-server");
    let error = rules.verify(loose("s").as_bytes(), &records(), now()).unwrap_err();
    assert_eq!(error.code(), countersign::Code::Malformed);
    let report = rules.explain(loose("here").as_bytes(), &records(), now());
    assert_eq!(report.code(), countersign::Code::Malformed);
    assert!(report.hints.iter().any(|hint| hint.starts_with("HTTP 200, ADM-DPM-043")));

    // The JDK's decoder does not.
    let rules = RegistrationRules::new(KERNEL, TimeRule::default());
    let refusal = rules.answer(loose("here").as_bytes(), &records(), now()).unwrap_err();
    assert_eq!((refusal.http_status(), codes(&refusal)), (Some(500), vec![&ErrorCode::KerMsd500]));
}

#[test]
fn bytes_that_are_no_utf8_are_refused_by_whoever_reads_that_far() {
    const RULE: Option<(u16, ErrorCode)> = Some((200, ErrorCode::KerMsd999));
    const UNFORESEEN: Option<(u16, ErrorCode)> = Some((500, ErrorCode::KerMsd500));
    let json = |server| base64::decode_standard(request(server, "Auth", "s").as_bytes()).unwrap();
    let whole = json(KERNEL);
    let utf16: Vec<u8> = whole.iter().flat_map(|byte| [*byte, 0]).collect();
    let big_endian: Vec<u8> = whole.iter().flat_map(|byte| [0, *byte]).collect();
    for (bytes, server) in [
        (utf16, None),
        (big_endian, None),
        ([whole.as_slice(), b"\xff"].concat(), None),
        ([whole.as_slice(), b" \xff"].concat(), None),
        (b"{\"deviceId\":\"\xff\"}".to_vec(), RULE),
        (b"{\"deviceId\":\"d\",\"\xff\":1}".to_vec(), UNFORESEEN),
        (b"{\"deviceInfo\":{\"\xff\":1}}".to_vec(), RULE),
        (b"\xff".to_vec(), UNFORESEEN),
        (b"\xef\xbb\xbfnull".to_vec(), UNFORESEEN),
        (b"{\"deviceId\":\"\\ud800\"}".to_vec(), None),
        (b"{\"deviceId\":\"\\udc00\"}".to_vec(), None),
        (b"{\"deviceId\":\"\\ud800\\u0041\"}".to_vec(), None),
        (b"{\"deviceId\":\"\\ud83d\\ude00\\x\"}".to_vec(), RULE),
        (b"{\"deviceId\":\"\\u0041\\udc00\"}".to_vec(), None),
        (b"{\"deviceId\":\"\\\\ud800 \\x\"}".to_vec(), RULE),
        (b"{\"deviceId\":\"\\\\ud800".to_vec(), RULE),
        (b"{\"deviceId\":\"\\\\\\ud800".to_vec(), None),
        (b"\xfe\xff\0{".to_vec(), None),
        (b"\xff\xfe{\0".to_vec(), None),
        (b"1".to_vec(), RULE),
        (b"true".to_vec(), RULE),
        (b"[x".to_vec(), RULE),
        (b"\"x".to_vec(), RULE),
        (b"x".to_vec(), UNFORESEEN),
    ] {
        let rules = RegistrationRules::new(KERNEL, TimeRule::default());
        let text = base64::encode_standard(&bytes);
        let refusal = rules.answer(text.as_bytes(), &records(), now()).unwrap_err();
        let found = refusal.http_status().map(|status| (status, codes(&refusal)[0].clone()));
        assert_eq!(found, server, "{:?}", String::from_utf8_lossy(&bytes));
        assert!(rules.verify(text.as_bytes(), &records(), now()).is_err());
    }
}

#[test]
fn what_has_dots_is_a_token_for_servers_if_it_has_parts_enough() {
    for (server, before, accepted_by_server) in
        [(KERNEL, "x.", true), (Server::PartnerManagement, "x.", false), (KERNEL, "", true)]
    {
        let rules = RegistrationRules::new(server, TimeRule::default());
        let text = format!("{before}{}", request(server, "Auth", "s"));
        let answer = rules.answer(text.as_bytes(), &records(), now());
        match (before, accepted_by_server) {
            ("", _) => assert!(answer.is_ok()),
            // It looks at neither header nor signature, and this library wants both.
            (_, true) => assert_eq!(answer.unwrap_err().as_str(), "stricter-than-server"),
            (_, false) => assert_eq!(answer.unwrap_err().as_str(), "server"),
        }
    }
}

#[test]
fn null_is_no_device_information() {
    let data = Object::new().with("deviceId", "d").with("purpose", "Auth");
    let text = encode(&data.with("deviceInfo", json::Value::Null));
    let rules = RegistrationRules::new(Server::PartnerManagement, TimeRule::default());
    let refusal = rules.answer(text.as_bytes(), &records(), now()).unwrap_err();
    assert_eq!(refusal.http_status(), Some(200));
    assert!(refusal.to_string().contains("deviceInfo"), "{refusal}");
}

#[test]
fn a_refusal_says_in_one_line_who_refuses_and_why() {
    let errors = [ErrorCode::AdmDpm001, ErrorCode::AdmDpm002];
    let errors = errors.map(|code| crate::mosip::error_code::ServiceError::new(code, "why"));
    let server = |errors: &[_]| Refusal::Server { http_status: 200, errors: errors.to_vec() };
    assert_eq!(server(&errors).to_string(), "HTTP 200, ADM-DPM-001: why; ADM-DPM-002: why");
    assert_eq!(server(&errors[..1]).to_string(), "HTTP 200, ADM-DPM-001: why");
    assert_eq!(server(&[]).to_string(), "HTTP 200, no code");
    let ours = Refusal::StricterThanServer { error: Error::NoKey };
    assert_eq!(ours.to_string(), format!("stricter than the server: {}", Error::NoKey));
}

#[test]
fn a_device_is_judged_as_of_the_time_that_the_request_names() {
    let service = || DeviceService {
        version: "v".into(),
        provider_id: "p".into(),
        device_type: "Finger".into(),
        device_sub_type: "Single".into(),
        make: "m".into(),
        model: "n".into(),
        ..DeviceService::default()
    };
    let effective = now();
    let mut records = records();
    records.services = vec![service()];
    records.history.devices = vec![Dated { effective, row: device("here", "here") }];
    records.history.providers = vec![Dated { effective, row: records.providers[0].clone() }];
    records.history.services = vec![Dated { effective, row: service() }];
    let rules = ValidationRules::new(KERNEL);
    let body = |time: &str| {
        format!(
            r#"{{"request":{{"deviceCode":"here","deviceServiceVersion":"v",{time}"digitalId":{{
            "serialNo":"here","make":"m","model":"n","type":"Finger","deviceSubType":"Single",
            "dp":"Vendor","dpId":"p","dateTime":"{MADE}"}}}}}}"#
        )
    };
    let later = r#""timeStamp":"2020-01-13T12:52:00.000Z","#;
    for (time, as_at) in [("", None), (later, Time::parse_rfc3339("2020-01-13T12:52:00Z").ok())] {
        let valid = rules.verify(body(time).as_bytes(), &records).unwrap();
        assert_eq!((valid.as_at(), valid.device().code.as_str()), (as_at, "here"));
    }
    let before = body(r#""timeStamp":"2020-01-13T12:50:00.000Z","#);
    assert!(rules.verify(before.as_bytes(), &records).is_err());
    let refusal = rules.answer(b"{}", &records).unwrap_err();
    assert_eq!(refusal.as_str(), "server");
}

#[test]
fn versions_read_as_releases_are_named() {
    use KernelVersion::{V1_0_7, V1_0_9, V1_2_0};
    for (text, version) in [
        ("1.0.7", Some(V1_0_7)),
        ("1.0.8", Some(V1_0_7)),
        ("1.0.9", Some(V1_0_9)),
        ("1.0.10", Some(V1_0_9)),
        ("v1.1.0", Some(V1_0_9)),
        ("1.1.5.5-P1", Some(V1_0_9)),
        ("1.2.0-rc1", Some(V1_2_0)),
        ("1.2", Some(V1_2_0)),
        ("1.3.0", Some(V1_2_0)),
        ("1.0.6", None),
        ("1.0", None),
        ("0.9.5", None),
        ("2.0.0", None),
        ("", None),
        ("+1.2.0", None),
        ("1..0", None),
        ("1.65536", None),
    ] {
        assert_eq!(text.parse::<KernelVersion>().ok(), version, "{text}");
    }
    for version in [V1_0_7, V1_0_9, V1_2_0] {
        assert_eq!(version.as_str().parse(), Ok(version));
    }
}

#[test]
fn days_and_hours_that_servers_make_others_of_are_told_from_no_time_at_all() {
    for text in ["2020-02-30T12:50:42.208Z", "2020-01-13T24:00:00.000Z", "1969-01-01T00:00:00.000Z"]
    {
        assert!(resolves(text) && milliseconds(text).is_none(), "{text}");
    }
    for text in [
        "2020-02-32T12:50:42.208Z",
        "2020-13-01T12:50:42.208Z",
        "2020-00-01T12:50:42.208Z",
        "2020-01-00T12:50:42.208Z",
        "2020-01-13T24:00:00.001Z",
        "2020-01-13T12:60:42.208Z",
        "2020-01-13T12:50:60.208Z",
        "2020-01-13T12:50:42Z",
        "2020-01-13 12:50:42.208Z",
        "0000-01-13T12:50:42.208Z",
        "2020-01-13T12:50:42.208z",
        "é020-01-13T12:50:42.208Z",
    ] {
        assert!(!resolves(text), "{text}");
    }
}

#[test]
fn every_report_says_that_acceptable_is_not_authentic() {
    let warned =
        |report: &countersign::Report| report.warnings == [countersign::Warning::Unauthenticated];
    for server in SERVERS {
        let rules = RegistrationRules::new(server, TimeRule::default());
        let text = request(server, "Auth", "s");
        for (records, code) in [
            (records(), countersign::Code::Ok),
            (Records::default(), countersign::Code::ValidationFailed),
        ] {
            let report = rules.explain(text.as_bytes(), &records, now());
            assert!(report.code() == code && warned(&report), "{report:?}");
        }
        assert!(warned(&rules.explain(b"", &records(), now())));
        assert!(warned(&ValidationRules::new(server).explain(b"{}", &records())));
    }
}
