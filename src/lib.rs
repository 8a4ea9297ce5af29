//! Verifies the signed artefacts of two identity platforms: **MIRACL Trust** and **MOSIP**.
//!
//! Pure and sans-IO: bytes, keys, expectations and a time go in; a verified value or one reason
//! comes out. The library never reads a clock, a file, the environment or the network, and no input
//! makes it panic.
//!
//! ```text
//! bytes ── parse ──► CompactJws, SignedRegistration, DeviceData      untrusted
//!                        │ verify(…, expected, at)
//!                        ▼
//!          jose::Verified, dvs::Certificate, mosip::registration::Registration
//! ```
//!
//! | To verify | Use |
//! |---|---|
//! | a DVS certificate of MIRACL Trust | [`miracl::dvs::Verifier`] |
//! | a client's signature, through MIRACL Trust's service | [`miracl::dvs::Transaction`] |
//! | a DVS signature, with the server secret, or as far as possible without it | [`miracl::dvs::signature`] |
//! | a token of MIRACL Trust: authentication, ID, access, activation | [`miracl::token`] |
//! | an OTP request, or to open an OTP response | [`miracl::otp`] |
//! | a device registration signed by MOSIP | [`mosip::registration::Verifier`] |
//! | a JWS or JWT | [`jose::jws::Verifier`] |
//!
//! Each verifier has `verify`, which returns a value or the first [`Error`], and `explain`, which
//! returns a [`Report`] of every check. Both run the same code.
//!
//! | Feature | Default | What it adds |
//! |---|---|---|
//! | `std` | yes | detection of CPU features, memory of device certificates; without it the crate is `no_std` + `alloc` |
//! | `rayon` | no | batches on the threads of a `rayon` pool |
//! | `aws-lc-rs` | no | [`SignatureBackend`] of AWS-LC, as a value in a [`Policy`]; needs a C compiler |
//! | `dvs-signature` | no | curve arithmetic for [`miracl::dvs::signature`]: its verifier, points and pairing |
//!
//! | Other crate | What it is |
//! |---|---|
//! | `countersign-fetch` | HTTP: fetches key sets, keeps them fresh, sends requests |
//! | `countersign-api` | the platforms' APIs as typed requests and answers; the rules of MOSIP's servers |
//! | `countersign-testkit` | mints keys and valid artefacts for your own tests |
//!
//! The oldest supported Rust is 1.89; raising it is a minor change.
//!
//! Not supported: fetching keys, sending requests, private keys, revocation.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(feature = "dvs-signature"),
    allow(rustdoc::broken_intra_doc_links, reason = "links to an absent feature")
)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod code;
pub mod crypto;
pub mod danger;
pub mod encoding;
mod error;
#[doc(hidden)]
pub mod internals;
pub mod jose;
mod limits;
pub mod miracl;
pub mod mosip;
mod policy;
mod report;
mod time;
mod verify;
pub mod x509;

pub use code::{Category, Code, UnknownCode};
pub use crypto::{Algorithm, PublicKey, Secret, SignatureBackend, UnknownAlgorithm, sha256};
pub use error::{ChainFault, Error, KeyFault};
pub use limits::Limits;
pub use policy::{Policy, Rsa1024};
pub use report::{
    Check, Claims, Detail, Entry, Finding, KeyInfo, KeySetInfo, Outcome, Report, SCHEMA, Trail,
    UnknownDetail, Verdict, Warning,
};
pub use time::{At, InvalidTime, Leeway, Time};
pub use verify::{Format, Item, Verifier, Verify};

/// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
