//! Reason codes and their categories.
//!
//! A [`Code`] is the stable, public name of a reason: it appears in errors, in reports and in the
//! output of the command, and never changes its meaning.

use core::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $category:ident;)+) => {
        /// A stable reason: why an artefact was accepted, refused or left undecided.
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

            /// Returns who or what is at fault.
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
    /// A JSON object names a member twice, by one name or by two.
    DuplicateMember = "duplicate-member", Malformed;
    /// A JSON member has another type than the format says.
    WrongType = "wrong-type", Malformed;
    /// A required JSON member is absent.
    MissingMember = "missing-member", Malformed;
    /// The algorithm is not one this library verifies.
    UnsupportedAlgorithm = "unsupported-algorithm", Unsupported;
    /// The token's algorithm is not the one its key is bound to, or not the format's.
    AlgorithmMismatch = "algorithm-mismatch", Untrusted;
    /// The header names critical extensions ([RFC 7515 §4.1.11]); none are supported.
    ///
    /// [RFC 7515 §4.1.11]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11
    CriticalHeader = "critical-header", Unsupported;
    /// The artefact is of a kind or variant that cannot be verified here.
    UnsupportedFormat = "unsupported-format", Unsupported;
    /// No key of the set has the identifier that the token names.
    UnknownKey = "unknown-key", Untrusted;
    /// More than one key could be meant.
    AmbiguousKey = "ambiguous-key", Untrusted;
    /// The RSA key has too few bits for the policy.
    KeyTooSmall = "key-too-small", Untrusted;
    /// The key is damaged, dangerous or of an unsupported type.
    KeyUnusable = "key-unusable", Untrusted;
    /// The key's `use` or `key_ops`, or the key usage of its certificate, forbid signatures.
    KeyUse = "key-use", Untrusted;
    /// The signature or MAC does not belong to the content under the key.
    SignatureMismatch = "signature-mismatch", Untrusted;
    /// The artefact is from the future, as seen from the verification time.
    NotYetValid = "not-yet-valid", NotNow;
    /// The artefact has expired at the verification time.
    Expired = "expired", NotNow;
    /// The client's signing time is later than the time of the certificate.
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
    /// The key's certificate is not valid at the verification time.
    CertificateExpired = "certificate-expired", NotNow;
    /// The coordinates are no point of the curve.
    PointNotOnCurve = "point-not-on-curve", Untrusted;
    /// The point is not in the subgroup of prime order.
    WrongSubgroup = "wrong-subgroup", Untrusted;
    /// Authenticated decryption failed: wrong key, or altered data.
    DecryptFailed = "decrypt-failed", Untrusted;
    /// A signed time is outside the window the caller allows.
    TimestampWindow = "timestamp-window", NotNow;
    /// The server answered with errors instead of what was asked for, or would.
    ValidationFailed = "validation-failed", Mismatch;
    /// The service refused the signature, or the credentials that it was asked with: its status does
    /// not tell which.
    SignatureRefused = "signature-refused", Untrusted;
    /// The service says that the identity was revoked.
    IdentityRevoked = "identity-revoked", Untrusted;
    /// The service answered with neither a decision nor a refusal.
    NoAnswer = "no-answer", Unavailable;
    /// No key was given at all, so nothing could be decided.
    NoKey = "no-key", Unavailable;
    /// The input could not be read.
    Unreadable = "unreadable", Unavailable;
    /// The keys could not be obtained from where they are published, so nothing could be decided.
    Unreachable = "unreachable", Unavailable;
    /// The artefact was to be judged as at its own time and does not state one; nothing else is wrong
    /// with it.
    NoTime = "no-time", Unavailable;
    /// A defect of this library: no check failed, and nothing was verified. Never valid.
    Defect = "defect", Untrusted;
}

impl Code {
    /// Returns the HTTP status a service should answer with when this code decided.
    ///
    /// What is wrong with the artefact is the client's fault: `401`. That no key was available is
    /// the service's: `503`. The public message should be the same for every `401`.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self.category() {
            Category::Accepted => 200,
            Category::Unavailable => 503,
            _ => 401,
        }
    }
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

/// Who or what is at fault, for metrics, logs and HTTP statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// Nothing is: the artefact was accepted.
    Accepted,
    /// The bytes break their format.
    Malformed,
    /// The artefact asks for something this library does not do.
    Unsupported,
    /// A key, signature or certificate does not carry the claim.
    Untrusted,
    /// The artefact may be genuine, but not at this time.
    NotNow,
    /// The artefact is genuine, but not the one that was expected.
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
        assert_eq!(Code::NoKey.http_status(), 503);
        assert_eq!(Code::UnknownKey.http_status(), 401);
        assert_eq!(Code::Ok.http_status(), 200);
    }
}
