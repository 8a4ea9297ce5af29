//! The access token of OpenID Connect.
//!
//! Not supported: opaque access tokens, introspection.

use alloc::string::String;
use alloc::vec::Vec;

use super::profile::{Body, Profile, Token, strings};
use crate::encoding::json::Document;
use crate::error::Error;

/// The rules of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessProfile;

impl Profile for AccessProfile {
    const KIND: &'static str = "access-token";
    const AUDIENCE: &'static str = "cid";
    const REQUIRED: &'static [&'static str] = &["scp"];
    const OPTIONAL: &'static [&'static str] = &[];
    const BODY: Option<Body> =
        Some(Body::token_answer("access_token", "`access_token` of a token endpoint's answer"));
    type Own = Vec<String>;

    fn read(document: &Document) -> Result<Vec<String>, Error> {
        strings(document, "scp")
    }

    fn scopes(own: &Vec<String>) -> &[String] {
        own
    }
}

/// Verifies access tokens against the keys of `GET /oidc/certs`.
///
/// Checked: structure, header, key by `kid`, RS256, signature; that the token is of this kind, so
/// that it has no `aud`; `iss`; that `cid` is the client; `exp` not reached, and not further ahead
/// than the longest life, as these tokens have no `iat`; the expected scopes, within `scp`. *Not*
/// checked: whether the token was used before. In the answer of a token endpoint, only
/// `access_token` is verified, and the report names the other members.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::token::{Expected, access};
/// use countersign_testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
/// use countersign::{Code, Limits, Policy, Time};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
/// let keys = jwk_set(&[issuer.jwk()]).to_string();
/// let keys = JwkSet::parse(keys.as_bytes(), &Limits::default())?;
/// let claims = miracl::access_claims("https://api.mpin.io", "client", "user", &["openid"], 1900);
/// let token = miracl::token(&issuer, &claims).unwrap();
/// let at = Time::from_unix(1000).unwrap();
///
/// let verifier = access::Verifier::new(keys, Policy::default());
/// let expected = Expected::new("https://api.mpin.io", "client").scope("openid");
/// assert_eq!(verifier.verify(token.as_bytes(), &expected, at)?.scopes(), ["openid"]);
/// let more = verifier.verify(token.as_bytes(), &expected.scope("email"), at);
/// assert_eq!(more.unwrap_err().code(), Code::ContentMismatch);
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = super::Verifier<AccessProfile>;

/// An access token, given bare or in a token endpoint's answer, that passed every check. Only
/// [`Verifier`] creates one.
pub type AccessToken = Token<AccessProfile>;

impl AccessToken {
    /// Returns `scp`: the granted scopes.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        self.own()
    }
}
