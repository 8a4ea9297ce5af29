//! The schemes of the eras, and where they could be confused.

use super::*;
use crate::encoding::base64::decode_url;
use crate::mosip::registration::verify::RegistrationFormat;
use crate::report::Trail;

#[test]
fn answers_of_every_era_are_valid_under_their_own_scheme() {
    let (signer, verifier) = own();
    for era in ERAS {
        let token = signer.answer(era, &plain());
        assert_eq!(SignedRegistration::parse(token.as_bytes(), &limits()).unwrap().era(), era);
        for input in [token.clone(), format!(r#" {{"response":"{token}","errors":[]}}"#)] {
            let found = verdict(&verifier, input.as_bytes(), &Expected::new(), captured()).unwrap();
            assert_eq!((found.era(), found.status()), (era, &Status::Registered));
            assert_eq!(found.key().algorithm, era.algorithm());
            assert_eq!(found.digital_id().unwrap().serial_no, "1");
        }
        let unsigned = era != Era::C;
        let warnings = explain(&verifier, &token).warnings;
        assert_eq!(warnings.contains(&Warning::UnsignedHeader), unsigned, "{era}");
    }
}

#[test]
fn an_altered_payload_is_refused_in_every_era() {
    let (signer, verifier) = own();
    let other = plain().replace(r#""deviceCode":"c""#, r#""deviceCode":"d""#);
    for era in ERAS {
        let (one, two) = (signer.answer(era, &plain()), signer.answer(era, &other));
        let parts: Vec<&str> = one.split('.').collect();
        let payload = two.split('.').nth(1).unwrap();
        let mixed = [parts[0], payload, parts[2]].join(".");
        let expected = if era == Era::APrime { Code::Malformed } else { Code::SignatureMismatch };
        assert_eq!(code(&verifier, &mixed), expected, "{era}");
        // Another key, everything else in order.
        let foreign = Signer::new(3072).answer(era, &plain());
        assert_eq!(code(&verifier, &foreign), Code::SignatureMismatch, "{era}");
    }
}

#[test]
fn a_signature_of_one_era_is_refused_in_the_shape_of_another() {
    let (signer, verifier) = own();
    let payload = plain();
    let part2 = encode_standard(payload.as_bytes());
    // SHA-256 in the shape of A.
    let short = encode_standard(&signer.sign(Algorithm::Rs256, part2.as_bytes()));
    assert_eq!(code(&verifier, wrap(&payload, &short)), Code::SignatureMismatch);
    // Over the decoded payload, or over the first two parts.
    let decoded = encode_standard(&signer.sign(Algorithm::Rs512, payload.as_bytes()));
    assert_eq!(code(&verifier, wrap(&payload, &decoded)), Code::SignatureMismatch);
    let token = signer.answer(Era::A, &payload);
    let two_parts = token.rsplit_once('.').unwrap().0;
    let both = encode_standard(&signer.sign(Algorithm::Rs512, two_parts.as_bytes()));
    assert_eq!(code(&verifier, wrap(&payload, &both)), Code::SignatureMismatch);
    // SHA-512 in the shape of B.
    let input = format!("{}.{}", encode_url(RS256.as_bytes()), encode_url(part2.as_bytes()));
    let long = encode_url(&signer.sign(Algorithm::Rs512, input.as_bytes()));
    let detached = format!("{}..{long}", encode_url(RS256.as_bytes()));
    assert_eq!(code(&verifier, wrap(&payload, &detached)), Code::SignatureMismatch);
    // The inner JWS of B, attached, is a JWS: but of base64 text, which is no payload.
    let inner = signer.jws(RS256, part2.as_bytes());
    assert_eq!(code(&verifier, &inner), Code::Malformed);
    let claims = explain(&verifier, &inner);
    assert!(
        claims
            .checks
            .iter()
            .any(|entry| { entry.check == Check::SIGNATURE && entry.outcome == Outcome::Pass })
    );
    // The signature of C in the shape of A.
    let jws = signer.answer(Era::C, &payload);
    let third = jws.rsplit_once('.').unwrap().1;
    let bytes = decode_url(third.as_bytes()).unwrap();
    let wrapped = wrap(&payload, &encode_standard(&bytes));
    assert_eq!(code(&verifier, wrapped), Code::SignatureMismatch);
}

#[test]
fn the_signed_header_must_say_rs256_and_nothing_critical() {
    let (signer, verifier) = own();
    let payload = plain();
    let part2 = encode_standard(payload.as_bytes());
    for (header, expected) in [
        (r#"{"alg":"RS256","typ":"JWT","x5c":["ignored"]}"#, Code::Ok),
        (r#"{"alg":"RS512"}"#, Code::AlgorithmMismatch),
        (r#"{"alg":"PS256"}"#, Code::AlgorithmMismatch),
        (r#"{"alg":"HS256"}"#, Code::AlgorithmMismatch),
        (r#"{"alg":"none"}"#, Code::UnsupportedAlgorithm),
        (r#"{"alg":"RS256","crit":["b64"],"b64":false}"#, Code::CriticalHeader),
        (r#"{"alg":"RS256","alg":"RS256"}"#, Code::DuplicateMember),
        ("{}", Code::MissingMember),
    ] {
        let attached = signer.jws(header, part2.as_bytes());
        assert_eq!(code(&verifier, wrap(&payload, &attached)), expected, "A' {header}");
        assert_eq!(code(&verifier, wrap(&payload, &detach(&attached))), expected, "B {header}");
        let jws = signer.jws(header, payload.as_bytes());
        assert_eq!(code(&verifier, jws), expected, "C {header}");
    }
}

#[test]
fn each_era_has_one_base64_profile() {
    let (signer, verifier) = own();
    // Blanks after the payload, so that its base64 needs padding.
    let payload = format!("{:1$}", plain(), plain().len().next_multiple_of(3) + 1);
    for era in ERAS {
        let token = signer.answer(era, &payload);
        assert_eq!(code(&verifier, &token), Code::Ok);
        for part in 0..3 {
            let mut parts: Vec<String> = token.split('.').map(ToString::to_string).collect();
            let text = parts[part].trim_end_matches('=').to_string();
            parts[part] = match (era, text.len() % 4) {
                (_, 0) => continue,
                (Era::C, length) => format!("{text}{}", "=".repeat(4 - length)),
                _ => text,
            };
            assert_eq!(code(&verifier, parts.join(".")), Code::Malformed, "{era} part {part}");
        }
        for wrong in [
            format!("{token}.AAAA"),
            token.replacen('.', "", 1),
            token.replacen('.', "..", 1),
            format!("{token}\n"),
            format!(" {token}"),
            token.replacen('e', "\u{e9}", 1),
            String::new(),
            "..".to_string(),
        ] {
            assert_eq!(code(&verifier, &wrong), Code::Malformed, "{era} {wrong}");
        }
    }
}

#[test]
fn the_size_of_a_message_is_limited_exactly() {
    let (signer, _) = own();
    for era in ERAS {
        let token = signer.answer(era, &plain());
        let body = format!(r#"{{"response":"{token}"}}"#);
        for input in [token, body] {
            let exact = limits().with_message_bytes(input.len()).with_token_bytes(1);
            assert!(SignedRegistration::parse(input.as_bytes(), &exact).is_ok(), "{era}");
            let less = limits().with_message_bytes(input.len() - 1);
            let error = SignedRegistration::parse(input.as_bytes(), &less).unwrap_err();
            assert_eq!(error.code(), Code::TooLarge, "{era}");
        }
    }
}

#[test]
fn a_signature_that_nobody_checked_is_a_defect_and_never_valid() {
    let signer = Jwk::parse(SIGNER, &Limits::default()).unwrap();
    let verifier = Verifier::new(signer.into(), Policy::default());
    let expected = Expected::new();
    let item = Item { input: RESPONSE, expected: &expected, at: At::Issued };
    for (checked, code) in [(Some(Ok(())), Code::Ok), (None, Code::Defect)] {
        for mut trail in [Trail::first_failure(), Trail::everything()] {
            let opened = RegistrationFormat::open(&verifier, &mut trail, &mut (), item).unwrap();
            let signature = checked.clone();
            let draft = RegistrationFormat::judge(&verifier, &mut trail, opened, signature);
            assert_eq!(trail.failure().map_or(Code::Ok, Error::code), code);
            assert_eq!(trail.settle(draft).is_some(), code == Code::Ok);
        }
    }
}
