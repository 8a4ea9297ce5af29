//! The published answer of the platform.

use super::*;
use crate::encoding::hex;
use crate::encoding::json::Object;
use crate::mosip::device::object::DeviceData;
use crate::report::Verdict;

#[test]
fn the_published_answer_is_valid_as_body_and_as_token() {
    for input in [RESPONSE, token().as_bytes()] {
        let found = verdict(&published(), input, &Expected::new(), captured()).unwrap();
        assert_eq!((found.era(), found.status()), (Era::A, &Status::Registered));
        assert_eq!(found.device_code(), "8cd42864-2cdc-4067-8d11-40b25ff8c760");
        assert_eq!((found.env(), found.at()), ("local", captured()));
        assert_eq!(found.time_stamp().unwrap().text(), "2020-01-13T12:55:29.918Z");
        assert_eq!(found.payload().len(), 409);
        assert_eq!(found.key().algorithm, Algorithm::Rs512);
        assert_eq!(
            found.key().thumbprint.as_deref(),
            Some("Cm1VMpJs0I0i4uRxsC4Wnn0tkuaTXegewqPnqhjFRqU")
        );
        let id = found.digital_id().unwrap();
        assert_eq!((id.make.as_str(), id.model.as_str()), ("MC01A", "SMIDCL"));
        assert_eq!(id.device_provider, "SYNCBYTE");
    }
}

#[test]
fn the_report_of_the_published_answer_names_the_era_and_the_unsigned_header() {
    let report = explain(&published(), RESPONSE);
    assert_eq!(report.verdict(), Verdict::Valid);
    assert_eq!(report.warnings, [Warning::UnsignedHeader]);
    assert_eq!(report.hints, [r#"the unsigned outer header names "RS256"; the era demands RS512"#]);
    let era = report.checks.iter().find(|entry| entry.check == Check::ERA).unwrap();
    assert_eq!(era.detail, "era A: PKCS#1 v1.5 with SHA-512 over the payload's base64 text");
    let claims = report.claims.unwrap();
    let claims = claims.to_object();
    let names: Vec<&str> = claims.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["status", "digitalId", "deviceCode", "env", "timeStamp"]);
}

#[test]
fn the_published_answer_is_about_the_device_of_the_published_request() {
    let request = DeviceData::from_request(REQUEST, &limits()).unwrap();
    let expected = Expected::new().request(&request);
    assert!(verdict(&published(), RESPONSE, &expected, captured()).is_ok());
    // The request's text ends in padding, the answer's does not: members are compared, not texts.
    let registration = published().verify(RESPONSE, &expected, captured()).unwrap();
    let (sent, signed) = (&request.device_info.digital_id, registration.digital_id().unwrap());
    assert_ne!(sent.origin().text(), signed.origin().text());
}

#[test]
fn every_changed_character_is_refused_but_in_an_unsigned_header() {
    let (signer, own) = own();
    let answers = ERAS.map(|era| (&own, era, signer.answer(era, &plain())));
    let published = published();
    for (verifier, era, token) in answers.into_iter().chain([(&published, Era::A, token())]) {
        let header_end = if era == Era::C { 0 } else { token.find('.').unwrap() };
        let mut harmless = 0;
        for (place, old) in token.bytes().enumerate() {
            for new in [b'A', b'0', b'+', b'-', b'=', b'.', b' ', old ^ 1, old ^ 2, old | 0x80] {
                let mut changed = token.clone().into_bytes();
                changed[place] = new;
                let result = verifier.verify(&changed, &Expected::new(), captured());
                if new != old && result.is_ok() {
                    harmless += 1;
                    assert!(place < header_end, "{era} place {place}");
                    let warnings = explain(verifier, &changed).warnings;
                    assert!(warnings.contains(&Warning::UnsignedHeader));
                }
            }
        }
        assert_eq!(harmless > 0, header_end > 0, "{era}: some change leaves the header JSON");
    }
}

#[test]
fn the_unsigned_header_of_a_and_b_decides_nothing_but_must_be_a_json_object() {
    let (signer, verifier) = own();
    for era in [Era::A, Era::APrime, Era::B] {
        let token = signer.answer(era, &plain());
        let (_, rest) = token.split_once('.').unwrap();
        for (header, expected) in [
            (r#"{"alg":"none"}"#, Code::Ok),
            (r#"{"alg":"HS256","crit":["x"],"kid":"other"}"#, Code::Ok),
            ("{}", Code::Ok),
            ("[]", Code::WrongType),
            (r#"{"alg":"RS256","alg":"RS256"}"#, Code::DuplicateMember),
            ("no JSON", Code::Malformed),
        ] {
            let changed = format!("{}.{rest}", encode_standard(header.as_bytes()));
            assert_eq!(code(&verifier, &changed), expected, "{era} {header}");
        }
        let none = format!("{}.{rest}", encode_standard(br#"{"alg":"none"}"#));
        let parsed = SignedRegistration::parse(none.as_bytes(), &limits()).unwrap();
        assert_eq!(parsed.header_bytes(), br#"{"alg":"none"}"#);
        let report = explain(&verifier, none);
        assert!(report.hints.iter().any(|hint| hint.contains(r#"names "none""#)));
    }
}

#[test]
fn the_signing_inputs_of_the_published_payload_have_their_known_digests() {
    let parse = |token: &str| SignedRegistration::parse(token.as_bytes(), &limits()).unwrap();
    let answer = parse(&token());
    assert_eq!((answer.signing_input().len(), answer.signature().len()), (548, 256));
    assert_eq!(
        hex::encode(&Sha512::digest(answer.signing_input())),
        "bdc1291e985dd7f9f50565d6811f3a04903eebba51e4e23326ebd2aa3b22ce66\
         4b29ab67b329e66f3ef9dc25f827bcd18b2f896cb424ab915c24aa663a1b8810"
    );
    // The same payload as B and C would sign it.
    let payload = String::from_utf8(answer.payload).unwrap();
    let signature = encode_url(&[0xff; 256]);
    let header = encode_url(RS256.as_bytes());
    let detached = wrap(&payload, &format!("{header}..{signature}"));
    let jws = format!("{header}.{}.{signature}", encode_url(payload.as_bytes()));
    for (token, era, length, digest) in [
        (detached, Era::B, 752, "5ce7b74b764a0cc0a036a256135a01f3fe8bf18afe878d32a7eaff8635198b6c"),
        (jws, Era::C, 567, "566718423f0aacf5f957aa78951edfd959e3572c8e5a19608a7ddbc32d0a325e"),
    ] {
        let parsed = parse(&token);
        assert_eq!((parsed.era(), parsed.signing_input().len()), (era, length));
        assert_eq!(hex::encode(&Sha256::digest(parsed.signing_input())), digest);
    }
}

#[test]
fn reports_are_reproducible() {
    let once = explain(&published(), RESPONSE).to_json().to_string();
    assert_eq!(once, explain(&published(), RESPONSE).to_json().to_string());
    let report: Object<'_> = parse_object("report", once.as_bytes(), &limits()).unwrap();
    assert_eq!(report.string("report", "kind"), Ok("mosip-registration"));
}
