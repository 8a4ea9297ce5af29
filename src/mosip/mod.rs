//! MOSIP: what devices and servers sign.
//!
//! | Artefact | Module | What verification says |
//! |---|---|---|
//! | answer of `POST /registereddevices` | [`registration`] | the MOSIP server signed this registration |
//! | `deviceData`, `deviceInfo`, `digitalId` | [`device`] | a device signed them, and whom it belongs to ([`trust`]) |
//! | discovery, information and captures of biometric devices | [`sbi`] | a device signed them; what it captured is chained |
//!
//! Where this library is stricter than the platform, and why, [`trust::Consumer`] says of what devices
//! sign. Requests to servers, what a server would say to one, and its error codes are in the crate
//! `countersign-api`.

pub mod device;
mod layer;
pub mod registration;
pub mod sbi;
pub mod trust;
mod window;

pub use window::Window;
