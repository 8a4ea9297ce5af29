//! Recognition of every kind, and of what is of none.

use super::*;
use crate::kinds::{dvs_certificate, dvs_signature, other, token};

fn kind(input: &str) -> Content {
    recognise(input.as_bytes(), &Limits::default())
}

fn signed(header: &str, payload: &str) -> String {
    let encode = |text: &str| base64::encode_url(text.as_bytes());
    format!("{}.{}.c2lnbmF0dXJl", encode(header), encode(payload))
}

#[test]
fn answers_and_requests_are_recognised_by_their_members() {
    for (input, expected) in [
        (r#"{"certificate":"a.b.c"}"#, Content::from(dvs_certificate::KIND)),
        (" {\"certificate\" : 7}\n", dvs_certificate::KIND.into()),
        (r#"{"response":"a.b.c","errors":null}"#, registration::KIND.into()),
        (r#"{"responsetime":"","response":null}"#, registration::KIND.into()),
        (r#"{"request":{"deviceData":"e30="}}"#, device::DATA.into()),
        (r#"{"deviceId":"","purpose":"","deviceInfo":{}}"#, device::DATA.into()),
        (r#"{"signature":{"mpinId":"7b7d"},"timestamp":1}"#, dvs_signature::KIND.into()),
        (r#"{"mpinId":"7b7d","u":"04"}"#, dvs_signature::KIND.into()),
        (r#"{"ciphertext":"","tag":"","iv":""}"#, other::OTP_RESPONSE.into()),
        (r#"{"biometrics":[]}"#, device::RCAPTURE.into()),
        (r#"{"biometrics":[{"data":"","sessionKey":""}]}"#, device::RCAPTURE.into()),
        (r#"[{"deviceInfo":"a.b.c","error":{}}]"#, device::INFO.into()),
        (r#"{"serialNo":"1","make":"m","model":"n"}"#, device::DIGITAL_ID.into()),
    ] {
        assert_eq!(kind(input), expected, "{input}");
    }
    let Content::Unsupported(json) = kind(r#"{"payload":"","signatures":[]}"#) else {
        panic!("the JSON serialisation is not verified");
    };
    assert_eq!(json.name, "jws");
}

#[test]
fn tokens_are_recognised_by_what_they_carry() {
    let header = r#"{"alg":"RS256"}"#;
    for (header, payload, expected) in [
        (header, r#"{"cAt":1,"exp":2,"hash":"00"}"#, Content::from(dvs_certificate::KIND)),
        (header, r#"{"iss":"a","hash":"00"}"#, jws::KIND.into()),
        (header, "not JSON", jws::KIND.into()),
        ("not JSON", "{}", jws::KIND.into()),
        (header, r#"{"iss":"i","aud":"c","amr":["token"],"nonce":"n"}"#, token::ID.into()),
        (header, r#"{"iss":"i","aud":"c","amr":["pwd"],"nonce":"n"}"#, jws::KIND.into()),
        (header, r#"{"iss":"i","aud":"c","amr":["token"]}"#, jws::KIND.into()),
        (header, r#"{"iss":"i","cid":"c","scp":[]}"#, token::ACCESS.into()),
        (header, r#"{"iss":"i","projectID":"p","scope":"verification"}"#, token::ACTIVATION.into()),
        (header, r#"{"iss":"i","aud":"p","events":{"newUser":{}}}"#, token::NEW_USER.into()),
        (header, r#"{"iss":"i","aud":"p","sub":"u","iat":1,"exp":2}"#, jws::KIND.into()),
        (
            header,
            r#"{"status":"Registered","digitalId":"","deviceCode":"1"}"#,
            registration::KIND.into(),
        ),
        (r#"{"alg":"RS256","type":"JWS"}"#, "{}", registration::KIND.into()),
        (header, r#"{"serialNo":"1","make":"m","model":"n"}"#, device::DIGITAL_ID.into()),
        (header, r#"{"purpose":"Auth","deviceInfo":{}}"#, device::DATA.into()),
        // The payload is signed wherever there is a signature, the header is not in all eras.
        (r#"{"type":"JWS","x5c":[]}"#, r#"{"cAt":1,"hash":""}"#, dvs_certificate::KIND.into()),
        (r#"{"x5c":[]}"#, r#"{"status":"","deviceCode":""}"#, registration::KIND.into()),
        (r#"{"x5c":[]}"#, r#"{"serialNo":"1","make":"m","model":"n"}"#, device::DIGITAL_ID.into()),
        (r#"{"x5c":null}"#, r#"{"iss":"i"}"#, device::OTHER_MESSAGE.into()),
        (r#"{"type":"JWS","x5c":[]}"#, "{}", device::OTHER_MESSAGE.into()),
        (r#"{"alg":"RS256","x5c":[]}"#, "not JSON", device::OTHER_MESSAGE.into()),
    ] {
        let token = signed(header, payload);
        assert_eq!(kind(&token), expected, "{payload}");
        assert_eq!(kind(&format!("{token}\r\n")), expected, "{payload}");
    }
    // Five parts, two parts: the verifier says what is wrong.
    assert_eq!(kind("a.b.c.d.e"), jws::KIND.into());
    assert_eq!(kind("a.b"), jws::KIND.into());
    // MOSIP's standard alphabet with padding.
    let encode = |text: &str| base64::encode_standard(text.as_bytes());
    let registration = format!("{}.{}.AA==", encode(r#"{"type":"JWS"}"#), encode("{}"));
    assert_eq!(kind(&registration), registration::KIND.into());
}

#[test]
fn a_capture_is_of_the_kind_that_every_element_signs_whatever_stands_beside() {
    let element = |payload: &str| {
        format!(r#"{{"data":"{}","sessionKey":"x"}}"#, signed(r#"{"alg":"RS256"}"#, payload))
    };
    let twice = base64::encode_standard(br#"{"purpose":"Auth"}"#);
    let (auth, registration) = (r#"{"purpose":"AUTH"}"#, r#"{"purpose":"Registration"}"#);
    for (payloads, expected) in [
        (&[auth][..], Content::from(device::CAPTURE)),
        (&[auth, &twice], device::CAPTURE.into()),
        (&[registration], device::RCAPTURE.into()),
        (&[registration, registration], device::RCAPTURE.into()),
        (&[auth, registration], device::CAPTURE_WITHOUT_PURPOSE.into()),
        (&[auth, "{}"], device::CAPTURE_WITHOUT_PURPOSE.into()),
        (&["{}"], device::CAPTURE_WITHOUT_PURPOSE.into()),
        (&[r#"{"purpose":["Auth"]}"#], device::CAPTURE_WITHOUT_PURPOSE.into()),
        // What the verifier refuses as well, it may explain.
        (&[auth, "not JSON"], device::RCAPTURE.into()),
        (&[auth, r#"{"purpose":"Auth","purpose":"Auth"}"#], device::RCAPTURE.into()),
    ] {
        let elements: Vec<String> = payloads.iter().map(|payload| element(payload)).collect();
        let answer = format!(r#"{{"biometrics":[{}]}}"#, elements.join(","));
        assert_eq!(kind(&answer), expected, "{payloads:?}");
        let without = answer.replace(r#","sessionKey":"x""#, "");
        assert_ne!(without, answer);
        assert_eq!(kind(&without), expected, "{payloads:?}");
        // Nothing was captured in these.
        let more = answer.replace("[{", r#"[{"error":{}},{"data":""},{"data":null},{"#);
        assert_eq!(kind(&more), expected, "{payloads:?}");
    }
}

#[test]
fn an_object_with_the_marks_of_several_kinds_is_refused() {
    let envelopes = [
        r#""certificate":"a.b.c""#,
        r#""new_user_token":"a.b.c""#,
        r#""response":"a.b.c","errors":null"#,
        r#""deviceData":"e30=""#,
        r#""mpinId":"7b7d""#,
        r#""ciphertext":"","tag":"","iv":"""#,
        r#""biometrics":[]"#,
        r#""payload":"","signatures":[]"#,
    ];
    let contents = [r#""deviceInfo":"a.b.c""#, r#""serialNo":"1","make":"m","model":"n""#];
    for (index, one) in envelopes.iter().enumerate() {
        assert_ne!(kind(&format!("{{{one}}}")), SEVERAL_KINDS.into(), "{one}");
        for other in envelopes[index + 1..].iter().chain(&contents) {
            let both = format!("{{{one},{other}}}");
            assert_eq!(kind(&both), SEVERAL_KINDS.into(), "{both}");
        }
    }
}

#[test]
fn no_changed_character_makes_a_generic_token_of_a_message_of_a_device() {
    let text = include_str!("../../tests/data/digital-id.jwt").trim_end();
    let signature = text.rfind('.').unwrap();
    for position in 0..signature {
        let mut changed = text.as_bytes().to_vec();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let found = recognise(&changed, &Limits::default());
        // Without one of its dots it is no token, which is malformed whoever verifies it.
        let is_token = text.as_bytes()[position] != b'.';
        let is_generic = found == jws::KIND.into();
        assert!(!is_token || !is_generic, "{position}: {found:?}");
    }
}

#[test]
fn base64_without_a_signature_is_never_of_a_kind_that_verifies() {
    let encode = |text: &str| base64::encode_standard(text.as_bytes());
    let device_data = encode(r#"{"purpose":"AUTH","deviceInfo":{}}"#);
    assert_eq!(kind(&device_data), device::DATA.into());
    let claims = encode(r#"{"cAt":1,"exp":2,"hash":"00"}"#);
    assert_eq!(kind(&claims), Content::Unknown(UNKNOWN_KIND));
}

#[test]
fn what_is_nothing_known_says_why() {
    for input in ["", " ", "\n", "\r\n\t"] {
        assert_eq!(kind(input), Content::Empty);
    }
    for input in ["{}", "[]", "[1]", r#"{"keys":1}"#, r#"{"response":"a.b.c"}"#, "abc"] {
        assert_eq!(kind(input), Content::Unknown(UNKNOWN_KIND), "{input}");
    }
    let fault = Fault::Character { offset: 5 };
    let error = Error::Malformed { part: "input", fault };
    assert_eq!(kind("hello world"), Content::Unknown(error));
    let Content::Unknown(error) = kind(r#"{"certificate":"a","certificate":"b"}"#) else {
        panic!("repeated members are refused");
    };
    assert_eq!(error.code(), countersign::Code::DuplicateMember);
    let Content::Unknown(error) = kind(&"a".repeat(100_000)) else {
        panic!("large inputs are refused");
    };
    assert_eq!(error.code(), countersign::Code::TooLarge);
}

#[test]
fn what_is_no_artefact_is_named_with_the_way_out() {
    let registration = signed(r#"{"alg":"RS256"}"#, r#"{"status":"a","deviceCode":"1"}"#);
    let array = signed(r#"{"alg":"RS256"}"#, "[{}]");
    let other = signed(r#"{"alg":"RS256"}"#, r#"{"iss":"i"}"#);
    let envelope = |response: &str| format!(r#"{{"response":{response},"errors":null}}"#);
    for (input, expected) in [
        (envelope(r#"{"status":"Valid"}"#), registration::ANSWER),
        (envelope("[]"), registration::ANSWER),
        (envelope("true"), registration::ANSWER),
        (r#"{"responseTime":"","response":{"authStatus":true}}"#.into(), registration::ANSWER),
        (envelope(r#"{"certificate":"-----BEGIN"}"#), registration::KEY),
        (envelope(&format!("\"{array}\"")), registration::TOKEN_ANSWER),
        (envelope(&format!("\"{other}\"")), registration::TOKEN_ANSWER),
        (
            r#"{"issuer":"i","jwks_uri":"u","scopes_supported":[]}"#.into(),
            other::DISCOVERY_DOCUMENT,
        ),
        (r#"{"keys":[]}"#.into(), other::KEYS),
        (r#"{"keys":[{"kty":"RSA"}]}"#.into(), other::KEYS),
        (r#"{"kty":"RSA","n":"","e":"AQAB"}"#.into(), other::KEY),
        (r#"[{"deviceStatus":"Ready","digitalId":"e30"}]"#.into(), device::DISCOVERY),
        (r#"{"deviceStatus":"Ready","digitalId":"e30"}"#.into(), device::DISCOVERY),
        (r#"{"access_token":"opaque","token_type":"Bearer"}"#.into(), token::OPAQUE_ACCESS_TOKEN),
        ("<html></html>".into(), device::XML),
    ] {
        assert_eq!(kind(&input), expected.into(), "{input}");
    }
    for input in [
        envelope(&format!("\"{registration}\"")),
        // What cannot be read is left to the verifier of registrations.
        envelope("\"a.b.c\""),
        envelope("null"),
    ] {
        assert_eq!(kind(&input), registration::KIND.into(), "{input}");
    }
}

#[test]
fn refusals_of_the_services_carry_their_codes() {
    let refused =
        |codes: &[&str]| Content::Refused(codes.iter().map(|code| (*code).to_owned()).collect());
    let mosip = |id: &str, response: &str, codes: &[&str]| {
        let errors = codes.iter().map(|code| format!(r#"{{"errorCode":"{code}"}}"#));
        let errors = errors.collect::<Vec<_>>().join(",");
        format!(r#"{{"id":{id},"response":{response},"errors":[{errors}]}}"#)
    };
    let auth = "\"mosip.identity.auth\"";
    for (input, expected) in [
        (r#"{"error":"UNAUTHORIZED","info":"i"}"#.into(), refused(&["UNAUTHORIZED"])),
        (
            r#"{"requestID":"r","error":{"code":"MPINID_REVOKED","context":{}}}"#.into(),
            refused(&["MPINID_REVOKED"]),
        ),
        (
            r#"{"error":"invalid_grant","error_description":"d"}"#.into(),
            refused(&["invalid_grant"]),
        ),
        (
            mosip(auth, "null", &["IDA-MLC-009", "IDA-BIA-014"]),
            refused(&["IDA-MLC-009", "IDA-BIA-014"]),
        ),
        (mosip(auth, r#"{"authStatus":false}"#, &["IDA-MLC-009"]), refused(&["IDA-MLC-009"])),
        (mosip("null", "null", &["KER-KMS-002"]), refused(&["KER-KMS-002"])),
        // What may be the answer to a registration, its verifier names.
        (mosip("null", "null", &["ADM-DPM-043"]), registration::KIND.into()),
        (mosip("\"io.mosip.deviceregister\"", "null", &["X"]), registration::KIND.into()),
        (mosip(auth, "null", &[]), registration::KIND.into()),
        // These are no refusals.
        (r#"{"error":""}"#.into(), Content::Unknown(UNKNOWN_KIND)),
        (r#"{"error":{"errorCode":"0"}}"#.into(), Content::Unknown(UNKNOWN_KIND)),
        (r#"{"error":null}"#.into(), Content::Unknown(UNKNOWN_KIND)),
        (r#"{"error":"X","certificate":"a.b.c"}"#.into(), SEVERAL_KINDS.into()),
    ] {
        assert_eq!(kind(&input), expected, "{input}");
    }
    let long = format!(r#"{{"error":"{}"}}"#, "X".repeat(100));
    assert_eq!(kind(&long), refused(&["X".repeat(64).as_str()]));
}

#[test]
fn an_answer_of_a_token_endpoint_is_of_the_kind_of_its_one_token() {
    let (id, access) = (Content::from(token::ID), token::ACCESS.into());
    let jwt = signed(r#"{"alg":"RS256"}"#, r#"{"iss":"i"}"#);
    for (members, expected) in [
        (format!(r#""id_token":"{jwt}""#), id.clone()),
        (format!(r#""access_token":"opaque","id_token":"{jwt}""#), id.clone()),
        (format!(r#""access_token":null,"id_token":"{jwt}""#), id.clone()),
        (r#""access_token":"opaque","id_token":"damaged""#.into(), id),
        (format!(r#""access_token":"{jwt}""#), access),
        (format!(r#""access_token":"{jwt}","id_token":"{jwt}""#), token::TWO_TOKENS.into()),
        (format!(r#""access_token":"{jwt}","id_token":"damaged""#), token::TWO_TOKENS.into()),
        (r#""access_token":"opaque""#.into(), token::OPAQUE_ACCESS_TOKEN.into()),
        (format!(r#""id_token":"{jwt}","certificate":"a.b.c""#), SEVERAL_KINDS.into()),
    ] {
        assert_eq!(kind(&format!("{{{members}}}")), expected, "{members}");
    }
}

#[test]
fn what_devices_sign_is_recognised_without_what_stands_around_it() {
    let header = r#"{"alg":"RS256","x5c":[]}"#;
    let data = |purpose: &str| format!(r#"{{"digitalId":"a.b.c","bioValue":"",{purpose}"a":1}}"#);
    let (registration, auth) = (r#""purpose":"registration","#, r#""purpose":"Auth","#);
    let twice = base64::encode_url(data(registration).as_bytes());
    for (payload, expected) in [
        (data(registration), Content::from(device::CAPTURED)),
        (data(auth), device::CAPTURED.into()),
        (data(r#""purpose":"Other","#), device::DATA_WITHOUT_PURPOSE.into()),
        (data(""), device::DATA_WITHOUT_PURPOSE.into()),
        (twice, device::CAPTURED.into()),
        (r#"{"deviceStatus":"","digitalId":""}"#.into(), device::INFO.into()),
        (r#"{"digitalId":"","certification":"L0"}"#.into(), device::OTHER_MESSAGE.into()),
        (r#"{"signedDeviceCertificate":""}"#.into(), device::MANAGEMENT.into()),
        (r#"{"snapshotValidity":""}"#.into(), device::MANAGEMENT.into()),
    ] {
        assert_eq!(kind(&signed(header, &payload)), expected, "{payload}");
    }
    let unsigned = base64::encode_url(br#"{"deviceStatus":"","digitalId":""}"#);
    assert_eq!(kind(&unsigned), device::INFO.into());
    for (body, expected) in [
        (r#"{"keyRotation":"a.b.c"}"#, Content::from(device::MANAGEMENT)),
        (r#"{"snapShot":"a.b.c"}"#, device::MANAGEMENT.into()),
        (r#"{"snapShot":"a.b.c","certificate":"a.b.c"}"#, SEVERAL_KINDS.into()),
    ] {
        assert_eq!(kind(body), expected, "{body}");
    }
}

#[test]
fn a_packet_is_recognised_by_what_every_segment_signs() {
    let segment = |payload: &str| {
        let (sb, payload) = (base64::encode_standard(b"e30..AA"), payload.replace('<', "&lt;"));
        format!(
            "<BIR><BDB>AA==</BDB><SB>{sb}</SB><Others><Key>PAYLOAD</Key><Value>{payload}</Value>\
             </Others></BIR>"
        )
    };
    let data = |purpose: &str| format!(r#"{{"bioValue":"<bioValue>","purpose":"{purpose}"}}"#);
    let (registration, auth, other) = (data("Registration"), data("Auth"), data(""));
    let (registration, auth) = (registration.as_str(), auth.as_str());
    for (payloads, expected) in [
        (&[registration][..], Content::from(device::PACKET)),
        (&[registration, registration], device::PACKET.into()),
        (&[registration, auth], device::PACKET_FOR_ANOTHER_PURPOSE.into()),
        (&[other.as_str()], device::PACKET_FOR_ANOTHER_PURPOSE.into()),
        // The sender chose where the payload has its placeholder.
        (
            &[r#"{"bioValue":"","<bioValue>":0,"purpose":"Auth"}"#],
            device::PACKET_FOR_ANOTHER_PURPOSE.into(),
        ),
        // What the verifier refuses as well, it may explain.
        (&["not JSON"], device::PACKET.into()),
        (&[""], device::PACKET.into()),
        (&[], device::PACKET.into()),
    ] {
        let segments: String = payloads.iter().map(|payload| segment(payload)).collect();
        assert_eq!(kind(&format!("\n<BIR>{segments}</BIR>")), expected, "{payloads:?}");
    }
    assert!(matches!(kind("<BIR>"), Content::Unknown(Error::Malformed { .. })));
}

#[test]
fn only_what_holds_biometrics_may_be_large() {
    let large = "A".repeat(1 << 17);
    let header = r#"{"alg":"RS256","x5c":[]}"#;
    let data = format!(r#"{{"digitalId":"","purpose":"Auth","bioValue":"{large}"}}"#);
    let claims = format!(r#"{{"iss":"{large}"}}"#);
    let packet = format!("<BIR><BDB>{large}</BDB></BIR>");
    assert_eq!(kind(&signed(header, &data)), device::CAPTURED.into());
    assert_eq!(kind(&packet), device::PACKET.into());
    let limit = Limits::default().message_bytes();
    let too_large = Content::Unknown(Error::TooLarge { what: "input", limit });
    assert_eq!(kind(&signed(r#"{"alg":"RS256"}"#, &claims)), too_large);
}
