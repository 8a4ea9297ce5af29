//! The certificate: a compact JWS with `cAt`, `exp` and `hash`.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::request::SignatureRequest;
use crate::crypto::{Algorithm, Job, sha256};
use crate::encoding::json::{self, Document, Value};
use crate::encoding::{Fault, hex};
use crate::error::Error;
use crate::jose::claims::{check_expiry, check_life, check_start, numeric_date};
use crate::jose::{
    Header, HeaderCache, JwkSet, KeySource, Keys, Opened, authenticate, check_certificate, open,
};
use crate::limits::Limits;
use crate::miracl::token::profile::{MARKS, check_typ};
use crate::policy::Policy;
use crate::report::{Check, Claims as Shown, Finding, KeyInfo, Trail, Warning};
use crate::time::{At, Leeway, Time};
use crate::verify::{self, Format, Item, Next, Proven, Steps};

/// What a certificate must be about.
///
/// There is no default: a certificate over an unexpected hash belongs to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(Binding);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    Hash(String),
    /// With how far the client's clock may be ahead of the service's.
    Request(SignatureRequest, Leeway),
    Unbound,
}

impl Expected {
    /// Expects the hash that the SDKs compute of a document: SHA-256 in lower-case hexadecimal.
    #[must_use]
    pub fn document(document: &[u8]) -> Self {
        Self::hash(hex::encode(&sha256(document)))
    }

    /// Expects this hash in hexadecimal.
    ///
    /// The text is compared byte for byte: the service echoes the client's text, including letter
    /// case.
    #[must_use]
    pub fn hash(hash: impl Into<String>) -> Self {
        Self(Binding::Hash(hash.into()))
    }

    /// Expects the hash of this request, and that its timestamp is not later than the time of
    /// issue.
    ///
    /// This is the strongest binding: only the request identifies user, project and device.
    #[must_use]
    pub fn request(request: &SignatureRequest) -> Self {
        Self::request_within(request, Leeway::default())
    }

    /// Expects the hash of this request, and that its timestamp is not after the issue by more than
    /// the leeway, as far as the client's clock may be ahead.
    pub(super) fn request_within(request: &SignatureRequest, leeway: Leeway) -> Self {
        Self(Binding::Request(request.clone(), leeway))
    }

    /// Accepts any hash, with a warning in every report: the certificate then only says that some
    /// signature over some hash was valid.
    #[must_use]
    pub const fn unbound() -> Self {
        Self(Binding::Unbound)
    }

    pub(super) const fn binding(&self) -> &Binding {
        &self.0
    }

    pub(super) fn expected_hash(&self) -> Option<&str> {
        match &self.0 {
            Binding::Hash(hash) => Some(hash),
            Binding::Request(request, _) => Some(request.hash()),
            Binding::Unbound => None,
        }
    }
}

/// A DVS certificate that passed every check. Only [`Verifier::verify`] creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(Proven<Draft>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    claims: Claims,
    key: KeyInfo,
}

impl Certificate {
    /// Returns the signed hash in hexadecimal, as the client sent it.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.0.claims.hash
    }

    /// Returns `cAt`: the time when the service verified the signature.
    #[must_use]
    pub const fn created_at(&self) -> Time {
        self.0.get().claims.created_at
    }

    /// Returns `exp`: ten seconds later in every published certificate.
    #[must_use]
    pub const fn expires_at(&self) -> Time {
        self.0.get().claims.expires_at
    }

    /// Returns the key that verified it.
    #[must_use]
    pub const fn key(&self) -> &KeyInfo {
        &self.0.get().key
    }
}

/// Verifies DVS certificates against the keys of `GET /dvs/jwks`.
///
/// Checked, in this order: structure, header, key by `kid`, RS256 and nothing else, key size,
/// signature; then `hash` (string), `cAt` and `exp` (integers), all required; that the token is not
/// also of another kind, which `iss`, `aud` and `sub` would show; the dates of the key's
/// certificate, if it came from one; the expected hash; the request's timestamp against `cAt`
/// (equality passes); `cAt` and any `nbf` not in the future; `exp` not reached; the time between
/// them. *Not* checked: who signed. Unlike in the SDKs for Go and .NET, `exp` is checked, and the
/// key is selected by `kid`, instead of taking the first.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::dvs::{Expected, SignatureRequest, Verifier};
/// use countersign::{At, Code, Limits, Policy, Rsa1024, Time};
///
/// # let jwks = include_bytes!("../../../test-vectors/seed/dvs-jwks.json");
/// # let request = include_bytes!("../../../test-vectors/seed/dvs-verify-request.json");
/// # let response = include_bytes!("../../../test-vectors/seed/dvs-verify-response.json");
/// let limits = Limits::default();
/// let keys = JwkSet::parse(jwks, &limits)?;
/// // MIRACL Trust's DVS key has 1024 bits: accepted by this verifier only.
/// let verifier = Verifier::new(keys, Policy::default().with_rsa_1024(Rsa1024::Allow));
/// let expected = Expected::request(&SignatureRequest::parse(request, &limits)?);
///
/// let certificate = verifier.verify(response, &expected, At::Issued)?;
/// assert_eq!(certificate.hash(), "74657374");
/// assert_eq!(certificate.created_at().to_string(), "2022-04-08T07:56:20Z");
///
/// // Ten seconds later it is history.
/// let late = Time::from_unix(1_649_404_590).unwrap();
/// assert_eq!(verifier.verify(response, &expected, late).unwrap_err().code(), Code::Expired);
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = verify::Verifier<CertificateFormat>;

/// The format of [`Verifier`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CertificateFormat {
    longest_life: u32,
}

/// Checks of DVS certificates.
impl Check {
    /// The signed hash is the expected one.
    pub const HASH: Self = Self::new("hash", "MIRACL Trust DVS guide");
    /// The client signed before the certificate was issued.
    pub const SIGNING_TIME: Self = Self::new("signing-time", "miracl/maas-sdk-go pkg/dvs/dvs.go");
}

/// Longest accepted seconds from `cAt` to `exp`, unless the caller chooses otherwise. Every
/// published certificate has ten; an hour is the longest life of any token in the documents.
const LONGEST_LIFE: u32 = 3600;

impl CertificateFormat {
    const DEFAULT: Self = Self { longest_life: LONGEST_LIFE };
}

impl Verifier {
    /// Makes a verifier with the service's public keys.
    #[must_use]
    pub const fn new(keys: JwkSet, policy: Policy) -> Self {
        Self { format: CertificateFormat::DEFAULT, keys: Keys::Public(keys), policy }
    }

    /// Makes a verifier that takes its keys from a source at each verification.
    ///
    /// If the source has no keys, the error is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { format: CertificateFormat::DEFAULT, keys: Keys::source(source), policy }
    }

    /// Sets the longest accepted time from `cAt` to `exp` in seconds; the default is an hour.
    #[must_use]
    pub const fn with_longest_life(mut self, seconds: u32) -> Self {
        self.format.longest_life = seconds;
        self
    }

    fn check_content(&self, trail: &mut Trail, claims: &Claims, expected: &Expected, at: At) {
        match expected.expected_hash() {
            Some(wanted) => {
                let equal = if claims.hash == wanted { Ok(()) } else { Err(Error::HashMismatch) };
                trail.record(Check::HASH, equal, |()| "signed hash is the expected one");
                if claims.hash.eq_ignore_ascii_case(wanted) && claims.hash != wanted {
                    trail.hint(|| Some("the hashes differ only in letter case".into()));
                }
            }
            None => {
                trail.warn(Warning::Unbound);
                trail.skip(Check::HASH, "not bound to a document, by choice");
            }
        }
        let issued = claims.created_at;
        match &expected.0 {
            Binding::Request(request, leeway) => {
                let signed = request.timestamp();
                let order = if signed.unix() > issued.plus(*leeway) {
                    Err(Error::SignedAfterIssue { signed, issued })
                } else {
                    Ok(())
                };
                trail.record(Check::SIGNING_TIME, order, |()| Finding::order(signed, issued));
            }
            _ => trail.skip(Check::SIGNING_TIME, "no request was given"),
        }
        if at == At::Issued {
            trail.warn(Warning::AtIssued);
        }
        let instant = at.resolve(Some(issued));
        trail.at(instant);
        if let Some(instant) = instant {
            check_start(trail, instant, issued, self.policy.leeway());
            if let Some(start) = claims.not_before {
                check_start(trail, instant, start, self.policy.leeway());
            }
            check_expiry(trail, instant, claims.expires_at, self.policy.leeway());
        }
        check_life(trail, issued, claims.expires_at, self.format.longest_life);
    }
}

impl Format for CertificateFormat {
    const KIND: &'static str = "dvs-certificate";
    type Expected = Expected;
    type Verified = Certificate;
}

impl Steps for CertificateFormat {
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
        let Verifier { keys, policy, .. } = verifier;
        let token = if item.input.trim_ascii_start().starts_with(b"{") {
            let token = certificate_of(item.input, policy.limits());
            let token = trail.record(Check::ENVELOPE, token, |_| "answer with a `certificate`");
            trail.cite("MIRACL Trust Backend API, POST /dvs/verify");
            token
        } else {
            Some(Cow::Borrowed(item.input))
        };
        let Some(token) = token else {
            trail.skip(Check::SIGNATURE, "no token");
            return None;
        };
        let opened = open(trail, cache, token, keys, Some(Algorithm::Rs256), policy);
        if opened.is_none() {
            trail.skip(Check::CLAIMS, "token cannot be read");
            trail.skip_all(&CONTENT_CHECKS, "token cannot be read");
        }
        Some((opened?, item))
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
        let claims = Claims::parse(authentic.payload, verifier.policy.limits());
        let claims = trail.record(Check::CLAIMS, claims, |_| "`cAt`, `exp`, `hash`");
        let Some(claims) = claims else {
            trail.skip_all(&CONTENT_CHECKS, "claims cannot be read");
            return None;
        };
        let kind = check_kind(&authentic.header, &claims.document);
        trail.record(Check::TOKEN_KIND, kind, |()| "no claims of another kind");
        let instant = item.at.resolve(Some(claims.created_at));
        check_certificate(trail, authentic.signer, instant, verifier.policy.leeway());
        verifier.check_content(trail, &claims, item.expected, item.at);
        Some(Next::Made(Draft { claims, key: authentic.key? }))
    }

    fn verified(draft: Proven<Draft>) -> Certificate {
        Certificate(draft)
    }

    fn claims(certificate: Certificate) -> Shown {
        certificate.0.into_inner().claims.document.into()
    }
}

const CONTENT_CHECKS: [Check; 6] = [
    Check::TOKEN_KIND,
    Check::HASH,
    Check::SIGNING_TIME,
    Check::NOT_BEFORE,
    Check::EXPIRY,
    Check::LIFETIME,
];

/// Checks that a certificate is no other token: none of them is without `iss` and `sub`, and a
/// certificate has neither.
fn check_kind(header: &Header, claims: &Document) -> Result<(), Error> {
    check_typ(header)?;
    let own = |member: &&str| *member != "cAt";
    match ["iss", "sub", "aud"]
        .into_iter()
        .chain(MARKS.into_iter().filter(own))
        .find(|member| claims.member(member).is_some())
    {
        Some(member) => Err(Error::ContentMismatch { member }),
        None => Ok(()),
    }
}

/// Takes the token out of the service's answer.
fn certificate_of<'a>(body: &'a [u8], limits: &Limits) -> Result<Cow<'a, [u8]>, Error> {
    const PART: &str = "answer";
    if body.len() > limits.message_bytes() {
        return Err(Error::TooLarge { what: PART, limit: limits.message_bytes() });
    }
    let answer = json::parse_object(PART, body, limits)?;
    match answer.into_member("certificate") {
        Some(Value::String(Cow::Borrowed(token))) => Ok(Cow::Borrowed(token.as_bytes())),
        Some(Value::String(Cow::Owned(token))) => Ok(Cow::Owned(token.into_bytes())),
        Some(_) => {
            Err(Error::WrongType { part: PART, member: "certificate", expected: "a string" })
        }
        None => Err(Error::MissingMember { part: PART, member: "certificate" }),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Claims {
    hash: String,
    created_at: Time,
    expires_at: Time,
    not_before: Option<Time>,
    document: Document,
}

impl Claims {
    fn parse(payload: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "payload";
        let document = Document::parse(PART, payload, limits)?;
        let time = |member| {
            numeric_date(&document, PART, member)?
                .ok_or(Error::MissingMember { part: PART, member })
        };
        let (created_at, expires_at) = (time("cAt")?, time("exp")?);
        let hash = document.string(PART, "hash")?.into_owned();
        if hash.is_empty() {
            return Err(Error::Malformed { part: "hash", fault: Fault::Empty });
        }
        // No published certificate has these, but where they are, they mean what they say.
        let not_before = numeric_date(&document, PART, "nbf")?;
        numeric_date(&document, PART, "iat")?;
        document.optional_string(PART, "jti")?;
        Ok(Self { hash, created_at, expires_at, not_before, document })
    }
}
