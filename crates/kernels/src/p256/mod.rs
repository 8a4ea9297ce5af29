//! ECDSA verification on P-256 ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5)), in safe Rust for any
//! CPU.
//!
//! ```text
//! point ── on the curve ──► key ──(fifth use)──► table of multiples ─┐
//! r ‖ s ── 0 < r, s < n ── u₁ = e/s, u₂ = r/s ───────────────────────┴─► x(u₁·G + u₂·Q) ≡ r (mod n)?
//! ```
//!
//! All input is public, so nothing runs in constant time. Every rule that a verdict depends on is here:
//! the key is an uncompressed point on the curve with coordinates below `p`, the signature is 64 bytes
//! with both numbers in range, and the sum is not at infinity. There is no rule that `s` be the lesser of
//! two (RFC 7518 has none).
//!
//! # How
//!
//! - Numbers modulo `p` are four limbs in Montgomery form, *incompletely reduced*: anything below
//!   `2^256`. `field` has the bounds of every formula and their arguments; the tests give every formula
//!   operands of all ones.
//! - A key that is used often has a table (`table`): odd multiples of `2^(5i)·Q`, 52 KiB. The generator has
//!   a wider one of 256 KiB, made at the first verification of the process. Then `u₁·G + u₂·Q` is 84 additions of
//!   affine points without a doubling.
//! - The first additions are in affine form and share one inversion (`affine`): for one signature the first of
//!   seven levels, for a batch of 64 all of them. The rest are in extended coordinates (`point`).
//! - A new key has no table (`cold`): doublings in Jacobian coordinates, and digits of a non-adjacent form.
//! - In a batch, the inversions of `s` are one (`scalar`), by division steps (`inverse`).
//!
//! # Exceptional additions
//!
//! The fast formulas for a sum are wrong for equal or opposite points. With tables of `G` and `Q`, only
//! who knows a relation of the two can bring them about, that is the owner of the key; but then too
//! the verdict must be right. In extended and Jacobian coordinates, such an addition makes the denominator
//! zero, and every later denominator is a product with it: **zero stays**, so one test of the last
//! denominator tells that one happened. In affine form, a difference of zero is replaced by one, so that it does no harm
//! to the other signatures of the batch, and its signature is marked. Either way the sum is computed again,
//! with formulas that look at every case.
//!
//! # Costs
//!
//! A signature under a prepared key takes about a third of the time of one under a new key, in a batch of 64 about a
//! quarter. Preparing a key takes as long as about three signatures under a new one. The memory of
//! tables is bounded: [`MAX_PREPARED_KEYS`]. One verification allocates nothing but these tables; a batch
//! allocates up to half a MiB of working memory, once.

mod affine;
mod batch;
mod cold;
mod equation;
mod field;
mod inverse;
mod jacobian;
mod key;
mod limbs;
mod point;
mod prepared;
mod recode;
mod scalar;
mod signature;
mod table;
#[cfg(test)]
mod tests;

pub use crate::rsa::InvalidSignature;
pub use batch::{Item, Message, verify_batch, verify_messages};
pub use key::{InvalidPoint, PublicKey};
pub use prepared::MAX_PREPARED_KEYS;
pub use signature::Signature;
