//! A signature that another device made, as a session hands it over.

use alloc::string::{String, ToString as _};

use crate::encoding::base64;
use crate::encoding::json::{self, Document, Object};
use crate::error::Error;
use crate::limits::Limits;
use crate::miracl::dvs::SignatureRequest;

/// What `POST /rps/v2/access` answers once the user has signed on another device: base64 of the
/// signature object, with its `timestamp` inside (miracl/trust-sdk-android
/// `CrossDeviceSessionApi.kt`).
///
/// Nothing is verified by reading it. The object goes to `POST /dvs/verify`, and the certificate of
/// its answer to [`dvs::Verifier`](crate::miracl::dvs::Verifier), with
/// [`request`](Self::request) as what is expected.
///
/// ```
/// use countersign::Limits;
/// use countersign::encoding::json::Object;
/// use countersign::miracl::token::CrossDeviceSignature;
///
/// let object = Object::new().with("hash", "74657374").with("timestamp", 1_649_401_561_i64);
/// let text = CrossDeviceSignature::encode(&object);
/// let answer = format!(r#"{{"status":"signed","signature":"{text}"}}"#);
///
/// let limits = Limits::default();
/// let signature = CrossDeviceSignature::parse_answer(answer.as_bytes(), &limits)?;
/// assert_eq!(signature, CrossDeviceSignature::parse(&text, &limits)?);
/// assert_eq!(signature.request().hash(), "74657374");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossDeviceSignature {
    object: Document,
    request: SignatureRequest,
}

const PART: &str = "cross-device signature";

impl CrossDeviceSignature {
    /// Parses the base64 text.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`]; [`Error::Malformed`] for anything but padded standard base64 of strict
    /// JSON; and as [`SignatureRequest::parse`].
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        if text.len() > limits.message_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.message_bytes() });
        }
        let bytes = base64::decode_standard(text.as_bytes())
            .map_err(|fault| Error::Malformed { part: PART, fault })?;
        let request = SignatureRequest::parse(&bytes, limits)?;
        Ok(Self { object: Document::parse(PART, bytes, limits)?, request })
    }

    /// Parses the answer of the session.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and [`Error::MissingMember`] as long as nobody has signed.
    pub fn parse_answer(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        const ANSWER: &str = "session answer";
        if body.len() > limits.message_bytes() {
            return Err(Error::TooLarge { what: ANSWER, limit: limits.message_bytes() });
        }
        let answer = json::parse_object(ANSWER, body, limits)?;
        Self::parse(answer.string(ANSWER, "signature")?, limits)
    }

    /// Returns the base64 text of a signature object, as the device sends it.
    #[must_use]
    pub fn encode(object: &Object<'_>) -> String {
        base64::encode_standard(object.to_string().as_bytes())
    }

    /// Returns the signature object.
    #[must_use]
    pub const fn object(&self) -> &Document {
        &self.object
    }

    /// Returns the hash and the time of signing, to bind the certificate to.
    #[must_use]
    pub const fn request(&self) -> &SignatureRequest {
        &self.request
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn only_standard_base64_of_a_signature_object_is_read() {
        let parse = |text: &str| CrossDeviceSignature::parse(text, &Limits::default());
        let encode = |text: &str| base64::encode_standard(text.as_bytes());
        let good = r#"{"hash":"00","u":"0","timestamp":1}"#;
        assert_eq!(parse(&encode(good)).unwrap().object().text(), good);
        for (text, code) in [
            (encode(good).trim_end_matches('=').to_string(), Code::Malformed),
            (good.to_string(), Code::Malformed),
            (encode(r#"{"hash":"00"}"#), Code::MissingMember),
            (encode("[]"), Code::WrongType),
            (String::new(), Code::Malformed),
            ("A".repeat(70_000), Code::TooLarge),
        ] {
            assert_eq!(parse(&text).unwrap_err().code(), code, "{text}");
        }
        let answer =
            |body: &str| CrossDeviceSignature::parse_answer(body.as_bytes(), &Limits::default());
        assert_eq!(answer(r#"{"status":"new"}"#).unwrap_err().code(), Code::MissingMember);
        assert_eq!(answer(r#"{"signature":null}"#).unwrap_err().code(), Code::WrongType);
    }
}
