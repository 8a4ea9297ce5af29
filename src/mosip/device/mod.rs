//! The nested objects of a registration request: decoded, and verified where they are signed.
//!
//! ```text
//! {"request":{"deviceData": …}} ──► DeviceData ──► DeviceInfo ──► DigitalId     untrusted
//!                        base64 or JWS   JSON, base64 or JWS   base64 or JWS
//!                            │ Verifier, DigitalIdVerifier
//!                            ▼
//!                     trust::Verified<SignedLayers>, trust::Verified<DigitalId>
//! ```
//!
//! Every layer exists unsigned (MOSIP kernel) and signed (partner management service); which one
//! was found is the [`Layer`] of its [`Origin`]. What `decode` returns is what a text says, not what
//! is true: it looks at no signature, as the kernel does not. The verifiers check the signature of
//! every layer that has one, whose it is and who vouches for it. The outermost layer has to be signed,
//! unless [`PartlySigned`](super::trust::PartlySigned) says otherwise.
//!
//! A device's key signs objects of several kinds, and no header tells them apart. Their members do,
//! and the verifiers here and in [`sbi`](super::sbi) demand those of their kind and refuse those that
//! mark another:
//!
//! | Object | Demanded | Refused |
//! |---|---|---|
//! | `deviceData` | `deviceInfo`, `purpose` | `digitalId`, `bioValue`, … |
//! | `deviceInfo` within it | `certification`, `digitalId` | `deviceStatus`, `callbackId`, `bioValue`, `deviceInfo`, … |
//! | `deviceInfo` of a device service | `deviceStatus`, `certification`, `specVersion`, `digitalId` | `deviceExpiry`, `bioValue`, `deviceInfo`, … |
//! | captured `data` | `bioValue`, `timestamp`, `digitalId` | `deviceStatus`, `deviceInfo`, … |
//! | `digitalId` | its eight members | `digitalId`, `deviceInfo`, `bioValue`, … |
//! | `keyRotation` of a management server | `signedDeviceCertificate` | `digitalId`, `snapshotValidity`, … |
//! | `snapShot` of a management server | `snapshotValidity` | `digitalId`, `signedDeviceCertificate`, … |
//!
//! A foreign member is [`content-mismatch`](crate::Code::ContentMismatch), a missing one
//! [`missing-member`](crate::Code::MissingMember); `null` counts as absent. Every version of the
//! interface since 0.9.2 has the members that are demanded. A registration answer, which the server
//! signs, has neither `deviceStatus` nor `bioValue`, and has a `digitalId`: it is none of these.
//!
//! Reading is tolerant where MOSIP's components and devices differ (names, dates, lists of sub ids)
//! and strict where two readers could disagree: base64, JSON, two names for one member.
//!
//! Sources: MOSIP "Device Management APIs" 1.1.5; mosip/commons, kernel-masterdata-service,
//! `dto/registerdevice`; mosip/partner-management-services, `device/authdevice`.
//!
//! Not supported: the length rules of the server's objects.

pub(super) mod kind;
pub(super) mod nested;
pub(super) mod object;
mod verify;

#[cfg(test)]
mod tests;

pub use super::layer::{Layer, Origin};
pub use object::{Certification, DeviceData, DeviceInfo, DigitalId, Purpose, Timestamp};
pub use verify::{
    DeviceDataMessage, DigitalIdMessage, DigitalIdVerifier, Expected, SignedLayers, Verifier,
};
