//! The service's refusal of a request.

use core::fmt;

use crate::{
    call::parse_json, error::Misfit, message::Fields, message::FromJson, message::ToJson,
    message::UnixSeconds,
};
use countersign::encoding::json::{Object, Value};
use countersign::internals::{open_codes, shorten};
use countersign::{Limits, Time};

open_codes! {
    /// Why the service refused. The set is open: undocumented codes are kept verbatim.
    ///
    /// ```
    /// use countersign_api::miracl::ErrorCode;
    ///
    /// assert_eq!(ErrorCode::from("FORBIDDEN"), ErrorCode::Forbidden);
    /// assert_eq!(ErrorCode::from("NEW_ONE"), ErrorCode::Unknown("NEW_ONE".into()));
    /// assert_eq!(ErrorCode::Unauthorized.as_str(), "UNAUTHORIZED");
    /// ```
    enum ErrorCode;
    /// Every code of the documents.
    const DOCUMENTED;
    /// An undocumented code.
    else Unknown;

    /// The credentials are wrong.
    Unauthorized = "UNAUTHORIZED";
    /// The credentials are wrong, in the spelling of `POST /verification`.
    UnauthorizedRequest = "UNAUTHORIZED_REQUEST";
    /// The credentials are valid, but not for this project.
    Forbidden = "FORBIDDEN";
    /// The `Authorization` header is malformed, or its credentials are wrong.
    InvalidRequestAuthorization = "INVALID_REQUEST_AUTHORIZATION";
    /// A parameter is missing or wrong: [`Refusal::parameter`] names it.
    InvalidRequestParameters = "INVALID_REQUEST_PARAMETERS";
    /// The body is JSON of the wrong shape.
    InvalidRequestPayload = "INVALID_REQUEST_PAYLOAD";
    /// The body is not JSON.
    InvalidRequestBody = "INVALID_REQUEST_BODY";
    /// The project's verification method is not the custom one.
    InvalidVerificationMethod = "INVALID_VERIFICATION_METHOD";
    /// The path does not allow this method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED";
    /// Verification was requested again too soon: [`Refusal::backoff`] says when it is allowed.
    RequestBackoff = "REQUEST_BACKOFF";
    /// The older name of [`RequestBackoff`](Self::RequestBackoff).
    BackoffError = "BACKOFF_ERROR";
    /// The code of the verification URL is wrong or used up.
    UnsuccessfulVerification = "UNSUCCESSFUL_VERIFICATION";
    /// The older name of [`UnsuccessfulVerification`](Self::UnsuccessfulVerification).
    InvalidVerificationCode = "INVALID_VERIFICATION_CODE";
    /// The identity may not make QuickCodes.
    LimitedQuickCodeGeneration = "LIMITED_QUICKCODE_GENERATION";
    /// The activation token is wrong or used up.
    InvalidActivationToken = "INVALID_ACTIVATION_TOKEN";
    /// The identity has expired.
    ExpiredMpinId = "EXPIRED_MPINID";
    /// The older name of [`ExpiredMpinId`](Self::ExpiredMpinId).
    MpinIdExpired = "MPINID_EXPIRED";
    /// The PIN is wrong.
    UnsuccessfulAuthentication = "UNSUCCESSFUL_AUTHENTICATION";
    /// The older name of [`UnsuccessfulAuthentication`](Self::UnsuccessfulAuthentication).
    InvalidAuth = "INVALID_AUTH";
    /// The identity was revoked.
    RevokedMpinId = "REVOKED_MPINID";
    /// The older name of [`RevokedMpinId`](Self::RevokedMpinId).
    MpinIdRevoked = "MPINID_REVOKED";
    /// The session is unknown or over.
    InvalidAuthenticationSession = "INVALID_AUTHENTICATION_SESSION";
    /// The older name of [`InvalidAuthenticationSession`](Self::InvalidAuthenticationSession).
    InvalidAuthSession = "INVALID_AUTH_SESSION";
    /// The device has no token for push messages.
    NoPushToken = "NO_PUSH_TOKEN";
    /// The same as [`LimitedQuickCodeGeneration`](Self::LimitedQuickCodeGeneration), in the tests
    /// of miracl/trust-sdk-ios, like the three that follow.
    QuickCodeLimited = "QUICKCODE_LIMITED";
    /// An error in custom user verification.
    CustomVerificationError = "CUV_ERROR";
    /// The identity or the token belongs to another project.
    ProjectMismatch = "PROJECT_MISMATCH";
    /// An error of the platform that sends push messages.
    PushNotificationPlatformError = "PUSH_NOTIFICATION_PLATFORM_ERROR";
}

impl fmt::Display for ErrorCode {
    /// Cut to 64 characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shorten(self.as_str()))
    }
}

impl FromJson for ErrorCode {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        String::from_json(value).map(|text| Self::from(text.as_str()))
    }
}

impl ToJson for ErrorCode {
    fn to_json(&self) -> Value<'static> {
        Value::from(self.as_str().to_string())
    }
}

/// The service's refusal of a request.
///
/// Services write one of two envelopes, and clients read both (miracl/trust-sdk-android
/// `ApiRequstExecutor.kt`, miracl/trust-sdk-ios `FallbackRequestErrorResponse.swift`).
/// [`envelope`](Self::envelope) keeps which one it was, so a refusal is written as it was read.
///
/// ```
/// use countersign::Limits;
/// use countersign_api::miracl::{ErrorCode, Refusal};
///
/// let parse = |body: &str| Refusal::parse(body.as_bytes(), &Limits::default()).unwrap();
/// let refusal = parse(
///     r#"{"error":"INVALID_REQUEST_PARAMETERS","info":"userId is missing","context":{"params":"userId","requestID":"l53p"}}"#,
/// );
/// assert_eq!(refusal.error, ErrorCode::InvalidRequestParameters);
/// assert_eq!((refusal.parameter(), refusal.request_id()), (Some("userId"), Some("l53p")));
///
/// let older = parse(
///     r#"{"requestID":"l53p","error":{"code":"MPINID_REVOKED","info":"M-PIN ID is revoked.","context":{}}}"#,
/// );
/// assert_eq!((older.error.as_str(), older.request_id()), ("MPINID_REVOKED", Some("l53p")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The code, the only part to act on. Member `error`; in the older envelope `error.code`.
    pub error: ErrorCode,
    /// A text for people, not stable. Member `info`.
    pub info: Option<String>,
    /// Details of the code. Member `context`.
    pub context: Option<Object<'static>>,
    /// The envelope in which it came.
    pub envelope: Envelope,
    /// Undocumented members beside the code, verbatim.
    pub rest: Object<'static>,
}

/// How a service writes a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Envelope {
    /// `{"error":"CODE","info":…,"context":{…}}`, the documented one.
    Flat,
    /// `{"requestID":…,"error":{"code":"CODE","info":…,"context":{…}}}`, of older services, with
    /// the members around `error`.
    Nested(Object<'static>),
}

impl Refusal {
    /// Makes a refusal with a code, in the documented envelope; all other members are absent.
    #[must_use]
    pub fn new(error: impl Into<ErrorCode>) -> Self {
        Self {
            error: error.into(),
            info: None,
            context: None,
            envelope: Envelope::Flat,
            rest: Object::new(),
        }
    }

    /// Parses the JSON text, in either envelope.
    ///
    /// # Errors
    ///
    /// A [`Misfit`] that names the faulty member and its fault.
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Misfit> {
        Self::from_json(parse_json(text, limits)?)
    }

    /// Returns the JSON object, in its envelope.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        match &self.envelope {
            Envelope::Flat => self.members("error"),
            Envelope::Nested(outer) => outer.clone().with("error", self.members("code")),
        }
    }

    fn members(&self, code: &'static str) -> Object<'static> {
        let mut object = Object::new().with(code, self.error.as_str().to_string());
        if let Some(info) = &self.info {
            object.set("info", info.clone());
        }
        if let Some(context) = &self.context {
            object.set("context", context.clone());
        }
        for (name, value) in self.rest.iter() {
            if object.member(name).is_none() {
                object.set(name.to_string(), value.clone());
            }
        }
        object
    }

    /// Takes the members of either envelope out of the object that has the code.
    fn of(mut fields: Fields, error: ErrorCode, envelope: Envelope) -> Result<Self, Misfit> {
        let (info, context) = (fields.optional("info")?, fields.optional("context")?);
        Ok(Self { error, info, context, envelope, rest: fields.rest() })
    }

    /// Returns the name of the faulty parameter. The documents do not specify the syntax for
    /// several.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        self.context.as_ref()?.member("params")?.as_str()
    }

    /// Returns when a request refused with [`RequestBackoff`](ErrorCode::RequestBackoff) may be
    /// sent again.
    ///
    /// `context.backoff` is a point in time in Unix seconds, not a duration
    /// (miracl/trust-sdk-android `VerificationException.kt`).
    #[must_use]
    pub fn backoff(&self) -> Option<Time> {
        let seconds = self.context.as_ref()?.member("backoff")?.clone().into_owned();
        UnixSeconds::from_json(seconds).ok().map(UnixSeconds::time)
    }

    /// Returns the service's ID of the request, for questions to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let outer = match &self.envelope {
            Envelope::Flat => None,
            Envelope::Nested(outer) => outer.member("requestID"),
        };
        let within = || self.context.as_ref()?.member("requestID");
        outer.or_else(within)?.as_str()
    }
}

impl FromJson for Refusal {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        let mut outer = Fields::new(value)?;
        let within = |misfit: Misfit| misfit.within(".error");
        match outer.required("error")? {
            inner @ Value::Object(_) => {
                let envelope = Envelope::Nested(outer.rest());
                let mut inner = Fields::new(inner)?;
                let error = inner.required("code").map_err(within)?;
                Self::of(inner, error, envelope).map_err(within)
            }
            code => {
                let error = ErrorCode::from_json(code).map_err(within)?;
                Self::of(outer, error, Envelope::Flat)
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        match self.parameter() {
            Some(parameter) => write!(f, " ({})", shorten(parameter)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Limits;

    #[test]
    fn every_code_reads_back_and_unknown_ones_are_kept() {
        for code in ErrorCode::DOCUMENTED {
            assert_eq!(ErrorCode::from(code.as_str()), *code);
            assert!(!matches!(code, ErrorCode::Unknown(_)));
        }
        let body = r#"{"error":"SOMETHING_ELSE","context":{"a":1},"trace":"t"}"#;
        let refusal = Refusal::parse(body.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(refusal.error.as_str(), "SOMETHING_ELSE");
        assert_eq!(refusal.to_json().to_string(), body);
        assert_eq!((refusal.parameter(), refusal.backoff()), (None, None));
    }

    fn parse(body: &str) -> Result<Refusal, Misfit> {
        Refusal::parse(body.as_bytes(), &Limits::default())
    }

    #[test]
    fn a_backoff_is_an_instant_in_either_envelope() {
        // miracl/trust-sdk-android `ApiRequestExecutorUnitTest.kt`, in this form and the older one.
        let context = r#"{"requestID":"l53pbvlmsjsqug2l","backoff":"1682319640"}"#;
        let flat = format!(
            r#"{{"error":"REQUEST_BACKOFF","info":"Too many verification requests.","context":{context}}}"#
        );
        let nested = r#"{"requestID":"l53pbvlmsjsqug2l","error":{"code":"BACKOFF_ERROR","info":"Too many verification requests. Wait for the backoff period.","context":{"backoff":"1682319640"}}}"#;
        for (body, code) in
            [(flat.as_str(), ErrorCode::RequestBackoff), (nested, ErrorCode::BackoffError)]
        {
            let refusal = parse(body).unwrap();
            assert_eq!(refusal.error, code);
            let until = refusal.backoff().unwrap();
            assert_eq!(until.to_string(), "2023-04-24T07:00:40Z");
            assert_eq!(refusal.request_id(), Some("l53pbvlmsjsqug2l"));
            assert!(refusal.info.as_ref().unwrap().starts_with("Too many"));
            assert_eq!(refusal.to_json().to_string(), body);
        }
        for (backoff, expected) in [
            ("1682319640", Some(1_682_319_640)),
            ("\"0\"", Some(0)),
            ("\"soon\"", None),
            ("\"-1\"", None),
            ("\"+1\"", None),
            ("\" 1\"", None),
            ("1.5", None),
            ("null", None),
        ] {
            let body = nested.replace("\"1682319640\"", backoff);
            let found = parse(&body).unwrap().backoff().map(Time::unix);
            assert_eq!(found, expected, "{backoff}");
        }
    }

    #[test]
    fn both_envelopes_keep_everything_and_name_what_does_not_fit() {
        for body in [
            r#"{"error":"A","context":{"requestID":"r","a":1},"info":null,"x":[]}"#,
            r#"{"requestID":"r","x":{"y":null},"error":{"code":"A","info":"i","context":{"a":"b"},"z":1}}"#,
            r#"{"requestID":"r","error":{"code":"A","context":null}}"#,
        ] {
            let refusal = parse(body).unwrap();
            assert_eq!((refusal.error.as_str(), refusal.request_id()), ("A", Some("r")), "{body}");
            assert_eq!(refusal.to_json().to_string(), body);
        }
        let inner = parse(r#"{"error":{"code":"A","context":{"requestID":"s"}}}"#).unwrap();
        assert_eq!(inner.request_id(), Some("s"));
        assert_eq!(parse(r#"{"requestID":"r","error":"A"}"#).unwrap().request_id(), None);
        for (body, misfit) in [
            ("[]", "$ is not an object"),
            (r#"{"code":"A"}"#, "$.error is missing"),
            (r#"{"error":null}"#, "$.error is not a string"),
            (r#"{"error":7}"#, "$.error is not a string"),
            (r#"{"error":["A"]}"#, "$.error is not a string"),
            (r#"{"error":{}}"#, "$.error.code is missing"),
            (r#"{"error":{"code":{}}}"#, "$.error.code is not a string"),
            (r#"{"error":{"code":"A","info":1}}"#, "$.error.info is not a string"),
            (r#"{"error":"A","context":"x"}"#, "$.context is not an object"),
        ] {
            assert_eq!(parse(body).unwrap_err().to_string(), misfit, "{body}");
        }
    }
}
