//! The activation token, with which a device registers an identity.
//!
//! The documents do not say which key set has its key. Its `kid` is base64url *with* padding, which
//! does not matter: identifiers are compared byte for byte.
//!
//! Not supported: activation tokens of older services, which are 32 hexadecimal digits without
//! anything to verify.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::profile::{PART, Profile, Token};
use crate::encoding::json::Document;
use crate::error::Error;

/// The rules of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActivationProfile;

/// What is read from an activation token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Own {
    device_name: String,
    identifier: String,
    scopes: Vec<String>,
}

impl Profile for ActivationProfile {
    const KIND: &'static str = "activation-token";
    const AUDIENCE: &'static str = "projectID";
    const REQUIRED: &'static [&'static str] = &["iat", "jti", "scope", "deviceName"];
    const OPTIONAL: &'static [&'static str] = &[];
    type Own = Own;

    fn read(document: &Document) -> Result<Own, Error> {
        let text = |member| Ok::<_, Error>(document.string(PART, member)?.into_owned());
        let scope = text("scope")?;
        if scope != "verification" {
            return Err(Error::ContentMismatch { member: "scope" });
        }
        Ok(Own {
            device_name: text("deviceName")?,
            identifier: text("jti")?,
            scopes: [scope].to_vec(),
        })
    }

    fn scopes(own: &Own) -> &[String] {
        &own.scopes
    }
}

/// Verifies activation tokens.
///
/// Checked: structure, header, key by `kid`, RS256, signature; that the token is of this kind:
/// `scope` is `verification`, and there is no `aud`; `iss`; that `projectID` is the project; `iat`
/// not in the future; `exp` not reached; the time between them. *Not* checked: whether the token
/// was used before; [`identifier`](ActivationToken::identifier) lets the caller do that.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::token::{Expected, activation};
/// use countersign_testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
/// use countersign::{Limits, Policy, Time};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("H48=")).unwrap();
/// let keys = jwk_set(&[issuer.jwk()]).to_string();
/// let keys = JwkSet::parse(keys.as_bytes(), &Limits::default())?;
/// let claims = miracl::activation_claims("https://api.mpin.io", "project", "user", 1000);
/// let token = miracl::token(&issuer, &claims).unwrap();
///
/// let verifier = activation::Verifier::new(keys, Policy::default());
/// let expected = Expected::new("https://api.mpin.io", "project").subject("user");
/// let at = Time::from_unix(1089).unwrap();
/// assert_eq!(verifier.verify(token.as_bytes(), &expected, at)?.device_name(), "test device");
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = super::Verifier<ActivationProfile>;

/// An activation token that passed every check. Only [`Verifier`] creates one.
pub type ActivationToken = Token<ActivationProfile>;

impl ActivationToken {
    /// Returns the name that people gave the device.
    #[must_use]
    pub fn device_name(&self) -> &str {
        &self.own().device_name
    }

    /// Returns `jti`, which is unique to this token.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.own().identifier
    }

    /// Returns `projectID`.
    #[must_use]
    pub fn project_id(&self) -> String {
        self.claims().string(PART, "projectID").map(|id| id.to_string()).unwrap_or_default()
    }
}
