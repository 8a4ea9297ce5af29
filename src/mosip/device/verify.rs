//! Turns nested objects into verified ones.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use super::kind::Kind;
use super::nested::{DataLayers, IdLayer};
use super::object::{
    Certification, DEVICE_DATA, DEVICE_INFO, DIGITAL_ID, DeviceData, DeviceInfo, DigitalId,
    REQUEST, request_of,
};
use crate::encoding::json::{self, Document, Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::layer::{Closed, Nested, Origin, check_size};
use crate::mosip::trust::{Checker, Message, Parts, Signed, Stated, Verified, message};
use crate::report::{Check, Trail};
use crate::verify::{self, Item};

/// What device data or a digital ID is expected to say. Nothing is expected by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    digital_id: Option<DigitalId>,
    window: Option<Window>,
}

impl Expected {
    /// Expects nothing beyond authentic signatures.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects a digital ID with these members.
    #[must_use]
    pub fn digital_id(mut self, digital_id: DigitalId) -> Self {
        self.digital_id = Some(digital_id);
        self
    }

    /// Expects every time that a layer states to lie within this window around the time of judgement.
    /// Without it, age is not checked. Times in the future are refused in any case.
    ///
    /// A message judged [as of its own time](crate::At::Issued) has no age.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

/// Verifies the `deviceData` of registration requests.
///
/// Checked, for every signed layer, from the outside in: structure and header, the certificate in
/// `x5c`, RS256, key size and signature; then the members, and that they belong to this kind; then, for
/// every signer, the dates of its certificate and, under the rules of
/// [`Trust`](crate::mosip::trust::Trust), who vouches for it; then what [`Expected`] requires. *Not*
/// checked: the registering server's own rules.
///
/// `deviceData` must be signed, or the verdict is [`unsigned-layer`](crate::Code::UnsignedLayer).
/// Layers inside it may lack a signature of their own, as the module [`trust`](crate::mosip::trust)
/// describes. With [`PartlySigned::Allow`], at least one inner layer must be signed if `deviceData` is
/// not.
///
/// With [`At::Issued`](crate::At::Issued), each signer is judged at the time stated in its own layer:
/// `timeStamp` of `deviceInfo`, `dateTime` of the digital ID. `deviceData` states no time, and an older
/// `deviceInfo` may not either; the time of the next layer inside then counts. The report's time is
/// that of the outermost signed layer.
///
/// [`PartlySigned::Allow`]: crate::mosip::trust::PartlySigned::Allow
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
/// assert_eq!(error.code(), Code::UnsignedLayer);
/// ```
pub type Verifier = verify::Verifier<DeviceDataMessage>;

message! {
    /// The `deviceData` of a registration request.
    DeviceDataMessage, "device-data", Expected, SignedLayers
}

/// Verifies single digital IDs, as [`Verifier`] does those within device data.
pub type DigitalIdVerifier = verify::Verifier<DigitalIdMessage>;

message! {
    /// A single digital ID.
    DigitalIdMessage, "digital-id", Expected, DigitalId
}

/// Device data, as far as signatures cover it. Only [`Verifier`] creates one.
///
/// The outermost signed layer covers everything inside it. Normally that is `deviceData` itself; only
/// if the caller chose [`PartlySigned::Allow`] may there be unsigned layers around it.
///
/// [`PartlySigned::Allow`]: crate::mosip::trust::PartlySigned::Allow
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedLayers {
    data: DeviceData,
    outermost: Outermost,
}

/// The outermost layer that a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outermost {
    DeviceData,
    DeviceInfo,
    DigitalId,
}

impl SignedLayers {
    fn new(data: DeviceData, signed: &Signed) -> Self {
        let outermost = if signed.covers(DEVICE_DATA) {
            Outermost::DeviceData
        } else if signed.covers(DEVICE_INFO) {
            Outermost::DeviceInfo
        } else {
            Outermost::DigitalId
        };
        Self { data, outermost }
    }

    /// Returns the device data with everything inside it. `None` if no signature covers all of it,
    /// which is accepted only with [`PartlySigned::Allow`](crate::mosip::trust::PartlySigned::Allow).
    #[must_use]
    pub fn device_data(&self) -> Option<&DeviceData> {
        (self.outermost == Outermost::DeviceData).then_some(&self.data)
    }

    /// Returns the device information with everything inside it, if a signature covers it.
    #[must_use]
    pub fn device_info(&self) -> Option<&DeviceInfo> {
        (self.outermost != Outermost::DigitalId).then_some(&self.data.device_info)
    }

    /// Returns the digital ID. A signature always covers it, whichever layer is signed.
    #[must_use]
    pub const fn digital_id(&self) -> &DigitalId {
        &self.data.device_info.digital_id
    }

    /// Returns the device data as decoded, if it has outer layers that no signature covers: those
    /// layers are *untrusted*.
    #[must_use]
    pub fn unauthenticated_data(&self) -> Option<&DeviceData> {
        (self.outermost != Outermost::DeviceData).then_some(&self.data)
    }
}

/// What is read of a message once its layers are open.
pub(crate) trait Layered: Sized {
    type Nested: Nested<Whole = Self>;
    const OUTERMOST: Self::Nested;

    /// Says what the layers state.
    fn state(&self, checker: &mut Checker<'_>);

    /// Returns the layers, outermost first, each with its kind.
    fn layers(&self) -> Vec<(Kind, &Origin)>;

    fn digital_id(&self) -> &DigitalId;
}

impl Layered for DeviceData {
    type Nested = DataLayers;
    const OUTERMOST: DataLayers = DataLayers::Data;

    fn state(&self, checker: &mut Checker<'_>) {
        let info = &self.device_info;
        let requested = info.time_stamp.as_ref().map(|stamp| stamp.instant("timeStamp"));
        let times =
            [(DEVICE_DATA, None), (DEVICE_INFO, requested), (DIGITAL_ID, info.digital_id.stated())];
        checker.state(Some(&info.certification), times);
    }

    fn layers(&self) -> Vec<(Kind, &Origin)> {
        alloc::vec![
            (Kind::DeviceData, self.origin()),
            (Kind::RequestInfo, self.device_info.origin()),
            (Kind::DigitalId, self.digital_id().origin()),
        ]
    }

    fn digital_id(&self) -> &DigitalId {
        &self.device_info.digital_id
    }
}

impl Layered for DigitalId {
    type Nested = IdLayer;
    const OUTERMOST: IdLayer = IdLayer;

    fn state(&self, checker: &mut Checker<'_>) {
        let level: Option<&Certification> = None;
        checker.state(level, [(DIGITAL_ID, self.stated())]);
    }

    fn layers(&self) -> Vec<(Kind, &Origin)> {
        alloc::vec![(Kind::DigitalId, self.origin())]
    }

    fn digital_id(&self) -> &DigitalId {
        self
    }
}

impl DigitalId {
    /// Returns the time that it states.
    pub(in crate::mosip) fn stated(&self) -> Stated {
        Some(self.date_time.instant("dateTime"))
    }
}

/// Takes device data out of a request.
fn request_text(body: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    check_size(DEVICE_DATA, body, limits)?;
    let object = json::parse_object(DEVICE_DATA, body, limits)?;
    let has = |member| object.member(member).is_some();
    // The object itself, not even encoded.
    if !has(REQUEST) && has(DEVICE_INFO) && has("purpose") {
        return Err(Error::UnsignedLayer { part: DEVICE_DATA });
    }
    Ok(request_of(body, limits)?.string(REQUEST, DEVICE_DATA)?.as_bytes().to_vec())
}

/// Takes a digital id out of an object that holds one.
fn digital_id_text(body: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    check_size(DIGITAL_ID, body, limits)?;
    let body = Document::parse(DIGITAL_ID, body.to_vec(), limits)?;
    match body.member(DIGITAL_ID) {
        Some(Value::String(text)) => Ok(text.into_owned().into_bytes()),
        Some(Value::Object(_)) => Err(Error::UnsignedLayer { part: DIGITAL_ID }),
        Some(_) => {
            Err(Error::WrongType { part: DIGITAL_ID, member: DIGITAL_ID, expected: "a string" })
        }
        None => Err(plain_digital_id(body)),
    }
}

/// Says why an object without a digital id inside cannot be verified: it is one, or it is none.
fn plain_digital_id(body: Document) -> Error {
    match DigitalId::read(Origin::of_json(body)) {
        Ok(_) => Error::UnsignedLayer { part: DIGITAL_ID },
        Err(_) => Error::UnsupportedFormat { what: "an object without a digital id" },
    }
}

/// The only part of a message, and what it is expected to say.
pub(crate) struct Single<'a, W> {
    text: Option<Cow<'a, [u8]>>,
    expected: &'a Expected,
    read: Option<W>,
}

impl Message for DeviceDataMessage {
    type Content = SignedLayers;
    type Parts<'a> = Single<'a, DeviceData>;

    fn window(expected: &Expected) -> Option<Window> {
        expected.window
    }

    fn take_apart<'a>(
        checker: &mut Checker<'_>,
        item: Item<'a, Expected>,
    ) -> Option<Single<'a, DeviceData>> {
        Single::take_apart(checker, item, request_text)
    }

    fn content(parts: Single<'_, DeviceData>, signed: &Signed) -> Option<SignedLayers> {
        Some(SignedLayers::new(parts.read?, signed))
    }

    /// Shows what is authentic, and names what is not.
    fn claims(made: &Verified<SignedLayers>) -> Object<'static> {
        let SignedLayers { data, outermost } = made.content();
        let mut claims = match outermost {
            Outermost::DeviceData => Object::new().with(DEVICE_DATA, data.to_json()),
            Outermost::DeviceInfo => Object::new().with(DEVICE_INFO, data.device_info.to_json()),
            Outermost::DigitalId => Object::new().with(DIGITAL_ID, data.digital_id().to_json()),
        };
        made.name_unauthenticated(&mut claims);
        claims
    }
}

impl Message for DigitalIdMessage {
    type Content = DigitalId;
    type Parts<'a> = Single<'a, DigitalId>;

    fn window(expected: &Expected) -> Option<Window> {
        expected.window
    }

    fn take_apart<'a>(
        checker: &mut Checker<'_>,
        item: Item<'a, Expected>,
    ) -> Option<Single<'a, DigitalId>> {
        Single::take_apart(checker, item, digital_id_text)
    }

    fn content(parts: Single<'_, DigitalId>, _: &Signed) -> Option<DigitalId> {
        parts.read
    }

    fn claims(made: &Verified<DigitalId>) -> Object<'static> {
        Object::new().with(DIGITAL_ID, made.content().to_json())
    }
}

impl<'a, L: Layered> Single<'a, L> {
    fn take_apart(
        checker: &mut Checker<'_>,
        item: Item<'a, Expected>,
        text: fn(&[u8], &Limits) -> Result<Vec<u8>, Error>,
    ) -> Option<Self> {
        let body = item.input.trim_ascii_start().starts_with(b"{");
        let text = if body {
            text(item.input, checker.policy.limits()).map(Cow::Owned)
        } else {
            Ok(item.input.into())
        };
        let text = checker
            .trail
            .record(Check::ENVELOPE, text, |text| format!("{} bytes of text", text.len()))?;
        Some(Self { text: Some(text), expected: item.expected, read: None })
    }
}

impl<'a, L: Layered> Parts<'a> for Single<'a, L> {
    type Nested = L::Nested;

    fn next(&mut self, _: &mut Checker<'_>) -> Option<(L::Nested, Result<Closed<'a>, Error>)> {
        Some((L::OUTERMOST, Ok(Closed::Text(self.text.take()?))))
    }

    fn read(&mut self, checker: &mut Checker<'_>, opened: Result<L, Error>) {
        let check = if checker.saw_anything() { Check::CLAIMS } else { Check::STRUCTURE };
        checker.trail.part("");
        let opened = checker.trail.record(check, opened, |_| "every object has its members");
        let Some(opened) = opened else { return };
        for (kind, origin) in opened.layers() {
            checker.check_kind(kind, origin.members());
        }
        checker.trail.part("");
        opened.state(checker);
        check_content(checker.trail, opened.digital_id(), self.expected);
        self.read = Some(opened);
    }
}

fn check_content(trail: &mut Trail, digital_id: &DigitalId, expected: &Expected) {
    let Some(wanted) = &expected.digital_id else {
        return trail.skip(Check::CONTENT, "nothing is expected");
    };
    let difference = wanted.differences(digital_id).next();
    let result = match difference {
        None => Ok(()),
        Some(_) => Err(Error::ContentMismatch { member: DIGITAL_ID }),
    };
    trail.record(Check::CONTENT, result, |()| "`digitalId` is as expected");
    if let Some(member) = difference {
        trail.hint(|| Some(format!("the digital ids differ in `{member}`")));
    }
}
