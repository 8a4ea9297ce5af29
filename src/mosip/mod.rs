//! MOSIP: the artefacts that devices and servers sign.
//!
//! | Artefact | Module | What verification says |
//! |---|---|---|
//! | answer of `POST /registereddevices` | [`registration`] | the MOSIP server signed this registration |
//! | `deviceData`, `deviceInfo`, `digitalId` | [`device`] | a device signed them, and to whom it belongs ([`trust`]) |
//! | discovery, information and captures of biometric devices | [`sbi`] | a device signed them; its captures are chained by hashes |
//!
//! [`trust::Consumer`] describes where this library is stricter than the platform about device
//! messages, and why. Requests to servers, the rules by which servers answer them, and their error
//! codes are in the crate `countersign-api`.

pub mod device;
mod layer;
pub mod registration;
pub mod sbi;
pub mod trust;
mod window;

pub use window::Window;
