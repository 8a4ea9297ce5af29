//! The keys of all vectors, each from its seed.

use countersign::encoding::json::Object;
use countersign::{Algorithm, Secret};
use countersign_testkit::{EcIssuer, Issuer, Rng, RsaIssuer, jwk_set, signing_input};

pub(crate) struct Keys {
    /// 2048 bits; the key of most vectors.
    pub(crate) main: RsaIssuer,
    /// 2048 bits; somebody else's.
    pub(crate) other: RsaIssuer,
    /// 1024 bits, as MIRACL's DVS key.
    pub(crate) weak: RsaIssuer,
    /// 1536 bits: too few, and not what the opt-in is about.
    pub(crate) odd_size: RsaIssuer,
    /// 2048 bits, exponent 3.
    pub(crate) cubic: RsaIssuer,
    pub(crate) ec: EcIssuer,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let rsa = |seed, bits, exponent, kid| {
            RsaIssuer::generate_with_exponent(&mut Rng::from_seed(seed), bits, exponent, Some(kid))
                .unwrap()
        };
        Self {
            main: rsa(1, 2048, 65_537, "s1"),
            other: rsa(2, 2048, 65_537, "s2"),
            weak: rsa(3, 1024, 65_537, "s1"),
            odd_size: rsa(4, 1536, 65_537, "s1"),
            cubic: rsa(5, 2048, 3, "s1"),
            ec: EcIssuer::generate(&mut Rng::from_seed(6), Some("e1")),
        }
    }
}

/// The `keys` member of a group: a key set.
pub(crate) fn jwks(keys: &[Object<'static>]) -> Object<'static> {
    Object::new().with("jwks", jwk_set(keys))
}

/// A key without its `kid`.
pub(crate) fn nameless(issuer: &impl Issuer) -> Object<'static> {
    without(&issuer.jwk(), "kid")
}

/// An object without one member.
pub(crate) fn without(object: &Object<'_>, member: &str) -> Object<'static> {
    let mut rest = Object::new();
    for (name, value) in object.iter().filter(|(name, _)| *name != member) {
        rest.set(name.to_owned(), value.clone().into_owned());
    }
    rest
}

/// The secret of the HS256 vectors.
pub(crate) const HS256_SECRET: &[u8; 32] = b"a secret of thirty-two bytes, ok";

pub(crate) fn hs256_secret() -> Secret {
    Secret::new(HS256_SECRET.to_vec())
}

/// A compact JWS under RS256 of any header.
pub(crate) fn rs256(issuer: &RsaIssuer, header: &str, payload: &str) -> String {
    issuer.compact(header.as_bytes(), payload.as_bytes(), Algorithm::Rs256).unwrap()
}

/// A compact JWS under RS256 over two texts as they are, which need not be base64url.
pub(crate) fn rs256_of_texts(issuer: &RsaIssuer, header: &str, payload: &str) -> String {
    let input = format!("{header}.{payload}");
    let signature = issuer.sign_raw(input.as_bytes(), Algorithm::Rs256).unwrap();
    countersign_testkit::join(&input, &signature)
}

/// Both parts of a signing input.
pub(crate) fn texts(header: &str, payload: &str) -> (String, String) {
    let input = signing_input(header.as_bytes(), payload.as_bytes());
    let (header, payload) = input.split_once('.').unwrap();
    (header.to_owned(), payload.to_owned())
}
