//! The authentication token, which the SDKs' `authenticate` returns for a backend.
//!
//! Its published example is cut after `iss`, so claims beyond `iss`, `aud`, `sub`, `iat` and `exp`
//! are not known. They are ignored, except the distinguishing claims of other kinds. `amr`, `cid`,
//! `scp`, `events` and the scope `verification` of activation tokens are refused: every token of
//! another kind has one of them. Another `scope`, `nonce` and `projectID` occur in other kinds only
//! together with these, and cause the warning
//! [`ForeignClaims`](crate::report::Warning::ForeignClaims).
//!
//! Not supported: checking whether the identity has been revoked since.

use super::expected::Expected;
use super::profile::{Profile, Token, strings};
use crate::encoding::json::Document;
use crate::error::Error;
use crate::report::{Trail, Warning};

/// The rules of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthProfile;

/// Claims that are documented for other kinds, and make no token one of these.
const FOREIGN: &[&str] = &["scope", "nonce", "projectID"];

impl Profile for AuthProfile {
    const KIND: &'static str = "auth-token";
    const AUDIENCE: &'static str = "aud";
    const REQUIRED: &'static [&'static str] = &["iat"];
    const OPTIONAL: &'static [&'static str] = FOREIGN;
    type Own = ();

    fn read(document: &Document) -> Result<(), Error> {
        check_scope(document)
    }

    fn check(trail: &mut Trail, document: &Document, (): &(), _: &Expected) {
        if FOREIGN.iter().any(|claim| document.member(claim).is_some()) {
            trail.warn(Warning::ForeignClaims);
        }
    }
}

/// Refuses the scope of activation tokens, as the one text, in a list, or in an array.
fn check_scope(document: &Document) -> Result<(), Error> {
    const SCOPE: &str = "scope";
    let Some(value) = document.member(SCOPE) else { return Ok(()) };
    let is_activation = match value.as_str() {
        Some(text) => text.split_ascii_whitespace().any(|scope| scope == "verification"),
        None => strings(document, SCOPE)?.iter().any(|scope| scope == "verification"),
    };
    if is_activation { Err(Error::ContentMismatch { member: SCOPE }) } else { Ok(()) }
}

/// Verifies authentication tokens against the keys of `GET /.well-known/jwks`.
///
/// Checked: structure, header, key by `kid`, RS256, signature; that the token is not of another
/// kind; `iss`; that `aud`, a string or an array, contains the project; `iat` not in the future;
/// `exp` not reached; the time between them; `sub`, if expected. *Not* checked: whether the token
/// was used before.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::token::{Expected, auth};
/// use countersign_testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
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
pub type Verifier = super::Verifier<AuthProfile>;

/// An authentication token that passed every check. Only [`Verifier`] creates one.
pub type AuthToken = Token<AuthProfile>;
