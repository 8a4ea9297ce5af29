//! Key sets of the services, the discovery document, and user information of OpenID Connect.

use http::{Method, Response};

use super::refusal::Refusal;
use super::shape::{answer, call};
use crate::{
    call::Access, call::Call, call::Retry, call::check_json_type, error::ApiError,
    message::message, target::Target,
};
use countersign::encoding::json::Object;
use countersign::jose::JwkSet;
use countersign::{Error, Limits};

/// `GET /dvs/jwks`: the keys that sign DVS certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say in it")]
pub struct GetDvsKeys;

call!(GetDvsKeys, "GET /dvs/jwks", GET, Allowed, Public, Keys, |_| Target::new(&["dvs", "jwks"]));

/// `GET /oidc/certs`: the keys that sign ID tokens and access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say in it")]
pub struct GetOidcKeys;

call!(GetOidcKeys, "GET /oidc/certs", GET, Allowed, Public, Keys, |_| Target::new(&[
    "oidc", "certs"
]));

/// `GET /.well-known/jwks`: the keys that sign authentication tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say in it")]
pub struct GetAuthenticationKeys;

call!(GetAuthenticationKeys, "GET /.well-known/jwks", GET, Allowed, Public, Keys, |_| {
    Target::new(&[".well-known", "jwks"])
});

message! {
    /// A key set as received.
    ///
    /// ```
    /// use countersign::Limits;
    /// use countersign_api::miracl::Keys;
    ///
    /// let body = br#"{"keys":[{"kty":"RSA","use":"sig","kid":"s1","e":"AQAB","n":"kWp2zRA23Z3vTL4uoe8k
    /// TFptxBVFunIoP4t_8TDYJrOb7D1iZNDXVeEsYKp6ppmrTZDAgd-cNOTKLd4M39WJc5FN0maTAVKJc7NxklDeKc4dMe1BGvTZ
    /// NG4MpWBo-taKULlYUu0ltYJuLzOjIrTHfarucrGoRWqM0sl3z2-fv9k"}]}"#;
    /// let body: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    /// let keys = Keys::parse(&body, &Limits::default()).unwrap();
    /// assert_eq!(keys.jwk_set(&Limits::default())?.keys()[0].kid(), Some("s1"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub struct Keys {
        /// The keys, unparsed.
        keys: Vec<Object<'static>> = "keys",
    } optional {
    }
}

impl Keys {
    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// As [`JwkSet::parse`].
    pub fn jwk_set(&self, limits: &Limits) -> Result<JwkSet, Error> {
        JwkSet::parse(self.to_json().to_string().as_bytes(), limits)
    }
}

/// `GET /.well-known/openid-configuration`: the discovery document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say in it")]
pub struct GetDiscovery;

impl Call for GetDiscovery {
    const NAME: &'static str = "GET /.well-known/openid-configuration";
    const METHOD: Method = Method::GET;
    const RETRY: Retry = Retry::Allowed;
    const ACCESS: Access = Access::Public;
    type Answer = Discovery;
    type Refusal = Refusal;

    fn target(&self) -> Result<Target, Error> {
        Target::new(&[".well-known", "openid-configuration"])
    }

    fn answer(
        &self,
        response: &Response<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Discovery, ApiError<Refusal>> {
        if response.status().is_success() {
            // OpenID Connect Discovery 1.0 section 4.2.
            check_json_type(response)?;
        }
        answer(response, limits)
    }
}

message! {
    /// The discovery document (OpenID Connect Discovery 1.0 section 3). URLs are text: the caller
    /// must check whether they belong to the issuer. A project with its own address has its own
    /// issuer.
    pub struct Discovery {
        /// `iss` of every token; must equal the requested URL, byte for byte
        /// ([`is_of`](Self::is_of)).
        issuer: String = "issuer",
        /// The authorization endpoint.
        authorization_endpoint: String = "authorization_endpoint",
        /// The URL of the key set.
        jwks_uri: String = "jwks_uri",
        /// Algorithms of ID tokens.
        id_token_algorithms: Vec<String> = "id_token_signing_alg_values_supported",
    } optional {
        /// The token endpoint.
        token_endpoint: String = "token_endpoint",
        /// The user information endpoint.
        userinfo_endpoint: String = "userinfo_endpoint",
        /// Scopes.
        scopes: Vec<String> = "scopes_supported",
        /// Response types.
        response_types: Vec<String> = "response_types_supported",
        /// Claims.
        claims: Vec<String> = "claims_supported",
        /// Algorithms of signed user information.
        userinfo_algorithms: Vec<String> = "userinfo_signing_alg_values_supported",
    }
}

impl Discovery {
    /// Checks that the document is about the requested issuer (OpenID Connect Discovery 1.0 section
    /// 4.3).
    ///
    /// # Errors
    ///
    /// [`Error::IssuerMismatch`].
    pub fn is_of(&self, issuer: &str) -> Result<(), Error> {
        if self.issuer == issuer { Ok(()) } else { Err(Error::IssuerMismatch) }
    }
}

/// `GET /.well-known/project-configuration`: which project an address belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say in it")]
pub struct GetProjectConfiguration;

call!(
    GetProjectConfiguration,
    "GET /.well-known/project-configuration",
    GET,
    Allowed,
    Public,
    ProjectConfiguration,
    |_| Target::new(&[".well-known", "project-configuration"])
);

message! {
    /// The answer of `GET /.well-known/project-configuration`.
    pub struct ProjectConfiguration {
        /// The project.
        id: String = "id",
    } optional {
    }
}

/// `GET /oidc/userinfo`: information about the authenticated user.
///
/// The credential is the *user's* access token, as [`Credentials::bearer`], never the client's
/// (OpenID Connect Core 1.0 section 5.3.1). Answers as a JWT, which the discovery document allows,
/// are refused with [`ApiError::ContentType`].
///
/// [`Credentials::bearer`]: crate::Credentials::bearer
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say in it")]
pub struct GetUserInfo;

impl Call for GetUserInfo {
    const NAME: &'static str = "GET /oidc/userinfo";
    const METHOD: Method = Method::GET;
    const RETRY: Retry = Retry::Allowed;
    const ACCESS: Access = Access::Authenticated;
    type Answer = UserInfo;
    type Refusal = Refusal;

    fn target(&self) -> Result<Target, Error> {
        Target::new(&["oidc", "userinfo"])
    }

    fn answer(
        &self,
        response: &Response<Vec<u8>>,
        limits: &Limits,
    ) -> Result<UserInfo, ApiError<Refusal>> {
        if response.status().is_success() {
            // OpenID Connect Core 1.0 section 5.3.2.
            check_json_type(response)?;
        }
        answer(response, limits)
    }
}

message! {
    /// The answer of `GET /oidc/userinfo`. It is not signed. Do not use it unless
    /// [`is_of`](Self::is_of) passes.
    pub struct UserInfo {
        /// The user.
        subject: String = "sub",
    } optional {
        /// The e-mail address, if the scope `email` was granted.
        email: String = "email",
    }
}

impl UserInfo {
    /// Checks that the answer is about this user: `sub` of the verified ID token (OpenID Connect
    /// Core 1.0 section 5.3.2).
    ///
    /// # Errors
    ///
    /// [`Error::SubjectMismatch`].
    pub fn is_of(&self, subject: &str) -> Result<(), Error> {
        if self.subject == subject { Ok(()) } else { Err(Error::SubjectMismatch) }
    }
}
