//! The one error type of the library.
//!
//! An [`Error`] is one occurrence of a reason with what is needed to act on it. Every variant has
//! exactly one [`Code`].

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::code::{Category, Code};
use crate::crypto::algorithm::{Algorithm, UnknownAlgorithm};
use crate::encoding::Fault;
use crate::time::{InvalidTime, Time};

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// `kty` is not supported; `oct` is never accepted from a key set.
    KeyType,
    /// `crv` is not P-256.
    Curve,
    /// The RSA modulus is even.
    EvenModulus,
    /// The RSA exponent is not odd, or outside 3 ≤ e < 2^33.
    Exponent,
    /// The RSA modulus is larger than 8192 bits.
    TooLarge,
    /// The modulus has the ROCA fingerprint (CVE-2017-15361): its private key can be computed.
    Roca,
    /// A private key member is present: a published private key protects nothing.
    PrivateKey,
    /// The key's type does not match the algorithm.
    AlgorithmKeyType,
    /// An HMAC key has fewer than 32 bytes ([RFC 7518 §3.2]).
    ///
    /// [RFC 7518 §3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
    ShortSecret,
    /// The secret's form or length does not suit the chosen key derivation, or the request that it
    /// needs is missing.
    Derivation,
    /// `x5c` is not an array of certificates in base64 ([RFC 7517 §4.7]), or has too many.
    ///
    /// [RFC 7517 §4.7]: https://www.rfc-editor.org/rfc/rfc7517#section-4.7
    X5c,
    /// The first certificate of `x5c` contains a different key.
    X5cKey,
    /// `x5t` or `x5t#S256` is not the thumbprint of the first certificate of `x5c`.
    X5t,
    /// It is not a JSON object.
    NotAnObject {
        /// What was found instead.
        found: &'static str,
    },
    /// A member that a key of this type needs is absent, or `null`.
    Missing {
        /// The member.
        member: &'static str,
    },
    /// A member has the wrong type.
    Type {
        /// The member.
        member: &'static str,
        /// The type it should have.
        expected: &'static str,
    },
    /// A member is not base64url without padding ([RFC 7518 §2]).
    ///
    /// [RFC 7518 §2]: https://www.rfc-editor.org/rfc/rfc7518#section-2
    Encoding {
        /// The member.
        member: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A number has leading zero bytes; for `n`, a single one as sign is accepted.
    LeadingZeros {
        /// The member.
        member: &'static str,
    },
    /// A coordinate does not have the length of the curve's field.
    Length {
        /// The member.
        member: &'static str,
        /// Its length in bytes.
        bytes: usize,
    },
    /// `alg` is not a supported algorithm.
    Algorithm {
        /// The name, cut to 64 characters.
        name: String,
    },
    /// The coordinates are not a point on the curve.
    Point,
    /// A part of the key exceeds a limit.
    Limit {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The text, such as PEM, contains no readable key.
    Text {
        /// What is wrong with it, in words.
        detail: String,
    },
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject { found } => return write!(f, "it is {found}, not a JSON object"),
            Self::Missing { member } => return write!(f, "`{member}` is missing"),
            Self::Type { member, expected } => return write!(f, "`{member}` is not {expected}"),
            Self::Encoding { member, fault } => {
                return write!(f, "`{member}` is not base64url without padding: {fault}");
            }
            Self::LeadingZeros { member } => {
                return write!(f, "`{member}` has leading zero bytes, which must be removed");
            }
            Self::Length { member, bytes } => {
                return write!(f, "`{member}` has {bytes} bytes; a coordinate of P-256 has 32");
            }
            Self::Algorithm { name } => {
                return write!(f, "`alg` is `{name}`, which is not supported");
            }
            Self::Point => "coordinates are not on the curve",
            Self::Limit { what, limit } => {
                return write!(f, "{what} exceeds the limit of {limit}");
            }
            Self::Text { detail } => detail,
            Self::KeyType => "key type is not supported",
            Self::Curve => "curve is not supported",
            Self::EvenModulus => "RSA modulus is even",
            Self::Exponent => "RSA exponent is even or out of range",
            Self::TooLarge => "RSA modulus has more than 8192 bits",
            Self::Roca => "RSA modulus has the ROCA fingerprint",
            Self::PrivateKey => "it contains members of a private key",
            Self::AlgorithmKeyType => "algorithm does not match the key type",
            Self::ShortSecret => "HMAC key has fewer than 32 bytes",
            Self::Derivation => {
                "secret does not suit the key derivation, or the request it needs \
                                 is missing"
            }
            Self::X5c => "`x5c` is not an array of certificates in standard base64",
            Self::X5cKey => "the first certificate of `x5c` contains a different key",
            Self::X5t => {
                "`x5t` or `x5t#S256` is not the thumbprint of the first certificate of `x5c`"
            }
        })
    }
}

/// Why no path leads from a certificate to a trusted root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainFault {
    /// No root was given for the domain.
    NoRoot,
    /// None of the given certificates has the issuer's name.
    NoPath,
    /// The certificate names itself as its issuer, but is not a root.
    SelfSigned,
    /// The issuer's certificate is not a CA certificate ([RFC 5280 §4.2.1.9]).
    ///
    /// [RFC 5280 §4.2.1.9]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9
    NotAnIssuer,
    /// The path is longer than one of its issuers allows.
    PathLength,
    /// A certificate or the root has an unsupported critical extension or name constraints.
    Extension,
    /// A certificate is signed with an unsupported algorithm.
    Algorithm,
    /// A certificate names the issuer but is not signed by it.
    Signature,
    /// The organisation of the certificate is not the expected one.
    Organization,
    /// The trust rules depend on the level of the device, which is unknown or not the expected one.
    Level,
    /// The trust rules require a signature that is missing.
    Unsigned,
    /// The `x5c` of a digital ID has certificates that are not in the data around it.
    Certificates,
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRoot => "no root certificate is given for this domain",
            Self::NoPath => "issuer is not among the given certificates",
            Self::SelfSigned => "certificate is self-signed but not a root",
            Self::NotAnIssuer => "issuer's certificate is not a CA certificate",
            Self::PathLength => "path is longer than an issuer allows",
            Self::Extension => "extension or constraint is not supported",
            Self::Algorithm => "signature algorithm of a certificate is not supported",
            Self::Signature => "certificate is not signed by the issuer it names",
            Self::Organization => "organisation is not the expected one",
            Self::Level => {
                "level of the device, which the rules need, is unknown or not the \
                            expected one"
            }
            Self::Certificates => "its `x5c` has certificates that are not in the data around it",
            Self::Unsigned => "not signed, although the trust rules require it",
        })
    }
}

/// Why an artefact, a key or a key set was refused.
///
/// Texts name members and positions, never secrets or whole tokens. Names taken from the input are
/// cut to 64 characters; they may hold any character, so escape them before a terminal sees them.
///
/// ```
/// use countersign::{Category, Code, Error};
///
/// let error = Error::NoKey;
/// assert_eq!((error.code(), error.category()), (Code::NoKey, Category::Unavailable));
/// assert_eq!(error.to_string(), "no key was given");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The token's algorithm is not that of its key or format.
    AlgorithmMismatch {
        /// The token's algorithm.
        token: Algorithm,
        /// The algorithm of the key or of the format.
        required: Algorithm,
    },
    /// Several keys match.
    AmbiguousKey {
        /// How many.
        candidates: usize,
    },
    /// `aud` does not contain the expected audience.
    AudienceMismatch,
    /// The certificate of the key is not valid at the verification time.
    CertificateExpired {
        /// The verification time.
        at: Time,
        /// Start of the validity.
        not_before: Time,
        /// End of the validity.
        not_after: Time,
    },
    /// A signed member is not what the caller expected.
    ContentMismatch {
        /// The member.
        member: &'static str,
    },
    /// The header has `crit`, or an extension that would require it.
    CriticalHeader,
    /// Authenticated decryption failed.
    DecryptFailed,
    /// No check failed, but nothing was verified: a bug in this library.
    Defect,
    /// A member appears in two places with different values.
    Contradiction {
        /// Which part of the artefact.
        part: &'static str,
        /// The member.
        member: &'static str,
    },
    /// A member is repeated.
    DuplicateMember {
        /// Which part of the artefact.
        part: &'static str,
        /// The name, cut to 64 characters.
        name: String,
    },
    /// An expectation that does not apply to this kind of artefact.
    ExpectationUnused {
        /// The expectation, by the name of its option or member.
        expectation: &'static str,
    },
    /// Past its expiry.
    Expired {
        /// The verification time.
        at: Time,
        /// The first second at which it is expired, without leeway.
        expiry: Time,
    },
    /// The hash of a capture does not follow from the previous hash and the captured data.
    HashChain {
        /// The index of the capture, from 0: the first that was altered, moved or omitted.
        index: usize,
    },
    /// The signed hash is not the expected one.
    HashMismatch,
    /// The service reports that the identity is revoked.
    IdentityRevoked,
    /// `iss` is not the expected issuer.
    IssuerMismatch,
    /// The RSA key has too few bits.
    KeyTooSmall {
        /// Bits of the modulus.
        bits: usize,
    },
    /// The key cannot be used.
    KeyUnusable(KeyFault),
    /// `use` or `key_ops` forbid verification.
    KeyUse,
    /// The bytes do not follow the format.
    Malformed {
        /// Which part of the artefact.
        part: &'static str,
        /// What is wrong there.
        fault: Fault,
    },
    /// A required member is absent.
    MissingMember {
        /// Which part of the artefact.
        part: &'static str,
        /// The member.
        member: &'static str,
    },
    /// The service answered with neither a decision nor a refusal.
    NoAnswer {
        /// The status of what it said instead.
        status: u16,
    },
    /// No key was given.
    NoKey,
    /// A value is not a JSON object, although one is expected.
    NotAnObject {
        /// Which part of the artefact.
        part: &'static str,
        /// What was found instead.
        found: &'static str,
    },
    /// To be judged as of its own time, which it does not state.
    NoTime {
        /// The member that would state it.
        member: &'static str,
    },
    /// `nonce` is not the expected nonce.
    NonceMismatch,
    /// Dated later than the time of judgement.
    NotYetValid {
        /// The verification time.
        at: Time,
        /// When it starts to be valid.
        start: Time,
    },
    /// Not a point on the curve.
    PointNotOnCurve,
    /// The signature or MAC does not match.
    SignatureMismatch,
    /// The service refused the signature, or the caller's credentials.
    SignatureRefused,
    /// The request was signed after the certificate was issued.
    SignedAfterIssue {
        /// The client's timestamp.
        signed: Time,
        /// The certificate's `cAt`.
        issued: Time,
    },
    /// `sub` is not the expected subject.
    SubjectMismatch,
    /// A signed time is outside the allowed window.
    TimestampWindow {
        /// The signed time.
        signed: Time,
        /// The verification time.
        at: Time,
    },
    /// A limit was exceeded.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A member appears under two of its names.
    TwoNames {
        /// Which part of the artefact.
        part: &'static str,
        /// One name.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// No key has this identifier.
    UnknownKey,
    /// The source of the keys currently has no usable set.
    Unreachable,
    /// The outermost layer of a message carries no signature, and no signature covers it.
    UnsignedLayer {
        /// The layer, such as `deviceData`.
        part: &'static str,
    },
    /// There is no path to a trusted root.
    UntrustedChain {
        /// The reason.
        fault: ChainFault,
    },
    /// Not a supported algorithm.
    UnsupportedAlgorithm {
        /// The name, cut to 64 characters.
        name: String,
    },
    /// A kind or variant that cannot be verified.
    UnsupportedFormat {
        /// What it is.
        what: &'static str,
    },
    /// The server refused with error codes, or would refuse.
    ValidationFailed {
        /// The error codes of its answer, each cut to 64 characters.
        codes: Vec<String>,
    },
    /// Not in the subgroup of prime order.
    WrongSubgroup,
    /// A member has the wrong type.
    WrongType {
        /// Which part of the artefact.
        part: &'static str,
        /// The member.
        member: &'static str,
        /// The type it should have.
        expected: &'static str,
    },
}

impl Error {
    /// Returns the stable reason code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::AlgorithmMismatch { .. } => Code::AlgorithmMismatch,
            Self::AmbiguousKey { .. } => Code::AmbiguousKey,
            Self::AudienceMismatch => Code::AudienceMismatch,
            Self::CertificateExpired { .. } => Code::CertificateExpired,
            Self::ContentMismatch { .. } => Code::ContentMismatch,
            Self::CriticalHeader => Code::CriticalHeader,
            Self::DecryptFailed => Code::DecryptFailed,
            Self::Defect => Code::Defect,
            Self::Contradiction { .. } | Self::DuplicateMember { .. } | Self::TwoNames { .. } => {
                Code::DuplicateMember
            }
            Self::ExpectationUnused { .. } => Code::ExpectationUnused,
            Self::Expired { .. } => Code::Expired,
            Self::IdentityRevoked => Code::IdentityRevoked,
            Self::HashChain { .. } | Self::HashMismatch => Code::HashMismatch,
            Self::IssuerMismatch => Code::IssuerMismatch,
            Self::KeyTooSmall { .. } => Code::KeyTooSmall,
            Self::KeyUnusable(_) => Code::KeyUnusable,
            Self::KeyUse => Code::KeyUse,
            Self::Malformed { .. } => Code::Malformed,
            Self::MissingMember { .. } => Code::MissingMember,
            Self::NoAnswer { .. } => Code::NoAnswer,
            Self::NoKey => Code::NoKey,
            Self::NoTime { .. } => Code::NoTime,
            Self::NonceMismatch => Code::NonceMismatch,
            Self::NotYetValid { .. } => Code::NotYetValid,
            Self::PointNotOnCurve => Code::PointNotOnCurve,
            Self::SignatureMismatch => Code::SignatureMismatch,
            Self::SignatureRefused => Code::SignatureRefused,
            Self::SignedAfterIssue { .. } => Code::SignedAfterIssue,
            Self::SubjectMismatch => Code::SubjectMismatch,
            Self::TimestampWindow { .. } => Code::TimestampWindow,
            Self::TooLarge { .. } => Code::TooLarge,
            Self::UnknownKey => Code::UnknownKey,
            Self::Unreachable => Code::Unreachable,
            Self::UnsignedLayer { .. } => Code::UnsignedLayer,
            Self::UntrustedChain { .. } => Code::UntrustedChain,
            Self::UnsupportedAlgorithm { .. } => Code::UnsupportedAlgorithm,
            Self::UnsupportedFormat { .. } => Code::UnsupportedFormat,
            Self::ValidationFailed { .. } => Code::ValidationFailed,
            Self::WrongSubgroup => Code::WrongSubgroup,
            Self::NotAnObject { .. } | Self::WrongType { .. } => Code::WrongType,
        }
    }

    /// Returns the category of the reason.
    #[must_use]
    pub const fn category(&self) -> Category {
        self.code().category()
    }
}

impl From<InvalidTime> for Error {
    fn from(InvalidTime: InvalidTime) -> Self {
        Self::Malformed { part: "time", fault: Fault::Time }
    }
}

impl From<UnknownAlgorithm> for Error {
    fn from(unknown: UnknownAlgorithm) -> Self {
        Self::UnsupportedAlgorithm { name: shorten(&unknown.name) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmMismatch { token, required } => {
                write!(f, "token uses {token}, but the key or format requires {required}")
            }
            Self::AmbiguousKey { candidates } => write!(
                f,
                "{candidates} keys match the token; \
                                                            exactly one must"
            ),
            Self::AudienceMismatch => f.write_str("`aud` does not contain the expected audience"),
            Self::CertificateExpired { at, not_before, not_after } => {
                write!(f, "certificate is valid from {not_before} to {not_after}, not at {at}")
            }
            Self::ContentMismatch { member } => {
                write!(f, "signed `{member}` is not as expected")
            }
            Self::CriticalHeader => {
                f.write_str("header has critical extensions (`crit`), which are not supported")
            }
            Self::DecryptFailed => f.write_str("decryption failed"),
            Self::Defect => {
                f.write_str("a bug in countersign: no check failed, but nothing was verified")
            }
            Self::Contradiction { part, member } => {
                write!(f, "{part}: `{member}` appears in two places, with different values")
            }
            Self::DuplicateMember { part, name } if name.is_empty() => {
                write!(f, "{part}: the member with the empty name is repeated")
            }
            Self::DuplicateMember { part, name } => write!(f, "{part}: `{name}` is repeated"),
            Self::ExpectationUnused { expectation } => {
                write!(f, "artefacts of this kind do not state the expected {expectation}")
            }
            Self::Expired { at, expiry } => {
                write!(f, "expired at {expiry}, {} before {at}", at.since(*expiry))
            }
            Self::HashChain { index } => write!(f, "hash chain is broken at capture {index}"),
            Self::HashMismatch => f.write_str("signed hash is not the expected one"),
            Self::IdentityRevoked => f.write_str("service reports that the identity is revoked"),
            Self::IssuerMismatch => f.write_str("`iss` is not the expected issuer"),
            Self::KeyTooSmall { bits } => write!(f, "RSA key has only {bits} bits"),
            Self::KeyUnusable(fault) => write!(f, "key is unusable: {fault}"),
            Self::KeyUse => {
                f.write_str("`use`, `key_ops` or the certificate's key usage forbid signatures")
            }
            Self::Malformed { part, fault } => write!(f, "{part}: {fault}"),
            Self::MissingMember { part, member } => write!(f, "{part}: `{member}` is missing"),
            Self::NoAnswer { status } => write!(f, "service answered with status {status}"),
            Self::NoKey => f.write_str("no key was given"),
            Self::NotAnObject { part, found } => write!(f, "{part} is {found}, not a JSON object"),
            Self::NoTime { member } => {
                write!(f, "time of issue is unknown: `{member}` is missing")
            }
            Self::NonceMismatch => f.write_str("`nonce` is not the expected nonce"),
            Self::NotYetValid { at, start } => {
                write!(f, "valid from {start}, {} after {at}", start.since(*at))
            }
            Self::PointNotOnCurve => f.write_str("coordinates are not on the curve"),
            Self::SignatureMismatch => f.write_str("signature does not match the content"),
            Self::SignatureRefused => {
                f.write_str("service refused the signature, or the credentials of the call")
            }
            Self::SignedAfterIssue { signed, issued } => {
                write!(
                    f,
                    "signed at {signed}, {} after the certificate was issued",
                    signed.since(*issued)
                )
            }
            Self::SubjectMismatch => f.write_str("`sub` is not the expected subject"),
            Self::TimestampWindow { signed, at } => {
                write!(f, "signed time {signed} is outside the accepted window around {at}")
            }
            Self::TooLarge { what, limit } => write!(f, "{what} exceeds the limit of {limit}"),
            Self::TwoNames { part, first, second } => {
                write!(f, "{part}: `{first}` and `{second}` are two names of one member")
            }
            Self::UnknownKey => f.write_str("no key has the identifier named by the token"),
            Self::Unreachable => f.write_str("no usable key set could be obtained"),
            Self::UnsignedLayer { part } => {
                write!(f, "{part} is not signed, and no signature covers it")
            }
            Self::UntrustedChain { fault } => write!(f, "chain is not trusted: {fault}"),
            Self::UnsupportedAlgorithm { name } if name.is_empty() => {
                f.write_str("the algorithm name is empty")
            }
            Self::UnsupportedAlgorithm { name } => {
                write!(f, "algorithm `{name}` is not supported")
            }
            Self::UnsupportedFormat { what } => write!(f, "{what} cannot be verified"),
            Self::ValidationFailed { codes } if codes.is_empty() => {
                f.write_str("server refused without a code")
            }
            Self::ValidationFailed { codes } => {
                f.write_str("server refused with ")?;
                for (index, code) in codes.iter().enumerate() {
                    write!(f, "{}{code}", if index == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Self::WrongSubgroup => f.write_str("point is not in the subgroup of prime order"),
            Self::WrongType { part, member, expected } => {
                write!(f, "{part}: `{member}` is not {expected}")
            }
        }
    }
}

impl core::error::Error for Error {}

impl Error {
    /// Says of a key of the verifier's own what is wrong with it. Whatever it is, no code is left that
    /// speaks of the token: its sender can do nothing about it.
    pub(crate) fn of_key(self) -> Self {
        Self::KeyUnusable(match self {
            Self::KeyUnusable(_) | Self::KeyUse | Self::KeyTooSmall { .. } => return self,
            Self::Malformed { part, fault } if !["certificate", "key"].contains(&part) => {
                KeyFault::Encoding { member: part, fault }
            }
            Self::MissingMember { member, .. } => KeyFault::Missing { member },
            Self::NotAnObject { found, .. } => KeyFault::NotAnObject { found },
            Self::PointNotOnCurve => KeyFault::Point,
            Self::TooLarge { what, limit } => KeyFault::Limit { what, limit },
            Self::UnsupportedAlgorithm { name } => KeyFault::Algorithm { name },
            Self::WrongType { member, expected, .. } => KeyFault::Type { member, expected },
            other => KeyFault::Text { detail: alloc::string::ToString::to_string(&other) },
        })
    }
}

/// Cuts text from the input to 64 characters, so that no error grows with it.
pub fn shorten(text: &str) -> String {
    first_64(text).into()
}

/// Returns the first 64 characters of a text.
pub(crate) fn first_64(text: &str) -> &str {
    let end = text.char_indices().nth(64).map(|(end, _)| end);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_lower_case_without_full_stop_and_name_the_distance_in_time() {
        let expired = Error::Expired {
            at: Time::from_unix(1_649_415_630).unwrap(),
            expiry: Time::from_unix(1_649_404_590).unwrap(),
        };
        assert_eq!(
            alloc::format!("{expired}"),
            "expired at 2022-04-08T07:56:30Z, 3 h 4 m before 2022-04-08T11:00:30Z"
        );
        for error in [
            Error::NoKey,
            Error::SignatureMismatch,
            Error::KeyTooSmall { bits: 1024 },
            Error::MissingMember { part: "payload", member: "cAt" },
            Error::ValidationFailed { codes: alloc::vec!["KER-ATH-401".into()] },
        ] {
            assert!(!alloc::format!("{error}").ends_with('.'), "{error}");
        }
    }
}
