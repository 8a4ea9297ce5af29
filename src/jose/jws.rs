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

use super::{HeaderCache, JwkSet, KeySource, Keys, Pending, Snapshot, begin, conclude};
use crate::batch::{Item, Procedure, entry_points};
use crate::crypto::{Algorithm, Job, Secret};
use crate::encoding::json::{self, Document, Object, Value};
use crate::encoding::{Fault, base64};
use crate::error::{Error, shorten};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::report::{Check, KeyInfo, Trail, Warning};
use crate::time::{At, Leeway, Time};

/// The header of a JWS that follows every rule, and is still *untrusted*.
///
/// Members that name or bring keys (`jku`, `jwk`, `x5u`, `x5c`, `x5t`) are never used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// `alg`: one that this library knows.
    pub algorithm: Algorithm,
    /// `kid`.
    pub kid: Option<String>,
    /// `typ`, as it is.
    pub typ: Option<String>,
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
        Ok(Self { algorithm, kid, typ })
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
            2 => return Err(Error::UnsupportedFormat { what: "an encrypted token (JWE)" }),
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

/// What a JWT is expected to say. Nothing is expected by default; what is expected is required.
///
/// All are compared byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    issuer: Option<String>,
    audience: Option<String>,
    subject: Option<String>,
    nonce: Option<String>,
}

impl Expected {
    /// Expects nothing beyond the signature and the times that the token states.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects this `iss`.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Expects this `aud`, alone or within an array.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
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

    pub(crate) const fn wants_nonce(&self) -> bool {
        self.nonce.is_some()
    }

    pub(crate) fn expected_issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    const fn wants_claims(&self) -> bool {
        self.issuer.is_some()
            || self.audience.is_some()
            || self.subject.is_some()
            || self.nonce.is_some()
    }
}

/// A JWS whose signature, and whose claims where it has any, passed every check.
///
/// Only [`Verifier::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
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
        &self.header
    }

    /// Returns the payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        match &self.payload {
            Payload::Claims(claims) => claims.text().as_bytes(),
            Payload::Opaque(payload) => payload,
        }
    }

    /// Returns the claims, if the payload is a JSON object.
    #[must_use]
    pub const fn claims(&self) -> Option<&Document> {
        match &self.payload {
            Payload::Claims(claims) => Some(claims),
            Payload::Opaque(_) => None,
        }
    }

    /// Returns the key that verified it.
    #[must_use]
    pub const fn key(&self) -> &KeyInfo {
        &self.key
    }
}

/// Verifies compact JWS, and JWT where the payload is a JSON object.
///
/// Checked: structure, header, key and algorithm (each key has exactly one), key size, signature;
/// then, if the payload is a JSON object, the types of the registered claims, `nbf`, `exp`, and
/// what [`Expected`] names. *Not* checked: `typ`, unknown claims, and a payload of another form,
/// unless claims are expected.
///
/// ```
/// use countersign::jose::{JwkSet, jws};
/// use countersign::{Code, Policy, Time};
///
/// let verifier = jws::Verifier::new(JwkSet::default(), Policy::default());
/// let now = Time::from_unix(1_700_000_000).unwrap();
/// let error = verifier.verify(b"eyJhbGciOiJSUzI1NiJ9.e30.AA", &jws::Expected::new(), now).unwrap_err();
/// assert_eq!(error.code(), Code::NoKey);
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Keys,
    policy: Policy,
}

impl Verifier {
    /// The kind in reports.
    pub const KIND: &'static str = "jws";

    /// Makes a verifier with the public keys of one issuer.
    #[must_use]
    pub const fn new(keys: JwkSet, policy: Policy) -> Self {
        Self { keys: Keys::Public(keys), policy }
    }

    /// Makes a verifier with the keys that a source has at the moment of each verification.
    ///
    /// Where the source has none, that is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { keys: Keys::source(source), policy }
    }

    /// Makes a verifier for HS256 with a secret given by hand; it verifies nothing else.
    ///
    /// # Errors
    ///
    /// [`Error::KeyUnusable`] below 32 bytes (RFC 7518 section 3.2).
    pub fn with_secret(secret: Secret, policy: Policy) -> Result<Self, Error> {
        Ok(Self { keys: Keys::secret(secret)?, policy })
    }

    pub(crate) const fn limits(&self) -> &Limits {
        self.policy.limits()
    }

    fn read_claims(
        &self,
        trail: &mut impl Trail,
        payload: Vec<u8>,
        expected: &Expected,
    ) -> Result<Claims, Vec<u8>> {
        let object_follows = payload.trim_ascii_start().starts_with(b"{");
        if !object_follows && !expected.wants_claims() {
            trail.skip(Check::Claims, "payload is not a JSON object");
            return Err(payload);
        }
        let claims = Claims::parse(payload, self.policy.limits());
        trail
            .record(Check::Claims, claims, |claims| format!("{} members", claims.document.len()))
            .ok_or_else(Vec::new)
    }
}

entry_points!("a token", Verifier, Expected, Verified);

impl Procedure for Verifier {
    const KIND: &'static str = Self::KIND;
    type Expected = Expected;
    type Pending<'p> = (Pending<'p, 'p>, Item<'p, Expected>);
    type Made = Verified;

    fn source(&self) -> Option<&dyn KeySource> {
        self.keys.as_source()
    }

    fn with_snapshot(&self, snapshot: Snapshot) -> Option<Self> {
        Some(Self { keys: Keys::Snapshot(snapshot), policy: self.policy })
    }

    fn begin<'p>(
        &'p self,
        trail: &mut impl Trail,
        cache: &mut HeaderCache,
        item: Item<'p, Expected>,
    ) -> Option<Self::Pending<'p>> {
        let token = Cow::Borrowed(item.input);
        Some((begin(trail, cache, token, &self.keys, None, &self.policy)?, item))
    }

    fn job<'j>(&self, (pending, _): &'j Self::Pending<'_>) -> Option<Job<'j>> {
        pending.job()
    }

    fn conclude(
        &self,
        trail: &mut impl Trail,
        (pending, item): Self::Pending<'_>,
        verified: Option<Result<(), Error>>,
    ) -> Option<Verified> {
        let authentic = conclude(trail, pending, verified)?;
        let claims = self.read_claims(trail, authentic.payload, item.expected);
        let leeway = self.policy.leeway();
        check_claims(trail, claims.as_ref().ok(), item.expected, item.at, leeway);
        Some(Verified {
            header: authentic.header,
            payload: match claims {
                Ok(claims) => Payload::Claims(claims.document),
                Err(payload) => Payload::Opaque(payload),
            },
            key: authentic.key?,
        })
    }

    fn claims(made: &Verified) -> Object<'static> {
        made.claims().map(|claims| claims.to_object().into_owned()).unwrap_or_default()
    }
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

/// Checks `nbf`, `exp` and what is expected.
pub(crate) fn check_claims(
    trail: &mut impl Trail,
    claims: Option<&Claims>,
    expected: &Expected,
    at: At,
    leeway: Leeway,
) {
    let instant = at.resolve(claims.and_then(|claims| claims.issued));
    trail.at(instant);
    if at == At::Issued {
        trail.warn(Warning::AtIssued);
    }
    let Some(claims) = claims else {
        trail.skip(Check::NotBefore, "no claims");
        trail.skip(Check::Expiry, "no claims");
        return;
    };
    if instant.is_none() && (claims.not_before.is_some() || claims.expiry.is_some()) {
        trail.fail(Check::Claims, Error::MissingMember { part: "payload", member: "iat" });
    }
    match instant.zip(claims.not_before) {
        Some((at, start)) => check_start(trail, at, start, leeway),
        None => trail.skip(Check::NotBefore, "no `nbf`"),
    }
    match instant.zip(claims.expiry) {
        Some((at, expiry)) => check_expiry(trail, at, expiry, leeway),
        None => trail.skip(Check::Expiry, "no `exp`"),
    }
    let document = &claims.document;
    let equal = |member, wanted: &str, error| {
        if document.string("payload", member)? == wanted { Ok(()) } else { Err(error) }
    };
    let expectations = [
        (Check::Issuer, "iss", &expected.issuer, Error::IssuerMismatch),
        (Check::Subject, "sub", &expected.subject, Error::SubjectMismatch),
        (Check::Nonce, "nonce", &expected.nonce, Error::NonceMismatch),
    ];
    for (check, member, wanted, error) in expectations {
        if let Some(wanted) = wanted {
            trail.record(check, equal(member, wanted, error), |()| {
                format!("`{member}` is as expected")
            });
        }
    }
    if let Some(wanted) = &expected.audience {
        let missing = Error::MissingMember { part: "payload", member: "aud" };
        let found = document.member("aud").ok_or(missing).and_then(|audience| {
            match contains_audience(&audience, wanted)? {
                true => Ok(()),
                false => Err(Error::AudienceMismatch),
            }
        });
        trail.record(Check::Audience, found, |()| format!("`aud` contains {}", shorten(wanted)));
    }
}

/// Checks that a start is not more than the leeway ahead.
pub(crate) fn check_start(trail: &mut impl Trail, at: Time, start: Time, leeway: Leeway) {
    let result =
        if start.unix() > at.plus(leeway) { Err(Error::NotYetValid { at, start }) } else { Ok(()) };
    trail.record(Check::NotBefore, result, |()| format!("valid from {start}, judged at {at}"));
}

/// Checks that an expiry, plus the leeway, lies ahead: `exp` itself is expired (RFC 7519 section
/// 4.1.4 wants "before").
pub(crate) fn check_expiry(trail: &mut impl Trail, at: Time, expiry: Time, leeway: Leeway) {
    let result =
        if at.unix() >= expiry.plus(leeway) { Err(Error::Expired { at, expiry }) } else { Ok(()) };
    trail.record(Check::Expiry, result, |()| format!("expires at {expiry}, judged at {at}"));
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
        judge(verifier, token, &Expected::new(), Time::from_unix(IN_TIME).unwrap())
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
                .verify(token.as_bytes(), &Expected::new(), Time::from_unix(IN_TIME).unwrap())
                .unwrap();
            assert_eq!(verified.claims().unwrap().string("payload", "iss").unwrap(), "joe");
            let late = Time::from_unix(IN_TIME + 1).unwrap();
            assert_eq!(judge(&verifier, token, &Expected::new(), late), Code::Expired);
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
        let none = Expected::new();
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
        let all = Expected::new().issuer("https://a.example").subject("u").audience("y").nonce("n");
        assert_eq!(claims(payload, &all), Code::Ok);
        for (expected, code) in [
            (Expected::new().issuer("https://a.example/"), Code::IssuerMismatch),
            (Expected::new().issuer("https://a"), Code::IssuerMismatch),
            (Expected::new().subject("U"), Code::SubjectMismatch),
            (Expected::new().audience("z"), Code::AudienceMismatch),
            (Expected::new().audience(""), Code::AudienceMismatch),
            (Expected::new().nonce("nn"), Code::NonceMismatch),
        ] {
            assert_eq!(claims(payload, &expected), code);
            assert_eq!(claims("{}", &expected), Code::MissingMember);
        }
        assert_eq!(claims(r#"{"aud":"y"}"#, &Expected::new().audience("y")), Code::Ok);
        assert_eq!(claims("not JSON", &Expected::new().issuer("i")), Code::Malformed);
        assert_eq!(claims("not JSON", &Expected::new()), Code::Ok);
    }

    #[test]
    fn the_artefacts_own_time_must_be_there_to_be_used() {
        let at = |payload: &str| {
            judge(&secret(), &signed(r#"{"alg":"HS256"}"#, payload), &Expected::new(), At::Issued)
        };
        assert_eq!(at(r#"{"iat":1000,"exp":1001}"#), Code::Ok);
        assert_eq!(at(r#"{"iat":1000,"exp":1000}"#), Code::Expired);
        assert_eq!(at(r#"{"exp":1001}"#), Code::MissingMember);
        assert_eq!(at("{}"), Code::Ok);
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
        let expected = Expected::new().audience("a");
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
}
