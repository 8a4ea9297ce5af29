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
mod shape;

pub use devices::{
    Acknowledgement, DeleteDevice, DeregisterDevice, DeviceClaim, OneOrMany, RegisterDevice,
    StatusAnswer, UpdateDeviceStatus, ValidateDevice,
};
pub use envelope::{Body, ErrorItem, Paths, Refusal, RequestEnvelope, ResponseEnvelope};
pub use error_code::{ErrorCode, ServiceError};
pub use providers::{
    CreateDeviceProvider, CreateTrustProvider, DeviceProvider, TrustProvider, UpdateDeviceProvider,
    UpdateTrustProvider,
};
pub use services::{CreateDeviceService, DeviceService, UpdateDeviceService};
pub use shape::token;
