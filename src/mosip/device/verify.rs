//! From nested objects to those that are known to be authentic.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Certification, DEVICE_DATA, DEVICE_INFO, DIGITAL_ID, DeviceData, DigitalId, Opener, Witness,
    check_size, text_of,
};
use crate::batch::{Immediate, Item, entry_points};
use crate::encoding::Fault;
use crate::encoding::json::{self, Object};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::trust::{Checker, Trust, Verified};
use crate::policy::Policy;
use crate::report::{Check, Trail};
use crate::time::Time;

/// What device data or a digital id are expected to say. Nothing is expected by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    digital_id: Option<DigitalId>,
}

impl Expected {
    /// Expects nothing beyond authentic signatures.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects a digital id with these members.
    #[must_use]
    pub fn digital_id(mut self, digital_id: DigitalId) -> Self {
        self.digital_id = Some(digital_id);
        self
    }
}

/// Verifies the `deviceData` of registration requests.
///
/// Checked, for every layer that is signed, from the outside to the inside: structure and header, the
/// certificate of `x5c`, RS256, key size and signature; then the members; then for every signer the
/// dates of its certificate, and by the rules of [`Trust`] who vouches for it; then what
/// [`Expected`] names. *Not* checked: layers without a signature, which are named in the result, and
/// the rules of the server that registers.
///
/// A message without any signature is refused as
/// [`unsupported-format`](crate::Code::UnsupportedFormat). Judged
/// [`At::Issued`](crate::At::Issued), the time is that of the request (`timeStamp`), or else
/// `dateTime` of the digital id.
///
/// ```
/// use countersign::mosip::device::{Expected, Verifier};
/// use countersign::mosip::trust::Trust;
/// use countersign::{At, Code, Policy};
///
/// # let request = include_bytes!("../../../test-vectors/seed/registered-devices-request.json");
/// // The published request is not signed at all.
/// let verifier = Verifier::new(Trust::self_asserted(), Policy::default());
/// let error = verifier.verify(request, &Expected::new(), At::Issued).unwrap_err();
/// assert_eq!(error.code(), Code::UnsupportedFormat);
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    trust: Trust,
    policy: Policy,
}

impl Verifier {
    /// The kind in reports.
    pub const KIND: &'static str = "device-data";

    /// Makes a verifier.
    #[must_use]
    pub const fn new(trust: Trust, policy: Policy) -> Self {
        Self { trust, policy }
    }
}

/// Verifies single digital ids, as [`Verifier`] does those within device data.
#[derive(Clone, Debug)]
pub struct DigitalIdVerifier {
    trust: Trust,
    policy: Policy,
}

impl DigitalIdVerifier {
    /// The kind in reports.
    pub const KIND: &'static str = "digital-id";

    /// Makes a verifier.
    #[must_use]
    pub const fn new(trust: Trust, policy: Policy) -> Self {
        Self { trust, policy }
    }
}

entry_points!(
    "device data, as the whole request or the bare text of `deviceData`,",
    Verifier,
    Expected,
    Verified<DeviceData>
);
entry_points!("a digital id", DigitalIdVerifier, Expected, Verified<DigitalId>);

/// An object that may hold others, each of which may be signed.
trait Nested: Sized {
    /// The names of the objects, outermost first.
    const PARTS: &'static [&'static str];

    fn open(text: &[u8], opener: &mut Opener<'_, impl Witness>) -> Result<Self, Error>;
    fn level(&self) -> Option<&Certification>;
    fn issued(&self) -> Option<Time>;
    fn digital_id(&self) -> &DigitalId;

    /// Shows one of the objects with everything inside.
    fn show(&self, part: &str) -> Object<'static>;
}

impl Nested for DeviceData {
    const PARTS: &'static [&'static str] = &[DEVICE_DATA, DEVICE_INFO, DIGITAL_ID];

    fn open(text: &[u8], opener: &mut Opener<'_, impl Witness>) -> Result<Self, Error> {
        Self::open(text, opener)
    }

    fn level(&self) -> Option<&Certification> {
        Some(&self.device_info.certification)
    }

    fn issued(&self) -> Option<Time> {
        let requested = self.device_info.time_stamp.as_ref().and_then(|stamp| stamp.time());
        requested.or_else(|| self.digital_id().issued())
    }

    fn digital_id(&self) -> &DigitalId {
        &self.device_info.digital_id
    }

    fn show(&self, part: &str) -> Object<'static> {
        match part {
            DEVICE_DATA => self.to_json(),
            DEVICE_INFO => self.device_info.to_json(),
            _ => self.digital_id().to_json(),
        }
    }
}

impl Nested for DigitalId {
    const PARTS: &'static [&'static str] = &[DIGITAL_ID];

    fn open(text: &[u8], opener: &mut Opener<'_, impl Witness>) -> Result<Self, Error> {
        Self::open(text, opener)
    }

    fn level(&self) -> Option<&Certification> {
        None
    }

    fn issued(&self) -> Option<Time> {
        self.date_time.time()
    }

    fn digital_id(&self) -> &DigitalId {
        self
    }

    fn show(&self, _: &str) -> Object<'static> {
        self.to_json()
    }
}

/// Shows what is authentic, and names what is not.
fn claims<N: Nested>(verified: &Verified<N>) -> Object<'static> {
    let mut claims = Object::new();
    if let Some(part) = N::PARTS.iter().find(|part| verified.is_authentic(part)) {
        claims.set(*part, verified.content().show(part));
    }
    verified.name_unauthenticated(&mut claims);
    claims
}

/// Takes device data out of a request.
fn request_text(body: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    text_of(body, DEVICE_DATA, limits).map(String::into_bytes)
}

/// Takes a digital id out of an object that holds one.
fn digital_id_text(body: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    check_size(DIGITAL_ID, body, limits)?;
    let body = json::parse_object(DIGITAL_ID, body, limits)?;
    if body.member(DIGITAL_ID).is_none() {
        return Err(Error::UnsupportedFormat { what: "a message without any signature" });
    }
    Ok(body.string(DIGITAL_ID, DIGITAL_ID)?.as_bytes().to_vec())
}

impl Immediate for Verifier {
    const KIND: &'static str = Self::KIND;
    type Expected = Expected;
    type Made = Verified<DeviceData>;

    fn decide(
        &self,
        trail: &mut impl Trail,
        item: Item<'_, Expected>,
    ) -> Option<Verified<DeviceData>> {
        decide(trail, &self.trust, &self.policy, item, request_text)
    }

    fn claims(made: &Verified<DeviceData>) -> Object<'static> {
        claims(made)
    }
}

impl Immediate for DigitalIdVerifier {
    const KIND: &'static str = Self::KIND;
    type Expected = Expected;
    type Made = Verified<DigitalId>;

    fn decide(
        &self,
        trail: &mut impl Trail,
        item: Item<'_, Expected>,
    ) -> Option<Verified<DigitalId>> {
        decide(trail, &self.trust, &self.policy, item, digital_id_text)
    }

    fn claims(made: &Verified<DigitalId>) -> Object<'static> {
        claims(made)
    }
}

fn decide<N: Nested>(
    trail: &mut impl Trail,
    trust: &Trust,
    policy: &Policy,
    item: Item<'_, Expected>,
    text: fn(&[u8], &Limits) -> Result<Vec<u8>, Error>,
) -> Option<Verified<N>> {
    let limits = policy.limits();
    let body = item.input.trim_ascii_start().starts_with(b"{");
    let text = if body { text(item.input, limits).map(Cow::Owned) } else { Ok(item.input.into()) };
    let text =
        trail.record(Check::Envelope, text, |text| format!("{} bytes of text", text.len()))?;
    let mut checker = Checker::new(trail, trust, policy, limits.signatures().into());
    let opened = N::open(&text, &mut Opener::watched(limits, &mut checker));
    let check = if checker.saw_anything() { Check::Claims } else { Check::Structure };
    checker.trail.part("");
    let opened = checker.trail.record(check, opened, |_| "every object has its members".into());
    let issued = opened.as_ref().and_then(N::issued);
    let at = item.at.resolve(issued);
    if opened.is_some() && at.is_none() {
        let error = Error::Malformed { part: "dateTime", fault: Fault::Time };
        checker.trail.fail(Check::Claims, error);
    }
    checker.trail.at(at);
    checker.state_level(opened.as_ref().and_then(N::level).cloned());
    if let Some(opened) = &opened {
        check_content(checker.trail, opened.digital_id(), item.expected);
    }
    let signed = checker.conclude(at);
    Some(Verified::new(opened?, signed?, at?))
}

fn check_content(trail: &mut impl Trail, digital_id: &DigitalId, expected: &Expected) {
    let Some(wanted) = &expected.digital_id else {
        return trail.skip(Check::Content, "nothing is expected");
    };
    let difference = wanted.differences(digital_id).next();
    let result = match difference {
        None => Ok(()),
        Some(_) => Err(Error::ContentMismatch { member: DIGITAL_ID }),
    };
    trail.record(Check::Content, result, |()| "`digitalId` is as expected".into());
    if let Some(member) = difference {
        trail.hint(|| Some(format!("the digital ids differ in `{member}`")));
    }
}
