//! Public keys, checked and prepared when they are made.

use alloc::sync::Arc;
use core::fmt;

use countersign_kernels::rsa::{RsaKeyError, RsaPublicKey};
use countersign_kernels::{Hash, p256};

use super::algorithm::Algorithm;
use super::work;
use crate::error::{Error, KeyFault};

/// A public key with checked parameters, prepared for verification. Cloning is cheap.
///
/// Checked on creation: RSA modulus odd, 1024 to 8192 bits, no ROCA fingerprint; exponent odd and 3
/// ≤ e < 2^33; P-256 point on the curve. *Not* checked: where the key comes from, and whether a
/// policy requires more bits.
///
/// ```
/// use countersign::{Code, PublicKey};
///
/// // An even modulus has no private key worth the name.
/// let even = PublicKey::rsa(&[0xfe; 256], &[1, 0, 1]);
/// assert_eq!(even.unwrap_err().code(), Code::KeyUnusable);
/// // (1, 1) is not on P-256.
/// let mut one = [0; 32];
/// one[31] = 1;
/// assert_eq!(PublicKey::p256(&one, &one).unwrap_err().code(), Code::PointNotOnCurve);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Material);

#[derive(Clone, PartialEq, Eq)]
enum Material {
    Rsa(Arc<RsaPublicKey>),
    P256(Arc<p256::PublicKey>),
}

impl PublicKey {
    /// Makes an RSA key from its modulus and exponent, both big-endian.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooSmall`] below 1024 bits, [`Error::KeyUnusable`] for the other checks.
    pub fn rsa(n: &[u8], e: &[u8]) -> Result<Self, Error> {
        let key = RsaPublicKey::new(n, e).map_err(|error| match error {
            RsaKeyError::EvenModulus => Error::KeyUnusable(KeyFault::EvenModulus),
            RsaKeyError::ExponentOutOfRange => Error::KeyUnusable(KeyFault::Exponent),
            RsaKeyError::TooSmall { bits } => Error::KeyTooSmall { bits },
            RsaKeyError::TooLarge { .. } => Error::KeyUnusable(KeyFault::TooLarge),
            RsaKeyError::Roca => Error::KeyUnusable(KeyFault::Roca),
        })?;
        work::key();
        Ok(Self(Material::Rsa(Arc::new(key))))
    }

    /// Makes a P-256 key from its affine coordinates, big-endian.
    ///
    /// # Errors
    ///
    /// [`Error::PointNotOnCurve`] if the coordinates are not below the field's prime, or not on the
    /// curve.
    pub fn p256(x: &[u8; 32], y: &[u8; 32]) -> Result<Self, Error> {
        let key = p256::PublicKey::from_coordinates(x, y).map_err(|_| Error::PointNotOnCurve)?;
        Ok(Self(Material::P256(Arc::new(key))))
    }

    /// Returns the bits of the RSA modulus, or of the curve's field.
    #[must_use]
    pub fn bits(&self) -> usize {
        match &self.0 {
            Material::Rsa(key) => key.bits(),
            Material::P256(_) => 256,
        }
    }

    /// Returns the RSA key, or `None` for another type.
    #[must_use]
    pub fn as_rsa(&self) -> Option<&RsaPublicKey> {
        match &self.0 {
            Material::Rsa(key) => Some(key),
            Material::P256(_) => None,
        }
    }

    /// Returns the P-256 key, or `None` for another type.
    pub(super) fn as_p256_key(&self) -> Option<&p256::PublicKey> {
        match &self.0 {
            Material::Rsa(_) => None,
            Material::P256(key) => Some(key),
        }
    }

    /// Returns the affine coordinates of a P-256 key, or `None` for another type.
    pub(crate) fn as_p256(&self) -> Option<([u8; 32], [u8; 32])> {
        self.as_p256_key().map(|key| (*key.x(), *key.y()))
    }

    /// Returns the algorithm that a key of this type is bound to where nothing else is said.
    pub(crate) const fn default_algorithm(&self) -> Algorithm {
        match &self.0 {
            Material::Rsa(_) => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
        }
    }

    /// Tells whether [RFC 7518] defines the algorithm for this type of key.
    ///
    /// [RFC 7518]: https://www.rfc-editor.org/rfc/rfc7518
    pub(crate) const fn fits(&self, algorithm: Algorithm) -> Result<(), Error> {
        let fits = match &self.0 {
            Material::Rsa(_) => algorithm.pkcs1_hash().is_some() || algorithm.pss_hash().is_some(),
            Material::P256(_) => matches!(algorithm, Algorithm::Es256),
        };
        if fits { Ok(()) } else { Err(Error::KeyUnusable(KeyFault::AlgorithmKeyType)) }
    }

    /// Returns what one check of a signature costs, in checks of RSA with 2048 bits and the usual
    /// exponent.
    pub(crate) fn effort(&self) -> usize {
        /// An upper bound, as limits count it; a key that is seen for the first time costs about two.
        const P256: usize = 12;
        match &self.0 {
            Material::Rsa(key) => key.effort(),
            Material::P256(_) => P256,
        }
    }

    /// Checks a signature's length, and that its numbers are in range ([RFC 8017 §5.2.2], RFC
    /// 7518 section 3.4), before any backend does.
    ///
    /// [RFC 8017 §5.2.2]: https://www.rfc-editor.org/rfc/rfc8017#section-5.2.2
    pub(crate) fn is_in_range(&self, signature: &[u8]) -> bool {
        match &self.0 {
            // Of one length, big-endian numbers are ordered as their bytes.
            Material::Rsa(key) => signature.len() == key.size() && signature < key.modulus(),
            Material::P256(_) => p256::Signature::from_bytes(signature).is_ok(),
        }
    }

    pub(super) fn verify_natively(
        &self,
        algorithm: Algorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> bool {
        work::hashed(message.iter().map(|part| part.len()).sum());
        match &self.0 {
            Material::Rsa(key) => {
                let mut digest = [0; 64];
                let verdict = match (algorithm.pkcs1_hash(), algorithm.pss_hash()) {
                    (Some(hash), _) => {
                        key.verify_pkcs1(hash, hash.digest(message, &mut digest), signature)
                    }
                    (None, Some(hash)) => {
                        key.verify_pss(hash, hash.digest(message, &mut digest), signature)
                    }
                    (None, None) => return false,
                };
                verdict.is_ok()
            }
            Material::P256(key) => {
                let mut digest = [0; 64];
                let digest = Hash::Sha256.digest(message, &mut digest).first_chunk();
                match (digest, p256::Signature::from_bytes(signature)) {
                    (Some(digest), Ok(signature)) => key.verify_prehash(digest, &signature).is_ok(),
                    _ => false,
                }
            }
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.0 {
            Material::Rsa(_) => "RSA",
            Material::P256(_) => "P-256",
        };
        write!(f, "PublicKey({name}, {} bits)", self.bits())
    }
}
