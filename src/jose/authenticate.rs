//! The first half of every token's verification: from bytes to an authentic payload.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Compact, Header, Jwk, JwkSet};
use crate::crypto::{Algorithm, Secret, mac};
use crate::error::{Error, KeyFault};
use crate::policy::{Policy, Rsa1024};
use crate::report::{Check, KeyInfo, Trail, Warning};

/// Where the keys of a verifier come from. No route leads from the one to the other: a public key
/// can never become an HMAC secret.
#[derive(Clone, Debug)]
pub(crate) enum KeySource {
    Public(JwkSet),
    Secret(Arc<Secret>),
}

impl KeySource {
    pub(crate) fn secret(secret: Secret) -> Result<Self, Error> {
        if secret.expose().len() < 32 {
            return Err(Error::KeyUnusable(KeyFault::ShortSecret));
        }
        Ok(Self::Secret(Arc::new(secret)))
    }
}

/// What [`authenticate`] read. It is authentic only if the trail saw no failure, which the trail's
/// owner decides.
pub(crate) struct Authentic {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) key: Option<KeyInfo>,
}

const UNREADABLE: &str = "token cannot be read";

const KEY_CHECKS: [Check; 4] = [Check::Key, Check::Algorithm, Check::KeySize, Check::Signature];

/// Checks structure, header, key, algorithm, key size and signature, in this order. A format that
/// has only one algorithm names it; otherwise the key alone decides.
///
/// Returns `None` where nothing further can be looked at: the token cannot be read, or the trail
/// needs no more than the first failure.
pub(crate) fn authenticate(
    trail: &mut impl Trail,
    token: &[u8],
    keys: &KeySource,
    format: Option<Algorithm>,
    policy: &Policy,
) -> Option<Authentic> {
    let limits = policy.limits();
    let compact = trail.record(Check::Structure, Compact::parse(token, limits), |compact| {
        let (payload, signature) = (compact.payload.len(), compact.signature().len());
        format!("{payload} bytes of payload, {signature} of signature")
    });
    let Some(compact) = compact else {
        trail.skip(Check::Header, UNREADABLE);
        trail.skip_all(&KEY_CHECKS, UNREADABLE);
        return None;
    };
    let header = trail.record(Check::Header, compact.header(limits), |header| {
        header.kid.as_ref().map_or_else(
            || format!("{}, no `kid`", header.algorithm),
            |kid| format!("{}, `kid` {}", header.algorithm, crate::error::shorten(kid)),
        )
    });
    let Some(header) = header else {
        trail.skip_all(&KEY_CHECKS, UNREADABLE);
        return None;
    };
    let key = match keys {
        KeySource::Public(keys) => check_public(trail, &compact, &header, keys, format, policy),
        KeySource::Secret(secret) => check_secret(trail, &compact, &header, secret),
    };
    trail.goes_on().then_some(Authentic { header, payload: compact.payload, key })
}

fn check_public(
    trail: &mut impl Trail,
    compact: &Compact<'_>,
    header: &Header,
    keys: &JwkSet,
    format: Option<Algorithm>,
    policy: &Policy,
) -> Option<KeyInfo> {
    let selected = keys.select(header.kid.as_deref());
    let Some(key) = trail.record(Check::Key, selected, |key| describe(key)) else {
        trail.skip_all(&[Check::Algorithm, Check::KeySize, Check::Signature], "no key");
        return None;
    };
    let info = key_info(key, key.algorithm());
    trail.key(|| info.clone());
    let token = header.algorithm;
    let required = match format {
        Some(format) if format != token => format,
        _ => key.algorithm(),
    };
    let fits =
        if token == required { Ok(()) } else { Err(Error::AlgorithmMismatch { token, required }) };
    trail.record(Check::Algorithm, fits, |()| format!("key is bound to {required}"));
    if format.is_none() {
        trail.hint(|| algorithm_hint(token, key));
    }
    check_key_size(trail, key, policy);
    if token != required {
        trail.skip(Check::Signature, "algorithm is not the key's");
        return Some(info);
    }
    if !trail.goes_on() {
        return None;
    }
    let (message, signature) = (&[compact.signing_input()], compact.signature());
    let result = key.key().verify(required, message, signature);
    let failed = result.is_err();
    trail.record(Check::Signature, result, |()| format!("{required} over the first two parts"));
    trail.cite(required.reference());
    if failed {
        trail.hint(|| {
            signature_hint(keys, |key| key.key().verify(required, message, signature).is_ok())
        });
    }
    Some(info)
}

fn check_secret(
    trail: &mut impl Trail,
    compact: &Compact<'_>,
    header: &Header,
    secret: &Secret,
) -> Option<KeyInfo> {
    let required = Algorithm::Hs256;
    let token = header.algorithm;
    trail.pass(Check::Key, || "secret given by hand".into());
    let info = KeyInfo { kid: None, algorithm: required, bits: None, thumbprint: None };
    trail.key(|| info.clone());
    if token != required {
        trail.fail(Check::Algorithm, Error::AlgorithmMismatch { token, required });
        trail.skip(Check::Signature, "algorithm is not the key's");
        return Some(info);
    }
    trail.pass(Check::Algorithm, || format!("secret is bound to {required}"));
    let result = mac::verify_hs256(secret, &[compact.signing_input()], compact.signature());
    trail.record(Check::Signature, result, |()| format!("{required} over the first two parts"));
    trail.cite(required.reference());
    Some(info)
}

/// Checks RSA sizes against the policy: 2048 bits and more, or exactly 1024 by opt-in.
pub(crate) fn check_key_size(trail: &mut impl Trail, key: &Jwk, policy: &Policy) {
    let Some(rsa) = key.key().as_rsa() else {
        trail.pass(Check::KeySize, || "P-256".into());
        return;
    };
    let bits = rsa.bits();
    let result = match (bits, policy.rsa_1024()) {
        (2048.., _) | (1024, Rsa1024::Allow) => Ok(()),
        _ => Err(Error::KeyTooSmall { bits }),
    };
    if bits == 1024 {
        match &result {
            Ok(()) => trail.warn(Warning::Rsa1024),
            Err(_) => trail.hint(|| {
                Some("a 1024-bit key needs an opt-in: `Rsa1024::Allow`, `--allow-rsa-1024`".into())
            }),
        }
    }
    if rsa.exponent() < 65_537 {
        trail.warn(Warning::SmallExponent);
    }
    trail.record(Check::KeySize, result, |()| format!("{bits} bits"));
}

/// Tells which key of the set does fit, for operators.
pub(crate) fn signature_hint(keys: &JwkSet, fits: impl Fn(&Jwk) -> bool) -> Option<String> {
    let key = keys.keys().iter().find(|key| fits(key))?;
    Some(format!("signature fits another key of the set: {}", describe(key)))
}

fn algorithm_hint(token: Algorithm, key: &Jwk) -> Option<String> {
    (token != key.algorithm()
        && key.declared_algorithm().is_none()
        && key.key().fits(token).is_ok())
    .then(|| {
        format!("the key states no `alg`; to verify {token} with it, add `\"alg\":\"{token}\"`")
    })
}

pub(crate) fn key_info(key: &Jwk, algorithm: Algorithm) -> KeyInfo {
    KeyInfo {
        kid: key.kid().map(ToString::to_string),
        algorithm,
        bits: Some(key.key().bits()),
        thumbprint: Some(key.thumbprint().to_string()),
    }
}

pub(crate) fn describe(key: &Jwk) -> String {
    let bits = key.key().bits();
    let name = if key.key().as_rsa().is_some() { "RSA" } else { "EC P-256" };
    key.kid().map_or_else(
        || format!("{name}, {bits} bits, thumbprint {}", key.thumbprint()),
        |kid| format!("{}: {name}, {bits} bits", crate::error::shorten(kid)),
    )
}
