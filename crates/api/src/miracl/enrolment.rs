//! Activation tokens, verification URLs and QuickCodes, which add a device to a project.

use super::shape::call;
use crate::{
    credentials::Confidential, error::Misfit, message::FromJson, message::ToJson,
    message::UnixSeconds, message::message, target::Target,
};
use countersign::Time;
use countersign::encoding::json::Value;
use countersign::internals::open_codes;

message! {
    /// `POST /activate/initiate`: creates an identity and an activation token for it. Part of the
    /// older platform.
    ///
    /// Do not repeat it: every call creates an identity.
    pub struct InitiateActivation {
        /// The user.
        user_id: String = "userId",
    } optional {
        /// The name of the device.
        device_name: String = "deviceName",
    }
}

call!(InitiateActivation, "POST /activate/initiate", POST, Forbidden, Authenticated, Activation,
    |_| Target::new(&["activate", "initiate"]), body: |this| this.to_json());

message! {
    /// The answer of `POST /activate/initiate`.
    pub struct Activation {
        /// SHA-256 of the M-PIN ID, in hexadecimal.
        hash_mpin_id: String = "hashMPinId",
        /// The token with which the device activates itself.
        activation_token: Confidential = "actToken",
        /// When the token expires.
        expires: UnixSeconds = "expireTime",
    } optional {
        /// Where to redirect afterwards; may be empty.
        redirect_uri: String = "redirectURI",
        /// The M-PIN ID, in hexadecimal; read it with
        /// [`MpinId::from_hex`](countersign::miracl::identity::MpinId::from_hex).
        mpin_id: String = "mpinId",
    }
}

message! {
    /// `POST /verification`: makes a verification URL, with which any device can be enrolled.
    ///
    /// The documents require `clientId`; the official SDKs send `projectId` instead. Set one of
    /// them. Do not repeat it: every call creates a URL.
    ///
    /// ```
    /// use countersign_api::{BaseUrl, Call, Credentials};
    /// use countersign_api::miracl::{CreateVerification, PRODUCTION};
    /// use countersign::{Secret, Time};
    ///
    /// let mut call = CreateVerification::new("test@example.com", "no");
    /// call.client_id = Some("client".into());
    /// call.expires = Time::from_unix(1_700_000_000).map(Into::into);
    ///
    /// let base: BaseUrl = PRODUCTION.parse()?;
    /// let credentials = Credentials::basic("client", Secret::new(b"secret".to_vec()))?;
    /// let request = call.request(&base, &credentials)?;
    /// assert_eq!(request.uri(), "https://api.mpin.io/verification");
    /// assert_eq!(
    ///     request.body(),
    ///     br#"{"userId":"test@example.com","delivery":"no","expiration":1700000000,"clientId":"client"}"#
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub struct CreateVerification {
        /// The user.
        user_id: String = "userId",
        /// How the URL reaches the user: `no`, by the caller.
        delivery: String = "delivery",
    } optional {
        /// The name of the device.
        device_name: String = "deviceName",
        /// Until when the URL is valid. Sent as a number; read as a number or, as in one revision
        /// of the documents, a string.
        expires: UnixSeconds = "expiration",
        /// The waiting authentication session.
        access_id: String = "accessId",
        /// Its stage.
        stage: String = "stage",
        /// The client.
        client_id: String = "clientId",
        /// The project, instead of the client.
        project_id: String = "projectId",
        /// OpenID Connect: where to redirect afterwards.
        redirect_uri: String = "redirectURI",
        /// OpenID Connect: scopes.
        scope: Vec<String> = "scope",
        /// OpenID Connect: returned unchanged.
        state: String = "state",
        /// OpenID Connect: for the ID token.
        nonce: String = "nonce",
    }
}

call!(CreateVerification, "POST /verification", POST, Forbidden, Authenticated, Verification,
    |_| Target::new(&["verification"]), body: |this| this.to_json());

message! {
    /// The answer of `POST /verification`.
    pub struct Verification {
        /// The URL; read it with [`VerificationUrl`](countersign::miracl::token::VerificationUrl).
        /// Its holder can enrol a device.
        verification_url: Confidential = "verificationURL",
    } optional {
    }
}

message! {
    /// `POST /verification/email`: sends a user an e-mail with a verification URL or code. No
    /// credentials are sent.
    ///
    /// Do not repeat it: every call sends an e-mail. Until [`EmailVerification::backoff`] has come,
    /// another one for the same user is refused with
    /// [`RequestBackoff`](super::ErrorCode::RequestBackoff).
    ///
    /// ```
    /// use countersign_api::Call;
    /// use countersign_api::miracl::SendVerificationEmail;
    ///
    /// let mut call = SendVerificationEmail::new("project", "user@example.com");
    /// call.device_name = Some("Browser".into());
    /// assert_eq!(call.target()?.as_str(), "/verification/email");
    /// assert_eq!(
    ///     call.body().unwrap().to_string(),
    ///     r#"{"projectId":"project","userId":"user@example.com","deviceName":"Browser"}"#
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub struct SendVerificationEmail {
        /// The project.
        project_id: String = "projectId",
        /// The user: an e-mail address.
        user_id: String = "userId",
    } optional {
        /// The name of the device.
        device_name: String = "deviceName",
        /// The identifier of the device.
        device_tag: String = "deviceTag",
        /// The waiting authentication session.
        access_id: String = "accessId",
        /// The M-PIN ID that the device has already, in hexadecimal.
        mpin_id: String = "mpinId",
        /// OpenID Connect: the client.
        client_id: String = "clientId",
        /// OpenID Connect: where to redirect afterwards.
        redirect_uri: String = "redirectURI",
        /// OpenID Connect: scopes.
        scope: Vec<String> = "scope",
        /// OpenID Connect: returned unchanged.
        state: String = "state",
        /// OpenID Connect: for the ID token.
        nonce: String = "nonce",
    }
}

call!(SendVerificationEmail, "POST /verification/email", POST, Forbidden, Public,
    EmailVerification,
    |_| Target::new(&["verification", "email"]), body: |this| this.to_json());

message! {
    /// The answer of `POST /verification/email`.
    pub struct EmailVerification {
        /// From when on another e-mail may be sent to the same user, in Unix seconds.
        backoff: Time = "backoff",
        /// The content of the e-mail.
        method: EmailMethod = "method",
    } optional {
    }
}

open_codes! {
    /// The verification method of an e-mail. The set is open: other texts are kept verbatim.
    ///
    /// ```
    /// use countersign_api::miracl::EmailMethod;
    ///
    /// assert_eq!(EmailMethod::from("code"), EmailMethod::Code);
    /// assert_eq!(EmailMethod::Link.as_str(), "link");
    /// ```
    enum EmailMethod;
    /// Every known method.
    const KNOWN;
    /// Another method.
    else Other;

    /// A verification URL.
    Link = "link";
    /// A code to type.
    Code = "code";
}

impl FromJson for EmailMethod {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        String::from_json(value).map(|text| Self::from(text.as_str()))
    }
}

impl ToJson for EmailMethod {
    fn to_json(&self) -> Value<'static> {
        Value::from(self.as_str().to_string())
    }
}

message! {
    /// `POST /verification/confirmation`: exchanges the code of a verification URL for an activation
    /// token. The code is the credential, so no others are sent.
    ///
    /// Do not repeat it: a code is valid once.
    pub struct ConfirmVerification {
        /// The user of the URL.
        user_id: String = "userId",
        /// The code of the URL.
        code: Confidential = "code",
    } optional {
        /// The identifier of the device.
        device_tag: String = "deviceTag",
    }
}

call!(ConfirmVerification, "POST /verification/confirmation", POST, Forbidden, Public,
    VerificationConfirmation,
    |_| Target::new(&["verification", "confirmation"]), body: |this| this.to_json());

message! {
    /// The answer of `POST /verification/confirmation`. Where the code is refused with
    /// [`UnsuccessfulVerification`](super::ErrorCode::UnsuccessfulVerification), `projectId` and
    /// `accessId` may stand in the context of the refusal.
    pub struct VerificationConfirmation {
        /// The token with which the device activates itself; newer services send one that
        /// [`activation::Verifier`](countersign::miracl::token::activation::Verifier) verifies.
        activation_token: Confidential = "actToken",
    } optional {
        /// The project.
        project_id: String = "projectId",
        /// The waiting authentication session.
        access_id: String = "accessId",
        /// When the token expires.
        expires: UnixSeconds = "expireTime",
        /// OpenID Connect: returned unchanged.
        state: String = "state",
        /// OpenID Connect: for the ID token.
        nonce: String = "nonce",
        /// Where to redirect afterwards.
        redirect_url: String = "verificationRedirectUrl",
    }
}

message! {
    /// `POST /verification/quickcode`: exchanges an authentication of the scope `reg-code` for a code
    /// that enrols another device. The token of the authentication is the credential, so no others
    /// are sent.
    ///
    /// Do not repeat it: every call creates a code.
    pub struct CreateQuickCode {
        /// The project.
        project_id: String = "projectId",
        /// The token from the SDK's authentication.
        token: Confidential = "jwt",
        /// The name of the requesting device.
        device_name: String = "deviceName",
    } optional {
    }
}

call!(CreateQuickCode, "POST /verification/quickcode", POST, Forbidden, Public, QuickCode,
    |_| Target::new(&["verification", "quickcode"]), body: |this| this.to_json());

message! {
    /// The answer of `POST /verification/quickcode`.
    pub struct QuickCode {
        /// The code. Its holder can enrol a device.
        code: Confidential = "code",
        /// When it expires.
        expires: UnixSeconds = "expireTime",
        /// How many seconds it is valid.
        ttl_seconds: u64 = "ttlSeconds",
    } optional {
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Limits;
    use countersign::miracl::identity::MpinId;

    #[test]
    fn an_activation_may_have_the_identity_and_no_redirection() {
        // miracl/maas-sdk-dotnet-core2 `MiraclClientTests.cs`.
        let text = r#"{"mpinId":"7b22696174223a313534313636323732352c22757365724944223a2270657479612e6b6f6c657661406d697261636c2e636f6d222c22634944223a2263313431623638342d643130342d346236312d626466392d663530316265303734333836222c2273616c74223a2275733739437647584f5254444f7272355441544b3677222c2276223a352c2273636f7065223a5b2261757468225d2c22647461223a5b5d2c227674223a227076227d","hashMPinId":"7167bc0f576dd6db3afb868370c941d41388f68a86426e377fe16a747532fddd","actToken":"5ab9551721a45d778ac77d3da1ca1317","expireTime":1541662815}"#;
        let limits = Limits::default();
        let activation = Activation::parse(text.as_bytes(), &limits).unwrap();
        assert_eq!(activation.redirect_uri, None);
        let id = MpinId::from_hex(activation.mpin_id.as_deref().unwrap(), &limits).unwrap();
        assert_eq!(id.hash(), activation.hash_mpin_id);
        assert_eq!(activation.rest.iter().count(), 0);
    }

    #[test]
    fn a_backoff_is_an_instant_and_the_method_an_open_set() {
        let parse = |text: &str| EmailVerification::parse(text.as_bytes(), &Limits::default());
        let text = r#"{"backoff":1688029968,"method":"link"}"#;
        let answer = parse(text).unwrap();
        assert_eq!(answer.backoff.to_string(), "2023-06-29T09:12:48Z");
        assert_eq!(answer.method, EmailMethod::Link);
        assert_eq!(answer.to_json().to_string(), text);
        let other = parse(r#"{"backoff":0,"method":"pigeon"}"#).unwrap();
        assert_eq!(other.method, EmailMethod::Other("pigeon".into()));
        for (text, path) in [
            (r#"{"backoff":"1688029968","method":"link"}"#, "$.backoff"),
            (r#"{"backoff":-1,"method":"link"}"#, "$.backoff"),
            (r#"{"backoff":1}"#, "$.method"),
            (r#"{"method":"link"}"#, "$.backoff"),
        ] {
            assert_eq!(parse(text).unwrap_err().path(), path, "{text}");
        }
    }
}
