//! The names of algorithms.

use alloc::string::String;
use core::fmt;

use countersign_kernels::Hash;

/// A signature algorithm of [RFC 7518 §3.1]. There is no `none`.
///
/// ```
/// use countersign::Algorithm;
///
/// assert_eq!("RS256".parse(), Ok(Algorithm::Rs256));
/// assert!("rs256".parse::<Algorithm>().is_err());
/// assert!("none".parse::<Algorithm>().is_err());
/// ```
///
/// [RFC 7518 §3.1]: https://www.rfc-editor.org/rfc/rfc7518#section-3.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA using P-256 and SHA-256.
    Es256,
    /// HMAC using SHA-256, only with secrets supplied by the caller.
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
    /// Returns the name of [RFC 7518].
    ///
    /// [RFC 7518]: https://www.rfc-editor.org/rfc/rfc7518
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
    pub(super) const fn pkcs1_hash(self) -> Option<Hash> {
        match self {
            Self::Rs256 => Some(Hash::Sha256),
            Self::Rs384 => Some(Hash::Sha384),
            Self::Rs512 => Some(Hash::Sha512),
            Self::Es256 | Self::Hs256 | Self::Ps256 | Self::Ps384 | Self::Ps512 => None,
        }
    }

    /// Returns the hash of RSASSA-PSS, or `None` for another scheme.
    pub(super) const fn pss_hash(self) -> Option<Hash> {
        match self {
            Self::Ps256 => Some(Hash::Sha256),
            Self::Ps384 => Some(Hash::Sha384),
            Self::Ps512 => Some(Hash::Sha512),
            Self::Es256 | Self::Hs256 | Self::Rs256 | Self::Rs384 | Self::Rs512 => None,
        }
    }

    /// Returns the section of the standard that defines verification.
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

/// The text is not the name of a supported algorithm.
///
/// Converts into [`Error::UnsupportedAlgorithm`](crate::Error::UnsupportedAlgorithm).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownAlgorithm {
    /// The text.
    pub name: String,
}

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a supported algorithm")
    }
}

impl core::error::Error for UnknownAlgorithm {}

impl core::str::FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Ok(match name {
            "ES256" => Self::Es256,
            "HS256" => Self::Hs256,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            _ => return Err(UnknownAlgorithm { name: name.into() }),
        })
    }
}
