//! RSA signature verification: the public-key operation and nothing else.
//!
//! ```text
//! key bytes ── RsaPublicKey::new ──► prepared key ─┐
//! signature ── length, s < n ── s^e mod n ─────────┴─► pkcs1: encode and compare ──► verdict
//!                                                      pss: EMSA-PSS-VERIFY     ──► verdict
//! ```
//!
//! All input is public, so nothing runs in constant time. Every rule that a verdict depends on is
//! here: the signature is exactly as long as the modulus and below it, the whole message is
//! compared, and keys that cannot be safe are refused when they are prepared.
//!
//! Not supported: private keys, encryption, moduli outside 1024..=8192 bits, exponents from 2^33.
//! Whether a modulus of 1024 bits is acceptable is the caller's policy.

mod batch;
mod check;
mod digits;
mod item;
mod key;
mod lazy;
mod messages;
mod pkcs1;
mod portable;
mod pss;
mod quad_batch;
mod quad_digits;
mod roca;
mod scalar;
mod size;
#[cfg(test)]
mod test_keys;
#[cfg(test)]
mod test_sizes;
#[cfg(test)]
mod tests;

pub use batch::verify_pkcs1_batch;
pub use item::Pkcs1Item;
pub use key::{InvalidSignature, RsaKeyError, RsaPublicKey, modulus_bits};
pub use messages::{Pkcs1Message, verify_pkcs1_messages};
