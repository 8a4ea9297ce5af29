//! The signature object of a client: what can be checked, and by whom.
//!
//! ```text
//! {"mpinId","publicKey","u","v","hash","dtas"}, timestamp
//!    │ Signature::parse: encodings, identity                      anyone
//!    ▼
//! Signature ── points on the curve, of order r ── Expected        anyone   (feature `dvs-signature`)
//!    │                                               └──► undecided: `no-key`
//!    │ e(v, publicKey) · e(u + y·A, server secret) = 1            the holder of the server secret
//!    ▼
//! Verified
//! ```
//!
//! A *designated verifier* signature can only be verified by its designated verifier: nobody else
//! can test `u`, `v` and `publicKey`, since that would solve the decisional Diffie-Hellman problem
//! in G1. So without the server secret a signature is never valid here, only malformed, mismatched
//! or **undecided**. MIRACL's service has the secret, and answers with a
//! [certificate](super::Verifier).
//!
//! A = the point that SHA-256 of `mpinId` and `publicKey` maps to; y = SHA-256 of the timestamp, `u`
//! and the message, modulo r. One-pass M-Pin with a key of the user's: apache/incubator-milagro-
//! crypto-c `src/mpin.c.in`, incubator-milagro-crypto-js `src/mpin.js`.
//!
//! Not supported: authentication by M-Pin without a user key and with two passes, time permits,
//! issuing (the crate `countersign-testkit` does, for tests).

mod content;
mod object;
#[cfg(feature = "dvs-signature")]
pub(crate) mod scheme;
#[cfg(feature = "dvs-signature")]
mod verify;

pub use content::Expected;
pub use object::Signature;
#[cfg(feature = "dvs-signature")]
pub use verify::{ServerSecret, SignatureFormat, Verified, Verifier};
