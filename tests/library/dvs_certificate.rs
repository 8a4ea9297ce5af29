//! The published certificate, altered ones, and some of our own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use countersign::encoding::json;
use countersign::jose::{JwkSet, Snapshot};
use countersign::miracl::dvs::{Expected, SignatureRequest, Verifier};
use countersign::{Algorithm, Warning};
use countersign::{At, Code, Leeway, Limits, Policy, Rsa1024, Time, Verdict};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer, jwk_set};
use std::sync::OnceLock;

const RESPONSE: &[u8] = include_bytes!("../../test-vectors/seed/dvs-verify-response.json");
const REQUEST: &[u8] = include_bytes!("../../test-vectors/seed/dvs-verify-request.json");
const JWKS: &[u8] = include_bytes!("../../test-vectors/seed/dvs-jwks.json");
const ISSUED: i64 = 1_649_404_580;

fn token() -> Vec<u8> {
    let answer = json::parse_object("answer", RESPONSE, &Limits::default()).unwrap();
    answer.string("answer", "certificate").unwrap().as_bytes().to_vec()
}

fn verifier(policy: Policy) -> Verifier {
    Verifier::new(JwkSet::parse(JWKS, &Limits::default()).unwrap(), policy)
}

fn weak() -> Policy {
    Policy::default().with_rsa_1024(Rsa1024::Allow)
}

/// Verifies, and demands the same of the explanation.
fn code(verifier: &Verifier, input: &[u8], expected: &Expected, at: impl Into<At>) -> Code {
    let at = at.into();
    let verified = verifier.verify(input, expected, at);
    let report = verifier.explain(input, expected, at);
    let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
    assert_eq!(report.code(), code);
    assert_eq!(report.claims.is_some(), code == Code::Ok);
    code
}

fn second(offset: i64) -> Time {
    Time::from_unix(ISSUED + offset).unwrap()
}

#[test]
fn the_published_certificate_is_valid_as_answer_and_as_token() {
    let expected = Expected::document(b"not this");
    assert_eq!(code(&verifier(weak()), RESPONSE, &expected, second(0)), Code::HashMismatch);
    let request = SignatureRequest::parse(REQUEST, &Limits::default()).unwrap();
    for expected in [Expected::request(&request), Expected::hash("74657374"), Expected::unbound()] {
        assert_eq!(code(&verifier(weak()), RESPONSE, &expected, second(0)), Code::Ok);
        assert_eq!(code(&verifier(weak()), &token(), &expected, At::Issued), Code::Ok);
    }
    let certificate =
        verifier(weak()).verify(RESPONSE, &Expected::request(&request), second(9)).unwrap();
    assert_eq!(certificate.hash(), "74657374");
    assert_eq!(certificate.expires_at(), second(10));
    assert_eq!(certificate.key().bits, Some(1024));
}

#[test]
fn times_are_judged_to_the_second() {
    let policy = weak();
    let hash = Expected::hash("74657374");
    for (offset, expected) in [
        (-1, Code::NotYetValid),
        (0, Code::Ok),
        (9, Code::Ok),
        (10, Code::Expired),
        (1_000_000, Code::Expired),
    ] {
        assert_eq!(code(&verifier(policy), RESPONSE, &hash, second(offset)), expected);
    }
    let lenient = policy.with_leeway(Leeway::from_seconds(5).unwrap());
    for (offset, expected) in
        [(-6, Code::NotYetValid), (-5, Code::Ok), (14, Code::Ok), (15, Code::Expired)]
    {
        assert_eq!(code(&verifier(lenient), RESPONSE, &hash, second(offset)), expected);
    }
}

#[test]
fn a_small_key_needs_the_opt_in_and_leaves_a_warning() {
    let hash = Expected::hash("74657374");
    let strict = verifier(Policy::default());
    assert_eq!(code(&strict, RESPONSE, &hash, second(0)), Code::KeyTooSmall);
    let report = strict.explain(RESPONSE, &hash, second(0));
    assert!(report.hints.iter().any(|hint| hint.contains("--allow-rsa-1024")));
    let report = verifier(weak()).explain(RESPONSE, &hash, second(0));
    // MIRACL Trust's documented key has verified tokens of others, too.
    assert_eq!(report.warnings, [Warning::PublishedKey, Warning::Rsa1024]);
    assert_eq!(report.verdict(), Verdict::Valid);
}

#[test]
fn the_hash_is_compared_as_text() {
    let verifier = verifier(weak());
    for (hash, expected) in [
        ("74657374", Code::Ok),
        ("00", Code::HashMismatch),
        ("", Code::HashMismatch),
        ("7465737", Code::HashMismatch),
        ("746573740", Code::HashMismatch),
    ] {
        assert_eq!(code(&verifier, RESPONSE, &Expected::hash(hash), second(0)), expected);
    }
}

#[test]
fn a_request_signed_after_the_issue_is_refused_and_equality_passes() {
    for (offset, expected) in [(-1, Code::Ok), (0, Code::Ok), (1, Code::SignedAfterIssue)] {
        let body = format!(r#"{{"hash":"74657374","timestamp":{}}}"#, ISSUED + offset);
        let request = SignatureRequest::parse(body.as_bytes(), &Limits::default()).unwrap();
        let expectation = Expected::request(&request);
        assert_eq!(code(&verifier(weak()), RESPONSE, &expectation, second(0)), expected);
    }
}

#[test]
fn every_single_changed_character_of_the_token_is_refused() {
    let verifier = verifier(weak());
    let token = token();
    for place in 0..token.len() {
        for replacement in [b'A', b'_', b'=', b'.', b'"', 0, 0xff] {
            let mut changed = token.clone();
            if changed[place] == replacement {
                continue;
            }
            changed[place] = replacement;
            let code = code(&verifier, &changed, &Expected::hash("74657374"), second(0));
            assert_ne!(code, Code::Ok, "place {place}");
        }
    }
}

#[test]
fn answers_without_a_certificate_are_refused() {
    for (body, expected) in [
        ("{}", Code::MissingMember),
        (r#"{"certificate":null}"#, Code::WrongType),
        (r#"{"certificate":""}"#, Code::Malformed),
        (r#"{"certificate":"ey.fQ"}"#, Code::Malformed),
        (r#"{"certificate":"eyfQnD"}"#, Code::Malformed),
        (r#"{"certificate":"a","certificate":"b"}"#, Code::DuplicateMember),
        ("{", Code::Malformed),
        ("", Code::Malformed),
    ] {
        let found = code(&verifier(weak()), body.as_bytes(), &Expected::unbound(), second(0));
        assert_eq!(found, expected, "{body}");
    }
}

fn issuer() -> &'static RsaIssuer {
    static ISSUER: OnceLock<RsaIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| RsaIssuer::generate(&mut Rng::from_seed(6), 2048, None).unwrap())
}

/// Judges a token with these claims and this header, by a key of ours.
fn of(verifier: impl Fn(Verifier) -> Verifier, header: &str, claims: &str) -> Code {
    let keys = jwk_set(&[issuer().jwk()]).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    let verifier = verifier(Verifier::new(keys, Policy::default()));
    let token = issuer().compact(header.as_bytes(), claims.as_bytes(), Algorithm::Rs256);
    code(&verifier, token.unwrap().as_bytes(), &Expected::hash("00"), second(0))
}

#[test]
fn a_certificate_that_is_another_token_as_well_is_none() {
    let judge = |header: &str, more: &str| {
        let (exp, header) = (ISSUED + 10, format!(r#"{{"alg":"RS256"{header}}}"#));
        let claims = format!(r#"{{"cAt":{ISSUED},"exp":{exp},"hash":"00"{more}}}"#);
        of(|verifier| verifier, &header, &claims)
    };
    for (header, more) in [
        ("", ""),
        (r#","typ":"JWT""#, ""),
        (r#","typ":"application/jwt""#, ""),
        ("", r#","x":1,"Iss":"i","hashes":[]"#),
    ] {
        assert_eq!(judge(header, more), Code::Ok, "{header} {more}");
    }
    for member in
        ["iss", "sub", "aud", "amr", "nonce", "cid", "scp", "scope", "projectID", "events"]
    {
        // Its type makes no difference.
        for value in ["\"a\"", "null", "[]"] {
            let more = format!(r#","{member}":{value}"#);
            assert_eq!(judge("", &more), Code::ContentMismatch, "{more}");
        }
    }
    let both = format!(r#","iss":"i","sub":"u","aud":"a","iat":{ISSUED}"#);
    assert_eq!(judge("", &both), Code::ContentMismatch);
    for typ in ["at+jwt", "dvs", ""] {
        let header = format!(r#","typ":"{typ}""#);
        assert_eq!(judge(&header, ""), Code::ContentMismatch, "{typ}");
    }
}

#[test]
fn a_certificate_with_registered_claims_keeps_to_them() {
    let judge = |more: &str| {
        let claims = format!(r#"{{"cAt":{ISSUED},"exp":{},"hash":"00"{more}}}"#, ISSUED + 10);
        of(|verifier| verifier, r#"{"alg":"RS256"}"#, &claims)
    };
    for (more, expected) in [
        (format!(r#","nbf":{ISSUED},"iat":{ISSUED},"jti":"a""#), Code::Ok),
        (format!(r#","nbf":{}"#, ISSUED + 1), Code::NotYetValid),
        (r#","nbf":"0""#.into(), Code::WrongType),
        (r#","nbf":-1"#.into(), Code::Malformed),
        (r#","iat":1.0"#.into(), Code::WrongType),
        (r#","iat":null"#.into(), Code::WrongType),
        (r#","jti":7"#.into(), Code::WrongType),
    ] {
        assert_eq!(judge(&more), expected, "{more}");
    }
}

#[test]
fn a_certificate_lives_no_longer_than_the_caller_accepts() {
    let judge = |life: i64, longest: Option<u32>| {
        let exp = ISSUED + life;
        let claims = format!(r#"{{"cAt":{ISSUED},"exp":{exp},"hash":"00"}}"#);
        let choose = |verifier: Verifier| match longest {
            Some(seconds) => verifier.with_longest_life(seconds),
            None => verifier,
        };
        of(choose, r#"{"alg":"RS256"}"#, &claims)
    };
    for (life, longest, expected) in [
        (10, None, Code::Ok),
        (3600, None, Code::Ok),
        (3601, None, Code::TimestampWindow),
        (253_402_300_799 - ISSUED, None, Code::TimestampWindow),
        (10, Some(10), Code::Ok),
        (11, Some(10), Code::TimestampWindow),
        (86_400, Some(86_400), Code::Ok),
    ] {
        assert_eq!(judge(life, longest), expected, "{life} {longest:?}");
    }
    // The limit is the same with the keys of a source.
    let keys = jwk_set(&[issuer().jwk()]).to_string();
    let snapshot = Snapshot::parse(keys.as_bytes(), None, &Limits::default()).unwrap();
    let verifier = Verifier::from_source(snapshot, Policy::default()).with_longest_life(9);
    let claims = format!(r#"{{"cAt":{ISSUED},"exp":{},"hash":"00"}}"#, ISSUED + 10);
    let token = issuer().compact(br#"{"alg":"RS256"}"#, claims.as_bytes(), Algorithm::Rs256);
    let token = token.unwrap();
    let found = code(&verifier, token.as_bytes(), &Expected::hash("00"), second(0));
    assert_eq!(found, Code::TimestampWindow);
}

#[test]
fn without_a_key_nothing_is_decided() {
    let verifier = Verifier::new(JwkSet::default(), weak());
    assert_eq!(code(&verifier, RESPONSE, &Expected::unbound(), second(0)), Code::NoKey);
    let report = verifier.explain(RESPONSE, &Expected::unbound(), second(0));
    assert_eq!(report.verdict(), Verdict::Undecided);
}
