//! Whole tokens against `jsonwebtoken`, and RSA signatures against the crate `rsa`: the verdicts
//! must be the same on every valid and every tampered input.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy takes helpers of tests for library code"
)]

use std::sync::LazyLock;

use countersign::encoding::json::Object;
use countersign::jose::{Jwk, JwkSet, jws};
use countersign::{Algorithm, Limits, Policy, PublicKey, Rsa1024, Time};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer};
use jsonwebtoken::{DecodingKey, Validation};
use proptest::prelude::*;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::{BoxedUint, PublicKey as RsaPublicKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

const NOW: i64 = 1_700_000_000;

/// Keys of several sizes, the same in every run.
static ISSUERS: LazyLock<Vec<RsaIssuer>> = LazyLock::new(|| {
    let mut rng = Rng::from_seed(2048);
    [2048, 3072, 2050]
        .iter()
        .map(|bits| RsaIssuer::generate(&mut rng, *bits, Some("k")).unwrap())
        .collect()
});

fn ours(issuer: &RsaIssuer, token: &[u8]) -> bool {
    let key = Jwk::parse(issuer.jwk().to_string().as_bytes(), &Limits::default()).unwrap();
    let verifier = jws::Verifier::new(JwkSet::from(key), Policy::default());
    verifier
        .verify(token, &jws::Expected::unbound().allow_no_expiry(), Time::from_unix(NOW).unwrap())
        .is_ok()
}

fn theirs(issuer: &RsaIssuer, token: &[u8]) -> bool {
    let jwk = issuer.jwk();
    let (n, e) = (jwk.string("key", "n").unwrap(), jwk.string("key", "e").unwrap());
    let key = DecodingKey::from_rsa_components(n, e).unwrap();
    let mut validation = Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation).is_ok()
}

/// A signed token over claims that any JSON can hold.
fn token(issuer: &RsaIssuer, claims: &[(String, i64)], text: &str) -> String {
    let mut payload = Object::new();
    for (name, value) in claims {
        // Registered claims have types and times, where the two libraries have policies.
        payload.set(format!("x{name}"), *value);
    }
    payload.set("text", text.to_owned());
    let header = issuer.header(Algorithm::Rs256);
    issuer.sign(&header, payload.to_string().as_bytes(), Algorithm::Rs256).unwrap()
}

#[derive(Clone, Debug)]
enum Tamper {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Truncate(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
}

impl Tamper {
    fn apply(&self, token: &str) -> Vec<u8> {
        let mut bytes = token.as_bytes().to_vec();
        match self {
            Self::Replace(at, byte) => bytes[at.index(token.len())] = *byte,
            Self::Insert(at, byte) => bytes.insert(at.index(token.len()), *byte),
            Self::Remove(at) => drop(bytes.remove(at.index(token.len()))),
            Self::Truncate(at) => bytes.truncate(at.index(token.len())),
            Self::Swap(a, b) => bytes.swap(a.index(token.len()), b.index(token.len())),
        }
        bytes
    }
}

fn tamper() -> impl Strategy<Value = Tamper> {
    let index = || any::<prop::sample::Index>();
    let byte = prop_oneof![
        4 => prop::sample::select(b"ABCYZabcyz0189-_".to_vec()),
        1 => prop::sample::select(b"+/=. \n\0\"{".to_vec()),
        1 => any::<u8>(),
    ];
    prop_oneof![
        4 => (index(), byte.clone()).prop_map(|(at, byte)| Tamper::Replace(at, byte)),
        1 => (index(), byte).prop_map(|(at, byte)| Tamper::Insert(at, byte)),
        1 => index().prop_map(Tamper::Remove),
        1 => index().prop_map(Tamper::Truncate),
        1 => (index(), index()).prop_map(|(a, b)| Tamper::Swap(a, b)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn jsonwebtoken_agrees_on_valid_and_tampered_tokens(
        which in 0..3_usize,
        claims in prop::collection::vec(("[a-z]{0,6}", any::<i64>()), 0..8),
        text in any::<String>(),
        tampers in prop::collection::vec(tamper(), 16),
    ) {
        let issuer = &ISSUERS[which];
        let token = token(issuer, &claims, &text);
        prop_assert!(ours(issuer, token.as_bytes()));
        prop_assert!(theirs(issuer, token.as_bytes()));
        for tamper in tampers {
            let altered = tamper.apply(&token);
            let unchanged = altered == token.as_bytes();
            prop_assert_eq!(ours(issuer, &altered), unchanged, "{:?}", tamper);
            prop_assert_eq!(theirs(issuer, &altered), unchanged, "{:?}", tamper);
        }
        // The token of one key under another.
        let other = &ISSUERS[(which + 1) % 3];
        prop_assert!(!ours(other, token.as_bytes()));
        prop_assert!(!theirs(other, token.as_bytes()));
    }

    #[test]
    fn the_crate_rsa_agrees_on_valid_and_tampered_signatures(
        which in 0..3_usize,
        message in prop::collection::vec(any::<u8>(), 0..300),
        algorithm in prop::sample::select(vec![Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512]),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 8),
        noise in any::<u64>(),
    ) {
        let issuer = &ISSUERS[which];
        let (n, e) = (issuer.modulus(), [1, 0, 1]);
        let our_key = PublicKey::rsa(&n, &e).unwrap();
        let their_key = RsaPublicKey::new(
            BoxedUint::from_be_slice_vartime(&n),
            BoxedUint::from_be_slice_vartime(&e),
        ).unwrap();
        let their_verdict = |signature: &[u8]| match algorithm {
            Algorithm::Rs256 => their_key
                .verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&message), signature),
            Algorithm::Rs384 => their_key
                .verify(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(&message), signature),
            _ => their_key
                .verify(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(&message), signature),
        }.is_ok();
        let our_verdict =
            |signature: &[u8]| our_key.verify(algorithm, &[&message], signature).is_ok();

        let signature = issuer.sign_raw(&message, algorithm).unwrap();
        prop_assert!(our_verdict(&signature));
        prop_assert!(their_verdict(&signature));
        let mut altered = signature.clone();
        for (at, flip) in flips {
            altered[at.index(signature.len())] ^= flip;
            prop_assert_eq!(our_verdict(&altered), their_verdict(&altered));
        }
        // Random numbers below the modulus, and lengths that are off by one.
        let mut random = signature.clone();
        random.fill(0);
        random[signature.len() - 8..].copy_from_slice(&noise.to_be_bytes());
        prop_assert_eq!(our_verdict(&random), their_verdict(&random));
        prop_assert!(!our_verdict(&signature[1..]));
        prop_assert!(!our_verdict(&[&[0], signature.as_slice()].concat()));
    }
}

#[test]
fn a_1024_bit_key_is_refused_by_default_and_judged_alike_when_allowed() {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(1024), 1024, None).unwrap();
    let token = token(&issuer, &[], "small");
    assert!(!ours(&issuer, token.as_bytes()));
    let key = Jwk::parse(issuer.jwk().to_string().as_bytes(), &Limits::default()).unwrap();
    let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let verifier = jws::Verifier::new(JwkSet::from(key), policy);
    let now = Time::from_unix(NOW).unwrap();
    assert!(
        verifier.verify(token.as_bytes(), &jws::Expected::unbound().allow_no_expiry(), now).is_ok()
    );
}
