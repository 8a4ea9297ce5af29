//! Keys that come with a certificate: `x5c` of a JWK (RFC 7517 section 4.7), PEM certificates, and
//! when such a key counts.

use alloc::format;
use alloc::vec::Vec;

use super::jwk::{Jwk, JwkSet, PART};
use crate::crypto::{PublicKey, sha1};
use crate::encoding::base64;
use crate::encoding::json::{Object, Value};
use crate::error::{Error, KeyFault};
use crate::limits::Limits;
use crate::report::{Check, Trail};
use crate::time::{Leeway, Time};
use crate::x509::{Certificate, Modulus};

/// The check of certificates as keys.
impl Check {
    /// The key's certificate is valid at the verification time.
    pub const KEY_CERTIFICATE: Self = Self::new("key-certificate", "RFC 5280 §4.1.2.5");
}

/// The thumbprints of a certificate by which a token can mean its key (RFC 7515 sections 4.1.7 and
/// 4.1.8). They select among the verifier's own keys, and prove nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) x5t: Option<[u8; 20]>,
    pub(super) x5t_s256: Option<[u8; 32]>,
}

impl Marks {
    pub(super) fn of(certificate: &Certificate) -> Self {
        Self { x5t: Some(sha1(certificate.der())), x5t_s256: Some(*certificate.sha256()) }
    }

    /// Reads what a header or a JWK without `x5c` states. What is no thumbprint selects nothing.
    pub(super) fn stated(object: &Object<'_>) -> Self {
        Self { x5t: digest(object, "x5t"), x5t_s256: digest(object, "x5t#S256") }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.x5t.is_none() && self.x5t_s256.is_none()
    }

    /// Tells whether a token with these thumbprints means a key with those. Of SHA-256 and SHA-1,
    /// the former decides where both sides state it.
    pub(super) fn mean(&self, key: &Self) -> bool {
        match (self.x5t_s256, key.x5t_s256) {
            (Some(token), Some(key)) => token == key,
            _ => self.x5t.is_some() && self.x5t == key.x5t,
        }
    }
}

fn digest<const N: usize>(object: &Object<'_>, member: &str) -> Option<[u8; N]> {
    let text = object.member(member)?.as_str()?;
    base64::decode_url(text.as_bytes()).ok()?.try_into().ok()
}

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
    let read = |der: &Vec<u8>| Certificate::from_der_with(der, Modulus::Strict, limits).ok();
    let first = ders.first().and_then(read);
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
pub(crate) const NO_TIME: &str = "nothing says when it was issued";

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
