//! The objects that devices sign.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::encoding::Fault;
use crate::encoding::json::{self, Document, Members, Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::layer::{Layer, Origin, check_size};
use crate::report::Check;
use crate::time::Time;

pub(super) const REQUEST: &str = "request";
pub(super) const DEVICE_DATA: &str = "deviceData";
pub(in crate::mosip) const DEVICE_INFO: &str = "deviceInfo";
pub(in crate::mosip) const DIGITAL_ID: &str = "digitalId";
pub(in crate::mosip) const KEY_ROTATION: &str = "keyRotation";
pub(in crate::mosip) const SNAPSHOT: &str = "snapShot";

/// Checks of what device objects hold.
impl Check {
    /// The digital ID inside the payload.
    pub const DIGITAL_ID: Self = Self::new("digital-id", "MOSIP Device Management APIs");
    /// `deviceCode`, `env` or the digital ID are the expected ones.
    pub const CONTENT: Self = Self::new("content", "MOSIP Device Management APIs");
}

/// A time as a device or server wrote it, and the instant it denotes if it follows
/// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339).
///
/// MOSIP's three forms do: `2020-01-13T07:20:42.195Z`, `2020-01-13T07:20:42Z` and
/// `2020-01-13T12:50:42.195+05:30`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    text: String,
    time: Option<Time>,
}

impl Timestamp {
    pub(in crate::mosip) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), time: Time::parse_rfc3339(text).ok() }
    }

    /// A time that is stated to be none.
    const fn none() -> Self {
        Self { text: String::new(), time: None }
    }

    /// Returns the original text; empty if the value was `null`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the instant, in whole seconds.
    #[must_use]
    pub const fn time(&self) -> Option<Time> {
        self.time
    }

    /// Returns the instant that a member states.
    pub(in crate::mosip) fn instant(&self, member: &'static str) -> Result<Time, Error> {
        self.time.ok_or(Error::Malformed { part: member, fault: Fault::Time })
    }
}

/// What a device is registered for. The text is compared without regard to letter case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// `Auth`.
    Auth,
    /// `Registration`.
    Registration,
    /// Any other text.
    Other(String),
}

impl From<&str> for Purpose {
    fn from(text: &str) -> Self {
        if text.eq_ignore_ascii_case("auth") {
            Self::Auth
        } else if text.eq_ignore_ascii_case("registration") {
            Self::Registration
        } else {
            Self::Other(text.to_owned())
        }
    }
}

/// The level of a device. The text is compared with regard to letter case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certification {
    /// `L0`: the device's software holds the key.
    L0,
    /// `L1`: a secure chip holds the key.
    L1,
    /// `L2`, accepted by some versions.
    L2,
    /// `SBI 1.0`: what later specifications call L0. Consumers that decide by level do not recognise
    /// it.
    Sbi1,
    /// `SBI 2.0`: what later specifications call L1. Such consumers do not recognise it either.
    Sbi2,
    /// Any other text.
    Other(String),
}

impl From<&str> for Certification {
    fn from(text: &str) -> Self {
        match text {
            "L0" => Self::L0,
            "L1" => Self::L1,
            "L2" => Self::L2,
            "SBI 1.0" => Self::Sbi1,
            "SBI 2.0" => Self::Sbi2,
            _ => Self::Other(text.to_owned()),
        }
    }
}

/// The `deviceData` of a registration request: decoded, *untrusted*.
///
/// ```
/// use countersign::Limits;
/// use countersign::mosip::device::{DeviceData, Layer, Purpose};
///
/// # let body = include_bytes!("../../../test-vectors/seed/registered-devices-request.json");
/// let data = DeviceData::from_request(body, &Limits::default())?;
/// assert_eq!(data.purpose, Purpose::Auth);
/// assert_eq!(data.device_info.digital_id.serial_no, "1801160992");
/// assert_eq!(data.device_info.digital_id.origin().layer(), Layer::Base64);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceData {
    /// `deviceId`.
    pub device_id: Option<String>,
    /// `purpose`.
    pub purpose: Purpose,
    /// `deviceInfo`.
    pub device_info: DeviceInfo,
    /// `foundationalTrustProviderId`; often empty below [`Certification::L1`].
    pub foundational_trust_provider_id: Option<String>,
    pub(super) origin: Origin,
}

impl DeviceData {
    /// Returns where the object came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Formats the object, for people, with every layer decoded and labelled with its form.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        self.origin.to_json(Some((DEVICE_INFO, self.device_info.to_json())))
    }
}

/// The `deviceInfo` within device data: decoded, *untrusted*.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// `deviceSubId` as one list: devices write a string, a number, an array of either, or a
    /// bracketed string such as `[1,2,3]` or `[1-2-3]`.
    pub device_sub_ids: Vec<String>,
    /// `certification`.
    pub certification: Certification,
    /// `digitalId`.
    pub digital_id: DigitalId,
    /// `firmware`.
    pub firmware: Option<String>,
    /// `deviceExpiry`.
    pub device_expiry: Option<Timestamp>,
    /// `timeStamp`, or `timestamp` in later versions: when the request was made.
    pub time_stamp: Option<Timestamp>,
    pub(super) origin: Origin,
}

impl DeviceInfo {
    /// Returns where the object came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Formats the object, for people, with every layer decoded and labelled with its form.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        self.origin.to_json(Some((DIGITAL_ID, self.digital_id.to_json())))
    }
}

/// The identity of a device: decoded, and *untrusted* unless it comes from a verified value.
///
/// All eight members are required; the other names that MOSIP's interfaces use for them are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DigitalId {
    /// `serialNo`.
    pub serial_no: String,
    /// `deviceProvider`, or `dp`.
    pub device_provider: String,
    /// `deviceProviderId`, or `dpId`.
    pub device_provider_id: String,
    /// `make`.
    pub make: String,
    /// `model`.
    pub model: String,
    /// `dateTime`; a server's answer may say `null`, which is an empty text here.
    pub date_time: Timestamp,
    /// `type`: `Fingerprint`, `Finger`, `Iris`, `Face`, …
    pub device_type: String,
    /// `deviceSubType`, `subType` until 2020, or `subtype`.
    pub device_sub_type: String,
    pub(super) origin: Origin,
}

impl DigitalId {
    /// Reads the JSON that a verifier took out of a server's answer. A server repeats what it has
    /// stored, `null` where the request stated no `dateTime`.
    pub(in crate::mosip) fn from_answer(
        layer: Layer,
        text: &str,
        json: Vec<u8>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let members = Document::parse(DIGITAL_ID, json, limits)?;
        let is_null = members.member("dateTime") == Some(Value::Null);
        let none = is_null.then(Timestamp::none);
        Self::read_with(Origin::of_answer(layer, text, members), none)
    }

    pub(in crate::mosip) fn read(origin: Origin) -> Result<Self, Error> {
        Self::read_with(origin, None)
    }

    fn read_with(origin: Origin, date_time: Option<Timestamp>) -> Result<Self, Error> {
        let member =
            |name, aliases: &[&'static str]| text(origin.members(), DIGITAL_ID, name, aliases);
        Ok(Self {
            serial_no: member("serialNo", &[])?,
            device_provider: member("deviceProvider", &["dp"])?,
            device_provider_id: member("deviceProviderId", &["dpId"])?,
            make: member("make", &[])?,
            model: member("model", &[])?,
            date_time: match date_time {
                Some(none) => none,
                None => Timestamp::new(&member("dateTime", &[])?),
            },
            device_type: member("type", &[])?,
            device_sub_type: member("deviceSubType", &["subType", "subtype"])?,
            origin,
        })
    }

    /// Returns the names of the members whose values differ. Neither the layers around the two nor
    /// which of its names a member had makes a difference; `dateTime` is compared as text.
    ///
    /// ```
    /// use countersign::Limits;
    /// use countersign::mosip::device::DigitalId;
    ///
    /// // {"serialNo":"1","dp":"P","dpId":"I","make":"M","model":"N","dateTime":"","type":"T","subType":"S"}
    /// let one = DigitalId::decode(b"eyJzZXJpYWxObyI6IjEiLCJkcCI6IlAiLCJkcElkIjoiSSIsIm1ha2UiOiJNIiwibW9kZWwiOiJOIiwiZGF0ZVRpbWUiOiIiLCJ0eXBlIjoiVCIsInN1YlR5cGUiOiJTIn0", &Limits::default())?;
    /// let mut other = one.clone();
    /// assert_eq!(one.differences(&other).next(), None);
    /// other.make = "X".into();
    /// assert_eq!(one.differences(&other).next(), Some("make"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn differences<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = &'static str> + 's {
        self.fields()
            .into_iter()
            .zip(other.fields())
            .filter(|((_, own), (_, others))| own != others)
            .map(|((name, _), _)| name)
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("serialNo", &self.serial_no),
            ("deviceProvider", &self.device_provider),
            ("deviceProviderId", &self.device_provider_id),
            ("make", &self.make),
            ("model", &self.model),
            ("dateTime", self.date_time.text()),
            ("type", &self.device_type),
            ("deviceSubType", &self.device_sub_type),
        ]
    }

    /// Returns where the object came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Formats the object, for people, labelled with the form of its layer.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        self.origin.to_json(None)
    }
}

/// Takes a text out of the `request` of a whole body.
pub(in crate::mosip) fn text_of(
    body: &[u8],
    member: &'static str,
    limits: &Limits,
) -> Result<String, Error> {
    Ok(request_of(body, limits)?.string(REQUEST, member)?.to_owned())
}

/// Takes the `request` out of a whole body.
pub(in crate::mosip) fn request_of<'b>(
    body: &'b [u8],
    limits: &Limits,
) -> Result<Object<'b>, Error> {
    check_size(REQUEST, body, limits)?;
    match json::parse_object(REQUEST, body, limits)?.into_member(REQUEST) {
        None => Err(Error::MissingMember { part: REQUEST, member: REQUEST }),
        Some(Value::Object(request)) => Ok(request),
        Some(_) => Err(Error::WrongType { part: REQUEST, member: REQUEST, expected: "an object" }),
    }
}

/// Returns a required string member by any of its names.
pub(in crate::mosip) fn text(
    object: &impl Members,
    part: &'static str,
    member: &'static str,
    aliases: &[&'static str],
) -> Result<String, Error> {
    optional_text(object, part, member, aliases)?.ok_or(Error::MissingMember { part, member })
}

/// Returns a string member by any of its names; `null` is an absence. Two names at once would be
/// read differently by different components.
pub(in crate::mosip) fn optional_text(
    object: &impl Members,
    part: &'static str,
    member: &'static str,
    aliases: &[&'static str],
) -> Result<Option<String>, Error> {
    let names = [member].into_iter().chain(aliases.iter().copied());
    let mut found = names.filter_map(|name| Some((name, object.get(name)?)));
    let first = found.next();
    if let (Some((first, _)), Some((second, _))) = (&first, found.next()) {
        return Err(Error::TwoNames { part, first, second });
    }
    let Some((member, value)) = first else { return Ok(None) };
    match &*value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.to_string())),
        _ => Err(Error::WrongType { part, member, expected: "a string" }),
    }
}

pub(in crate::mosip) fn sub_ids(object: &impl Members) -> Result<Vec<String>, Error> {
    let wrong = || Error::WrongType {
        part: DEVICE_INFO,
        member: "deviceSubId",
        expected: "a string, an integer or an array of them",
    };
    let mut ids = Vec::new();
    let mut add = |value: &Value<'_>| match (value, value.as_i64()) {
        (Value::String(text), _) => {
            match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                Some(list) => {
                    let elements = list.split([',', '-']).map(str::trim);
                    ids.extend(elements.filter(|id| !id.is_empty()).map(str::to_owned));
                }
                None => ids.push(text.to_string()),
            }
            Ok(())
        }
        (_, Some(number)) => {
            ids.push(format!("{number}"));
            Ok(())
        }
        _ => Err(wrong()),
    };
    match object.get("deviceSubId").as_deref() {
        None | Some(Value::Null) => {}
        Some(Value::Array(elements)) => elements.iter().try_for_each(add)?,
        Some(value) => add(value)?,
    }
    Ok(ids)
}
