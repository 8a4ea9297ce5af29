//! The objects that devices sign, and how they are opened.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::encoding::json::{self, Object, Value};
use crate::encoding::{Fault, base64};
use crate::error::Error;
use crate::jose::CompactJws;
use crate::limits::Limits;
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
    /// The digital id inside the payload.
    pub const DIGITAL_ID: Self = Self::new("digital-id", "MOSIP Device Management APIs");
    /// `deviceCode`, `env` or the digital id are the expected ones.
    pub const CONTENT: Self = Self::new("content", "MOSIP Device Management APIs");
}

/// How an object was wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// A JSON object inside the object around it, or its plain text.
    Json,
    /// Base64 of JSON, without a signature of its own.
    Base64,
    /// A JWS whose signature nobody looked at.
    UnverifiedJws,
    /// A JWS whose signature was verified; only a verifier says so.
    VerifiedJws,
}

impl Layer {
    /// Returns the words for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Base64 => "unsigned base64",
            Self::UnverifiedJws => "JWS, not verified",
            Self::VerifiedJws => "JWS, verified",
        }
    }
}

/// Where an object came from: its wrapping, its text as received, and all of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub(super) layer: Layer,
    pub(super) encoded_twice: bool,
    pub(super) text: Option<String>,
    pub(super) members: Object<'static>,
}

impl Origin {
    /// Returns how the object was wrapped.
    #[must_use]
    pub const fn layer(&self) -> Layer {
        self.layer
    }

    /// Tells whether the decoded text was encoded once more, as some devices of 2020 do.
    #[must_use]
    pub const fn is_encoded_twice(&self) -> bool {
        self.encoded_twice
    }

    /// Returns the text as received; `None` for [`Layer::Json`].
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Returns all members as they were, those unknown to this library included.
    #[must_use]
    pub const fn members(&self) -> &Object<'static> {
        &self.members
    }

    /// Shows the layer and its members, with the decoded form of one of them.
    fn to_json(&self, nested: Option<(&'static str, Object<'static>)>) -> Object<'static> {
        let mut shown = Object::new().with("layer", self.layer.as_str());
        if self.encoded_twice {
            shown.set("encodedTwice", Value::Bool(true));
        }
        let mut members = self.members.clone();
        if let Some((name, decoded)) = nested {
            members.set(name, decoded);
        }
        shown.with("decoded", members)
    }
}

/// A time as a device or server wrote it, and what it means if it follows RFC 3339.
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

    /// Returns the text as it was; empty where `null` stands for it.
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

/// What a device is registered for; the letter case of the text does not matter.
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

/// The level of a device; the letter case of the text matters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certification {
    /// `L0`: the device's software holds the key.
    L0,
    /// `L1`: a secure chip holds the key.
    L1,
    /// `L2`, accepted by some versions.
    L2,
    /// `SBI 1.0`: what the later specification calls L0. Consumers that decide by the level do not
    /// read it.
    Sbi1,
    /// `SBI 2.0`: what the later specification calls L1, and read as little.
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
    origin: Origin,
}

impl DeviceData {
    /// Decodes the text of a `deviceData` member. Signatures are *not* verified.
    ///
    /// # Errors
    ///
    /// What is wrong with the size, the base64, the JSON or a member, and [`Error::TooLarge`] for
    /// more layers than the limits allow.
    pub fn decode(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::open(text, &mut Opener::new(limits))
    }

    pub(super) fn open(text: &[u8], opener: &mut Opener<'_, impl Witness>) -> Result<Self, Error> {
        let origin = opener.open(DEVICE_DATA, text)?;
        Self::read(origin, opener)
    }

    /// Decodes the `deviceData` of a whole request body, `{"request":{"deviceData": …}}`.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub fn from_request(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::decode(text_of(body, DEVICE_DATA, limits)?.as_bytes(), limits)
    }

    pub(super) fn read(
        origin: Origin,
        opener: &mut Opener<'_, impl Witness>,
    ) -> Result<Self, Error> {
        let object = &origin.members;
        let info = opener.nested(DEVICE_DATA, object, DEVICE_INFO)?;
        Ok(Self {
            device_id: optional_text(object, DEVICE_DATA, "deviceId", &[])?,
            purpose: text(object, DEVICE_DATA, "purpose", &[])?.as_str().into(),
            device_info: DeviceInfo::read(info, opener)?,
            foundational_trust_provider_id: optional_text(
                object,
                DEVICE_DATA,
                "foundationalTrustProviderId",
                &[],
            )?,
            origin,
        })
    }

    /// Returns where the object came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Shows the object with every layer opened, each saying what it is. For people.
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
    origin: Origin,
}

impl DeviceInfo {
    /// Decodes the text of a `deviceInfo` member. Signatures are *not* verified.
    ///
    /// # Errors
    ///
    /// As [`DeviceData::decode`].
    pub fn decode(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut opener = Opener::new(limits);
        let origin = opener.open(DEVICE_INFO, text)?;
        Self::read(origin, &mut opener)
    }

    pub(super) fn read(
        origin: Origin,
        opener: &mut Opener<'_, impl Witness>,
    ) -> Result<Self, Error> {
        let object = &origin.members;
        let time = |member, aliases| {
            Ok::<_, Error>(
                optional_text(object, DEVICE_INFO, member, aliases)?.as_deref().map(Timestamp::new),
            )
        };
        Ok(Self {
            device_sub_ids: sub_ids(object)?,
            certification: text(object, DEVICE_INFO, "certification", &[])?.as_str().into(),
            digital_id: DigitalId::read(opener.nested(DEVICE_INFO, object, DIGITAL_ID)?)?,
            firmware: optional_text(object, DEVICE_INFO, "firmware", &[])?,
            device_expiry: time("deviceExpiry", &[])?,
            time_stamp: time("timeStamp", &["timestamp"])?,
            origin,
        })
    }

    /// Returns where the object came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Shows the object with every layer opened, each saying what it is. For people.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        self.origin.to_json(Some((DIGITAL_ID, self.digital_id.to_json())))
    }
}

/// The identity of a device: decoded, *untrusted* unless it comes out of a verified value.
///
/// All eight members are required; their other names in MOSIP's interfaces are understood.
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
    origin: Origin,
}

impl DigitalId {
    /// Decodes the text of a `digitalId` member. Signatures are *not* verified.
    ///
    /// # Errors
    ///
    /// As [`DeviceData::decode`].
    pub fn decode(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::open(text, &mut Opener::new(limits))
    }

    pub(in crate::mosip) fn open(
        text: &[u8],
        opener: &mut Opener<'_, impl Witness>,
    ) -> Result<Self, Error> {
        Self::read(opener.open(DIGITAL_ID, text)?)
    }

    /// Reads the JSON that a verifier took out of a server's answer. A server repeats what it has
    /// stored, `null` where the request stated no `dateTime`.
    pub(in crate::mosip) fn from_answer(
        layer: Layer,
        text: &str,
        json: &[u8],
        limits: &Limits,
    ) -> Result<Self, Error> {
        let members = json::parse_object(DIGITAL_ID, json, limits)?.into_owned();
        let is_null = members.member("dateTime") == Some(&Value::Null);
        let none = is_null.then(Timestamp::none);
        let origin = Origin { layer, encoded_twice: false, text: Some(text.to_owned()), members };
        Self::read_with(origin, none)
    }

    pub(super) fn read(origin: Origin) -> Result<Self, Error> {
        Self::read_with(origin, None)
    }

    fn read_with(origin: Origin, date_time: Option<Timestamp>) -> Result<Self, Error> {
        let member =
            |name, aliases: &[&'static str]| text(&origin.members, DIGITAL_ID, name, aliases);
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

    /// Names the members whose values differ. How the two were wrapped and which of its names a
    /// member had makes no difference; `dateTime` is compared as text.
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

    /// Shows the object and what its layer is. For people.
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

/// Watches what is opened, from the outside to the inside.
pub(in crate::mosip) trait Witness {
    /// Whether a JWS that is opened under its eyes counts as verified, if nothing fails.
    const IS_VERIFYING: bool;

    /// Sees a token before its payload is looked at. An error ends the opening.
    fn signed(&mut self, member: &'static str, token: &CompactJws<'_>) -> Result<(), Error>;

    /// Sees an object that has no signature of its own.
    fn unsigned(&mut self, member: &'static str);

    /// Sees that there was one encoding more than the format says.
    fn encoded_twice(&mut self);
}

impl<W: Witness> Witness for &mut W {
    const IS_VERIFYING: bool = W::IS_VERIFYING;

    fn signed(&mut self, member: &'static str, token: &CompactJws<'_>) -> Result<(), Error> {
        (**self).signed(member, token)
    }

    fn unsigned(&mut self, member: &'static str) {
        (**self).unsigned(member);
    }

    fn encoded_twice(&mut self) {
        (**self).encoded_twice();
    }
}

/// Nobody looks at signatures.
pub(in crate::mosip) struct Unwatched;

impl Witness for Unwatched {
    const IS_VERIFYING: bool = false;

    fn signed(&mut self, _: &'static str, _: &CompactJws<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn unsigned(&mut self, _: &'static str) {}
    fn encoded_twice(&mut self) {}
}

/// A text taken out of its encoding.
enum Unwrapped<'t> {
    Jws(CompactJws<'t>),
    Base64(Vec<u8>),
}

/// Opens layers within each other, and counts them.
pub(in crate::mosip) struct Opener<'l, W = Unwatched> {
    limits: &'l Limits,
    layers_left: u8,
    witness: W,
}

impl<'l> Opener<'l> {
    pub(in crate::mosip) const fn new(limits: &'l Limits) -> Self {
        Self { limits, layers_left: limits.layers(), witness: Unwatched }
    }
}

impl<'l, 'w, W: Witness> Opener<'l, &'w mut W> {
    pub(in crate::mosip) const fn watched(limits: &'l Limits, witness: &'w mut W) -> Self {
        Self { limits, layers_left: limits.layers(), witness }
    }
}

impl<W: Witness> Opener<'_, W> {
    /// Opens one text: base64 or JWS, around JSON or around one more such text.
    pub(in crate::mosip) fn open(
        &mut self,
        part: &'static str,
        text: &[u8],
    ) -> Result<Origin, Error> {
        check_size(part, text, self.limits)?;
        self.layers_left = self.layers_left.checked_sub(1).ok_or(Error::TooLarge {
            what: "number of nested layers",
            limit: self.limits.layers().into(),
        })?;
        if part == DIGITAL_ID && text.trim_ascii_start().starts_with(b"{") {
            let members = json::parse_object(part, text, self.limits)?.into_owned();
            return self.plain_digital_id(members);
        }
        let outer = self.unwrap(part, text)?;
        let mut signed = matches!(outer, Unwrapped::Jws(_));
        let mut json = self.look_inside(part, outer)?;
        let mut encoded_twice = false;
        if !json.trim_ascii_start().starts_with(b"{")
            && let Ok(inner) = self.unwrap(part, &json)
        {
            encoded_twice = true;
            self.witness.encoded_twice();
            signed |= matches!(inner, Unwrapped::Jws(_));
            json = self.look_inside(part, inner)?;
        }
        let layer = match (signed, W::IS_VERIFYING) {
            (false, _) => Layer::Base64,
            (true, false) => Layer::UnverifiedJws,
            (true, true) => Layer::VerifiedJws,
        };
        if !signed {
            self.witness.unsigned(part);
        }
        let members = json::parse_object(part, &json, self.limits)?.into_owned();
        let text = Some(String::from_utf8_lossy(text).into_owned());
        Ok(Origin { layer, encoded_twice, text, members })
    }

    /// Returns what a text holds, after the witness saw its signature.
    fn look_inside(
        &mut self,
        part: &'static str,
        unwrapped: Unwrapped<'_>,
    ) -> Result<Vec<u8>, Error> {
        match unwrapped {
            Unwrapped::Base64(json) => Ok(json),
            Unwrapped::Jws(token) => {
                self.witness.signed(part, &token)?;
                Ok(token.into_payload())
            }
        }
    }

    fn unwrap<'t>(&self, part: &'static str, text: &'t [u8]) -> Result<Unwrapped<'t>, Error> {
        if text.contains(&b'.') {
            let limits = self.limits.with_token_bytes(self.limits.message_bytes());
            return CompactJws::parse(text, &limits).map(Unwrapped::Jws);
        }
        match base64::decode_mosip(text) {
            Ok(json) => Ok(Unwrapped::Base64(json)),
            Err(fault) => Err(Error::Malformed { part, fault }),
        }
    }

    /// Opens a member that is a text, or takes it as it is if it is an object.
    pub(in crate::mosip) fn nested(
        &mut self,
        part: &'static str,
        object: &Object<'_>,
        member: &'static str,
    ) -> Result<Origin, Error> {
        match object.member(member) {
            None => Err(Error::MissingMember { part, member }),
            Some(Value::String(text)) => self.open(member, text.as_bytes()),
            Some(Value::Object(members)) => {
                self.witness.unsigned(member);
                Ok(Origin {
                    layer: Layer::Json,
                    encoded_twice: false,
                    text: None,
                    members: members.clone().into_owned(),
                })
            }
            Some(_) => Err(Error::WrongType { part, member, expected: "an object or a string" }),
        }
    }
}

impl<W: Witness> Opener<'_, W> {
    /// Opens the digital id of a device service's message.
    pub(in crate::mosip) fn digital_id(
        &mut self,
        part: &'static str,
        object: &Object<'_>,
    ) -> Result<DigitalId, Error> {
        match object.member(DIGITAL_ID) {
            None => Err(Error::MissingMember { part, member: DIGITAL_ID }),
            Some(Value::String(text)) => DigitalId::open(text.as_bytes(), self),
            Some(Value::Object(members)) => {
                DigitalId::read(self.plain_digital_id(members.clone().into_owned())?)
            }
            Some(_) => Err(Error::WrongType { part, member: DIGITAL_ID, expected: "a string" }),
        }
    }

    /// Takes a digital id that is plain JSON, as devices write it that are not registered. It can be
    /// read, and is never verified, whatever is signed around it.
    fn plain_digital_id(&mut self, members: Object<'static>) -> Result<Origin, Error> {
        self.witness.unsigned(DIGITAL_ID);
        if W::IS_VERIFYING {
            return Err(Error::UnsignedLayer { part: DIGITAL_ID });
        }
        Ok(Origin { layer: Layer::Json, encoded_twice: false, text: None, members })
    }
}

pub(in crate::mosip) const fn check_size(
    what: &'static str,
    text: &[u8],
    limits: &Limits,
) -> Result<(), Error> {
    let limit = limits.message_bytes();
    if text.len() > limit { Err(Error::TooLarge { what, limit }) } else { Ok(()) }
}

/// Returns a required string member by any of its names.
pub(in crate::mosip) fn text(
    object: &Object<'_>,
    part: &'static str,
    member: &'static str,
    aliases: &[&'static str],
) -> Result<String, Error> {
    optional_text(object, part, member, aliases)?.ok_or(Error::MissingMember { part, member })
}

/// Returns a string member by any of its names; `null` is an absence. Two names at once would be
/// read differently by different components.
pub(in crate::mosip) fn optional_text(
    object: &Object<'_>,
    part: &'static str,
    member: &'static str,
    aliases: &[&'static str],
) -> Result<Option<String>, Error> {
    let names = [member].into_iter().chain(aliases.iter().copied());
    let mut found = names.filter_map(|name| Some((name, object.member(name)?)));
    let first = found.next();
    if let (Some((first, _)), Some((second, _))) = (&first, found.next()) {
        return Err(Error::TwoNames { part, first, second });
    }
    match first {
        None | Some((_, Value::Null)) => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text.to_string())),
        Some((member, _)) => Err(Error::WrongType { part, member, expected: "a string" }),
    }
}

pub(in crate::mosip) fn sub_ids(object: &Object<'_>) -> Result<Vec<String>, Error> {
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
    match object.member("deviceSubId") {
        None | Some(Value::Null) => {}
        Some(Value::Array(elements)) => elements.iter().try_for_each(add)?,
        Some(value) => add(value)?,
    }
    Ok(ids)
}
