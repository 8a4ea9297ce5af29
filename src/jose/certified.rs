//! Keys that come with a certificate: `x5c` of a JWK ([RFC 7517 §4.7]), PEM certificates, and
//! when such a key counts.
//!
//! [RFC 7517 §4.7]: https://www.rfc-editor.org/rfc/rfc7517#section-4.7

use alloc::vec::Vec;

use crate::crypto::{PublicKey, sha1};
use crate::encoding::base64;
use crate::encoding::json::{Object, Value};
use crate::error::{Error, KeyFault};
use crate::limits::Limits;
use crate::x509::{Certificate, NegativeModulus};

/// The thumbprints of a certificate by which a token can mean its key ([RFC 7515 §4.1.7] and
/// 4.1.8). They select among the verifier's own keys, and prove nothing.
///
/// [RFC 7515 §4.1.7]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.7
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
    let read =
        |der: &Vec<u8>| Certificate::from_der_with(der, NegativeModulus::Refuse, limits).ok();
    let first = ders.first().and_then(read);
    let certificate = first.ok_or(unusable(KeyFault::X5c))?;
    if certificate.key() != Ok(key) {
        return Err(unusable(KeyFault::X5cKey));
    }
    let sha1 = sha1(certificate.der());
    for (name, digest) in [("x5t", &sha1[..]), ("x5t#S256", certificate.sha256())] {
        let stated = object.optional_string("key", name)?;
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
