//! The authentication token: what the SDKs' `authenticate` gives to a backend.
//!
//! Its published example is cut after `iss`, so claims beyond `iss`, `aud`, `sub`, `iat` and `exp`
//! are not known. They are ignored, except the marks of other kinds, which are refused.
//!
//! Not supported: finding out whether the identity was revoked since.

use super::profile::{Profile, verifier};
use crate::encoding::json::Document;
use crate::error::Error;

struct AuthProfile;

impl Profile for AuthProfile {
    const KIND: &'static str = "auth-token";
    const AUDIENCE: &'static str = "aud";
    const REQUIRED: &'static [&'static str] = &["iat"];
    const OPTIONAL: &'static [&'static str] = &[];
    type Own = ();

    fn read(_: &Document) -> Result<(), Error> {
        Ok(())
    }
}

verifier! {
    "an authentication token", AuthProfile, AuthToken,
    /// Verifies authentication tokens against the keys of `GET /.well-known/jwks`.
    ///
    /// Checked: structure, header, key by `kid`, RS256, signature; that the token is of this kind;
    /// `iss`; that `aud`, a string or an array, contains the project; `iat` not in the future;
    /// `exp` not reached; the time between them; `sub`, if expected. *Not* checked: whether the
    /// token was used before.
    ///
    /// ```
    /// use countersign::jose::JwkSet;
    /// use countersign::miracl::token::{Expected, auth};
    /// use countersign::testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
    /// use countersign::{Code, Limits, Policy, Time};
    ///
    /// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
    /// let keys = jwk_set(&[issuer.jwk()]).to_string();
    /// let keys = JwkSet::parse(keys.as_bytes(), &Limits::default())?;
    /// let claims = miracl::auth_claims("https://api.mpin.io", "project", "user", 1000);
    /// let token = miracl::token(&issuer, &claims).unwrap();
    ///
    /// let verifier = auth::Verifier::new(keys, Policy::default());
    /// let expected = Expected::new("https://api.mpin.io", "project");
    /// let at = |seconds| Time::from_unix(seconds).unwrap();
    /// assert_eq!(verifier.verify(token.as_bytes(), &expected, at(1059))?.subject(), "user");
    /// let late = verifier.verify(token.as_bytes(), &expected, at(1060));
    /// assert_eq!(late.unwrap_err().code(), Code::Expired);
    /// # Ok::<(), countersign::Error>(())
    /// ```
}
