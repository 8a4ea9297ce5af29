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
//! # Where this library is stricter than the platform, on purpose
//!
//! - A digital id that is a JSON object is refused in a capture. mosip/id-authentication v1.2.0.1
//!   (`service/filter/IdAuthFilter`) verifies a digital id only where it is a text, so that an object
//!   goes unverified there: a hole, which is not followed.
//! - The algorithm of a signature is the one of the format, RS256 nearly everywhere. Verifiers of
//!   mosip/keymanager v1.2.0.1 (`signature/service/impl/SignatureServiceImpl`) take the one that the
//!   header names, such as RS512.
//! - Parts of a JWS are base64url without padding, and entries of `x5c` whole certificates; the same
//!   verifiers read padded parts and looser entries.
//! - JSON with numbers where texts belong or with repeated names, and base64 with foreign characters:
//!   [`rules`] tells this apart from what a server would answer.

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
