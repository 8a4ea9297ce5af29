//! Whole tokens, from bytes to typed claims: a key set of three keys, RS256 with 2048 bits, and
//! about as many claims as an identity provider sends.

use std::hint::black_box;

use countersign::encoding::json::{Object, Value};
use countersign::jose::{JwkSet, jws};
use countersign::testkit::{Issuer as _, Rng, RsaIssuer, jwk_set};
use countersign::{Algorithm, At, Item, Limits, Policy, Time};
use jsonwebtoken::jwk::JwkSet as PeerSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

use crate::{Contender, Race};

const CASES: usize = 64;
const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://identity.example/realms/main";
const AUDIENCE: &str = "5f3c1f0a-7a27-4c55-9d0e-0f6a1f1f7a10";

/// What a relying party wants of a token.
#[derive(serde::Deserialize)]
struct PeerClaims {
    sub: String,
    #[expect(dead_code, reason = "decoded like the others")]
    email: String,
    #[expect(dead_code, reason = "decoded like the others")]
    scope: String,
}

pub(crate) struct Material {
    keys: String,
    tokens: Vec<String>,
}

impl Material {
    pub(crate) fn new() -> Self {
        let mut rng = Rng::from_seed(759);
        let issuers: Vec<RsaIssuer> = ["key-2026-09", "key-2026-10", "key-2026-11"]
            .iter()
            .map(|kid| RsaIssuer::generate(&mut rng, 2048, Some(kid)).expect("a key"))
            .collect();
        let token = |index: usize| {
            let issuer = &issuers[1];
            let claims = Object::new()
                .with("iss", ISSUER)
                .with("aud", AUDIENCE)
                .with("sub", format!("user-{index:08}"))
                .with("iat", NOW - 10)
                .with("exp", NOW + 300)
                .with("email", format!("user-{index:08}@example.com"))
                .with("scope", "openid email profile")
                .with("amr", Value::Array(vec!["token".into()]));
            let header = issuer.header(Algorithm::Rs256).with("typ", "JWT");
            let payload = claims.to_string();
            let token = issuer.sign(&header, payload.as_bytes(), Algorithm::Rs256).expect("RSA");
            // One of them is altered.
            if index == CASES / 2 { alter(token) } else { token }
        };
        let jwks = jwk_set(&issuers.iter().map(|issuer| issuer.jwk()).collect::<Vec<_>>());
        Self { keys: jwks.to_string(), tokens: (0..CASES).map(token).collect() }
    }

    pub(crate) fn race(&self) -> Race<'_> {
        let valid = (0..CASES).map(|index| index != CASES / 2).collect();
        let contenders = vec![self.jsonwebtoken(), self.one_by_one(), self.batch()];
        let name = format!("whole token, {} characters", self.tokens[0].len());
        Race { name, valid, contenders }
    }

    fn jsonwebtoken(&self) -> Contender<'_> {
        let keys: PeerSet = serde_json::from_str(&self.keys).expect("a key set");
        let keys: Vec<(String, DecodingKey)> = keys
            .keys
            .iter()
            .map(|jwk| {
                let kid = jwk.common.key_id.clone().expect("a kid");
                (kid, DecodingKey::from_jwk(jwk).expect("a usable key"))
            })
            .collect();
        let mut validation = Validation::new(jsonwebtoken::Algorithm::RS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.leeway = 0;
        Contender::new("jsonwebtoken 11, aws-lc-rs", move |verdicts| {
            verdicts.extend(black_box(&self.tokens).iter().map(|token| {
                let Ok(header) = decode_header(token) else { return false };
                let Some((_, key)) = keys.iter().find(|(kid, _)| Some(kid) == header.kid.as_ref())
                else {
                    return false;
                };
                decode::<PeerClaims>(token, key, &validation)
                    .is_ok_and(|data| data.claims.sub.starts_with("user-"))
            }));
        })
    }

    fn verifier(&self) -> jws::Verifier {
        let keys = JwkSet::parse(self.keys.as_bytes(), &Limits::default()).expect("a key set");
        jws::Verifier::new(keys, Policy::default())
    }

    fn expected() -> jws::Expected {
        jws::Expected::new().issuer(ISSUER).audience(AUDIENCE)
    }

    fn one_by_one(&self) -> Contender<'_> {
        let (verifier, expected, at) = (self.verifier(), Self::expected(), now());
        Contender::new("countersign, one by one", move |verdicts| {
            verdicts.extend(
                black_box(&self.tokens)
                    .iter()
                    .map(|token| wanted(&verifier.verify(token.as_bytes(), &expected, at))),
            );
        })
    }

    fn batch(&self) -> Contender<'_> {
        let (verifier, expected, at) = (self.verifier(), Self::expected(), now());
        Contender::new("countersign, batch", move |verdicts| {
            let items: Vec<Item<'_, jws::Expected>> = black_box(&self.tokens)
                .iter()
                .map(|token| Item { input: token.as_bytes(), expected: &expected, at })
                .collect();
            verdicts.extend(verifier.verify_batch(&items).iter().map(wanted));
        })
    }
}

/// Reads the same claims as the peer.
fn wanted(verified: &Result<jws::Verified, countersign::Error>) -> bool {
    let Some(claims) = verified.as_ref().ok().and_then(|verified| verified.claims()) else {
        return false;
    };
    let text = |name| claims.string("payload", name);
    text("email").is_ok()
        && text("scope").is_ok()
        && text("sub").is_ok_and(|sub| sub.starts_with("user-"))
}

fn now() -> At {
    Time::from_unix(NOW).expect("in range").into()
}

fn alter(token: String) -> String {
    let mut bytes = token.into_bytes();
    let place = bytes.len() - 100;
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).expect("ASCII")
}
