//! The bodies of the fuzz targets, one module each.
//!
//! ```text
//! bytes ── support: what to build ──► the library ──► properties, and an oracle that knows better
//! ```
//!
//! A body panics if the library does, or if it disagrees with its oracle. The fuzzer runs them with
//! bytes of its own (`fuzz_targets`), and `tests/fuzz_replay.rs` with those of `corpus`, on the stable
//! compiler and without the fuzzer. So nothing here may depend on how it was built.
#![forbid(unsafe_code)]

pub mod base64;
pub mod batch;
pub mod device_data;
pub mod device_signed;
pub mod dvs_certificate;
pub mod dvs_signature;
pub mod json;
pub mod jwk_set;
pub mod jws;
pub mod otp;
pub mod packet;
pub mod pem;
pub mod registration;
pub mod rsa;
pub mod sbi;
pub mod x5c_chain;

mod devices;
mod oracle;
mod support;
