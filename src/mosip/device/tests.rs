//! The published request, and objects in every wrapping.

use super::kind::Kind;
use super::object::*;
use crate::code::Code;
use crate::encoding::base64::{encode_standard, encode_url};
use crate::encoding::json::{Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::layer::{Layer, Origin};
use crate::time::Time;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

const REQUEST: &[u8] = include_bytes!("../../../test-vectors/seed/registered-devices-request.json");

const ID: &str = r#"{"serialNo":"1","deviceProvider":"P","deviceProviderId":"I","make":"M","model":"N","dateTime":"2020-08-02T23:46:25Z","type":"Iris","deviceSubType":"Double","more":[1]}"#;

fn limits() -> Limits {
    Limits::default()
}

fn base64(json: &str) -> String {
    encode_standard(json.as_bytes())
}

/// A JWS with a signature that is none.
fn jws(payload: &str) -> String {
    format!("{}.{}.AAAA", encode_url(br#"{"alg":"RS256"}"#), encode_url(payload.as_bytes()))
}

fn info(digital_id: &str, more: &str) -> String {
    format!(
        r#"{{"certification":"L0","digitalId":"{digital_id}","firmware":"f","timeStamp":"2020-08-02T23:46:25.445Z"{more}}}"#
    )
}

fn data(device_info: &str) -> String {
    format!(r#"{{"deviceId":"3","purpose":"Registration","deviceInfo":{device_info}}}"#)
}

fn decode(text: &str) -> Result<DeviceData, Error> {
    DeviceData::decode(text.as_bytes(), &limits())
}

fn decode_info(json: &str) -> Result<DeviceInfo, Error> {
    DeviceInfo::decode(base64(json).as_bytes(), &limits())
}

fn decode_id(json: &str) -> Result<DigitalId, Error> {
    DigitalId::decode(base64(json).as_bytes(), &limits())
}

fn code<T>(result: Result<T, Error>) -> Option<Code> {
    result.err().map(|error| error.code())
}

#[test]
fn the_published_request_says_what_its_base64_says_not_what_is_printed_beside_it() {
    let data = DeviceData::from_request(REQUEST, &limits()).unwrap();
    assert_eq!(data.device_id.as_deref(), Some("70959dd5-e45f-438a-9ff8-9b263908e572"));
    assert_eq!(data.purpose, Purpose::Auth);
    // Printed: 83cdb6ea-6e62-11ea-bc55-0242ac130003.
    assert_eq!(data.foundational_trust_provider_id.as_deref(), Some(""));
    let info = &data.device_info;
    assert_eq!(
        (info.device_sub_ids.as_slice(), &info.certification),
        (["1".to_owned()].as_slice(), &Certification::L0)
    );
    assert_eq!(info.firmware.as_deref(), Some("firmware"));
    // Printed: 2021-02-16 and 2020-02-16.
    let text = |time: &Option<Timestamp>| time.as_ref().unwrap().text().to_owned();
    assert_eq!(text(&info.device_expiry), "2020-01-13T12:50:42.196Z");
    assert_eq!(text(&info.time_stamp), "2020-01-13T12:50:42.208Z");
    // Printed: Test Vendor, 0e90bb45-cc9b-4521-9644-72755f6aa1e9, TVSFD, 2020-02-16.
    let id = &info.digital_id;
    assert_eq!(
        id.fields().map(|(_, value)| value),
        [
            "1801160992",
            "SYNCBYTE",
            "SYNCBYTE.MC01A",
            "MC01A",
            "SMIDCL",
            "2020-01-13T07:20:42.195Z",
            "Fingerprint",
            "Single",
        ]
    );
    // Printed: deviceSubType.
    assert_eq!(id.origin().members().string("id", "subType"), Ok("Single".into()));
    assert_eq!(
        [data.origin(), info.origin(), id.origin()].map(Origin::layer),
        [Layer::Base64, Layer::Json, Layer::Base64]
    );
}

#[test]
fn every_wrapping_of_every_object_decodes_to_the_same_device() {
    type Wrap = fn(&str) -> String;
    let wrap: [(Wrap, Layer, bool); 7] = [
        (base64, Layer::Base64, false),
        (|json| encode_url(json.as_bytes()), Layer::Base64, false),
        (jws, Layer::UnverifiedJws, false),
        (|json| base64(&base64(json)), Layer::Base64, true),
        (|json| base64(&jws(json)), Layer::UnverifiedJws, true),
        (|json| jws(&encode_url(json.as_bytes())), Layer::UnverifiedJws, true),
        (|json| jws(&jws(json)), Layer::UnverifiedJws, true),
    ];
    let plain = decode_id(ID).unwrap();
    for (wrap_id, id_layer, id_twice) in wrap {
        let info = info(&wrap_id(ID), "");
        let inline = decode(&base64(&data(&info))).unwrap();
        assert_eq!(inline.device_info.origin().layer(), Layer::Json);
        assert_eq!(inline.device_info.origin().text(), None);
        for (wrap_info, info_layer, info_twice) in wrap {
            let info = wrap_info(&info);
            for (wrap_data, data_layer, data_twice) in wrap {
                let text = wrap_data(&data(&format!("\"{info}\"")));
                let found = decode(&text).unwrap();
                let id = &found.device_info.digital_id;
                assert_eq!(id.differences(&plain).next(), None);
                let origins = [found.origin(), found.device_info.origin(), id.origin()];
                assert_eq!(
                    origins.map(|origin| (origin.layer(), origin.is_encoded_twice())),
                    [(data_layer, data_twice), (info_layer, info_twice), (id_layer, id_twice)]
                );
                assert_eq!(found.origin().text(), Some(text.as_str()));
                assert_eq!(found.device_info.origin().text(), Some(info.as_str()));
            }
        }
    }
}

#[test]
fn layers_are_counted_and_sizes_limited_exactly() {
    let text = jws(&data(&format!("\"{}\"", jws(&info(&jws(ID), "")))));
    let at = |limits: Limits| code(DeviceData::decode(text.as_bytes(), &limits));
    assert_eq!(at(limits().with_layers(3).with_token_bytes(1)), None);
    assert_eq!(at(limits().with_layers(2)), Some(Code::TooLarge));
    assert_eq!(at(limits().with_layers(0)), Some(Code::TooLarge));
    assert_eq!(at(limits().with_message_bytes(text.len())), None);
    assert_eq!(at(limits().with_message_bytes(text.len() - 1)), Some(Code::TooLarge));
    let body = format!(r#"{{"request":{{"deviceData":"{text}"}}}}"#);
    let less = limits().with_message_bytes(body.len() - 1);
    assert_eq!(code(DeviceData::from_request(body.as_bytes(), &less)), Some(Code::TooLarge));
}

#[test]
fn what_is_not_the_format_is_refused() {
    let good = base64(&data(&info(&base64(ID), "")));
    assert_eq!(code(decode(&good)), None);
    for (text, expected) in [
        (String::new(), Code::Malformed),
        (good.replace('=', ""), Code::Ok),
        (format!("{good}\n"), Code::Malformed),
        (format!("{good}="), Code::Malformed),
        (base64("[]"), Code::WrongType),
        (base64("no JSON"), Code::Malformed),
        (base64(&base64(&base64("{}"))), Code::Malformed),
        (base64(r#"{"purpose":"Auth"}"#), Code::MissingMember),
        (base64(&data("7")), Code::WrongType),
        (base64(&data("null")), Code::WrongType),
        (base64(&data("{}")), Code::MissingMember),
        (base64(&data(&info("*", ""))), Code::Malformed),
        (base64(&data(&info("", ""))), Code::Malformed),
        (base64(r#"{"a":1,"a":1}"#), Code::DuplicateMember),
        ("e30.e30".into(), Code::Malformed),
        ("a.b.c.d.e".into(), Code::UnsupportedFormat),
        ("e30..AAAA".into(), Code::Malformed),
    ] {
        assert_eq!(code(decode(&text)).unwrap_or(Code::Ok), expected, "{text}");
    }
    for (body, expected) in [
        (format!(r#"{{"request":{{"deviceData":"{good}"}}}}"#), Code::Ok),
        ("{}".into(), Code::MissingMember),
        (r#"{"request":[]}"#.into(), Code::WrongType),
        (r#"{"request":{}}"#.into(), Code::MissingMember),
        (r#"{"request":{"deviceData":{}}}"#.into(), Code::WrongType),
        ("[]".into(), Code::WrongType),
        (good, Code::Malformed),
    ] {
        let result = DeviceData::from_request(body.as_bytes(), &limits());
        assert_eq!(code(result).unwrap_or(Code::Ok), expected, "{body}");
    }
}

#[test]
fn members_have_one_of_their_names_but_not_two() {
    let one = decode_id(ID).unwrap();
    for (name, alias) in [
        ("deviceProvider", "dp"),
        ("deviceProviderId", "dpId"),
        ("deviceSubType", "subType"),
        ("deviceSubType", "subtype"),
    ] {
        let (name, alias) = (format!("\"{name}\""), format!("\"{alias}\""));
        let renamed = decode_id(&ID.replace(&name, &alias)).unwrap();
        assert_eq!(renamed.differences(&one).next(), None, "{alias}");
        let both = ID.replace('{', &format!("{{{alias}:null,"));
        let error = decode_id(&both).unwrap_err();
        assert_eq!(error.code(), Code::DuplicateMember, "{alias}");
        let text = error.to_string();
        assert!(text.contains("are two names of one member"), "{text}");
        assert!(
            text.contains(&format!("`{}`", alias.trim_matches('"'))) && !text.contains("repeated"),
            "{text}"
        );
    }
    let time = info(&base64(ID), "").replace("timeStamp", "timestamp");
    assert!(decode_info(&time).unwrap().time_stamp.is_some());
    let both = info(&base64(ID), r#","timestamp":"""#);
    assert_eq!(code(decode_info(&both)), Some(Code::DuplicateMember));
    for name in ["serialNo", "make", "model", "dateTime", "type", "deviceProviderId"] {
        let renamed = ID.replace(&format!("\"{name}\""), "\"x\"");
        assert_eq!(code(decode_id(&renamed)), Some(Code::MissingMember), "{name}");
    }
    // Everything is kept, known or not.
    assert!(one.origin().members().member("more").is_some());
}

#[test]
fn differences_name_every_member_that_differs() {
    let one = decode_id(ID).unwrap();
    let other = decode_id(
        r#"{"serialNo":"2","dp":"p","dpId":"i","make":"m","model":"n","dateTime":"","type":"t","subtype":"s"}"#,
    );
    let all: Vec<&str> = one.differences(&other.unwrap()).collect();
    assert_eq!(
        all,
        [
            "serialNo",
            "deviceProvider",
            "deviceProviderId",
            "make",
            "model",
            "dateTime",
            "type",
            "deviceSubType"
        ]
    );
    // The same instant in another zone is another text.
    let zone = decode_id(&ID.replace("23:46:25Z", "23:46:25+00:00")).unwrap();
    assert_eq!(one.date_time.time(), zone.date_time.time());
    assert_eq!(one.differences(&zone).collect::<Vec<_>>(), ["dateTime"]);
}

#[test]
fn sub_ids_of_every_form_become_one_list() {
    for (json, expected) in [
        (r#""1""#, Some(["1"].as_slice())),
        ("1", Some(&["1"])),
        (r#"["1",2]"#, Some(&["1", "2"])),
        (r#""[1,2,3]""#, Some(&["1", "2", "3"])),
        (r#""[1-2-3]""#, Some(&["1", "2", "3"])),
        (r#"["[1, 2]",3]"#, Some(&["1", "2", "3"])),
        (r#""[0]""#, Some(&["0"])),
        (r#""[]""#, Some(&[])),
        ("[]", Some(&[])),
        ("null", Some(&[])),
        (r#""[1""#, Some(&["[1"])),
        ("[[1]]", None),
        ("1.5", None),
        ("{}", None),
        ("true", None),
    ] {
        let found = decode_info(&info(&base64(ID), &format!(r#","deviceSubId":{json}"#)));
        match expected {
            Some(expected) => {
                let found = found.unwrap();
                assert_eq!(found.device_sub_ids, expected, "{json}");
                let kept = found.origin().members().member("deviceSubId").unwrap();
                assert_eq!(kept.to_string(), json);
            }
            None => assert_eq!(code(found), Some(Code::WrongType), "{json}"),
        }
    }
    assert!(decode_info(&info(&base64(ID), "")).unwrap().device_sub_ids.is_empty());
}

#[test]
fn dates_of_three_forms_are_instants_and_others_are_kept_as_text() {
    let instant = Time::parse_rfc3339("2020-01-13T07:20:42Z").ok();
    for (text, time) in [
        ("2020-01-13T07:20:42.195Z", instant),
        ("2020-01-13T07:20:42Z", instant),
        ("2020-01-13T12:50:42.195+05:30", instant),
        ("13.01.2020", None),
        ("", None),
    ] {
        let found = Timestamp::new(text);
        assert_eq!((found.text(), found.time()), (text, time));
    }
}

#[test]
fn purposes_have_no_case_and_certifications_do() {
    assert_eq!(Purpose::from("AUTH"), Purpose::Auth);
    assert_eq!(Purpose::from("registration"), Purpose::Registration);
    assert_eq!(Purpose::from(""), Purpose::Other(String::new()));
    assert_eq!(Certification::from("L1"), Certification::L1);
    assert_eq!(Certification::from("L2"), Certification::L2);
    assert_eq!(Certification::from("SBI 1.0"), Certification::Sbi1);
    assert_eq!(Certification::from("SBI 2.0"), Certification::Sbi2);
    assert_eq!(Certification::from("l0"), Certification::Other("l0".into()));
}

#[test]
fn kinds_refuse_what_marks_another_and_have_what_they_need() {
    let all =
        [Kind::DeviceData, Kind::RequestInfo, Kind::ServiceInfo, Kind::Captured, Kind::DigitalId];
    let needed = ["deviceStatus", "certification", "specVersion"];
    let object = |kind: Kind| {
        let mut object = Object::new();
        for member in if kind == Kind::ServiceInfo { &needed[..] } else { &[] } {
            object.set(*member, "");
        }
        object
    };
    for (mark, owners) in [
        ("deviceInfo", &[Kind::DeviceData][..]),
        ("foundationalTrustProviderId", &[Kind::DeviceData]),
        ("deviceExpiry", &[Kind::RequestInfo]),
        ("deviceStatus", &[Kind::ServiceInfo]),
        ("callbackId", &[Kind::ServiceInfo]),
        ("bioValue", &[Kind::Captured]),
        ("bioType", &[Kind::Captured]),
        ("digitalId", &[Kind::RequestInfo, Kind::ServiceInfo, Kind::Captured]),
        ("timestamp", &all),
        ("make", &all),
    ] {
        for kind in all {
            let marked = kind.check(&object(kind).with(mark, ""));
            let foreign = Err(Error::ContentMismatch { member: mark });
            let expected = if owners.contains(&kind) { Ok(()) } else { foreign };
            assert_eq!(marked, expected, "{kind:?} {mark}");
        }
    }
    for member in needed {
        let without = object(Kind::ServiceInfo).with(member, Value::Null);
        let missing = Error::MissingMember { part: "deviceInfo", member };
        assert_eq!(Kind::ServiceInfo.check(&without), Err(missing));
    }
    // A `null` is none.
    let null = object(Kind::Captured).with("deviceStatus", Value::Null);
    assert_eq!(Kind::Captured.check(&null), Ok(()));
}

#[test]
fn the_shown_tree_says_what_every_layer_is() {
    let text = base64(&data(&format!("\"{}\"", jws(&info(&base64(&base64(ID)), "")))));
    let shown = decode(&text).unwrap().to_json();
    assert_eq!(shown.string("", "layer"), Ok("unsigned base64"));
    let inside = |object: &Object<'static>, name: &str| {
        let decoded = object.member("decoded").unwrap().as_object().unwrap();
        decoded.member(name).unwrap().as_object().unwrap().clone()
    };
    let info = inside(&shown, "deviceInfo");
    assert_eq!(info.string("", "layer"), Ok("JWS, not verified"));
    let id = inside(&info, "digitalId");
    assert_eq!(id.member("encodedTwice"), Some(&Value::Bool(true)));
    assert_eq!(id.member("decoded").unwrap().to_string(), ID);
}
