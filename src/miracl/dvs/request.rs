//! The request that a certificate answers.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::encoding::json::{self, Object, Value};
use crate::encoding::{Fault, hex};
use crate::error::Error;
use crate::limits::Limits;
use crate::time::Time;

/// The part of a request to `POST /dvs/verify` that a relying party keeps: the signed hash, and the
/// client's time of signing.
///
/// ```
/// use countersign::Limits;
/// use countersign::miracl::dvs::SignatureRequest;
///
/// let body = br#"{"signature":{"hash":"74657374"},"timestamp":1649401561,"type":"verification"}"#;
/// let request = SignatureRequest::parse(body, &Limits::default())?;
/// assert_eq!(request.hash(), "74657374");
/// assert_eq!(request.timestamp().to_string(), "2022-04-08T07:06:01Z");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureRequest {
    hash: String,
    timestamp: Time,
}

impl SignatureRequest {
    /// Parses the body of the request, or a signature object that carries its own `timestamp` as
    /// the current SDKs for Android and iOS write it.
    ///
    /// Checked: strict JSON; `hash` is hexadecimal of at least one byte and keeps its letter case;
    /// `timestamp` is an integer, beside or inside the signature object but not both with different
    /// values. *Not* checked: the curve points, `mpinId`, `dtas`, and whether the signature is
    /// valid, which only the holder of the server secret can check.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::MissingMember`], [`Error::WrongType`],
    /// [`Error::DuplicateMember`] or [`Error::TooLarge`].
    pub fn parse(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        if body.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.token_bytes() });
        }
        let parts = Parts::of(json::parse_object(PART, body, limits)?)?;
        Ok(Self { hash: parts.hash, timestamp: parts.timestamp })
    }

    pub(super) const fn new(hash: String, timestamp: Time) -> Self {
        Self { hash, timestamp }
    }

    /// Returns the hash in hexadecimal, as sent.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns the client's time of signing.
    #[must_use]
    pub const fn timestamp(&self) -> Time {
        self.timestamp
    }
}

/// The part of messages about a request.
pub(super) const PART: &str = "signature request";

/// What every form of a request has.
pub(super) struct Parts<'a> {
    pub(super) signature: Object<'a>,
    pub(super) hash: String,
    /// What `hash` is the hexadecimal text of.
    pub(super) message: Vec<u8>,
    pub(super) timestamp: Time,
}

impl<'a> Parts<'a> {
    /// Takes the parts out of a request, or out of a signature object.
    pub(super) fn of(outer: Object<'a>) -> Result<Self, Error> {
        let beside = outer.optional_integer(PART, "timestamp")?;
        let signature = match outer.member("signature") {
            None => outer,
            Some(_) => match outer.into_member("signature") {
                Some(Value::Object(signature)) => signature,
                _ => {
                    let (member, expected) = ("signature", "an object");
                    return Err(Error::WrongType { part: PART, member, expected });
                }
            },
        };
        let hash = signature.string(PART, "hash")?.to_string();
        let malformed = |fault| Error::Malformed { part: "hash", fault };
        let message = hex::decode(&hash).map_err(malformed)?;
        if message.is_empty() {
            return Err(malformed(Fault::Empty));
        }
        let inside = signature.optional_integer(PART, "timestamp")?;
        let seconds = match (beside, inside) {
            (Some(beside), Some(inside)) if beside != inside => {
                return Err(Error::Contradiction { part: PART, member: "timestamp" });
            }
            (Some(seconds), _) | (None, Some(seconds)) => seconds,
            (None, None) => {
                return Err(Error::MissingMember { part: PART, member: "timestamp" });
            }
        };
        let timestamp = Time::from_unix(seconds)
            .ok_or(Error::Malformed { part: "timestamp", fault: Fault::Time })?;
        Ok(Self { signature, hash, message, timestamp })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    #[test]
    fn the_published_request_is_read() {
        let body = include_bytes!("../../../test-vectors/seed/dvs-verify-request.json");
        let request = SignatureRequest::parse(body, &Limits::default()).unwrap();
        assert_eq!((request.hash(), request.timestamp().unix()), ("74657374", 1_649_401_561));
    }

    #[test]
    fn the_timestamp_may_stand_inside_the_signature_object() {
        let parse = |text: &str| SignatureRequest::parse(text.as_bytes(), &Limits::default());
        let alone = parse(r#"{"hash":"AAbb","timestamp":1}"#).unwrap();
        assert_eq!((alone.hash(), alone.timestamp().unix()), ("AAbb", 1));
        assert!(parse(r#"{"signature":{"hash":"00","timestamp":1}}"#).is_ok());
        assert!(parse(r#"{"signature":{"hash":"00","timestamp":1},"timestamp":1}"#).is_ok());
        for (text, code) in [
            (r#"{"signature":{"hash":"00","timestamp":1},"timestamp":2}"#, Code::DuplicateMember),
            (r#"{"signature":{"hash":"00"}}"#, Code::MissingMember),
            (r#"{"signature":{"timestamp":1}}"#, Code::MissingMember),
            (r#"{"signature":{"hash":"0","timestamp":1}}"#, Code::Malformed),
            (r#"{"signature":{"hash":"","timestamp":1}}"#, Code::Malformed),
            (r#"{"signature":{"hash":"0g","timestamp":1}}"#, Code::Malformed),
            (r#"{"signature":{"hash":7,"timestamp":1}}"#, Code::WrongType),
            (r#"{"signature":{"hash":"00","timestamp":"1"}}"#, Code::WrongType),
            (r#"{"signature":{"hash":"00","timestamp":-1}}"#, Code::Malformed),
            (r#"{"signature":"00","timestamp":1}"#, Code::WrongType),
            ("[]", Code::WrongType),
        ] {
            assert_eq!(parse(text).unwrap_err().code(), code, "{text}");
        }
    }
}
