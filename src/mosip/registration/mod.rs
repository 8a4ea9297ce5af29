//! The signed answer of the device registration endpoint, in its four historical schemes.
//!
//! ```text
//! body {"response": …} ──► token h.p.s ──► era by shape ──► key, signature ──► payload
//!                                                                                │
//!                          Registration ◄── expectations, times ◄── digital id ◄─┘
//! ```
//!
//! The signing server changed its scheme three times without changing the outer header, which
//! always says RS256, and which three of the four schemes do not sign:
//!
//! | Era | What is signed | Third part |
//! |---|---|---|
//! | A (to January 2020) | SHA-512 over the payload's base64 text | base64 of the signature's base64 |
//! | A' (development builds) | an attached JWS, RS256, of the payload's base64 text | base64 of that JWS |
//! | B (since January 2020) | a detached JWS, RS256, of the payload's base64 text | base64 of that JWS |
//! | C (partner management) | the token itself is a JWS, RS256 | the signature |
//!
//! The shape of the token alone determines the era. Each era has one algorithm, and a token that
//! fails in its era is never tried in another.
//!
//! Sources: MOSIP "Device Management APIs" 1.1.5; mosip/commons, kernel-crypto-jce `CryptoCore` and
//! kernel-masterdata-service `RegisteredDeviceServiceImpl`; mosip/keymanager,
//! `SignatureServiceImpl`.
//!
//! Not supported: trust in the `x5c` of era C; the keys come from the caller.

mod expected;
mod status;
mod token;
mod verify;

#[cfg(test)]
mod tests;

pub use expected::Expected;
pub use status::Status;
pub use token::{Era, SignedRegistration};
pub use verify::{Registration, RegistrationFormat, Verifier};
