//! The only module that names a cryptographic primitive or a backend crate.
//!
//! A [`PublicKey`] is checked and prepared once, when it is made. The RSA public operation is this
//! project's own, in `countersign-kernels`; everything else comes from the RustCrypto crates.

pub(crate) mod aead;
mod backend;
#[cfg(feature = "dvs-signature")]
pub(crate) mod bn254cx;
pub(crate) mod mac;
#[doc(hidden)]
pub mod primitives;
mod secret;
pub(crate) mod work;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use countersign_kernels::rsa::{Pkcs1Message, RsaKeyError, verify_pkcs1_messages};
use countersign_kernels::{Hash, Kernel};
use p256::ecdsa::signature::Verifier as _;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, KeyFault};

pub use backend::SignatureBackend;
pub use countersign_kernels::rsa::RsaPublicKey;
pub(crate) use countersign_kernels::rsa::modulus_bits;
pub use secret::Secret;

/// A signature algorithm of RFC 7518 section 3.1. There is no `none`.
///
/// ```
/// use countersign::Algorithm;
///
/// assert_eq!("RS256".parse(), Ok(Algorithm::Rs256));
/// assert!("rs256".parse::<Algorithm>().is_err());
/// assert!("none".parse::<Algorithm>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA using P-256 and SHA-256.
    Es256,
    /// HMAC using SHA-256, only with keys that the caller gives by hand.
    Hs256,
    /// RSASSA-PSS using SHA-256, MGF1 with SHA-256 and 32 bytes of salt.
    Ps256,
    /// RSASSA-PSS using SHA-384, MGF1 with SHA-384 and 48 bytes of salt.
    Ps384,
    /// RSASSA-PSS using SHA-512, MGF1 with SHA-512 and 64 bytes of salt.
    Ps512,
    /// RSASSA-PKCS1-v1_5 using SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 using SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 using SHA-512.
    Rs512,
}

impl Algorithm {
    /// Returns the name of RFC 7518.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    /// Returns the hash of RSASSA-PKCS1-v1_5, or `None` for another scheme.
    const fn pkcs1_hash(self) -> Option<Hash> {
        match self {
            Self::Rs256 => Some(Hash::Sha256),
            Self::Rs384 => Some(Hash::Sha384),
            Self::Rs512 => Some(Hash::Sha512),
            Self::Es256 | Self::Hs256 | Self::Ps256 | Self::Ps384 | Self::Ps512 => None,
        }
    }

    /// Returns the hash of RSASSA-PSS, or `None` for another scheme.
    const fn pss_hash(self) -> Option<Hash> {
        match self {
            Self::Ps256 => Some(Hash::Sha256),
            Self::Ps384 => Some(Hash::Sha384),
            Self::Ps512 => Some(Hash::Sha512),
            Self::Es256 | Self::Hs256 | Self::Rs256 | Self::Rs384 | Self::Rs512 => None,
        }
    }

    /// Returns the section that defines verification.
    #[must_use]
    pub const fn reference(self) -> &'static str {
        match self {
            Self::Es256 => "RFC 7518 §3.4",
            Self::Hs256 => "RFC 7518 §3.2",
            Self::Ps256 | Self::Ps384 | Self::Ps512 => "RFC 8017 §8.1.2",
            Self::Rs256 | Self::Rs384 | Self::Rs512 => "RFC 8017 §8.2.2",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl core::str::FromStr for Algorithm {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Ok(match name {
            "ES256" => Self::Es256,
            "HS256" => Self::Hs256,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            _ => return Err(Error::UnsupportedAlgorithm { name: crate::error::shorten(name) }),
        })
    }
}

/// A public key whose parameters were checked, prepared for verification. Cloning is cheap.
///
/// Checked when it is made: RSA modulus odd, 1024 to 8192 bits, no ROCA fingerprint; exponent odd
/// and 3 ≤ e < 2^33; P-256 point on the curve. *Not* checked: where the key comes from, and whether
/// a policy wants more bits.
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
    P256(Arc<p256::ecdsa::VerifyingKey>),
}

impl PublicKey {
    /// Makes an RSA key of its modulus and exponent, both big-endian.
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

    /// Makes a P-256 key of its affine coordinates, big-endian.
    ///
    /// # Errors
    ///
    /// [`Error::PointNotOnCurve`] if the coordinates are not below the field's prime, or not on the
    /// curve.
    pub fn p256(x: &[u8; 32], y: &[u8; 32]) -> Result<Self, Error> {
        let mut point = [4; 65];
        let (_, coordinates) = point.split_at_mut(1);
        let (left, right) = coordinates.split_at_mut(32);
        left.copy_from_slice(x);
        right.copy_from_slice(y);
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point)
            .map_err(|_| Error::PointNotOnCurve)?;
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

    /// Returns the affine coordinates of a P-256 key, or `None` for another type.
    pub(crate) fn as_p256(&self) -> Option<([u8; 32], [u8; 32])> {
        match &self.0 {
            Material::Rsa(_) => None,
            Material::P256(key) => {
                let point = key.to_sec1_point(false);
                Some(((*point.x()?).into(), (*point.y()?).into()))
            }
        }
    }

    /// Returns the algorithm that a key of this type is bound to where nothing else is said.
    pub(crate) const fn default_algorithm(&self) -> Algorithm {
        match &self.0 {
            Material::Rsa(_) => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
        }
    }

    /// Tells whether RFC 7518 defines the algorithm for this type of key.
    pub(crate) const fn fits(&self, algorithm: Algorithm) -> Result<(), Error> {
        let fits = match &self.0 {
            Material::Rsa(_) => algorithm.pkcs1_hash().is_some() || algorithm.pss_hash().is_some(),
            Material::P256(_) => matches!(algorithm, Algorithm::Es256),
        };
        if fits { Ok(()) } else { Err(Error::KeyUnusable(KeyFault::AlgorithmKeyType)) }
    }

    /// Verifies a signature over the concatenated parts of a message.
    ///
    /// Checked: the signature's length, its range and its equation. *Not* checked: whether this
    /// key may be used for this purpose.
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`], without detail; [`Error::KeyUnusable`] if the algorithm is not
    /// one of the key's type.
    pub fn verify(
        &self,
        algorithm: Algorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Error> {
        self.verify_with(SignatureBackend::native(), algorithm, message, signature)
    }

    /// As [`verify`](Self::verify), computed by this backend.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_with(
        &self,
        backend: SignatureBackend,
        algorithm: Algorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Error> {
        self.fits(algorithm)?;
        if !self.is_in_range(signature) {
            return Err(Error::SignatureMismatch);
        }
        work::signature(self.effort());
        let valid = backend
            .verify(self, algorithm, message, signature)
            .unwrap_or_else(|| self.verify_natively(algorithm, message, signature));
        if valid { Ok(()) } else { Err(Error::SignatureMismatch) }
    }

    /// Returns what one check of a signature costs, in checks of RSA with 2048 bits and the usual
    /// exponent.
    pub(crate) fn effort(&self) -> usize {
        /// Measured on a Zen 3: 430 µs against 35.
        const P256: usize = 12;
        match &self.0 {
            Material::Rsa(key) => key.effort(),
            Material::P256(_) => P256,
        }
    }

    /// Checks a signature's length, and that its numbers are in range (RFC 8017 section 5.2.2, RFC
    /// 7518 section 3.4), before any backend does.
    pub(crate) fn is_in_range(&self, signature: &[u8]) -> bool {
        match &self.0 {
            // Of one length, big-endian numbers are ordered as their bytes.
            Material::Rsa(key) => signature.len() == key.size() && signature < key.modulus(),
            Material::P256(_) => p256::ecdsa::Signature::from_slice(signature).is_ok(),
        }
    }

    fn verify_natively(&self, algorithm: Algorithm, message: &[&[u8]], signature: &[u8]) -> bool {
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
            Material::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .and_then(|signature| key.verify(&message.concat(), &signature))
                .is_ok(),
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

/// A signature to be verified.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) key: &'a PublicKey,
    pub(crate) algorithm: Algorithm,
    pub(crate) message: &'a [u8],
    pub(crate) signature: &'a [u8],
    pub(crate) backend: SignatureBackend,
}

impl Job<'_> {
    /// Tells whether the key could have made the signature, which costs nothing.
    pub(crate) fn is_in_range(&self) -> bool {
        self.key.fits(self.algorithm).is_ok() && self.key.is_in_range(self.signature)
    }

    pub(crate) fn verify(&self) -> Result<(), Error> {
        self.key.verify_with(self.backend, self.algorithm, &[self.message], self.signature)
    }
}

/// Verifies many signatures, each with the result of [`Job::verify`]; those of RSA with PKCS#1
/// together.
pub(crate) fn verify_jobs(jobs: &[Option<Job<'_>>]) -> Vec<Option<Result<(), Error>>> {
    // Which of the jobs each item is.
    let mut indices = Vec::with_capacity(jobs.len());
    let mut items = Vec::with_capacity(jobs.len());
    let mut results = Vec::with_capacity(jobs.len());
    for (index, job) in jobs.iter().enumerate() {
        let Some(job) = job else {
            results.push(None);
            continue;
        };
        match (job.key.as_rsa(), job.algorithm.pkcs1_hash()) {
            (Some(key), Some(hash)) if job.backend.is_native() => {
                let (message, signature) = (job.message, job.signature);
                if job.key.is_in_range(signature) {
                    work::signature(job.key.effort());
                }
                work::hashed(message.len());
                indices.push(index);
                items.push(Pkcs1Message { key, hash, message, signature });
                results.push(Some(Err(Error::SignatureMismatch)));
            }
            _ => results.push(Some(job.verify())),
        }
    }
    let mut valid = alloc::vec![false; items.len()];
    verify_pkcs1_messages(Kernel::detect(), &items, &mut valid);
    for (index, valid) in indices.into_iter().zip(valid) {
        if valid && let Some(result) = results.get_mut(index) {
            *result = Some(Ok(()));
        }
    }
    results
}

/// Returns the SHA-256 of the bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    work::hashed(bytes.len());
    Sha256::digest(bytes).into()
}

/// Computes SHA-1 (FIPS 180-4), which protects nothing: only to compare `x5t` (RFC 7517 section 4.8)
/// with the certificate beside it.
pub(crate) fn sha1(bytes: &[u8]) -> [u8; 20] {
    sha1::Sha1::digest(bytes).into()
}
