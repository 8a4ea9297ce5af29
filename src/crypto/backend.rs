//! Who computes the public-key operation.

use super::algorithm::Algorithm;
use super::key::PublicKey;

/// The code that computes signature verifications: the kernels of this project, or another library.
///
/// It is a value in a verifier's [`Policy`](crate::Policy), not a choice for the whole process.
/// This library's own checks of the key (when it is created) and of the signature's length and
/// range always come before the backend, so neither verdict nor reason depends on the backend.
///
/// ```
/// use countersign::{Policy, SignatureBackend};
///
/// assert_eq!(Policy::default().backend(), SignatureBackend::native());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SignatureBackend(Choice);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Choice {
    #[default]
    Native,
    #[cfg(feature = "aws-lc-rs")]
    AwsLcRs,
    #[cfg(feature = "testing")]
    AcceptAll,
}

impl SignatureBackend {
    /// The kernels of this project, for RSA and P-256.
    #[must_use]
    pub const fn native() -> Self {
        Self(Choice::Native)
    }

    /// AWS-LC through the crate `aws-lc-rs`, for users of its FIPS builds.
    ///
    /// It supports RSA keys from 2048 bits, and smaller ones only with SHA-256 and SHA-512;
    /// everything else is computed natively. Batches are verified one by one, and keys are not
    /// prepared, so it is much slower.
    #[cfg(feature = "aws-lc-rs")]
    #[must_use]
    pub const fn aws_lc_rs() -> Self {
        Self(Choice::AwsLcRs)
    }

    /// Accepts whatever is in range.
    #[cfg(feature = "testing")]
    pub(crate) const fn accept_all() -> Self {
        Self(Choice::AcceptAll)
    }

    /// Tells whether batches can be verified together.
    pub(super) const fn is_native(self) -> bool {
        matches!(self.0, Choice::Native)
    }

    /// Verifies, or returns `None` if the native code should. Key, algorithm, length and range were
    /// checked.
    #[cfg_attr(
        not(feature = "aws-lc-rs"),
        expect(unused_variables, reason = "there is no other backend")
    )]
    pub(super) fn verify(
        self,
        key: &PublicKey,
        algorithm: Algorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Option<bool> {
        match self.0 {
            Choice::Native => None,
            #[cfg(feature = "aws-lc-rs")]
            Choice::AwsLcRs => aws::verify(key, algorithm, &message.concat(), signature),
            #[cfg(feature = "testing")]
            Choice::AcceptAll => Some(true),
        }
    }
}

#[cfg(feature = "aws-lc-rs")]
mod aws {
    use aws_lc_rs::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

    use crate::crypto::algorithm::Algorithm;
    use crate::crypto::key::PublicKey;

    pub(super) fn verify(
        key: &PublicKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        if let Some((x, y)) = key.as_p256() {
            let point = [&[4][..], &x, &y].concat();
            let key = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
            return Some(key.verify(message, signature).is_ok());
        }
        let rsa = key.as_rsa()?;
        let parameters = match (algorithm, rsa.bits()) {
            (Algorithm::Rs256, 2048..) => &signature::RSA_PKCS1_2048_8192_SHA256,
            (Algorithm::Rs384, 2048..) => &signature::RSA_PKCS1_2048_8192_SHA384,
            (Algorithm::Rs512, 2048..) => &signature::RSA_PKCS1_2048_8192_SHA512,
            (Algorithm::Ps256, 2048..) => &signature::RSA_PSS_2048_8192_SHA256,
            (Algorithm::Ps384, 2048..) => &signature::RSA_PSS_2048_8192_SHA384,
            (Algorithm::Ps512, 2048..) => &signature::RSA_PSS_2048_8192_SHA512,
            (Algorithm::Rs256, _) => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            (Algorithm::Rs512, _) => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
            _ => return None,
        };
        let exponent = rsa.exponent().to_be_bytes();
        let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
        let key = RsaPublicKeyComponents {
            n: rsa.modulus(),
            e: exponent.get(zeros..).unwrap_or_default(),
        };
        Some(key.verify(parameters, message, signature).is_ok())
    }
}
