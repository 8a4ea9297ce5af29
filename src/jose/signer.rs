//! When a key that came with a certificate counts: the dates of the certificate.

use alloc::format;
use alloc::vec::Vec;

use super::jwk::{Jwk, JwkSet};
use crate::report::{Check, Trail};
use crate::time::{Leeway, Time};

/// The check of certificates as keys.
impl Check {
    /// The key's certificate is valid at the time of judgement.
    pub const KEY_CERTIFICATE: Self = Self::new("key-certificate", "RFC 5280 §4.1.2.5");
}

/// The key that was chosen, and the set that it was chosen from.
#[derive(Clone, Copy)]
pub(crate) struct Signer<'k> {
    pub(crate) key: &'k Jwk,
    pub(crate) keys: &'k JwkSet,
}

/// Judges the dates of the certificate that the one key came from that a token can mean. Nothing is
/// recorded of a key that came without one.
///
/// Returns the check if there is no time to judge at: the artefact is judged as at its own time, and
/// does not state it.
pub(crate) fn check_certificate(
    trail: &mut Trail,
    signer: Option<Signer<'_>>,
    at: Option<Time>,
    leeway: Leeway,
) -> Option<Check> {
    let Signer { key, keys } = signer.filter(|signer| signer.key.validity().is_some())?;
    let Some(at) = at else { return Some(Check::KEY_CERTIFICATE) };
    check_certificates(trail, key, keys.twins(key), at, leeway);
    None
}

/// Why a check of times is skipped.
pub(crate) const NO_TIME: &str = "time of issue is unknown";

/// Judges the dates of the certificates that a key came from, among those that a token can mean. A
/// renewed certificate of the same key, or the bare key, given beside it is as good.
pub(crate) fn check_certificates<'k>(
    trail: &mut Trail,
    key: &Jwk,
    meant: impl Iterator<Item = &'k Jwk>,
    at: Time,
    leeway: Leeway,
) {
    let same = meant.filter(|other| other.key() == key.key()).map(Jwk::validity);
    let Some(validities) = same.collect::<Option<Vec<_>>>() else {
        trail.skip(Check::KEY_CERTIFICATE, "key is not from a certificate");
        return;
    };
    let mut first = None;
    for validity in validities {
        let (start, end) = (validity.not_before, validity.not_after);
        match validity.check(at, leeway) {
            Ok(()) => {
                let detail = || format!("valid from {start} to {end}, judged at {at}");
                return trail.pass(Check::KEY_CERTIFICATE, detail);
            }
            Err(error) => first.get_or_insert(error),
        };
    }
    if let Some(error) = first {
        trail.fail(Check::KEY_CERTIFICATE, error);
    }
}
