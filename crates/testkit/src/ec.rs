//! An issuer with a P-256 key.

use core::fmt;

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};

use super::issuer::{IssueError, Issuer};
use super::rng::Rng;
use countersign::Algorithm;
use countersign::encoding::base64;
use countersign::encoding::json::Object;

/// Signs ES256 with a P-256 key (FIPS 186-5), deterministically ([RFC 6979]).
///
/// ```
/// use countersign_testkit::{EcIssuer, Issuer, Rng};
/// use countersign::{Algorithm, Limits, jose::Jwk};
///
/// let issuer = EcIssuer::generate(&mut Rng::from_seed(7), None);
/// let signature = issuer.sign_raw(b"message", Algorithm::Es256).unwrap();
/// assert!(issuer.sign_raw(b"message", Algorithm::Rs256).is_err());
///
/// let key = Jwk::parse(issuer.jwk().to_string().as_bytes(), &Limits::default())?;
/// assert_eq!(key.key().verify(Algorithm::Es256, &[b"message"], &signature), Ok(()));
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// [RFC 6979]: https://www.rfc-editor.org/rfc/rfc6979
#[derive(Clone)]
pub struct EcIssuer {
    key: SigningKey,
    kid: Option<String>,
}

impl EcIssuer {
    /// Makes a key.
    #[must_use]
    pub fn generate(rng: &mut Rng, kid: Option<&str>) -> Self {
        loop {
            // Zero and numbers from the group's order on are no keys; they come once in 2^32.
            if let Ok(issuer) = Self::from_secret_scalar(&rng.bytes(), kid) {
                return issuer;
            }
        }
    }

    /// Makes an issuer of its private number, big-endian.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] for zero and for numbers from the group's order on.
    pub fn from_secret_scalar(d: &[u8; 32], kid: Option<&str>) -> Result<Self, IssueError> {
        let key = SigningKey::from_slice(d).map_err(|_| IssueError::Key)?;
        Ok(Self { key, kid: kid.map(Into::into) })
    }
}

impl Issuer for EcIssuer {
    fn jwk(&self) -> Object<'static> {
        let point = self.key.verifying_key().to_sec1_point(false);
        // 04 || X || Y
        let (_, coordinates) = point.as_bytes().split_at_checked(1).unwrap_or_default();
        let (x, y) = coordinates.split_at_checked(32).unwrap_or_default();
        let jwk = Object::new()
            .with("kty", "EC")
            .with("crv", "P-256")
            .with("x", base64::encode_url(x))
            .with("y", base64::encode_url(y));
        match &self.kid {
            Some(kid) => jwk.with("kid", kid.to_string()),
            None => jwk,
        }
    }

    fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    fn sign_raw(&self, message: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, IssueError> {
        if algorithm != Algorithm::Es256 {
            return Err(IssueError::Algorithm);
        }
        let signature: Signature = self.key.sign(message);
        Ok(signature.to_bytes().to_vec())
    }
}

impl fmt::Debug for EcIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcIssuer").field("kid", &self.kid).finish_non_exhaustive()
    }
}
