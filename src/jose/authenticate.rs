//! The first half of every token's verification: from bytes to an authentic payload.
//!
//! It comes in two steps, [`open`] and [`authenticate`], so that the signatures of many tokens can be
//! checked together between them.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::selection::Meant;
use super::source::Published;
use super::{
    compact::CompactJws, compact::Header, jwk::Jwk, jwk::JwkSet, signer::Signer, source::Keys,
};
use crate::crypto::{Algorithm, Job, Secret, SignatureBackend, mac};
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::report::{Check, Finding, KeyInfo, Trail, Warning};
use crate::x509::check_key_size;

/// The last header that was parsed. Tokens of one issuer repeat it to the byte, and a header is
/// decided by nothing but its bytes.
#[derive(Default)]
pub(crate) struct HeaderCache(Option<LastHeader>);

struct LastHeader {
    text: Vec<u8>,
    header: Arc<Header>,
    /// What a report says of it, once there was one.
    described: Option<Arc<str>>,
}

impl HeaderCache {
    fn parse(&mut self, compact: &CompactJws<'_>, limits: &Limits) -> Result<Arc<Header>, Error> {
        match &self.0 {
            Some(last) if last.text == compact.header_bytes() => Ok(Arc::clone(&last.header)),
            _ => {
                let header = Arc::new(compact.header(limits)?);
                let (text, last) = (compact.header_bytes().to_vec(), Arc::clone(&header));
                self.0 = Some(LastHeader { text, header: last, described: None });
                Ok(header)
            }
        }
    }

    /// Describes a header, which is usually the last one that was parsed.
    fn describe(&mut self, header: &Arc<Header>) -> Finding {
        match &mut self.0 {
            Some(last) if Arc::ptr_eq(&last.header, header) => {
                Arc::clone(last.described.get_or_insert_with(|| describe_header(header).into()))
                    .into()
            }
            _ => describe_header(header).into(),
        }
    }
}

fn describe_header(header: &Header) -> String {
    header.kid.as_ref().map_or_else(
        || format!("{}, no `kid`", header.algorithm),
        |kid| format!("{}, `kid` {}", header.algorithm, crate::error::shorten(kid)),
    )
}

/// A token up to its signature: everything before it was checked and recorded.
pub(crate) struct Opened<'t, 'k> {
    compact: CompactJws<'t>,
    header: Arc<Header>,
    /// The key, unless none was found; whether it can be tried is up to its algorithm.
    key: Option<ChosenKey<'k>>,
    backend: SignatureBackend,
    attempts: Attempts,
}

enum ChosenKey<'k> {
    /// A key with the algorithm that it is bound to, and whether that is the token's.
    Public {
        key: &'k Jwk,
        keys: &'k JwkSet,
        bound: Algorithm,
        algorithm: Result<(), ()>,
    },
    Secret {
        secret: &'k Secret,
        algorithm: Result<(), ()>,
    },
}

/// What was read from a token. It is authentic only if the trail saw no failure, which the trail's
/// owner decides.
pub(crate) struct Authentic<'k> {
    pub(crate) header: Arc<Header>,
    pub(crate) payload: Vec<u8>,
    pub(crate) key: Option<KeyInfo>,
    /// The public key that was chosen, whose certificate may be judged.
    pub(crate) signer: Option<Signer<'k>>,
}

const UNREADABLE: &str = "token cannot be read";

const KEY_CHECKS: [Check; 4] = [Check::KEY, Check::ALGORITHM, Check::KEY_SIZE, Check::SIGNATURE];

/// Checks structure, header, key, algorithm and key size, in this order. A format that has only one
/// algorithm names it; otherwise the key alone decides.
///
/// Returns `None` where nothing further can be looked at: the token cannot be read, or the trail
/// needs no more than the first failure.
pub(crate) fn open<'t, 'k>(
    trail: &mut Trail,
    cache: &mut HeaderCache,
    token: Cow<'t, [u8]>,
    keys: &'k Keys,
    format: Option<Algorithm>,
    policy: &Policy,
) -> Option<Opened<'t, 'k>> {
    let limits = policy.limits();
    let compact = trail.record(Check::STRUCTURE, CompactJws::from_cow(token, limits), |compact| {
        Finding::parts(compact.payload().len(), compact.signature().len())
    });
    let Some(compact) = compact else {
        trail.skip(Check::HEADER, UNREADABLE);
        trail.skip_all(&KEY_CHECKS, UNREADABLE);
        return None;
    };
    let header = cache.parse(&compact, limits);
    let header = trail.record(Check::HEADER, header, |header| cache.describe(header));
    let Some(header) = header else {
        trail.skip_all(&KEY_CHECKS, UNREADABLE);
        return None;
    };
    let key = match keys {
        Keys::Secret(secret, published) => {
            if *published == Published::Yes {
                trail.warn(Warning::PublishedKey);
            }
            Some(choose_secret(trail, &header, secret))
        }
        keys => choose_public(trail, &header, keys.set(), format, policy),
    };
    let attempts = Attempts::new(limits, compact.token_bytes());
    let backend = policy.backend();
    trail.goes_on().then_some(Opened { compact, header, key, backend, attempts })
}

impl Opened<'_, '_> {
    /// Returns the signature to be verified with a public key, if there is one.
    pub(crate) fn job(&self) -> Option<Job<'_>> {
        match &self.key {
            Some(ChosenKey::Public { key, bound, algorithm: Ok(()), .. }) => Some(Job {
                key: key.key(),
                algorithm: *bound,
                message: self.compact.signing_input(),
                signature: self.compact.signature(),
                backend: self.backend,
            }),
            _ => None,
        }
    }
}

/// Records what became of the signature; `verified` is the result of [`Opened::job`].
pub(crate) fn authenticate<'k>(
    trail: &mut Trail,
    opened: Opened<'_, 'k>,
    verified: Option<Result<(), Error>>,
) -> Option<Authentic<'k>> {
    const NOT_ITS_ALGORITHM: &str = "algorithm does not match the key's";
    let Opened { compact, header, key, backend, mut attempts } = opened;
    let detail = |algorithm| move |(): &()| Finding::signed(algorithm);
    let (input, signature) = (compact.signing_input(), compact.signature());
    let signer = match &key {
        Some(ChosenKey::Public { key, keys, .. }) => Some(Signer { key, keys }),
        _ => None,
    };
    let info = match key {
        None => None,
        Some(ChosenKey::Public { key, keys, bound: required, algorithm }) => {
            match (verified, algorithm) {
                (None, Err(())) => trail.skip(Check::SIGNATURE, NOT_ITS_ALGORITHM),
                // There was a signature to verify, and nobody did.
                (None, Ok(())) => trail.fail(Check::SIGNATURE, Error::Defect),
                (Some(result), _) => {
                    let failed = result.is_err();
                    trail.record(Check::SIGNATURE, result, detail(required));
                    trail.cite(required.reference());
                    if failed {
                        let (key, message) = (key.key(), input);
                        let job = Job { key, algorithm: required, message, signature, backend };
                        attempts.owe(&job);
                        trail.hint(|| signature_hint(keys, &mut attempts, &job, |_| false));
                    }
                }
            }
            Some(key.info(required))
        }
        Some(ChosenKey::Secret { algorithm: Err(()), .. }) => {
            trail.skip(Check::SIGNATURE, NOT_ITS_ALGORITHM);
            None
        }
        Some(ChosenKey::Secret { secret, algorithm: Ok(()) }) => {
            let result = mac::verify_hs256(secret, &[input], signature);
            trail.record(Check::SIGNATURE, result, detail(Algorithm::Hs256));
            trail.cite(Algorithm::Hs256.reference());
            Some(SECRET_INFO)
        }
    };
    let payload = compact.into_payload();
    trail.goes_on().then_some(Authentic { header, payload, key: info, signer })
}

fn choose_public<'k>(
    trail: &mut Trail,
    header: &Header,
    keys: Result<&'k JwkSet, Error>,
    format: Option<Algorithm>,
    policy: &Policy,
) -> Option<ChosenKey<'k>> {
    let kid = header.kid.as_deref();
    let meant = Meant { kid, algorithm: Some(header.algorithm), marks: header.marks };
    let selected = keys.clone().and_then(|keys| {
        trail.key_set(keys.info());
        let selected = keys.find(&meant);
        if let (Err(Error::UnknownKey), Some(kid)) = (&selected, kid) {
            trail.missing_kid(kid);
        }
        Ok((selected?, keys))
    });
    let failed = selected.as_ref().err().cloned();
    let Some((key, keys)) = trail.record(Check::KEY, selected, |(key, _)| describe(key)) else {
        trail.hint(|| keys.ok()?.hint(&meant, &failed?));
        trail.skip_all(&[Check::ALGORITHM, Check::KEY_SIZE, Check::SIGNATURE], "no key");
        return None;
    };
    let bound = key.algorithm_or(policy.algorithm()).unwrap_or(key.algorithm());
    trail.key(|| key.info(bound));
    warn_of_writing(trail, key);
    let token = header.algorithm;
    let required = match format {
        Some(format) if format != token => format,
        _ => bound,
    };
    let algorithm = check_algorithm(trail, token, required);
    if format.is_none() {
        trail.hint(|| algorithm_hint(token, bound, key));
    }
    check_key_size(trail, key.key(), policy);
    Some(ChosenKey::Public { key, keys, bound, algorithm })
}

/// Says which keys there are, after none of this name was found, or more than one.
pub(crate) fn selection_hint(keys: &JwkSet, kid: Option<&str>, error: &Error) -> Option<String> {
    keys.hint(&Meant { kid, ..Meant::default() }, error)
}

/// Warns of what is known of a key, or of how it is written, and is no reason to refuse it.
pub(crate) fn warn_of_writing(trail: &mut Trail, key: &Jwk) {
    if key.is_published() {
        trail.warn(Warning::PublishedKey);
    }
    if key.has_leading_zero() {
        trail.warn(Warning::LeadingZero);
    }
}

const SECRET_INFO: KeyInfo =
    KeyInfo { kid: None, algorithm: Algorithm::Hs256, bits: None, thumbprint: None, set: None };

fn choose_secret<'k>(trail: &mut Trail, header: &Header, secret: &'k Secret) -> ChosenKey<'k> {
    trail.pass(Check::KEY, || "secret supplied by the caller");
    trail.key(|| SECRET_INFO);
    let algorithm = check_algorithm(trail, header.algorithm, Algorithm::Hs256);
    trail.pass(Check::KEY_SIZE, || "at least 32 bytes");
    ChosenKey::Secret { secret, algorithm }
}

fn check_algorithm(trail: &mut Trail, token: Algorithm, required: Algorithm) -> Result<(), ()> {
    let fits =
        if token == required { Ok(()) } else { Err(Error::AlgorithmMismatch { token, required }) };
    trail.record(Check::ALGORITHM, fits, |()| Finding::bound(required)).ok_or(())
}

/// What trying the keys of a set may still cost one message, in checks of RSA with 2048 bits.
///
/// A message pays for the checks with its own length, so that what one of its bytes can cost is
/// bounded, whatever the set.
#[derive(Clone, Copy)]
pub(crate) struct Attempts {
    left: usize,
    limit: usize,
}

impl Attempts {
    pub(crate) fn new(limits: &Limits, message_bytes: usize) -> Self {
        let limit = limits.checks_for(message_bytes).min(limits.key_attempts().into());
        Self { left: limit, limit }
    }

    /// Pays for a check that was made in any case.
    pub(crate) fn owe(&mut self, job: &Job<'_>) {
        if job.is_in_range() {
            self.left = self.left.saturating_sub(job.key.effort());
        }
    }

    /// Tells whether the key made the signature, if there is enough left to find out.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if there is not.
    pub(crate) fn try_key(&mut self, job: &Job<'_>) -> Result<bool, Error> {
        if !job.is_in_range() {
            return Ok(false);
        }
        let what = "cost of trying keys, in checks of RSA-2048,";
        let limit = self.limit;
        self.left =
            self.left.checked_sub(job.key.effort()).ok_or(Error::TooLarge { what, limit })?;
        Ok(job.verify().is_ok())
    }
}

/// Tells which key of the set does fit, for operators. No key is tried twice, and none for which
/// there is nothing left.
pub(crate) fn signature_hint(
    keys: &JwkSet,
    attempts: &mut Attempts,
    failed: &Job<'_>,
    tried: impl Fn(&Jwk) -> bool,
) -> Option<String> {
    let others = keys.keys().iter().filter(|key| key.key() != failed.key && !tried(key));
    for key in others {
        let job = Job { key: key.key(), ..*failed };
        if attempts.try_key(&job).ok()? {
            return Some(format!("signature fits another key of the set: {}", describe(key)));
        }
    }
    None
}

fn algorithm_hint(token: Algorithm, bound: Algorithm, key: &Jwk) -> Option<String> {
    let could_declare = key.declared_algorithm().is_none() && key.key().fits(token).is_ok();
    (token != bound && could_declare).then(|| {
        format!(
            "the key states no `alg`; if it is for {token}, use `--alg {token}`, \
             `Policy::with_algorithm`, or `\"alg\":\"{token}\"` in the key"
        )
    })
}

pub(crate) fn describe(key: &Jwk) -> Finding {
    let family = if key.key().as_rsa().is_some() { "RSA" } else { "EC P-256" };
    Finding::key(family, key.key().bits(), key.name())
}
