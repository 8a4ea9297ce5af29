//! What a device captured: signed data, one for each biometric, and the hashes that chain them.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::{IntoIter, Vec};
use core::iter::Enumerate;

use super::data::{CapturedLayers, DATA, Data, most_signatures, record_data};
use super::expected::{BIOMETRICS, Expected, HashScheme};
use super::mixed::{Captured, check_mixed};
use super::{chain::HashChain, chain::Scheme, info::DeviceError};
use crate::encoding::json::{self, Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::object::optional_text;
use crate::mosip::layer::Closed;
use crate::mosip::trust::{Checker, Message, Parts, Signed, Usage, Verified, message};
use crate::report::{Check, Finding, Trail};
use crate::verify::{Format, Item, Verifier};

/// One biometric of an answer. Only its `data` is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Biometric {
    /// `data`, if there is any: a device that captured nothing gives the reason in `error`.
    pub data: Option<Data>,
    unauthenticated: Unauthenticated,
}

impl Biometric {
    /// Returns the parts that no signature covers.
    #[must_use]
    pub const fn unauthenticated(&self) -> &Unauthenticated {
        &self.unauthenticated
    }

    /// Reads what stands beside `data`.
    fn read(element: &Object<'_>) -> Result<Self, Error> {
        let text = |member| optional_text(element, BIOMETRICS, member, &[]);
        let unauthenticated = Unauthenticated {
            hash: text("hash")?,
            session_key: text("sessionKey")?,
            thumbprint: text("thumbprint")?,
            error: DeviceError::read(element, BIOMETRICS)?,
        };
        Ok(Self { data: None, unauthenticated })
    }
}

/// The members next to the signed data of a biometric: *untrusted*. Only the hashes are compared with
/// anything; see [`HashChain`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unauthenticated {
    /// `hash`.
    pub hash: Option<String>,
    /// `sessionKey`, base64url.
    pub session_key: Option<String>,
    /// `thumbprint` of the certificate whose key the session key is encrypted for.
    pub thumbprint: Option<String>,
    /// `error`.
    pub error: Option<DeviceError>,
}

/// The answer to a capture.
///
/// No signature covers the number or the order of its biometrics.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capture {
    /// `biometrics`, in their order.
    pub biometrics: Vec<Biometric>,
    /// The scheme that links their hashes; `None` if it could not be determined.
    pub scheme: Option<Scheme>,
}

/// Verifies the answer to a capture for authentication, whose values are encrypted.
///
/// Checked, for each biometric: `data` and the digital ID within it, each with its signature, its
/// certificate and, under the rules of [`Trust`](crate::mosip::trust::Trust), who vouches for it; the
/// members, and that they belong to this kind; and what [`Expected`] requires. Checked for all
/// biometrics together: whether one device captured them in one transaction; see
/// [`Mixed`](super::Mixed). Except in the legacy scheme, the hash chain can be checked only with the
/// decrypted values. Without them it is not checked, and the report says so; if [`Expected`] names a
/// scheme or a previous hash, the verdict is [`expectation-unused`](crate::Code::ExpectationUnused)
/// instead. *Not* checked: anything next to
/// `data` in an element, which the result lists, and anything next to `biometrics`.
///
/// A capture for registration has the same format. It is refused if the signed `purpose` says that it
/// is one; in versions of the interface that state no purpose, the distinction is left to the caller.
///
/// `data` must be signed, or the verdict is [`unsigned-layer`](crate::Code::UnsignedLayer),
/// whatever [`PartlySigned`](crate::mosip::trust::PartlySigned) says. An answer in which nothing was
/// captured is [`unsupported-format`](crate::Code::UnsupportedFormat).
///
/// With [`At::Issued`](crate::At::Issued), each signer is judged at the time stated in its own layer:
/// `timestamp` of `data`, `dateTime` of the digital ID. The report's time is the `timestamp` of the
/// first biometric.
pub type CaptureVerifier = Verifier<CaptureMessage>;

message! {
    /// The answer to a capture for authentication.
    CaptureMessage, "sbi-capture", Expected, Capture
}

/// Verifies the answer to a capture for registration, whose values are not encrypted.
///
/// The checks are those of [`CaptureVerifier`], and the hash chain is always checked: a broken chain is
/// [`Error::HashChain`], which says where. [`HashChain`] describes what the chain proves.
pub type RegistrationCaptureVerifier = Verifier<RegistrationCaptureMessage>;

message! {
    /// The answer to a capture for registration.
    RegistrationCaptureMessage, "sbi-rcapture", Expected, Capture
}

/// Verifies the signed `data` of a single biometric, as packets keep it (see
/// [`cbeff`](super::cbeff)): like [`CaptureVerifier`], but without hashes. Anything that [`Expected`]
/// says about hashes or decrypted values is [`expectation-unused`](crate::Code::ExpectationUnused)
/// here.
pub type DataVerifier = Verifier<DataMessage>;

message! {
    /// The signed `data` of a single biometric.
    DataMessage, "sbi-data", Expected, Data
}

/// A capture for one of two purposes.
pub(crate) trait Purpose: Format<Expected = Expected, Verified = Verified<Capture>> {
    /// What the biometric values of an answer are.
    const VALUES: Values;
}

impl Purpose for CaptureMessage {
    const VALUES: Values = Values::Encrypted;
}

impl Purpose for RegistrationCaptureMessage {
    const VALUES: Values = Values::Plain;
}

impl<P: Purpose> Message for P {
    type Content = Capture;
    type Parts<'a> = Answer<'a>;

    fn most_signatures(limits: &Limits) -> usize {
        most_signatures(limits)
    }

    fn window(expected: &Expected) -> Option<Window> {
        expected.window
    }

    fn take_apart<'a>(checker: &mut Checker<'_>, item: Item<'a, Expected>) -> Option<Answer<'a>> {
        Answer::take_apart(checker, item, P::VALUES)
    }

    fn content(answer: Answer<'_>, _: &Signed) -> Option<Capture> {
        Some(Capture { biometrics: answer.biometrics, scheme: answer.scheme })
    }

    fn claims(made: &Verified<Capture>) -> Object<'static> {
        claims(made)
    }
}

impl Message for DataMessage {
    type Content = Data;
    type Parts<'a> = SingleData<'a>;

    fn most_signatures(_: &Limits) -> usize {
        2
    }

    fn window(expected: &Expected) -> Option<Window> {
        expected.window
    }

    fn take_apart<'a>(_: &mut Checker<'_>, item: Item<'a, Expected>) -> Option<SingleData<'a>> {
        Some(SingleData { token: Some(item.input), expected: item.expected, data: None })
    }

    fn content(part: SingleData<'_>, _: &Signed) -> Option<Data> {
        part.data
    }

    fn claims(made: &Verified<Data>) -> Object<'static> {
        made.content().members.clone()
    }
}

/// The only part of a message, and what it is expected to say.
pub(crate) struct SingleData<'a> {
    token: Option<&'a [u8]>,
    expected: &'a Expected,
    data: Option<Data>,
}

impl<'a> Parts<'a> for SingleData<'a> {
    type Nested = CapturedLayers;

    fn next(&mut self, _: &mut Checker<'_>) -> Option<(CapturedLayers, Result<Closed<'a>, Error>)> {
        Some((CapturedLayers::Data, Ok(Closed::Text(self.token.take()?.into()))))
    }

    fn read(&mut self, checker: &mut Checker<'_>, opened: Result<Data, Error>) {
        self.data = record_data(checker, opened);
        checker.trail.part("");
        if let Some(data) = &self.data {
            check_content(checker.trail, data, self.expected);
        }
    }

    fn check_together(&mut self, checker: &mut Checker<'_>) {
        refuse_expected_hashes(checker.trail, self.expected);
    }
}

/// What the biometric values of an answer are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    Plain,
    Encrypted,
}

/// An answer taken apart.
pub(crate) struct Answer<'a> {
    elements: Enumerate<IntoIter<Object<'a>>>,
    values: Values,
    expected: &'a Expected,
    /// The biometric whose `data` is being opened.
    current: Option<Biometric>,
    biometrics: Vec<Biometric>,
    /// The part of the message that each biometric is.
    groups: Vec<usize>,
    count: usize,
    /// Whether any element has `data`, even one that is none.
    has_data: bool,
    scheme: Option<Scheme>,
}

impl<'a> Answer<'a> {
    fn take_apart(
        checker: &mut Checker<'_>,
        item: Item<'a, Expected>,
        values: Values,
    ) -> Option<Self> {
        let answer = read_answer(item.input, checker.policy.limits());
        let elements = checker
            .trail
            .record(Check::ENVELOPE, answer, |answer| format!("{} biometrics", answer.len()))?;
        Some(Self {
            count: elements.len(),
            elements: elements.into_iter().enumerate(),
            values,
            expected: item.expected,
            current: None,
            biometrics: Vec::new(),
            groups: Vec::new(),
            has_data: false,
            scheme: None,
        })
    }
}

impl<'a> Parts<'a> for Answer<'a> {
    type Nested = CapturedLayers;

    /// Goes to the next biometric with `data`, past those that have none.
    fn next(
        &mut self,
        checker: &mut Checker<'_>,
    ) -> Option<(CapturedLayers, Result<Closed<'a>, Error>)> {
        while checker.trail.goes_on() {
            let (index, element) = self.elements.next()?;
            checker.begin_part(format!("{BIOMETRICS}[{index}]."), DATA);
            for (member, _) in element.iter().filter(|(member, _)| *member != DATA) {
                checker.name_outside(member);
            }
            checker.enter("");
            let length = data_of(&element).map(|data| data.map(str::len));
            self.has_data |= !matches!(length, Ok(None));
            let found = Biometric::read(&element).and_then(|outside| Ok((outside, length?)));
            let found = checker.trail.record(Check::STRUCTURE, found, |(_, length)| match length {
                Some(length) => format!("`data` of {length} bytes"),
                None => "no `data`".into(),
            });
            let Some((biometric, length)) = found else { continue };
            self.groups.push(checker.group());
            match element.into_member(DATA) {
                Some(Value::String(token)) if length.is_some() => {
                    self.current = Some(biometric);
                    return Some((CapturedLayers::Data, Ok(Closed::from(token))));
                }
                _ => self.biometrics.push(biometric),
            }
        }
        None
    }

    fn read(&mut self, checker: &mut Checker<'_>, opened: Result<Data, Error>) {
        let data = record_data(checker, opened);
        if let Some(data) = &data {
            check_purpose(checker.trail, data, self.values);
            check_content(checker.trail, data, self.expected);
        }
        let current = self.current.take();
        self.biometrics.extend(current.map(|biometric| Biometric { data, ..biometric }));
    }

    fn check_together(&mut self, checker: &mut Checker<'_>) {
        checker.trail.part("");
        if !self.has_data {
            let what = "an answer in which nothing was captured";
            checker.trail.fail(Check::STRUCTURE, Error::UnsupportedFormat { what });
        }
        checker.check_complete(self.biometrics.len(), self.count);
        if self.biometrics.len() == self.count {
            let captured: Vec<_> = captured(checker, &self.biometrics, &self.groups).collect();
            check_mixed(checker.trail, &captured, self.expected);
            self.scheme = check_hashes(checker.trail, &self.biometrics, self.expected, self.values);
        } else {
            checker.trail.skip(Check::HASH_CHAIN, "a biometric cannot be read");
        }
    }
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
        trail.record(Check::CONTENT, result, |()| Finding::member(member));
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
