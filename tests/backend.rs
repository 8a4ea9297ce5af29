//! Every backend gives the same verdicts and the same reasons.
#![cfg(feature = "aws-lc-rs")]

use countersign::jose::{JwkSet, jws};
use countersign::{
    Algorithm, Code, Item, Limits, Policy, PublicKey, Rsa1024, SignatureBackend, Time,
};
use countersign_testkit::{self as testkit, EcIssuer, Issuer as _, Rng, RsaIssuer};

const PAYLOAD: &[u8] = br#"{"exp":2000}"#;

#[test]
fn backends_agree_on_tokens_good_and_altered_of_every_algorithm_and_size() {
    let mut rng = Rng::from_seed(11);
    let mut tokens = Vec::new();
    let mut jwks = Vec::new();
    let sizes = [1024, 2048, 3072];
    let algorithms = [
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
    ];
    for bits in sizes {
        let issuer = RsaIssuer::generate(&mut rng, bits, None).unwrap();
        for algorithm in algorithms {
            if (bits, algorithm) == (1024, Algorithm::Ps512) {
                continue; // 1024 bits have no room for SHA-512 and its salt.
            }
            let kid = format!("{bits}-{algorithm}");
            jwks.push(issuer.jwk().with("kid", kid.clone()).with("alg", algorithm.name()));
            let header = issuer.header(algorithm).with("kid", kid);
            tokens.push(issuer.sign(&header, PAYLOAD, algorithm).unwrap());
        }
    }
    let ec = EcIssuer::generate(&mut rng, Some("p256"));
    jwks.push(ec.jwk());
    tokens.push(ec.sign(&ec.header(Algorithm::Es256), PAYLOAD, Algorithm::Es256).unwrap());

    let altered: Vec<String> = tokens
        .iter()
        .flat_map(|token| {
            let (head, signature) = token.rsplit_once('.').unwrap();
            let last = if signature.starts_with('A') { 'B' } else { 'A' };
            [
                format!("{head}.{last}{}", &signature[1..]),
                format!("{head}.{}", &signature[4..]),
                format!("{head}.AAAA{signature}"),
                // The largest number of the length: out of range for every key.
                format!("{head}.{}", "_".repeat(signature.len() / 4 * 4)),
            ]
        })
        .collect();
    let valid = tokens.len();
    tokens.extend(altered);

    let keys = testkit::jwk_set(&jwks).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let native = jws::Verifier::new(keys.clone(), policy);
    let other = policy.with_backend(SignatureBackend::aws_lc_rs());
    let other = jws::Verifier::new(keys, other);
    let expected = jws::Expected::unbound().allow_no_expiry();
    let at = Time::from_unix(1000).unwrap();
    let items: Vec<_> = tokens
        .iter()
        .map(|token| Item { input: token.as_bytes(), expected: &expected, at: at.into() })
        .collect();
    for (index, (item, together)) in items.iter().zip(other.verify_batch(&items)).enumerate() {
        let result = native.verify(item.input, &expected, at);
        assert_eq!(result.is_ok(), index < valid, "{index}: {result:?}");
        assert_eq!(other.verify(item.input, &expected, at), result);
        assert_eq!(together, result);
    }
}

#[test]
fn keys_are_refused_before_any_backend_sees_them() {
    let code = |n: &[u8], e: &[u8]| PublicKey::rsa(n, e).unwrap_err().code();
    assert_eq!(code(&[0xff; 64], &[3]), Code::KeyTooSmall);
    assert_eq!(code(&[0xfe; 256], &[3]), Code::KeyUnusable);
    assert_eq!(code(&[0xff; 256], &[1]), Code::KeyUnusable);
}
