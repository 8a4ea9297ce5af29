//! The nested objects of a registration request: decoded, and verified if they are signed.
//!
//! ```text
//! {"request":{"deviceData": …}} ──► DeviceData ──► DeviceInfo ──► DigitalId     untrusted
//!                        base64 or JWS   JSON, base64 or JWS   base64 or JWS
//!                            │ Verifier, DigitalIdVerifier
//!                            ▼
//!                     trust::Verified<SignedLayers>, trust::Verified<DigitalId>
//! ```
//!
//! Every layer exists in an unsigned form (MOSIP kernel) and a signed one (partner management service);
//! the [`Layer`] of its [`Origin`] tells which was found. `decode` returns what a text says, not what
//! is true: like the kernel, it looks at no signature. The verifiers check the signature of every
//! signed layer, who signed it, and who vouches for the signer. The outermost layer must be signed,
//! unless [`PartlySigned`](super::trust::PartlySigned) says otherwise.
//!
//! A device's key signs several kinds of objects, and no header tells them apart. Their members do: the
//! verifiers here and in [`sbi`](super::sbi) require the members of their own kind and refuse those
//! that mark another kind:
//!
//! | Object | Required | Refused |
//! |---|---|---|
//! | `deviceData` | `deviceInfo`, `purpose` | `digitalId`, `bioValue`, … |
//! | `deviceInfo` within it | `certification`, `digitalId` | `deviceStatus`, `callbackId`, `bioValue`, `deviceInfo`, … |
//! | `deviceInfo` of a device service | `deviceStatus`, `certification`, `specVersion`, `digitalId` | `deviceExpiry`, `bioValue`, `deviceInfo`, … |
//! | captured `data` | `bioValue`, `timestamp`, `digitalId` | `deviceStatus`, `deviceInfo`, … |
//! | `digitalId` | its eight members | `digitalId`, `deviceInfo`, `bioValue`, … |
//! | `keyRotation` of a management server | `signedDeviceCertificate` | `digitalId`, `snapshotValidity`, … |
//! | `snapShot` of a management server | `snapshotValidity` | `digitalId`, `signedDeviceCertificate`, … |
//!
//! A member of another kind is [`content-mismatch`](crate::Code::ContentMismatch), and a missing one is
//! [`missing-member`](crate::Code::MissingMember); `null` counts as absent. Every version of the
//! interface since 0.9.2 has the required members. A registration answer, which the server signs, is
//! none of these: it has a `digitalId`, but neither `deviceStatus` nor `bioValue`.
//!
//! Reading is lenient where MOSIP's components and devices differ (names, dates, lists of sub-IDs)
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
