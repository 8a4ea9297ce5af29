//! The only module that names a cryptographic primitive or a backend crate.
//!
//! A [`PublicKey`] is checked and prepared once, when it is made. The RSA public operation is this
//! project's own, in `countersign-kernels`; everything else comes from the RustCrypto crates.

pub(crate) mod aead;
pub(crate) mod algorithm;
mod backend;
#[cfg(feature = "dvs-signature")]
#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::must_use_candidate,
    reason = "reaches `internals` only"
)]
pub(crate) mod bn254cx;
mod job;
mod key;
pub(crate) mod mac;
#[doc(hidden)]
pub mod primitives;
mod secret;
pub(crate) mod work;

use sha2::{Digest as _, Sha256};

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use backend::SignatureBackend;
pub use countersign_kernels::rsa::RsaPublicKey;
pub(crate) use countersign_kernels::rsa::modulus_bits;
pub(crate) use job::{Job, verify_jobs};
pub use key::PublicKey;
pub use secret::Secret;

/// Returns the SHA-256 of the bytes.
///
/// ```
/// let digest = countersign::sha256(b"test");
/// assert_eq!(digest[..4], [0x9f, 0x86, 0xd0, 0x81]);
/// ```
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    work::hashed(bytes.len());
    Sha256::digest(bytes).into()
}

/// Computes SHA-1 (FIPS 180-4), which protects nothing: only to compare `x5t` ([RFC 7517 §4.8])
/// with the certificate beside it.
///
/// [RFC 7517 §4.8]: https://www.rfc-editor.org/rfc/rfc7517#section-4.8
pub(crate) fn sha1(bytes: &[u8]) -> [u8; 20] {
    sha1::Sha1::digest(bytes).into()
}
