//! Verifies what two identity platforms sign: **MIRACL Trust** and **MOSIP**.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod crypto;
pub mod danger;
pub mod encoding;
mod error;
pub mod jose;
mod limits;
pub mod miracl;
pub mod mosip;
mod policy;
mod report;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;

pub use crypto::{Algorithm, PublicKey, Secret, sha256};
pub use error::{Category, Code, Error, KeyFault, UnknownCode};
pub use limits::Limits;
pub use policy::{Policy, Rsa1024};
pub use report::{Check, Entry, KeyInfo, Outcome, Report, SCHEMA, Verdict, Warning};
pub use time::{At, Leeway, Time};
