use super::*;
use crate::code::Code;
use crate::crypto::Algorithm;
use crate::encoding::base64;
use crate::jose::CompactJws;
use crate::jose::Jwk;
use crate::time::{At, Time};
use alloc::string::{String, ToString as _};
use alloc::vec;

// RFC 7515 appendix A.1: HS256.
const A1: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const A1_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
// Appendix A.2: RS256 with a 2048-bit key.
const A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const A2_KEY: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
// Appendix A.3: ES256.
const A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const A3_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
/// One second before `exp` of all three.
const IN_TIME: i64 = 1_300_819_379;

/// Nothing beyond the signature and the times that the token states.
fn anything() -> Expected {
    Expected::unbound().allow_no_expiry()
}

fn public(key: &str) -> Verifier {
    let key = Jwk::parse(key.as_bytes(), &Limits::default()).unwrap();
    Verifier::new(JwkSet::from(key), Policy::default())
}

fn secret() -> Verifier {
    let key = base64::decode_url(A1_KEY.as_bytes()).unwrap();
    Verifier::with_secret(Secret::new(key), Policy::default()).unwrap()
}

/// Verifies, and demands the same of the explanation.
fn judge(verifier: &Verifier, token: &str, expected: &Expected, at: impl Into<At>) -> Code {
    let at = at.into();
    let verified = verifier.verify(token.as_bytes(), expected, at);
    let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
    assert_eq!(verifier.explain(token.as_bytes(), expected, at).code(), code);
    code
}

fn code(verifier: &Verifier, token: &str) -> Code {
    judge(verifier, token, &anything(), Time::from_unix(IN_TIME).unwrap())
}

/// Signs a payload with a secret, for claims that nobody publishes.
fn signed(header: &str, payload: &str) -> String {
    let input = format!(
        "{}.{}",
        base64::encode_url(header.as_bytes()),
        base64::encode_url(payload.as_bytes())
    );
    let key = Secret::new(base64::decode_url(A1_KEY.as_bytes()).unwrap());
    let mac = crate::crypto::mac::hmac_sha256(&key, &[input.as_bytes()]);
    format!("{input}.{}", base64::encode_url(&*mac))
}

fn claims(payload: &str, expected: &Expected) -> Code {
    let token = signed(r#"{"alg":"HS256"}"#, payload);
    judge(&secret(), &token, expected, Time::from_unix(1000).unwrap())
}

#[test]
fn the_examples_of_rfc_7515_are_valid_until_they_expire() {
    for (verifier, token) in [(secret(), A1), (public(A2_KEY), A2), (public(A3_KEY), A3)] {
        assert_eq!(code(&verifier, token), Code::Ok);
        let verified = verifier
            .verify(token.as_bytes(), &anything(), Time::from_unix(IN_TIME).unwrap())
            .unwrap();
        assert_eq!(verified.claims().unwrap().string("payload", "iss").unwrap(), "joe");
        let late = Time::from_unix(IN_TIME + 1).unwrap();
        assert_eq!(judge(&verifier, token, &anything(), late), Code::Expired);
    }
}

#[test]
fn no_key_verifies_the_algorithm_of_another() {
    assert_eq!(code(&public(A2_KEY), A1), Code::AlgorithmMismatch);
    assert_eq!(code(&public(A2_KEY), A3), Code::AlgorithmMismatch);
    assert_eq!(code(&public(A3_KEY), A2), Code::AlgorithmMismatch);
    assert_eq!(code(&secret(), A2), Code::AlgorithmMismatch);
    // The same key, bound to another algorithm.
    let bound = A2_KEY.replace("\"kty\"", "\"alg\":\"PS256\",\"kty\"");
    assert_eq!(code(&public(&bound), A2), Code::AlgorithmMismatch);
}

#[test]
fn the_unsecured_example_and_the_json_serialisation_are_refused() {
    // RFC 7515 appendix A.5 and the like.
    let verifier = public(A2_KEY);
    let (_, rest) = A2.split_once('.').unwrap();
    for (header, expected) in [
        (r#"{"alg":"none"}"#, Code::UnsupportedAlgorithm),
        (r#"{"alg":"NoNe"}"#, Code::UnsupportedAlgorithm),
        (r#"{"alg":""}"#, Code::UnsupportedAlgorithm),
        (r#"{"alg":"rs256"}"#, Code::UnsupportedAlgorithm),
        (r#"{"alg":"RS256 "}"#, Code::UnsupportedAlgorithm),
        (r#"{"alg":null}"#, Code::WrongType),
        (r#"{"alg":256}"#, Code::WrongType),
        (r#"{"ALG":"RS256"}"#, Code::MissingMember),
        (r#"{"alg":"RS256","alg":"RS256"}"#, Code::DuplicateMember),
        (r#"{"alg":"RS256","crit":["exp"]}"#, Code::CriticalHeader),
        (r#"{"alg":"RS256","crit":[]}"#, Code::CriticalHeader),
        (r#"{"alg":"RS256","crit":null}"#, Code::CriticalHeader),
        (r#"{"alg":"RS256","b64":false}"#, Code::CriticalHeader),
        (r#"{"alg":"RS256","b64":false,"crit":["b64"]}"#, Code::CriticalHeader),
        (r#"{"alg":"RS256","enc":"A128GCM"}"#, Code::UnsupportedFormat),
        (r#"{"alg":"RS256","kid":1}"#, Code::WrongType),
        (r#"{"alg":"RS256","typ":1}"#, Code::WrongType),
        (r#"{"alg":"RS256"}x"#, Code::Malformed),
        (r#"[]"#, Code::WrongType),
        // Keys that the token brings are ignored; the header is another one, so is the signature.
        (r#"{"alg":"RS256","jku":"https://example.com/"}"#, Code::SignatureMismatch),
    ] {
        let token = format!("{}.{rest}", base64::encode_url(header.as_bytes()));
        assert_eq!(code(&verifier, &token), expected, "{header}");
    }
    for (token, expected) in [
        (r#"{"payload":"e30","protected":"e30","signature":"AA"}"#, Code::Malformed),
        ("", Code::Malformed),
        ("..", Code::Malformed),
        ("a.b", Code::Malformed),
        ("a.b.c.d", Code::Malformed),
        ("e30.e30.", Code::Malformed),
        (".e30.AA", Code::Malformed),
        ("e30=.e30.AA", Code::Malformed),
        ("e30.e3+.AA", Code::Malformed),
        ("e30.e30.AB", Code::Malformed),
        ("e30.e30.AA\n", Code::Malformed),
        (" e30.e30.AA", Code::Malformed),
        ("a.b.c.d.e", Code::UnsupportedFormat),
        ("a.b.c\nd.e.f", Code::Malformed),
        ("{\"a\":\"a.b.c\",\"b\":\"d.e.f\"}", Code::Malformed),
    ] {
        assert_eq!(code(&verifier, token), expected, "{token}");
    }
}

#[test]
fn an_escaped_repetition_in_the_header_is_a_repetition() {
    let token = signed(r#"{"alg":"HS256","\u0061lg":"HS256"}"#, "{}");
    assert_eq!(code(&secret(), &token), Code::DuplicateMember);
}

#[test]
fn sizes_are_judged_before_anything_else() {
    let limit = Limits::default().token_bytes();
    let fitting = "a".repeat(limit);
    assert_eq!(code(&public(A2_KEY), &fitting), Code::Malformed);
    assert_eq!(code(&public(A2_KEY), &(fitting + "a")), Code::TooLarge);
    for (bytes, expected) in [(256, Code::Ok), (257, Code::TooLarge)] {
        let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(bytes));
        assert_eq!(code(&secret(), &signed(&header, "{}")), expected);
    }
}

#[test]
fn registered_claims_have_their_types_and_their_times() {
    let none = anything();
    for (payload, expected) in [
        (r#"{}"#, Code::Ok),
        (r#"{"exp":1001,"nbf":1000,"iat":5000}"#, Code::Ok),
        (r#"{"exp":1000}"#, Code::Expired),
        (r#"{"nbf":1001}"#, Code::NotYetValid),
        (r#"{"exp":"1001"}"#, Code::WrongType),
        (r#"{"exp":null}"#, Code::WrongType),
        (r#"{"exp":1e308}"#, Code::WrongType),
        (r#"{"exp":1001.5}"#, Code::WrongType),
        (r#"{"exp":9223372036854775808}"#, Code::WrongType),
        (r#"{"exp":9223372036854775807}"#, Code::Malformed),
        (r#"{"exp":-1}"#, Code::Malformed),
        (r#"{"nbf":[]}"#, Code::WrongType),
        (r#"{"iat":"x"}"#, Code::WrongType),
        (r#"{"iss":1}"#, Code::WrongType),
        (r#"{"sub":null}"#, Code::WrongType),
        (r#"{"aud":1}"#, Code::WrongType),
        (r#"{"aud":[1]}"#, Code::WrongType),
        (r#"{"exp":1001,"exp":1001}"#, Code::DuplicateMember),
        (r#"{"a":{"b":1,"b":1}}"#, Code::DuplicateMember),
        (r#"{"exp":1001"#, Code::Malformed),
    ] {
        assert_eq!(claims(payload, &none), expected, "{payload}");
    }
}

#[test]
fn what_is_expected_is_required_and_compared_exactly() {
    let payload = r#"{"iss":"https://a.example","sub":"u","aud":["x","y"],"nonce":"n"}"#;
    let all = anything().issuer("https://a.example").subject("u").audience("y").nonce("n");
    assert_eq!(claims(payload, &all), Code::Ok);
    for (expected, code) in [
        (anything().issuer("https://a.example/"), Code::IssuerMismatch),
        (anything().issuer("https://a"), Code::IssuerMismatch),
        (anything().subject("U"), Code::SubjectMismatch),
        (anything().audience("z"), Code::AudienceMismatch),
        (anything().audience(""), Code::AudienceMismatch),
        (anything().nonce("nn"), Code::NonceMismatch),
    ] {
        assert_eq!(claims(payload, &expected), code);
        assert_eq!(claims("{}", &expected), Code::MissingMember);
    }
    assert_eq!(claims(r#"{"aud":"y"}"#, &anything().audience("y")), Code::Ok);
    assert_eq!(claims("not JSON", &anything().issuer("i")), Code::Malformed);
    assert_eq!(claims("not JSON", &anything()), Code::Ok);
}

#[test]
fn the_artefacts_own_time_must_be_there_to_be_used() {
    let at = |payload: &str| {
        judge(&secret(), &signed(r#"{"alg":"HS256"}"#, payload), &anything(), At::Issued)
    };
    assert_eq!(at(r#"{"iat":1000,"exp":1001}"#), Code::Ok);
    assert_eq!(at(r#"{"iat":1000,"exp":1000}"#), Code::Expired);
    assert_eq!(at("{}"), Code::Ok);
    for claims in [r#"{"exp":1001}"#, r#"{"nbf":1}"#, r#"{"nbf":1,"exp":1001}"#] {
        assert_eq!(at(claims), Code::NoTime, "{claims}");
        let token = signed(r#"{"alg":"HS256"}"#, claims);
        let report = secret().explain(token.as_bytes(), &anything(), At::Issued);
        assert_eq!(report.verdict(), crate::Verdict::Undecided);
        assert!(report.hints.iter().any(|hint| hint.contains("--at TIME")), "{report:?}");
        let text = format!("{:?}", report.checks);
        assert!(!text.contains("no `exp`") || !claims.contains("exp"), "{text}");
    }
}

#[test]
fn nothing_that_is_wrong_hides_behind_a_time_that_is_missing() {
    let judge = |header: &str, payload: &str, expected: &Expected| {
        judge(&secret(), &signed(header, payload), expected, At::Issued)
    };
    let (header, payload) = (r#"{"alg":"HS256"}"#, r#"{"exp":1001,"iss":"i","aud":"a"}"#);
    assert_eq!(judge(header, payload, &Expected::new("i", "a")), Code::NoTime);
    for (expected, code) in [
        (Expected::new("other", "a"), Code::IssuerMismatch),
        (Expected::new("i", "other"), Code::AudienceMismatch),
        (Expected::new("i", "a").subject("s"), Code::MissingMember),
        (Expected::new("i", "a").typ("at+jwt"), Code::ContentMismatch),
    ] {
        assert_eq!(judge(header, payload, &expected), code);
    }
    let mut forged = signed(header, payload);
    forged.replace_range(forged.len() - 4.., "AAAA");
    assert_eq!(
        super::tests::judge(&secret(), &forged, &anything(), At::Issued),
        Code::SignatureMismatch
    );
}

#[test]
fn a_hint_names_the_key_that_fits() {
    let other = A2_KEY.replace("ofgW", "ofgX");
    let mut keys = JwkSet::default();
    for (kid, key) in [("wrong", &other), ("right", &A2_KEY.to_string())] {
        let key = key.replace("\"kty\"", &format!("\"kid\":\"{kid}\",\"kty\""));
        keys.push(Jwk::parse(key.as_bytes(), &Limits::default()).unwrap());
    }
    let verifier = Verifier::new(keys, Policy::default());
    // A token that names the wrong key, with the signature of the right one, cannot be made
    // without a private key; a token without a name is ambiguous.
    assert_eq!(code(&verifier, A2), Code::AmbiguousKey);
    let hint = signature_hint_of(&verifier);
    assert_eq!(
        hint.as_deref(),
        Some("signature fits another key of the set: right: RSA, 2048 bits")
    );
}

fn signature_hint_of(verifier: &Verifier) -> Option<String> {
    let Keys::Public(keys) = &verifier.keys else { return None };
    let compact = CompactJws::parse(A2.as_bytes(), &Limits::default()).unwrap();
    let wrong = keys.select(Some("wrong")).unwrap();
    let failed = Job {
        key: wrong.key(),
        algorithm: Algorithm::Rs256,
        message: compact.signing_input(),
        signature: compact.signature(),
        backend: Policy::default().backend(),
    };
    let mut attempts = crate::jose::Attempts::new(&Limits::default(), A2.len());
    crate::jose::signature_hint(keys, &mut attempts, &failed, |_| false)
}

#[test]
fn a_secret_below_32_bytes_makes_no_verifier() {
    let short = Verifier::with_secret(Secret::new(vec![1; 31]), Policy::default());
    assert_eq!(short.unwrap_err().code(), Code::KeyUnusable);
}

#[test]
fn an_audience_that_is_named_twice_is_still_named() {
    let expected = anything().audience("a");
    for (audience, code) in [
        (r#""a""#, Code::Ok),
        (r#"["a","a"]"#, Code::Ok),
        (r#"["a","b","a"]"#, Code::Ok),
        (r#"["b","b"]"#, Code::AudienceMismatch),
        (r#"["a","a",1]"#, Code::WrongType),
        ("[]", Code::AudienceMismatch),
    ] {
        let payload = format!(r#"{{"aud":{audience}}}"#);
        assert_eq!(claims(&payload, &expected), code, "{payload}");
    }
}

#[test]
fn a_token_without_exp_is_refused_unless_the_caller_allows_it() {
    for (payload, strict, lenient) in [
        (r#"{"exp":1001}"#, Code::Ok, Code::Ok),
        (r#"{"exp":1000}"#, Code::Expired, Code::Expired),
        ("{}", Code::MissingMember, Code::Ok),
        (r#"{"nbf":1000,"iat":1}"#, Code::MissingMember, Code::Ok),
        ("text", Code::Malformed, Code::Ok),
        ("", Code::Malformed, Code::Ok),
        ("[]", Code::WrongType, Code::Ok),
    ] {
        assert_eq!(claims(payload, &Expected::unbound()), strict, "{payload}");
        assert_eq!(claims(payload, &anything()), lenient, "{payload}");
    }
    let payload = r#"{"iss":"i","aud":"a"}"#;
    assert_eq!(claims(payload, &Expected::new("i", "a")), Code::MissingMember);
    assert_eq!(claims(payload, &Expected::new("i", "a").allow_no_expiry()), Code::Ok);
    let at = |payload: &str, expected: &Expected| {
        judge(&secret(), &signed(r#"{"alg":"HS256"}"#, payload), expected, At::Issued)
    };
    assert_eq!(at(r#"{"iat":1000}"#, &Expected::unbound()), Code::MissingMember);
    assert_eq!(at("{}", &Expected::unbound()), Code::MissingMember);
}

#[test]
fn a_report_warns_of_a_token_that_is_bound_to_no_issuer_or_no_audience() {
    let token = signed(r#"{"alg":"HS256"}"#, r#"{"iss":"i","aud":"a","exp":1001}"#);
    let at = Time::from_unix(1000).unwrap();
    for (expected, warned) in [
        (Expected::new("i", "a"), false),
        (Expected::unbound().issuer("i").audience("a"), false),
        (Expected::unbound().issuer("i"), true),
        (Expected::unbound().audience("a"), true),
        (Expected::unbound(), true),
        (anything().subject("s").nonce("n").typ("t"), true),
    ] {
        let report = secret().explain(token.as_bytes(), &expected, at);
        assert_eq!(report.warnings.contains(&Warning::Unbound), warned, "{expected:?}");
    }
}

#[test]
fn any_one_of_several_audiences_suffices_and_none_of_the_others_does() {
    let both = || Expected::new("i", "a").or_audience("b");
    let payload = |audience: &str| format!(r#"{{"iss":"i","exp":1001,"aud":{audience}}}"#);
    for (audience, code) in [
        (r#""a""#, Code::Ok),
        (r#""b""#, Code::Ok),
        (r#"["c","b"]"#, Code::Ok),
        (r#""c""#, Code::AudienceMismatch),
        (r#""a b""#, Code::AudienceMismatch),
        (r#"["ab",""]"#, Code::AudienceMismatch),
        (r#"["a",7]"#, Code::WrongType),
    ] {
        assert_eq!(claims(&payload(audience), &both()), code, "{audience}");
    }
    assert_eq!(claims(r#"{"iss":"i","exp":1001}"#, &both()), Code::MissingMember);
    // `audience` names the only one.
    assert_eq!(claims(&payload(r#""b""#), &both().audience("c")), Code::AudienceMismatch);
    let token = signed(r#"{"alg":"HS256"}"#, &payload(r#""b""#));
    let report = secret().explain(token.as_bytes(), &both(), Time::from_unix(1000).unwrap());
    let audience = report.checks.iter().find(|entry| entry.check == Check::AUDIENCE).unwrap();
    assert_eq!(audience.detail, "`aud` contains b");
}

#[test]
fn an_expected_typ_is_required_and_compared_as_a_media_type() {
    let judge = |typ: &str, wanted: &str| {
        let header = format!(r#"{{"alg":"HS256"{typ}}}"#);
        let expected = anything().typ(wanted);
        let at = Time::from_unix(1000).unwrap();
        judge(&secret(), &signed(&header, "{}"), &expected, at)
    };
    for (typ, wanted) in [
        ("at+jwt", "at+jwt"),
        ("AT+JWT", "at+jwt"),
        ("application/at+jwt", "at+jwt"),
        ("at+jwt", "Application/AT+JWT"),
        ("application/x;v=1", "APPLICATION/X;v=1"),
        ("a/b", "A/B"),
    ] {
        assert_eq!(judge(&format!(r#","typ":"{typ}""#), wanted), Code::Ok, "{typ}, {wanted}");
    }
    for (typ, wanted) in [
        ("JWT", "at+jwt"),
        ("", "at+jwt"),
        ("at+jwt ", "at+jwt"),
        ("at+jwt;v=1", "at+jwt"),
        ("text/at+jwt", "at+jwt"),
        ("application/application/at+jwt", "at+jwt"),
        ("application/x;v=a", "application/x;v=A"),
        // What has a slash anywhere is whole, as RFC 7515 section 4.1.9 says.
        ("x;v=a/b", "application/x;v=a/b"),
    ] {
        let found = judge(&format!(r#","typ":"{typ}""#), wanted);
        assert_eq!(found, Code::ContentMismatch, "{typ}, {wanted}");
    }
    assert_eq!(judge("", "JWT"), Code::ContentMismatch);
    // A payload of any form has a header.
    let token = signed(r#"{"alg":"HS256","typ":"x"}"#, "text");
    let at = Time::from_unix(1000).unwrap();
    let verdict = |typ: &str| secret().explain(token.as_bytes(), &anything().typ(typ), at);
    assert_eq!(verdict("x").code(), Code::Ok);
    assert_eq!(verdict("y").code(), Code::ContentMismatch);
}

#[test]
fn what_a_lax_reader_takes_for_claims_is_no_opaque_payload() {
    let judge = |payload: &[u8]| {
        let input = [br#"{"alg":"HS256"}"#, payload].map(base64::encode_url).join(".");
        let key = Secret::new(base64::decode_url(A1_KEY.as_bytes()).unwrap());
        let mac = crate::crypto::mac::hmac_sha256(&key, &[input.as_bytes()]);
        let token = format!("{input}.{}", base64::encode_url(&*mac));
        judge(&secret(), &token, &anything(), Time::from_unix(1000).unwrap())
    };
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    };
    let object = r#"{"exp":1}"#;
    for start in
        ["\0", "\0\0 ", "\u{feff}", " \u{feff}\0", "\u{b}", "\u{1f}", "\u{a0}", "\u{3000}\u{85}"]
    {
        let payload = format!("{start}{object}");
        assert_eq!(judge(payload.as_bytes()), Code::Malformed, "{payload:?}");
    }
    for payload in [
        utf16(object, u16::to_be_bytes),
        utf16(object, u16::to_le_bytes),
        utf16(&format!("\u{feff}{object}"), u16::to_be_bytes),
        utf16(&format!("\u{feff}{object}"), u16::to_le_bytes),
        [b"\xef\xbb\xbf", &b"{\"exp\":1,\"a\":\"\xff\"}"[..]].concat(),
        [b"\0\0\xfe\xff\0\0\0", object.as_bytes()].concat(),
    ] {
        assert_eq!(judge(&payload), Code::Malformed, "{}", payload.escape_ascii());
    }
    for payload in ["\0", "\u{feff}", "text {}", "\u{feff}[{}]", "\"{}\"", "é{}", "\u{3000}"] {
        assert_eq!(judge(payload.as_bytes()), Code::Ok, "{payload:?}");
    }
    assert_eq!(judge(b"\xff\x80\x01\xc3("), Code::Ok);
}

#[test]
fn a_signature_that_nobody_checked_is_a_defect_and_never_valid() {
    let verifier = public(A2_KEY);
    let expected = anything();
    let item = Item {
        input: A2.as_bytes(),
        expected: &expected,
        at: Time::from_unix(IN_TIME).unwrap().into(),
    };
    for (checked, code) in [(Some(Ok(())), Code::Ok), (None, Code::Defect)] {
        for mut trail in [Trail::first_failure(), Trail::everything()] {
            let opened = JwsFormat::open(&verifier, &mut trail, &mut HeaderCache::default(), item);
            let signature = checked.clone();
            let draft = JwsFormat::judge(&verifier, &mut trail, opened.unwrap(), signature);
            assert_eq!(trail.failure().map_or(Code::Ok, Error::code), code);
            assert_eq!(trail.settle(draft).is_some(), code == Code::Ok);
        }
    }
}
