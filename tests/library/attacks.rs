//! The attacks that `SECURITY.md` lists, tried one by one; numbers are those of its table.
//!
//! Each test carries out the attack with the issuer's own keys where that makes it stronger: what is
//! refused here is refused for the reason named, not for want of a good signature. Attacks that are
//! exercised in full elsewhere have no second copy here; the table names where.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::sync::LazyLock;

use countersign::encoding::base64;
use countersign::encoding::json::Object;
use countersign::jose::{Jwk, JwkSet, jws};
use countersign::miracl::{dvs, otp};
use countersign::mosip::registration::{self, Era};
use countersign::{
    Algorithm, At, Check, Code, Error, Item, Limits, Outcome, Policy, PublicKey, Rsa1024, Secret,
    Time,
};
use countersign_testkit::{
    Certificate, EcIssuer, Issuer as _, Rng, RsaIssuer, accept_all, hs256, join, jwk_set, miracl,
    mosip, signing_input,
};

const HEADER: &str = r#"{"alg":"RS256","kid":"s1"}"#;
/// Judged at 1000, this is good.
const CLAIMS: &str = r#"{"iss":"https://issuer.example","aud":["api","web"],"sub":"u","exp":2000}"#;

/// The issuer whom the verifier trusts.
static ISSUER: LazyLock<RsaIssuer> = LazyLock::new(|| issuer(1, "s1"));
/// Somebody else, whose key has the same name.
static ATTACKER: LazyLock<RsaIssuer> = LazyLock::new(|| issuer(2, "s1"));
static EC: LazyLock<EcIssuer> =
    LazyLock::new(|| EcIssuer::generate(&mut Rng::from_seed(3), Some("e1")));

fn issuer(seed: u64, kid: &str) -> RsaIssuer {
    RsaIssuer::generate(&mut Rng::from_seed(seed), 2048, Some(kid)).unwrap()
}

fn set(keys: &[Object<'static>]) -> JwkSet {
    JwkSet::parse(jwk_set(keys).to_string().as_bytes(), &Limits::default()).unwrap()
}

fn trusted() -> JwkSet {
    set(&[ISSUER.jwk()])
}

fn now() -> Time {
    Time::from_unix(1000).unwrap()
}

/// A token as the trusted issuer would sign it, with any header.
fn signed(header: &str, payload: &str) -> String {
    ISSUER.compact(header.as_bytes(), payload.as_bytes(), Algorithm::Rs256).unwrap()
}

/// The verdict of keys on a token, in every way there is of asking.
fn judge(keys: &JwkSet, token: &[u8], expected: &jws::Expected) -> Code {
    ask(&jws::Verifier::new(keys.clone(), Policy::default()), token, expected)
}

fn ask(verifier: &jws::Verifier, token: &[u8], expected: &jws::Expected) -> Code {
    let code = verifier.verify(token, expected, now()).map_or_else(|e| e.code(), |_| Code::Ok);
    let report = verifier.explain(token, expected, now());
    assert_eq!(report.code(), code);
    assert_eq!(report.claims.is_some(), code == Code::Ok);
    code
}

/// Expects nothing but what every test here is about.
fn anything() -> jws::Expected {
    jws::Expected::unbound().allow_no_expiry()
}

/// Judges with the trusted key alone.
fn code(token: impl AsRef<[u8]>) -> Code {
    judge(&trusted(), token.as_ref(), &anything())
}

#[test]
fn a_genuine_token_is_valid_or_nothing_here_would_mean_anything() {
    assert_eq!(code(signed(HEADER, CLAIMS)), Code::Ok);
    let forged = ATTACKER.compact(HEADER.as_bytes(), CLAIMS.as_bytes(), Algorithm::Rs256).unwrap();
    assert_eq!(code(forged), Code::SignatureMismatch);
}

#[test]
fn row_01_alg_none_in_any_spelling_null_or_a_number_is_refused() {
    for name in ["none", "None", "NoNe", "NONE", " none", "none\\u0000", "", "rs256", "RS256 "] {
        let header = format!(r#"{{"alg":"{name}","kid":"s1"}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::UnsupportedAlgorithm, "{header}");
        let unsigned = join(&signing_input(header.as_bytes(), CLAIMS.as_bytes()), b"");
        assert_eq!(code(unsigned), Code::Malformed, "{header}");
    }
    for value in ["null", "0", "256", "true", r#"["RS256"]"#, r#"{"RS256":1}"#] {
        let header = format!(r#"{{"alg":{value},"kid":"s1"}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::WrongType, "{header}");
    }
    assert_eq!(code(signed(r#"{"kid":"s1"}"#, CLAIMS)), Code::MissingMember);
}

#[test]
fn row_02_a_public_key_in_whatever_writing_is_no_hmac_secret() {
    let pem = ISSUER.public_key_pem();
    let jwk = ISSUER.jwk().to_string();
    for secret in [
        pem.clone().into_bytes(),
        format!(" {pem}").into_bytes(),
        format!("\n{pem}").into_bytes(),
        pem.trim_end().as_bytes().to_vec(),
        pem.replace('\n', "\r\n").into_bytes(),
        jwk_set(&[ISSUER.jwk()]).to_string().into_bytes(),
        jwk.clone().into_bytes(),
        ISSUER.modulus(),
    ] {
        let header = Object::new().with("alg", "HS256").with("kid", "s1");
        let token = hs256(&Secret::new(secret), &header, CLAIMS.as_bytes());
        assert_eq!(code(token), Code::AlgorithmMismatch);
    }
    // Nor does a key set bring a secret, or make one of a public key.
    let oct = Object::new().with("kty", "oct").with("kid", "h").with("k", "A".repeat(43));
    let secret = Secret::new(base64::decode_url("A".repeat(43).as_bytes()).unwrap());
    let token = hs256(&secret, &Object::new().with("alg", "HS256").with("kid", "h"), b"{}");
    let keys = set(&[ISSUER.jwk(), oct]);
    assert_eq!(judge(&keys, token.as_bytes(), &anything()), Code::KeyUnusable);
    let claims_hmac = ISSUER.jwk().with("alg", "HS256").to_string();
    let refused = Jwk::parse(claims_hmac.as_bytes(), &Limits::default()).unwrap_err();
    assert_eq!(refused.code(), Code::KeyUnusable);
}

#[test]
fn row_03_an_alg_outside_the_signed_header_is_never_read() {
    let token = signed("{}", CLAIMS);
    let parts: Vec<&str> = token.split('.').collect();
    let unprotected = Object::new().with("alg", "RS256").with("kid", "s1");
    let flattened = Object::new()
        .with("payload", parts[1])
        .with("protected", parts[0])
        .with("header", unprotected)
        .with("signature", parts[2]);
    assert_eq!(code(&token), Code::MissingMember);
    assert_eq!(code(flattened.to_string()), Code::Malformed);
}

#[test]
fn row_04_keys_and_addresses_that_a_token_brings_are_ignored() {
    let (from, to) = (Time::from_unix(0).unwrap(), Time::from_unix(5000).unwrap());
    let certificate = Certificate::self_signed(&ATTACKER, "issuer", from, to).unwrap();
    for member in [
        format!(r#""jwk":{}"#, ATTACKER.jwk()),
        format!(r#""x5c":["{}"]"#, certificate.to_x5c()),
        r#""jku":"https://attacker.example/jwks.json""#.to_owned(),
        r#""x5u":"file:///tmp/attacker.pem""#.to_owned(),
        r#""x5u":"data:application/pem-certificate-chain,AA""#.to_owned(),
    ] {
        for (signer, expected) in [(&*ATTACKER, Code::SignatureMismatch), (&*ISSUER, Code::Ok)] {
            let header = format!(r#"{{"alg":"RS256","kid":"s1",{member}}}"#);
            let token = signer.compact(header.as_bytes(), CLAIMS.as_bytes(), Algorithm::Rs256);
            assert_eq!(code(token.unwrap()), expected, "{member}");
        }
    }
}

#[test]
fn row_06_a_kid_is_compared_and_nothing_else_and_its_length_is_limited() {
    for kid in [
        "../../../dev/null",
        "/etc/passwd\\u0000.pem",
        "' OR '1'='1",
        "$(id)|id",
        "https://attacker.example/key",
        "\\u001b[2J",
        "s1\\u0000",
        "S1",
        "s1 ",
        "\\uff53\\uff11",
        "",
    ] {
        let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::UnknownKey, "{kid}");
        // Where a key has just that name, it is found: the text means nothing.
        let named = format!(r#"{{"keys":[{}]}}"#, ISSUER.jwk().to_string().replace("s1", kid));
        let keys = JwkSet::parse(named.as_bytes(), &Limits::default()).unwrap();
        let token = signed(&header, CLAIMS);
        assert_eq!(judge(&keys, token.as_bytes(), &anything()), Code::Ok, "{kid}");
    }
    let header = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "s".repeat(257));
    assert_eq!(code(signed(&header, CLAIMS)), Code::TooLarge);
}

#[test]
fn row_07_two_keys_of_one_name_are_ambiguous_in_any_order_and_of_any_type() {
    let oct = Object::new().with("kty", "oct").with("kid", "s1").with("k", "A".repeat(43));
    let none = jws::Expected::unbound().allow_no_expiry();
    for other in [ATTACKER.jwk(), EC.jwk().with("kid", "s1"), oct] {
        for keys in [[ISSUER.jwk(), other.clone()], [other, ISSUER.jwk()]] {
            assert_eq!(judge(&set(&keys), signed(HEADER, CLAIMS).as_bytes(), &none), {
                Code::AmbiguousKey
            });
        }
    }
    // A token that names no key does not get to try them all.
    let nameless = signed(r#"{"alg":"RS256"}"#, CLAIMS);
    let keys = set(&[ISSUER.jwk(), EC.jwk()]);
    assert_eq!(judge(&keys, nameless.as_bytes(), &none), Code::AmbiguousKey);
}

#[test]
fn row_08_a_key_does_only_what_it_says_it_is_for() {
    let operations = |names: &str| {
        let text = format!(r#"{{"key_ops":{names}}}"#);
        let object =
            countersign::encoding::json::parse_object("test", text.as_bytes(), &Limits::default());
        object.unwrap().into_member("key_ops").unwrap().into_owned()
    };
    for (member, value, expected) in [
        ("use", "enc".into(), Code::KeyUse),
        ("use", "SIG".into(), Code::KeyUse),
        ("use", "".into(), Code::KeyUse),
        ("key_ops", operations(r#"["sign"]"#), Code::KeyUse),
        ("key_ops", operations("[]"), Code::KeyUse),
        ("key_ops", operations(r#"["verify","verify"]"#), Code::KeyUse),
        ("key_ops", operations(r#"["sign","verify"]"#), Code::Ok),
        ("use", "sig".into(), Code::Ok),
        ("alg", "RS256".into(), Code::Ok),
        ("alg", "RS512".into(), Code::AlgorithmMismatch),
        ("alg", "PS256".into(), Code::AlgorithmMismatch),
        ("alg", "ES256".into(), Code::KeyUnusable),
        ("alg", "RSA-OAEP".into(), Code::KeyUnusable),
    ] {
        let keys = set(&[ISSUER.jwk().with(member, value)]);
        let found = judge(&keys, signed(HEADER, CLAIMS).as_bytes(), &anything());
        assert_eq!(found, expected, "{:?}", keys.problems());
    }
}

#[test]
fn row_09_crit_is_refused_whatever_it_names() {
    for crit in [
        r#"["exp"]"#,
        r#"["https://issuer.example/unknown"]"#,
        "[]",
        r#"["alg"]"#,
        r#"["b64","b64"]"#,
        r#"["absent"]"#,
        r#""b64""#,
        "null",
        "{}",
    ] {
        let header = format!(r#"{{"alg":"RS256","kid":"s1","exp":1,"crit":{crit}}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::CriticalHeader, "{crit}");
    }
}

#[test]
fn row_10_an_unencoded_payload_is_refused_with_crit_and_without() {
    for crit in ["", r#","crit":["b64"]"#] {
        let header = format!(r#"{{"alg":"RS256","kid":"s1","b64":false{crit}}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::CriticalHeader);
        // As RFC 7797 would sign it: header, dot, the payload as it is.
        let input = format!("{}.e30", base64::encode_url(header.as_bytes()));
        let signature = ISSUER.sign_raw(input.as_bytes(), Algorithm::Rs256).unwrap();
        assert_eq!(code(join(&input, &signature)), Code::CriticalHeader);
    }
    for value in ["null", "0", r#""false""#] {
        let header = format!(r#"{{"alg":"RS256","kid":"s1","b64":{value}}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::CriticalHeader, "{value}");
    }
}

#[test]
fn row_11_json_serialisations_and_texts_that_are_two_things_at_once_are_refused() {
    let token = signed(HEADER, CLAIMS);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let flattened =
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    let general = format!(
        r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
    );
    // Dots in the right number, so that splitting alone would find three parts.
    let polyglot = format!(r#"{{"a":"{header}.{payload}.{signature}"}}"#);
    for text in [
        flattened,
        general,
        polyglot,
        format!("[{token}]"),
        format!("\"{token}\""),
        format!("{token}\n"),
        format!(" {token}"),
        format!("Bearer {token}"),
        format!("\u{feff}{token}"),
        token.replace('.', "。"),
        token.replacen('.', ".\0", 1),
        format!("{token},"),
    ] {
        assert_eq!(code(&text), Code::Malformed, "{text}");
    }
}

#[test]
fn row_12_what_is_encrypted_or_compressed_has_a_reason_of_its_own() {
    assert_eq!(code("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AA.AA.AA"), Code::UnsupportedFormat);
    for member in [r#""enc":"A256GCM""#, r#""zip":"DEF""#, r#""enc":null"#] {
        let header = format!(r#"{{"alg":"RS256","kid":"s1",{member}}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::UnsupportedFormat, "{member}");
    }
    for name in ["dir", "RSA-OAEP", "RSA1_5", "A256KW", "PBES2-HS512+A256KW", "ECDH-ES"] {
        let header = format!(r#"{{"alg":"{name}","kid":"s1","p2c":2147483647}}"#);
        assert_eq!(code(signed(&header, CLAIMS)), Code::UnsupportedAlgorithm, "{name}");
    }
}

#[test]
fn row_14_a_signature_of_another_length_or_not_below_the_modulus_reaches_no_backend() {
    // This backend would believe it.
    let backend = accept_all();
    let modulus = [0xff; 256];
    let key = PublicKey::rsa(&modulus, &[1, 0, 1]).unwrap();
    let mut below = modulus;
    below[255] -= 1;
    for (signature, believed) in [
        (&below[..], true),
        (&[0; 256], true),
        (&modulus, false),
        (&below[1..], false),
        (&[&[0][..], &below].concat(), false),
        (&[], false),
    ] {
        for algorithm in [Algorithm::Rs256, Algorithm::Rs512, Algorithm::Ps256] {
            let found = key.verify_with(backend, algorithm, &[b"message"], signature);
            assert_eq!(found.is_ok(), believed, "{algorithm}, {} bytes", signature.len());
        }
    }
}

#[test]
fn row_15_an_rsa_key_of_an_odd_size_below_2048_bits_is_refused_by_the_policy() {
    // Keys that exist are refused by the policy; what can be no key, when it is made.
    let modulus = |bits: usize| {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        bytes[0] = 0xff >> (8 * bytes.len() - bits);
        bytes
    };
    for (bits, policy, expected) in [
        (2047, Policy::default(), Code::KeyTooSmall),
        (1025, Policy::default().with_rsa_1024(Rsa1024::Allow), Code::KeyTooSmall),
        (2047, Policy::default().with_rsa_1024(Rsa1024::Allow), Code::KeyTooSmall),
        (1024, Policy::default(), Code::KeyTooSmall),
        (1024, Policy::default().with_rsa_1024(Rsa1024::Allow), Code::SignatureMismatch),
        (2049, Policy::default(), Code::SignatureMismatch),
    ] {
        let key = Jwk::from(PublicKey::rsa(&modulus(bits), &[1, 0, 1]).unwrap());
        let verifier = jws::Verifier::new(key.into(), policy);
        let token = join(&signing_input(HEADER.as_bytes(), b"{}"), &vec![1; bits.div_ceil(8)]);
        let found = ask(&verifier, token.as_bytes(), &anything());
        assert_eq!(found, expected, "{bits} bits");
    }
    for (bits, last, e, expected) in [
        (1023, 0xff, &[1, 0, 1][..], Code::KeyTooSmall),
        (8193, 0xff, &[1, 0, 1], Code::KeyUnusable),
        (2048, 0xfe, &[1, 0, 1], Code::KeyUnusable),
        (2048, 0xff, &[1], Code::KeyUnusable),
        (2048, 0xff, &[2], Code::KeyUnusable),
        (2048, 0xff, &[1, 0, 0], Code::KeyUnusable),
        (2048, 0xff, &[2, 0, 0, 0, 1], Code::KeyUnusable),
        (2048, 0xff, &[0xff; 256], Code::KeyUnusable),
        (2048, 0xff, &[], Code::KeyUnusable),
    ] {
        let mut n = modulus(bits);
        *n.last_mut().unwrap() = last;
        assert_eq!(PublicKey::rsa(&n, e).unwrap_err().code(), expected, "{bits} bits, {e:?}");
    }
}

#[test]
fn row_16_numbers_of_ecdsa_that_are_zero_or_not_below_the_order_are_refused() {
    const ORDER: [u8; 32] = *b"\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\
        \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
    let input = signing_input(br#"{"alg":"ES256","kid":"e1"}"#, b"{}");
    let good = EC.sign_raw(input.as_bytes(), Algorithm::Es256).unwrap();
    let keys = set(&[EC.jwk()]);
    let found = |signature: &[u8]| judge(&keys, join(&input, signature).as_bytes(), &anything());
    assert_eq!(found(&good), Code::Ok);
    let (r, s) = good.split_at(32);
    for bad in [&[0; 32][..], &ORDER, &[0xff; 32]] {
        assert_eq!(found(&[bad, s].concat()), Code::SignatureMismatch);
        assert_eq!(found(&[r, bad].concat()), Code::SignatureMismatch);
        assert_eq!(found(&[bad, bad].concat()), Code::SignatureMismatch);
    }
    for bad in [&good[1..], &[&[0], &good[..]].concat(), &[&good[..], &[0]].concat()] {
        assert_eq!(found(bad), Code::SignatureMismatch);
    }
}

#[test]
fn row_17_a_point_off_the_curve_and_a_curve_that_does_not_fit_make_no_key() {
    let member = |name: &str| EC.jwk().member(name).unwrap().as_str().unwrap().to_owned();
    let (x, y) = (member("x"), member("y"));
    let zero = base64::encode_url(&[0; 32]);
    let large = base64::encode_url(&[0xff; 32]);
    for (changes, expected) in [
        (vec![("x", y.clone()), ("y", x)], Code::KeyUnusable),
        (vec![("y", zero.clone())], Code::KeyUnusable),
        (vec![("x", zero.clone()), ("y", zero)], Code::KeyUnusable),
        (vec![("x", large)], Code::KeyUnusable),
        (vec![("y", y[..40].to_owned())], Code::KeyUnusable),
        (vec![("crv", "P-384".to_owned())], Code::KeyUnusable),
        (vec![("crv", "p-256".to_owned())], Code::KeyUnusable),
        (vec![("kty", "RSA".to_owned())], Code::KeyUnusable),
        (vec![("alg", "RS256".to_owned())], Code::KeyUnusable),
        (vec![("alg", "ES384".to_owned())], Code::KeyUnusable),
    ] {
        let mut jwk = EC.jwk();
        for (name, value) in changes {
            jwk.set(name, value);
        }
        let refused = Jwk::parse(jwk.to_string().as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(refused.code(), expected, "{jwk}");
        // In a set, the key still stands for its name, and no other takes its place.
        let token = EC.sign(&EC.header(Algorithm::Es256), b"{}", Algorithm::Es256).unwrap();
        let keys = set(&[ISSUER.jwk(), jwk]);
        assert_eq!(judge(&keys, token.as_bytes(), &anything()), expected);
    }
}

#[test]
fn row_18_one_token_has_one_text() {
    let token = signed(HEADER, CLAIMS);
    let parts: Vec<&str> = token.split('.').collect();
    for place in 0..3 {
        let changed = |text: String| {
            let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            parts[place] = text;
            parts.join(".")
        };
        let part = parts[place];
        let padding = "=".repeat(4 - part.len() % 4);
        for text in [
            format!("{part}{padding}"),
            format!("{part}="),
            format!("{part}\n"),
            format!("{part} "),
            format!("{part}\0"),
            format!("{part}A"),
            format!("{}\r\n{}", &part[..8], &part[8..]),
            format!("{}+{}", &part[..4], &part[5..]),
            format!("{}/{}", &part[..4], &part[5..]),
            format!("{}%3D", part),
        ] {
            let found = code(changed(text.clone()));
            // An added `A` may make whole bytes, and then the signature tells.
            let tells = matches!(found, Code::Malformed | Code::SignatureMismatch);
            assert!(tells && (text == format!("{part}A") || found == Code::Malformed), "{text}");
        }
        // Bits of the last character that belong to no byte.
        if !part.len().is_multiple_of(4) {
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let last = part.bytes().last().unwrap();
            let at = alphabet.iter().position(|c| *c == last).unwrap();
            let next = char::from(alphabet[at + 1]);
            let text = format!("{}{next}", &part[..part.len() - 1]);
            assert_eq!(code(changed(text)), Code::Malformed);
        }
    }
}

#[test]
fn row_19_json_that_two_parsers_could_read_differently_is_refused() {
    for (text, expected) in [
        (r#"{"alg":"none","alg":"RS256"}"#, Code::DuplicateMember),
        (r#"{"alg":"RS256","\u0061lg":"none"}"#, Code::DuplicateMember),
        (r#"{"alg":"RS256","x":{"a":1,"a":2}}"#, Code::DuplicateMember),
        (r#"{"alg":"RS256","x":[[{"a":1,"\u0061":2}]]}"#, Code::DuplicateMember),
        (r#"{"Alg":"RS256"}"#, Code::MissingMember),
        ("{\"alg\":\"RS256\",\"x\":\"\0\"}", Code::Malformed),
        (r#"{"alg":"RS256","x":"\ud800"}"#, Code::Malformed),
        (r#"{"alg":"RS256","x":"\udc00\ud800"}"#, Code::Malformed),
        ("\u{feff}{\"alg\":\"RS256\"}", Code::Malformed),
        (r#"{"alg":"RS256",}"#, Code::Malformed),
        (r#"{'alg':'RS256'}"#, Code::Malformed),
        (r#"{"alg":"RS256"}{}"#, Code::Malformed),
        (r#"{"alg":"RS256"/**/}"#, Code::Malformed),
        (r#"{"alg":"RS256","x":01}"#, Code::Malformed),
        (r#"{"alg":"RS256","x":NaN}"#, Code::Malformed),
        ("\t{ \"alg\"\r\n: \"RS256\" }\n", Code::Ok),
    ] {
        assert_eq!(code(signed(text, CLAIMS)), expected, "{text}");
    }
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for header in [
        &utf16[..],
        b"{\"alg\":\"RS256\",\"x\":\"\xff\"}",
        b"{\"alg\":\"RS256\",\"x\":\"\xc0\xaf\"}",
    ] {
        let token = ISSUER.compact(header, CLAIMS.as_bytes(), Algorithm::Rs256).unwrap();
        assert_eq!(code(token), Code::Malformed);
    }
    for (text, expected) in [
        (r#"{"exp":2000,"exp":9}"#, Code::DuplicateMember),
        (r#"{"exp":9,"\u0065xp":2000}"#, Code::DuplicateMember),
        (r#"{"sub":"\ud800"}"#, Code::Malformed),
        (r#"{"EXP":9}"#, Code::Ok),
    ] {
        assert_eq!(code(signed(HEADER, text)), expected, "{text}");
    }
}

#[test]
fn row_20_size_dots_and_depth_are_bounded_before_anything_is_decoded() {
    assert_eq!(code(".".repeat(8192)), Code::Malformed);
    assert_eq!(code(".".repeat(8193)), Code::TooLarge);
    assert_eq!(code(vec![b'A'; 100_000_000]), Code::TooLarge);
    let nested = |depth: usize| {
        let (open, close) = (r#"{"a":"#.repeat(depth - 1), "}".repeat(depth - 1));
        (format!(r#"{{"alg":"RS256","a":{open}1{close}}}"#), format!(r#"{{"a":{open}1{close}}}"#))
    };
    let (header, payload) = nested(16);
    assert_eq!(code(signed(&header, &payload)), Code::Ok);
    let (deeper_header, deeper_payload) = nested(17);
    assert_eq!(code(signed(&deeper_header, "{}")), Code::TooLarge);
    assert_eq!(code(signed(HEADER, &deeper_payload)), Code::TooLarge);
    assert_eq!(code(signed(&format!("{{\"a\":{}", "[".repeat(5000)), "{}")), Code::TooLarge);
}

#[test]
fn row_21_times_are_whole_numbers_of_seconds_in_range_required_or_not() {
    for claim in ["exp", "nbf", "iat"] {
        for (value, expected) in [
            (r#""2000""#, Code::WrongType),
            ("null", Code::WrongType),
            ("true", Code::WrongType),
            ("[2000]", Code::WrongType),
            ("{}", Code::WrongType),
            ("1e308", Code::WrongType),
            ("2e3", Code::WrongType),
            ("2000.0", Code::WrongType),
            ("9223372036854775808", Code::WrongType),
            ("18446744073709551616", Code::WrongType),
            ("9223372036854775807", Code::Malformed),
            ("-9223372036854775808", Code::Malformed),
            ("-1", Code::Malformed),
            ("253402300800", Code::Malformed),
        ] {
            let found = code(signed(HEADER, &format!(r#"{{"{claim}":{value}}}"#)));
            assert_eq!(found, expected, "{claim} {value}");
        }
    }
    assert_eq!(code(signed(HEADER, r#"{"exp":253402300799}"#)), Code::Ok);
    assert_eq!(code(signed(HEADER, r#"{"exp":0}"#)), Code::Expired);
    assert_eq!(code(signed(HEADER, r#"{"nbf":253402300799}"#)), Code::NotYetValid);
}

#[test]
fn row_22_issuer_and_audience_are_required_once_expected_and_equal_to_the_byte() {
    let judge = |claims: &str, expected: &jws::Expected| {
        judge(&trusted(), signed(HEADER, claims).as_bytes(), expected)
    };
    let issuer = |text: &str| anything().issuer(text);
    let audience = |text: &str| anything().audience(text);
    assert_eq!(judge(CLAIMS, &issuer("https://issuer.example").audience("web")), Code::Ok);
    for text in [
        "https://issuer.example/",
        "https://issuer",
        "https://issuer.example.attacker.example",
        "HTTPS://ISSUER.EXAMPLE",
        "",
    ] {
        assert_eq!(judge(CLAIMS, &issuer(text)), Code::IssuerMismatch, "{text}");
    }
    for text in ["ap", "api ", "API", "api,web", "[\"api\",\"web\"]", ""] {
        assert_eq!(judge(CLAIMS, &audience(text)), Code::AudienceMismatch, "{text}");
    }
    assert_eq!(judge("{}", &issuer("i")), Code::MissingMember);
    assert_eq!(judge("{}", &audience("a")), Code::MissingMember);
    assert_eq!(judge(r#"{"aud":[]}"#, &audience("a")), Code::AudienceMismatch);
    assert_eq!(judge(r#"{"iss":["i"]}"#, &issuer("i")), Code::WrongType);
    assert_eq!(judge(r#"{"aud":{"a":1}}"#, &audience("a")), Code::WrongType);
    assert_eq!(judge(r#"{"aud":["a",1]}"#, &audience("a")), Code::WrongType);
    assert_eq!(judge(r#"["https://issuer.example"]"#, &issuer("i")), Code::WrongType);
}

#[test]
fn row_23_a_short_secret_makes_no_verifier_and_a_cut_mac_no_token() {
    for length in [0, 1, 16, 31] {
        let made = jws::Verifier::with_secret(Secret::new(vec![7; length]), Policy::default());
        assert_eq!(made.unwrap_err().code(), Code::KeyUnusable, "{length} bytes");
    }
    let secret = || Secret::new(vec![7; 32]);
    let verifier = jws::Verifier::with_secret(secret(), Policy::default()).unwrap();
    let token = hs256(&secret(), &Object::new().with("alg", "HS256"), b"{}");
    let found = |token: &str| ask(&verifier, token.as_bytes(), &anything());
    assert_eq!(found(&token), Code::Ok);
    let (input, mac) = token.rsplit_once('.').unwrap();
    let mac = base64::decode_url(mac.as_bytes()).unwrap();
    for length in 1..32 {
        assert_eq!(found(&join(input, &mac[..length])), Code::SignatureMismatch, "{length} bytes");
    }
    assert_eq!(found(&join(input, &[])), Code::Malformed);
    assert_eq!(found(&join(input, &[&mac[..], &mac].concat())), Code::SignatureMismatch);
    // Nothing but HS256 comes out of a secret.
    assert_eq!(found(&signed(HEADER, CLAIMS)), Code::AlgorithmMismatch);
}

#[test]
fn row_24_tags_and_nonces_of_other_lengths_are_refused_before_decryption() {
    let secret = || Secret::new(b"MockClientSecret".to_vec());
    let request = otp::Request::sign(&secret(), "c", "u", "2022-04-08T08:05:03Z").unwrap();
    let (derivation, aad) = (otp::Derivation::Sha256, otp::Aad::UserId);
    let body = miracl::otp_response(&secret(), derivation, aad, &request, b"424242", &[7; 12]);
    let body = body.unwrap();
    let open = |body: &Object<'_>| {
        otp::Response::parse(body.to_string().as_bytes(), &Limits::default())
            .and_then(|response| response.open(&secret(), otp::KeyChoice::Auto, Some(&request)))
            .map_or_else(|error| error.code(), |_| Code::Ok)
    };
    assert_eq!(open(&body), Code::Ok);
    let bytes = |member| {
        let text = body.member(member).unwrap().as_str().unwrap();
        base64::decode_standard(text.as_bytes()).unwrap()
    };
    for member in ["tag", "iv"] {
        let genuine = bytes(member);
        for length in (0..=2 * genuine.len()).filter(|length| *length != genuine.len()) {
            let other: Vec<u8> = genuine.iter().copied().cycle().take(length).collect();
            let cut = body.clone().with(member, base64::encode_standard(&other));
            assert_eq!(open(&cut), Code::Malformed, "{member} of {length} bytes");
        }
    }
    let text = bytes("ciphertext");
    let empty = body.clone().with("ciphertext", "");
    assert_eq!(open(&empty), Code::Malformed);
    for length in 1..text.len() {
        let cut = body.clone().with("ciphertext", base64::encode_standard(&text[..length]));
        assert_eq!(open(&cut), Code::DecryptFailed);
    }
}

/// There is no cache of verdicts. What a batch remembers is a header, by all of its bytes; so here is
/// one header over and over, and everything else changes.
#[test]
fn row_26_no_verdict_is_remembered_for_another_token_policy_key_set_or_time() {
    let good = signed(HEADER, CLAIMS);
    let (input, signature) = good.rsplit_once('.').unwrap();
    let tail = &input[..input.len() - 4];
    let forgeries = [
        // The same header, the same signature, the same beginning, the same end.
        format!("{tail}AAAA.{signature}"),
        format!("{input}.{}", "A".repeat(signature.len())),
        ATTACKER.compact(HEADER.as_bytes(), CLAIMS.as_bytes(), Algorithm::Rs256).unwrap(),
    ];
    let verifier = jws::Verifier::new(trusted(), Policy::default());
    let expected = jws::Expected::unbound().allow_no_expiry();
    let stricter = anything().issuer("https://other.example");
    let others = jws::Verifier::new(set(&[ATTACKER.jwk()]), Policy::default());
    let item = |input: &'static str, expected: &'static jws::Expected, at: i64| Item {
        input: input.as_bytes(),
        expected,
        at: At::Time(Time::from_unix(at).unwrap()),
    };
    let (expected, stricter): (&'static _, &'static _) =
        (Box::leak(Box::new(expected)), Box::leak(Box::new(stricter)));
    let good: &'static str = good.leak();
    let mut items = Vec::new();
    let mut codes = Vec::new();
    for forgery in forgeries {
        items.extend([item(good, expected, 1000), item(forgery.leak(), expected, 1000)]);
        codes.extend([Code::Ok, Code::SignatureMismatch]);
        items.extend([item(good, expected, 2000), item(good, stricter, 1000)]);
        codes.extend([Code::Expired, Code::IssuerMismatch]);
    }
    let found = |verifier: &jws::Verifier| -> Vec<Code> {
        let verdicts = verifier.verify_batch(&items);
        let code =
            |verdict: &Result<_, Error>| verdict.as_ref().map_or_else(Error::code, |_| Code::Ok);
        let batch = verdicts.iter().map(code).collect::<Vec<_>>();
        let single =
            |item: &Item<'_, _>| code(&verifier.verify(item.input, item.expected, item.at));
        assert_eq!(items.iter().map(single).collect::<Vec<_>>(), batch);
        batch
    };
    for _ in 0..3 {
        assert_eq!(found(&verifier), codes);
        // Another set, whose key has the same name, in between.
        assert_eq!(found(&others)[0], Code::SignatureMismatch);
    }
}

/// One genuine artefact of each kind, all by one issuer, and who may accept it.
#[test]
fn row_27_an_artefact_of_one_kind_is_none_of_another() {
    let issuer = &*ISSUER;
    let certificate = miracl::certificate(issuer, 900, 2000, "74657374").unwrap();
    let id = mosip::digital_id("1801160992");
    let payload = |era| mosip::payload(issuer, era, &id, "c", "e", "1970-01-01T00:16:40Z").unwrap();
    let registration = |era| mosip::token(issuer, era, payload(era).as_bytes()).unwrap();
    let jwt = signed(HEADER, CLAIMS);

    let dvs = dvs::Verifier::new(trusted(), Policy::default());
    let dvs = |token: &str| {
        dvs.verify(token.as_bytes(), &dvs::Expected::unbound(), now()).map_err(|e| e.code()).err()
    };
    let mosip = registration::Verifier::new(trusted(), Policy::default());
    let mosip = |token: &str| {
        mosip
            .verify(token.as_bytes(), &registration::Expected::new(), now())
            .err()
            .map(|e| e.code())
    };
    assert_eq!(dvs(&certificate), None);
    assert_eq!(dvs(&jwt), Some(Code::MissingMember));
    assert_eq!(mosip(&certificate), Some(Code::MissingMember));
    assert_eq!(mosip(&jwt), Some(Code::MissingMember));
    for era in [Era::A, Era::APrime, Era::B, Era::C] {
        assert_eq!(mosip(&registration(era)), None, "{era:?}");
        assert!(dvs(&registration(era)).is_some(), "{era:?}");
        // Only era C is a JWS at all. The generic verifier reads what is one; it knows no kinds.
        let generic = code(registration(era));
        assert_eq!(generic == Code::Ok, era == Era::C, "{era:?}: {generic}");
    }
    // The digital id inside a registration of era C is signed by the same key, and is none itself.
    let inner = mosip::digital_id_text(issuer, Era::C, id.to_string().as_bytes()).unwrap();
    assert_eq!(mosip(&inner), Some(Code::MissingMember));
}

#[test]
fn row_28_a_genuine_outer_layer_does_not_cover_for_a_forged_inner_one() {
    let id = mosip::digital_id("1801160992");
    let verifier = registration::Verifier::new(trusted(), Policy::default());
    let judge = |digital_id: &str| {
        let payload = Object::new()
            .with("status", "Registered")
            .with("digitalId", digital_id)
            .with("deviceCode", "c")
            .with("env", "e")
            .with("timeStamp", "2020-01-13T12:55:29.918Z");
        let token = mosip::token(&*ISSUER, Era::C, payload.to_string().as_bytes()).unwrap();
        let expected = registration::Expected::new();
        let verified = verifier.verify(token.as_bytes(), &expected, At::Issued);
        let report = verifier.explain(token.as_bytes(), &expected, At::Issued);
        assert_eq!(verified.map_or_else(|error| error.code(), |_| Code::Ok), report.code());
        let signature = |entry: &&countersign::Entry| entry.check == Check::SIGNATURE;
        let outer = report.checks.iter().find(signature).unwrap();
        assert_eq!(outer.outcome, Outcome::Pass, "the outer layer is genuine");
        report
    };
    let good = mosip::digital_id_text(&*ISSUER, Era::C, id.to_string().as_bytes()).unwrap();
    let report = judge(&good);
    assert_eq!(report.code(), Code::Ok);
    let names: Vec<&str> = report.checks.iter().map(|entry| entry.check.name()).collect();
    assert!(names.contains(&"digital-id"), "the report lists the inner layer: {names:?}");

    let (input, _) = good.rsplit_once('.').unwrap();
    let forged = mosip::digital_id_text(&*ATTACKER, Era::C, id.to_string().as_bytes()).unwrap();
    for (inner, expected) in [
        (forged, Code::SignatureMismatch),
        (format!("{input}.AAAA"), Code::SignatureMismatch),
        (format!("{input}."), Code::Malformed),
    ] {
        assert_eq!(judge(&inner).code(), expected);
    }
}

#[test]
fn errors_about_an_attack_do_not_repeat_it_at_length() {
    let long = "x".repeat(5000);
    let header = format!(r#"{{"alg":"{long}"}}"#);
    let verifier = jws::Verifier::new(trusted(), Policy::default());
    let token = signed(&header, "{}");
    let error = verifier.verify(token.as_bytes(), &anything(), now()).unwrap_err();
    assert!(matches!(&error, Error::UnsupportedAlgorithm { name } if name.len() == 64));
    assert!(error.to_string().len() < 128);
}
