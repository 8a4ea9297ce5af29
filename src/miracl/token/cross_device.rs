//! A session on another device: its state, and the resulting signature.

use alloc::string::{String, ToString as _};

use crate::encoding::base64;
use crate::encoding::json::{self, Document, Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::miracl::dvs::request::SignatureRequest;
use crate::open_codes;

open_codes! {
    /// The state of a session. The set is open: other texts are kept verbatim.
    ///
    /// The device reports `wid`, `user`, `signed` and `abort` to the service
    /// (miracl/trust-sdk-android `CrossDeviceSessionApi.kt`); whether `POST /rps/v2/access` answers
    /// with these is not documented. Only the signature shows that the user signed.
    ///
    /// ```
    /// use countersign::miracl::token::SessionStatus;
    ///
    /// assert_eq!(SessionStatus::from("new"), SessionStatus::New);
    /// assert_eq!(SessionStatus::from("signed").as_str(), "signed");
    /// ```
    enum SessionStatus;
    /// Every known status.
    const KNOWN;
    /// Another status.
    else Other;

    /// Nothing has happened yet.
    New = "new";
    /// The user authenticated.
    Authenticated = "authenticated";
    /// The session has ended.
    Expired = "expired";
}

/// The answer of `POST /rps/v2/access` about a session in which a user signs on another device.
///
/// ```
/// use countersign::Limits;
/// use countersign::encoding::json::Object;
/// use countersign::miracl::token::{CrossDeviceSession, CrossDeviceSignature, SessionStatus};
///
/// let limits = Limits::default();
/// let waiting = CrossDeviceSession::parse(br#"{"status":"new","signature":""}"#, &limits)?;
/// assert_eq!(waiting, CrossDeviceSession::Unsigned(SessionStatus::New));
///
/// let object = Object::new().with("hash", "74657374").with("timestamp", 1_649_401_561_i64);
/// let text = CrossDeviceSignature::encode(&object);
/// let answer = format!(r#"{{"status":"authenticated","signature":"{text}"}}"#);
/// let signed = CrossDeviceSession::parse(answer.as_bytes(), &limits)?;
/// assert_eq!(signed.signature().unwrap().request().hash(), "74657374");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrossDeviceSession {
    /// Not signed yet, or never: the status tells whether to keep waiting.
    Unsigned(SessionStatus),
    /// There is a signature. *Nothing in it is verified.*
    Signed(SessionStatus, CrossDeviceSignature),
}

impl CrossDeviceSession {
    /// Parses the answer. A signature that is `null` or empty counts as absent.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`]; the errors of malformed JSON; [`Error::MissingMember`] or
    /// [`Error::WrongType`] if there is no `status`; and the errors of
    /// [`CrossDeviceSignature::parse`] if there is a signature.
    pub fn parse(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        const ANSWER: &str = "session answer";
        if body.len() > limits.message_bytes() {
            return Err(Error::TooLarge { what: ANSWER, limit: limits.message_bytes() });
        }
        let answer = json::parse_object(ANSWER, body, limits)?;
        let status = SessionStatus::from(answer.string(ANSWER, "status")?);
        let signature = match answer.member("signature") {
            None | Some(Value::Null) => "",
            Some(_) => answer.string(ANSWER, "signature")?,
        };
        if signature.is_empty() {
            return Ok(Self::Unsigned(status));
        }
        Ok(Self::Signed(status, CrossDeviceSignature::parse(signature, limits)?))
    }

    /// Returns the state of the session.
    #[must_use]
    pub const fn status(&self) -> &SessionStatus {
        match self {
            Self::Unsigned(status) | Self::Signed(status, _) => status,
        }
    }

    /// Returns the signature, if there is one.
    #[must_use]
    pub const fn signature(&self) -> Option<&CrossDeviceSignature> {
        match self {
            Self::Unsigned(_) => None,
            Self::Signed(_, signature) => Some(signature),
        }
    }
}

/// The signature that a user made on another device: base64 of the signature object, with its
/// `timestamp` inside (miracl/trust-sdk-android `CrossDeviceSessionApi.kt`).
///
/// Parsing it verifies nothing. Pass the text of the [object](Self::object) to
/// [`Transaction::begin`](crate::miracl::dvs::Transaction::begin), and expect the hash that the
/// session was created with. The service accepts any text as the hash of a session, so only that
/// comparison shows what was signed.
///
/// ```
/// use countersign::Limits;
/// use countersign::encoding::json::Object;
/// use countersign::miracl::token::CrossDeviceSignature;
///
/// let object = Object::new().with("hash", "74657374").with("timestamp", 1_649_401_561_i64);
/// let text = CrossDeviceSignature::encode(&object);
///
/// let signature = CrossDeviceSignature::parse(&text, &Limits::default())?;
/// assert_eq!(signature.request().hash(), "74657374");
/// assert_eq!(signature.object().text(), object.to_string());
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
    /// JSON; and the errors of [`SignatureRequest::parse`].
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        if text.len() > limits.message_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.message_bytes() });
        }
        let bytes = base64::decode_standard(text.as_bytes())
            .map_err(|fault| Error::Malformed { part: PART, fault })?;
        let request = SignatureRequest::parse(&bytes, limits)?;
        Ok(Self { object: Document::parse(PART, bytes, limits)?, request })
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

    /// Returns the request (hash and time of signing) to bind the certificate to.
    #[must_use]
    pub const fn request(&self) -> &SignatureRequest {
        &self.request
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    #[test]
    fn only_standard_base64_of_a_signature_object_is_read() {
        let parse = |text: &str| CrossDeviceSignature::parse(text, &Limits::default());
        let encode = |text: &str| base64::encode_standard(text.as_bytes());
        let good = r#"{"hash":"00","u":"0","timestamp":1}"#;
        assert_eq!(parse(&encode(good)).unwrap().object().text(), good);
        let object = Object::new().with("hash", "00").with("u", "0").with("timestamp", 1_i64);
        assert_eq!(CrossDeviceSignature::encode(&object), encode(good));
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
    }

    #[test]
    fn a_session_without_a_signature_is_a_state_and_not_an_error() {
        let parse = |body: &str| CrossDeviceSession::parse(body.as_bytes(), &Limits::default());
        for (body, status) in [
            (r#"{"status":"new","signature":""}"#, SessionStatus::New),
            (r#"{"status":"new"}"#, SessionStatus::New),
            (r#"{"status":"expired","signature":null}"#, SessionStatus::Expired),
            (r#"{"status":"authenticated","userId":"u"}"#, SessionStatus::Authenticated),
            (r#"{"status":"wid","signature":""}"#, SessionStatus::Other("wid".into())),
        ] {
            let session = parse(body).unwrap();
            assert_eq!((session.status(), session.signature()), (&status, None), "{body}");
        }
        let text = base64::encode_standard(br#"{"hash":"00","timestamp":1}"#);
        let signed = parse(&alloc::format!(r#"{{"status":"x","signature":"{text}"}}"#)).unwrap();
        let signature = CrossDeviceSignature::parse(&text, &Limits::default()).unwrap();
        assert_eq!(signed.status().as_str(), "x");
        assert_eq!(signed.signature(), Some(&signature));
        for (body, code) in [
            ("{}".to_string(), Code::MissingMember),
            (alloc::format!(r#"{{"signature":"{text}"}}"#), Code::MissingMember),
            (r#"{"status":null,"signature":""}"#.into(), Code::WrongType),
            (r#"{"status":"new","signature":7}"#.into(), Code::WrongType),
            (r#"{"status":"new","signature":" "}"#.into(), Code::Malformed),
            (r#"{"status":"new","signature":"e30="}"#.into(), Code::MissingMember),
            (r#"{"status":"new","signature":"","signature":"e30="}"#.into(), Code::DuplicateMember),
            ("[]".into(), Code::WrongType),
            (" ".repeat(70_000), Code::TooLarge),
        ] {
            assert_eq!(parse(&body).unwrap_err().code(), code, "{body}");
        }
    }
}
