//! Verifies what two identity platforms sign: **MIRACL Trust** and **MOSIP**.
//!
//! Pure and sans-IO: bytes, keys, expectations and a time go in; a verified value or one reason
//! comes out. Nothing here reads a clock, a file, the environment or the network, and no input
//! makes it panic.
//!
//! ```text
//! bytes ── parse ──► Compact, SignedRegistration, DeviceData      untrusted
//!                        │ verify(…, expected, at)
//!                        ▼
//!          jose::Verified, dvs::Certificate, mosip::registration::Registration
//! ```
//!
//! | To verify | Use |
//! |---|---|
//! | a DVS certificate of MIRACL Trust | [`miracl::dvs::Verifier`] |
//! | a client's signature, through MIRACL Trust's service | [`miracl::dvs::Transaction`] |
//! | a DVS signature, with the server secret or as far as possible without | [`miracl::dvs::signature`] |
//! | a token of MIRACL Trust: authentication, ID, access, activation | [`miracl::token`] |
//! | an OTP request, or to open an OTP response | [`miracl::otp`] |
//! | a device registration signed by MOSIP | [`mosip::registration::Verifier`] |
//! | a JWS or JWT | [`jose::jws::Verifier`] |
//!
//! Each verifier has `verify`, which returns a value or the first [`Error`], and `explain`, which
//! returns a [`Report`] of every check. Both are the same code.
//!
//! | Feature | Default | What it adds |
//! |---|---|---|
//! | `std` | yes | detection of CPU features; without it the crate is `no_std` + `alloc` |
//! | `rayon` | no | batches on the threads of a `rayon` pool |
//! | `aws-lc-rs` | no | [`SignatureBackend`] of AWS-LC, as a value in a [`Policy`]; needs a C compiler |
//! | `api` | no | [`api`]: typed requests and answers, as types of the crate `http` |
//! | `dvs-signature` | no | curve arithmetic for [`miracl::dvs::signature`]: its verifier, points and pairing |
//! | `fetch` | no | [`fetch`]: key sets that stay fresh, and requests that are sent |
//! | `testkit` | no | [`testkit`]: mints keys and valid artefacts, for a user's own tests |
//!
//! Rust 1.89 is the oldest supported; raising that is a minor version.
//!
//! Not supported: fetching keys and sending requests (outside `fetch`), private keys (outside
//! `testkit`), revocation.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(all(feature = "testkit", feature = "api", feature = "fetch")),
    allow(rustdoc::broken_intra_doc_links, reason = "links to an absent feature")
)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "api")]
pub mod api;
mod batch;
pub mod crypto;
pub mod danger;
pub mod encoding;
mod error;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod jose;
mod limits;
pub mod miracl;
pub mod mosip;
mod policy;
mod report;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;

pub use batch::Item;
pub use crypto::{Algorithm, PublicKey, Secret, SignatureBackend, sha256};
pub use error::{Category, ChainFault, Code, Error, KeyFault, UnknownCode};
pub use limits::Limits;
pub use policy::{Policy, Rsa1024};
pub use report::{Check, Entry, KeyInfo, KeySetInfo, Outcome, Report, SCHEMA, Verdict, Warning};
pub use time::{At, Leeway, Time};

/// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
