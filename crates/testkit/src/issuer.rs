//! Whoever signs tokens.

use core::fmt;

use countersign::encoding::base64;
use countersign::encoding::json::Object;
use countersign::{Algorithm, Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What an issuer cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssueError {
    /// The algorithm is not one of the key's type.
    Algorithm,
    /// The numbers or bytes make no private key.
    Key,
    /// The block to sign has not the length of the modulus, or is not below it.
    Block,
    /// The AES key cannot be derived from this secret.
    Derivation,
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "the key's type has no such algorithm",
            Self::Key => "not a private key",
            Self::Block => "block does not fit the modulus",
            Self::Derivation => "secret does not fit the key derivation",
        })
    }
}

impl core::error::Error for IssueError {}

/// Somebody who signs, and whose public key others know.
pub trait Issuer {
    /// Returns the public key as a JWK: type, parameters and the `kid`, if it has one.
    ///
    /// Add `alg`, `use` or whatever else is wanted with [`Object::with`].
    fn jwk(&self) -> Object<'static>;

    /// Returns the identifier of the key.
    fn kid(&self) -> Option<&str>;

    /// Signs a message; the same message has always the same signature.
    ///
    /// # Errors
    ///
    /// [`IssueError::Algorithm`] if the algorithm is not one of the key's type.
    fn sign_raw(&self, message: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, IssueError>;

    /// Returns a JWS header with `alg`, and with `kid` if the key has one.
    fn header(&self, algorithm: Algorithm) -> Object<'static> {
        let header = Object::new().with("alg", algorithm.name());
        match self.kid() {
            Some(kid) => header.with("kid", kid.to_string()),
            None => header,
        }
    }

    /// Signs a compact JWS ([RFC 7515 §7.1]). The header need not name the algorithm that is
    /// used.
    ///
    /// # Errors
    ///
    /// As [`sign_raw`](Self::sign_raw).
    ///
    /// [RFC 7515 §7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
    fn sign(
        &self,
        header: &Object<'_>,
        payload: &[u8],
        algorithm: Algorithm,
    ) -> Result<String, IssueError> {
        self.compact(header.to_string().as_bytes(), payload, algorithm)
    }

    /// Signs a compact JWS whose header is any bytes.
    ///
    /// # Errors
    ///
    /// As [`sign_raw`](Self::sign_raw).
    fn compact(
        &self,
        header: &[u8],
        payload: &[u8],
        algorithm: Algorithm,
    ) -> Result<String, IssueError> {
        let input = signing_input(header, payload);
        let signature = self.sign_raw(input.as_bytes(), algorithm)?;
        Ok(join(&input, &signature))
    }
}

/// Returns a compact JWS under HS256 ([RFC 7518 §3.2]). Short secrets are used as they are.
///
/// ```
/// use countersign::encoding::json::Object;
/// use countersign::jose::jws;
/// use countersign_testkit::hs256;
/// use countersign::{Policy, Secret, Time};
///
/// let secret = || Secret::new(vec![7; 32]);
/// let token = hs256(&secret(), &Object::new().with("alg", "HS256"), b"{}");
/// let verifier = jws::Verifier::with_secret(secret(), Policy::default())?;
/// let (any, now) = (jws::Expected::unbound().allow_no_expiry(), Time::from_unix(0).unwrap());
/// assert!(verifier.verify(token.as_bytes(), &any, now).is_ok());
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// [RFC 7518 §3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
#[must_use]
pub fn hs256(secret: &Secret, header: &Object<'_>, payload: &[u8]) -> String {
    let input = signing_input(header.to_string().as_bytes(), payload);
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose())
        .map(|mac| mac.chain_update(&input).finalize().into_bytes());
    join(&input, mac.as_deref().unwrap_or_default())
}

/// Returns what a JWS signs: both parts in base64url, and the dot between them.
///
/// ```
/// assert_eq!(countersign_testkit::signing_input(b"{}", b"?"), "e30.Pw");
/// ```
#[must_use]
pub fn signing_input(header: &[u8], payload: &[u8]) -> String {
    format!("{}.{}", base64::encode_url(header), base64::encode_url(payload))
}

/// Returns a compact JWS of its signing input and any bytes as signature.
///
/// ```
/// assert_eq!(countersign_testkit::join("e30.Pw", b"?"), "e30.Pw.Pw");
/// ```
#[must_use]
pub fn join(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", base64::encode_url(signature))
}
