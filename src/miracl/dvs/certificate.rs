//! The certificate: a compact JWS with `cAt`, `exp` and `hash`.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::SignatureRequest;
use crate::crypto::{Algorithm, Job, sha256};
use crate::encoding::json::{self, Document, Object, Value};
use crate::encoding::{Fault, hex};
use crate::error::Error;
use crate::jose::claims::{check_expiry, check_life, check_start, numeric_date};
use crate::jose::{
    Header, HeaderCache, JwkSet, KeySource, Keys, Opened, authenticate, check_certificate, open,
};
use crate::limits::Limits;
use crate::miracl::token::{MARKS, check_typ};
use crate::policy::Policy;
use crate::report::{Check, KeyInfo, Trail, Warning};
use crate::time::{At, Leeway, Time};
use crate::verify::{self, Format, Item, Proven, Steps};

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

    /// Returns `cAt`: when the service verified the signature.
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

/// Seconds from `cAt` to `exp`, unless the caller says otherwise. It is ten in every published
/// certificate; an hour is the longest life of any token in the documents.
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

    /// Makes a verifier with the keys that a source has at the moment of each verification.
    ///
    /// Where the source has none, that is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { format: CertificateFormat::DEFAULT, keys: Keys::source(source), policy }
    }

    /// Accepts so many seconds from `cAt` to `exp`; an hour otherwise.
    #[must_use]
    pub const fn with_longest_life(mut self, seconds: u32) -> Self {
        self.format.longest_life = seconds;
        self
    }

    fn check_content(&self, trail: &mut Trail, claims: &Claims, expected: &Expected, at: At) {
        match expected.expected_hash() {
            Some(wanted) => {
                let equal = if claims.hash == wanted { Ok(()) } else { Err(Error::HashMismatch) };
                trail.record(Check::HASH, equal, |()| "signed hash is the expected one".into());
                if claims.hash.eq_ignore_ascii_case(wanted) && claims.hash != wanted {
                    trail.hint(|| Some("the hashes differ in letter case only".into()));
                }
            }
            None => {
                trail.warn(Warning::Unbound);
                trail.skip(Check::HASH, "bound to nothing, by choice");
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
                trail.record(Check::SIGNING_TIME, order, |()| {
                    if signed > issued {
                        let ahead = signed.since(issued);
                        return format!("signed at {signed}, {ahead} ahead, within the leeway");
                    }
                    format!("signed at {signed}, {} before the issue", issued.since(signed))
                });
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
            let token =
                trail.record(Check::ENVELOPE, token, |_| "answer with a `certificate`".into());
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

    fn judge(
        verifier: &Verifier,
        trail: &mut Trail,
        (opened, item): Self::Opened<'_>,
        signature: Option<Result<(), Error>>,
    ) -> Option<Draft> {
        let authentic = authenticate(trail, opened, signature)?;
        let claims = Claims::parse(authentic.payload, verifier.policy.limits());
        let claims = trail.record(Check::CLAIMS, claims, |_| "`cAt`, `exp`, `hash`".into());
        let Some(claims) = claims else {
            trail.skip_all(&CONTENT_CHECKS, "claims cannot be read");
            return None;
        };
        let kind = check_kind(&authentic.header, &claims.document);
        trail.record(Check::TOKEN_KIND, kind, |()| "no claims of another kind".into());
        let instant = item.at.resolve(Some(claims.created_at));
        check_certificate(trail, authentic.signer, instant, verifier.policy.leeway());
        verifier.check_content(trail, &claims, item.expected, item.at);
        Some(Draft { claims, key: authentic.key? })
    }

    fn verified(draft: Proven<Draft>) -> Certificate {
        Certificate(draft)
    }

    fn claims(certificate: &Certificate) -> Object<'static> {
        certificate.0.claims.document.to_object().into_owned()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use crate::jose::Snapshot;
    use crate::policy::Rsa1024;
    use crate::report::Verdict;
    use crate::testkit::{Issuer as _, Rng, RsaIssuer, jwk_set};
    use alloc::string::ToString as _;
    use std::sync::OnceLock;

    const RESPONSE: &[u8] = include_bytes!("../../../test-vectors/seed/dvs-verify-response.json");
    const REQUEST: &[u8] = include_bytes!("../../../test-vectors/seed/dvs-verify-request.json");
    const JWKS: &[u8] = include_bytes!("../../../test-vectors/seed/dvs-jwks.json");
    const ISSUED: i64 = 1_649_404_580;

    fn token() -> Vec<u8> {
        certificate_of(RESPONSE, &Limits::default()).unwrap().into_owned()
    }

    fn verifier(policy: Policy) -> Verifier {
        Verifier::new(JwkSet::parse(JWKS, &Limits::default()).unwrap(), policy)
    }

    fn weak() -> Policy {
        Policy::default().with_rsa_1024(Rsa1024::Allow)
    }

    /// Verifies, and demands the same of the explanation.
    fn code(verifier: &Verifier, input: &[u8], expected: &Expected, at: impl Into<At>) -> Code {
        let at = at.into();
        let verified = verifier.verify(input, expected, at);
        let report = verifier.explain(input, expected, at);
        let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
        assert_eq!(report.code(), code);
        assert_eq!(report.claims.is_some(), code == Code::Ok);
        code
    }

    fn second(offset: i64) -> Time {
        Time::from_unix(ISSUED + offset).unwrap()
    }

    #[test]
    fn the_published_certificate_is_valid_as_answer_and_as_token() {
        let expected = Expected::document(b"not this");
        assert_eq!(code(&verifier(weak()), RESPONSE, &expected, second(0)), Code::HashMismatch);
        let request = SignatureRequest::parse(REQUEST, &Limits::default()).unwrap();
        for expected in
            [Expected::request(&request), Expected::hash("74657374"), Expected::unbound()]
        {
            assert_eq!(code(&verifier(weak()), RESPONSE, &expected, second(0)), Code::Ok);
            assert_eq!(code(&verifier(weak()), &token(), &expected, At::Issued), Code::Ok);
        }
        let certificate =
            verifier(weak()).verify(RESPONSE, &Expected::request(&request), second(9)).unwrap();
        assert_eq!(certificate.hash(), "74657374");
        assert_eq!(certificate.expires_at(), second(10));
        assert_eq!(certificate.key().bits, Some(1024));
    }

    #[test]
    fn times_are_judged_to_the_second() {
        let policy = weak();
        let hash = Expected::hash("74657374");
        for (offset, expected) in [
            (-1, Code::NotYetValid),
            (0, Code::Ok),
            (9, Code::Ok),
            (10, Code::Expired),
            (1_000_000, Code::Expired),
        ] {
            assert_eq!(code(&verifier(policy), RESPONSE, &hash, second(offset)), expected);
        }
        let lenient = policy.with_leeway(Leeway::from_seconds(5).unwrap());
        for (offset, expected) in
            [(-6, Code::NotYetValid), (-5, Code::Ok), (14, Code::Ok), (15, Code::Expired)]
        {
            assert_eq!(code(&verifier(lenient), RESPONSE, &hash, second(offset)), expected);
        }
    }

    #[test]
    fn a_small_key_needs_the_opt_in_and_leaves_a_warning() {
        let hash = Expected::hash("74657374");
        let strict = verifier(Policy::default());
        assert_eq!(code(&strict, RESPONSE, &hash, second(0)), Code::KeyTooSmall);
        let report = strict.explain(RESPONSE, &hash, second(0));
        assert!(report.hints.iter().any(|hint| hint.contains("--allow-rsa-1024")));
        let report = verifier(weak()).explain(RESPONSE, &hash, second(0));
        // MIRACL Trust's documented key has verified tokens of others, too.
        assert_eq!(report.warnings, [Warning::PublishedKey, Warning::Rsa1024]);
        assert_eq!(report.verdict(), Verdict::Valid);
    }

    #[test]
    fn the_hash_is_compared_as_text() {
        let verifier = verifier(weak());
        for (hash, expected) in [
            ("74657374", Code::Ok),
            ("00", Code::HashMismatch),
            ("", Code::HashMismatch),
            ("7465737", Code::HashMismatch),
            ("746573740", Code::HashMismatch),
        ] {
            assert_eq!(code(&verifier, RESPONSE, &Expected::hash(hash), second(0)), expected);
        }
    }

    #[test]
    fn a_request_signed_after_the_issue_is_refused_and_equality_passes() {
        for (offset, expected) in [(-1, Code::Ok), (0, Code::Ok), (1, Code::SignedAfterIssue)] {
            let body = format!(r#"{{"hash":"74657374","timestamp":{}}}"#, ISSUED + offset);
            let request = SignatureRequest::parse(body.as_bytes(), &Limits::default()).unwrap();
            let expectation = Expected::request(&request);
            assert_eq!(code(&verifier(weak()), RESPONSE, &expectation, second(0)), expected);
        }
    }

    #[test]
    fn every_single_changed_character_of_the_token_is_refused() {
        let verifier = verifier(weak());
        let token = token();
        for place in 0..token.len() {
            for replacement in [b'A', b'_', b'=', b'.', b'"', 0, 0xff] {
                let mut changed = token.clone();
                if changed[place] == replacement {
                    continue;
                }
                changed[place] = replacement;
                let code = code(&verifier, &changed, &Expected::hash("74657374"), second(0));
                assert_ne!(code, Code::Ok, "place {place}");
            }
        }
    }

    #[test]
    fn answers_without_a_certificate_are_refused() {
        for (body, expected) in [
            ("{}", Code::MissingMember),
            (r#"{"certificate":null}"#, Code::WrongType),
            (r#"{"certificate":""}"#, Code::Malformed),
            (r#"{"certificate":"ey.fQ"}"#, Code::Malformed),
            (r#"{"certificate":"eyfQnD"}"#, Code::Malformed),
            (r#"{"certificate":"a","certificate":"b"}"#, Code::DuplicateMember),
            ("{", Code::Malformed),
            ("", Code::Malformed),
        ] {
            let found = code(&verifier(weak()), body.as_bytes(), &Expected::unbound(), second(0));
            assert_eq!(found, expected, "{body}");
        }
    }

    fn issuer() -> &'static RsaIssuer {
        static ISSUER: OnceLock<RsaIssuer> = OnceLock::new();
        ISSUER.get_or_init(|| RsaIssuer::generate(&mut Rng::from_seed(6), 2048, None).unwrap())
    }

    /// Judges a token with these claims and this header, by a key of ours.
    fn of(verifier: impl Fn(Verifier) -> Verifier, header: &str, claims: &str) -> Code {
        let keys = jwk_set(&[issuer().jwk()]).to_string();
        let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
        let verifier = verifier(Verifier::new(keys, Policy::default()));
        let token = issuer().compact(header.as_bytes(), claims.as_bytes(), Algorithm::Rs256);
        code(&verifier, token.unwrap().as_bytes(), &Expected::hash("00"), second(0))
    }

    #[test]
    fn a_certificate_that_is_another_token_as_well_is_none() {
        let judge = |header: &str, more: &str| {
            let (exp, header) = (ISSUED + 10, format!(r#"{{"alg":"RS256"{header}}}"#));
            let claims = format!(r#"{{"cAt":{ISSUED},"exp":{exp},"hash":"00"{more}}}"#);
            of(|verifier| verifier, &header, &claims)
        };
        for (header, more) in [
            ("", ""),
            (r#","typ":"JWT""#, ""),
            (r#","typ":"application/jwt""#, ""),
            ("", r#","x":1,"Iss":"i","hashes":[]"#),
        ] {
            assert_eq!(judge(header, more), Code::Ok, "{header} {more}");
        }
        for member in
            ["iss", "sub", "aud", "amr", "nonce", "cid", "scp", "scope", "projectID", "events"]
        {
            // Its type makes no difference.
            for value in ["\"a\"", "null", "[]"] {
                let more = format!(r#","{member}":{value}"#);
                assert_eq!(judge("", &more), Code::ContentMismatch, "{more}");
            }
        }
        let both = format!(r#","iss":"i","sub":"u","aud":"a","iat":{ISSUED}"#);
        assert_eq!(judge("", &both), Code::ContentMismatch);
        for typ in ["at+jwt", "dvs", ""] {
            let header = format!(r#","typ":"{typ}""#);
            assert_eq!(judge(&header, ""), Code::ContentMismatch, "{typ}");
        }
    }

    #[test]
    fn a_certificate_with_registered_claims_keeps_to_them() {
        let judge = |more: &str| {
            let claims = format!(r#"{{"cAt":{ISSUED},"exp":{},"hash":"00"{more}}}"#, ISSUED + 10);
            of(|verifier| verifier, r#"{"alg":"RS256"}"#, &claims)
        };
        for (more, expected) in [
            (format!(r#","nbf":{ISSUED},"iat":{ISSUED},"jti":"a""#), Code::Ok),
            (format!(r#","nbf":{}"#, ISSUED + 1), Code::NotYetValid),
            (r#","nbf":"0""#.into(), Code::WrongType),
            (r#","nbf":-1"#.into(), Code::Malformed),
            (r#","iat":1.0"#.into(), Code::WrongType),
            (r#","iat":null"#.into(), Code::WrongType),
            (r#","jti":7"#.into(), Code::WrongType),
        ] {
            assert_eq!(judge(&more), expected, "{more}");
        }
    }

    #[test]
    fn a_certificate_lives_no_longer_than_the_caller_accepts() {
        let judge = |life: i64, longest: Option<u32>| {
            let exp = ISSUED + life;
            let claims = format!(r#"{{"cAt":{ISSUED},"exp":{exp},"hash":"00"}}"#);
            let choose = |verifier: Verifier| match longest {
                Some(seconds) => verifier.with_longest_life(seconds),
                None => verifier,
            };
            of(choose, r#"{"alg":"RS256"}"#, &claims)
        };
        for (life, longest, expected) in [
            (10, None, Code::Ok),
            (3600, None, Code::Ok),
            (3601, None, Code::TimestampWindow),
            (253_402_300_799 - ISSUED, None, Code::TimestampWindow),
            (10, Some(10), Code::Ok),
            (11, Some(10), Code::TimestampWindow),
            (86_400, Some(86_400), Code::Ok),
        ] {
            assert_eq!(judge(life, longest), expected, "{life} {longest:?}");
        }
        // The limit is the same with the keys of a source.
        let keys = jwk_set(&[issuer().jwk()]).to_string();
        let snapshot = Snapshot::parse(keys.as_bytes(), None, &Limits::default()).unwrap();
        let verifier = Verifier::from_source(snapshot, Policy::default()).with_longest_life(9);
        let claims = format!(r#"{{"cAt":{ISSUED},"exp":{},"hash":"00"}}"#, ISSUED + 10);
        let token = issuer().compact(br#"{"alg":"RS256"}"#, claims.as_bytes(), Algorithm::Rs256);
        let token = token.unwrap();
        let found = code(&verifier, token.as_bytes(), &Expected::hash("00"), second(0));
        assert_eq!(found, Code::TimestampWindow);
    }

    #[test]
    fn without_a_key_nothing_is_decided() {
        let verifier = Verifier::new(JwkSet::default(), weak());
        assert_eq!(code(&verifier, RESPONSE, &Expected::unbound(), second(0)), Code::NoKey);
        let report = verifier.explain(RESPONSE, &Expected::unbound(), second(0));
        assert_eq!(report.verdict(), Verdict::Undecided);
    }
}
