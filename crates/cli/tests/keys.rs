//! Damaged keys of the verifier's own, and which key a token means.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

#[allow(dead_code, reason = "shared with the other cases")]
mod support;

use std::path::PathBuf;
use std::process::Output;
use std::sync::LazyLock;

use countersign::encoding::base64::encode_url;
use countersign::encoding::json::{Object, Value};
use countersign::{Algorithm, Time};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer, jwk_set, miracl};
use support::{countersign, unbroken};

const AT: &str = "1600000000";
const ISSUED: i64 = 1_600_000_000;

static KEY: LazyLock<RsaIssuer> = LazyLock::new(|| rsa(41));
static OTHER: LazyLock<RsaIssuer> = LazyLock::new(|| rsa(42));

fn rsa(seed: u64) -> RsaIssuer {
    RsaIssuer::generate(&mut Rng::from_seed(seed), 2048, Some("k1")).expect("a key")
}

/// Writes a file of this test's own.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("keys");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a file is written");
    path.to_str().expect("UTF-8").to_owned()
}

fn token(header: &Object<'_>, algorithm: Algorithm) -> String {
    let header = header.clone().with("alg", algorithm.name());
    KEY.sign(&header, br#"{"exp":2000000000}"#, algorithm).expect("a token")
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        countersign(arguments).stdin(std::process::Stdio::null()).output().expect("it runs");
    let said = [stdout, stderr].concat();
    (status.code(), String::from_utf8(said).expect("UTF-8"))
}

/// Verifies a token that names `k1` against these keys; the first line and everything.
fn verify(name: &str, keys: &[Object<'static>], header: &Object<'_>, more: &[&str]) -> String {
    let keys = file(&format!("{name}.jwks"), jwk_set(keys).to_string());
    let token = file(&format!("{name}.jws"), token(header, Algorithm::Rs256));
    let fixed = ["verify", "--unbound", "--jwks", &keys, "--at", AT];
    unbroken(&run(&[&fixed, more, &[&token]].concat()).1)
}

fn named() -> Object<'static> {
    Object::new().with("kid", "k1")
}

#[test]
fn whatever_is_wrong_with_a_key_is_said_of_the_key_and_never_of_the_token() {
    let n = KEY.modulus();
    let with = |name: &'static str, value: Value<'static>| KEY.jwk().with(name, value);
    let number = |zeros: usize| encode_url(&[vec![0; zeros], n.clone()].concat());
    let even: Vec<u8> =
        n.iter().enumerate().map(|(i, b)| if i == 255 { b & 0xfe } else { *b }).collect();
    for (name, key, says) in [
        (
            "padding",
            with("n", format!("{}==", number(0)).into()),
            "`n` is not base64url without padding: wrong padding",
        ),
        ("alphabet", with("e", "AQ+B".into()), "`e` is not base64url without padding: illegal"),
        ("type", with("n", 7_i64.into()), "`n` is not a string"),
        ("missing", with("e", Value::Null), "`e` is missing"),
        ("zeros", with("n", number(2).into()), "`n` has leading zero bytes"),
        ("even", with("n", encode_url(&even).into()), "modulus is even"),
        ("private", with("d", "AQAB".into()), "it contains members of a private key"),
        ("kty", with("kty", "oct".into()), "key type is not supported"),
        ("alg", with("alg", "RSA-OAEP".into()), "`alg` is `RSA-OAEP`, which is not supported"),
        ("use", with("use", 1_i64.into()), "`use` is not a string"),
        ("x5c", with("x5c", Value::Array(Vec::new())), "`x5c` is not an array of certificates"),
    ] {
        let said = verify(name, &[key], &named(), &[]);
        assert!(said.contains("jws  key-unusable") && said.contains(says), "{name}: {said}");
        assert!(said.starts_with("INVALID"), "{said}");
    }
}

#[test]
fn one_zero_byte_before_n_and_members_that_are_null_are_accepted() {
    let signed = encode_url(&[&[0], &KEY.modulus()[..]].concat());
    let said = verify("sign", &[KEY.jwk().with("n", signed)], &named(), &[]);
    assert!(said.starts_with("VALID") && said.contains("leading-zero"), "{said}");
    assert!(said.contains("leading zero byte before `n`"), "{said}");
    for name in ["use", "alg", "key_ops", "x5c", "x5t", "d"] {
        let keys = [KEY.jwk().with(name, Value::Null)];
        assert!(verify("null", &keys, &named(), &[]).starts_with("VALID"), "{name}");
    }
}

#[test]
fn one_key_is_one_key_and_keys_for_something_else_are_no_candidates() {
    let enc = |key: &RsaIssuer| key.jwk().with("use", "enc").with("alg", "RSA-OAEP");
    let key = || KEY.jwk().with("use", "sig");
    let bare = |key: &RsaIssuer| {
        let mut bare = Object::new();
        for (name, value) in key.jwk().iter().filter(|(name, _)| *name != "kid") {
            bare.set(name.to_owned(), value.clone());
        }
        bare.into_owned()
    };
    for (name, keys, code) in [
        ("twice", vec![key(), key()], "ok"),
        ("bare", vec![key(), bare(&KEY)], "ok"),
        ("two-uses", vec![enc(&KEY), key()], "ok"),
        ("encryption", vec![enc(&OTHER), key()], "ok"),
        (
            "operations",
            vec![OTHER.jwk().with("key_ops", Value::Array(vec!["encrypt".into()])), key()],
            "ok",
        ),
        ("algorithm", vec![OTHER.jwk().with("alg", "PS512"), key()], "ok"),
        ("only-encryption", vec![enc(&KEY), bare(&OTHER)], "key-use"),
        ("two", vec![OTHER.jwk(), key()], "ambiguous-key"),
        ("one-private", vec![key(), KEY.jwk().with("d", "AQAB")], "ambiguous-key"),
    ] {
        let said = verify(name, &keys, &named(), &[]);
        let first = said.lines().next().unwrap_or_default();
        assert!(first.ends_with(&format!("jws  {code}")), "{name}: {said}");
    }
}

#[test]
fn ambiguous_and_unknown_keys_are_listed_escaped_and_in_bounds() {
    let key = |issuer: &RsaIssuer, kid: &str| issuer.jwk().with("kid", kid.to_owned());
    let two = [key(&KEY, "one\u{1b}[31m"), key(&OTHER, &"x".repeat(200))];
    for (header, says) in [
        (Object::new(), "matching keys: `one\\u001b[31m`, `xxxx"),
        (Object::new().with("kid", "three"), "the set has the keys `one\\u001b[31m`, `xxxx"),
    ] {
        let said = verify("listed", &two, &header, &[]);
        assert!(said.contains(says), "{said}");
        assert!(!said.contains(&"x".repeat(65)), "{said}");
        assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
    }
}

#[test]
fn keys_without_alg_take_that_of_the_command_line_or_the_policy() {
    let keys = file("ps256.jwks", jwk_set(&[KEY.jwk()]).to_string());
    let declared = file("rs256.jwks", jwk_set(&[KEY.jwk().with("alg", "RS256")]).to_string());
    let input = file("ps256.jws", token(&named(), Algorithm::Ps256));
    let policy =
        file("ps256.toml", "[jws]\njwks = [\"ps256.jwks\"]\nalg = \"PS256\"\nunbound = true\n");
    let at = ["verify", "--at", AT];
    for (more, exit, says) in [
        (&["--unbound", "--jwks", &keys, "--alg", "PS256"][..], 0, "VALID"),
        (&["--policy", &policy], 0, "VALID"),
        (&["--policy", &policy, "--alg", "RS512"], 1, "algorithm-mismatch"),
        (&["--unbound", "--jwks", &keys], 1, "`--alg PS256`"),
        (&["--unbound", "--jwks", &declared, "--alg", "PS256"], 1, "algorithm-mismatch"),
        (&["--unbound", "--jwks", &keys, "--alg", "HS256"], 2, "must be one of ES256"),
        (&["--unbound", "--jwks", &keys, "--alg", "none"], 2, "must be one of ES256"),
    ] {
        let (code, said) = run(&[&at, more, &[&input]].concat());
        assert_eq!(code, Some(exit), "{more:?}: {said}");
        assert!(said.contains(says), "{more:?}: {said}");
    }
}

#[test]
fn a_token_that_does_not_say_when_it_was_issued_is_undecided_as_issued_with_the_way_out() {
    let keys = file("access.jwks", jwk_set(&[KEY.jwk()]).to_string());
    let mut claims = Object::new();
    for (name, value) in miracl::access_claims("i", "me", "u", &["openid"], ISSUED + 900).iter() {
        if name != "iat" {
            claims.set(name.to_owned(), value.clone());
        }
    }
    assert!(Time::from_unix(ISSUED).is_some());
    let access = file("access.jwt", miracl::token(&*KEY, &claims).expect("a token"));
    let jws = file("issued.jws", token(&named(), Algorithm::Rs256));
    let fixed = ["verify", "--jwks", &keys];
    for (more, exit, code) in [
        (&["--issuer", "i", "--audience", "me", "--at", "issued", &access][..], 3, "no-time"),
        (&["--issuer", "i", "--audience", "me", "--at", AT, &access], 0, "ok"),
        (
            &["--issuer", "other", "--audience", "me", "--at", "issued", &access],
            1,
            "issuer-mismatch",
        ),
        (&["--unbound", "--at", "issued", &jws], 3, "no-time"),
        (&["--unbound", "--at", AT, &jws], 0, "ok"),
    ] {
        let (found, said) = run(&[&fixed[..], more].concat());
        assert_eq!(found, Some(exit), "{more:?}: {said}");
        let first = said.lines().next().unwrap_or_default();
        assert!(first.ends_with(code), "{more:?}: {said}");
        assert!(!said.contains("no `exp`"), "{said}");
        assert!(
            exit != 3 || (said.starts_with("UNDECIDED") && said.contains("--at TIME")),
            "{said}"
        );
    }
}
