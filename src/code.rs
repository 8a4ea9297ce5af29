//! Reason codes and their categories.
//!
//! A [`Code`] is the stable, public name of a reason: it appears in errors, in reports and in the
//! output of the command, and never changes its meaning.

use core::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $category:ident;)+) => {
        /// A stable reason why an artefact was accepted, refused or left undecided.
        ///
        /// The text of a code is API. Codes are added, never renamed.
        ///
        /// ```
        /// use countersign::{Category, Code};
        ///
        /// assert_eq!(Code::SignatureMismatch.as_str(), "signature-mismatch");
        /// assert_eq!(Code::SignatureMismatch.category(), Category::Untrusted);
        /// assert_eq!("expired".parse(), Ok(Code::Expired));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the stable text, in kebab case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Returns the category of the reason.
            #[must_use]
            pub const fn category(self) -> Category {
                match self { $(Self::$variant => Category::$category,)+ }
            }
        }
    };
}

/// Defines the codes of a service as an open set: those that documents name, and any other text.
/// `String` has to be in scope. For this crate and [`internals`](crate::internals).
#[doc(hidden)]
#[macro_export]
macro_rules! open_codes {
    (
        $(#[$meta:meta])* enum $name:ident;
        $(#[$all_meta:meta])* const $all:ident;
        $(#[$other_meta:meta])* else $other:ident;
        $($(#[doc = $doc:literal])+ $variant:ident = $text:literal;)+
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])+ $variant,)+
            $(#[$other_meta])* $other(String),
        }

        impl $name {
            $(#[$all_meta])*
            pub const $all: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the code as the service writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::$other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::$other(text.into()),
                }
            }
        }
    };
}
codes! {
    /// Every check passed.
    Ok = "ok", Accepted;
    /// The bytes do not follow the format.
    Malformed = "malformed", Malformed;
    /// A size, count or depth limit was exceeded; see [`Limits`](crate::Limits).
    TooLarge = "too-large", LimitExceeded;
    /// A JSON object has a member twice, under one name or under two.
    DuplicateMember = "duplicate-member", Malformed;
    /// A JSON member has a different type than the format requires.
    WrongType = "wrong-type", Malformed;
    /// A required JSON member is absent.
    MissingMember = "missing-member", Malformed;
    /// The algorithm is not supported.
    UnsupportedAlgorithm = "unsupported-algorithm", Unsupported;
    /// The token's algorithm is not that of its key or of the format.
    AlgorithmMismatch = "algorithm-mismatch", Untrusted;
    /// The header names critical extensions ([RFC 7515 §4.1.11]); none are supported.
    ///
    /// [RFC 7515 §4.1.11]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11
    CriticalHeader = "critical-header", Unsupported;
    /// The artefact's kind or variant cannot be verified.
    UnsupportedFormat = "unsupported-format", Unsupported;
    /// No key of the set has the identifier named by the token.
    UnknownKey = "unknown-key", Untrusted;
    /// More than one key matches.
    AmbiguousKey = "ambiguous-key", Untrusted;
    /// The RSA key has too few bits for the policy.
    KeyTooSmall = "key-too-small", Untrusted;
    /// The key is damaged, dangerous or of an unsupported type.
    KeyUnusable = "key-unusable", Untrusted;
    /// The key's `use` or `key_ops`, or the key usage of its certificate, forbid signatures.
    KeyUse = "key-use", Untrusted;
    /// The signature or MAC does not match the content and key.
    SignatureMismatch = "signature-mismatch", Untrusted;
    /// The artefact is dated later than the time of judgement.
    NotYetValid = "not-yet-valid", NotNow;
    /// The artefact has expired at the time of judgement.
    Expired = "expired", NotNow;
    /// The client's signing time is later than the time of issue of the certificate.
    SignedAfterIssue = "signed-after-issue", Mismatch;
    /// The signed hash is not the expected one.
    HashMismatch = "hash-mismatch", Mismatch;
    /// A signed member is not what the caller expected.
    ContentMismatch = "content-mismatch", Mismatch;
    /// `iss` is not the expected issuer.
    IssuerMismatch = "issuer-mismatch", Mismatch;
    /// `aud` does not contain the expected audience.
    AudienceMismatch = "audience-mismatch", Mismatch;
    /// `sub` is not the expected subject.
    SubjectMismatch = "subject-mismatch", Mismatch;
    /// `nonce` is not the expected nonce.
    NonceMismatch = "nonce-mismatch", Mismatch;
    /// The caller expected something that artefacts of this kind cannot state.
    ExpectationUnused = "expectation-unused", Mismatch;
    /// No path leads from the certificate to a trusted root.
    UntrustedChain = "untrusted-chain", Untrusted;
    /// The outermost layer of a message is not signed, and no signature covers it.
    UnsignedLayer = "unsigned-layer", Untrusted;
    /// The key's certificate is not valid at the time of judgement.
    CertificateExpired = "certificate-expired", NotNow;
    /// The coordinates are not a point on the curve.
    PointNotOnCurve = "point-not-on-curve", Untrusted;
    /// The point is not in the subgroup of prime order.
    WrongSubgroup = "wrong-subgroup", Untrusted;
    /// Authenticated decryption failed: wrong key, or altered data.
    DecryptFailed = "decrypt-failed", Untrusted;
    /// A signed time is outside the accepted window.
    TimestampWindow = "timestamp-window", NotNow;
    /// The server answered with errors, or would.
    ValidationFailed = "validation-failed", Mismatch;
    /// The service refused the signature or the caller's credentials; its status does not tell
    /// which.
    SignatureRefused = "signature-refused", Untrusted;
    /// The service reports that the identity is revoked.
    IdentityRevoked = "identity-revoked", Untrusted;
    /// The service answered with neither a decision nor a refusal.
    NoAnswer = "no-answer", Unavailable;
    /// No key was given, so nothing could be decided.
    NoKey = "no-key", Unavailable;
    /// The input could not be read.
    Unreadable = "unreadable", Unavailable;
    /// The keys could not be obtained from their source, so nothing could be decided.
    Unreachable = "unreachable", Unavailable;
    /// The artefact was to be judged as of its own time but does not state one; nothing else is
    /// wrong with it.
    NoTime = "no-time", Unavailable;
    /// A bug in this library: no check failed, but nothing was verified. Never valid.
    Defect = "defect", Untrusted;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not one of [`Code::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a reason code")
    }
}

impl core::error::Error for UnknownCode {}

impl core::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}

/// Who or what is at fault, for metrics and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// None: the artefact was accepted.
    Accepted,
    /// The bytes do not follow their format.
    Malformed,
    /// The artefact needs something that is not supported.
    Unsupported,
    /// A key, signature or certificate does not support the claim.
    Untrusted,
    /// The artefact may be genuine, but not at this time.
    NotNow,
    /// The artefact is genuine, but not the expected one.
    Mismatch,
    /// The artefact is larger than the limits allow.
    LimitExceeded,
    /// Nothing could be decided: a key or the input is missing.
    Unavailable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_kebab_case() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        }
        assert_eq!("Expired".parse::<Code>(), Err(UnknownCode));
    }

    #[test]
    fn an_outage_is_not_the_clients_fault() {
        assert_eq!(Code::NoKey.category(), Category::Unavailable);
        assert_eq!(Code::UnknownKey.category(), Category::Untrusted);
        assert_eq!(Code::Ok.category(), Category::Accepted);
    }
}
