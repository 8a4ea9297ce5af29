//! Members of the payload, the digital id in it, errors of the server.

use super::*;
use crate::mosip::layer::Layer;

#[test]
fn errors_of_the_server_are_its_answer() {
    let token = token();
    for (errors, expected) in [
        ("", Code::Ok),
        (r#","errors":null"#, Code::Ok),
        (r#","errors":[]"#, Code::Ok),
        (r#","errors":[{"errorCode":"KER-ATH-401","message":"no"}]"#, Code::ValidationFailed),
        (r#","errors":[1]"#, Code::ValidationFailed),
        (r#","errors":{}"#, Code::WrongType),
        (r#","errors":"none""#, Code::WrongType),
    ] {
        let body = format!(r#"{{"id":"x","response":"{token}"{errors}}}"#);
        assert_eq!(code(&published(), &body), expected, "{errors}");
    }
    let refused = br#"{"response":null,"errors":[{"errorCode":"KER-ATH-401"},{"message":"m"}]}"#;
    assert_eq!(
        SignedRegistration::parse(refused, &limits()),
        Err(Error::ValidationFailed {
            codes: ["KER-ATH-401", "no `errorCode`"].map(Into::into).into()
        })
    );
    for (body, expected) in [
        ("{}", Code::MissingMember),
        (r#"{"response":null,"errors":null}"#, Code::WrongType),
        (r#"{"response":{"status":"success"}}"#, Code::WrongType),
        (r#"{"response":""}"#, Code::Malformed),
        (r#"{"response":"a","response":"b"}"#, Code::DuplicateMember),
        ("{", Code::Malformed),
    ] {
        assert_eq!(code(&published(), body), expected, "{body}");
    }
    // Some servers escape what JSON need not escape.
    let escaped = format!(r#"{{"response":"{}"}}"#, token.replace('=', "\\u003d"));
    assert_eq!(code(&published(), escaped), Code::Ok);
}

#[test]
fn the_payload_has_its_members_and_their_types() {
    let (signer, verifier) = own();
    let good = plain();
    for (from, to, expected) in [
        ("", "", Code::Ok),
        (r#""timeStamp""#, r#""timestamp""#, Code::Ok),
        (r#""timeStamp""#, r#""timestamp":"x","timeStamp""#, Code::DuplicateMember),
        (r#""timeStamp""#, r#""TimeStamp""#, Code::MissingMember),
        (r#""env""#, r#""ENV""#, Code::MissingMember),
        (r#""env":"Staging""#, r#""env":null"#, Code::WrongType),
        (r#""env""#, r#""env":"x","env""#, Code::DuplicateMember),
        (r#""status":"Registered""#, r#""status":true"#, Code::WrongType),
        (r#""deviceCode":"c""#, r#""deviceCode":1"#, Code::WrongType),
        (r#""digitalId""#, r#""other""#, Code::MissingMember),
        ("{", "[{", Code::Malformed),
    ] {
        for era in ERAS {
            let token = signer.answer(era, &good.replacen(from, to, 1));
            assert_eq!(code(&verifier, token), expected, "{era} {from} {to}");
        }
    }
    let text = |status: &str| {
        let payload = good.replace("Registered", status);
        let token = signer.answer(Era::B, &payload);
        verifier.verify(token.as_bytes(), &Expected::new(), captured()).unwrap().status().clone()
    };
    assert_eq!(text("rEGISTERED"), Status::Registered);
    assert_eq!(text("Retired"), Status::Other("Retired".into()));
    // A time that cannot be read is one whatever it is needed for.
    let token = signer.answer(Era::B, &good.replace("2020-08-02T23:46:25.154Z", "yesterday"));
    let window = Expected::new().window(Window::symmetric(300));
    for (expected, at) in [
        (Expected::new(), captured().into()),
        (Expected::new(), At::Issued),
        (window, captured().into()),
    ] {
        let result = verdict(&verifier, token.as_bytes(), &expected, at);
        assert_eq!(code_of(result), Code::Malformed);
    }
}

#[test]
fn an_answer_to_a_deregistration_has_no_digital_id_and_can_be_told_apart() {
    let (signer, verifier) = own();
    let payload = r#"{"status":"success","deviceCode":"c","env":"Staging","timeStamp":"2020-08-02T23:46:25Z"}"#;
    for era in ERAS {
        let token = signer.answer(era, payload);
        let found = verdict(&verifier, token.as_bytes(), &Expected::new(), captured()).unwrap();
        assert_eq!((found.status(), found.digital_id()), (&Status::Deregistered, None));
        let device = DigitalId::decode(encode_url(DIGITAL_ID.as_bytes()).as_bytes(), &limits());
        for expected in [
            Expected::new().status(Status::Registered),
            Expected::new().digital_id(device.unwrap()),
        ] {
            let result = verdict(&verifier, token.as_bytes(), &expected, captured());
            assert_eq!(code_of(result), Code::ContentMismatch, "{era}");
        }
    }
}

#[test]
fn the_digital_id_of_eras_a_and_b_is_base64_of_json_once() {
    let (signer, verifier) = own();
    let id = DIGITAL_ID.as_bytes();
    let jws = signer.jws(RS256, id);
    for (text, expected) in [
        (encode_url(id), Code::Ok),
        (encode_standard(id), Code::Ok),
        (encode_url(encode_url(id).as_bytes()), Code::Malformed),
        (encode_url(jws.as_bytes()), Code::Malformed),
        (jws.clone(), Code::Malformed),
        (String::new(), Code::Malformed),
        (encode_url(b"{}"), Code::MissingMember),
        (encode_url(DIGITAL_ID.replace("\"1\"", "1").as_bytes()), Code::WrongType),
        (
            encode_url(DIGITAL_ID.replace("{", r#"{"subType":"x","#).as_bytes()),
            Code::DuplicateMember,
        ),
    ] {
        for era in [Era::A, Era::APrime, Era::B] {
            let token = signer.answer(era, &payload(&text));
            assert_eq!(code(&verifier, token), expected, "{era} {text}");
        }
        if !text.contains('.') {
            let token = signer.answer(Era::C, &payload(&text));
            assert_eq!(code(&verifier, token), expected, "C {text}");
        }
    }
}

#[test]
fn a_signed_digital_id_of_era_c_must_be_signed_by_the_same_key() {
    let (signer, verifier) = own();
    let other = Signer::new(3072);
    let both = Verifier::new(set([other.key(), signer.key()]), Policy::default());
    let id = DIGITAL_ID.as_bytes();
    let good = signer.jws(RS256, id);
    let end = good.len() - 2;
    let altered = format!(
        "{}{}{}",
        &good[..end],
        if &good[end..=end] == "A" { "B" } else { "A" },
        &good[end + 1..]
    );
    for (text, expected) in [
        (good.clone(), Code::Ok),
        (other.jws(RS256, id), Code::SignatureMismatch),
        (altered, Code::SignatureMismatch),
        (signer.jws(r#"{"alg":"RS512"}"#, id), Code::AlgorithmMismatch),
        (signer.jws(r#"{"alg":"RS256","crit":[]}"#, id), Code::CriticalHeader),
        (signer.jws(RS256, encode_url(id).as_bytes()), Code::Malformed),
        (detach(&good), Code::SignatureMismatch),
        ("a.b".to_string(), Code::Malformed),
    ] {
        let token = signer.answer(Era::C, &payload(&text));
        assert_eq!(code(&both, &token), expected, "{text}");
        assert_eq!(code(&verifier, &token), expected, "{text}");
    }
    let token = signer.answer(Era::C, &payload(&good));
    let found = verifier.verify(token.as_bytes(), &Expected::new(), captured()).unwrap();
    assert_eq!(found.digital_id().unwrap().origin().layer(), Layer::VerifiedJws);
    // Without any key, nobody says that the inner signature is right.
    let report = explain(&Verifier::new(JwkSet::default(), Policy::default()), &token);
    let entry = report.checks.iter().find(|entry| entry.check == Check::DIGITAL_ID).unwrap();
    assert_eq!(entry.outcome, Outcome::Skip);
}
