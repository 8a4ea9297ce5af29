//! Messages of biometric devices: the Secure Biometric Interface (SBI), before 2021 the MOSIP Device
//! Service (MDS).
//!
//! ```text
//! discovery ──► Discovered                                                    nothing is signed
//! info      ──► [{"deviceInfo": JWS, …}]         ── InfoVerifier ──► Verified<Vec<DeviceAnswer>>
//! capture   ──► {"biometrics":[{"data": JWS, …}]} ── CaptureVerifier ──► Verified<Capture>
//! packet    ──► cbeff::Packet ── the same JWS ── cbeff::Verifier ──► Verified<Vec<Data>>
//! management ─► {"keyRotation": JWS}             ── ManagementVerifier ──► Verified<ManagementAnswer>
//! ```
//!
//! A device signs `deviceInfo` and the `data` of each biometric. The digital ID within each is signed
//! separately, by the secure chip from L1 on. Everything else in an answer (`hash`, `sessionKey`,
//! `thumbprint`, `specVersion`, `error`, `additionalInfo`) is outside every signature: it is named as
//! such, and is reachable only through methods with `unauthenticated` in their names. Nothing that is
//! signed binds the captures of an answer together. Hashes are compared with contents (see
//! [`HashChain`]), and captures with each other (see [`Mixed`]).
//!
//! Sources: mosip/documentation, "MOSIP Device Service Specification" 0.9.5 and "Secure Biometric
//! Interface Specification" 1.0; mosip/mosip-compliance-toolkit, `SBIValidator`; mosip/bio-utils,
//! `BiometricsSignatureHelper`.
//!
//! Not supported: requests, streams, decryption of captured values.

pub mod cbeff;

mod capture;
mod chain;
mod data;
mod expected;
mod info;
mod management;
mod mixed;
mod versions;

pub use capture::{
    Biometric, Capture, CaptureMessage, CaptureVerifier, DataMessage, DataVerifier,
    RegistrationCaptureMessage, RegistrationCaptureVerifier, Unauthenticated,
};
pub use chain::{HashChain, Scheme, thumbprint};
pub use data::Data;
pub use expected::{Expected, HashScheme, Mixed};
pub use info::{
    DeviceAnswer, DeviceError, Discovered, Info, InfoExpected, InfoMessage, InfoVerifier,
    UnauthenticatedInfo,
};
pub use management::{
    ManagementAnswer, ManagementExpected, ManagementMessage, ManagementVerifier, Operation,
};
