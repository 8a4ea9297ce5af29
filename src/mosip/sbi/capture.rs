//! What a device captured: signed data, one a biometric, and the hashes that chain them.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::mixed::{Captured, Mixed, check_mixed};
use super::{DeviceError, HashChain, Scheme};
use crate::crypto::sha256;
use crate::encoding::json::{self, Object, Value};
use crate::encoding::{base64, hex};
use crate::error::Error;
use crate::jose::CompactJws;
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::{
    DIGITAL_ID, DigitalId, Kind, Opener, Timestamp, Witness, optional_text, text,
};
use crate::mosip::trust::{Checker, Draft, Message, Trust, Usage, Verified, message};
use crate::policy::Policy;
use crate::report::{Check, Trail};
use crate::verify::{Item, Verifier};

const DATA: &str = "data";
const BIO_VALUE: &str = "bioValue";
pub(super) const BIOMETRICS: &str = "biometrics";

/// The signed data of one biometric.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Data {
    /// `bioType`: `Finger`, `Iris` or `Face`; version 0.9.2 of the interface has none.
    pub bio_type: Option<String>,
    /// `bioSubType`, such as `Left IndexFinger`; a face has none.
    pub bio_sub_type: Option<String>,
    /// `bioValue`, decoded: the biometric, or in answers to a capture for authentication its
    /// ciphertext.
    pub bio_value: Vec<u8>,
    /// `timestamp`: when it was captured.
    pub timestamp: Timestamp,
    /// `transactionId`.
    pub transaction_id: Option<String>,
    /// `purpose`.
    pub purpose: Option<String>,
    /// `env`.
    pub env: Option<String>,
    /// `domainUri`.
    pub domain_uri: Option<String>,
    /// `deviceCode`, until version 1.0.
    pub device_code: Option<String>,
    /// `deviceServiceVersion`.
    pub device_service_version: Option<String>,
    /// `digitalId`.
    pub digital_id: DigitalId,
    /// The whole payload but `bioValue`, of which a digest is kept, and with `digitalId` opened.
    members: Object<'static>,
    /// SHA-256 of the payload.
    pub(super) payload_sha256: [u8; 32],
}

impl Data {
    /// Returns all members as they were, except that `bioValue` is replaced by its length and
    /// digest, and `digitalId` by its members.
    #[must_use]
    pub const fn members(&self) -> &Object<'static> {
        &self.members
    }

    /// Opens a token.
    pub(super) fn open(
        token: &[u8],
        checker: &mut Checker<'_>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        if is_unsigned(token) {
            return Err(Error::UnsignedLayer { part: DATA });
        }
        let token = CompactJws::parse(token, &limits.with_token_bytes(limits.capture_bytes()))?;
        checker.signed(DATA, &token)?;
        let mut payload = token.into_payload();
        let payload_sha256 = sha256(&payload);
        if !payload.trim_ascii_start().starts_with(b"{")
            && let Ok(inner) = base64::decode_mosip(&payload)
        {
            checker.encoded_twice();
            payload = inner;
        }
        let object = json::parse_object(DATA, &payload, limits)?;
        let optional = |member| optional_text(&object, DATA, member, &[]);
        let bio_value = object.string(DATA, BIO_VALUE)?;
        let bio_value = base64::decode_mosip(bio_value.as_bytes())
            .map_err(|fault| Error::Malformed { part: BIO_VALUE, fault })?;
        let digital_id = Opener::watched(limits, checker).digital_id(DATA, &object)?;
        let mut members = Object::new();
        for (name, value) in object.iter() {
            let value = match name {
                BIO_VALUE => Object::new()
                    .with("bytes", bio_value.len())
                    .with("sha256", hex::encode(&sha256(&bio_value)))
                    .into(),
                DIGITAL_ID => digital_id.origin().members().clone().into(),
                _ => value.clone().into_owned(),
            };
            members.set(name.to_string(), value);
        }
        Ok(Self {
            bio_type: optional("bioType")?,
            bio_sub_type: optional("bioSubType")?,
            timestamp: Timestamp::new(&text(&object, DATA, "timestamp", &["timeStamp"])?),
            transaction_id: optional("transactionId")?,
            purpose: optional("purpose")?,
            env: optional("env")?,
            domain_uri: optional("domainUri")?,
            device_code: optional("deviceCode")?,
            device_service_version: optional("deviceServiceVersion")?,
            bio_value,
            digital_id,
            members,
            payload_sha256,
        })
    }
}

/// Tells whether a text is encoded JSON without a signature.
fn is_unsigned(text: &[u8]) -> bool {
    !text.contains(&b'.')
        && base64::decode_mosip(text).is_ok_and(|json| json.trim_ascii_start().starts_with(b"{"))
}

/// One biometric of an answer. Only its `data` is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Biometric {
    /// `data`, if there is any: a device that captured nothing says why in its `error`.
    pub data: Option<Data>,
    unauthenticated: Unauthenticated,
}

impl Biometric {
    /// Returns what no signature covers.
    #[must_use]
    pub const fn unauthenticated(&self) -> &Unauthenticated {
        &self.unauthenticated
    }
}

/// What stands beside the signed data of a biometric: *untrusted*. Of it, hashes alone are compared
/// with anything, see [`HashChain`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unauthenticated {
    /// `hash`.
    pub hash: Option<String>,
    /// `sessionKey`, base64url.
    pub session_key: Option<String>,
    /// `thumbprint` of the certificate that the session key is encrypted for.
    pub thumbprint: Option<String>,
    /// `error`.
    pub error: Option<DeviceError>,
}

/// The answer to a capture.
///
/// No signature covers how many biometrics it has and in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capture {
    /// `biometrics`, in their order.
    pub biometrics: Vec<Biometric>,
    /// The scheme by which their hashes follow from each other; `None` where that could not be
    /// known.
    pub scheme: Option<Scheme>,
}

/// Which scheme of hashes is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashScheme {
    /// The current one, or else the legacy one, for the whole answer.
    #[default]
    Detect,
    /// This one.
    Only(Scheme),
}

/// What captured data are expected to say. Nothing is expected by default; what is expected is
/// required of every biometric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    transaction_id: Option<String>,
    env: Option<String>,
    purpose: Option<String>,
    domain_uri: Option<String>,
    scheme: HashScheme,
    previous_hash: String,
    values: Option<Vec<Vec<u8>>>,
    pub(super) mixed: Mixed,
    pub(super) span: Option<u32>,
    pub(super) window: Option<Window>,
}

impl Expected {
    /// Expects authentic data and an unbroken chain from its beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects this `transactionId`.
    #[must_use]
    pub fn transaction_id(mut self, transaction_id: impl Into<String>) -> Self {
        self.transaction_id = Some(transaction_id.into());
        self
    }

    /// Expects this `env`.
    #[must_use]
    pub fn env(mut self, env: impl Into<String>) -> Self {
        self.env = Some(env.into());
        self
    }

    /// Expects this `purpose`.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = Some(purpose.into());
        self
    }

    /// Expects this `domainUri`.
    #[must_use]
    pub fn domain_uri(mut self, domain_uri: impl Into<String>) -> Self {
        self.domain_uri = Some(domain_uri.into());
        self
    }

    /// Expects hashes by this scheme. Where they cannot be followed, the verdict is
    /// [`expectation-unused`](crate::Code::ExpectationUnused).
    #[must_use]
    pub const fn scheme(mut self, scheme: HashScheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Expects the chain to go on after this hash, the `previousHash` of the request. Where the
    /// chain cannot be followed, the verdict is
    /// [`expectation-unused`](crate::Code::ExpectationUnused).
    #[must_use]
    pub fn previous_hash(mut self, previous_hash: impl Into<String>) -> Self {
        self.previous_hash = previous_hash.into();
        self
    }

    /// Gives the decrypted biometric values, one for each `data`: without them the current scheme
    /// cannot be checked for what was captured for authentication.
    #[must_use]
    pub fn decrypted_values(mut self, values: Vec<Vec<u8>>) -> Self {
        self.values = Some(values);
        self
    }

    /// Chooses what is done with an answer whose captures do not belong together: see [`Mixed`].
    #[must_use]
    pub const fn mixed(mut self, mixed: Mixed) -> Self {
        self.mixed = mixed;
        self
    }

    /// Expects the captures of one answer to lie no more than these seconds apart, by what each
    /// says in `timestamp`. Without it, times are not compared. What a longer span means is for
    /// [`mixed`](Self::mixed) to say.
    #[must_use]
    pub const fn span(mut self, seconds: u32) -> Self {
        self.span = Some(seconds);
        self
    }

    /// Expects every time that a layer states within this window around the time of judgement.
    /// Without it, age is not judged. The future is refused in any case.
    ///
    /// Judged [as at its own time](crate::At::Issued), a message has no age.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

/// Verifies the answer to a capture for authentication, whose values are encrypted.
///
/// Checked, for each biometric: `data` and the digital id within, each with its signature, its
/// certificate, and by the rules of [`Trust`] who vouches for it; the members, that they are those
/// of this kind, and what [`Expected`] names. Of all together: whether one device captured them in
/// one transaction; see [`Mixed`]. The chain of hashes needs the decrypted values, unless it is of
/// the legacy scheme; without them it is not checked, and the report says so, unless
/// [`Expected`] names a scheme or a hash before: then the verdict is
/// [`expectation-unused`](crate::Code::ExpectationUnused). *Not* checked: everything beside
/// `data` in an element, which is named in the result, and beside `biometrics`.
///
/// A capture for registration has the same format. Where the signed `purpose` says that it is one,
/// it is refused; versions of the interface that state none leave it to the caller.
///
/// `data` has to be signed, or the verdict is [`unsigned-layer`](crate::Code::UnsignedLayer),
/// whatever [`PartlySigned`](crate::mosip::trust::PartlySigned) says. An answer in which nothing was
/// captured is [`unsupported-format`](crate::Code::UnsupportedFormat).
///
/// Judged [`At::Issued`](crate::At::Issued), each signer is judged at the time that its own layer
/// states: `timestamp` of `data`, `dateTime` of the digital id. The report's time is `timestamp` of
/// the first biometric.
pub type CaptureVerifier = Verifier<CaptureMessage>;

message! {
    /// The answer to a capture for authentication.
    CaptureMessage, "sbi-capture", Expected, Capture
}

/// Verifies the answer to a capture for registration, whose values are plain.
///
/// Checked as by [`CaptureVerifier`], and the chain of hashes always: a broken one is
/// [`Error::HashChain`], which says where. What the chain shows is said at [`HashChain`].
pub type RegistrationCaptureVerifier = Verifier<RegistrationCaptureMessage>;

message! {
    /// The answer to a capture for registration.
    RegistrationCaptureMessage, "sbi-rcapture", Expected, Capture
}

/// Verifies the signed `data` of a single biometric, as packets keep it (see
/// [`cbeff`](super::cbeff)): as [`CaptureVerifier`], but without hashes. What [`Expected`] says of
/// hashes and decrypted values is [`expectation-unused`](crate::Code::ExpectationUnused) here.
pub type DataVerifier = Verifier<DataMessage>;

message! {
    /// The signed `data` of a single biometric.
    DataMessage, "sbi-data", Expected, Data
}

impl Message for CaptureMessage {
    type Content = Capture;

    fn decide(
        trust: &Trust,
        policy: &Policy,
        trail: &mut Trail,
        item: Item<'_, Expected>,
    ) -> Option<Draft<Capture>> {
        decide(trail, trust, policy, item, Values::Encrypted)
    }

    fn claims(made: &Verified<Capture>) -> Object<'static> {
        claims(made)
    }
}

impl Message for RegistrationCaptureMessage {
    type Content = Capture;

    fn decide(
        trust: &Trust,
        policy: &Policy,
        trail: &mut Trail,
        item: Item<'_, Expected>,
    ) -> Option<Draft<Capture>> {
        decide(trail, trust, policy, item, Values::Plain)
    }

    fn claims(made: &Verified<Capture>) -> Object<'static> {
        claims(made)
    }
}

impl Message for DataMessage {
    type Content = Data;

    fn decide(
        trust: &Trust,
        policy: &Policy,
        trail: &mut Trail,
        item: Item<'_, Expected>,
    ) -> Option<Draft<Data>> {
        let limits = policy.limits();
        let mut checker = Checker::new(trail, trust, policy, 2);
        let data = Data::open(item.input, &mut checker, limits);
        let data = record_data(&mut checker, data);
        checker.trail.part("");
        if let Some(data) = &data {
            check_content(checker.trail, data, item.expected);
        }
        refuse_expected_hashes(checker.trail, item.expected);
        let signed = checker.conclude(item.at, item.expected.window)?;
        Some(Draft::new(data?, signed))
    }

    fn claims(made: &Verified<Data>) -> Object<'static> {
        made.content().members.clone()
    }
}

/// What the biometric values of an answer are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Plain,
    Encrypted,
}

fn decide(
    trail: &mut Trail,
    trust: &Trust,
    policy: &Policy,
    item: Item<'_, Expected>,
    values: Values,
) -> Option<Draft<Capture>> {
    let limits = policy.limits();
    let answer = read_answer(item.input, limits);
    let answer =
        trail.record(Check::ENVELOPE, answer, |answer| format!("{} biometrics", answer.len()))?;
    let most = usize::from(limits.capture_segments()) * 2;
    let mut checker = Checker::new(trail, trust, policy, most);
    let (mut biometrics, mut groups) = (Vec::with_capacity(answer.len()), Vec::new());
    for (index, element) in answer.iter().enumerate() {
        checker.begin_part(format!("{BIOMETRICS}[{index}]."), DATA);
        for (member, _) in element.iter().filter(|(member, _)| *member != DATA) {
            checker.name_outside(member);
        }
        let text = |member| optional_text(element, BIOMETRICS, member, &[]);
        let outside = || {
            let unauthenticated = Unauthenticated {
                hash: text("hash")?,
                session_key: text("sessionKey")?,
                thumbprint: text("thumbprint")?,
                error: DeviceError::read(element, BIOMETRICS)?,
            };
            Ok(Biometric { data: None, unauthenticated })
        };
        checker.enter("");
        let found = outside().and_then(|found| Ok((found, data_of(element)?)));
        let found = checker.trail.record(Check::STRUCTURE, found, |(_, data)| match data {
            Some(text) => format!("`data` of {} bytes", text.len()),
            None => "no `data`".into(),
        });
        if let Some((mut biometric, token)) = found {
            if let Some(token) = token {
                let data = Data::open(token.as_bytes(), &mut checker, limits);
                biometric.data = record_data(&mut checker, data);
                checker.enter(DATA);
                if let Some(data) = &biometric.data {
                    check_purpose(checker.trail, data, values);
                    check_content(checker.trail, data, item.expected);
                }
            }
            biometrics.push(biometric);
            groups.push(checker.group());
        }
        if !checker.trail.goes_on() {
            return None;
        }
    }
    checker.trail.part("");
    if !answer.iter().any(|element| matches!(data_of(element), Ok(Some(_)) | Err(_))) {
        let what = "an answer in which nothing was captured";
        checker.trail.fail(Check::STRUCTURE, Error::UnsupportedFormat { what });
    }
    let complete = biometrics.len() == answer.len();
    let scheme = if complete {
        let captured: Vec<_> = captured(&checker, &biometrics, &groups).collect();
        check_mixed(checker.trail, &captured, item.expected);
        check_hashes(checker.trail, &biometrics, item.expected, values)
    } else {
        checker.trail.skip(Check::HASH_CHAIN, "a biometric cannot be read");
        None
    };
    let signed = checker.conclude(item.at, item.expected.window)?;
    Some(Draft::new(Capture { biometrics, scheme }, signed))
}

/// Returns what was captured, with the keys that signed it.
fn captured<'b>(
    checker: &Checker<'_>,
    biometrics: &'b [Biometric],
    groups: &[usize],
) -> impl Iterator<Item = Captured<'b>> {
    biometrics.iter().zip(groups).enumerate().filter_map(|(index, (biometric, group))| {
        let data = biometric.data.as_ref()?;
        let keys = [Usage::Data, Usage::DigitalId].map(|usage| checker.key_numbers(*group, usage));
        Some(Captured { index, data, keys })
    })
}

/// Reads the body: JSON with an array of objects.
fn read_answer<'a>(body: &'a [u8], limits: &Limits) -> Result<Vec<Object<'a>>, Error> {
    const PART: &str = "answer";
    let limit = limits.capture_bytes();
    if body.len() > limit {
        return Err(Error::TooLarge { what: PART, limit });
    }
    let wrong =
        Error::WrongType { part: PART, member: BIOMETRICS, expected: "an array of objects" };
    let body = json::parse_object(PART, body, limits)?;
    let Some(biometrics) = body.into_member(BIOMETRICS) else {
        return Err(Error::MissingMember { part: PART, member: BIOMETRICS });
    };
    let Value::Array(biometrics) = biometrics else { return Err(wrong) };
    let limit = limits.capture_segments().into();
    if biometrics.len() > limit {
        return Err(Error::TooLarge { what: "number of biometrics", limit });
    }
    let object = |value| match value {
        Value::Object(object) => Some(object),
        _ => None,
    };
    biometrics.into_iter().map(object).collect::<Option<_>>().ok_or(wrong)
}

/// Returns the text of `data`; a device that captured nothing leaves it out or empty.
fn data_of<'o>(element: &'o Object<'_>) -> Result<Option<&'o str>, Error> {
    let data = element.optional_string(BIOMETRICS, DATA)?;
    Ok(data.filter(|text| !text.is_empty()))
}

/// Records how the opening of `data` ended, and what it states.
pub(super) fn record_data(checker: &mut Checker<'_>, data: Result<Data, Error>) -> Option<Data> {
    let part = checker.enter(DATA);
    let unsigned = matches!(data, Err(Error::UnsignedLayer { .. }));
    let check = if unsigned { Check::SIGNATURE } else { Check::CLAIMS };
    let data = checker.trail.record(check, data, |data| {
        let kind = data.bio_type.as_deref().map_or("no `bioType`".into(), crate::error::shorten);
        format!("{kind}, {} bytes of `bioValue`", data.bio_value.len())
    })?;
    checker.check_kind(Kind::Captured, &data.members);
    checker.check_kind(Kind::DigitalId, data.digital_id.origin().members());
    checker.trail.part(&part);
    let captured = Some(data.timestamp.instant("timestamp"));
    checker.state(None, [(DATA, captured), (DIGITAL_ID, data.digital_id.stated())]);
    Some(data)
}

/// Refuses what was captured for the other purpose: for registration, hashes are followed. Some
/// versions of the interface state none.
fn check_purpose(trail: &mut Trail, data: &Data, values: Values) {
    let (foreign, verifier) = match values {
        Values::Plain => ("Auth", CaptureVerifier::KIND),
        Values::Encrypted => ("Registration", RegistrationCaptureVerifier::KIND),
    };
    let is_foreign = data.purpose.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(foreign));
    if is_foreign {
        trail.hint(|| Some(format!("what was captured for {foreign} is of the kind {verifier}")));
        trail.fail(Check::TOKEN_KIND, Error::ContentMismatch { member: "purpose" });
    }
}

pub(super) fn check_content(trail: &mut Trail, data: &Data, expected: &Expected) {
    let mut any = false;
    for (member, wanted, found) in [
        ("transactionId", &expected.transaction_id, &data.transaction_id),
        ("env", &expected.env, &data.env),
        ("purpose", &expected.purpose, &data.purpose),
        ("domainUri", &expected.domain_uri, &data.domain_uri),
    ] {
        if wanted.is_none() {
            continue;
        }
        any = true;
        let result = if wanted == found { Ok(()) } else { Err(Error::ContentMismatch { member }) };
        trail.record(Check::CONTENT, result, |()| format!("`{member}` is as expected"));
    }
    if !any {
        trail.skip(Check::CONTENT, "nothing is expected");
    }
}

/// Checks the chain of hashes, and returns the scheme that it follows.
fn check_hashes(
    trail: &mut Trail,
    biometrics: &[Biometric],
    expected: &Expected,
    values: Values,
) -> Option<Scheme> {
    let captured: Vec<(usize, &Biometric, &Data)> = biometrics
        .iter()
        .enumerate()
        .filter_map(|(index, found)| Some((index, found, found.data.as_ref()?)))
        .collect();
    if captured.is_empty() {
        trail.skip(Check::HASH_CHAIN, "nothing was captured");
        return None;
    }
    let values: Option<Vec<Cow<'_, [u8]>>> = match (&expected.values, values) {
        (Some(values), _) if values.len() == captured.len() => {
            Some(values.iter().map(|value| Cow::Borrowed(value.as_slice())).collect())
        }
        (Some(_), _) => {
            let error = Error::HashChain { index: captured.len() };
            trail.hint(|| Some("there are not as many decrypted values as biometrics".into()));
            trail.fail(Check::HASH_CHAIN, error);
            return None;
        }
        (None, Values::Plain) => {
            let plain = captured.iter().map(|(.., data)| Cow::Borrowed(data.bio_value.as_slice()));
            Some(plain.collect())
        }
        (None, Values::Encrypted) => None,
    };
    let schemes: &[Scheme] = match (expected.scheme, &values) {
        (HashScheme::Only(Scheme::Legacy), _) => &[Scheme::Legacy],
        (HashScheme::Only(_), Some(_)) => &[Scheme::Current],
        (HashScheme::Detect, Some(_)) => &[Scheme::Current, Scheme::Legacy],
        (HashScheme::Detect, None) => &[Scheme::Legacy],
        (HashScheme::Only(_), None) => &[],
    };
    // Of two schemes that fail, the one that goes farther says where.
    let mut failed: Option<(usize, Error)> = None;
    for scheme in schemes {
        let chain = match HashChain::after(*scheme, &expected.previous_hash) {
            Ok(chain) => chain,
            Err(error) => {
                trail.fail(Check::HASH_CHAIN, error);
                return None;
            }
        };
        match follow(chain, *scheme, &captured, values.as_deref()) {
            Ok(()) => {
                let (count, name) = (captured.len(), scheme.as_str());
                trail.pass(Check::HASH_CHAIN, || format!("{count} hashes, {name} scheme"));
                return Some(*scheme);
            }
            Err(end) if failed.as_ref().is_none_or(|(before, _)| end.0 > *before) => {
                failed = Some(end);
            }
            Err(_) => {}
        }
    }
    match (failed, values, expected.scheme) {
        (None, ..) | (_, None, HashScheme::Detect) => {
            trail.skip(Check::HASH_CHAIN, "hashes of encrypted values need the decrypted ones");
            refuse_expected_hashes(trail, expected);
        }
        (Some((index, error)), ..) => {
            if captured.first().is_some_and(|(first, ..)| *first == index)
                && matches!(error, Error::HashChain { .. })
            {
                hint_at_beginning(trail, &expected.previous_hash);
            }
            trail.part(&format!("{BIOMETRICS}[{index}]"));
            trail.fail(Check::HASH_CHAIN, error);
        }
    }
    None
}

/// Refuses what is expected of hashes where none are followed.
pub(super) fn refuse_expected_hashes(trail: &mut Trail, expected: &Expected) {
    for (expectation, is_given) in [
        ("previous-hash", !expected.previous_hash.is_empty()),
        ("hash-scheme", expected.scheme != HashScheme::Detect),
        ("decrypted-values", expected.values.is_some()),
    ] {
        if is_given {
            trail.fail(Check::EXPECTATIONS, Error::ExpectationUnused { expectation });
        }
    }
}

/// Says what a chain may want that is broken at its very first capture.
fn hint_at_beginning(trail: &mut Trail, previous_hash: &str) {
    trail.hint(|| {
        let hint = if previous_hash.is_empty() {
            "the first hash does not begin a chain: if this answer continues an earlier one, give the \
             last hash of that one (`previous_hash`, `--previous-hash`)"
        } else {
            "the first hash does not follow from the previous hash given (`previous_hash`, \
             `--previous-hash`)"
        };
        Some(hint.into())
    });
}

/// Follows a chain to its end, or to the first capture whose hash is not the one that follows.
fn follow(
    mut chain: HashChain,
    scheme: Scheme,
    captured: &[(usize, &Biometric, &Data)],
    values: Option<&[Cow<'_, [u8]>]>,
) -> Result<(), (usize, Error)> {
    for (place, (index, biometric, data)) in captured.iter().enumerate() {
        let missing = Error::MissingMember { part: BIOMETRICS, member: "hash" };
        let hash = biometric.unauthenticated.hash.as_ref().ok_or((*index, missing))?;
        match scheme {
            Scheme::Current => {
                let value = values.and_then(|values| values.get(place));
                chain.extend(value.map_or(&[][..], |value| value));
            }
            Scheme::Legacy => chain.extend_digest(data.payload_sha256),
        }
        if chain.hash() != *hash {
            return Err((*index, Error::HashChain { index: *index }));
        }
    }
    Ok(())
}

fn claims(made: &Verified<Capture>) -> Object<'static> {
    let data = made.content().biometrics.iter().filter_map(|biometric| biometric.data.as_ref());
    let data = data.map(|data| Value::from(data.members.clone()));
    let mut claims = Object::new().with(BIOMETRICS, Value::Array(data.collect()));
    made.name_unauthenticated(&mut claims);
    claims
}
