//! Sessions: a user authenticates or signs on another device, and the caller polls for the outcome.
//!
//! Formats: miracl/oidc-samples `integration-tests/types.go`, miracl/trust-sdk-android
//! `androidTest/…/MIRACLService.kt`, miracl/client-js `src/client.js`.

use super::shape::call;
use crate::{
    credentials::Confidential, error::Misfit, message::FromJson, message::ToJson, message::message,
    target::Target,
};
use countersign::encoding::json::{Object, Value};
use countersign::miracl::token::{CrossDeviceSession, SessionStatus};
use countersign::{Error, Limits};

message! {
    /// `POST /rps/v2/session`: creates a session, which a user joins by a QR code, a link or a push
    /// message. No credentials are sent, as in the official SDKs.
    ///
    /// Do not repeat it: every call creates a session.
    ///
    /// ```
    /// use countersign_api::{BaseUrl, Call, Credentials};
    /// use countersign_api::miracl::CreateSession;
    ///
    /// // To be signed by this user.
    /// let mut call = CreateSession::new("86cd3e64-f641-416a-bf80-64b9b7eef8ea");
    /// call.user_id = Some("user@example.com".into());
    /// call.hash = Some("74657374".into());
    /// call.description = Some("A contract".into());
    ///
    /// let base: BaseUrl = "https://project.miracl.io".parse()?;
    /// let request = call.request(&base, &Credentials::None)?;
    /// assert_eq!(request.uri(), "https://project.miracl.io/rps/v2/session");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub struct CreateSession {
        /// The project.
        project_id: String = "projectId",
    } optional {
        /// The user who may join; anyone, if absent.
        user_id: String = "userId",
        /// The hash to sign, in hexadecimal. The service accepts any text and passes it to the
        /// device unchanged, so compare the signed hash with the intended one.
        hash: String = "hash",
        /// The text that the user sees before signing.
        description: String = "description",
    }
}

call!(CreateSession, "POST /rps/v2/session", POST, Forbidden, Public, Session,
    |_| Target::new(&["rps", "v2", "session"]), body: |this| this.to_json());

message! {
    /// The answer of `POST /rps/v2/session`.
    pub struct Session {
        /// The content of the QR code, with the session's ID after the `#`
        /// ([`access_id`](Self::access_id)).
        qr_url: String = "qrURL",
        /// The secret with which the caller polls for the outcome, in [`GetSession`]. Do not give
        /// it to the user.
        web_ott: Confidential = "webOTT",
    } optional {
        /// Where a browser may poll for the outcome.
        access_url: String = "accessURL",
    }
}

impl Session {
    /// Returns the ID of the session, which [`CreateVerification`](super::CreateVerification) takes
    /// as `accessId`: the fragment of the QR code's URL.
    #[must_use]
    pub fn access_id(&self) -> Option<&str> {
        let (_, id) = self.qr_url.split_once('#')?;
        Some(id).filter(|id| !id.is_empty())
    }
}

message! {
    /// `POST /rps/v2/access`: polls the state of a session. Repeat while the status is
    /// [`New`](SessionStatus::New).
    pub struct GetSession {
        /// The secret of the session.
        web_ott: Confidential = "webOTT",
    } optional {
    }
}

call!(GetSession, "POST /rps/v2/access", POST, Allowed, Public, SessionState,
    |_| Target::new(&["rps", "v2", "access"]), body: |this| this.to_json());

message! {
    /// The answer of `POST /rps/v2/access`. The service signs nothing in it: trust it only as far as
    /// the TLS connection. To verify a signature in it, use
    /// [`Transaction`](countersign::miracl::dvs::Transaction).
    ///
    /// ```
    /// use countersign::Limits;
    /// use countersign_api::miracl::SessionState;
    /// use countersign::miracl::token::{CrossDeviceSession, SessionStatus};
    ///
    /// let limits = Limits::default();
    /// let state = SessionState::parse(br#"{"status":"new","signature":""}"#, &limits).unwrap();
    /// let session = state.cross_device(&limits)?;
    /// assert_eq!(session, CrossDeviceSession::Unsigned(SessionStatus::New));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub struct SessionState {
        /// The state of the session.
        status: SessionStatus = "status",
    } optional {
        /// The status as a number.
        status_code: i64 = "statusCode",
        /// The authenticated user.
        user_id: String = "userId",
        /// Where to redirect the user's browser, with the authorization code.
        redirect_url: Confidential = "redirectURL",
        /// The signature in base64; empty until there is one.
        signature: String = "signature",
    }
}

impl SessionState {
    /// Parses the signature, or the state of an unsigned session.
    ///
    /// # Errors
    ///
    /// As [`CrossDeviceSession::parse`].
    pub fn cross_device(&self, limits: &Limits) -> Result<CrossDeviceSession, Error> {
        let mut answer = Object::new().with("status", self.status.as_str().to_string());
        if let Some(signature) = &self.signature {
            answer.set("signature", signature.clone());
        }
        CrossDeviceSession::parse(answer.to_string().as_bytes(), limits)
    }
}

impl FromJson for SessionStatus {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        String::from_json(value).map(|text| Self::from(text.as_str()))
    }
}

impl ToJson for SessionStatus {
    fn to_json(&self) -> Value<'static> {
        Value::from(self.as_str().to_string())
    }
}

/// `POST /pushauth`: sends a user a push message with a session for OpenID Connect. No credentials
/// are sent (miracl/client-js `src/client.js`, `sendPushNotificationForAuth`).
///
/// Do not repeat it: every call sends a message.
///
/// ```
/// use countersign_api::Call;
/// use countersign_api::miracl::PushAuthentication;
///
/// let mut call = PushAuthentication::new("client", "user@example.com");
/// call.scope = Some("openid email".into());
/// assert_eq!(call.target()?.as_str(), "/pushauth?client_id=client&scope=openid%20email");
/// assert_eq!(call.body().unwrap().to_string(), r#"{"prerollId":"user@example.com"}"#);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PushAuthentication {
    /// `client_id`.
    pub client_id: String,
    /// `redirect_uri`.
    pub redirect_uri: Option<String>,
    /// `response_type`; only `code` is supported by the service.
    pub response_type: Option<String>,
    /// `scope`: separated by spaces.
    pub scope: Option<String>,
    /// `state`.
    pub state: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// The user; member `prerollId` of the body.
    pub user_id: String,
}

impl PushAuthentication {
    /// Makes a request for a client and a user.
    #[must_use]
    pub fn new(client_id: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            redirect_uri: None,
            response_type: None,
            scope: None,
            state: None,
            nonce: None,
            user_id: user_id.into(),
        }
    }
}

call!(PushAuthentication, "POST /pushauth", POST, Forbidden, Public, PushedSession,
    |this| Ok(Target::new(&["pushauth"])?
        .query("client_id", &this.client_id)
        .query_optional("redirect_uri", this.redirect_uri.as_deref())
        .query_optional("response_type", this.response_type.as_deref())
        .query_optional("scope", this.scope.as_deref())
        .query_optional("state", this.state.as_deref())
        .query_optional("nonce", this.nonce.as_deref())),
    body: |this| Object::new().with("prerollId", this.user_id.clone()));

message! {
    /// The answer of `POST /pushauth`.
    pub struct PushedSession {
        /// The secret with which the caller polls for the outcome, in [`GetSession`]. Do not give
        /// it to the user.
        web_ott: Confidential = "webOTT",
    } optional {
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Code;

    #[test]
    fn the_id_of_a_session_is_what_follows_the_hash_sign() {
        let session = |url: &str| {
            let text = format!(r#"{{"qrURL":"{url}","webOTT":"o"}}"#);
            Session::parse(text.as_bytes(), &Limits::default()).unwrap()
        };
        for (url, id) in [
            ("https://mcl.mpin.io/mobile-login/#0a1b", Some("0a1b")),
            ("https://mcl.mpin.io/mobile/sign#x#y", Some("x#y")),
            ("https://mcl.mpin.io/#", None),
            ("https://mcl.mpin.io/", None),
        ] {
            assert_eq!(session(url).access_id(), id, "{url}");
        }
        let shown = format!("{:?}", session("https://mcl.mpin.io/#i"));
        assert!(shown.contains("Confidential(..)"), "{shown}");
    }

    #[test]
    fn a_session_is_waiting_signed_or_malformed() {
        let limits = Limits::default();
        let parse = |text: &str| SessionState::parse(text.as_bytes(), &limits);
        // miracl/oidc-samples `integration-tests/types.go`.
        let text = r#"{"status":"authenticated","statusCode":200,"userId":"u","redirectURL":"https://x.example/?code=c"}"#;
        let login = parse(text).unwrap();
        assert_eq!(login.status, SessionStatus::Authenticated);
        assert_eq!((login.user_id.as_deref(), login.status_code), (Some("u"), Some(200)));
        assert!(!format!("{login:?}").contains("code=c"));
        assert_eq!(login.to_json().to_string(), text);
        let unsigned = CrossDeviceSession::Unsigned(SessionStatus::Authenticated);
        assert_eq!(login.cross_device(&limits), Ok(unsigned));

        let signed = parse(r#"{"status":"authenticated","signature":"e30="}"#).unwrap();
        assert_eq!(signed.cross_device(&limits).unwrap_err().code(), Code::MissingMember);
        assert_eq!(parse(r#"{"signature":""}"#).unwrap_err().path(), "$.status");
        assert_eq!(parse(r#"{"status":1}"#).unwrap_err().path(), "$.status");
    }
}
