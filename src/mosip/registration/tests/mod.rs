//! The published answer, and answers of every era signed with keys of our own.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use num_bigint::BigUint;
use sha2::{Digest as _, Sha256, Sha512};

use super::{
    expected::Expected, status::Status, token::Era, token::SignedRegistration,
    verify::Registration, verify::RegistrationFormat, verify::Verifier,
};
use crate::code::Code;
use crate::crypto::{Algorithm, PublicKey};
use crate::encoding::base64::{decode_url, encode_standard, encode_url};
use crate::encoding::hex;
use crate::encoding::json::{Object, parse_object};
use crate::error::Error;
use crate::jose::{Jwk, JwkSet};
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::object::{DeviceData, DigitalId, Layer};
use crate::policy::{Policy, Rsa1024};
use crate::report::{Check, Outcome, Report, Trail, Verdict, Warning};
use crate::time::{At, Leeway, Time};
use crate::verify::{Item, Steps as _};

mod keys;
use keys::KEYS;

const RESPONSE: &[u8] =
    include_bytes!("../../../../test-vectors/seed/registered-devices-response.json");
const REQUEST: &[u8] =
    include_bytes!("../../../../test-vectors/seed/registered-devices-request.json");
const SIGNER: &[u8] = include_bytes!("../../../../test-vectors/seed/mosip-signer.jwk.json");

/// Two certificates of the 2048-bit test key: for 2020, and renewed for 2021.
const CERTIFICATES: [&[u8]; 2] = [
    include_bytes!("../../../../test-vectors/keys/registration-signer-2020.pem"),
    include_bytes!("../../../../test-vectors/keys/registration-signer-2021.pem"),
];

fn limits() -> Limits {
    Limits::default()
}

fn time(text: &str) -> Time {
    Time::parse_rfc3339(text).unwrap()
}

/// When the published answer was given.
fn captured() -> Time {
    time("2020-01-13T07:25:29Z")
}

fn published() -> Verifier {
    Verifier::new(Jwk::parse(SIGNER, &limits()).unwrap().into(), Policy::default())
}

fn token() -> String {
    let body = parse_object("test", RESPONSE, &limits()).unwrap();
    body.string("test", "response").unwrap().to_string()
}

/// Verifies, and demands the same verdict of the explanation.
fn verdict(
    verifier: &Verifier,
    input: &[u8],
    expected: &Expected,
    at: impl Into<At>,
) -> Result<Registration, Error> {
    let at = at.into();
    let result = verifier.verify(input, expected, at);
    let report = verifier.explain(input, expected, at);
    assert_eq!(report.code(), result.as_ref().err().map_or(Code::Ok, Error::code));
    assert_eq!(report.claims.is_some(), result.is_ok());
    for check in ALL_CHECKS {
        assert!(report.checks.iter().any(|entry| entry.check == check), "{check:?} is missing");
    }
    result
}

const ALL_CHECKS: [Check; 13] = [
    Check::ENVELOPE,
    Check::STRUCTURE,
    Check::ERA,
    Check::HEADER,
    Check::KEY,
    Check::ALGORITHM,
    Check::KEY_SIZE,
    Check::SIGNATURE,
    Check::CLAIMS,
    Check::DIGITAL_ID,
    Check::KEY_CERTIFICATE,
    Check::CONTENT,
    Check::WINDOW,
];

fn code(verifier: &Verifier, input: impl AsRef<[u8]>) -> Code {
    code_of(verdict(verifier, input.as_ref(), &Expected::new(), captured()))
}

fn code_of<T>(result: Result<T, Error>) -> Code {
    result.err().map_or(Code::Ok, |error| error.code())
}

fn explain(verifier: &Verifier, input: impl AsRef<[u8]>) -> Report {
    verifier.explain(input.as_ref(), &Expected::new(), captured())
}

/// A test key of `bits`: `s = m^d mod n`.
struct Signer {
    n: BigUint,
    d: BigUint,
}

impl Signer {
    fn new(bits: usize) -> Self {
        let (_, n, d) = KEYS.iter().find(|(size, ..)| *size == bits).unwrap();
        let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap();
        Self { n: number(n), d: number(d) }
    }

    fn key(&self) -> Jwk {
        PublicKey::rsa(&self.n.to_bytes_be(), &[1, 0, 1]).unwrap().into()
    }

    /// The key as JWK with more members, each with its leading comma.
    fn jwk(&self, more: &str) -> Jwk {
        let n = encode_url(&self.n.to_bytes_be());
        let text = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"{more}}}"#);
        Jwk::parse(text.as_bytes(), &limits()).unwrap()
    }

    /// RFC 8017 section 8.2.1, with the `DigestInfo` prefixes of its section 9.2.
    fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let (oid, digest) = match algorithm {
            Algorithm::Rs256 => (1, Sha256::digest(message).to_vec()),
            _ => (3, Sha512::digest(message).to_vec()),
        };
        let length = u8::try_from(digest.len()).unwrap();
        let mut info = alloc::vec![0x30, length + 17, 0x30, 13, 6, 9];
        info.extend([0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, oid, 5, 0, 4, length]);
        info.extend(digest);
        let size = usize::try_from(self.n.bits()).unwrap().div_ceil(8);
        let mut encoded = alloc::vec![0xff; size - info.len()];
        encoded[..2].copy_from_slice(&[0, 1]);
        *encoded.last_mut().unwrap() = 0;
        encoded.extend(info);
        let signature = BigUint::from_bytes_be(&encoded).modpow(&self.d, &self.n).to_bytes_be();
        let mut padded = alloc::vec![0; size - signature.len()];
        padded.extend(signature);
        padded
    }

    fn jws(&self, header: &str, payload: &[u8]) -> String {
        let input = format!("{}.{}", encode_url(header.as_bytes()), encode_url(payload));
        let signature = self.sign(Algorithm::Rs256, input.as_bytes());
        format!("{input}.{}", encode_url(&signature))
    }

    /// The token of an era, as the servers of that era make it.
    fn answer(&self, era: Era, payload: &str) -> String {
        if era == Era::C {
            return self.jws(RS256, payload.as_bytes());
        }
        let part2 = encode_standard(payload.as_bytes());
        let service_text = match era {
            Era::A => encode_standard(&self.sign(Algorithm::Rs512, part2.as_bytes())),
            Era::APrime => self.jws(RS256, part2.as_bytes()),
            _ => detach(&self.jws(RS256, part2.as_bytes())),
        };
        wrap(payload, &service_text)
    }
}

const RS256: &str = r#"{"alg":"RS256"}"#;
const ERAS: [Era; 4] = [Era::A, Era::APrime, Era::B, Era::C];

/// Takes the payload out of a JWS.
fn detach(jws: &str) -> String {
    let (header, rest) = jws.split_once('.').unwrap();
    format!("{header}..{}", rest.split_once('.').unwrap().1)
}

/// Puts a payload and what the signing service said together, as `convertToJWS` does.
fn wrap(payload: &str, service_text: &str) -> String {
    let header = r#"{"alg":"RS256","type":"JWS"}"#;
    [header, payload, service_text].map(|part| encode_standard(part.as_bytes())).join(".")
}

const DIGITAL_ID: &str = r#"{"serialNo":"1","deviceProvider":"P","deviceProviderId":"I","make":"M","model":"N","dateTime":"2020-08-02T23:46:25.153Z","type":"Iris","deviceSubType":"Double"}"#;

/// The payload of an answer with this digital id text.
fn payload(digital_id: &str) -> String {
    format!(
        r#"{{"status":"Registered","digitalId":"{digital_id}","deviceCode":"c","env":"Staging","timeStamp":"2020-08-02T23:46:25.154Z"}}"#
    )
}

fn plain() -> String {
    payload(&encode_url(DIGITAL_ID.as_bytes()))
}

fn verifier(keys: impl Into<JwkSet>) -> Verifier {
    Verifier::new(keys.into(), Policy::default())
}

fn set(keys: impl IntoIterator<Item = Jwk>) -> JwkSet {
    let mut set = JwkSet::default();
    keys.into_iter().for_each(|key| set.push(key));
    set
}

fn own() -> (Signer, Verifier) {
    let signer = Signer::new(2048);
    let verifier = verifier(signer.key());
    (signer, verifier)
}

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
fn every_key_of_the_set_is_tried_and_only_rsa_keys_for_the_era() {
    let (signer, _) = own();
    let (own, other) = (signer.key(), Signer::new(3072).key());
    let p256 = include_bytes!("../../../../test-vectors/keys/p256-public.pem");
    let p256 = Jwk::from_pem(p256).unwrap();
    let problem = || JwkSet::parse(br#"{"keys":[{"kty":"oct","k":"AA"}]}"#, &limits()).unwrap();
    let mut with_problem = problem();
    with_problem.push(own.clone());
    let mut two_problems = problem();
    two_problems.extend(problem());
    for era in ERAS {
        let token = signer.answer(era, &plain());
        let wrong_alg = if era == Era::A { "RS256" } else { "RS512" };
        let declared = |alg: &str| signer.jwk(&format!(r#","alg":"{alg}""#));
        for (keys, expected) in [
            (set([other.clone(), p256.clone(), own.clone()]), Code::Ok),
            (set([own.clone(), own.clone()]), Code::Ok),
            (with_problem.clone(), Code::Ok),
            (set([declared(wrong_alg), declared(era.algorithm().name())]), Code::Ok),
            (set([declared(wrong_alg)]), Code::AlgorithmMismatch),
            // What a key declares binds it where it is written without.
            (set([declared(wrong_alg), signer.jwk("")]), Code::AlgorithmMismatch),
            (set([signer.jwk(r#","kid":"a""#), declared(wrong_alg)]), Code::AlgorithmMismatch),
            (set([declared(wrong_alg), other.clone()]), Code::SignatureMismatch),
            (set([other.clone()]), Code::SignatureMismatch),
            (set([]), Code::NoKey),
            (problem(), Code::KeyUnusable),
            (two_problems.clone(), Code::UnknownKey),
            (set([p256.clone()]), Code::KeyUnusable),
            (set([p256.clone(), p256.clone()]), Code::UnknownKey),
        ] {
            assert_eq!(code(&verifier(keys.clone()), &token), expected, "{era} {keys:?}");
        }
        for (most, expected) in [(1, Code::TooLarge), (2, Code::Ok)] {
            let policy = Policy::default().with_limits(limits().with_keys(most));
            let both = Verifier::new(set([other.clone(), own.clone()]), policy);
            assert_eq!(code(&both, &token), expected, "{era}");
        }
    }
    // A near miss says which key was excluded.
    let token = signer.answer(Era::B, &plain());
    let keys = set([signer.jwk(r#","alg":"RS512""#), other]);
    let report = explain(&verifier(keys), token);
    assert!(report.hints.iter().any(|hint| hint.contains("fits another key")));
}

#[test]
fn what_none_of_several_keys_verifies_is_refused() {
    let [weak, own, other] = [1024, 2048, 3072].map(Signer::new);
    for era in ERAS {
        let (token, foreign) = (own.answer(era, &plain()), weak.answer(era, &plain()));
        for keys in [[own.key(), other.key()], [other.key(), own.key()], [own.key(), own.key()]] {
            assert_eq!(code(&verifier(set(keys.clone())), &token), Code::Ok, "{era}");
            assert_eq!(code(&verifier(set(keys)), &foreign), Code::SignatureMismatch, "{era}");
        }
    }
}

#[test]
fn a_kid_of_an_unusable_key_means_that_key_and_no_nameless_one() {
    let signer = Signer::new(2048);
    let token = signer.jws(r#"{"alg":"RS256","kid":"a"}"#, plain().as_bytes());
    let with_unusable = |kid: &str| {
        let text = format!(r#"{{"keys":[{{"kty":"oct","k":"AA","kid":"{kid}"}}]}}"#);
        let mut keys = JwkSet::parse(text.as_bytes(), &limits()).unwrap();
        keys.push(signer.key());
        verifier(keys)
    };
    assert_eq!(code(&with_unusable("a"), &token), Code::KeyUnusable);
    assert_eq!(code(&with_unusable("b"), &token), Code::Ok);
}

#[test]
fn a_kid_of_era_c_chooses_its_key_if_the_set_has_it() {
    let signer = Signer::new(2048);
    let named = |kid: &str| signer.jwk(&format!(r#","kid":"{kid}""#));
    let other = |kid: &str| Signer::new(3072).jwk(&format!(r#","kid":"{kid}""#));
    let token = signer.jws(r#"{"alg":"RS256","kid":"a"}"#, plain().as_bytes());
    for (keys, expected) in [
        (set([named("a"), other("b")]), Code::Ok),
        (set([named("b"), other("a")]), Code::SignatureMismatch),
        (set([named("a"), other("a")]), Code::AmbiguousKey),
        (set([named("x"), other("y")]), Code::UnknownKey),
        (set([signer.key(), other("y")]), Code::Ok),
        (set([signer.key()]), Code::Ok),
    ] {
        assert_eq!(code(&verifier(keys.clone()), &token), expected, "{keys:?}");
    }
    let p256 = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    let p256 = JwkSet::parse(p256.as_bytes(), &limits()).unwrap();
    assert_eq!(code(&verifier(p256), &token), Code::KeyUnusable);
    // In the other eras the `kid` of a header means nothing.
    let part2 = encode_standard(plain().as_bytes());
    let inner = signer.jws(r#"{"alg":"RS256","kid":"a"}"#, part2.as_bytes());
    let token = wrap(&plain(), &detach(&inner));
    assert_eq!(code(&verifier(set([named("b"), other("a")])), token), Code::Ok);
}

#[test]
fn a_small_key_needs_the_opt_in() {
    let signer = Signer::new(1024);
    for era in ERAS {
        let token = signer.answer(era, &plain());
        assert_eq!(code(&verifier(signer.key()), &token), Code::KeyTooSmall, "{era}");
        let weak = Policy::default().with_rsa_1024(Rsa1024::Allow);
        let weak = Verifier::new(signer.key().into(), weak);
        assert_eq!(code(&weak, &token), Code::Ok, "{era}");
        assert!(explain(&weak, &token).warnings.contains(&Warning::Rsa1024));
    }
}

#[test]
fn the_certificate_of_the_key_is_judged_at_the_time_with_leeway() {
    let token = Signer::new(2048).answer(Era::B, &plain());
    let [old, renewed] = CERTIFICATES.map(|pem| Jwk::from_pem(pem).unwrap());
    let leeway = |seconds| Policy::default().with_leeway(Leeway::from_seconds(seconds).unwrap());
    let expired = Code::CertificateExpired;
    for (at, seconds, expected) in [
        ("2019-12-31T23:59:59Z", 0, expired),
        ("2019-12-31T23:59:59Z", 1, Code::Ok),
        ("2020-01-01T00:00:00Z", 0, Code::Ok),
        ("2021-01-01T00:00:00Z", 0, Code::Ok),
        ("2021-01-01T00:00:01Z", 0, expired),
        ("2021-01-01T00:00:01Z", 1, Code::Ok),
        ("2021-01-01T00:00:02Z", 1, expired),
    ] {
        let verifier = Verifier::new(old.clone().into(), leeway(seconds));
        let result = verdict(&verifier, token.as_bytes(), &Expected::new(), time(at));
        assert_eq!(code_of(result), expected, "{at} {seconds}");
    }
    // The order of a key's certificates makes no difference, and a bare key has no end.
    let bare = Signer::new(2048).key();
    let late = time("2021-06-01T00:00:00Z");
    for (keys, expected) in [
        (set([old.clone(), renewed.clone()]), Code::Ok),
        (set([renewed.clone(), old.clone()]), Code::Ok),
        (set([old.clone(), bare]), Code::Ok),
        (set([old.clone(), old.clone()]), expired),
        // Another key of the set, which has no end, does not stand in for this one.
        (set([old.clone(), Signer::new(3072).key()]), expired),
        (set([Signer::new(3072).key(), old.clone()]), expired),
    ] {
        let result = verdict(&verifier(keys), token.as_bytes(), &Expected::new(), late);
        assert_eq!(code_of(result), expected);
    }
    // As at its own time, an old answer needs no other.
    let result = verdict(&verifier(old.clone()), token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(result.unwrap().at(), time("2020-08-02T23:46:25Z"));
    let result = verdict(&verifier(renewed), token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(code_of(result), expired);
    let report = verifier(old).explain(token.as_bytes(), &Expected::new(), At::Issued);
    assert!(report.warnings.contains(&Warning::AtIssued));
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

#[test]
fn what_is_expected_is_compared() {
    let (signer, verifier) = own();
    let token = signer.answer(Era::B, &plain());
    let decode =
        |json: String| DigitalId::decode(encode_standard(json.as_bytes()).as_bytes(), &limits());
    let id = decode(DIGITAL_ID.into()).unwrap();
    let aliases = DIGITAL_ID
        .replace("deviceProviderId", "dpId")
        .replace("deviceProvider", "dp")
        .replace("deviceSubType", "subtype");
    let aliases = decode(aliases).unwrap();
    let later = decode(DIGITAL_ID.replace("25.153Z", "25.154Z")).unwrap();
    for (expected, code) in [
        (Expected::new().device_code("c").env("Staging").status(Status::Registered), Code::Ok),
        (Expected::new().digital_id(id.clone()), Code::Ok),
        (Expected::new().digital_id(aliases), Code::Ok),
        (Expected::new().digital_id(later.clone()), Code::ContentMismatch),
        (Expected::new().device_code("C"), Code::ContentMismatch),
        (Expected::new().device_code(""), Code::ContentMismatch),
        (Expected::new().env("staging"), Code::ContentMismatch),
        (Expected::new().status(Status::Deregistered), Code::ContentMismatch),
        (Expected::new().device_code("c").env("x"), Code::ContentMismatch),
    ] {
        let result = verdict(&verifier, token.as_bytes(), &expected, captured());
        assert_eq!(code_of(result), code, "{expected:?}");
    }
    let report = verifier.explain(token.as_bytes(), &Expected::new().digital_id(later), captured());
    assert!(report.hints.iter().any(|hint| hint.contains("`dateTime`")), "{:?}", report.hints);
}

#[test]
fn the_window_is_that_of_the_servers_and_its_ends_are_outside() {
    let (signer, _) = own();
    let token = signer.answer(Era::B, &plain());
    let signed = time("2020-08-02T23:46:25Z").unix();
    for (window, at, seconds, expected) in [
        // Signed two minutes before the time of judgement, and five minutes after it.
        (Window::as_servers_do(5), 119, 0, Code::Ok),
        (Window::as_servers_do(5), 120, 0, Code::TimestampWindow),
        (Window::as_servers_do(5), -299, 0, Code::Ok),
        (Window::as_servers_do(5), -300, 0, Code::TimestampWindow),
        (Window::as_servers_do(5), 120, 1, Code::Ok),
        (Window::as_servers_do(5), -300, 1, Code::Ok),
        (Window::symmetric(300), 299, 0, Code::Ok),
        (Window::symmetric(300), -299, 0, Code::Ok),
        (Window::symmetric(300), 300, 0, Code::TimestampWindow),
        (Window::symmetric(0), 0, 0, Code::TimestampWindow),
        (Window::symmetric(u32::MAX), 1_000_000, 300, Code::Ok),
    ] {
        let policy = Policy::default().with_leeway(Leeway::from_seconds(seconds).unwrap());
        let verifier = Verifier::new(signer.key().into(), policy);
        let expectation = Expected::new().window(window);
        let at = Time::from_unix(signed + at).unwrap();
        let result = verdict(&verifier, token.as_bytes(), &expectation, at);
        assert_eq!(code_of(result), expected, "{window:?} {at}");
        assert!(verdict(&verifier, token.as_bytes(), &expectation, At::Issued).is_ok());
    }
}

#[test]
fn a_local_time_signed_as_utc_is_refused_by_a_window_with_a_hint() {
    let window = Expected::new().window(Window::symmetric(300));
    let result = verdict(&published(), RESPONSE, &window, captured());
    assert_eq!(code_of(result), Code::TimestampWindow);
    let report = published().explain(RESPONSE, &window, captured());
    assert!(report.hints.iter().any(|hint| hint.contains("local time")));
    // 5 h 30 min later, in the zone of the server that signed.
    assert!(verdict(&published(), RESPONSE, &window, time("2020-01-13T12:55:29Z")).is_ok());
}

#[test]
fn reports_are_reproducible() {
    let once = explain(&published(), RESPONSE).to_json().to_string();
    assert_eq!(once, explain(&published(), RESPONSE).to_json().to_string());
    let report: Object<'_> = parse_object("report", once.as_bytes(), &limits()).unwrap();
    assert_eq!(report.string("report", "kind"), Ok("mosip-registration"));
}

#[test]
fn an_answer_that_states_no_time_is_authentic_and_fails_only_what_is_asked_of_its_time() {
    let (signer, verifier) = own();
    let stamp = r#""timeStamp":"2020-08-02T23:46:25.154Z""#;
    for era in [Era::A, Era::B] {
        let null = plain().replace(stamp, r#""timeStamp":null"#);
        let answer = signer.answer(era, &null);
        let answer = answer.as_bytes();
        let found = verdict(&verifier, answer, &Expected::new(), captured()).unwrap();
        assert_eq!((found.time_stamp(), found.at()), (None, captured()));

        let expected = Expected::new().time_stamp("2020-08-02T23:46:25.154Z");
        let found = verdict(&verifier, answer, &expected, captured());
        assert_eq!(found, Err(Error::ContentMismatch { member: "timeStamp" }));
        let expected = Expected::new().window(Window::symmetric(u32::MAX));
        let found = verdict(&verifier, answer, &expected, captured());
        assert_eq!(found, Err(Error::MissingMember { part: "payload", member: "timeStamp" }));
        let found = verdict(&verifier, answer, &Expected::new(), At::Issued);
        assert_eq!(found, Err(Error::NoTime { member: "timeStamp" }));

        let absent = plain().replace(&format!(",{stamp}"), "");
        let answer = signer.answer(era, &absent);
        let found = verdict(&verifier, answer.as_bytes(), &Expected::new(), captured());
        assert_eq!(found, Err(Error::MissingMember { part: "payload", member: "timeStamp" }));
    }
}

#[test]
fn a_digital_id_that_states_no_time_is_that_of_a_request_without_one_and_of_no_other() {
    let (signer, verifier) = own();
    let id = |date_time: &str| {
        format!(
            r#"{{"serialNo":"1","deviceProvider":"P","deviceProviderId":"I","make":"M","model":"N","dateTime":{date_time},"type":"T","deviceSubType":"S"}}"#
        )
    };
    let null = id("null");
    let answer = signer.answer(Era::B, &payload(&encode_url(null.as_bytes())));
    let answer = answer.as_bytes();
    let found = verdict(&verifier, answer, &Expected::new(), captured()).unwrap();
    assert_eq!(found.digital_id().unwrap().date_time.text(), "");
    assert_eq!(found.digital_id().unwrap().date_time.time(), None);

    let sent = |text: &str| DigitalId::decode(encode_url(text.as_bytes()).as_bytes(), &limits());
    let dated = Expected::new().digital_id(sent(&id(r#""2020-01-13T07:20:42.195Z""#)).unwrap());
    let found = verdict(&verifier, answer, &dated, captured());
    assert_eq!(found, Err(Error::ContentMismatch { member: "digitalId" }));
    let blank = Expected::new().digital_id(sent(&id(r#""""#)).unwrap());
    assert!(verdict(&verifier, answer, &blank, captured()).is_ok());
    // A device has to say when.
    assert_eq!(code_of(sent(&null)), Code::MissingMember);
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
