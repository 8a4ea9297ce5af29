//! The certificate: a compact JWS with `cAt`, `exp` and `hash`.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::SignatureRequest;
use crate::batch::{Item, Procedure, entry_points};
use crate::crypto::{Algorithm, Job, sha256};
use crate::encoding::json::{self, Document, Object, Value};
use crate::encoding::{Fault, hex};
use crate::error::Error;
use crate::jose::jws::{check_expiry, check_life, check_start, numeric_date};
use crate::jose::{
    Header, HeaderCache, JwkSet, KeySource, Keys, Pending, Snapshot, begin, check_certificate,
    conclude,
};
use crate::limits::Limits;
use crate::miracl::token::{MARKS, check_typ};
use crate::policy::Policy;
use crate::report::{Check, KeyInfo, Trail, Warning};
use crate::time::{At, Leeway, Time};

/// What a certificate must be about.
///
/// There is no default: a certificate over an unexpected hash is somebody else's.
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
    /// Expects the hash that the SDKs make of a document: SHA-256 in lower-case hexadecimal.
    #[must_use]
    pub fn document(document: &[u8]) -> Self {
        Self::hash(hex::encode(&sha256(document)))
    }

    /// Expects this hash in hexadecimal.
    ///
    /// The text is compared byte for byte: the service echoes what the client sent, letter case
    /// included.
    #[must_use]
    pub fn hash(hash: impl Into<String>) -> Self {
        Self(Binding::Hash(hash.into()))
    }

    /// Expects the hash of this request, and that its timestamp is not after the issue.
    ///
    /// The strongest binding there is: only the request knows user, project and device.
    #[must_use]
    pub fn request(request: &SignatureRequest) -> Self {
        Self::request_within(request, Leeway::default())
    }

    /// Expects the hash of this request, and that its timestamp is not after the issue by more than
    /// the leeway, as far as the client's clock may be ahead.
    pub(super) fn request_within(request: &SignatureRequest, leeway: Leeway) -> Self {
        Self(Binding::Request(request.clone(), leeway))
    }

    /// Expects nothing, with a warning in every report: the certificate then only says that some
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

/// A DVS certificate that passed every check. Only [`Verifier::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    claims: Claims,
    key: KeyInfo,
}

impl Certificate {
    /// Returns the signed hash in hexadecimal, as the client sent it.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.claims.hash
    }

    /// Returns `cAt`: when the service verified the signature.
    #[must_use]
    pub const fn created_at(&self) -> Time {
        self.claims.created_at
    }

    /// Returns `exp`: ten seconds later in every published certificate.
    #[must_use]
    pub const fn expires_at(&self) -> Time {
        self.claims.expires_at
    }

    /// Returns the key that verified it.
    #[must_use]
    pub const fn key(&self) -> &KeyInfo {
        &self.key
    }
}

/// Verifies DVS certificates against the keys of `GET /dvs/jwks`.
///
/// Checked, in this order: structure, header, key by `kid`, RS256 and nothing else, key size,
/// signature; then `hash` (text), `cAt` and `exp` (integers), all required; that the token is no
/// token of another kind as well, which `iss`, `aud` and `sub` tell; the dates of the key's
/// certificate, if it came from one; the expected hash; the request's timestamp against `cAt`
/// (equality passes); `cAt` not in the future, nor `nbf`, if there is one; `exp` not reached; the
/// time between them. *Not* checked: who signed. Unlike the SDKs for Go and .NET, `exp` counts, and the key is the one that
/// `kid` names, not the first.
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
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Keys,
    policy: Policy,
    longest_life: u32,
}

/// Seconds from `cAt` to `exp`, unless the caller says otherwise. It is ten in every published
/// certificate; an hour is the longest life of any token in the documents.
const LONGEST_LIFE: u32 = 3600;

impl Verifier {
    /// The kind in reports.
    pub const KIND: &'static str = "dvs-certificate";

    /// Makes a verifier with the service's public keys.
    #[must_use]
    pub const fn new(keys: JwkSet, policy: Policy) -> Self {
        Self { keys: Keys::Public(keys), policy, longest_life: LONGEST_LIFE }
    }

    /// Makes a verifier with the keys that a source has at the moment of each verification.
    ///
    /// Where the source has none, that is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { keys: Keys::source(source), policy, longest_life: LONGEST_LIFE }
    }

    /// Accepts so many seconds from `cAt` to `exp`; an hour otherwise.
    #[must_use]
    pub const fn with_longest_life(mut self, seconds: u32) -> Self {
        self.longest_life = seconds;
        self
    }

    pub(super) const fn policy(&self) -> &Policy {
        &self.policy
    }

    fn check_content(&self, trail: &mut impl Trail, claims: &Claims, expected: &Expected, at: At) {
        match expected.expected_hash() {
            Some(wanted) => {
                let equal = if claims.hash == wanted { Ok(()) } else { Err(Error::HashMismatch) };
                trail.record(Check::Hash, equal, |()| "signed hash is the expected one".into());
                if claims.hash.eq_ignore_ascii_case(wanted) && claims.hash != wanted {
                    trail.hint(|| Some("the hashes differ in letter case only".into()));
                }
            }
            None => {
                trail.warn(Warning::Unbound);
                trail.skip(Check::Hash, "bound to nothing, by choice");
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
                trail.record(Check::SigningTime, order, |()| {
                    if signed > issued {
                        let ahead = signed.since(issued);
                        return format!("signed at {signed}, {ahead} ahead, within the leeway");
                    }
                    format!("signed at {signed}, {} before the issue", issued.since(signed))
                });
            }
            _ => trail.skip(Check::SigningTime, "no request was given"),
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
        check_life(trail, issued, claims.expires_at, self.longest_life);
    }
}

entry_points!(
    "a certificate, as the bare token or the whole answer `{\"certificate\": …}`,",
    Verifier,
    Expected,
    Certificate
);

impl Procedure for Verifier {
    const KIND: &'static str = Self::KIND;
    type Expected = Expected;
    type Pending<'p> = (Pending<'p, 'p>, Item<'p, Expected>);
    type Made = Certificate;

    fn source(&self) -> Option<&dyn KeySource> {
        self.keys.as_source()
    }

    fn with_snapshot(&self, snapshot: Snapshot) -> Option<Self> {
        let longest_life = self.longest_life;
        Some(Self { keys: Keys::Snapshot(snapshot), policy: self.policy, longest_life })
    }

    fn begin<'p>(
        &'p self,
        trail: &mut impl Trail,
        cache: &mut HeaderCache,
        item: Item<'p, Expected>,
    ) -> Option<Self::Pending<'p>> {
        let token = if item.input.trim_ascii_start().starts_with(b"{") {
            let token = certificate_of(item.input, self.policy.limits());
            let token =
                trail.record(Check::Envelope, token, |_| "answer with a `certificate`".into());
            trail.cite("MIRACL Trust Backend API, POST /dvs/verify");
            token
        } else {
            Some(Cow::Borrowed(item.input))
        };
        let Some(token) = token else {
            trail.skip(Check::Signature, "no token");
            return None;
        };
        let format = Some(Algorithm::Rs256);
        let pending = begin(trail, cache, token, &self.keys, format, &self.policy);
        if pending.is_none() {
            trail.skip(Check::Claims, "token cannot be read");
            trail.skip_all(&CONTENT_CHECKS, "token cannot be read");
        }
        Some((pending?, item))
    }

    fn job<'j>(&self, (pending, _): &'j Self::Pending<'_>) -> Option<Job<'j>> {
        pending.job()
    }

    fn conclude(
        &self,
        trail: &mut impl Trail,
        (pending, item): Self::Pending<'_>,
        verified: Option<Result<(), Error>>,
    ) -> Option<Self::Made> {
        let authentic = conclude(trail, pending, verified)?;
        let claims = Claims::parse(authentic.payload, self.policy.limits());
        let claims = trail.record(Check::Claims, claims, |_| "`cAt`, `exp`, `hash`".into());
        let Some(claims) = claims else {
            trail.skip_all(&CONTENT_CHECKS, "claims cannot be read");
            return None;
        };
        let kind = check_kind(&authentic.header, &claims.document);
        trail.record(Check::TokenKind, kind, |()| "no claims of another kind".into());
        let instant = item.at.resolve(Some(claims.created_at));
        check_certificate(trail, authentic.signer, instant, self.policy.leeway());
        self.check_content(trail, &claims, item.expected, item.at);
        Some(Certificate { claims, key: authentic.key? })
    }

    fn claims(certificate: &Certificate) -> Object<'static> {
        certificate.claims.document.to_object().into_owned()
    }
}

const CONTENT_CHECKS: [Check; 6] = [
    Check::TokenKind,
    Check::Hash,
    Check::SigningTime,
    Check::NotBefore,
    Check::Expiry,
    Check::Lifetime,
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
