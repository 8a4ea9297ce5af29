//! MOSIP: what devices and servers sign.
//!
//! | Artefact | Module | What verification says |
//! |---|---|---|
//! | answer of `POST /registereddevices` | [`registration`] | the MOSIP server signed this registration |
//! | `deviceData`, `deviceInfo`, `digitalId` | [`device`] | a device signed them, and whom it belongs to ([`trust`]) |
//! | discovery, information and captures of biometric devices | [`sbi`] | a device signed them; what it captured is chained |
//!
//! [`rules`] decides what a server would say to a request, and [`ErrorCode`] is how it says no.
//! [`api`] (feature `api`) has the requests and answers as types.
//!
//! Where this library is stricter than the platform, and why, [`trust::Consumer`] says of what devices
//! sign, and [`rules`] of requests.

#[cfg(feature = "api")]
pub mod api;
pub mod device;
mod error_code;
pub mod registration;
pub mod rules;
pub mod sbi;
pub mod trust;
mod window;

pub use error_code::{ErrorCode, ServiceError};
pub use window::Window;
