//! Registered devices: registration, status, deregistration, validation.

use http::{Method, Response};

use super::envelope::answer;
use super::envelope::{Paths, Refusal, ResponseEnvelope};
use super::shape::body;
use crate::mosip::rules::DeviceStatus;
use crate::{
    call::Access, call::Call, call::Retry, call::parse_json, call::read_json, error::ApiError,
    error::Misfit, message::FromJson, message::ToJson, message::message, target::Target,
};
use countersign::encoding::json::{Object, Value};
use countersign::{Error, Limits};

message! {
    /// `POST /registereddevices`: registers a device.
    ///
    /// The answer is a signed token; verify it with
    /// [`registration`](countersign::mosip::registration). The documents call `deviceData`
    /// encrypted; it is only encoded. The server's checks are in [`rules`](crate::mosip::rules).
    pub struct RegisterDevice {
        /// The device, as base64 or JWS; see [`device`](countersign::mosip::device).
        device_data: String = "deviceData",
    } optional {
    }
}

body!(
    RegisterDevice,
    "POST /registereddevices",
    POST,
    "io.mosip.masterdata.device.create",
    ["v1", "masterdata", "registereddevices"],
    String,
    []
);

message! {
    /// `POST /registereddevices/deregister`, from version 1.1.2 on: deregisters a device.
    ///
    /// The answer is a signed token, like that of a registration. With [`Paths::Documented`] the
    /// path is `/device/deregister`, as in the specification of 2021.
    pub struct DeregisterDevice {
        /// Base64 or JWS of `{"deviceCode", "env"}`.
        device: String = "device",
    } optional {
        /// Whether the device is registered for `Registration` (partner management).
        for_registration: bool = "isItForRegistrationDevice",
    }
}

body!(DeregisterDevice, "POST /registereddevices/deregister", POST,
    "io.mosip.masterdata.device.delete",
    ["v1", "masterdata", "registereddevices", "deregister"]
        or ["v1", "masterdata", "device", "deregister"],
    String, []);

message! {
    /// `POST /deviceprovidermanagement/validate`: asks whether a device matches its claims.
    ///
    /// With a `timeStamp` it is judged as of that time. With [`Paths::Documented`] the path has no
    /// `/v1`. The server's checks are in [`rules`](crate::mosip::rules).
    pub struct ValidateDevice {
        /// Its code.
        device_code: String = "deviceCode",
        /// Version of its device service.
        device_service_version: String = "deviceServiceVersion",
        /// Its claimed digital ID.
        digital_id: DeviceClaim = "digitalId",
    } optional {
        /// What it is used for.
        purpose: String = "purpose",
        /// The time of judgement, `yyyy-MM-ddTHH:mm:ss.SSSZ`.
        time_stamp: String = "timeStamp",
        /// The same in the documents' spelling, which servers do not read.
        timestamp: String = "timestamp",
    }
}

body!(ValidateDevice, "POST /deviceprovidermanagement/validate", POST,
    "io.mosip.masterdata.device.validate",
    ["v1", "masterdata", "deviceprovidermanagement", "validate"]
        or ["masterdata", "deviceprovidermanagement", "validate"],
    OneOrMany<Acknowledgement>, []);

message! {
    /// The digital ID of a [`ValidateDevice`].
    pub struct DeviceClaim {
        /// Its serial number.
        serial_no: String = "serialNo",
        /// Name of its provider.
        provider: String = "dp",
        /// Id of its provider.
        provider_id: String = "dpId",
        /// Its make.
        make: String = "make",
        /// Its model.
        model: String = "model",
        /// Its type.
        device_type: String = "type",
        /// Its sub-type.
        device_sub_type: String = "deviceSubType",
    } optional {
        /// When its digital ID was made.
        date_time: String = "dateTime",
    }
}

message! {
    /// A confirmation in words.
    pub struct Acknowledgement {
        /// `success`, `Success` or `Valid`.
        status: String = "status",
        /// What was done.
        message: String = "message",
    } optional {
    }
}

/// One value, or an array where the documents show an array of one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has these two shapes")]
pub enum OneOrMany<T> {
    /// The servers' form.
    One(T),
    /// The documents' form.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// Returns the one, or the first of many.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        match self {
            Self::One(one) => Some(one),
            Self::Many(many) => many.first(),
        }
    }
}

impl<T: FromJson> FromJson for OneOrMany<T> {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        match value {
            Value::Array(_) => Vec::from_json(value).map(Self::Many),
            _ => T::from_json(value).map(Self::One),
        }
    }
}

impl<T: ToJson> ToJson for OneOrMany<T> {
    fn to_json(&self) -> Value<'static> {
        match self {
            Self::One(one) => one.to_json(),
            Self::Many(many) => many.to_json(),
        }
    }
}

/// `DELETE /registereddevices/deregister/{deviceCode}`, up to version 1.1.1: deregisters a device.
///
/// The answer is not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteDevice {
    /// The device code.
    pub device_code: String,
}

impl DeleteDevice {
    /// Makes a request for a device.
    #[must_use]
    pub fn new(device_code: impl Into<String>) -> Self {
        Self { device_code: device_code.into() }
    }
}

impl Call for DeleteDevice {
    const NAME: &'static str = "DELETE /registereddevices/deregister/{deviceCode}";
    const METHOD: Method = Method::DELETE;
    const RETRY: Retry = Retry::Forbidden;
    const ACCESS: Access = Access::Authenticated;
    type Answer = ResponseEnvelope<Acknowledgement>;
    type Refusal = Refusal;

    fn target(&self) -> Result<Target, Error> {
        let base = ["v1", "masterdata", "registereddevices", "deregister"];
        let [v1, service, devices, deregister] = base;
        Target::new(&[v1, service, devices, deregister, &self.device_code])
    }

    fn answer(
        &self,
        response: &Response<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Self::Answer, ApiError<Refusal>> {
        answer(response, limits, Acknowledgement::from_json)
    }
}

/// `PUT /registereddevices/update/status?deviceCode=…&statusCode=…`: changes a device's status.
///
/// With [`Paths::Documented`] it is `/registereddevices/status?devicecode='…'&status='…'`,
/// including quotes and capitals, which no server is known to accept.
///
/// ```
/// use countersign_api::{BaseUrl, Call, Credentials};
/// use countersign_api::mosip::{Paths, UpdateDeviceStatus};
/// use countersign_api::mosip::rules::DeviceStatus;
///
/// let base: BaseUrl = "https://dev.mosip.example".parse()?;
/// let mut call = UpdateDeviceStatus::new("c1", DeviceStatus::Revoked);
/// assert_eq!(
///     call.request(&base, &Credentials::None)?.uri().path_and_query().unwrap(),
///     "/v1/masterdata/registereddevices/update/status?deviceCode=c1&statusCode=Revoked"
/// );
/// call.paths = Paths::Documented;
/// assert_eq!(
///     call.request(&base, &Credentials::None)?.uri().path_and_query().unwrap(),
///     "/v1/masterdata/registereddevices/status?devicecode=%27c1%27&status=%27REVOKED%27"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdateDeviceStatus {
    /// The device.
    pub device_code: String,
    /// Its new status.
    pub status: DeviceStatus,
    /// The path to use.
    pub paths: Paths,
}

impl UpdateDeviceStatus {
    /// Makes a request for a device and a status.
    #[must_use]
    pub fn new(device_code: impl Into<String>, status: DeviceStatus) -> Self {
        Self { device_code: device_code.into(), status, paths: Paths::default() }
    }
}

impl Call for UpdateDeviceStatus {
    const NAME: &'static str = "PUT /registereddevices/update/status";
    const METHOD: Method = Method::PUT;
    const RETRY: Retry = Retry::Forbidden;
    const ACCESS: Access = Access::Authenticated;
    type Answer = StatusAnswer;
    type Refusal = Refusal;

    fn target(&self) -> Result<Target, Error> {
        let (code, status) = (self.device_code.as_str(), self.status.as_str());
        let quoted = |text: &str| format!("'{text}'");
        Ok(match self.paths {
            Paths::Served => {
                Target::new(&["v1", "masterdata", "registereddevices", "update", "status"])?
                    .query("deviceCode", code)
                    .query("statusCode", status)
            }
            Paths::Documented => Target::new(&["v1", "masterdata", "registereddevices", "status"])?
                .query("devicecode", &quoted(code))
                .query("status", &quoted(&status.to_uppercase())),
        })
    }

    fn answer(
        &self,
        response: &Response<Vec<u8>>,
        limits: &Limits,
    ) -> Result<StatusAnswer, ApiError<Refusal>> {
        let body = read_json(response, limits);
        let bare = body.as_ref().is_ok_and(|body| response.status().is_success() && is_bare(body));
        if !bare {
            return answer(response, limits, Acknowledgement::from_json)
                .map(StatusAnswer::Enveloped);
        }
        body.and_then(StatusAnswer::from_json).map_err(ApiError::body(response))
    }
}

/// The answer to a change of status.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "with an envelope, or without")]
pub enum StatusAnswer {
    /// The servers' form: without an envelope.
    Bare(Acknowledgement),
    /// The documents' form.
    Enveloped(ResponseEnvelope<Acknowledgement>),
}

impl StatusAnswer {
    /// Returns the confirmation.
    #[must_use]
    pub const fn acknowledgement(&self) -> Option<&Acknowledgement> {
        match self {
            Self::Bare(acknowledgement) => Some(acknowledgement),
            Self::Enveloped(envelope) => envelope.response.as_ref(),
        }
    }

    /// Parses the JSON text.
    ///
    /// # Errors
    ///
    /// A [`Misfit`] that names the faulty member and its fault.
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Misfit> {
        Self::from_json(parse_json(text, limits)?)
    }

    /// Returns the JSON object; parsing its text gives an equal value.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        match self {
            Self::Bare(acknowledgement) => acknowledgement.to_json(),
            Self::Enveloped(envelope) => envelope.to_json(),
        }
    }
}

fn is_bare(body: &Value<'_>) -> bool {
    body.as_object().is_some_and(|body| body.member("status").is_some())
}

impl FromJson for StatusAnswer {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        if is_bare(&value) {
            return Acknowledgement::from_json(value).map(Self::Bare);
        }
        ResponseEnvelope::read(value, Acknowledgement::from_json).map(Self::Enveloped)
    }
}
