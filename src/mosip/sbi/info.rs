//! What a device says about itself: discovery, and signed device information.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::{IntoIter, Vec};
use core::iter::Enumerate;

use super::data::most_signatures;
use super::versions::spec_versions;
use crate::encoding::Fault;
use crate::encoding::json::{self, Document, Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::kind::Kind;
use crate::mosip::device::nested::IdLayer;
use crate::mosip::device::object::{
    Certification, DEVICE_INFO, DIGITAL_ID, DigitalId, optional_text, sub_ids,
};
use crate::mosip::layer::{self, Closed, Inside, Nested, Opened, Origin, Wrapping, check_size};
use crate::mosip::trust::{Checker, Message, Parts, Signed, Verified, message};
use crate::report::Check;
use crate::verify::{Item, Verifier};

/// The error that a device reports. It is never signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceError {
    /// `errorCode`: `0` for success, `100` to `112`, or a vendor's own from `500` on.
    pub code: String,
    /// `errorInfo`.
    pub info: String,
}

impl DeviceError {
    /// Reads the member `error`, of which devices leave out what they like.
    pub(super) fn read(object: &Object<'_>, part: &'static str) -> Result<Option<Self>, Error> {
        let error = match object.member("error") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(error)) => error,
            Some(_) => {
                return Err(Error::WrongType { part, member: "error", expected: "an object" });
            }
        };
        let text = |member| match error.member(member) {
            Some(Value::String(text)) => text.to_string(),
            Some(number @ Value::Number(_)) => number.to_string(),
            _ => String::new(),
        };
        Ok(Some(Self { code: text("errorCode"), info: text("errorInfo") }))
    }

    /// Returns whether the device reports success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code.is_empty() || self.code == "0"
    }
}

/// A device as it answers discovery. **Nothing in it is signed.**
///
/// ```
/// use countersign::Limits;
/// use countersign::mosip::sbi::Discovered;
///
/// let answer = br#"[{"deviceStatus":"Ready","certification":"L0","specVersion":["0.9.5"],
///     "serviceVersion":"1.0","deviceSubId":[1,2],"error":{"errorCode":"0","errorInfo":""}}]"#;
/// let found = Discovered::parse(answer, &Limits::default())?;
/// assert_eq!(found[0].device_sub_ids, ["1", "2"]);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discovered {
    /// `deviceStatus`: `Ready`, `Busy`, `Not Ready`, `Not Registered`.
    pub device_status: Option<String>,
    /// `certification`.
    pub certification: Option<Certification>,
    /// `serviceVersion`.
    pub service_version: Option<String>,
    /// `deviceSubId`, as one list.
    pub device_sub_ids: Vec<String>,
    /// `callbackId`: where the device listens.
    pub callback_id: Option<String>,
    /// `digitalId`, which is not signed here.
    pub digital_id: Option<DigitalId>,
    /// `specVersion`.
    pub spec_versions: Vec<String>,
    /// `error`.
    pub error: Option<DeviceError>,
}

impl Discovered {
    /// Parses the answer to a discovery request: an array of devices.
    ///
    /// # Errors
    ///
    /// Returns an error if the size, the JSON or a member is invalid.
    pub fn parse(answer: &[u8], limits: &Limits) -> Result<Vec<Self>, Error> {
        const PART: &str = "discovery";
        devices(PART, answer, limits)?
            .iter()
            .map(|device| {
                let text = |member| optional_text(device, PART, member, &[]);
                let digital_id = match device.member(DIGITAL_ID) {
                    None | Some(Value::Null) => None,
                    Some(Value::String(text)) if text.is_empty() => None,
                    Some(_) => {
                        let id = Closed::digital_id(PART, device, DIGITAL_ID)?;
                        Some(layer::decode(IdLayer, id, limits)?)
                    }
                };
                Ok(Self {
                    device_status: text("deviceStatus")?,
                    certification: text("certification")?.as_deref().map(Into::into),
                    service_version: text("serviceVersion")?,
                    device_sub_ids: sub_ids(device)?,
                    callback_id: text("callbackId")?,
                    digital_id,
                    spec_versions: spec_versions(device, PART)?,
                    error: DeviceError::read(device, PART)?,
                })
            })
            .collect()
    }
}

/// Reads an array of objects, or one object.
fn devices<'a>(
    part: &'static str,
    answer: &'a [u8],
    limits: &Limits,
) -> Result<Vec<Object<'a>>, Error> {
    check_size(part, answer, limits)?;
    let wrong = Error::WrongType { part, member: "element", expected: "an object" };
    let values = match json::parse(part, answer, limits)? {
        Value::Array(values) => values,
        value => alloc::vec![value],
    };
    let limit = limits.capture_segments().into();
    if values.len() > limit {
        return Err(Error::TooLarge { what: "number of devices", limit });
    }
    let object = |value| match value {
        Value::Object(object) => Some(object),
        _ => None,
    };
    values.into_iter().map(object).collect::<Option<_>>().ok_or(wrong)
}

/// Reads an answer, or the bare text of one `deviceInfo`.
fn answered<'a>(input: &'a [u8], limits: &Limits) -> Result<Vec<Object<'a>>, Error> {
    if matches!(input.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return devices("answer", input, limits);
    }
    check_size(DEVICE_INFO, input, limits)?;
    let fault = Fault::Utf8;
    let text =
        core::str::from_utf8(input).map_err(|_| Error::Malformed { part: DEVICE_INFO, fault })?;
    Ok(alloc::vec![Object::new().with(DEVICE_INFO, text)])
}

/// The `deviceInfo` of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// `deviceStatus`: `Ready`, `Busy`, `Not Ready`, `Not Registered`.
    pub device_status: Option<String>,
    /// `deviceId`, or `serialNo` from version 1.0 on.
    pub device_id: Option<String>,
    /// `deviceCode`, until version 1.0.
    pub device_code: Option<String>,
    /// `firmware`.
    pub firmware: Option<String>,
    /// `certification`.
    pub certification: Option<Certification>,
    /// `serviceVersion`.
    pub service_version: Option<String>,
    /// `deviceSubId`, as one list.
    pub device_sub_ids: Vec<String>,
    /// `callbackId`: where the device listens.
    pub callback_id: Option<String>,
    /// `env`.
    pub env: Option<String>,
    /// `purpose`; empty if the device is not registered.
    pub purpose: Option<String>,
    /// `specVersion`; the first is the version of this answer.
    pub spec_versions: Vec<String>,
    /// `digitalId`.
    pub digital_id: DigitalId,
    origin: Origin,
}

impl Info {
    /// Returns where the object came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    fn read(
        origin: Origin,
        device_id: Option<String>,
        digital_id: DigitalId,
    ) -> Result<Self, Error> {
        let members = origin.members();
        let text = |member| optional_text(members, DEVICE_INFO, member, &[]);
        Ok(Self {
            device_status: text("deviceStatus")?,
            device_id,
            device_code: text("deviceCode")?,
            firmware: text("firmware")?,
            certification: text("certification")?.as_deref().map(Into::into),
            service_version: text("serviceVersion")?,
            device_sub_ids: sub_ids(members)?,
            callback_id: text("callbackId")?,
            env: text("env")?,
            purpose: text("purpose")?,
            spec_versions: spec_versions(members, DEVICE_INFO)?,
            digital_id,
            origin,
        })
    }

    fn show(&self) -> Object<'static> {
        let mut shown = self.origin.members().to_object().into_owned();
        shown.set(DIGITAL_ID, self.digital_id.origin().members().to_object().into_owned());
        shown
    }
}

/// `deviceInfo`, which holds `digitalId`.
pub(crate) enum ServiceInfoLayers {
    Info,
    Id { origin: Origin, device_id: Option<String> },
}

impl Nested for ServiceInfoLayers {
    type Whole = Info;

    fn layer(&self) -> (&'static str, Wrapping) {
        match self {
            Self::Info => (DEVICE_INFO, Wrapping::Text),
            Self::Id { .. } => IdLayer.layer(),
        }
    }

    fn read(self, layer: Opened<'_>, limits: &Limits) -> Result<Inside<Self>, Error> {
        let opened = layer.into_origin(limits)?;
        match self {
            Self::Info => {
                let members = opened.members();
                let device_id = device_id(members)?;
                let id = Closed::digital_id(DEVICE_INFO, members, DIGITAL_ID)?;
                Ok(Inside::Layer(Self::Id { origin: opened, device_id }, id))
            }
            Self::Id { origin, device_id } => {
                Ok(Inside::Whole(Info::read(origin, device_id, DigitalId::read(opened)?)?))
            }
        }
    }
}

fn device_id(members: &Document) -> Result<Option<String>, Error> {
    let number = members.member("deviceId").and_then(|id| id.as_i64());
    match (number, members.member("serialNo")) {
        // Old devices count.
        (Some(number), None) => Ok(Some(number.to_string())),
        (Some(_), Some(_)) => {
            let (first, second) = ("deviceId", "serialNo");
            Err(Error::TwoNames { part: DEVICE_INFO, first, second })
        }
        (None, _) => optional_text(members, DEVICE_INFO, "deviceId", &["serialNo"]),
    }
}

/// One device of an answer, as far as signatures cover what it says. Only [`InfoVerifier`] creates one.
///
/// Normally `deviceInfo` is signed. Only if the caller chose [`PartlySigned::Allow`] may it be
/// unsigned, or a device have no signed part at all.
///
/// [`PartlySigned::Allow`]: crate::mosip::trust::PartlySigned::Allow
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAnswer {
    info: Option<Info>,
    /// The digital id, if it is signed and what is around it is not.
    lone_digital_id: Option<DigitalId>,
    unauthenticated: UnauthenticatedInfo,
}

/// The parts of a device's answer that no signature covers: *untrusted*.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnauthenticatedInfo {
    /// `error`.
    pub error: Option<DeviceError>,
    /// `deviceInfo`, if it is not signed.
    pub info: Option<Info>,
}

impl DeviceAnswer {
    fn new(index: usize, info: Info, error: Option<DeviceError>, signed: &Signed) -> Self {
        let name = format!("[{index}].{DEVICE_INFO}");
        let (info, lone_digital_id, unsigned) = if signed.covers(&name) {
            (Some(info), None, None)
        } else {
            let is_signed = signed.covers(&format!("{name}.{DIGITAL_ID}"));
            let lone = is_signed.then(|| info.digital_id.clone());
            (None, lone, Some(info))
        };
        let unauthenticated = UnauthenticatedInfo { error, info: unsigned };
        Self { info, lone_digital_id, unauthenticated }
    }

    /// Returns `deviceInfo` with the digital ID inside it, if a signature covers it.
    #[must_use]
    pub const fn info(&self) -> Option<&Info> {
        self.info.as_ref()
    }

    /// Returns the digital ID, if a signature covers it.
    #[must_use]
    pub fn digital_id(&self) -> Option<&DigitalId> {
        self.info.as_ref().map(|info| &info.digital_id).or(self.lone_digital_id.as_ref())
    }

    /// Returns the parts that no signature covers.
    #[must_use]
    pub const fn unauthenticated(&self) -> &UnauthenticatedInfo {
        &self.unauthenticated
    }
}

/// What device information is expected to say. Nothing is expected by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InfoExpected {
    window: Option<Window>,
}

impl InfoExpected {
    /// Expects nothing beyond authentic device information.
    #[must_use]
    pub const fn new() -> Self {
        Self { window: None }
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

/// Verifies the answer to a request for device information: an array with one element for each device,
/// or the bare text of one `deviceInfo`.
///
/// Checked, for each device: `deviceInfo` and the digital ID within it, each with its signature, its
/// certificate and, under the rules of [`Trust`](crate::mosip::trust::Trust), who vouches for it; the
/// types of all members, and that the members belong to this kind. *Not* checked: what the members say.
///
/// Every `deviceInfo` must be signed, or the verdict is
/// [`unsigned-layer`](crate::Code::UnsignedLayer): unregistered devices sign nothing, and some of them
/// write their `digitalId` as plain JSON, which gives the same verdict wherever it occurs. With
/// [`PartlySigned::Allow`], at least one part of the answer must be signed. An answer without devices
/// is [`unsupported-format`](crate::Code::UnsupportedFormat).
///
/// With [`At::Issued`](crate::At::Issued), each signer is judged at the time stated in its own layer.
/// `deviceInfo` states none, so the `dateTime` of the digital ID inside it counts. The report's time is
/// that of the first device.
///
/// [`PartlySigned::Allow`]: crate::mosip::trust::PartlySigned::Allow
///
/// ```
/// use countersign::mosip::sbi::{InfoExpected, InfoVerifier};
/// use countersign::mosip::trust::Trust;
/// use countersign::{At, Code, Policy};
///
/// let verifier = InfoVerifier::new(Trust::self_asserted(), Policy::default());
/// let error = verifier.verify(b"[]", &InfoExpected::default(), At::Issued).unwrap_err();
/// assert_eq!(error.code(), Code::UnsupportedFormat);
/// ```
pub type InfoVerifier = Verifier<InfoMessage>;

message! {
    /// The answer to a request for device information.
    InfoMessage, "sbi-device-info", InfoExpected, Vec<DeviceAnswer>
}

impl Message for InfoMessage {
    type Content = Vec<DeviceAnswer>;
    type Parts<'a> = Devices<'a>;

    fn most_signatures(limits: &Limits) -> usize {
        most_signatures(limits)
    }

    fn window(expected: &InfoExpected) -> Option<Window> {
        expected.window
    }

    fn take_apart<'a>(
        checker: &mut Checker<'_>,
        item: Item<'a, InfoExpected>,
    ) -> Option<Devices<'a>> {
        let devices = answered(item.input, checker.policy.limits()).and_then(|devices| {
            let what = "an answer without devices";
            if devices.is_empty() { Err(Error::UnsupportedFormat { what }) } else { Ok(devices) }
        });
        let devices = checker
            .trail
            .record(Check::ENVELOPE, devices, |devices| format!("{} devices", devices.len()))?;
        let count = devices.len();
        let elements = devices.into_iter().enumerate();
        Some(Devices { elements, current: None, infos: Vec::new(), count })
    }

    fn content(devices: Devices<'_>, signed: &Signed) -> Option<Vec<DeviceAnswer>> {
        let answer = |(index, info, error)| DeviceAnswer::new(index, info, error, signed);
        Some(devices.infos.into_iter().map(answer).collect())
    }

    fn claims(made: &Verified<Vec<DeviceAnswer>>) -> Object<'static> {
        let infos = made.content().iter().filter_map(DeviceAnswer::info);
        let infos = infos.map(|info| Value::from(info.show()));
        let mut claims = Object::new().with(DEVICE_INFO, Value::Array(infos.collect()));
        let ids = made.content().iter().filter_map(|answer| answer.lone_digital_id.as_ref());
        let ids: Vec<_> =
            ids.map(|id| Value::from(id.origin().members().to_object().into_owned())).collect();
        if !ids.is_empty() {
            claims.set(DIGITAL_ID, Value::Array(ids));
        }
        made.name_unauthenticated(&mut claims);
        claims
    }
}

/// An answer taken apart.
pub(crate) struct Devices<'a> {
    elements: Enumerate<IntoIter<Object<'a>>>,
    /// The device whose `deviceInfo` is being opened.
    current: Option<(usize, Object<'a>)>,
    infos: Vec<(usize, Info, Option<DeviceError>)>,
    count: usize,
}

impl<'a> Parts<'a> for Devices<'a> {
    type Nested = ServiceInfoLayers;

    fn next(
        &mut self,
        checker: &mut Checker<'_>,
    ) -> Option<(ServiceInfoLayers, Result<Closed<'a>, Error>)> {
        let (index, device) = self.elements.next()?;
        checker.begin_part(format!("[{index}]."), DEVICE_INFO);
        for (member, _) in device.iter().filter(|(member, _)| *member != DEVICE_INFO) {
            checker.name_outside(member);
        }
        let info = Closed::member(DEVICE_INFO, &device, DEVICE_INFO);
        self.current = Some((index, device));
        Some((ServiceInfoLayers::Info, info))
    }

    fn read(&mut self, checker: &mut Checker<'_>, opened: Result<Info, Error>) {
        let Some((index, device)) = self.current.take() else { return };
        let info = opened.and_then(|info| Ok((info, DeviceError::read(&device, DEVICE_INFO)?)));
        checker.enter("");
        let info = checker.trail.record(Check::CLAIMS, info, |(info, _)| {
            format!("{} members", info.origin.members().len())
        });
        if let Some((info, error)) = info {
            checker.check_kind(Kind::ServiceInfo, info.origin.members());
            checker.check_kind(Kind::DigitalId, info.digital_id.origin().members());
            let times = [(DEVICE_INFO, None), (DIGITAL_ID, info.digital_id.stated())];
            checker.state(info.certification.as_ref(), times);
            self.infos.push((index, info, error));
        }
    }

    fn check_together(&mut self, checker: &mut Checker<'_>) {
        checker.trail.part("");
        checker.check_complete(self.infos.len(), self.count);
    }
}
