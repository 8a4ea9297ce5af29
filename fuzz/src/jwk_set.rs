//! Keys and key sets: the same key alone and in a set, and the thumbprint of RFC 7638.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::encoding::json;
use countersign::jose::{Jwk, JwkSet};
use countersign::{Code, Limits, sha256};

use super::oracle::{DEFAULT, Json};

/// What a JWK must say to be usable, and its thumbprint.
fn check_key(key: &Jwk, jwk: &Json) {
    let text = |name| jwk.member(name).and_then(Json::text);
    let canonical = match text("kty") {
        Some("RSA") => {
            let rsa = key.key().as_rsa().expect("an RSA key");
            let number = |name| {
                let bytes = URL_SAFE_NO_PAD.decode(text(name).unwrap()).unwrap();
                bytes[bytes.iter().take_while(|b| **b == 0).count()..].to_vec()
            };
            assert_eq!(number("n"), rsa.modulus());
            let exponent = rsa.exponent().to_be_bytes();
            assert!(exponent.ends_with(&number("e")) && rsa.exponent() % 2 == 1);
            assert!(rsa.exponent() >= 3 && rsa.exponent() >> 33 == 0);
            assert!((1024..=8192).contains(&rsa.bits()) && rsa.modulus().last().unwrap() % 2 == 1);
            let (n, e) = (number("n"), number("e"));
            let encode = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
            format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n))
        }
        Some("EC") => {
            assert_eq!(text("crv"), Some("P-256"));
            let (x, y) = (text("x").unwrap(), text("y").unwrap());
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
        }
        other => panic!("{other:?} is no type of key"),
    };
    assert_eq!(key.thumbprint(), URL_SAFE_NO_PAD.encode(sha256(canonical.as_bytes())));
    // A member that is `null` counts as absent.
    let member = |name| jwk.member(name).filter(|value| !matches!(value, Json::Null));
    assert!(member("d").is_none(), "a private key was taken");
    assert_eq!(member("x5c").is_some(), key.validity().is_some(), "no certificate is ignored");
    assert_eq!(key.kid(), text("kid"));
    assert_eq!(key.declared_algorithm().map(|algorithm| algorithm.name()), text("alg"));
    assert!(text("alg").is_none_or(|alg| alg == key.algorithm().name()));
    assert!(member("use").is_none_or(|u| u.text() == Some("sig")));
}

/// Checks that of the elements with a name, those that can be used for signatures are one key.
fn check_alone(key: &Jwk, set: &JwkSet, named: usize, is_named: impl Fn(Option<&str>) -> bool) {
    let usable = set.keys().iter().filter(|other| is_named(other.kid()));
    let same = usable.inspect(|other| assert_eq!(other.key(), key.key(), "ambiguous")).count();
    let problems = set.problems().iter().filter(|problem| is_named(problem.kid.as_deref()));
    let foreign = problems
        .inspect(|problem| {
            assert!(
                matches!(problem.error.code(), Code::KeyUse | Code::KeyUnusable),
                "{problem:?}"
            );
        })
        .count();
    assert_eq!(same + foreign, named);
}

pub fn run(data: &[u8]) {
    let limits = Limits::default();
    let parsed = Jwk::parse(data, &limits);
    if let Ok(key) = &parsed {
        check_key(key, &Json::parse(data, DEFAULT).expect("a key is JSON"));
    }
    let Ok(set) = JwkSet::parse(data, &limits) else { return };
    let json = Json::parse(data, DEFAULT).expect("a key set is JSON");
    let Some(Json::Array(elements)) = json.member("keys") else { panic!("no `keys`") };
    assert_eq!(elements.len(), set.keys().len() + set.problems().len());
    let text = json::parse_object("text", data, &limits).unwrap();
    let ours = text.member("keys").unwrap().as_array().unwrap();
    let mut keys = set.keys().iter();
    for (index, element) in elements.iter().enumerate() {
        let alone = Jwk::parse(ours[index].to_string().as_bytes(), &limits);
        match set.problems().iter().find(|problem| problem.index == index) {
            Some(problem) => {
                assert_eq!(alone.map_err(|error| error.code()), Err(problem.error.code()))
            }
            None => {
                let key = keys.next().expect("every element is a key or a problem");
                assert_eq!(alone.as_ref(), Ok(key));
                check_key(key, element);
            }
        }
    }
    // A name means one key or none, over all that may be for signatures: that one may stand there
    // more than once.
    for element in elements {
        let Some(kid) = element.member("kid").and_then(Json::text) else { continue };
        let named = |element: &&Json| element.member("kid").and_then(Json::text) == Some(kid);
        if let Ok(key) = set.select(Some(kid)) {
            assert_eq!(key.kid(), Some(kid));
            check_alone(key, &set, elements.iter().filter(named).count(), |name| name == Some(kid));
        }
    }
    if let Ok(key) = set.select(None) {
        check_alone(key, &set, elements.len(), |_| true);
    }
}
