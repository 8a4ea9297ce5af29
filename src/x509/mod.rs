//! Certificates ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)): parsing, and paths to a root.
//!
//! ```text
//! PEM, DER ──► Certificate ── path::Search ──► a path to a root, or why there is none
//! ```
//!
//! This module does not know what a certificate is used for: [`jose`](crate::jose) takes keys from
//! certificates, and [`mosip::trust`](crate::mosip::trust) decides which roots vouch for a signer.
//!
//! Not supported: revocation, name constraints, certificate policies, and signature algorithms other
//! than RSA (PKCS#1 v1.5) with SHA-2 and P-256 with SHA-256.

mod certificate;
mod key_size;
mod known;
pub(crate) mod path;
pub(crate) mod pem;
mod plain;
pub(crate) mod spki;
mod vouchers;

pub(crate) use certificate::describe;
pub use certificate::{Certificate, Validity};
pub(crate) use key_size::check_key_size;
pub(crate) use known::Known;
pub use known::KnownCertificates;
pub use spki::NegativeModulus;
pub use vouchers::Memory;
