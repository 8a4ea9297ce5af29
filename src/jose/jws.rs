//! Verification of JSON Web Signatures in compact serialisation ([RFC 7515]), and of JWT ([RFC 7519]).
//!
//! ```text
//! three parts ── header ──► algorithm, key ──► signature ──► claims ──► Verified
//! ```
//!
//! [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515
//! [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519

use alloc::borrow::Cow;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::claims::{Claims, check_claims, fail_unjudged, is_media_type};
use super::{
    authenticate::HeaderCache, authenticate::Opened, authenticate::authenticate,
    authenticate::open, compact::Header, jwk::JwkSet, signer::check_certificate, source::KeySource,
    source::Keys,
};
use crate::crypto::{Job, Secret};
use crate::encoding::json::{Document, Object};
use crate::error::{Error, shorten};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::report::{Check, Claims as Shown, KeyInfo, Trail, Warning};
use crate::verify::{self, Format, Item, Next, Proven, Steps};

pub use super::expected::Expected;

#[cfg(test)]
mod tests;

/// A JWS that passed every check of its signature and of its claims, if it has any.
///
/// Only [`Verifier::verify`] creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified(Proven<Draft>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    header: Arc<Header>,
    payload: Payload,
    key: KeyInfo,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Payload {
    Claims(Document),
    Opaque(Vec<u8>),
}

impl Verified {
    /// Returns the header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// Returns the payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        match &self.0.payload {
            Payload::Claims(claims) => claims.text().as_bytes(),
            Payload::Opaque(payload) => payload,
        }
    }

    /// Returns the claims, if the payload is a JSON object.
    #[must_use]
    pub const fn claims(&self) -> Option<&Document> {
        match &self.0.get().payload {
            Payload::Claims(claims) => Some(claims),
            Payload::Opaque(_) => None,
        }
    }

    /// Returns the key that verified it.
    #[must_use]
    pub const fn key(&self) -> &KeyInfo {
        &self.0.get().key
    }
}

/// Verifies compact JWS, and JWT if the payload is a JSON object.
///
/// Checked: structure, header, key and algorithm (each key has exactly one), key size, signature,
/// and the dates of the certificate, if the key came from one; then, if the payload is a JSON
/// object, the types of the registered claims, `nbf`, `exp`, and what [`Expected`] names. Any other
/// payload passes only if no claim is expected, see [`Expected::allow_no_expiry`]. *Not* checked:
/// `typ`, unless it is expected, and unknown claims.
///
/// ```
/// use countersign::jose::{JwkSet, jws};
/// use countersign::{Code, Policy, Time};
///
/// let verifier = jws::Verifier::new(JwkSet::default(), Policy::default());
/// let expected = jws::Expected::new("https://issuer.example", "me");
/// let now = Time::from_unix(1_700_000_000).unwrap();
/// let error = verifier.verify(b"eyJhbGciOiJSUzI1NiJ9.e30.AA", &expected, now).unwrap_err();
/// assert_eq!(error.code(), Code::NoKey);
/// ```
pub type Verifier = verify::Verifier<JwsFormat>;

/// The format of [`Verifier`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct JwsFormat;

impl Verifier {
    /// Makes a verifier with the public keys of one issuer.
    #[must_use]
    pub const fn new(keys: JwkSet, policy: Policy) -> Self {
        Self { format: JwsFormat, keys: Keys::Public(keys), policy }
    }

    /// Makes a verifier that takes its keys from a source at each verification.
    ///
    /// If the source has no keys, the error is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { format: JwsFormat, keys: Keys::source(source), policy }
    }

    /// Makes a verifier for HS256 with a secret of the caller; it verifies nothing else.
    ///
    /// # Errors
    ///
    /// [`Error::KeyUnusable`] below 32 bytes ([RFC 7518 §3.2]).
    ///
    /// [RFC 7518 §3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
    pub fn with_secret(secret: Secret, policy: Policy) -> Result<Self, Error> {
        Ok(Self { format: JwsFormat, keys: Keys::secret(secret)?, policy })
    }

    pub(crate) const fn limits(&self) -> &Limits {
        self.policy.limits()
    }

    fn read_claims(
        &self,
        trail: &mut Trail,
        payload: Vec<u8>,
        expected: &Expected,
    ) -> Result<Claims, Vec<u8>> {
        if !expected.wants_claims() && is_opaque(&payload) {
            trail.skip(Check::CLAIMS, "payload is not a JSON object");
            return Err(payload);
        }
        let claims = Claims::parse(payload, self.policy.limits());
        trail
            .record(Check::CLAIMS, claims, |claims| format!("{} members", claims.document.len()))
            .ok_or_else(Vec::new)
    }
}

impl Format for JwsFormat {
    const KIND: &'static str = "jws";
    type Expected = Expected;
    type Verified = Verified;
}

impl Steps for JwsFormat {
    type Keys = Keys;
    type Cache = HeaderCache;
    type Opened<'a> = (Opened<'a, 'a>, Item<'a, Expected>);
    type Draft = Draft;

    fn open<'a>(
        verifier: &'a Verifier,
        trail: &mut Trail,
        cache: &mut HeaderCache,
        item: Item<'a, Expected>,
    ) -> Option<Self::Opened<'a>> {
        let token = Cow::Borrowed(item.input);
        Some((open(trail, cache, token, &verifier.keys, None, &verifier.policy)?, item))
    }

    fn signature<'o>(_: &Verifier, (opened, _): &'o Self::Opened<'_>) -> Option<Job<'o>> {
        opened.job()
    }

    fn judge<'a>(
        verifier: &'a Verifier,
        trail: &mut Trail,
        (opened, item): Self::Opened<'a>,
        signature: Option<Result<(), Error>>,
    ) -> Option<Next<Self::Opened<'a>, Draft>> {
        let authentic = authenticate(trail, opened, signature)?;
        check_typ(trail, &authentic.header, item.expected);
        if !item.expected.is_bound() {
            trail.warn(Warning::Unbound);
        }
        let claims = verifier.read_claims(trail, authentic.payload, item.expected);
        let leeway = verifier.policy.leeway();
        let instant = item.at.resolve(claims.as_ref().ok().and_then(|claims| claims.issued));
        let unjudged = [
            check_certificate(trail, authentic.signer, instant, leeway),
            check_claims(trail, claims.as_ref().ok(), item.expected, item.at, leeway),
        ];
        fail_unjudged(trail, &unjudged);
        Some(Next::Made(Draft {
            header: authentic.header,
            payload: match claims {
                Ok(claims) => Payload::Claims(claims.document),
                Err(payload) => Payload::Opaque(payload),
            },
            key: authentic.key?,
        }))
    }

    fn verified(draft: Proven<Draft>) -> Verified {
        Verified(draft)
    }

    fn claims(verified: Verified) -> Shown {
        match verified.0.into_inner().payload {
            Payload::Claims(claims) => claims.into(),
            Payload::Opaque(_) => Object::new().into(),
        }
    }
}

/// Tells whether nobody can take a payload for claims. What lax readers skip before an object (byte
/// order marks, NUL, spaces of any script) makes no other content of it.
fn is_opaque(payload: &[u8]) -> bool {
    let skipped = |c: char| c.is_control() || c.is_whitespace() || c == '\u{feff}';
    let first = match core::str::from_utf8(payload) {
        Ok(text) => text.chars().find(|c| !skipped(*c)),
        // Byte order marks of UTF-8, and of UTF-16 and UTF-32 in either order.
        Err(_) => payload
            .iter()
            .filter(|byte| !matches!(byte, 0xef | 0xbb | 0xbf | 0xfe | 0xff))
            .map(|byte| char::from(*byte))
            .find(|c| !skipped(*c)),
    };
    first != Some('{')
}

/// Checks `typ`, if one is expected.
fn check_typ(trail: &mut Trail, header: &Header, expected: &Expected) {
    let Some(wanted) = &expected.typ else { return };
    let fits = match &header.typ {
        Some(typ) if is_media_type(typ, wanted) => Ok(()),
        _ => Err(Error::ContentMismatch { member: "typ" }),
    };
    trail.record(Check::TOKEN_KIND, fits, |()| format!("`typ` is {}", shorten(wanted)));
    trail.cite("RFC 8725 §3.11");
}
