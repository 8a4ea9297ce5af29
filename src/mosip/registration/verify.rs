//! Verification of registration answers.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::expected::Expected;
use super::status::Status;
use super::token::{Era, Headers, SignedRegistration, is_body, response_of};
use crate::crypto::{Algorithm, Job, SignatureBackend};
use crate::encoding::base64;
use crate::encoding::json::Document;
use crate::error::{Error, KeyFault};
use crate::jose::{
    Attempts, CompactJws, Jwk, JwkSet, KeySource, Keys, check_certificates, describe,
    selection_hint, signature_hint, warn_of_writing,
};
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::object::{DigitalId, Timestamp, optional_text};
use crate::mosip::layer::Layer;
use crate::policy::Policy;
use crate::report::{Check, Claims as Shown, Finding, KeyInfo, Trail, Warning};
use crate::time::{At, Leeway, Time};
use crate::verify::{self, Format, Item, Next, Proven, Steps};
use crate::x509::check_key_size;

/// An answer of the registration endpoint that passed every check. Only [`Verifier::verify`]
/// creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration(Proven<Draft>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    era: Era,
    status: Status,
    device_code: String,
    env: String,
    time_stamp: Option<Timestamp>,
    digital_id: Option<DigitalId>,
    payload: Document,
    key: KeyInfo,
    at: Time,
}

impl Registration {
    /// Returns the scheme with which the answer was signed.
    #[must_use]
    pub const fn era(&self) -> Era {
        self.0.get().era
    }

    /// Returns the server's decision. Answers to deregistrations are also signed.
    #[must_use]
    pub const fn status(&self) -> &Status {
        &self.0.get().status
    }

    /// Returns `deviceCode`.
    #[must_use]
    pub fn device_code(&self) -> &str {
        &self.0.device_code
    }

    /// Returns `env`.
    #[must_use]
    pub fn env(&self) -> &str {
        &self.0.env
    }

    /// Returns `timeStamp`; `None` if the server signed `null`, as it does for a deregistration whose
    /// stored digital ID has no `dateTime`. Servers of era A wrote their local time, marked as UTC.
    #[must_use]
    pub const fn time_stamp(&self) -> Option<&Timestamp> {
        self.0.get().time_stamp.as_ref()
    }

    /// Returns the device's identity; only an answer to a deregistration may have none.
    #[must_use]
    pub const fn digital_id(&self) -> Option<&DigitalId> {
        self.0.get().digital_id.as_ref()
    }

    /// Returns the signed payload, as received.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.0.payload.text().as_bytes()
    }

    /// Returns the key that verified the answer.
    #[must_use]
    pub const fn key(&self) -> &KeyInfo {
        &self.0.get().key
    }

    /// Returns the time of judgement.
    #[must_use]
    pub const fn at(&self) -> Time {
        self.0.get().at
    }
}

/// Verifies answers of MOSIP's registration endpoint with the keys of its signing server.
///
/// Checked, in this order: no errors in the answer; the token's structure and era; the signed
/// header; a usable RSA key, its size, and the signature under the era's one algorithm; `status`,
/// `deviceCode`, `env` and `timeStamp`; the digital ID, and its own signature if it has one; the
/// validity of the key's certificate, if it came from one; the expectations. *Not* checked: who
/// issued that certificate, and whether the device is still registered.
///
/// Tokens of eras A, A' and B name no key, so the RSA keys of the set are tried in turn, up to
/// [`Limits::key_attempts`]; if keys are left untried, the error is [`Error::TooLarge`].
///
/// ```
/// use countersign::jose::Jwk;
/// use countersign::mosip::device::DeviceData;
/// use countersign::mosip::registration::{Era, Expected, Status, Verifier};
/// use countersign::{Limits, Policy, Time};
///
/// # let jwk = include_bytes!("../../../test-vectors/seed/mosip-signer.jwk.json");
/// # let request = include_bytes!("../../../test-vectors/seed/registered-devices-request.json");
/// # let response = include_bytes!("../../../test-vectors/seed/registered-devices-response.json");
/// let limits = Limits::default();
/// let verifier = Verifier::new(Jwk::parse(jwk, &limits)?.into(), Policy::default());
/// let expected = Expected::new()
///     .status(Status::Registered)
///     .request(&DeviceData::from_request(request, &limits)?);
///
/// let captured = Time::parse_rfc3339("2020-01-13T07:25:29Z")?;
/// let registration = verifier.verify(response, &expected, captured)?;
/// assert_eq!(registration.era(), Era::A);
/// assert_eq!(registration.device_code(), "8cd42864-2cdc-4067-8d11-40b25ff8c760");
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = verify::Verifier<RegistrationFormat>;

/// The format of [`Verifier`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RegistrationFormat;

impl Verifier {
    /// Creates a verifier with the public keys of one signing server.
    #[must_use]
    pub const fn new(keys: JwkSet, policy: Policy) -> Self {
        Self { format: RegistrationFormat, keys: Keys::Public(keys), policy }
    }

    /// Creates a verifier that takes its keys from a source at each verification.
    ///
    /// If the source has no keys, the error is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { format: RegistrationFormat, keys: Keys::source(source), policy }
    }

    /// Checks headers, keys and algorithm.
    fn choose_keys<'s>(
        &'s self,
        trail: &mut Trail,
        signed: &SignedRegistration,
    ) -> Option<Candidates<'s>> {
        let required = signed.era().algorithm();
        let headers =
            trail.record(Check::HEADER, signed.headers(self.policy.limits()), Headers::describe);
        let Some(headers) = headers else {
            trail.skip_all(&KEY_CHECKS, "header cannot be read");
            return None;
        };
        if headers.outer_is_unsigned() {
            trail.warn(Warning::UnsignedHeader);
            trail.hint(|| headers.contradiction(required));
        }
        let kid = headers.signed.as_ref().filter(|_| signed.era() == Era::C);
        let kid = kid.and_then(|header| header.kid.as_deref());
        let candidates = self.keys.set().and_then(|keys| {
            trail.key_set(keys.info());
            self.candidates(keys, kid)
        });
        if let (Err(Error::UnknownKey), Some(kid)) = (&candidates, kid) {
            trail.missing_kid(kid);
        }
        let failed = candidates.as_ref().err().cloned();
        let found = trail.record(Check::KEY, candidates, |keys| match keys.as_slice() {
            [key] => describe(key),
            keys => format!("{} keys match", keys.len()).into(),
        });
        let Some(mut keys) = found else {
            trail.hint(|| selection_hint(self.keys.set().ok()?, kid, &failed?));
            trail.skip_all(&[Check::ALGORITHM, Check::KEY_SIZE, Check::SIGNATURE], "no key");
            return None;
        };
        let bound = |key: &Jwk| key.algorithm_or(self.policy.algorithm());
        let declared = keys.first().and_then(|key| bound(key));
        keys.retain(|key| bound(key).is_none_or(|alg| alg == required));
        let fits = match (&headers.signed, keys.first(), declared) {
            (Some(header), _, _) if header.algorithm != required => {
                Err(Error::AlgorithmMismatch { token: header.algorithm, required })
            }
            (_, None, Some(bound)) => {
                Err(Error::AlgorithmMismatch { token: required, required: bound })
            }
            _ => Ok(()),
        };
        let by_era = || format!("{required}, required by the era");
        let fits = trail.record(Check::ALGORITHM, fits, |()| by_era());
        let (Some(first), rest) = (keys.first().copied(), keys.split_off(keys.len().min(1))) else {
            trail.skip_all(&[Check::KEY_SIZE, Check::SIGNATURE], "no key has this algorithm");
            return None;
        };
        Some(Candidates { first, rest, fits })
    }

    /// Checks key size and signature, and returns the key that verified, or else the first that
    /// could have. The first key was tried already; the others as far as the input's bytes pay for
    /// it.
    fn check_signature<'s>(
        &'s self,
        trail: &mut Trail,
        signed: &SignedRegistration,
        candidates: &Candidates<'s>,
        tried: Option<Result<(), Error>>,
        input_bytes: usize,
    ) -> &'s Jwk {
        let required = signed.era().algorithm();
        let job = |key| job(signed, key, self.policy.backend());
        let first = job(candidates.first);
        let mut attempts = Attempts::new(self.policy.limits(), input_bytes);
        let verified = match &tried {
            None => Ok(None),
            Some(Ok(())) => Ok(Some(candidates.first)),
            Some(Err(_)) => {
                attempts.owe(&first);
                let mut rest = candidates.rest.iter().copied();
                rest.find_map(|key| match attempts.try_key(&job(key)) {
                    Ok(false) => None,
                    Ok(true) => Some(Ok(key)),
                    Err(error) => Some(Err(error)),
                })
                .transpose()
            }
        };
        let key = verified.as_ref().ok().copied().flatten().unwrap_or(candidates.first);
        trail.key(|| key.info(required));
        warn_of_writing(trail, key);
        check_key_size(trail, key.key(), &self.policy);
        match (tried, verified) {
            // There was a signature to verify, and nobody did.
            (None, _) if candidates.fits.is_some() => {
                trail.fail(Check::SIGNATURE, Error::Defect);
            }
            (None, _) => trail.skip(Check::SIGNATURE, "algorithm is not that of the era"),
            (_, Ok(Some(_))) => trail.pass(Check::SIGNATURE, || signed.era().scheme()),
            (_, Ok(None)) => {
                trail.fail(Check::SIGNATURE, Error::SignatureMismatch);
                let tried =
                    |key: &Jwk| candidates.rest.iter().any(|tried| tried.key() == key.key());
                trail.hint(|| signature_hint(self.keys.set().ok()?, &mut attempts, &first, tried));
            }
            (_, Err(error)) => {
                trail.fail(Check::SIGNATURE, error);
            }
        }
        key
    }

    /// Returns the keys that a token could mean: the one with its `kid`; or else every RSA key,
    /// those with another name excepted.
    fn candidates<'k>(&self, set: &'k JwkSet, kid: Option<&str>) -> Result<Vec<&'k Jwk>, Error> {
        let (keys, problems) = (set.keys(), set.problems());
        let wrong_type = Error::KeyUnusable(KeyFault::AlgorithmKeyType);
        let named = kid.filter(|kid| {
            keys.iter().any(|key| key.kid() == Some(*kid))
                || problems.iter().any(|problem| problem.kid.as_deref() == Some(*kid))
        });
        if named.is_some() {
            let key = set.select(named)?;
            return if is_rsa(key) { Ok(alloc::vec![key]) } else { Err(wrong_type) };
        }
        let meant = |key: &&Jwk| {
            is_rsa(key) && (kid.is_none() || key.kid().is_none()) && !set.binds_elsewhere(key)
        };
        let found: Vec<&Jwk> = keys.iter().filter(meant).collect();
        let limit = self.policy.limits().keys();
        if found.len() > limit {
            return Err(Error::TooLarge { what: "number of keys", limit });
        }
        match (found.as_slice(), keys, problems) {
            ([_, ..], _, _) => Ok(found),
            ([], [], []) => Err(Error::NoKey),
            ([], [], [problem]) => Err(problem.error.clone()),
            ([], [key], []) if !is_rsa(key) => Err(wrong_type),
            ([], _, _) => Err(Error::UnknownKey),
        }
    }
}

impl Format for RegistrationFormat {
    const KIND: &'static str = "mosip-registration";
    type Expected = Expected;
    type Verified = Registration;
}

impl Steps for RegistrationFormat {
    type Keys = Keys;
    type Cache = ();
    type Opened<'a> = Opened<'a>;
    type Draft = Draft;

    fn open<'a>(
        verifier: &'a Verifier,
        trail: &mut Trail,
        (): &mut (),
        item: Item<'a, Expected>,
    ) -> Option<Opened<'a>> {
        if item.at == At::Issued {
            trail.warn(Warning::AtIssued);
        }
        let signed = read_token(trail, item.input, verifier.policy.limits())?;
        let candidates = verifier.choose_keys(trail, &signed);
        trail.goes_on().then_some(Opened { signed, candidates, item })
    }

    fn signature<'o>(verifier: &Verifier, opened: &'o Opened<'_>) -> Option<Job<'o>> {
        let candidates = opened.candidates.as_ref()?;
        let backend = verifier.policy.backend();
        candidates.fits.map(|()| job(&opened.signed, candidates.first, backend))
    }

    fn judge<'a>(
        verifier: &'a Verifier,
        trail: &mut Trail,
        Opened { mut signed, candidates, item }: Opened<'a>,
        signature: Option<Result<(), Error>>,
    ) -> Option<Next<Opened<'a>, Draft>> {
        let Verifier { keys, policy, .. } = verifier;
        let (limits, leeway) = (policy.limits(), policy.leeway());
        let (at, expected) = (item.at, item.expected);
        let bytes = item.input.len();
        let chosen = candidates.as_ref().map(|candidates| {
            verifier.check_signature(trail, &signed, candidates, signature, bytes)
        });
        if !trail.goes_on() {
            return None;
        }
        let payload = core::mem::take(&mut signed.payload);
        let claims = trail.record(
            Check::CLAIMS,
            Claims::parse(payload, limits),
            |_| "`status`, `deviceCode`, `env`, `timeStamp`",
        );
        let digital_id = match &claims {
            Some(claims) => check_digital_id(trail, claims, signed.era(), chosen, policy),
            None => {
                trail.skip(Check::DIGITAL_ID, NO_CLAIMS);
                None
            }
        };
        let instant = at.resolve(claims.as_ref().and_then(|claims| claims.signed));
        trail.at(instant);
        let set = keys.set().ok();
        check_certificate(trail, candidates.as_ref().zip(chosen), set, instant, leeway);
        let Some(claims) = claims else {
            trail.skip_all(&[Check::CONTENT, Check::WINDOW], NO_CLAIMS);
            return None;
        };
        check_content(trail, &claims, digital_id.as_ref(), expected);
        let refused = match claims.signed {
            Some(time) => Window::check(expected.window, trail, time, at, leeway),
            None => {
                check_no_time(trail, expected.window, at);
                false
            }
        };
        if refused && signed.era() == Era::A {
            trail.hint(|| {
                Some(
                    "servers of era A signed their local time as UTC; allow for their time zone"
                        .into(),
                )
            });
        }
        Some(Next::Made(Draft {
            era: signed.era(),
            status: claims.status,
            device_code: claims.device_code,
            env: claims.env,
            time_stamp: claims.time_stamp,
            digital_id,
            key: chosen?.info(signed.era().algorithm()),
            at: instant?,
            payload: claims.document,
        }))
    }

    fn verified(draft: Proven<Draft>) -> Registration {
        Registration(draft)
    }

    fn claims(registration: Registration) -> Shown {
        registration.0.into_inner().payload.into()
    }
}

/// An answer up to its signature.
pub(crate) struct Opened<'p> {
    signed: SignedRegistration,
    candidates: Option<Candidates<'p>>,
    item: Item<'p, Expected>,
}

/// The keys that could have signed, in the order of the set.
struct Candidates<'s> {
    first: &'s Jwk,
    rest: Vec<&'s Jwk>,
    /// Whether the algorithm is the era's, so that they can be tried.
    fits: Option<()>,
}

fn job<'a>(signed: &'a SignedRegistration, key: &'a Jwk, backend: SignatureBackend) -> Job<'a> {
    Job {
        key: key.key(),
        algorithm: signed.era().algorithm(),
        message: signed.signing_input(),
        signature: signed.signature(),
        backend,
    }
}

const NO_CLAIMS: &str = "payload cannot be read";

const KEY_CHECKS: [Check; 4] = [Check::KEY, Check::ALGORITHM, Check::KEY_SIZE, Check::SIGNATURE];

fn is_rsa(key: &Jwk) -> bool {
    key.key().as_rsa().is_some()
}

fn read_token(trail: &mut Trail, input: &[u8], limits: &Limits) -> Option<SignedRegistration> {
    let token = if is_body(input) {
        let token = response_of(input, limits);
        trail.record(Check::ENVELOPE, token, |_| "no errors, a `response`").map(Cow::Owned)
    } else {
        trail.skip(Check::ENVELOPE, "bare token");
        Some(Cow::Borrowed(input))
    };
    let signed = token.as_ref().and_then(|token| {
        let signed = SignedRegistration::from_token(token, limits);
        trail.record(Check::STRUCTURE, signed, |signed| {
            Finding::parts(signed.payload.len(), signed.signature().len())
        })
    });
    match &signed {
        Some(signed) => {
            let era = signed.era();
            trail.pass(Check::ERA, || format!("{era}: {}", era.scheme()));
        }
        None => {
            if token.is_none() {
                trail.skip(Check::STRUCTURE, UNREADABLE);
            }
            trail.skip_all(&[Check::ERA, Check::HEADER], UNREADABLE);
            trail.skip_all(&KEY_CHECKS, UNREADABLE);
            trail.skip_all(&CONTENT_CHECKS, UNREADABLE);
        }
    }
    signed
}

const UNREADABLE: &str = "token cannot be read";

const CONTENT_CHECKS: [Check; 5] =
    [Check::CLAIMS, Check::DIGITAL_ID, Check::KEY_CERTIFICATE, Check::CONTENT, Check::WINDOW];

struct Claims {
    status: Status,
    device_code: String,
    env: String,
    /// `None` where `timeStamp` is `null`.
    time_stamp: Option<Timestamp>,
    /// The instant of `timeStamp`.
    signed: Option<Time>,
    digital_id: Option<String>,
    document: Document,
}

impl Claims {
    fn parse(payload: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "payload";
        let document = Document::parse(PART, payload, limits)?;
        let status = Status::from(&*document.string(PART, "status")?);
        let digital_id = match status {
            Status::Deregistered => document.optional_string(PART, "digitalId")?,
            _ => Some(document.string(PART, "digitalId")?),
        };
        let time_stamp = match optional_text(&document, PART, "timeStamp", &["timestamp"])? {
            Some(text) => Some(Timestamp::new(&text)),
            None => {
                let stated = document.member("timeStamp").or_else(|| document.member("timestamp"));
                let absent = Error::MissingMember { part: PART, member: "timeStamp" };
                stated.map(|_null| None).ok_or(absent)?
            }
        };
        let instant = |time: &Timestamp| time.instant("timeStamp");
        Ok(Self {
            digital_id: digital_id.map(Cow::into_owned),
            device_code: document.string(PART, "deviceCode")?.into_owned(),
            env: document.string(PART, "env")?.into_owned(),
            status,
            signed: time_stamp.as_ref().map(instant).transpose()?,
            time_stamp,
            document,
        })
    }
}

/// Judges the age of an answer that states no time: whatever is asked of it fails.
fn check_no_time(trail: &mut Trail, window: Option<Window>, at: At) {
    const MEMBER: &str = "timeStamp";
    match (window, at) {
        (_, At::Issued) => {
            trail.fail(Check::WINDOW, Error::NoTime { member: MEMBER });
            trail.hint(|| {
                Some("give the time of judgement: `At::Time`, `--at TIME` or `--at now`".into())
            });
        }
        (Some(_), At::Time(_)) => {
            trail.fail(Check::WINDOW, Error::MissingMember { part: "payload", member: MEMBER });
        }
        (None, At::Time(_)) => trail.skip(Check::WINDOW, Window::NOT_EXPECTED),
    }
}

/// Reads the digital id, and verifies it where it is itself signed: in era C, by the same key.
fn check_digital_id(
    trail: &mut Trail,
    claims: &Claims,
    era: Era,
    key: Option<&Jwk>,
    policy: &Policy,
) -> Option<DigitalId> {
    let Some(text) = &claims.digital_id else {
        trail.skip(Check::DIGITAL_ID, "the answer to a deregistration has no digital ID");
        return None;
    };
    let digital_id = match (era, key) {
        (Era::C, None) if text.contains('.') => {
            trail.skip(Check::DIGITAL_ID, "no key for its signature");
            return None;
        }
        (Era::C, Some(key)) if text.contains('.') => signed_digital_id(text, key, policy),
        _ => base64::decode_mosip(text.as_bytes())
            .map_err(|fault| Error::Malformed { part: "digitalId", fault })
            .and_then(|json| DigitalId::from_answer(Layer::Base64, text, json, policy.limits())),
    };
    trail.record(Check::DIGITAL_ID, digital_id, |digital_id| match digital_id.origin().layer() {
        Layer::VerifiedJws => "signed by the same key",
        _ => "not signed itself, covered by the outer signature",
    })
}

fn signed_digital_id(text: &str, key: &Jwk, policy: &Policy) -> Result<DigitalId, Error> {
    let (required, limits) = (Algorithm::Rs256, policy.limits());
    let jws = CompactJws::parse(text.as_bytes(), &limits.with_token_bytes(limits.message_bytes()))?;
    let token = jws.header(limits)?.algorithm;
    if token != required {
        return Err(Error::AlgorithmMismatch { token, required });
    }
    let (input, signature) = (&[jws.signing_input()], jws.signature());
    key.key().verify_with(policy.backend(), required, input, signature)?;
    DigitalId::from_answer(Layer::VerifiedJws, text, jws.into_payload(), limits)
}

/// Judges the certificate that the key came from, among the keys that could be meant.
fn check_certificate(
    trail: &mut Trail,
    keys: Option<(&Candidates<'_>, &Jwk)>,
    set: Option<&JwkSet>,
    at: Option<Time>,
    leeway: Leeway,
) {
    let (Some((candidates, key)), Some(at)) = (keys, at) else {
        let reason = if keys.is_none() { "no key" } else { "there is no time of judgement" };
        trail.skip(Check::KEY_CERTIFICATE, reason);
        return;
    };
    let all = core::iter::once(&candidates.first).chain(&candidates.rest);
    let twins = set.into_iter().flat_map(|set| set.twins(key));
    check_certificates(trail, key, all.copied().chain(twins), at, leeway);
}

fn check_content(
    trail: &mut Trail,
    claims: &Claims,
    digital_id: Option<&DigitalId>,
    expected: &Expected,
) {
    let difference = |wanted: &DigitalId| digital_id.and_then(|id| wanted.differences(id).next());
    let wanted_id = expected.digital_id.as_ref();
    let expectations = [
        ("status", expected.status.as_ref().map(|wanted| *wanted == claims.status)),
        ("deviceCode", expected.device_code.as_ref().map(|wanted| *wanted == claims.device_code)),
        ("env", expected.env.as_ref().map(|wanted| *wanted == claims.env)),
        (
            "timeStamp",
            expected
                .time_stamp
                .as_ref()
                .map(|wanted| claims.time_stamp.as_ref().is_some_and(|time| wanted == time.text())),
        ),
        ("digitalId", wanted_id.map(|wanted| digital_id.is_some() && difference(wanted).is_none())),
    ];
    let mut any = false;
    for (member, equal) in expectations {
        let Some(equal) = equal else { continue };
        any = true;
        let result = if equal { Ok(()) } else { Err(Error::ContentMismatch { member }) };
        trail.record(Check::CONTENT, result, |()| Finding::member(member));
    }
    if let Some(member) = wanted_id.and_then(difference) {
        trail.hint(|| Some(format!("the digital IDs differ in `{member}`")));
    }
    if !any {
        trail.skip(Check::CONTENT, "nothing is expected");
    }
}
