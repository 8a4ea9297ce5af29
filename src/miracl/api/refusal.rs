//! What the service says when it refuses.

use alloc::string::{String, ToString as _};
use core::fmt;

use crate::api::{FromJson, Misfit, ToJson, message};
use crate::encoding::json::{Object, Value};
use crate::error::{open_codes, shorten};

open_codes! {
    /// Why the service refused. An open set: what is not documented is kept as it is.
    ///
    /// ```
    /// use countersign::miracl::api::ErrorCode;
    ///
    /// assert_eq!(ErrorCode::from("FORBIDDEN"), ErrorCode::Forbidden);
    /// assert_eq!(ErrorCode::from("NEW_ONE"), ErrorCode::Unknown("NEW_ONE".into()));
    /// assert_eq!(ErrorCode::Unauthorized.as_str(), "UNAUTHORIZED");
    /// ```
    enum ErrorCode;
    /// Every code of the documents.
    const DOCUMENTED;
    /// A code that no document names.
    else Unknown;

    /// The credentials are wrong.
    Unauthorized = "UNAUTHORIZED";
    /// The credentials are wrong, as `POST /verification` says it.
    UnauthorizedRequest = "UNAUTHORIZED_REQUEST";
    /// The credentials are right, and not for this project.
    Forbidden = "FORBIDDEN";
    /// The `Authorization` header is malformed, or its credentials are wrong.
    InvalidRequestAuthorization = "INVALID_REQUEST_AUTHORIZATION";
    /// A parameter is missing or wrong: [`Refusal::parameter`] names it.
    InvalidRequestParameters = "INVALID_REQUEST_PARAMETERS";
    /// The body is JSON of another shape.
    InvalidRequestPayload = "INVALID_REQUEST_PAYLOAD";
    /// The body is no JSON.
    InvalidRequestBody = "INVALID_REQUEST_BODY";
    /// The project's verification method is not the custom one.
    InvalidVerificationMethod = "INVALID_VERIFICATION_METHOD";
    /// The path exists, with other methods.
    MethodNotAllowed = "METHOD_NOT_ALLOWED";
    /// Verification was asked for too soon again: [`Refusal::backoff`] says for how long.
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

message! {
    /// The error envelope.
    ///
    /// ```
    /// use countersign::Limits;
    /// use countersign::miracl::api::{ErrorCode, Refusal};
    ///
    /// let body = br#"{"error":"INVALID_REQUEST_PARAMETERS","info":"userId is missing","context":{"params":"userId"}}"#;
    /// let refusal = Refusal::parse(body, &Limits::default()).unwrap();
    /// assert_eq!(refusal.error, ErrorCode::InvalidRequestParameters);
    /// assert_eq!(refusal.parameter(), Some("userId"));
    /// ```
    pub struct Refusal {
        /// The code; the only part to act upon.
        error: ErrorCode = "error",
    } optional {
        /// A sentence for people; not stable.
        info: String = "info",
        /// What the code is about.
        context: Object<'static> = "context",
    }
}

impl Refusal {
    /// Returns the parameter that is wrong, as the service names it. For several the documents
    /// give no syntax.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        self.context.as_ref()?.member("params")?.as_str()
    }

    /// Returns for how many seconds the service wants to be left alone.
    #[must_use]
    pub fn backoff(&self) -> Option<u64> {
        self.context.as_ref()?.member("backoff")?.as_str()?.parse().ok()
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
    use crate::limits::Limits;

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
        let wait = br#"{"error":"REQUEST_BACKOFF","context":{"backoff":"42"}}"#;
        let refusal = Refusal::parse(wait, &Limits::default()).unwrap();
        assert_eq!(refusal.backoff(), Some(42));
    }
}
