//! JSON Web Signature in compact serialisation (RFC 7515), and the registered claims of JWT
//! (RFC 7519).
//!
//! ```text
//! bytes ── size, characters, dots ──► three parts ── header ──► algorithm, key ──► signature ──► claims
//! ```

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::certified::Marks;
use super::{
    HeaderCache, JwkSet, KeySource, Keys, NO_TIME, Opened, authenticate, check_certificate, open,
};
use crate::crypto::{Algorithm, Job, Secret};
use crate::encoding::json::{self, Document, Object, Value};
use crate::encoding::{Fault, base64};
use crate::error::{Error, shorten};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::report::{Check, KeyInfo, Trail, Warning};
use crate::time::{At, Leeway, Time};
use crate::verify::{self, Format, Item, Proven, Steps};

/// Checks of signed tokens and their claims.
impl Check {
    /// JSON of the header, `crit`, and the algorithm's name.
    pub const HEADER: Self = Self::new("header", "RFC 7515 §4");
    /// The token is of this kind, and of no other.
    pub const TOKEN_KIND: Self = Self::new("token-kind", "RFC 8725 §3.12");
    /// Not from the future.
    pub const NOT_BEFORE: Self = Self::new("not-before", "RFC 7519 §4.1.5");
    /// Not past its end.
    pub const EXPIRY: Self = Self::new("expiry", "RFC 7519 §4.1.4");
    /// From `iat` to `exp` is not longer than accepted.
    pub const LIFETIME: Self = Self::new("lifetime", "MIRACL Trust documentation");
    /// `iss` is the expected one.
    pub const ISSUER: Self = Self::new("issuer", "RFC 7519 §4.1.1");
    /// `sub` is the expected one.
    pub const SUBJECT: Self = Self::new("subject", "RFC 7519 §4.1.2");
    /// `aud` contains the expected one.
    pub const AUDIENCE: Self = Self::new("audience", "RFC 7519 §4.1.3");
    /// `nonce` is the expected one.
    pub const NONCE: Self = Self::new("nonce", "OpenID Connect Core 1.0 §2");
}

/// The header of a JWS that follows every rule, and is still *untrusted*.
///
/// Members that bring keys or say where they are (`jku`, `jwk`, `x5u`, `x5c`) are never used. `x5t#S256`
/// and `x5t` choose among the keys that the verifier has, where there is no `kid`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// `alg`: one that this library knows.
    pub algorithm: Algorithm,
    /// `kid`.
    pub kid: Option<String>,
    /// `typ`, as it is.
    pub typ: Option<String>,
    pub(super) marks: Marks,
}

impl Header {
    /// Parses the decoded header.
    ///
    /// `crit` is refused whatever it holds: RFC 7515 section 4.1.11 wants every extension in it
    /// understood, and this library understands none. `b64` other than `true` would change what is
    /// signed (RFC 7797), `enc` and `zip` belong to encryption: refused as well.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] beyond [`Limits::header_bytes`]; what is wrong with the JSON or its
    /// members, [`Error::UnsupportedAlgorithm`] or [`Error::CriticalHeader`].
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "header";
        if text.len() > limits.header_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.header_bytes() });
        }
        let object = json::parse_object(PART, text, limits)?;
        if object.member("crit").is_some()
            || object.member("b64").is_some_and(|b64| *b64 != Value::Bool(true))
        {
            return Err(Error::CriticalHeader);
        }
        if object.member("enc").is_some() || object.member("zip").is_some() {
            return Err(Error::UnsupportedFormat { what: "an encrypted or compressed token" });
        }
        let algorithm = object.string(PART, "alg")?.parse()?;
        let kid = object.optional_string(PART, "kid")?.map(ToString::to_string);
        if kid.as_ref().is_some_and(|kid| kid.len() > limits.kid_bytes()) {
            return Err(Error::TooLarge { what: "kid", limit: limits.kid_bytes() });
        }
        let typ = object.optional_string(PART, "typ")?.map(ToString::to_string);
        Ok(Self { algorithm, kid, typ, marks: Marks::stated(&object) })
    }
}

/// The three parts of a compact token: decoded, *untrusted*.
///
/// The payload is out of reach here on purpose; [`crate::danger`] has it for tools that show
/// unverified content.
///
/// ```
/// use countersign::jose::Compact;
/// use countersign::{Algorithm, Code, Limits};
///
/// let limits = Limits::default();
/// let token = Compact::parse(b"eyJhbGciOiJSUzI1NiJ9.e30.AA", &limits)?;
/// assert_eq!(token.header(&limits)?.algorithm, Algorithm::Rs256);
///
/// assert_eq!(Compact::parse(b"e30.e30", &limits).unwrap_err().code(), Code::Malformed);
/// assert_eq!(Compact::parse(b"a.b.c.d.e", &limits).unwrap_err().code(), Code::UnsupportedFormat);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compact<'a> {
    token: Cow<'a, [u8]>,
    /// Length of the first two parts and the dot between them.
    signed: usize,
    /// Payload, header and signature, one behind the other: one allocation, and the payload can be
    /// taken out without a copy.
    decoded: Vec<u8>,
    payload_end: usize,
    header_end: usize,
}

impl<'a> Compact<'a> {
    /// Splits and decodes a token.
    ///
    /// Checked: size before anything else; exactly three parts, the first and the last not empty;
    /// strict base64url of all three, so that a token has only letters, digits, `-`, `_` and two
    /// dots. Nothing is trusted.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`], [`Error::Malformed`], and [`Error::UnsupportedFormat`] for the five
    /// parts of an encrypted token.
    pub fn parse(token: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        Self::from_cow(Cow::Borrowed(token), limits)
    }

    pub(crate) fn from_cow(token: Cow<'a, [u8]>, limits: &Limits) -> Result<Self, Error> {
        let malformed = |fault| Error::Malformed { part: "token", fault };
        if token.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: "token", limit: limits.token_bytes() });
        }
        if token.is_empty() {
            return Err(malformed(Fault::Empty));
        }
        let mut dots = memchr::memchr_iter(b'.', &token);
        let (Some(first), Some(second)) = (dots.next(), dots.next()) else {
            return Err(malformed(Fault::Segments));
        };
        match dots.count() {
            0 => {}
            // Two tokens on two lines have as many dots.
            2 if token.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b)) => {
                return Err(Error::UnsupportedFormat { what: "an encrypted token (JWE)" });
            }
            _ => return Err(malformed(Fault::Segments)),
        }
        let header = token.get(..first).unwrap_or_default();
        let payload = token.get(first + 1..second).unwrap_or_default();
        let signature = token.get(second + 1..).unwrap_or_default();
        if header.is_empty() || signature.is_empty() {
            return Err(malformed(Fault::Empty));
        }
        let mut decoded = Vec::with_capacity(token.len());
        let mut decode = |part, text| {
            base64::decode_url_to(text, &mut decoded)
                .map_err(|fault| Error::Malformed { part, fault })
        };
        let payload_end = decode("payload", payload)?;
        let header_end = decode("header", header)?;
        decode("signature", signature)?;
        let signed = second;
        Ok(Self { signed, decoded, payload_end, header_end, token })
    }

    /// Parses the header, which stays untrusted.
    ///
    /// # Errors
    ///
    /// As [`Header::parse`].
    pub fn header(&self, limits: &Limits) -> Result<Header, Error> {
        Header::parse(self.header_bytes(), limits)
    }

    /// Returns the decoded bytes of the header, as they are.
    #[must_use]
    pub fn header_bytes(&self) -> &[u8] {
        self.decoded.get(self.payload_end..self.header_end).unwrap_or_default()
    }

    /// Returns what is signed: the first two parts and the dot between them.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.token.get(..self.signed).unwrap_or_default()
    }

    /// Returns the decoded signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.decoded.get(self.header_end..).unwrap_or_default()
    }

    /// Returns the length of the whole token.
    pub(crate) fn token_bytes(&self) -> usize {
        self.token.len()
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.decoded.get(..self.payload_end).unwrap_or_default()
    }

    pub(crate) fn into_payload(mut self) -> Vec<u8> {
        self.decoded.truncate(self.payload_end);
        self.decoded
    }
}

/// What a token is expected to say. What is expected is required.
///
/// A signature alone binds a token to nobody: issuers sign for many, and one key can serve several
/// issuers. So [`new`](Self::new) names both, and a token without `exp` is refused. What accepts
/// more says so by its name: [`unbound`](Self::unbound),
/// [`allow_no_expiry`](Self::allow_no_expiry).
///
/// Texts are compared byte for byte, except `typ`, which is a media type.
///
/// ```
/// use countersign::jose::jws::Expected;
///
/// let expected = Expected::new("https://issuer.example", "orders").typ("at+jwt");
/// // A service that has two names, while its clients move from one to the other.
/// let expected = expected.or_audience("orders.example");
/// assert_eq!(
///     Expected::unbound().issuer("https://issuer.example").audience("orders"),
///     Expected::new("https://issuer.example", "orders"),
/// );
/// # assert_ne!(expected, Expected::unbound());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    issuer: Option<String>,
    audiences: Vec<String>,
    subject: Option<String>,
    nonce: Option<String>,
    typ: Option<String>,
    expiry: Expiry,
}

/// Whether a token may live for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiry {
    Required,
    Optional,
}

impl Expected {
    /// Expects this `iss`, and this `aud`, alone or within an array; and an `exp`.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self::unbound().issuer(issuer).audience(audience)
    }

    /// Expects neither issuer nor audience: the token may be anybody's whose key is in the set, for
    /// anybody. The report has the warning [`Unbound`](Warning::Unbound) as long as one of the two
    /// is missing.
    #[must_use]
    pub const fn unbound() -> Self {
        Self {
            issuer: None,
            audiences: Vec::new(),
            subject: None,
            nonce: None,
            typ: None,
            expiry: Expiry::Required,
        }
    }

    /// Expects this `iss`.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Expects this `aud`, alone or within an array, and no other that was named before.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.clear();
        self.or_audience(audience)
    }

    /// Accepts this `aud` as well: any one of those that are expected suffices. Only for the names
    /// of one recipient (RFC 7519 section 4.1.3): a token for another must not be accepted.
    #[must_use]
    pub fn or_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Expects this `sub`.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Expects this `nonce`.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Expects this `typ` in the header, such as `at+jwt` (RFC 8725 section 3.11): without it, a
    /// token of another kind by the same issuer may pass.
    ///
    /// It is a media type (RFC 7515 section 4.1.9): letter case makes no difference, nor does
    /// `application/` before a name without a slash.
    #[must_use]
    pub fn typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = Some(typ.into());
        self
    }

    /// Accepts a token without `exp`, which is valid for as long as its key is. An `exp` that is
    /// there still counts.
    ///
    /// If nothing else is expected of the claims either, the payload need not be a JSON object:
    /// `Expected::unbound().allow_no_expiry()` verifies any JWS.
    #[must_use]
    pub const fn allow_no_expiry(mut self) -> Self {
        self.expiry = Expiry::Optional;
        self
    }

    pub(crate) const fn wants_nonce(&self) -> bool {
        self.nonce.is_some()
    }

    pub(crate) fn expected_issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    fn is_bound(&self) -> bool {
        self.issuer.is_some() && !self.audiences.is_empty()
    }

    fn wants_claims(&self) -> bool {
        self.expiry == Expiry::Required
            || self.issuer.is_some()
            || !self.audiences.is_empty()
            || self.subject.is_some()
            || self.nonce.is_some()
    }
}

/// A JWS whose signature, and whose claims where it has any, passed every check.
///
/// Only [`Verifier::verify`] makes one.
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

/// Verifies compact JWS, and JWT where the payload is a JSON object.
///
/// Checked: structure, header, key and algorithm (each key has exactly one), key size, signature,
/// and the dates of the certificate, if the key came from one; then, if the payload is a JSON
/// object, the types of the registered claims, `nbf`, `exp`, and what [`Expected`] names. A payload
/// of another form passes only where no claim is expected, see [`Expected::allow_no_expiry`]. *Not*
/// checked: `typ`, unless it is expected, and unknown claims.
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

    /// Makes a verifier with the keys that a source has at the moment of each verification.
    ///
    /// Where the source has none, that is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { format: JwsFormat, keys: Keys::source(source), policy }
    }

    /// Makes a verifier for HS256 with a secret given by hand; it verifies nothing else.
    ///
    /// # Errors
    ///
    /// [`Error::KeyUnusable`] below 32 bytes (RFC 7518 section 3.2).
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

    fn judge(
        verifier: &Verifier,
        trail: &mut Trail,
        (opened, item): Self::Opened<'_>,
        signature: Option<Result<(), Error>>,
    ) -> Option<Draft> {
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
        Some(Draft {
            header: authentic.header,
            payload: match claims {
                Ok(claims) => Payload::Claims(claims.document),
                Err(payload) => Payload::Opaque(payload),
            },
            key: authentic.key?,
        })
    }

    fn verified(draft: Proven<Draft>) -> Verified {
        Verified(draft)
    }

    fn claims(verified: &Verified) -> Object<'static> {
        verified.claims().map(|claims| claims.to_object().into_owned()).unwrap_or_default()
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

/// Compares two media types as RFC 7515 section 4.1.9 writes them: names in any letter case,
/// `application/` left out or not, parameters byte for byte.
pub(crate) fn is_media_type(found: &str, wanted: &str) -> bool {
    let parts = |text: &str| {
        let place = text.find(';').unwrap_or(text.len());
        let (name, parameters) = text.split_at_checked(place).unwrap_or_default();
        let prefix = if text.contains('/') { "" } else { "application/" };
        ([prefix, &name.to_ascii_lowercase()].concat(), parameters.to_string())
    };
    parts(found) == parts(wanted)
}

/// Claims whose registered members have their types.
pub(crate) struct Claims {
    pub(crate) document: Document,
    pub(crate) issued: Option<Time>,
    pub(crate) not_before: Option<Time>,
    pub(crate) expiry: Option<Time>,
}

impl Claims {
    /// Parses the claims; every registered claim has its type, needed or not.
    pub(crate) fn parse(payload: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "payload";
        let document = Document::parse(PART, payload, limits)?;
        let (mut issued, mut not_before, mut expiry) = (None, None, None);
        for (name, value) in document.iter() {
            let text = |member| match value.is_string() {
                true => Ok(()),
                false => Err(Error::WrongType { part: PART, member, expected: "a string" }),
            };
            let time = |member| read_numeric_date(value.as_i64(), PART, member).map(Some);
            match name.as_ref() {
                "iss" => text("iss")?,
                "sub" => text("sub")?,
                "jti" => text("jti")?,
                "nonce" => text("nonce")?,
                "aud" if value.is_string() => {}
                "aud" => drop(contains_audience(&value.read(), "")?),
                "iat" => issued = time("iat")?,
                "nbf" => not_before = time("nbf")?,
                "exp" => expiry = time("exp")?,
                _ => {}
            }
        }
        Ok(Self { document, issued, not_before, expiry })
    }
}

/// Reads a time in whole seconds within [`Time`]'s range.
pub(crate) fn numeric_date(
    document: &Document,
    part: &'static str,
    member: &'static str,
) -> Result<Option<Time>, Error> {
    document.member(member).map(|value| read_numeric_date(value.as_i64(), part, member)).transpose()
}

fn read_numeric_date(
    seconds: Option<i64>,
    part: &'static str,
    member: &'static str,
) -> Result<Time, Error> {
    let seconds = seconds.ok_or(Error::WrongType { part, member, expected: "an integer" })?;
    Time::from_unix(seconds).ok_or(Error::Malformed { part: member, fault: Fault::Time })
}

/// Tells whether `aud`, a string or an array of strings (RFC 7519 section 4.1.3), contains this.
pub(crate) fn contains_audience(audience: &Value<'_>, wanted: &str) -> Result<bool, Error> {
    let wrong = || Error::WrongType {
        part: "payload",
        member: "aud",
        expected: "a string or an array of strings",
    };
    match audience {
        Value::Array(elements) => elements.iter().try_fold(false, |found, element| {
            Ok(found | (element.as_str().ok_or_else(wrong)? == wanted))
        }),
        value => Ok(value.as_str().ok_or_else(wrong)? == wanted),
    }
}

/// Fails what was to be judged as at its own time, and does not state it. Called last: whatever else is
/// wrong must not hide behind "undecided".
pub(crate) fn fail_unjudged(trail: &mut Trail, unjudged: &[Option<Check>]) {
    for check in unjudged.iter().flatten() {
        trail.fail(*check, Error::NoTime { member: "iat" });
    }
    trail.hint(|| {
        let what = "give the time to judge it at: `At::Time`, `--at TIME` or `--at now`";
        unjudged.iter().any(Option::is_some).then(|| what.into())
    });
}

/// Checks `nbf`, `exp` and what is expected. Returns the check that is left to [`fail_unjudged`], as
/// there is no time to judge at.
pub(crate) fn check_claims(
    trail: &mut Trail,
    claims: Option<&Claims>,
    expected: &Expected,
    at: At,
    leeway: Leeway,
) -> Option<Check> {
    let instant = at.resolve(claims.and_then(|claims| claims.issued));
    trail.at(instant);
    if at == At::Issued {
        trail.warn(Warning::AtIssued);
    }
    let Some(claims) = claims else {
        trail.skip(Check::NOT_BEFORE, "no claims");
        trail.skip(Check::EXPIRY, "no claims");
        return None;
    };
    let mut unjudged = None;
    match (claims.not_before, instant) {
        (Some(start), Some(at)) => check_start(trail, at, start, leeway),
        (Some(_), None) if claims.expiry.is_some() => trail.skip(Check::NOT_BEFORE, NO_TIME),
        (Some(_), None) => unjudged = Some(Check::NOT_BEFORE),
        (None, _) => trail.skip(Check::NOT_BEFORE, "no `nbf`"),
    }
    match (claims.expiry, instant) {
        (Some(expiry), Some(at)) => check_expiry(trail, at, expiry, leeway),
        (Some(_), None) => unjudged = Some(Check::EXPIRY),
        (None, _) if expected.expiry == Expiry::Required => {
            trail.fail(Check::EXPIRY, Error::MissingMember { part: "payload", member: "exp" });
        }
        (None, _) => trail.skip(Check::EXPIRY, "no `exp`"),
    }
    let document = &claims.document;
    let equal = |member, wanted: &str, error| {
        if document.string("payload", member)? == wanted { Ok(()) } else { Err(error) }
    };
    let expectations = [
        (Check::ISSUER, "iss", &expected.issuer, Error::IssuerMismatch),
        (Check::SUBJECT, "sub", &expected.subject, Error::SubjectMismatch),
        (Check::NONCE, "nonce", &expected.nonce, Error::NonceMismatch),
    ];
    for (check, member, wanted, error) in expectations {
        if let Some(wanted) = wanted {
            let found = trail.record(check, equal(member, wanted, error), |()| {
                format!("`{member}` is as expected")
            });
            if found.is_none() && member == "iss" {
                hint_at_value(trail, document, member, core::slice::from_ref(wanted));
            }
        }
    }
    if !expected.audiences.is_empty() {
        let missing = Error::MissingMember { part: "payload", member: "aud" };
        let found = document.member("aud").ok_or(missing).and_then(|audience| {
            for wanted in &expected.audiences {
                if contains_audience(&audience, wanted)? {
                    return Ok(wanted);
                }
            }
            Err(Error::AudienceMismatch)
        });
        let found = trail
            .record(Check::AUDIENCE, found, |found| format!("`aud` contains {}", shorten(found)));
        if found.is_none() {
            hint_at_value(trail, document, "aud", &expected.audiences);
        }
    }
    unjudged
}

/// Shows what a claim is beside what it should have been: a slash too many is found by eye.
pub(crate) fn hint_at_value(
    trail: &mut Trail,
    document: &Document,
    member: &str,
    wanted: &[String],
) {
    trail.hint(|| {
        let found = document.member(member)?.to_string();
        let found: String = found.chars().take(200).collect();
        let wanted: Vec<_> =
            wanted.iter().map(|wanted| Value::from(wanted.as_str()).to_string()).collect();
        Some(format!("`{member}` is {found}, and {} is expected", wanted.join(" or ")))
    });
}

/// Checks that a start is not more than the leeway ahead.
pub(crate) fn check_start(trail: &mut Trail, at: Time, start: Time, leeway: Leeway) {
    let result =
        if start.unix() > at.plus(leeway) { Err(Error::NotYetValid { at, start }) } else { Ok(()) };
    trail.record(Check::NOT_BEFORE, result, |()| format!("valid from {start}, judged at {at}"));
}

/// Checks that what was issued does not live longer than the caller accepts.
pub(crate) fn check_life(trail: &mut Trail, issued: Time, expiry: Time, longest: u32) {
    let life = expiry.unix().saturating_sub(issued.unix());
    let result = if life > i64::from(longest) {
        Err(Error::TimestampWindow { signed: expiry, at: issued })
    } else {
        Ok(())
    };
    trail.record(Check::LIFETIME, result, |()| format!("{life} s, of at most {longest} s"));
}

/// Checks the same of what does not say when it was issued: then its life has begun by now.
pub(crate) fn check_remaining_life(
    trail: &mut Trail,
    at: Time,
    expiry: Time,
    longest: u32,
    leeway: Leeway,
) {
    let left = expiry.unix().saturating_sub(at.unix());
    let result = if left > i64::from(longest) + leeway.seconds() {
        Err(Error::TimestampWindow { signed: expiry, at })
    } else {
        Ok(())
    };
    trail.record(Check::LIFETIME, result, |()| {
        format!("no `iat`; {left} s from the time of judgement, of at most {longest} s")
    });
}

/// Checks that an expiry, plus the leeway, lies ahead: `exp` itself is expired (RFC 7519 section
/// 4.1.4 wants "before").
pub(crate) fn check_expiry(trail: &mut Trail, at: Time, expiry: Time, leeway: Leeway) {
    let result =
        if at.unix() >= expiry.plus(leeway) { Err(Error::Expired { at, expiry }) } else { Ok(()) };
    trail.record(Check::EXPIRY, result, |()| format!("expires at {expiry}, judged at {at}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use crate::jose::Jwk;
    use alloc::vec;

    // RFC 7515 appendix A.1: HS256.
    const A1: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const A1_KEY: &str =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    // Appendix A.2: RS256 with a 2048-bit key.
    const A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const A2_KEY: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
    // Appendix A.3: ES256.
    const A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    const A3_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    /// One second before `exp` of all three.
    const IN_TIME: i64 = 1_300_819_379;

    /// Nothing beyond the signature and the times that the token states.
    fn anything() -> Expected {
        Expected::unbound().allow_no_expiry()
    }

    fn public(key: &str) -> Verifier {
        let key = Jwk::parse(key.as_bytes(), &Limits::default()).unwrap();
        Verifier::new(JwkSet::from(key), Policy::default())
    }

    fn secret() -> Verifier {
        let key = base64::decode_url(A1_KEY.as_bytes()).unwrap();
        Verifier::with_secret(Secret::new(key), Policy::default()).unwrap()
    }

    /// Verifies, and demands the same of the explanation.
    fn judge(verifier: &Verifier, token: &str, expected: &Expected, at: impl Into<At>) -> Code {
        let at = at.into();
        let verified = verifier.verify(token.as_bytes(), expected, at);
        let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
        assert_eq!(verifier.explain(token.as_bytes(), expected, at).code(), code);
        code
    }

    fn code(verifier: &Verifier, token: &str) -> Code {
        judge(verifier, token, &anything(), Time::from_unix(IN_TIME).unwrap())
    }

    /// Signs a payload with a secret, for claims that nobody publishes.
    fn signed(header: &str, payload: &str) -> String {
        let input = format!(
            "{}.{}",
            base64::encode_url(header.as_bytes()),
            base64::encode_url(payload.as_bytes())
        );
        let key = Secret::new(base64::decode_url(A1_KEY.as_bytes()).unwrap());
        let mac = crate::crypto::mac::hmac_sha256(&key, &[input.as_bytes()]);
        format!("{input}.{}", base64::encode_url(&*mac))
    }

    fn claims(payload: &str, expected: &Expected) -> Code {
        let token = signed(r#"{"alg":"HS256"}"#, payload);
        judge(&secret(), &token, expected, Time::from_unix(1000).unwrap())
    }

    #[test]
    fn the_examples_of_rfc_7515_are_valid_until_they_expire() {
        for (verifier, token) in [(secret(), A1), (public(A2_KEY), A2), (public(A3_KEY), A3)] {
            assert_eq!(code(&verifier, token), Code::Ok);
            let verified = verifier
                .verify(token.as_bytes(), &anything(), Time::from_unix(IN_TIME).unwrap())
                .unwrap();
            assert_eq!(verified.claims().unwrap().string("payload", "iss").unwrap(), "joe");
            let late = Time::from_unix(IN_TIME + 1).unwrap();
            assert_eq!(judge(&verifier, token, &anything(), late), Code::Expired);
        }
    }

    #[test]
    fn no_key_verifies_the_algorithm_of_another() {
        assert_eq!(code(&public(A2_KEY), A1), Code::AlgorithmMismatch);
        assert_eq!(code(&public(A2_KEY), A3), Code::AlgorithmMismatch);
        assert_eq!(code(&public(A3_KEY), A2), Code::AlgorithmMismatch);
        assert_eq!(code(&secret(), A2), Code::AlgorithmMismatch);
        // The same key, bound to another algorithm.
        let bound = A2_KEY.replace("\"kty\"", "\"alg\":\"PS256\",\"kty\"");
        assert_eq!(code(&public(&bound), A2), Code::AlgorithmMismatch);
    }

    #[test]
    fn the_unsecured_example_and_the_json_serialisation_are_refused() {
        // RFC 7515 appendix A.5 and the like.
        let verifier = public(A2_KEY);
        let (_, rest) = A2.split_once('.').unwrap();
        for (header, expected) in [
            (r#"{"alg":"none"}"#, Code::UnsupportedAlgorithm),
            (r#"{"alg":"NoNe"}"#, Code::UnsupportedAlgorithm),
            (r#"{"alg":""}"#, Code::UnsupportedAlgorithm),
            (r#"{"alg":"rs256"}"#, Code::UnsupportedAlgorithm),
            (r#"{"alg":"RS256 "}"#, Code::UnsupportedAlgorithm),
            (r#"{"alg":null}"#, Code::WrongType),
            (r#"{"alg":256}"#, Code::WrongType),
            (r#"{"ALG":"RS256"}"#, Code::MissingMember),
            (r#"{"alg":"RS256","alg":"RS256"}"#, Code::DuplicateMember),
            (r#"{"alg":"RS256","crit":["exp"]}"#, Code::CriticalHeader),
            (r#"{"alg":"RS256","crit":[]}"#, Code::CriticalHeader),
            (r#"{"alg":"RS256","crit":null}"#, Code::CriticalHeader),
            (r#"{"alg":"RS256","b64":false}"#, Code::CriticalHeader),
            (r#"{"alg":"RS256","b64":false,"crit":["b64"]}"#, Code::CriticalHeader),
            (r#"{"alg":"RS256","enc":"A128GCM"}"#, Code::UnsupportedFormat),
            (r#"{"alg":"RS256","kid":1}"#, Code::WrongType),
            (r#"{"alg":"RS256","typ":1}"#, Code::WrongType),
            (r#"{"alg":"RS256"}x"#, Code::Malformed),
            (r#"[]"#, Code::WrongType),
            // Keys that the token brings are ignored; the header is another one, so is the signature.
            (r#"{"alg":"RS256","jku":"https://example.com/"}"#, Code::SignatureMismatch),
        ] {
            let token = format!("{}.{rest}", base64::encode_url(header.as_bytes()));
            assert_eq!(code(&verifier, &token), expected, "{header}");
        }
        for (token, expected) in [
            (r#"{"payload":"e30","protected":"e30","signature":"AA"}"#, Code::Malformed),
            ("", Code::Malformed),
            ("..", Code::Malformed),
            ("a.b", Code::Malformed),
            ("a.b.c.d", Code::Malformed),
            ("e30.e30.", Code::Malformed),
            (".e30.AA", Code::Malformed),
            ("e30=.e30.AA", Code::Malformed),
            ("e30.e3+.AA", Code::Malformed),
            ("e30.e30.AB", Code::Malformed),
            ("e30.e30.AA\n", Code::Malformed),
            (" e30.e30.AA", Code::Malformed),
            ("a.b.c.d.e", Code::UnsupportedFormat),
            ("a.b.c\nd.e.f", Code::Malformed),
            ("{\"a\":\"a.b.c\",\"b\":\"d.e.f\"}", Code::Malformed),
        ] {
            assert_eq!(code(&verifier, token), expected, "{token}");
        }
    }

    #[test]
    fn an_escaped_repetition_in_the_header_is_a_repetition() {
        let token = signed(r#"{"alg":"HS256","\u0061lg":"HS256"}"#, "{}");
        assert_eq!(code(&secret(), &token), Code::DuplicateMember);
    }

    #[test]
    fn sizes_are_judged_before_anything_else() {
        let limit = Limits::default().token_bytes();
        let fitting = "a".repeat(limit);
        assert_eq!(code(&public(A2_KEY), &fitting), Code::Malformed);
        assert_eq!(code(&public(A2_KEY), &(fitting + "a")), Code::TooLarge);
        for (bytes, expected) in [(256, Code::Ok), (257, Code::TooLarge)] {
            let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(bytes));
            assert_eq!(code(&secret(), &signed(&header, "{}")), expected);
        }
    }

    #[test]
    fn registered_claims_have_their_types_and_their_times() {
        let none = anything();
        for (payload, expected) in [
            (r#"{}"#, Code::Ok),
            (r#"{"exp":1001,"nbf":1000,"iat":5000}"#, Code::Ok),
            (r#"{"exp":1000}"#, Code::Expired),
            (r#"{"nbf":1001}"#, Code::NotYetValid),
            (r#"{"exp":"1001"}"#, Code::WrongType),
            (r#"{"exp":null}"#, Code::WrongType),
            (r#"{"exp":1e308}"#, Code::WrongType),
            (r#"{"exp":1001.5}"#, Code::WrongType),
            (r#"{"exp":9223372036854775808}"#, Code::WrongType),
            (r#"{"exp":9223372036854775807}"#, Code::Malformed),
            (r#"{"exp":-1}"#, Code::Malformed),
            (r#"{"nbf":[]}"#, Code::WrongType),
            (r#"{"iat":"x"}"#, Code::WrongType),
            (r#"{"iss":1}"#, Code::WrongType),
            (r#"{"sub":null}"#, Code::WrongType),
            (r#"{"aud":1}"#, Code::WrongType),
            (r#"{"aud":[1]}"#, Code::WrongType),
            (r#"{"exp":1001,"exp":1001}"#, Code::DuplicateMember),
            (r#"{"a":{"b":1,"b":1}}"#, Code::DuplicateMember),
            (r#"{"exp":1001"#, Code::Malformed),
        ] {
            assert_eq!(claims(payload, &none), expected, "{payload}");
        }
    }

    #[test]
    fn what_is_expected_is_required_and_compared_exactly() {
        let payload = r#"{"iss":"https://a.example","sub":"u","aud":["x","y"],"nonce":"n"}"#;
        let all = anything().issuer("https://a.example").subject("u").audience("y").nonce("n");
        assert_eq!(claims(payload, &all), Code::Ok);
        for (expected, code) in [
            (anything().issuer("https://a.example/"), Code::IssuerMismatch),
            (anything().issuer("https://a"), Code::IssuerMismatch),
            (anything().subject("U"), Code::SubjectMismatch),
            (anything().audience("z"), Code::AudienceMismatch),
            (anything().audience(""), Code::AudienceMismatch),
            (anything().nonce("nn"), Code::NonceMismatch),
        ] {
            assert_eq!(claims(payload, &expected), code);
            assert_eq!(claims("{}", &expected), Code::MissingMember);
        }
        assert_eq!(claims(r#"{"aud":"y"}"#, &anything().audience("y")), Code::Ok);
        assert_eq!(claims("not JSON", &anything().issuer("i")), Code::Malformed);
        assert_eq!(claims("not JSON", &anything()), Code::Ok);
    }

    #[test]
    fn the_artefacts_own_time_must_be_there_to_be_used() {
        let at = |payload: &str| {
            judge(&secret(), &signed(r#"{"alg":"HS256"}"#, payload), &anything(), At::Issued)
        };
        assert_eq!(at(r#"{"iat":1000,"exp":1001}"#), Code::Ok);
        assert_eq!(at(r#"{"iat":1000,"exp":1000}"#), Code::Expired);
        assert_eq!(at("{}"), Code::Ok);
        for claims in [r#"{"exp":1001}"#, r#"{"nbf":1}"#, r#"{"nbf":1,"exp":1001}"#] {
            assert_eq!(at(claims), Code::NoTime, "{claims}");
            let token = signed(r#"{"alg":"HS256"}"#, claims);
            let report = secret().explain(token.as_bytes(), &anything(), At::Issued);
            assert_eq!(report.verdict(), crate::Verdict::Undecided);
            assert!(report.hints.iter().any(|hint| hint.contains("--at TIME")), "{report:?}");
            let text = format!("{:?}", report.checks);
            assert!(!text.contains("no `exp`") || !claims.contains("exp"), "{text}");
        }
    }

    #[test]
    fn nothing_that_is_wrong_hides_behind_a_time_that_is_missing() {
        let judge = |header: &str, payload: &str, expected: &Expected| {
            judge(&secret(), &signed(header, payload), expected, At::Issued)
        };
        let (header, payload) = (r#"{"alg":"HS256"}"#, r#"{"exp":1001,"iss":"i","aud":"a"}"#);
        assert_eq!(judge(header, payload, &Expected::new("i", "a")), Code::NoTime);
        for (expected, code) in [
            (Expected::new("other", "a"), Code::IssuerMismatch),
            (Expected::new("i", "other"), Code::AudienceMismatch),
            (Expected::new("i", "a").subject("s"), Code::MissingMember),
            (Expected::new("i", "a").typ("at+jwt"), Code::ContentMismatch),
        ] {
            assert_eq!(judge(header, payload, &expected), code);
        }
        let mut forged = signed(header, payload);
        forged.replace_range(forged.len() - 4.., "AAAA");
        assert_eq!(
            super::tests::judge(&secret(), &forged, &anything(), At::Issued),
            Code::SignatureMismatch
        );
    }

    #[test]
    fn a_hint_names_the_key_that_fits() {
        let other = A2_KEY.replace("ofgW", "ofgX");
        let mut keys = JwkSet::default();
        for (kid, key) in [("wrong", &other), ("right", &A2_KEY.to_string())] {
            let key = key.replace("\"kty\"", &format!("\"kid\":\"{kid}\",\"kty\""));
            keys.push(Jwk::parse(key.as_bytes(), &Limits::default()).unwrap());
        }
        let verifier = Verifier::new(keys, Policy::default());
        // A token that names the wrong key, with the signature of the right one, cannot be made
        // without a private key; a token without a name is ambiguous.
        assert_eq!(code(&verifier, A2), Code::AmbiguousKey);
        let hint = signature_hint_of(&verifier);
        assert_eq!(
            hint.as_deref(),
            Some("signature fits another key of the set: right: RSA, 2048 bits")
        );
    }

    fn signature_hint_of(verifier: &Verifier) -> Option<String> {
        let Keys::Public(keys) = &verifier.keys else { return None };
        let compact = Compact::parse(A2.as_bytes(), &Limits::default()).unwrap();
        let wrong = keys.select(Some("wrong")).unwrap();
        let failed = Job {
            key: wrong.key(),
            algorithm: Algorithm::Rs256,
            message: compact.signing_input(),
            signature: compact.signature(),
            backend: Policy::default().backend(),
        };
        let mut attempts = crate::jose::Attempts::new(&Limits::default(), A2.len());
        crate::jose::signature_hint(keys, &mut attempts, &failed, |_| false)
    }

    #[test]
    fn a_secret_below_32_bytes_makes_no_verifier() {
        let short = Verifier::with_secret(Secret::new(vec![1; 31]), Policy::default());
        assert_eq!(short.unwrap_err().code(), Code::KeyUnusable);
    }

    #[test]
    fn an_audience_that_is_named_twice_is_still_named() {
        let expected = anything().audience("a");
        for (audience, code) in [
            (r#""a""#, Code::Ok),
            (r#"["a","a"]"#, Code::Ok),
            (r#"["a","b","a"]"#, Code::Ok),
            (r#"["b","b"]"#, Code::AudienceMismatch),
            (r#"["a","a",1]"#, Code::WrongType),
            ("[]", Code::AudienceMismatch),
        ] {
            let payload = format!(r#"{{"aud":{audience}}}"#);
            assert_eq!(claims(&payload, &expected), code, "{payload}");
        }
    }

    #[test]
    fn a_token_without_exp_is_refused_unless_the_caller_allows_it() {
        for (payload, strict, lenient) in [
            (r#"{"exp":1001}"#, Code::Ok, Code::Ok),
            (r#"{"exp":1000}"#, Code::Expired, Code::Expired),
            ("{}", Code::MissingMember, Code::Ok),
            (r#"{"nbf":1000,"iat":1}"#, Code::MissingMember, Code::Ok),
            ("text", Code::Malformed, Code::Ok),
            ("", Code::Malformed, Code::Ok),
            ("[]", Code::WrongType, Code::Ok),
        ] {
            assert_eq!(claims(payload, &Expected::unbound()), strict, "{payload}");
            assert_eq!(claims(payload, &anything()), lenient, "{payload}");
        }
        let payload = r#"{"iss":"i","aud":"a"}"#;
        assert_eq!(claims(payload, &Expected::new("i", "a")), Code::MissingMember);
        assert_eq!(claims(payload, &Expected::new("i", "a").allow_no_expiry()), Code::Ok);
        let at = |payload: &str, expected: &Expected| {
            judge(&secret(), &signed(r#"{"alg":"HS256"}"#, payload), expected, At::Issued)
        };
        assert_eq!(at(r#"{"iat":1000}"#, &Expected::unbound()), Code::MissingMember);
        assert_eq!(at("{}", &Expected::unbound()), Code::MissingMember);
    }

    #[test]
    fn a_report_warns_of_a_token_that_is_bound_to_no_issuer_or_no_audience() {
        let token = signed(r#"{"alg":"HS256"}"#, r#"{"iss":"i","aud":"a","exp":1001}"#);
        let at = Time::from_unix(1000).unwrap();
        for (expected, warned) in [
            (Expected::new("i", "a"), false),
            (Expected::unbound().issuer("i").audience("a"), false),
            (Expected::unbound().issuer("i"), true),
            (Expected::unbound().audience("a"), true),
            (Expected::unbound(), true),
            (anything().subject("s").nonce("n").typ("t"), true),
        ] {
            let report = secret().explain(token.as_bytes(), &expected, at);
            assert_eq!(report.warnings.contains(&Warning::Unbound), warned, "{expected:?}");
        }
    }

    #[test]
    fn any_one_of_several_audiences_suffices_and_none_of_the_others_does() {
        let both = || Expected::new("i", "a").or_audience("b");
        let payload = |audience: &str| format!(r#"{{"iss":"i","exp":1001,"aud":{audience}}}"#);
        for (audience, code) in [
            (r#""a""#, Code::Ok),
            (r#""b""#, Code::Ok),
            (r#"["c","b"]"#, Code::Ok),
            (r#""c""#, Code::AudienceMismatch),
            (r#""a b""#, Code::AudienceMismatch),
            (r#"["ab",""]"#, Code::AudienceMismatch),
            (r#"["a",7]"#, Code::WrongType),
        ] {
            assert_eq!(claims(&payload(audience), &both()), code, "{audience}");
        }
        assert_eq!(claims(r#"{"iss":"i","exp":1001}"#, &both()), Code::MissingMember);
        // `audience` names the only one.
        assert_eq!(claims(&payload(r#""b""#), &both().audience("c")), Code::AudienceMismatch);
        let token = signed(r#"{"alg":"HS256"}"#, &payload(r#""b""#));
        let report = secret().explain(token.as_bytes(), &both(), Time::from_unix(1000).unwrap());
        let audience = report.checks.iter().find(|entry| entry.check == Check::AUDIENCE).unwrap();
        assert_eq!(audience.detail, "`aud` contains b");
    }

    #[test]
    fn an_expected_typ_is_required_and_compared_as_a_media_type() {
        let judge = |typ: &str, wanted: &str| {
            let header = format!(r#"{{"alg":"HS256"{typ}}}"#);
            let expected = anything().typ(wanted);
            let at = Time::from_unix(1000).unwrap();
            judge(&secret(), &signed(&header, "{}"), &expected, at)
        };
        for (typ, wanted) in [
            ("at+jwt", "at+jwt"),
            ("AT+JWT", "at+jwt"),
            ("application/at+jwt", "at+jwt"),
            ("at+jwt", "Application/AT+JWT"),
            ("application/x;v=1", "APPLICATION/X;v=1"),
            ("a/b", "A/B"),
        ] {
            assert_eq!(judge(&format!(r#","typ":"{typ}""#), wanted), Code::Ok, "{typ}, {wanted}");
        }
        for (typ, wanted) in [
            ("JWT", "at+jwt"),
            ("", "at+jwt"),
            ("at+jwt ", "at+jwt"),
            ("at+jwt;v=1", "at+jwt"),
            ("text/at+jwt", "at+jwt"),
            ("application/application/at+jwt", "at+jwt"),
            ("application/x;v=a", "application/x;v=A"),
            // What has a slash anywhere is whole, as RFC 7515 section 4.1.9 says.
            ("x;v=a/b", "application/x;v=a/b"),
        ] {
            let found = judge(&format!(r#","typ":"{typ}""#), wanted);
            assert_eq!(found, Code::ContentMismatch, "{typ}, {wanted}");
        }
        assert_eq!(judge("", "JWT"), Code::ContentMismatch);
        // A payload of any form has a header.
        let token = signed(r#"{"alg":"HS256","typ":"x"}"#, "text");
        let at = Time::from_unix(1000).unwrap();
        let verdict = |typ: &str| secret().explain(token.as_bytes(), &anything().typ(typ), at);
        assert_eq!(verdict("x").code(), Code::Ok);
        assert_eq!(verdict("y").code(), Code::ContentMismatch);
    }

    #[test]
    fn what_a_lax_reader_takes_for_claims_is_no_opaque_payload() {
        let judge = |payload: &[u8]| {
            let input = [br#"{"alg":"HS256"}"#, payload].map(base64::encode_url).join(".");
            let key = Secret::new(base64::decode_url(A1_KEY.as_bytes()).unwrap());
            let mac = crate::crypto::mac::hmac_sha256(&key, &[input.as_bytes()]);
            let token = format!("{input}.{}", base64::encode_url(&*mac));
            judge(&secret(), &token, &anything(), Time::from_unix(1000).unwrap())
        };
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let object = r#"{"exp":1}"#;
        for start in [
            "\0",
            "\0\0 ",
            "\u{feff}",
            " \u{feff}\0",
            "\u{b}",
            "\u{1f}",
            "\u{a0}",
            "\u{3000}\u{85}",
        ] {
            let payload = format!("{start}{object}");
            assert_eq!(judge(payload.as_bytes()), Code::Malformed, "{payload:?}");
        }
        for payload in [
            utf16(object, u16::to_be_bytes),
            utf16(object, u16::to_le_bytes),
            utf16(&format!("\u{feff}{object}"), u16::to_be_bytes),
            utf16(&format!("\u{feff}{object}"), u16::to_le_bytes),
            [b"\xef\xbb\xbf", &b"{\"exp\":1,\"a\":\"\xff\"}"[..]].concat(),
            [b"\0\0\xfe\xff\0\0\0", object.as_bytes()].concat(),
        ] {
            assert_eq!(judge(&payload), Code::Malformed, "{}", payload.escape_ascii());
        }
        for payload in ["\0", "\u{feff}", "text {}", "\u{feff}[{}]", "\"{}\"", "é{}", "\u{3000}"] {
            assert_eq!(judge(payload.as_bytes()), Code::Ok, "{payload:?}");
        }
        assert_eq!(judge(b"\xff\x80\x01\xc3("), Code::Ok);
    }
}
