//! MOSIP's device management API as typed requests and answers, and the [`rules`] of its servers.
//!
//! ```text
//! RequestEnvelope<CreateDeviceProvider>, … ── Call::request ──► http::Request    sent by others
//! ResponseEnvelope<DeviceProvider>, …      ◄── Call::answer ──  http::Response
//! ApiError<Refusal>                        ◄────────┘
//! ```
//!
//! | Endpoint, below `/v1/masterdata` | Request | Response |
//! |---|---|---|
//! | `POST /deviceprovider` | [`CreateDeviceProvider`] | [`DeviceProvider`] |
//! | `PUT /deviceprovider` | [`UpdateDeviceProvider`] | [`DeviceProvider`] |
//! | `POST /foundationaltrustprovider` | [`CreateTrustProvider`] | [`TrustProvider`] |
//! | `PUT /foundationaltrustprovider` | [`UpdateTrustProvider`] | [`TrustProvider`] |
//! | `POST /registereddevices` | [`RegisterDevice`] | a signed token |
//! | `DELETE /registereddevices/deregister/{deviceCode}` | [`DeleteDevice`] | [`Acknowledgement`] |
//! | `POST /registereddevices/deregister` | [`DeregisterDevice`] | a signed token |
//! | `PUT /registereddevices/update/status` | [`UpdateDeviceStatus`] | [`StatusAnswer`] |
//! | `POST /deviceprovidermanagement/validate` | [`ValidateDevice`] | [`OneOrMany`] [`Acknowledgement`]s |
//! | `POST /mosipdeviceservice` | [`CreateDeviceService`] | [`DeviceService`] |
//! | `PUT /mosipdeviceservice` | [`UpdateDeviceService`] | [`DeviceService`] |
//!
//! Documents and servers differ in places: paths ([`Paths`]), members that the documents require
//! and servers do not, answers with and without envelope. What servers do is the default, what the
//! documents show is read as well. `docs/mosip-api.md` lists the failure codes of every endpoint.
//!
//! A server refuses with a list of errors, at any HTTP status: the kernel with 200, with 500 for what
//! it did not foresee and, to 1.1.5, for errors that it calls its own; partner management with 200,
//! or 400 for a body that lacks something, and then perhaps without a code. A body that holds errors
//! is [`ApiError::Refused`], whatever else it holds. Credentials are the token of MOSIP's
//! authentication service, which goes into a cookie ([`token`]).
//!
//! Sources: MOSIP "Device Management APIs" 1.1.5; mosip/commons 1.0.7 and v1.1.3,
//! `kernel/kernel-masterdata-service`, and mosip/admin-services v1.1.5, v1.2.0 and v1.3.0,
//! `admin/kernel-masterdata-service`: `controller`, `dto` and `exception/ApiExceptionHandler`;
//! mosip/partner-management-services v1.1.5, `partner/partner-management-service`:
//! `exception/PartnerServiceResponseExceptionHandler`. `docs/mosip-api.md` has the source of each
//! rule.
//!
//! Not supported: how to get a token; `/validate/history` of some versions, which `/validate` with
//! a `timeStamp` replaced; the endpoints of partner management.
//!
//! [`ApiError::Refused`]: crate::ApiError::Refused

mod devices;
mod envelope;
mod error_code;
mod providers;
pub mod rules;
mod services;

pub use devices::{
    Acknowledgement, DeleteDevice, DeregisterDevice, DeviceClaim, OneOrMany, RegisterDevice,
    StatusAnswer, UpdateDeviceStatus, ValidateDevice,
};
pub use envelope::{Body, ErrorItem, Refusal, RequestEnvelope, ResponseEnvelope};
pub use error_code::{ErrorCode, ServiceError};
pub use providers::{
    CreateDeviceProvider, CreateTrustProvider, DeviceProvider, TrustProvider, UpdateDeviceProvider,
    UpdateTrustProvider,
};
pub use services::{CreateDeviceService, DeviceService, UpdateDeviceService};

use crate::mosip::rules::Activity;
use crate::{
    credentials::Credentials, error::Misfit, error::Problem, message::FromJson, message::ToJson,
};
use countersign::encoding::json::Value;
use countersign::{Error, Secret};

/// Which paths are used where documents and servers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two sources")]
pub enum Paths {
    /// Those that servers serve.
    #[default]
    Served,
    /// Those that the documents show.
    Documented,
}

/// Makes credentials of a token of MOSIP's authentication service: the cookie `Authorization`.
///
/// # Errors
///
/// As [`Credentials::cookie`].
pub fn token(token: Secret) -> Result<Credentials, Error> {
    Credentials::cookie("Authorization", token)
}

impl FromJson for Activity {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        match value {
            Value::Bool(true) => Ok(Self::Active),
            Value::Bool(false) => Ok(Self::Inactive),
            _ => Err(Misfit::new(Problem::Type("true or false"))),
        }
    }
}

impl ToJson for Activity {
    fn to_json(&self) -> Value<'static> {
        Value::Bool(*self == Self::Active)
    }
}

/// Implements [`Body`] for a message.
macro_rules! body {
    ($body:ty, $name:literal, $method:ident, $id:literal,
        [$($served:literal),+] $(or [$($documented:literal),+])?, $answer:ty,
        [$($length:expr),* $(,)?]) => {
        impl crate::mosip::Body for $body {
            const NAME: &'static str = $name;
            const METHOD: http::Method = http::Method::$method;
            const ID: &'static str = $id;
            type Answer = $answer;

            fn path(paths: crate::mosip::Paths) -> &'static [&'static str] {
                match paths {
                    $(crate::mosip::Paths::Documented => &[$($documented),+],)?
                    _ => &[$($served),+],
                }
            }

            fn read(
                request: countersign::encoding::json::Value<'static>,
            ) -> Result<Self, crate::Misfit> {
                crate::FromJson::from_json(request)
            }

            fn write(&self) -> countersign::encoding::json::Object<'static> {
                self.to_json()
            }

            fn read_answer(
                response: countersign::encoding::json::Value<'static>,
            ) -> Result<$answer, crate::Misfit> {
                crate::FromJson::from_json(response)
            }

            fn lengths() -> &'static [(&'static str, usize, usize)] {
                &[$($length),*]
            }
        }
    };
}
use body;
