//! Whole tokens, from bytes to typed claims: a key set of three keys, RS256 with 2048 bits, and
//! about as many claims as an identity provider sends.

use countersign::encoding::json::{Object, Value};
use countersign::jose::{CompactJws, JwkSet, jws};
use countersign::{Algorithm, At, Item, Limits, Policy, Time, sha256};
use countersign_kernels::rsa::{Pkcs1Item, verify_pkcs1_batch};
use countersign_kernels::{Hash, Kernel};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer, jwk_set};
use jsonwebtoken::jwk::JwkSet as PeerSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

use crate::race::{Contender, Kind, Race, Title};

// Names of those whom a goal is about.
pub(crate) const JSONWEBTOKEN: &str = "jsonwebtoken 11, aws-lc-rs";
pub(crate) const BATCH: &str = "countersign, batch";
pub(crate) const RSA_ALONE: &str = "countersign, batch: RSA alone";

const CASES: usize = 64;
const BITS: usize = 2048;
const NOW: i64 = 1_800_000_000;
/// The year 2100: `jsonwebtoken` judges by the system's clock.
const EXPIRY: i64 = 4_102_444_800;
const ISSUER: &str = "https://identity.example/realms/main";
const AUDIENCE: &str = "5f3c1f0a-7a27-4c55-9d0e-0f6a1f1f7a10";
const KID: &str = "key-2026-10";

/// What a relying party wants of a token.
#[derive(serde::Deserialize)]
struct PeerClaims {
    sub: String,
    #[expect(dead_code, reason = "decoded like the others")]
    email: String,
    #[expect(dead_code, reason = "decoded like the others")]
    scope: String,
}

pub(crate) struct Case {
    token: String,
    /// What is left for RSA alone.
    digest: [u8; 32],
    signature: Vec<u8>,
}

impl Case {
    fn new(token: String) -> Self {
        let compact = CompactJws::parse(token.as_bytes(), &Limits::default()).expect("a token");
        let digest = sha256(compact.signing_input());
        let signature = compact.signature().to_vec();
        Self { token, digest, signature }
    }
}

pub(crate) struct Material {
    keys: String,
    valid: Vec<Case>,
    /// Signed with another key of the set.
    altered: Vec<Case>,
}

impl Material {
    pub(crate) fn new() -> Self {
        let mut rng = Rng::from_seed(759);
        let [first, issuer, last] = ["key-2026-09", KID, "key-2026-11"]
            .map(|kid| RsaIssuer::generate(&mut rng, BITS, Some(kid)).expect("a key"));
        let case = |signer: &RsaIssuer, index: usize| {
            let claims = Object::new()
                .with("iss", ISSUER)
                .with("aud", AUDIENCE)
                .with("sub", format!("user-{index:08}"))
                .with("iat", NOW - 10)
                .with("exp", EXPIRY)
                .with("email", format!("user-{index:08}@example.com"))
                .with("scope", "openid email profile")
                .with("amr", Value::Array(vec!["token".into()]));
            let header = issuer.header(Algorithm::Rs256).with("typ", "JWT");
            let payload = claims.to_string();
            Case::new(signer.sign(&header, payload.as_bytes(), Algorithm::Rs256).expect("RSA"))
        };
        Self {
            keys: jwk_set(&[first.jwk(), issuer.jwk(), last.jwk()]).to_string(),
            valid: (0..CASES).map(|index| case(&issuer, index)).collect(),
            altered: (0..CASES).map(|index| case(&last, index)).collect(),
        }
    }

    pub(crate) fn race(&self) -> Race<'_, Case> {
        let bytes = self.valid[0].token.len();
        let title = Title { kind: Kind::Token, bits: BITS, batch: CASES, bytes };
        let contenders =
            vec![self.jsonwebtoken(), self.one_by_one(), self.batch(), self.rsa_alone()];
        Race { title, valid: &self.valid, altered: &self.altered, contenders }
    }

    fn jsonwebtoken(&self) -> Contender<'_, Case> {
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
        Contender::each(JSONWEBTOKEN, move |case: &Case| {
            let Ok(header) = decode_header(&case.token) else { return false };
            let key = keys.iter().find(|(kid, _)| Some(kid) == header.kid.as_ref());
            key.is_some_and(|(_, key)| {
                decode::<PeerClaims>(&case.token, key, &validation)
                    .is_ok_and(|data| data.claims.sub.starts_with("user-"))
            })
        })
    }

    fn key_set(&self) -> JwkSet {
        JwkSet::parse(self.keys.as_bytes(), &Limits::default()).expect("a key set")
    }

    fn verifier(&self) -> jws::Verifier {
        jws::Verifier::new(self.key_set(), Policy::default())
    }

    fn one_by_one(&self) -> Contender<'_, Case> {
        let (verifier, expected, at) = (self.verifier(), expected(), now());
        Contender::each("countersign, one by one", move |case: &Case| {
            wanted(&verifier.verify(case.token.as_bytes(), &expected, at))
        })
    }

    fn batch(&self) -> Contender<'_, Case> {
        let (verifier, expected) = (self.verifier(), expected());
        Contender::together(BATCH, move |cases: &[Case], verdicts| {
            let items = items(cases, &expected);
            verdicts.extend(verifier.verify_batch(&items).iter().map(wanted));
        })
    }

    /// Not a contender for the tokens, but for what the rest of a token costs.
    fn rsa_alone(&self) -> Contender<'_, Case> {
        let keys = self.key_set();
        let key = keys.select(Some(KID)).expect("in the set").key().clone();
        let kernel = Kernel::detect();
        Contender::together(RSA_ALONE, move |cases: &[Case], verdicts| {
            let key = key.as_rsa().expect("an RSA key");
            let items: Vec<Pkcs1Item<'_>> = cases
                .iter()
                .map(|Case { digest, signature, .. }| Pkcs1Item {
                    key,
                    hash: Hash::Sha256,
                    digest,
                    signature,
                })
                .collect();
            verdicts.resize(cases.len(), false);
            verify_pkcs1_batch(kernel, &items, verdicts);
        })
    }

    /// Returns the allocations per token of a batch that are no part of its results: what another
    /// token adds, so that the vectors of the batch as a whole do not count.
    pub(crate) fn temporary_allocations(&self) -> f64 {
        let (verifier, expected) = (self.verifier(), expected());
        let temporary = |count: usize| {
            let items = items(&self.valid[..count], &expected);
            let mut results = Vec::new();
            let info = allocation_counter::measure(|| results = verifier.verify_batch(&items));
            assert!(results.iter().all(wanted));
            info.count_total as f64 - info.count_current as f64
        };
        (temporary(CASES) - temporary(CASES / 2)) / (CASES / 2) as f64
    }
}

fn expected() -> jws::Expected {
    jws::Expected::new(ISSUER, AUDIENCE)
}

fn items<'a>(cases: &'a [Case], expected: &'a jws::Expected) -> Vec<Item<'a, jws::Expected>> {
    let at = now();
    cases.iter().map(|case| Item { input: case.token.as_bytes(), expected, at }).collect()
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
