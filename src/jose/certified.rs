//! Keys that come with a certificate: `x5c` of a JWK (RFC 7517 section 4.7), PEM certificates, and
//! when such a key counts.

use alloc::format;
use alloc::vec::Vec;

use super::jwk::{Jwk, PART};
use super::x509::{Certificate, Modulus};
use crate::crypto::{PublicKey, sha1};
use crate::encoding::base64;
use crate::encoding::json::{Object, Value};
use crate::error::{Error, KeyFault};
use crate::limits::Limits;
use crate::report::{Check, Trail};
use crate::time::{Leeway, Time};

/// Reads the certificate of a JWK, if it has one, and compares it with the key.
///
/// Only the first element of `x5c` is read as a certificate: nothing is believed because of the
/// others, which only have to be base64.
pub(super) fn of_jwk(
    object: &Object<'_>,
    key: &PublicKey,
    limits: &Limits,
) -> Result<Option<Certificate>, Error> {
    let unusable = Error::KeyUnusable;
    let Some(member) = object.member("x5c") else { return Ok(None) };
    let texts = member.as_array().filter(|texts| texts.len() <= limits.chain_certificates().into());
    let ders: Option<Vec<Vec<u8>>> = texts.and_then(|texts| texts.iter().map(decode).collect());
    let ders = ders.ok_or(unusable(KeyFault::X5c))?;
    let first = ders.first();
    let first = first.and_then(|der| Certificate::from_der_with(der, Modulus::Strict, limits).ok());
    let certificate = first.ok_or(unusable(KeyFault::X5c))?;
    if certificate.key() != Ok(key) {
        return Err(unusable(KeyFault::X5cKey));
    }
    let sha1 = sha1(certificate.der());
    for (name, digest) in [("x5t", &sha1[..]), ("x5t#S256", certificate.sha256())] {
        let stated = object.optional_string(PART, name)?;
        if stated.is_some_and(|stated| stated != base64::encode_url(digest)) {
            return Err(unusable(KeyFault::X5t));
        }
    }
    certificate.may_sign()?;
    Ok(Some(certificate))
}

fn decode(text: &Value<'_>) -> Option<Vec<u8>> {
    base64::decode_standard(text.as_str()?.as_bytes()).ok()
}

/// Judges the dates of the certificate that the one key came from that a token can mean. Nothing is
/// recorded of a key that came without one.
pub(crate) fn check_certificate(
    trail: &mut impl Trail,
    key: Option<&Jwk>,
    at: Option<Time>,
    leeway: Leeway,
) {
    let Some(key) = key.filter(|key| key.validity().is_some()) else { return };
    match at {
        Some(at) => check_certificates(trail, key, core::iter::once(key), at, leeway),
        // Judged as at its own time, which it does not state.
        None => {
            let error = Error::MissingMember { part: "payload", member: "iat" };
            trail.fail(Check::KeyCertificate, error);
        }
    }
}

/// Judges the dates of the certificates that a key came from, among those that a token can mean. A
/// renewed certificate of the same key, or the bare key, given beside it is as good.
pub(crate) fn check_certificates<'k>(
    trail: &mut impl Trail,
    key: &Jwk,
    meant: impl Iterator<Item = &'k Jwk>,
    at: Time,
    leeway: Leeway,
) {
    let same = meant.filter(|other| other.key() == key.key()).map(Jwk::validity);
    let Some(validities) = same.collect::<Option<Vec<_>>>() else {
        trail.skip(Check::KeyCertificate, "key is not from a certificate");
        return;
    };
    let mut first = None;
    for validity in validities {
        let (start, end) = (validity.not_before, validity.not_after);
        match validity.check(at, leeway) {
            Ok(()) => {
                let detail = || format!("valid from {start} to {end}, judged at {at}");
                return trail.pass(Check::KeyCertificate, detail);
            }
            Err(error) => first.get_or_insert(error),
        };
    }
    if let Some(error) = first {
        trail.fail(Check::KeyCertificate, error);
    }
}
