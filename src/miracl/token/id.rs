//! The ID token of OpenID Connect.
//!
//! Not supported: encrypted ID tokens, `at_hash` and `c_hash`, which no document mentions.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::expected::Expected;
use super::profile::{Body, PART, Profile, Token, strings};
use crate::encoding::hex;
use crate::encoding::json::{Document, Value};
use crate::error::Error;
use crate::miracl::identity::hash_mpin_id;
use crate::report::{Check, Trail};

/// The rules of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdProfile;

/// What is read from an ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Own {
    methods: Vec<String>,
    email_verified: Option<bool>,
    scopes: Vec<String>,
    /// The hash of `mpin_id`.
    computed: Option<String>,
    hash_mpin_id: Option<String>,
}

/// The claims that a scope brings, as far as they are documented.
const SCOPES: [(&str, &str); 4] = [
    ("email", "email"),
    ("dvs", "dvs_keys"),
    ("mpin_id", "mpin_id"),
    ("hash_mpin_id", "hash_mpin_id"),
];

impl Profile for IdProfile {
    const KIND: &'static str = "id-token";
    const AUDIENCE: &'static str = "aud";
    const REQUIRED: &'static [&'static str] = &["iat", "amr"];
    const OPTIONAL: &'static [&'static str] = &["nonce"];
    const BODY: Option<Body> =
        Some(Body::token_answer("id_token", "`id_token` of a token endpoint's answer"));
    type Own = Own;

    fn read(document: &Document) -> Result<Own, Error> {
        let text = |member| -> Result<Option<String>, Error> {
            Ok(document.optional_string(PART, member)?.map(Cow::into_owned))
        };
        text("email")?;
        let hash = |text: String| match hex::decode(&text) {
            Ok(bytes) => Ok(hash_mpin_id(&bytes)),
            Err(fault) => Err(Error::Malformed { part: "mpin_id", fault }),
        };
        let brought =
            |(scope, claim): &(&str, &str)| document.member(claim).map(|_| scope.to_string());
        Ok(Own {
            methods: strings(document, "amr")?,
            email_verified: document.member("email_verified").map(|v| flag(&v)).transpose()?,
            // Whoever asks for `openid` gets an ID token.
            scopes: SCOPES.iter().filter_map(brought).chain(["openid".to_string()]).collect(),
            computed: text("mpin_id")?.map(hash).transpose()?,
            hash_mpin_id: text("hash_mpin_id")?,
        })
    }

    fn scopes(own: &Own) -> &[String] {
        &own.scopes
    }

    fn check(trail: &mut Trail, document: &Document, own: &Own, expected: &Expected) {
        if !expected.jwt.wants_nonce() {
            trail.skip(
                Check::NONCE,
                "no nonce was expected, so a token of another login would \
                                      pass",
            );
        }
        if let (Some(computed), Some(hash)) = (&own.computed, &own.hash_mpin_id) {
            let fits = if hash == computed { Ok(()) } else { Err(Error::HashMismatch) };
            trail.record(Check::HASH, fits, |()| "`hash_mpin_id` is that of `mpin_id`");
            trail.cite("MIRACL Trust OIDC documentation");
        }
        // OpenID Connect Core 1.0 section 3.1.3.7, steps 3 to 5.
        let party = document.optional_string(PART, "azp");
        let several = document
            .member("aud")
            .is_some_and(|aud| aud.as_array().is_some_and(|audiences| audiences.len() > 1));
        if several || party != Ok(None) {
            let result = party.and_then(|party| match party {
                Some(party) if party == expected.audience => Ok(()),
                Some(_) => Err(Error::AudienceMismatch),
                None => Err(Error::MissingMember { part: PART, member: "azp" }),
            });
            trail.record(Check::AUDIENCE, result, |()| "`azp` is the expected one");
        }
    }
}

/// Reads a boolean that one revision of the documents writes as text.
fn flag(value: &Value<'_>) -> Result<bool, Error> {
    match (value, value.as_str()) {
        (Value::Bool(value), _) => Ok(*value),
        (_, Some("True" | "true")) => Ok(true),
        (_, Some("False" | "false")) => Ok(false),
        _ => Err(Error::WrongType {
            part: PART,
            member: "email_verified",
            expected: "true or false",
        }),
    }
}

/// Verifies ID tokens against the keys of `GET /oidc/certs`.
///
/// Checked: structure, header, key by `kid`, RS256, signature; that the token is of this kind;
/// `iss`; that `aud` contains the client, and `azp` is the client where there are several
/// audiences; `nonce`, if expected; `iat` not in the future; `exp` not reached; the time between
/// them; `hash_mpin_id` against `mpin_id`, if both are present. *Not* checked: whether the token
/// was used before; `acr`, `auth_time`; who owns `email`. In the answer of a token endpoint, only
/// `id_token` is verified, and the report names the other members.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::token::{Expected, access, id};
/// use countersign_testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
/// use countersign::{Code, Limits, Policy, Time};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
/// let keys = jwk_set(&[issuer.jwk()]).to_string();
/// let keys = JwkSet::parse(keys.as_bytes(), &Limits::default())?;
/// let claims = miracl::id_claims("https://api.mpin.io", "client", "user", "nonce", 1000);
/// let token = miracl::token(&issuer, &claims).unwrap();
/// let at = Time::from_unix(1000).unwrap();
///
/// let verifier = id::Verifier::new(keys.clone(), Policy::default());
/// let expected = Expected::new("https://api.mpin.io", "client").nonce("nonce");
/// assert_eq!(verifier.verify(token.as_bytes(), &expected, at)?.methods(), ["token"]);
///
/// let other = verifier.verify(token.as_bytes(), &expected.clone().nonce("another"), at);
/// assert_eq!(other.unwrap_err().code(), Code::NonceMismatch);
/// // It is no access token, whoever signed it.
/// let verifier = access::Verifier::new(keys, Policy::default());
/// assert!(verifier.verify(token.as_bytes(), &expected, at).is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = super::Verifier<IdProfile>;

/// An ID token, given bare or in a token endpoint's answer, that passed every check. Only
/// [`Verifier`] creates one.
pub type IdToken = Token<IdProfile>;

impl IdToken {
    /// Returns `amr`: how the user was authenticated; `token` in the documents.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.own().methods
    }

    /// Returns `email`, if the scope `email` was granted.
    #[must_use]
    pub fn email(&self) -> Option<String> {
        self.claims().optional_string(PART, "email").ok()?.map(Cow::into_owned)
    }

    /// Returns `email_verified`, which the documents write as a boolean and as text.
    #[must_use]
    pub const fn email_verified(&self) -> Option<bool> {
        self.own().email_verified
    }

    /// Returns `dvs_keys`, if the scope `dvs` was granted. Its form is not documented.
    #[must_use]
    pub fn dvs_keys(&self) -> Option<Value<'_>> {
        self.claims().member("dvs_keys")
    }

    /// Returns the hash of the M-PIN ID in hexadecimal: `hash_mpin_id`, or that of `mpin_id`.
    #[must_use]
    pub fn hash_mpin_id(&self) -> Option<&str> {
        let own = &self.own();
        own.hash_mpin_id.as_deref().or(own.computed.as_deref())
    }
}
