//! MOSIP: what devices and servers sign.
//!
//! | Artefact | Module | What verification says |
//! |---|---|---|
//! | answer of `POST /registereddevices` | [`registration`] | the MOSIP server signed this registration |
//! | `deviceData`, `deviceInfo`, `digitalId` | [`device`] | nothing yet: decoded, not verified |

pub mod device;
pub mod registration;
